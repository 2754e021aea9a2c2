//! Owns a frame that is still written: what is said one after the other in a room goes into one, as long as that is of one time.

use bytes::{BufMut as _, BytesMut};

use super::{Object, TEXT, begin_frame, end_frame};
use crate::{Message, Name, Text};

/// From how many bytes on nothing more goes into a frame. It is what a slow reader is sent or not, as a whole, so it must be short
/// beside a queue; and what stands before the list costs next to nothing beside so much.
const FRAME_BYTES_MIN: usize = 8 << 10;

/// Writes what is said into one frame.
#[derive(Debug)]
pub(crate) struct Run {
    /// Where the frame begins.
    start: usize,
    time_ms: u64,
    next_seq: u64,
    /// How many messages are in it.
    pub(crate) count: usize,
}

impl Run {
    /// Begins a frame with a message, if it is one that others may follow in it.
    pub(crate) fn begin(message: &Message, out: &mut BytesMut) -> Option<Self> {
        let Message::Said { room, name, text, time_ms, seq } = message else { return None };
        let start = begin_frame(TEXT, out);
        put_first(room, *time_ms, *seq, name, text, out);
        Some(Self { start, time_ms: *time_ms, next_seq: seq + 1, count: 1 })
    }

    /// Adds a message, if it can be in the same frame; says whether it is. Nothing else may have been appended since.
    pub(crate) fn add(&mut self, message: &Message, out: &mut BytesMut) -> bool {
        let Message::Said { name, text, time_ms, seq, .. } = message else { return false };
        let is_next = (*time_ms, *seq) == (self.time_ms, self.next_seq);
        if !is_next || out.len() - self.start >= FRAME_BYTES_MIN {
            return false;
        }
        self.next_seq += 1;
        self.count += 1;
        out.reserve(64 + text.as_str().len());
        out.put_u8(b',');
        put_said(name, text, out);
        true
    }

    /// Ends the frame.
    pub(crate) fn end(self, out: &mut BytesMut) {
        put_end(out);
        end_frame(self.start, out);
    }
}

/// Appends the object up to the first that is said.
pub(super) fn put_first(room: &Name, time_ms: u64, seq: u64, name: &Name, text: &Text, out: &mut BytesMut) {
    out.reserve(160 + text.as_str().len());
    Object::begin(out, "said").name("room", room).number("time", time_ms).number("seq", seq).key("said");
    out.put_u8(b'[');
    put_said(name, text, out);
}

/// Appends the end of the object.
pub(super) fn put_end(out: &mut BytesMut) {
    out.put_slice(b"]}");
}

fn put_said(name: &Name, text: &Text, out: &mut BytesMut) {
    Object::bare(out).name("name", name).text("text", text.as_str()).end();
}
