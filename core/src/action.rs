//! Owns the words that come out of [`Chat`](crate::Chat): what is to be done, in this order.

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
    /// Sends something to all connections in a room, or to all but one.
    Broadcast {
        /// Where.
        room: RoomId,
        /// How many connections that is.
        audience: u32,
        /// The one in the room that is left out.
        except: Option<ConnectionId>,
        /// What.
        message: Message,
    },
    /// Gives the credit for a [`Notice::Fence`](crate::Notice::Fence): lets the connection ask for more once there is
    /// room for the replies.
    Credit {
        /// Whose fence it was.
        connection: ConnectionId,
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
    /// Tells everyone something, and ends all connections.
    Stop {
        /// The last word.
        message: Message,
    },
}
