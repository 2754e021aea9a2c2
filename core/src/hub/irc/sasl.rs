//! Owns SASL, by which a client of IRC logs in before it says who it is
//! (<https://ircv3.net/specs/extensions/sasl-3.2>): the mechanism PLAIN (RFC 4616).
//!
//! Invariant: what is held of an answer that comes in chunks is bounded, and let go of as soon as it is looked at.

use std::fmt;

use super::Line;
use super::answer::Answer;
use crate::irc::HOST;
use crate::irc::sasl::{CHUNK, credentials};
use crate::password::{Account, Verdict};
use crate::recording::GivenBy;
use crate::{ConnectionId, Hub, Name, Time};

/// How long an answer is at the most: far more than any name and password have.
const ANSWER_BYTES_MAX: usize = 4 * CHUNK;

/// The mechanisms that there are.
pub(super) const MECHANISMS: &str = "PLAIN";

/// Holds what has come of an answer.
///
/// Its `Debug` hides it, since there is a password in it.
#[derive(Default)]
pub(super) struct Sasl(String);

impl fmt::Debug for Sasl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sasl({} bytes)", self.0.len())
    }
}

impl<S> Hub<S> {
    /// Takes what somebody says of who they are by SASL.
    pub(super) fn obey_authenticate(&mut self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        if !self.may_log_in(connection) {
            return answer.numeric(format_args!("421 {nick} AUTHENTICATE :Unknown command"));
        }
        let Some(said) = line.filled(0) else {
            return answer.numeric(format_args!("461 {nick} AUTHENTICATE :Not enough parameters"));
        };
        if self.account_of(connection).is_some() {
            return answer.numeric(format_args!("907 {nick} :You have already authenticated using SASL"));
        }
        let Some(mut sasl) = self.irc.sasl.remove(&connection) else {
            if said.eq_ignore_ascii_case(MECHANISMS) {
                self.irc.sasl.insert(connection, Sasl::default());
                return answer.numeric(format_args!("AUTHENTICATE +"));
            }
            if said != "*" {
                answer.numeric(format_args!("908 {nick} {MECHANISMS} :are available SASL mechanisms"));
            }
            return answer.numeric(format_args!("904 {nick} :SASL authentication failed"));
        };
        if said == "*" {
            return answer.numeric(format_args!("906 {nick} :SASL authentication aborted"));
        }
        if said.len() > CHUNK {
            return answer.numeric(format_args!("905 {nick} :SASL message too long"));
        }
        if sasl.0.len() + said.len() > ANSWER_BYTES_MAX {
            return answer.numeric(format_args!("904 {nick} :SASL authentication failed"));
        }
        if said != "+" {
            sasl.0.push_str(said);
        }
        if said.len() == CHUNK {
            self.irc.sasl.insert(connection, sasl);
            return;
        }
        let Some((account, given)) = credentials(&sasl.0) else {
            return answer.numeric(format_args!("904 {nick} :SASL authentication failed"));
        };
        self.log_in(connection, GivenBy::Sasl, Some(account), given);
    }

    /// Tells whether somebody can log in: there are accounts, and nobody else could read their passwords.
    pub(super) fn may_log_in(&self, connection: ConnectionId) -> bool {
        self.config.limits.has_accounts && !self.irc.exposed.contains(&connection)
    }

    /// Returns by which account somebody has logged in, who may not have said who they are.
    fn account_of(&self, connection: ConnectionId) -> Option<Name> {
        match self.irc.arriving.get(&connection) {
            Some(arriving) => arriving.account.clone(),
            None => self.chat.seen(connection).and_then(|seen| seen.identity().account().cloned()),
        }
    }

    /// Tells somebody what came of it.
    pub(super) fn tell_authenticated(&mut self, now: Time, connection: ConnectionId, verdict: &Verdict) {
        let nick = self.nick_or_star(connection);
        let mut answer = Answer::default();
        match verdict {
            Verdict::Member(Account { name, .. }) | Verdict::LoggedIn(Account { name, .. }, _) => {
                let source = format!("{nick}!*@{HOST}");
                answer.numeric(format_args!("900 {nick} {source} {name} :You are now logged in as {name}"));
                answer.numeric(format_args!("903 {nick} :SASL authentication successful"));
            }
            Verdict::Welcome | Verdict::Invited(_) => {
                answer.numeric(format_args!("904 {nick} :SASL authentication failed"));
            }
            Verdict::Denied(denial) => answer.numeric(format_args!("904 {nick} :{denial}")),
        }
        self.answer_later(now, connection, answer);
    }
}
