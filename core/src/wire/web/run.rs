//! Owns frames that are still written: what is said one after the other in a room goes into one, as long as that is of
//! one time.

use bytes::{BufMut as _, BytesMut};

use super::frame::{TEXT, begin_frame, end_frame};
use super::json::Object;
use crate::message::Message;
use crate::name::Name;
use crate::wire::contract::Joined;

/// From how many bytes on nothing more goes into a frame. It is what a slow reader is sent or not, as a whole, so it
/// must be short beside a queue; and what stands before the list costs next to nothing beside so much.
const FRAME_BYTES_MIN: usize = 8 << 10;

/// One message that somebody says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    room: &'a Name,
    name: &'a Name,
    text: &'a str,
    time_ms: u64,
    seq: u64,
}

impl<'a> Said<'a> {
    /// Returns each of what is said in a row, or nothing if nothing is said.
    pub(crate) fn each(message: &'a Message) -> impl Iterator<Item = Self> {
        let said = if let Message::Said { room, name, texts, time_ms, seq, .. } = message {
            Some((room, name, texts, *time_ms, *seq))
        } else {
            None
        };
        said.into_iter().flat_map(|(room, name, texts, time_ms, first)| {
            (first..).zip(texts.iter()).map(move |(seq, text)| Self { room, name, text, time_ms, seq })
        })
    }
}

/// Adds each message of what is said in a row to the last frame, or ends that and begins another. Nothing else may have
/// been appended to `out` since the last one. `ended` is told where a frame ends, once for each message in it.
pub(crate) fn say(joined: &mut Option<Joined>, message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
    for said in Said::each(message) {
        if !joined.as_mut().is_some_and(|frame| add(frame, said, out)) {
            end(joined, out, &mut ended);
            *joined = Some(begin(said, out));
        }
    }
}

/// Ends the last frame, if there is one that has not ended.
pub(crate) fn end(joined: &mut Option<Joined>, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
    let Some(Joined { start, count, .. }) = joined.take() else { return };
    out.put_slice(b"]}");
    end_frame(start, out);
    (0..count).for_each(|_| ended(out.len()));
}

/// Begins a frame with a message.
fn begin(said: Said<'_>, out: &mut BytesMut) -> Joined {
    let Said { room, time_ms, seq, .. } = said;
    let start = begin_frame(TEXT, out);
    out.reserve(128);
    Object::begin(out, "said").name("room", room).number("time", time_ms).number("seq", seq).key("said");
    out.put_u8(b'[');
    put(said, out);
    Joined { start, time_ms, next_seq: seq + 1, count: 1 }
}

/// Adds a message, if it can be in the same frame; says whether it is.
fn add(frame: &mut Joined, said: Said<'_>, out: &mut BytesMut) -> bool {
    let is_next = (said.time_ms, said.seq) == (frame.time_ms, frame.next_seq);
    if !is_next || out.len() - frame.start >= FRAME_BYTES_MIN {
        return false;
    }
    frame.next_seq += 1;
    frame.count += 1;
    out.put_u8(b',');
    put(said, out);
    true
}

fn put(Said { name, text, .. }: Said<'_>, out: &mut BytesMut) {
    out.reserve(64 + text.len());
    Object::bare(out).name("name", name).text("text", text).end();
}
