//! Owns what people are told of accounts.

use std::fmt;

use crate::name::Name;
use crate::password::Denial;

/// Tells somebody what becomes of their wish to log in, or to be an operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LoggingIn {
    /// The next line is taken for the password.
    Asked {
        /// Their program is to show nothing of it.
        is_hidden: bool,
    },
    /// It was taken: their program may show again what is typed. It is no line.
    Shown,
    /// By which account they are logged in.
    LoggedIn {
        /// By this one.
        account: Name,
    },
    /// They are logged in no more.
    LoggedOut,
    /// They are not logged in.
    NotLoggedIn,
    /// They have given no password.
    CalledOff,
    /// The password does not do.
    Denied(Denial),
    /// There are no accounts.
    NoAccounts,
    /// The account is no operator's.
    NoOperator,
    /// It is not asked for where they are.
    Elsewhere,
}

/// What asks for the password of an account. Programs wait for it: it is exact.
pub(crate) const PASSWORD: &str = "Password:";

impl fmt::Display for LoggingIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { .. } => f.write_str(PASSWORD),
            Self::Shown => Ok(()),
            Self::LoggedIn { account } => write!(f, "You are logged in as {account}"),
            Self::LoggedOut => f.write_str("You are logged out"),
            Self::NotLoggedIn => f.write_str("You are not logged in"),
            Self::CalledOff => f.write_str("You gave no password"),
            Self::Denied(denial) => denial.fmt(f),
            Self::NoAccounts => f.write_str("There are no accounts here"),
            Self::NoOperator => f.write_str("This account is no operator's"),
            Self::Elsewhere => f.write_str("A password would be shown here"),
        }
    }
}
