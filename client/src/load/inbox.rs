//! What one member has received: where its room's sequence stands, and the piece of a line that is still to come.
//!
//! While nothing but load messages arrives, a read is checked without looking at its lines one by one: all lines of a
//! room have one length, so if the marks in a read account for every byte of it, and its first and last number are as
//! far apart as there are marks, then nothing is missing. Any other read is taken apart line by line. A frame of the
//! web, with what was said in it, is checked in the same way.

use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::dialect::Dialect;
use super::line::Line;
use super::message::{MARK, Stamp};
use super::web;

/// Follows the lines of one member.
#[derive(Debug)]
pub(super) struct Inbox {
    /// The line that confirms this member's room, or what it begins with.
    awaited: Box<[u8]>,
    dialect: Dialect,
    chars: usize,
    joined: bool,
    carry: Vec<u8>,
    /// Bytes that bring a load message in this room, all told; 0 until one has been seen.
    frame_bytes: usize,
    next_seq: u64,
    /// Messages that the server has said it dropped since the last one that arrived.
    told_ahead: u64,
}

/// What one read brought.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    /// Load messages.
    pub(super) delivered: u64,
    /// Load messages that are missing before one that came.
    pub(super) lost: u64,
    /// Messages that the server said it dropped.
    pub(super) told: u64,
    /// Load messages that came twice, or after a later one.
    pub(super) disordered: u64,
    /// When the first of the load messages was meant to be sent.
    pub(super) first_ns: u64,
    /// When the last of them was.
    pub(super) last_ns: u64,
    /// The room has been confirmed, in this read.
    pub(super) joined: bool,
    /// The server has asked whether somebody is there.
    pub(super) pinged: bool,
    /// The server has welcomed the member, who may enter the room now.
    pub(super) welcomed: bool,
}

impl Inbox {
    /// Starts to follow a member of `room`, in which load messages have texts of `chars` characters.
    pub(super) fn new(dialect: Dialect, room: &str, chars: usize) -> Self {
        Self {
            awaited: dialect.joined(room).into_bytes().into_boxed_slice(),
            dialect,
            chars,
            joined: false,
            carry: Vec::new(),
            frame_bytes: dialect.frame_bytes(room, chars).unwrap_or(0),
            next_seq: 0,
            told_ahead: 0,
        }
    }

    /// Returns the sequence number that comes next: all before it have arrived or are known to be lost.
    pub(super) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Returns how far this member has come for flow control: also past what the server has said it dropped.
    pub(super) fn progress(&self) -> u64 {
        self.next_seq + self.told_ahead
    }

    /// Puts the unfinished line of the last read at the start of `buffer`; returns its length, where the next read
    /// goes.
    ///
    /// It is always shorter than `buffer` if [`Inbox::accept`] was given no more than `buffer` holds.
    pub(super) fn restore(&mut self, buffer: &mut [u8]) -> usize {
        let bytes = self.carry.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&self.carry[..bytes]);
        self.carry.clear();
        bytes
    }

    /// Takes a read, the unfinished line before it included, and keeps the unfinished line after it.
    pub(super) fn accept(&mut self, bytes: &[u8]) -> Receipt {
        let (receipt, whole) = match (self.dialect, self.skim(bytes)) {
            (Dialect::Web, _) => self.take_frames(bytes),
            (Dialect::Chat | Dialect::Irc | Dialect::Redis | Dialect::Nats, Some(skimmed)) => skimmed,
            (Dialect::Chat | Dialect::Irc | Dialect::Redis | Dialect::Nats, None) => self.take_lines(bytes),
        };
        self.carry.extend_from_slice(&bytes[whole..]);
        receipt
    }

    /// The fast way, for a read of load messages without a gap; returns with it where its last whole line ends.
    fn skim(&mut self, bytes: &[u8]) -> Option<(Receipt, usize)> {
        let lines = bytes.len().checked_div(self.frame_bytes)?;
        let whole = lines * self.frame_bytes;
        let is_other = match self.dialect {
            Dialect::Chat | Dialect::Irc => memchr(b'\n', &bytes[whole..]).is_some(),
            // A frame that has begun holds line ends, too; but before the first one comes what confirms the room.
            Dialect::Web | Dialect::Redis | Dialect::Nats => !self.joined,
        };
        if is_other {
            return None;
        }
        if lines == 0 {
            return Some((Receipt::default(), whole));
        }
        let first = self.stamp_at(bytes, 0)?;
        let last = self.stamp_at(bytes, whole - self.frame_bytes)?;
        let delivered = lines as u64;
        let unbroken = first.seq == self.next_seq && last.seq == first.seq + delivered - 1;
        if !unbroken || memchr_iter(MARK, &bytes[..whole]).count() != lines {
            return None;
        }
        self.next_seq += delivered;
        self.told_ahead = 0;
        let receipt = Receipt { delivered, first_ns: first.sent_ns, last_ns: last.sent_ns, ..Receipt::default() };
        Some((receipt, whole))
    }

    /// The load message that fills the frame of `bytes` from `start` on.
    fn stamp_at(&self, bytes: &[u8], start: usize) -> Option<Stamp> {
        let frame = &bytes[start..][..self.frame_bytes];
        self.dialect.read(frame.strip_suffix(self.dialect.ending().as_bytes())?, self.chars)
    }

    /// The slow way, for any read of lines.
    fn take_lines(&mut self, bytes: &[u8]) -> (Receipt, usize) {
        let mut receipt = Receipt::default();
        let mut whole = memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        let (mut start, mut last_message) = (0, None);
        for end in memchr_iter(b'\n', &bytes[..whole]) {
            if self.on_line(&bytes[start..end], &mut receipt) {
                if matches!(self.dialect, Dialect::Chat | Dialect::Irc) {
                    self.frame_bytes = end + 1 - start;
                }
                last_message = Some(end + 1);
            }
            start = end + 1;
        }
        // The next read is to begin with a frame, or it could not take the fast way. Lines of other kinds may be seen
        // twice.
        if !matches!(self.dialect, Dialect::Chat | Dialect::Irc) {
            whole = last_message.unwrap_or(whole);
        }
        (receipt, whole)
    }

    /// Takes the frames of the web. Each has as many load messages as the server had at once.
    fn take_frames(&mut self, bytes: &[u8]) -> (Receipt, usize) {
        let mut receipt = Receipt::default();
        let mut start = 0;
        while let Some(payload) = web::payload(&bytes[start..]) {
            let end = start + payload.end;
            receipt.pinged |= bytes[start] == web::PING;
            self.on_payload(&bytes[start + payload.start..end], &mut receipt);
            start = end;
        }
        (receipt, start)
    }

    fn on_payload(&mut self, payload: &[u8], receipt: &mut Receipt) {
        let Some(web::Run { first, last, count }) = web::run(payload, self.chars) else {
            self.on_line(payload, receipt);
            return;
        };
        if first.seq == self.next_seq && last.seq == first.seq + (count - 1) {
            self.on_message(first, receipt);
            receipt.last_ns = last.sent_ns;
            receipt.delivered += count - 1;
            self.next_seq = last.seq + 1;
        } else {
            web::stamps(payload, self.chars).for_each(|stamp| self.on_message(stamp, receipt));
        }
    }

    /// Takes one line, or what a frame holds; tells whether it was a load message.
    fn on_line(&mut self, line: &[u8], receipt: &mut Receipt) -> bool {
        match Line::parse(self.dialect, line, self.chars) {
            Line::Message(stamp) => {
                self.on_message(stamp, receipt);
                return true;
            }
            Line::Dropped(count) => {
                receipt.told = receipt.told.saturating_add(count);
                self.told_ahead = self.told_ahead.saturating_add(count);
            }
            Line::Other(line) => {
                if self.dialect == Dialect::Irc && !self.joined {
                    receipt.welcomed |= memmem::find(line, b" 001 ").is_some();
                }
                receipt.pinged |= self.dialect == Dialect::Irc && line.starts_with(b"PING");
                let is_awaited = match self.dialect {
                    Dialect::Web => line.starts_with(&self.awaited),
                    Dialect::Irc => memmem::find(line, &self.awaited).is_some(),
                    Dialect::Chat | Dialect::Redis | Dialect::Nats => *line == *self.awaited,
                };
                if !self.joined && is_awaited {
                    self.joined = true;
                    receipt.joined = true;
                }
            }
        }
        false
    }

    fn on_message(&mut self, stamp: Stamp, receipt: &mut Receipt) {
        let Some(lost) = stamp.seq.checked_sub(self.next_seq) else {
            receipt.disordered += 1;
            return;
        };
        if receipt.delivered == 0 {
            receipt.first_ns = stamp.sent_ns;
        }
        receipt.last_ns = stamp.sent_ns;
        receipt.delivered += 1;
        receipt.lost += lost;
        self.next_seq = stamp.seq + 1;
        self.told_ahead = 0;
    }
}

#[cfg(test)]
mod tests;
