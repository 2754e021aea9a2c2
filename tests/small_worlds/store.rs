//! Small worlds with a store: all orders in which two people join, speak in, and leave one room, and the store answers
//! late.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use chinwag_core::{
    Action, ConnectionId, Form, Kept, LeftOut, Message, Name, Request, RoomId, Signals, Text, Time, What,
};
use chinwag_tests::sim::{Laws, Model, Reader};
use chinwag_tests::{Driver, Link, Store, Todo};

use super::config;

const PEOPLE: usize = 2;

/// Who may quit before the end.
const QUITS: usize = 1;

/// How deep the search goes, however long it takes, and for how long it goes on.
const DEPTH_MIN: usize = 4;
const SECONDS: u64 = 3;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Move {
    Join(usize),
    Say(usize),
    Leave(usize),
    Quit(usize),
    /// The store answers what it was asked first.
    Answer,
}

struct Person {
    connection: ConnectionId,
    rooms: Vec<RoomId>,
    reader: Reader,
    told: String,
    has_quit: bool,
}

struct World {
    driver: Driver<usize>,
    model: Model,
    laws: Laws,
    people: Vec<Person>,
}

type Lawful<T = ()> = Result<T, String>;

/// Returns what was said in the room before.
fn before() -> Kept {
    let [room, name] = ["tea", "Eve"].map(|name| Name::parse(name).expect("it is a name"));
    Kept { venue: room.into(), name, what: What::Said(Text::clean("one").into()), time_ms: 0, seq: 1, is_hidden: false }
}

impl World {
    fn new() -> Lawful<Self> {
        let mut world = Self {
            driver: Driver::new(&config()).keeping(Store::new(vec![before()])),
            model: Model::new(&config()).keeping(&[before()]),
            laws: Laws::default(),
            people: Vec::new(),
        };
        for user in 0..PEOPLE {
            world.connect(user)?;
        }
        Ok(world)
    }

    fn replay(moves: &[Move]) -> Lawful<Self> {
        let mut world = Self::new()?;
        moves.iter().try_for_each(|&step| world.take(step))?;
        Ok(world)
    }

    fn connect(&mut self, user: usize) -> Lawful {
        let mut link = Link::new(&config(), Form::Lines, Time::START);
        if link.next(Time::START, Signals::default()) != Todo::Enter {
            return Err("a newcomer is not let in at once".to_owned());
        }
        let connection = self.driver.open(&mut link, user).map_err(|_| "the server does not stop")?;
        self.model.add_user(Form::Lines);
        let reader = Reader::new(Form::Lines);
        self.people.push(Person { connection, rooms: Vec::new(), reader, told: String::new(), has_quit: false });
        let name = self.follow()?.ok_or("a newcomer is told a name")?;
        let token = config().token(connection).ok_or("there is a secret")?;
        self.model.open(Time::START, user, &name, &token.to_string())?;
        self.ask(user, &format!("/name P{user}"))
    }

    fn moves(&self) -> Vec<Move> {
        let here = (0..PEOPLE).filter(|&user| !self.people[user].has_quit);
        let mut moves: Vec<_> = here.flat_map(|user| [Move::Join(user), Move::Say(user), Move::Leave(user)]).collect();
        // Which of both quits makes no difference.
        moves.extend((!self.people[QUITS].has_quit).then_some(Move::Quit(QUITS)));
        moves.extend((self.driver.asked() > 0).then_some(Move::Answer));
        moves
    }

    fn take(&mut self, step: Move) -> Lawful {
        match step {
            Move::Join(user) => self.ask(user, "/join tea"),
            Move::Say(user) => self.ask(user, "hi"),
            Move::Leave(user) => self.ask(user, "/join main"),
            Move::Quit(user) => {
                self.people[user].has_quit = true;
                self.model.close(Time::START, user);
                self.driver.close(self.people[user].connection);
                self.check()
            }
            Move::Answer => {
                self.model.take_answer(Time::START);
                self.driver.answer();
                self.check()
            }
        }
    }

    fn ask(&mut self, user: usize, line: &str) -> Lawful {
        let request = Request::parse(line).ok_or("each line asks for something")?;
        self.model.read(user, format!("{line}\n").as_bytes());
        self.model.ask(Time::START, user)?;
        self.driver.ask(self.people[user].connection, vec![request]);
        self.check()
    }

    /// Gives everybody what they are told. Returns the first name that somebody is told to have.
    fn follow(&mut self) -> Lawful<Option<String>> {
        let mut name = None;
        let decided: Vec<_> = self.driver.decided().cloned().collect();
        if !decided.is_empty() {
            self.driver.publish();
        }
        for action in decided {
            self.laws.follow(&action)?;
            if let Action::Enter { connection, room } = action {
                self.each(|person| person.connection == connection, |person| person.rooms.push(room));
            } else if let Action::Leave { connection, room } = action {
                let leave = |person: &mut Person| person.rooms.retain(|&other| other != room);
                self.each(|person| person.connection == connection, leave);
            } else if let Action::Broadcast { room, except, message, .. } = action {
                let hears = |person: &Person| {
                    person.rooms.contains(&room) && !LeftOut::has(except.as_deref(), person.connection)
                };
                self.each(hears, |person| person.told += &format!("{message}\n"));
            } else if let Action::Reply { connection, message } | Action::Deliver { connection, message } = action {
                if let Message::YouAre { name: told } = &message {
                    name.get_or_insert_with(|| told.to_string());
                }
                self.each(|person| person.connection == connection, |person| person.told += &format!("{message}\n"));
            }
        }
        Ok(name)
    }

    fn each(&mut self, is_meant: impl Fn(&Person) -> bool, change: impl Fn(&mut Person)) {
        self.people.iter_mut().filter(|person| is_meant(person)).for_each(change);
    }

    fn check(&mut self) -> Lawful {
        self.follow()?;
        for (user, person) in self.people.iter_mut().enumerate() {
            let lines = self.model.lines(user);
            person.reader.receive(std::mem::take(&mut person.told).as_bytes(), lines)?;
            if !person.reader.has_all(lines) {
                return Err(format!("user {user} is not told {}", person.reader.next(lines)));
            }
        }
        if self.driver.asked() != self.model.asked() {
            return Err(format!("{} answers are awaited, not {}", self.driver.asked(), self.model.asked()));
        }
        for room in ["main", "tea"] {
            let (room, store) = (Name::parse(room).ok_or("it is a name")?, self.driver.store().ok_or("there is one")?);
            if !store.numbers(&room).eq(1..=store.numbers(&room).count() as u64) {
                return Err(format!("the numbers of {room} are {:?}", store.numbers(&room).collect::<Vec<_>>()));
            }
        }
        let (people, rooms) = self.driver.counts();
        if (people, rooms) != (self.model.people(), self.model.rooms()) {
            return Err(format!("{people} people in {rooms} rooms are not those of the model"));
        }
        self.laws.check(people + self.model.silent(), rooms)
    }

    /// Has the store answer all, and everybody leave: nobody waits for ever.
    fn end(mut self) -> Lawful {
        for user in (0..PEOPLE).filter(|&user| !self.people[user].has_quit).collect::<Vec<_>>() {
            self.take(Move::Quit(user))?;
        }
        while self.driver.asked() > 0 {
            self.take(Move::Answer)?;
        }
        if self.driver.counts() == (0, 1) { Ok(()) } else { Err("somebody is left".to_owned()) }
    }
}

#[test]
fn whoever_joins_a_room_that_the_store_knows_goes_on_with_its_numbers_in_every_order() {
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let (mut seen, mut worlds, mut depth) = (HashSet::new(), vec![Vec::new()], 0);
    while depth < DEPTH_MIN || Instant::now() < until {
        let mut next = Vec::new();
        for path in worlds {
            let moves = World::replay(&path).map(|world| world.moves()).unwrap_or_default();
            for step in moves {
                let path: Vec<_> = path.iter().copied().chain([step]).collect();
                let fresh = World::replay(&path).and_then(|world| {
                    let is_fresh = seen.insert(world.model.state());
                    if is_fresh { world.end().map(|()| true) } else { Ok(false) }
                });
                match fresh {
                    Ok(true) => next.push(path),
                    Ok(false) => {}
                    Err(what) => panic!("{what}, after {path:?}"),
                }
            }
        }
        (worlds, depth) = (next, depth + 1);
    }
    eprintln!("all of depth {depth}: {} states", seen.len());
}
