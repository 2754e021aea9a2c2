//! Owns what was said in an audience: open while more may be said, then frozen, and given to all its members.
//!
//! What a batch tells a room in lines is not copied into the room's chunk, as long as it is one piece and all. Only
//! what comes in several pieces, of several batches or with others between, is put together in a buffer, as frames are.

use std::fmt;

use bytes::{Bytes, BytesMut};

use super::send_queue::{Part, SHARE_BYTES_MIN};
use crate::Message;
use crate::batch::lines::{BroadcastLines, Piece, offset};
use crate::wire::Encoding;
use crate::wire::contract::Joined;

/// A chunk that leaves more than this part of the memory unused that it lies in is copied before anybody keeps it: what
/// is queued for somebody then takes hardly more memory than it has bytes.
const SLACK_PART: usize = 8;

/// Holds messages, and where each ends.
#[derive(Default)]
pub(super) struct OpenChunk {
    /// All of them, as long as they are one piece of what a batch tells.
    piece: Option<Piece>,
    /// All of them, otherwise.
    buffer: BytesMut,
    ends: Vec<u32>,
    /// What was joined at its end: messages in it have no ends yet, as long as more may be added.
    joined: Option<Joined>,
    /// In which encoding that is.
    encoding: Encoding,
}

impl OpenChunk {
    /// Holds one message, and nothing else.
    pub(super) fn alone(message: &Message, encoding: Encoding) -> Self {
        let mut chunk = Self::default();
        encoding.encode(message, &mut chunk.buffer, |end| chunk.ends.push(offset(end)));
        chunk
    }

    pub(super) fn len(&self) -> usize {
        self.bytes().len()
    }

    /// Returns about how much memory it takes.
    pub(super) fn bytes_held(&self) -> usize {
        size_of::<Self>() + self.buffer.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// Adds what a batch tells a room.
    pub(super) fn push(&mut self, lines: &BroadcastLines<'_>) {
        let start = offset(self.len());
        self.ends.extend(lines.ends().map(|end| start + end));
        if start == 0 {
            self.piece = Some(lines.piece());
        } else if !self.piece.as_mut().is_some_and(|piece| piece.join(lines)) {
            if let Some(piece) = self.piece.take() {
                self.buffer.extend_from_slice(piece.bytes());
            }
            self.buffer.extend_from_slice(lines.bytes());
        }
    }

    /// Adds a message, joined with those before it as far as its encoding does that.
    pub(super) fn join(&mut self, encoding: Encoding, message: &Message) {
        let Self { buffer, ends, joined, .. } = self;
        encoding.join(joined, message, buffer, |end| ends.push(offset(end)));
        self.encoding = encoding;
    }

    /// Ends what was joined, and all messages in it with it: so they are given, or dropped, together.
    pub(super) fn seal(&mut self) {
        let Self { buffer, ends, joined, encoding, .. } = self;
        if joined.is_some() {
            encoding.seal(joined, buffer, |end| ends.push(offset(end)));
        }
    }

    /// Returns all from an offset on.
    pub(super) fn part(&self, from: usize) -> Part<'_> {
        Part { bytes: &self.bytes()[from..], shared: None, from, ends: &self.ends }
    }

    /// Freezes what is in it, in whole frames.
    pub(super) fn freeze(mut self) -> Chunk {
        self.seal();
        let buffer_bytes = self.buffer.capacity();
        let (bytes, bytes_held) = match self.piece.take() {
            Some(piece) => piece.into_bytes(),
            None => (self.buffer.split().freeze(), buffer_bytes),
        };
        let (is_dense, ends) = (bytes.len() >= bytes_held - bytes_held / SLACK_PART, std::mem::take(&mut self.ends));
        Chunk { bytes, ends, is_dense, emptied: self, buffer_bytes }
    }

    fn bytes(&self) -> &[u8] {
        self.piece.as_ref().map_or(&self.buffer[..], Piece::bytes)
    }
}

/// Holds what is given to all members of an audience.
pub(super) struct Chunk {
    bytes: Bytes,
    ends: Vec<u32>,
    /// It is all of what it is in, or nearly: whoever keeps some of it keeps all of that.
    is_dense: bool,
    /// What it was frozen of.
    emptied: OpenChunk,
    /// How much the buffer of that could hold.
    buffer_bytes: usize,
}

impl Chunk {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns all from an offset on, to be kept by those who can't be written to. What is but a part of something is
    /// copied first, once for all of them.
    pub(super) fn part(&mut self, from: usize) -> Part<'_> {
        if !self.is_dense && self.bytes.len() - from >= SHARE_BYTES_MIN {
            self.bytes = Bytes::copy_from_slice(&self.bytes);
            self.is_dense = true;
        }
        Part { bytes: &self.bytes[from..], shared: self.is_dense.then_some(&self.bytes), from, ends: &self.ends }
    }

    /// Returns how many messages end after the offset `from`, up to the offset `to`.
    pub(super) fn messages(&self, from: usize, to: usize) -> usize {
        if from == 0 && to == self.bytes.len() {
            return self.ends.len();
        }
        let ended = |offset| self.ends.partition_point(|&end| end as usize <= offset);
        ended(to) - ended(from)
    }

    /// Returns its buffers, to be used again. What is still in somebody's queue is not to be had.
    pub(super) fn reclaim(self) -> Option<OpenChunk> {
        let Self { bytes, mut ends, mut emptied, buffer_bytes, .. } = self;
        drop(bytes);
        ends.clear();
        emptied.ends = ends;
        emptied.buffer.try_reclaim(buffer_bytes).then_some(emptied)
    }
}

#[cfg(test)]
impl OpenChunk {
    /// Returns how many bytes its buffer can hold.
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }
}

/// It hides what was said.
impl fmt::Debug for OpenChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenChunk({} bytes)", self.len())
    }
}

/// It hides what was said.
impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chunk({} bytes)", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::lines::EncodedLines;
    use crate::{Action, RoomId};

    /// What a batch tells that has these broadcasts.
    fn lines(messages: impl IntoIterator<Item = Message>) -> EncodedLines {
        let messages: Vec<_> = messages.into_iter().collect();
        let bytes = messages.iter().map(Message::encoded_len_hint).sum();
        EncodedLines::of(&broadcasts(messages), Encoding::default(), bytes)
    }

    fn broadcasts(messages: impl IntoIterator<Item = Message>) -> Vec<Action> {
        let broadcast = |message| Action::Broadcast { room: RoomId::new(0), audience: 1, except: None, message };
        messages.into_iter().map(broadcast).collect()
    }

    fn chunk<'a>(lines: impl IntoIterator<Item = BroadcastLines<'a>>) -> Chunk {
        let mut chunk = OpenChunk::default();
        lines.into_iter().for_each(|lines| chunk.push(&lines));
        chunk.freeze()
    }

    #[test]
    fn what_is_one_piece_of_a_batch_is_not_copied() {
        let lines = lines(["a", "b", "c", "d"].map(|text| Message::said("Ann", text)));
        let chunk = chunk([1, 2].map(|number| lines.broadcast(number)));
        assert_eq!(chunk.bytes(), b"Ann: b\nAnn: c\n");
        assert_eq!(chunk.bytes().as_ptr(), lines.broadcast(1).bytes().as_ptr());
        assert_eq!(chunk.ends, [7, 14]);
    }

    #[test]
    fn what_comes_in_pieces_is_put_together() {
        let [first, second] = [["a", "b", "c"], ["d", "e", "f"]]
            .map(|texts| lines(texts.map(|text| Message::said_in_a_row([text, text]))));
        let cases = [
            (chunk([first.broadcast(0), second.broadcast(1)]), "aaee"),
            (chunk([first.broadcast(0), second.broadcast(0)]), "aadd"),
            (chunk([first.broadcast(0), first.broadcast(2)]), "aacc"),
            (chunk([first.broadcast(1), first.broadcast(2), first.broadcast(0)]), "bbccaa"),
            (chunk([first.broadcast(0), first.broadcast(2), second.broadcast(0), second.broadcast(1)]), "aaccddee"),
        ];
        for (chunk, texts) in cases {
            let expected: String = texts.chars().map(|text| format!("Ann: {text}\n")).collect();
            assert_eq!(chunk.bytes(), expected.as_bytes());
            assert_eq!(chunk.ends, (1..=texts.len()).map(|count| offset(7 * count)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn of_a_part_of_a_batch_those_who_are_slow_keep_one_copy() {
        let lines = lines((0..60).map(|number| Message::said("Ann", &format!("{number:01000}"))));
        for (count, is_copied) in [(2, false), (3, true), (52, true), (53, false), (60, false)] {
            let mut chunk = chunk((0..count).map(|number| lines.broadcast(number)));
            let len = chunk.bytes().len();
            let kept = [0, 1].map(|from| {
                let part = chunk.part(from);
                assert_eq!(part.bytes.len(), len - from);
                part.shared.map(|shared| shared.as_ptr())
            });
            assert_eq!(kept[0], kept[1]);
            let is_kept_in_batch = kept[0] == Some(lines.broadcast(0).bytes().as_ptr());
            assert_eq!(is_kept_in_batch, !is_copied && count > 2, "{count} of 60 lines");
            assert_eq!(kept[0].is_some(), count > 2, "{count} of 60 lines");
        }
    }

    #[test]
    fn what_was_reserved_for_nothing_is_not_kept() {
        let actions = broadcasts([Message::said("Ann", &"x".repeat(4000))]);
        for (bytes, is_copied) in [(4006, false), (4500, false), (4600, true)] {
            let lines = EncodedLines::of(&actions, Encoding::default(), bytes);
            let mut chunk = chunk([lines.broadcast(0)]);
            let kept = chunk.part(0).shared.map(|shared| shared.as_ptr());
            assert_eq!(kept != Some(lines.broadcast(0).bytes().as_ptr()), is_copied, "{bytes} bytes");
        }
    }

    #[test]
    fn a_buffer_is_used_again_unless_somebody_keeps_what_is_in_it() {
        let lines = lines(["a", "b", "c"].map(|text| Message::said("Ann", text)));
        let chunk = || chunk([0, 2].map(|number| lines.broadcast(number)));
        assert!(chunk().reclaim().is_some_and(|emptied| emptied.len() == 0 && emptied.capacity() >= 14));
        let mut kept = chunk();
        let shared = kept.part(0).shared.cloned();
        assert!(shared.is_some() && kept.reclaim().is_none());
    }
}
