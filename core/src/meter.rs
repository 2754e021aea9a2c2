//! Owns rate limits: a sustained rate, and a burst after a quiet time.

use std::time::Duration;

use crate::Time;

/// Limits a rate by the generic cell rate algorithm (GCRA). It keeps one moment: when all that has passed would have
/// kept to the rate. A line passes while that moment lies less than the burst ahead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    caught_up_at: Time,
    /// The cost of one line, in nanoseconds: a second at most, and zero without a limit.
    line_nanos: u32,
    /// How far ahead of `now` the moment may lie, in microseconds, up to an hour and more.
    ahead_micros_max: u32,
}

impl Meter {
    /// Makes a meter for `lines_per_second` (0: no limit). `burst` worth of lines, at least one, pass at once.
    pub(crate) fn new(lines_per_second: u32, burst: Duration) -> Self {
        let line = Duration::from_secs(1).checked_div(lines_per_second).unwrap_or_default();
        let ahead_max = burst.saturating_sub(line);
        Self {
            caught_up_at: Time::START,
            line_nanos: u32::try_from(line.as_nanos()).expect("it is a second at most"),
            ahead_micros_max: u32::try_from(ahead_max.as_micros()).unwrap_or(u32::MAX),
        }
    }

    /// Keeps to the rate of another meter from now on; what has passed counts as before.
    pub(crate) const fn keep_to(&mut self, rate: &Self) {
        *self = Self { caught_up_at: self.caught_up_at, ..*rate };
    }

    /// Returns when the next line may pass.
    pub(crate) fn ready_at(&self) -> Time {
        let ahead_max = Duration::from_micros(self.ahead_micros_max.into());
        Time::after(self.caught_up_at.since_start().saturating_sub(ahead_max))
    }

    pub(crate) fn is_ready(&self, now: Time) -> bool {
        self.line_nanos == 0 || self.ready_at() <= now
    }

    /// Tells whether all that has passed kept to the rate, so that a new meter would not differ.
    pub(crate) fn is_rested(&self, now: Time) -> bool {
        self.caught_up_at <= now
    }

    /// Lets a line pass.
    pub(crate) fn charge(&mut self, now: Time) {
        self.caught_up_at = self.caught_up_at.max(now) + Duration::from_nanos(self.line_nanos.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(meter: &mut Meter, now: Time) -> bool {
        let ready = meter.is_ready(now);
        if ready {
            meter.charge(now);
        }
        ready
    }

    #[test]
    fn a_burst_passes_at_once_and_then_the_rate_holds() {
        let mut meter = Meter::new(20, Duration::from_secs(5));
        let start = Time::after(Duration::from_secs(60));
        for line in 0..100 {
            assert!(passes(&mut meter, start), "line {line}");
        }
        for line in 1..=40 {
            let ready = start + line * Duration::from_millis(50);
            assert_eq!(meter.ready_at(), ready);
            assert!(!passes(&mut meter, Time::after(ready.since_start() - Duration::from_nanos(1))));
            assert!(passes(&mut meter, ready));
        }
    }

    #[test]
    fn a_burst_is_worth_no_more_after_a_longer_quiet_time() {
        let mut meter = Meter::new(2, Duration::from_secs(2));
        let later = Time::after(Duration::from_secs(1_000_000));
        assert_eq!((0..10).filter(|_| passes(&mut meter, later)).count(), 4);
    }

    #[test]
    fn a_burst_shorter_than_a_line_lets_one_line_pass() {
        let mut meter = Meter::new(1, Duration::ZERO);
        assert!(passes(&mut meter, Time::START));
        assert!(!passes(&mut meter, Time::START));
        assert!(passes(&mut meter, Time::after(Duration::from_secs(1))));
    }

    #[test]
    fn what_has_passed_counts_at_another_rate_too() {
        let mut meter = Meter::new(2, Duration::from_secs(2));
        assert_eq!((0..10).filter(|_| passes(&mut meter, Time::START)).count(), 4);
        meter.keep_to(&Meter::new(4, Duration::from_secs(2)));
        assert!(!passes(&mut meter, Time::START), "the two seconds are used up");
        assert!(passes(&mut meter, Time::after(Duration::from_millis(250))));
        assert!(!passes(&mut meter, Time::after(Duration::from_millis(499))));
        meter.keep_to(&Meter::new(0, Duration::ZERO));
        assert!((0..100).all(|_| passes(&mut meter, Time::START)));
    }

    #[test]
    fn no_limit_lets_everything_pass() {
        let mut meter = Meter::new(0, Duration::from_secs(5));
        assert!((0..100_000).all(|_| passes(&mut meter, Time::START)));
    }
}
