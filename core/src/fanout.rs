//! Owns what each connection still has to be sent, and who is too slow: turns actions into bytes.
//!
//! Invariants: a connection gets its replies, broadcasts and room changes in the order of the actions; nothing queued for it exceeds
//! the limit; what it is not sent is counted, and the count is told where the messages are missing.

mod audiences;
mod chunk;
mod outboxes;
mod output;
mod pulse;
mod queue;
mod run_ahead;
mod send_queue;
mod share;

use std::sync::Arc;
use std::time::Duration;

use self::audiences::{Audiences, Flushing, Length, Membership};
use self::chunk::OpenChunk;
use self::outboxes::{Check, Outboxes};
pub use self::output::{Output, Upcoming, Written};
use self::pulse::LOOKS_MAX;
use self::queue::Queue;
use self::run_ahead::RunAhead;
pub use self::share::Share;
use crate::{
    Action, Batch, CloseCode, Config, ConnectionId, Dialect, Histogram, Incident, Message, RoomId, Stats, Time,
};

/// After how many turns, of those for few, for what was said in a room more that was said there is taken in between, if there are as many to go. What
/// comes in between is queued for all who are still to be written to, which costs a little for each: the more turns, the longer those
/// wait who have been given all, and the fewer, the less is given at once.
const ROOM_SLICES_MIN: u32 = 16;

/// Up to how many who are still to be written to are no crowd, for which turns are shorter: to give way in the middle of a message to a
/// hundred costs more than it spares.
const FEW_TO_GO_MAX: u32 = 128;

/// How long a writer goes on at least before others have their turn. In a small room that is spoken to often a write takes a microsecond, and
/// to give way costs as much.
const SLICE_MIN: Duration = Duration::from_micros(100);

/// How long a writer goes on at the most before others have their turn, however long they had theirs: it may have been so long because the
/// operating system let another program run, and that is no reason to keep them waiting again.
const SLICE_MAX: Duration = Duration::from_millis(2);

/// How many batches are remembered by when they begun.
const BEGUN_MAX: usize = 1024;

/// Turns actions into bytes for the connections of one share.
///
/// Let it [follow the log](Self::follow_log) of batches, then do what [`poll_output`](Self::poll_output) says until it says nothing more,
/// and so on until there is nothing left. When it says [`Output::Yield`], let it follow the log before the rest is polled: so that a
/// message to a crowd holds up nobody elsewhere. Come back with [`handle_timeout`](Self::handle_timeout) at
/// [`poll_timeout`](Self::poll_timeout).
///
/// Who has one batch after the other hands in each with [`follow`](Self::follow).
///
/// `S` is the adapter's handle of a socket. The fan-out keeps it and gives it back with each output; it never looks at it.
#[derive(Debug)]
pub struct Fanout<S> {
    outboxes: Outboxes<S>,
    audiences: Audiences,
    writing: Option<Writing>,
    /// All output was polled since something was handed in.
    is_through: bool,
    /// What comes next in the log, and has to wait until what was followed is written.
    waiting: Option<Arc<Batch<S>>>,
    /// When those batches begun that it is not through with, if anybody is given anything; the first of them, if they are very many.
    begun_at: Vec<Time>,
    run_ahead: RunAhead,
    /// How many writes there were since the last was followed of the batches with something said in the late room.
    room_writes: u32,
    /// How many there were in this turn.
    slice_writes: u32,
    slice_writes_max: u32,
    crowd_slice_writes_max: u32,
    /// Whose turn it is, when some are behind.
    queue: Queue,
    /// The room whose members were not all written to when the next batch was followed.
    late_room: Option<RoomId>,
    /// How many microseconds it took to get through with each batch.
    delays: Histogram,
}

/// The write that the adapter was told to do and has not reported yet.
#[derive(Clone, Copy, Debug)]
enum Writing {
    /// Of the chunk that is being given to the members of a room, from an offset, to the one in this place.
    Chunk { place: usize, from: usize, length: Length },
    /// Of what was queued.
    Queue(ConnectionId),
}

impl<S: Clone> Fanout<S> {
    /// Starts with no connections. The configuration has to pass [`Config::check`]: with less, queues may have no bounds, and turns no end.
    #[must_use]
    pub fn new(config: &Config, share: Share) -> Self {
        Self {
            outboxes: Outboxes::new(share, config),
            audiences: Audiences::new(config),
            writing: None,
            is_through: true,
            waiting: None,
            begun_at: Vec::new(),
            run_ahead: RunAhead::new(config.queue_bytes_max),
            room_writes: 0,
            slice_writes: 0,
            slice_writes_max: config.turn_writes,
            crowd_slice_writes_max: config.crowd_turn_writes,
            queue: Queue::Live,
            late_room: None,
            delays: Histogram::default(),
        }
    }

    /// Tells for how long to go on polling, whatever is said meanwhile of [yielding](Output::Yield), after others had their turn for so
    /// long: as long, so that a crowd whose members all ask for something does not keep those waiting who are written to, but for 0.1 ms
    /// at least, and for 2 ms at the most.
    #[must_use]
    pub fn slice_after(others_had: Duration) -> Duration {
        others_had.clamp(SLICE_MIN, SLICE_MAX)
    }

    /// Follows what `log` gives, one after the other, as long as it gives something and that need not wait; tells whether there is output
    /// to poll then. What has to wait is kept here, and is the first to be followed the next time.
    pub fn follow_log(&mut self, now: Time, mut log: impl FnMut() -> Option<Arc<Batch<S>>>) -> bool {
        while let Some(batch) = self.waiting.take().or_else(&mut log) {
            if !self.may_follow(&batch) {
                self.waiting = Some(batch);
                break;
            }
            self.follow(now, &batch);
        }
        !self.is_through
    }

    /// Takes the next batch of actions.
    pub fn follow(&mut self, now: Time, batch: &Batch<S>) {
        self.queue_rest(batch);
        if self.is_through {
            // Nobody has asked how long they took.
            self.begun_at.clear();
        }
        if self.is_through || batch.said().iter().any(|&(room, _)| self.is_late(room)) {
            self.room_writes = 0;
        }
        self.is_through = false;
        let (crowd, other) = self.split_by_crowd(batch);
        self.run_ahead.add(crowd, other);
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
                    let except = except.filter(|&except| self.is_in(except, *room));
                    if let Some(except) = except {
                        self.on_leave(except, *room);
                    }
                    self.audiences.broadcast(*room, message, |end| batch.lines(end, broadcasts));
                    if let Some(except) = except {
                        self.on_enter(except, *room);
                    }
                    broadcasts += 1;
                }
                Action::Answer { connection } => self.outboxes.answer(*connection),
                Action::Alive { connection } => self.outboxes.hear(*connection),
                Action::Close { connection } => self.on_close(*connection),
                Action::Cut { connection } => self.on_cut(*connection),
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
            if self.slice_writes >= self.slice_writes_max_now() {
                self.end_slice();
                return Some(Output::Yield);
            }
            self.writing = self.next_writing();
            if self.writing.is_some() || !self.outboxes.has_notices() {
                break;
            }
        }
        let Some(writing) = self.writing else {
            self.get_through();
            return None;
        };
        self.slice_writes += 1;
        self.room_writes = self.room_writes.saturating_add(1);
        match writing {
            Writing::Chunk { place, from, length } => {
                let (socket, flushing) = (self.outboxes.socket(place)?, self.audiences.flushing(length)?);
                let (bytes, repeated) = (&flushing.chunk.bytes()[from..], flushing.repeated(from));
                let next = self.outboxes.sockets(self.audiences.next_of_group(length));
                Some(Output::Write { socket, bytes, repeated, next })
            }
            Writing::Queue(connection) => self.outboxes.front(connection),
        }
    }

    /// Takes notice of how the last [`Output::Write`] went.
    ///
    /// # Panics
    /// If more was written than there was to write.
    pub fn handle_written(&mut self, now: Time, written: Written) {
        match (self.writing.take(), written) {
            (None, _) => {}
            (Some(Writing::Chunk { place, from, length }), Written::Bytes(taken)) => {
                let Some(Flushing { chunk, .. }) = self.audiences.flushing(length) else { return };
                self.outboxes.count_given(chunk.messages(from, from + taken));
                if from + taken < chunk.bytes().len() {
                    self.queue_chunk(place, from + taken, length);
                    self.outboxes.block(now, place);
                }
            }
            (Some(Writing::Chunk { place, .. }), Written::Failed) => self.outboxes.abandon_at(place, Incident::Failed),
            (Some(Writing::Queue(connection)), Written::Bytes(taken)) => {
                self.outboxes.handle_taken(now, connection, taken);
            }
            (Some(Writing::Queue(connection)), Written::Failed) => {
                self.outboxes.abandon(connection, Some(Incident::Failed));
            }
        }
    }

    /// Takes notice that all output was polled: what could be written of the batches that were followed was. It is only for the delays that
    /// [`count`](Self::count) adds, and may be left out.
    pub fn handle_through(&mut self, now: Time) {
        for begun_at in self.begun_at.drain(..) {
            let delay = now.since(begun_at).as_micros();
            self.delays.add(u64::try_from(delay).unwrap_or(u64::MAX));
        }
    }

    /// Takes notice that a socket takes bytes again, after [`Output::AwaitWritable`]. Whoever only tries again after a while, without having been
    /// told by the system, calls [`handle_timeout`](Self::handle_timeout) before: else nobody is ever found to have stalled.
    pub fn handle_writable(&mut self, connection: ConnectionId) {
        self.is_through = false;
        self.outboxes.unblock(connection);
    }

    /// Gives up on those who have taken nothing for too long, and on everyone when a server that stops has waited long enough. Asks browsers
    /// whether they are still there, and ends the connections of those who owe the answer for too long.
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

    /// Adds what was given to the connections of this share, dropped, and is queued for them, and how long it took, to `stats`.
    /// Takes a time that grows with their number.
    pub fn count(&self, stats: &mut Stats) {
        self.outboxes.count(stats);
        stats.delay_micros.merge(&self.delays);
    }

    /// Tells whether to follow a batch before all output of those before was polled: if it concerns others than the members of a
    /// room who are being written to, or they have been for long; and if it is short enough not to fill queues.
    fn may_follow(&self, batch: &Batch<S>) -> bool {
        if self.is_through {
            return true;
        }
        let (crowd, other) = self.split_by_crowd(batch);
        let is_long = self.room_writes.min(self.writes_to_go()) / self.slice_writes_max >= ROOM_SLICES_MIN;
        let is_elsewhere = || batch.has_other() || !batch.said().iter().all(|&(room, _)| self.is_late(room));
        self.run_ahead.has_room(crowd, other) && (is_long || is_elsewhere())
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

    fn is_in(&mut self, connection: ConnectionId, room: RoomId) -> bool {
        let Some(place) = self.outboxes.place(connection) else { return false };
        self.outboxes.membership(place).as_ref().is_some_and(|membership| membership.audience.room() == room)
    }

    fn leave_all(&mut self, connection: ConnectionId) {
        let Some(place) = self.outboxes.place(connection) else { return };
        let room = self.outboxes.membership(place).as_ref().map(|membership| membership.audience.room());
        if let Some(room) = room {
            self.on_leave(connection, room);
        }
    }

    fn on_enter(&mut self, connection: ConnectionId, room: RoomId) {
        let Some(place) = self.outboxes.place(connection) else { return };
        let membership = self.audiences.enter(room, self.outboxes.encoding(place), place);
        *self.outboxes.membership(place) = Some(membership);
    }

    fn on_leave(&mut self, connection: ConnectionId, room: RoomId) {
        let Some(place) = self.outboxes.place(connection) else { return };
        self.catch_up(place);
        let is_there = |membership: &mut Membership| membership.audience.room() == room;
        let Some(membership) = self.outboxes.membership(place).take_if(is_there) else { return };
        // Whoever sat last moves to the membership that is free now.
        let Some(mover) = self.audiences.leave(&membership) else { return };
        if self.audiences.is_given(&membership) {
            // There they will not be asked any more whether they were given all.
            self.catch_up(mover);
            self.take_cursor(mover, 0);
        }
        if let Some(moved) = self.outboxes.membership(mover) {
            moved.index = membership.index;
        }
    }

    /// Takes what is said from now on for someone for what their program understands. Who is in a room moves to those there who are told the
    /// same bytes.
    fn on_speak(&mut self, now: Time, connection: ConnectionId, dialect: Dialect) {
        let Some(place) = self.outboxes.place(connection) else { return };
        let before = self.outboxes.encoding(place);
        self.outboxes.set_dialect(now, place, dialect);
        let room = self.outboxes.membership(place).as_ref().map(|membership| membership.audience.room());
        if let Some(room) = room.filter(|_| self.outboxes.encoding(place) != before) {
            self.on_leave(connection, room);
            self.on_enter(connection, room);
        }
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
        for connection in self.outboxes.connections() {
            self.on_reply(connection, message);
            // A line shows nothing of it.
            self.on_reply(connection, &Message::Bye { code: CloseCode::GOING_AWAY });
            self.on_close(connection);
        }
    }

    /// Returns what to write next, unless somebody is to be told something first. Who is behind has their share of each turn, and so has a
    /// long room from when something else came first; nobody else has to wait for all of them.
    fn next_writing(&mut self) -> Option<Writing> {
        let is_interrupted = self.audiences.is_interrupted();
        if self.outboxes.backlog() == 0 && !is_interrupted {
            self.queue = Queue::Backlog;
        }
        for _ in 0..Queue::COUNT {
            self.queue = self.queue.next();
            let mut writing = match self.queue {
                Queue::Live => self.next_chunk(Length::Short),
                Queue::Ready => self.outboxes.next_ready().map(Writing::Queue),
                Queue::Backlog => self.outboxes.next_in_backlog().map(Writing::Queue),
            };
            let queue_of_long = if is_interrupted { Queue::Backlog } else { Queue::Live };
            if writing.is_none() && self.queue == queue_of_long {
                writing = self.next_chunk(Length::Long);
            }
            if writing.is_some() || self.outboxes.has_notices() {
                return writing;
            }
        }
        None
    }

    /// Returns what was said in a room to be written to a member who has been given all before. It is queued for those who have not.
    fn next_chunk(&mut self, length: Length) -> Option<Writing> {
        loop {
            let (place, from) = self.next_member(length)?;
            if !self.outboxes.has_queue(place) {
                return Some(Writing::Chunk { place, from, length });
            }
            self.queue_chunk(place, from, length);
            if self.outboxes.has_notices() {
                return None;
            }
        }
    }

    /// Returns after how many writes others may have their turn.
    fn slice_writes_max_now(&self) -> u32 {
        if self.writes_to_go() > FEW_TO_GO_MAX { self.crowd_slice_writes_max } else { self.slice_writes_max }
    }

    fn end_slice(&mut self) {
        self.slice_writes = 0;
        let is_other_written = self.audiences.is_short_flushed() && self.outboxes.next_ready().is_none();
        self.run_ahead.end_slice(self.outboxes.caught_up(), self.outboxes.backlog(), is_other_written);
    }

    const fn get_through(&mut self) {
        self.is_through = true;
        self.run_ahead.get_through();
        self.slice_writes = 0;
        self.late_room = None;
    }

    /// Queues what is being given to a room for all who have not been given it yet: to a short one, or to a long one, if more is said there
    /// or in another, which need not wait for it. What was said elsewhere can wait: more may be said there.
    fn queue_rest(&mut self, batch: &Batch<S>) {
        self.audiences.interrupt();
        while let Some((place, len)) = self.audiences.next_of_begun(Length::Short) {
            let from = self.take_cursor(place, len);
            if let Some(chunk) = self.audiences.chunk_mut(Length::Short).filter(|_| from < len) {
                self.outboxes.push_part(place, chunk.part(from));
            }
        }
        let Some(late) = self.audiences.late_room() else { return };
        let is_long = |room| room == late || self.audiences.is_long(room);
        if !self.audiences.has_long_to_begin() && !batch.said().iter().any(|&(room, _)| is_long(room)) {
            return;
        }
        self.late_room = Some(late);
        while let Some((place, len)) = self.audiences.next_of_begun(Length::Long) {
            let from = self.take_cursor(place, len);
            if let Some(chunk) = self.audiences.chunk_mut(Length::Long).filter(|_| from < len) {
                self.outboxes.push_part_to_backlog(place, chunk.part(from));
            }
        }
    }

    /// Returns how many bytes a batch has, about: of what is said in crowded rooms, and of all else.
    fn split_by_crowd(&self, batch: &Batch<S>) -> (usize, usize) {
        let crowds = batch.said().iter().filter(|(room, _)| self.audiences.is_long(*room));
        let crowd = crowds.map(|(_, bytes)| bytes).sum();
        (crowd, batch.bytes() - crowd)
    }

    /// Returns how many are still to be written to, about.
    fn writes_to_go(&self) -> u32 {
        let people = self.audiences.long_to_go() + self.outboxes.backlog();
        u32::try_from(people).unwrap_or(u32::MAX)
    }

    /// Tells whether this is the room whose members are being written to, and is the first that waits.
    fn is_late(&self, room: RoomId) -> bool {
        let late = self.audiences.late_room().or(self.late_room);
        Some(room) == late && !self.audiences.has_open_chunk(room)
    }

    /// Returns the next member of a room who was not given yet what was said there: its place, and from where on it misses it.
    fn next_member(&mut self, length: Length) -> Option<(usize, usize)> {
        loop {
            let (place, len) = self.audiences.next_member(length)?;
            let from = self.take_cursor(place, len);
            if from < len {
                return Some((place, from));
            }
        }
    }

    /// Returns up to where a member has seen a chunk of this length, of which they are given the rest now.
    fn take_cursor(&mut self, place: usize, len: usize) -> usize {
        self.outboxes.membership(place).as_mut().map_or(len, Membership::take_cursor)
    }

    /// Queues what is being given to a room, from an offset on, for one of its members.
    fn queue_chunk(&mut self, place: usize, from: usize, length: Length) {
        if let Some(chunk) = self.audiences.chunk_mut(length) {
            self.outboxes.push_part(place, chunk.part(from));
        }
    }

    /// Queues what was said in the room of someone who is about to be sent something else, or to leave.
    fn catch_up(&mut self, place: usize) {
        let Some(membership) = self.outboxes.membership(place) else { return };
        let audience = membership.audience;
        if let Some(len) = self.audiences.len_to_come(membership) {
            let from = membership.move_to(len);
            if from < len {
                self.queue_chunk(place, from, Length::Long);
            }
        } else if let Some(chunk) = self.audiences.open_chunk(audience) {
            let from = membership.move_to(chunk.len());
            if from < chunk.len() {
                self.outboxes.push_part(place, chunk.part(from));
            }
        }
    }
}

#[cfg(test)]
mod tests;
