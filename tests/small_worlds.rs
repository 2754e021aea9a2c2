//! Every small world: all orders of what three people, two names and two rooms allow, state by state, as deep as the time allows.
//!
//! `CHINWAG_EXHAUSTIVE_SECONDS=60` goes deeper. What is searched, and what makes two states the same, is said in `README.md`.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher as _};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_core::{
    Action, Config, ConnectionId, Fanout, Hub, Message, Output, Request, RoomId, Secret, Session, Share, Signal, Time,
    Written,
};
use chinwag_tests::sim::{Laws, Model, Reader};

/// How many people are here at once at most.
const PEOPLE_MAX: usize = 3;

/// How many are here, or have left and still have to be sent something.
const CONNECTIONS_MAX: usize = 4;

const NAMES: [&str; 2] = ["Ann", "Bob"];
const ROOMS: [&str; 2] = ["main", "pizza"];

/// Two of these find no room in a queue together with what a newcomer is told.
const SAID: &str = "A line of so many characters that a few of them are more than the queue of one who does not read can take, \
                    but not more than anybody would say, and as good as any other.";

/// How deep the search goes, however long it takes.
const DEPTH_MIN: usize = 4;

/// For how long it goes on unless told otherwise.
const SECONDS: u64 = 5;

/// One thing that can happen. People are numbered in the order in which they came, among those who are not ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Move {
    Connect,
    Say(usize),
    Rename(usize, &'static str),
    Join(usize, &'static str),
    Quit(usize),
    /// Somebody goes on as somebody else.
    GoOnAs(usize, usize),
    /// What was decided since the last time is handed to the writer, which sends what it can. The sockets of these people (a bit for
    /// each) take nothing, and stall until they resume.
    HandOn(usize),
    Resume(usize),
}

#[derive(Debug)]
struct Person {
    /// The number of the user in the model.
    user: usize,
    connection: ConnectionId,
    reader: Reader,
    was_renamed: bool,
    /// Its socket takes nothing at the moment.
    refuses: bool,
    /// Its socket took nothing, and has not been writable since.
    stalls: bool,
    is_paused: bool,
    is_ended: bool,
}

struct World {
    /// With what was decided and not handed on.
    hub: Hub<usize>,
    /// How much of that was seen to be lawful.
    followed: usize,
    /// The slots that are free again, of which the last is the next to be used.
    free_slots: Vec<u32>,
    slots: u32,
    fanout: Fanout<usize>,
    laws: Laws,
    model: Model,
    people: Vec<Person>,
    /// In which order the members of each room sit in the fan-out.
    seats: [Vec<ConnectionId>; ROOMS.len()],
    dropped: usize,
}

type Lawful<T = ()> = Result<T, String>;

/// A queue that takes all that a newcomer is told, and a few lines of what is said.
fn config() -> Config {
    let secret = Some(Secret::new([7; 32]));
    Config { queue_bytes_max: (40 << 10) + 600, secret, ..Config::default() }
}

impl World {
    fn new() -> Self {
        let config = config();
        Self {
            hub: Hub::new(config.clone()),
            followed: 0,
            free_slots: Vec::new(),
            slots: 0,
            fanout: Fanout::new(&config, Share::ALL),
            laws: Laws::default(),
            model: Model::new(&config),
            people: Vec::new(),
            seats: Default::default(),
            dropped: 0,
        }
    }

    fn replay(moves: &[Move]) -> Lawful<Self> {
        let mut world = Self::new();
        moves.iter().try_for_each(|&step| world.take(step))?;
        Ok(world)
    }

    fn live(&self) -> Vec<usize> {
        (0..self.people.len()).filter(|&index| !self.people[index].is_ended).collect()
    }

    fn is_here(&self, index: usize) -> bool {
        self.model.is_here(self.people[index].user)
    }

    /// Lists what can happen next.
    fn moves(&self) -> Vec<Move> {
        let live = self.live();
        let mut moves = Vec::new();
        if self.model.people() + self.model.silent() < PEOPLE_MAX && live.len() < CONNECTIONS_MAX {
            moves.push(Move::Connect);
        }
        // As long as nobody was called anything, one name is as good as the other.
        let names = if self.people.iter().any(|person| person.was_renamed) { &NAMES[..] } else { &NAMES[..1] };
        for (place, &index) in live.iter().enumerate() {
            if self.is_here(index) {
                moves.push(Move::Say(place));
                moves.extend(names.iter().map(|name| Move::Rename(place, name)));
                moves.extend(ROOMS.map(|room| Move::Join(place, room)));
                moves.push(Move::Quit(place));
                let is_other = |other: &usize| *other != place && self.is_here(live[*other]);
                moves.extend((0..live.len()).filter(is_other).map(|other| Move::GoOnAs(place, other)));
            }
            if self.people[index].stalls {
                moves.push(Move::Resume(place));
            }
        }
        if self.is_anything_decided() {
            let stalling = |place: usize| usize::from(self.people[live[place]].stalls) << place;
            let stalling: usize = (0..live.len()).map(stalling).sum();
            moves.extend((0..1 << live.len()).filter(|others| others & stalling == 0).map(Move::HandOn));
        }
        moves
    }

    fn take(&mut self, step: Move) -> Lawful {
        match step {
            Move::Connect => self.connect(),
            Move::Say(place) => self.ask(place, SAID),
            Move::Rename(place, name) => {
                let index = self.live()[place];
                self.people[index].was_renamed = true;
                self.ask(place, &format!("/name {name}"))
            }
            Move::Join(place, room) => self.ask(place, &format!("/join {room}")),
            Move::Quit(place) => {
                let index = self.live()[place];
                let Person { user, connection, .. } = self.people[index];
                self.model.close(Time::START, user);
                self.hub.handle_closed(Time::START, connection);
                self.follow()
            }
            Move::GoOnAs(place, other) => {
                let connection = self.people[self.live()[other]].connection;
                let token = config().token(connection).ok_or("there is a secret")?;
                self.ask(place, &format!("/resume {token}"))
            }
            Move::Resume(place) => {
                let index = self.live()[place];
                self.people[index].stalls = false;
                self.fanout.handle_writable(self.people[index].connection);
                self.poll()
            }
            Move::HandOn(refusing) => {
                for (place, index) in self.live().into_iter().enumerate() {
                    self.people[index].refuses = refusing >> place & 1 == 1;
                }
                self.hand_on()?;
                self.people.iter_mut().for_each(|person| person.refuses = false);
                Ok(())
            }
        }
    }

    fn connect(&mut self) -> Lawful {
        let user = self.people.len();
        self.model.add_user();
        let mut session = Session::new(&config());
        let opened = self.hub.open(Time::START, &mut session, user);
        let connection = opened.map_err(|_| "nobody is let in".to_owned())?;
        if connection.slot() != self.free_slots.pop().unwrap_or(self.slots) {
            return Err("the slot is another than was free".to_owned());
        }
        self.slots = self.slots.max(connection.slot() + 1);
        self.people.push(Person {
            user,
            connection,
            reader: Reader::default(),
            was_renamed: false,
            refuses: false,
            stalls: false,
            is_paused: false,
            is_ended: false,
        });
        let name = self.collect()?.ok_or("a newcomer is told a name")?;
        let token = config().token(connection).ok_or("there is a secret")?;
        self.model.open(Time::START, user, &name, &token.to_string())?;
        self.check()
    }

    fn ask(&mut self, place: usize, line: &str) -> Lawful {
        let index = self.live()[place];
        let Person { user, connection, .. } = self.people[index];
        self.model.read(user, format!("{line}\n").as_bytes());
        self.model.ask(Time::START, user)?;
        let request = Request::parse(line).ok_or("each line asks for something")?;
        self.hub.handle_requests(Time::START, connection, vec![request]);
        while let Some(effect) = self.hub.poll_effect() {
            self.hub.handle_answer(Time::START, effect.perform(&config()));
        }
        self.follow()
    }

    fn follow(&mut self) -> Lawful {
        self.collect()?;
        self.check()
    }

    fn is_anything_decided(&self) -> bool {
        self.hub.actions().next().is_some()
    }

    fn collect(&mut self) -> Lawful<Option<String>> {
        let mut name = None;
        for action in self.hub.actions().skip(self.followed) {
            self.laws.follow(action)?;
            self.followed += 1;
            if let Action::Reply { message: Message::YouAre { name: told }, .. } = action {
                name.get_or_insert_with(|| told.to_string());
            }
            if let Action::Close { connection, .. } | Action::Cut { connection } = action {
                self.free_slots.push(connection.slot());
            }
        }
        Ok(name)
    }

    fn check(&self) -> Lawful {
        let chat = self.hub.chat();
        let (people, rooms) = (chat.people(), chat.rooms());
        if (people, rooms) != (self.model.people(), self.model.rooms()) {
            return Err(format!("{people} people in {rooms} rooms are not those of the model"));
        }
        if self.hub.chat().silent() != self.model.silent() {
            return Err("others than in the model are silent".to_owned());
        }
        self.laws.check(people + self.hub.chat().silent(), rooms)
    }

    fn hand_on(&mut self) -> Lawful {
        self.followed = 0;
        let Some(batch) = self.hub.take_batch() else { return self.poll() };
        for action in batch.actions() {
            if let Action::Enter { connection, room } = action {
                self.seats[room.key() as usize].push(*connection);
            } else if let Action::Leave { connection, .. } = action {
                for seats in &mut self.seats {
                    if let Some(seat) = seats.iter().position(|seat| seat == connection) {
                        seats.swap_remove(seat);
                    }
                }
            }
        }
        self.fanout.follow(Time::START, &batch);
        self.poll()
    }

    /// Does what the writer has to do, and checks that whoever reads has everything then.
    fn poll(&mut self) -> Lawful {
        while self.poll_once()? {}
        let mut is_empty = true;
        for person in &self.people {
            let queued = self.fanout.queued_bytes(person.connection);
            is_empty &= queued == 0;
            if queued > config().queue_bytes_max {
                return Err(format!("{queued} bytes are queued for user {}", person.user));
            }
            let waits = !person.reader.has_all(self.model.lines(person.user));
            if !self.is_anything_decided() && !person.stalls && (waits || person.is_paused && !person.is_ended) {
                let next = person.reader.next(self.model.lines(person.user));
                return Err(format!("user {} reads, and still waits for {next}", person.user));
            }
        }
        if self.fanout.is_drained() == is_empty { Ok(()) } else { Err("is_drained is wrong".to_owned()) }
    }

    fn poll_once(&mut self) -> Lawful<bool> {
        let Some(output) = self.fanout.poll_output() else { return Ok(false) };
        let lawful = match output {
            Output::Write { socket, bytes, .. } => {
                let person = &mut self.people[*socket];
                let lawful = !person.is_ended && !person.stalls && !bytes.is_empty();
                let taken = if person.refuses { 0 } else { bytes.len() };
                person.stalls = person.refuses;
                self.dropped += person.reader.receive(&bytes[..taken], self.model.lines(person.user))?;
                self.fanout.handle_written(Time::START, Written::Bytes(taken));
                lawful
            }
            Output::AwaitWritable { socket, .. } => self.people[*socket].stalls,
            Output::Signal { socket, signal: Signal::Pause } => {
                !std::mem::replace(&mut self.people[*socket].is_paused, true)
            }
            Output::Signal { socket, signal: Signal::Resume } => {
                std::mem::replace(&mut self.people[*socket].is_paused, false)
            }
            Output::Finish { socket } => {
                let person = &mut self.people[socket];
                let is_gone = !self.model.is_here(person.user);
                let has_all = person.reader.has_all(self.model.lines(person.user));
                let was_resumed = self.model.was_resumed(person.user);
                is_gone && has_all && !was_resumed && !std::mem::replace(&mut person.is_ended, true)
            }
            Output::Abandon { socket, .. } => {
                let person = &mut self.people[socket];
                let has_all = person.reader.has_all(self.model.lines(person.user));
                self.model.was_resumed(person.user) && has_all && !std::mem::replace(&mut person.is_ended, true)
            }
            Output::Yield => true,
            Output::Signal { signal: Signal::Answer, .. } => false,
        };
        lawful.then_some(true).ok_or_else(|| "the writer does what it may not".to_owned())
    }

    /// Lets everyone read and leave, and looks whether anything is left.
    fn end(mut self) -> Lawful<usize> {
        self.hand_on()?;
        for place in (0..self.live().len()).rev() {
            let index = self.live()[place];
            if self.people[index].stalls {
                self.take(Move::Resume(place))?;
            }
        }
        while let Some(place) = self.live().iter().position(|&index| self.is_here(index)) {
            self.take(Move::Quit(place))?;
            self.hand_on()?;
        }
        if self.live().is_empty() && self.hub.chat().people() + self.hub.chat().silent() == 0 {
            Ok(self.dropped)
        } else {
            Err("somebody is left".to_owned())
        }
    }

    /// Describes all of the state that can make a difference to what happens later.
    fn key(&self) -> u64 {
        let live = self.live();
        let place = |connection: ConnectionId| {
            live.iter().position(|&index| self.people[index].connection == connection).unwrap_or(CONNECTIONS_MAX)
        };
        // A random name is as good as any other: it is called by its owner's place.
        let alias = |name: &str| {
            let owner = live.iter().position(|&index| {
                let whereabouts = self.model.whereabouts(self.people[index].user);
                whereabouts.is_some_and(|(owned, _)| owned == name)
            });
            match owner {
                _ if NAMES.contains(&name) => name.to_owned(),
                Some(place) => format!("#{place}"),
                None => "#".to_owned(),
            }
        };
        let line = |line: &str| {
            let words: Vec<_> = line.trim_end().split(' ').map(|word| alias(word.trim_end_matches(':'))).collect();
            words.join(" ")
        };
        let was_renamed = self.people.iter().any(|person| person.was_renamed);
        let mut key = format!("{} {was_renamed}\n", self.free_slots.last().unwrap_or(&self.slots));
        for &index in &live {
            let Person { user, connection, reader, stalls, is_paused, .. } = &self.people[index];
            let (name, room) = self.model.whereabouts(*user).unwrap_or_default();
            let queued = self.fanout.queued_bytes(*connection);
            let is_silent = self.model.is_silent(*user);
            let _ =
                write!(key, "{} {} {room} {is_silent} {stalls} {is_paused} {queued}", connection.slot(), alias(name));
            for rest in reader.rest(self.model.lines(*user)) {
                let _ = write!(key, "|{}", line(&String::from_utf8_lossy(&rest.text)));
            }
            key.push('\n');
        }
        for seats in &self.seats {
            let _ = writeln!(key, "{:?}", seats.iter().map(|&seat| place(seat)).collect::<Vec<_>>());
        }
        for action in self.hub.actions() {
            let _ = match action {
                Action::Open { connection, .. } => writeln!(key, "open {}", place(*connection)),
                Action::Speak { connection, .. } => writeln!(key, "speak {}", place(*connection)),
                Action::Reply { connection, message } => {
                    writeln!(key, "{} {}", place(*connection), line(&message.to_string()))
                }
                Action::Enter { connection, room } => writeln!(key, "{} enters {}", place(*connection), room.key()),
                Action::Deliver { connection, message } => {
                    writeln!(key, "{} {}", place(*connection), line(&message.to_string()))
                }
                Action::Leave { connection, .. } => writeln!(key, "{} leaves", place(*connection)),
                Action::Broadcast { room, except, message, .. } => {
                    let except = except.map(place);
                    writeln!(key, "to {} but {except:?} {}", RoomId::key(*room), line(&message.to_string()))
                }
                Action::Close { connection, .. } => writeln!(key, "close {}", place(*connection)),
                Action::Cut { connection } => writeln!(key, "cut {}", place(*connection)),
                Action::Answer { .. } | Action::Alive { .. } | Action::Stop { .. } => Ok(()),
            };
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish()
    }
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    worlds: Vec<(u64, Vec<Move>)>,
    moves: u64,
    dropped: usize,
    /// How many of its worlds it has not looked at when the time was over.
    left: usize,
    failure: Option<(Vec<Move>, String)>,
}

/// Takes all moves from each of these worlds, and returns those that nobody has seen.
fn expand(worlds: &[Vec<Move>], seen: &HashSet<u64>, until: Option<Instant>) -> Found {
    let mut found = Found::default();
    let mut found_keys = HashSet::new();
    for (index, path) in worlds.iter().enumerate() {
        if until.is_some_and(|until| Instant::now() >= until) {
            found.left = worlds.len() - index;
            break;
        }
        let moves = World::replay(path).map(|world| world.moves()).unwrap_or_default();
        for step in moves {
            let mut path = path.clone();
            path.push(step);
            found.moves += 1;
            let fresh = World::replay(&path).and_then(|world| {
                let key = world.key();
                let is_fresh = !seen.contains(&key) && found_keys.insert(key);
                let dropped = if is_fresh { world.end()? } else { 0 };
                Ok((is_fresh.then_some(key), dropped))
            });
            match fresh {
                Ok((key, dropped)) => {
                    found.dropped += dropped;
                    found.worlds.extend(key.map(|key| (key, path)));
                }
                Err(what) => {
                    found.failure = Some((path, what));
                    return found;
                }
            }
        }
    }
    found
}

#[test]
fn in_every_small_world_everyone_is_sent_what_the_protocol_says() {
    let seconds = env::var("CHINWAG_EXHAUSTIVE_SECONDS").ok().map_or(SECONDS, |text| {
        text.parse().unwrap_or_else(|_| panic!("CHINWAG_EXHAUSTIVE_SECONDS takes a number, not {text:?}"))
    });
    let end = Instant::now() + Duration::from_secs(seconds);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (mut seen, mut worlds) = (HashSet::from([World::new().key()]), vec![Vec::new()]);
    let (mut depth, mut moves, mut dropped, mut left) = (0, 0, 0, 0);
    while left == 0 && !worlds.is_empty() && (depth < DEPTH_MIN || Instant::now() < end) {
        let until = (depth >= DEPTH_MIN).then_some(end);
        let parts = worlds.chunks(worlds.len().div_ceil(threads));
        let results: Vec<_> = thread::scope(|scope| {
            let running: Vec<_> = parts.map(|part| scope.spawn(|| expand(part, &seen, until))).collect();
            running.into_iter().map(|thread| thread.join().expect("a panic of the core is a failure")).collect()
        });
        let mut next = Vec::new();
        for result in results {
            if let Some((path, what)) = result.failure {
                let path: Vec<_> = path.iter().map(|step| format!("{step:?}")).collect();
                panic!("{what}, after:\n{}\n", path.join("\n"));
            }
            (moves, dropped, left) = (moves + result.moves, dropped + result.dropped, left + result.left);
            next.extend(result.worlds.into_iter().filter(|(key, _)| seen.insert(*key)).map(|(_, path)| path));
        }
        depth += usize::from(left == 0);
        worlds = next;
    }
    eprintln!("all of depth {depth}: {} states, {moves} moves, {dropped} lines dropped in them", seen.len());
    assert!(depth >= DEPTH_MIN);
}
