//! Owns when each connection that can answer is asked whether its owner is still there, and when its answer is owed for
//! too long.
//!
//! Invariant: all wait equally long for the next ping, so that a row of them is enough. So do those who have their last
//! chance. Who is gone is passed over when their time comes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::{Config, ConnectionId, Time};

/// How many are looked at in one go, before others have their turn: as many as few writes.
pub(super) const LOOKS_MAX: usize = 64;

#[derive(Debug)]
pub(super) struct Pulse {
    interval: Duration,
    /// How many pings in a row are answered by nothing before the last chance.
    unanswered_max: u8,
    /// How much longer an answer may be owed then.
    rest: Duration,
    pings: VecDeque<(Time, ConnectionId)>,
    last_chances: VecDeque<(Time, ConnectionId)>,
}

/// Tells what is to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Look {
    /// The next ping of this connection is due.
    Ping(ConnectionId),
    /// It owed an answer for nearly as long as it may, and now for as long.
    LastChance(ConnectionId),
}

impl Pulse {
    pub(super) fn new(config: &Config) -> Self {
        let (interval, wait) = (config.limits.ping_interval.as_nanos().max(1), config.limits.pong_wait.as_nanos());
        let rest = u64::try_from(wait % interval).expect("it is less than an interval, which is less than a day");
        Self {
            interval: config.limits.ping_interval,
            unanswered_max: u8::try_from(wait / interval).unwrap_or(u8::MAX),
            rest: Duration::from_nanos(rest),
            pings: VecDeque::new(),
            last_chances: VecDeque::new(),
        }
    }

    /// Has a connection pinged from now on, again and again.
    pub(super) fn begin(&mut self, now: Time, connection: ConnectionId) {
        self.pings.push_back((now + self.interval, connection));
    }

    /// Tells whether so many pings without an answer are as many as there may be.
    pub(super) const fn is_overdue(&self, unanswered: u8) -> bool {
        unanswered >= self.unanswered_max
    }

    /// Lets a connection have its last chance.
    pub(super) fn give_last_chance(&mut self, now: Time, connection: ConnectionId) {
        self.last_chances.push_back((now + self.rest, connection));
    }

    /// Takes out what is due. Whoever was to be pinged is again after the interval, if they are pinged for ever.
    pub(super) fn take_due(&mut self, now: Time) -> Option<Look> {
        let is_due = |row: &VecDeque<(Time, ConnectionId)>| row.front().is_some_and(|&(due, _)| due <= now);
        if is_due(&self.last_chances) {
            return self.last_chances.pop_front().map(|(_, connection)| Look::LastChance(connection));
        }
        is_due(&self.pings).then(|| self.pings.pop_front().map(|(_, connection)| Look::Ping(connection))).flatten()
    }

    pub(super) fn next_due(&self) -> Option<Time> {
        self.pings.front().into_iter().chain(self.last_chances.front()).map(|&(due, _)| due).min()
    }

    /// Asks nobody any more.
    pub(super) fn stop(&mut self) {
        (self.pings, self.last_chances) = Default::default();
    }
}
