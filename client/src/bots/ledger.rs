//! Who has said what and who has heard it: so what was missed is known exactly, and how long each message took.
//!
//! A server shows the messages of one speaker to everyone in the order in which they were said. So a listener who hears
//! a later message of a speaker has missed the ones between.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use crate::histogram::Histogram;

/// The bots of one room, by their slot, and what is still to be heard there.
#[derive(Debug)]
struct Room {
    speakers: Vec<Speaker>,
}

#[derive(Debug)]
struct Speaker {
    /// Messages that somebody has not heard yet, oldest first.
    open: VecDeque<Said>,
    /// How many messages before them everybody has heard or missed.
    closed: u64,
    /// How many messages each listener has heard or missed.
    heard: Vec<u64>,
}

#[derive(Debug)]
struct Said {
    at: Duration,
    text: u64,
    due: usize,
}

/// The books of all rooms.
#[derive(Debug)]
pub(super) struct Ledger {
    rooms: Vec<Room>,
    /// The room and slot of each name.
    names: HashMap<String, Slot>,
    delays: Histogram,
    totals: Totals,
}

/// The place of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) room: usize,
    pub(super) slot: usize,
}

/// What was counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    /// Messages said by bots.
    pub(super) sent: u64,
    /// How often a bot should have heard one.
    pub(super) expected: u64,
    /// How often a bot has heard one.
    pub(super) received: u64,
    /// How often a bot has heard a later one instead.
    pub(super) skipped: u64,
}

impl Totals {
    /// Returns how many messages are still on their way, or lost.
    pub(super) fn outstanding(&self) -> u64 {
        self.expected - self.received - self.skipped
    }

    /// Returns how many were missed if nothing comes any more.
    pub(super) fn missed(&self) -> u64 {
        self.expected - self.received
    }
}

impl Ledger {
    /// Opens the books for rooms with so many slots.
    pub(super) fn new(slots: &[usize]) -> Self {
        let speaker = |listeners| Speaker { open: VecDeque::new(), closed: 0, heard: vec![0; listeners] };
        let rooms = slots.iter().map(|slots| Room { speakers: (0..*slots).map(|_| speaker(*slots)).collect() });
        Self { rooms: rooms.collect(), names: HashMap::new(), delays: Histogram::new(), totals: Totals::default() }
    }

    /// Notes under which name a bot speaks.
    pub(super) fn name(&mut self, slot: Slot, name: &str) {
        self.names.insert(name.to_owned(), slot);
    }

    /// Tells whether a name is a bot's.
    pub(super) fn is_bot(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Notes that a bot says something, right before it does.
    pub(super) fn on_said(&mut self, by: Slot, text: &str, at: Duration) {
        let listeners = self.rooms[by.room].speakers.len();
        let said = Said { at, text: digest(text), due: listeners };
        self.rooms[by.room].speakers[by.slot].open.push_back(said);
        self.totals.sent += 1;
        self.totals.expected += listeners as u64;
    }

    /// Notes that a bot hears something. What no bot has said counts for nothing.
    pub(super) fn on_heard(&mut self, by: Slot, name: &str, text: &str, at: Duration) {
        let Some(from) = self.names.get(name).filter(|from| from.room == by.room) else { return };
        let speaker = &mut self.rooms[from.room].speakers[from.slot];
        let first = usize::try_from(speaker.heard[by.slot] - speaker.closed).expect("an index fits");
        let text = digest(text);
        let Some(skipped) = speaker.open.iter().skip(first).position(|said| said.text == text) else { return };
        let last = first + skipped;
        self.delays.record(nanoseconds(at.saturating_sub(speaker.open[last].at)), 1);
        speaker.open.range_mut(first..=last).for_each(|said| said.due -= 1);
        speaker.heard[by.slot] += skipped as u64 + 1;
        while speaker.open.front().is_some_and(|said| said.due == 0) {
            speaker.open.pop_front();
            speaker.closed += 1;
        }
        self.totals.received += 1;
        self.totals.skipped += skipped as u64;
    }

    /// Returns what was counted so far.
    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    /// Returns the time from when a message was said to when it was heard, in nanoseconds.
    pub(super) fn delays(&self) -> &Histogram {
        &self.delays
    }
}

/// Stands for a text: the book needs to tell texts apart, not to know them.
fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANN: Slot = Slot { room: 0, slot: 0 };
    const BOB: Slot = Slot { room: 0, slot: 1 };
    const CID: Slot = Slot { room: 1, slot: 0 };

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Ann and Bob are in one room, Cid in another; Ann says one, two and three.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::new(&[2, 1]);
        for (slot, name) in [(ANN, "Ann"), (BOB, "Bob"), (CID, "Cid")] {
            ledger.name(slot, name);
        }
        for (text, ms) in [("one", 0), ("two", 10), ("three", 20)] {
            ledger.on_said(ANN, text, at(ms));
        }
        ledger
    }

    #[test]
    fn each_listener_is_to_hear_each_message() {
        let mut ledger = ledger();
        assert_eq!(ledger.totals(), Totals { sent: 3, expected: 6, received: 0, skipped: 0 });
        for listener in [ANN, BOB] {
            for text in ["one", "two", "three"] {
                ledger.on_heard(listener, "Ann", text, at(30));
            }
        }
        let totals = ledger.totals();
        assert_eq!((totals.received, totals.outstanding(), totals.missed()), (6, 0, 0));
        assert!(ledger.rooms[0].speakers[0].open.is_empty(), "what all have heard is forgotten");
    }

    #[test]
    fn who_hears_a_later_message_has_missed_the_ones_between() {
        let mut ledger = ledger();
        ledger.on_heard(BOB, "Ann", "three", at(30));
        let totals = ledger.totals();
        assert_eq!((totals.received, totals.skipped, totals.outstanding(), totals.missed()), (1, 2, 3, 5));
        ledger.on_heard(BOB, "Ann", "one", at(30));
        assert_eq!(ledger.totals(), totals, "it was given up");
    }

    #[test]
    fn what_no_bot_has_said_in_the_room_counts_for_nothing() {
        let mut ledger = ledger();
        let before = ledger.totals();
        for (listener, name, text) in
            [(BOB, "Ann", "four"), (BOB, "Eve", "one"), (CID, "Ann", "one"), (ANN, "Bob", "one")]
        {
            ledger.on_heard(listener, name, text, at(30));
        }
        assert_eq!(ledger.totals(), before);
    }

    #[test]
    fn the_delay_is_from_mouth_to_ear() {
        let mut ledger = ledger();
        ledger.on_heard(ANN, "Ann", "two", at(30));
        ledger.on_heard(BOB, "Ann", "one", at(5));
        assert_eq!(ledger.delays().max(), 20_000_000);
        assert_eq!(ledger.delays().quantile(500) / 1_000_000, 5);
    }

    #[test]
    fn the_same_text_again_is_another_message() {
        let mut ledger = Ledger::new(&[1]);
        ledger.name(ANN, "Ann");
        for _ in 0..2 {
            ledger.on_said(ANN, "hi", at(0));
        }
        ledger.on_heard(ANN, "Ann", "hi", at(1));
        assert_eq!(ledger.totals().outstanding(), 1);
        ledger.on_heard(ANN, "Ann", "hi", at(2));
        assert_eq!(ledger.totals().outstanding(), 0);
    }
}
