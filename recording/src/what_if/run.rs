//! Owns one run of a recording whose settings may be others than they were: its inputs come when they came, or when
//! they would have passed, and its peers read as they are taken to.
//!
//! Invariant: with the settings that were recorded, and peers who read at once, its hub is handed what was recorded.

use std::collections::{BTreeSet, HashMap};
use std::mem;

use chinwag_core::log::{Command, SnapshotError};
use chinwag_core::ops::{Arrival, Handed, Held, HubState, Input, Pacer, Stats};
use chinwag_core::{
    Answer, Config, ConnectionId, Effect, Fanout, Hub, Limits, Name, Next, Output, Request, Share, Signals, Time,
    Written,
};

use super::Outcome;
use super::answers::{Answers, readdressed};
use super::socket::{Peers, Socket};

/// Runs a recording.
pub(super) struct Run {
    hub: Hub<usize>,
    fanout: Fanout<usize>,
    pacing: Config,
    peers: Peers,
    /// Which of the peers of whom it is said somebody was called.
    met: BTreeSet<String>,
    /// In the order in which they came, in all runs the same.
    people: Vec<Person>,
    /// Where each stands whose connection had this id when it was recorded. Here it may have another.
    places: HashMap<ConnectionId, usize>,
    /// Who is to be looked after, and when.
    due: BTreeSet<(Time, usize, Due)>,
    /// Who was told something by the writers.
    told: Vec<usize>,
    answers: Answers,
    /// Whose sockets have not taken all.
    behind: BTreeSet<usize>,
    given_up: u64,
    at: Time,
}

/// What is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    /// What somebody has asked for may pass.
    Passes,
    /// A socket takes bytes again.
    Writable,
}

/// Holds one connection.
struct Person {
    recorded: ConnectionId,
    connection: ConnectionId,
    pacer: Pacer,
    signals: Signals,
    socket: Socket,
    name: Option<Name>,
    bytes: u64,
    dropped: u64,
    /// How many the writer had dropped for them when it was last asked.
    dropped_before: u64,
    is_closed: bool,
}

/// Tells what became of one connection.
pub(super) struct Told {
    pub(super) recorded: ConnectionId,
    pub(super) name: Option<Name>,
    pub(super) bytes: u64,
    pub(super) dropped: u64,
    pub(super) held: Held,
}

impl Run {
    /// Starts where a segment begins. What comes is held to the rate, in lines a second; 0 lets all pass.
    pub(super) fn start(
        config: Config,
        lines_per_second: u32,
        state: HubState,
        peers: Peers,
    ) -> Result<Self, SnapshotError> {
        let at = state.chat.at;
        let limits = Limits { flood_lines_per_second: lines_per_second, ..config.limits.clone() };
        let pacing = Config { limits, ..config.clone() };
        let here = state.connections.clone();
        let rooms = state.memory.iter().flat_map(|memory| &memory.asked).map(|asked| asked.room.clone());
        let rooms: Vec<_> = rooms.collect();
        let places: HashMap<_, _> = here.iter().map(|state| state.connection).zip(0..).collect();
        let place_of = |connection| places.get(&connection).copied().unwrap_or_default();
        let (hub, batch) = Hub::restore(config.clone(), state, place_of)?;
        let mut run = Self {
            fanout: Fanout::new(&config, Share::ALL),
            hub,
            pacing,
            peers,
            met: BTreeSet::new(),
            people: Vec::new(),
            places: HashMap::new(),
            due: BTreeSet::new(),
            told: Vec::new(),
            answers: Answers::default(),
            behind: BTreeSet::new(),
            given_up: 0,
            at,
        };
        for state in here {
            let place = run.come(state.connection);
            run.look_up_name(place);
            if !state.pieces.is_empty() {
                run.people[place].pacer.push_more(at);
            }
            if state.waiting.is_some() {
                run.answers.await_unknown(place);
            }
        }
        rooms.into_iter().for_each(|room| run.answers.await_room(room));
        run.fanout.follow(at, &batch);
        run.write();
        run.end_batch();
        Ok(run)
    }

    /// Takes what was handed to the hub then. Whoever was let in by it had this connection.
    pub(super) fn hand(&mut self, Input { at, handed }: Input, about: Option<ConnectionId>) {
        self.advance(at);
        match handed {
            Handed::Opened(arrival) => {
                if let Some(recorded) = about {
                    self.admit(recorded, arrival);
                }
            }
            Handed::Asked { connection, requests } => self.with(connection, |person, now| {
                person.pacer.push(now, requests);
            }),
            Handed::Closed { connection } => self.with(connection, |person, _| person.pacer.close()),
            Handed::Answered(answer) => self.learn(*answer),
            Handed::Clock { unix_ms } => self.hub.handle_clock(self.at, unix_ms),
            Handed::Accounts(accounts) => self.hub.handle_accounts(self.at, accounts),
            Handed::Stopped => self.hub.handle_stop(self.at),
            // It wakes when something is due here.
            Handed::Woke => {}
        }
    }

    /// Ends a batch, as it was ended then.
    pub(super) fn end_batch(&mut self) {
        while let Some(batch) = self.hub.take_batch() {
            self.fanout.follow(self.at, &batch);
            self.write();
        }
    }

    /// Ends the run: nothing more comes.
    pub(super) fn end(&mut self) {
        self.end_batch();
    }

    /// Returns what it came to.
    pub(super) fn outcome(&self) -> Outcome {
        let mut stats = Stats::default();
        self.hub.count(&mut stats);
        self.fanout.count(&mut stats);
        let mut held = Held::default();
        self.people.iter().for_each(|person| held.add(person.pacer.held()));
        Outcome {
            said: stats.messages_in,
            sent: stats.messages_out,
            dropped: stats.dropped,
            bytes: self.people.iter().map(|person| person.bytes).sum(),
            held,
            given_up: self.given_up,
        }
    }

    /// Returns what became of each connection, in the order in which they came.
    pub(super) fn told(&self) -> impl Iterator<Item = Told> {
        self.people.iter().map(|person| Told {
            recorded: person.recorded,
            name: person.name.clone(),
            bytes: person.bytes,
            dropped: person.dropped,
            held: person.pacer.held(),
        })
    }

    /// Does what is due by this time, one after the other.
    fn advance(&mut self, to: Time) {
        while let Some(next) = self.next_due().filter(|&next| next <= to) {
            self.at = self.at.max(next);
            if let Some(&(due, place, what)) = self.due.first()
                && due <= self.at
            {
                self.due.pop_first();
                match what {
                    Due::Passes => self.poll(place),
                    Due::Writable => {
                        self.behind.remove(&place);
                        self.fanout.handle_writable(self.people[place].connection);
                        self.write();
                    }
                }
            } else if let Some((asker, answer)) = self.answers.give_up(self.at) {
                self.answer(asker, answer);
            } else if self.fanout.poll_timeout().is_some_and(|due| due <= self.at) {
                self.fanout.handle_timeout(self.at);
                self.write();
            } else {
                self.hub.handle_timeout(self.at);
            }
            self.end_batch();
        }
        self.at = self.at.max(to);
    }

    fn next_due(&self) -> Option<Time> {
        let due = self.due.first().map(|(due, _, _)| *due);
        [due, self.answers.next_due(), self.fanout.poll_timeout(), self.hub.poll_timeout()].into_iter().flatten().min()
    }

    /// Makes a place for somebody.
    fn come(&mut self, recorded: ConnectionId) -> usize {
        let place = self.people.len();
        self.people.push(Person {
            recorded,
            connection: recorded,
            pacer: Pacer::new(&self.pacing),
            signals: Signals::default(),
            socket: Socket::new(self.peers.all),
            name: None,
            bytes: 0,
            dropped: 0,
            dropped_before: 0,
            is_closed: false,
        });
        self.places.insert(recorded, place);
        place
    }

    /// Lets somebody in, with what they ask for already.
    fn admit(&mut self, recorded: ConnectionId, arrival: Arrival) {
        let place = self.come(recorded);
        let person = &mut self.people[place];
        person.pacer.push(self.at, arrival.requests);
        let requests = match person.pacer.poll_next(self.at, person.signals) {
            Next::Ask(requests) => requests,
            Next::AwaitSignal | Next::AwaitTime(_) | Next::Yield | Next::Read | Next::End => Vec::new(),
        };
        if let Some(connection) = self.hub.admit(self.at, Arrival { requests, ..arrival }, place) {
            self.people[place].connection = connection;
            self.look_up_name(place);
            self.answer_asked();
            self.poll(place);
        }
    }

    /// Changes something of somebody who is here, and does what comes of it.
    fn with(&mut self, recorded: ConnectionId, change: impl FnOnce(&mut Person, Time)) {
        if let Some(&place) = self.places.get(&recorded) {
            change(&mut self.people[place], self.at);
            self.poll(place);
        }
    }

    /// Has the hub do what somebody has asked for, as far as it may pass.
    fn poll(&mut self, place: usize) {
        loop {
            let person = &mut self.people[place];
            match person.pacer.poll_next(self.at, person.signals) {
                Next::Ask(requests) => {
                    let is_talk = |request: &Request| matches!(request, Request::Command(Command::Say(_)));
                    let may_rename = !requests.iter().all(is_talk);
                    let connection = person.connection;
                    self.hub.handle_requests(self.at, connection, requests);
                    if may_rename {
                        self.look_up_name(place);
                    }
                    self.answer_asked();
                }
                Next::AwaitTime(due) => {
                    self.due.insert((due, place, Due::Passes));
                    return;
                }
                Next::End => {
                    if !mem::replace(&mut person.is_closed, true) {
                        self.hub.handle_closed(self.at, person.connection);
                    }
                    return;
                }
                Next::Read | Next::AwaitSignal | Next::Yield => return,
            }
        }
    }

    /// Tells whether somebody was called this, of whom it is said how fast they read.
    pub(super) fn has_met(&self, name: &str) -> bool {
        self.met.contains(&name.to_ascii_lowercase())
    }

    /// Learns what somebody is called, and how fast they read then.
    fn look_up_name(&mut self, place: usize) {
        let person = &mut self.people[place];
        let Some(name) = self.hub.name(person.connection) else { return };
        if let Some(rate) = self.peers.of(name.as_str()) {
            person.socket.set_rate(rate);
            self.met.insert(name.as_str().to_ascii_lowercase());
        }
        person.name = Some(name);
    }

    /// Takes what was answered then, and answers it here if it is asked for.
    fn learn(&mut self, answer: Answer) {
        let asker = answer.connection().and_then(|recorded| self.places.get(&recorded)).copied();
        let due = match (answer, asker) {
            (Answer::Recalled(past), _) => self.answers.give_of_room(past),
            (answer @ Answer::Decided(_), _) => Some(answer),
            (answer, Some(place)) => self.answers.give(place, answer),
            (Answer::Verified { .. } | Answer::LoggedIn { .. } | Answer::Read { .. } | Answer::Found { .. }, None) => {
                None
            }
        };
        if let Some(answer) = due {
            self.answer(asker, answer);
        }
    }

    /// Takes what the hub asks of the outside, and answers what was answered then already. What it gives to a store is
    /// for nobody.
    fn answer_asked(&mut self) {
        drop(self.hub.take_kept());
        while let Some(effect) = self.hub.poll_effect() {
            let (asker, answer) = match effect {
                Effect::Recall { room } => (None, self.answers.ask_of_room(self.at, room)),
                Effect::VerifyToken { connection, .. }
                | Effect::LogIn { connection, .. }
                | Effect::Read { connection, .. }
                | Effect::Search { connection, .. } => {
                    let place = self.people.iter().rposition(|person| person.connection == connection);
                    (place, place.and_then(|place| self.answers.ask(self.at, place, effect)))
                }
            };
            if let Some(answer) = answer {
                self.answer(asker, answer);
            }
        }
    }

    fn answer(&mut self, asker: Option<usize>, answer: Answer) {
        let here = |recorded| self.places.get(&recorded).map(|&place| self.people[place].connection);
        let answer = match asker {
            Some(place) => readdressed(answer, self.people[place].connection, here),
            None => answer,
        };
        self.hub.handle_answer(self.at, answer);
        if let Some(place) = asker {
            self.look_up_name(place);
        }
        self.answer_asked();
    }

    /// Writes all that can be written, and does what its readers then ask for.
    fn write(&mut self) {
        while let Some(output) = self.fanout.poll_output() {
            match output {
                Output::Write { socket, bytes, .. } => {
                    let place = *socket;
                    let person = &mut self.people[place];
                    let taken = person.socket.take(self.at, bytes.len());
                    person.bytes += taken as u64;
                    self.note_dropped(place);
                    self.fanout.handle_written(self.at, Written::Bytes(taken));
                }
                Output::AwaitWritable { socket, .. } => {
                    let place = *socket;
                    self.behind.insert(place);
                    self.due.insert((self.people[place].socket.writable_at(self.at), place, Due::Writable));
                }
                Output::Signal { socket, signal } => {
                    let person = &mut self.people[*socket];
                    person.signals = person.signals.after(signal);
                    self.told.push(*socket);
                }
                Output::Finish { socket } => {
                    self.people[socket].signals = Signals::FINISHED;
                    self.told.push(socket);
                }
                Output::Abandon { socket, incident } => {
                    self.people[socket].signals = Signals::ABANDONED;
                    self.given_up += u64::from(incident.is_some());
                    self.told.push(socket);
                }
                Output::Yield => {}
            }
        }
        for place in mem::take(&mut self.behind) {
            self.note_dropped(place);
            if self.fanout.queued_bytes(self.people[place].connection) > 0 {
                self.behind.insert(place);
            }
        }
        for place in mem::take(&mut self.told) {
            self.poll(place);
        }
    }

    /// Adds what the writer has dropped for somebody since it was last asked.
    fn note_dropped(&mut self, place: usize) {
        let person = &mut self.people[place];
        let dropped = self.fanout.dropped(person.connection);
        let before = mem::replace(&mut person.dropped_before, dropped);
        // It counts from the beginning where something was queued after a break.
        person.dropped += dropped.checked_sub(before).unwrap_or(dropped);
    }
}
