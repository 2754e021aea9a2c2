//! Owns one run of a recording whose settings may be others than they were: its inputs come when they came, or when
//! they would have passed, and its peers read as they are taken to.
//!
//! Invariant: with the settings that were recorded, and peers who read at once, its hub is handed what was recorded.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::mem;

use chinwag_core::log::{Command, SnapshotError};
use chinwag_core::ops::{Arrival, Handed, Held, HubState, Input, Pacer, Stats};
use chinwag_core::{
    Answer, Config, ConnectionId, Effect, Fanout, Hub, Limits, Name, Next, Output, Request, Share, Signals, Time,
    Written,
};

use super::Outcome;
use super::socket::{Peers, Socket};

/// Runs a recording.
pub(super) struct Run {
    hub: Hub<usize>,
    fanout: Fanout<usize>,
    pacing: Config,
    peers: Peers,
    /// In the order in which they came, in all runs the same.
    people: Vec<Person>,
    /// Where each stands whose connection had this id when it was recorded. Here it may have another.
    places: HashMap<ConnectionId, usize>,
    /// Who is to be looked after, and when.
    due: BTreeSet<(Time, usize, Due)>,
    /// Who was told something by the writers.
    told: Vec<usize>,
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
    /// What was found out of the tokens that they have shown, in this order: whose they were when it was recorded.
    ghosts: VecDeque<Option<ConnectionId>>,
    /// How many are still to be found out.
    asks: usize,
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
        let here: Vec<_> = state.connections.iter().map(|here| (here.connection, !here.pieces.is_empty())).collect();
        let ids = here.iter().map(|(connection, _)| *connection);
        let places: HashMap<_, _> = ids.zip(0..).collect();
        let place_of = |connection| places.get(&connection).copied().unwrap_or_default();
        let (hub, batch) = Hub::restore(config.clone(), state, place_of)?;
        let mut run = Self {
            fanout: Fanout::new(&config, Share::ALL),
            hub,
            pacing,
            peers,
            people: Vec::new(),
            places: HashMap::new(),
            due: BTreeSet::new(),
            told: Vec::new(),
            behind: BTreeSet::new(),
            given_up: 0,
            at,
        };
        for (connection, is_answered_in_part) in here {
            let place = run.come(connection);
            run.look_up_name(place);
            if is_answered_in_part {
                run.people[place].pacer.push_more(at);
            }
        }
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
            Handed::Verified { connection, ghost } => {
                self.with(connection, |person, _| person.ghosts.push_back(ghost));
                self.verify(connection);
            }
            Handed::Clock { unix_ms } => self.hub.handle_clock(self.at, unix_ms),
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
        [due, self.fanout.poll_timeout(), self.hub.poll_timeout()].into_iter().flatten().min()
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
            ghosts: VecDeque::new(),
            asks: 0,
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
            self.answer();
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
                    self.answer();
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

    /// Learns what somebody is called, and how fast they read then.
    fn look_up_name(&mut self, place: usize) {
        let person = &mut self.people[place];
        let Some(name) = self.hub.name(person.connection) else { return };
        if let Some(rate) = self.peers.of(name.as_str()) {
            person.socket.set_rate(rate);
        }
        person.name = Some(name);
    }

    /// Takes what the hub wants to know, and answers what was found out then already.
    fn answer(&mut self) {
        while let Some(effect) = self.hub.poll_effect() {
            if let Effect::VerifyToken { connection, .. } = effect
                && let Some(person) = self.people.iter_mut().rev().find(|person| person.connection == connection)
            {
                person.asks += 1;
                let recorded = person.recorded;
                self.verify(recorded);
            }
        }
    }

    /// Answers whose token somebody has shown, if they have, and it was found out then.
    fn verify(&mut self, recorded: ConnectionId) {
        let Some(&place) = self.places.get(&recorded) else { return };
        let person = &mut self.people[place];
        if person.asks == 0 {
            return;
        }
        let Some(ghost) = person.ghosts.pop_front() else { return };
        person.asks -= 1;
        let connection = person.connection;
        let ghost = ghost.and_then(|ghost| self.places.get(&ghost)).map(|&place| self.people[place].connection);
        self.hub.handle_answer(self.at, Answer::Verified { connection, ghost });
        self.look_up_name(place);
        self.answer();
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
