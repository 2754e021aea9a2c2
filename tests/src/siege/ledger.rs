//! Owns what the people of a room have said and heard: everyone has to hear everything, once, and all of them in one
//! order, in which what one of them says comes in the order in which it was said.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Holds what was said in one room.
#[derive(Debug)]
pub(super) struct Ledger {
    /// By speaker: the numbers of what nobody has heard yet.
    unheard: Vec<VecDeque<usize>>,
    /// By number: when it was said.
    said: Vec<Instant>,
    /// By place in the order of the room: who said which.
    order: Vec<(usize, usize)>,
    /// By listener: how much of the order they have heard.
    heard: Vec<usize>,
}

impl Ledger {
    pub(super) fn new(members: usize) -> Self {
        Self { unheard: vec![VecDeque::new(); members], said: Vec::new(), order: Vec::new(), heard: vec![0; members] }
    }

    /// Notes that `speaker` is about to say something, and returns its number, which is what to say.
    pub(super) fn say(&mut self, speaker: usize, now: Instant) -> usize {
        let number = self.said.len();
        self.said.push(now);
        self.unheard[speaker].push_back(number);
        number
    }

    /// Notes that `listener` has heard this from `speaker`, and returns how long that took.
    ///
    /// # Errors
    /// Returns what they should have heard instead.
    pub(super) fn hear(&mut self, listener: usize, speaker: usize, number: usize) -> Result<Duration, String> {
        let place = self.heard[listener];
        if place == self.order.len() {
            // The first to hear it tell the order for all others.
            let next = self.unheard[speaker].pop_front();
            if next != Some(number) {
                return Err(format!("{listener} hears {speaker} say {number} instead of {next:?}"));
            }
            self.order.push((speaker, number));
        }
        if self.order[place] != (speaker, number) {
            return Err(format!("{listener} hears {speaker} say {number}, the others heard {:?}", self.order[place]));
        }
        self.heard[listener] += 1;
        Ok(self.said[number].elapsed())
    }

    pub(super) fn said_count(&self) -> usize {
        self.said.len()
    }

    /// Returns how much each of the listeners has not heard yet.
    pub(super) fn missing(&self) -> Vec<usize> {
        self.heard.iter().map(|heard| self.said.len() - heard).collect()
    }

    pub(super) fn is_all_heard(&self) -> bool {
        self.missing().iter().all(|&missing| missing == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lets one of two people say each of these, and then hears (listener, speaker, number); returns whether all was
    /// right.
    fn hear(said: &[usize], heard: &[(usize, usize, usize)]) -> (bool, bool) {
        let mut ledger = Ledger::new(2);
        for &speaker in said {
            ledger.say(speaker, Instant::now());
        }
        let is_right = heard.iter().all(|&(listener, speaker, number)| ledger.hear(listener, speaker, number).is_ok());
        (is_right, ledger.is_all_heard())
    }

    #[test]
    fn everyone_hears_everything_once_and_in_one_order() {
        assert_eq!(hear(&[0, 1], &[(0, 0, 0), (1, 0, 0), (1, 1, 1), (0, 1, 1)]), (true, true));
        assert_eq!(hear(&[0, 1], &[(0, 1, 1), (0, 0, 0), (1, 1, 1), (1, 0, 0)]), (true, true));
        assert_eq!(hear(&[0, 1], &[(0, 0, 0), (1, 0, 0), (1, 1, 1)]), (true, false), "one is missing");
    }

    #[test]
    fn what_is_missing_or_twice_or_out_of_order_is_an_error() {
        for (said, heard, case) in [
            (&[0, 0][..], &[(0, 0, 1)][..], "one speaker's order"),
            (&[0, 1], &[(0, 0, 0), (0, 1, 1), (1, 1, 1)], "one order for all"),
            (&[0], &[(0, 0, 0), (0, 0, 0)], "twice"),
            (&[0], &[(0, 1, 0)], "somebody else's"),
            (&[0], &[(0, 0, 1)], "never said"),
        ] {
            assert!(!hear(said, heard).0, "{case}");
        }
    }
}
