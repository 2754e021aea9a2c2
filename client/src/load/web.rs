//! The web listener's protocol, as far as load needs it: the upgrade to `WebSocket`, the frames both ways, and where in
//! their JSON a text stands.
//!
//! JSON is not parsed: the server writes each kind of object in one way, so known bytes tell what it is.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::message::{self, MARK, Stamp};

/// A text frame that is a whole message.
const TEXT: u8 = 0x81;

/// A frame that asks whether somebody is there.
pub(super) const PING: u8 = 0x89;

/// The answer to it, without a payload, as the server's has none.
pub(super) const PONG: [u8; 6] = [0x8a, MASKED, KEY[0], KEY[1], KEY[2], KEY[3]];

/// Where the length stands in two bytes of its own.
const LENGTH_IN_TWO: u8 = 126;

/// Where the length stands in eight.
const LENGTH_IN_EIGHT: u8 = 127;

/// Says that a frame is masked, as all are that a client sends.
const MASKED: u8 = 0x80;

/// A key of zeros is a key, and leaves the text as it is. The server undoes it like any other.
const KEY: [u8; 4] = [0; 4];

/// The longest payload whose length stands in the second byte.
const SHORT_MAX: usize = 125;

/// What answers the upgrade begins with this, which no frame does: its second bit is reserved.
const HTTP: u8 = b'H';

/// Returns what takes a member into a room: the upgrade, and the first message.
pub(super) fn join(room: &str) -> Vec<u8> {
    let line = format!("/join {room}");
    let mut bytes = b"GET /socket HTTP/1.1\r\nHost: chinwag\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y2hpbndhZyBsb2FkIHdlYg==\r\n\r\n"
        .to_vec();
    bytes.extend_from_slice(&head(line.len()));
    bytes.extend_from_slice(line.as_bytes());
    bytes
}

/// Returns what stands before a text of so many bytes that is sent.
///
/// # Panics
///
/// The text is longer than 65535 bytes.
pub(super) fn head(bytes: usize) -> Vec<u8> {
    let mut head = vec![TEXT];
    if bytes <= SHORT_MAX {
        head.push(MASKED | bytes as u8);
    } else {
        head.push(MASKED | LENGTH_IN_TWO);
        head.extend_from_slice(&u16::try_from(bytes).expect("no text is that long").to_be_bytes());
    }
    head.extend_from_slice(&KEY);
    head
}

/// Returns where the payload of the first frame is, if all of it is here; its end is that of the frame. The answer to
/// the upgrade counts as one.
pub(super) fn payload(bytes: &[u8]) -> Option<Range<usize>> {
    if *bytes.first()? == HTTP {
        return Some(0..memmem::find(bytes, b"\r\n\r\n")? + 4);
    }
    let (start, len) = match *bytes.get(1)? {
        LENGTH_IN_TWO => (4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        LENGTH_IN_EIGHT => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        len => (2, u64::from(len)),
    };
    let end = usize::try_from(len).ok()?.checked_add(start)?;
    (end <= bytes.len()).then_some(start..end)
}

/// The load messages of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: Stamp,
    pub(super) last: Stamp,
    pub(super) count: u64,
}

/// Returns what was said in a payload, if it is load messages with texts of `chars` characters. Only the first and the
/// last are looked at; those between are counted by their marks.
pub(super) fn run(payload: &[u8], chars: usize) -> Option<Run> {
    let said = said(payload)?;
    let [first, last] = [memchr(MARK, said)?, memrchr(MARK, said)?];
    let [first, last] = [stamp(said, first, chars)?, stamp(said, last, chars)?];
    Some(Run { first, last, count: memchr_iter(MARK, said).count() as u64 })
}

/// Returns each load message of a payload.
pub(super) fn stamps(payload: &[u8], chars: usize) -> impl Iterator<Item = Stamp> {
    let said = said(payload).unwrap_or_default();
    memchr_iter(MARK, said).filter_map(move |at| stamp(said, at, chars))
}

/// Returns the payload, if it is what people say.
fn said(payload: &[u8]) -> Option<&[u8]> {
    payload.starts_with(br#"{"kind":"said","#).then_some(payload)
}

/// Reads the text that begins at a mark, if it is a whole one.
fn stamp(said: &[u8], at: usize, chars: usize) -> Option<Stamp> {
    let is_whole = said[..at].ends_with(br#","text":""#) && said.get(at + chars..)?.starts_with(br#""}"#);
    if is_whole { message::read_text(&said[at..][..chars]) } else { None }
}

/// Returns what the payload begins with that confirms a room.
pub(super) fn joined(room: &str) -> String {
    format!(r#"{{"kind":"room","room":"{room}","#)
}

/// Reads the notice that messages could not be sent.
pub(super) fn dropped(payload: &[u8]) -> Option<u64> {
    let rest = payload.strip_prefix(br#"{"kind":"dropped","count":"#)?;
    std::str::from_utf8(rest).ok()?.strip_suffix('}')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(payload: &str) -> Vec<u8> {
        let mut bytes = head(payload.len());
        bytes[1] &= !MASKED;
        bytes.truncate(bytes.len() - KEY.len());
        bytes.extend_from_slice(payload.as_bytes());
        bytes
    }

    #[test]
    fn a_frame_is_found_once_all_of_it_is_there() {
        for len in [0, 1, 125, 126, 127, 65_535] {
            let bytes = frame(&"x".repeat(len));
            assert_eq!(payload(&bytes), Some(bytes.len() - len..bytes.len()));
            assert_eq!(payload(&bytes[..bytes.len() - 1]), None);
            assert_eq!(payload(&[&*bytes, b"more"].concat()), Some(bytes.len() - len..bytes.len()));
        }
        assert_eq!(payload(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\0"), Some(0..56));
        assert_eq!(payload(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"), None);
        assert_eq!(payload(&[0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn what_is_sent_is_masked() {
        assert_eq!(head(64), [0x81, 0x80 | 64, 0, 0, 0, 0]);
        assert_eq!(head(400), [0x81, 0x80 | 126, 1, 144, 0, 0, 0, 0]);
        assert!(join("load-0").ends_with(b"\r\n\r\n\x81\x8c\0\0\0\0/join load-0"));
    }

    #[test]
    fn the_messages_of_a_frame_are_found_by_what_is_around_them() {
        let text = |seq: u64| format!("~{seq:012x}.{:016x}.x", 7);
        let frame = |items: &[String]| {
            let items: Vec<_> = items.iter().map(|text| format!(r#"{{"name":"Ann","text":"{text}"}}"#)).collect();
            format!(r#"{{"kind":"said","room":"load-0","time":1,"seq":2,"said":[{}]}}"#, items.join(","))
        };
        let [first, last] = [3, 5].map(|seq| Stamp { seq, sent_ns: 7 });
        let three = frame(&[3, 4, 5].map(text));
        assert_eq!(run(three.as_bytes(), 32), Some(Run { first, last, count: 3 }));
        assert_eq!(stamps(three.as_bytes(), 32).map(|stamp| stamp.seq).collect::<Vec<_>>(), [3, 4, 5]);
        let alone = frame(&[text(3)]);
        assert_eq!(run(alone.as_bytes(), 32), Some(Run { first, last: first, count: 1 }));
        for (other, chars) in
            [(frame(&["~ab".into()]), 32), (alone.clone(), 33), (alone, 31), (frame(&["hi".into()]), 32)]
        {
            assert_eq!(run(other.as_bytes(), chars), None, "{other}");
        }
        let unrecognized = format!(r#"{{"kind":"unrecognized","text":"{}"}}"#, text(3));
        assert_eq!((run(unrecognized.as_bytes(), 32), stamps(unrecognized.as_bytes(), 32).count()), (None, 0));
    }

    #[test]
    fn only_the_exact_notice_tells_of_dropped_messages() {
        assert_eq!(dropped(br#"{"kind":"dropped","count":17}"#), Some(17));
        assert_eq!(dropped(br#"{"kind":"dropped","count":}"#), None);
        assert_eq!(dropped(br#"{"kind":"dropped","count":1},"#), None);
    }
}
