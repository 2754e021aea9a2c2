//! Numbers that look random and follow from a seed.

use std::time::Duration;

/// SplitMix64: two lines, and good enough to choose words and pauses.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// Starts a sequence of its own for each seed and each `stream` of it.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    /// Returns a number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Returns a time around `mean`, between half and one and a half times of it.
    pub(super) fn around(&mut self, mean: Duration) -> Duration {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        mean.mul_f64(0.5 + unit)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_sequence_and_another_gives_another() {
        let ten = |seed, stream| {
            let mut random = Random::new(seed, stream);
            (0..10).map(|_| random.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(ten(1, 2), ten(1, 2));
        assert_ne!(ten(1, 2), ten(1, 3));
        assert_ne!(ten(1, 2), ten(2, 2));
    }

    #[test]
    fn pauses_are_around_their_mean() {
        let (mut random, mean) = (Random::new(7, 0), Duration::from_secs(2));
        let pauses: Vec<Duration> = (0..1_000).map(|_| random.around(mean)).collect();
        assert!(pauses.iter().all(|pause| (mean / 2..mean * 3 / 2).contains(pause)));
        let average = pauses.iter().sum::<Duration>() / 1_000;
        assert!(average > mean * 95 / 100 && average < mean * 105 / 100, "{average:?}");
    }
}
