//! Owns the password by which somebody comes in who comes by IRC, where the server asks for one.
//!
//! Invariant: nobody is known to others, or sees anybody, before it was right.

use std::fmt;

use super::Line;
use crate::password::{Passphrase, Verdict};
use crate::{Action, ConnectionId, Effect, Hub, IrcMessage, Message, Time};

/// What those are told who have said who they are, and given no password.
pub(super) const ASKED: &str = "This server asks for a password: send it with PASS, before NICK and USER";

impl<S> Hub<S> {
    /// Has the password looked at that somebody gives. Nothing else of the connection goes on before that is answered.
    pub(super) fn obey_pass(&mut self, connection: ConnectionId, line: &Line<'_>) {
        if !self.config.limits.asks_password {
            return;
        }
        let given = Passphrase::new(line.param(0).unwrap_or_default());
        self.connections.await_effect(connection);
        self.effects.push_back(Effect::LogIn { connection, given });
    }

    /// Tells whether somebody has to give a password that lets them in, and has not.
    pub(super) fn is_to_give_password(&self, connection: ConnectionId) -> bool {
        let is_welcome = || self.irc.arriving.get(&connection).is_none_or(|arriving| arriving.is_welcome);
        self.config.limits.asks_password && !is_welcome()
    }

    /// Handles what comes of it.
    pub(in crate::hub) fn handle_logged_in(&mut self, now: Time, connection: ConnectionId, verdict: &Verdict) {
        if !self.connections.handle_effect(connection) {
            return;
        }
        let before = self.chat.actions().len();
        match (verdict, self.irc.arriving.get_mut(&connection)) {
            (Verdict::Welcome | Verdict::Invited(_), Some(arriving)) => arriving.is_welcome = true,
            (Verdict::Denied(denial), Some(_)) => self.turn_away(connection, denial),
            (_, None) => {}
        }
        self.finish_irc(now, connection, before);
        self.release(now, connection);
    }

    /// Ends the connection of somebody who gave no password that lets them in.
    pub(super) fn turn_away(&mut self, connection: ConnectionId, why: impl fmt::Display) {
        let server = &self.config.limits.server_name;
        let nick = self.nick_or_star(connection);
        let last = format!(":{server} 464 {nick} :{why}\r\nERROR :Closing link: {why}\r\n");
        self.reply(connection, Message::Irc(Box::new(IrcMessage::Lines(last.into()))));
        self.depart(connection);
        self.chat.push_action(Action::Close { connection, code: None });
    }
}
