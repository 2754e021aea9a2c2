//! Owns how a server is given what knows its members.

use std::fmt;
use std::sync::Arc;

use chinwag_core::Name;
use chinwag_core::admission::{Pass, Passphrase, Verdict};

/// Knows who may come to a server. It may be asked on any thread, and must not wait.
pub trait Roll: Send + Sync + 'static {
    /// Has `answer` be told, now or later and from any thread, what comes of a secret that is not the server's
    /// password: that of an account, or an invitation. It is always told something. A pass is drawn only where it is
    /// wanted.
    fn check(&self, account: Option<&Name>, given: &Passphrase, pass: Pass, answer: Box<dyn FnOnce(Verdict) + Send>);
}

/// Gives a server what knows its members. Its clones are the same one.
#[derive(Clone)]
pub struct Members(Arc<dyn Roll>);

impl Members {
    /// Has this know them.
    pub fn new(roll: impl Roll) -> Self {
        Self(Arc::new(roll))
    }

    pub(crate) fn check(
        &self,
        account: Option<&Name>,
        given: &Passphrase,
        pass: Pass,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        self.0.check(account, given, pass, Box::new(answer));
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Members")
    }
}
