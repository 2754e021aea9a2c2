//! Owns the core as an adapter drives it: hub, log and writers of a server, and the reading end of each of its
//! connections.
//!
//! It is the only place of the tests that hands anything to a hub, a handshake, a session or a fan-out.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chinwag_core::log::{Event, Record};
use chinwag_core::ops::{Handed, Input};
use chinwag_core::{
    Action, Batch, Config, ConnectionId, Fanout, Form, Handshake, Hub, Next, Output, Request, Session, Share, Signals,
    Stats, Step, Time, Written,
};

use crate::tape::Tape;

/// Where everybody comes from.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Holds a server without a network. `S` is the handle of a socket.
#[derive(Debug)]
pub struct Driver<S> {
    config: Config,
    now: Time,
    hub: Hub<S>,
    log: Vec<Arc<Batch<S>>>,
    writers: Vec<Writer<S>>,
    /// What is to be proposed, where a run is repeated that was recorded.
    recorded: Option<VecDeque<Record>>,
    /// What is recorded of all that the hub is handed, if it is.
    tape: Option<Tape>,
    /// Of all that was handed on, and all that was to be written.
    digest: DefaultHasher,
}

#[derive(Debug)]
struct Writer<S> {
    fanout: Fanout<S>,
    /// How many batches it was given.
    followed: usize,
}

/// Tells what the reader of a connection is to do next.
#[derive(PartialEq, Eq, Debug)]
pub enum Todo {
    /// Read from the socket, and come back at this time if nothing comes before.
    Read(Option<Time>),
    /// Write this, as the socket takes it until this time.
    Write(Vec<u8>, Time),
    /// Let it in.
    Enter,
    /// Hand these requests on.
    Ask(Vec<Request>),
    /// Wait for a signal of the writer.
    AwaitSignal,
    /// Come back at this time.
    AwaitTime(Time),
    /// Nothing more.
    End,
}

/// Holds the reading end of a connection: first its handshake, then its session.
#[derive(Debug)]
pub struct Link {
    phase: Phase,
    connection: Option<ConnectionId>,
}

#[derive(Debug)]
enum Phase {
    Handshake(Box<Handshake>),
    Chatting(Box<Session>),
    TurnedAway,
}

impl Link {
    /// Starts with a connection that a listener of this form has accepted.
    #[must_use]
    pub fn new(config: &Config, form: Form, now: Time) -> Self {
        Self { phase: Phase::Handshake(Box::new(Handshake::new(config, form, ADDRESS, now))), connection: None }
    }

    /// Returns what the connection is called, once it was let in.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        self.connection
    }

    /// Returns what its reader is to do next.
    pub fn next(&mut self, now: Time, signals: Signals) -> Todo {
        match &mut self.phase {
            Phase::Handshake(handshake) => loop {
                match handshake.poll_step(now) {
                    Step::Read { until } => return Todo::Read(Some(until)),
                    Step::Write { bytes, until } => return Todo::Write(bytes.to_vec(), until),
                    Step::Measure => handshake.handle_metrics(Some("nobody is here\n".to_owned())),
                    Step::Announce { .. } | Step::Admit => handshake.handle_admission(Ok(())),
                    // Nothing is sealed here.
                    Step::Secure { .. } => handshake.handle_secured(Ok(())),
                    Step::Enter => return Todo::Enter,
                    Step::End { .. } => {
                        self.phase = Phase::TurnedAway;
                        return Todo::End;
                    }
                }
            },
            Phase::Chatting(session) => match session.poll_next(now, signals) {
                // Nobody else waits here for a turn.
                Next::Yield => self.next(now, signals),
                Next::Ask(requests) => Todo::Ask(requests),
                Next::AwaitSignal => Todo::AwaitSignal,
                Next::AwaitTime(at) => Todo::AwaitTime(at),
                Next::Read => Todo::Read(None),
                Next::End => Todo::End,
            },
            Phase::TurnedAway => Todo::End,
        }
    }

    /// Hands in what was read.
    pub fn read(&mut self, bytes: &[u8]) {
        match &mut self.phase {
            Phase::Handshake(handshake) => handshake.handle_bytes(bytes),
            Phase::Chatting(session) => session.handle_bytes(bytes),
            Phase::TurnedAway => {}
        }
    }

    /// Tells it that nothing more will come.
    pub fn read_end(&mut self) {
        match &mut self.phase {
            Phase::Handshake(handshake) => handshake.handle_end(),
            Phase::Chatting(session) => session.handle_end(),
            Phase::TurnedAway => {}
        }
    }

    /// Tells it that reading has failed.
    pub fn read_failed(&mut self) {
        match &mut self.phase {
            Phase::Handshake(handshake) => handshake.handle_end(),
            Phase::Chatting(session) => session.handle_failure(),
            Phase::TurnedAway => {}
        }
    }

    /// Tells a handshake that its answer was not written.
    pub fn write_failed(&mut self) {
        if let Phase::Handshake(handshake) = &mut self.phase {
            handshake.handle_failure();
        }
    }

    /// Tells a handshake that the server stops.
    pub fn stop(&mut self) {
        if let Phase::Handshake(handshake) = &mut self.phase {
            handshake.handle_stop();
        }
    }

    fn enter(&mut self) -> &mut Session {
        if let Phase::Handshake(handshake) = std::mem::replace(&mut self.phase, Phase::TurnedAway) {
            self.phase = Phase::Chatting(Box::new(handshake.into_session()));
        }
        let Phase::Chatting(session) = &mut self.phase else { panic!("it was turned away") };
        session
    }
}

impl<S: Clone + Hash> Driver<S> {
    /// Starts with nobody, and as many writers as threads.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::with(config, Hub::new(config.clone()), None)
    }

    /// Starts with nobody, and records all that the hub is handed.
    #[must_use]
    pub fn recording(config: &Config) -> Self {
        let mut driver = Self::with(config, Hub::new(config.clone()), None);
        driver.hub.keep_state();
        driver.tape = Some(Tape::new(config, driver.hub.state()));
        driver
    }

    /// Returns what was recorded, if it was.
    pub fn take_tape(&mut self) -> Option<Tape> {
        self.tape.take()
    }

    /// Has the hub handle something, of which it is recorded before.
    fn hand(&mut self, handed: Handed) {
        let input = Input { at: self.now, handed };
        if let Some(tape) = &mut self.tape {
            tape.hand(&input);
        }
        self.hub.handle(input, |_| unreachable!("nobody is let in"));
    }

    /// Starts with nobody, for the same run as one that was recorded: all that people share is what its records say.
    #[must_use]
    pub fn repeating(config: &Config, records: Vec<Record>) -> Self {
        Self::with(config, Hub::replica(config.clone(), 0), Some(records.into()))
    }

    fn with(config: &Config, mut hub: Hub<S>, recorded: Option<VecDeque<Record>>) -> Self {
        hub.record();
        let writer = |share| Writer { fanout: Fanout::new(config, share), followed: 0 };
        Self {
            config: config.clone(),
            now: Time::START,
            hub,
            log: Vec::new(),
            writers: Share::split(config.limits.threads).map(writer).collect(),
            recorded,
            tape: None,
            digest: DefaultHasher::new(),
        }
    }

    /// Returns the records of all that people share so far.
    pub fn take_records(&mut self) -> Vec<Record> {
        self.hub.take_records()
    }

    /// Returns what tells runs apart in which something else was decided, or sent to anybody.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest.finish()
    }

    /// Tells how much of what was recorded has not happened yet.
    #[must_use]
    pub fn unrepeated(&self) -> usize {
        self.recorded.iter().flatten().filter(|record| !self.is_void(record)).count()
    }

    /// Tells whether a record need not happen again: it only lets time pass, or is the late news of somebody who is
    /// gone, which a server on its own does not look for.
    fn is_void(&self, record: &Record) -> bool {
        let is_here =
            |connection| self.hub.chat().snapshot().people.iter().any(|person| person.connection == connection);
        match record.event {
            Event::Woke => true,
            Event::Commanded { connection, .. } | Event::Closed { connection } => !is_here(connection),
            Event::Opened { .. } | Event::Registered { .. } | Event::Clock { .. } | Event::ServerGone { .. } => false,
        }
    }

    /// Returns what time it is.
    #[must_use]
    pub const fn now(&self) -> Time {
        self.now
    }

    /// Lets it be this time, which does not go backwards.
    pub fn set_now(&mut self, now: Time) {
        self.now = self.now.max(now);
    }

    /// Lets a connection in whose handshake says so.
    ///
    /// # Errors
    /// The server stops. Returns the last words.
    pub fn open(&mut self, link: &mut Link, socket: S) -> Result<ConnectionId, Vec<u8>> {
        self.catch_up();
        let session = link.enter();
        if self.hub.is_stopped() {
            return Err(session.farewell().to_vec());
        }
        let arrival = Hub::<S>::arrival(self.now, session);
        if let Some(tape) = &mut self.tape {
            tape.hand(&Input { at: self.now, handed: Handed::Opened(arrival.clone()) });
        }
        let connection = self.hub.admit(self.now, arrival, socket).expect("it has not stopped");
        self.perform();
        link.connection = Some(connection);
        Ok(connection)
    }

    /// Hands in what a connection asks for.
    pub fn ask(&mut self, connection: ConnectionId, requests: Vec<Request>) {
        self.catch_up();
        if self.recorded.is_none() {
            self.hand(Handed::Asked { connection, requests });
            return self.perform();
        }
        // What is repeated has to come back from the log before others go on, but for what is said by IRC in a row.
        for requests in requests.chunk_by(|one, next| may_be_in_a_row(one) && may_be_in_a_row(next)) {
            self.hub.handle_requests(self.now, connection, requests.to_vec());
            self.perform();
        }
    }

    /// Hands in that a connection has ended.
    pub fn close(&mut self, connection: ConnectionId) {
        self.catch_up();
        self.hand(Handed::Closed { connection });
        self.perform();
    }

    /// Hands in several of these at once: what a connection asks for, or that it has ended.
    pub fn handle_all(&mut self, news: Vec<(ConnectionId, Option<Request>)>) {
        self.catch_up();
        if self.tape.is_some() {
            // A real server is handed what each asks for by itself.
            for (connection, request) in news {
                self.hand(match request {
                    Some(request) => Handed::Asked { connection, requests: vec![request] },
                    None => Handed::Closed { connection },
                });
                self.perform();
            }
            return;
        }
        let mut asked = Vec::new();
        for (connection, request) in news {
            // What is repeated has to come back from the log before others go on.
            let has_effect = matches!(request, Some(Request::Resume(_))) || self.recorded.is_some();
            let is_closed = request.is_none();
            asked.extend(request.map(|request| (connection, request)));
            if has_effect || is_closed {
                self.hub.handle_all(self.now, std::mem::take(&mut asked));
                self.perform();
            }
            if is_closed {
                self.hub.handle_closed(self.now, connection);
                self.perform();
            }
        }
        self.hub.handle_all(self.now, asked);
        self.perform();
    }

    /// Answers at once what the hub asks of the outside, and lets what it proposes come back from the log.
    fn perform(&mut self) {
        loop {
            if let Some(effect) = self.hub.poll_effect() {
                self.hand(Handed::Answered(effect.perform(&self.config)));
            } else if let Some(event) = self.hub.poll_proposal() {
                self.repeat(&event);
            } else {
                return;
            }
        }
    }

    /// Lets happen what is due, where a run is repeated: a server on its own does so by itself before anything else. It
    /// ends the connections of those who have not said who they are only when it is woken.
    fn catch_up(&mut self) {
        if self.recorded.is_some() && self.hub.chat().poll_timeout().is_some_and(|due| due <= self.now) {
            self.repeat(&Event::Woke);
            self.perform();
        }
    }

    /// Applies what was recorded, which has to be what is proposed.
    fn repeat(&mut self, event: &Event) {
        let is_next = |record: &Record| record.event == *event;
        if *event == Event::Woke && !self.recorded.iter().flatten().next().is_some_and(is_next) {
            return self.hub.apply(Record { at: self.now, event: Event::Woke });
        }
        while let Some(record) = self.recorded.as_mut().and_then(VecDeque::pop_front) {
            let is_it = record.event == *event;
            assert!(is_it || self.is_void(&record), "{event:?} is proposed, where {record:?} was recorded");
            self.hub.apply(record);
            if is_it {
                return;
            }
        }
        panic!("{event:?} is proposed, and nothing more was recorded");
    }

    /// Has the hub look what is due.
    pub fn wake(&mut self) {
        self.hand(Handed::Woke);
        self.perform();
    }

    /// Tells the hub what the wall clock says.
    pub fn set_clock(&mut self, unix_ms: u64) {
        self.hand(Handed::Clock { unix_ms });
        self.perform();
    }

    /// Stops the server.
    pub fn stop(&mut self) {
        self.hand(Handed::Stopped);
        self.perform();
    }

    /// Tells whether the server stops.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.hub.is_stopped()
    }

    /// Tells whether more may go into the next batch.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.hub.has_room()
    }

    /// Returns when the hub has something to do by itself.
    #[must_use]
    pub fn hub_timeout(&self) -> Option<Time> {
        self.hub.poll_timeout()
    }

    /// Returns how many people there are of whom others know, and how many rooms.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let mut stats = Stats::default();
        self.hub.count(&mut stats);
        let count = |count| usize::try_from(count).expect("it is in memory");
        (count(stats.people), count(stats.rooms))
    }

    /// Returns what the hub has decided and not handed on.
    pub fn decided(&self) -> impl Iterator<Item = &Action> {
        self.hub.actions()
    }

    /// Has the hub hand on what it has decided. Tells whether that is anything.
    pub fn publish(&mut self) -> bool {
        let batch = self.hub.take_batch();
        if let (Some(batch), Some(tape)) = (&batch, &mut self.tape) {
            tape.end_batch(batch.tally(), &self.hub);
        }
        if let Some(batch) = &batch {
            format!("{:?}", batch.actions()).hash(&mut self.digest);
        }
        self.log.extend(batch.map(Arc::new));
        self.log.len() > self.writers.iter().map(|writer| writer.followed).min().unwrap_or_default()
    }

    /// Returns what the last batch that was handed on orders.
    #[must_use]
    pub fn published(&self) -> &[Action] {
        self.log.last().map_or(&[], |batch| batch.actions())
    }

    /// Lets go of the log.
    pub fn forget(&mut self) {
        self.log.iter_mut().for_each(|batch| *batch = Arc::new(Batch::new()));
    }

    /// Returns how many writers there are.
    #[must_use]
    pub const fn writers(&self) -> usize {
        self.writers.len()
    }

    /// Returns the number of a connection's writer.
    #[must_use]
    pub fn writer_of(&self, connection: ConnectionId) -> usize {
        connection.slot() as usize % self.writers.len()
    }

    /// Returns the batches that a writer was not given.
    #[must_use]
    pub fn to_follow(&self, writer: usize) -> &[Arc<Batch<S>>] {
        &self.log[self.writers[writer].followed..]
    }

    /// Gives a writer its next batch, if there is one.
    pub fn follow(&mut self, writer: usize) {
        let Writer { fanout, followed } = &mut self.writers[writer];
        if let Some(batch) = self.log.get(*followed) {
            fanout.follow(self.now, batch);
            *followed += 1;
        }
    }

    /// Returns the next thing that a writer has to do.
    pub fn poll(&mut self, writer: usize) -> Option<Output<'_, S>> {
        let Self { writers, digest, .. } = self;
        let output = writers[writer].fanout.poll_output();
        if let Some(Output::Write { socket, bytes, .. }) = &output {
            (socket, bytes).hash(digest);
        }
        output
    }

    /// Tells a writer how its write went.
    pub fn written(&mut self, writer: usize, written: Written) {
        self.writers[writer].fanout.handle_written(self.now, written);
    }

    /// Tells a writer that a socket takes bytes again.
    pub fn writable(&mut self, connection: ConnectionId) {
        let writer = self.writer_of(connection);
        self.writers[writer].fanout.handle_writable(connection);
    }

    /// Has a writer look what is due.
    pub fn time_out(&mut self, writer: usize) {
        self.writers[writer].fanout.handle_timeout(self.now);
    }

    /// Returns when a writer has something to do by itself.
    #[must_use]
    pub fn writer_timeout(&self, writer: usize) -> Option<Time> {
        self.writers[writer].fanout.poll_timeout()
    }

    /// Returns how much is queued for a connection.
    #[must_use]
    pub fn queued(&self, connection: ConnectionId) -> usize {
        self.writers[self.writer_of(connection)].fanout.queued_bytes(connection)
    }

    /// Tells whether a writer has written all.
    #[must_use]
    pub fn is_drained(&self, writer: usize) -> bool {
        self.writers[writer].fanout.is_drained()
    }

    /// Tells whether a writer has nothing to do any more, ever.
    #[must_use]
    pub fn is_finished(&self, writer: usize) -> bool {
        self.writers[writer].fanout.is_finished()
    }
}

/// Tells whether a request may go on together with others of its kind.
fn may_be_in_a_row(request: &Request) -> bool {
    let Request::Irc(line) = request else { return false };
    line.as_str().get(..8).is_some_and(|command| command.eq_ignore_ascii_case("PRIVMSG "))
}
