//! Owns how messages are found by their words.

use chinwag_core::Name;
use chinwag_core::words::{Found, Search};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::message;
use crate::words;

/// How many of the newest messages with the words are looked at for their rooms. If they are mostly in other rooms, the
/// index is asked for the rooms as well. That takes longer, except for small rooms: their signs are in many messages.
const LOOKED_AT_MAX: usize = 500;

/// Finds the newest messages that have all the words, the newest first.
pub(crate) fn search(connection: &Connection, search: &Search) -> rusqlite::Result<Vec<Found>> {
    let rooms = rooms(connection, &search.rooms)?;
    let Some(question) = words::question(search.words.as_str()).filter(|_| !rooms.is_empty()) else {
        return Ok(Vec::new());
    };
    let count = usize::from(search.count);
    let (mut found, rest) = newest(connection, &question, i64::MAX, &rooms, count, LOOKED_AT_MAX)?;
    if let Some(before) = rest {
        let question = words::question_in(&question, &rooms);
        found.extend(newest(connection, &question, before, &rooms, count - found.len(), usize::MAX)?.0);
    }
    let mut messages = connection.prepare_cached(
        "SELECT names.name, text, is_act, time_ms, seq, rooms.name FROM said JOIN names ON names.id = said.name \
         JOIN rooms ON rooms.id = said.room WHERE said.id = ?",
    )?;
    let messages = found.into_iter().map(|id| {
        messages.query_row([id], |row| {
            let room = Name::parse(row.get_ref(5)?.as_str()?);
            Ok(message(row)?.zip(room).map(|(message, room)| Found { room, message }))
        })
    });
    messages.filter_map(Result::transpose).collect()
}

fn rooms(connection: &Connection, names: &[Name]) -> rusqlite::Result<Vec<i64>> {
    let mut id = connection.prepare_cached("SELECT id FROM rooms WHERE name = ?")?;
    let mut rooms = Vec::new();
    for name in names {
        rooms.extend(id.query_row([name.as_str()], |row| row.get::<_, i64>(0)).optional()?);
    }
    Ok(rooms)
}

/// Finds up to `count` messages, the newest first, among so many of those before one. Returns before which there may be
/// more, if it has not looked at all.
fn newest(
    connection: &Connection,
    question: &str,
    before: i64,
    rooms: &[i64],
    count: usize,
    looked_at_max: usize,
) -> rusqlite::Result<(Vec<i64>, Option<i64>)> {
    let mut matches = connection.prepare_cached(
        "SELECT words.rowid, said.room FROM words CROSS JOIN said ON said.id = words.rowid \
         WHERE words MATCH ? AND words.rowid < ? ORDER BY words.rowid DESC",
    )?;
    let mut matches = matches.query(params![question, before])?;
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while found.len() < count {
        let Some(row) = matches.next()? else { break };
        let (id, room) = (row.get(0)?, row.get(1)?);
        if rooms.contains(&room) {
            found.push(id);
        }
        looked_at += 1;
        if looked_at == looked_at_max && found.len() < count {
            return Ok((found, Some(id)));
        }
    }
    Ok((found, None))
}
