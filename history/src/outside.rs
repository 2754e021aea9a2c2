//! Owns what is done to a history from outside of its server: it is copied while a server writes it, and changed while
//! none does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, Write};
use std::mem;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chinwag_core::log::TopicState;
use chinwag_core::words::{Kept, Topic, Venue, What};
use chinwag_core::{Name, Text};
use rusqlite::{Connection, Row, params_from_iter};
use serde_json::{Value, json};

use crate::database::{self, Filter, Writing};
use crate::error::Error;
use crate::files;
use crate::options::Options;
use crate::store::Store;

/// How many messages are deleted, or kept, at once.
const PIECE_ROWS: usize = 500;

/// Writes the messages of rooms that are meant as lines of JSON, in the order in which people were told of them. A
/// server may write the history meanwhile: what is said after the start is left out. Returns how many there were.
///
/// A line of a message has `room`, `seq`, `time_ms`, `name`, `text`, and `act` if it was done rather than said. Without
/// a filter by name or time, rooms come first: each has `room`, `said`, and if there is one, `topic` with `topic_name`
/// and `topic_time_ms`.
///
/// # Errors
/// Returns that there is no history, or that it can't be read, or that nothing more can be written.
pub fn export(dir: &Path, filter: &Filter, out: &mut impl Write) -> Result<u64, Error> {
    recover(dir)?;
    let mut connection = database::open_to_read(dir)?;
    let path = files::database(dir);
    let moment = connection.transaction().map_err(Error::database(&path))?;
    let mut lines = Lines { out, count: 0, error: None };
    if filter.name.is_none() && filter.since_ms.is_none() && filter.until_ms.is_none() {
        export_rooms(&moment, filter, &mut lines).map_err(Error::database(&path))?;
    }
    lines.count = 0;
    export_messages(&moment, filter, &mut lines).map_err(Error::database(&path))?;
    match lines.error {
        Some(error) => Err(Error::Output(error)),
        None => Ok(lines.count),
    }
}

/// Takes lines until it can't.
struct Lines<'a, W> {
    out: &'a mut W,
    count: u64,
    error: Option<io::Error>,
}

impl<W: Write> Lines<'_, W> {
    fn push(&mut self, line: &Value) {
        if self.error.is_none() {
            self.error = writeln!(self.out, "{line}").err();
            self.count += 1;
        }
    }
}

fn export_rooms(connection: &Connection, filter: &Filter, lines: &mut Lines<'_, impl Write>) -> rusqlite::Result<()> {
    let all = "SELECT name, said, topic, topic_name, topic_time_ms, hidden FROM rooms WHERE ?1 IS NULL OR name = ?1 ORDER BY id";
    let mut rooms = connection.prepare(all)?;
    let mut rooms = rooms.query([filter.room.as_ref().map(Name::as_str)])?;
    while let Some(row) = rooms.next()? {
        let mut line = json!({ "room": row.get::<_, String>(0)?, "said": row.get::<_, u64>(1)? });
        if let (hidden @ 1.., Some(map)) = (row.get::<_, u64>(5)?, line.as_object_mut()) {
            map.insert("hidden".into(), hidden.into());
        }
        if let (Some(topic), Some(map)) = (row.get::<_, Option<String>>(2)?, line.as_object_mut()) {
            map.insert("topic".into(), topic.into());
            map.insert("topic_name".into(), row.get::<_, Option<String>>(3)?.into());
            map.insert("topic_time_ms".into(), row.get::<_, Option<u64>>(4)?.into());
        }
        lines.push(&line);
    }
    Ok(())
}

fn export_messages(
    connection: &Connection,
    filter: &Filter,
    lines: &mut Lines<'_, impl Write>,
) -> rusqlite::Result<()> {
    let (condition, values) = filter.condition();
    let mut messages = connection.prepare(&format!(
        "SELECT rooms.name, seq, time_ms, names.name, text, is_act FROM said JOIN rooms ON rooms.id = said.room \
         JOIN names ON names.id = said.name WHERE {condition} ORDER BY said.id"
    ))?;
    let mut messages = messages.query(params_from_iter(values))?;
    while let Some(row) = messages.next()? {
        lines.push(&message_line(row)?);
        if lines.error.is_some() {
            break;
        }
    }
    Ok(())
}

fn message_line(row: &Row<'_>) -> rusqlite::Result<Value> {
    let mut line = json!({
        "room": row.get::<_, String>(0)?,
        "seq": row.get::<_, u64>(1)?,
        "time_ms": row.get::<_, u64>(2)?,
        "name": row.get::<_, String>(3)?,
        "text": row.get::<_, String>(4)?,
    });
    if let (true, Some(map)) = (row.get(5)?, line.as_object_mut()) {
        map.insert("act".into(), true.into());
    }
    Ok(line)
}

/// What a program that was killed has left in the spool is put into the database first, if no server does that.
fn recover(dir: &Path) -> Result<(), Error> {
    if !files::database(dir).exists() {
        return Err(Error::Missing(dir.to_owned()));
    }
    match Store::open(&Options::new(dir)) {
        Ok(store) => drop(store),
        Err(Error::InUse(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// Says what became of lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Imported {
    /// Messages that are in the history now.
    pub kept: u64,
    /// Messages that were left out: the room has one with their number.
    pub skipped: u64,
}

/// Reads lines that [`export`] has written, and keeps what they say. No server may have the history; there need not be
/// one yet. Messages go behind those that are there, in the order of the lines. They are found as if they were said
/// last.
///
/// # Errors
/// Returns that a server has the history, which line can't be read and why, or that the disk does not take it. What was
/// in the lines before is kept.
pub fn import(dir: &Path, lines: &mut impl BufRead) -> Result<Imported, Error> {
    let mut alone = Alone::begin(dir)?;
    let (mut imported, mut batch) = (Imported::default(), Vec::new());
    for (line, number) in lines.lines().zip(1..) {
        let line = line.map_err(Error::Input)?;
        if line.trim().is_empty() {
            continue;
        }
        match parse_line(&line) {
            Some(Line::Message(kept)) => batch.push(kept),
            Some(Line::Room { room, said, hidden, topic }) => alone.set_room(&room, (said, hidden), topic.as_ref())?,
            None => {
                alone.keep(&mut batch, &mut imported)?;
                return Err(Error::Line(number));
            }
        }
        if batch.len() >= PIECE_ROWS {
            alone.keep(&mut batch, &mut imported)?;
        }
    }
    alone.keep(&mut batch, &mut imported)?;
    alone.end()?;
    Ok(imported)
}

/// Deletes the messages that are meant, of rooms and private ones, so that nothing of them is left in the files. No
/// server may have the history. Returns how many there were. Numbers of messages go on as if they were there.
///
/// # Errors
/// Returns that there is no history, that a server has it, or that the disk does not take it.
pub fn delete(dir: &Path, filter: &Filter) -> Result<u64, Error> {
    recover(dir)?;
    let mut alone = Alone::begin(dir)?;
    let deleted = alone.delete(filter).map_err(Error::database(&alone.path))?;
    alone.end()?;
    Ok(deleted)
}

/// Writes a copy of the database into a new file, as it is at the moment. A server may write it meanwhile. A history
/// begins with such a copy if it is put into a folder as `chinwag.db`.
///
/// # Errors
/// Returns that there is no history, that the file is there already, or that the disk does not take it.
pub fn backup(dir: &Path, to: &Path) -> Result<(), Error> {
    recover(dir)?;
    let connection = database::open_to_read(dir)?;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(Error::file(to))?;
    let name = to.to_str().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename)).map_err(Error::file(to))?;
    let copied = connection.execute("VACUUM INTO ?", [name]).map_err(Error::database(to));
    if copied.is_err() {
        // Half a copy is none.
        let _ = fs::remove_file(to);
    }
    copied.map(drop)
}

/// Changes a history that no server has.
struct Alone {
    path: PathBuf,
    database: Writing,
    _lock: File,
}

impl Alone {
    fn begin(dir: &Path) -> Result<Self, Error> {
        database::check_library()?;
        // What is in the spool goes before.
        drop(Store::open(&Options::new(dir))?);
        let lock = files::lock(dir)?;
        Ok(Self { path: files::database(dir), database: Writing::new(database::open_to_write(dir)?), _lock: lock })
    }

    fn keep(&mut self, batch: &mut Vec<Kept>, imported: &mut Imported) -> Result<(), Error> {
        let rows = mem::take(batch);
        let doubles = self.try_keep(&rows).map_err(Error::database(&self.path))?;
        imported.skipped += doubles;
        imported.kept += rows.len() as u64 - doubles;
        Ok(())
    }

    fn try_keep(&mut self, rows: &[Kept]) -> rusqlite::Result<u64> {
        let at = database::position(self.database.connection())?;
        self.database.commit(rows, at)
    }

    fn set_room(&self, room: &Name, said: (u64, u64), topic: Option<&TopicState>) -> Result<(), Error> {
        database::set_room(self.database.connection(), room, said, topic).map_err(Error::database(&self.path))
    }

    fn delete(&mut self, filter: &Filter) -> rusqlite::Result<u64> {
        let connection = self.database.connection_mut();
        connection.pragma_update(None, "secure_delete", true)?;
        let (mut deleted, mut after) = (0, i64::MIN);
        while let Some((count, last)) = database::forget_some(connection, filter, after, PIECE_ROWS)? {
            deleted += count;
            after = last;
        }
        deleted += database::forget_private(connection, filter)?;
        database::forget_events(connection, filter)?;
        connection.execute("INSERT INTO words (words) VALUES ('optimize')", ())?;
        Ok(deleted)
    }

    fn end(self) -> Result<(), Error> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.database.connection().query_row(checkpoint, (), |_| Ok(())).map_err(Error::database(&self.path))
    }
}

/// What a line says.
enum Line {
    Message(Kept),
    Room { room: Name, said: u64, hidden: u64, topic: Option<TopicState> },
}

fn parse_line(line: &str) -> Option<Line> {
    let line: Value = serde_json::from_str(line).ok()?;
    let name = |key| Name::parse(line.get(key)?.as_str()?);
    let number = |key| line.get(key)?.as_u64();
    let room = Name::parse_room(line.get("room")?.as_str()?)?;
    let Some(text) = line.get("text") else {
        let topic = match line.get("topic") {
            Some(topic) => Some(TopicState {
                topic: Topic::of(topic.as_str()?)?,
                name: name("topic_name")?,
                time_ms: number("topic_time_ms")?,
            }),
            None => None,
        };
        let hidden = number("hidden").unwrap_or(0);
        return Some(Line::Room { room, said: number("said")?, hidden, topic });
    };
    let text = Text::clean(text.as_str()?);
    let is_act = line.get("act").is_some_and(|act| act.as_bool() == Some(true));
    let what = if is_act { What::Acted(text) } else { What::Said(text.into()) };
    let seq = number("seq").filter(|&seq| seq > 0)?;
    let venue = Venue::Room(room);
    Some(Line::Message(Kept { venue, name: name("name")?, what, time_ms: number("time_ms")?, seq, is_hidden: false }))
}
