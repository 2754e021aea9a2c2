//! Owns the engine that keeps the log: one thread, which does one thing after the other.

use std::time::Duration;

use chinwag_core::Time;
use chinwag_core::log::cluster::{Entry, Order, Position, Reply};

use super::costs;

/// Names a connection of a server to one process of the engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Link {
    pub(super) server: usize,
    pub(super) number: u64,
}

/// What the engine answers, and when.
pub(super) type Answer = (Time, Link, Reply<u32>);

/// What the engine has done.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Work {
    /// How long it was busy.
    pub(super) busy: Duration,
    /// How many entries were appended.
    pub(super) entries: u64,
    /// How many bytes it has handed out.
    pub(super) bytes: u64,
}

pub(super) struct Engine {
    pub(super) process: u64,
    log: Vec<(Position, Entry<u32>)>,
    /// Who waits for what comes after a position.
    waiting: Vec<(Link, Position)>,
    free_at: Time,
    pub(super) work: Work,
}

impl Engine {
    pub(super) const fn new() -> Self {
        Self {
            process: 1,
            log: Vec::new(),
            waiting: Vec::new(),
            free_at: Time::START,
            work: Work { busy: Duration::ZERO, entries: 0, bytes: 0 },
        }
    }

    fn end(&self) -> Position {
        self.log.last().map_or(Position::START, |(at, _)| *at)
    }

    /// Is busy for so long, from now on or once it is free. Returns until when.
    fn take(&mut self, now: Time, cost: Duration) -> Time {
        self.free_at = self.free_at.max(now) + cost;
        self.work.busy += cost;
        self.free_at
    }

    /// Does what a server asks for.
    pub(super) fn handle(&mut self, now: Time, link: Link, order: Order<u32>, answers: &mut Vec<Answer>) {
        match order {
            Order::Append { epoch, entry } => {
                let end = self.end();
                let number = if end.epoch == epoch { end.number + 1 } else { 0 };
                self.append(now, link, Position::new(epoch, number), entry, answers);
            }
            Order::Open { epoch, entry } => self.append(now, link, Position::new(epoch, 0), entry, answers),
            Order::Verify { at } => {
                let place = self.log.partition_point(|(position, _)| *position <= at);
                let found = place.checked_sub(1).map(|place| (self.log[place].0, self.log[place].1.id));
                let (first, end) = (self.log.first().map(|(position, _)| *position), self.end());
                let done = self.take(now, costs::reply(1, 0));
                answers.push((done, link, Reply::Verified { found, first, end }));
            }
            Order::Read { after } if self.end() > after => self.hand_out(now, link, after, answers),
            Order::Read { after } => self.waiting.push((link, after)),
            Order::Apply { .. }
            | Order::Digest { .. }
            | Order::Snapshot
            | Order::Differ { .. }
            | Order::Wait
            | Order::Resume
            | Order::LetGo
            | Order::Rejoin(_)
            | Order::Refuse(_) => {}
        }
    }

    fn append(&mut self, now: Time, link: Link, at: Position, entry: Entry<u32>, answers: &mut Vec<Answer>) {
        let done = self.take(now, costs::APPEND + costs::time_of(costs::bytes(&entry)));
        if at <= self.end() {
            return answers.push((done, link, Reply::Refused));
        }
        self.work.entries += 1;
        self.log.push((at, entry));
        answers.push((done, link, Reply::Appended { at }));
        for (link, after) in std::mem::take(&mut self.waiting) {
            self.hand_out(now, link, after, answers);
        }
    }

    fn hand_out(&mut self, now: Time, link: Link, after: Position, answers: &mut Vec<Answer>) {
        let place = self.log.partition_point(|(position, _)| *position <= after);
        let entries: Vec<_> = self.log[place..].iter().take(costs::ENTRIES_MAX).cloned().collect();
        let bytes = entries.iter().map(|(_, entry)| costs::bytes(entry)).sum();
        self.work.bytes += bytes;
        let done = self.take(now, costs::reply(entries.len(), bytes));
        answers.push((done, link, Reply::Read(entries)));
    }

    /// Hands out a snapshot of so many bytes. Returns when that is done.
    pub(super) fn hand_out_snapshot(&mut self, now: Time, bytes: u64) -> Time {
        self.work.bytes += bytes;
        self.take(now, costs::reply(1, bytes))
    }

    /// Lets another process take over, which lacks the last entries.
    pub(super) fn fail_over(&mut self) {
        self.process += 1;
        self.log.truncate(self.log.len().saturating_sub(costs::LOST));
        self.waiting.clear();
    }
}
