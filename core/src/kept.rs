//! Owns the words for what is kept of rooms outside the chat: what a store is given, and what it is asked for.
//!
//! A room's messages have numbers, which go on when the room vanishes and comes again: so room and number name a
//! message for ever.

use crate::{Name, Text, Texts, Topic};

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
    /// Which of all messages of the room the first of it is, from 1 on. A topic has the number of the last message.
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
}

/// Names a place between messages of a room. A message at that place is not among those asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    /// The message of this number.
    Seq(u64),
    /// All messages of this time, in milliseconds since 1970.
    TimeMs(u64),
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
