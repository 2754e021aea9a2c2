//! Owns what a person can ask for, and how a line says it.

use crate::command;
use crate::config::LIST_BYTES_MAX;
use crate::{Name, Text};

/// Tells what one line asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Say something to the room.
    Say(Text),
    /// See the list of commands.
    Help,
    /// Take another name.
    Rename(Name),
    /// Take a name that can't be one.
    RenameInvalid,
    /// Go to another room.
    Join(Name),
    /// Go to a room whose name can't be one.
    JoinInvalid,
    /// See the rooms.
    Rooms,
    /// See who is in the room.
    Users,
    /// Leave.
    Quit,
    /// A command that there is none of: its word, with the slash.
    Unrecognized(Text),
    /// A line over the limit; what it said is gone.
    TooLong,
    /// A line that is not UTF-8; what it said is gone.
    NotUtf8,
    /// Not a line: the session has used up its window of replies, and asks to be told when they have been dealt with.
    Mark,
}

impl Request {
    /// Takes a line, without its end, for a request. An empty or blank line asks for nothing.
    ///
    /// # Examples
    /// ```
    /// use chinwag_core::{Name, Request, Text};
    ///
    /// assert_eq!(Request::parse("/join pizza"), Name::parse("pizza").map(Request::Join));
    /// assert_eq!(Request::parse("//shrug"), Some(Request::Say(Text::clean("/shrug"))));
    /// assert_eq!(Request::parse("  "), None);
    /// ```
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let text = Text::clean(line);
        if text.as_str().trim().is_empty() {
            return None;
        }
        if !text.as_str().starts_with('/') {
            return Some(Self::Say(text));
        }
        if text.as_str().starts_with("//") {
            return Some(Self::Say(text.without_first(1)));
        }
        Some(command::parse(text.as_str()))
    }

    /// Returns the most bytes that the reply to this can have, with the notice that may have to go before it.
    pub(crate) fn reply_bytes_max(&self) -> usize {
        // More than any line of fixed text with a name or a number in it has.
        const LINE: usize = 80;
        match self {
            Self::Say(_) | Self::Quit | Self::Mark => 0,
            Self::Rooms | Self::Users => LIST_BYTES_MAX + LINE,
            Self::Help => 512 + LINE,
            Self::Unrecognized(word) => word.as_str().len() + 2 * LINE,
            Self::Rename(_)
            | Self::RenameInvalid
            | Self::Join(_)
            | Self::JoinInvalid
            | Self::TooLong
            | Self::NotUtf8 => 2 * LINE,
        }
    }
}
