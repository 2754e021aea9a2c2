//! The protocols that load can be made in: the chat's own three, and those of the servers that it is compared with.
//!
//! In each of them but the web's, whose [frames](super::web) are told apart by their heads, every message has one line
//! for its text alone or as its end, and what comes with it has a fixed length in one room, so the same inbox counts
//! them all.

use super::message::{self, Stamp};
use super::web;

/// How a server wants to be spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Lines, as chinwag speaks.
    Chat,
    /// JSON over `WebSocket`, as chinwag's web listener speaks.
    Web,
    /// IRC, as chinwag's listener for it and other servers speak. Who sends does not hear it.
    Irc,
    /// Redis, RESP 3, in which who subscribes may publish too.
    Redis,
    /// NATS.
    Nats,
}

impl Dialect {
    /// Reads a name from the command line.
    ///
    /// # Errors
    ///
    /// It is none of them.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        match name {
            "chat" => Ok(Self::Chat),
            "redis" => Ok(Self::Redis),
            "nats" => Ok(Self::Nats),
            _ => Err("takes chat, redis or nats".to_owned()),
        }
    }

    /// Returns how many of a room's members, its sender first, do not hear what is sent.
    pub(super) const fn deaf(self) -> usize {
        match self {
            Self::Irc => 1,
            Self::Chat | Self::Web | Self::Redis | Self::Nats => 0,
        }
    }

    /// Returns what shows the server that somebody is there who was asked.
    pub(super) const fn pong(self) -> &'static [u8] {
        match self {
            Self::Irc => b"PONG :load\r\n",
            Self::Chat | Self::Web | Self::Redis | Self::Nats => &web::PONG,
        }
    }

    /// Returns what takes a member, of all the one with this number, into a room, or to where [`enter`](Self::enter)
    /// does.
    pub(super) fn join(self, room: &str, member: usize) -> Vec<u8> {
        match self {
            Self::Chat => format!("/join {room}\n").into_bytes(),
            Self::Web => web::join(room),
            Self::Irc => format!("NICK l{member}\r\nUSER load 0 * :load\r\n").into_bytes(),
            Self::Redis => format!("HELLO 3\r\nSUBSCRIBE {room}\r\n").into_bytes(),
            Self::Nats => {
                format!("CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\nSUB {room} 1\r\nPING\r\n").into_bytes()
            }
        }
    }

    /// Returns what takes a member into a room who has been welcomed, if there is a welcome: some servers refuse it
    /// before.
    pub(super) fn enter(self, room: &str) -> Vec<u8> {
        match self {
            Self::Irc => format!("JOIN #{room}\r\n").into_bytes(),
            Self::Chat | Self::Web | Self::Redis | Self::Nats => Vec::new(),
        }
    }

    /// Returns the line that confirms it, without its line feed; in the web, what that begins with, and by IRC, what is
    /// in it.
    pub(super) fn joined(self, room: &str) -> String {
        match self {
            Self::Chat => format!("You joined {room}"),
            Self::Web => web::joined(room),
            Self::Irc => format!(" #{room} :End of "),
            Self::Redis => "subscribe\r".to_owned(),
            Self::Nats => "PONG\r".to_owned(),
        }
    }

    /// Returns what a sender writes before a text of `chars` characters.
    pub(super) fn head(self, room: &str, chars: usize) -> Vec<u8> {
        match self {
            Self::Chat => Vec::new(),
            Self::Web => web::head(chars),
            Self::Irc => format!("PRIVMSG #{room} :").into_bytes(),
            Self::Redis => format!("*3\r\n$7\r\nPUBLISH\r\n${}\r\n{room}\r\n${chars}\r\n", room.len()).into_bytes(),
            Self::Nats => format!("PUB {room} {chars}\r\n").into_bytes(),
        }
    }

    /// Returns what ends a text, both ways.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Chat => "\n",
            Self::Web => "",
            Self::Irc | Self::Redis | Self::Nats => "\r\n",
        }
    }

    /// Returns how many bytes bring a text of `chars` characters, if that is known before one has come: a line of chat
    /// or IRC has a name before the text, and nobody can tell how long it is.
    pub(super) fn frame_bytes(self, room: &str, chars: usize) -> Option<usize> {
        let header = match self {
            Self::Chat | Self::Web | Self::Irc => return None,
            Self::Redis => format!(">3\r\n$7\r\nmessage\r\n${}\r\n{room}\r\n${chars}\r\n", room.len()),
            Self::Nats => format!("MSG {room} 1 {chars}\r\n"),
        };
        Some(header.len() + chars + self.ending().len())
    }

    /// Reads the load message of `chars` characters in what was delivered, up to what ends it: in the chat a line,
    /// `{name}: {text}`.
    ///
    /// A line whose text has another length is none: it was cut, or is somebody else's. Nor is one that tells what was
    /// said before, which begins with a bracket.
    pub(super) fn read(self, line: &[u8], chars: usize) -> Option<Stamp> {
        message::read_text(&line[self.text_at(line, chars)?..])
    }

    /// Returns where in a delivery a text of `chars` characters may stand, by what is before it.
    fn text_at(self, delivery: &[u8], chars: usize) -> Option<usize> {
        let at = delivery.len().checked_sub(chars)?;
        let before = &delivery[..at];
        match self {
            Self::Chat => (before.ends_with(b": ") && !before.starts_with(b"[")).then_some(at),
            Self::Irc => (before.starts_with(b":") && before.ends_with(b" :")).then_some(at),
            // It stands among others in a frame.
            Self::Web => None,
            Self::Redis | Self::Nats => (before.is_empty() || before.ends_with(b"\n")).then_some(at),
        }
    }
}
