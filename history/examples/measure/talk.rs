//! Owns made-up talk. Its words are as frequent as those of a language (Zipf's law), and so are its rooms and people.

use std::collections::HashMap;

use chinwag_core::Name;
use chinwag_core::words::{Kept, Texts, What};

/// When it begins, in milliseconds since 1970.
pub(crate) const START_MS: u64 = 1_764_000_000_000;

const WORDS: usize = 30_000;
const ROOMS: usize = 1_000;
const PEOPLE: usize = 5_000;

/// People who talk, always the same for a seed.
pub(crate) struct Talk {
    seed: u64,
    words: Vec<String>,
    frequencies: Vec<f64>,
    said: HashMap<Name, u64>,
    time_ms: u64,
    bytes: u64,
    is_short: bool,
}

impl Talk {
    pub(crate) fn new(seed: u64, is_short: bool) -> Self {
        // The words are those of the language, whoever talks.
        let mut dictionary = Self {
            seed: 1,
            words: Vec::new(),
            frequencies: Vec::new(),
            said: HashMap::new(),
            time_ms: START_MS,
            bytes: 0,
            is_short,
        };
        let words = (0..WORDS).map(|rank| dictionary.new_word(rank)).collect();
        let mut sum = 0.0;
        let frequencies = (1..=WORDS)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self { seed, words, frequencies, ..dictionary }
    }

    fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.seed ^ self.seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.random() % end
    }

    /// Frequent words are short.
    fn new_word(&mut self, rank: usize) -> String {
        let len = 2 + (rank + 2).ilog2() as u64 / 2;
        let len = len + self.below(3);
        (0..len)
            .map(|at| {
                let letters: &[u8] = if at % 2 == 0 { b"bcdfghklmnprstvw" } else { b"aeiouy" };
                char::from(letters[self.below(letters.len() as u64) as usize])
            })
            .collect()
    }

    /// A rank below `end`, by Zipf's law.
    fn rank(&mut self, end: usize) -> usize {
        let sum = self.frequencies[end - 1];
        let at = self.random() as f64 / u64::MAX as f64 * sum;
        self.frequencies[..end].partition_point(|&frequency| frequency < at).min(end - 1)
    }

    fn word(&mut self) -> String {
        let rank = self.rank(WORDS);
        self.words[rank].clone()
    }

    /// Two words of what somebody might have said.
    pub(crate) fn two_words(&mut self) -> String {
        format!("{} {}", self.word(), self.word())
    }

    /// The rooms, the largest first.
    pub(crate) fn rooms(&self) -> Vec<Name> {
        (0..ROOMS).map(room).collect()
    }

    /// So many messages were said in a room before.
    pub(crate) fn go_on(&mut self, room: &Name, said: u64) {
        self.said.insert(room.clone(), said);
    }

    /// How many bytes were said.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn batch(&mut self, count: usize) -> Vec<Kept> {
        (0..count).map(|_| self.kept()).collect()
    }

    fn kept(&mut self) -> Kept {
        let words = if self.is_short { 1 + self.below(2) } else { 4 + self.below(15) };
        let text = (0..words).map(|_| self.word()).collect::<Vec<_>>().join(" ");
        self.bytes += text.len() as u64;
        self.time_ms += self.random() % 2_000;
        let room = room(self.rank(ROOMS));
        let said = self.said.entry(room.clone()).or_default();
        *said += 1;
        let seq = *said;
        let name = Name::parse(&format!("person-{}", self.rank(PEOPLE))).expect("it is a name");
        let what = What::Said(Texts::parse_lines(&format!("{text}\n")).expect("they are clean"));
        Kept { venue: room.into(), name, what, time_ms: self.time_ms, seq, is_hidden: false }
    }
}

fn room(rank: usize) -> Name {
    Name::parse(&format!("room-{rank}")).expect("it is a name")
}
