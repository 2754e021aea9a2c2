//! Owns the core as an adapter drives it: hub, log and writers of a server, and the reading end of each of its
//! connections.
//!
//! It is the only place of the tests that hands anything to a hub, a handshake, a session or a fan-out.

pub(crate) mod link;

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use chinwag_core::admission::Door;
use chinwag_core::log::{Accounts, Event, Record};
use chinwag_core::ops::{Handed, Input};
use chinwag_core::{
    Action, Answer, Batch, Config, ConnectionId, Effect, Fanout, Hub, Message, Name, Output, Request, Share, Stats,
    Time, Written,
};

use self::link::{ADDRESS, accounts, door, log_in, split};
pub use self::link::{Link, Todo};
use crate::store::Store;
use crate::tape::Tape;

/// What the store is called, so that browsers know it again.
const STORE_IDENTITY: u64 = 7;

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
    /// What keeps what is said, if anything does, and its answers that were not handed in.
    store: Option<Store>,
    /// What is asked whether a password lets somebody in who comes by IRC.
    door: Door,
    accounts: Vec<Name>,
    answers: VecDeque<Answer>,
    /// Of all that was handed on, and all that was to be written.
    digest: DefaultHasher,
}

#[derive(Debug)]
struct Writer<S> {
    fanout: Fanout<S>,
    /// How many batches it was given.
    followed: usize,
}

impl<S: Clone + Hash> Driver<S> {
    /// Starts with nobody, and as many writers as threads.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::with(config, Hub::new(config.clone()), None)
    }

    /// Records all that the hub is handed from now on.
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.hub.keep_state();
        self.tape = Some(Tape::new(&self.config, self.hub.state()));
        self
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

    /// Has a store keep what is said. What it is asked is answered by [`answer`](Self::answer).
    #[must_use]
    pub fn keeping(mut self, store: Store) -> Self {
        self.hub.keep_history(STORE_IDENTITY, false);
        self.hub.recall_main(self.now, store.past(Name::MAIN));
        self.store = Some(store);
        self.perform();
        self
    }

    /// Starts with nobody, for the same run as one that was recorded: all that people share is what its records say.
    #[must_use]
    pub fn repeating(config: &Config, records: Vec<Record>) -> Self {
        Self::with(config, Hub::replica(config.clone(), 0), Some(records.into()))
    }

    fn with(config: &Config, mut hub: Hub<S>, recorded: Option<VecDeque<Record>>) -> Self {
        hub.record();
        let writer = |share| Writer { fanout: Fanout::new(config, share), followed: 0 };
        let mut driver = Self {
            config: config.clone(),
            now: Time::START,
            hub,
            log: Vec::new(),
            writers: Share::split(config.limits.threads).map(writer).collect(),
            recorded,
            tape: None,
            store: None,
            door: door(),
            accounts: accounts().into(),
            answers: VecDeque::new(),
            digest: DefaultHasher::new(),
        };
        if config.limits.has_accounts {
            driver.hub.handle_accounts(Time::START, Accounts { made: accounts().into(), ..Accounts::default() });
            driver.perform();
        }
        driver
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
            Event::Opened { .. }
            | Event::Registered { .. }
            | Event::Recalled(_)
            | Event::Decided(_)
            | Event::Clock { .. }
            | Event::Accounts(_)
            | Event::ServerGone { .. } => false,
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
            let has_effect = has_effect || self.config.limits.has_accounts;
            // A store is asked by one after the other, and has what the one before has said.
            let has_effect = has_effect || self.store.is_some();
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

    /// Hands in which accounts were made, and which are gone. All have the same password.
    pub fn change_accounts(&mut self, accounts: Accounts) {
        self.catch_up();
        let is_other = |name: &Name| accounts.made.iter().chain(&accounts.gone).all(|other| other.key() != name.key());
        self.accounts.retain(is_other);
        self.accounts.extend(accounts.made.iter().cloned());
        self.hand(Handed::Accounts(accounts));
        self.perform();
    }

    /// Returns the names that are drawn next, if nothing else happens meanwhile.
    #[must_use]
    pub fn next_names(&self, count: u32) -> Vec<String> {
        let mut chat = self.hub.chat().clone();
        let come = |slot| {
            chat.handle(self.now, Event::Opened { connection: ConnectionId::new(u8::MAX, slot, 0), address: None })
        };
        (0..count).for_each(come);
        let named = |action| {
            let Action::Reply { connection, message: Message::YouAre { name } } = action else { return None };
            (connection.server() == u8::MAX).then(|| name.to_string())
        };
        std::iter::from_fn(|| chat.poll_action()).filter_map(named).collect()
    }

    /// Tells how much the store was asked that is not answered.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.answers.len()
    }

    /// Returns what the store answers next.
    #[must_use]
    pub fn next_answer(&self) -> Option<&Answer> {
        self.answers.front()
    }

    /// Hands in what the store answers next. Tells whether that is anything.
    pub fn answer(&mut self) -> bool {
        self.catch_up();
        let answer = self.answers.pop_front();
        let is_any = answer.is_some();
        answer.into_iter().for_each(|answer| self.take_answer(answer));
        self.perform();
        is_any
    }

    fn take_answer(&mut self, answer: Answer) {
        self.hand(Handed::Answered(Box::new(answer)));
    }

    /// Returns the store.
    #[must_use]
    pub const fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// Answers at once what the hub asks of the outside, unless it asks the store, and lets what it proposes come back
    /// from the log. What the store is asked it looks up at once, whenever that is handed in.
    fn perform(&mut self) {
        loop {
            self.store.iter_mut().for_each(|store| store.keep(self.hub.take_kept()));
            if let Some(effect) = self.hub.poll_effect() {
                if let Effect::LogIn { connection, account, given } = effect {
                    let verdict = match account.map(|account| (account, given.clone())).or_else(|| split(&given)) {
                        Some((account, given)) => log_in(&self.accounts, &account, &given),
                        None => self.door.handle_guess(self.now, ADDRESS, &given),
                    };
                    self.take_answer(Answer::LoggedIn { connection, verdict });
                    continue;
                }
                match (effect.perform(&self.config), &self.store) {
                    (Ok(answer), _) => self.take_answer(answer),
                    (Err(effect), Some(store)) => self.answers.push_back(store.answer(effect)),
                    (Err(effect), None) => panic!("it takes a store: {effect:?}"),
                }
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
