//! Owns how messages are found by their words.

use chinwag_core::Name;
use chinwag_core::words::{Found, Search};
use rusqlite::{Connection, OptionalExtension, params};

use super::rows::message;
use crate::words;

/// Finds the newest messages that have all the words, the newest first.
pub(crate) fn search(connection: &Connection, search: &Search) -> rusqlite::Result<Vec<Found>> {
    let mut id = connection.prepare_cached("SELECT id FROM rooms WHERE name = ?")?;
    let mut rooms: Vec<i64> = Vec::new();
    for room in &search.rooms {
        rooms.extend(id.query_row([room.as_str()], |row| row.get::<_, i64>(0)).optional()?);
    }
    let Some(question) = words::question(search.words.as_str(), &rooms) else { return Ok(Vec::new()) };
    let mut found = connection.prepare_cached(
        "SELECT names.name, text, is_act, time_ms, seq, rooms.name FROM words CROSS JOIN said ON said.id = words.rowid \
         CROSS JOIN names ON names.id = said.name CROSS JOIN rooms ON rooms.id = said.room \
         WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT ?",
    )?;
    let found = found.query_map(params![question, search.count], |row| {
        Ok(message(row)?.zip(Name::parse(row.get_ref(5)?.as_str()?)).map(|(message, room)| Found { room, message }))
    })?;
    found.filter_map(Result::transpose).collect()
}
