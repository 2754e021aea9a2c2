//! Owns what one connection still has to be sent, when it can't be sent at once: bytes in their order, within the
//! limit.
//!
//! Invariant: what is queued never exceeds the limit, since broadcasts stop short of it by what replies can need.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};

use crate::batch::lines::BroadcastLines;
use crate::signal::Signal;
use crate::window::{broadcast_bytes_max, low_bytes};
use crate::wire::Encoding;
use crate::{Config, Message, Time};

/// From how many bytes on it is cheaper to share a part of a chunk than to copy it: a share costs as much as 200 bytes
/// to keep, and a write of its own.
pub(super) const SHARE_BYTES_MIN: usize = 2048;

/// At how many bytes copies are no longer added to the same piece, so that growing it never moves much.
const PIECE_BYTES_MAX: usize = 16 << 10;

/// What the queues of all connections have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Up to where broadcasts are queued.
    broadcast_bytes_max: usize,
    /// Up to where replies are.
    bytes_max: usize,
    /// Down to where a queue has to be written out before its owner counts as reading again.
    pub(super) low_bytes: usize,
    pub(super) stall_max: Duration,
    pub(super) drain: Duration,
}

impl Limits {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            broadcast_bytes_max: broadcast_bytes_max(config.limits.queue_bytes_max),
            bytes_max: config.limits.queue_bytes_max,
            low_bytes: low_bytes(config.limits.queue_bytes_max),
            stall_max: config.limits.stall_max,
            drain: config.limits.drain,
        }
    }
}

/// A part of a room's chunk: all from an offset on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    /// The bytes from the offset on.
    pub(super) bytes: &'a [u8],
    /// The chunk they are in, if it is frozen.
    pub(super) shared: Option<&'a Bytes>,
    /// The offset.
    pub(super) from: usize,
    /// Where in the chunk each of its messages ends.
    pub(super) ends: &'a [u32],
}

impl<'a> From<BroadcastLines<'a>> for Part<'a> {
    fn from(lines: BroadcastLines<'a>) -> Self {
        let (from, ends) = lines.offsets();
        Self { bytes: lines.bytes(), shared: None, from, ends }
    }
}

/// Tells what became of what was pushed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Pushed {
    /// How many messages were queued.
    pub(super) given: usize,
    /// How many found no room.
    pub(super) dropped: usize,
    /// These were the first to find none: the owner is over the limit now.
    pub(super) is_over: bool,
}

#[derive(Default)]
pub(super) struct SendQueue {
    pub(super) encoding: Encoding,
    /// Before `tail`.
    pieces: VecDeque<Bytes>,
    tail: BytesMut,
    bytes: usize,
    /// How many bytes were taken for the socket, and wait between.
    held: usize,
    /// How many messages were dropped since the last notice.
    dropped: u64,
    /// How many were dropped in all.
    pub(super) all_dropped: u64,
    /// When the socket last took something, or first refused.
    pub(super) progress_at: Option<Time>,
    /// The socket is known to take nothing now.
    pub(super) blocked: bool,
    /// It stands in line to be written.
    pub(super) listed: bool,
    /// It is over its limit: its owner's broadcasts are dropped, and its owner is not read.
    paused: bool,
    /// Its owner waits for an answer.
    pub(super) owed: Option<Signal>,
}

impl SendQueue {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, ..Self::default() }
    }

    /// Returns how many bytes the socket has not taken, those among them that something between holds.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes + self.held
    }

    pub(super) const fn held(&self) -> usize {
        self.held
    }

    /// Queues what of a part finds room, in whole messages, and counts the rest.
    pub(super) fn push_part(&mut self, limits: &Limits, part: Part<'_>) -> Pushed {
        let room = if self.paused { 0 } else { limits.broadcast_bytes_max.saturating_sub(self.bytes()) };
        let begun = part.ends.partition_point(|&end| end as usize <= part.from);
        let ended = part.ends.partition_point(|&end| end as usize <= part.from + room);
        if ended > begun {
            let len = part.ends[ended - 1] as usize - part.from;
            self.push_bytes(&part.bytes[..len], part.shared);
        }
        let given = ended.saturating_sub(begun);
        let dropped = part.ends.len() - begun - given;
        self.dropped += dropped as u64;
        self.all_dropped += dropped as u64;
        let is_over = self.dropped > 0 && !self.paused;
        self.paused |= is_over;
        Pushed { given, dropped, is_over }
    }

    /// Queues a reply. What was dropped before it is told before it.
    pub(super) fn push_reply(&mut self, limits: &Limits, message: &Message) -> Pushed {
        self.push_dropped_notice();
        self.push_message(message);
        debug_assert!(self.bytes() <= limits.bytes_max, "{} bytes are queued of {}", self.bytes(), limits.bytes_max);
        Pushed { given: usize::from(message.has_line()), ..Pushed::default() }
    }

    /// Returns what to write next; empty only if nothing is queued, though something may be held.
    pub(super) fn front(&self) -> &[u8] {
        self.pieces.front().map_or(&self.tail[..], |piece| &piece[..])
    }

    /// Takes away what was written, which is no more than [`front`](Self::front) gave.
    pub(super) fn advance(&mut self, taken: usize) {
        self.bytes -= taken;
        match self.pieces.front_mut() {
            Some(piece) if taken < piece.len() => piece.advance(taken),
            Some(_) => drop(self.pieces.pop_front()),
            None => self.tail.advance(taken),
        }
    }

    /// Learns how many bytes are held between. Tells whether the socket took some of those that were.
    pub(super) const fn hold(&mut self, left: usize) -> bool {
        let is_less = left < self.held;
        self.held = left;
        is_less
    }

    /// Ends the pause, once enough was written; says whether it did.
    pub(super) fn resume(&mut self, limits: &Limits) -> bool {
        let resumes = self.paused && self.bytes() <= limits.low_bytes;
        if resumes {
            self.paused = false;
            self.push_dropped_notice();
        }
        resumes
    }

    fn push_dropped_notice(&mut self) {
        let count = std::mem::take(&mut self.dropped);
        if count > 0 {
            self.push_message(&Message::Dropped { count });
        }
    }

    fn push_message(&mut self, message: &Message) {
        self.cut_tail();
        let before = self.tail.len();
        self.encoding.encode(message, &mut self.tail, |_| {});
        self.bytes += self.tail.len() - before;
    }

    fn push_bytes(&mut self, bytes: &[u8], shared: Option<&Bytes>) {
        self.bytes += bytes.len();
        match shared {
            Some(shared) if bytes.len() >= SHARE_BYTES_MIN => {
                if !self.tail.is_empty() {
                    self.pieces.push_back(self.tail.split().freeze());
                }
                self.pieces.push_back(shared.slice_ref(bytes));
            }
            Some(_) | None => {
                self.cut_tail();
                self.tail.extend_from_slice(bytes);
            }
        }
    }

    fn cut_tail(&mut self) {
        if self.tail.len() >= PIECE_BYTES_MAX {
            self.pieces.push_back(self.tail.split().freeze());
        }
    }
}

/// It hides what was said.
impl fmt::Debug for SendQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendQueue({} bytes, {} dropped)", self.bytes(), self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue_of(len: usize) -> (SendQueue, Bytes) {
        let chunk = Bytes::from(vec![b'x'; len]);
        let ends = [u32::try_from(len).expect("it is short")];
        let mut queue = SendQueue::default();
        let part = Part { bytes: &chunk, shared: Some(&chunk), from: 0, ends: &ends };
        assert_eq!(queue.push_part(&Limits::new(&Config::default()), part), Pushed { given: 1, ..Pushed::default() });
        (queue, chunk)
    }

    #[test]
    fn what_is_long_is_shared_and_what_is_short_is_copied() {
        for (len, is_shared) in [(1, false), (2047, false), (2048, true), (5000, true)] {
            let (queue, chunk) = queue_of(len);
            assert_eq!(queue.front().as_ptr() == chunk.as_ptr(), is_shared, "{len} bytes");
            assert_eq!((queue.front(), queue.bytes()), (&chunk[..], len));
        }
    }

    #[test]
    fn copies_grow_together_up_to_a_size() {
        let line = Message::said("Ann", &"x".repeat(1018));
        let (mut queue, limits) = (SendQueue::default(), Limits::new(&Config::default()));
        for _ in 0..16 {
            queue.push_reply(&limits, &line);
        }
        assert_eq!((queue.front().len(), queue.pieces.len()), (16 << 10, 0));
        queue.push_reply(&limits, &line);
        assert_eq!((queue.front().len(), queue.pieces.len(), queue.bytes()), (16 << 10, 1, 17 << 10));
    }
}
