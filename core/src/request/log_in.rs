//! Owns what somebody asks for who shows by a password whose account is theirs.

use crate::Name;
use crate::password::Passphrase;

/// Holds one step of it. The password is the next line, and only whoever compares it sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogIn {
    /// Whose account.
    pub account: Name,
    /// What for.
    pub purpose: Purpose,
    /// How far they are.
    pub stage: Stage,
    /// Their program shows nothing of what is typed while a password is asked for.
    pub is_hidden: bool,
}

/// Tells what a password is given for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// To be logged in.
    LogIn,
    /// To be an operator of the server.
    Operate,
}

/// Tells how far somebody is who logs in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stage {
    /// They want to, and are asked for the password.
    Wanted,
    /// There are no accounts.
    Without,
    /// Others could read the password on its way.
    Unsafe,
    /// They are somewhere else than where a line is asked for.
    Elsewhere,
    /// They give no password after all.
    CalledOff,
    /// They give this.
    Given(Passphrase),
}

/// Tells what an account takes where somebody is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LogsIn {
    /// There are no accounts.
    #[default]
    Nobody,
    /// Others could read the password on its way: it comes over a network without TLS.
    Unsafely,
    /// It can be asked for.
    Safely,
}

impl LogIn {
    /// Begins it.
    pub(crate) const fn wanted(account: Name, purpose: Purpose) -> Self {
        Self { account, purpose, stage: Stage::Wanted, is_hidden: false }
    }

    /// Returns the same without the password, if there is one: stars stand in its place.
    pub(super) fn without_secret(&self) -> Option<Self> {
        let Stage::Given(given) = &self.stage else { return None };
        let hidden = Passphrase::new(&"*".repeat(given.as_str().len()));
        (hidden != *given).then(|| Self { stage: Stage::Given(hidden), ..self.clone() })
    }
}
