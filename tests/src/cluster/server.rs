//! Owns one server of a cluster: a hub, a writer, and what of its proposals is on its way to the log.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chinwag_core::log::{Event, Record, Snapshot};
use chinwag_core::{Config, ConnectionId, Fanout, Form, Hub, Output, Request, Session, Share, Time, Written};
use chinwag_log::StateHash;

use super::User;

pub(super) struct Server {
    number: u8,
    hub: Hub<usize>,
    fanout: Fanout<usize>,
    /// How many records of the log it has applied.
    applied: usize,
    /// What is on its way to the log, beside what its hub still has.
    on_the_way: VecDeque<Event>,
    /// By how much its clock is before the others'.
    skew: Duration,
    connections: BTreeMap<usize, ConnectionId>,
    is_lost: bool,
}

impl Server {
    pub(super) fn new(config: &Config, number: u8, skew: usize) -> Self {
        Self::with(config, number, skew, 0, Hub::replica(config.clone(), number))
    }

    /// Starts with a snapshot of another server, that has applied so many records.
    pub(super) fn join(
        config: &Config,
        number: u8,
        skew: usize,
        applied: usize,
        snapshot: Snapshot,
    ) -> Result<Self, String> {
        let hub = Hub::join(config.clone(), number, snapshot).map_err(|error| error.to_string())?;
        Ok(Self::with(config, number, skew, applied, hub))
    }

    fn with(config: &Config, number: u8, skew: usize, applied: usize, hub: Hub<usize>) -> Self {
        Self {
            number,
            hub,
            fanout: Fanout::new(config, Share::ALL.of_server(number)),
            applied,
            on_the_way: VecDeque::new(),
            skew: Duration::from_millis(700 * skew as u64),
            connections: BTreeMap::new(),
            is_lost: false,
        }
    }

    pub(super) const fn number(&self) -> u8 {
        self.number
    }

    pub(super) const fn applied(&self) -> usize {
        self.applied
    }

    pub(super) fn is_live(&self) -> bool {
        !self.is_lost && !self.hub.is_stopped()
    }

    pub(super) fn connection(&self, user: usize) -> Option<ConnectionId> {
        self.connections.get(&user).copied()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.hub.chat().snapshot()
    }

    pub(super) fn poll_timeout(&self) -> Option<Time> {
        self.hub.poll_timeout().filter(|_| self.is_live())
    }

    pub(super) fn open(&mut self, now: Time, config: &Config, user: usize, form: Form) {
        let opened = self.hub.open(now + self.skew, &mut Session::with_form(config, form), user);
        self.connections.extend(opened.ok().map(|connection| (user, connection)));
    }

    /// Hands in what somebody asks for. Tells whether something of theirs is still on its way to the log.
    pub(super) fn ask(&mut self, now: Time, config: &Config, user: usize, request: Request) -> bool {
        let Some(connection) = self.connection(user) else { return false };
        let is_theirs = |event: &Event| event.connection() == Some(connection);
        let is_behind = self.on_the_way.iter().any(is_theirs);
        self.hub.handle_requests(now + self.skew, connection, vec![request]);
        while let Some(effect) = self.hub.poll_effect() {
            self.hub.handle_answer(now + self.skew, effect.perform(config).expect("it takes no store"));
        }
        self.collect();
        is_behind
    }

    pub(super) fn close(&mut self, now: Time, user: usize) {
        if let Some(connection) = self.connection(user).filter(|_| self.is_live()) {
            self.hub.handle_closed(now + self.skew, connection);
        }
    }

    pub(super) fn look_at_time(&mut self, now: Time) {
        let now = now + self.skew;
        if self.poll_timeout().is_some_and(|due| due <= now) {
            self.hub.handle_timeout(now);
        }
    }

    pub(super) fn look_at_clock(&mut self, now: Time, unix_ms: u64) {
        self.hub.handle_clock(now + self.skew, unix_ms);
    }

    pub(super) fn stop(&mut self, now: Time) {
        self.hub.handle_stop(now + self.skew);
    }

    /// Lets it be gone. Returns its number.
    pub(super) fn lose(&mut self) -> u8 {
        self.is_lost = true;
        self.number
    }

    pub(super) fn propose_later(&mut self, event: Event) {
        self.on_the_way.push_back(event);
    }

    fn collect(&mut self) {
        self.on_the_way.extend(std::iter::from_fn(|| self.hub.poll_proposal()));
    }

    /// Returns the next record of its own that gets to the log.
    pub(super) fn propose(&mut self, now: Time) -> Option<Record> {
        if !self.is_live() {
            return None;
        }
        self.collect();
        let event = self.on_the_way.pop_front()?;
        Some(Record { at: now + self.skew, event })
    }

    /// Applies the next record. Returns what the chat is then, unless it was the server's own end.
    pub(super) fn apply(&mut self, record: &Record) -> Option<StateHash> {
        self.hub.apply(record.clone());
        self.applied += 1;
        (!self.hub.is_stopped()).then(|| StateHash::of(&self.snapshot()))
    }

    /// Lets its writer send all there is.
    pub(super) fn write(&mut self, now: Time, users: &mut [User]) {
        if self.is_lost {
            return;
        }
        if let Some(batch) = self.hub.take_batch() {
            self.fanout.follow(now, &batch);
        }
        while let Some(output) = self.fanout.poll_output() {
            if let Output::Write { socket, bytes, .. } = output {
                users[*socket].told.extend_from_slice(bytes);
                let written = Written::Bytes(bytes.len());
                self.fanout.handle_written(now, written);
            }
        }
    }
}
