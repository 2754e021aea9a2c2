//! Owns how it reads as objects of JSON what those have done who keep order, and what one alone is told of it: the
//! parts of it, and the line that people read by telnet.

use bytes::BytesMut;

use super::json::{Object, put_text};
use super::lists::{encode_commands, encode_names};
use crate::commands::MODERATION;
use crate::log::ModeChange;
use crate::message::{Banned, Done, Kicked, Moderated, Ruling, Sentence};
use crate::name::Name;
use crate::text::Text;

/// Appends what somebody has done in a room.
pub(super) fn put_moderated(moderated: &Moderated, out: &mut BytesMut) {
    let Moderated { room, by, time_ms, done, .. } = moderated;
    let object = Object::begin(out, "moderated").name("room", room).name("by", by).number("time", *time_ms);
    let object = match done {
        Done::Banned { mask, until_ms, why } => {
            let object = object.text("what", "banned").text("whom", &mask.to_string());
            with_why(with_until(object, *until_ms), why.as_ref())
        }
        Done::Unbanned { mask } => object.text("what", "unbanned").text("whom", &mask.to_string()),
        Done::Muted { name, until_ms } => with_until(object.text("what", "muted").name("whom", name), *until_ms),
        Done::Unmuted { name } => object.text("what", "unmuted").name("whom", name),
        Done::Owned { owner } => object.text("what", "owned").text_or_null("owner", owner.as_ref().map(Name::as_str)),
        Done::Announced(text) => object.text("what", "announced").text("text", text.as_str()),
        Done::Changed(changes) => {
            let mut object = object.text("what", "changed");
            object.list("changes", changes, |out, ModeChange { is_set, mode }| {
                let change =
                    Object::bare(out).truth("set", *is_set).text("mode", mode.letter().encode_utf8(&mut [0; 4]));
                change.text_or_null("of", mode.parameter().as_deref()).end();
            });
            object
        }
    };
    let line = moderated.to_string();
    let lines: Vec<_> = line.lines().collect();
    with_lines(object, &lines);
}

fn with_lines(mut object: Object<'_>, lines: &[&str]) {
    object.list("lines", lines, |out, line| put_text(out, line));
    object.end();
}

/// Adds who put somebody out, and why.
pub(super) fn with_kicked<'a>(object: Object<'a>, Kicked { by, sentence, why, .. }: &Kicked) -> Object<'a> {
    let object = object.name("by", by);
    let object = match sentence {
        Sentence::Kicked => object.text("sentence", "kicked"),
        Sentence::Banned { until_ms } => with_until(object.text("sentence", "banned"), *until_ms),
        Sentence::Killed => object.text("sentence", "put out"),
    };
    with_why(object, why.as_ref())
}

/// Appends what one alone is told.
pub(super) fn put_ruling(ruling: &Ruling, out: &mut BytesMut) {
    let line = ruling.to_string();
    match ruling {
        Ruling::PutOut { room, kicked } => {
            with_kicked(Object::begin(out, "put-out").name("room", room), kicked).text("line", &line).end();
        }
        Ruling::Bans { room, bans, more } => {
            let mut list = Object::begin(out, "bans").name("room", room);
            list.list("bans", bans, |out, Banned { whom, by, until_ms, why }| {
                let ban = Object::bare(out).text("whom", whom).name("by", by);
                with_why(with_until(ban, *until_ms), why.as_ref()).end();
            });
            list.number("more", *more as u64).end();
        }
        Ruling::Operators { room, names, more } => {
            encode_names(Object::begin(out, "operators").name("room", room), names, *more);
        }
        Ruling::Commands => encode_commands("moderation", MODERATION, out),
        Ruling::Walled { by, text, .. } => {
            Object::begin(out, "walled").name("by", by).text("text", text.as_str()).text("line", &line).end();
        }
        // A room that could not be joined.
        Ruling::Banned { room: Some(room), .. }
        | Ruling::Locked { room }
        | Ruling::NeedsKey { room }
        | Ruling::Full { room } => {
            Object::begin(out, "ruling").name("room", room).text("line", &line).truth("joins", true).end();
        }
        Ruling::Muted { room, .. }
        | Ruling::Unheard { room }
        | Ruling::TopicLocked { room }
        | Ruling::NotOperator { room }
        | Ruling::NotInRoom { room }
        | Ruling::NoSuchRoom { room }
        | Ruling::NotThere { room, .. }
        | Ruling::OpenToAll { room }
        | Ruling::ListFull { room, .. }
        | Ruling::Inviting { room, .. }
        | Ruling::NotOwned { room, .. }
        | Ruling::AlreadyThere { room, .. } => put_line(out, Some(room), &line),
        Ruling::Banned { room: None, .. }
        | Ruling::Unchanged
        | Ruling::NotServerOperator
        | Ruling::Protected { .. }
        | Ruling::NotBanned { .. }
        | Ruling::NotMuted { .. }
        | Ruling::AddressIsShared { .. }
        | Ruling::NoAddress { .. }
        | Ruling::AddressBanned { .. }
        | Ruling::AddressUnbanned { .. }
        | Ruling::AddressNotBanned { .. }
        | Ruling::Empowered { .. } => put_line(out, None, &line),
    }
}

fn put_line(out: &mut BytesMut, room: Option<&Name>, line: &str) {
    let ruling = Object::begin(out, "ruling");
    let ruling = match room {
        Some(room) => ruling.name("room", room),
        None => ruling,
    };
    ruling.text("line", line).end();
}

fn with_until(object: Object<'_>, until_ms: Option<u64>) -> Object<'_> {
    match until_ms {
        Some(until_ms) => object.number("until", until_ms),
        None => object,
    }
}

fn with_why<'a>(object: Object<'a>, why: Option<&Text>) -> Object<'a> {
    match why {
        Some(why) => object.text("why", why.as_str()),
        None => object,
    }
}
