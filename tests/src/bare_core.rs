//! Owns a server without a network: the core alone, driven as an adapter drives it, in virtual time.

use std::time::Duration;

use chinwag_core::{
    Batch, Chat, Config, ConnectionId, Dialect, Event, Fanout, Form, Next, Output, Request, Session, Share, Signals,
    Time, Written,
};

use crate::{Act, Received};

/// Tells when the writers are handed what the chat decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Batching {
    /// After each event.
    EachEvent,
    /// When all that can be read has been read, as under load.
    AllAtOnce,
}

/// Plays acts on the core alone. The same acts always give the same bytes, whatever the number of writers and the batching.
#[derive(Debug)]
pub struct BareCore {
    config: Config,
    batching: Batching,
    now: Time,
    chat: Chat,
    batch: Batch<usize>,
    writers: Vec<Fanout<usize>>,
    people: Vec<Person>,
}

#[derive(Debug)]
struct Person {
    connection: ConnectionId,
    session: Session,
    /// What they sent and the server has not read.
    sent: Vec<u8>,
    /// After what they sent, no more comes.
    has_ended: bool,
    /// The server heard that the connection has ended.
    is_reported: bool,
    /// The connection is broken.
    is_lost: bool,
    /// What their writer has told their session.
    signals: Signals,
    /// When their session has something to do again, if it waits for the time.
    due: Option<Time>,
    /// They take what they are sent.
    reads: bool,
    /// The server waits for them to take something again.
    is_awaited: bool,
    received: Received,
}

impl BareCore {
    /// Starts a server with so many writers.
    #[must_use]
    pub fn new(config: &Config, writers: u32, batching: Batching) -> Self {
        Self {
            batching,
            now: Time::START,
            chat: Chat::new(config.clone()),
            batch: Batch::new(),
            writers: Share::split(writers).map(|share| Fanout::new(config, share)).collect(),
            people: Vec::new(),
            config: config.clone(),
        }
    }

    /// Plays all acts, then stops the server, and returns for each act and the stop what each person received, by person.
    #[must_use]
    pub fn play_to_the_end(mut self, acts: &[Act]) -> Vec<Vec<Received>> {
        acts.iter().chain(&[Act::Stop]).map(|act| self.play(act)).collect()
    }

    /// Plays one act, and returns what each person received, by person.
    pub fn play(&mut self, act: &Act) -> Vec<Received> {
        match act {
            Act::Connect => self.connect(),
            Act::Send { person, bytes } => self.people[*person].sent.extend_from_slice(bytes),
            Act::End { person } => self.people[*person].has_ended = true,
            Act::Lose { person } => self.lose(*person),
            Act::StopReading { person } => self.people[*person].reads = false,
            Act::Read { person } => self.read_again(*person),
            Act::Pass { time } => self.pass(*time),
            Act::Stop => self.chat.handle(self.now, Event::Stopped),
        }
        self.run();
        self.people.iter_mut().map(|person| std::mem::take(&mut person.received)).collect()
    }

    fn connect(&mut self) {
        let connection = self.chat.next_connection();
        self.batch.push_socket(self.people.len());
        self.people.push(Person {
            connection,
            session: Session::new(&self.config),
            sent: Vec::new(),
            has_ended: false,
            is_reported: false,
            is_lost: false,
            signals: Signals::default(),
            due: None,
            reads: true,
            is_awaited: false,
            received: Received::default(),
        });
        self.chat.handle(self.now, Event::Opened { connection, form: Form::Lines, dialect: Dialect::Lf });
    }

    fn lose(&mut self, person: usize) {
        self.people[person].is_lost = true;
        self.report_closed(person);
    }

    fn read_again(&mut self, person: usize) {
        let Person { connection, reads, is_awaited, .. } = &mut self.people[person];
        *reads = true;
        if std::mem::take(is_awaited) {
            self.writers.iter_mut().for_each(|writer| writer.handle_writable(*connection));
        }
    }

    /// Lets time pass, stopping wherever somebody has asked to be woken.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.run();
            let Some(due) = self.poll_timeout().filter(|&due| due <= end) else { break };
            self.now = self.now.max(due);
            self.chat.handle(self.now, Event::Woke);
            self.writers.iter_mut().for_each(|writer| writer.handle_timeout(self.now));
        }
        self.now = end;
    }

    fn poll_timeout(&self) -> Option<Time> {
        let people = self.people.iter().map(|person| person.due);
        let writers = self.writers.iter().map(Fanout::poll_timeout);
        let all = people.chain(writers).chain([self.chat.poll_timeout()]);
        all.flatten().min()
    }

    /// Does all that can be done now.
    fn run(&mut self) {
        loop {
            let mut has_changed = false;
            for person in 0..self.people.len() {
                has_changed |= self.read(person);
            }
            has_changed |= self.write();
            if !has_changed {
                break;
            }
        }
    }

    /// Reads what somebody sent, and says whether it led to anything.
    fn read(&mut self, index: usize) -> bool {
        let mut has_read = false;
        loop {
            let person = &mut self.people[index];
            if person.is_reported {
                return has_read;
            }
            person.due = None;
            match person.session.poll_next(self.now, person.signals) {
                Next::Ask(requests) => {
                    let connection = person.connection;
                    self.ask(connection, requests);
                }
                Next::Read if !person.sent.is_empty() => {
                    person.session.handle_bytes(&std::mem::take(&mut person.sent));
                }
                Next::Read if person.has_ended => person.session.handle_end(),
                Next::Read | Next::AwaitSignal => return has_read,
                Next::AwaitTime(due) => {
                    person.due = Some(due);
                    return has_read;
                }
                Next::End => self.report_closed(index),
            }
            has_read = true;
        }
    }

    fn ask(&mut self, connection: ConnectionId, requests: Vec<Request>) {
        for request in requests {
            self.chat.handle(self.now, Event::Requested { connection, request });
            if self.batching == Batching::EachEvent {
                self.write();
            }
        }
    }

    fn report_closed(&mut self, person: usize) {
        let Person { connection, is_reported, .. } = &mut self.people[person];
        *is_reported = true;
        self.chat.handle(self.now, Event::Closed { connection: *connection });
    }

    /// Hands what the chat decided to the writers, does what they say, and tells whether there was anything.
    fn write(&mut self) -> bool {
        while let Some(action) = self.chat.poll_action() {
            self.batch.push(action);
        }
        let batch = std::mem::take(&mut self.batch);
        let mut has_written = !batch.is_empty();
        for writer in &mut self.writers {
            if !batch.is_empty() {
                writer.follow(self.now, &batch);
            }
            while let Some(output) = writer.poll_output() {
                has_written = true;
                if let Some(written) = obey(output, &mut self.people) {
                    writer.handle_written(self.now, written);
                }
            }
        }
        has_written
    }
}

/// Does what a writer says; of a write it tells how it went.
fn obey(output: Output<'_, usize>, people: &mut [Person]) -> Option<Written> {
    match output {
        Output::Write { socket, bytes, .. } => return Some(people[*socket].take(bytes)),
        Output::AwaitWritable { socket, .. } => people[*socket].is_awaited = true,
        Output::Signal { socket, signal } => people[*socket].signals = people[*socket].signals.after(signal),
        // Nobody else has to do anything.
        Output::Yield => {}
        Output::Finish { socket } => people[socket].received.is_closed = !people[socket].is_lost,
        Output::Abandon { socket, .. } => {
            people[socket].received.is_closed = !people[socket].is_lost;
            people[socket].signals = Signals::ABANDONED;
        }
    }
    None
}

impl Person {
    fn take(&mut self, bytes: &[u8]) -> Written {
        if self.is_lost {
            return Written::Failed;
        }
        if !self.reads {
            return Written::Bytes(0);
        }
        self.received.bytes.extend_from_slice(bytes);
        Written::Bytes(bytes.len())
    }
}
