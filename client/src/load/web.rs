//! The web door's protocol, as far as load needs it: the upgrade to `WebSocket`, the frames both ways, and where in their JSON
//! a text stands.
//!
//! JSON is not parsed: the server writes each kind of object in one way, so known bytes tell what it is.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::message::MARK;

/// A text frame that is a whole message.
const TEXT: u8 = 0x81;

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

/// Returns where the payload of the first frame is, if all of it is here; its end is that of the frame. The answer to the upgrade
/// counts as one.
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

/// Counts the frames of load messages among those of one length, each of which is like the first: head and mark in the same places.
pub(super) fn count_like_first(frames: &[u8], frame_bytes: usize) -> usize {
    let Some(Range { start, .. }) = payload(frames) else { return 0 };
    let Some(mark) = memchr(MARK, &frames[start..frame_bytes]).map(|at| start + at) else { return 0 };
    let is_like_first = |frame: &&[u8]| frame[..start] == frames[..start] && frame[mark] == MARK;
    frames.chunks_exact(frame_bytes).filter(is_like_first).count()
}

/// Returns where the text of a load message stands in a payload, if it is one, with a text of `chars` characters.
pub(super) fn text_at(payload: &[u8], chars: usize) -> Option<usize> {
    let at = memchr(MARK, payload)?;
    let is_whole = payload[..at].ends_with(b",\"text\":\"") && payload.get(at + chars..)?.starts_with(b"\",\"time\":");
    is_whole.then_some(at)
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
    fn a_text_is_found_by_what_is_around_it() {
        let said = br#"{"kind":"said","room":"load-0","name":"Ann","text":"~ab","time":1,"seq":2}"#;
        assert_eq!(text_at(said, 3), Some(52));
        assert_eq!((text_at(said, 2), text_at(said, 4), text_at(said, 400)), (None, None, None));
        assert_eq!(text_at(br#"{"kind":"unrecognized","word":"~ab","time":1}"#, 3), None);
    }

    #[test]
    fn only_the_exact_notice_tells_of_dropped_messages() {
        assert_eq!(dropped(br#"{"kind":"dropped","count":17}"#), Some(17));
        assert_eq!(dropped(br#"{"kind":"dropped","count":}"#), None);
        assert_eq!(dropped(br#"{"kind":"dropped","count":1},"#), None);
    }

    #[test]
    fn frames_unlike_the_first_are_not_counted() {
        let said = frame(r#"{"text":"~ab"}"#);
        let other = frame(r#"{"text":"-ab"}"#);
        assert_eq!(count_like_first(&[&*said, &said, &other].concat(), said.len()), 2);
        assert_eq!(count_like_first(&other, other.len()), 0);
    }
}
