//! Owns what a server says to one connection alone: the answers to its queries and notices.

use super::Hub;
use crate::log::{Command, Event};
use crate::{Action, CloseCode, ConnectionId, Effect, Message, Notice, Query, Ruling, Time, Token};

impl<S> Hub<S> {
    /// Answers a query, from what this server knows.
    pub(super) fn answer(&mut self, now: Time, connection: ConnectionId, query: Query) {
        if !self.is_open(connection) {
            return;
        }
        let list_bytes_max = self.config.limits.list_bytes_max;
        let form = self.connections.form(connection).unwrap_or_default();
        let message = match query {
            Query::Help => Message::Help,
            Query::Rooms => self.chat.list_rooms(connection, form, list_bytes_max),
            Query::Users => self.chat.list_members(connection, form, list_bytes_max),
            Query::Topic => self.chat.topic(connection),
            Query::History(count) => return self.tell_history(now, connection, count),
            Query::Page(page) => return self.tell_page(now, connection, page),
            Query::Search(words) => return self.search(connection, words),
            Query::More => return self.answer_more(connection),
            Query::Bans => self.chat.list_bans(now, connection, form, list_bytes_max),
            Query::Operators => self.chat.list_operators(connection, form, list_bytes_max),
            Query::Moderation => Message::Ruling(Box::new(Ruling::Commands)),
            Query::Ignored => self.chat.list_ignored(connection, form, list_bytes_max),
            Query::Token => self.config.token(connection).map_or(Message::Stale, |token| Message::Resumable { token }),
        };
        self.reply(connection, message);
    }

    /// Tells the first piece of an answer, and keeps the others until they are asked for.
    pub(super) fn answer_in_pieces(&mut self, connection: ConnectionId, pieces: Vec<Message>) {
        self.pieces.insert(connection, pieces.into());
        self.answer_more(connection);
    }

    fn answer_more(&mut self, connection: ConnectionId) {
        let Some(pieces) = self.pieces.get_mut(&connection) else { return };
        let piece = pieces.pop_front();
        if pieces.is_empty() {
            self.pieces.remove(&connection);
        }
        if let Some(piece) = piece {
            self.reply(connection, piece);
        }
    }

    /// Handles what concerns a connection only.
    pub(super) fn handle_notice(&mut self, now: Time, connection: ConnectionId, notice: Notice) {
        if !self.is_open(connection) {
            return;
        }
        match notice {
            Notice::NameInvalid => self.reply(connection, Message::NameInvalid),
            Notice::RoomInvalid => self.reply(connection, Message::RoomInvalid),
            Notice::Incomplete(word) => self.reply(connection, Message::Incomplete { word }),
            Notice::HistoryCount => self.reply(connection, Message::HistoryCount),
            Notice::TopicTooLong => self.reply(connection, Message::TopicTooLong),
            Notice::Stale => self.reply(connection, Message::Stale),
            Notice::Unrecognized(word) => self.reply(connection, Message::Unrecognized { word }),
            Notice::LogIn(log_in) => self.log_in_by_lines(connection, *log_in),
            Notice::TooLong => {
                let chars_max = self.config.rules.line_chars_max;
                self.reply(connection, Message::TooLong { chars_max });
            }
            Notice::NotUtf8 => self.reply(connection, Message::NotUtf8),
            Notice::Speak(dialect) => {
                self.note_dialect(connection, dialect);
                self.chat.push_action(Action::Speak { connection, dialect });
            }
            Notice::Refuse(option) => self.reply(connection, Message::Refuse { option }),
            Notice::AreYouThere => self.reply(connection, Message::Here),
            Notice::Ping(payload) => self.reply(connection, Message::Pong { payload }),
            Notice::Alive => self.chat.push_action(Action::Alive { connection }),
            Notice::Fail(code) => self.leave(now, connection, code),
            Notice::WrongProtocol(protocol) => {
                let addresses = &self.config.limits.listen_addresses;
                let here = self.connections.form(connection).and_then(|form| form.listens_at(addresses));
                let port = protocol.port(addresses.ports_for(here));
                self.reply(connection, Message::WrongProtocol { protocol, port });
                self.leave(now, connection, CloseCode::PROTOCOL);
            }
            Notice::Fence => {
                let continues = self.pieces.contains_key(&connection);
                self.chat.push_action(Action::Credit { connection, continues });
            }
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
        // Nobody else knows of who has not said who they are.
        if !self.close_arriving(connection, code) {
            self.propose(now, Event::Commanded { connection, command: Command::Leave(code) });
        }
    }
}
