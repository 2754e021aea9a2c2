//! Owns how messages read as `WebSocket` frames: each is one text frame, unmasked and whole, that holds one object of JSON, which says
//! by its `kind` what it is.

use std::fmt::Write as _;

use bytes::{BufMut as _, BytesMut};
use memchr::memchr2;

use super::run::{Run, Said};
use crate::Message;
use crate::{COMMANDS, CloseCode, Name};

/// The last frame of a message, which all of ours are.
const FIN: u8 = 0x80;

/// The kinds of frames (RFC 6455, section 5.2).
pub(crate) const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The most digits of a number.
const U64_DIGITS_MAX: usize = 20;

/// From which length on it stands in two bytes of its own.
const SHORT_BYTES: usize = 126;

/// Appends the frame of a message, or as many as what is said in a row needs.
pub(crate) fn encode(message: &Message, out: &mut BytesMut) {
    let kind = match message {
        Message::Said { .. } => return encode_said(message, out),
        Message::Ping => PING,
        Message::Pong { .. } => PONG,
        Message::Bye { .. } => CLOSE,
        Message::Hello { .. }
        | Message::Help
        | Message::YouAre { .. }
        | Message::YouJoined { .. }
        | Message::YouAreIn { .. }
        | Message::Resumable { .. }
        | Message::Stale
        | Message::Joined { .. }
        | Message::Left { .. }
        | Message::Crowd { .. }
        | Message::Renamed { .. }
        | Message::Taken { .. }
        | Message::NameInvalid
        | Message::RoomInvalid
        | Message::Rooms { .. }
        | Message::Users { .. }
        | Message::Unrecognized { .. }
        | Message::TooLong { .. }
        | Message::NotUtf8
        | Message::WrongProtocol { .. }
        | Message::Dropped { .. }
        | Message::Stopping
        | Message::Here
        | Message::Refuse { .. } => TEXT,
    };
    let start = begin_frame(kind, out);
    encode_payload(message, out);
    end_frame(start, out);
}

fn encode_said(message: &Message, out: &mut BytesMut) {
    let mut run = Run::default();
    Said::each(message).for_each(|said| run.say(said, out, |_| {}));
    run.end(out, |_| {});
}

/// Begins a frame, and returns where.
pub(crate) fn begin_frame(kind: u8, out: &mut BytesMut) -> usize {
    let start = out.len();
    out.put_slice(&[FIN | kind, 0, 0, 0]);
    start
}

/// Ends a frame: says in its head how long it is.
pub(crate) fn end_frame(start: usize, out: &mut BytesMut) {
    let len = out.len() - start - 4;
    if len < SHORT_BYTES {
        out[start + 1] = u8::try_from(len).expect("it was just compared");
        out.copy_within(start + 4.., start + 2);
        out.truncate(start + 2 + len);
    } else if let Ok(len) = u16::try_from(len) {
        out[start + 1] = 126;
        out[start + 2..start + 4].copy_from_slice(&len.to_be_bytes());
    } else {
        // No line that a session lets pass has so much, and no list and no help; whoever makes requests by themselves may ask for more.
        out.put_bytes(0, 6);
        out.copy_within(start + 4..start + 4 + len, start + 10);
        out[start + 1] = 127;
        out[start + 2..start + 10].copy_from_slice(&(len as u64).to_be_bytes());
    }
}

fn encode_payload(message: &Message, out: &mut BytesMut) {
    match message {
        Message::Pong { payload } => out.put_slice(payload),
        Message::Ping | Message::Bye { code: CloseCode::NONE } => {}
        Message::Bye { code } => out.put_u16(code.number()),
        Message::Hello { boot, chars_max, token } => {
            let hello = Object::begin(out, "hello")
                .text("server", "chinwag")
                .text("version", env!("CARGO_PKG_VERSION"))
                .text("boot", &format!("{boot:016x}"))
                .number("line_chars", u64::from(*chars_max))
                .number("name_chars_min", Name::CHARS_MIN as u64)
                .number("name_chars_max", Name::CHARS_MAX as u64);
            match token {
                Some(token) => hello.text("token", &token.to_string()).end(),
                None => hello.end(),
            }
        }
        Message::Help => encode_help(out),
        Message::YouAre { name } => Object::begin(out, "you").name("name", name).end(),
        Message::YouJoined { room, seq } => Object::begin(out, "room").name("room", room).number("seq", *seq).end(),
        Message::YouAreIn { room } => Object::begin(out, "here").name("room", room).end(),
        Message::Resumable { token } => Object::begin(out, "token").text("token", &token.to_string()).end(),
        Message::Stale => Object::begin(out, "stale").end(),
        Message::Joined { name } => Object::begin(out, "joined").name("name", name).end(),
        Message::Left { name } => Object::begin(out, "left").name("name", name).end(),
        Message::Crowd { joined, left } => {
            Object::begin(out, "crowd").number("joined", u64::from(*joined)).number("left", u64::from(*left)).end();
        }
        // It has frames of its own.
        Message::Said { .. } => {}
        Message::Renamed { old, new } => Object::begin(out, "renamed").name("old", old).name("new", new).end(),
        Message::Taken { name } => Object::begin(out, "taken").name("name", name).end(),
        Message::NameInvalid => encode_rule(out, "bad-name"),
        Message::RoomInvalid => encode_rule(out, "bad-room"),
        Message::Rooms { rooms, more } => encode_rooms(out, rooms, *more),
        Message::Users { names, more } => encode_users(out, names, *more),
        Message::Unrecognized { word } => Object::begin(out, "unrecognized").text("word", word.as_str()).end(),
        Message::TooLong { chars_max } => {
            Object::begin(out, "too-long").number("chars", u64::from(*chars_max)).end();
        }
        Message::NotUtf8 => Object::begin(out, "not-utf8").end(),
        Message::WrongProtocol { protocol } => {
            Object::begin(out, "wrong-door").text("what", &protocol.to_string()).end()
        }
        Message::Dropped { count } => Object::begin(out, "dropped").number("count", *count).end(),
        Message::Stopping => Object::begin(out, "stopping").end(),
        // Only telnet asks for these, and it has no frames.
        Message::Here | Message::Refuse { .. } => Object::begin(out, "here").end(),
    }
}

fn encode_rule(out: &mut BytesMut, kind: &str) {
    Object::begin(out, kind)
        .number("chars_min", Name::CHARS_MIN as u64)
        .number("chars_max", Name::CHARS_MAX as u64)
        .end();
}

fn encode_help(out: &mut BytesMut) {
    let mut help = Object::begin(out, "help");
    help.list("commands", &COMMANDS, |out, command| {
        let argument = command.argument.map_or("null".into(), |argument| format!("\"{argument}\""));
        let (word, what) = (command.word, command.what);
        put(out, format_args!(r#"{{"word":"{word}","argument":{argument},"what":"{what}"}}"#));
    });
    help.end();
}

fn encode_rooms(out: &mut BytesMut, rooms: &[(Name, u32)], more: usize) {
    let mut list = Object::begin(out, "rooms");
    list.list("rooms", rooms, |out, (room, people)| put(out, format_args!(r#"{{"room":"{room}","people":{people}}}"#)));
    list.number("more", more as u64).end();
}

fn encode_users(out: &mut BytesMut, names: &[Name], more: usize) {
    let mut list = Object::begin(out, "users");
    list.list("names", names, |out, name| put(out, format_args!("\"{name}\"")));
    list.number("more", more as u64).end();
}

/// Writes an object. Keys, kinds and names need no escapes; a text has no controls, so that these are all it can need.
pub(crate) struct Object<'a> {
    pub(crate) out: &'a mut BytesMut,
    /// Nothing is in it yet.
    is_empty: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn begin(out: &'a mut BytesMut, kind: &str) -> Self {
        out.put_slice(br#"{"kind":""#);
        out.put_slice(kind.as_bytes());
        out.put_u8(b'"');
        Self { out, is_empty: false }
    }

    /// Begins an object of no kind, for a list.
    pub(crate) fn bare(out: &'a mut BytesMut) -> Self {
        out.put_u8(b'{');
        Self { out, is_empty: true }
    }

    pub(crate) fn name(mut self, key: &str, name: &Name) -> Self {
        self.key(key);
        self.out.put_u8(b'"');
        self.out.put_slice(name.as_str().as_bytes());
        self.out.put_u8(b'"');
        self
    }

    pub(crate) fn text(mut self, key: &str, text: &str) -> Self {
        self.key(key);
        self.out.put_u8(b'"');
        let mut rest = text.as_bytes();
        while let Some(at) = next_escaped(rest) {
            self.out.put_slice(&rest[..at]);
            self.out.put_slice(&[b'\\', rest[at]]);
            rest = &rest[at + 1..];
        }
        self.out.put_slice(rest);
        self.out.put_u8(b'"');
        self
    }

    pub(crate) fn number(mut self, key: &str, number: u64) -> Self {
        self.key(key);
        let (mut digits, mut rest) = ([0; U64_DIGITS_MAX], number);
        let mut start = digits.len();
        // Without the formatting machinery: two numbers are in everything that is said.
        while start == digits.len() || rest > 0 {
            start -= 1;
            digits[start] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.out.put_slice(&digits[start..]);
        self
    }

    pub(crate) fn list<T>(&mut self, key: &str, items: &[T], mut item: impl FnMut(&mut BytesMut, &T)) {
        self.key(key);
        for (index, each) in items.iter().enumerate() {
            self.out.put_u8(if index == 0 { b'[' } else { b',' });
            item(self.out, each);
        }
        self.out.put_slice(if items.is_empty() { b"[]" } else { b"]" });
    }

    pub(crate) fn key(&mut self, key: &str) {
        self.out.put_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.is_empty = false;
        self.out.put_slice(key.as_bytes());
        self.out.put_slice(b"\":");
    }

    pub(crate) fn end(self) {
        self.out.put_u8(b'}');
    }
}

fn put(out: &mut BytesMut, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a buffer in memory takes all that is written to it");
}

fn next_escaped(text: &[u8]) -> Option<usize> {
    memchr2(b'"', b'\\', text)
}

/// Returns how many bytes a text has with its escapes.
pub(crate) fn escaped_len(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| b"\"\\".contains(byte)).count()
}

#[cfg(test)]
mod tests;
