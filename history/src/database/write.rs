//! Owns what goes into the database in one transaction: rows, and how far they go.

use std::collections::{BTreeMap, HashMap};

use chinwag_core::Name;
use chinwag_core::log::TopicState;
use chinwag_core::words::{Happened, Kept, KeptEvent, Topic, Venue, What};
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior, params};

use super::names::name_id;
use super::private;
use super::rows::number;
use crate::encoding;
use crate::position::Position;
use crate::words;

/// How many rooms, and how many names, are known without a look.
const KNOWN_MAX: usize = 4_096;

/// Writes to the database. Nobody else does.
#[derive(Debug)]
pub(crate) struct Writing {
    connection: Connection,
    rooms: HashMap<Name, u64>,
    names: HashMap<Name, u64>,
}

impl Writing {
    /// Writes by this connection.
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, rooms: HashMap::new(), names: HashMap::new() }
    }

    /// Returns the connection.
    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the connection, to change what is there.
    pub(crate) const fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Puts rows into the database, and that it is this far: all of it, or nothing. Returns how many messages were
    /// there already.
    pub(crate) fn commit(&mut self, rows: &[Kept], at: Position) -> rusqlite::Result<u64> {
        if self.rooms.len().max(self.names.len()) > KNOWN_MAX {
            self.forget_known();
        }
        let outcome = self.try_commit(rows, at);
        if outcome.is_err() {
            // What was new in the transaction is gone.
            self.forget_known();
        }
        outcome
    }

    fn forget_known(&mut self) {
        self.rooms.clear();
        self.names.clear();
    }

    fn try_commit(&mut self, rows: &[Kept], at: Position) -> rusqlite::Result<u64> {
        let Self { connection, rooms, names } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let first: i64 = transaction.query_row("SELECT next_id FROM state", (), |row| row.get(0))?;
        let mut group = Group::new(&transaction, first)?;
        for kept in rows {
            match &kept.venue {
                Venue::Room(room) => {
                    let room = known(rooms, room, || room_id(&transaction, room))?;
                    let name = known(names, &kept.name, || name_id(&transaction, &kept.name))?;
                    group.keep(&transaction, (room, name), kept)?;
                }
                Venue::Private(between) => {
                    if let What::Event(KeptEvent { number, what: Happened::Told(told) }) = &kept.what {
                        private::insert(&transaction, between, &kept.name, (kept.time_ms, *number), told)?;
                    }
                }
                Venue::AllPrivate(account) => {
                    if let What::Forgotten { before_ms } = kept.what {
                        private::forget_of(&transaction, account, before_ms)?;
                    }
                }
            }
        }
        let (next, doubles) = (group.next, group.doubles);
        group.finish(&transaction)?;
        transaction
            .prepare_cached("UPDATE state SET next_id = ?, spool_segment = ?, spool_offset = ?")?
            .execute(params![next, at.segment, at.offset])?;
        transaction.commit()?;
        Ok(doubles)
    }
}

fn known(
    ids: &mut HashMap<Name, u64>,
    name: &Name,
    find: impl FnOnce() -> rusqlite::Result<u64>,
) -> rusqlite::Result<u64> {
    if let Some(&id) = ids.get(name) {
        return Ok(id);
    }
    let id = find()?;
    ids.insert(name.clone(), id);
    Ok(id)
}

/// Returns the id of a room, which is called from now on as it is here.
fn room_id(transaction: &Transaction<'_>, name: &Name) -> rusqlite::Result<u64> {
    let add =
        "INSERT INTO rooms (name, said) VALUES (?, 0) ON CONFLICT DO UPDATE SET name = excluded.name RETURNING id";
    transaction.prepare_cached(add)?.query_row([name.as_str()], |row| row.get(0))
}

/// Sets how many messages were said in a room, at least, up to which they are hidden, and what it is about, unless that
/// was set later.
pub(crate) fn set_room(
    connection: &Connection,
    room: &Name,
    (said, hidden): (u64, u64),
    topic: Option<&TopicState>,
) -> rusqlite::Result<()> {
    let add = "INSERT INTO rooms (name, said, hidden) VALUES (?, ?, ?) ON CONFLICT DO UPDATE \
               SET said = max(said, excluded.said), hidden = max(hidden, excluded.hidden)";
    connection.prepare_cached(add)?.execute(params![room.as_str(), number(said), number(hidden)])?;
    if let Some(TopicState { topic, name, time_ms }) = topic {
        let set = "UPDATE rooms SET topic = ?1, topic_name = ?2, topic_time_ms = ?3 \
                   WHERE name = ?4 AND ifnull(topic_time_ms, 0) <= ?3";
        let values = params![topic.as_str(), name.as_str(), number(*time_ms), room.as_str()];
        connection.prepare_cached(set)?.execute(values)?;
    }
    Ok(())
}

/// The messages of one transaction.
struct Group<'a> {
    said: CachedStatement<'a>,
    words: CachedStatement<'a>,
    next: i64,
    doubles: u64,
    /// The last number of each room that something was said in.
    last: BTreeMap<u64, u64>,
    /// The last of those rooms that it was said in while they were closed.
    hidden: BTreeMap<u64, u64>,
    tokens: String,
}

impl<'a> Group<'a> {
    fn new(transaction: &'a Transaction<'_>, next: i64) -> rusqlite::Result<Self> {
        let said =
            "INSERT OR IGNORE INTO said (id, room, seq, time_ms, name, is_act, text) VALUES (?, ?, ?, ?, ?, ?, ?)";
        Ok(Self {
            said: transaction.prepare_cached(said)?,
            words: transaction.prepare_cached("INSERT INTO words (rowid, word) VALUES (?, ?)")?,
            next,
            doubles: 0,
            last: BTreeMap::new(),
            hidden: BTreeMap::new(),
            tokens: String::new(),
        })
    }

    /// Keeps what was said in a room, or happened there.
    fn keep(&mut self, transaction: &Transaction<'_>, (room, name): (u64, u64), kept: &Kept) -> rusqlite::Result<()> {
        match &kept.what {
            What::Said(texts) => {
                for (text, seq) in texts.iter().zip(kept.seq..) {
                    self.push(room, seq, kept.time_ms, name, false, text)?;
                }
                self.hide(room, kept);
            }
            What::Acted(text) => {
                self.push(room, kept.seq, kept.time_ms, name, true, text.as_str())?;
                self.hide(room, kept);
            }
            What::Topic(topic) => {
                let topic = topic.as_ref().map(|topic| topic.as_str());
                let by = topic.map(|_| (kept.name.as_str(), number(kept.time_ms)));
                let set = "UPDATE rooms SET topic = ?, topic_name = ?, topic_time_ms = ? WHERE id = ?";
                transaction.prepare_cached(set)?.execute(params![
                    topic,
                    by.map(|(name, _)| name),
                    by.map(|(_, time)| time),
                    room
                ])?;
            }
            What::Event(KeptEvent { number: of, what }) => {
                let (is_tags, text) = match what {
                    Happened::Topic(topic) => (false, topic.as_ref().map_or("", Topic::as_str)),
                    Happened::Tags(tags) => (true, tags.as_str()),
                    Happened::Told(_) => return Ok(()),
                };
                let add = "INSERT OR IGNORE INTO events (room, seq, time_ms, number, name, is_tags, text) \
                           VALUES (?, ?, ?, ?, ?, ?, ?)";
                let (seq, time_ms, of) = (number(kept.seq), number(kept.time_ms), number(*of));
                transaction.prepare_cached(add)?.execute(params![room, seq, time_ms, of, name, is_tags, text])?;
            }
            // It is forgotten of accounts only.
            What::Forgotten { .. } => {}
        }
        Ok(())
    }

    fn push(&mut self, room: u64, seq: u64, time_ms: u64, name: u64, is_act: bool, text: &str) -> rusqlite::Result<()> {
        let last = self.last.entry(room).or_default();
        *last = seq.max(*last);
        let id = self.next;
        if self.said.execute(params![id, room, number(seq), number(time_ms), name, is_act, text])? == 0 {
            self.doubles += 1;
            return Ok(());
        }
        self.tokens.clear();
        words::push_tokens(text, room, &mut self.tokens);
        self.words.execute(params![id, self.tokens])?;
        self.next += 1;
        Ok(())
    }

    /// Has who opens the room again not be shown what was kept, if that is so.
    fn hide(&mut self, room: u64, kept: &Kept) {
        if kept.is_hidden {
            let hidden = self.hidden.entry(room).or_default();
            *hidden = encoding::last_seq(kept).max(*hidden);
        }
    }

    fn finish(self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut said = transaction.prepare_cached("UPDATE rooms SET said = max(said, ?) WHERE id = ?")?;
        for (room, last) in self.last {
            said.execute(params![number(last), room])?;
        }
        let mut hidden = transaction.prepare_cached("UPDATE rooms SET hidden = max(hidden, ?) WHERE id = ?")?;
        for (room, last) in self.hidden {
            hidden.execute(params![number(last), room])?;
        }
        Ok(())
    }
}
