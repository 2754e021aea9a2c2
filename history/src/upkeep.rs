//! Owns what the writer does while nobody speaks: it forgets what is too old or too much, merges the index, and gives
//! back what is free in the file.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::Connection;

use crate::database;
use crate::options::Options;

/// How many messages are deleted at once: some milliseconds.
const PIECE_ROWS: u64 = 500;

/// How much of the index is merged at once, in pages, and how many rows have to come for that. The index has a page for
/// a hundred rows, and merges each about ten times.
const MERGE_PAGES: i64 = 64;
const MERGE_ROWS: u64 = 256;

/// How much is given back at once.
const GIVE_BACK_PAGES: u32 = 256;

/// Knows what is to be done.
#[derive(Debug)]
pub(crate) struct Upkeep {
    keep_for: Option<Duration>,
    keep_bytes: Option<u64>,
    /// How many rows came for which nothing was merged.
    unmerged: u64,
    /// How many messages are still to be deleted, since all are too much.
    too_many: u64,
    /// How many were deleted that the index still knows of.
    deleted: u64,
    /// The whole index is being merged, to let go of them.
    is_emptying: bool,
}

impl Upkeep {
    /// Begins with all to be merged that there may be.
    pub(crate) const fn new(options: &Options) -> Self {
        let Options { keep_for, keep_bytes, .. } = options;
        Self {
            keep_for: *keep_for,
            keep_bytes: *keep_bytes,
            unmerged: MERGE_ROWS,
            too_many: 0,
            deleted: 0,
            is_emptying: false,
        }
    }

    /// So many rows were written. Returns how many messages were deleted for them.
    pub(crate) fn on_written(&mut self, connection: &mut Connection, rows: u64) -> rusqlite::Result<u64> {
        self.unmerged = self.unmerged.saturating_add(rows);
        // However busy it is, not more comes than goes.
        self.forget(connection, 2 * rows)
    }

    /// Does a piece of what is to be done. Returns how many messages were deleted, and whether there is more to do.
    pub(crate) fn work(&mut self, connection: &mut Connection) -> rusqlite::Result<(u64, bool)> {
        let forgotten = self.forget(connection, PIECE_ROWS)?;
        if forgotten > 0 {
            return Ok((forgotten, true));
        }
        if self.is_emptying {
            self.is_emptying = database::merge(connection, MERGE_PAGES)?;
            return Ok((0, true));
        }
        if let Some((first, last)) = database::ids(connection)?.filter(|_| self.deleted > 0)
            && self.deleted > last.abs_diff(first) / 8
        {
            // What was deleted is let go of when the oldest part of the index is merged: so all of it is.
            self.deleted = 0;
            self.is_emptying = database::merge(connection, -MERGE_PAGES)?;
            return Ok((0, true));
        }
        if self.unmerged >= MERGE_ROWS {
            let has_merged = database::merge(connection, MERGE_PAGES)?;
            self.unmerged = if has_merged { self.unmerged - MERGE_ROWS } else { 0 };
            return Ok((0, true));
        }
        Ok((0, database::give_back(connection, GIVE_BACK_PAGES)?))
    }

    fn forget(&mut self, connection: &mut Connection, count: u64) -> rusqlite::Result<u64> {
        if count == 0 {
            return Ok(0);
        }
        let mut forgotten = 0;
        if let Some(keep_for) = self.keep_for {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let before_ms = u64::try_from(now.saturating_sub(keep_for).as_millis()).unwrap_or(u64::MAX);
            forgotten += database::forget_oldest(connection, before_ms, count)?;
        }
        if let Some(keep_bytes) = self.keep_bytes {
            if self.too_many == 0 && !self.is_emptying {
                self.too_many = too_many(connection, keep_bytes)?;
            }
            if self.too_many > 0 {
                let deleted = database::forget_oldest(connection, u64::MAX, count.min(self.too_many))?;
                self.too_many = if deleted == 0 { 0 } else { self.too_many.saturating_sub(deleted) };
                forgotten += deleted;
            }
        }
        self.deleted += forgotten;
        Ok(forgotten)
    }
}

/// Returns how many messages have to go, so that the rest has so many bytes. They are deleted all, before the size is
/// looked at again: the index becomes smaller only later.
fn too_many(connection: &Connection, keep_bytes: u64) -> rusqlite::Result<u64> {
    let bytes = database::size(connection)?;
    if bytes <= keep_bytes {
        return Ok(0);
    }
    let of_rooms = database::ids(connection)?.map_or(0, |(first, last)| last.abs_diff(first) + 1);
    let rows = of_rooms + database::private::count(connection)?;
    let share = (bytes - keep_bytes) as f64 / bytes as f64;
    Ok((rows as f64 * share).ceil() as u64)
}
