//! Owns the notices: what concerns nothing but the one connection that it comes from.

use bytes::Bytes;

use super::LogIn;
use crate::commands::named;
use crate::{CloseCode, Dialect, OtherProtocol, Text};

/// Tells what has come from a connection that concerns nobody else. It never enters the log, but keeps its place behind
/// what the connection asked for before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// A name was asked for that can't be one.
    NameInvalid,
    /// A room was asked for whose name can't be one.
    RoomInvalid,
    /// What was given for a token is none.
    Stale,
    /// A command without what it takes, or with something else: its word, without the slash.
    Incomplete(&'static str),
    /// More messages of what was said were asked for than are kept, or none, or no number.
    HistoryCount,
    /// A topic that is too long.
    TopicTooLong,
    /// A command that there is none of: its word, with the slash.
    Unrecognized(Text),
    /// Somebody logs in to their account.
    LogIn(Box<LogIn>),
    /// A line over the limit; what it said is gone.
    TooLong,
    /// A line that is not UTF-8; what it said is gone.
    NotUtf8,
    /// Not a line: more is known of the program that the lines come from. It asks for nothing.
    Speak(Dialect),
    /// Not a line: telnet asks for an option that it has to be refused (RFC 854).
    Refuse(u8),
    /// Not a line: telnet asks whether somebody is there (RFC 854).
    AreYouThere,
    /// Not a line: a `WebSocket` asks whether somebody is there, and is to hear the same bytes. They are 125 at most,
    /// as a frame of its kind has (RFC 6455, section 5.5).
    Ping(Bytes),
    /// Not a line: a `WebSocket` has sent something, be it the answer to a ping, so that somebody is there. It is told
    /// once in a while.
    Alive,
    /// Be closed with this code, for a frame that breaks the rules of `WebSockets`; nothing after it counts.
    Fail(CloseCode),
    /// Something that is not chat at all; nothing of it counts, and no more is read.
    WrongProtocol(OtherProtocol),
    /// Not a line: the session has used up its window of replies, and asks to be told when they have been dealt with.
    Fence,
}

impl Notice {
    /// Returns the notice that a command lacks what it takes, whose word this is, if there is one.
    #[must_use]
    pub fn incomplete(word: &str) -> Option<Self> {
        named(word).map(|usage| Self::Incomplete(usage.word))
    }

    /// Tells whether it comes from a person, of whom others may be told: not from a program that looks what is here.
    pub(crate) const fn shows_a_person(&self) -> bool {
        match self {
            Self::NameInvalid
            | Self::RoomInvalid
            | Self::Incomplete(_)
            | Self::HistoryCount
            | Self::TopicTooLong
            | Self::LogIn(_)
            | Self::Unrecognized(_) => true,
            Self::Stale
            | Self::TooLong
            | Self::NotUtf8
            | Self::Speak(_)
            | Self::Refuse(_)
            | Self::AreYouThere
            | Self::Ping(_)
            | Self::Alive
            | Self::Fail(_)
            | Self::WrongProtocol(_)
            | Self::Fence => false,
        }
    }
}
