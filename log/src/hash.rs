//! Owns the hash by which replicas find out that they differ.

use std::fmt;

use chinwag_core::log::Snapshot;
use chinwag_core::ops::HubState;
use sha2::{Digest as _, Sha256};

use crate::kind::encode;
use crate::proto::Kind;

/// Tells chats, or hubs, apart that are not the same: the SHA-256 of the bytes of what they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StateHash([u8; 32]);

impl StateHash {
    /// Returns the hash of a chat.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        Self::of_kind(Kind::Snapshot(snapshot.into()))
    }

    /// Returns the hash of a hub.
    #[must_use]
    pub fn of_hub(state: &HubState) -> Self {
        Self::of_kind(Kind::Hub(state.into()))
    }

    fn of_kind(kind: Kind) -> Self {
        let mut bytes = Vec::new();
        encode(kind, &mut bytes);
        Self(Sha256::digest(&bytes).into())
    }

    /// Takes the bytes of a hash.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for StateHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
