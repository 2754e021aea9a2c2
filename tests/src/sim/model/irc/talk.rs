//! Owns what is said by IRC, and how what anybody says is told by IRC.

use chinwag_core::Time;

use super::{IrcLine, LINE_BYTES_MAX, Told, room_name, unformatted, word};
use crate::sim::irc::{Parsed, cut};
use crate::sim::model::{Model, Person, is_name, is_room_name, typist};

/// To how many one line may say something.
const TARGETS_MAX: usize = 4;

/// Tells how something is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::sim::model) enum How {
    #[default]
    Say,
    Act,
    Notice,
    /// Between clients.
    Ask,
    Answer,
}

/// Tells how something is said, and with which tags for other clients.
#[derive(Clone, Debug, Default)]
pub(in crate::sim::model) struct Manner {
    pub(in crate::sim::model) how: How,
    tags: Vec<String>,
    /// Whoever says it hears it: with the others, by the answer, or not at all.
    echo: Option<Echo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Echo {
    AsOthers,
    Apart,
}

impl How {
    const fn is_notice(self) -> bool {
        matches!(self, Self::Notice | Self::Answer)
    }

    pub(in crate::sim::model) const fn is_for_clients(self) -> bool {
        matches!(self, Self::Ask | Self::Answer)
    }

    /// Returns what stands around a text in its line, with whom it is from and to.
    fn around(self, source: &str, to: &str) -> (String, &'static str) {
        let command = if self.is_notice() { "NOTICE" } else { "PRIVMSG" };
        let (before, behind) = match self {
            Self::Act => ("\x01ACTION ", "\x01"),
            Self::Ask | Self::Answer => ("\x01", "\x01"),
            Self::Say | Self::Notice => ("", ""),
        };
        (format!(":{source} {command} {to} :{before}"), behind)
    }
}

impl Manner {
    pub(in crate::sim::model) fn act() -> Self {
        Self { how: How::Act, ..Self::default() }
    }

    /// Tells whether whoever says it is told of it with the others.
    pub(in crate::sim::model) fn is_heard_with_others(&self) -> bool {
        self.echo == Some(Echo::AsOthers)
    }

    pub(in crate::sim::model) fn is_heard_apart(&self) -> bool {
        self.echo == Some(Echo::Apart)
    }

    /// Returns what somebody says to a room or a person, in as many lines as it needs.
    pub(in crate::sim::model) fn lines(&self, by: &Person, to: &str, text: &str, time: u128, id: &str) -> Vec<IrcLine> {
        let (before, behind) = self.how.around(&by.source(), to);
        let bytes_max = LINE_BYTES_MAX - 2 - before.len() - behind.len();
        let (mut rest, mut lines) = (text, Vec::new());
        loop {
            let piece = cut(rest, bytes_max);
            rest = &rest[piece.len()..];
            let id = if lines.is_empty() { id.to_owned() } else { format!("{id}.{}", lines.len()) };
            let text = format!("{before}{piece}{behind}");
            lines.push(IrcLine { text, extended: None, time: Some(time), tags: self.all_tags(by, &id) });
            if rest.is_empty() {
                return lines;
            }
        }
    }

    fn all_tags(&self, by: &Person, id: &str) -> Vec<String> {
        let bot = by.is_bot().then(|| "bot".to_owned());
        [format!("msgid={id}")].into_iter().chain(bot).chain(self.tags.iter().cloned()).collect()
    }
}

impl Model {
    pub(super) fn obey_say(&mut self, now: Time, user: usize, line: &Parsed) {
        let (nick, is_notice) = (self.nick(user), line.is("NOTICE"));
        let command = line.command.clone();
        let Some(named) = line.filled(0) else {
            return self.unless(is_notice, now, &format!("411 {nick} :No recipient given ({command})"));
        };
        let no_text = format!("412 {nick} :No text to send");
        let Some(raw) = line.filled(1) else { return self.unless(is_notice, now, &no_text) };
        let (how, text) = how_of(raw, is_notice);
        let text = unformatted(text);
        let text = typist::clean(if how.is_for_clients() { &text } else { text.trim_end() });
        let targets = self.targets(now, user, named, is_notice);
        if text.is_empty() && how != How::Act {
            return self.unless(is_notice, now, &no_text);
        }
        let person = self.person(user).clone();
        let bytes_max = |to: &String| {
            let (before, behind) = how.around(&person.source(), to);
            LINE_BYTES_MAX - 2 - before.len() - behind.len()
        };
        let Some(bytes_max) = targets.iter().map(bytes_max).min() else { return };
        if text.len() > bytes_max {
            let why = format!("Message is over {bytes_max} bytes, too long to be passed on in a line");
            return self.unless(is_notice, now, &format!("417 {nick} :{why}"));
        }
        if let Some(irc) = &mut self.person_mut(user).irc {
            irc.spoke = now;
        }
        let manner = Manner { how, tags: self.passed_tags(user, line), echo: self.echo(user, line) };
        for to in targets {
            self.say_to(now, &person, &to, &text, &manner);
        }
    }

    fn say_to(&mut self, now: Time, person: &Person, to: &str, text: &str, manner: &Manner) {
        let (nick, user) = (&person.name, person.user);
        if let Some(room) = room_name(to) {
            let found = self.own_room(user, room).or_else(|found| match found {
                Some(room) if self.is_open_to(now, person, &room) => Ok(room),
                other => Err(other),
            });
            match found {
                Ok(_) if manner.how.is_for_clients() => {}
                Ok(room) => match self.unheard(now, person, &room) {
                    None => self.say_in(now, person, &room, text, manner),
                    Some(_) if manner.how.is_notice() => {}
                    Some(why) => self.tell_unheard(now, user, &room, why),
                },
                Err(_) if manner.how.is_notice() => {}
                Err(Some(room)) => {
                    self.reply_numeric(now, user, &format!("404 {nick} #{room} :Cannot send to channel"));
                }
                Err(None) => self.reply_numeric(now, user, &format!("403 {nick} #{room} :No such channel")),
            }
            return;
        }
        let Some(other) = self.find(to).cloned() else {
            if !manner.how.is_notice() {
                self.reply_numeric(now, user, &format!("401 {nick} {to} :No such nick/channel"));
            }
            return;
        };
        self.tell_alone(now, person, &other, text, manner);
        if let Some(reason) = other.away()
            && !manner.how.is_notice()
        {
            self.reply_numeric(now, user, &format!("301 {nick} {} :{reason}", other.name));
        }
    }

    pub(super) fn obey_tag(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        if !self.has(user, "message-tags") {
            return self.numeric(now, &format!("421 {nick} TAGMSG :Unknown command"));
        }
        let Some(named) = line.filled(0) else { return self.needs_more(now, user, "TAGMSG") };
        let targets = self.targets(now, user, named, false);
        let manner = Manner { how: How::Say, tags: self.passed_tags(user, line), echo: self.echo(user, line) };
        if !manner.tags.is_empty() {
            let person = self.person(user).clone();
            targets.iter().for_each(|to| self.tag(now, &person, to, &manner));
        }
    }

    /// Returns what tells something from all others that was sent to one alone, or is not kept.
    fn alone_id(&mut self, time: u128) -> String {
        self.said += 1;
        format!("{time:x}-{:x}", self.said - 1)
    }

    fn tag(&mut self, now: Time, person: &Person, to: &str, manner: &Manner) {
        let (user, time) = (person.user, self.time_of_day(now));
        let line = |to: &str, id: &str| {
            let text = format!(":{} TAGMSG {to}", person.source());
            IrcLine { text, extended: None, time: Some(time), tags: manner.all_tags(person, id) }
        };
        if let Some(name) = room_name(to) {
            let room = match self.own_room(user, name) {
                Ok(room) => room,
                Err(room) => return self.not_in_room(now, user, room.as_deref(), name),
            };
            if let Some(why) = self.unheard(now, person, &room) {
                return self.tell_unheard(now, user, &room, why);
            }
            let is_kept = manner.tags.iter().any(|tag| tag.split('=').next() == Some("+draft/persist"));
            let id = if is_kept { self.event_id(now, &room) } else { self.alone_id(time) };
            let lines = vec![line(&format!("#{room}"), &id)];
            if manner.is_heard_apart() {
                self.answer_with(user, lines.clone());
            }
            let hears = |other: &&Person| {
                other.is_in(&room)
                    && (other.user != user || manner.is_heard_with_others())
                    && self.has(other.user, "message-tags")
            };
            let hearers: Vec<_> = self.people.iter().filter(hears).map(|other| other.user).collect();
            return hearers.into_iter().for_each(|other| self.deliver(other, &lines));
        }
        let Some(other) = self.find(to).cloned() else {
            let nick = &person.name;
            return self.reply_numeric(now, user, &format!("401 {nick} {to} :No such nick/channel"));
        };
        let lines = vec![line(&other.name, &self.alone_id(time))];
        if manner.echo.is_some() {
            self.answer_with(user, lines.clone());
        }
        if self.has(other.user, "message-tags") {
            self.deliver(other.user, &lines);
        }
    }

    /// Returns to whom a line goes: rooms with their sign, and names.
    fn targets(&mut self, now: Time, user: usize, named: &str, is_notice: bool) -> Vec<String> {
        let nick = self.nick(user);
        let mut targets: Vec<String> = Vec::new();
        for name in named.split(',').filter(|name| !name.is_empty()) {
            let is_right = name.strip_prefix('#').map_or_else(|| is_name(name), is_room_name);
            if is_right && targets.len() == TARGETS_MAX {
                self.unless(is_notice, now, &format!("407 {nick} {name} :Too many recipients"));
                break;
            }
            if is_right && !targets.iter().any(|target| target == name) {
                targets.push(name.to_owned());
            } else if !is_right {
                let (number, what) = if name.starts_with('#') { (403, "channel") } else { (401, "nick/channel") };
                self.unless(is_notice, now, &format!("{number} {nick} {} :No such {what}", word(name)));
            }
        }
        targets
    }

    fn unless(&mut self, is_notice: bool, now: Time, text: &str) {
        if !is_notice {
            self.numeric(now, text);
        }
    }

    fn passed_tags(&self, user: usize, line: &Parsed) -> Vec<String> {
        let is_passed = |tag: &&String| tag.len() > 1 && tag.starts_with('+') && !tag.contains(char::is_control);
        let may_send = self.has(user, "message-tags");
        line.tags.iter().filter(|_| may_send).filter(is_passed).cloned().collect()
    }

    fn echo(&self, user: usize, line: &Parsed) -> Option<Echo> {
        let echo = if line.label().is_some() { Echo::Apart } else { Echo::AsOthers };
        self.has(user, "echo-message").then_some(echo)
    }

    /// Tells somebody by the answer what they have said to one alone, if they want to hear it.
    pub(in crate::sim::model) fn echo_alone(&mut self, person: &Person, lines: Vec<IrcLine>) {
        let is_heard = self.has(person.user, "echo-message");
        self.answer_with(person.user, if is_heard { lines } else { Vec::new() });
    }

    /// Tells somebody by the answer what they have said to a room.
    pub(in crate::sim::model) fn echo_apart(&mut self, person: &Person, told: &Told) {
        self.answer_with(person.user, told.irc.clone());
    }
}

/// Returns how something is said, and what, without what says how.
fn how_of(raw: &str, is_notice: bool) -> (How, &str) {
    let Some(asked) = raw.strip_prefix('\x01') else {
        return (if is_notice { How::Notice } else { How::Say }, raw);
    };
    let asked = asked.strip_suffix('\x01').unwrap_or(asked);
    let (word, action) = asked.split_once(' ').unwrap_or((asked, ""));
    match is_notice {
        true => (How::Answer, asked),
        false if word.eq_ignore_ascii_case("ACTION") => (How::Act, action),
        false => (How::Ask, asked),
    }
}
