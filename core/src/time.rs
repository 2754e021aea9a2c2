//! Owns the core's notion of time: how long the server has been running, as the adapter tells it.

use std::ops::Add;
use std::time::Duration;

/// A moment, in nanoseconds since the server started. It lasts 584 years.
///
/// The core never asks a clock. Its driver passes `now`. To each part on its own it must not go backwards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Time(u64);

impl Time {
    /// The moment the server started.
    pub const START: Self = Self(0);

    /// Returns the moment `elapsed` after the start, or the last one there is.
    #[must_use]
    pub fn after(elapsed: Duration) -> Self {
        Self(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX))
    }

    /// Returns the time since the start.
    #[must_use]
    pub const fn since_start(self) -> Duration {
        Duration::from_nanos(self.0)
    }

    /// Returns the time since `earlier`, or zero if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: Time = Time(u64::MAX);

    #[test]
    fn times_add_up_and_stop_at_the_last_one() {
        let second = Duration::from_secs(1);
        let two = Time::after(2 * second);
        assert_eq!(two.since_start(), 2 * second);
        assert_eq!(two + second, Time::after(3 * second));
        assert_eq!(two.since(Time::after(second)), second);
        assert_eq!(Time::START.since(two), Duration::ZERO);
        assert_eq!((LAST + second, two + Duration::MAX, Time::after(Duration::MAX)), (LAST, LAST, LAST));
    }
}
