//! Owns the words that come out of [`Chat`](crate::Chat): what is to be done, in this order.

use crate::log::cluster::Touch;
use crate::{CloseCode, ConnectionId, Dialect, Form, Message, RoomId};

/// Orders one thing to be done. Actions are plain data, and are followed in the order in which they were given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// A connection is here; from now on there is something to send to it.
    Open {
        /// Whose it is.
        connection: ConnectionId,
        /// How it is spoken to.
        form: Form,
        /// What is known so far of the program at its other end.
        dialect: Dialect,
    },
    /// More is known of the program at the other end of a connection: what comes after this is encoded for it.
    Speak {
        /// Whose it is.
        connection: ConnectionId,
        /// What is known now.
        dialect: Dialect,
    },
    /// Sends one connection something that it asked for. It is never dropped: what may be asked for is bounded instead.
    Reply {
        /// Which.
        connection: ConnectionId,
        /// What.
        message: Message,
    },
    /// Sends one connection something that it did not ask for. It is dropped and counted where its queue is full, as
    /// broadcasts are.
    Deliver {
        /// Which.
        connection: ConnectionId,
        /// What.
        message: Message,
    },
    /// Puts a connection into a room, in which it is not.
    Enter {
        /// Which.
        connection: ConnectionId,
        /// Where.
        room: RoomId,
    },
    /// Takes a connection out of a room.
    Leave {
        /// Which.
        connection: ConnectionId,
        /// Where.
        room: RoomId,
    },
    /// Sends something to all connections in a room, or to all but some.
    Broadcast {
        /// Where.
        room: RoomId,
        /// How many connections that is.
        audience: u32,
        /// Those in the room that are left out, if there are any.
        except: Option<Box<LeftOut>>,
        /// What.
        message: Message,
    },
    /// Gives the credit for a [`Notice::Fence`](crate::Notice::Fence): lets the connection ask for more once there is
    /// room for the replies.
    Credit {
        /// Whose fence it was.
        connection: ConnectionId,
        /// The last answer is not whole: its rest is to be asked for.
        continues: bool,
    },
    /// Handles that the owner of a connection has shown to be there.
    Alive {
        /// Whose it is.
        connection: ConnectionId,
    },
    /// Ends a connection, after it was sent all that came before this.
    Close {
        /// Whose it is.
        connection: ConnectionId,
        /// Why, in the words of a `WebSocket`; nothing if it has ended already.
        code: Option<CloseCode>,
    },
    /// Ends a connection both ways, after it was sent all that came before this: its owner goes on with another.
    Cut {
        /// Which.
        connection: ConnectionId,
    },
    /// Tells everyone here how it is with the way to the other servers, and ends all connections if it is
    /// [cut](Touch::Cut).
    Touch {
        /// How.
        touch: Touch,
    },
    /// Tells everyone something, and ends all connections.
    Stop {
        /// The last word.
        message: Message,
    },
}

/// Holds the connections in a room that are not sent something: the one that it is about, or those who ignore whoever
/// says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut(Vec<ConnectionId>);

impl LeftOut {
    /// Leaves out these, if there are any. Apart from the action, since few have some.
    pub fn of(connections: impl IntoIterator<Item = ConnectionId>) -> Option<Box<Self>> {
        let mut connections: Vec<_> = connections.into_iter().collect();
        connections.sort_unstable();
        (!connections.is_empty()).then(|| Box::new(Self(connections)))
    }

    /// Returns them, in order.
    #[must_use]
    pub fn connections(&self) -> &[ConnectionId] {
        &self.0
    }

    /// Tells whether `except` leaves out a connection.
    #[must_use]
    pub fn has(except: Option<&Self>, connection: ConnectionId) -> bool {
        except.is_some_and(|except| except.0.binary_search(&connection).is_ok())
    }
}
