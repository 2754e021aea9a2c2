//! Owns what a hub is at one moment, as plain data in canonical order.

use bytes::Bytes;

use crate::log::{AddressKey, Snapshot};
use crate::{
    Capabilities, ConnectionId, Dialect, Earlier, Form, Identity, IrcMessage, Message, Name, Page, Past, Request, Time,
    Venue,
};

/// Holds all that decides what a hub does next, but for its configuration: a server on its own, between two batches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HubState {
    /// The chat.
    pub chat: Snapshot,
    /// The number of its server.
    pub server: u8,
    /// How many connections it has let in: the generation of the next.
    pub opened: u32,
    /// Those that are here, by their slots.
    pub connections: Vec<ConnectionState>,
    /// The slots that the next connections get, in this order, before any that nobody has had.
    pub vacant_slots: Vec<u32>,
    /// Who has come by IRC and not said who they are, in the order in which they came.
    pub arriving: Vec<ArrivingState>,
    /// How many answers by IRC came in batches.
    pub irc_batches: u64,
    /// What is asked of the store that keeps history, if there is one.
    pub memory: Option<MemoryState>,
}

/// Holds what is asked of a store, but for what is awaited by one connection alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemoryState {
    /// The number of the store.
    pub identity: u64,
    /// It keeps also what is said to one alone.
    pub keeps_private: bool,
    /// The rooms of which it is asked what it knows, by their names.
    pub asked: Vec<AskedState>,
}

/// Holds who waits for what the store knows of a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AskedState {
    /// Of which room.
    pub room: Name,
    /// Who, in the order in which they go on.
    pub waiting: Vec<ConnectionId>,
    /// The room was opened meanwhile: what the store says may not be all.
    pub is_stale: bool,
}

/// Holds one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConnectionState {
    /// Which.
    pub connection: ConnectionId,
    /// How it is spoken to.
    pub form: Form,
    /// What is known of the program at the other end. Of those who are here by IRC their capabilities tell it.
    pub dialect: Dialect,
    /// What waits until an effect is answered, if one is awaited.
    pub waiting: Option<Waiting>,
    /// What is still to be told of an answer that is not whole.
    pub pieces: Vec<Piece>,
    /// Others could read what is sent by IRC, so that nobody logs in by it.
    pub is_exposed: bool,
}

/// Holds what waits of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waiting {
    /// What it asks for, in this order.
    pub requests: Vec<Request>,
    /// It has ended behind that.
    pub is_closed: bool,
    /// What it is answered by IRC, as far as that is known.
    pub answer: Option<PendingState>,
    /// By what a password was given that is looked at.
    pub given_by: Option<GivenBy>,
    /// What is to be read for it next, behind what is read now.
    pub next: Option<Page>,
    /// What the store said of rooms that it is about to open, in the order in which it said so.
    pub pasts: Vec<Past>,
}

/// Tells by what somebody has given a password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GivenBy {
    /// By `PASS`.
    Pass,
    /// By SASL.
    Sasl,
    /// To be an operator of the server.
    Oper,
    /// By `/login`.
    LogIn,
}

/// Holds an answer by IRC that is not whole yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PendingState {
    /// The label of the line that it answers.
    pub label: Option<Box<str>>,
    /// Its rest is asked for, if it comes in pieces.
    pub may_come_in_pieces: bool,
    /// It may be dropped if it is not read.
    pub is_droppable: bool,
    /// What kind of batch it is, if it is one in any case.
    pub batch: Option<String>,
    /// What is in it so far.
    pub parts: Vec<AnswerPart>,
}

/// Holds a part of an answer by IRC that is not whole yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AnswerPart {
    /// A line by the server, from its command on.
    Line(String),
    /// A line by whoever is told it.
    Own(String),
    /// What was said before.
    Said(Venue, Earlier),
}

/// Holds what somebody has said of who they are, who has come by IRC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArrivingState {
    /// By which connection.
    pub connection: ConnectionId,
    /// Until when they may take for it.
    pub due: Time,
    /// What they want to be called.
    pub name: Option<Name>,
    /// Who they are besides.
    pub identity: Option<Identity>,
    /// What their client was granted.
    pub capabilities: Capabilities,
    /// It has not asked for all that it wants.
    pub is_negotiating: bool,
    /// They have given a password that lets them in, and is of no account.
    pub is_welcome: bool,
    /// By which account they have logged in.
    pub account: Option<Name>,
    /// From where they come, if that is known.
    pub address: Option<AddressKey>,
}

/// Holds a piece of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// What was said in a room before.
    History {
        /// In which.
        room: Name,
        /// What.
        said: Vec<Earlier>,
        /// There is another piece.
        more: bool,
    },
    /// What was found, and in which rooms.
    Found {
        /// What.
        found: Vec<(Name, Earlier)>,
        /// There is another piece.
        more: bool,
    },
    /// Lines of IRC, as they are sent.
    Lines(Bytes),
}

impl Piece {
    /// Takes what is told of an answer that comes in pieces. Nothing else does.
    pub(crate) fn of(message: &Message) -> Option<Self> {
        if let Message::History { room, said, more } = message {
            return Some(Self::History { room: room.clone(), said: said.clone(), more: *more });
        }
        if let Message::Found { found, more } = message {
            return Some(Self::Found { found: found.clone(), more: *more });
        }
        let Message::Irc(message) = message else { return None };
        if let IrcMessage::Lines(lines) = &**message { Some(Self::Lines(lines.clone())) } else { None }
    }

    /// Returns what is told.
    pub(crate) fn into_message(self) -> Message {
        match self {
            Self::History { room, said, more } => Message::History { room, said, more },
            Self::Found { found, more } => Message::Found { found, more },
            Self::Lines(lines) => Message::Irc(Box::new(IrcMessage::Lines(lines))),
        }
    }
}
