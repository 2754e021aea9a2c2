//! Owns what one connection sends: turns its bytes into requests, as fast as the connection may make them.
//!
//! Invariant: however the bytes are split on their way, the requests are the same. What is held is never more than two lines at
//! its limit plus what was handed in at once.

mod frames;
mod input;
mod lines;
mod telnet;

use std::iter;

use self::frames::Frames;
use self::input::Input;
use self::lines::Lines;
pub(crate) use self::lines::Opening;
use self::lines::Plain;
use self::telnet::Stripped;
use crate::config::REPLY_WINDOW_BYTES;
use crate::meter::Meter;
use crate::{Config, Form, Incident, Request, Signals, Time};

/// How many requests are handed out at once, so that even the shortest ones make no batch much larger than it should be.
const REQUESTS_MAX: usize = 256;

/// For how many lines that may pass at once it pays to take them together.
const PLAIN_LINES_MIN: u32 = 8;

/// How many bytes that make no line count as one for the flood limit: telnet's own, blank lines, the rest of an endless line. At the
/// default rate they pass at 320 KiB/s, which costs next to nothing, while a cable's worth of them would cost a core.
const LINELESS_BYTES_MAX: u32 = 16 << 10;

/// Turns the bytes of one connection into requests.
///
/// Ask it what is to be done next with [`poll_next`](Self::poll_next), and do that, until it says that this was the end.
#[derive(Debug)]
pub struct Session {
    input: Input,
    /// The bytes of replies that were asked for since the last mark was answered.
    asked_bytes: u32,
    /// How many bytes have come since a line last counted for the rate.
    lineless_bytes: u32,
    meter: Meter,
    phase: Phase,
    /// How it ends.
    incident: Incident,
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

impl Session {
    /// Starts a session for a connection that was just opened, and sends lines.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::of(config, Input::Lines(Lines::new(config)))
    }

    /// Starts a session for a `WebSocket` that was just opened.
    #[must_use]
    pub fn web(config: &Config) -> Self {
        Self::of(config, Input::Web(Box::new(Frames::new(config))))
    }

    fn of(config: &Config, input: Input) -> Self {
        Self {
            input,
            asked_bytes: 0,
            lineless_bytes: 0,
            meter: Meter::new(config.flood_lines_per_second, config.flood_burst),
            phase: Phase::Open,
            incident: Incident::HungUp,
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
        if self.input.handle_bytes(bytes) == Stripped::Interrupt {
            self.phase = Phase::Ending { quits: true };
        }
        self.passed_blank = false;
        self.lineless_bytes = self.lineless_bytes.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
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
        let plain = if self.meter.is_ready_for(now, PLAIN_LINES_MIN) { self.input.plain() } else { None };
        let mut requests = Vec::with_capacity(plain.as_ref().map_or(0, |plain| plain.lines.count().min(REQUESTS_MAX)));
        requests.extend(iter::from_fn(|| self.next_request(now, plain.as_ref())).take(REQUESTS_MAX));
        if !requests.is_empty() {
            if plain.is_some_and(|plain| plain.lines.is_sparse(requests.len())) {
                requests.iter_mut().for_each(Request::stand_alone);
            }
            return Next::Ask(requests);
        }
        self.input.forget_passed();
        match (self.phase, self.input.has_found()) {
            (Phase::Over, _) => Next::End,
            (Phase::Open | Phase::Ending { .. }, true) => Next::AwaitTime(self.meter.ready_at()),
            (Phase::Open | Phase::Ending { .. }, false) if self.may_read(now) => Next::Read,
            (Phase::Open | Phase::Ending { .. }, false) => Next::AwaitTime(self.meter.ready_at()),
        }
    }

    /// Returns how the connection is spoken to.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.input.form()
    }

    /// Returns what has come first.
    pub(crate) const fn opening(&self) -> Opening {
        self.input.opening()
    }

    /// Returns how many bytes of memory it holds for what was handed in.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.input.held_bytes()
    }

    fn next_request(&mut self, now: Time, plain: Option<&Plain>) -> Option<Request> {
        loop {
            if self.marked || self.phase == Phase::Over {
                return None;
            }
            if self.asked_bytes as usize >= REPLY_WINDOW_BYTES {
                self.marked = true;
                self.marks_odd = !self.marks_odd;
                return Some(Request::Mark);
            }
            if !self.input.has_found() {
                return self.end();
            }
            let request = self.input.request(plain);
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
            self.input.pass(request.as_ref());
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
}

#[cfg(test)]
mod tests;
