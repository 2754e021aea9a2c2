//! How often each delay occurred, in a fixed number of counters.
//!
//! Log-linear: each power of two is cut into 64 equal steps, so a value read back is at most 1/64 (1.6 %) too high.

/// Steps within a power of two, as a power of two itself: 64.
const STEP_BITS: u32 = 6;
const STEPS: usize = 1 << STEP_BITS;

/// Counters for every `u64`: values under 64 each have their own, then 64 for every higher power of two.
const COUNTERS: usize = STEPS * (u64::BITS - STEP_BITS + 1) as usize;

/// Counts values and tells their quantiles.
#[derive(Debug)]
pub(crate) struct Histogram {
    counters: Box<[u64]>,
    total: u64,
    max: u64,
}

impl Histogram {
    /// Creates an empty histogram.
    pub(crate) fn new() -> Self {
        Self { counters: vec![0; COUNTERS].into_boxed_slice(), total: 0, max: 0 }
    }

    /// Counts `value` `times` times.
    pub(crate) fn record(&mut self, value: u64, times: u64) {
        if times > 0 {
            self.counters[counter(value)] += times;
            self.total += times;
            self.max = self.max.max(value);
        }
    }

    /// Returns the highest value counted, exactly; 0 if there is none.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only load asks for it"))]
    pub(crate) fn max(&self) -> u64 {
        self.max
    }

    /// Returns a value that at least `per_mille` thousandths of all values do not exceed; 0 if there is none.
    pub(crate) fn quantile(&self, per_mille: u16) -> u64 {
        let wanted = (u128::from(self.total) * u128::from(per_mille)).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (index, count) in self.counters.iter().enumerate() {
            seen += u128::from(*count);
            if seen >= wanted {
                return highest(index).min(self.max);
            }
        }
        self.max
    }
}

/// The counter of `value`.
fn counter(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(STEP_BITS + 1);
    shift as usize * STEPS + (value >> shift) as usize
}

/// The highest value that counter `index` counts.
fn highest(index: usize) -> u64 {
    let shift = (index / STEPS).saturating_sub(1);
    let step = (index - shift * STEPS) as u128;
    (((step + 1) << shift) - 1) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_under_the_highest_of_its_counter_and_close_to_it() {
        let edges = (0..u64::BITS).flat_map(|bit| {
            let power = 1_u64 << bit;
            [power - 1, power, power + 1, power + power / 3]
        });
        for value in edges.chain([u64::MAX]) {
            let top = highest(counter(value));
            assert!(top >= value && top - value <= value / 64, "{value} is counted as {top}");
        }
    }

    #[test]
    fn counters_follow_each_other_without_a_gap() {
        for index in 1..COUNTERS {
            assert_eq!(counter(highest(index - 1) + 1), index);
        }
        assert_eq!(counter(u64::MAX), COUNTERS - 1);
    }

    #[test]
    fn quantiles_of_one_to_a_hundred_are_themselves() {
        let mut histogram = Histogram::new();
        for value in 1..=100 {
            histogram.record(value, 1);
        }
        for (per_mille, expected) in [(0, 1), (10, 1), (500, 50), (900, 90), (990, 99), (991, 100), (1_000, 100)] {
            assert_eq!(histogram.quantile(per_mille), expected, "{per_mille}");
        }
        assert_eq!(histogram.max(), 100);
    }

    #[test]
    fn times_weigh() {
        let mut histogram = Histogram::new();
        histogram.record(5, 99);
        histogram.record(1_000_000, 1);
        histogram.record(7_000_000, 0);
        assert_eq!(histogram.quantile(990), 5);
        assert_eq!(histogram.quantile(999), 1_000_000);
        assert_eq!(histogram.max(), 1_000_000);
    }

    #[test]
    fn nothing_counted_gives_zero() {
        assert_eq!(Histogram::new().quantile(999), 0);
    }
}
