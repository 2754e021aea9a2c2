//! Owns what a browser shows of what it is sent: each frame as the lines that a person without one sees, with what else
//! it says behind them.

use crate::sim::frames::{Framed, Frames};
use crate::sim::json::Json;

/// The longest message of a server: a list, or a few that are said in a row.
const BYTES_MAX: usize = 64 << 10;

#[derive(Clone, Debug)]
pub(super) struct WebReader {
    frames: Frames,
    /// How many pings have come.
    pub(super) pings: usize,
    /// How many frames had several messages in them.
    pub(super) runs: usize,
}

impl WebReader {
    pub(super) const fn new() -> Self {
        Self { frames: Frames::new(false, BYTES_MAX), pings: 0, runs: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Takes what has come, and returns the lines of all frames that are whole now.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        self.frames.receive(bytes);
        let mut lines = String::new();
        while let Some(framed) = self.frames.read() {
            match framed {
                Framed::Text(text) => {
                    let object = Json::read(&text).ok_or_else(|| format!("{text} is no JSON"))?;
                    let shown = show(&object).ok_or_else(|| format!("{text} is nothing that a browser knows"))?;
                    self.runs += usize::from(shown.len() > 1 && text.contains(r#""kind":"said""#));
                    shown.into_iter().for_each(|line| lines += &format!("{line}\n"));
                }
                Framed::Ping(payload) if payload.is_empty() => self.pings += 1,
                Framed::Ping(payload) => return Err(format!("a ping says {payload:?}")),
                Framed::Pong(payload) => lines += &format!("pong {}\n", payload.escape_ascii()),
                Framed::Close(code) => lines += &format!("bye {code}\n"),
                Framed::Fault(code) => return Err(format!("the server breaks the rules: {code}")),
            }
        }
        Ok(lines.into_bytes())
    }
}

/// Returns the lines of an object.
fn show(object: &Json) -> Option<Vec<String>> {
    let Json::Object(fields) = object else { return None };
    let (name, kind) = fields.first()?;
    let kind = kind.text().filter(|_| name == "kind")?;
    let one = |line: String| Some(vec![line]);
    let text = |field: &str| object.fields(["kind", field])?[1].text();
    match kind {
        "hello" => show_hello(object).and_then(one),
        "help" => show_help(object),
        "you" => one(format!("You are {}", text("name")?)),
        "room" => {
            let [_, room, seq] = object.fields(["kind", "room", "seq"])?;
            one(format!("You joined {} [{}]", room.text()?, seq.number()?))
        }
        "here" => one(format!("You are in {}", text("room")?)),
        "token" => one(format!("You can come back with /resume {}", text("token")?)),
        "stale" => one("You have nothing to resume".to_owned()),
        "joined" => one(format!("{} joined", text("name")?)),
        "left" => one(format!("{} left", text("name")?)),
        "crowd" => {
            let [_, joined, left] = object.fields(["kind", "joined", "left"])?;
            one(format!("{} joined, {} left", joined.number()?, left.number()?))
        }
        "said" => show_said(object),
        "renamed" => {
            let [_, old, new] = object.fields(["kind", "old", "new"])?;
            one(format!("{} is now {}", old.text()?, new.text()?))
        }
        "taken" => one(format!("{} is already taken", text("name")?)),
        "bad-name" => show_rule(object, "Name").and_then(one),
        "bad-room" => show_rule(object, "Room").and_then(one),
        "rooms" => show_rooms(object).and_then(one),
        "users" => show_users(object).and_then(one),
        "unrecognized" => one(format!("Unrecognized command {}, try /help, or begin with // to say it", text("word")?)),
        "too-long" => {
            let chars = object.fields(["kind", "chars"])?[1].number()?;
            one(format!("Messages can only be {chars} chars long"))
        }
        "not-utf8" => one("Messages must be valid UTF-8".to_owned()),
        "dropped" => {
            let count = object.fields(["kind", "count"])?[1].number()?;
            one(format!("Server is very busy and dropped {count} messages, sorry!"))
        }
        "stopping" => one("Server is shutting down".to_owned()),
        _ => None,
    }
}

fn show_hello(object: &Json) -> Option<String> {
    let names = ["kind", "server", "version", "boot", "line_chars", "name_chars_min", "name_chars_max", "token"];
    let [_, server, version, boot, chars, min, max, token] = object.fields(names)?;
    let is_boot = |boot: &str| boot.len() == 16 && boot.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_right = server.text()? == "chinwag" && !version.text()?.is_empty() && is_boot(boot.text()?);
    let (chars, min, max) = (chars.number()?, min.number()?, max.number()?);
    is_right.then_some(format!("hello {chars} {min} {max} {}", token.text()?))
}

fn show_help(object: &Json) -> Option<Vec<String>> {
    let commands = object.fields(["kind", "commands"])?[1].list()?.iter().map(|command| {
        let [word, argument, what] = command.fields(["word", "argument", "what"])?;
        let argument = if *argument == Json::Null { String::new() } else { format!(" {{{}}}", argument.text()?) };
        Some(format!("  /{}{argument} - {}", word.text()?, what.text()?))
    });
    std::iter::once(Some("Server commands".to_owned())).chain(commands).collect()
}

fn show_said(object: &Json) -> Option<Vec<String>> {
    let [_, room, time, first, said] = object.fields(["kind", "room", "time", "seq", "said"])?;
    let (room, time, first) = (room.text()?, time.number()?, first.number()?);
    let said = said.list().filter(|said| !said.is_empty())?.iter();
    let show = |(seq, one): (u64, &Json)| {
        let [name, text] = one.fields(["name", "text"])?;
        Some(format!("{}: {} [{room} {seq} {time}]", name.text()?, text.text()?))
    };
    (first..).zip(said).map(show).collect()
}

fn show_rule(object: &Json, what: &str) -> Option<String> {
    let [_, min, max] = object.fields(["kind", "chars_min", "chars_max"])?;
    Some(format!("{what} must be {} - {} letters, digits, - or _", min.number()?, max.number()?))
}

fn show_rooms(object: &Json) -> Option<String> {
    let [_, rooms, more] = object.fields(["kind", "rooms", "more"])?;
    let show = |room: &Json| {
        let [room, people] = room.fields(["room", "people"])?;
        Some(format!("{} ({})", room.text()?, people.number()?))
    };
    let rooms: Option<Vec<_>> = rooms.list()?.iter().map(show).collect();
    Some(format!("Rooms - {}{}", rooms?.join(", "), show_more(more)?))
}

fn show_users(object: &Json) -> Option<String> {
    let [_, names, more] = object.fields(["kind", "names", "more"])?;
    let names: Option<Vec<_>> = names.list()?.iter().map(Json::text).collect();
    Some(format!("Users - {}{}", names?.join(", "), show_more(more)?))
}

fn show_more(more: &Json) -> Option<String> {
    let more = more.number()?;
    Some(if more > 0 { format!(", … and {more} more") } else { String::new() })
}
