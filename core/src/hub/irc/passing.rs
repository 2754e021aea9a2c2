//! Owns the passwords that the hub has looked at: those by which somebody comes in who comes by IRC, where the server
//! asks for one, and those of accounts.
//!
//! Invariant: nobody is known to others, or sees anybody, before it was right.

use std::fmt;

use super::Line;
use super::answer::Answer;
use crate::log::{Command, Event};
use crate::password::{Account, Denial, Passphrase, Role, Verdict};
use crate::recording::GivenBy;
use crate::{Action, ConnectionId, Effect, Form, Hub, IrcMessage, LoggingIn, Message, Name, Time};

/// What those are told who have said who they are, and given no password.
pub(super) const ASKED: &str = "This server asks for a password: send it with PASS, before NICK and USER";

impl<S> Hub<S> {
    /// Has the password looked at that somebody gives. Nothing else of the connection goes on before that is answered.
    pub(super) fn obey_pass(&mut self, connection: ConnectionId, line: &Line<'_>) {
        let given = line.param(0).unwrap_or_default();
        // An account and its password have a colon between them; else it is for a server that asks for one.
        if self.config.limits.asks_password || self.config.limits.has_accounts && given.contains(':') {
            self.log_in(connection, GivenBy::Pass, None, Passphrase::new(given));
        }
    }

    /// Has the password of an account looked at by which somebody wants to be an operator of the server.
    pub(super) fn obey_oper(&mut self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let (Some(account), Some(given)) = (line.filled(0), line.filled(1)) else {
            return self.needs_more(connection, "OPER", answer);
        };
        if !self.config.limits.has_accounts {
            return answer.numeric(format_args!("491 {nick} :There are no operators here"));
        }
        match Name::parse(account) {
            Some(account) => self.log_in(connection, GivenBy::Oper, Some(account), Passphrase::new(given)),
            None => answer.numeric(format_args!("464 {nick} :{}", Denial::Wrong)),
        }
    }

    pub(in crate::hub) fn log_in(
        &mut self,
        connection: ConnectionId,
        by: GivenBy,
        account: Option<Name>,
        given: Passphrase,
    ) {
        self.irc.given_by.insert(connection, by);
        self.connections.await_effect(connection);
        self.effects.push_back(Effect::LogIn { connection, account, given });
    }

    /// Tells whether somebody has to give a password that lets them in, and has not.
    pub(super) fn is_to_give_password(&self, connection: ConnectionId) -> bool {
        let arriving = self.irc.arriving.get(&connection);
        let is_welcome = arriving.is_none_or(|arriving| arriving.is_welcome || arriving.account.is_some());
        self.config.limits.asks_password && !is_welcome
    }

    /// Handles what comes of it.
    pub(in crate::hub) fn handle_logged_in(&mut self, now: Time, connection: ConnectionId, verdict: &Verdict) {
        if !self.connections.handle_effect(connection) {
            return;
        }
        let before = self.chat.actions().len();
        let by = self.irc.given_by.remove(&connection).unwrap_or(GivenBy::Pass);
        let arriving = self.irc.arriving.get_mut(&connection);
        match (by, verdict) {
            (GivenBy::Sasl, Verdict::Member(account) | Verdict::LoggedIn(account, _)) if arriving.is_none() => {
                self.log_in_by(now, connection, account);
            }
            (GivenBy::Pass | GivenBy::Sasl, Verdict::Member(account) | Verdict::LoggedIn(account, _)) => {
                arriving.into_iter().for_each(|arriving| arriving.account = Some(account.name.clone()));
                self.tell_authenticated(now, connection, verdict);
            }
            (GivenBy::Pass, Verdict::Welcome | Verdict::Invited(_)) => {
                arriving.into_iter().for_each(|arriving| arriving.is_welcome = true);
            }
            (GivenBy::Pass, Verdict::Denied(denial)) => self.turn_away(now, connection, denial),
            (GivenBy::Sasl, _) => self.tell_authenticated(now, connection, verdict),
            (GivenBy::Oper, Verdict::Member(Account { role: Role::Operator, name })) => {
                let command = Command::Empower(Some(name.clone()));
                self.propose(now, Event::Commanded { connection, command });
            }
            (GivenBy::Oper, Verdict::Denied(denial)) => self.tell_oper(now, connection, LoggingIn::Denied(*denial)),
            (GivenBy::Oper, Verdict::Welcome | Verdict::Invited(_) | Verdict::Member(_) | Verdict::LoggedIn(..)) => {
                self.tell_oper(now, connection, LoggingIn::NoOperator);
            }
            (GivenBy::LogIn, Verdict::Member(account) | Verdict::LoggedIn(account, _)) => {
                self.log_in_by(now, connection, account);
            }
            (GivenBy::LogIn, Verdict::Denied(denial)) => {
                self.reply(connection, Message::LoggingIn(LoggingIn::Denied(*denial)));
            }
            (GivenBy::LogIn, Verdict::Welcome | Verdict::Invited(_)) => {
                self.reply(connection, Message::LoggingIn(LoggingIn::Denied(Denial::Wrong)));
            }
        }
        self.finish_irc(now, connection, before);
        self.release(now, connection);
    }

    fn log_in_by(&mut self, now: Time, connection: ConnectionId, account: &Account) {
        let command = Command::LogIn(account.name.clone());
        self.propose(now, Event::Commanded { connection, command });
    }

    fn tell_oper(&mut self, now: Time, connection: ConnectionId, why: LoggingIn) {
        if !self.connections.form(connection).is_some_and(Form::registers) {
            return self.reply(connection, Message::LoggingIn(why));
        }
        let nick = self.nick_or_star(connection);
        let mut answer = Answer::default();
        answer.numeric(format_args!("464 {nick} :{why}"));
        self.answer_later(now, connection, answer);
    }

    /// Tells somebody by IRC what they have waited for.
    pub(super) fn answer_later(&mut self, now: Time, connection: ConnectionId, answer: Answer) {
        for lines in self.pieces_of(now, connection, answer, (None, usize::MAX)) {
            self.reply(connection, lines);
        }
    }

    /// Ends the connection of somebody who gave no password that lets them in.
    pub(super) fn turn_away(&mut self, now: Time, connection: ConnectionId, why: impl fmt::Display) {
        let nick = self.nick_or_star(connection);
        let mut answer = Answer::default();
        answer.numeric(format_args!("464 {nick} :{why}"));
        self.answer_later(now, connection, answer);
        let last = format!("ERROR :Closing link: {why}\r\n");
        self.reply(connection, Message::Irc(Box::new(IrcMessage::Lines(last.into()))));
        self.depart(connection);
        self.chat.push_action(Action::Close { connection, code: None });
    }
}
