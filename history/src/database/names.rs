//! Owns the ids of what people were called.

use chinwag_core::Name;
use rusqlite::{OptionalExtension, Transaction};

/// Returns the id of a name, which has one from now on.
pub(super) fn name_id(transaction: &Transaction<'_>, name: &Name) -> rusqlite::Result<u64> {
    let found = transaction
        .prepare_cached("SELECT id FROM names WHERE name = ?")?
        .query_row([name.as_str()], |row| row.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => transaction
            .prepare_cached("INSERT INTO names (name) VALUES (?) RETURNING id")?
            .query_row([name.as_str()], |row| row.get(0)),
    }
}
