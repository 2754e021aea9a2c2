//! Owns in which commands of an engine the log is kept: one stream, and a hash with a snapshot beside it.

use std::io;
use std::time::Duration;

use chinwag_core::log::Event;
use chinwag_core::log::cluster::{Entry, EntryId, Position, Reply, Start};
use chinwag_log::{Entry as Written, Frames, push_frame};
use tracing::warn;

use crate::connection::Connection;
use crate::resp::Value;

/// How long a read waits for the next entry before it asks again.
pub(crate) const READ_WAIT: Duration = Duration::from_secs(1);

/// How many entries are read at once: of the largest that is 4 MiB.
const READ_ENTRIES_MAX: &[u8] = b"128";

/// The field of an entry.
const FIELD: &[u8] = b"e";

/// Keeps a snapshot with the seed, unless there is one already of a later place, and forgets what stands before the one
/// before.
const KEEP: &[u8] = b"\
    local old = redis.call('HMGET', KEYS[2], 'applied', 'position') \
    if old[1] and tonumber(old[1]) >= tonumber(ARGV[1]) then return 0 end \
    redis.call('HSET', KEYS[2], 'applied', ARGV[1], 'position', ARGV[2], 'frame', ARGV[3]) \
    redis.call('SET', KEYS[3], ARGV[4]) \
    if old[2] then redis.call('XTRIM', KEYS[1], 'MINID', old[2]) end \
    return 1";

/// Says why something could not be done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection is of no use any more.
    Connection(io::Error),
    /// What the log holds can't be read by this release, or at all.
    Log(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

/// Names the log of one cluster among all that an engine keeps.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    log: Vec<u8>,
    snapshot: Vec<u8>,
    seed: Vec<u8>,
}

impl Keys {
    pub(crate) fn of(name: &str) -> Self {
        // In a cluster of engines what stands in braces decides which keeps it: both are kept by one.
        let key = |what: &str| format!("{{{name}}}:{what}").into_bytes();
        Self { log: key("log"), snapshot: key("snapshot"), seed: key("seed") }
    }

    /// Appends an entry to an epoch, or as its first.
    pub(crate) fn append(
        &self,
        connection: &mut Connection,
        epoch: u64,
        is_first: bool,
        entry: Entry<Event>,
    ) -> Result<Reply<Event>, Failure> {
        let id = format!("{epoch}-{}", if is_first { "0" } else { "*" });
        let frame = frame(&Written::Shared(Box::new(entry)));
        match connection.ask(&[b"XADD", &self.log, id.as_bytes(), FIELD, &frame])? {
            Value::Error(why) if why.starts_with("ERR The ID specified in XADD") => Ok(Reply::Refused),
            Value::Error(why) => Err(refused("XADD", &why)),
            Value::Text(id) => {
                let at = position(&id).ok_or_else(|| Failure::Log("an entry stands nowhere".to_owned()))?;
                Ok(Reply::Appended { at })
            }
            other @ (Value::Nothing | Value::Number(_) | Value::List(_)) => Err(strange(&other)),
        }
    }

    /// Returns what comes after a position, or nothing if nothing has come for a while.
    pub(crate) fn read(&self, connection: &mut Connection, after: Position) -> Result<Option<Reply<Event>>, Failure> {
        let (after, wait) = (after.to_string(), READ_WAIT.as_millis().to_string());
        let words: [&[u8]; 8] =
            [b"XREAD", b"COUNT", READ_ENTRIES_MAX, b"BLOCK", wait.as_bytes(), b"STREAMS", &self.log, after.as_bytes()];
        let answer = connection.ask(&words)?;
        let streams = match &answer {
            Value::Nothing => return Ok(None),
            Value::Error(why) => return Err(refused("XREAD", why)),
            Value::List(streams) => streams,
            Value::Number(_) | Value::Text(_) => return Err(strange(&answer)),
        };
        let of_ours = streams.first().and_then(Value::list).and_then(|stream| stream.get(1)).and_then(Value::list);
        let entries: Vec<_> = of_ours.unwrap_or_default().iter().map(entry).collect::<Result<_, _>>()?;
        // It is woken by an entry that is forgotten at once.
        Ok(if entries.is_empty() { None } else { Some(Reply::Read(entries)) })
    }

    /// Returns what stands at a position, or last before it, and where the log begins and ends.
    pub(crate) fn verify(&self, connection: &mut Connection, at: Position) -> Result<Reply<Event>, Failure> {
        let at = at.to_string();
        let found: [&[u8]; 6] = [b"XREVRANGE", &self.log, at.as_bytes(), b"-", b"COUNT", b"1"];
        let first: [&[u8]; 6] = [b"XRANGE", &self.log, b"-", b"+", b"COUNT", b"1"];
        let last: [&[u8]; 6] = [b"XREVRANGE", &self.log, b"+", b"-", b"COUNT", b"1"];
        let mut ends = Vec::new();
        for answer in connection.ask_all(&[&found, &first, &last])? {
            if let Value::Error(why) = &answer {
                return Err(refused("XRANGE", why));
            }
            ends.push(answer.list().and_then(|entries| entries.first()).map(entry).transpose()?);
        }
        let [found, first, last] = <[_; 3]>::try_from(ends).map_err(|_| strange(&Value::Nothing))?;
        let name = |(at, entry): (Position, Entry<Event>)| -> (Position, EntryId) { (at, entry.id) };
        let end = last.map_or(Position::START, |(at, _)| at);
        Ok(Reply::Verified { found: found.map(name), first: first.map(|(at, _)| at), end })
    }

    /// Keeps a snapshot, and the seed.
    pub(crate) fn keep(&self, connection: &mut Connection, start: Start, seed: u64) -> Result<(), Failure> {
        let (applied, position) = (start.state.applied.to_string(), start.position.to_string());
        let seed = seed.to_string();
        let frame = frame(&Written::Start(Box::new(start)));
        let [applied, position, seed] = [&applied, &position, &seed].map(String::as_bytes);
        let keys: [&[u8]; 6] = [b"EVAL", KEEP, b"3", &self.log, &self.snapshot, &self.seed];
        match connection.ask(&[&keys[..], &[applied, position, &frame, seed]].concat())? {
            // The log goes on, and grows.
            Value::Error(why) => warn!("the engine keeps no snapshot: it refuses EVAL: {why}"),
            Value::Nothing | Value::Number(_) | Value::Text(_) | Value::List(_) => {}
        }
        Ok(())
    }

    /// Returns the seed that is kept, which is this one if there was none.
    pub(crate) fn seed(&self, connection: &mut Connection, drawn: u64) -> Result<u64, Failure> {
        let drawn = drawn.to_string();
        let set: [&[u8]; 4] = [b"SET", &self.seed, drawn.as_bytes(), b"NX"];
        let get: [&[u8]; 2] = [b"GET", &self.seed];
        let kept = connection.ask_all(&[&set, &get])?.pop().unwrap_or(Value::Nothing);
        if let Value::Error(why) = &kept {
            return Err(refused("GET", why));
        }
        let number = kept.text().and_then(|digits| str::from_utf8(digits).ok()?.parse().ok());
        number.ok_or_else(|| Failure::Log("the seed is no number".to_owned()))
    }

    /// Returns the snapshot that is kept, if there is one.
    pub(crate) fn start(&self, connection: &mut Connection) -> Result<Option<Start>, Failure> {
        match connection.ask(&[b"HGET", &self.snapshot, b"frame"])? {
            Value::Nothing => Ok(None),
            Value::Error(why) => Err(refused("HGET", &why)),
            Value::Text(frame) => {
                let Written::Start(start) = unframed(&frame)? else {
                    return Err(Failure::Log("the snapshot is none".to_owned()));
                };
                Ok(Some(*start))
            }
            other @ (Value::Number(_) | Value::List(_)) => Err(strange(&other)),
        }
    }
}

fn frame(entry: &Written) -> Vec<u8> {
    let (mut bytes, mut frame) = (Vec::new(), Vec::new());
    entry.encode(&mut bytes);
    push_frame(&bytes, &mut frame);
    frame
}

fn unframed(frame: &[u8]) -> Result<Written, Failure> {
    let mut frames = Frames::new(frame);
    let entry = frames.next().filter(|_| frames.left() == 0);
    let entry = entry.ok_or_else(|| Failure::Log("an entry has a wrong checksum".to_owned()))?;
    Written::decode(entry).map_err(|error| Failure::Log(error.to_string()))
}

/// Reads an entry of the stream: its id, and its fields with their values.
fn entry(entry: &Value) -> Result<(Position, Entry<Event>), Failure> {
    let none = || Failure::Log("the stream has an entry that no server has written".to_owned());
    let [id, fields] = entry.list().and_then(|parts| <&[Value; 2]>::try_from(parts).ok()).ok_or_else(none)?;
    let [field, frame] = fields.list().and_then(|parts| <&[Value; 2]>::try_from(parts).ok()).ok_or_else(none)?;
    let at = id.text().and_then(position).ok_or_else(none)?;
    let frame = frame.text().filter(|_| field.text() == Some(FIELD)).ok_or_else(none)?;
    let Written::Shared(entry) = unframed(frame)? else { return Err(none()) };
    Ok((at, *entry))
}

fn position(id: &[u8]) -> Option<Position> {
    let (epoch, number) = str::from_utf8(id).ok()?.split_once('-')?;
    Some(Position::new(epoch.parse().ok()?, number.parse().ok()?))
}

fn refused(word: &str, why: &str) -> Failure {
    Failure::Connection(io::Error::other(format!("the engine refuses {word}: {why}")))
}

fn strange(answer: &Value) -> Failure {
    let kind = match answer {
        Value::Nothing => "nothing",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Error(_) => "an error",
    };
    Failure::Connection(io::Error::new(io::ErrorKind::InvalidData, format!("the engine has answered with {kind}")))
}
