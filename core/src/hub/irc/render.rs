//! Owns how one who came by IRC is told what the chat says to them alone.

use super::answer::{Answer, Entry};
use crate::irc::{Capabilities, HOST};
use crate::message::{IrcMessage, LoggingIn, Message};
use crate::wire::irc::decode::{LINE_BYTES_MAX, TAGS_BYTES_MAX};
use crate::{ConnectionId, Hub};

impl<S> Hub<S> {
    /// Adds to an answer what somebody is told.
    pub(super) fn render(&mut self, connection: ConnectionId, message: Message, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let has_echo = self.capabilities(connection).has(Capabilities::ECHO_MESSAGE);
        if let Message::Irc(message) = message {
            self.render_own(connection, *message, answer);
        } else if let Message::Ruling(ruling) = message {
            self.render_ruling(connection, *ruling, answer);
        } else if let Message::Taken { name } = message {
            answer.numeric(format_args!("433 {nick} {name} :Nickname is already in use"));
        } else if let Message::NameOfAccount { name } = message {
            answer.name_of_account(&nick, &name);
        } else if let Message::LoggingIn(logging_in) = message {
            self.render_logging_in(connection, logging_in, answer);
        } else if let Message::Nobody { name } = message {
            answer.numeric(format_args!("401 {nick} {name} :No such nick/channel"));
        } else if let Message::TooLong { .. } = message {
            answer.numeric(format_args!(
                "417 {nick} :Lines can only be {LINE_BYTES_MAX} bytes long, and {TAGS_BYTES_MAX} more for tags"
            ));
        } else if let Message::WrongProtocol { protocol, port } = message {
            let at = port.map(|port| format!(", which is at port {port}")).unwrap_or_default();
            answer.numeric(format_args!("NOTICE * :This port is for IRC, not for {}{at}", protocol.name()));
        } else if let Message::YouJoined { room, .. } = message {
            self.render_joined(connection, &room, answer);
        } else if let Message::Found { .. } | Message::NoHistory = message {
            message.to_string().lines().for_each(|line| self.notice(&nick, line, answer));
        } else if !is_told_otherwise(&message) && (has_echo || !matches!(message, Message::Sent { .. })) {
            answer.push(Entry::Message(message));
        }
    }

    /// Adds a notice by the server, in as many lines as it takes.
    pub(super) fn notice(&self, nick: &str, text: &str, answer: &mut Answer) {
        let around = format!(":{} NOTICE {nick} :\r\n", self.config.limits.server_name).len();
        let mut rest = text;
        while !rest.is_empty() {
            let (line, more) = rest.split_at(rest.floor_char_boundary(LINE_BYTES_MAX - around));
            answer.numeric(format_args!("NOTICE {nick} :{line}"));
            rest = more;
        }
    }

    /// Adds what becomes of somebody's wish to log in.
    fn render_logging_in(&self, connection: ConnectionId, logging_in: LoggingIn, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let seen = self.chat.seen(connection);
        let source = seen.map_or_else(|| format!("{nick}!*@{HOST}"), |seen| seen.identity().source(seen.name()));
        match logging_in {
            LoggingIn::LoggedIn { account } => {
                answer.numeric(format_args!("900 {nick} {source} {account} :You are now logged in as {account}"));
                answer.numeric(format_args!("903 {nick} :SASL authentication successful"));
            }
            LoggingIn::LoggedOut => answer.numeric(format_args!("901 {nick} {source} :You are now logged out")),
            LoggingIn::Shown => {}
            LoggingIn::Denied(_)
            | LoggingIn::Asked { .. }
            | LoggingIn::NotLoggedIn
            | LoggingIn::CalledOff
            | LoggingIn::NoAccounts
            | LoggingIn::NoOperator
            | LoggingIn::Elsewhere => answer.numeric(format_args!("NOTICE {nick} :{logging_in}")),
        }
    }

    fn render_own(&mut self, connection: ConnectionId, message: IrcMessage, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        match message {
            IrcMessage::Welcome => self.render_welcome(connection, answer),
            IrcMessage::NoSuchRoom { room } => answer.numeric(format_args!("403 {nick} #{room} :No such channel")),
            IrcMessage::NotInRoom { room } => {
                answer.numeric(format_args!("442 {nick} #{room} :You're not on that channel"));
            }
            IrcMessage::CannotSpeak { room } => {
                answer.numeric(format_args!("404 {nick} #{room} :Cannot send to channel"));
            }
            IrcMessage::TooManyRooms { room } => {
                answer.numeric(format_args!("405 {nick} #{room} :You have joined too many channels"));
            }
            IrcMessage::IsAway { name, text } => answer.numeric(format_args!("301 {nick} {name} :{text}")),
            IrcMessage::SetAway { is_away: true } => {
                answer.numeric(format_args!("306 {nick} :You have been marked as being away"));
            }
            IrcMessage::SetAway { is_away: false } => {
                answer.numeric(format_args!("305 {nick} :You are no longer marked as being away"));
            }
            IrcMessage::Modes { is_bot, is_invisible } => {
                let signs = |mode: Option<bool>, letter: char| {
                    mode.map(|is_set| format!("{}{letter}", if is_set { '+' } else { '-' })).unwrap_or_default()
                };
                let modes = format!("{}{}", signs(is_bot, 'B'), signs(is_invisible, 'i'));
                answer.push(Entry::Own(format!("MODE {nick} {modes}")));
            }
            IrcMessage::Presence { name, identity: Some(identity) } => {
                answer.numeric(format_args!("730 {nick} :{}", identity.source(&name)));
            }
            IrcMessage::Presence { name, identity: None } => answer.numeric(format_args!("731 {nick} :{name}")),
            IrcMessage::MonitorsFull { name } => {
                let max = crate::irc::MONITORED_MAX;
                answer.numeric(format_args!("734 {nick} {max} {name} :Monitor list is full"));
            }
            IrcMessage::RealName { .. } if !self.capabilities(connection).has(Capabilities::SETNAME) => {}
            message @ (IrcMessage::Lines(_)
            | IrcMessage::Tagged { .. }
            | IrcMessage::TagsSent { .. }
            | IrcMessage::Away { .. }
            | IrcMessage::RealName { .. }
            | IrcMessage::Account { .. }
            | IrcMessage::Invited { .. }) => answer.push(Entry::Message(Message::Irc(Box::new(message)))),
        }
    }
}

/// Tells whether a message is for no client of IRC: what one is called is told when it changes; what a room is about,
/// with the room.
const fn is_told_otherwise(message: &Message) -> bool {
    matches!(message, Message::YouAre { .. } | Message::Topic { .. })
}
