//! Owns how messages read as `WebSocket` frames: each is one text frame, unmasked and whole, that holds one object of
//! JSON, which says by its `kind` what it is.

use bytes::{BufMut as _, BytesMut};

use super::frame::{CLOSE, PING, PONG, TEXT, begin_frame, end_frame};
use super::json::{Object, put};
use super::run;
use crate::close_code::CloseCode;
use crate::commands::COMMANDS;
use crate::message::Message;
use crate::name::Name;

/// Appends the frame of a message, or as many as what is said in a row needs, and tells of each message where it ends.
pub(crate) fn encode(message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
    let kind = match message {
        Message::Said { .. } => return encode_said(message, out, ended),
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
    ended(out.len());
}

fn encode_said(message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
    let mut joined = None;
    run::say(&mut joined, message, out, &mut ended);
    run::end(&mut joined, out, ended);
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
    help.list("commands", COMMANDS, |out, command| {
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

#[cfg(test)]
mod tests;
