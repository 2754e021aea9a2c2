//! Owns from where each connection of a server comes, where something is decided by that after it was let in.

use chinwag_core::{Config, ConnectionId};

use crate::keeper::Source;
use crate::listening::NO_ADDRESS;

/// What is known of a slot that nobody had.
const NOWHERE: Source = Source { address: NO_ADDRESS, is_private: false };

/// Knows that by the slots of connections: of a slot whose owner is gone it has the last.
#[derive(Debug)]
pub(super) struct Sources(Option<Vec<Source>>);

impl Sources {
    /// Starts with nobody. Where nothing is decided by that nothing is kept.
    pub(super) fn new(config: &Config) -> Self {
        Self((config.limits.asks_password || config.limits.has_accounts).then(Vec::new))
    }

    /// Keeps from where a connection comes that was let in.
    pub(super) fn note(&mut self, connection: ConnectionId, source: impl FnOnce() -> Source) {
        let Some(sources) = &mut self.0 else { return };
        let slot = connection.slot() as usize;
        if sources.len() <= slot {
            sources.resize(slot + 1, NOWHERE);
        }
        sources[slot] = source();
    }

    /// Returns from where a connection comes that is here.
    pub(super) fn of(&self, connection: ConnectionId) -> Source {
        let source = self.0.as_ref().and_then(|sources| sources.get(connection.slot() as usize));
        source.copied().unwrap_or(NOWHERE)
    }
}
