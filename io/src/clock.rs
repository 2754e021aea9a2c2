//! Owns the time of a server: the core never asks a clock, and is told what this one says.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chinwag_core::Time;

/// The clock of one server, which starts with it: two servers of one process each begin at their own zero. Copies are
/// the same clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// Starts at zero.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    /// Returns what it says.
    #[must_use]
    pub fn now(self) -> Time {
        Time::after(self.started.elapsed())
    }

    /// Returns when it says `time`, as the standard library tells moments.
    #[must_use]
    pub fn instant(self, time: Time) -> Instant {
        self.started + time.since_start()
    }

    /// Returns what the wall clock says, in milliseconds since 1970.
    #[must_use]
    pub fn unix_ms(self) -> u64 {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_server_begins_at_its_own_zero() {
        let first = Clock::start();
        let hour = Duration::from_secs(3600);
        let old = Clock { started: first.started.checked_sub(hour).expect("this machine has run for an hour") };
        assert!(old.now().since_start() >= hour && first.now().since_start() < hour);
        let due = first.now() + hour;
        assert_eq!(first.instant(due) - first.started, due.since_start());
    }
}
