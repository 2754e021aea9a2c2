//! Owns who has to do with a name: who ignores its owner, or is told when they come and go.

use std::collections::HashMap;

use crate::name::{Name, NameKey};

/// Finds the connection keys of those who have to do with a name, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Interested(HashMap<NameKey, Vec<u32>>);

impl Interested {
    /// Returns who has to do with a name.
    #[inline]
    pub(super) fn of(&self, name: &Name) -> &[u32] {
        if self.0.is_empty() { &[] } else { self.0.get(&name.key()).map_or(&[], Vec::as_slice) }
    }

    pub(super) fn add(&mut self, name: &Name, key: u32) {
        let keys = self.0.entry(name.key()).or_default();
        if let Err(place) = keys.binary_search(&key) {
            keys.insert(place, key);
        }
    }

    pub(super) fn remove(&mut self, name: &Name, key: u32) {
        let Some(keys) = self.0.get_mut(&name.key()) else { return };
        keys.retain(|&other| other != key);
        if keys.is_empty() {
            self.0.remove(&name.key());
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
