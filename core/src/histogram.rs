//! Owns the distribution of values in little memory: counts up to each of a few bounds.

/// The number of bounds. The last is 4¹², which is 17 seconds in microseconds.
const BOUNDS: usize = 13;

/// Counts values by their size. Each bound is four times the one before it, the first is 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Histogram {
    /// The last bucket has the values above all bounds.
    counts: [u64; BOUNDS + 1],
    sum: u64,
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        let bits = value.saturating_sub(1).checked_ilog2().map_or(0, |bit| bit + 1);
        self.counts[(bits.div_ceil(2) as usize).min(BOUNDS)] += 1;
        self.sum = self.sum.saturating_add(value);
    }

    /// Adds the counts of another histogram.
    pub fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// Returns each bound with the number of values up to it and above the bound before. The last has no bound: values
    /// above all.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = (0..BOUNDS).map(|place| Some(1 << (2 * place))).chain([None]);
        bounds.zip(self.counts)
    }

    /// Returns the number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns the sum of all values.
    #[must_use]
    pub const fn sum(&self) -> u64 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        values.iter().for_each(|&value| histogram.add(value));
        histogram
    }

    #[test]
    fn a_value_counts_at_the_first_bound_that_it_does_not_exceed() {
        let last = 1 << 24;
        let cases = [
            (0, Some(1)),
            (1, Some(1)),
            (2, Some(4)),
            (4, Some(4)),
            (5, Some(16)),
            (16, Some(16)),
            (17, Some(64)),
            (last, Some(last)),
            (last + 1, None),
            (u64::MAX, None),
        ];
        for (value, bound) in cases {
            let counted: Vec<_> = of(&[value]).buckets().filter(|&(_, count)| count > 0).collect();
            assert_eq!(counted, [(bound, 1)], "{value}");
        }
    }

    #[test]
    fn the_bounds_grow_and_the_last_values_have_none() {
        let bounds: Vec<_> = of(&[]).buckets().map(|(bound, _)| bound).collect();
        let (last, bounds) = bounds.split_last().expect("there are some");
        assert!(last.is_none() && bounds.iter().all(Option::is_some) && bounds.is_sorted());
    }

    #[test]
    fn values_that_were_counted_apart_are_added_up() {
        let mut all = of(&[1, 5, 5]);
        all.merge(&of(&[5, 1000]));
        assert_eq!(all, of(&[1, 5, 5, 5, 1000]));
        assert_eq!((all.count(), all.sum()), (5, 1016));
        all.merge(&of(&[u64::MAX]));
        assert_eq!((all.count(), all.sum()), (6, u64::MAX));
    }
}
