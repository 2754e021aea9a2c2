//! The timetable of an open-loop run: which room's turn it is at which time.
//!
//! Due times depend on nothing but the number of the message, so a server that falls behind does not slow the senders
//! down, and what it owes shows as delay.

const NS_PER_SECOND: u128 = 1_000_000_000;

/// Spreads the messages of all rooms evenly over time, the rooms taking turns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    rooms: u64,
    total_rate: u64,
    next: u64,
}

/// One message that is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// Index of the room.
    pub(super) room: usize,
    /// Nanoseconds since the start of the timetable.
    pub(super) due_ns: u64,
}

impl Pace {
    /// Starts a timetable of `rate` messages a second in each of `rooms` rooms.
    pub(super) fn new(rooms: usize, rate: u32) -> Self {
        let rooms = rooms.max(1) as u64;
        Self { rooms, total_rate: rooms * u64::from(rate.max(1)), next: 0 }
    }

    /// Returns when the next message is due, in nanoseconds since the start.
    pub(super) fn next_due_ns(&self) -> u64 {
        (u128::from(self.next) * NS_PER_SECOND / u128::from(self.total_rate)) as u64
    }

    /// Takes the next message if it is due at `now_ns`.
    pub(super) fn take(&mut self, now_ns: u64) -> Option<Turn> {
        let due_ns = self.next_due_ns();
        if due_ns > now_ns {
            return None;
        }
        let room = (self.next % self.rooms) as usize;
        self.next += 1;
        Some(Turn { room, due_ns })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_take_turns_at_equal_distances() {
        let mut pace = Pace::new(2, 5);
        let mut turns = Vec::new();
        while let Some(turn) = pace.take(400_000_000) {
            turns.push((turn.room, turn.due_ns));
        }
        assert_eq!(turns, [(0, 0), (1, 100_000_000), (0, 200_000_000), (1, 300_000_000), (0, 400_000_000)]);
        assert_eq!(pace.next_due_ns(), 500_000_000);
    }

    #[test]
    fn a_rate_that_does_not_divide_a_second_does_not_drift() {
        let mut pace = Pace::new(1, 3);
        let mut taken = 0;
        while pace.take(3_600 * 1_000_000_000 - 1).is_some() {
            taken += 1;
        }
        assert_eq!(taken, 3 * 3_600);
        assert_eq!(pace.next_due_ns(), 3_600 * 1_000_000_000);
    }

    #[test]
    fn after_a_pause_every_missed_turn_is_given_with_its_own_time() {
        let mut pace = Pace::new(1, 1_000);
        assert_eq!(pace.take(0), Some(Turn { room: 0, due_ns: 0 }));
        let late: Vec<u64> = std::iter::from_fn(|| pace.take(3_500_000)).map(|turn| turn.due_ns).collect();
        assert_eq!(late, [1_000_000, 2_000_000, 3_000_000]);
    }
}
