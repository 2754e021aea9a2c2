//! Owns the words for a password that somebody gives, and for what comes of it.
//!
//! Invariant: no password is shown, but to who compares it.

use std::fmt;

use crate::incidents::Incident;
use crate::name::Name;

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
    /// They have an account.
    Member(Account),
    /// They have logged in to an account; by this they do so the next time.
    LoggedIn(Account, Passphrase),
    /// They may not.
    Denied(Denial),
}

/// Tells whether somebody who is let in is to be given a pass: a secret that is theirs alone, by which they come in the
/// next time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// They are told it, and their program may keep it.
    Wanted,
    /// They can't be told.
    Useless,
}

/// Holds what is known of an account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Account {
    /// Whose it is.
    pub name: Name,
    /// What they may do.
    pub role: Role,
}

/// Tells what somebody may do who has an account. It is shown as people are told it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// What everybody may.
    Member,
    /// Keep order on the server.
    Operator,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Member => "member",
            Self::Operator => "operator",
        })
    }
}

impl Verdict {
    /// Returns the same without a secret.
    #[must_use]
    pub fn without_secrets(self) -> Self {
        match self {
            Self::Invited(_) => Self::Welcome,
            Self::LoggedIn(account, _) => Self::Member(account),
            Self::Welcome | Self::Member(_) | Self::Denied(_) => self,
        }
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
    /// It is the password of an account, and came over a network without TLS.
    Unsafe,
}

impl Denial {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Wrong, Self::TooMany, Self::Expired, Self::UsedUp, Self::Revoked, Self::Busy, Self::Unsafe];

    /// Tells whether another try makes sense.
    #[must_use]
    pub const fn may_try_again(self) -> bool {
        match self {
            Self::Wrong | Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy | Self::Unsafe => true,
            Self::TooMany => false,
        }
    }

    /// Tells whether it was a guess: who has a real invitation does not guess, even if it lets nobody in any more.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        match self {
            Self::Wrong | Self::TooMany => true,
            Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy | Self::Unsafe => false,
        }
    }

    /// Returns as what it is counted.
    #[must_use]
    pub const fn incident(self) -> Incident {
        match self {
            Self::Wrong | Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy | Self::Unsafe => {
                Incident::WrongPassword
            }
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
            Self::Unsafe => "An account takes TLS: without it others could read its password",
        })
    }
}
