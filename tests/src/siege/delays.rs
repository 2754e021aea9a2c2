//! Owns how long it took until what was said was heard.

use std::fmt;
use std::time::Duration;

/// Holds delays, of which the late ones matter.
#[derive(Clone, Default, Debug)]
pub struct Delays(Vec<Duration>);

impl Delays {
    pub(super) fn add(&mut self, delay: Duration) {
        self.0.push(delay);
    }

    /// Returns the delay that all but one in a hundred stay within.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn percentile_99(&self) -> Duration {
        self.within(99)
    }

    fn within(&self, percent: usize) -> Duration {
        let mut delays = self.0.clone();
        let last = (delays.len() * percent).div_ceil(100).checked_sub(1).expect("something was heard");
        *delays.select_nth_unstable(last).1
    }
}

/// Shows how late half of them are at the most, 99 of a hundred, and all.
impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, late, latest] = [50, 99, 100].map(|percent| self.within(percent).as_secs_f64() * 1000.0);
        write!(f, "{median:.1}/{late:.1}/{latest:.1} ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_hundred_may_be_as_late_as_it_likes() {
        let delays = |count: u64| Delays((1..=count).rev().map(Duration::from_millis).collect());
        for (count, late) in [(1, 1), (99, 99), (100, 99), (101, 100), (200, 198), (400, 396)] {
            assert_eq!(delays(count).percentile_99(), Duration::from_millis(late), "{count}");
        }
    }
}
