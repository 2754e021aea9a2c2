//! Owns what a person can ask for, and how a line says it.

use crate::command;
use crate::config::LIST_BYTES_MAX;
use crate::{Foreign, Incident, Name, Text};

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
    /// Something that is not chat at all; nothing of it counts, and no more is read.
    WrongDoor(Foreign),
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

    /// Returns how the connection ends with this, if it does.
    pub(crate) const fn ending(&self) -> Option<Incident> {
        match self {
            Self::Quit => Some(Incident::Quit),
            Self::WrongDoor(foreign) => Some(Incident::WrongDoor(*foreign)),
            Self::Say(_)
            | Self::Help
            | Self::Rename(_)
            | Self::RenameInvalid
            | Self::Join(_)
            | Self::JoinInvalid
            | Self::Rooms
            | Self::Users
            | Self::Unrecognized(_)
            | Self::TooLong
            | Self::NotUtf8
            | Self::Mark => None,
        }
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
            | Self::NotUtf8
            | Self::WrongDoor(_) => 2 * LINE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Message};

    #[test]
    fn what_is_reckoned_for_a_reply_is_enough_for_the_longest_and_the_notice_before_it() {
        let name = || Name::parse("twenty_characters_ok").expect("a name");
        let word = || Text::clean("/unheard-of");
        let chars_max = Config::default().line_chars_max;
        let list = "x".repeat(LIST_BYTES_MAX - 1);
        let cases = [
            (Request::Help, Message::Help.to_string()),
            (Request::Rename(name()), Message::Taken { name: name() }.to_string()),
            (Request::RenameInvalid, Message::NameInvalid.to_string()),
            (Request::Join(name()), Message::YouAreIn { room: name() }.to_string()),
            (Request::JoinInvalid, Message::RoomInvalid.to_string()),
            (Request::Unrecognized(word()), Message::Unrecognized { word: word() }.to_string()),
            (Request::TooLong, Message::TooLong { chars_max }.to_string()),
            (Request::NotUtf8, Message::NotUtf8.to_string()),
            (Request::Rooms, list.clone()),
            (Request::Users, list),
        ];
        let notice = Message::Dropped { count: u64::from(u32::MAX) }.to_string().len() + 1;
        for (request, reply) in cases {
            let (reckoned, needed) = (request.reply_bytes_max(), reply.len() + 1 + notice);
            assert!(needed <= reckoned && reckoned < needed + 400, "{reckoned} for {needed}: {request:?}");
        }
        let free = [Request::Say(word()), Request::Quit, Request::Mark];
        assert!(free.iter().all(|request| request.reply_bytes_max() == 0), "they have no reply");
    }
}
