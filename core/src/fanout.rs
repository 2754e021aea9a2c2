//! Owns what each connection still has to be sent, and who is too slow: turns actions into bytes.
//!
//! Invariants: a connection gets its replies, broadcasts and room changes in the order of the actions. Nothing queued
//! for it exceeds the limit. What it is not sent is counted, and the count is told where the messages are missing.

mod audiences;
mod chunk;
mod outbox;
mod outboxes;
mod output;
mod pulse;
mod run_ahead;
mod schedule;
mod send_queue;
mod share;

use std::sync::Arc;
use std::time::Duration;

use self::audiences::{Audiences, Flushing, Length};
use self::chunk::OpenChunk;
use self::outboxes::{Check, Outboxes};
pub use self::output::{Output, Upcoming, Written};
use self::pulse::LOOKS_MAX;
use self::run_ahead::Size;
use self::schedule::{Schedule, Write};
pub use self::share::Share;
use crate::batch::lines::BroadcastLines;
use crate::log::cluster::Touch;
use crate::wire::Encoding;
use crate::{
    Action, Batch, CloseCode, Config, ConnectionId, Dialect, Histogram, Incident, LeftOut, Message, RoomId, Stats, Time,
};

/// How long a writer goes on at least before others have their turn. In a small room that is spoken to often a write
/// takes a microsecond, and to give way costs as much.
const SLICE_MIN: Duration = Duration::from_micros(100);

/// How long a writer goes on at the most before others have their turn, however long they had theirs. Theirs may have
/// been long because the operating system let another program run. That is no reason to keep them waiting again.
const SLICE_MAX: Duration = Duration::from_millis(2);

/// How many batches are remembered by when they begun.
const BEGUN_MAX: usize = 1024;

/// Turns actions into bytes for the connections of one share.
///
/// A fan-out knows neither sockets nor clocks. The adapter drives it by four kinds of methods:
///
/// - **What comes in**: [`follow_log`](Self::follow_log) or [`follow`](Self::follow) takes batches of actions,
///   [`handle_written`](Self::handle_written) what a socket took, [`handle_writable`](Self::handle_writable) that one
///   takes bytes again, and [`handle_timeout`](Self::handle_timeout) that it is time.
/// - **What goes out**: [`poll_output`](Self::poll_output) gives one thing to do after the other.
/// - **Time**: [`poll_timeout`](Self::poll_timeout) says when to come back with `handle_timeout`.
/// - **Questions**, which change nothing: the rest. None but [`count`](Self::count) takes long.
///
/// # Order
/// After anything came in, poll output until there is none. Each [`Output::Write`] is reported by `handle_written`
/// before anything else comes in or goes out. At [`Output::Yield`] others have their turn: let the fan-out follow the
/// log, and poll on, so that a message to a crowd holds up nobody elsewhere. All fan-outs of a server follow the same
/// batches in the same order.
///
/// # Time
/// `now` never goes backwards. A timeout may be late, which only makes its effect late. `poll_timeout` may name another
/// time after anything came in.
///
/// # Panics
/// A write that is not reported, or is reported as longer than it was, is the adapter's mistake: the method that meets
/// it says so and panics. No batch that a [`Hub`](crate::Hub) makes leads to a panic.
///
/// `S` is the adapter's handle of a socket. The fan-out gives it back with each output, and never looks at it.
#[derive(Debug)]
pub struct Fanout<S> {
    outboxes: Outboxes<S>,
    audiences: Audiences,
    schedule: Schedule<S>,
    /// The write that the adapter was told to do and has not reported yet.
    writing: Option<Write>,
    /// All output was polled since something was handed in.
    is_through: bool,
    /// When those batches began that it is not through with, if anybody is given anything; the first, if they are many.
    begun_at: Vec<Time>,
    /// How many microseconds it took to get through with each batch.
    delays: Histogram,
}

impl<S: Clone> Fanout<S> {
    /// Starts with no connections. The configuration has to pass [`Config::check`]: with less, queues may have no
    /// bounds, and slices no end.
    #[must_use]
    pub fn new(config: &Config, share: Share) -> Self {
        Self {
            outboxes: Outboxes::new(share, config),
            audiences: Audiences::new(config),
            schedule: Schedule::new(config),
            writing: None,
            is_through: true,
            begun_at: Vec::new(),
            delays: Histogram::default(),
        }
    }

    /// Tells for how long to go on polling, whatever is said meanwhile of [yielding](Output::Yield), after others had
    /// their turn for so long: as long, so that a crowd whose members all ask for something does not keep those waiting
    /// who are written to, but for 0.1 ms at least, and for 2 ms at the most.
    #[must_use]
    pub fn slice_after(others_had: Duration) -> Duration {
        others_had.clamp(SLICE_MIN, SLICE_MAX)
    }

    /// Follows what `log` gives, one after the other, as long as it gives something and that need not wait; tells
    /// whether there is output to poll then. What has to wait is kept here, and is the first to be followed the next
    /// time.
    pub fn follow_log(&mut self, now: Time, mut log: impl FnMut() -> Option<Arc<Batch<S>>>) -> bool {
        while let Some(batch) = self.schedule.take_waiting().or_else(&mut log) {
            let size = Schedule::size(&self.audiences, &batch);
            if !self.may_follow(&batch, size) {
                self.schedule.wait(batch);
                break;
            }
            self.follow_sized(now, &batch, size);
        }
        !self.is_through
    }

    /// Takes the next batch of actions.
    pub fn follow(&mut self, now: Time, batch: &Batch<S>) {
        self.follow_sized(now, batch, Schedule::size(&self.audiences, batch));
    }

    fn follow_sized(&mut self, now: Time, batch: &Batch<S>, size: Size) {
        if self.is_through {
            // Nobody has asked how long they took.
            self.begun_at.clear();
        }
        let Self { schedule, audiences, outboxes, is_through, .. } = self;
        schedule.begin_batch(audiences, outboxes, batch, size, *is_through);
        self.is_through = false;
        if batch.has_deliveries() && self.begun_at.len() < BEGUN_MAX {
            self.begun_at.push(batch.begun_at);
        }
        let mut broadcasts = 0;
        for action in &batch.actions {
            match action {
                Action::Open { connection, form, dialect } => {
                    self.outboxes.open(now, *connection, *form, *dialect, || batch.socket(*connection));
                }
                Action::Speak { connection, dialect } => self.on_speak(now, *connection, *dialect),
                Action::Reply { connection, message } => self.on_reply(*connection, message),
                Action::Deliver { connection, message } => self.on_deliver(*connection, message),
                Action::Enter { connection, room } => self.on_enter(*connection, *room),
                Action::Leave { connection, room } => self.on_leave(*connection, *room),
                Action::Broadcast { room, except, message, .. } => {
                    self.on_broadcast(*room, except.as_deref(), message, |encoding| batch.lines(encoding, broadcasts));
                    broadcasts += 1;
                }
                Action::Credit { connection, continues } => self.outboxes.credit(*connection, *continues),
                Action::Alive { connection } => self.outboxes.hear(*connection),
                Action::Close { connection, .. } => self.on_close(*connection),
                Action::Cut { connection } => self.on_cut(*connection),
                Action::Touch { touch } => self.on_touch(*touch),
                Action::Stop { message } => self.on_stop(now, message),
            }
        }
    }

    /// Returns the next thing to do.
    ///
    /// # Panics
    /// If it was a write the last time, and [`handle_written`](Self::handle_written) was not told how it went.
    pub fn poll_output(&mut self) -> Option<Output<'_, S>> {
        assert!(self.writing.is_none(), "each write is reported before the next output");
        loop {
            if let Some(notice) = self.outboxes.next_notice() {
                return self.outboxes.output(notice);
            }
            if self.schedule.end_slice(&self.audiences, &mut self.outboxes) {
                return Some(Output::Yield);
            }
            self.writing = self.schedule.next_write(&mut self.audiences, &mut self.outboxes);
            if self.writing.is_some() || !self.outboxes.has_notices() {
                break;
            }
        }
        let Some(writing) = self.writing else {
            self.is_through = true;
            self.schedule.get_through();
            return None;
        };
        self.schedule.count_write();
        match writing {
            Write::Chunk { place, from, length } => {
                let (socket, flushing) = (self.outboxes.socket(place)?, self.audiences.flushing(length)?);
                let (bytes, repeated) = (&flushing.chunk.bytes()[from..], flushing.repeated(from));
                let next = self.outboxes.sockets(self.audiences.next_of_group(length));
                Some(Output::Write { socket, bytes, repeated, next })
            }
            Write::Queue(connection) => self.outboxes.front(connection),
        }
    }

    /// Handles how the last [`Output::Write`] went.
    ///
    /// # Panics
    /// If more was written than there was to write.
    pub fn handle_written(&mut self, now: Time, written: Written) {
        match (self.writing.take(), written) {
            (None, _) => {}
            (Some(Write::Chunk { place, from, length }), Written::Bytes(taken)) => {
                if self.give(place, from, length, taken) {
                    self.outboxes.block(now, place);
                }
            }
            (Some(Write::Chunk { place, from, length }), Written::Held { taken, left }) => {
                self.give(place, from, length, taken);
                self.outboxes.hold(now, place, left);
            }
            (Some(Write::Chunk { place, .. }), Written::Failed) => self.outboxes.abandon_at(place, Incident::Failed),
            (Some(Write::Queue(connection)), Written::Bytes(taken)) => {
                self.outboxes.handle_taken(now, connection, taken, 0);
            }
            (Some(Write::Queue(connection)), Written::Held { taken, left }) => {
                self.outboxes.handle_taken(now, connection, taken, left);
            }
            (Some(Write::Queue(connection)), Written::Failed) => {
                self.outboxes.abandon(connection, Some(Incident::Failed));
            }
        }
    }

    /// Counts what was taken of a chunk, and queues the rest. Tells whether there is any.
    fn give(&mut self, place: usize, from: usize, length: Length, taken: usize) -> bool {
        let Some(Flushing { chunk, .. }) = self.audiences.flushing(length) else { return false };
        let to = from + taken;
        self.outboxes.count_given(chunk.messages(from, to));
        let is_part = to < chunk.bytes().len();
        if is_part && let Some(chunk) = self.audiences.chunk_mut(length) {
            self.outboxes.push_part(place, chunk.part(to));
        }
        is_part
    }

    /// Handles that all output was polled: what could be written of the batches that were followed was. It is only for
    /// the delays that [`count`](Self::count) adds, and may be left out.
    pub fn handle_through(&mut self, now: Time) {
        for begun_at in self.begun_at.drain(..) {
            let delay = now.since(begun_at).as_micros();
            self.delays.add(u64::try_from(delay).unwrap_or(u64::MAX));
        }
    }

    /// Handles that a socket takes bytes again, after [`Output::AwaitWritable`]. Whoever only tries again after a
    /// while, without having been told by the system, calls [`handle_timeout`](Self::handle_timeout) before: else
    /// nobody is ever found to have stalled.
    pub fn handle_writable(&mut self, connection: ConnectionId) {
        self.is_through = false;
        self.outboxes.unblock(connection);
    }

    /// Takes limits anew, of which [`Limits::drain`](crate::Limits::drain) is the only one that may be another.
    pub const fn reload(&mut self, config: &Config) {
        self.outboxes.reload(config);
    }

    /// Gives up on those who have taken nothing for too long, and on everyone when a server that stops has waited long
    /// enough. Asks browsers whether they are still there, and ends the connections of those who owe the answer for too
    /// long.
    pub fn handle_timeout(&mut self, now: Time) {
        self.outboxes.handle_timeout(now);
        for _ in 0..LOOKS_MAX {
            let Some(check) = self.outboxes.next_check(now) else { break };
            match check {
                Check::Passed => {}
                Check::Ping(connection) => {
                    self.on_reply(connection, &Message::Ping);
                    self.is_through = false;
                }
                Check::Unanswered(connection) => {
                    self.on_reply(connection, &Message::Bye { code: CloseCode::UNANSWERED });
                    self.outboxes.cut(connection, Incident::Unanswered);
                    self.is_through = false;
                }
            }
        }
        self.is_through &= !self.outboxes.has_notices();
    }

    /// Returns when to come back with [`handle_timeout`](Self::handle_timeout), if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.outboxes.poll_timeout()
    }

    /// Tells whether all output was polled since something was handed in.
    #[must_use]
    pub const fn is_through(&self) -> bool {
        self.is_through
    }

    /// Tells whether everything has been sent, and all output been polled.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.outboxes.is_drained() && self.audiences.is_flushed()
    }

    /// Tells whether the server has stopped, and there is nothing left to do here.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.outboxes.is_stopped() && self.is_drained()
    }

    /// Returns how many bytes are queued for a connection.
    #[must_use]
    pub fn queued_bytes(&self, connection: ConnectionId) -> usize {
        self.outboxes.queued_bytes(connection)
    }

    /// Returns how many messages were dropped for a connection since something has been queued for it without a break.
    #[must_use]
    pub fn dropped(&self, connection: ConnectionId) -> u64 {
        self.outboxes.dropped(connection)
    }

    /// Adds what was given to the connections of this share, dropped, and is queued for them, and how long it took, to
    /// `stats`. Takes a time that grows with their number.
    pub fn count(&self, stats: &mut Stats) {
        self.outboxes.count(stats);
        stats.delay_micros.merge(&self.delays);
    }

    fn may_follow(&self, batch: &Batch<S>, size: Size) -> bool {
        self.is_through || self.schedule.may_follow(&self.audiences, &self.outboxes, batch, size)
    }

    fn on_reply(&mut self, connection: ConnectionId, message: &Message) {
        let Some(place) = self.outboxes.place(connection) else { return };
        self.catch_up(place);
        self.outboxes.push_reply(place, message);
    }

    fn on_deliver(&mut self, connection: ConnectionId, message: &Message) {
        let Some(place) = self.outboxes.place(connection) else { return };
        self.catch_up(place);
        let alone = OpenChunk::alone(message, self.outboxes.encoding(place));
        self.outboxes.push_part(place, alone.part(0));
    }

    fn on_broadcast<'a>(
        &mut self,
        room: RoomId,
        except: Option<&LeftOut>,
        message: &Message,
        lines: impl Fn(Encoding) -> BroadcastLines<'a>,
    ) {
        let mut left_out: Vec<usize> = except
            .map_or(&[][..], LeftOut::connections)
            .iter()
            .filter_map(|&connection| self.outboxes.place(connection))
            .filter(|&place| self.audiences.is_in(place, room))
            .collect();
        left_out.sort_unstable();
        left_out.iter().for_each(|&place| self.catch_up(place));
        let Self { audiences, outboxes, .. } = self;
        audiences.broadcast(room, &left_out, message, lines, |place, part| outboxes.push_part(place, part));
        left_out.iter().for_each(|&place| audiences.skip(place));
    }

    fn on_enter(&mut self, connection: ConnectionId, room: RoomId) {
        let Some(place) = self.outboxes.place(connection) else { return };
        if let Some(part) = self.audiences.enter(place, room, self.outboxes.encoding(place)) {
            self.outboxes.push_part(place, part);
        }
    }

    fn on_leave(&mut self, connection: ConnectionId, room: RoomId) {
        let Some(place) = self.outboxes.place(connection) else { return };
        if let Some(part) = self.audiences.leave(place, room) {
            self.outboxes.push_part(place, part);
        }
    }

    /// Handles what a connection's program understands from now on. In its rooms the connection moves to those members
    /// who are sent the same bytes.
    fn on_speak(&mut self, now: Time, connection: ConnectionId, dialect: Dialect) {
        let Some(place) = self.outboxes.place(connection) else { return };
        let before = self.outboxes.encoding(place);
        self.outboxes.set_dialect(now, place, dialect);
        if self.outboxes.encoding(place) != before {
            let rooms = self.audiences.rooms(place);
            rooms.iter().for_each(|&room| self.on_leave(connection, room));
            rooms.iter().for_each(|&room| self.on_enter(connection, room));
        }
    }

    fn leave_all(&mut self, connection: ConnectionId) {
        let Some(place) = self.outboxes.place(connection) else { return };
        self.audiences.rooms(place).into_iter().for_each(|room| self.on_leave(connection, room));
    }

    fn on_close(&mut self, connection: ConnectionId) {
        self.leave_all(connection);
        self.outboxes.close(connection);
    }

    fn on_cut(&mut self, connection: ConnectionId) {
        self.leave_all(connection);
        self.outboxes.close_both_ways(connection, Incident::Resumed);
    }

    fn on_stop(&mut self, now: Time, message: &Message) {
        self.outboxes.stop(now);
        self.tell_all(message, Some(CloseCode::GOING_AWAY));
    }

    /// Tells everyone here how it is with the way to the other servers. Those who are let go are still here for the
    /// chat, until the others hear of it: what it has for them finds nobody.
    fn on_touch(&mut self, touch: Touch) {
        self.tell_all(&Message::Touch(touch), (touch == Touch::Cut).then_some(CloseCode::RESTART));
    }

    /// Tells everyone here something, and ends their connections if there is a code for that.
    fn tell_all(&mut self, message: &Message, code: Option<CloseCode>) {
        for connection in self.outboxes.connections() {
            self.on_reply(connection, message);
            if let Some(code) = code {
                // A line shows nothing of it.
                self.on_reply(connection, &Message::Bye { code });
                self.on_close(connection);
            }
        }
    }

    /// Queues what was said before, for a connection that is about to be sent something else.
    fn catch_up(&mut self, place: usize) {
        if let Some(part) = self.audiences.catch_up(place) {
            self.outboxes.push_part(place, part);
        }
    }
}

#[cfg(test)]
mod tests;
