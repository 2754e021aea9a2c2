//! What a follower does when the way to the engine is lost and found again.

use std::time::Duration;

use super::super::{Entry, Joining, Moment, Order, Position, Reply, Said, State, WriterId};
use super::*;

/// A server on its own, and an engine that does all that it is told.
struct Alone {
    follower: Follower<u64>,
    now: Time,
    log: Vec<(Position, Entry<u64>)>,
    is_reached: bool,
    /// What it appends it is told of, but not what comes of others: its reads are not answered.
    is_deaf: bool,
    told: Vec<Order<u64>>,
    applied: Vec<Said<u64>>,
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
        let mut alone = Self {
            follower,
            now,
            log: Vec::new(),
            is_reached: false,
            is_deaf: false,
            told: Vec::new(),
            applied: Vec::new(),
        };
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
                let at = Position::new(epoch, end.number + 1);
                self.log.push((at, entry));
                self.follower.handle(self.moment(), Reply::Appended { at });
                self.read()
            }
            Order::Open { epoch, entry } if self.is_reached => {
                let at = Position::new(epoch, 0);
                self.log.push((at, entry));
                self.follower.handle(self.moment(), Reply::Appended { at });
                self.read()
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
            Order::Apply { said, .. } => {
                self.applied.push(said);
                None
            }
            Order::Append { .. }
            | Order::Open { .. }
            | Order::Read { .. }
            | Order::Digest { .. }
            | Order::Snapshot
            | Order::Differ { .. }
            | Order::Rejoin(_)
            | Order::Refuse(_) => None,
        }
    }

    /// Answers what waits for what was appended.
    fn read(&self) -> Option<Reply<u64>> {
        (!self.is_deaf).then(|| Reply::Read(self.log.last().cloned().into_iter().collect()))
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

#[test]
fn what_was_appended_right_behind_what_was_read_is_applied_at_once_and_need_not_be_read() {
    let mut alone = Alone::new();
    alone.is_deaf = true;
    alone.follower.propose(5, 1);
    alone.go_on();
    assert_eq!(alone.applied.last(), Some(&Said::Events(vec![5])));
    assert_eq!(alone.follower.position(), alone.log.last().expect("it was appended").0);
    alone.pass(20);
    assert_eq!(alone.told(), [], "there is nobody else to be heard");
    assert!(alone.log.len() >= 20, "it says that it lives");
}

#[test]
fn what_was_appended_behind_what_others_said_waits_for_that() {
    let mut alone = Alone::new();
    let (end, joined) = alone.log.last().cloned().expect("it has joined");
    let other = Entry { id: EntryId { writer: WriterId::new(8), seq: 1 }, sent_ms: 1, content: Content::Mark };
    alone.log.push((Position::new(end.epoch, end.number + 1), other));
    alone.is_deaf = true;
    alone.follower.propose(5, 1);
    alone.go_on();
    let from = alone.log.len() - 2;
    assert_eq!(alone.follower.position(), end);
    assert_eq!(alone.follower.last(), Some(joined.id));
    // Who hears nothing of the others is out of touch, and lets people go.
    alone.pass(2);
    assert_eq!(alone.told(), [Order::Wait]);
    alone.pass(8);
    assert_eq!(alone.told(), [Order::LetGo]);
    assert!(!alone.applied.contains(&Said::Events(vec![5])));
    alone.is_deaf = false;
    let rest = alone.log[from..].to_vec();
    alone.follower.handle(alone.moment(), Reply::Read(rest));
    alone.go_on();
    assert_eq!(alone.applied.iter().filter(|said| **said == Said::Events(vec![5])).count(), 1);
    alone.pass(1);
    assert_eq!(alone.told(), [Order::Resume]);
}

#[test]
fn what_others_say_is_read_while_something_is_under_way_only_if_it_shows_where_that_stands() {
    let mut alone = Alone::new();
    // The read that waits is answered by the first.
    alone.follower.propose(5, 1);
    let moment = alone.moment();
    let first = alone.follower.poll_order(moment);
    let Some(Order::Append { epoch, entry }) = first else { panic!("{first:?} is no append") };
    assert_eq!(alone.follower.poll_order(moment), None);
    let at = Position::new(epoch, alone.follower.position().number + 1);
    alone.follower.handle(moment, Reply::Read(vec![(at, entry)]));
    alone.follower.propose(6, 1);
    alone.follower.handle(moment, Reply::Appended { at });
    let apply = |said| Some(Order::Apply { at: Time::after(Duration::from_millis(moment.unix_ms)), said });
    assert_eq!(alone.follower.poll_order(moment), apply(Said::Events(vec![5])));
    let second = alone.follower.poll_order(moment);
    assert!(matches!(second, Some(Order::Append { .. })), "{second:?}");
    assert_eq!(alone.follower.poll_order(moment), None, "nothing is read");
    // Others have said two things before it.
    let at = Position::new(epoch, at.number + 3);
    let before = alone.follower.position();
    alone.follower.propose(7, 1);
    alone.follower.handle(moment, Reply::Appended { at });
    let orders: Vec<_> = std::iter::from_fn(|| alone.follower.poll_order(moment)).collect();
    assert!(matches!(&orders[..], [Order::Append { .. }, Order::Read { after }] if *after == before), "{orders:?}");
}

#[test]
fn what_is_refused_of_an_epoch_is_not_said_again_but_it_is_read_what_came_after() {
    let mut alone = Alone::new();
    let (moment, at) = (alone.moment(), Position::new(alone.follower.position().epoch + 1, 0));
    let id = EntryId { writer: WriterId::new(8), seq: 1 };
    let open = Entry { id, sent_ms: 1, content: Content::Open { engine: 1 } };
    alone.follower.handle(moment, Reply::Read(vec![(at, open)]));
    let report = alone.follower.poll_order(moment);
    assert!(matches!(report, Some(Order::Append { .. })), "{report:?}");
    assert_eq!(alone.follower.poll_order(moment), None, "nothing is read meanwhile");
    alone.follower.handle(moment, Reply::Refused);
    assert_eq!(alone.follower.poll_order(moment), Some(Order::Read { after: at }));
    assert_eq!(alone.follower.poll_order(moment), None);
}
