//! Where one stands with the server: connected or not, under which name, in which room, what that is about, and how to
//! get back there.

use std::time::Duration;

use chinwag_core::Name;

use crate::line::{Line, RESUME, Token};
use crate::password::Password;

/// The pauses before the first, second … attempt to connect again, in seconds; the last is kept. A server that was
/// started anew is back within a second; one that is away for longer is not to be bothered by all of its people at
/// once.
const PAUSES: [u64; 6] = [1, 2, 4, 8, 15, 30];

/// How often the old name is asked for while somebody has it, in seconds. That its owner left is not always heard.
const GHOST_SECONDS: u32 = 30;

/// How often at most: in five minutes a server finds every connection gone that is.
const GHOST_TRIES: u32 = 10;

/// The state of the connection.
#[derive(Debug)]
pub(super) struct Link {
    phase: Phase,
    name: Option<Name>,
    room: Option<Name>,
    /// What the room is about.
    topic: Option<String>,
    /// The name and room to ask for at the next connection.
    wanted: Wanted,
    /// How many attempts have failed since the connection was lost.
    attempts: usize,
    was_online: bool,
    /// By which one can come back as who one is.
    token: Option<Token>,
    /// A token was asked for by this program, and the answer is due.
    asked_token: bool,
    ghost: Option<Ghost>,
    /// What a server is given that asks for a password: it was given at the start, or typed.
    password: Option<Password>,
    /// What this server is given if there is no password: a pass is of one server.
    pass: Option<Password>,
    /// By what it is hoped that this connection is let in.
    key: Key,
    /// What is typed next is the password of an account.
    asks_secret: bool,
    /// By what one comes in the next time, or that one does by nothing, if that is news.
    kept: Option<Option<Password>>,
}

/// What a server was shown that may ask for a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Nothing yet.
    None,
    /// By which one comes back as who one is: that is enough.
    Token,
    /// The password.
    Password,
}

/// The old name, which somebody has, who may be oneself: the server has not noticed yet that the last connection was
/// lost.
#[derive(Debug)]
struct Ghost {
    name: Name,
    /// Since it was asked for last.
    seconds: u32,
    tries: u32,
    /// The answer is due.
    asked: bool,
}

/// What is asked for on connecting.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) name: Option<Name>,
    pub(super) room: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Connected; the server has not said yet who one is and where.
    Greeting,
    /// It asks for a password, which is to be typed.
    Locked,
    /// It was asked to let one be who one was, and has not answered that yet.
    Resuming,
    /// The wanted name and room were asked for; the answers are due.
    Settling {
        name: Answer,
        room: Answer,
    },
    Online,
    /// Between two attempts.
    Resting(Duration),
    Connecting,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Due,
    Given,
}

/// What a line means for the link.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// It is of interest only to this program.
    pub(super) hidden: bool,
    /// To be sent in answer.
    pub(super) send: Vec<String>,
    /// One is let in as somebody new, of whom the server knows nothing: whom one ignores goes before all else.
    pub(super) is_new: bool,
    /// One has arrived under this name in this room.
    pub(super) arrived: Option<Arrival>,
    /// To be told in place of it.
    pub(super) remark: Option<&'static str>,
}

/// Where one has arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    First,
    Again,
}

impl Link {
    /// Starts with a connection that was just made.
    pub(super) fn new(wanted: Wanted) -> Self {
        Self {
            phase: Phase::Greeting,
            name: None,
            room: None,
            topic: None,
            wanted,
            attempts: 0,
            was_online: false,
            token: None,
            asked_token: false,
            ghost: None,
            password: None,
            pass: None,
            key: Key::None,
            asks_secret: false,
            kept: None,
        }
    }

    /// Starts with the password that was given before, if one was.
    pub(super) fn with_password(self, password: Option<Password>) -> Self {
        Self { password, ..self }
    }

    /// Has reached a server by whose pass, if one was kept, one comes in.
    pub(super) fn on_reached(&mut self, pass: Option<Password>) {
        self.pass = pass;
    }

    fn password_or_pass(&self) -> Option<&Password> {
        self.password.as_ref().or(self.pass.as_ref())
    }

    pub(super) fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    pub(super) fn room(&self) -> Option<&Name> {
        self.room.as_ref()
    }

    /// Returns what the room is about, if it is about anything.
    pub(super) fn topic(&self) -> Option<&str> {
        self.topic.as_deref()
    }

    /// Tells whether what is typed can be sent.
    pub(super) fn is_online(&self) -> bool {
        self.phase == Phase::Online
    }

    /// Tells whether there is a connection, but nothing can be sent yet.
    pub(super) fn is_joining(&self) -> bool {
        matches!(self.phase, Phase::Greeting | Phase::Resuming | Phase::Settling { .. })
    }

    /// Tells whether an attempt to connect could be made now.
    pub(super) fn is_resting(&self) -> bool {
        matches!(self.phase, Phase::Resting(_))
    }

    /// Returns how many attempts have failed since the connection was lost.
    pub(super) fn attempts(&self) -> usize {
        self.attempts
    }

    /// Tells whether one ever got so far as to be in a room.
    pub(super) fn was_online(&self) -> bool {
        self.was_online
    }

    /// Tells whether the server waits for a password that is to be typed.
    pub(super) fn is_locked(&self) -> bool {
        self.phase == Phase::Locked || self.asks_secret
    }

    /// Returns by what one comes in the next time, or that one does by nothing, if that is news.
    pub(super) const fn take_kept(&mut self) -> Option<Option<Password>> {
        self.kept.take()
    }

    /// Takes the password that was typed. Returns what is to be sent.
    pub(super) fn unlock(&mut self, password: String) -> Vec<String> {
        if std::mem::take(&mut self.asks_secret) {
            return vec![password];
        }
        if password.is_empty() {
            return Vec::new();
        }
        self.password = Some(Password::new(password));
        self.phase = Phase::Greeting;
        self.show_password()
    }

    /// Returns the password as it is to be sent, and behind it by what one comes back as who one is.
    fn show_password(&mut self) -> Vec<String> {
        self.key = Key::Password;
        let password = self.password_or_pass().map(|password| password.line().to_owned());
        password.into_iter().chain(self.token.iter().map(Token::request)).collect()
    }

    /// Returns how it stands, in a few words.
    pub(super) fn status(&self) -> String {
        match self.phase {
            _ if self.asks_secret => "type the password, and Enter".to_owned(),
            Phase::Greeting | Phase::Resuming | Phase::Settling { .. } => "joining".to_owned(),
            Phase::Locked => "type the password, and Enter".to_owned(),
            Phase::Online => "connected".to_owned(),
            Phase::Resting(pause) => format!("offline, next try in {} s", pause.as_secs()),
            Phase::Connecting => format!("offline, try {}", self.attempts + 1),
        }
    }

    pub(super) fn on_connected(&mut self) {
        self.phase = Phase::Greeting;
    }

    /// Returns what is to be said first on the new connection, if one has it.
    pub(super) fn on_connecting(&mut self) -> Option<Token> {
        self.phase = Phase::Connecting;
        // Who has to give a password gives it first.
        let token = self.token.clone().filter(|_| self.password_or_pass().is_none());
        self.key = if token.is_some() { Key::Token } else { Key::None };
        token
    }

    /// Counts a second of a connection; returns a line to be sent.
    pub(super) fn on_second(&mut self) -> Option<String> {
        let ghost = self.ghost.as_mut()?;
        ghost.seconds += 1;
        if ghost.seconds < GHOST_SECONDS {
            return None;
        }
        if ghost.tries == GHOST_TRIES {
            self.ghost = None;
            return None;
        }
        Some(ghost.ask())
    }

    /// Returns how long to wait before the next attempt.
    pub(super) fn on_lost(&mut self) -> Duration {
        if self.phase == Phase::Online {
            let ghost = self.ghost.take().map(|ghost| ghost.name);
            self.wanted = Wanted { name: ghost.or(self.name.clone()), room: self.room.clone() };
            self.attempts = 0;
        } else if self.was_online {
            self.attempts += 1;
        }
        let pause = Duration::from_secs(PAUSES[self.attempts.min(PAUSES.len() - 1)]);
        self.phase = Phase::Resting(pause);
        (self.asked_token, self.asks_secret) = (false, false);
        pause
    }

    /// Learns from a line of the server.
    pub(super) fn on_line(&mut self, line: &Line) -> Heard {
        if *line == Line::AsksPassword && self.is_joining() {
            return self.on_asked();
        }
        let (before, asked_token) = (self.phase, self.asked_token);
        let hidden = self.learn(line);
        let is_before = |phase| matches!(phase, Phase::Greeting | Phase::Resuming);
        let is_let_in = is_before(before) && !is_before(self.phase);
        let is_new = is_let_in && self.name != self.wanted.name;
        let mut send = if is_let_in { self.ask() } else { Vec::new() };
        let settled = Phase::Settling { name: Answer::Given, room: Answer::Given };
        let arrived = (self.phase == settled).then(|| {
            self.phase = Phase::Online;
            self.attempts = 0;
            self.asked_token = true;
            send.push(RESUME.to_owned());
            if std::mem::replace(&mut self.was_online, true) { Arrival::Again } else { Arrival::First }
        });
        if let (Line::Left(name), Some(ghost)) = (line, &mut self.ghost)
            && name.key() == ghost.name.key()
        {
            send.push(ghost.ask());
        }
        let is_unasked = matches!(line, Line::Token(_)) && !asked_token;
        let remark = is_unasked.then_some("After a break you come back as who you are");
        Heard { hidden, send, is_new, arrived, remark }
    }

    /// Answers a server that asks for a password: with what one has, if that was not wrong.
    fn on_asked(&mut self) -> Heard {
        match (self.key, self.password_or_pass()) {
            // It comes before what was sent is looked at.
            (Key::Token, _) => {
                self.key = Key::None;
                Heard { hidden: true, ..Heard::default() }
            }
            (Key::None, Some(_)) => Heard { hidden: true, send: self.show_password(), ..Heard::default() },
            (Key::None, None) | (Key::Password, _) => {
                // What was shown lets nobody in. A pass is of no use any more.
                if self.key == Key::Password && self.password.take().is_none() && self.pass.take().is_some() {
                    self.kept = Some(None);
                }
                self.phase = Phase::Locked;
                Heard::default()
            }
        }
    }

    /// Keeps what a line tells about oneself; returns whether to hide it, since what comes of it is told on arrival, or
    /// nobody is to know.
    fn learn(&mut self, line: &Line) -> bool {
        let online = self.phase == Phase::Online;
        match line {
            Line::YouAre(name) => {
                self.name = Some(name.clone());
                self.answer_name();
                !online
            }
            Line::YouJoined(room) | Line::YouAreIn(room) => {
                if matches!(line, Line::YouJoined(_)) {
                    self.topic = None;
                }
                self.room = Some(room.clone());
                self.on_room();
                !online
            }
            Line::Renamed { old, new } if self.name.as_ref() == Some(old) => {
                self.name = Some(new.clone());
                self.answer_name();
                // It is the old name again, or one that was chosen instead.
                self.ghost = None;
                !online
            }
            Line::Taken(name) => self.on_taken(name),
            Line::TooLong { .. } => {
                // Answers come in the order of what was asked, and the name was first.
                match self.phase {
                    Phase::Settling { name: Answer::Due, .. } => self.answer_name(),
                    Phase::Settling { name: Answer::Given, .. } => self.answer_room(),
                    Phase::Greeting | Phase::Locked | Phase::Resuming => {
                        self.on_nothing_to_resume();
                    }
                    Phase::Online | Phase::Resting(_) | Phase::Connecting => {}
                }
                false
            }
            Line::Token(token) => {
                (self.token, self.asked_token) = (Some(token.clone()), false);
                true
            }
            // It is as good as the password, and is not to be seen either.
            Line::Pass(pass) => {
                (self.password, self.pass) = (None, Some(pass.clone()));
                self.kept = Some(Some(pass.clone()));
                true
            }
            Line::NothingToResume => self.on_nothing_to_resume(),
            Line::Unrecognized(word) if word == RESUME => self.on_nothing_to_resume(),
            Line::Topic(topic) => {
                self.topic.clone_from(topic);
                // It comes again with who one was.
                self.is_passing() || self.phase == Phase::Resuming
            }
            Line::TopicSet { topic, .. } => {
                self.topic.clone_from(topic);
                self.is_passing()
            }
            Line::Earlier(_) => self.is_passing(),
            Line::Help => self.was_online && !online,
            Line::Ignoring(_) => !online,
            Line::Renamed { .. }
            | Line::Joined(_)
            | Line::Left(_)
            | Line::Said { .. }
            | Line::Acted { .. }
            | Line::Told { .. }
            | Line::Sent { .. }
            | Line::Nobody(_)
            | Line::NobodyWrote
            | Line::Hearing(_)
            | Line::Ignored(_)
            | Line::Rooms(_)
            | Line::Users(_)
            | Line::Dropped(_)
            | Line::Unrecognized(_)
            | Line::Found
            | Line::AsksPassword
            | Line::Notice => false,
            Line::AsksSecret => {
                self.asks_secret = online;
                false
            }
            Line::LoggedOut => {
                (self.password, self.pass) = (None, None);
                self.kept = Some(None);
                false
            }
        }
    }

    /// Tells whether one is only on the way to another room, and of no interest what this one is about, or was.
    fn is_passing(&self) -> bool {
        let is_there = |wanted: &Name| self.room.as_ref().is_some_and(|room| room.key() == wanted.key());
        self.phase != Phase::Online && self.wanted.room.as_ref().is_some_and(|wanted| !is_there(wanted))
    }

    /// One is in a room: the first, or, if one is who one was, the old one.
    fn on_room(&mut self) {
        let is_who_one_was = self.name.is_some() && self.name == self.wanted.name;
        match self.phase {
            Phase::Greeting if self.token.is_some() && !is_who_one_was => self.phase = Phase::Resuming,
            Phase::Greeting | Phase::Resuming => self.settle(),
            Phase::Settling { .. } | Phase::Locked | Phase::Online | Phase::Resting(_) | Phase::Connecting => {
                self.answer_room();
            }
        }
    }

    /// The server does not know whom one was, and one has to ask for name and room; or it has no tokens. Returns
    /// whether to hide that, since the user has not asked.
    fn on_nothing_to_resume(&mut self) -> bool {
        self.token = None;
        if self.phase == Phase::Resuming {
            self.settle();
        }
        std::mem::take(&mut self.asked_token) || self.phase != Phase::Online
    }

    fn settle(&mut self) {
        self.phase = Phase::Settling { name: Answer::Due, room: Answer::Due };
    }

    /// Returns whether to hide that a name is taken.
    fn on_taken(&mut self, name: &Name) -> bool {
        if self.was_online && self.phase != Phase::Online && self.wanted.name.as_ref() == Some(name) {
            self.ghost = Some(Ghost { name: name.clone(), seconds: 0, tries: 0, asked: false });
        }
        self.answer_name();
        match &mut self.ghost {
            Some(ghost) if ghost.name.key() == name.key() => std::mem::take(&mut ghost.asked),
            Some(_) | None => false,
        }
    }

    fn answer_name(&mut self) {
        if let Phase::Settling { name, .. } = &mut self.phase {
            *name = Answer::Given;
        }
    }

    fn answer_room(&mut self) {
        if let Phase::Settling { room, .. } = &mut self.phase {
            *room = Answer::Given;
        }
    }

    /// Returns the lines that ask for what is wanted and not so yet; only to those an answer is due.
    fn ask(&mut self) -> Vec<String> {
        let missing = |wanted: &Option<Name>, have: &Option<Name>| {
            wanted.clone().filter(|wanted| have.as_ref().is_none_or(|have| have != wanted))
        };
        let name = missing(&self.wanted.name, &self.name);
        let room = missing(&self.wanted.room, &self.room);
        let due = |wanted: &Option<Name>| if wanted.is_some() { Answer::Due } else { Answer::Given };
        self.phase = Phase::Settling { name: due(&name), room: due(&room) };
        let name = name.map(|name| format!("/name {name}"));
        name.into_iter().chain(room.map(|room| format!("/join {room}"))).collect()
    }
}

impl Ghost {
    /// Returns the line that asks for the name.
    fn ask(&mut self) -> String {
        (self.seconds, self.tries, self.asked) = (0, self.tries + 1, true);
        format!("/name {}", self.name)
    }
}

#[cfg(test)]
mod tests;
