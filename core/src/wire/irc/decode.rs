//! Owns how lines of IRC are found among the bytes of a connection.
//!
//! Invariant: what is held is never more than a line at its limit plus what was handed in at once. Of a line over the
//! limit nothing is held.

use std::fmt;
use std::mem;
use std::ops::ControlFlow;
use std::time::Duration;

use memchr::{memchr, memchr2};

use crate::asked::Asked;
use crate::config::Config;
use crate::irc::Tags;
use crate::irc::line::Line;
use crate::other_protocol::OtherProtocol;
use crate::request::{IrcLine, Notice, Request};
use crate::texts::Saying;
use crate::time::Time;
use crate::wire::decode::Decode;

/// The most bytes of a line without its tags, with its end, as `LINELEN` says.
pub(crate) const LINE_BYTES_MAX: usize = 512;

/// The most bytes of the tags, with the sign before and the blank behind them.
pub(crate) const TAGS_BYTES_MAX: usize = Tags::BYTES_MAX + 2;

/// How many signs of life there are in the pause between two pings at the most.
const LIFE_SIGNS: u32 = 4;

/// Holds what was handed in of a connection that speaks IRC, up to the next of its lines.
pub(crate) struct IrcDecoder {
    input: Vec<u8>,
    /// Where in `input` the next line begins.
    start: Place,
    /// From where on no end of a line was looked for.
    looked: Place,
    found: Option<Found>,
    /// Nothing but blank lines has come, so what comes next may be another protocol's.
    is_opening: bool,
    /// What ended the last line was a CR: an LF that comes next belongs to it.
    ends_with_return: bool,
    /// It is another protocol's connection, of which nothing more counts.
    is_over: bool,
    /// The line that is on its way is over the limit, and dropped.
    is_dropped: bool,
    /// Something has come since it was last told that somebody is there.
    has_come: bool,
    /// It was told, or began to be.
    is_told: bool,
    life_pause_ms: u32,
    told_at: Time,
}

/// A place among the bytes that are held. There is a decoder for each connection, so it is small.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Place(u32);

impl Place {
    const START: Self = Self(0);

    fn new(at: usize) -> Self {
        Self(u32::try_from(at).expect("little is held"))
    }

    const fn at(self) -> usize {
        self.0 as usize
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    /// A line, up to what ends it.
    Line { end: Place },
    /// One that was over the limit.
    TooLong,
    /// What is no IRC.
    Other(OtherProtocol),
}

impl IrcDecoder {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            input: Vec::new(),
            start: Place::START,
            looked: Place::START,
            found: None,
            is_opening: true,
            ends_with_return: false,
            is_over: false,
            is_dropped: false,
            has_come: false,
            is_told: false,
            life_pause_ms: u32::try_from(config.limits.ping_interval.as_millis()).unwrap_or(u32::MAX) / LIFE_SIGNS,
            told_at: Time::START,
        }
    }

    /// Looks whether the first that has come is another protocol's: of those that are no text, or that pages can make a
    /// browser speak. Tells whether it is.
    fn find_other_protocol(&mut self) -> bool {
        let held = &self.input[self.start.at()..];
        let end = memchr2(b'\r', b'\n', held);
        let line = &held[..end.unwrap_or(held.len())];
        let by_line = || end.and_then(|_| OtherProtocol::from_line(line));
        let by_length = || if line.len() > LINE_BYTES_MAX { OtherProtocol::from_endless(line) } else { None };
        let told = OtherProtocol::from_start(held, 0).or_else(by_line).or_else(by_length);
        // What clients begin with may begin other protocols, too.
        let Some(protocol @ (OtherProtocol::Http | OtherProtocol::Tls | OtherProtocol::Ssh)) = told else {
            return false;
        };
        (self.input, self.start, self.looked) = (Vec::new(), Place::START, Place::START);
        (self.found, self.is_over) = (Some(Found::Other(protocol)), true);
        true
    }

    /// Looks for the next line in what is held.
    fn find(&mut self) {
        while self.found.is_none() && !self.is_over {
            if self.ends_with_return && self.looked.at() < self.input.len() {
                self.ends_with_return = false;
                if self.input[self.looked.at()] == b'\n' {
                    (self.start, self.looked) = (Place::new(self.start.at() + 1), Place::new(self.looked.at() + 1));
                }
            }
            if self.is_opening && self.find_other_protocol() {
                return;
            }
            let (start, looked) = (self.start.at(), self.looked.at());
            let end = memchr2(b'\r', b'\n', &self.input[looked..]).map(|end| looked + end);
            self.looked = Place::new(end.map_or(self.input.len(), |end| end + 1));
            self.ends_with_return |= end.is_some_and(|end| self.input[end] == b'\r');
            let len = self.looked.at() - start;
            match end {
                Some(end) if mem::take(&mut self.is_dropped) => self.start = Place::new(end + 1),
                Some(end) if is_too_long(&self.input[start..end]) => {
                    self.start = Place::new(end + 1);
                    self.found = Some(Found::TooLong);
                }
                Some(end) => self.found = Some(Found::Line { end: Place::new(end) }),
                None if self.is_dropped => {
                    self.start = Place::new(self.input.len());
                    return;
                }
                None if len > TAGS_BYTES_MAX + LINE_BYTES_MAX => {
                    self.is_dropped = true;
                    self.start = Place::new(self.input.len());
                    self.found = Some(Found::TooLong);
                }
                None => return,
            }
        }
    }
}

/// Tells whether a line, without its end, is over the limit: its tags, or what is behind them.
fn is_too_long(line: &[u8]) -> bool {
    let tags = if line.first() == Some(&b'@') { memchr(b' ', line).map_or(line.len(), |end| end + 1) } else { 0 };
    tags > TAGS_BYTES_MAX || line.len() - tags > LINE_BYTES_MAX - "\r\n".len()
}

impl Decode for IrcDecoder {
    fn handle_bytes(&mut self, bytes: &[u8]) -> ControlFlow<()> {
        self.has_come = true;
        if !self.is_over {
            self.input.extend_from_slice(bytes);
        }
        self.find();
        ControlFlow::Continue(())
    }

    fn has_found(&self) -> bool {
        self.found.is_some()
    }

    fn ask(&self, _: &mut Saying) -> Asked {
        match self.found {
            None => Asked::Nothing,
            Some(Found::TooLong) => Asked::For(Notice::TooLong.into()),
            Some(Found::Other(protocol)) => Asked::For(Notice::WrongProtocol(protocol).into()),
            Some(Found::Line { end }) => {
                let line = &self.input[self.start.at()..end.at()];
                match std::str::from_utf8(line) {
                    // Nothing is to be told back with a zero in it.
                    Err(_) => {
                        let line = String::from_utf8_lossy(line).replace('\0', "");
                        Asked::For(Request::Irc(IrcLine::not_utf8(&line)))
                    }
                    Ok(line) if Line::parse(line).command.is_empty() => Asked::Nothing,
                    Ok(line) if line.contains('\0') => Asked::For(Request::Irc(IrcLine::new(&line.replace('\0', "")))),
                    Ok(line) => Asked::For(Request::Irc(IrcLine::new(line))),
                }
            }
        }
    }

    fn pass(&mut self, is_blank: bool) {
        self.is_opening &= is_blank;
        if let Some(Found::Line { end }) = self.found.take() {
            self.start = Place::new(end.at() + 1);
        }
        self.find();
    }

    /// Lets go of the memory of what was passed, once it is half: so each byte is moved once at most on average.
    fn forget_passed(&mut self) {
        let start = self.start.at();
        if start > 0 && 2 * start >= self.input.len() {
            self.input = self.input[start..].to_vec();
            self.looked = Place::new(self.looked.at() - start);
            if let Some(Found::Line { end }) = &mut self.found {
                *end = Place::new(end.at() - start);
            }
            self.start = Place::START;
        }
    }

    /// Tells whether something has come, and it is time to say so. With the first nobody waits for that yet.
    fn shows_life(&mut self, now: Time) -> bool {
        if !mem::take(&mut self.has_come) {
            return false;
        }
        if !mem::replace(&mut self.is_told, true) {
            self.told_at = now;
        }
        let is_time = now.since(self.told_at) >= Duration::from_millis(self.life_pause_ms.into());
        if is_time {
            self.told_at = now;
        }
        is_time
    }

    fn held_bytes(&self) -> usize {
        self.input.capacity()
    }

    #[cfg(test)]
    fn held(&self) -> &[u8] {
        &self.input
    }
}

/// It hides what was sent.
impl fmt::Debug for IrcDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IrcDecoder({} bytes)", self.input.len())
    }
}

#[cfg(test)]
mod tests;
