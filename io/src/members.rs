//! Owns how a server is given what knows its members.

use std::fmt;
use std::sync::Arc;

use chinwag_core::Name;
use chinwag_core::admission::{NewAccount, Pass, Passphrase, Verdict};
use chinwag_core::log::{Accounts, AddressKey, Decided, KeptBar, OwnedState};

/// Knows who may come to a server. It may be asked on any thread, and must not wait.
pub trait Roll: Send + Sync + 'static {
    /// Has `answer` be told, now or later and from any thread, what comes of a secret that is not the server's
    /// password: that of an account, or an invitation. It is always told something. A pass is drawn only where it is
    /// wanted.
    fn check(&self, account: Option<&Name>, given: &Passphrase, pass: Pass, answer: Box<dyn FnOnce(Verdict) + Send>);

    /// Returns what was decided before the server was started, and has `told` be told, from any thread, what is decided
    /// outside of it from then on. It is called once, before the server serves.
    fn decided(&self, told: Box<dyn Fn(Decided) + Send>) -> Decided;

    /// Keeps that an address is banned, or no more.
    fn keep_bar(&self, address: AddressKey, bar: Option<KeptBar>);

    /// Keeps what a room is that belongs to an account, or that it belongs to none any more.
    fn keep_room(&self, room: Name, owned: Option<Box<OwnedState>>);

    /// Returns which accounts there are, all as made. From then on `changed` is told which were made, and which are
    /// gone, soon after. A server asks once, before anybody comes.
    fn accounts(&self, changed: Box<dyn Fn(Accounts) + Send>) -> Accounts;

    /// Makes an account of somebody who was invited, and has `answer` be told, now or later and from any thread, what
    /// comes of it: by the pass they come in the next time.
    fn make_account(&self, new: NewAccount, answer: Box<dyn FnOnce(Verdict) + Send>);
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

    pub(crate) fn roll(&self) -> &dyn Roll {
        &*self.0
    }

    pub(crate) fn make_account(&self, new: NewAccount, answer: impl FnOnce(Verdict) + Send + 'static) {
        self.0.make_account(new, Box::new(answer));
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Members")
    }
}
