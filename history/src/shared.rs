//! Owns what the threads of a store tell each other: how far the spool is, and how far the database.

use std::collections::HashMap;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chinwag_core::Name;
use chinwag_core::raw::NameKey;
use chinwag_core::words::Kept;

use crate::encoding;
use crate::position::Position;
use crate::stats::Stats;

/// How long the writer gathers what comes: a group costs hardly more than a row. Who reads finds in the spool what is
/// not in the database yet.
const GATHER: Duration = Duration::from_millis(500);

/// How many rows it gathers at the most, which whoever searches reads in a few milliseconds.
pub(crate) const GROUP_ROWS: u64 = 4_000;

/// In how many rooms the numbers of what was lost are known: some hundreds of kilobytes.
const LOST_ROOMS_MAX: usize = 4_096;

/// Tells who does not do what they should.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    /// What is said can't be appended to the spool.
    Spool,
    /// The spool can't be brought to the disk.
    Sync,
    /// The database can't be written.
    Database,
}

/// Holds what all threads of a store know.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// There is something for the writer to do.
    work: Condvar,
    /// The store is closed.
    stop: Condvar,
}

#[derive(Debug, Default)]
struct State {
    tail: Position,
    committed: Position,
    settled: Position,
    /// The first file of the spool that is still there.
    oldest: u64,
    /// With how many rows the writer is to be woken, while it waits for that.
    wake_at: Option<u64>,
    is_stopping: bool,
    failing: [bool; 3],
    /// The last number of what was lost, by the room.
    lost: HashMap<NameKey, u64>,
    stats: Stats,
}

impl Shared {
    /// Begins with a spool that is this far, so many rows before the database.
    pub(crate) fn new(tail: Position, committed: Position, oldest: u64, rows_behind: u64) -> Self {
        let stats = Stats { rows_behind, ..Stats::default() };
        let state = State { tail, committed, oldest, stats, ..State::default() };
        Self { state: Mutex::new(state), ..Self::default() }
    }

    /// No thread leaves it half-way.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many rows were appended, and the spool ends here.
    pub(crate) fn on_appended(&self, tail: Position, rows: u64) {
        let mut state = self.state();
        state.tail = tail;
        state.stats.rows_behind += rows;
        if state.wake_at.is_some_and(|rows| rows <= state.stats.rows_behind) {
            state.wake_at = None;
            self.work.notify_one();
        }
    }

    /// These will not be kept, which are so many rows. Their numbers must not be given again.
    pub(crate) fn on_lost(&self, lost: &[Kept], rows: u64) {
        let mut state = self.state();
        state.stats.rows_lost += rows;
        for (room, kept) in lost.iter().filter_map(|kept| Some((kept.venue.room()?, kept))) {
            let last = encoding::last_seq(kept);
            if let Some(seq) = state.lost.get_mut(&room.key()) {
                *seq = last.max(*seq);
            } else if state.lost.len() < LOST_ROOMS_MAX {
                state.lost.insert(room.key(), last);
            }
        }
    }

    /// Returns the last number in a room of what was lost, or 0.
    pub(crate) fn lost_in(&self, room: &Name) -> u64 {
        self.state().lost.get(&room.key()).copied().unwrap_or(0)
    }

    /// The database has all up to here, which are so many rows more, and is of this size. Some were there already.
    pub(crate) fn on_committed(&self, at: Position, rows: u64, doubles: u64, database_bytes: u64) {
        let mut state = self.state();
        state.committed = at;
        state.stats.rows_kept += rows - doubles;
        state.stats.rows_lost += doubles;
        state.stats.rows_behind = state.stats.rows_behind.saturating_sub(rows);
        if at >= state.tail {
            // Of what is left the spool has nothing: a disk has changed it.
            state.stats.rows_lost += mem::take(&mut state.stats.rows_behind);
        }
        state.stats.database_bytes = database_bytes;
    }

    /// So many rows were deleted.
    pub(crate) fn on_forgotten(&self, rows: u64, database_bytes: u64) {
        let mut state = self.state();
        state.stats.rows_forgotten += rows;
        state.stats.database_bytes = database_bytes;
    }

    /// All up to here is on the disk for good, and the files of the spool before are gone.
    pub(crate) fn on_settled(&self, at: Position) {
        let mut state = self.state();
        state.settled = at;
        state.oldest = at.segment;
    }

    /// Tells whether all up to here is on the disk for good.
    pub(crate) fn has_settled(&self, at: Position) -> bool {
        self.state().settled >= at
    }

    /// Returns the first file of the spool that is still there.
    pub(crate) fn oldest(&self) -> u64 {
        self.state().oldest
    }

    /// A part does what it should, or fails. Returns whether that is new.
    pub(crate) fn set_failing(&self, part: Part, is_failing: bool) -> bool {
        let mut state = self.state();
        let was = mem::replace(&mut state.failing[part as usize], is_failing);
        state.stats.is_failing = state.failing.contains(&true);
        was != is_failing
    }

    /// Has the writer finish and all threads end.
    pub(crate) fn stop(&self) {
        self.state().is_stopping = true;
        self.work.notify_one();
        self.stop.notify_all();
    }

    /// Waits until there is a group to write, or for `patience`. Returns the end of the spool, and whether the store is
    /// being closed.
    pub(crate) fn await_group(&self, patience: Duration) -> (Position, bool) {
        let mut state = self.state();
        state.wake_at = Some(1);
        let is_idle = |state: &mut State| state.tail <= state.committed && !state.is_stopping;
        state = self.work.wait_timeout_while(state, patience, is_idle).unwrap_or_else(PoisonError::into_inner).0;
        if state.tail > state.committed {
            state.wake_at = Some(GROUP_ROWS);
            let gathers = |state: &mut State| state.stats.rows_behind < GROUP_ROWS && !state.is_stopping;
            state = self.work.wait_timeout_while(state, GATHER, gathers).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.wake_at = None;
        (state.tail, state.is_stopping)
    }

    /// Waits for so long, or until the store is closed. Returns whether it is.
    pub(crate) fn await_stop(&self, patience: Duration) -> bool {
        let goes_on = |state: &mut State| !state.is_stopping;
        let wait = self.stop.wait_timeout_while(self.state(), patience, goes_on);
        wait.unwrap_or_else(PoisonError::into_inner).0.is_stopping
    }

    /// Returns the end of the spool.
    pub(crate) fn tail(&self) -> Position {
        self.state().tail
    }

    /// Returns what was counted.
    pub(crate) fn stats(&self) -> Stats {
        self.state().stats
    }
}
