//! Owns one life of a server that follows a log: what it appends and when, what it reads, what it makes of that.
//!
//! Invariant: whatever it applies was read, in the log's order, and counts for every server alike.

mod marks;
mod saying;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

pub use self::marks::Peer;
use self::marks::Votes;
use super::entry::{Content, Entry, EntryId, Mark, WriterId};
use super::kept::{Kept, Place};
use super::members::{Counted, State};
use super::order::{Moment, Order, Reply, Said};
use super::outbox::Outbox;
use super::position::Position;
use super::repair::Repair;
use crate::Time;

/// After how long without its own words a server tells people that it is cut off.
const WAIT_AFTER: Duration = Duration::from_secs(1);

/// How many entries are given back to the engine at once: few enough that an entry stays small.
const AGAIN_MAX: usize = 64;

/// Says as what a server begins to follow.
#[derive(Clone, Debug)]
pub struct Joining {
    /// The name of this life: a random number, another one each time.
    pub writer: WriterId,
    /// A digest of the rules.
    pub rules: u64,
    /// What had come of the log at the position of the snapshot.
    pub state: State,
    /// That position, or [`Position::START`].
    pub position: Position,
    /// What stands there.
    pub last: Option<EntryId>,
}

/// Follows a log.
///
/// Hand in what happens with [`handle`](Self::handle) and [`propose`](Self::propose). Carry out what
/// [`poll_order`](Self::poll_order) gives until it gives nothing. Come back at [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Follower<E> {
    me: WriterId,
    rules: u64,
    state: State,
    position: Position,
    last: Option<EntryId>,
    /// The latest epoch that was ever read of.
    epoch_max: u64,
    kept: Kept<E>,
    /// How many of the entries that were applied are in the log of this engine.
    in_log: u64,
    repair: Option<Repair>,
    /// The words by which epochs were ready.
    readies: BTreeSet<EntryId>,
    outbox: Outbox<E>,
    /// What concerns the epoch, to be appended in it.
    epoch_words: VecDeque<(u64, Content<E>)>,
    /// How many of those were said.
    words: u64,
    link: Link,
    orders: VecDeque<Order<E>>,
    /// When each of the others was heard last.
    heard: BTreeMap<WriterId, Time>,
    /// Whom this server takes for gone, with the last entry it had heard then.
    accused: BTreeMap<WriterId, u64>,
    /// When the last of the own entries was made that was applied, and so all that stands before it.
    heard_myself: Option<Time>,
    /// When this server said last that it lives.
    beat_at: Time,
    marked_at: Time,
    /// What the chat was at the last mark.
    mark: Option<Mark>,
    /// What the chats of all were there.
    votes: Option<Votes>,
    /// How each server stood by its last heartbeat.
    peers: BTreeMap<WriterId, Peer>,
    told: Told,
    has_asked_to_join: bool,
    has_ended: bool,
}

/// What is known of the way to the engine.
#[derive(Debug, Default)]
struct Link {
    /// The process that is reached.
    engine: Option<u64>,
    /// The last position when it was reached, once that is known.
    end: Option<Position>,
    is_verifying: bool,
    /// Where the log is compared, how many were applied up to there, and how far it is from the end: the log lacks
    /// where this server has read to.
    back: Option<(Place, u64, usize)>,
    is_reading: bool,
    /// The last position that something was appended at.
    seen: Position,
    under_way: Option<UnderWay>,
    /// The epoch that refused an entry: there is a later one.
    refused: Option<u64>,
    /// When an epoch was to be opened.
    opened_at: Option<Time>,
}

/// What is being appended, and in which epoch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum UnderWay {
    Open,
    EpochWord(u64),
    /// Which of the own entries.
    Entry(u64, u64),
}

/// What the people here were told of the way to the engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Told {
    Nothing,
    Waits,
    Go,
}

impl<E: Clone> Follower<E> {
    /// Starts to follow, without a connection to the engine.
    #[must_use]
    pub fn new(now: Time, joining: Joining) -> Self {
        let Joining { writer, rules, state, position, last } = joining;
        Self {
            me: writer,
            rules,
            position,
            last,
            epoch_max: position.epoch,
            kept: Kept::new(state.applied),
            in_log: state.applied,
            repair: None,
            readies: BTreeSet::new(),
            outbox: Outbox::new(writer),
            epoch_words: VecDeque::new(),
            words: 0,
            link: Link::default(),
            orders: VecDeque::new(),
            heard: state.members.keys().map(|&member| (member, now)).collect(),
            accused: BTreeMap::new(),
            heard_myself: None,
            beat_at: now,
            marked_at: now,
            mark: None,
            votes: None,
            peers: BTreeMap::new(),
            told: Told::Nothing,
            has_asked_to_join: false,
            has_ended: false,
            state,
        }
    }

    /// Returns the number of this server, once it has joined: that of its connections.
    #[must_use]
    pub fn server(&self) -> Option<u8> {
        self.state.members.get(&self.me).map(|member| member.server)
    }

    /// Returns what all servers agree on up to [`position`](Self::position), unless an epoch is being made ready.
    #[must_use]
    pub fn state(&self) -> Option<&State> {
        self.repair.is_none().then_some(&self.state)
    }

    /// Returns the position of the last entry that was read.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Returns the name of that entry.
    #[must_use]
    pub const fn last(&self) -> Option<EntryId> {
        self.last
    }

    /// Tells whether no more should be proposed for now: the people here are to be held back.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.outbox.is_full()
    }

    /// Adds what has happened here, of so many bytes, to be said to all.
    pub fn propose(&mut self, event: E, bytes: usize) {
        self.outbox.push(event, bytes);
    }

    /// Says to the others that this server is going, behind what was proposed.
    pub const fn leave(&mut self) {
        self.outbox.leave();
    }

    /// Handles what the chat is after so many entries, as it was [asked](Order::Digest) for.
    pub const fn handle_digest(&mut self, applied: u64, digest: u64) {
        self.mark = Some(Mark { applied, digest });
    }

    /// Handles an answer, or what became of the connection.
    pub fn handle(&mut self, moment: Moment, reply: Reply<E>) {
        if self.has_ended {
            return;
        }
        match reply {
            Reply::Connected { engine } => {
                self.link = Link { engine: Some(engine), is_verifying: true, ..Link::default() };
                // Who was not heard while the engine was not reached need not have been silent.
                self.heard.values_mut().for_each(|heard| *heard = moment.now);
                self.orders.push_back(Order::Verify { at: self.position });
            }
            Reply::Disconnected => {
                self.link = Link::default();
                self.orders.retain(|order| !matches!(order, Order::Verify { .. }));
            }
            Reply::Appended { at } => self.handle_appended(moment, at),
            Reply::Refused => match self.link.under_way.take() {
                Some(UnderWay::Open) => self.link.opened_at = Some(moment.now),
                Some(UnderWay::EpochWord(epoch) | UnderWay::Entry(epoch, _)) => self.link.refused = Some(epoch),
                None => {}
            },
            Reply::Verified { found, first, end } => self.handle_verified(found, first, end),
            Reply::Read(entries) => {
                self.link.is_reading = false;
                for (at, entry) in entries {
                    if self.has_ended {
                        return;
                    }
                    if self.position.is_followed_by(at) {
                        self.handle_entry(moment, at, entry);
                    } else if at > self.position {
                        self.end(Order::Rejoin("the log begins behind what this server has read"));
                    }
                }
            }
        }
    }

    /// Handles that something is in the log. An own entry right behind what was read need not be read: nothing stands
    /// between them.
    fn handle_appended(&mut self, moment: Moment, at: Position) {
        self.link.seen = self.link.seen.max(at);
        match self.link.under_way.take() {
            Some(UnderWay::Entry(epoch, seq)) if epoch == self.position.epoch => {
                let entry = self.outbox.handle_appended(seq).cloned();
                if let Some(entry) = entry.filter(|_| self.position.is_followed_by(at)) {
                    self.handle_entry(moment, at, entry);
                }
            }
            Some(UnderWay::EpochWord(epoch)) => {
                self.epoch_words.pop_front_if(|(of, _)| *of == epoch);
            }
            // What came of an earlier epoch was read before the next was open.
            Some(UnderWay::Open | UnderWay::Entry(..)) | None => {}
        }
    }

    /// Handles what is in the log of this engine of what was read. If that is not the last, it is looked for further
    /// back, in steps that double, and read again from there: an entry that comes twice counts once.
    fn handle_verified(&mut self, found: Option<(Position, EntryId)>, first: Option<Position>, end: Position) {
        let is_trimmed = first.is_some_and(|first| first.number != 0);
        self.link.end = Some(end);
        let Some((place, applied, back)) = self.link.back.take() else {
            let is_there = match self.last {
                Some(last) => found == Some((self.position, last)),
                None => !is_trimmed,
            };
            if is_there {
                self.link.is_verifying = false;
                return;
            }
            return self.look_back(1, is_trimmed);
        };
        if found != Some((place.at, place.id)) {
            return self.look_back(2 * back, is_trimmed);
        }
        self.rewind(place.at, Some(place.id), place.engine);
        self.in_log = applied;
    }

    fn look_back(&mut self, back: usize, is_trimmed: bool) {
        if let Some((place, applied)) = self.kept.back(back) {
            self.link.back = Some((place, applied, back));
            return self.orders.push_back(Order::Verify { at: place.at });
        }
        if is_trimmed {
            return self.end(Order::Rejoin("the log has nothing that this server knows"));
        }
        self.rewind(Position::START, None, None);
        self.in_log = 0;
    }

    /// Goes back to a place in the log at which no epoch was being made ready.
    fn rewind(&mut self, at: Position, last: Option<EntryId>, engine: Option<u64>) {
        (self.position, self.last, self.state.engine) = (at, last, engine);
        self.repair = None;
        self.epoch_words.clear();
        self.link.is_verifying = false;
    }

    fn handle_entry(&mut self, moment: Moment, at: Position, entry: Entry<E>) {
        let (writer, place) = (entry.id.writer, Place { at, id: entry.id, engine: self.state.engine });
        (self.position, self.last) = (at, Some(entry.id));
        self.epoch_max = self.epoch_max.max(at.epoch);
        self.heard.insert(writer, moment.now);
        if !entry.content.is_of_epoch() {
            // Before an epoch is ready nobody says anything else: whoever does is not heard by anybody.
            if self.repair.is_none() {
                self.handle_ordinary(moment, place, entry);
            }
            return;
        }
        if let Content::Open { engine } = entry.content {
            self.handle_open(moment, writer, engine);
            return;
        }
        let Some(repair) = &mut self.repair else { return };
        match entry.content {
            Content::Report { applied } => repair.handle_report(moment.now, writer, applied),
            Content::Close { applied } => {
                if repair.handle_close(moment.now, writer, applied) == Some(self.me) {
                    self.refill();
                }
            }
            Content::Again(entries) if repair.is_refilled_by(writer) => {
                repair.handle_refilled(moment.now);
                for entry in entries {
                    self.handle_ordinary(moment, place, entry);
                }
            }
            Content::Ready { applied, chain } if repair.is_refilled_by(writer) => {
                self.handle_ready(moment, entry.id, (applied, chain));
            }
            Content::Again(_)
            | Content::Ready { .. }
            | Content::Open { .. }
            | Content::Joined { .. }
            | Content::Events(_)
            | Content::Heartbeat { .. }
            | Content::Mark
            | Content::Gone { .. }
            | Content::Left => {}
        }
    }

    fn handle_open(&mut self, moment: Moment, opener: WriterId, engine: u64) {
        self.state.engine = Some(engine);
        self.repair = Some(Repair::new(moment.now, opener));
        self.epoch_words.clear();
        self.link.opened_at = None;
        if self.server().is_some() && opener != self.me {
            self.epoch_words.push_back((self.position.epoch, Content::Report { applied: self.state.applied }));
        }
    }

    /// Says again what the log lacks.
    fn refill(&mut self) {
        let epoch = self.position.epoch;
        // What is not kept can't be given back. Whoever has less then starts anew.
        let first = if self.in_log < self.kept.before() { self.state.applied } else { self.in_log };
        let mut lacking = (first..self.state.applied).filter_map(|number| self.kept.nth(number).cloned()).peekable();
        while lacking.peek().is_some() {
            let entries = lacking.by_ref().take(AGAIN_MAX).collect();
            self.epoch_words.push_back((epoch, Content::Again(entries)));
        }
        let (applied, chain) = (self.state.applied, self.state.chain);
        self.epoch_words.push_back((epoch, Content::Ready { applied, chain }));
    }

    fn handle_ready(&mut self, moment: Moment, id: EntryId, agreed: (u64, u64)) {
        self.repair = None;
        // What comes by once more, after a look back, was agreed to when it came first.
        if self.readies.insert(id) {
            if agreed != (self.state.applied, self.state.chain) {
                return self.end(Order::Rejoin("the log went on with less than this server had read, or with more"));
            }
            if self.in_log < self.state.applied {
                // The log begins behind what it came of.
                self.orders.push_back(Order::Snapshot);
            }
            self.in_log = self.state.applied;
        }
        self.outbox.say_again();
        self.heard.values_mut().for_each(|heard| *heard = moment.now);
    }

    /// Handles an entry that counts in every epoch.
    fn handle_ordinary(&mut self, moment: Moment, place: Place, entry: Entry<E>) {
        let EntryId { writer, seq } = entry.id;
        let (is_mine, was_member) = (writer == self.me, self.server().is_some());
        let was_in_log = self.in_log == self.state.applied;
        let counted = self.state.count(&entry);
        if is_mine {
            self.handle_mine(moment, seq, counted, was_member);
        }
        if counted == Counted::No {
            if self.kept.nth(self.in_log).is_some_and(|next| next.id == entry.id) {
                self.in_log += 1;
            }
            return;
        }
        if was_in_log {
            self.in_log = self.state.applied;
        }
        self.kept.push(place, entry.clone());
        match counted {
            Counted::Yes => self.follow(moment, writer, entry),
            Counted::Departed(gone, server) => self.handle_departed(entry.sent_ms, gone, server),
            Counted::Void | Counted::No => {}
        }
    }

    fn handle_mine(&mut self, moment: Moment, seq: u64, counted: Counted, was_member: bool) {
        if counted == Counted::No && !was_member {
            self.outbox.take_back();
            self.has_asked_to_join = false;
            if self.state.rules.is_some_and(|rules| rules != self.rules) {
                self.end(Order::Refuse("the other servers have other rules"));
            }
            return;
        }
        // What came too late to count is said again in the next epoch.
        let counted_up_to = self.state.members.get(&self.me).map_or(seq, |member| member.seq.min(seq));
        let made = self.outbox.handle_applied(counted_up_to);
        self.heard_myself = made.or(self.heard_myself);
        let is_late = self.outbox.waiting_since().is_some_and(|since| moment.now >= since + WAIT_AFTER);
        if made.is_some() && self.told != Told::Nothing && !is_late {
            self.told = Told::Nothing;
            self.orders.push_back(Order::Resume);
        }
    }

    /// Does what an entry says.
    fn follow(&mut self, moment: Moment, writer: WriterId, entry: Entry<E>) {
        match entry.content {
            Content::Joined { server, .. } => self.apply(entry.sent_ms, Said::Joined { server }),
            Content::Events(events) => self.apply(entry.sent_ms, Said::Events(events)),
            Content::Heartbeat { mark, applied } => {
                self.note_peer(moment, writer, entry.sent_ms, applied);
                self.compare(writer, mark);
            }
            Content::Mark => {
                self.marked_at = moment.now;
                self.votes = Some(Votes::new(&self.state));
                self.orders.push_back(Order::Digest { applied: self.state.applied });
            }
            Content::Gone { .. }
            | Content::Left
            | Content::Open { .. }
            | Content::Report { .. }
            | Content::Close { .. }
            | Content::Again(_)
            | Content::Ready { .. } => {}
        }
    }

    fn apply(&mut self, sent_ms: u64, said: Said<E>) {
        let at = Time::after(Duration::from_millis(sent_ms));
        self.orders.push_back(Order::Apply { at, said });
    }

    fn handle_departed(&mut self, sent_ms: u64, gone: WriterId, server: u8) {
        self.heard.remove(&gone);
        self.accused.remove(&gone);
        self.peers.remove(&gone);
        if let Some(votes) = &mut self.votes {
            votes.handle_departed(gone);
        }
        self.apply(sent_ms, Said::Gone { server });
        if gone == self.me {
            self.end(Order::Rejoin("the other servers took this one for gone"));
        }
    }

    fn end(&mut self, order: Order<E>) {
        self.orders.push_back(order);
        self.has_ended = true;
    }
}

#[cfg(test)]
mod tests;
