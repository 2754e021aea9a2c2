//! Owns what everybody must be sent: the rules of the protocol in the simplest way that could be right, with plain
//! vectors, without batches, and without sharing anything.

mod rooms;
mod talk;
mod typist;

use std::collections::VecDeque;
use std::time::Duration;

use chinwag_core::{Config, Form, Time};

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
}

#[derive(Clone, Debug)]
struct Room {
    name: String,
    crowd: Option<Crowd>,
    /// How many messages have been said in it.
    said: u64,
    topic: Option<String>,
    history: Vec<Earlier>,
}

impl Room {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), crowd: None, said: 0, topic: None, history: Vec::new() }
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

const RESERVED: [&str; 28] = [
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
            rooms: vec![Room::new("main")],
            lines: Vec::new(),
            typists: Vec::new(),
            tokens: Vec::new(),
            was_resumed: Vec::new(),
            pieces: Vec::new(),
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
        self.pieces.push(VecDeque::new());
        self.speech.push(match form {
            // Nobody types for IRC here.
            Form::Lines | Form::Irc => Speech::Lf,
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
        Some((&person.name, person.room()))
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
                | Ask::Act(_)
                | Ask::Tell(..)
                | Ask::Answer(_)
                | Ask::SetTopic(_)
                | Ask::Topic
                | Ask::History(_)
                | Ask::HistoryCount
                | Ask::Ignore(_)
                | Ask::Unignore(_)
                | Ask::Ignored
                | Ask::Incomplete(_)
                | Ask::Enter(_)
                | Ask::Part(_)
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
        self.people.push(Person {
            user,
            name: name.to_owned(),
            rooms: vec!["main".to_owned()],
            silent_until,
            ignored: Vec::new(),
            writer: None,
            correspondents: Vec::new(),
            origin: user,
        });
        self.welcome(user, "main");
        self.show_before(now, user, "main");
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
            Ask::Say(text) => self.say(now, &person, &text, false),
            Ask::Act(text) => self.say(now, &person, &text, true),
            Ask::Tell(name, text) => self.write(now, &person, &name, &text),
            Ask::Answer(text) => self.write_back(now, &person, &text),
            Ask::SetTopic(topic) => self.set_topic(&person, &topic),
            Ask::Topic => {
                let topic = self.room_mut(person.room()).topic.clone();
                self.show_topic(user, person.room(), topic);
            }
            Ask::History(count) => {
                self.pieces[user] = self.earlier(now, user, person.room(), count).into();
                self.show_more(user);
            }
            Ask::HistoryCount => self.reply(user, "History shows 1 - 100 messages"),
            Ask::Ignore(name) => self.ignore(&person, &name),
            Ask::Unignore(name) => self.unignore(&person, &name),
            Ask::Ignored => {
                let names: Vec<_> = person.ignored.iter().map(|ignored| ignored.name.as_str()).collect();
                let line = format!("Ignored - {}", names.join(", "));
                self.reply(user, line.trim_end());
            }
            Ask::Incomplete(usage) => self.reply(user, &format!("Try {usage}")),
            Ask::Enter(room) => self.enter_one_more(now, &person, &room),
            Ask::Part(room) => self.part(now, &person, &room),
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
        let Some(person) = self.people.iter().find(|person| person.user == user).cloned() else { return };
        person.rooms.iter().for_each(|room| self.leave(now, user, room));
        self.people.retain(|person| person.user != user);
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
            self.tell_there(&room, &format!("{joined} joined, {left} left"));
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
        self.tell(room, line, &facts);
    }

    /// Tells a line to all in a room, with what only a browser is told of it.
    fn tell(&mut self, room: &str, line: &str, facts: &str) {
        self.tell_but(room, line, facts, None);
    }

    /// The same, to all but those who ignore who says it.
    fn tell_but(&mut self, room: &str, line: &str, facts: &str, by: Option<&str>) {
        let hears = |person: &&Person| person.is_in(room) && !by.is_some_and(|by| person.ignores(by));
        for person in self.people.iter().filter(hears) {
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
            self.people.iter().any(|person| person.is_in(&room.name) && self.speech[person.user] == speech)
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
