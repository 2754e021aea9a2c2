//! Owns what one person has typed: byte by byte, what their lines ask for.

use std::collections::VecDeque;

/// Says what a line asks for, in the words of the protocol.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ask {
    Say(String),
    Help,
    Name(String),
    Join(String),
    Rooms,
    Users,
    Quit,
    Unrecognized(String),
    TooLong,
    NotUtf8,
    /// It is no chat at all: what they are told.
    WrongDoor(&'static str),
}

const HTTP: Ask = Ask::WrongDoor("This port is for chat by telnet or nc, not for HTTP");
const TLS: Ask = Ask::WrongDoor("This port is for chat by telnet or nc, not for TLS");
const BINARY: Ask = Ask::WrongDoor("This port is for chat by telnet or nc");

#[derive(Clone, Debug)]
pub(super) struct Typist {
    chars_max: usize,
    line: Vec<u8>,
    /// The line is too long, and was reported.
    skips: bool,
    telnet: Telnet,
    /// Nothing was typed yet but blank lines.
    opens: bool,
    /// It was the end: what follows does not count.
    quit: bool,
    /// What was asked for and was not answered yet.
    pub(super) asks: VecDeque<Ask>,
}

/// Where in a telnet command the last byte was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Telnet {
    No,
    Iac,
    Option,
    Subnegotiation,
    SubnegotiationIac,
}

impl Typist {
    pub(super) const fn new(chars_max: usize) -> Self {
        Self {
            chars_max,
            line: Vec::new(),
            skips: false,
            telnet: Telnet::No,
            opens: true,
            quit: false,
            asks: VecDeque::new(),
        }
    }

    pub(super) fn type_byte(&mut self, byte: u8) {
        if self.quit {
            return;
        }
        self.telnet = match (self.telnet, byte) {
            (Telnet::No, 255) => Telnet::Iac,
            (Telnet::No, _) => return self.type_text(byte),
            (Telnet::Iac, 255) => {
                self.type_text(byte);
                Telnet::No
            }
            // Interrupt process, break, abort, end of file.
            (Telnet::Iac, 244 | 243 | 238 | 236) => return self.quit(),
            // Will, won't, do, don't.
            (Telnet::Iac, 251..=254) => Telnet::Option,
            (Telnet::Iac, 250) => Telnet::Subnegotiation,
            (Telnet::Iac | Telnet::Option, _) => Telnet::No,
            (Telnet::Subnegotiation, 255) => Telnet::SubnegotiationIac,
            (Telnet::SubnegotiationIac, 240) => Telnet::No,
            (Telnet::Subnegotiation | Telnet::SubnegotiationIac, _) => Telnet::Subnegotiation,
        };
    }

    fn type_text(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                if !std::mem::take(&mut self.skips) {
                    let ask = self.ask();
                    self.opens &= ask.is_none();
                    self.quit |= matches!(ask, Some(Ask::Quit | Ask::WrongDoor(_)));
                    self.asks.extend(ask);
                }
                self.line.clear();
            }
            0x04 if self.line.is_empty() && !self.skips => self.quit(),
            _ if self.skips => {}
            _ => {
                self.line.push(byte);
                // Nothing that follows can make it a line within the limit, its carriage return included. But the end of what
                // comes first can tell that it is no chat.
                let is_endless = self.line.len() > 4 * self.chars_max + 1;
                if is_endless && !self.opens {
                    self.skips = true;
                    self.asks.push_back(Ask::TooLong);
                } else if self.line.len() == 4 * self.chars_max + 2 && starts_like_http(&self.line) {
                    self.quit = true;
                    self.asks.push_back(HTTP);
                } else if self.opens && (self.line == [0] || self.line == [0x16, 3]) {
                    self.quit = true;
                    self.asks.push_back(if self.line == [0] { BINARY } else { TLS });
                }
            }
        }
    }

    fn quit(&mut self) {
        self.quit = true;
        self.asks.push_back(Ask::Quit);
    }

    fn ask(&self) -> Option<Ask> {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let is_endless = self.line.len() > 4 * self.chars_max + 1;
        if self.opens && if is_endless { ends_like_http(line) } else { is_http(line) } {
            return Some(HTTP);
        }
        if line.len() > 4 * self.chars_max {
            return Some(Ask::TooLong);
        }
        let Ok(line) = std::str::from_utf8(line) else { return Some(Ask::NotUtf8) };
        if line.chars().count() > self.chars_max {
            return Some(Ask::TooLong);
        }
        let text = clean(line);
        if text.trim().is_empty() {
            return None;
        }
        let Some(command) = text.strip_prefix('/') else { return Some(Ask::Say(text)) };
        if command.starts_with('/') {
            return Some(Ask::Say(command.to_owned()));
        }
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let argument = rest.trim().to_owned();
        Some(match word {
            "help" => Ask::Help,
            "name" => Ask::Name(argument),
            "join" => Ask::Join(argument),
            "rooms" => Ask::Rooms,
            "users" => Ask::Users,
            "quit" => Ask::Quit,
            _ => Ask::Unrecognized(format!("/{word}")),
        })
    }
}

/// Tells whether a line is a method, a target and a version, with a space between each.
fn is_http(line: &[u8]) -> bool {
    let words: Vec<_> = line.split(|&byte| byte == b' ').collect();
    let [method, target, version] = words[..] else { return false };
    let is_target = target == b"*" || target.contains(&b'/') || target.contains(&b':');
    !method.is_empty() && is_target && is_version(version)
}

/// Tells whether the last of several words of a line is a version.
fn ends_like_http(line: &[u8]) -> bool {
    let words: Vec<_> = line.split(|&byte| byte == b' ').collect();
    words.len() > 1 && words.last().is_some_and(|word| is_version(word))
}

fn is_version(word: &[u8]) -> bool {
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    word.len() == 8 && word.starts_with(b"HTTP/") && word[6] == b'.' && digits == 2
}

/// Tells whether a line that has no end begins with a method in capitals and a path or an address.
fn starts_like_http(line: &[u8]) -> bool {
    let capitals = line.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    (1..=20).contains(&capitals) && (line[capitals..].starts_with(b" /") || line[capitals..].starts_with(b" http"))
}

/// Removes C0 and C1 controls, DEL, bidi controls and line separators; a tab becomes a space.
fn clean(line: &str) -> String {
    line.replace('\t', " ").replace(is_harmful, "")
}

const fn is_harmful(c: char) -> bool {
    let is_control = matches!(c as u32, 0..=0x1f | 0x7f..=0x9f);
    let is_bidi = matches!(c as u32, 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069);
    let is_separator = matches!(c as u32, 0x2028 | 0x2029);
    is_control || is_bidi || is_separator
}
