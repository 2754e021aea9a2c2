//! Owns what SQLite alone does with the same rows in the same groups: the least that a store can cost.

use std::collections::HashMap;
use std::path::Path;

use chinwag_core::words::{Kept, What};
use rusqlite::{Connection, params};

/// How many rows a store commits at once.
const GROUP_ROWS: usize = 4_000;

/// The tables of a store.
const TABLES: &str = include_str!("../../src/database/format-1.sql");

/// A row, as SQLite is given it.
pub(crate) struct Row {
    room: i64,
    seq: i64,
    time_ms: i64,
    name: i64,
    text: String,
    words: String,
}

/// Makes rows of what is kept, and finds their words, so that no time goes into that.
pub(crate) fn prepare(batches: &[Vec<Kept>]) -> Vec<Row> {
    let (mut rooms, mut names) = (HashMap::new(), HashMap::new());
    let mut rows = Vec::new();
    for kept in batches.iter().flatten() {
        let next = rooms.len() as i64 + 1;
        let room = *rooms.entry(kept.venue.to_string()).or_insert(next);
        let next = names.len() as i64 + 1;
        let name = *names.entry(kept.name.clone()).or_insert(next);
        let What::Said(texts) = &kept.what else { continue };
        for (text, seq) in texts.iter().zip(kept.seq..) {
            let (seq, time_ms) = (seq as i64, kept.time_ms as i64);
            rows.push(Row { room, seq, time_ms, name, text: text.to_owned(), words: words(text, room) });
        }
    }
    rows
}

/// The words as a store gives them: each with a sign of the room before it.
fn words(text: &str, room: i64) -> String {
    let sign = char::from_u32(0xec80 + room as u32).expect("there are not that many rooms");
    text.split(' ').map(|word| format!("{sign}{word}")).collect::<Vec<_>>().join(" ")
}

pub(crate) fn fill(path: &Path, rows: &[Row]) {
    let mut connection = Connection::open(path).expect("it can be opened");
    let set = "PRAGMA auto_vacuum = incremental; PRAGMA journal_mode = wal; PRAGMA synchronous = normal;
        PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = off;";
    connection.execute_batch(set).expect("it can be set");
    connection.execute_batch(TABLES).expect("it can be made");
    let mut unsettled = 0;
    for (id, group) in rows.chunks(GROUP_ROWS).enumerate() {
        let transaction = connection.transaction().expect("nobody else writes");
        let mut said = transaction
            .prepare_cached(
                "INSERT INTO said (id, room, seq, time_ms, name, is_act, text) VALUES (?, ?, ?, ?, ?, 0, ?)",
            )
            .expect("it can be prepared");
        let mut words =
            transaction.prepare_cached("INSERT INTO words (rowid, word) VALUES (?, ?)").expect("it can be prepared");
        for (row, id) in group.iter().zip((id * GROUP_ROWS) as i64 + 1..) {
            said.execute(params![id, row.room, row.seq, row.time_ms, row.name, row.text]).expect("it can be kept");
            words.execute(params![id, row.words]).expect("it can be kept");
        }
        drop((said, words));
        transaction.commit().expect("it can be kept");
        unsettled += group.len();
        if unsettled >= 20_000 {
            unsettled = 0;
            connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(())).expect("it can be settled");
        }
    }
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(())).expect("it can be settled");
}
