//! What a follower does when the way to the engine is lost and found again.

use std::time::Duration;

use super::super::{Entry, Joining, Moment, Order, Position, Reply, State, WriterId};
use super::*;

/// A server on its own, and an engine that does all that it is told.
struct Alone {
    follower: Follower<u64>,
    now: Time,
    log: Vec<(Position, Entry<u64>)>,
    is_reached: bool,
    told: Vec<Order<u64>>,
}

impl Alone {
    fn new() -> Self {
        let now = Time::after(Duration::from_secs(1));
        let joining = Joining {
            writer: WriterId::new(7),
            rules: 1,
            state: State::default(),
            position: Position::START,
            last: None,
        };
        let follower = Follower::new(now, joining);
        let mut alone = Self { follower, now, log: Vec::new(), is_reached: false, told: Vec::new() };
        alone.reach();
        alone
    }

    fn moment(&self) -> Moment {
        let unix_ms = u64::try_from(self.now.since_start().as_millis()).expect("it is soon");
        Moment { now: self.now, unix_ms }
    }

    fn reach(&mut self) {
        self.is_reached = true;
        self.follower.handle(self.moment(), Reply::Connected { engine: 1 });
        self.go_on();
    }

    fn lose(&mut self) {
        self.is_reached = false;
        self.follower.handle(self.moment(), Reply::Disconnected);
        self.go_on();
    }

    /// Lets time pass, in small steps.
    fn pass(&mut self, seconds: u32) {
        for _ in 0..10 * seconds {
            self.now = self.now + Duration::from_millis(100);
            self.go_on();
        }
    }

    /// Carries all out that can be.
    fn go_on(&mut self) {
        while let Some(order) = self.follower.poll_order(self.moment()) {
            let Some(reply) = self.carry_out(order) else { continue };
            self.follower.handle(self.moment(), reply);
        }
    }

    fn carry_out(&mut self, order: Order<u64>) -> Option<Reply<u64>> {
        let end = self.log.last().map_or(Position::START, |(at, _)| *at);
        match order {
            Order::Append { epoch, entry } if self.is_reached => {
                self.log.push((Position::new(epoch, end.number + 1), entry));
                self.follower.handle(self.moment(), Reply::Appended);
                Some(Reply::Read(self.log.last().cloned().into_iter().collect()))
            }
            Order::Open { epoch, entry } if self.is_reached => {
                self.log.push((Position::new(epoch, 0), entry));
                self.follower.handle(self.moment(), Reply::Appended);
                Some(Reply::Read(self.log.last().cloned().into_iter().collect()))
            }
            Order::Verify { at } => {
                let found = self.log.iter().rev().find(|(position, _)| *position <= at);
                let found = found.map(|(position, entry)| (*position, entry.id));
                Some(Reply::Verified { found, first: self.log.first().map(|(at, _)| *at), end })
            }
            Order::Wait | Order::Resume | Order::LetGo => {
                self.told.push(order);
                None
            }
            Order::Append { .. }
            | Order::Open { .. }
            | Order::Read { .. }
            | Order::Apply { .. }
            | Order::Digest { .. }
            | Order::Snapshot
            | Order::Differ { .. }
            | Order::Rejoin(_)
            | Order::Refuse(_) => None,
        }
    }

    fn told(&mut self) -> Vec<Order<u64>> {
        std::mem::take(&mut self.told)
    }
}

#[test]
fn people_are_told_when_touch_is_lost_and_when_it_is_kept_again_also_after_they_were_let_go() {
    let mut alone = Alone::new();
    assert_eq!(alone.follower.server(), Some(0));
    alone.pass(5);
    assert_eq!(alone.told(), []);
    alone.lose();
    alone.pass(4);
    assert_eq!(alone.told(), [Order::Wait]);
    alone.reach();
    assert_eq!(alone.told(), [Order::Resume]);
    alone.lose();
    alone.pass(12);
    assert_eq!(alone.told(), [Order::Wait, Order::LetGo]);
    alone.reach();
    alone.pass(2);
    assert_eq!(alone.told(), [Order::Resume]);
}

#[test]
fn a_server_that_goes_says_so_behind_what_was_proposed() {
    let mut alone = Alone::new();
    alone.lose();
    alone.follower.leave();
    alone.follower.propose(5, 1);
    alone.reach();
    alone.pass(1);
    let said: Vec<_> = alone.log.iter().map(|(_, entry)| entry.content.clone()).collect();
    let events = said.iter().position(|content| *content == Content::Events(vec![5]));
    assert!(events.is_some_and(|events| said.last() == Some(&Content::Left) && events == said.len() - 2), "{said:?}");
}
