//! Owns what everybody must be sent: the rules of the protocol in the simplest way that could be right, with plain
//! vectors, without batches, and without sharing anything.

mod typist;

use std::time::Duration;

use chinwag_core::{Config, Form, Time};

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
    people: Vec<Person>,
    rooms: Vec<Room>,
    /// By user.
    lines: Vec<Vec<Line>>,
    typists: Vec<Typist>,
    /// By what each user who has come can be taken over.
    tokens: Vec<String>,
    was_resumed: Vec<bool>,
    /// By user: how they are spoken to.
    speech: Vec<Speech>,
    /// When the wall clock was set last, and to what.
    clock: (Time, u64),
    stopped: bool,
}

/// Tells how somebody is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Speech {
    Lf,
    CrLf,
    /// By frames, which tell more than lines.
    Frames,
}

#[derive(Clone, Debug)]
struct Person {
    user: usize,
    name: String,
    /// In lower case.
    room: String,
    /// When the others are told of them, if they ask for nothing before.
    silent_until: Option<Time>,
}

#[derive(Clone, Debug)]
struct Room {
    name: String,
    crowd: Option<Crowd>,
    /// How many messages have been said in it.
    said: u64,
}

#[derive(Clone, Debug)]
struct Crowd {
    due: Time,
    joined: usize,
    left: usize,
}

/// How far the wall clock may be from what it is thought to say before it is set.
const CLOCK_OFF_MS: u128 = 1000;

const RESERVED: [&str; 9] = ["you", "server", "rooms", "users", "name", "room", "message", "messages", "unrecognized"];

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
            rooms: vec![Room { name: "main".to_owned(), crowd: None, said: 0 }],
            lines: Vec::new(),
            typists: Vec::new(),
            tokens: Vec::new(),
            was_resumed: Vec::new(),
            speech: Vec::new(),
            clock: (Time::START, 0),
            stopped: false,
        }
    }

    /// Adds a user, who is not here yet.
    pub fn add_user(&mut self, form: Form) {
        self.lines.push(Vec::new());
        self.typists.push(Typist::new(self.chars_max, form));
        self.tokens.push(String::new());
        self.was_resumed.push(false);
        self.speech.push(match form {
            Form::Lines => Speech::Lf,
            Form::Web => Speech::Frames,
        });
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

    /// Tells whether a user is here.
    #[must_use]
    pub fn is_here(&self, user: usize) -> bool {
        self.people.iter().any(|person| person.user == user)
    }

    /// Returns the name of a user, and the name of their room in lower case, if they are here.
    #[must_use]
    pub fn whereabouts(&self, user: usize) -> Option<(&str, &str)> {
        let person = self.people.iter().find(|person| person.user == user)?;
        Some((&person.name, &person.room))
    }

    /// Returns how much a user has asked for that was not dealt with.
    #[must_use]
    pub fn asks(&self, user: usize) -> usize {
        self.typists[user].asks.len()
    }

    /// Returns when somebody is to be told of, or the first crowd is to be told.
    #[must_use]
    pub fn next_due(&self) -> Option<Time> {
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

    /// Turns a user away, and returns what they are told.
    ///
    /// # Errors
    /// If there is no reason for it.
    pub fn turn_away(&mut self, user: usize, has_hung_up: bool) -> Result<Vec<u8>, String> {
        let mut has_asked = false;
        if self.typists[user].needs_crlf() {
            self.speech[user] = Speech::CrLf;
        }
        for ask in std::mem::take(&mut self.typists[user].asks) {
            match ask {
                Ask::WrongProtocol(answer) => return Ok(self.answer(user, typist::before_greeting(answer))),
                Ask::Speak | Ask::Refuse(_) | Ask::AreYouThere | Ask::Quit => {}
                Ask::Say(_)
                | Ask::Help
                | Ask::Name(_)
                | Ask::Join(_)
                | Ask::Rooms
                | Ask::Users
                | Ask::Token
                | Ask::Resume(_)
                | Ask::Unrecognized(_)
                | Ask::TooLong
                | Ask::Ping(_)
                | Ask::Leave(_)
                | Ask::NotUtf8 => has_asked = true,
            }
        }
        if self.stopped {
            return Ok(self.text(user, "Server is shutting down", ""));
        }
        let has_left = has_hung_up || self.typists[user].has_left();
        if has_left && !has_asked { Ok(Vec::new()) } else { Err(format!("user {user} is turned away")) }
    }

    /// Returns what somebody is told whose bytes are no chat.
    fn answer(&self, user: usize, answer: Vec<u8>) -> Vec<u8> {
        match std::str::from_utf8(&answer).ok().and_then(|answer| answer.strip_suffix('\n')) {
            Some(line) if line.starts_with("This port") => self.text(user, line, ""),
            _ => answer,
        }
    }

    /// Returns how many of the next things that a user has asked for count for the rate, of so many.
    #[must_use]
    pub fn metered(&self, user: usize, asks: usize) -> usize {
        let asks = self.typists[user].asks.iter().take(asks);
        asks.filter(|ask| !matches!(ask, Ask::Quit | Ask::Speak)).count()
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
            self.reply(user, &format!("hello {} 2 20 {token}", self.chars_max));
        }
        HELP.lines().for_each(|line| self.reply(user, line));
        self.reply(user, &format!("You are {name}"));
        token.clone_into(&mut self.tokens[user]);
        let silent_until = Some(now + self.announce_wait);
        self.people.push(Person { user, name: name.to_owned(), room: "main".to_owned(), silent_until });
        self.welcome(user, "main");
        Ok(())
    }

    /// Lets a user have the next thing they asked for.
    ///
    /// # Errors
    /// If they asked for nothing.
    pub fn ask(&mut self, now: Time, user: usize) -> Result<(), String> {
        let Some(ask) = self.typists[user].asks.pop_front() else {
            return Err(format!("user {user} has not asked for anything more"));
        };
        let Some(person) = self.people.iter().find(|person| person.user == user).cloned() else { return Ok(()) };
        let is_of_a_program =
            matches!(ask, Ask::Speak | Ask::Refuse(_) | Ask::AreYouThere | Ask::Ping(_) | Ask::Leave(_));
        if !is_of_a_program
            && !matches!(
                ask,
                Ask::Token | Ask::Resume(_) | Ask::Quit | Ask::TooLong | Ask::NotUtf8 | Ask::WrongProtocol(_)
            )
        {
            self.announce(now, user);
        }
        match ask {
            Ask::Say(text) => self.say(now, &person, &text),
            Ask::Help => HELP.lines().for_each(|line| self.reply(user, line)),
            Ask::Name(name) => self.rename(&person, &name),
            Ask::Join(room) => self.join(now, &person, &room),
            Ask::Rooms => self.list_rooms(user),
            Ask::Users => self.list_users(&person),
            Ask::Token => {
                let line = format!("You can come back with /resume {}", self.tokens[user]);
                self.reply(user, &line);
            }
            Ask::Resume(token) => self.resume(now, user, &token),
            Ask::Quit => self.leave_with(now, user, 1000),
            Ask::Leave(code) => self.leave_with(now, user, code),
            Ask::Ping(payload) => self.reply(user, &format!("pong {}", payload.escape_ascii())),
            Ask::Unrecognized(word) => {
                self.reply(user, &format!("Unrecognized command {word}, try /help, or begin with // to say it"))
            }
            Ask::TooLong => self.reply(user, &format!("Messages can only be {} chars long", self.chars_max)),
            Ask::NotUtf8 => self.reply(user, "Messages must be valid UTF-8"),
            Ask::Speak => self.speech[user] = Speech::CrLf,
            Ask::Refuse(option) => self.send(user, vec![255, 252, option]),
            Ask::AreYouThere => self.reply(user, "[Yes]"),
            Ask::WrongProtocol(answer) => {
                let answer = self.answer(user, answer);
                self.send(user, answer);
                self.close(now, user);
            }
        }
        Ok(())
    }

    /// Takes a user out, if they are here.
    pub fn close(&mut self, now: Time, user: usize) {
        if let Some(index) = self.people.iter().position(|person| person.user == user) {
            self.leave(now, index);
        }
    }

    /// Tells what is due: of those who have asked for nothing, then of crowds.
    pub fn wake(&mut self, now: Time) {
        let is_due = |person: &&Person| person.silent_until.is_some_and(|until| until <= now);
        let due: Vec<_> = self.people.iter().filter(is_due).map(|person| person.user).collect();
        due.into_iter().for_each(|user| self.announce(now, user));
        for index in 0..self.rooms.len() {
            let Some(Crowd { joined, left, .. }) = self.rooms[index].crowd.take_if(|crowd| crowd.due <= now) else {
                continue;
            };
            let room = self.rooms[index].name.to_lowercase();
            self.broadcast(&room, &format!("{joined} joined, {left} left"));
        }
    }

    /// Stops the server.
    pub fn stop(&mut self) {
        for person in std::mem::take(&mut self.people) {
            self.reply(person.user, "Server is shutting down");
            self.say_bye(person.user, 1001);
        }
        self.rooms.truncate(1);
        self.rooms[0].crowd = None;
        self.stopped = true;
    }

    fn rename(&mut self, person: &Person, new: &str) {
        if !is_name(new) {
            return self.reply(person.user, "Name must be 2 - 20 letters, digits, - or _");
        }
        if new == person.name {
            return self.reply(person.user, &format!("You are {new}"));
        }
        let is_ones_own = new.eq_ignore_ascii_case(&person.name);
        if !is_ones_own && (is_reserved(new) || self.is_taken(new)) {
            return self.reply(person.user, &format!("{new} is already taken"));
        }
        for other in &mut self.people {
            if other.user == person.user {
                new.clone_into(&mut other.name);
            }
        }
        self.broadcast(&person.room, &format!("{} is now {new}", person.name));
    }

    fn join(&mut self, now: Time, person: &Person, name: &str) {
        if !is_name(name) {
            return self.reply(person.user, "Room must be 2 - 20 letters, digits, - or _");
        }
        if name.eq_ignore_ascii_case(&person.room) {
            let room = self.room_mut(&person.room).name.clone();
            return self.reply(person.user, &format!("You are in {room}"));
        }
        self.close(now, person.user);
        if !self.rooms.iter().any(|room| room.name.eq_ignore_ascii_case(name)) {
            self.rooms.push(Room { name: name.to_owned(), crowd: None, said: 0 });
        }
        self.enter(now, person.user, &person.name, &name.to_lowercase());
    }

    /// Lets a user go on as the person of another.
    fn resume(&mut self, now: Time, user: usize, token: &str) {
        let is_ghost = |person: &Person| {
            let known = &self.tokens[person.user];
            person.user != user && !known.is_empty() && known.eq_ignore_ascii_case(token)
        };
        let Some(ghost) = self.people.iter().find(|person| is_ghost(person)).map(|person| person.user) else {
            return self.reply(user, "You have nothing to resume");
        };
        let is_unheard = self.is_silent(user) && self.is_silent(ghost);
        if !is_unheard {
            self.announce(now, ghost);
            self.close(now, user);
        }
        let Some(index) = self.people.iter().position(|person| person.user == ghost) else { return };
        let mut person = self.people.remove(index);
        let (name, room) = (person.name.clone(), person.room.clone());
        if is_unheard {
            let others = self.people.iter_mut().filter(|person| person.user == user);
            others.for_each(|person| person.name.clone_from(&name));
        } else {
            person.user = user;
            self.people.push(person);
        }
        self.was_resumed[ghost] = true;
        self.say_bye(ghost, 4001);
        self.reply(user, &format!("You are {name}"));
        self.welcome(user, &room);
    }

    fn list_rooms(&mut self, user: usize) {
        let mut rooms: Vec<_> = self.rooms.iter().map(|room| (self.known(&room.name).count(), &room.name)).collect();
        rooms.sort_by_key(|(members, name)| (usize::MAX - members, name.to_lowercase()));
        let rooms: Vec<_> = rooms.iter().map(|(members, name)| format!("{name} ({members})")).collect();
        self.reply(user, &format!("Rooms - {}", rooms.join(", ")));
    }

    fn list_users(&mut self, person: &Person) {
        let mut names: Vec<_> = self.known(&person.room).collect();
        names.sort_by_key(|other| other.name.to_lowercase());
        let names: Vec<_> = names.iter().map(|other| other.name.as_str()).collect();
        let line = format!("Users - {}", names.join(", "));
        self.reply(person.user, &line);
    }

    fn enter(&mut self, now: Time, user: usize, name: &str, room: &str) {
        if self.members(room) + 1 > self.crowd_members {
            self.crowd(now, room).joined += 1;
        } else {
            self.broadcast(room, &format!("{name} joined"));
        }
        self.people.push(Person { user, name: name.to_owned(), room: room.to_owned(), silent_until: None });
        self.welcome(user, room);
    }

    fn say(&mut self, now: Time, person: &Person, text: &str) {
        let time = self.time_of_day(now);
        let room = self.room_mut(&person.room);
        room.said += 1;
        let facts = format!(" [{} {} {time}]", room.name, room.said);
        self.tell(&person.room, &format!("{}: {text}", person.name), &facts);
    }

    /// Tells somebody where they are.
    fn welcome(&mut self, user: usize, room: &str) {
        let Room { name, said, .. } = self.room_mut(room);
        let (line, facts) = (format!("You joined {name}"), format!(" [{said}]"));
        let text = self.text(user, &line, &facts);
        self.send(user, text);
    }

    /// Lets somebody leave who hears why.
    fn leave_with(&mut self, now: Time, user: usize, code: u16) {
        self.close(now, user);
        self.say_bye(user, code);
    }

    fn say_bye(&mut self, user: usize, code: u16) {
        if self.speech[user] == Speech::Frames {
            self.reply(user, &format!("bye {code}"));
        }
    }

    /// Tells the others in the room of somebody of whom they do not know.
    fn announce(&mut self, now: Time, user: usize) {
        let is_silent = |person: &Person| person.user == user && person.silent_until.is_some();
        let Some(index) = self.people.iter().position(is_silent) else { return };
        // As if they came now, to whoever is there.
        let mut person = self.people.remove(index);
        if self.members(&person.room) + 1 > self.crowd_members {
            self.crowd(now, &person.room).joined += 1;
        } else {
            self.broadcast(&person.room, &format!("{} joined", person.name));
        }
        person.silent_until = None;
        self.people.push(person);
    }

    fn leave(&mut self, now: Time, index: usize) {
        let Person { name, room, silent_until, .. } = self.people.remove(index);
        if silent_until.is_some() && self.members(&room) > 0 {
            return;
        }
        match self.members(&room) {
            0 => {
                self.room_mut(&room).crowd = None;
                self.rooms.retain(|other| other.name == "main" || !other.name.eq_ignore_ascii_case(&room));
            }
            stay if stay + 1 > self.crowd_members => self.crowd(now, &room).left += 1,
            _ => self.broadcast(&room, &format!("{name} left")),
        }
    }

    fn crowd(&mut self, now: Time, room: &str) -> &mut Crowd {
        let due = now + self.crowd_interval;
        self.room_mut(room).crowd.get_or_insert(Crowd { due, joined: 0, left: 0 })
    }

    fn room_mut(&mut self, room: &str) -> &mut Room {
        let room = self.rooms.iter_mut().find(|other| other.name.eq_ignore_ascii_case(room));
        room.expect("a room is here while someone is in it")
    }

    fn members(&self, room: &str) -> usize {
        self.people.iter().filter(|person| person.room.eq_ignore_ascii_case(room)).count()
    }

    fn known(&self, room: &str) -> impl Iterator<Item = &Person> {
        let is_known = |person: &&Person| person.room.eq_ignore_ascii_case(room) && person.silent_until.is_none();
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

    fn broadcast(&mut self, room: &str, line: &str) {
        self.tell(room, line, "");
    }

    /// Tells a line to all in a room, with what only a browser is told of it.
    fn tell(&mut self, room: &str, line: &str, facts: &str) {
        for person in self.people.iter().filter(|person| person.room == room) {
            let text = self.text(person.user, line, facts);
            self.lines[person.user].push(Line { text, may_be_dropped: true });
        }
    }

    /// Returns a line as somebody has it.
    fn text(&self, user: usize, line: &str, facts: &str) -> Vec<u8> {
        match self.speech[user] {
            Speech::Lf => [line, "\n"].concat().into_bytes(),
            Speech::CrLf => [line, "\r\n"].concat().into_bytes(),
            Speech::Frames => [line, facts, "\n"].concat().into_bytes(),
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
        u128::from(unix_ms) + now.since_start().as_millis() - set_at.since_start().as_millis()
    }

    /// Tells whether there are people in one room who are spoken to in each way.
    #[must_use]
    pub fn has_mixed_room(&self) -> bool {
        let has = |room: &Room, speech| {
            self.people
                .iter()
                .any(|person| person.room.eq_ignore_ascii_case(&room.name) && self.speech[person.user] == speech)
        };
        self.rooms.iter().any(|room| [Speech::Lf, Speech::CrLf, Speech::Frames].iter().all(|&speech| has(room, speech)))
    }
}

fn is_name(text: &str) -> bool {
    (2..=20).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_lowercase();
    // The server gives names of this kind when it has no other left.
    let is_guest = name.strip_prefix("guest-").is_some_and(|number| number.chars().all(|c| c.is_ascii_digit()));
    RESERVED.contains(&name.as_str()) || is_guest
}
