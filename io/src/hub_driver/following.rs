//! Owns how a hub follows the log that its server shares with others: what it proposes goes there, and what comes from
//! there is applied.
//!
//! Invariant: whatever the chat of this server is told was read from the log, but for its end.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Duration;

use chinwag_core::log::cluster::{Moment, Order, Said, Touch};
use chinwag_core::log::{Event, Record};
use chinwag_core::{Config, Hub, Time};
use tracing::{error, info, warn};

use super::HubDriver;
use crate::admission::REPORT;
use crate::clock::Clock;
use crate::cluster::{Cluster, Joined, events, moment};
use crate::worker::Driver;

/// How long a server that stops waits until the others have heard of it.
const FAREWELL_WAIT: Duration = Duration::from_secs(2);

/// How often a snapshot is kept: whoever joins reads what came since.
const KEEP_EVERY: Duration = Duration::from_secs(60);

/// After how many entries one is kept at the latest: they are read and applied in a second.
const KEEP_ENTRIES: u64 = 50_000;

/// Holds what a server knows of the log that it shares.
pub(super) struct Following {
    cluster: Cluster,
    joined: Joined,
    clock: Clock,
    /// What was read, and is to be applied.
    applying: VecDeque<Record>,
    /// The server stops, by then at the latest.
    stops_at: Option<Time>,
    /// When a snapshot was kept, and after how many entries.
    kept: (Time, u64),
    /// One is to be kept at once.
    keeps: bool,
}

/// Makes the hub of a server: on its own, or one of several.
pub(super) fn hub<S>(config: &Config, cluster: Option<Cluster>, clock: Clock) -> (Hub<S>, Option<Following>) {
    let config = Config::clone(config);
    let joined = cluster.and_then(|cluster| cluster.take().map(|joined| (cluster, joined)));
    let Some((cluster, mut joined)) = joined else { return (Hub::new(config), None) };
    let number = cluster.number();
    let hub = match joined.chat.take() {
        Some(chat) => Hub::join(config, number, chat).expect("it was one a moment ago, by the same rules"),
        None => Hub::replica(config, number),
    };
    let kept = (clock.now(), joined.status().applied);
    let applying = VecDeque::new();
    (hub, Some(Following { cluster, joined, clock, applying, stops_at: None, kept, keeps: false }))
}

impl Following {
    fn moment(&self) -> Moment {
        moment(self.clock.now())
    }

    /// Has somebody come back when something has come of the log, or is left of it.
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.applying.is_empty() { self.joined.replies.poll(cx) } else { Poll::Ready(()) }
    }

    /// Tells whether nothing has happened yet but that this server has joined.
    pub(super) fn is_first(&self) -> bool {
        self.kept.1 <= 1
    }

    /// Tells whether those who are here are to be held back.
    pub(super) fn is_full(&self) -> bool {
        self.joined.follower.is_full() && self.touch() != Touch::Cut && self.stops_at.is_none()
    }

    /// Tells whether nobody is let in, since the way to the others is cut.
    pub(super) fn is_cut_off(&self) -> bool {
        self.touch() == Touch::Cut
    }

    pub(super) fn poll_timeout(&self) -> Option<Time> {
        [self.joined.follower.poll_timeout(), self.stops_at].into_iter().flatten().min()
    }

    /// Says to the others that this server is going.
    pub(super) fn leave(&mut self) {
        if self.stops_at.is_none() {
            self.joined.follower.leave();
            self.stops_at = Some(self.clock.now() + FAREWELL_WAIT);
        }
    }

    /// Has the server stop without a word to the others.
    pub(super) fn stop_at_once(&mut self) {
        self.stops_at = Some(self.clock.now());
    }

    fn touch(&self) -> Touch {
        self.cluster.lock().touch
    }

    fn set_touch(&self, touch: Touch) {
        let mut status = self.cluster.lock();
        status.losses += u64::from(status.touch == Touch::Kept && touch != Touch::Kept);
        status.touch = touch;
    }

    /// Says why this server is none of the others any more.
    fn end(&mut self, why: String) {
        error!(target: REPORT, "this server is none of its cluster any more: {why}");
        self.cluster.lock().ended.get_or_insert(why);
        self.stops_at = Some(self.clock.now());
    }

    /// Tells how it is now with the way to the others, and with what was read.
    fn tell(&self) {
        let status = self.joined.status();
        let mut told = self.cluster.lock();
        // While it is made sure what all have, it is not known who is there.
        if !status.servers.is_empty() {
            (told.servers, told.applied) = (status.servers, status.applied);
        }
        (told.position, told.peers) = (status.position, status.peers);
    }

    /// Tells whether a snapshot is to be kept: one of all servers does it, now and then.
    fn is_to_keep(&self) -> bool {
        let Some(state) = self.joined.follower.state() else { return false };
        let is_first = state.members.values().map(|member| member.server).min() == Some(self.cluster.number());
        let (at, applied) = self.kept;
        let is_due = self.clock.now() >= at + KEEP_EVERY && state.applied > applied;
        self.keeps || is_first && (is_due || state.applied >= applied + KEEP_ENTRIES)
    }
}

impl<D: Driver> HubDriver<D> {
    /// Gives the log what the hub proposes, and applies what has come of it, as far as it goes into the batch.
    pub(super) fn follow(&mut self) {
        let Some(mut following) = self.following.take() else { return };
        while self.follow_on(&mut following) {}
        let now = self.clock.now();
        if following.stops_at.is_some_and(|at| at <= now) && !self.hub.is_stopped() {
            // Nobody of the others need hear of it: they find out by themselves.
            let event = Event::ServerGone { server: following.cluster.number() };
            self.hub.apply(Record { at: now, event });
        }
        if following.applying.is_empty() && !self.hub.is_stopped() && following.is_to_keep() {
            let start = following.joined.start(self.hub.chat().snapshot());
            let applied = start.as_ref().map_or(following.kept.1, |start| start.state.applied);
            start.into_iter().for_each(|start| following.joined.engine.keep(following.joined.link, start));
            (following.kept, following.keeps) = ((now, applied), false);
        }
        following.tell();
        self.following = Some(following);
    }

    /// Does the next thing. Tells whether there may be more.
    fn follow_on(&mut self, following: &mut Following) -> bool {
        while let Some(event) = self.hub.poll_proposal() {
            let bytes = following.joined.engine.event_bytes(&event);
            following.joined.follower.propose(event, bytes);
        }
        while self.hub.has_room()
            && let Some(record) = following.applying.pop_front()
        {
            self.hub.apply(record);
            self.perform_all();
        }
        if self.hub.is_stopped() || !following.applying.is_empty() {
            return false;
        }
        if let Some(order) = following.joined.follower.poll_order(following.moment()) {
            self.carry_out(following, order);
            return true;
        }
        let Some(heard) = following.joined.replies.next() else { return false };
        if let Err(why) = following.joined.hear(self.clock.now(), heard) {
            following.end(why);
        }
        true
    }

    fn carry_out(&mut self, following: &mut Following, order: Order<Event>) {
        match order {
            Order::Append { .. } | Order::Open { .. } | Order::Verify { .. } | Order::Read { .. } => {
                following.joined.engine.carry_out(following.joined.link, order);
            }
            Order::Apply { at, said } => {
                match said {
                    Said::Joined { server } => info!(server, "a server has joined"),
                    Said::Gone { server } if server == following.cluster.number() => {
                        if following.stops_at.is_none() {
                            following.end("the other servers took this one for gone".to_owned());
                        }
                    }
                    Said::Gone { server } => info!(server, "a server has gone"),
                    Said::Events(_) => {}
                }
                following.applying.extend(events(said).into_iter().map(|event| Record { at, event }));
            }
            Order::Digest { applied } => {
                let digest = following.joined.engine.digest(&self.hub.chat().snapshot());
                following.joined.follower.handle_digest(applied, digest);
            }
            Order::Snapshot => following.keeps = true,
            Order::Differ { server, applied } => {
                following.cluster.lock().differences += 1;
                error!(target: REPORT, server, applied, "this server and another are not the same chat any more: a bug");
            }
            Order::Wait => {
                warn!(target: REPORT, "this server has lost touch with the others: what is said waits");
                self.touch(following, Touch::Lost);
            }
            Order::Resume => {
                info!("this server is in touch with the others again");
                self.touch(following, Touch::Kept);
            }
            Order::LetGo => {
                warn!(target: REPORT, "this server is cut off from the others: everybody is let go");
                self.touch(following, Touch::Cut);
            }
            Order::Rejoin(why) | Order::Refuse(why) => following.end(why.to_owned()),
        }
    }

    fn touch(&mut self, following: &Following, touch: Touch) {
        following.set_touch(touch);
        self.hub.handle_touch(self.clock.now(), touch);
    }
}
