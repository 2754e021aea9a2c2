//! Owns what a server says to one connection alone: the answers to its queries and notices.

use super::Hub;
use crate::log::{Command, Event};
use crate::{Action, CloseCode, ConnectionId, Effect, Message, Notice, Query, Time, Token};

impl<S> Hub<S> {
    /// Answers a query, from what this server knows.
    pub(super) fn answer(&mut self, connection: ConnectionId, query: Query) {
        if !self.chat.is_here(connection) {
            return;
        }
        let list_bytes_max = self.config.limits.list_bytes_max;
        let form = self.connections.form(connection).unwrap_or_default();
        let message = match query {
            Query::Help => Message::Help,
            Query::Rooms => self.chat.list_rooms(form, list_bytes_max),
            Query::Users => self.chat.list_members(connection, form, list_bytes_max),
            Query::Token => self.config.token(connection).map_or(Message::Stale, |token| Message::Resumable { token }),
        };
        self.reply(connection, message);
    }

    /// Handles what concerns a connection only.
    pub(super) fn handle_notice(&mut self, now: Time, connection: ConnectionId, notice: Notice) {
        if !self.chat.is_here(connection) {
            return;
        }
        match notice {
            Notice::NameInvalid => self.reply(connection, Message::NameInvalid),
            Notice::RoomInvalid => self.reply(connection, Message::RoomInvalid),
            Notice::Stale => self.reply(connection, Message::Stale),
            Notice::Unrecognized(word) => self.reply(connection, Message::Unrecognized { word }),
            Notice::TooLong => {
                let chars_max = self.config.rules.line_chars_max;
                self.reply(connection, Message::TooLong { chars_max });
            }
            Notice::NotUtf8 => self.reply(connection, Message::NotUtf8),
            Notice::Speak(dialect) => self.chat.push_action(Action::Speak { connection, dialect }),
            Notice::Refuse(option) => self.reply(connection, Message::Refuse { option }),
            Notice::AreYouThere => self.reply(connection, Message::Here),
            Notice::Ping(payload) => self.reply(connection, Message::Pong { payload }),
            Notice::Alive => self.chat.push_action(Action::Alive { connection }),
            Notice::Fail(code) => self.leave(now, connection, code),
            Notice::WrongProtocol(protocol) => {
                self.reply(connection, Message::WrongProtocol { protocol });
                self.leave(now, connection, CloseCode::PROTOCOL);
            }
            Notice::Fence => self.chat.push_action(Action::Credit { connection }),
        }
    }

    /// Asks whose token this is. Nothing else of the connection goes on before that is answered.
    pub(super) fn verify(&mut self, connection: ConnectionId, token: Token) {
        if self.connections.form(connection).is_some() {
            self.connections.await_effect(connection);
            self.effects.push_back(Effect::VerifyToken { connection, token });
        }
    }

    pub(super) fn reply(&mut self, connection: ConnectionId, message: Message) {
        self.chat.push_action(Action::Reply { connection, message });
    }

    fn leave(&mut self, now: Time, connection: ConnectionId, code: CloseCode) {
        self.propose(now, Event::Commanded { connection, command: Command::Leave(code) });
    }
}
