//! The clock of a run: nanoseconds since the program's start, as load messages carry them.

use std::time::{Duration, Instant};

/// Counts from its creation on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts at 0.
    pub(super) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Returns the nanoseconds since the start; a `u64` holds 584 years of them.
    pub(super) fn now_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    /// Returns the time that is `later` than now.
    pub(super) fn after_ns(&self, later: Duration) -> u64 {
        self.now_ns().saturating_add(later.as_nanos() as u64)
    }
}
