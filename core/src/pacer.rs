//! Owns how it is found out when a connection's requests would have passed at another rate: the half of a session that
//! comes behind its decoder, for requests that were recorded.
//!
//! Invariant: at the rate at which they were recorded, and with a writer who waits for nobody, all pass when they come.

use std::collections::VecDeque;
use std::time::Duration;

use crate::log::Command;
use crate::meter::Meter;
use crate::request::{Notice, Query, Request};
use crate::signal::Signals;
use crate::window::Window;
use crate::{Config, Next, Session, Time};

/// Hands out what a connection has asked for in a recording, as its [`Session`] would: no faster than
/// [`Limits::flood_lines_per_second`](crate::Limits::flood_lines_per_second) lets it, nothing while the writer says to
/// wait, and the order stays.
///
/// What never was a request costs nothing here: blank lines, and bytes that make no line.
#[derive(Debug)]
pub struct Pacer {
    /// What has not passed, with when it came.
    waiting: VecDeque<(Time, Request)>,
    meter: Meter,
    window: Window,
    is_closed: bool,
    /// All was handed out that counts.
    is_over: bool,
    held: Held,
}

/// Tells how long lines were held back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// How many passed later than they came.
    pub lines: u64,
    /// How long these waited, all together.
    pub total: Duration,
    /// How long one of them waited at the most.
    pub longest: Duration,
    /// How many have not passed.
    pub lost: u64,
}

impl Held {
    /// Adds what others were held back.
    pub fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
        self.lost += other.lost;
    }
}

impl Pacer {
    /// Starts with nothing held back. The rate is that of the configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            waiting: VecDeque::new(),
            meter: Session::meter(config),
            window: Window::new(),
            is_closed: false,
            is_over: false,
            held: Held::default(),
        }
    }

    /// Takes what was asked for. Fences, and what a session asks for by itself, are left out: the pacer asks for them
    /// where they belong now.
    pub fn push(&mut self, now: Time, requests: impl IntoIterator<Item = Request>) {
        let is_own =
            |request: &Request| matches!(request, Request::Notice(Notice::Fence) | Request::Query(Query::More));
        let requests = requests.into_iter().filter(|request| !is_own(request));
        self.waiting.extend(requests.map(|request| (now, request)));
    }

    /// Asks for the rest of an answer that was not whole when the recording began.
    pub fn push_more(&mut self, now: Time) {
        self.waiting.push_back((now, Query::More.into()));
    }

    /// Handles that the connection has ended: nothing more will come.
    pub const fn close(&mut self) {
        self.is_closed = true;
    }

    /// Returns what is to be done next, as [`Session::poll_next`] does. [`Next::Read`] says that nothing waits.
    pub fn poll_next(&mut self, now: Time, signals: Signals) -> Next {
        if signals.is_over() || self.is_over {
            return Next::End;
        }
        if self.window.awaits(signals) || signals.is_paused() {
            return Next::AwaitSignal;
        }
        let requests = self.take_requests(now);
        if !requests.is_empty() {
            Next::Ask(requests)
        } else if !self.waiting.is_empty() {
            Next::AwaitTime(self.meter.ready_at())
        } else if self.is_closed {
            Next::End
        } else {
            Next::Read
        }
    }

    /// Returns how long lines were held back so far.
    #[must_use]
    pub fn held(&self) -> Held {
        let lost = self.waiting.iter().map(|(_, request)| u64::from(lines(request))).sum();
        Held { lost, ..self.held }
    }

    fn take_requests(&mut self, now: Time) -> Vec<Request> {
        let mut requests = Vec::new();
        if self.window.continues() {
            let more = Request::from(Query::More);
            self.window.count(more.window_bytes());
            requests.push(more);
        }
        while !self.is_over {
            if self.window.is_used_up() {
                self.window.fence();
                requests.push(Notice::Fence.into());
                break;
            }
            let Some(request) = self.take_next(now) else { break };
            self.is_over = request.ending().is_some();
            self.window.count(request.window_bytes());
            requests.push(request);
        }
        requests
    }

    /// Takes what is next as far as it may pass; of what is said in a row, as many lines as may.
    fn take_next(&mut self, now: Time) -> Option<Request> {
        let (came_at, request) = self.waiting.front()?;
        let (waited, count) = (now.since(*came_at), lines(request));
        if let Request::Command(Command::Say(texts)) = request {
            let meter = &mut self.meter;
            let passed = (0..count).take_while(|_| pass(meter, now)).count();
            let passed = u32::try_from(passed).unwrap_or(count);
            let (first, rest) = texts.split(passed)?;
            match rest {
                Some(rest) => self.waiting[0].1 = Command::Say(rest).into(),
                None => drop(self.waiting.pop_front()),
            }
            self.hold(passed, waited);
            return Some(Command::Say(first).into());
        }
        if count > 0 && !pass(&mut self.meter, now) {
            return None;
        }
        (1..count).for_each(|_| self.meter.charge(now));
        self.hold(count, waited);
        self.waiting.pop_front().map(|(_, request)| request)
    }

    fn hold(&mut self, lines: u32, waited: Duration) {
        if waited > Duration::ZERO {
            self.held.lines += u64::from(lines);
            self.held.total += waited * lines;
            self.held.longest = self.held.longest.max(waited);
        }
    }
}

/// Lets a line pass, if the rate allows it.
fn pass(meter: &mut Meter, now: Time) -> bool {
    let is_ready = meter.is_ready(now);
    if is_ready {
        meter.charge(now);
    }
    is_ready
}

/// Returns for how many lines this counts: for none, if a session asks for it by itself.
fn lines(request: &Request) -> u32 {
    match request {
        Request::Command(Command::Say(texts)) => texts.count(),
        Request::Notice(Notice::Speak(_) | Notice::Alive | Notice::Fence) | Request::Query(Query::More) => 0,
        Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Irc(_) | Request::Notice(_) => {
            request.weight()
        }
    }
}

#[cfg(test)]
mod tests;
