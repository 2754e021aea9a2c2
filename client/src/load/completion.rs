//! When each message of a room has reached the last of its members.

use std::collections::VecDeque;

use super::inbox::Receipt;
use crate::histogram::Histogram;

/// Counts, for the messages of one room that are under way, who has them.
#[derive(Debug)]
pub(super) struct Completion {
    members: u32,
    /// The sequence number of the first message under way.
    first: u64,
    /// When it was meant to be sent, and how many have it; from `first` on.
    under_way: VecDeque<(u64, u32)>,
}

impl Completion {
    /// Starts with nothing under way to so many members.
    pub(super) fn new(members: usize) -> Self {
        Self { members: u32::try_from(members).unwrap_or(u32::MAX), first: 0, under_way: VecDeque::new() }
    }

    /// Handles that the next message is on its way.
    pub(super) fn on_sent(&mut self, sent_ns: u64) {
        self.under_way.push_back((sent_ns, 0));
    }

    /// Handles what came to one member, whose next message is `next_seq` now. Of a message that somebody lost, nothing
    /// is counted.
    pub(super) fn on_received(&mut self, receipt: &Receipt, next_seq: u64, now_ns: u64, completions: &mut Histogram) {
        for seq in next_seq.saturating_sub(receipt.delivered).max(self.first)..next_seq {
            let Some((_, count)) = self.under_way.get_mut((seq - self.first) as usize) else { return };
            *count += 1;
        }
        // Everyone reads the messages of a room in one order, so the first is complete first.
        while let Some(&(sent_ns, count)) = self.under_way.front()
            && count >= self.members
        {
            self.under_way.pop_front();
            self.first += 1;
            completions.record(now_ns.saturating_sub(sent_ns), 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(delivered: u64) -> Receipt {
        Receipt { delivered, ..Receipt::default() }
    }

    #[test]
    fn a_message_is_complete_when_the_last_member_has_it() {
        let (mut completion, mut delays) = (Completion::new(2), Histogram::new());
        completion.on_sent(10);
        completion.on_sent(20);
        completion.on_received(&receipt(2), 2, 30, &mut delays);
        assert_eq!(delays.max(), 0);
        completion.on_received(&receipt(1), 1, 40, &mut delays);
        assert_eq!(delays.max(), 30);
        completion.on_received(&receipt(1), 2, 90, &mut delays);
        assert_eq!(delays.max(), 70);
    }
}
