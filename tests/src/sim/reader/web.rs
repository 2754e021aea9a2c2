//! Owns what a browser shows of what it is sent: each frame as the lines that a person without one sees, with what else
//! it says behind them.

use crate::sim::frames::{Framed, Frames};
use crate::sim::irc::date;
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
        "help" => show_commands("Server commands", object),
        "moderation" => show_commands("Moderation commands", object),
        "you" => one(format!("You are {}", text("name")?)),
        "room" => {
            let [_, room, seq] = object.fields(["kind", "room", "seq"])?;
            one(format!("You joined {} [{}]", room.text()?, seq.number()?))
        }
        "here" => one(format!("You are in {}", text("room")?)),
        "token" => one(format!("You can come back with /resume {}", text("token")?)),
        "stale" => one("You have nothing to resume".to_owned()),
        "left" if object.field("line").is_some() => {
            let (line, room) = (object.field("line")?.text()?, object.field("room")?.text()?);
            one(format!("{line} [{room}]"))
        }
        "moderated" => {
            let room = object.field("room")?.text()?;
            let lines = object.field("lines")?.list()?;
            lines.iter().map(|line| Some(format!("{} [{room}]", line.text()?))).collect()
        }
        "ruling" | "put-out" => one(object.field("line")?.text()?.to_owned()),
        "bans" => {
            let bans = object.field("bans")?.list()?;
            let ban = |ban: &Json| {
                let why = ban.field("why").and_then(|why| Some(format!(": {}", why.text()?))).unwrap_or_default();
                let until = ban.field("until").and_then(|until| Some(shown_until(until.number()?))).unwrap_or_default();
                Some(format!("{} (by {}{until}{why})", ban.field("whom")?.text()?, ban.field("by")?.text()?))
            };
            let bans: Vec<_> = bans.iter().map(ban).collect::<Option<_>>()?;
            one(format!("Bans - {}", bans.join(", ")).trim_end().to_owned())
        }
        "operators" => {
            let [_, _, names, more] = object.fields(["kind", "room", "names", "more"])?;
            one(show_names("Operators", names, more)?.trim_end().to_owned())
        }
        "joined" | "left" => {
            let [_, room, name] = object.fields(["kind", "room", "name"])?;
            one(format!("{} {kind} [{}]", name.text()?, room.text()?))
        }
        "crowd" => {
            let [_, room, joined, left] = object.fields(["kind", "room", "joined", "left"])?;
            one(format!("{} joined, {} left [{}]", joined.number()?, left.number()?, room.text()?))
        }
        "said" => show_said(object),
        "acted" => {
            let [_, room, time, seq, name, text] = object.fields(["kind", "room", "time", "seq", "name", "text"])?;
            let (room, seq, time) = (room.text()?, seq.number()?, time.number()?);
            one(format!("* {} {} [{room} {seq} {time}]", name.text()?, text.text()?))
        }
        "told" => {
            let [_, time, name, text] = object.fields(["kind", "time", "name", "text"])?;
            one(format!("{} (to you): {} [{}]", name.text()?, text.text()?, time.number()?))
        }
        "sent" => {
            let [_, time, name, text] = object.fields(["kind", "time", "name", "text"])?;
            one(format!("You (to {}): {} [{}]", name.text()?, text.text()?, time.number()?))
        }
        "nobody" => one(format!("There is nobody called {}", text("name")?)),
        "nobody-wrote" => one("Nobody has written to you".to_owned()),
        "topic-set" => {
            let [_, room, name, topic] = object.fields(["kind", "room", "name", "topic"])?;
            one(format!("{} set the topic: {} [{}]", name.text()?, show_topic(topic)?, room.text()?))
        }
        "topic" => {
            let [_, room, topic] = object.fields(["kind", "room", "topic"])?;
            one(format!("Topic - {} [{}]", show_topic(topic)?, room.text()?))
        }
        "topic-too-long" => {
            let bytes = object.fields(["kind", "bytes"])?[1].number()?;
            one(format!("Topics can only be {bytes} bytes long"))
        }
        "ignoring" => one(format!("You ignore {}", text("name")?)),
        "hearing" => one(format!("You hear {} again", text("name")?)),
        "ignored" => {
            let [_, names, more] = object.fields(["kind", "names", "more"])?;
            one(show_names("Ignored", names, more)?.trim_end().to_owned())
        }
        "ignores-oneself" => one("You can't ignore yourself".to_owned()),
        "ignores-too-many" => {
            let people = object.fields(["kind", "people"])?[1].number()?;
            one(format!("You can only ignore {people} people"))
        }
        "history" => show_history(object),
        "bad-count" => {
            let max = object.fields(["kind", "max"])?[1].number()?;
            one(format!("History shows 1 - {max} messages"))
        }
        "found" => show_found(object),
        "no-history" => one("This server keeps no history that could be searched".to_owned()),
        "incomplete" => {
            let [_, _, usage] = object.fields(["kind", "word", "usage"])?;
            one(format!("Try {}", usage.text()?))
        }
        "renamed" => {
            let [_, old, new] = object.fields(["kind", "old", "new"])?;
            one(format!("{} is now {}", old.text()?, new.text()?))
        }
        "taken" => one(format!("{} is already taken", text("name")?)),
        "name-of-account" => one(format!("{0} belongs to an account: /login {0}", text("name")?)),
        "logged-in" => one(format!("You are logged in as {}", text("account")?)),
        "logged-out" => one("You are logged out".to_owned()),
        "not-logged-in" => one(text("text")?.to_owned()),
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

/// Writes until when something holds, of milliseconds since 1970.
fn shown_until(unix_ms: u64) -> String {
    let (year, month, day, seconds) = date(u128::from(unix_ms.div_ceil(60_000) * 60_000));
    format!(" until {year:04}-{month:02}-{day:02} {:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60)
}

fn show_hello(object: &Json) -> Option<String> {
    let limits = ["line_chars", "name_chars_min", "name_chars_max", "room_chars_max"];
    let [line_chars, name_min, name_max, room_max] = limits;
    let names = ["kind", "server", "version", "boot", line_chars, name_min, name_max, room_max, "token"];
    let [_, server, version, boot, chars, min, max, room_max, token] = object.fields(names).or_else(|| {
        // Where people can have accounts, it says so.
        let [kind, server, version, boot, chars, min, max, room_max] = *names.first_chunk()?;
        let names = [kind, server, version, boot, chars, min, max, room_max, "accounts", "token"];
        let [_, server, version, boot, chars, min, max, room_max, accounts, token] = object.fields(names)?;
        let has_accounts = matches!(accounts, Json::Truth(true));
        has_accounts.then_some([accounts, server, version, boot, chars, min, max, room_max, token])
    })?;
    let is_boot = |boot: &str| boot.len() == 16 && boot.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_right = server.text()? == "chinwag" && !version.text()?.is_empty() && is_boot(boot.text()?);
    let (chars, min, max, room_max) = (chars.number()?, min.number()?, max.number()?, room_max.number()?);
    is_right.then_some(format!("hello {chars} {min} {max} {room_max} {}", token.text()?))
}

fn show_commands(title: &str, object: &Json) -> Option<Vec<String>> {
    let commands = object.fields(["kind", "commands"])?[1].list()?.iter().map(|command| {
        let [word, arguments, what] = command.fields(["word", "arguments", "what"])?;
        let shown = |argument: &Json| Some(format!(" {{{}}}", argument.text()?));
        let arguments: Option<String> = arguments.list()?.iter().map(shown).collect();
        Some(format!("  /{}{} - {}", word.text()?, arguments?, what.text()?))
    });
    std::iter::once(Some(title.to_owned())).chain(commands).collect()
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
    let [_, room, names, more] = object.fields(["kind", "room", "names", "more"])?;
    Some(format!("{} [{}]", show_names("Users", names, more)?, room.text()?))
}

fn show_names(title: &str, names: &Json, more: &Json) -> Option<String> {
    let names: Option<Vec<_>> = names.list()?.iter().map(Json::text).collect();
    Some(format!("{title} - {}{}", names?.join(", "), show_more(more)?))
}

fn show_topic(topic: &Json) -> Option<&str> {
    if *topic == Json::Null { Some("none") } else { topic.text() }
}

fn show_history(object: &Json) -> Option<Vec<String>> {
    let [_, room, said, more] = object.fields(["kind", "room", "said", "more"])?;
    more.truth()?;
    let show = |one: &Json| {
        let [seq, time, name, text, act] = one.fields(["seq", "time", "name", "text", "act"])?;
        let (name, text) = (name.text()?, text.text()?);
        let said = if act.truth()? { format!("* {name} {text}") } else { format!("{name}: {text}") };
        Some(format!("earlier {said} [{} {} {}]", room.text()?, seq.number()?, time.number()?))
    };
    let said = said.list()?;
    if said.is_empty() { Some(vec!["Nothing was said here".to_owned()]) } else { said.iter().map(show).collect() }
}

fn show_found(object: &Json) -> Option<Vec<String>> {
    let [_, found, more] = object.fields(["kind", "said", "more"])?;
    more.truth()?;
    let show = |one: &Json| {
        let [room, seq, time, name, text, act] = one.fields(["room", "seq", "time", "name", "text", "act"])?;
        let (name, text) = (name.text()?, text.text()?);
        let said = if act.truth()? { format!("* {name} {text}") } else { format!("{name}: {text}") };
        Some(format!("found {said} [{} {} {}]", room.text()?, seq.number()?, time.number()?))
    };
    let found = found.list()?;
    if found.is_empty() { Some(vec!["Nothing was found".to_owned()]) } else { found.iter().map(show).collect() }
}

fn show_more(more: &Json) -> Option<String> {
    let more = more.number()?;
    Some(if more > 0 { format!(", … and {more} more") } else { String::new() })
}
