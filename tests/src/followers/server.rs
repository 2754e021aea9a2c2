//! Owns one server that follows a log: a life, what it has applied, and what is under way between it and the engine.

use std::collections::VecDeque;

use chinwag_core::log::cluster::{EntryId, Follower, Joining, Moment, Order, Position, Reply, Said, State, WriterId};

/// What a server can begin with.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    pub(super) state: State,
    pub(super) position: Position,
    pub(super) last: Option<EntryId>,
    pub(super) applied: Vec<Applied>,
}

/// What a server has applied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Applied {
    Joined(u8),
    Event(u64),
    Gone(u8),
}

pub(super) struct Server {
    pub(super) writer: WriterId,
    pub(super) follower: Follower<u64>,
    pub(super) applied: Vec<Applied>,
    /// What it has proposed, in this life.
    pub(super) proposed: Vec<u64>,
    /// The process of the engine that it is connected to.
    pub(super) process: Option<u64>,
    pub(super) appends: VecDeque<Order<u64>>,
    pub(super) reads: VecDeque<Order<u64>>,
    pub(super) ended: Option<&'static str>,
    /// It is not run.
    pub(super) is_paused: bool,
    /// What its people were told of the way to the others.
    pub(super) waits: bool,
    pub(super) let_go: bool,
    pub(super) differs: bool,
    /// It is to keep a snapshot.
    pub(super) keeps: bool,
}

impl Server {
    pub(super) fn new(moment: Moment, writer: u64, snapshot: Snapshot) -> Self {
        let writer = WriterId::new(writer);
        let Snapshot { state, position, last, applied } = snapshot;
        Self {
            writer,
            follower: Follower::new(moment.now, Joining { writer, rules: 1, state, position, last }),
            applied,
            proposed: Vec::new(),
            process: None,
            appends: VecDeque::new(),
            reads: VecDeque::new(),
            ended: None,
            is_paused: false,
            waits: false,
            let_go: false,
            differs: false,
            keeps: false,
        }
    }

    pub(super) fn runs(&self) -> bool {
        self.ended.is_none() && !self.is_paused
    }

    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        let state = self.follower.state()?.clone();
        Some(Snapshot {
            state,
            position: self.follower.position(),
            last: self.follower.last(),
            applied: self.applied.clone(),
        })
    }

    pub(super) fn connect(&mut self, moment: Moment, process: u64) {
        self.process = Some(process);
        self.handle(moment, Reply::Connected { engine: process });
    }

    /// Cuts the connection. Returns what may be done all the same.
    pub(super) fn disconnect(&mut self, moment: Moment) -> Option<Order<u64>> {
        self.process = None;
        self.reads.clear();
        let under_way = self.appends.pop_front();
        self.appends.clear();
        self.handle(moment, Reply::Disconnected);
        under_way
    }

    pub(super) fn propose(&mut self, event: u64) {
        if self.follower.server().is_some() && !self.follower.is_full() {
            self.follower.propose(event, 70);
            self.proposed.push(event);
        }
    }

    pub(super) fn handle(&mut self, moment: Moment, reply: Reply<u64>) {
        self.follower.handle(moment, reply);
        self.carry_out(moment);
    }

    pub(super) fn carry_out(&mut self, moment: Moment) {
        while let Some(order) = self.follower.poll_order(moment) {
            match order {
                Order::Append { .. } | Order::Open { .. } => self.appends.push_back(order),
                Order::Read { .. } | Order::Verify { .. } => self.reads.push_back(order),
                Order::Apply { said, .. } => match said {
                    Said::Joined { server } => self.applied.push(Applied::Joined(server)),
                    Said::Events(events) => self.applied.extend(events.into_iter().map(Applied::Event)),
                    Said::Gone { server } => self.applied.push(Applied::Gone(server)),
                },
                Order::Digest { applied } => {
                    let digest = self.applied.len() as u64;
                    self.follower.handle_digest(applied, digest);
                }
                Order::Snapshot => self.keeps = true,
                Order::Differ { .. } => self.differs = true,
                Order::Wait => self.waits = true,
                Order::Resume => self.waits = false,
                Order::LetGo => self.let_go = true,
                Order::Rejoin(why) | Order::Refuse(why) => self.ended = Some(why),
            }
        }
    }
}
