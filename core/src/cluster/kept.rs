//! Owns the entries that a server has applied last, so that it can give them back to an engine that has lost them.

use std::collections::VecDeque;

use super::entry::{Entry, EntryId};
use super::position::Position;

/// How many entries are kept: what is lost by a failover is what the engine took in a few seconds, and thirty servers
/// that append five times a second make 9,000 entries a minute.
const ENTRIES_MAX: usize = 16_384;

/// Holds the last entries that were applied.
#[derive(Debug)]
pub(super) struct Kept<E> {
    entries: VecDeque<(Position, Entry<E>)>,
    /// How many were applied before the first of them.
    before: u64,
}

impl<E> Kept<E> {
    /// Starts where so many were applied.
    pub(super) const fn new(before: u64) -> Self {
        Self { entries: VecDeque::new(), before }
    }

    /// Adds the next that was applied.
    pub(super) fn push(&mut self, at: Position, entry: Entry<E>) {
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
            self.before += 1;
        }
        self.entries.push_back((at, entry));
    }

    /// Returns how many were applied before what is kept.
    pub(super) const fn before(&self) -> u64 {
        self.before
    }

    /// Returns how many were applied up to a position, if that is known.
    pub(super) fn applied_up_to(&self, at: Position) -> u64 {
        self.before + self.entries.partition_point(|(position, _)| *position <= at) as u64
    }

    /// Returns the entry before which so many were applied.
    pub(super) fn nth(&self, applied: u64) -> Option<&Entry<E>> {
        let place = usize::try_from(applied.checked_sub(self.before)?).ok()?;
        self.entries.get(place).map(|(_, entry)| entry)
    }

    /// Returns the name of the entry at a position, if it is kept.
    pub(super) fn at(&self, at: Position) -> Option<EntryId> {
        let place = self.entries.binary_search_by_key(&at, |(position, _)| *position).ok()?;
        self.entries.get(place).map(|(_, entry)| entry.id)
    }
}
