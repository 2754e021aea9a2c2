//! Owns from where each connection of a server comes, where something is decided by that after it was let in.

use std::net::IpAddr;

use chinwag_core::{Config, ConnectionId};

use crate::listening::NO_ADDRESS;

/// Knows addresses by the slots of connections: of a slot whose owner is gone it has the last.
#[derive(Debug)]
pub(super) struct Addresses(Option<Vec<IpAddr>>);

impl Addresses {
    /// Starts with nobody. Where nothing is decided by addresses none is kept.
    pub(super) fn new(config: &Config) -> Self {
        Self(config.limits.asks_password.then(Vec::new))
    }

    /// Keeps from where a connection comes that was let in.
    pub(super) fn note(&mut self, connection: ConnectionId, address: impl FnOnce() -> IpAddr) {
        let Some(addresses) = &mut self.0 else { return };
        let slot = connection.slot() as usize;
        if addresses.len() <= slot {
            addresses.resize(slot + 1, NO_ADDRESS);
        }
        addresses[slot] = address();
    }

    /// Returns from where a connection comes that is here.
    pub(super) fn of(&self, connection: ConnectionId) -> IpAddr {
        let address = self.0.as_ref().and_then(|addresses| addresses.get(connection.slot() as usize));
        address.copied().unwrap_or(NO_ADDRESS)
    }
}
