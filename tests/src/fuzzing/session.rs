//! Owns what must hold for what one connection sends: however its bytes are split, they ask for the same, and little is
//! held of them.

use std::time::Duration;

use chinwag_core::log::Command;
use chinwag_core::{Config, Form, Limits, Next, Notice, Request, Rules, Session, Signal, Signals, Text, Time};

use super::input::Input;
use crate::sim::Model;

/// Takes bytes for limits, places to split at, and what somebody sends.
///
/// # Panics
/// If it matters how it is split, or more is held than may be.
pub fn session(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let config = Config {
        rules: Rules { line_chars_max: input.pick(&[10, 1, 2, 400, 4096]), ..Rules::default() },
        limits: Limits {
            flood_lines_per_second: input.pick(&[0, 0, 1, 20]),
            flood_burst: Duration::from_secs(input.pick(&[0, 1, 5])),
            ..Limits::default()
        },
    };
    let lens = usize::from(input.byte() % 16);
    let lens: Vec<_> = input.take(lens).iter().map(|&len| usize::from(len) + 1).collect();
    let sent = input.rest();

    let whole = asked(&config, &[sent]);
    assert_eq!(asked(&config, &split(sent, &[1])), whole, "one byte at a time");
    assert_eq!(asked(&config, &split(sent, &lens)), whole, "split after {lens:?}");
    assert_eq!(asked_late(&config, &split(sent, &lens)), whole, "split after {lens:?}, and asked at the end");
    let mut model = Model::new(&config);
    model.add_user(Form::Lines);
    model.read(0, sent);
    let lines = whole.iter().filter(|&request| *request != Request::Notice(Notice::Fence)).count();
    assert_eq!(lines, model.asks(0), "as many as the model says");
}

/// Takes apart what is said in a row: how much of it comes together is up to how it was read.
fn one_by_one(request: Request) -> Vec<Request> {
    let Request::Command(Command::Say(texts)) = request else { return vec![request] };
    texts.iter().map(|text| Request::Command(Command::Say(Text::clean(text).into()))).collect()
}

/// Splits bytes into pieces of these lengths, again and again.
pub(super) fn split<'a>(mut bytes: &'a [u8], lens: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for &len in lens.iter().cycle() {
        if bytes.is_empty() {
            return pieces;
        }
        let (piece, rest) = bytes.split_at(len.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    vec![bytes]
}

/// Returns what is asked for when each piece is read as soon as the session says so.
fn asked(config: &Config, pieces: &[&[u8]]) -> Vec<Request> {
    let mut driver = Driver::new(config);
    for piece in pieces {
        driver.read(piece);
    }
    driver.end();
    driver.asked
}

/// Returns what is asked for when all was handed in before anyone asks, in a pause.
fn asked_late(config: &Config, pieces: &[&[u8]]) -> Vec<Request> {
    let mut driver = Driver::new(config);
    driver.signals = driver.signals.after(Signal::Pause);
    for piece in pieces {
        driver.session.handle_bytes(piece);
        assert_eq!(driver.session.poll_next(driver.now, driver.signals), Next::AwaitSignal, "it is paused");
    }
    driver.signals = driver.signals.after(Signal::Resume);
    driver.end();
    driver.asked
}

/// Does what a read task does, as soon as it can be done.
pub(super) struct Driver {
    pub(super) session: Session,
    now: Time,
    pub(super) signals: Signals,
    pub(super) asked: Vec<Request>,
    held_bytes_max: usize,
}

impl Driver {
    fn new(config: &Config) -> Self {
        // Two lines at their limit, each with its end and a byte too many, and the room that a growing buffer is ahead.
        // Where lines are very short, the ten bytes that are kept of the end of an endless first line are more.
        let held_bytes_max = 2 * 2 * (4 * config.rules.line_chars_max as usize + 3).max(10);
        Self::of(Session::new(config), held_bytes_max)
    }

    pub(super) fn of(session: Session, held_bytes_max: usize) -> Self {
        Self { session, now: Time::START, signals: Signals::default(), asked: Vec::new(), held_bytes_max }
    }

    /// Hands in what was read, if the session reads at all.
    pub(super) fn read(&mut self, piece: &[u8]) {
        if self.drain() == Next::Read {
            self.session.handle_bytes(piece);
        }
    }

    /// Takes all requests. Returns what is to be done then: read, or nothing more.
    fn drain(&mut self) -> Next {
        loop {
            match self.session.poll_next(self.now, self.signals) {
                Next::Ask(requests) => {
                    assert!(!requests.is_empty(), "it asks for something");
                    self.asked.extend(requests.into_iter().flat_map(one_by_one));
                }
                Next::AwaitSignal => {
                    assert_eq!(self.asked.last(), Some(&Request::Notice(Notice::Fence)), "it waits for its mark");
                    self.signals = self.signals.after(Signal::Credit);
                }
                Next::Yield => {}
                Next::AwaitTime(at) => {
                    assert!(at > self.now, "it waits for the past");
                    self.now = at;
                }
                Next::Read => {
                    let held = self.session.held_bytes();
                    assert!(held <= self.held_bytes_max, "{held} bytes are held");
                    return Next::Read;
                }
                Next::End => return Next::End,
            }
        }
    }

    pub(super) fn end(&mut self) {
        self.drain();
        self.session.handle_end();
        assert_eq!(self.drain(), Next::End, "no more comes");
        self.session.handle_bytes(b"/help\n");
        assert_eq!(self.drain(), Next::End, "nothing comes after the end");
    }
}
