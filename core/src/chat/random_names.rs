//! Owns the names that the server gives: an adjective and an animal, in an order that looks random and repeats none
//! before all were given.

use crate::Name;
use crate::log::SnapshotError;
use crate::name::GUEST;

/// How often the next pair may turn out to be somebody's already, before a numbered name is given instead. A name is
/// drawn for each newcomer, so this bounds what one can cost, even if someone takes names just to be in the way.
const DRAWS_MAX: u32 = 64;

/// How many numbered names fit into a name; no server lives to see so many.
const GUESTS_MAX: u64 = 99_999_999_999_999;

/// Rounds of the Feistel network: with four, neighbours have nothing in common that anyone would see.
const ROUNDS: u64 = 4;

/// Gives out all pairs of an adjective and an animal by a keyed permutation of their numbers. It is a Feistel network
/// over the next power of four, walked until it comes to a number that is a pair's.
#[derive(Clone, Debug)]
pub(super) struct RandomNames {
    adjectives: Vec<&'static str>,
    animals: Vec<&'static str>,
    seed: u64,
    drawn: u64,
    guests: u64,
}

impl RandomNames {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            adjectives: include_str!("adjectives.txt").lines().collect(),
            animals: include_str!("animals.txt").lines().collect(),
            seed,
            drawn: 0,
            guests: 0,
        }
    }

    /// Returns how many random names were drawn, and how many numbered ones were given.
    pub(super) const fn snapshot(&self) -> (u64, u64) {
        (self.drawn, self.guests)
    }

    /// Goes on behind so many random names, and so many numbered ones.
    pub(super) fn restore(seed: u64, (drawn, guests): (u64, u64)) -> Result<Self, SnapshotError> {
        SnapshotError::unless(guests < GUESTS_MAX, "too many guests were numbered")?;
        Ok(Self { drawn, guests, ..Self::new(seed) })
    }

    /// Tells whether somebody can have this name: if it is a numbered one, it was given.
    pub(super) fn can_be_had(&self, name: &Name) -> bool {
        let number = || name.as_str().strip_prefix(GUEST)?.parse().ok().filter(|&number: &u64| number <= self.guests);
        !name.is_reserved() || number().is_some_and(|number| name.as_str() == format!("{GUEST}{number}"))
    }

    /// Returns a name that is not taken.
    pub(super) fn draw(&mut self, is_taken: impl Fn(&Name) -> bool) -> Name {
        for _ in 0..DRAWS_MAX {
            let name = self.pair(self.drawn % self.pairs());
            self.drawn = self.drawn.wrapping_add(1);
            if !is_taken(&name) {
                return name;
            }
        }
        // Nobody but the server gives names of this kind, and it gives each only once.
        self.guests += 1;
        Name::parse(&format!("{GUEST}{}", self.guests)).expect("a server does not live to see 10^14 guests")
    }

    fn pairs(&self) -> u64 {
        (self.adjectives.len() * self.animals.len()) as u64
    }

    fn pair(&self, number: u64) -> Name {
        let number = self.permute(number) as usize;
        let (adjective, animal) = (number / self.animals.len(), number % self.animals.len());
        let pair = [self.adjectives[adjective], self.animals[animal]].concat();
        Name::parse(&pair).expect("each adjective goes with each animal, as a test shows")
    }

    /// Maps the numbers of the pairs onto each other, one to one. The walk ends, since the network permutes too: at the
    /// latest it comes back to where it started, which is a pair's number.
    fn permute(&self, mut number: u64) -> u64 {
        let half_bits = (self.pairs() - 1).ilog2() / 2 + 1;
        loop {
            number = self.feistel(number, half_bits);
            if number < self.pairs() {
                return number;
            }
        }
    }

    fn feistel(&self, number: u64, half_bits: u32) -> u64 {
        let mask = (1 << half_bits) - 1;
        let (mut left, mut right) = (number >> half_bits, number & mask);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ (mix(self.seed ^ mix(round << 32 | right)) & mask));
        }
        left << half_bits | right
    }
}

/// Scatters the bits of `x`: the output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
/// Generators, 2014).
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_enough_words_and_each_pair_is_a_name_that_is_not_reserved() {
        let names = RandomNames::new(0);
        assert!(names.adjectives.len() >= 600 && names.animals.len() >= 240);
        for adjective in &names.adjectives {
            for animal in &names.animals {
                let pair = Name::parse(&format!("{adjective}{animal}")).expect("each pair is a name");
                assert!(!pair.is_reserved(), "{pair}");
            }
        }
    }

    #[test]
    fn no_name_repeats_before_all_were_given() {
        for seed in [0, 1, u64::MAX] {
            let mut names = RandomNames::new(seed);
            let mut given = HashSet::new();
            for _ in 0..names.pairs() {
                let name = names.draw(|_| false);
                assert!(given.insert(name.key()), "{name} was given before");
            }
            assert_eq!(names.guests, 0);
            assert!(!given.insert(names.draw(|_| false).key()), "then it starts again");
        }
    }

    #[test]
    fn seeds_give_different_orders_and_neighbours_look_unrelated() {
        let draw = |seed| {
            let mut names = RandomNames::new(seed);
            (0..1000).map(|_| names.draw(|_| false)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        let (one, other) = (draw(7), draw(8));
        let shared = one.iter().filter(|name| other.contains(name)).count();
        assert!(shared < 50, "{shared} of the first 1000 are the same");
        let alike = one.windows(2).filter(|pair| pair[0].as_str()[..3] == pair[1].as_str()[..3]).count();
        assert!(alike < 50, "{alike} neighbours begin alike");
    }

    /// What was recorded of a run is the same run for as long as this holds.
    #[test]
    fn a_seed_gives_the_same_names_in_every_version() {
        for (seed, first) in [
            (0, ["ResponsibleMouse", "ProficientOriole", "ImaginativeLeopard"]),
            (7, ["MarvelousKingbird", "FirstLark", "RestfulBarbel"]),
        ] {
            let mut names = RandomNames::new(seed);
            assert_eq!(first.map(|_| names.draw(|_| false).to_string()), first, "seed {seed}");
        }
    }

    #[test]
    fn a_taken_name_is_passed_over() {
        let first = RandomNames::new(3).draw(|_| false);
        let second = RandomNames::new(3).draw(|name| *name == first);
        assert_ne!(first, second);
    }

    #[test]
    fn when_all_are_taken_guests_are_numbered() {
        let mut names = RandomNames::new(0);
        let taken = |name: &Name| !name.as_str().starts_with(GUEST);
        assert_eq!(names.draw(taken).as_str(), "Guest-1");
        assert_eq!(names.draw(taken).as_str(), "Guest-2");
    }
}
