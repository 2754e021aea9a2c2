//! Owns a server: what follows the log, and what has come of it.

use chinwag_core::Time;
use chinwag_core::log::cluster::{EntryId, Follower, Joining, Member, Position, State, WriterId};

/// With what a server begins.
#[derive(Clone)]
pub(super) struct Start {
    pub(super) state: State,
    pub(super) position: Position,
    pub(super) last: Option<EntryId>,
    /// A digest of the events that were applied, in their order.
    pub(super) digest: u64,
}

impl Start {
    /// Begins a chat of so many servers, each of which is there from the beginning.
    pub(super) fn of_all(servers: usize) -> Self {
        let numbers = (0..=u8::MAX).take(servers);
        let members = numbers.map(|server| (WriterId::new(u64::from(server)), Member { server, seq: 0 })).collect();
        let state = State { members, rules: Some(1), ..State::default() };
        Self { state, position: Position::START, last: None, digest: 0 }
    }
}

pub(super) struct Server {
    /// What it is by, unless it is one too many and can only read.
    pub(super) follower: Option<Follower<u32>>,
    /// Up to where it has read, if it can only read, and what has come of that.
    pub(super) position: Position,
    pub(super) state: State,
    /// The number of its connection to the engine, if it has one.
    pub(super) link: Option<u64>,
    /// When it is to be come back to.
    pub(super) wake: Option<Time>,
    pub(super) digest: u64,
    /// When it was started again.
    pub(super) started: Option<Time>,
    /// When it has heard first what was said after the engine was there again.
    pub(super) is_back: Option<Time>,
    pub(super) runs: bool,
}

impl Server {
    pub(super) fn new(now: Time, writer: u64, start: &Start) -> Self {
        let Start { state, position, last, digest: _ } = start.clone();
        let joining = Joining { writer: WriterId::new(writer), rules: 1, state, position, last };
        Self { follower: Some(Follower::new(now, joining)), ..Self::reader(start) }
    }

    /// Makes a server that only reads.
    pub(super) fn reader(start: &Start) -> Self {
        let Start { state, position, last: _, digest } = start.clone();
        let (link, wake, started, is_back) = (None, None, None, None);
        Self { follower: None, position, state, link, wake, digest, started, is_back, runs: true }
    }

    /// Tells whether its people may say something.
    pub(super) fn hears_people(&self) -> bool {
        self.runs && self.follower.as_ref().is_some_and(|follower| follower.server().is_some() && !follower.is_full())
    }

    /// Returns with what another could begin.
    pub(super) fn snapshot(&self) -> Option<Start> {
        let follower = self.follower.as_ref().filter(|_| self.runs)?;
        let (position, last) = (follower.position(), follower.last());
        Some(Start { state: follower.state()?.clone(), position, last, digest: self.digest })
    }
}
