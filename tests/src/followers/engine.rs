//! Owns what an engine does that keeps a log, as Redis keeps a stream: one process that orders, and may be followed by
//! one that has less.

use chinwag_core::log::cluster::{Entry, EntryId, Position, Reply};

/// Holds the log of one process.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// Which process.
    pub(super) process: u64,
    pub(super) log: Vec<(Position, Entry<u64>)>,
}

impl Engine {
    pub(super) const fn new() -> Self {
        Self { process: 1, log: Vec::new() }
    }

    fn end(&self) -> Position {
        self.log.last().map_or(Position::START, |(at, _)| *at)
    }

    /// Appends, as `XADD log EPOCH-* …` does.
    pub(super) fn append(&mut self, epoch: u64, entry: Entry<u64>) -> Reply<u64> {
        let end = self.end();
        let number = if end.epoch == epoch { end.number + 1 } else { 0 };
        self.put(Position::new(epoch, number), entry)
    }

    /// Opens an epoch, as `XADD log EPOCH-0 …` does.
    pub(super) fn open(&mut self, epoch: u64, entry: Entry<u64>) -> Reply<u64> {
        self.put(Position::new(epoch, 0), entry)
    }

    fn put(&mut self, at: Position, entry: Entry<u64>) -> Reply<u64> {
        if at <= self.end() {
            return Reply::Refused;
        }
        self.log.push((at, entry));
        Reply::Appended { at }
    }

    pub(super) fn verify(&self, at: Position) -> (Option<(Position, EntryId)>, Option<Position>, Position) {
        let place = self.log.partition_point(|(position, _)| *position <= at);
        let found = place.checked_sub(1).map(|place| (self.log[place].0, self.log[place].1.id));
        (found, self.log.first().map(|(position, _)| *position), self.end())
    }

    pub(super) fn read(&self, after: Position, count: usize) -> Vec<(Position, Entry<u64>)> {
        let place = self.log.partition_point(|(position, _)| *position <= after);
        self.log[place..].iter().take(count).cloned().collect()
    }

    /// Forgets what stands before a snapshot, as `XTRIM log MINID` does, if that is one of this log.
    pub(super) fn trim(&mut self, at: Position, last: Option<EntryId>) -> bool {
        let place = self.log.iter().position(|(position, entry)| *position == at && Some(entry.id) == last);
        let Some(place) = place.filter(|&place| place > 0) else { return false };
        self.log.drain(..place);
        true
    }

    /// Returns the process that takes over, without the last entries.
    pub(super) fn successor(&self, process: u64, lost: usize) -> Self {
        let kept = self.log.len() - lost.min(self.log.len());
        Self { process, log: self.log[..kept].to_vec() }
    }
}
