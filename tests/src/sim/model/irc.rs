//! Owns what those must be sent who come by IRC, as the standard has it (<https://modern.ircdocs.horse>): who they are
//! to others, how they are told what rooms are told, and how their lines are answered.
//!
//! All that one line leads to for whoever sent it is one answer. It stands where the first of it stood.

mod arriving;
mod info;
mod obey;
mod people;
mod rooms;
mod talk;

use std::collections::BTreeSet;

use chinwag_core::Time;

pub(super) use self::arriving::Arriving;
pub(super) use self::people::Was;
pub(super) use self::talk::{How, Manner};
use super::{Line, Model, Person};
use crate::sim::irc::{Parsed, cut, iso};

/// The most bytes of a line, with its end.
const LINE_BYTES_MAX: usize = 512;

/// The commands whose answers may come in pieces.
const LONG: [&str; 10] = ["JOIN", "NAMES", "LIST", "WHO", "WHOIS", "WHOWAS", "MONITOR", "HELP", "HELPOP", "SEARCH"];

/// The most bytes of a reason, and of a word that is told back.
const REASON_BYTES_MAX: usize = 200;
const WORD_BYTES_MAX: usize = 64;

/// What is known of a client.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    capabilities: BTreeSet<&'static str>,
    /// They have not said who they are.
    pub(super) arriving: Option<Arriving>,
    /// They have begun to log in by SASL.
    authenticates: bool,
}

/// What is known of a person only since they came by IRC.
#[derive(Clone, Debug, Default)]
pub(super) struct OfIrc {
    identity: Identity,
    is_invisible: bool,
    away: Option<String>,
    monitored: Vec<String>,
    came: Time,
    /// When they said something last, or came.
    spoke: Time,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    user: String,
    real_name: String,
    is_bot: bool,
}

/// What a room, or one person, is told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// As a line; those who have lines are told nothing if there is none.
    pub(super) line: String,
    /// What only a browser is told of it.
    pub(super) facts: String,
    /// By IRC: so many lines.
    pub(super) irc: Vec<IrcLine>,
}

/// A line of IRC without its tags, and those that it may have.
#[derive(Clone, Debug)]
pub(super) struct IrcLine {
    text: String,
    /// What it says to those who are told more of who joins.
    extended: Option<String>,
    time: Option<u128>,
    /// Those of messages.
    tags: Vec<String>,
}

/// What a line of somebody has led to so far.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    user: usize,
    label: Option<String>,
    may_be_dropped: bool,
    /// It comes in pieces of so many bytes.
    bytes_max: usize,
    /// Behind how many of their lines it stands.
    place: Option<usize>,
    lines: Vec<IrcLine>,
}

impl IrcLine {
    pub(super) fn new(time: u128, text: String) -> Self {
        Self { text, extended: None, time: Some(time), tags: Vec::new() }
    }

    /// Returns the same with a tag for whoever is sent such.
    pub(super) fn tagged(mut self, tag: String) -> Self {
        self.tags.push(tag);
        self
    }

    /// Returns it as a client is sent it that has these capabilities, with one more tag, without its end.
    fn sent(&self, capabilities: &BTreeSet<&str>, tag: &str) -> String {
        let mut tags: Vec<_> = [tag].into_iter().filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
        tags.extend(
            self.time.filter(|_| capabilities.contains("server-time")).map(|time| format!("time={}", iso(time))),
        );
        if capabilities.contains("message-tags") {
            tags.extend(self.tags.iter().cloned());
        }
        let extended = self.extended.as_ref().filter(|_| capabilities.contains("extended-join"));
        let text = extended.unwrap_or(&self.text);
        if tags.is_empty() { text.clone() } else { format!("@{} {text}", tags.join(";")) }
    }

    /// Writes the same down, as whatever means the same.
    fn shown(&self, capabilities: &BTreeSet<&str>, tag: &str) -> String {
        Parsed::new(&self.sent(capabilities, tag)).shown() + "\n"
    }

    /// Returns how many bytes it has then, with its end.
    fn bytes(&self, capabilities: &BTreeSet<&str>, tag: &str) -> usize {
        self.sent(capabilities, tag).len() + 2
    }
}

impl Answer {
    pub(super) const fn is_labelled(&self) -> bool {
        self.label.is_some()
    }
}

impl Identity {
    fn new(user: &str, real_name: &str) -> Self {
        let user: String = user.chars().filter(|&c| c.is_ascii_alphanumeric() || "-_.".contains(c)).take(10).collect();
        let user = if user.is_empty() { "user".to_owned() } else { user };
        Self { user, real_name: super::typist::clean(cut(real_name, 150)), is_bot: false }
    }
}

impl Person {
    pub(super) fn is_by_irc(&self) -> bool {
        self.irc.is_some()
    }

    fn user_name(&self) -> &str {
        self.irc.as_ref().map_or("user", |irc| &irc.identity.user)
    }

    fn real_name(&self) -> &str {
        self.irc.as_ref().map_or(&self.name, |irc| &irc.identity.real_name)
    }

    fn is_bot(&self) -> bool {
        self.irc.as_ref().is_some_and(|irc| irc.identity.is_bot)
    }

    fn away(&self) -> Option<&str> {
        self.irc.as_ref().and_then(|irc| irc.away.as_deref())
    }

    /// Returns what stands before what they do.
    pub(super) fn source(&self) -> String {
        format!("{}!{}@chinwag", self.name, self.user_name())
    }
}

impl Model {
    /// Tells whether a client has a capability.
    pub(super) fn has(&self, user: usize, capability: &str) -> bool {
        self.clients[user].as_ref().is_some_and(|client| client.capabilities.contains(capability))
    }

    /// Returns how somebody is addressed.
    pub(super) fn nick(&self, user: usize) -> String {
        let person = self.people.iter().find(|person| person.user == user).map(|person| person.name.clone());
        let arriving = || self.clients[user].as_ref()?.arriving.as_ref()?.name.clone();
        person.or_else(arriving).unwrap_or_else(|| "*".to_owned())
    }

    /// Returns what somebody is told by IRC, if it is anything.
    pub(super) fn irc_text(&self, user: usize, lines: &[IrcLine]) -> Option<Vec<u8>> {
        let capabilities = &self.clients[user].as_ref()?.capabilities;
        let shown: String = lines.iter().map(|line| line.shown(capabilities, "")).collect();
        (!shown.is_empty()).then(|| shown.into_bytes())
    }

    /// Tells one person something that may be dropped.
    pub(super) fn deliver(&mut self, user: usize, lines: &[IrcLine]) {
        let text = self.irc_text(user, lines);
        self.lines[user].extend(text.map(|text| Line { text, may_be_dropped: true }));
    }

    /// Adds to the answer of somebody what they are told of what they do.
    pub(super) fn answer_with(&mut self, user: usize, lines: Vec<IrcLine>) {
        let place = self.lines[user].len();
        if let Some(answer) = self.answer.as_mut().filter(|answer| answer.user == user) {
            answer.place.get_or_insert(place);
            answer.lines.extend(lines);
        }
    }

    fn client_mut(&mut self, user: usize) -> &mut Client {
        self.clients[user].get_or_insert_default()
    }

    /// Tells whether a line of somebody is being answered.
    pub(super) fn answers(&self, user: usize) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.user == user)
    }

    /// Makes a line by the server, cut where it would be too long.
    pub(super) fn numeric_line(&self, now: Time, text: &str) -> IrcLine {
        let line = format!(":{} {text}", self.server);
        IrcLine::new(self.time_of_day(now), cut(&line, LINE_BYTES_MAX - 2).to_owned())
    }

    /// Adds a line by the server to an answer.
    fn numeric(&mut self, now: Time, text: &str) {
        let line = self.numeric_line(now, text);
        if let Some(answer) = &mut self.answer {
            answer.lines.push(line);
        }
    }

    /// Adds a notice by the server, in as many lines as it takes.
    pub(super) fn notice(&mut self, now: Time, user: usize, text: &str) {
        let nick = self.nick(user);
        let bytes_max = LINE_BYTES_MAX - format!(":{} NOTICE {nick} :\r\n", self.server).len();
        let mut rest = text;
        while !rest.is_empty() {
            let line = cut(rest, bytes_max);
            self.numeric(now, &format!("NOTICE {nick} :{line}"));
            rest = &rest[line.len()..];
        }
    }

    /// Adds one to it that is told with what the chat has done.
    pub(super) fn reply_numeric(&mut self, now: Time, user: usize, text: &str) {
        let line = self.numeric_line(now, text);
        self.answer_with(user, vec![line]);
    }

    /// Does what a line asks for, and answers it.
    pub(super) fn obey_irc(&mut self, now: Time, user: usize, line: &str, is_utf8: bool) {
        let parsed = Parsed::new(line);
        let label = parsed.label().filter(|_| self.has(user, "labeled-response")).map(str::to_owned);
        let targets = parsed.params.first().map_or("", String::as_str);
        let is_to_room = targets.starts_with('#') && !targets.contains(',');
        let says = parsed.is("PRIVMSG") || parsed.is("NOTICE");
        let may_be_dropped = is_utf8 && says && is_to_room && !parsed.is_tagged;
        let is_long = LONG.iter().any(|command| parsed.is(command));
        let bytes_max = if is_long { self.list_bytes_max } else { usize::MAX };
        self.answer = Some(Answer { user, label, may_be_dropped, bytes_max, place: None, lines: Vec::new() });
        let is_arriving = self.clients[user].as_ref().is_some_and(|client| client.arriving.is_some());
        if !is_utf8 {
            let command = if is_arriving { "*" } else { word(&parsed.command) };
            self.numeric(now, &format!("FAIL {command} INVALID_UTF8 :Messages must be valid UTF-8"));
        } else if is_arriving {
            self.obey_arriving(now, user, &parsed);
        } else {
            self.obey(now, user, &parsed);
        }
        self.finish_answer(now);
    }

    /// Sends an answer: with a label one line that has it, or a batch. What is long comes in pieces.
    pub(super) fn finish_answer(&mut self, now: Time) {
        let Some(Answer { user, label, may_be_dropped, bytes_max, place, mut lines }) = self.answer.take() else {
            return;
        };
        let client = self.clients[user].as_ref();
        let capabilities = client.map(|client| client.capabilities.clone()).unwrap_or_default();
        self.batches += u64::from(label.is_some());
        let number = self.batches;
        let label = label.map(|label| format!("label={label}"));
        if label.is_some() && lines.is_empty() {
            lines.push(self.numeric_line(now, "ACK"));
        }
        let (mut begin, mut end, mut around) = (String::new(), String::new(), 0);
        let (mut tag, mut sent_tag) = (label.clone().unwrap_or_default(), label.clone().unwrap_or_default());
        if let Some(label) = label.filter(|_| lines.len() > 1) {
            let bracket = |sign: &str, what: &str| self.numeric_line(now, &format!("BATCH {sign}{what}"));
            begin = bracket("+", "open labeled-response").shown(&capabilities, &label);
            end = bracket("-", "open").shown(&capabilities, "");
            around = bracket("+", &format!("{number} labeled-response")).bytes(&capabilities, &label)
                + bracket("-", &number.to_string()).bytes(&capabilities, "");
            (tag, sent_tag) = ("batch=open".to_owned(), format!("batch={number}"));
        }
        let (mut pieces, mut bytes) = (vec![begin], 0);
        for line in lines {
            let more = line.bytes(&capabilities, &sent_tag);
            if bytes > 0 && bytes + more > bytes_max.saturating_sub(around) {
                pieces.push(String::new());
                bytes = 0;
            }
            bytes += more;
            pieces.last_mut().expect("it has begun").push_str(&line.shown(&capabilities, &tag));
        }
        pieces.last_mut().expect("it has begun").push_str(&end);
        let mut pieces = pieces.into_iter().map(|text| Line { text: text.into_bytes(), may_be_dropped });
        if let Some(first) = pieces.next().filter(|first| !first.text.is_empty()) {
            let place = place.unwrap_or(self.lines[user].len());
            self.lines[user].insert(place, first);
        }
        self.pieces[user].extend(pieces.map(|piece| vec![piece]));
    }

    /// Tells somebody that a line was too long.
    pub(super) fn say_irc_too_long(&mut self, now: Time, user: usize) {
        let nick = self.nick(user);
        self.say_server_line(
            now,
            user,
            &format!("417 {nick} :Lines can only be 512 bytes long, and 4096 more for tags"),
        );
    }

    /// Tells somebody that what they speak is not IRC, and lets them go.
    pub(super) fn say_irc_wrong_protocol(&mut self, now: Time, user: usize, words: &str) {
        self.say_server_line(now, user, words);
        self.depart(now, user, &super::Leaving::Lost);
        self.say_irc_bye(now, user, "Not allowed");
    }

    fn say_server_line(&mut self, now: Time, user: usize, text: &str) {
        let line = self.numeric_line(now, text);
        let text = self.irc_text(user, &[line]).unwrap_or_default();
        self.lines[user].push(Line { text, may_be_dropped: false });
    }

    /// Tells somebody why their connection ends.
    pub(super) fn say_error(&mut self, user: usize, why: &str) {
        self.lines[user]
            .push(Line { text: format!("ERROR :Closing link: {why}\n").into_bytes(), may_be_dropped: false });
    }

    /// Tells somebody the last that those are told who come by IRC.
    pub(super) fn say_irc_bye(&mut self, now: Time, user: usize, why: &str) {
        if let Some(client) = &mut self.clients[user] {
            *client = Client::default();
        }
        self.finish_answer(now);
        self.say_error(user, why);
    }
}

/// Returns what stands for a word in an answer.
fn word(word: &str) -> &str {
    let word = cut(word.split(' ').next().unwrap_or_default(), WORD_BYTES_MAX);
    if word.is_empty() || word.starts_with(':') { "*" } else { word }
}

/// Returns the name of a room that is called so on IRC.
fn room_name(channel: &str) -> Option<&str> {
    channel.strip_prefix('#').filter(|name| super::is_room_name(name))
}

/// Returns a reason as it is told.
fn bounded(text: &str, bytes_max: usize) -> String {
    super::typist::clean(cut(&unformatted(text), bytes_max))
}

/// Drops colours with their digits, and other signs of how a text is to be shown.
fn unformatted(text: &str) -> String {
    let chars: Vec<_> = text.chars().collect();
    let (mut kept, mut at) = (String::new(), 0);
    while let Some(&c) = chars.get(at) {
        at += 1;
        let (max, is_digit): (usize, fn(&char) -> bool) = match c {
            '\x03' => (2, char::is_ascii_digit),
            '\x04' => (6, char::is_ascii_hexdigit),
            '\x02' | '\x0f' | '\x11' | '\x16' | '\x1d' | '\x1e' | '\x1f' => continue,
            _ => {
                kept.push(c);
                continue;
            }
        };
        let digits = |from: usize| chars.iter().skip(from).take(max).take_while(|&c| is_digit(c)).count();
        let first = digits(at);
        at += first;
        if first > 0 && chars.get(at) == Some(&',') && digits(at + 1) > 0 {
            at += 1 + digits(at + 1);
        }
    }
    kept
}
