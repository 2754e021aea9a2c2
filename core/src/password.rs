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
    /// They may come in by an invitation; by this they come in the next time.
    Invited(Passphrase),
    /// They may not.
    Denied(Denial),
}

impl Verdict {
    /// Returns the same without a secret.
    #[must_use]
    pub fn without_secrets(self) -> Self {
        if let Self::Invited(_) = self { Self::Welcome } else { self }
    }
}

/// Tells why somebody may not come in. It is shown as people are told it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Denial {
    /// It is nothing that lets anybody in.
    Wrong,
    /// Too many wrong ones came from the address, and no other is looked at before a while has passed.
    TooMany,
    /// It is an invitation whose day is over.
    Expired,
    /// It is an invitation that has let in as many as it is for.
    UsedUp,
    /// It is an invitation that was taken back.
    Revoked,
    /// It can't be looked up now.
    Busy,
}

impl Denial {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Wrong, Self::TooMany, Self::Expired, Self::UsedUp, Self::Revoked, Self::Busy];

    /// Tells whether another try makes sense.
    #[must_use]
    pub const fn may_try_again(self) -> bool {
        match self {
            Self::Wrong | Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy => true,
            Self::TooMany => false,
        }
    }

    /// Tells whether it was a guess: who has a real invitation does not guess, even if it lets nobody in any more.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        match self {
            Self::Wrong | Self::TooMany => true,
            Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy => false,
        }
    }

    /// Returns as what it is counted.
    #[must_use]
    pub const fn incident(self) -> Incident {
        match self {
            Self::Wrong | Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy => Incident::WrongPassword,
            Self::TooMany => Incident::ManyPasswords,
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wrong => "Wrong password",
            Self::TooMany => "Too many wrong passwords, try again in a minute",
            Self::Expired => "This invitation has expired",
            Self::UsedUp => "This invitation is used up",
            Self::Revoked => "This invitation was revoked",
            Self::Busy => "Server is busy, try again in a moment",
        })
    }
}
