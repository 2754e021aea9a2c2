//! Owns who is ignored, and by whom: found by the name of whoever says something.

use std::collections::HashMap;

use crate::name::{Name, NameKey};

/// Finds the connection keys of those who ignore somebody, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Ignores(HashMap<NameKey, Vec<u32>>);

impl Ignores {
    /// Returns who ignores somebody.
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
