//! Owns a server without a network: the core alone, driven as an adapter drives it, in virtual time.

use std::time::Duration;

use chinwag_core::{Config, Form, Limits, Output, Request, Signals, Time, Written};

use crate::driver::{Driver, Link, Todo};
use crate::store::Store;
use crate::{Act, Received};

/// Tells when the writers are handed what the hub decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Batching {
    /// After each event.
    EachEvent,
    /// When all that can be read has been read, as under load.
    AllAtOnce,
}

/// Plays acts on the core alone. The same acts always give the same bytes, whatever the number of writers and the
/// batching.
#[derive(Debug)]
pub struct BareCore {
    config: Config,
    batching: Batching,
    driver: Driver<usize>,
    people: Vec<Person>,
}

#[derive(Debug)]
struct Person {
    link: Link,
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
    /// When their reader has something to do again, if it waits for the time.
    due: Option<Time>,
    /// They take what they are sent.
    reads: bool,
    /// The server waits for them to take something again.
    is_awaited: bool,
    received: Received,
}

impl BareCore {
    /// Starts a server with so many writers. It greets everybody at once: whether somebody speaks first is up to a real
    /// socket.
    #[must_use]
    pub fn new(config: &Config, writers: u32, batching: Batching) -> Self {
        let config = Config {
            limits: Limits { threads: writers, handshake_wait: Duration::ZERO, ..config.clone().limits },
            ..config.clone()
        };
        Self { driver: Driver::new(&config), config, batching, people: Vec::new() }
    }

    /// Has a store keep what is said, which answers when nothing else is to be done.
    #[must_use]
    pub fn keeping(mut self) -> Self {
        self.driver = self.driver.keeping(Store::default());
        self
    }

    /// Plays all acts, then stops the server, and returns for each act and the stop what each person received, by
    /// person.
    #[must_use]
    pub fn play_to_the_end(mut self, acts: &[Act]) -> Vec<Vec<Received>> {
        acts.iter().chain(&[Act::Stop]).map(|act| self.play(act)).collect()
    }

    /// Plays one act, and returns what each person received, by person.
    pub fn play(&mut self, act: &Act) -> Vec<Received> {
        match act {
            Act::Connect { form } => self.connect(*form),
            Act::Send { person, bytes } => self.people[*person].sent.extend_from_slice(bytes),
            Act::End { person } => self.people[*person].has_ended = true,
            Act::Lose { person } => self.lose(*person),
            Act::StopReading { person } => self.people[*person].reads = false,
            Act::Read { person } => self.read_again(*person),
            Act::Pass { time } => self.pass(*time),
            Act::Stop => self.driver.stop(),
        }
        self.run();
        self.people.iter_mut().map(|person| std::mem::take(&mut person.received)).collect()
    }

    fn connect(&mut self, form: Form) {
        self.people.push(Person {
            link: Link::new(&self.config, form, self.driver.now()),
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
    }

    fn lose(&mut self, person: usize) {
        self.people[person].is_lost = true;
        self.report_closed(person);
    }

    fn read_again(&mut self, person: usize) {
        let Person { link, reads, is_awaited, .. } = &mut self.people[person];
        *reads = true;
        if std::mem::take(is_awaited)
            && let Some(connection) = link.connection()
        {
            self.driver.writable(connection);
        }
    }

    /// Lets time pass, stopping wherever somebody has asked to be woken.
    fn pass(&mut self, time: Duration) {
        let end = self.driver.now() + time;
        loop {
            self.run();
            let Some(due) = self.poll_timeout().filter(|&due| due <= end) else { break };
            self.driver.set_now(due);
            self.driver.wake();
            (0..self.driver.writers()).for_each(|writer| self.driver.time_out(writer));
        }
        self.driver.set_now(end);
    }

    fn poll_timeout(&self) -> Option<Time> {
        let people = self.people.iter().map(|person| person.due);
        let writers = (0..self.driver.writers()).map(|writer| self.driver.writer_timeout(writer));
        people.chain(writers).chain([self.driver.hub_timeout()]).flatten().min()
    }

    /// Does all that can be done now.
    fn run(&mut self) {
        loop {
            let mut has_changed = false;
            for person in 0..self.people.len() {
                has_changed |= self.read(person);
            }
            has_changed |= self.write();
            has_changed |= self.driver.answer();
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
            match person.link.next(self.driver.now(), person.signals) {
                Todo::Enter => self.enter(index),
                Todo::Write(bytes, _) => person.received.bytes.extend(bytes),
                Todo::Ask(requests) => self.ask(index, requests),
                Todo::Read(_) if !person.sent.is_empty() => person.link.read(&std::mem::take(&mut person.sent)),
                Todo::Read(_) if person.has_ended => person.link.read_end(),
                Todo::Read(due) => {
                    person.due = due;
                    return has_read;
                }
                Todo::AwaitSignal => return has_read,
                Todo::AwaitTime(due) => {
                    person.due = Some(due);
                    return has_read;
                }
                Todo::End => self.report_closed(index),
            }
            has_read = true;
        }
    }

    fn enter(&mut self, index: usize) {
        let Person { link, received, is_reported, .. } = &mut self.people[index];
        if let Err(words) = self.driver.open(link, index) {
            received.bytes.extend(words);
            (received.is_closed, *is_reported) = (true, true);
        }
    }

    fn ask(&mut self, index: usize, requests: Vec<Request>) {
        let Some(connection) = self.people[index].link.connection() else { return };
        match self.batching {
            Batching::AllAtOnce => {
                self.driver.handle_all(requests.into_iter().map(|request| (connection, Some(request))).collect());
            }
            Batching::EachEvent => {
                for request in requests {
                    self.driver.ask(connection, vec![request]);
                    self.write();
                }
            }
        }
    }

    fn report_closed(&mut self, index: usize) {
        let Person { link, is_reported, received, is_lost, .. } = &mut self.people[index];
        *is_reported = true;
        match link.connection() {
            Some(connection) => self.driver.close(connection),
            None => received.is_closed = !*is_lost,
        }
    }

    /// Hands what the hub decided to the writers, does what they say, and tells whether there was anything.
    fn write(&mut self) -> bool {
        let Self { driver, people, .. } = self;
        let mut has_written = driver.publish();
        for writer in 0..driver.writers() {
            driver.follow(writer);
            while let Some(output) = driver.poll(writer) {
                has_written = true;
                if let Some(written) = obey(output, people) {
                    driver.written(writer, written);
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
        Output::Finish { socket } => {
            people[socket].received.is_closed = !people[socket].is_lost;
            people[socket].signals = Signals::FINISHED;
        }
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
