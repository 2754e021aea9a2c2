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
use crate::request::{IrcLine, Notice, Request};
use crate::texts::Saying;
use crate::time::Time;
use crate::wire::decode::Decode;

/// The most bytes of a line without its tags, with its end, as `LINELEN` says.
pub(crate) const LINE_BYTES_MAX: usize = 512;

/// The most bytes of the tags, with the sign before and the blank behind them.
const TAGS_BYTES_MAX: usize = Tags::BYTES_MAX + 2;

/// How many signs of life there are in the pause between two pings at the most.
const LIFE_SIGNS: u32 = 4;

/// Holds what was handed in of a connection that speaks IRC, up to the next of its lines.
pub(crate) struct IrcDecoder {
    input: Vec<u8>,
    /// Where in `input` the next line begins.
    start: usize,
    /// From where on no end of a line was looked for.
    looked: usize,
    found: Option<Found>,
    /// The line that is on its way is over the limit, and dropped.
    is_dropped: bool,
    /// Something has come since it was last told that somebody is there.
    has_come: bool,
    told_at: Option<Time>,
    life_pause: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Found {
    /// A line, up to what ends it.
    Line { end: usize },
    /// One that was over the limit.
    TooLong,
}

impl IrcDecoder {
    pub(crate) const fn new(config: &Config) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            looked: 0,
            found: None,
            is_dropped: false,
            has_come: false,
            told_at: None,
            life_pause: config.limits.ping_interval.checked_div(LIFE_SIGNS).expect("it is not 0"),
        }
    }

    /// Looks for the next line in what is held.
    fn find(&mut self) {
        while self.found.is_none() {
            let end = memchr2(b'\r', b'\n', &self.input[self.looked..]).map(|end| self.looked + end);
            self.looked = end.map_or(self.input.len(), |end| end + 1);
            let len = self.looked - self.start;
            match end {
                Some(end) if mem::take(&mut self.is_dropped) => self.start = end + 1,
                Some(end) if is_too_long(&self.input[self.start..end]) => {
                    self.start = end + 1;
                    self.found = Some(Found::TooLong);
                }
                Some(end) => self.found = Some(Found::Line { end }),
                None if self.is_dropped => {
                    self.start = self.input.len();
                    return;
                }
                None if len > TAGS_BYTES_MAX + LINE_BYTES_MAX => {
                    self.is_dropped = true;
                    self.start = self.input.len();
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
        self.input.extend_from_slice(bytes);
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
            Some(Found::Line { end }) => {
                let line = &self.input[self.start..end];
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

    fn pass(&mut self, _: bool) {
        if let Some(Found::Line { end }) = self.found.take() {
            self.start = end + 1;
        }
        self.find();
    }

    /// Lets go of the memory of what was passed, once it is half: so each byte is moved once at most on average.
    fn forget_passed(&mut self) {
        if self.start > 0 && 2 * self.start >= self.input.len() {
            self.input = self.input[self.start..].to_vec();
            self.looked -= self.start;
            if let Some(Found::Line { end }) = &mut self.found {
                *end -= self.start;
            }
            self.start = 0;
        }
    }

    /// Tells whether something has come, and it is time to say so. With the first nobody waits for that yet.
    fn shows_life(&mut self, now: Time) -> bool {
        if !mem::take(&mut self.has_come) {
            return false;
        }
        let told_at = *self.told_at.get_or_insert(now);
        let is_time = now.since(told_at) >= self.life_pause;
        if is_time {
            self.told_at = Some(now);
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
