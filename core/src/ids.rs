//! Owns the handles that name a connection or a room in events and actions.
//!
//! Invariant: two connections never share a [`ConnectionId`], even when one takes the slot of the other.

use std::fmt;

/// Names one connection of one server.
///
/// The server that owns the connection's socket gives the id. The slot is used again after a connection has ended. The
/// generation tells the owners of one slot apart, so that a late event for a connection that is gone reaches nobody.
///
/// Server and slot share 32 bits: there are 256 servers at most, with 16,777,216 connections each at once. A server on
/// its own is server 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId {
    /// The server in the upper 8 bits, the slot in the lower 24.
    key: u32,
    generation: u32,
}

impl ConnectionId {
    /// How many connections a server can have at once: each has a slot of 24 bits.
    pub const SLOTS: u32 = 1 << SLOT_BITS;

    /// Makes the id of the `generation`th connection of a server, in a slot.
    ///
    /// Ids come from [`Hub::open`](crate::Hub::open); this is for logs and tests. Followers need memory that grows with
    /// the greatest slot.
    ///
    /// # Panics
    /// If the slot is not less than [`SLOTS`](Self::SLOTS).
    #[must_use]
    pub const fn new(server: u8, slot: u32, generation: u32) -> Self {
        assert!(slot < Self::SLOTS, "a slot has 24 bits");
        Self { key: (server as u32) << SLOT_BITS | slot, generation }
    }

    /// Makes the id of the connection with this key, as [`key`](Self::key) returned it.
    pub(crate) const fn with_key(key: u32, generation: u32) -> Self {
        Self { key, generation }
    }

    /// Returns the server that owns the connection's socket.
    #[must_use]
    pub const fn server(self) -> u8 {
        self.key.to_be_bytes()[0]
    }

    /// Returns the slot: small, dense, used again.
    #[must_use]
    pub const fn slot(self) -> u32 {
        self.key & (Self::SLOTS - 1)
    }

    /// Returns the count of connections that the server opened before this one (it wraps after 2³²).
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.generation
    }

    /// Returns server and slot in one number.
    pub(crate) const fn key(self) -> u32 {
        self.key
    }
}

/// How many bits of a key are the slot.
const SLOT_BITS: u32 = 24;

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.server() {
            0 => write!(f, "#{}", self.generation),
            server => write!(f, "#{server}.{}", self.generation),
        }
    }
}

/// Names one room for as long as it exists; the id of a room that is gone is given to the next new one.
///
/// It only occurs in actions, which are followed in order, so no stale one can be met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RoomId(u32);

impl RoomId {
    /// Stands for no room.
    pub const NONE: Self = Self(u32::MAX);

    /// Makes the id of the room in slot `key`.
    #[must_use]
    pub const fn new(key: u32) -> Self {
        Self(key)
    }

    /// Returns the slot: small, dense, used again.
    #[must_use]
    pub const fn key(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_called_by_what_no_other_shares_with_it() {
        assert_eq!(ConnectionId::new(0, 3, 17).to_string(), "#17");
        assert_eq!(ConnectionId::new(2, 3, 17).to_string(), "#2.17");
    }

    #[test]
    fn server_and_slot_share_four_bytes_and_all_of_it_eight() {
        for (server, slot) in [(0, 0), (0, 77), (255, 0), (7, ConnectionId::SLOTS - 1), (255, ConnectionId::SLOTS - 1)]
        {
            let id = ConnectionId::new(server, slot, u32::MAX);
            assert_eq!((id.server(), id.slot(), id.generation()), (server, slot, u32::MAX));
            assert_eq!(ConnectionId::with_key(id.key(), id.generation()), id);
        }
        assert_eq!(ConnectionId::new(0, 77, 1).key(), 77, "on a server of its own, the key is the slot");
        assert_eq!(size_of::<ConnectionId>(), 8);
    }
}
