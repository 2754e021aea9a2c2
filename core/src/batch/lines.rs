//! Owns what the rooms are told in a batch, as lines: made once for all shares, each of which has some of the members.

use std::fmt;

use bytes::{Bytes, BytesMut};

use crate::action::Action;
use crate::wire::Encoding;

/// Holds the lines of all broadcasts of a batch, one after the other.
#[derive(Default)]
pub(crate) struct EncodedLines {
    bytes: Bytes,
    /// How much memory they take: more than they need, where they were thought to be longer.
    bytes_held: usize,
    /// Where each message ends.
    ends: Vec<u32>,
    /// Up to where in both each broadcast goes.
    broadcasts: Vec<(u32, u32)>,
}

/// Lends the lines of one broadcast.
#[derive(Clone, Copy)]
pub(crate) struct BroadcastLines<'a> {
    /// Those of all broadcasts of the batch.
    all: &'a EncodedLines,
    start: u32,
    end: u32,
    /// Where each message of them ends, among all.
    ends: &'a [u32],
}

/// Keeps lines of a batch that follow each other, without a copy.
pub(crate) struct Piece {
    all: Bytes,
    bytes_held: usize,
    start: u32,
    end: u32,
}

impl EncodedLines {
    /// Makes them of all broadcasts among the actions, in this encoding; they are reckoned to have about so many bytes.
    pub(crate) fn of(actions: &[Action], encoding: Encoding, bytes: usize) -> Self {
        let lines = |action: &Action| if let Action::Broadcast { message, .. } = action { message.lines() } else { 0 };
        let more = match encoding.more_bytes() {
            0 => 0,
            more => actions.iter().map(lines).sum::<usize>() * more,
        };
        let bytes = bytes + more;
        let (mut all, mut ends, mut broadcasts) = (BytesMut::with_capacity(bytes), Vec::new(), Vec::new());
        for action in actions {
            if let Action::Broadcast { message, .. } = action {
                let before = all.len();
                encoding.encode(message, &mut all, |end| ends.push(offset(end)));
                // Else a batch holds whatever comes.
                let (len, hint) =
                    (all.len() - before, message.encoded_len_hint() + message.lines() * encoding.more_bytes());
                debug_assert!(len <= 2 * hint, "{message:?} has {len} bytes, and is reckoned to have {hint}");
                broadcasts.push((offset(all.len()), offset(ends.len())));
            }
        }
        Self { bytes_held: all.capacity(), bytes: all.freeze(), ends, broadcasts }
    }

    /// Returns those of one of the broadcasts: the first has the number 0.
    pub(crate) fn broadcast(&self, number: usize) -> BroadcastLines<'_> {
        let (start, first) = number.checked_sub(1).map_or((0, 0), |before| self.broadcasts[before]);
        let (end, last) = self.broadcasts[number];
        BroadcastLines { all: self, start, end, ends: &self.ends[first as usize..last as usize] }
    }
}

impl<'a> BroadcastLines<'a> {
    pub(crate) fn bytes(&self) -> &'a [u8] {
        &self.all.bytes[self.start as usize..self.end as usize]
    }

    /// Returns where in the bytes each message ends.
    pub(crate) fn ends(&self) -> impl Iterator<Item = u32> {
        self.ends.iter().map(|end| end - self.start)
    }

    /// Returns where they begin among all of the batch, and where among those each message of them ends.
    pub(crate) const fn offsets(&self) -> (usize, &'a [u32]) {
        (self.start as usize, self.ends)
    }

    pub(crate) fn piece(&self) -> Piece {
        let EncodedLines { bytes, bytes_held, .. } = self.all;
        Piece { all: bytes.clone(), bytes_held: *bytes_held, start: self.start, end: self.end }
    }
}

impl Piece {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.all[self.start as usize..self.end as usize]
    }

    /// Adds what follows it in the same batch. Tells whether it does.
    pub(crate) fn join(&mut self, lines: &BroadcastLines<'_>) -> bool {
        let follows = self.all.as_ptr() == lines.all.bytes.as_ptr() && self.end == lines.start;
        if follows {
            self.end = lines.end;
        }
        follows
    }

    /// Returns the bytes, and how much memory whoever keeps them keeps.
    pub(crate) fn into_bytes(self) -> (Bytes, usize) {
        (self.all.slice(self.start as usize..self.end as usize), self.bytes_held)
    }
}

/// Takes a length for what it is kept as.
pub(crate) fn offset(len: usize) -> u32 {
    u32::try_from(len).expect("places, members and the bytes of a batch are all counted by 32 bits")
}

/// It hides what was said.
impl fmt::Debug for EncodedLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncodedLines({} of {} bytes)", self.ends.len(), self.bytes.len())
    }
}

/// It hides what was said.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({}..{} of {} bytes)", self.start, self.end, self.all.len())
    }
}

#[cfg(test)]
impl fmt::Display for BroadcastLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(self.bytes()).expect("all lines are UTF-8"))
    }
}
