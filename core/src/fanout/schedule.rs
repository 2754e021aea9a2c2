//! Owns which write comes next, when others have their turn, and how far the log is followed before all is written.
//!
//! Three queues share the writes of a slice while there is a backlog: what was just said, what is ready for one
//! connection each, and the backlog. So a crowd holds up nobody elsewhere, and others hold up no crowd.

use std::sync::Arc;

use super::audiences::{Audiences, Length};
use super::outboxes::Outboxes;
use super::run_ahead::{RunAhead, Size};
use crate::{Batch, Config, ConnectionId, RoomId};

/// After how many slices, of those for few, more that was said in a late room is followed, if there are as many to go.
/// What is followed in between is queued for all who are still to be written to, which costs a little for each: the
/// more slices, the longer those wait who have been given all, and the fewer, the less is given at once.
pub(super) const ROOM_SLICES_MIN: u32 = 16;

/// Up to how many who are still to be written to are no crowd, for which slices are shorter: to give way in the middle
/// of a message to a hundred costs more than it spares.
const FEW_TO_GO_MAX: u32 = 128;

/// What a write is taken from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Queue {
    /// What was said in rooms, for the members who have been given all before.
    Live,
    /// The queues of connections.
    Ready,
    /// The queues of the members of a late room.
    Backlog,
}

impl Queue {
    const COUNT: usize = 3;

    const fn next(self) -> Self {
        match self {
            Self::Live => Self::Ready,
            Self::Ready => Self::Backlog,
            Self::Backlog => Self::Live,
        }
    }
}

/// A write that the adapter is told to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Write {
    /// Of the chunk that is being given to an audience, from an offset, to the member in this place.
    Chunk { place: usize, from: usize, length: Length },
    /// Of what is queued for a connection.
    Queue(ConnectionId),
}

/// Decides what is written and followed next.
#[derive(Debug)]
pub(super) struct Schedule<S> {
    /// What comes next in the log, and has to wait until what was followed is written.
    waiting: Option<Arc<Batch<S>>>,
    run_ahead: RunAhead,
    /// How many writes there were since something that was said in the late room was last followed.
    room_writes: u32,
    /// How many writes there were in this slice.
    slice_writes: u32,
    slice_writes_max: u32,
    crowd_slice_writes_max: u32,
    /// What the last write was taken from, while there is a backlog.
    queue: Queue,
    /// The room whose members were not all written to when the next batch was followed.
    late_room: Option<RoomId>,
}

impl<S: Clone> Schedule<S> {
    pub(super) const fn new(config: &Config) -> Self {
        Self {
            waiting: None,
            run_ahead: RunAhead::new(config.limits.queue_bytes_max),
            room_writes: 0,
            slice_writes: 0,
            slice_writes_max: config.limits.turn_writes,
            crowd_slice_writes_max: config.limits.crowd_turn_writes,
            queue: Queue::Live,
            late_room: None,
        }
    }

    /// Takes the batch that had to wait.
    pub(super) const fn take_waiting(&mut self) -> Option<Arc<Batch<S>>> {
        self.waiting.take()
    }

    /// Keeps a batch that has to wait.
    pub(super) fn wait(&mut self, batch: Arc<Batch<S>>) {
        self.waiting = Some(batch);
    }

    /// Returns how large a batch is, by what is said in crowded rooms and by all else.
    pub(super) fn size(audiences: &Audiences, batch: &Batch<S>) -> Size {
        let crowds = batch.said().iter().filter(|(room, _)| audiences.is_long(*room));
        let crowd = crowds.map(|(_, bytes)| bytes).sum();
        Size { crowd, other: batch.bytes() - crowd }
    }

    /// Tells whether a batch may be followed before all output of those before was polled: if it concerns others than
    /// the members of a late room, or they have been written to for long; and if it is short enough not to fill queues.
    pub(super) fn may_follow(
        &self,
        audiences: &Audiences,
        outboxes: &Outboxes<S>,
        batch: &Batch<S>,
        size: Size,
    ) -> bool {
        let writes_to_go = writes_to_go(audiences, outboxes);
        let is_long = self.room_writes.min(writes_to_go) / self.slice_writes_max >= ROOM_SLICES_MIN;
        let is_elsewhere = || batch.has_other() || !batch.said().iter().all(|&(room, _)| self.is_late(audiences, room));
        self.run_ahead.fits(size) && (is_long || is_elsewhere())
    }

    /// Handles that a batch is followed next. What is being given to a room is queued for all who have not been given
    /// it yet: to a short audience, or to a long one, if more is said there or in another, which need not wait for it.
    pub(super) fn begin_batch(
        &mut self,
        audiences: &mut Audiences,
        outboxes: &mut Outboxes<S>,
        batch: &Batch<S>,
        size: Size,
        is_through: bool,
    ) {
        self.queue_rest(audiences, outboxes, batch);
        if is_through || batch.said().iter().any(|&(room, _)| self.is_late(audiences, room)) {
            self.room_writes = 0;
        }
        self.run_ahead.add(size);
    }

    /// Ends the slice, if it is over, so that others have their turn. Tells whether it is.
    pub(super) fn end_slice(&mut self, audiences: &Audiences, outboxes: &mut Outboxes<S>) -> bool {
        let is_crowd = writes_to_go(audiences, outboxes) > FEW_TO_GO_MAX;
        let is_over = self.slice_writes >= if is_crowd { self.crowd_slice_writes_max } else { self.slice_writes_max };
        if is_over {
            self.slice_writes = 0;
            let is_other_written = audiences.is_short_flushed() && outboxes.next_ready().is_none();
            self.run_ahead.end_slice(outboxes.caught_up(), outboxes.backlog(), is_other_written);
        }
        is_over
    }

    /// Counts a write.
    pub(super) const fn count_write(&mut self) {
        self.slice_writes += 1;
        self.room_writes = self.room_writes.saturating_add(1);
    }

    /// Handles that everything is written.
    pub(super) const fn get_through(&mut self) {
        self.run_ahead.get_through();
        self.slice_writes = 0;
        self.late_room = None;
    }

    /// Returns what to write next, unless there is a notice for the adapter first. The backlog has its share of each
    /// slice, and so has a long audience from when something else came first; nobody else has to wait for all of them.
    pub(super) fn next_write(&mut self, audiences: &mut Audiences, outboxes: &mut Outboxes<S>) -> Option<Write> {
        let is_interrupted = audiences.is_interrupted();
        if outboxes.backlog() == 0 && !is_interrupted {
            self.queue = Queue::Backlog;
        }
        for _ in 0..Queue::COUNT {
            self.queue = self.queue.next();
            let mut write = match self.queue {
                Queue::Live => next_chunk(audiences, outboxes, Length::Short),
                Queue::Ready => outboxes.next_ready().map(Write::Queue),
                Queue::Backlog => outboxes.next_in_backlog().map(Write::Queue),
            };
            let queue_of_long = if is_interrupted { Queue::Backlog } else { Queue::Live };
            if write.is_none() && self.queue == queue_of_long {
                write = next_chunk(audiences, outboxes, Length::Long);
            }
            if write.is_some() || outboxes.has_notices() {
                return write;
            }
        }
        None
    }

    fn queue_rest(&mut self, audiences: &mut Audiences, outboxes: &mut Outboxes<S>, batch: &Batch<S>) {
        audiences.interrupt();
        while let Some((place, from)) = audiences.next_of_begun(Length::Short) {
            if let Some(chunk) = audiences.chunk_mut(Length::Short) {
                outboxes.push_part(place, chunk.part(from));
            }
        }
        let Some(late) = audiences.late_room() else { return };
        let is_long = |room| room == late || audiences.is_long(room);
        if !audiences.has_long_to_begin() && !batch.said().iter().any(|&(room, _)| is_long(room)) {
            return;
        }
        self.late_room = Some(late);
        while let Some((place, from)) = audiences.next_of_begun(Length::Long) {
            if let Some(chunk) = audiences.chunk_mut(Length::Long) {
                outboxes.push_part_to_backlog(place, chunk.part(from));
            }
        }
    }

    /// Tells whether this is the room whose members are being written to, and is the first that waits.
    fn is_late(&self, audiences: &Audiences, room: RoomId) -> bool {
        Some(room) == audiences.late_room().or(self.late_room) && !audiences.has_open_chunk(room)
    }
}

/// Returns what was said in a room to be written to a member who has been given all before. It is queued for those who
/// have not.
fn next_chunk<S: Clone>(audiences: &mut Audiences, outboxes: &mut Outboxes<S>, length: Length) -> Option<Write> {
    loop {
        let (place, from) = audiences.next_member(length)?;
        if !outboxes.has_queue(place) {
            return Some(Write::Chunk { place, from, length });
        }
        if let Some(chunk) = audiences.chunk_mut(length) {
            outboxes.push_part(place, chunk.part(from));
        }
        if outboxes.has_notices() {
            return None;
        }
    }
}

/// Returns about how many are still to be written to.
fn writes_to_go<S: Clone>(audiences: &Audiences, outboxes: &Outboxes<S>) -> u32 {
    u32::try_from(audiences.long_to_go() + outboxes.backlog()).unwrap_or(u32::MAX)
}

#[cfg(test)]
impl<S> Schedule<S> {
    /// Returns how many writes there were in this slice.
    pub(super) const fn slice_writes(&self) -> u32 {
        self.slice_writes
    }
}
