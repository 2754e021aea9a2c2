//! Owns what must hold for what a hub decides, whatever happens to it: it is lawful, and everybody is told what the
//! model says.

use std::time::Duration;

use chinwag_core::{
    Action, Config, ConnectionId, Form, LeftOut, Limits, Message, Notice, Query, Request, RoomId, Rules, Secret,
    Signals,
};

use super::input::Input;
use crate::driver::{Driver, Link, Todo};
use crate::sim::{Laws, Model, Reader};
use crate::store::Store;

/// The most people of one run, gone ones too: so few that all of them, and all of their rooms, can be listed.
const PEOPLE_MAX: usize = 64;

/// From which choice of the interval on there is a store, and which of them let it answer late.
const STORE: u8 = 128;
const LATE: u8 = 64;

/// From which step on it is not time that passes, but the store that answers.
const ANSWERS: u8 = 128;

/// Names of people and of rooms that get into each other's way.
const NAMES: [&str; 8] = ["Ann", "ann", "Bob", "BOB", "main", "You", "guest-1", "x"];

/// Takes bytes for limits, and for what happens.
///
/// # Panics
/// If the chat breaks a law, or does something else than the model.
pub fn chat(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let crowd_members = input.pick(&[500, 0, 1, 2, 3]);
    let how = input.byte();
    let mut run = Run::new(Config {
        rules: Rules {
            crowd_members,
            crowd_interval: Duration::from_millis([1000, 1][usize::from(how % 2)]),
            seed: u64::from(input.byte()),
            ..Rules::default()
        },
        limits: Limits { secret: Some(Secret::new([7; 32])), handshake_wait: Duration::ZERO, ..Limits::default() },
    });
    if how >= STORE {
        run.driver = run.driver.keeping(Store::default());
        run.model = run.model.keeping(&[]);
        run.is_late = how & LATE > 0;
    }
    while !input.is_empty() {
        if let Err(what) = run.step(&mut input) {
            panic!("{what}");
        }
    }
}

type Lawful<T = ()> = Result<T, String>;

struct Run {
    config: Config,
    line_chars_max: usize,
    driver: Driver<()>,
    laws: Laws,
    model: Model,
    people: Vec<Person>,
    has_stopped: bool,
    /// The store answers only when a step says so.
    is_late: bool,
}

struct Person {
    connection: ConnectionId,
    rooms: Vec<RoomId>,
    has_asked: bool,
    reader: Reader,
    /// What they were told and have not read.
    told: String,
}

impl Run {
    fn new(config: Config) -> Self {
        Self {
            line_chars_max: config.rules.line_chars_max as usize,
            laws: Laws::default(),
            model: Model::new(&config),
            driver: Driver::new(&config),
            config,
            people: Vec::new(),
            has_stopped: false,
            is_late: false,
        }
    }

    fn step(&mut self, input: &mut Input<'_>) -> Lawful {
        let (what, how) = (input.byte(), input.byte());
        let user = usize::from(how) % PEOPLE_MAX;
        if what % 16 > 1 && user >= self.people.len() {
            return Ok(());
        }
        match what % 16 {
            0 => self.open(),
            1 if what >= ANSWERS => self.answer(),
            1 => self.pass(how),
            2 => self.close(user),
            3 => self.ask_at_once(user),
            4 => self.ask(user, "/rooms"),
            5 => self.ask(user, "/users"),
            6 | 7 => {
                let name = input.pick(&NAMES);
                self.ask(user, &format!("/name {name}"))
            }
            8..=10 => {
                let room = input.pick(&NAMES);
                self.ask(user, &format!("/join {room}"))
            }
            11 => self.ask(user, "/quit"),
            12 => self.ask_for(user, b"\xe9\n", Request::Notice(Notice::NotUtf8)),
            13 => self.ask_for(user, &too_long(self.line_chars_max), Request::Notice(Notice::TooLong)),
            14 if how == 99 => self.stop(),
            14 if how % 2 == 0 => {
                let connection = self.people[usize::from(input.byte()) % self.people.len()].connection;
                let token = self.config.token(connection).ok_or("there is a secret")?;
                self.ask(user, &format!("/resume {token}"))
            }
            _ => {
                let line = String::from_utf8_lossy(input.line());
                // Keys that end a line or erase are for the session.
                let line = line.replace(['\r', '\u{4}', '\u{8}', '\u{15}', '\u{17}', '\u{7f}'], "");
                self.ask(user, &line)
            }
        }
    }

    fn open(&mut self) -> Lawful {
        if self.people.len() == PEOPLE_MAX || self.has_stopped {
            return Ok(());
        }
        let mut link = Link::new(&self.config, Form::Lines, self.driver.now());
        if link.next(self.driver.now(), Signals::default()) != Todo::Enter {
            return Err("a newcomer is not let in at once".to_owned());
        }
        let connection = self.driver.open(&mut link, ()).map_err(|_| "the server has not stopped")?;
        let user = self.people.len();
        self.model.add_user(Form::Lines);
        let (reader, told) = (Reader::new(Form::Lines), String::new());
        self.people.push(Person { connection, rooms: Vec::new(), has_asked: false, reader, told });
        let name = self.follow()?.ok_or("a newcomer is told a name")?;
        let token = self.config.token(connection).ok_or("there is a secret")?;
        self.model.open(self.driver.now(), user, &name, &token.to_string())?;
        self.check()
    }

    fn pass(&mut self, how: u8) -> Lawful {
        let passed = Duration::from_millis([0, 1, 500, 999, 1000, 2000, 3000][usize::from(how) % 7]);
        self.driver.set_now(self.driver.now() + passed);
        self.model.wake(self.driver.now());
        self.driver.wake();
        self.check()
    }

    /// Has the store answer what it was asked first.
    fn answer(&mut self) -> Lawful {
        self.model.take_answer(self.driver.now());
        self.driver.answer();
        self.check()
    }

    fn close(&mut self, user: usize) -> Lawful {
        self.model.close(self.driver.now(), user);
        self.driver.close(self.people[user].connection);
        self.check()
    }

    fn stop(&mut self) -> Lawful {
        self.has_stopped = true;
        self.model.stop();
        self.driver.stop();
        self.check()
    }

    fn ask(&mut self, user: usize, line: &str) -> Lawful {
        let line: String = line.chars().take(self.line_chars_max).collect();
        match Request::parse(&line) {
            Some(request) => self.ask_for(user, format!("{line}\n").as_bytes(), request),
            None => self.check(),
        }
    }

    fn ask_for(&mut self, user: usize, line: &[u8], request: Request) -> Lawful {
        if !std::mem::replace(&mut self.people[user].has_asked, true) {
            // What somebody says first may not be chat at all; that is for the session to tell, not for the chat.
            self.ask(user, "/hello")?;
        }
        self.expect(user, line)?;
        self.driver.ask(self.people[user].connection, vec![request]);
        self.check()
    }

    /// Asks for two things, and says that the connection has ended, all at once.
    fn ask_at_once(&mut self, user: usize) -> Lawful {
        self.ask(user, "/hello")?;
        let connection = self.people[user].connection;
        self.expect(user, b"/users\n")?;
        self.expect(user, b"/rooms\n")?;
        self.model.close(self.driver.now(), user);
        let requests = [Some(Request::Query(Query::Users)), Some(Request::Query(Query::Rooms)), None];
        self.driver.handle_all(requests.into_iter().map(|request| (connection, request)).collect());
        self.check()
    }

    /// Has the model take a line. Who has quit is not listened to any more, whatever their late news.
    fn expect(&mut self, user: usize, line: &[u8]) -> Lawful {
        if self.model.is_here(user) {
            self.model.read(user, line);
            // Who waits may have quit.
            if self.model.asks(user) > 0 {
                self.model.ask(self.driver.now(), user)?;
            }
        }
        Ok(())
    }

    /// Follows the actions as the plainest of all fan-outs would. Returns the first name that somebody is told to have.
    fn follow(&mut self) -> Lawful<Option<String>> {
        let mut name = None;
        let decided = self.driver.decided().count();
        if decided == 0 {
            return Ok(None);
        }
        self.driver.publish();
        if self.driver.published().len() != decided {
            return Err("other actions are handed on than were decided".to_owned());
        }
        for action in self.driver.published().to_vec() {
            self.laws.follow(&action)?;
            match action {
                Action::Open { .. }
                | Action::Speak { .. }
                | Action::Credit { .. }
                | Action::Alive { .. }
                | Action::Cut { .. }
                | Action::Close { .. } => {}
                Action::Reply { connection, message } => {
                    if let Message::YouAre { name: told } = &message {
                        name.get_or_insert_with(|| told.to_string());
                    }
                    self.tell(&message, |person| person.connection == connection);
                }
                Action::Enter { connection, room } => self.change_rooms(connection, |rooms| rooms.push(room)),
                Action::Deliver { connection, message } => {
                    self.tell(&message, |person| person.connection == connection)
                }
                Action::Leave { connection, room } => {
                    self.change_rooms(connection, |rooms| rooms.retain(|&other| other != room));
                }
                Action::Broadcast { room, except, message, .. } => {
                    self.tell(&message, |person| {
                        person.rooms.contains(&room) && !LeftOut::has(except.as_deref(), person.connection)
                    });
                }
                Action::Touch { .. } => {}
                Action::Stop { message } => self.tell(&message, |person| !person.rooms.is_empty()),
            }
        }
        Ok(name)
    }

    fn tell(&mut self, message: &Message, who: impl Fn(&Person) -> bool) {
        for person in self.people.iter_mut().filter(|person| who(person)) {
            person.told += &format!("{message}\n");
        }
    }

    fn change_rooms(&mut self, connection: ConnectionId, change: impl Fn(&mut Vec<RoomId>)) {
        let people = self.people.iter_mut().filter(|person| person.connection == connection);
        people.for_each(|person| change(&mut person.rooms));
    }

    fn check(&mut self) -> Lawful {
        self.follow()?;
        if self.driver.asked() != self.model.asked() {
            return Err(format!("{} answers are awaited, not {}", self.driver.asked(), self.model.asked()));
        }
        if !self.is_late && self.driver.asked() > 0 {
            return self.answer();
        }
        for (user, person) in self.people.iter_mut().enumerate() {
            let lines = self.model.lines(user);
            person.reader.receive(std::mem::take(&mut person.told).as_bytes(), lines)?;
            if !person.reader.has_all(lines) {
                return Err(format!("user {user} is not told {}", person.reader.next(lines)));
            }
        }
        if self.driver.is_stopped() != self.has_stopped {
            return Err("it has not stopped, or too early".to_owned());
        }
        let due = self.driver.hub_timeout();
        if self.has_stopped {
            return if due.is_none() { Ok(()) } else { Err("it wakes for nothing".to_owned()) };
        }
        let (people, rooms) = self.driver.counts();
        if (people, rooms) != (self.model.people(), self.model.rooms()) {
            return Err(format!("{people} people in {rooms} rooms are not those of the model"));
        }
        if due != self.model.next_due() {
            return Err(format!("it wakes at {due:?}, not {:?}", self.model.next_due()));
        }
        self.laws.check(people + self.model.silent(), rooms)
    }
}

fn too_long(chars_max: usize) -> Vec<u8> {
    [b"x".repeat(chars_max + 1), b"\n".to_vec()].concat()
}
