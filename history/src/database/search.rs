//! Owns how messages are found by their words.

use std::cmp::Reverse;

use chinwag_core::Name;
use chinwag_core::words::{Found, Search};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::message;
use crate::words::Question;

/// Finds the newest messages that have all the words, the newest first.
pub(crate) fn search(connection: &Connection, search: &Search) -> rusqlite::Result<Vec<Found>> {
    let Some(question) = Question::new(search.words.as_str()) else { return Ok(Vec::new()) };
    let mut newest = connection
        .prepare_cached("SELECT rowid FROM words WHERE words MATCH ? AND rowid > ? ORDER BY rowid DESC LIMIT ?")?;
    let (mut found, mut older_than_all) = (Vec::new(), i64::MIN);
    for room in rooms(connection, &search.rooms)? {
        let ids = newest.query_map(params![question.in_room(room), older_than_all, search.count], |row| row.get(0))?;
        found.extend(ids.collect::<Result<Vec<i64>, _>>()?);
        found.sort_unstable_by_key(|&id| Reverse(id));
        found.truncate(search.count.into());
        if found.len() == usize::from(search.count) {
            older_than_all = found.last().copied().unwrap_or(i64::MAX);
        }
    }
    let mut messages = connection.prepare_cached(
        "SELECT names.name, text, is_act, time_ms, seq, rooms.name FROM said JOIN names ON names.id = said.name \
         JOIN rooms ON rooms.id = said.room WHERE said.id = ?",
    )?;
    let messages = found.into_iter().map(|id| {
        messages.query_row([id], |row| {
            let room = Name::parse_room(row.get_ref(5)?.as_str()?);
            Ok(message(row)?.zip(room).map(|(message, room)| Found { room, message }))
        })
    });
    messages.filter_map(Result::transpose).collect()
}

fn rooms(connection: &Connection, names: &[Name]) -> rusqlite::Result<Vec<u64>> {
    let mut id = connection.prepare_cached("SELECT id FROM rooms WHERE name = ?")?;
    let mut rooms = Vec::new();
    for name in names {
        rooms.extend(id.query_row([name.as_str()], |row| row.get::<_, u64>(0)).optional()?);
    }
    rooms.sort_unstable();
    rooms.dedup();
    Ok(rooms)
}
