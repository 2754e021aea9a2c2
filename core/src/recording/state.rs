//! Owns what a hub is at one moment, as plain data in canonical order.

use bytes::Bytes;

use crate::log::Snapshot;
use crate::{Capabilities, ConnectionId, Dialect, Earlier, Form, Identity, IrcMessage, Message, Name, Request, Time};

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
}

/// Holds what waits of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waiting {
    /// What it asks for, in this order.
    pub requests: Vec<Request>,
    /// It has ended behind that.
    pub is_closed: bool,
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
    /// Lines of IRC, as they are sent.
    Lines(Bytes),
}

impl Piece {
    /// Takes what is told of an answer that comes in pieces. Nothing else does.
    pub(crate) fn of(message: &Message) -> Option<Self> {
        if let Message::History { room, said, more } = message {
            return Some(Self::History { room: room.clone(), said: said.clone(), more: *more });
        }
        let Message::Irc(message) = message else { return None };
        if let IrcMessage::Lines(lines) = &**message { Some(Self::Lines(lines.clone())) } else { None }
    }

    /// Returns what is told.
    pub(crate) fn into_message(self) -> Message {
        match self {
            Self::History { room, said, more } => Message::History { room, said, more },
            Self::Lines(lines) => Message::Irc(Box::new(IrcMessage::Lines(lines))),
        }
    }
}
