//! Owns which part of all connections a fan-out has to do with.

use crate::ConnectionId;

/// Tells which connections a fan-out has to do with: one of every `of`, by their slots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    index: u32,
    of: u32,
}

impl Share {
    /// The share that is everything.
    pub const ALL: Self = Self { index: 0, of: 1 };

    /// Divides the connections into `of` shares.
    pub fn split(of: u32) -> impl Iterator<Item = Self> {
        (0..of).map(move |index| Self { index, of })
    }

    /// Returns the place of a connection in this share, if it belongs to it.
    pub(super) fn place(self, connection: ConnectionId) -> Option<usize> {
        let slot = connection.slot();
        (slot % self.of == self.index).then_some((slot / self.of) as usize)
    }
}
