//! Owns the handles that name a connection or a room in events and actions.
//!
//! Invariant: two connections never share a [`ConnectionId`], even when one takes the slot of the other.

use std::fmt;

/// Names one connection for as long as the server runs.
///
/// The key is a slot that is used again after a connection has ended; the generation tells the owners of one slot apart, so that
/// a late event for a connection that is gone reaches nobody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId {
    key: u32,
    generation: u32,
}

impl ConnectionId {
    /// Makes the id of the `generation`th connection of the server in slot `key`.
    ///
    /// Ids come from [`Chat::next_connection`](crate::Chat::next_connection); this is for those who keep or replay them. Whoever follows
    /// them needs memory that grows with the greatest key.
    #[must_use]
    pub const fn new(key: u32, generation: u32) -> Self {
        Self { key, generation }
    }

    /// Returns the slot: small, dense, used again.
    #[must_use]
    pub const fn key(self) -> u32 {
        self.key
    }

    /// Returns the count of connections that were opened before this one (it wraps after 2³²).
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.generation
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.generation)
    }
}

/// Names one room for as long as it exists; the id of a room that is gone is given to the next new one.
///
/// It only occurs in actions, which are followed in order, so no stale one can be met.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RoomId(u32);

impl RoomId {
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
        assert_eq!(ConnectionId::new(3, 17).to_string(), "#17");
    }
}
