//! Owns the time of a server: the core never asks a clock, and is told what this one says.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chinwag_core::Time;

/// The clock of one server, which starts with it: two servers of one process each begin at their own zero. Copies are
/// the same clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    /// What it said then.
    from: Duration,
}

impl Clock {
    /// Starts at zero.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now(), from: Duration::ZERO }
    }

    /// Starts at the time of day, as what several servers share is told: its zero is the beginning of 1970. It does not
    /// follow the wall clock from then on.
    #[must_use]
    pub fn of_day() -> Self {
        Self { started: Instant::now(), from: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() }
    }

    /// Returns what it says.
    #[must_use]
    pub fn now(self) -> Time {
        Time::after(self.from + self.started.elapsed())
    }

    /// Returns for how long it has run.
    #[must_use]
    pub fn uptime(self) -> Duration {
        self.started.elapsed()
    }

    /// Returns when it says `time`, as the standard library tells moments.
    #[must_use]
    pub fn instant(self, time: Time) -> Instant {
        self.started + time.since_start().saturating_sub(self.from)
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
    use super::*;

    #[test]
    fn each_server_begins_at_its_own_zero() {
        let first = Clock::start();
        let hour = Duration::from_secs(3600);
        let started = first.started.checked_sub(hour).expect("this machine has run for an hour");
        let old = Clock { started, ..first };
        assert!(old.now().since_start() >= hour && first.now().since_start() < hour);
        let due = first.now() + hour;
        assert_eq!(first.instant(due) - first.started, due.since_start());
    }

    #[test]
    fn servers_that_share_time_tell_that_of_the_day() {
        let clock = Clock::of_day();
        let (now, unix_ms) = (clock.now(), clock.unix_ms());
        assert!(unix_ms.abs_diff(now.since_start().as_millis() as u64) < 1000 && clock.uptime() < now.since_start());
        let minute = Duration::from_secs(60);
        assert!(clock.instant(now + minute) - clock.started >= minute);
    }
}
