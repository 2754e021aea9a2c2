//! Owns how messages read as `WebSocket` frames: each is one text frame, unmasked and whole, that holds one object of
//! JSON, which says by its `kind` what it is.

use bytes::{BufMut as _, BytesMut};

use super::frame::{CLOSE, PING, PONG, TEXT, begin_frame, end_frame};
use super::json::{Object, put};
use super::lists::{encode_commands, encode_names};
use super::moderated::{put_moderated, put_ruling, with_kicked};
use super::run;
use crate::close_code::CloseCode;
use crate::commands::{COMMANDS, named};
use crate::message::{CantIgnore, Earlier, Leaving, LoggingIn, Message};
use crate::name::Name;
use crate::rules::{HISTORY_MAX, IGNORED_MAX};
use crate::topic::Topic;

/// Appends the frame of a message, or as many as what is said in a row needs, and tells of each message where it ends.
pub(crate) fn encode(message: &Message, out: &mut BytesMut, mut ended: impl FnMut(usize)) {
    let kind = match message {
        Message::Said { .. } => return encode_said(message, out, ended),
        // It is no message for whoever has a browser.
        Message::Irc(_) => return,
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
        | Message::Acted { .. }
        | Message::Told { .. }
        | Message::Sent { .. }
        | Message::Nobody { .. }
        | Message::NobodyWrote
        | Message::TopicSet { .. }
        | Message::Topic { .. }
        | Message::TopicTooLong
        | Message::Ignoring { .. }
        | Message::Hearing { .. }
        | Message::Ignored { .. }
        | Message::CantIgnore { .. }
        | Message::History { .. }
        | Message::HistoryCount
        | Message::Found { .. }
        | Message::NoHistory
        | Message::Incomplete { .. }
        | Message::Renamed { .. }
        | Message::Taken { .. }
        | Message::NameOfAccount { .. }
        | Message::LoggingIn(_)
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
        | Message::Touch(_)
        | Message::Here
        | Message::Moderated(_)
        | Message::Ruling(_)
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
        Message::Ping | Message::Bye { code: CloseCode::NONE } | Message::Irc(_) => {}
        Message::Bye { code } => out.put_u16(code.number()),
        Message::Hello { boot, chars_max, token, has_accounts } => {
            let hello = Object::begin(out, "hello")
                .text("server", "chinwag")
                .text("version", env!("CARGO_PKG_VERSION"))
                .text("boot", &format!("{boot:016x}"))
                .number("line_chars", u64::from(*chars_max))
                .number("name_chars_min", Name::CHARS_MIN as u64)
                .number("name_chars_max", Name::CHARS_MAX as u64)
                .number("room_chars_max", Name::ROOM_CHARS_MAX as u64);
            let hello = if *has_accounts { hello.truth("accounts", true) } else { hello };
            match token {
                Some(token) => hello.text("token", &token.to_string()).end(),
                None => hello.end(),
            }
        }
        Message::Help => encode_commands("help", COMMANDS, out),
        Message::Moderated(moderated) => put_moderated(moderated, out),
        Message::Ruling(ruling) => put_ruling(ruling, out),
        Message::YouAre { name } => Object::begin(out, "you").name("name", name).end(),
        Message::YouJoined { room, seq } => Object::begin(out, "room").name("room", room).number("seq", *seq).end(),
        Message::YouAreIn { room } => Object::begin(out, "here").name("room", room).end(),
        Message::Resumable { token } => Object::begin(out, "token").text("token", &token.to_string()).end(),
        Message::Stale => Object::begin(out, "stale").end(),
        Message::Joined { room, name, .. } => Object::begin(out, "joined").name("room", room).name("name", name).end(),
        Message::Left { room, name, leaving: Leaving::PutOut(kicked), .. } => {
            let left = Object::begin(out, "left").name("room", room).name("name", name);
            with_kicked(left, kicked).text("line", &message.to_string()).end();
        }
        Message::Left { room, name, .. } => Object::begin(out, "left").name("room", room).name("name", name).end(),
        Message::Crowd { room, joined, left } => {
            let (joined, left) = (u64::from(*joined), u64::from(*left));
            Object::begin(out, "crowd").name("room", room).number("joined", joined).number("left", left).end();
        }
        Message::Acted { room, name, text, time_ms, seq, .. } => {
            let acted = Object::begin(out, "acted").name("room", room).number("time", *time_ms).number("seq", *seq);
            acted.name("name", name).text("text", text.as_str()).end();
        }
        Message::Told { name, text, time_ms, .. } => {
            Object::begin(out, "told").number("time", *time_ms).name("name", name).text("text", text.as_str()).end();
        }
        Message::Sent { name, text, time_ms, .. } => {
            Object::begin(out, "sent").number("time", *time_ms).name("name", name).text("text", text.as_str()).end();
        }
        Message::Nobody { name } => Object::begin(out, "nobody").name("name", name).end(),
        Message::NobodyWrote => Object::begin(out, "nobody-wrote").end(),
        Message::TopicSet { room, name, topic, .. } => {
            let set = Object::begin(out, "topic-set").name("room", room).name("name", name);
            set.text_or_null("topic", topic.as_ref().map(Topic::as_str)).end();
        }
        Message::Topic { room, topic } => {
            let topic = topic.as_ref().map(Topic::as_str);
            Object::begin(out, "topic").name("room", room).text_or_null("topic", topic).end();
        }
        Message::TopicTooLong => {
            Object::begin(out, "topic-too-long").number("bytes", Topic::BYTES_MAX as u64).end();
        }
        Message::Ignoring { name } => Object::begin(out, "ignoring").name("name", name).end(),
        Message::Hearing { name } => Object::begin(out, "hearing").name("name", name).end(),
        Message::Ignored { names, more } => encode_names(Object::begin(out, "ignored"), names, *more),
        Message::CantIgnore { reason: CantIgnore::Oneself } => Object::begin(out, "ignores-oneself").end(),
        Message::CantIgnore { reason: CantIgnore::TooMany } => {
            Object::begin(out, "ignores-too-many").number("people", IGNORED_MAX as u64).end();
        }
        Message::History { room, said, more } => encode_history(out, room, said, *more),
        Message::Found { found, more } => encode_found(out, found, *more),
        Message::NoHistory => Object::begin(out, "no-history").end(),
        Message::HistoryCount => Object::begin(out, "bad-count").number("max", u64::from(HISTORY_MAX)).end(),
        Message::Incomplete { word } => {
            let usage = named(word).map(ToString::to_string).unwrap_or_default();
            Object::begin(out, "incomplete").text("word", word).text("usage", &usage).end();
        }
        // It has frames of its own.
        Message::Said { .. } => {}
        Message::Renamed { old, new, .. } => Object::begin(out, "renamed").name("old", old).name("new", new).end(),
        Message::Taken { name } => Object::begin(out, "taken").name("name", name).end(),
        Message::NameOfAccount { name } => Object::begin(out, "name-of-account").name("name", name).end(),
        Message::LoggingIn(LoggingIn::LoggedIn { account }) => {
            Object::begin(out, "logged-in").name("account", account).end();
        }
        Message::LoggingIn(LoggingIn::LoggedOut) => Object::begin(out, "logged-out").end(),
        Message::LoggingIn(other) => Object::begin(out, "not-logged-in").text("text", &other.to_string()).end(),
        Message::NameInvalid => encode_rule(out, "bad-name", Name::CHARS_MAX),
        Message::RoomInvalid => encode_rule(out, "bad-room", Name::ROOM_CHARS_MAX),
        Message::Rooms { rooms, more } => encode_rooms(out, rooms, *more),
        Message::Users { room, names, more } => {
            encode_names(Object::begin(out, "users").name("room", room), names, *more)
        }
        Message::Unrecognized { word } => Object::begin(out, "unrecognized").text("word", word.as_str()).end(),
        Message::TooLong { chars_max } => {
            Object::begin(out, "too-long").number("chars", u64::from(*chars_max)).end();
        }
        Message::NotUtf8 => Object::begin(out, "not-utf8").end(),
        Message::WrongProtocol { protocol, port } => {
            Object::begin(out, "wrong-door").text("what", &protocol.told(*port)).end()
        }
        Message::Dropped { count } => Object::begin(out, "dropped").number("count", *count).end(),
        Message::Stopping => Object::begin(out, "stopping").end(),
        Message::Touch(touch) => Object::begin(out, "touch").text("state", touch.word()).end(),
        // Only telnet asks for these, and it has no frames.
        Message::Here | Message::Refuse { .. } => Object::begin(out, "here").end(),
    }
}

fn encode_rule(out: &mut BytesMut, kind: &str, chars_max: usize) {
    Object::begin(out, kind).number("chars_min", Name::CHARS_MIN as u64).number("chars_max", chars_max as u64).end();
}

fn encode_rooms(out: &mut BytesMut, rooms: &[(Name, u32)], more: usize) {
    let mut list = Object::begin(out, "rooms");
    list.list("rooms", rooms, |out, (room, people)| put(out, format_args!(r#"{{"room":"{room}","people":{people}}}"#)));
    list.number("more", more as u64).end();
}

fn encode_history(out: &mut BytesMut, room: &Name, said: &[Earlier], more: bool) {
    let mut history = Object::begin(out, "history").name("room", room);
    history.list("said", said, |out, earlier| put_earlier(Object::bare(out), earlier));
    history.truth("more", more).end();
}

fn encode_found(out: &mut BytesMut, said: &[(Name, Earlier)], more: bool) {
    let mut found = Object::begin(out, "found");
    found.list("said", said, |out, (room, earlier)| put_earlier(Object::bare(out).name("room", room), earlier));
    found.truth("more", more).end();
}

fn put_earlier(said: Object<'_>, Earlier { name, text, is_act, time_ms, seq, .. }: &Earlier) {
    let said = said.number("seq", *seq).number("time", *time_ms);
    said.name("name", name).text("text", text.as_str()).truth("act", *is_act).end();
}

#[cfg(test)]
mod tests;
