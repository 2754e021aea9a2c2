//! Owns the words for a password that somebody gives, and for what comes of it.
//!
//! Invariant: no password is shown, but to who compares it.

use std::fmt;

use crate::incidents::Incident;

/// Holds a password, or whatever else lets somebody in. It is never shown: neither by `Debug` nor in any log.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(Box<str>);

impl Passphrase {
    /// Takes what was given, as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns it, to be compared.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It hides the text.
impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// Tells what comes of a password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// They may come in.
    Welcome,
    /// They may not.
    Denied(Denial),
}

/// Tells why somebody may not come in. It is shown as people are told it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Denial {
    /// It is nothing that lets anybody in.
    Wrong,
    /// Too many wrong ones came from the address, and no other is looked at before a while has passed.
    TooMany,
}

impl Denial {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Wrong, Self::TooMany];

    /// Tells whether another try makes sense.
    #[must_use]
    pub const fn may_try_again(self) -> bool {
        match self {
            Self::Wrong => true,
            Self::TooMany => false,
        }
    }
}

impl Denial {
    /// Returns as what it is counted.
    #[must_use]
    pub const fn incident(self) -> Incident {
        match self {
            Self::Wrong => Incident::WrongPassword,
            Self::TooMany => Incident::ManyPasswords,
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wrong => "Wrong password",
            Self::TooMany => "Too many wrong passwords, try again in a minute",
        })
    }
}
