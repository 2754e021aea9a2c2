//! Owns one simulated connection: the person's end, the socket, and the read task of the adapter; and the laws of what
//! is done to it.

use std::sync::Weak;
use std::time::Duration;

use chinwag_core::log::Command;
use chinwag_core::{Action, Config, ConnectionId, Notice, Query, Request, Signal, Signals, Time, Written};

use crate::driver::{Driver, Link, Todo};
use crate::sim::device::{Device, Keyboard};
use crate::sim::layer::Layer;
use crate::sim::{Line, Model, Reader};

/// How much above half of its limit a queue may be when it resumes: the notice that is told then.
const NOTICE_BYTES_MAX: usize = 80;

/// How much of a queue is kept for replies, as the configuration says.
const REPLY_BYTES: usize = 40 << 10;

/// Each of so many has something before their socket that seals, holds and splits what is written.
const SEALED_EACH: usize = 3;

#[derive(Debug)]
pub(super) struct User {
    number: usize,
    pub(super) device: Device,
    keyboard: Keyboard,
    /// How many pings were answered.
    pongs: usize,
    /// Alive as long as somebody holds the handle of the socket.
    pub(super) handle: Weak<usize>,
    pub(super) link: Link,
    /// What the reader is to do next, and what its session was told before.
    next: Todo,
    signals: Signals,
    came_at: Time,
    /// What was read before it was let in, piece by piece.
    brought: Vec<Vec<u8>>,
    /// What was answered before.
    answered: Vec<u8>,
    /// Not all that was answered before was taken.
    has_refused: bool,
    /// It is on its way to the hub.
    enters: bool,
    is_turned_away: bool,
    /// What was typed and not read.
    wire: Vec<u8>,
    line: Wire,
    /// How many bytes the socket takes.
    pub(super) takes: usize,
    layer: Layer,
    socket: Socket,
    /// When the socket last took something or first refused, while something is queued.
    waits_since: Option<Time>,
    is_paused: bool,
    was_low: bool,
    /// How many marks the hub has dealt with, and nobody answered.
    pub(super) marks: usize,
    end: Option<End>,
    has_failed: bool,
    /// It took nothing for too long when the writer looked.
    has_stalled: bool,
    /// The read task has ended.
    pub(super) is_read_out: bool,
    reader: Reader,
    credit: Credit,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    queue_bytes_max: usize,
    line_bytes_max: usize,
    stall_max: Duration,
    request_wait: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wire {
    Connected,
    HungUp,
    Vanished,
}

/// What the writer knows of the socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Socket {
    Writable,
    /// It has not taken all that it was offered.
    Refused,
    /// The writer waits for it.
    Awaited,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Finished,
    Abandoned,
}

/// A bucket that fills with time, from which each line takes.
#[derive(Clone, Copy, Debug)]
struct Credit {
    filled_at: Time,
    credit: Duration,
    line: Duration,
    burst: Duration,
}

type Lawful<T = ()> = Result<T, String>;

impl User {
    pub(super) fn new(number: usize, device: Device, config: &Config, now: Time) -> Self {
        let line = Duration::from_secs(1).checked_div(config.limits.flood_lines_per_second).unwrap_or_default();
        let burst = config.limits.flood_burst.max(line);
        Self {
            number,
            device,
            keyboard: Keyboard::new(device),
            pongs: 0,
            handle: Weak::new(),
            link: Link::new(config, device.form(), now),
            next: Todo::Read(Some(now)),
            signals: Signals::default(),
            came_at: now,
            brought: Vec::new(),
            answered: Vec::new(),
            has_refused: false,
            enters: false,
            is_turned_away: false,
            wire: device.opening().to_vec(),
            line: Wire::Connected,
            takes: usize::MAX,
            layer: Layer::new(number.is_multiple_of(SEALED_EACH)),
            socket: Socket::Writable,
            waits_since: None,
            is_paused: false,
            was_low: true,
            marks: 0,
            end: None,
            has_failed: false,
            has_stalled: false,
            is_read_out: false,
            reader: Reader::new(device.form()),
            credit: Credit { filled_at: Time::START, credit: burst, line, burst },
            limits: Limits {
                queue_bytes_max: config.limits.queue_bytes_max,
                line_bytes_max: device.line_bytes_max(config),
                stall_max: config.limits.stall_max,
                request_wait: config.limits.request_wait,
            },
        }
    }

    pub(super) const fn connection(&self) -> Option<ConnectionId> {
        self.link.connection()
    }

    /// Lets the user type. Tells whether a message is in parts then.
    pub(super) fn types(&mut self, bytes: &[u8]) -> bool {
        if self.line == Wire::Connected {
            self.wire.extend(self.keyboard.send(bytes));
        }
        self.keyboard.is_in_parts
    }

    pub(super) fn hang_up(&mut self) {
        if self.line == Wire::Connected {
            self.line = Wire::HungUp;
        }
    }

    pub(super) fn vanish(&mut self) {
        self.line = Wire::Vanished;
        self.wire.clear();
    }

    pub(super) fn has_vanished(&self) -> bool {
        self.line == Wire::Vanished
    }

    pub(super) const fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Does what the read task does when the socket can be read.
    pub(super) fn read(&mut self, now: Time, bytes: usize, model: &mut Model) -> Lawful<Vec<Vec<Request>>> {
        if !self.is_reading() || !matches!(self.next, Todo::Read(_)) {
            return Ok(Vec::new());
        }
        let rest = self.wire.split_off(bytes.min(self.wire.len()));
        let read = std::mem::replace(&mut self.wire, rest);
        if !read.is_empty() {
            model.read(self.number, &read);
            self.link.read(&read);
            if self.connection().is_none() {
                self.brought.push(read);
            }
        } else if self.line == Wire::HungUp {
            self.link.read_end();
        } else if self.line == Wire::Vanished {
            self.link.read_failed();
        }
        self.requests(now)
    }

    /// Tells whether the read task would read something now.
    pub(super) fn is_readable(&self) -> bool {
        self.is_reading() && matches!(self.next, Todo::Read(_)) && !self.wire.is_empty()
    }

    /// Does what the read task does when it has been waiting for something else than the socket.
    pub(super) fn ask(&mut self, now: Time) -> Lawful<Vec<Vec<Request>>> {
        if !self.is_reading() || self.next == Todo::Read(None) {
            return Ok(Vec::new());
        }
        self.requests(now)
    }

    /// Tells whether the connection is to be let in now; it is so once.
    pub(super) fn enters(&mut self) -> bool {
        self.next == Todo::Enter && !std::mem::replace(&mut self.enters, true)
    }

    /// Tells whether the handshake came to its end without that it was let in; it does so once.
    pub(super) fn leaves_early(&mut self) -> bool {
        let ends = self.connection().is_none() && self.next == Todo::End;
        ends && !std::mem::replace(&mut self.is_turned_away, true)
    }

    /// Handles that it was not let in, and told why.
    pub(super) fn is_refused(&mut self, words: &[u8]) {
        self.has_refused |= self.take_answer(words) < words.len();
        self.is_turned_away = true;
    }

    /// Checks that a browser was let in before it entered.
    pub(super) fn check_accepted(&self) -> Lawful {
        let is_right = self.device != Device::Browser || Device::accepted(&self.answered) == Some(b"");
        is_right.then_some(()).ok_or_else(|| format!("user {} was answered {:?}", self.number, self.answered))
    }

    /// Checks what a browser was answered that was not let in, and that there was a reason for it.
    pub(super) fn check_browser_turned_away(&self, now: Time, has_stopped: bool) -> Lawful {
        let is_late = self.came_at + self.limits.request_wait <= now;
        if !(has_stopped || is_late || self.has_hung_up() || self.has_refused) {
            return Err(format!("user {} is turned away", self.number));
        }
        let Some(words) = Device::accepted(&self.answered) else {
            let is_refused = ["", "HTTP/1.1 408 ", "HTTP/1.1 503 "];
            let is_right =
                is_refused.iter().any(|start| self.answered.is_empty() || self.answered.starts_with(start.as_bytes()));
            return is_right
                .then_some(())
                .ok_or_else(|| format!("user {} was answered {:?}", self.number, self.answered));
        };
        let line = |text: &[u8]| Line { text: text.to_vec(), may_be_dropped: false };
        let last = [line(b"Server is shutting down\n"), line(b"bye 1001\n")];
        let mut reader = Reader::new(self.device.form());
        reader.receive(words, &last)?;
        let is_right = self.has_refused || reader.has_all(&last);
        is_right.then_some(()).ok_or_else(|| format!("user {} was told {words:?}", self.number))
    }

    /// Checks what somebody was answered who was not let in.
    pub(super) fn check_turned_away(&self, words: &[u8]) -> Lawful {
        let is_right = if self.has_refused { words.starts_with(&self.answered) } else { self.answered == words };
        let error = || format!("user {} was answered {:?}, not {words:?}", self.number, self.answered);
        is_right.then_some(()).ok_or_else(error)
    }

    pub(super) const fn has_hung_up(&self) -> bool {
        !matches!(self.line, Wire::Connected)
    }

    pub(super) fn stop(&mut self) {
        if !self.enters {
            self.link.stop();
        }
    }

    /// Returns how much of what it has asked for before it was let in was heard with that, of so many asks. It is told
    /// by another of which the same was read, and that is let in by a hub of its own.
    pub(super) fn heard_early(&mut self, config: &Config, now: Time, asks: usize) -> Lawful<usize> {
        let (mut now, mut signals, mut later) = (now, Signals::default(), 0);
        let mut twin = Link::new(config, self.device.form(), self.came_at);
        self.brought.iter().for_each(|read| twin.read(read));
        while let Todo::Write(..) = twin.next(now, signals) {}
        let mut driver = Driver::new(config);
        driver.set_now(now);
        driver.open(&mut twin, ()).map_err(|_| "the twin is not let in")?;
        self.marks = driver.decided().filter(|action| matches!(action, Action::Credit { .. })).count();
        loop {
            match twin.next(now, signals) {
                Todo::Ask(requests) => later += requests.iter().map(|request| lines(request) as usize).sum::<usize>(),
                Todo::AwaitSignal => signals = signals.after(Signal::Credit),
                Todo::AwaitTime(at) => now = at,
                Todo::Read(_) | Todo::End => break,
                Todo::Write(..) | Todo::Enter => return Err("the twin enters twice".to_owned()),
            }
        }
        asks.checked_sub(later).ok_or_else(|| format!("user {} asks for more than was typed", self.number))
    }

    /// Handles that it was let in, and so much of what it asks for heard, of which so much counts for the rate.
    pub(super) fn is_let_in(&mut self, now: Time, metered: usize) -> Lawful<Vec<Vec<Request>>> {
        for _ in 0..metered {
            self.credit.charge(now)?;
        }
        self.requests(now)
    }

    /// Tells whether the read task ends now; it does so once.
    pub(super) fn ends_reading(&mut self) -> bool {
        let ends = self.connection().is_some() && !self.is_read_out && (self.next == Todo::End || self.end.is_some());
        self.is_read_out |= ends;
        ends
    }

    pub(super) const fn was_abandoned(&self) -> bool {
        matches!(self.end, Some(End::Abandoned))
    }

    /// Returns when the read task has something to do again, if it waits for the time.
    pub(super) fn poll_timeout(&self) -> Option<Time> {
        let (Todo::AwaitTime(at) | Todo::Read(Some(at)) | Todo::Write(_, at)) = self.next else { return None };
        self.is_reading().then_some(at)
    }

    /// Tells whether it is held back by the rate.
    pub(super) fn is_held_back(&self) -> bool {
        matches!(self.next, Todo::AwaitTime(_)) && self.is_reading()
    }

    fn is_reading(&self) -> bool {
        let waits = self.connection().is_none() && self.enters;
        !waits && !self.is_read_out && !self.is_turned_away && !self.was_abandoned()
    }

    fn requests(&mut self, now: Time) -> Lawful<Vec<Vec<Request>>> {
        let mut requests = Vec::new();
        if let Todo::Write(rest, until) = std::mem::replace(&mut self.next, Todo::End)
            && !self.finish_answer(now, rest, until)
        {
            return Ok(requests);
        }
        self.next = loop {
            match self.link.next(now, self.signals) {
                Todo::Ask(asked) => requests.push(asked),
                Todo::Write(bytes, until) => {
                    if !self.finish_answer(now, bytes, until) {
                        return Ok(requests);
                    }
                }
                next @ (Todo::Enter | Todo::AwaitSignal | Todo::AwaitTime(_) | Todo::Read(_) | Todo::End) => {
                    break next;
                }
            }
        };
        let all = || requests.iter().flatten();
        if all().last() == Some(&Request::Notice(Notice::Fence)) && self.next != Todo::AwaitSignal {
            return Err(format!("the session of user {} does not wait for its mark", self.number));
        }
        // It was never a line when telnet says so, but then it is the last.
        let metered = all().filter(|&request| {
            !matches!(request, Request::Command(Command::Leave(_)) | Request::Notice(Notice::Speak(_)))
        });
        for _ in 0..metered.map(lines).sum() {
            self.credit.charge(now)?;
        }
        if matches!(self.next, Todo::AwaitTime(at) | Todo::Read(Some(at)) if at <= now) {
            return Err(format!("the session of {} could go on, and does not", self.number));
        }
        Ok(requests)
    }

    /// Writes what a handshake answers, as the socket takes it. Tells whether the handshake goes on.
    fn finish_answer(&mut self, now: Time, mut bytes: Vec<u8>, until: Time) -> bool {
        bytes.drain(..self.take_answer(&bytes));
        if !bytes.is_empty() && !self.has_vanished() && now < until {
            self.next = Todo::Write(bytes, until);
            return false;
        }
        if !bytes.is_empty() {
            self.has_refused = true;
            self.link.write_failed();
        }
        true
    }

    /// Takes of an answer what the socket takes at once, and tells how much that is.
    fn take_answer(&mut self, bytes: &[u8]) -> usize {
        let taken = if self.has_vanished() { 0 } else { bytes.len().min(self.takes) };
        self.takes -= if self.takes == usize::MAX { 0 } else { taken };
        self.answered.extend_from_slice(&bytes[..taken]);
        taken
    }

    /// Does what the socket does with what it is offered. Returns how many lines were told to be missing.
    pub(super) fn write(&mut self, now: Time, bytes: &[u8], lines: &[Line]) -> Lawful<(Written, usize)> {
        let user = self.number;
        let is_lawful = !bytes.is_empty() || self.layer.holds();
        if self.end.is_some() || self.socket != Socket::Writable || !is_lawful {
            return Err(format!(
                "{} bytes for {user}, whose socket is {:?}, end {:?}",
                bytes.len(),
                self.socket,
                self.end
            ));
        }
        if self.has_vanished() {
            self.has_failed = true;
            return Ok((Written::Failed, 0));
        }
        let before = self.takes;
        let (written, received) = self.layer.write(bytes, &mut self.takes);
        if before != self.takes || !received.is_empty() || self.waits_since.is_none() {
            self.waits_since = Some(now);
        }
        if written != Written::Bytes(bytes.len()) {
            self.socket = Socket::Refused;
        }
        let missing = self.reader.receive(&received, lines).map_err(|error| format!("user {user}: {error}"))?;
        self.answer_pings();
        Ok((written, missing))
    }

    /// Has a program answer what it was asked; of those of some users nothing comes.
    fn answer_pings(&mut self) {
        let asked = self.reader.pings() - self.pongs;
        self.pongs = self.reader.pings();
        if self.line == Wire::Connected && !self.number.is_multiple_of(3) {
            (0..asked).for_each(|_| self.wire.extend(self.keyboard.pong()));
        }
    }

    /// Returns how often it was asked whether somebody is there, and how many frames had several messages in them.
    pub(super) fn was_sent(&self) -> (usize, usize) {
        (self.reader.pings(), self.reader.runs())
    }

    /// Handles how much is queued after a write.
    pub(super) const fn is_queued(&mut self, bytes: usize) {
        self.was_low |= bytes <= self.limits.low();
        if bytes == 0 {
            self.waits_since = None;
        }
    }

    pub(super) fn await_writable(&mut self) -> Lawful {
        let lawful = self.end.is_none() && self.socket == Socket::Refused;
        self.socket = Socket::Awaited;
        lawful.then_some(()).ok_or_else(|| format!("user {} is awaited for no reason", self.number))
    }

    /// Tells whether the writer waits for the socket, which is then taken to be writable.
    pub(super) fn becomes_writable(&mut self) -> bool {
        let awaited = self.end.is_none() && self.socket == Socket::Awaited;
        if awaited {
            self.socket = Socket::Writable;
        }
        awaited
    }

    pub(super) fn pause(&mut self, queued: usize) -> Lawful {
        let lawful = self.end.is_none() && !self.is_paused && queued > self.limits.full();
        (self.is_paused, self.was_low) = (true, false);
        self.signals = self.signals.after(Signal::Pause);
        lawful.then_some(()).ok_or_else(|| format!("user {} is paused with {queued} bytes queued", self.number))
    }

    pub(super) fn resume(&mut self) -> Lawful {
        let lawful = self.end.is_none() && self.is_paused && self.was_low;
        self.is_paused = false;
        self.signals = self.signals.after(Signal::Resume);
        lawful.then_some(()).ok_or_else(|| format!("user {} is resumed too early or twice", self.number))
    }

    pub(super) fn answer(&mut self, signal: Signal) -> Lawful {
        let lawful = self.end.is_none() && self.marks > 0;
        self.marks = self.marks.saturating_sub(1);
        self.signals = self.signals.after(signal);
        lawful.then_some(()).ok_or_else(|| format!("user {} is answered without a mark", self.number))
    }

    pub(super) fn finish(&mut self, model: &Model) -> Lawful {
        let lawful = self.end.is_none() && self.is_done(model) && !model.was_resumed(self.number);
        self.end = Some(End::Finished);
        self.signals = Signals::FINISHED;
        lawful.then_some(()).ok_or_else(|| format!("user {} is finished with {}", self.number, self.next(model)))
    }

    pub(super) fn abandon(&mut self, model: &Model, has_given_up: bool, has_stopped: bool) -> Lawful<&'static str> {
        let reason = if self.end.is_some() {
            None
        } else if self.has_failed {
            Some("abandoned after failing")
        } else if self.has_stalled {
            Some("abandoned after stalling")
        } else if self.reader.is_unanswered() && self.reader.pings() > 1 {
            Some("abandoned without an answer")
        } else if has_given_up {
            Some("abandoned by a server that gave up")
        } else if model.was_resumed(self.number) && self.is_done(model) {
            Some("abandoned for another connection")
        } else if has_stopped && self.is_done(model) {
            Some("abandoned by a server that stops")
        } else {
            None
        };
        self.end = Some(End::Abandoned);
        self.signals = Signals::ABANDONED;
        reason.ok_or_else(|| format!("user {} is abandoned for no reason, with {}", self.number, self.next(model)))
    }

    /// Handles that the writer looks who has stalled. Tells whether this one has.
    pub(super) fn time_out(&mut self, now: Time) -> bool {
        let stalls = self.stalls_until().is_some_and(|until| until <= now);
        self.has_stalled |= stalls;
        stalls
    }

    /// Returns when the user is to be given up, if the socket takes nothing until then.
    pub(super) fn stalls_until(&self) -> Option<Time> {
        let blocks = self.end.is_none() && self.socket != Socket::Writable;
        self.waits_since.filter(|_| blocks).map(|since| since + self.limits.stall_max)
    }

    /// Checks what holds when a writer has nothing more to do.
    pub(super) fn check_rest(&self, queued: usize) -> Lawful {
        if self.is_paused && self.end.is_none() && queued <= self.limits.queue_bytes_max / 2 {
            return Err(format!("user {} stays paused with {queued} bytes queued", self.number));
        }
        if self.socket == Socket::Refused && self.end.is_none() {
            return Err(format!("user {} is not awaited", self.number));
        }
        Ok(())
    }

    /// Checks what holds when everything has been read and written: nobody waits for anything.
    pub(super) fn check_settled(&self, model: &Model) -> Lawful {
        if self.connection().is_none() && !self.is_turned_away {
            return Err(format!("user {} is never let in: {:?}", self.number, self.link));
        }
        if self.is_turned_away || self.end.is_some() {
            return Ok(());
        }
        if !self.reader.has_all(model.lines(self.number)) {
            return Err(format!("user {} still waits for {}", self.number, self.next(model)));
        }
        let is_waiting = self.next != Todo::Read(None) || !self.wire.is_empty();
        if self.next != Todo::End && (is_waiting || model.asks(self.number) > 0) {
            return Err(format!("user {} is not read: {:?}", self.number, self.link));
        }
        Ok(())
    }

    fn is_done(&self, model: &Model) -> bool {
        !model.is_here(self.number) && self.reader.has_all(model.lines(self.number))
    }

    fn next(&self, model: &Model) -> String {
        self.reader.next(model.lines(self.number))
    }
}

impl Limits {
    /// Above how many bytes a line may find no room.
    const fn full(&self) -> usize {
        self.queue_bytes_max - REPLY_BYTES - self.line_bytes_max
    }

    /// Down to how many bytes a queue has to come before its owner is read again.
    const fn low(&self) -> usize {
        self.queue_bytes_max / 2 + NOTICE_BYTES_MAX
    }
}

/// Returns how many lines ask for a request.
pub(super) fn lines(request: &Request) -> u32 {
    match request {
        Request::Command(Command::Say(texts)) => texts.count(),
        Request::Notice(Notice::Fence | Notice::Alive) | Request::Query(Query::More) => 0,
        Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Irc(_) | Request::Notice(_) => 1,
    }
}

impl Credit {
    fn charge(&mut self, now: Time) -> Lawful {
        self.credit = (self.credit + now.since(self.filled_at)).min(self.burst);
        self.filled_at = now;
        let rest = self.credit.checked_sub(self.line);
        self.credit = rest.ok_or("a line came before its time")?;
        Ok(())
    }
}
