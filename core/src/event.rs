//! Owns the words that go into [`Chat`](crate::Chat): what has happened.

use crate::{ConnectionId, Dialect, Form, Request};

/// Tells one thing that has happened. A run of the server is a list of these, each with its time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Somebody has connected.
    Opened {
        /// Its id, from the server that owns the socket; nobody has its place.
        connection: ConnectionId,
        /// How they are spoken to.
        form: Form,
        /// What is known so far of the program that they use.
        dialect: Dialect,
    },
    /// Somebody has asked for something.
    Requested {
        /// Who asks.
        connection: ConnectionId,
        /// What for.
        request: Request,
    },
    /// A connection has ended, in whatever way; it will ask for nothing more.
    Closed {
        /// Whose it was.
        connection: ConnectionId,
    },
    /// The moment that [`Chat::poll_timeout`](crate::Chat::poll_timeout) named has come.
    Woke,
    /// The wall clock says what cannot be told from what it said before: at the start, and whenever it was set.
    Clock {
        /// What it says, in milliseconds since 1970.
        unix_ms: u64,
    },
    /// The server is about to stop.
    Stopped,
}

impl Event {
    /// Returns the connection that it is about, if it is about one.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        match *self {
            Self::Opened { connection, .. } | Self::Requested { connection, .. } | Self::Closed { connection } => {
                Some(connection)
            }
            Self::Woke | Self::Clock { .. } | Self::Stopped => None,
        }
    }
}
