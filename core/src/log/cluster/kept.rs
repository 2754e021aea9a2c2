//! Owns the entries that a server has applied last, so that it can give them back to an engine that has lost them.

use std::collections::VecDeque;

use super::entry::{Content, Entry, EntryId};
use super::position::Position;

/// How many entries are kept: what is lost by a failover is what the engine took in a few seconds, and thirty servers
/// that append five times a second make 9,000 entries a minute.
const ENTRIES_MAX: usize = 16_384;

/// How many events are kept in those: 64 MiB of what people usually say, and some seconds of all that servers can say.
const EVENTS_MAX: usize = 262_144;

/// Holds the last entries that were applied.
#[derive(Debug)]
pub(super) struct Kept<E> {
    entries: VecDeque<KeptEntry<E>>,
    /// How many events they hold.
    events: usize,
    /// How many entries were applied before the first of them.
    before: u64,
}

#[derive(Debug)]
struct KeptEntry<E> {
    place: Place,
    entry: Entry<E>,
}

/// Names an entry as it stood in the log, in an epoch that was ready.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) at: Position,
    /// The entry that stood there.
    pub(super) id: EntryId,
    /// The process that its epoch belonged to.
    pub(super) engine: Option<u64>,
}

impl<E> Kept<E> {
    /// Starts where so many were applied.
    pub(super) const fn new(before: u64) -> Self {
        Self { entries: VecDeque::new(), events: 0, before }
    }

    /// Adds the next that was applied.
    pub(super) fn push(&mut self, place: Place, entry: Entry<E>) {
        self.events += events(&entry);
        self.entries.push_back(KeptEntry { place, entry });
        while (self.entries.len() > ENTRIES_MAX || self.events > EVENTS_MAX) && self.entries.len() > 1 {
            self.events -= self.entries.pop_front().map_or(0, |first| events(&first.entry));
            self.before += 1;
        }
    }

    /// Returns how many were applied before what is kept.
    pub(super) const fn before(&self) -> u64 {
        self.before
    }

    /// Returns the entry before which so many were applied.
    pub(super) fn nth(&self, applied: u64) -> Option<&Entry<E>> {
        let place = usize::try_from(applied.checked_sub(self.before)?).ok()?;
        self.entries.get(place).map(|kept| &kept.entry)
    }

    /// Returns where an entry stood that is at least so many before the end, or the first, and how many were applied up
    /// to it. It stood in the log by itself. There is none for twice as many as are kept.
    pub(super) fn back(&self, count: usize) -> Option<(Place, u64)> {
        if count >= 2 * self.entries.len() {
            return None;
        }
        let end = self.entries.len().saturating_sub(count);
        let stood = |kept: &KeptEntry<E>| kept.place.id == kept.entry.id;
        let index = self.entries.range(..=end.min(self.entries.len() - 1)).rposition(stood)?;
        Some((self.entries[index].place, self.before + index as u64 + 1))
    }
}

/// Returns how many events an entry holds.
const fn events<E>(entry: &Entry<E>) -> usize {
    if let Content::Events(events) = &entry.content { events.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::super::entry::WriterId;
    use super::*;

    #[test]
    fn many_small_entries_are_kept_and_few_large_ones() {
        for (size, most) in [(1, ENTRIES_MAX), (EVENTS_MAX / 8, 8), (2 * EVENTS_MAX, 1)] {
            let mut kept = Kept::new(5);
            for seq in 1..=ENTRIES_MAX as u64 + 10 {
                let id = EntryId { writer: WriterId::new(1), seq };
                let place = Place { at: Position::new(1, seq), id, engine: None };
                kept.push(place, Entry { id, sent_ms: 0, content: Content::Events(vec![(); size]) });
            }
            let before = 5 + ENTRIES_MAX as u64 + 10 - most as u64;
            assert_eq!((kept.before(), kept.entries.len()), (before, most));
            let first = kept.nth(before).expect("it is kept");
            assert_eq!(first.id.seq, before - 4);
            assert!(kept.nth(before - 1).is_none());
        }
    }
}
