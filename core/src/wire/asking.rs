//! Owns the words for a password that is asked for, and given, before somebody is let in.

use crate::asked::Asked;
use crate::message::Message;
use crate::name::Name;
use crate::password::{Denial, NewAccount, Passphrase};
use crate::request::Request;
use crate::texts::Saying;
use crate::token::Token;

/// What people are asked before they may come in. Programs wait for it: it is exact.
pub(crate) const ASKED: &str = "This server asks for a password:";

/// What those are told who take too long.
pub(crate) const LATE: &str = "No password has come, so the connection ends";

/// What those are told who were invited, before the pass by which they come in the next time.
pub(crate) const PASS: &str = "Your pass for the next time is";

/// Tells what lets somebody in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// A password, or an invitation.
    Password,
    /// One of these, or an account.
    PasswordOrAccount,
    /// An account, by which somebody wants to log in where nobody has to.
    Account,
}

/// Tells what is said of a password. Each form has its own way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Asking {
    /// It is asked for.
    First(Wanted),
    /// The program is known to be able to show nothing of what is typed.
    Hide,
    /// It was not the right one, and is asked for again.
    Again(Wanted, Denial),
    /// It was not the right one, and the connection ends.
    Last(Denial),
    /// None has come, and the connection ends.
    Late,
    /// It was the right one.
    Welcome,
    /// The same, and by this they come in the next time: to an account, if it is of one.
    Pass(Passphrase, Option<Name>),
}

/// Tells what has come where a password was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Given {
    /// This may be it.
    Secret(Passphrase),
    /// By this somebody comes back who was let in before.
    Token(Token),
    /// The same, by a request that goes on to the session.
    Resume(Token),
    /// More is known of the program.
    Learned,
    /// Something else that is answered so.
    Answered(Message),
    /// A blank line.
    Blank,
    /// Nothing of interest.
    Nothing,
    /// By this an account is to be made, or can't be.
    NewAccount(Result<NewAccount, Denial>),
    /// A wish to leave, or what is no chat at all.
    Leave,
}

impl Given {
    /// Takes what a page has sent, which may also make an account: in three lines.
    pub(crate) fn of_page(text: &str) -> Self {
        let parts = text.strip_prefix("/account ").map(|rest| rest.split('\n').collect::<Vec<_>>());
        match parts.as_deref() {
            Some(&[name, invitation, password]) => Self::NewAccount(NewAccount::parse(name, invitation, password)),
            Some(_) | None => Self::of(text),
        }
    }

    /// Takes a line.
    pub(crate) fn of(line: &str) -> Self {
        match Asked::of(line, &mut Saying::default()) {
            Asked::For(Request::Resume(token)) => Self::Token(token),
            Asked::Nothing | Asked::Said | Asked::For(_) => Self::Secret(Passphrase::new(line)),
        }
    }
}
