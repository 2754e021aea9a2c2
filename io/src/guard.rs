//! Owns what the program that embeds a server says of who may come.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use chinwag_core::{Form, Refusal};

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To chat.
    Chat,
    /// To be given pages; it may ask to chat later.
    Http,
}

impl Purpose {
    pub(crate) fn of(form: Form) -> Self {
        if form.chats_at_once() { Self::Chat } else { Self::Http }
    }
}

/// Says whether a connection may come. Its clones say the same.
#[derive(Clone)]
pub struct Guard(Arc<dyn Fn(IpAddr, Purpose) -> Result<(), Refusal> + Send + Sync>);

impl Guard {
    /// Has `may_come` say it, of an address and a purpose. It is called where connections are accepted, and so must not
    /// wait.
    pub fn new(may_come: impl Fn(IpAddr, Purpose) -> Result<(), Refusal> + Send + Sync + 'static) -> Self {
        Self(Arc::new(may_come))
    }

    pub(crate) fn ask(&self, address: IpAddr, purpose: Purpose) -> Result<(), Refusal> {
        (self.0)(address, purpose)
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}
