//! Owns what one person has typed: byte by byte, what their lines ask for.

mod irc;
mod other_protocol;
mod password;
mod telnet;
mod web;

use std::collections::VecDeque;
use std::time::Duration;

use chinwag_core::Form;
use unicode_segmentation::UnicodeSegmentation as _;

use self::irc::Irc;
pub(super) use self::other_protocol::before_greeting;
pub(super) use self::password::Password;
use self::telnet::{Said, Telnet};
use self::web::Web;
use super::act::{Act, is_key};
use super::{is_name, is_room_name};
use crate::sim::frames::Framed;

/// The most bytes of a reason.
const WHY_BYTES_MAX: usize = 200;

/// Says what a line asks for, in the words of the protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ask {
    Say(String),
    Act(String),
    Tell(String, String),
    Answer(String),
    SetTopic(String),
    Topic,
    History(usize),
    HistoryCount,
    /// A program wants the messages of a room from one number to another.
    Said(String, u64, u64),
    Search(String),
    Ignore(String),
    Unignore(String),
    Ignored,
    /// A command without what it takes: how it is typed.
    Incomplete(&'static str),
    /// A program goes to one more room, or on in one of those.
    Enter(String),
    /// A program leaves a room.
    Part(String),
    /// The same with the word that the room asks for, and whether the one that has the focus is left.
    JoinWithKey(String, String, bool),
    Moderate(Act),
    Password(Password),
    LogOut,
    Announce(String),
    Bans,
    Operators,
    /// A command without what it takes, or with something else: what they are told.
    Lacks(String),
    Help,
    Moderation,
    Name(String),
    Join(String),
    Rooms,
    Users,
    Token,
    Resume(String),
    Quit,
    Unrecognized(String),
    TooLong,
    NotUtf8,
    /// From now on, they are answered with CR LF.
    Speak,
    Refuse(u8),
    AreYouThere,
    /// A browser asks whether somebody is there.
    Ping(Vec<u8>),
    /// A browser leaves, or has to, with this code.
    Leave(u16),
    /// It is no chat at all: what they are told, which ends as their lines do if it is a plain line.
    WrongProtocol(Vec<u8>),
    /// Whatever a line of IRC asks for.
    Irc(String),
    /// The same, of which nothing counts since it was not UTF-8.
    IrcNotUtf8(String),
}

#[derive(Clone, Debug)]
pub(super) struct Typist {
    chars_max: usize,
    has_accounts: bool,
    /// Of which account the next line is the password, for what, and whether it is hidden.
    wanted: Option<(String, bool, bool)>,
    line: Vec<u8>,
    /// The line was too long at some time, whatever was erased since.
    is_over: bool,
    telnet: Telnet,
    /// They have a browser.
    web: Option<Web>,
    /// They have a client of IRC.
    irc: Option<Irc>,
    /// The last byte was a carriage return.
    returned: bool,
    /// How much is known of their program: 0, 1 that it ends lines with CR or speaks telnet, 2 that it negotiates.
    known: u8,
    /// Nothing was typed yet but so many blank lines.
    opens: Option<usize>,
    /// It was the end: what follows does not count.
    quit: bool,
    /// A line has said so: what follows asks for nothing.
    asked_to_quit: bool,
    /// What was asked for and was not answered yet.
    pub(super) asks: VecDeque<Ask>,
}

impl Typist {
    pub(super) fn new(chars_max: usize, form: Form, has_accounts: bool) -> Self {
        Self {
            has_accounts,
            wanted: None,
            web: (form == Form::Web).then(|| Web::new(chars_max)),
            irc: (form == Form::Irc).then(Irc::default),
            chars_max,
            line: Vec::new(),
            is_over: false,
            telnet: Telnet::No,
            returned: false,
            known: 0,
            opens: Some(0),
            quit: false,
            asked_to_quit: false,
            asks: VecDeque::new(),
        }
    }

    pub(super) const fn has_left(&self) -> bool {
        self.quit
    }

    pub(super) fn type_bytes(&mut self, bytes: &[u8]) {
        let before = self.asks.len();
        self.type_all(bytes);
        self.hide_passwords(before);
    }

    fn type_all(&mut self, bytes: &[u8]) {
        if let Some(irc) = &mut self.irc {
            for &byte in bytes {
                let ask = if self.quit { None } else { irc.take(byte) };
                self.quit |= ask.as_ref().is_some_and(irc::is_last);
                self.asks.extend(ask);
            }
            return;
        }
        let Some(web) = &mut self.web else { return bytes.iter().for_each(|&byte| self.type_byte(byte)) };
        for framed in web.take(bytes) {
            self.frame(framed);
        }
    }

    fn type_byte(&mut self, byte: u8) {
        if self.quit {
            return;
        }
        match self.telnet.take(byte) {
            None => {}
            Some(Said::Text(bytes)) => bytes.into_iter().for_each(|byte| self.type_text(byte)),
            Some(Said::Command { negotiates, code }) => {
                self.learn(1 + u8::from(negotiates));
                match code {
                    // Interrupt process, break, abort: with the mark that telnet waits for.
                    244 | 243 | 238 => {
                        self.push(Ask::Refuse(6));
                        self.quit();
                    }
                    236 => self.quit(),
                    246 => self.push(Ask::AreYouThere),
                    247 => self.erase_character(),
                    248 => self.erase_line(),
                    1 | 3 | 6 => self.push(Ask::Refuse(code)),
                    _ => {}
                }
            }
        }
    }

    fn frame(&mut self, framed: Framed) {
        if self.quit {
            return;
        }
        let ask = match framed {
            Framed::Text(text) => self.ask(text.as_bytes()),
            Framed::Ping(payload) => Some(Ask::Ping(payload)),
            Framed::Pong(_) => None,
            Framed::Close(code) | Framed::Fault(code) => Some(Ask::Leave(code)),
        };
        self.quit = matches!(ask, Some(Ask::Quit | Ask::Leave(_)));
        self.asks.extend(ask);
    }

    /// Tells whether their lines end in CR LF, or they speak telnet, as far as they have typed, be it behind a wish to
    /// quit.
    pub(super) const fn needs_crlf(&self) -> bool {
        self.known > 0
    }

    fn push(&mut self, ask: Ask) {
        if !self.asked_to_quit {
            self.asks.push_back(ask);
        }
    }

    fn learn(&mut self, known: u8) {
        if self.known < known {
            self.known = known;
            self.push(Ask::Speak);
        }
    }

    fn type_text(&mut self, byte: u8) {
        if self.quit || std::mem::take(&mut self.returned) && (byte == b'\n' || byte == 0) {
            return;
        }
        match byte {
            b'\r' => {
                self.learn(1);
                self.end_line();
                self.returned = true;
            }
            b'\n' => self.end_line(),
            0x08 | 0x7f => self.erase_character(),
            0x15 => self.erase_line(),
            0x17 => self.erase_word(),
            0x04 if self.line.is_empty() && !self.is_over => self.quit(),
            _ => self.add(byte),
        }
    }

    fn add(&mut self, byte: u8) {
        self.line.push(byte);
        let is_over = self.line.len() > 4 * self.chars_max;
        match self.opens {
            None if is_over && !self.is_over => {
                let ask = self.give(None).unwrap_or(Ask::TooLong);
                self.push(ask);
            }
            Some(blank) if !self.is_over => {
                let other = other_protocol::begins(&self.line, blank);
                if let Some(told) = other.or_else(|| other_protocol::starts_like_http(&self.line).filter(|_| is_over)) {
                    self.wrong_protocol(told);
                }
            }
            _ => {}
        }
        self.is_over |= is_over;
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let is_over = std::mem::take(&mut self.is_over);
        if self.opens.is_some() {
            let told = if is_over { other_protocol::ends_like_http(&line) } else { other_protocol::is_line(&line) };
            if let Some(told) = told {
                return self.wrong_protocol(told);
            }
        }
        // Of what comes first, the end is waited for.
        let ask = match (is_over, self.opens) {
            (true, None) => return,
            (true, Some(_)) => Some(Ask::TooLong),
            (false, _) => self.give(Some(&String::from_utf8_lossy(&line))).or_else(|| self.ask_or_log_in(&line)),
        };
        self.opens = self.opens.filter(|_| ask.is_none()).map(|blank| blank + 1);
        let is_last = ask == Some(Ask::Quit);
        ask.into_iter().for_each(|ask| self.push(ask));
        self.asked_to_quit |= is_last;
    }

    fn wrong_protocol(&mut self, told: Vec<u8>) {
        self.quit = true;
        self.push(Ask::WrongProtocol(told));
    }

    fn erase_character(&mut self) {
        if self.is_over || self.line.is_empty() {
            return;
        }
        // Of a very long one an end.
        let mut from = self.line.len().saturating_sub(128);
        while from > 0 && from + 124 < self.line.len() && self.line[from] & 0xc0 == 0x80 {
            from += 1;
        }
        let end = &self.line[from..];
        let text = (0..end.len()).find_map(|at| std::str::from_utf8(&end[at..]).ok());
        let erased =
            text.map_or_else(|| broken_bytes(end), |text| text.graphemes(true).next_back().map_or(0, str::len));
        self.line.truncate(self.line.len() - erased);
    }

    fn erase_word(&mut self) {
        let is_space = |byte: &u8| *byte == b' ' || *byte == b'\t';
        if !self.is_over {
            while self.line.last().is_some_and(is_space) {
                self.line.pop();
            }
            while self.line.last().is_some_and(|byte| !is_space(byte)) {
                self.line.pop();
            }
        }
    }

    fn erase_line(&mut self) {
        if !self.is_over {
            self.line.clear();
        }
    }

    fn quit(&mut self) {
        self.quit = true;
        self.push(Ask::Quit);
    }

    fn ask(&self, line: &[u8]) -> Option<Ask> {
        let Ok(line) = std::str::from_utf8(line) else { return Some(Ask::NotUtf8) };
        if line.chars().count() > self.chars_max {
            return Some(Ask::TooLong);
        }
        let text = clean(line);
        if shows_nothing(&text) {
            return None;
        }
        let Some(command) = text.strip_prefix('/') else { return Some(Ask::Say(text)) };
        if command.starts_with('/') {
            return Some(Ask::Say(command.to_owned()));
        }
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let argument = rest.trim().to_owned();
        Some(match word.to_ascii_lowercase().as_str() {
            "help" => Ask::Help,
            "moderation" => Ask::Moderation,
            "login" if argument.is_empty() => Ask::Incomplete("/login {name}"),
            "oper" if argument.is_empty() => Ask::Incomplete("/oper {account}"),
            "login" | "oper" if !is_name(&argument) => Ask::Name(argument),
            "login" | "oper" if !self.has_accounts => Ask::Lacks("There are no accounts here".to_owned()),
            "login" | "oper" if self.web.is_some() => Ask::Lacks("A password would be shown here".to_owned()),
            "login" | "oper" => {
                let (operates, given) = (word.eq_ignore_ascii_case("oper"), String::new());
                Ask::Password(Password::Given { is_hidden: false, account: argument, operates, given })
            }
            "logout" => Ask::LogOut,
            "announce" if shows_nothing(&argument) => Ask::Lacks("Try /announce {text}".to_owned()),
            "announce" => Ask::Announce(argument),
            "name" => Ask::Name(argument),
            "join" => with_key(&argument, true).unwrap_or_else(|| Ask::Join(room(argument))),
            "enter" if argument.is_empty() => Ask::Incomplete("/enter {room}"),
            "enter" => with_key(&argument, false).unwrap_or_else(|| Ask::Enter(room(argument))),
            "part" if argument.is_empty() => Ask::Incomplete("/part {room}"),
            "part" => Ask::Part(room(argument)),
            "me" if shows_nothing(&argument) => Ask::Incomplete("/me {action}"),
            "me" => Ask::Act(argument),
            "msg" if argument.is_empty() => Ask::Incomplete("/msg {name} {text}"),
            "msg" => {
                let (name, text) = argument.split_once(char::is_whitespace).unwrap_or((&argument, ""));
                Ask::Tell(name.to_owned(), text.trim_start().to_owned())
            }
            "reply" if shows_nothing(&argument) => Ask::Incomplete("/reply {text}"),
            "reply" => Ask::Answer(argument),
            "topic" if argument.is_empty() => Ask::Topic,
            "topic" => Ask::SetTopic(argument),
            "history" if argument.is_empty() => Ask::History(20),
            "history" => match argument.parse() {
                Ok(count @ 1..=100) => Ask::History(count),
                _ => Ask::HistoryCount,
            },
            "said" => said(&argument).unwrap_or(Ask::Incomplete("/said {room} {from} {to}")),
            "search" if shows_nothing(&argument) => Ask::Incomplete("/search {words}"),
            "search" => Ask::Search(argument),
            "ignore" if argument.is_empty() => Ask::Ignored,
            "ignore" => Ask::Ignore(argument),
            "unignore" => Ask::Unignore(argument),
            "rooms" => Ask::Rooms,
            "users" => Ask::Users,
            "quit" => Ask::Quit,
            "resume" if argument.is_empty() => Ask::Token,
            "resume" => Ask::Resume(argument),
            "bans" => Ask::Bans,
            "op" if argument.is_empty() => Ask::Operators,
            word => match act(word, &argument) {
                Some(Ok(act)) => Ask::Moderate(act),
                Some(Err(line)) => Ask::Lacks(line),
                None => {
                    Ask::Unrecognized(format!("/{}", command.split(char::is_whitespace).next().unwrap_or_default()))
                }
            },
        })
    }
}

/// Returns which room is gone to by this argument, with which word, if it is that.
fn with_key(argument: &str, leaves: bool) -> Option<Ask> {
    let (name, key) = argument.split_once(char::is_whitespace)?;
    let (name, key) = (room(name.to_owned()), key.trim_start());
    (is_room_name(&name) && is_key(key)).then(|| Ask::JoinWithKey(name, key.to_owned(), leaves))
}

/// Returns what a room is called by this argument.
fn room(argument: String) -> String {
    argument.strip_prefix('#').map(str::to_owned).unwrap_or(argument)
}

/// Returns what is asked for by a room and two numbers, if it is that.
fn said(argument: &str) -> Option<Ask> {
    let words: Vec<_> = argument.split_whitespace().collect();
    let &[name, from, to] = &words[..] else { return None };
    Some(Ask::Said(room(name.to_owned()), from.parse().ok()?, to.parse().ok()?))
}

/// Returns how many bytes at the end are the beginning of a character, or none of any, that the end breaks off.
fn broken_bytes(end: &[u8]) -> usize {
    let mut rest = end;
    while let Err(error) = std::str::from_utf8(rest) {
        let after = &rest[error.valid_up_to()..];
        let len = error.error_len().unwrap_or(after.len());
        if len == after.len() {
            return len;
        }
        rest = &after[len..];
    }
    0
}

/// Where in what a terminal obeys the last character was.
enum Within {
    Text,
    /// After ESC, and after one with something between.
    Escape,
    EscapeBetween,
    /// After ESC O or ESC N: one more.
    Shift,
    /// In parameters.
    Control,
    /// In a title or the like, and after an ESC in it.
    Command,
    CommandEscape,
}

/// Drops what a terminal obeys, from its first character to its last, and other controls and signs of direction; what
/// parts words is a space.
pub(super) fn clean(line: &str) -> String {
    let (mut text, mut within) = (String::new(), Within::Text);
    for (index, c) in line.char_indices() {
        let code = c as u32;
        let rest = &line[index + c.len_utf8()..];
        // A title or the like that has no end is none.
        let command = || {
            let ends = ["\x07", "\u{9c}", "\x1b\\"].iter().any(|end| rest.contains(end));
            if ends { Within::Command } else { Within::Text }
        };
        within = match (within, code) {
            (Within::Command, 0x07 | 0x9c) | (Within::CommandEscape, 0x5c | 0x07 | 0x9c) => Within::Text,
            (Within::Command | Within::CommandEscape, 0x1b) => Within::CommandEscape,
            (Within::Command | Within::CommandEscape, _) => Within::Command,
            (Within::Escape, 0x5b) => Within::Control,
            (Within::Escape, 0x5d | 0x50 | 0x58 | 0x5e | 0x5f) => command(),
            (Within::Escape, 0x4e | 0x4f) => Within::Shift,
            (Within::Escape | Within::EscapeBetween, 0x20..=0x2f) => Within::EscapeBetween,
            (Within::Control, 0x20..=0x3f) => Within::Control,
            (Within::Escape | Within::EscapeBetween, 0x30..=0x7e)
            | (Within::Shift, 0x20..=0x7e)
            | (Within::Control, 0x40..=0x7e) => Within::Text,
            (_, 0x1b) => Within::Escape,
            (_, 0x9b) => Within::Control,
            (_, 0x90 | 0x98 | 0x9d | 0x9e | 0x9f) => command(),
            (_, 0x09..=0x0d | 0x85 | 0x2028 | 0x2029) => {
                let is_half = c == '\r' && rest.starts_with('\n');
                text.push_str(if is_half { "" } else { " " });
                Within::Text
            }
            (_, 0xfeff) if text.is_empty() => Within::Text,
            (_, 0..=0x1f | 0x7f..=0x9f | 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069) => Within::Text,
            _ => {
                text.push(c);
                Within::Text
            }
        };
    }
    text
}

/// Characters of which nothing is to be seen alone, from the first to the last of each run.
const UNSEEN: [(u32, u32); 20] = [
    (0xad, 0xad),
    (0x300, 0x36f),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x1ab0, 0x1aff),
    (0x1dc0, 0x1dff),
    (0x200b, 0x200f),
    (0x2060, 0x206f),
    (0x20d0, 0x20ff),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfe20, 0xfe2f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff9, 0xfffb),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
    (0x20, 0x20),
];

pub(super) fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| {
        let code = c as u32;
        c.is_whitespace() || UNSEEN.iter().any(|&(first, last)| (first..=last).contains(&code))
    })
}

/// Returns why something is done, as far as it is told.
pub(super) fn why(text: &str) -> Option<String> {
    let text = clean(text.trim());
    let mut end = text.len().min(WHY_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(text[..end].to_owned()).filter(|why| !shows_nothing(why))
}

/// Returns for how long something is to last, if the first word says so, and what is behind it.
fn lasts(text: &str) -> (Option<Duration>, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (Some(unit), Ok(number)) = (word.chars().last(), word[..word.len().saturating_sub(1)].parse::<u64>()) else {
        return (None, text);
    };
    let minutes = match unit.to_ascii_lowercase() {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        'w' => 7 * 24 * 60,
        _ => return (None, text),
    };
    (Some(Duration::from_secs(60 * minutes * number)), rest)
}

/// Reads what somebody types who keeps order: what they do, or how it is typed if they lack something.
fn act(word: &str, argument: &str) -> Option<Result<Act, String>> {
    let (name, rest) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    let usage = match word {
        "kick" => "/kick {name} {why}",
        "ban" => "/ban {name} {time} {why}",
        "unban" => "/unban {name}",
        "mute" => "/mute {name} {time}",
        "unmute" => "/unmute {name}",
        "invite" => "/invite {name}",
        "op" => "/op {name}",
        "deop" => "/deop {name}",
        "own" if argument.is_empty() => return Some(Ok(Act::Mode('r', true, String::new()))),
        "own" => "/own {name}",
        "disown" => return Some(Ok(Act::Mode('r', false, String::new()))),
        "lock" => return Some(Ok(Act::Mode('i', true, String::new()))),
        "unlock" => return Some(Ok(Act::Mode('i', false, String::new()))),
        "key" if argument.is_empty() => return Some(Ok(Act::Mode('k', false, String::new()))),
        "key" if is_key(argument) => return Some(Ok(Act::Mode('k', true, argument.to_owned()))),
        "key" => return Some(Err("Try /key {word}".to_owned())),
        _ => return None,
    };
    if argument.is_empty() {
        return Some(Err(format!("Try {usage}")));
    }
    // Of these nothing is behind the name.
    let name = if ["unban", "unmute", "invite", "op", "deop", "own"].contains(&word) { argument } else { name };
    if !is_name(name) {
        return Some(Err("Name must be 2 - 20 letters, digits, - or _".to_owned()));
    }
    let name = name.to_owned();
    Some(Ok(match word {
        "kick" => Act::Kick(name, why(rest)),
        "ban" => {
            let (lasts, rest) = lasts(rest);
            Act::Ban(name, lasts, why(rest))
        }
        "unban" => Act::Unban(name),
        "mute" => Act::Mute(name, lasts(rest).0),
        "unmute" => Act::Unmute(name),
        "invite" => Act::Invite(name),
        "own" => Act::Mode('r', true, name),
        _ => Act::Mode('o', word == "op", name),
    }))
}
