//! Owns the words for what is kept of rooms outside the chat: what a store is given, and what it is asked for.
//!
//! A room's messages have numbers, which go on when the room vanishes and comes again: so room and number name a
//! message for ever.

use crate::{Name, Tags, Text, Texts, Topic};

/// Holds what is to be kept of a room, in the order in which people are told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Which room, in the case in which its name was given.
    pub room: Name,
    /// By whom, as they are called then.
    pub name: Name,
    /// What.
    pub what: What,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Which of all messages of the room the first of it is, from 1 on. A topic or an event has the number of the last
    /// message.
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
    /// Something that happened, for those who want to see all of it again.
    Event(KeptEvent),
}

/// Holds something that happened in a room and is no message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptEvent {
    /// Tells it from others at the same time, and grows.
    pub number: u64,
    /// What it is.
    pub what: Happened,
}

/// Tells what happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Happened {
    /// The room is about this from then on.
    Topic(Option<Topic>),
    /// A client has sent these tags to the others, to be kept.
    Tags(Tags),
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
    /// It is no message, but happened behind the one of this number, and has no text.
    pub event: Option<Box<KeptEvent>>,
}

impl KeptMessage {
    /// Returns its place in the room: places grow.
    #[must_use]
    pub fn place(&self) -> (u64, u64, u64) {
        self.event.as_ref().map_or((self.seq, 0, 0), |event| (self.seq, self.time_ms, event.number))
    }
}

/// Asks for messages of a room between two bounds: so many at most, those first that are nearest to one of them. They
/// come with the oldest first in any case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Of which room.
    pub room: Name,
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
        let is_meant = self.with_events || message.event.is_none();
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
