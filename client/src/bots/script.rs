//! What one bot says, and when: an endless sequence that follows from the seed.
//!
//! Bots that talk with each other take turns in the same conversation. Each of them goes through all of it by itself,
//! and says the lines that are its own; so none needs to know of the others.

use std::time::Duration;

use super::random::Random;

/// Conversations, with an empty line between two.
const ENGLISH: &str = include_str!("english.txt");
const RUST: &str = include_str!("rust.txt");

/// Words that a load is made of.
const WORDS: [&str; 16] = [
    "alpha", "bravo", "delta", "echo", "foxtrot", "golf", "hotel", "india", "kilo", "lima", "mike", "oscar", "papa",
    "romeo", "tango", "zulu",
];

/// What bots talk about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    English,
    Rust,
    /// Nothing: each bot by itself says words.
    Stress,
}

/// Something to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// When, from the start.
    pub(super) due: Duration,
    pub(super) text: String,
}

/// What one bot says.
#[derive(Debug, Clone)]
pub(super) struct Script {
    topic: Topic,
    pause: Duration,
    slot: usize,
    slots: usize,
    random: Random,
    due: Duration,
    /// How many lines of the conversation there were.
    said: usize,
    /// The rest of the conversation that is going on, last line first.
    rest: Vec<&'static str>,
    /// Conversations that were not had yet, in the order from the end.
    left: Vec<usize>,
}

impl Script {
    /// Makes the script of the bot in `slot` of so many `slots`. `pause` is the mean time between two lines: of all
    /// together if they talk with each other, of each if they don't.
    pub(super) fn new(topic: Topic, pause: Duration, slot: usize, slots: usize, seed: u64) -> Self {
        // Those who talk with each other have to draw the same.
        let stream = match topic {
            Topic::English => 1,
            Topic::Rust => 2,
            Topic::Stress => 3 + slot as u64,
        };
        let (random, due, said) = (Random::new(seed, stream), Duration::ZERO, 0);
        Self { topic, pause, slot, slots, random, due, said, rest: Vec::new(), left: Vec::new() }
    }

    fn words(&mut self) -> Turn {
        self.due += self.random.around(self.pause);
        let count = 3 + self.random.below(8);
        let words: Vec<&str> = (0..count).map(|_| WORDS[self.random.below(WORDS.len())]).collect();
        Turn { due: self.due, text: words.join(" ") }
    }

    /// Returns the next line of the conversation, and whose it is.
    fn line(&mut self, conversations: &'static str) -> (usize, Turn) {
        while self.rest.is_empty() {
            let count = conversations.split("\n\n").count();
            if self.left.is_empty() {
                self.left = (0..count).collect();
            }
            let chosen = self.random.below(self.left.len());
            let chosen = self.left.swap_remove(chosen);
            self.rest =
                conversations.split("\n\n").nth(chosen).map_or(Vec::new(), |lines| lines.lines().rev().collect());
        }
        self.due += self.random.around(self.pause);
        let slot = self.said % self.slots;
        self.said += 1;
        let text = self.rest.pop().unwrap_or_default().to_owned();
        (slot, Turn { due: self.due, text })
    }
}

impl Iterator for Script {
    type Item = Turn;

    fn next(&mut self) -> Option<Turn> {
        let conversations = match self.topic {
            Topic::English => ENGLISH,
            Topic::Rust => RUST,
            Topic::Stress => return Some(self.words()),
        };
        loop {
            let (slot, turn) = self.line(conversations);
            if slot == self.slot {
                return Some(turn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::log::Command;
    use chinwag_core::{Request, Text};

    use super::*;

    const PAUSE: Duration = Duration::from_secs(3);

    fn turns(topic: Topic, slots: usize, count: usize) -> Vec<(usize, Turn)> {
        let scripts = (0..slots).map(|slot| (slot, Script::new(topic, PAUSE, slot, slots, 7)));
        let mut turns: Vec<_> =
            scripts.flat_map(|(slot, script)| script.take(count).map(move |turn| (slot, turn))).collect();
        turns.sort_by_key(|(_, turn)| turn.due);
        turns
    }

    #[test]
    fn bots_that_talk_with_each_other_take_turns_in_one_conversation() {
        let turns = turns(Topic::English, 3, 20);
        let text: Vec<&str> = turns.iter().map(|(_, turn)| turn.text.as_str()).collect();
        assert!(ENGLISH.contains(&text[..4].join("\n")), "{text:?}");
        assert!(turns.iter().enumerate().all(|(line, (slot, _))| line % 3 == *slot));
    }

    #[test]
    fn all_conversations_are_had_before_one_is_had_again() {
        for (topic, all) in [(Topic::English, ENGLISH), (Topic::Rust, RUST)] {
            let lines: Vec<&str> = all.lines().filter(|line| !line.is_empty()).collect();
            let mut said: Vec<String> =
                Script::new(topic, PAUSE, 0, 1, 5).take(lines.len()).map(|turn| turn.text).collect();
            assert_ne!(said, lines, "the order is drawn");
            said.sort();
            let mut lines = lines;
            lines.sort_unstable();
            assert_eq!(said, lines);
        }
    }

    #[test]
    fn every_line_can_be_said_as_it_is() {
        for line in [ENGLISH, RUST].concat().lines().filter(|line| !line.is_empty()) {
            assert_eq!(Request::parse(line), Some(Command::Say(Text::clean(line).into()).into()), "{line}");
            assert!(line.len() <= 400, "{line}");
        }
    }

    #[test]
    fn a_load_is_spread_evenly() {
        let turns = turns(Topic::Stress, 100, 10);
        let rate = 1_000.0 / turns.last().map_or(0.0, |(_, turn)| turn.due.as_secs_f64());
        assert!((25.0..40.0).contains(&rate), "{rate} a second");
        assert_ne!(turns[0].1.text, turns[1].1.text);
    }

    #[test]
    fn a_seed_gives_the_same_again() {
        let texts = |seed| Script::new(Topic::Rust, PAUSE, 1, 3, seed).take(30).collect::<Vec<_>>();
        assert_eq!(texts(1), texts(1));
        assert_ne!(texts(1), texts(2));
    }
}
