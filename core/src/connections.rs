//! Owns the connections of one server: it gives each its id, and knows until when that is in use.
//!
//! Invariant: no two connections that are here share a slot, and none has an id that another had, until 2³² were opened.

use slab::Slab;

use crate::ConnectionId;

/// Keeps the connections of one server.
#[derive(Debug)]
pub(crate) struct Connections {
    server: u8,
    /// Each with its generation.
    slots: Slab<u32>,
    /// How many were opened so far: the generation of the next one.
    opened: u32,
}

impl Connections {
    /// Starts with no connections of this server.
    pub(crate) const fn new(server: u8) -> Self {
        Self { server, slots: Slab::new(), opened: 0 }
    }

    /// Gives a new connection its id.
    pub(crate) fn open(&mut self) -> ConnectionId {
        let generation = self.opened;
        self.opened = self.opened.wrapping_add(1);
        let slot = self.slots.insert(generation);
        let slot = u32::try_from(slot).expect("a server has fewer than 2^24 connections at once");
        ConnectionId::new(self.server, slot, generation)
    }

    /// Forgets a connection, so that its slot may be another's. One of another server, or that is forgotten, changes nothing.
    pub(crate) fn close(&mut self, connection: ConnectionId) {
        if self.is_open(connection) {
            self.slots.remove(connection.slot() as usize);
        }
    }

    /// Tells whether a connection is here.
    fn is_open(&self, connection: ConnectionId) -> bool {
        connection.server() == self.server
            && self.slots.get(connection.slot() as usize) == Some(&connection.generation())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_used_again_and_an_id_never() {
        let mut connections = Connections::new(3);
        let [ann, bob] = [(); 2].map(|()| connections.open());
        assert_eq!([ann, bob], [ConnectionId::new(3, 0, 0), ConnectionId::new(3, 1, 1)]);
        assert!(connections.is_open(ann) && connections.is_open(bob));
        connections.close(ann);
        let cid = connections.open();
        assert_eq!(cid, ConnectionId::new(3, 0, 2));
        assert_eq!((connections.is_open(ann), connections.is_open(cid)), (false, true));
        assert_eq!(connections.open(), ConnectionId::new(3, 2, 3));
    }

    #[test]
    fn what_is_gone_or_another_servers_closes_nothing() {
        let mut connections = Connections::new(3);
        let ann = connections.open();
        for other in [ConnectionId::new(3, 0, 1), ConnectionId::new(2, 0, 0), ConnectionId::new(3, 9, 0)] {
            connections.close(other);
            assert!(!connections.is_open(other));
        }
        assert!(connections.is_open(ann));
        connections.close(ann);
        connections.close(ann);
        assert!(!connections.is_open(ann));
    }
}
