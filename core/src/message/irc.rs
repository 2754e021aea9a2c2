//! Owns what only those are told who come by IRC.

use bytes::Bytes;

use super::moderated::{Kicked, Sentence};
use crate::irc::{Identity, Manner};
use crate::name::Name;
use crate::text::Text;

/// Tells people something who come by IRC. Nobody else hears of it.
///
/// The hub makes [`Lines`](Self::Lines) of all but [`Tagged`](Self::Tagged), since they name whom they are sent to.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the lines")]
pub enum IrcMessage {
    /// Lines as they are sent, each with its end.
    Lines(Bytes),
    /// One is here now.
    Welcome,
    /// Tags that somebody sends to the clients of a room, or to one client alone. Those that are kept of a room are
    /// behind one of its messages.
    Tagged { room: Option<Name>, name: Name, manner: Manner, time_ms: u64, id: u64, behind: Option<u64> },
    /// The same, to whoever has sent them.
    TagsSent { to: Name, manner: Manner, time_ms: u64, id: u64 },
    /// There is no such room.
    NoSuchRoom { room: Name },
    /// One is not in this room.
    NotInRoom { room: Name },
    /// One can't say anything there.
    CannotSpeak { room: Name },
    /// One is in as many rooms as one can be.
    TooManyRooms { room: Name },
    /// Somebody to whom something was said is away.
    IsAway { name: Name, text: Text },
    /// One is away, or back.
    SetAway { is_away: bool },
    /// Somebody else is away, or back.
    Away { name: Name, identity: Identity, text: Option<Text> },
    /// Somebody has logged in, or out.
    Account { name: Name, identity: Identity },
    /// Somebody has another real name.
    RealName { name: Name, identity: Identity },
    /// Whether one is shown as a program, and not found by masks, if either has changed.
    Modes { is_bot: Option<bool>, is_invisible: Option<bool> },
    /// Whether somebody is here whose name is monitored.
    Presence { name: Name, identity: Option<Identity> },
    /// One can't monitor more than so many names, so that this one is not.
    MonitorsFull { name: Name },
    /// Somebody lets one know of a room.
    Invited { name: Name, identity: Identity, to: Name, room: Name },
}

impl IrcMessage {
    /// Returns about how many bytes it has.
    pub(super) fn encoded_len_hint(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.len(),
            Self::Tagged { manner, .. } | Self::TagsSent { manner, .. } => super::tags_len(Some(manner)) + 64,
            Self::Welcome => 2048,
            Self::NoSuchRoom { .. }
            | Self::NotInRoom { .. }
            | Self::CannotSpeak { .. }
            | Self::TooManyRooms { .. }
            | Self::IsAway { .. }
            | Self::SetAway { .. }
            | Self::Away { .. }
            | Self::Account { .. }
            | Self::RealName { .. }
            | Self::Modes { .. }
            | Self::Presence { .. }
            | Self::MonitorsFull { .. }
            | Self::Invited { .. } => 128,
        }
    }
}

/// Tells how somebody has left a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Leaving {
    /// They are still here.
    Room {
        /// Why.
        reason: Option<Text>,
    },
    /// They have left the server, or their connection has ended.
    Server {
        /// Why, if they wanted to.
        reason: Option<Text>,
    },
    /// They were put out by somebody who keeps order.
    PutOut(Box<Kicked>),
}

impl Leaving {
    /// They have left for another room, or nobody knows why.
    pub const ROOM: Self = Self::Room { reason: None };

    /// Their connection has ended.
    pub const SERVER: Self = Self::Server { reason: None };

    /// Tells whether they are not here any more.
    pub(crate) fn is_of_server(&self) -> bool {
        match self {
            Self::Room { .. } => false,
            Self::Server { .. } => true,
            Self::PutOut(kicked) => kicked.sentence == Sentence::Killed,
        }
    }

    /// They wanted to leave the server, for a reason or none.
    #[must_use]
    pub fn quit(reason: Option<Text>) -> Self {
        Self::Server { reason: Some(reason.unwrap_or_default()) }
    }
}
