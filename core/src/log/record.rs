//! Owns the plain data of one step of the log: what has happened, and when.

use super::{AddressKey, Command, KeptBar, OwnedState, Registration};
use crate::kept::Past;
use crate::{ConnectionId, Name, Time};

/// Holds one entry of the log. A run of the server is a list of these: the same records make the same chat, and the
/// same actions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// When. What is due by then comes first.
    pub at: Time,
    /// What has happened.
    pub event: Event,
}

/// Tells one thing that has happened, which every replica has to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Somebody has connected.
    Opened {
        /// Its id, from the server that owns the socket; nobody has its place.
        connection: ConnectionId,
        /// From where they come, if that is known.
        address: Option<AddressKey>,
    },
    /// Somebody who has connected by IRC says who they want to be. Until then nobody knows of them.
    Registered {
        /// Its id, from the server that owns the socket; nobody has its place.
        connection: ConnectionId,
        /// Who.
        registration: Box<Registration>,
    },
    /// Somebody does something that others may hear of.
    Commanded {
        /// Who.
        connection: ConnectionId,
        /// What.
        command: Command,
    },
    /// A connection has ended, in whatever way; it will ask for nothing more.
    Closed {
        /// Whose it was.
        connection: ConnectionId,
    },
    /// Time has passed: the moment that [`Chat::poll_timeout`](crate::Chat::poll_timeout) named has come.
    Woke,
    /// The wall clock says what cannot be told from what it said before: at the start, and whenever it was set.
    Clock {
        /// What it says, in milliseconds since 1970.
        unix_ms: u64,
    },
    /// Accounts were made, or are gone: a server was told so by who knows its members.
    Accounts(Box<Accounts>),
    /// What is known of rooms was looked up, since somebody may open them.
    Recalled(Box<Recalled>),
    /// Something holds that was decided outside of the chat, or before it was started.
    Decided(Box<Decided>),
    /// A server is about to stop, or is gone, and all its connections with it.
    ServerGone {
        /// Which.
        server: u8,
    },
}

/// Holds what was decided outside of the chat, or before it was started.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decided {
    /// From where nobody may connect.
    pub bars: Vec<KeptBar>,
    /// From where people may again.
    pub unbarred: Vec<AddressKey>,
    /// Which rooms belong to accounts: those of which that is known already are left as they are.
    pub rooms: Vec<OwnedState>,
}

/// Holds what is known of rooms in which nobody is, and who does what may open them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recalled {
    /// What is known, of each room once.
    pub pasts: Vec<Past>,
    /// Who, and what they do: nobody, of `main` when the server starts.
    pub by: Option<(ConnectionId, Command)>,
}

/// Holds what has become of accounts. To be told so again changes nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Accounts {
    /// The names of those that are gone, before others of these names were made.
    pub gone: Vec<Name>,
    /// Of those that were made.
    pub made: Vec<Name>,
    /// Of those that are operators' no more.
    pub demoted: Vec<Name>,
}

impl Event {
    /// Returns who does something by it, and what, if somebody does.
    pub(crate) fn by(&self) -> Option<(ConnectionId, &Command)> {
        match self {
            Self::Commanded { connection, command } => Some((*connection, command)),
            Self::Recalled(recalled) => recalled.by.as_ref().map(|(connection, command)| (*connection, command)),
            Self::Opened { .. }
            | Self::Registered { .. }
            | Self::Closed { .. }
            | Self::Woke
            | Self::Clock { .. }
            | Self::Decided(_)
            | Self::Accounts(_)
            | Self::ServerGone { .. } => None,
        }
    }

    /// Returns the connection that it is about, if it is about one.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        match *self {
            Self::Opened { connection, .. }
            | Self::Registered { connection, .. }
            | Self::Commanded { connection, .. }
            | Self::Closed { connection } => Some(connection),
            Self::Recalled(ref recalled) => match recalled.by {
                Some((connection, _)) => Some(connection),
                None => None,
            },
            Self::Woke | Self::Clock { .. } | Self::Decided(_) | Self::Accounts(_) | Self::ServerGone { .. } => None,
        }
    }
}
