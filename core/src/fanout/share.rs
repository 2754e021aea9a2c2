//! Owns which part of all connections a fan-out has to do with.

use crate::ConnectionId;

/// Tells which connections a fan-out has to do with: of those of one server, one of every `of`, by their slots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    server: u8,
    index: u32,
    of: u32,
}

impl Share {
    /// The share that is everything, of server 0.
    pub const ALL: Self = Self { server: 0, index: 0, of: 1 };

    /// Divides the connections of server 0 into `of` shares.
    pub fn split(of: u32) -> impl Iterator<Item = Self> {
        (0..of).map(move |index| Self { server: 0, index, of })
    }

    /// Returns the same share of the connections of another server.
    #[must_use]
    pub const fn of_server(self, server: u8) -> Self {
        Self { server, ..self }
    }

    /// Returns the place of a connection in this share, if it belongs to it.
    pub(super) fn place(self, connection: ConnectionId) -> Option<usize> {
        let (slot, is_ours) = (connection.slot(), connection.server() == self.server);
        (is_ours && slot % self.of == self.index).then_some((slot / self.of) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_connection_is_in_one_share_of_its_own_server_only() {
        for (server, slot, place) in [(0, 0, 0), (0, 7, 2), (5, 7, 2), (255, 300, 100)] {
            let connection = ConnectionId::new(server, slot, 1);
            let places = |server| Share::split(3).filter_map(move |share| share.of_server(server).place(connection));
            assert!(places(server).eq([place]), "{connection}");
            assert_eq!(places(server.wrapping_add(1)).count(), 0, "{connection}");
        }
    }
}
