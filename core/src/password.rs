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

/// Holds what somebody makes an account with who was invited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewAccount {
    /// Whose it is to be.
    pub name: Name,
    /// An invitation, or the pass of somebody who came by one. It is good for one account.
    pub invitation: Passphrase,
    /// By which they are to log in.
    pub password: Passphrase,
}

impl NewAccount {
    /// The least characters of its password: what NIST SP 800-63B-4, section 3.1.1.2, asks for at the very least.
    pub const PASSWORD_CHARS_MIN: usize = 8;

    /// Takes what somebody wants to make an account with.
    ///
    /// # Errors
    /// There can be no such account.
    pub fn parse(name: &str, invitation: &str, password: &str) -> Result<Self, Denial> {
        let name = Name::parse(name).ok_or(Denial::BadName)?;
        if name.is_reserved() {
            return Err(Denial::NameTaken);
        }
        if password.chars().count() < Self::PASSWORD_CHARS_MIN {
            return Err(Denial::ShortPassword);
        }
        Ok(Self { name, invitation: Passphrase::new(invitation), password: Passphrase::new(password) })
    }
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
    /// It is to be the name of an account, and can be no name.
    BadName,
    /// There is an account of the name.
    NameTaken,
    /// It is to be the password of an account, and is too short.
    ShortPassword,
    /// An account was made by the invitation, or the pass, before.
    HasAccount,
}

impl Denial {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Wrong,
        Self::TooMany,
        Self::Expired,
        Self::UsedUp,
        Self::Revoked,
        Self::Busy,
        Self::Unsafe,
        Self::BadName,
        Self::NameTaken,
        Self::ShortPassword,
        Self::HasAccount,
    ];

    /// Tells whether another try makes sense.
    #[must_use]
    pub const fn may_try_again(self) -> bool {
        match self {
            Self::Wrong | Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy | Self::Unsafe => true,
            Self::BadName | Self::NameTaken | Self::ShortPassword | Self::HasAccount => true,
            Self::TooMany => false,
        }
    }

    /// Tells whether it was a guess: who has a real invitation does not guess, even if it lets nobody in any more.
    #[must_use]
    pub const fn is_guess(self) -> bool {
        match self {
            Self::Wrong | Self::TooMany => true,
            Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy | Self::Unsafe => false,
            Self::BadName | Self::NameTaken | Self::ShortPassword | Self::HasAccount => false,
        }
    }

    /// Returns as what it is counted.
    #[must_use]
    pub const fn incident(self) -> Incident {
        match self {
            Self::Wrong | Self::Expired | Self::UsedUp | Self::Revoked | Self::Busy | Self::Unsafe => {
                Incident::WrongPassword
            }
            Self::BadName | Self::NameTaken | Self::ShortPassword | Self::HasAccount => Incident::WrongPassword,
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
            Self::BadName => return Name::fmt_rule(f),
            Self::NameTaken => "This name is taken",
            Self::ShortPassword => "A password has at least 8 characters",
            Self::HasAccount => "An account was made by this invitation before",
        })
    }
}
