//! Owns the words for what is kept outside the chat: what a store is given, and what it is asked for.
//!
//! A room's messages have numbers, which go on when the room vanishes and comes again: so room and number name a
//! message for ever. What is said to one person alone has no place among them. A time and a number name it.

use std::fmt;

use crate::{How, Name, Tags, Text, Texts, Topic};

/// Names where something was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Venue {
    /// In this room, in the case in which its name was given.
    Room(Name),
    /// Between two alone.
    Private(Box<Correspondence>),
    /// Between an account and each of those with whom its owner has written.
    AllPrivate(Name),
}

/// Names what an account has of what was said between its owner and somebody else.
///
/// If both are logged in, each account has it for itself. So what one of them forgets, the other still has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Correspondence {
    /// Of which account.
    pub account: Name,
    /// With whom: by the name of their account, or what they were called then if they were logged in to none.
    pub with: Name,
}

impl Venue {
    /// Tells whether it is the same, in whatever case names were given.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Room(one), Self::Room(other)) | (Self::AllPrivate(one), Self::AllPrivate(other)) => {
                one.key() == other.key()
            }
            (Self::Private(one), Self::Private(other)) => {
                one.account.key() == other.account.key() && one.with.key() == other.with.key()
            }
            (Self::Room(_) | Self::Private(_) | Self::AllPrivate(_), _) => false,
        }
    }

    /// Returns the room, if it is one.
    #[must_use]
    pub const fn room(&self) -> Option<&Name> {
        match self {
            Self::Room(room) => Some(room),
            Self::Private(_) | Self::AllPrivate(_) => None,
        }
    }

    /// Returns the account whose it is, if it is private.
    #[must_use]
    pub fn account(&self) -> Option<&Name> {
        match self {
            Self::Room(_) => None,
            Self::Private(between) => Some(&between.account),
            Self::AllPrivate(account) => Some(account),
        }
    }

    /// Reads what `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.split_once('/') {
            None => Self::Room(Name::parse_room(text)?),
            Some((account, "")) => Self::AllPrivate(Name::parse(account)?),
            Some((account, with)) => Self::private(Name::parse(account)?, Name::parse(with)?),
        })
    }

    /// Names what an account has of what was said between its owner and somebody else.
    #[must_use]
    pub fn private(account: Name, with: Name) -> Self {
        Self::Private(Box::new(Correspondence { account, with }))
    }
}

impl From<Name> for Venue {
    fn from(room: Name) -> Self {
        Self::Room(room)
    }
}

/// Writes a room as `tea`, a correspondence as `ann/bob`, and all of an account as `ann/`: no name has a stroke.
impl fmt::Display for Venue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => write!(f, "{room}"),
            Self::Private(between) => write!(f, "{}/{}", between.account, between.with),
            Self::AllPrivate(account) => write!(f, "{account}/"),
        }
    }
}

/// Holds what is to be kept, in the order in which people are told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Where it was said.
    pub venue: Venue,
    /// By whom, as they are called then.
    pub name: Name,
    /// What.
    pub what: What,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Which of all messages of the room the first of it is, from 1 on. A topic or an event has the number of the last
    /// message. What is said to one alone has none, which is 0.
    pub seq: u64,
    /// It was said while not everybody could join: who opens the room again is not shown it, nor what is before it.
    pub is_hidden: bool,
}

/// Tells what is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// Messages that were said in a row, with numbers that follow each other.
    Said(Texts),
    /// Something that was done, which is one message.
    Acted(Text),
    /// What the room is about from then on.
    Topic(Option<Topic>),
    /// Something that happened, for those who want to see all of it again; or something that was said to one alone.
    Event(KeptEvent),
    /// All that was kept there from before this time is to go, in milliseconds since 1970.
    Forgotten {
        /// Which time.
        before_ms: u64,
    },
}

/// Holds something that happened in a room and is no message, or what was said to one alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptEvent {
    /// Tells it from others at the same time, and grows.
    pub number: u64,
    /// What it is.
    pub what: Happened,
}

impl KeptEvent {
    /// Returns what was said to one alone, if it is that.
    #[must_use]
    pub fn told(&self) -> Option<&Told> {
        match &self.what {
            Happened::Told(told) => Some(told),
            Happened::Topic(_) | Happened::Tags(_) => None,
        }
    }

    /// Tells whether it was said by somebody.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.told().is_some_and(|told| told.tags.is_none())
    }
}

/// Tells what happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Happened {
    /// The room is about this from then on.
    Topic(Option<Topic>),
    /// A client has sent these tags to the others, to be kept.
    Tags(Tags),
    /// Something was said to one person alone.
    Told(Box<Told>),
}

/// Holds what was said to one person alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// To whom, as they were called then.
    pub to: Name,
    /// How.
    pub how: How,
    /// What.
    pub text: Text,
    /// It was not said: a client has sent these tags to the other, to be kept. There is no text then.
    pub tags: Option<Tags>,
}

/// Holds all that a chat has to know of a room that nobody was in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Past {
    /// Which room.
    pub room: Name,
    /// How many messages were said there so far.
    pub said: u64,
    /// The last message that was said while not everybody could join, or 0.
    pub hidden: u64,
    /// What it is about.
    pub topic: Option<TopicState>,
    /// What was said there last, the oldest first: up to a hundred.
    pub messages: Vec<KeptMessage>,
}

impl Past {
    /// Knows of nothing in a room.
    #[must_use]
    pub const fn none(room: Name) -> Self {
        Self { room, said: 0, hidden: 0, topic: None, messages: Vec::new() }
    }
}

/// Holds what a room is about, and who says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicState {
    /// What it is about.
    pub topic: Topic,
    /// By whom it was set, as they were called then.
    pub name: Name,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
}

/// Holds one message that is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptMessage {
    /// By whom, as they were called then.
    pub name: Name,
    /// What.
    pub text: Text,
    /// It was done rather than said.
    pub is_act: bool,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Which of all messages of the room it is.
    pub seq: u64,
    /// It is no message of a room, but happened behind the one of this number, and has no text beside this.
    pub event: Option<Box<KeptEvent>>,
}

impl KeptMessage {
    /// Tells whether it was said by somebody, rather than done by a client or to a room.
    #[must_use]
    pub fn is_said(&self) -> bool {
        self.event.as_ref().is_none_or(|event| event.is_said())
    }

    /// Returns its place in the room: places grow.
    #[must_use]
    pub fn place(&self) -> (u64, u64, u64) {
        self.event.as_ref().map_or((self.seq, 0, 0), |event| (self.seq, self.time_ms, event.number))
    }
}

/// Asks for messages between two bounds: so many at most, those first that are nearest to one of them. They come with
/// the oldest first in any case. Of [all that is private](Venue::AllPrivate) that is the last message with each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Of where.
    pub venue: Venue,
    /// Behind which message, if there is a bound.
    pub after: Option<Bound>,
    /// Before which message, if there is a bound.
    pub before: Option<Bound>,
    /// Those nearest to `after` come rather than those nearest to `before`.
    pub is_from_oldest: bool,
    /// How many, at most.
    pub count: u8,
    /// Events are among them, and count.
    pub with_events: bool,
}

impl Page {
    /// Tells whether a message, or an event, is one of those between the bounds.
    #[must_use]
    pub fn has(&self, message: &KeptMessage) -> bool {
        let is_after = |bound: Bound| match bound {
            Bound::TimeMs(time_ms) => message.time_ms > time_ms,
            Bound::Seq(_) | Bound::Event { .. } => message.place() > bound.place(),
        };
        let is_before = |bound: Bound| match bound {
            Bound::TimeMs(time_ms) => message.time_ms < time_ms,
            Bound::Seq(_) | Bound::Event { .. } => message.place() < bound.place(),
        };
        let is_meant = self.with_events || message.is_said();
        is_meant && self.after.is_none_or(is_after) && self.before.is_none_or(is_before)
    }

    /// Leaves as many of such messages as are asked for.
    pub fn cut(&self, messages: &mut Vec<KeptMessage>) {
        let count = usize::from(self.count);
        match self.is_from_oldest {
            true => messages.truncate(count),
            false => drop(messages.drain(..messages.len().saturating_sub(count))),
        }
    }
}

/// Names a place between messages of a room. A message at that place is not among those asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// The message of this number.
    Seq(u64),
    /// All messages of this time, in milliseconds since 1970.
    TimeMs(u64),
    /// What happened behind the message of this number, at this time.
    Event {
        /// Of which number the message is.
        seq: u64,
        /// When, in milliseconds since 1970.
        time_ms: u64,
        /// Which event of that time.
        number: u64,
    },
}

impl Bound {
    /// Returns its place in the room, as messages and events have one. A time has none.
    #[must_use]
    pub const fn place(self) -> (u64, u64, u64) {
        match self {
            Self::Seq(seq) => (seq, 0, 0),
            Self::Event { seq, time_ms, number } => (seq, time_ms, number),
            Self::TimeMs(_) => (0, 0, 0),
        }
    }

    /// Returns the last place before it.
    #[must_use]
    pub(crate) const fn previous(self) -> Self {
        const MAX: u64 = u64::MAX;
        match self {
            Self::TimeMs(time_ms) => Self::TimeMs(time_ms.saturating_sub(1)),
            Self::Seq(0) => self,
            Self::Seq(seq) => Self::Event { seq: seq - 1, time_ms: MAX, number: MAX },
            Self::Event { seq, time_ms: 0, number: 0 } => Self::Seq(seq),
            Self::Event { seq, time_ms, number: 0 } => Self::Event { seq, time_ms: time_ms - 1, number: MAX },
            Self::Event { seq, time_ms, number } => Self::Event { seq, time_ms, number: number - 1 },
        }
    }
}

/// Asks for the newest messages that have all these words, in any order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Search {
    /// In which rooms.
    pub rooms: Vec<Name>,
    /// The words, as they were typed. What stands between blanks is one word, and none of it is syntax.
    pub words: Text,
    /// How many, at most.
    pub count: u8,
}

/// Holds a message that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// In which room.
    pub room: Name,
    /// The message.
    pub message: KeptMessage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_was_said_is_written_and_read() {
        let name = |text| Name::parse(text).expect("it is a name");
        let cases = [
            ("tea", Venue::Room(name("tea"))),
            ("ann/bob", Venue::private(name("ann"), name("bob"))),
            ("ann/", Venue::AllPrivate(name("ann"))),
        ];
        for (text, venue) in &cases {
            assert_eq!((venue.to_string().as_str(), Venue::parse(text).as_ref()), (*text, Some(venue)));
            let same: Vec<_> = cases.iter().filter(|(_, other)| other.is(venue)).collect();
            assert_eq!(same.len(), 1, "each is itself alone");
            assert!(Venue::parse(&text.to_uppercase()).is_some_and(|other| other.is(venue)));
        }
        for text in ["", "/", "/bob", "ann/bob/cid", "a room/", "ann/b b"] {
            assert_eq!(Venue::parse(text), None, "{text}");
        }
    }
}
