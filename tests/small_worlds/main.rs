//! Every small world: all orders of what three people, two names and two rooms allow, state by state, as deep as the
//! time allows.
//!
//! `CHINWAG_EXHAUSTIVE_SECONDS=60` goes deeper. What is searched, and what makes two states the same, is said in
//! `README.md`.

mod store;

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fmt::Write as _;
use std::hash::{Hash as _, Hasher as _};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_core::{
    Action, Config, ConnectionId, IrcLine, IrcMessage, Limits, Message, Output, Request, RoomId, Secret, Signal,
    Signals, Time, Written,
};
use chinwag_tests::sim::{Device, Laws, Model, Reader};
use chinwag_tests::{Driver, Link, Todo};

/// How many people are here at once at most.
const PEOPLE_MAX: usize = 3;

/// How many are here, or have left and still have to be sent something.
const CONNECTIONS_MAX: usize = 4;

/// With what people come, one after the other.
const DEVICES: [Device; 4] = [Device::Irc, Device::Plain, Device::Browser, Device::CrLf];

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
    /// Somebody who comes by IRC leaves one of their rooms.
    Part(usize, &'static str),
    Quit(usize),
    /// Somebody goes on as somebody else.
    GoOnAs(usize, usize),
    /// What was decided since the last time is handed to the writer, which sends what it can. The sockets of these
    /// people (a bit for each) take nothing, and stall until they resume.
    HandOn(usize),
    Resume(usize),
}

#[derive(Debug)]
struct Person {
    /// The number of the user in the model.
    user: usize,
    device: Device,
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
    driver: Driver<usize>,
    laws: Laws,
    /// How many actions were looked at that were not handed on.
    looked_at: usize,
    model: Model,
    people: Vec<Person>,
    /// In which order the members of each room with each device stand in the fan-out.
    audiences: [[Vec<ConnectionId>; DEVICES.len()]; ROOMS.len()],
    /// Slots that were somebody's, the last of them last.
    vacant: Vec<u32>,
    dropped: usize,
}

type Lawful<T = ()> = Result<T, String>;

/// A queue that takes all that a newcomer is told, and a few lines of what is said.
fn config() -> Config {
    let secret = Some(Secret::new([7; 32]));
    Config {
        limits: Limits {
            queue_bytes_max: (40 << 10) + 600,
            secret,
            handshake_wait: Duration::ZERO,
            ..Limits::default()
        },
        ..Config::default()
    }
}

impl World {
    fn new() -> Self {
        let config = config();
        Self {
            driver: Driver::new(&config),
            laws: Laws::default(),
            looked_at: 0,
            model: Model::new(&config),
            people: Vec::new(),
            audiences: Default::default(),
            vacant: Vec::new(),
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
        if self.model.people() + self.model.silent() + self.model.arriving() < PEOPLE_MAX
            && live.len() < CONNECTIONS_MAX
        {
            moves.push(Move::Connect);
        }
        // As long as nobody was called anything, one name is as good as the other.
        let names = if self.people.iter().any(|person| person.was_renamed) { &NAMES[..] } else { &NAMES[..1] };
        for (place, &index) in live.iter().enumerate() {
            let is_by_irc = self.people[index].device == Device::Irc;
            if self.is_here(index) {
                moves.push(Move::Say(place));
                moves.extend(names.iter().map(|name| Move::Rename(place, name)));
                moves.extend(ROOMS.map(|room| Move::Join(place, room)));
                moves.push(Move::Quit(place));
                let is_it_by_irc = |other: usize| self.people[live[other]].device == Device::Irc;
                let is_other = |other: &usize| {
                    *other != place && self.is_here(live[*other]) && !is_by_irc && !is_it_by_irc(*other)
                };
                moves.extend(ROOMS.map(|room| Move::Part(place, room)).into_iter().filter(|_| is_by_irc));
                moves.extend((0..live.len()).filter(is_other).map(|other| Move::GoOnAs(place, other)));
            }
            if self.people[index].stalls {
                moves.push(Move::Resume(place));
            }
        }
        if self.looked_at > 0 {
            let stalling = |place: usize| usize::from(self.people[live[place]].stalls) << place;
            let stalling: usize = (0..live.len()).map(stalling).sum();
            moves.extend((0..1 << live.len()).filter(|others| others & stalling == 0).map(Move::HandOn));
        }
        moves
    }

    fn take(&mut self, step: Move) -> Lawful {
        match step {
            Move::Connect => self.connect(),
            Move::Say(place) => {
                let Person { user, device, .. } = self.people[self.live()[place]];
                let room = self.model.rooms_of(user).last().map_or("main", |(room, _)| room).to_owned();
                let said = format!("PRIVMSG #{room} :{SAID}");
                self.ask(place, if device == Device::Irc { &said } else { SAID })
            }
            Move::Rename(place, name) => {
                let index = self.live()[place];
                self.people[index].was_renamed = true;
                let command = if self.people[index].device == Device::Irc { "NICK" } else { "/name" };
                self.ask(place, &format!("{command} {name}"))
            }
            Move::Join(place, room) => {
                let device = self.people[self.live()[place]].device;
                let command = if device == Device::Irc { "JOIN #" } else { "/join " };
                self.ask(place, &format!("{command}{room}"))
            }
            Move::Part(place, room) => self.ask(place, &format!("PART #{room}")),
            Move::Quit(place) => {
                let index = self.live()[place];
                let Person { user, connection, .. } = self.people[index];
                self.model.close(Time::START, user);
                self.driver.close(connection);
                self.check()
            }
            Move::GoOnAs(place, other) => {
                let connection = self.people[self.live()[other]].connection;
                let token = config().token(connection).ok_or("there is a secret")?;
                self.ask(place, &format!("/resume {token}"))
            }
            Move::Resume(place) => {
                let index = self.live()[place];
                self.people[index].stalls = false;
                self.driver.writable(self.people[index].connection);
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
        let device = DEVICES[user % DEVICES.len()];
        // A blank line tells what ends lines.
        let opening = if device == Device::CrLf { b"\r\n" } else { device.opening() };
        let mut link = Link::new(&config(), device.form(), Time::START);
        link.read(opening);
        self.model.add_user(device.form());
        self.model.read(user, opening);
        while let Todo::Write(answer, _) = link.next(Time::START, Signals::default()) {
            Device::accepted(&answer).ok_or("a browser is not let in")?;
        }
        let connection = self.driver.open(&mut link, user).map_err(|_| "the server does not stop")?;
        let reader = Reader::new(device.form());
        self.people.push(Person {
            user,
            device,
            connection,
            reader,
            was_renamed: false,
            refuses: false,
            stalls: false,
            is_paused: false,
            is_ended: false,
        });
        self.model.set_slot(user, connection.slot());
        let name = self.look()?;
        if device == Device::Irc {
            // Who they are they say at once.
            self.model.open_irc(Time::START, user);
            self.check()?;
            let place = self.live().len() - 1;
            self.ask(place, &format!("NICK Irc-{user}"))?;
            return self.ask(place, "USER irc 0 * :Irc");
        }
        let name = name.ok_or("a newcomer is told a name")?;
        let token = config().token(connection).ok_or("there is a secret")?;
        self.model.open(Time::START, user, &name, &token.to_string())?;
        self.check()
    }

    fn ask(&mut self, place: usize, line: &str) -> Lawful {
        let index = self.live()[place];
        let Person { user, device, connection, .. } = self.people[index];
        let request = match device {
            Device::Irc => Request::Irc(IrcLine::new(line)),
            Device::Plain | Device::CrLf | Device::Telnet | Device::Browser => {
                Request::parse(line).ok_or("each line asks for something")?
            }
        };
        self.model.read(user, &device.send(&format!("{line}\n")));
        self.model.ask(Time::START, user)?;
        self.driver.ask(connection, vec![request]);
        self.check()
    }

    /// Looks at what the hub has decided since it was last looked at. Returns the first name that somebody is told to
    /// have.
    fn look(&mut self) -> Lawful<Option<String>> {
        let mut name = None;
        let decided: Vec<_> = self.driver.decided().skip(self.looked_at).cloned().collect();
        self.looked_at += decided.len();
        for action in decided {
            self.laws.follow(&action)?;
            if let Action::Reply { message: Message::YouAre { name: told }, .. } = &action {
                name.get_or_insert_with(|| told.to_string());
            } else if let Action::Open { connection, .. } = action {
                self.vacant.retain(|&slot| slot != connection.slot());
            } else if let Action::Close { connection, .. } | Action::Cut { connection, .. } = action {
                self.vacant.push(connection.slot());
            }
        }
        Ok(name)
    }

    fn check(&mut self) -> Lawful {
        self.look()?;
        let (people, rooms) = self.driver.counts();
        if (people, rooms) != (self.model.people(), self.model.rooms()) {
            return Err(format!("{people} people in {rooms} rooms are not those of the model"));
        }
        if self.driver.hub_timeout() != self.model.next_due() {
            return Err("it wakes at another time than the model".to_owned());
        }
        self.laws.check(people + self.model.silent() + self.model.arriving(), rooms)
    }

    fn hand_on(&mut self) -> Lawful {
        self.driver.publish();
        let published = if std::mem::take(&mut self.looked_at) > 0 { self.driver.published() } else { &[] };
        for action in published {
            if let Action::Enter { connection, room } = action {
                let person = self.people.iter().find(|person| person.connection == *connection);
                let device = person.map_or(DEVICES[0], |person| person.device);
                let audience = DEVICES.iter().position(|&other| other == device).unwrap_or_default();
                self.audiences[room.key() as usize][audience].push(*connection);
            } else if let Action::Leave { connection, .. } = action {
                for members in self.audiences.iter_mut().flatten() {
                    if let Some(place) = members.iter().position(|member| member == connection) {
                        members.swap_remove(place);
                    }
                }
            }
        }
        self.driver.follow(0);
        self.poll()
    }

    /// Does what the writer has to do, and checks that whoever reads has everything then.
    fn poll(&mut self) -> Lawful {
        while self.poll_once()? {}
        let mut is_empty = true;
        for person in &self.people {
            let queued = self.driver.queued(person.connection);
            is_empty &= queued == 0;
            if queued > config().limits.queue_bytes_max {
                return Err(format!("{queued} bytes are queued for user {}", person.user));
            }
            let waits = !person.reader.has_all(self.model.lines(person.user));
            if self.looked_at == 0 && !person.stalls && (waits || person.is_paused && !person.is_ended) {
                let next = person.reader.next(self.model.lines(person.user));
                return Err(format!("user {} reads, and still waits for {next}", person.user));
            }
        }
        if self.driver.is_drained(0) == is_empty { Ok(()) } else { Err("is_drained is wrong".to_owned()) }
    }

    fn poll_once(&mut self) -> Lawful<bool> {
        let Some(output) = self.driver.poll(0) else { return Ok(false) };
        let lawful = match output {
            Output::Write { socket, bytes, .. } => {
                let person = &mut self.people[*socket];
                let lawful = !person.is_ended && !person.stalls && !bytes.is_empty();
                let taken = if person.refuses { 0 } else { bytes.len() };
                person.stalls = person.refuses;
                self.dropped += person.reader.receive(&bytes[..taken], self.model.lines(person.user))?;
                self.driver.written(0, Written::Bytes(taken));
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
            Output::Signal { signal: Signal::Credit | Signal::Continue, .. } => false,
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
        let here = self.driver.counts().0 + self.model.silent() + self.model.arriving();
        if self.live().is_empty() && here == 0 { Ok(self.dropped) } else { Err("somebody is left".to_owned()) }
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
            if line.contains("!") || line.starts_with(':') {
                // By IRC: of a welcome no more than that it is one.
                let text = if line.contains(" 001 ") { "welcome" } else { line.trim_end() };
                let word =
                    |word: &str| alias(word.trim_start_matches([':', '@']).split('!').next().unwrap_or_default());
                return text.split([' ', '\n']).map(word).collect::<Vec<_>>().join(" ");
            }
            // What only a browser is told counts how much was said, or tells its token.
            let line = line.split(" [").next().filter(|line| !line.starts_with("hello ")).unwrap_or_default();
            let words: Vec<_> = line.trim_end().split(' ').map(|word| alias(word.trim_end_matches(':'))).collect();
            words.join(" ")
        };
        let was_renamed = self.people.iter().any(|person| person.was_renamed);
        let mut key = format!("{:?} {was_renamed} {}\n", self.vacant.last(), self.people.len() % DEVICES.len());
        for &index in &live {
            let Person { user, device, connection, reader, stalls, is_paused, .. } = &self.people[index];
            let (name, room) = self.model.whereabouts(*user).unwrap_or_default();
            let queued = self.driver.queued(*connection);
            let is_silent = self.model.is_silent(*user);
            let rooms: Vec<_> = self.model.rooms_of(*user).collect();
            let _ = write!(
                key,
                "{device:?} {} {} {room} {rooms:?} {is_silent} {stalls} {is_paused} {queued}",
                connection.slot(),
                alias(name)
            );
            for rest in reader.rest(self.model.lines(*user)) {
                let _ = write!(key, "|{}", line(&String::from_utf8_lossy(&rest.text)));
            }
            key.push('\n');
        }
        for members in self.audiences.iter().flatten() {
            let _ = writeln!(key, "{:?}", members.iter().map(|&member| place(member)).collect::<Vec<_>>());
        }
        for action in self.driver.decided() {
            let _ = match action {
                Action::Open { connection, .. } => writeln!(key, "open {}", place(*connection)),
                Action::Speak { connection, .. } => writeln!(key, "speak {}", place(*connection)),
                Action::Reply { connection, message } => {
                    writeln!(key, "{} {}", place(*connection), line(&words(message)))
                }
                Action::Enter { connection, room } => writeln!(key, "{} enters {}", place(*connection), room.key()),
                Action::Deliver { connection, message } => {
                    writeln!(key, "{} {}", place(*connection), line(&words(message)))
                }
                Action::Leave { connection, .. } => writeln!(key, "{} leaves", place(*connection)),
                Action::Broadcast { room, except, message, .. } => {
                    let except: Vec<_> = except
                        .iter()
                        .flat_map(|except| except.connections())
                        .map(|&left_out| place(left_out))
                        .collect();
                    writeln!(key, "to {} but {except:?} {}", RoomId::key(*room), line(&words(message)))
                }
                Action::Close { connection, code } => writeln!(key, "close {} {code:?}", place(*connection)),
                Action::Cut { connection } => writeln!(key, "cut {}", place(*connection)),
                Action::Credit { .. } | Action::Alive { .. } | Action::Touch { .. } | Action::Stop { .. } => Ok(()),
            };
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish()
    }
}

/// Returns what a message says, as it reads in a line or by IRC.
fn words(message: &Message) -> String {
    let Message::Irc(message) = message else { return message.to_string() };
    if let IrcMessage::Lines(lines) = &**message {
        return String::from_utf8_lossy(lines).into_owned();
    }
    format!("{message:?}")
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
