//! Owns the time of day: the wall clock, by the core's own time.

use std::time::Duration;

use crate::Time;

/// How far the wall clock may be off before it is set: 1 s. Both clocks are read one after the other, and a thread may
/// be kept waiting between. Nobody misses a second in the time of a message.
const OFF_MS_MAX: u64 = 1000;

/// Tells the time of day from one reading of the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Clock {
    /// The time of day at [`Time::START`], in milliseconds since 1970. It may be before: the server may have run for
    /// longer than that when the clock was set.
    start_ms: i64,
}

impl Clock {
    /// Returns a clock that says this now.
    pub(crate) fn set(now: Time, unix_ms: u64) -> Self {
        let unix_ms = i64::try_from(unix_ms).unwrap_or(i64::MAX);
        Self { start_ms: unix_ms.saturating_sub(since_start_ms(now)) }
    }

    /// Returns a clock that said this at [`Time::START`].
    pub(crate) const fn started(start_ms: i64) -> Self {
        Self { start_ms }
    }

    /// Returns its reading at [`Time::START`].
    pub(crate) const fn start_ms(self) -> i64 {
        self.start_ms
    }

    /// Returns a moment in milliseconds since 1970.
    pub(crate) fn unix_ms(self, now: Time) -> u64 {
        u64::try_from(self.start_ms.saturating_add(since_start_ms(now))).unwrap_or(0)
    }

    /// Returns how long ago a time of day was, in milliseconds since 1970; none, if it is yet to come.
    pub(crate) fn age(self, now: Time, time_ms: u64) -> Duration {
        Duration::from_millis(self.unix_ms(now).saturating_sub(time_ms))
    }

    /// Tells whether the wall clock was set: its reading is not what this clock says.
    pub(crate) fn is_off(self, now: Time, unix_ms: u64) -> bool {
        self.unix_ms(now).abs_diff(unix_ms) > OFF_MS_MAX
    }
}

/// Returns the year, month and day that so many days after the first of 1970 is. It counts in years that begin in
/// March, so that a leap day is the last of its year (<https://howardhinnant.github.io/date_algorithms.html>).
pub(crate) const fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
}

fn since_start_ms(now: Time) -> i64 {
    i64::try_from(now.since_start().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_on_from_where_it_was_set_also_back_in_time() {
        let [start, second, hour] = [0, 1, 3600].map(|seconds| Time::after(Duration::from_secs(seconds)));
        let clock = Clock::set(second, 1_000_000);
        assert_eq!([start, second, hour].map(|now| clock.unix_ms(now)), [999_000, 1_000_000, 4_599_000]);
        let early = Clock::set(hour, 5);
        assert_eq!([start, hour, hour + Duration::from_secs(1)].map(|now| early.unix_ms(now)), [0, 5, 1005]);
        assert_eq!(Clock::set(hour, u64::MAX).unix_ms(hour), i64::MAX as u64);
        let last = Time::after(Duration::MAX);
        assert_eq!(Clock::set(last, 7).unix_ms(last), 7);
    }

    #[test]
    fn a_clock_is_off_by_more_than_a_second_either_way() {
        let (now, clock) = (Time::after(Duration::from_secs(9)), Clock::set(Time::START, 1_000_000));
        for (unix_ms, is_off) in [
            (1_009_000, false),
            (1_010_000, false),
            (1_010_001, true),
            (1_008_000, false),
            (1_007_999, true),
            (0, true),
        ] {
            assert_eq!(clock.is_off(now, unix_ms), is_off, "{unix_ms}");
        }
    }
}
