//! Owns what everybody must be sent: the rules of the protocol in the simplest way that could be right, with plain
//! vectors, without batches, and without sharing anything.

mod accounts;
mod act;
mod asking;
mod given;
mod irc;
mod memory;
mod moderation;
mod order;
mod rooms;
mod talk;
mod typist;

use std::collections::VecDeque;
use std::time::Duration;

use chinwag_core::{Config, Form, Time};

use self::accounts::Owned;
use self::irc::{Answer, Client, OfIrc, Told, Was};
use self::memory::{Deed, Memory};
use self::order::Order;
use self::talk::{Earlier, Ignored};
use self::typist::{Ask, Typist};
use super::help::HELP;

/// Holds one line that somebody must be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The line with its end, be it shown by a browser; or what telnet is answered, which is none.
    pub text: Vec<u8>,
    /// It is told to a room, and may be dropped for those who are too slow.
    pub may_be_dropped: bool,
}

/// Knows who is where, and keeps everything that everybody is to be sent.
#[derive(Clone, Debug)]
pub struct Model {
    chars_max: usize,
    announce_wait: Duration,
    crowd_members: usize,
    crowd_interval: Duration,
    history_on_join: usize,
    people: Vec<Person>,
    rooms: Vec<Room>,
    /// The places of rooms that are gone: the last is the first to be taken.
    vacant: Vec<usize>,
    /// By user.
    lines: Vec<Vec<Line>>,
    typists: Vec<Typist>,
    /// By what each user who has come can be taken over.
    tokens: Vec<String>,
    was_resumed: Vec<bool>,
    /// By user: what is still to be shown of what was said before, in pieces.
    pieces: Vec<VecDeque<Vec<Line>>>,
    /// By user: how they are spoken to.
    speech: Vec<Speech>,
    /// When the wall clock was set last, and to what.
    clock: (Time, u64),
    /// What the server is called by IRC, and for how long it waits there until somebody has said who they are.
    server: String,
    registration_wait: Duration,
    /// By user: what is known of their client of IRC, and the slot of their connection.
    clients: Vec<Option<Client>>,
    slots: Vec<u32>,
    /// What the line of IRC has led to that is dealt with.
    answer: Option<Answer>,
    /// How many bytes of an answer are told at once that comes in pieces, and how many answers had a label.
    list_bytes_max: usize,
    batches: u64,
    /// How many messages were said, in rooms and alone.
    said: u64,
    /// How many events have happened in rooms.
    happened: u64,
    /// Who was here, the last first.
    was: Vec<Was>,
    /// How many people the others knew of at once, at the most.
    people_max: usize,
    stopped: bool,
    /// What a store outside keeps, and who waits for it, if there is one.
    memory: Option<Memory>,
    /// There can be accounts.
    has_accounts: bool,
    /// Whose names are kept from others.
    accounts: Vec<String>,
    /// What names the server draws next.
    drawn: VecDeque<String>,
    owned: Vec<Owned>,
    /// Who takes a name from somebody else who has it, and which.
    renamed: Option<(usize, String)>,
    /// What happened that a run has to come to.
    situations: Vec<&'static str>,
}

/// Tells how somebody is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Speech {
    Lf,
    CrLf,
    /// By frames, which tell more than lines.
    Frames,
    Irc,
}

/// Tells how somebody leaves a room.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Leaving {
    /// They are still here. They may say why.
    Room(String),
    /// They wanted to go. They may say why.
    Quit(String),
    /// They were put out of the server: by whom and why, for people and for IRC.
    Killed(String, String),
    Lost,
}

#[derive(Clone, Debug)]
struct Person {
    user: usize,
    name: String,
    /// In lower case: first the one that has the focus, last the one that had it last.
    rooms: Vec<String>,
    /// When the others are told of them, if they ask for nothing before.
    silent_until: Option<Time>,
    /// Whom they ignore.
    ignored: Vec<Ignored>,
    /// Who wrote to them last: as which user, from where that came on, and what they were called then.
    writer: Option<(usize, usize, String)>,
    /// As which users those came with whom they have written: the last stands last.
    correspondents: Vec<usize>,
    /// The user as which they came.
    origin: usize,
    /// By which account they are logged in.
    account: Option<String>,
    /// By whose account they are an operator of the server.
    power: Option<String>,
    /// What is known only since they came by IRC.
    irc: Option<OfIrc>,
}

#[derive(Clone, Debug)]
struct Room {
    name: String,
    /// Of crowds that are to be told at the same time, those in the places before come first.
    place: usize,
    crowd: Option<Crowd>,
    /// How many messages have been said in it.
    said: u64,
    topic: Option<Topic>,
    history: Vec<Earlier>,
    /// Who keeps order: whoever has opened it, and whom they made one.
    operators: Vec<usize>,
    voices: Vec<usize>,
    order: Order,
    opened: Time,
}

#[derive(Clone, Debug)]
struct Topic {
    text: String,
    /// Who has set it, and when.
    by: String,
    time: u128,
}

impl Room {
    /// Opens `main`, which nobody has opened.
    fn main() -> Self {
        Self {
            name: "main".to_owned(),
            place: 0,
            crowd: None,
            said: 0,
            topic: None,
            history: Vec::new(),
            operators: Vec::new(),
            voices: Vec::new(),
            order: Order::default(),
            opened: Time::START,
        }
    }
}

#[derive(Clone, Debug)]
struct Crowd {
    due: Time,
    joined: usize,
    left: usize,
}

/// How far the wall clock may be from what it is thought to say before it is set.
const CLOCK_OFF_MS: u128 = 1000;

const RESERVED: [&str; 35] = [
    "you",
    "server",
    "rooms",
    "users",
    "name",
    "room",
    "message",
    "messages",
    "unrecognized",
    "topic",
    "ignored",
    "nobody",
    "there",
    "topics",
    "history",
    "try",
    "nothing",
    "the",
    "only",
    "bans",
    "operators",
    "moderation",
    "announcement",
    "password",
    "nickserv",
    "chanserv",
    "memoserv",
    "operserv",
    "hostserv",
    "botserv",
    "saslserv",
    "userserv",
    "authserv",
    "global",
    "services",
];

impl Model {
    /// Starts with nobody.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            chars_max: config.rules.line_chars_max as usize,
            announce_wait: config.rules.announce_wait,
            crowd_members: config.rules.crowd_members as usize,
            crowd_interval: config.rules.crowd_interval,
            people: Vec::new(),
            history_on_join: config.rules.history_on_join.into(),
            rooms: vec![Room::main()],
            vacant: Vec::new(),
            lines: Vec::new(),
            typists: Vec::new(),
            tokens: Vec::new(),
            was_resumed: Vec::new(),
            pieces: Vec::new(),
            speech: Vec::new(),
            clock: (Time::START, 0),
            server: config.limits.server_name.to_string(),
            registration_wait: config.limits.registration_wait,
            clients: Vec::new(),
            slots: Vec::new(),
            answer: None,
            list_bytes_max: config.limits.list_bytes_max,
            batches: 0,
            said: 0,
            happened: 0,
            was: Vec::new(),
            people_max: 0,
            stopped: false,
            memory: None,
            has_accounts: config.limits.has_accounts,
            accounts: Vec::new(),
            drawn: VecDeque::new(),
            owned: Vec::new(),
            renamed: None,
            situations: Vec::new(),
        }
    }

    /// Adds a user, who is not here yet.
    pub fn add_user(&mut self, form: Form) {
        self.lines.push(Vec::new());
        self.typists.push(Typist::new(self.chars_max, form, self.has_accounts));
        self.tokens.push(String::new());
        self.was_resumed.push(false);
        self.pieces.push(VecDeque::new());
        self.speech.push(match form {
            Form::Lines => Speech::Lf,
            Form::Web => Speech::Frames,
            Form::Irc => Speech::Irc,
        });
        self.clients.push(None);
        self.slots.push(u32::MAX);
    }

    /// Sets the slot of a user's connection: those who ask for everybody by IRC are told in the order of the slots.
    pub fn set_slot(&mut self, user: usize, slot: u32) {
        self.slots[user] = slot;
    }

    /// Returns all that a user must be sent so far.
    #[must_use]
    pub fn lines(&self, user: usize) -> &[Line] {
        &self.lines[user]
    }

    /// Returns how many people are here of whom the others know.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.len() - self.silent()
    }

    /// Returns how many are here of whom nobody knows.
    #[must_use]
    pub fn silent(&self) -> usize {
        self.people.iter().filter(|person| person.silent_until.is_some()).count()
    }

    /// Tells whether a user is here, and nobody knows of them.
    #[must_use]
    pub fn is_silent(&self, user: usize) -> bool {
        self.people.iter().any(|person| person.user == user && person.silent_until.is_some())
    }

    /// Returns how many rooms there are.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Tells whether a user is here, or has come by IRC and not said who they are.
    #[must_use]
    pub fn is_here(&self, user: usize) -> bool {
        self.people.iter().any(|person| person.user == user) || self.is_arriving(user)
    }

    /// Returns the name of a user, and the name of their room in lower case, if they are here.
    #[must_use]
    pub fn whereabouts(&self, user: usize) -> Option<(&str, &str)> {
        let person = self.people.iter().find(|person| person.user == user)?;
        Some((&person.name, person.room()))
    }

    /// Returns the rooms of a user in lower case, and whether they keep order in each.
    pub fn rooms_of(&self, user: usize) -> impl Iterator<Item = (&str, bool)> {
        let rooms = self.people.iter().filter(move |person| person.user == user).flat_map(|person| &person.rooms);
        rooms.map(move |room| {
            let is_it = |other: &&Room| other.name.eq_ignore_ascii_case(room);
            (room.as_str(), self.rooms.iter().find(is_it).is_some_and(|room| room.operators.contains(&user)))
        })
    }

    /// Returns how much a user has asked for that was not dealt with.
    #[must_use]
    pub fn asks(&self, user: usize) -> usize {
        self.typists[user].asks.len()
    }

    /// Returns when the server has something to do by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<Time> {
        let arriving = self.clients.iter().flatten().filter_map(|client| client.arriving.as_ref());
        arriving.map(|arriving| arriving.due).chain(self.next_told()).min()
    }

    /// Returns when somebody is to be told of, or the first crowd is to be told.
    #[must_use]
    pub fn next_told(&self) -> Option<Time> {
        let crowds = self.rooms.iter().filter_map(|room| room.crowd.as_ref().map(|crowd| crowd.due));
        crowds.chain(self.people.iter().filter_map(|person| person.silent_until)).min()
    }

    /// Takes what was read from a user.
    pub fn read(&mut self, user: usize, bytes: &[u8]) {
        self.typists[user].type_bytes(bytes);
    }

    /// Tells whether the person of a user goes on as another user.
    #[must_use]
    pub fn was_resumed(&self, user: usize) -> bool {
        self.was_resumed[user]
    }

    /// Lets a user in, whom the server gave this name, and who can be taken over by this token. What is known of their
    /// program is known from the beginning.
    ///
    /// # Errors
    /// If the server can't give this name.
    pub fn open(&mut self, now: Time, user: usize, name: &str, token: &str) -> Result<(), String> {
        if !is_name(name) || is_reserved(name) || self.is_taken(name) {
            return Err(format!("the server gave the name {name}, which it may not"));
        }
        let typist = &mut self.typists[user];
        if typist.asks.iter().any(|ask| matches!(ask, Ask::WrongProtocol(_))) {
            return Err(format!("user {user} is let in, and was never there to chat"));
        }
        typist.asks.retain(|ask| *ask != Ask::Speak);
        if typist.needs_crlf() {
            self.speech[user] = Speech::CrLf;
        }
        if self.speech[user] == Speech::Frames {
            self.reply(user, &format!("hello {} 2 20 32 {token}", self.chars_max));
        }
        HELP.lines().for_each(|line| self.reply(user, line));
        self.reply(user, &format!("You are {name}"));
        token.clone_into(&mut self.tokens[user]);
        let silent_until = Some(now + self.announce_wait);
        self.people.push(Person {
            user,
            name: name.to_owned(),
            rooms: vec!["main".to_owned()],
            silent_until,
            ignored: Vec::new(),
            writer: None,
            correspondents: Vec::new(),
            origin: user,
            account: None,
            power: None,
            irc: None,
        });
        self.welcome(user, "main");
        self.show_before(now, user, "main");
        Ok(())
    }

    /// Takes a user out, if they are here, once all is dealt with that they have asked for.
    pub fn close(&mut self, now: Time, user: usize) {
        self.take(now, user, Deed::Close);
    }

    fn end(&mut self, now: Time, user: usize) {
        self.forget_waiting(user);
        if let Some(client) = &mut self.clients[user] {
            client.arriving = None;
        }
        self.depart(now, user, &Leaving::Lost);
    }

    /// Takes a user out, who is remembered if the others knew of them.
    fn depart(&mut self, now: Time, user: usize, leaving: &Leaving) {
        let person = self.people.iter().find(|person| person.user == user).cloned();
        self.go(now, user, leaving);
        if let Some(person) = person.filter(|person| person.silent_until.is_none()) {
            self.remember(now, &person);
        }
    }

    /// Takes a user out of all rooms, and away.
    fn go(&mut self, now: Time, user: usize, leaving: &Leaving) {
        let Some(person) = self.people.iter().find(|person| person.user == user).cloned() else { return };
        let mut heard = Vec::new();
        person.rooms.iter().for_each(|room| self.leave(now, user, room, leaving, &mut heard));
        self.people.retain(|person| person.user != user);
        if person.silent_until.is_none() {
            self.tell_presence(now, &person.name, None);
        }
    }

    /// Does what the server does by itself: ends late arrivals, and tells what is due.
    pub fn wake(&mut self, now: Time) {
        self.end_late_arrivals(now);
        self.let_due(now);
    }

    /// Tells what is due: of those who have asked for nothing, then of crowds.
    pub fn let_due(&mut self, now: Time) {
        let is_due = |person: &&Person| person.silent_until.is_some_and(|until| until <= now);
        let due: Vec<_> = self.people.iter().filter(is_due).map(|person| person.user).collect();
        due.into_iter().for_each(|user| self.announce(now, user));
        let due = |room: &Room| room.crowd.as_ref().map(|crowd| crowd.due).filter(|&due| due <= now);
        let mut crowds: Vec<_> =
            self.rooms.iter().filter_map(|room| Some((due(room)?, room.place, room.name.to_lowercase()))).collect();
        crowds.sort();
        for (_, _, room) in crowds {
            if let Some(Crowd { joined, left, .. }) = self.room_mut(&room).crowd.take() {
                self.tell_there(&room, &format!("{joined} joined, {left} left"));
            }
        }
    }

    /// Stops the server.
    pub fn stop(&mut self) {
        for person in std::mem::take(&mut self.people) {
            self.reply(person.user, "Server is shutting down");
            self.say_bye(person.user, 1001);
        }
        for user in 0..self.clients.len() {
            if self.clients[user].as_mut().and_then(|client| client.arriving.take()).is_some() {
                self.reply(user, "Server is shutting down");
                self.say_bye(user, 1001);
            }
        }
        self.rooms.truncate(1);
        self.rooms[0].crowd = None;
        self.stopped = true;
    }

    fn room_mut(&mut self, room: &str) -> &mut Room {
        let room = self.rooms.iter_mut().find(|other| other.name.eq_ignore_ascii_case(room));
        room.expect("a room is here while someone is in it")
    }

    fn members(&self, room: &str) -> usize {
        self.people.iter().filter(|person| person.is_in(room)).count()
    }

    fn known(&self, room: &str) -> impl Iterator<Item = &Person> {
        let is_known = |person: &&Person| person.is_in(room) && person.silent_until.is_none();
        self.people.iter().filter(is_known)
    }

    fn is_taken(&self, name: &str) -> bool {
        self.people.iter().any(|person| person.name.eq_ignore_ascii_case(name))
    }

    fn send(&mut self, user: usize, text: Vec<u8>) {
        self.lines[user].push(Line { text, may_be_dropped: false });
    }

    fn reply(&mut self, user: usize, line: &str) {
        let text = self.text(user, line, "");
        self.send(user, text);
    }

    /// Tells a line to all in a room, and a browser where that is.
    fn tell_there(&mut self, room: &str, line: &str) {
        let facts = format!(" [{}]", self.room_mut(room).name);
        self.tell(room, &Told { line: line.to_owned(), facts, irc: Vec::new() }, |_| true);
    }

    /// Tells something to those in a room who are to hear it.
    fn tell(&mut self, room: &str, told: &Told, hears: impl Fn(&Person) -> bool) {
        let hearers = self.people.iter().filter(|person| person.is_in(room) && hears(person));
        let hearers: Vec<_> = hearers.map(|person| person.user).collect();
        hearers.into_iter().for_each(|user| self.tell_one(user, told));
    }

    /// Tells something to one person, who did not ask for it.
    fn tell_one(&mut self, user: usize, told: &Told) {
        let text = match self.speech[user] {
            Speech::Irc => self.irc_text(user, &told.irc),
            Speech::Lf | Speech::CrLf | Speech::Frames => Some(self.text(user, &told.line, &told.facts)),
        };
        self.lines[user].extend(text.map(|text| Line { text, may_be_dropped: true }));
    }

    /// Returns a line as somebody has it.
    fn text(&self, user: usize, line: &str, facts: &str) -> Vec<u8> {
        match self.speech[user] {
            Speech::Lf => [line, "\n"].concat().into_bytes(),
            Speech::CrLf => [line, "\r\n"].concat().into_bytes(),
            Speech::Frames => [line, facts, "\n"].concat().into_bytes(),
            Speech::Irc => ["NOTICE * :", line, "\n"].concat().into_bytes(),
        }
    }

    /// Sets the wall clock, unless it is about right.
    pub fn set_clock(&mut self, now: Time, unix_ms: u64) {
        if self.is_clock_off(now, unix_ms) {
            self.clock = (now, unix_ms);
        }
    }

    /// Tells whether the wall clock is another than what it says would follow from.
    #[must_use]
    pub fn is_clock_off(&self, now: Time, unix_ms: u64) -> bool {
        self.time_of_day(now).abs_diff(u128::from(unix_ms)) > CLOCK_OFF_MS
    }

    /// Returns what the wall clock is thought to say.
    #[must_use]
    pub fn time_of_day(&self, now: Time) -> u128 {
        let (set_at, unix_ms) = self.clock;
        (u128::from(unix_ms) + now.since_start().as_millis()).saturating_sub(set_at.since_start().as_millis())
    }

    /// Tells whether there are people in one room who are spoken to in each way.
    #[must_use]
    pub fn has_mixed_room(&self) -> bool {
        let has = |room: &Room, speech| {
            self.people.iter().any(|person| person.is_in(&room.name) && self.speech[person.user] == speech)
        };
        self.rooms
            .iter()
            .any(|room| [Speech::Lf, Speech::CrLf, Speech::Frames, Speech::Irc].iter().all(|&speech| has(room, speech)))
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= 20 && is_room_name(text)
}

fn is_room_name(text: &str) -> bool {
    (2..=32).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_lowercase();
    // The server gives names of this kind when it has no other left.
    let is_guest = name.strip_prefix("guest-").is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
    RESERVED.contains(&name.as_str()) || is_guest
}
