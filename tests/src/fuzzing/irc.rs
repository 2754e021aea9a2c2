//! Owns what must hold for what a few people do of whom three come by IRC, on a whole server: nothing panics, what each
//! is told fits together, and it does not matter how their bytes are split.
//!
//! An input reads as what is sent: each of its lines begins with a letter that says by whom.

use std::collections::BTreeSet;
use std::time::Duration;

use chinwag_core::{
    Action, Config, Form, Limits, Notice, Output, Request, RoomId, Rules, Session, Signal, Signals, Time, Written,
};

use super::ear::Ear;
use super::input::Input;
use super::session::{self, split};
use crate::driver::{Driver, Link, Todo};
use crate::sim::Laws;
use crate::store::Store;

/// How they come: three by IRC, and one by lines.
const FORMS: [Form; 4] = [Form::Irc, Form::Irc, Form::Irc, Form::Lines];

/// The most connections of one run, gone ones too.
const CONNECTIONS_MAX: usize = 32;

/// From which choice of steps at once on there is a store.
const STORE: u8 = 128;

/// The most bytes of a line and its tags, and two for its end.
const LINE_BYTES_MAX: usize = 4096 + 512;

/// Takes bytes for limits, places to split at, and what is sent.
///
/// # Panics
/// If somebody is told what they must not be, or not what they must be; or if it matters how it is split.
pub fn irc(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let crowd_members = input.pick(&[500, 1, 2]);
    let config = Config {
        rules: Rules { crowd_members, ..Rules::default() },
        limits: Limits {
            flood_lines_per_second: 0,
            handshake_wait: Duration::ZERO,
            threads: input.pick(&[1, 2]),
            queue_bytes_max: 128 << 10,
            list_bytes_max: input.pick(&[8192, 256, 1000]),
            ..Limits::default()
        },
    };
    let how = input.byte();
    let steps_at_once = [1, 3, 1000][usize::from(how) % 3];
    let lens = usize::from(input.byte() % 16);
    let lens: Vec<_> = input.take(lens).iter().map(|&len| usize::from(len) + 1).collect();
    let mut run = Run::new(&config, crowd_members < 500);
    if how >= STORE {
        run.driver = run.driver.keeping(Store::default());
    }
    let mut steps = 0;
    while !input.is_empty() {
        run.step(&mut input);
        steps += 1;
        if steps % steps_at_once == 0 {
            run.settle();
        }
    }
    run.end();
    for person in run.people.iter().filter(|person| person.form == Form::Irc) {
        check_split(&config, &person.sent, &lens);
    }
}

/// Checks that what somebody sends by IRC asks for the same, however it is split.
fn check_split(config: &Config, sent: &[u8], lens: &[usize]) {
    let mut config = config.clone();
    config.limits.flood_lines_per_second = 20;
    let whole = asked(&config, &[sent], false);
    assert_eq!(asked(&config, &split(sent, &[1]), false), whole, "one byte at a time");
    assert_eq!(asked(&config, &split(sent, lens), false), whole, "split after {lens:?}");
    assert_eq!(asked(&config, &split(sent, lens), true), whole, "split after {lens:?}, and asked at the end");
}

fn asked(config: &Config, pieces: &[&[u8]], late: bool) -> Vec<Request> {
    // Two lines at their limit, and the room that a growing buffer is ahead.
    let mut driver = session::Driver::of(Session::with_form(config, Form::Irc), 2 * 2 * LINE_BYTES_MAX);
    if late {
        driver.signals = driver.signals.after(Signal::Pause);
        pieces.iter().for_each(|piece| driver.session.handle_bytes(piece));
        driver.signals = driver.signals.after(Signal::Resume);
    } else {
        pieces.iter().for_each(|piece| driver.read(piece));
    }
    driver.end();
    // That there is life in it is told by what comes when, and so by how it is split.
    driver.asked.into_iter().filter(|request| *request != Request::Notice(Notice::Alive)).collect()
}

struct Run {
    config: Config,
    is_crowded: bool,
    driver: Driver<usize>,
    laws: Laws,
    people: Vec<Person>,
    /// Which of the people each of the four is now.
    who: [Option<usize>; FORMS.len()],
}

struct Person {
    form: Form,
    link: Link,
    signals: Signals,
    /// All that was sent, and how much of it was read.
    sent: Vec<u8>,
    read: usize,
    has_ended: bool,
    is_reported: bool,
    is_lost: bool,
    /// The connection is closed from the other side.
    is_closed: bool,
    reads: bool,
    is_awaited: bool,
    rooms: BTreeSet<RoomId>,
    ear: Ear,
}

impl Run {
    fn new(config: &Config, is_crowded: bool) -> Self {
        let (driver, laws) = (Driver::new(config), Laws::default());
        Self { config: config.clone(), is_crowded, driver, laws, people: Vec::new(), who: [None; FORMS.len()] }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() {
            what @ b'a'..=b'd' => self.send(what, &[input.line(), b"\n"].concat()),
            what @ b'A'..=b'D' => self.send(what.to_ascii_lowercase(), input.line()),
            // A line in which something is long.
            b'~' => {
                let (who, much) = (input.byte(), usize::from(input.byte()) * 32);
                let (line, mut long) = (input.line(), Vec::new());
                for &byte in line {
                    if byte == b'%' { long.resize(long.len() + much, b'x') } else { long.push(byte) }
                }
                self.send(who, &[&long[..], b"\n"].concat());
            }
            b'.' => {
                let passed = [1, 1000, 3000, 25_000, 60_000][usize::from(input.byte()) % 5];
                self.settle();
                self.driver.set_now(self.driver.now() + Duration::from_millis(passed));
                self.driver.wake();
                (0..self.driver.writers()).for_each(|writer| self.driver.time_out(writer));
                self.settle();
            }
            b'-' => {
                if let Some(person) = self.person(input.byte()) {
                    person.has_ended = true;
                }
            }
            b'_' => {
                if let Some(person) = self.person(input.byte()) {
                    (person.has_ended, person.is_lost) = (true, true);
                }
            }
            b'=' => {
                let who = input.byte();
                if let Some(person) = self.person(who) {
                    person.reads = !person.reads;
                    self.resume(self.who[usize::from(who) % FORMS.len()]);
                }
            }
            b'!' if input.byte() == b'!' => self.driver.stop(),
            what => self.send(what, &[input.line(), b"\n"].concat()),
        }
    }

    /// Returns who somebody is now, if they are here.
    fn person(&mut self, who: u8) -> Option<&mut Person> {
        self.who[usize::from(who.wrapping_sub(b'a')) % FORMS.len()].map(|index| &mut self.people[index])
    }

    /// Lets what was not taken be taken, if its reader reads again.
    fn resume(&mut self, index: Option<usize>) {
        let Some(person) = index.map(|index| &mut self.people[index]) else { return };
        if person.reads
            && std::mem::take(&mut person.is_awaited)
            && let Some(connection) = person.link.connection()
        {
            self.driver.writable(connection);
        }
    }

    /// Lets one of the four send something, by a new connection if the last is over.
    fn send(&mut self, who: u8, bytes: &[u8]) {
        let place = usize::from(who.wrapping_sub(b'a')) % FORMS.len();
        let is_over = self.who[place].is_none_or(|index| {
            let person = &self.people[index];
            person.has_ended || person.is_closed || person.is_reported
        });
        if is_over {
            if self.people.len() == CONNECTIONS_MAX || self.driver.is_stopped() {
                return;
            }
            self.who[place] = Some(self.people.len());
            self.people.push(Person {
                form: FORMS[place],
                link: Link::new(&self.config, FORMS[place], self.driver.now()),
                signals: Signals::default(),
                sent: Vec::new(),
                read: 0,
                has_ended: false,
                is_reported: false,
                is_lost: false,
                is_closed: false,
                reads: true,
                is_awaited: false,
                rooms: BTreeSet::new(),
                ear: Ear::new(self.is_crowded),
            });
            // So all that is asked for is seen here.
            self.settle();
        }
        if let Some(person) = self.who[place].map(|index| &mut self.people[index]) {
            person.sent.extend(bytes);
        }
    }

    /// Does all that can be done now.
    fn settle(&mut self) {
        loop {
            let mut has_changed = false;
            for index in 0..self.people.len() {
                has_changed |= self.read(index);
            }
            has_changed |= self.write();
            // One at a time: others go on meanwhile.
            has_changed |= self.driver.answer();
            if !has_changed {
                return;
            }
        }
    }

    fn read(&mut self, index: usize) -> bool {
        let mut has_read = false;
        loop {
            let person = &mut self.people[index];
            if person.is_reported {
                return has_read;
            }
            match person.link.next(self.driver.now(), person.signals) {
                Todo::Enter => {
                    if self.driver.open(&mut person.link, index).is_err() {
                        (person.is_closed, person.is_reported) = (true, true);
                    }
                }
                Todo::Ask(requests) => {
                    for request in &requests {
                        if let Request::Irc(line) = request {
                            person.ear.ask(line);
                        }
                    }
                    let connection = person.link.connection().expect("it was let in");
                    self.driver.ask(connection, requests);
                }
                Todo::Read(_) if person.read < person.sent.len() => {
                    person.link.read(&person.sent[person.read..]);
                    person.read = person.sent.len();
                }
                Todo::Read(_) if person.has_ended => person.link.read_end(),
                Todo::Write(..) => {}
                Todo::Read(_) | Todo::AwaitSignal => return has_read,
                Todo::AwaitTime(at) => panic!("it waits until {at:?}, and there is no rate"),
                Todo::End => {
                    person.is_reported = true;
                    match person.link.connection() {
                        Some(connection) => self.driver.close(connection),
                        None => person.is_closed = true,
                    }
                }
            }
            has_read = true;
        }
    }

    /// Hands what was decided to the writers, and does what they say. Tells whether there was anything.
    fn write(&mut self) -> bool {
        let Self { driver, people, laws, .. } = self;
        let mut has_written = driver.decided().next().is_some() && driver.publish();
        if has_written {
            for action in driver.published().to_vec() {
                laws.follow(&action).unwrap_or_else(|what| panic!("{what}"));
                note(&action, people);
            }
        }
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

    /// Lets everybody read all that is there, and checks that nothing is missing.
    fn end(&mut self) {
        self.settle();
        for index in 0..self.people.len() {
            self.people[index].reads = true;
            self.resume(Some(index));
        }
        self.settle();
        for person in &self.people {
            assert!(person.is_reported || !person.is_closed, "whose connection is closed is not heard any more");
            let is_here = !(person.is_closed || person.is_lost || person.is_reported || person.has_ended);
            if is_here && person.form == Form::Irc {
                person.ear.check_all_told();
                assert_eq!(person.ear.rooms(), person.rooms.len(), "they know in which rooms they are");
            }
        }
        let now = self.driver.now();
        assert!(self.driver.hub_timeout().is_none_or(|due| due > now || due == Time::START), "nothing is overdue");
    }
}

/// Notes who is in which room.
fn note(action: &Action, people: &mut [Person]) {
    if let Action::Enter { connection, room } | Action::Leave { connection, room } = action
        && let Some(person) = people.iter_mut().find(|person| person.link.connection() == Some(*connection))
    {
        if matches!(action, Action::Enter { .. }) {
            person.rooms.insert(*room);
        } else {
            person.rooms.remove(room);
        }
    }
}

/// Does what a writer says; of a write it tells how it went.
fn obey(output: Output<'_, usize>, people: &mut [Person]) -> Option<Written> {
    match output {
        Output::Write { socket, bytes, .. } => {
            let person = &mut people[*socket];
            if person.is_lost {
                return Some(Written::Failed);
            }
            if !person.reads {
                return Some(Written::Bytes(0));
            }
            if person.form == Form::Irc {
                person.ear.hear(bytes);
            }
            return Some(Written::Bytes(bytes.len()));
        }
        Output::AwaitWritable { socket, .. } => people[*socket].is_awaited = true,
        Output::Signal { socket, signal } => people[*socket].signals = people[*socket].signals.after(signal),
        Output::Yield => {}
        Output::Finish { socket } => {
            people[socket].is_closed = true;
            people[socket].signals = Signals::FINISHED;
        }
        Output::Abandon { socket, .. } => {
            people[socket].is_closed = true;
            people[socket].signals = Signals::ABANDONED;
        }
    }
    None
}
