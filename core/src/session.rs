//! Owns what one connection sends: turns its bytes into requests, as fast as the connection may make them.
//!
//! Invariant: however the bytes are split on their way, the requests are the same. What is held is never more than two lines at
//! its limit plus what was handed in at once.

mod telnet;

use std::iter;

use memchr::memchr;

use self::telnet::{Stripped, Telnet};
use crate::config::REPLY_WINDOW_BYTES;
use crate::meter::Meter;
use crate::{Config, Foreign, Incident, Request, Signals, Time};

/// What a terminal sends for ^D. At the start of a line it means the end of input, as it does to a shell.
const END_OF_INPUT: u8 = 0x04;

/// How many requests are handed out at once, so that even the shortest ones make no batch much larger than it should be.
const REQUESTS_MAX: usize = 256;

/// How many bytes that make no line count as one for the flood limit: telnet's own, blank lines, the rest of an endless line. At the
/// default rate they pass at 320 KiB/s, which costs next to nothing, while a cable's worth of them would cost a core.
const LINELESS_BYTES_MAX: u32 = 16 << 10;

/// Turns the bytes of one connection into requests.
///
/// Ask it what is to be done next with [`poll_next`](Self::poll_next), and do that, until it says that this was the end.
#[derive(Debug)]
pub struct Session {
    /// What was handed in and is not yet a request, without telnet's own bytes.
    input: Vec<u8>,
    /// Where in `input` the next line begins.
    start: usize,
    /// Up to where `input` was searched for the end of that line.
    searched: usize,
    /// What kind of line it is, once enough of it is here to tell.
    found: Option<Line>,
    line_chars_max: u32,
    /// The bytes of replies that were asked for since the last mark was answered.
    asked_bytes: u32,
    /// How many bytes have come since a line last counted for the rate.
    lineless_bytes: u32,
    telnet: Telnet,
    meter: Meter,
    phase: Phase,
    /// How it ends.
    incident: Incident,
    /// No line has come yet but blank ones: what comes first tells whether it is chat at all.
    opening: bool,
    /// Inside of a line that is over the limit and was reported: all is dropped up to its end.
    skipping: bool,
    /// The last line was blank, and came with those that are held.
    passed_blank: bool,
    /// A mark was handed out and not yet answered.
    marked: bool,
    /// Changes with each mark.
    marks_odd: bool,
}

/// Tells what the reader of a connection is to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Hand these requests on, in this order.
    Ask(Vec<Request>),
    /// Wait until the writer says something else than it has said so far.
    AwaitSignal,
    /// Come back at this time.
    AwaitTime(Time),
    /// Read from the socket, and hand in what came with [`Session::handle_bytes`], or that nothing more will come with
    /// [`Session::handle_end`].
    Read,
    /// Nothing more can be asked for: it was all handed out, or the connection was given up.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// More may come.
    Open,
    /// No more comes; what is held is still to be handed out, then `Quit` if it was telnet that said so.
    Ending { quits: bool },
    /// All was handed out.
    Over,
}

/// What begins at `start` in the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    /// A line whose line feed is at `searched`.
    Whole,
    /// More bytes than any line can have, and no line feed yet.
    Endless,
    /// A ^D.
    EndOfInput,
    /// The beginning of what is not chat.
    Foreign(Foreign),
}

/// Tells what the first bytes of a connection are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Opening {
    /// Nothing that could be told yet.
    Unknown,
    /// A line of chat, or a blank one.
    Line,
    /// Another protocol.
    Foreign(Foreign),
}

impl Session {
    /// Starts a session for a connection that was just opened.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            input: Vec::new(),
            start: 0,
            searched: 0,
            found: None,
            line_chars_max: config.line_chars_max,
            asked_bytes: 0,
            lineless_bytes: 0,
            telnet: Telnet::default(),
            meter: Meter::new(config.flood_lines_per_second, config.flood_burst),
            phase: Phase::Open,
            incident: Incident::HungUp,
            opening: true,
            skipping: false,
            passed_blank: false,
            marked: false,
            marks_odd: false,
        }
    }

    /// Takes bytes that have come. What comes after the session's end is ignored.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        if self.phase != Phase::Open {
            return;
        }
        if self.telnet.strip(bytes, &mut self.input) == Stripped::Interrupt {
            self.phase = Phase::Ending { quits: true };
        }
        self.passed_blank = false;
        self.lineless_bytes = self.lineless_bytes.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.find_line();
    }

    /// Takes notice that no more bytes will come. A line without its end is not a line, and is dropped.
    pub fn handle_end(&mut self) {
        if self.phase == Phase::Open {
            self.phase = Phase::Ending { quits: false };
        }
    }

    /// Takes notice that the connection broke down: no more bytes will come.
    pub fn handle_failure(&mut self) {
        if self.phase == Phase::Open {
            self.incident = Incident::Failed;
        }
        self.handle_end();
    }

    /// Returns how a session ended that is at its end, and was not given up by the writer.
    #[must_use]
    pub const fn incident(&self) -> Incident {
        self.incident
    }

    /// Returns what is to be done next, given what the writer of the connection has said so far.
    pub fn poll_next(&mut self, now: Time, signals: Signals) -> Next {
        if signals.is_abandoned() || self.phase == Phase::Over {
            return Next::End;
        }
        if self.marked && self.marks_odd == signals.answers_odd() {
            self.marked = false;
            self.asked_bytes = 0;
        }
        // A pause holds for what was read already, too: it is the owner's turn to read.
        if self.marked || signals.is_paused() {
            return Next::AwaitSignal;
        }
        let requests: Vec<_> = iter::from_fn(|| self.next_request(now)).take(REQUESTS_MAX).collect();
        if !requests.is_empty() {
            return Next::Ask(requests);
        }
        self.forget_passed();
        match (self.phase, self.found) {
            (Phase::Over, _) => Next::End,
            (Phase::Open | Phase::Ending { .. }, Some(_)) => Next::AwaitTime(self.meter.ready_at()),
            (Phase::Open | Phase::Ending { .. }, None) if self.may_read(now) => Next::Read,
            (Phase::Open | Phase::Ending { .. }, None) => Next::AwaitTime(self.meter.ready_at()),
        }
    }

    /// Returns what has come first.
    pub(crate) const fn opening(&self) -> Opening {
        match self.found {
            None => Opening::Unknown,
            Some(Line::Foreign(foreign)) => Opening::Foreign(foreign),
            Some(Line::Whole | Line::Endless | Line::EndOfInput) => Opening::Line,
        }
    }

    /// Returns how many bytes of memory it holds for what was handed in.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.input.capacity()
    }

    fn next_request(&mut self, now: Time) -> Option<Request> {
        loop {
            if self.marked || self.phase == Phase::Over {
                return None;
            }
            if self.asked_bytes as usize >= REPLY_WINDOW_BYTES {
                self.marked = true;
                self.marks_odd = !self.marks_odd;
                return Some(Request::Mark);
            }
            let Some(line) = self.found else {
                return self.end();
            };
            let request = self.parse(line);
            // Of the blank lines that came at once only the first counts: they lead to nothing, not even to a write that would
            // find out that their sender is gone, so that the rest of a flood of them must not be kept for long.
            let is_free = request.is_none() && self.passed_blank;
            if !is_free && !self.meter.is_ready(now) {
                return None;
            }
            if !is_free {
                self.charge(now);
            }
            self.passed_blank = request.is_none();
            self.opening &= request.is_none();
            self.pass(line);
            if let Some(request) = request {
                if let Some(incident) = request.ending() {
                    self.quit(incident);
                }
                let bytes = u32::try_from(request.reply_bytes_max()).unwrap_or(u32::MAX);
                self.asked_bytes = self.asked_bytes.saturating_add(bytes);
                return Some(request);
            }
        }
    }

    /// Tells whether more may be read, and lets bytes that made no line count as one.
    fn may_read(&mut self, now: Time) -> bool {
        let lineless = self.lineless_bytes >= LINELESS_BYTES_MAX;
        let ready = !lineless || self.meter.is_ready(now);
        if lineless && ready {
            self.charge(now);
        }
        ready
    }

    fn charge(&mut self, now: Time) {
        self.meter.charge(now);
        self.lineless_bytes = 0;
    }

    /// Ends the session if no more can come, once no whole line is left.
    fn end(&mut self) -> Option<Request> {
        let Phase::Ending { quits } = self.phase else {
            return None;
        };
        self.quit(if quits { Incident::Quit } else { self.incident });
        quits.then_some(Request::Quit)
    }

    fn quit(&mut self, incident: Incident) {
        self.phase = Phase::Over;
        self.incident = incident;
    }

    fn parse(&self, line: Line) -> Option<Request> {
        match line {
            Line::Endless => Some(Request::TooLong),
            Line::EndOfInput => Some(Request::Quit),
            Line::Foreign(foreign) => Some(Request::WrongDoor(foreign)),
            Line::Whole => {
                let line = self.whole_line();
                if line.len() > self.line_bytes_max() {
                    return Some(Request::TooLong);
                }
                match std::str::from_utf8(line) {
                    Err(_) => Some(Request::NotUtf8),
                    Ok(line) if line.chars().count() > self.line_chars_max as usize => Some(Request::TooLong),
                    Ok(line) => Request::parse(line),
                }
            }
        }
    }

    /// Goes past the line that was found, to the next one.
    fn pass(&mut self, line: Line) {
        match line {
            Line::Whole => {
                self.start = self.searched + 1;
                if self.passed_blank {
                    self.start += blank_lines_bytes(&self.input[self.start..], self.line_chars_max as usize);
                }
            }
            Line::Endless => self.skipping = true,
            Line::EndOfInput => self.start += 1,
            Line::Foreign(_) => self.start = self.input.len(),
        }
        self.searched = self.searched.max(self.start);
        self.found = None;
        self.find_line();
    }

    /// Looks for the next line in what is held.
    fn find_line(&mut self) {
        if self.found.is_some() {
            return;
        }
        if self.skipping {
            let end = memchr(b'\n', &self.input[self.searched..]);
            self.skipping = end.is_none();
            self.start = end.map_or(self.input.len(), |end| self.searched + end + 1);
            self.searched = self.start;
        }
        let end = memchr(b'\n', &self.input[self.searched..]);
        self.searched = end.map_or(self.input.len(), |end| self.searched + end);
        let held = &self.input[self.start..];
        let found = if held.first() == Some(&END_OF_INPUT) {
            Some(Line::EndOfInput)
        } else if end.is_some() {
            Some(Line::Whole)
        } else {
            (held.len() > self.line_bytes_max() + 1).then_some(Line::Endless)
        };
        self.found = self.find_foreign(found).map(Line::Foreign).or(found);
    }

    /// Looks whether what comes first is chat at all.
    fn find_foreign(&self, found: Option<Line>) -> Option<Foreign> {
        if !self.opening {
            return None;
        }
        let held = &self.input[self.start..];
        Foreign::from_start(held).or_else(|| match found? {
            // However it was split, a line is told by what can be seen of it once it is too long.
            Line::Whole if self.searched - self.start > self.line_bytes_max() + 1 => Foreign::from_endless(held),
            Line::Whole => Foreign::from_line(self.whole_line()),
            Line::Endless => Foreign::from_endless(held),
            Line::EndOfInput | Line::Foreign(_) => None,
        })
    }

    /// Returns the line that was found, without its end.
    fn whole_line(&self) -> &[u8] {
        let line = &self.input[self.start..self.searched];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Lets go of the memory of what was handed out, once it is half: so each byte is moved once at most on average. A connection
    /// that is at rest holds none at all.
    fn forget_passed(&mut self) {
        if self.start == 0 || 2 * self.start < self.input.len() {
            return;
        }
        self.input = self.input[self.start..].to_vec();
        self.searched -= self.start;
        self.start = 0;
    }

    /// The longest line in bytes: a character has at most four.
    const fn line_bytes_max(&self) -> usize {
        4 * self.line_chars_max as usize
    }
}

/// Returns how many bytes at the start are lines of nothing but spaces, tabs and carriage returns, as short as lines may be. They are
/// as free as any blank lines that came with one; but a flood of them, taken one by one, would cost a hundred times of what it
/// costs to send.
fn blank_lines_bytes(input: &[u8], line_chars_max: usize) -> usize {
    let mut start = 0;
    for (place, byte) in input.iter().enumerate() {
        match byte {
            b'\n' => start = place + 1,
            b' ' | b'\t' | b'\r' if place - start < line_chars_max => {}
            _ => break,
        }
    }
    start
}

#[cfg(test)]
mod tests;
