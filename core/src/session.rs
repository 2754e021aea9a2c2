//! Owns what one connection sends: turns its bytes into requests, as fast as the connection may make them.
//!
//! Invariant: however the bytes are split on their way, the same is asked for, in the same order. Only what is said in
//! a row comes together as far as it was read together. What is held is never more than two lines at its limit plus
//! what was handed in at once.

use std::mem;

use bytes::Bytes;

use crate::address_key::AddressKey;
use crate::asked::Asked;
use crate::close_code::CloseCode;
use crate::config::Config;
use crate::dialect::Dialect;
use crate::incidents::Incident;
use crate::log::Command;
use crate::meter::Meter;
use crate::name::Name;
use crate::request::{LogIn, LogsIn, Notice, Query, Request, Stage};
use crate::signal::Signals;
use crate::texts::{Saying, Texts};
use crate::time::Time;
use crate::window::Window;
use crate::wire::asking::Given;
use crate::wire::decode::Decode as _;
use crate::wire::intake::{End, Intake};
use crate::wire::{Decoder, Encoding, Form};

/// How many lines are handed out at once, so that even the shortest ones make no batch much larger than it should be.
const LINES_MAX: usize = 256;

/// How many bytes that make no line count as one for the flood limit: telnet's own, blank lines, the rest of an endless
/// line. At the default rate they pass at 320 KiB/s, which costs next to nothing, while a cable's worth of them would
/// cost a core.
const LINELESS_BYTES_MAX: u32 = 16 << 10;

/// How many blank lines, or frames that ask for nothing, count as one if they came at once. To take one costs as much
/// as to take a line, and thousands fit into one read; those of nothing but spaces and tabs are passed over together.
const BLANKS_MAX: u8 = 64;

/// After how many of them others have a turn: a burst has thousands, which ask for nothing that would end it.
const BLANKS_A_TURN: u16 = 256;

/// Turns the bytes of one connection into requests.
///
/// Ask it what is to be done next with [`poll_next`](Self::poll_next), and do that, until it says that this was the
/// end.
#[derive(Debug)]
pub struct Session {
    intake: Intake<Decoder>,
    window: Window,
    meter: Meter,
    /// All was handed out.
    is_over: bool,
    /// How it ends.
    incident: Incident,
    /// How many lines in a row were blank that came with those that are held, since one of them counted for the rate.
    blanks: u8,
    /// How many were passed, whether they counted or not, since others had a turn.
    passed: u16,
    /// From where the connection comes, if that is known.
    address: Option<AddressKey>,
    /// What it takes to log in there.
    logs_in: LogsIn,
    /// By which account they have logged in before they were let in.
    account: Option<Name>,
    /// For what the next line is the password.
    wanted: Option<Box<LogIn>>,
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
    /// Let others have a turn, and ask again: more was read, and much of what was passed asks for nothing.
    Yield,
    /// Read from the socket, and hand in what came with [`Session::handle_bytes`], or that nothing more will come with
    /// [`Session::handle_end`].
    Read,
    /// Nothing more can be asked for: it was all handed out, or the connection was closed or given up. Hand in
    /// [`Hub::handle_closed`](crate::Hub::handle_closed), also after a request to quit; more than once does no harm.
    End,
}

impl Session {
    /// Starts a session for a connection that was just opened, and is spoken to as most are: in lines.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self::with_form(config, Form::default())
    }

    /// Starts a session for a connection of this form that was just let in.
    #[must_use]
    pub fn with_form(config: &Config, form: Form) -> Self {
        Self::of(Self::meter(config), Intake::new(Decoder::new(config, form)))
    }

    /// Starts a session with what has come already.
    pub(crate) const fn of(meter: Meter, intake: Intake<Decoder>) -> Self {
        let (window, incident) = (Window::new(), Incident::HungUp);
        Self {
            intake,
            window,
            meter,
            is_over: false,
            incident,
            blanks: 0,
            passed: 0,
            address: None,
            logs_in: LogsIn::Nobody,
            account: None,
            wanted: None,
        }
    }

    /// Notes from where the connection comes, before it is let in. Who is kept out is kept out by that, too.
    pub const fn come_from(&mut self, address: Option<AddressKey>) {
        self.address = address;
    }

    /// Notes what it takes to log in, before the connection is let in.
    pub const fn offer_log_in(&mut self, logs_in: LogsIn) {
        self.logs_in = logs_in;
    }

    /// Notes by which account they have logged in before.
    pub(crate) fn log_in(&mut self, account: Option<Name>) {
        self.account = account;
    }

    /// Returns what it takes to log in, and by which account they have.
    pub(crate) const fn take_log_in(&mut self) -> (LogsIn, Option<Name>) {
        (self.logs_in, self.account.take())
    }

    /// Returns from where the connection comes, if that is known.
    pub(crate) const fn address(&self) -> Option<AddressKey> {
        self.address
    }

    /// Makes what keeps a session to its rate.
    pub(crate) fn meter(config: &Config) -> Meter {
        Meter::new(config.limits.flood_lines_per_second, config.limits.flood_burst)
    }

    /// Takes bytes that have come. What comes after the session's end is ignored.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        if self.is_open() {
            self.intake.handle_bytes(bytes);
            self.blanks = 0;
        }
    }

    /// Handles that no more bytes will come. A line without its end is not a line, and is dropped.
    pub fn handle_end(&mut self) {
        self.intake.handle_end();
    }

    /// Handles that the connection broke down: no more bytes will come.
    pub fn handle_failure(&mut self) {
        if self.is_open() {
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
        if signals.is_over() || self.is_over {
            return Next::End;
        }
        // A pause holds for what was read already, too: it is the owner's turn to read.
        if self.window.awaits(signals) || signals.is_paused() {
            return Next::AwaitSignal;
        }
        let requests = self.take_requests(now);
        if !requests.is_empty() {
            return Next::Ask(requests);
        }
        self.intake.decoder.forget_passed();
        if mem::take(&mut self.passed) >= BLANKS_A_TURN && self.intake.decoder.has_found() {
            return Next::Yield;
        }
        if self.is_over {
            Next::End
        } else if !self.intake.decoder.has_found() && self.may_read(now) {
            Next::Read
        } else {
            Next::AwaitTime(self.meter.ready_at())
        }
    }

    /// Returns how the connection is spoken to.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.intake.decoder.form()
    }

    /// Returns what is known so far of the program that its lines come from, and asks for it no more.
    pub(crate) fn take_dialect(&mut self) -> Dialect {
        self.intake.decoder.take_dialect()
    }

    /// Returns what is spoken to the connection as far as is known.
    pub(crate) fn encoding(&self) -> Encoding {
        Encoding::of(self.form(), self.intake.decoder.dialect())
    }

    /// Returns what is to be written to a connection that is not let in since the server stops.
    #[must_use]
    pub fn farewell(&self) -> Bytes {
        self.encoding().farewell()
    }

    /// Tells whether more may come.
    const fn is_open(&self) -> bool {
        self.intake.end.is_none() && !self.is_over
    }

    /// Returns how many bytes of memory it holds for what was handed in.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.intake.decoder.held_bytes()
    }

    /// Takes what is asked for by what is held, as far as it may pass. What is said in a row is one request.
    fn take_requests(&mut self, now: Time) -> Vec<Request> {
        let (mut requests, mut saying) = (Vec::new(), Saying::default());
        if self.is_open() && self.intake.decoder.shows_life(now) {
            requests.push(Notice::Alive.into());
        }
        if self.window.continues() {
            let more = Request::from(Query::More);
            self.window.count(more.window_bytes());
            requests.push(more);
        }
        let mut left = LINES_MAX;
        while left > 0 && !self.is_over {
            if self.window.is_used_up() {
                requests.extend(saying.take().map(say));
                self.window.fence();
                requests.push(Notice::Fence.into());
                break;
            }
            let said = if self.wanted.is_none() { self.say_plain(now, left, &mut saying) } else { 0 };
            left -= said;
            if said > 0 {
                continue;
            }
            let asked = match self.wanted {
                None => self.next_asked(now, &mut saying),
                Some(_) => self.next_given(now),
            };
            match asked {
                Some(Asked::For(request)) => {
                    requests.extend(saying.take().map(say));
                    requests.push(request);
                }
                Some(Asked::Said | Asked::Nothing) => {}
                None => break,
            }
            left -= 1;
        }
        requests.extend(saying.take().map(say));
        requests
    }

    /// Takes what is said next and can be taken together, so many lines at most, as far as it may pass. Returns how
    /// many lines there are.
    fn say_plain(&mut self, now: Time, lines_max: usize, saying: &mut Saying) -> usize {
        let (meter, mut left) = (&mut self.meter, lines_max);
        let said = self.intake.decoder.say_plain(saying, || {
            let may_pass = left > 0 && meter.is_ready(now);
            if may_pass {
                meter.charge(now);
                left -= 1;
            }
            may_pass
        });
        if said > 0 {
            self.intake.new_bytes = 0;
            self.blanks = 0;
        }
        said
    }

    /// Takes the next line that asks for something and may pass, or what a session asks for without one. What it says
    /// is added to `saying`.
    fn next_asked(&mut self, now: Time, saying: &mut Saying) -> Option<Asked> {
        loop {
            if !self.intake.decoder.has_found() {
                return self.end().map(Asked::For);
            }
            let is_free = self.intake.decoder.is_free();
            let may_pass = is_free || self.meter.is_ready(now);
            // Of so many blank lines that came at once only the first counts. They lead to nothing, not even to a write
            // that would find out that their sender is gone. So the rest of a flood of them must not be kept for long.
            let is_blank_free = self.blanks > 0;
            if self.passed >= BLANKS_A_TURN || !(may_pass || is_blank_free) {
                return None;
            }
            let mut unsaid = Saying::default();
            let mut asked = self.intake.decoder.ask(if may_pass { &mut *saying } else { &mut unsaid });
            let is_blank = asked.is_nothing();
            if !(may_pass || is_blank) {
                return None;
            }
            if !is_free {
                if !(is_blank && is_blank_free) {
                    self.charge(now);
                }
                self.blanks = if is_blank { (self.blanks + 1) % BLANKS_MAX } else { 0 };
            }
            self.intake.decoder.pass(is_blank);
            if let Asked::For(request) = &mut asked {
                self.begin_log_in(request);
                self.reckon(now, request);
            }
            if !is_blank {
                return Some(asked);
            }
            self.passed += 1;
        }
    }

    /// Takes the password that was asked for, or what comes before it.
    fn next_given(&mut self, now: Time) -> Option<Asked> {
        if !self.intake.decoder.has_found() {
            return self.end().map(Asked::For);
        }
        let is_free = self.intake.decoder.is_free();
        if !is_free && !self.meter.is_ready(now) {
            return None;
        }
        let asked = match self.intake.decoder.given() {
            Given::Secret(given) => self.answer_wanted(Stage::Given(given)),
            Given::Blank => self.answer_wanted(Stage::CalledOff),
            Given::Nothing => Asked::Nothing,
            Given::Token(_) | Given::Resume(_) | Given::NewAccount(_) => self.answer_wanted(Stage::CalledOff),
            // It comes before the line.
            Given::Learned | Given::Answered(_) | Given::Leave => self.intake.decoder.ask(&mut Saying::default()),
        };
        if !is_free {
            self.charge(now);
        }
        self.blanks = 0;
        self.intake.decoder.pass(false);
        if let Asked::For(request) = &asked {
            self.reckon(now, request);
        }
        Some(asked)
    }

    fn answer_wanted(&mut self, stage: Stage) -> Asked {
        let wanted = self.wanted.take().map(|wanted| LogIn { stage, ..*wanted });
        wanted.map_or(Asked::Nothing, |log_in| Asked::For(Notice::LogIn(Box::new(log_in)).into()))
    }

    /// Looks whether a password can be asked for, if somebody wants to log in. Then the next line is it.
    fn begin_log_in(&mut self, request: &mut Request) {
        let Request::Notice(Notice::LogIn(log_in)) = request else { return };
        log_in.stage = match self.logs_in {
            LogsIn::Nobody => Stage::Without,
            LogsIn::Unsafely | LogsIn::Safely if !self.form().asks_for_lines() => Stage::Elsewhere,
            LogsIn::Unsafely => Stage::Unsafe,
            LogsIn::Safely => Stage::Wanted,
        };
        if log_in.stage == Stage::Wanted {
            log_in.is_hidden = self.intake.decoder.dialect() == Dialect::Telnet;
            self.wanted = Some(log_in.clone());
        }
    }

    /// Counts what a request takes, and notes if it is the last.
    fn reckon(&mut self, now: Time, request: &Request) {
        if let Some(incident) = request.ending() {
            self.quit(incident);
        }
        self.window.count(request.window_bytes());
        (1..request.weight()).for_each(|_| self.meter.charge(now));
    }

    /// Tells whether more may be read, and lets bytes that made no line count as one.
    fn may_read(&mut self, now: Time) -> bool {
        let lineless = self.intake.new_bytes >= LINELESS_BYTES_MAX;
        let ready = !lineless || self.meter.is_ready(now);
        if lineless && ready {
            self.charge(now);
        }
        ready
    }

    fn charge(&mut self, now: Time) {
        self.meter.charge(now);
        self.intake.new_bytes = 0;
    }

    /// Ends the session if no more can come, once no whole line is left.
    fn end(&mut self) -> Option<Request> {
        let quits = self.intake.end.filter(|_| !self.is_over)? == End::Quit;
        self.quit(if quits { Incident::Quit } else { self.incident });
        quits.then(|| Command::Leave(CloseCode::NORMAL).into())
    }

    fn quit(&mut self, incident: Incident) {
        self.is_over = true;
        self.incident = incident;
    }
}

fn say(texts: Texts) -> Request {
    Command::Say(texts).into()
}

#[cfg(test)]
mod tests;
