//! Owns how a server is given the log that it shares with others, and how it becomes one of them.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use chinwag_core::log::cluster::{
    Follower, Joining, Moment, Order, Peer, Position, Reply, Said, Start, State, Touch, WriterId,
};
use chinwag_core::log::{Event, Snapshot};
use chinwag_core::{Chat, Rules, Time};

use crate::clock::Clock;

/// Keeps the log. None of it may wait: it is called where the chat runs. What comes of it is given to [`Replies`].
pub trait Engine: Send + Sync + 'static {
    /// Has something be appended, verified or read, by way of the link that was [reached](Reply::Connected) last, which
    /// has this number. Orders of other kinds are none for it.
    fn carry_out(&self, link: u64, order: Order<Event>);

    /// Has a snapshot be kept, with which others join.
    fn keep(&self, link: u64, start: Start);

    /// Returns how many bytes an event takes in the log.
    fn event_bytes(&self, event: &Event) -> usize;

    /// Returns a number by which chats are told apart that are not the same.
    fn digest(&self, snapshot: &Snapshot) -> u64;
}

/// Takes what comes of what an engine was told to do. Its clones are the same.
#[derive(Clone, Default, Debug)]
pub struct Replies(Arc<Mutex<Given>>);

#[derive(Default, Debug)]
struct Given {
    replies: VecDeque<(u64, Reply<Event>)>,
    failure: Option<String>,
    waker: Option<Waker>,
}

/// What has come of an engine.
#[derive(Debug)]
pub(crate) enum Heard {
    /// By way of a link.
    Reply(u64, Reply<Event>),
    /// Nothing more will come: the log can't be followed any further.
    Failed(String),
}

impl Replies {
    /// Gives what has come by way of a link, which counts up: one that was reached later has a greater number.
    pub fn give(&self, link: u64, reply: Reply<Event>) {
        let mut given = self.lock();
        given.replies.push_back((link, reply));
        let waker = given.waker.take();
        drop(given);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Says why the log can't be followed any further.
    pub fn fail(&self, why: String) {
        let mut given = self.lock();
        given.failure = Some(why);
        let waker = given.waker.take();
        drop(given);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Returns what comes next, if it is there.
    pub(crate) fn next(&self) -> Option<Heard> {
        let mut given = self.lock();
        let reply = given.replies.pop_front().map(|(link, reply)| Heard::Reply(link, reply));
        reply.or_else(|| given.failure.take().map(Heard::Failed))
    }

    /// Waits until there is something.
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        let mut given = self.lock();
        if !given.replies.is_empty() || given.failure.is_some() {
            return Poll::Ready(());
        }
        if !given.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            given.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says why a server can't be one of those that share a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JoinError {
    /// They, or the log, refuse it.
    Refused(String),
    /// It was not one of them in time.
    Late,
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Late => f.write_str("the log takes nothing"),
        }
    }
}

impl Error for JoinError {}

/// Gives a server the log that it shares with others, as one of whom it has joined. It is for one server: the first
/// that is given it. Its clones are the same.
#[derive(Clone)]
pub struct Cluster(Arc<Shared>);

struct Shared {
    clock: Clock,
    number: u8,
    joined: Mutex<Option<Joined>>,
    status: Mutex<ClusterStatus>,
}

/// What a server begins with.
pub(crate) struct Joined {
    pub(crate) engine: Box<dyn Engine>,
    pub(crate) replies: Replies,
    pub(crate) follower: Follower<Event>,
    pub(crate) link: u64,
    /// The chat with which the server begins, until that is taken.
    pub(crate) chat: Option<Snapshot>,
}

/// Tells how a server is one of several.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClusterStatus {
    /// The numbers of all servers, this one's too.
    pub servers: Vec<u8>,
    /// How many entries of the log it has applied.
    pub applied: u64,
    /// The place of the last entry that it has read.
    pub position: Position,
    /// How it is with the way to the others.
    pub touch: Touch,
    /// How often it has lost touch.
    pub losses: u64,
    /// How often its chat was another than that of another server, which must never be.
    pub differences: u64,
    /// How each of them stands by what it has said last of itself.
    pub peers: Vec<Peer>,
    /// Why it is none of them any more.
    pub ended: Option<String>,
}

impl Cluster {
    /// Joins the servers that share the log of an engine, by these rules, which have this digest. Waits until this is
    /// one of them, for so long at the most. A snapshot to start from is taken, if there is one.
    ///
    /// # Errors
    /// They have other rules, there are as many as there can be, the log can't be read, or it takes too long.
    ///
    /// # Panics
    /// If the operating system has no random bytes to give.
    pub fn join(
        engine: impl Engine,
        replies: Replies,
        start: Option<Start>,
        rules: &Rules,
        digest: u64,
        wait: Duration,
    ) -> Result<Self, JoinError> {
        let mut writer = [0; 8];
        getrandom::fill(&mut writer).expect("the operating system has random bytes");
        let writer = WriterId::new(u64::from_le_bytes(writer));
        let (chat, place) = match start {
            Some(Start { position, last, state, chat }) => {
                let chat = Chat::restore(rules, chat).map_err(|error| JoinError::Refused(error.to_string()))?;
                (chat, (position, last, state))
            }
            None => (Chat::new(rules), (Position::START, None, State::default())),
        };
        let (position, last, state) = place;
        let clock = Clock::of_day();
        let joining = Joining { writer, rules: digest, state, position, last };
        let follower = Follower::new(clock.now(), joining);
        let joined = Joined { engine: Box::new(engine), replies, follower, link: 0, chat: None };
        let (joined, number) = joined.join(chat, clock, wait)?;
        let status = Mutex::new(joined.status());
        Ok(Self(Arc::new(Shared { clock, number, joined: Mutex::new(Some(joined)), status })))
    }

    /// Returns how it is one of them.
    #[must_use]
    pub fn status(&self) -> ClusterStatus {
        self.lock().clone()
    }

    /// Returns the number of this server: that of its connections.
    #[must_use]
    pub(crate) fn number(&self) -> u8 {
        self.0.number
    }

    /// Returns the clock of this server, which tells the time of day.
    pub(crate) fn clock(&self) -> Clock {
        self.0.clock
    }

    /// Takes what the server begins with, the first time.
    pub(crate) fn take(&self) -> Option<Joined> {
        self.0.joined.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, ClusterStatus> {
        self.0.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cluster").field(&self.0.number).finish()
    }
}

/// Returns what time it is for a follower. No millisecond is said before it has begun.
pub(crate) fn moment(now: Time) -> Moment {
    let nanos = now.since_start().as_nanos();
    Moment { now, unix_ms: u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX) }
}

/// Returns what a chat is handed of what all servers apply.
pub(crate) fn events(said: Said<Event>) -> Vec<Event> {
    match said {
        Said::Joined { .. } => Vec::new(),
        Said::Events(events) => events,
        Said::Gone { server } => vec![Event::ServerGone { server }],
    }
}

impl Joined {
    /// Follows the log until this server is one of the others. Returns its number, too.
    fn join(mut self, mut chat: Chat, clock: Clock, wait: Duration) -> Result<(Self, u8), JoinError> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let until = Instant::now() + wait;
        loop {
            while let Some(order) = self.follower.poll_order(moment(clock.now())) {
                match order {
                    Order::Apply { at, said } => {
                        events(said).into_iter().for_each(|event| chat.handle(at, event));
                        while chat.poll_action().is_some() {}
                    }
                    Order::Digest { applied } => {
                        let digest = self.engine.digest(&chat.snapshot());
                        self.follower.handle_digest(applied, digest);
                    }
                    Order::Rejoin(why) | Order::Refuse(why) => return Err(JoinError::Refused(why.to_owned())),
                    Order::Differ { .. } | Order::Snapshot | Order::Wait | Order::Resume | Order::LetGo => {}
                    Order::Append { .. } | Order::Open { .. } | Order::Verify { .. } | Order::Read { .. } => {
                        self.engine.carry_out(self.link, order);
                    }
                }
            }
            if let Some(number) = self.follower.server() {
                self.chat = Some(chat.snapshot());
                return Ok((self, number));
            }
            let due = self.follower.poll_timeout().map(|due| clock.instant(due));
            let rest = due.map_or(until, |due| due.min(until)).saturating_duration_since(Instant::now());
            if self.replies.poll(&Context::from_waker(&waker)).is_pending() {
                if rest.is_zero() && Instant::now() >= until {
                    return Err(JoinError::Late);
                }
                thread::park_timeout(rest);
            }
            while let Some(heard) = self.replies.next() {
                self.hear(clock.now(), heard).map_err(JoinError::Refused)?;
            }
        }
    }

    /// Hands the follower what has come of the engine.
    ///
    /// # Errors
    /// The log can't be followed any further.
    pub(crate) fn hear(&mut self, now: Time, heard: Heard) -> Result<(), String> {
        match heard {
            Heard::Failed(why) => return Err(why),
            Heard::Reply(link, reply @ Reply::Connected { .. }) => {
                self.link = link;
                self.follower.handle(moment(now), reply);
            }
            // What comes of a link that is gone is nothing any more.
            Heard::Reply(link, reply) if link == self.link => self.follower.handle(moment(now), reply),
            Heard::Reply(..) => {}
        }
        Ok(())
    }

    /// Returns what can be told by now, but for what was counted.
    pub(crate) fn status(&self) -> ClusterStatus {
        let state = self.follower.state();
        let mut servers: Vec<_> =
            state.into_iter().flat_map(|state| state.members.values().map(|member| member.server)).collect();
        servers.sort_unstable();
        let applied = state.map_or(0, |state| state.applied);
        let (position, peers) = (self.follower.position(), self.follower.peers().collect());
        ClusterStatus { servers, applied, position, peers, ..ClusterStatus::default() }
    }

    /// Returns with what others can begin, if all that was read is applied to the chat.
    pub(crate) fn start(&self, chat: Snapshot) -> Option<Start> {
        let state = self.follower.state()?.clone();
        Some(Start { position: self.follower.position(), last: self.follower.last(), state, chat })
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
