//! Owns what was said to one person alone: how it is kept for an account, read, and forgotten.

use std::collections::BTreeMap;

use chinwag_core::words::{Bound, Correspondence, Happened, KeptEvent, KeptMessage, Page, Told};
use chinwag_core::{Name, Text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::names::name_id;
use super::rows::number;
use crate::encoding;

/// Keeps what somebody has said to one alone.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    between: &Correspondence,
    name: &Name,
    (time_ms, number_of): (u64, u64),
    told: &Told,
) -> rusqlite::Result<()> {
    let (account, other) = (person_id(transaction, &between.account)?, person_id(transaction, &between.with)?);
    let (name, to) = (name_id(transaction, name)?, name_id(transaction, &told.to)?);
    let add = "INSERT OR IGNORE INTO private (account, other, time_ms, number, name, to_name, how, text) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let (time_ms, number_of) = (number(time_ms), number(number_of));
    let values =
        params![account, other, time_ms, number_of, name, to, encoding::put_how(told), encoding::text_of(told)];
    transaction.prepare_cached(add)?.execute(values).map(drop)
}

/// Forgets what an account has from before a time.
pub(super) fn forget_of(transaction: &Transaction<'_>, account: &Name, before_ms: u64) -> rusqlite::Result<()> {
    let delete = "DELETE FROM private WHERE account = (SELECT id FROM people WHERE name = ?) AND time_ms < ?";
    transaction.prepare_cached(delete)?.execute(params![account.as_str(), number(before_ms)]).map(drop)
}

/// Returns when up to `count` of the oldest were said, but none from a time on.
pub(super) fn oldest(connection: &Connection, before_ms: u64, count: u64) -> rusqlite::Result<Vec<u64>> {
    let oldest = "SELECT time_ms FROM private WHERE time_ms < ? ORDER BY time_ms LIMIT ?";
    connection.prepare_cached(oldest)?.query_map(params![number(before_ms), count], |row| row.get(0))?.collect()
}

/// Forgets the `count` oldest. Returns how many.
pub(super) fn forget_oldest(connection: &Connection, count: u64) -> rusqlite::Result<u64> {
    let delete = "DELETE FROM private WHERE (account, other, time_ms, number) IN \
                  (SELECT account, other, time_ms, number FROM private ORDER BY time_ms LIMIT ?)";
    connection.prepare_cached(delete)?.execute([count]).map(|deleted| deleted as u64)
}

/// Returns how many there are.
pub(crate) fn count(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT count(*) FROM private")?.query_row((), |row| row.get(0))
}

/// Returns the accounts that have something, and from when the oldest of it is.
pub(crate) fn accounts(connection: &Connection) -> rusqlite::Result<BTreeMap<Name, u64>> {
    let oldest = "SELECT name, (SELECT min(time_ms) FROM private WHERE account = people.id) AS oldest \
                  FROM people WHERE oldest IS NOT NULL";
    let mut oldest = connection.prepare(oldest)?;
    let all = oldest.query_map((), |row| Ok(Name::parse(row.get_ref(0)?.as_str()?).zip(Some(row.get(1)?))))?;
    all.filter_map(Result::transpose).collect()
}

/// Reads what an account has of what was written with somebody, the oldest first.
pub(crate) fn page(
    connection: &Connection,
    between: &Correspondence,
    page: &Page,
) -> rusqlite::Result<Vec<KeptMessage>> {
    // A message is at a time and a number; where only a time is given, none of that time is meant.
    let place = |bound: Option<Bound>, (time, of): (i64, i64), at_time: i64| match bound {
        Some(Bound::TimeMs(time_ms)) => (number(time_ms), at_time),
        Some(Bound::Event { time_ms, number: of, .. }) => (number(time_ms), number(of)),
        Some(Bound::Seq(_)) | None => (time, of),
    };
    let (after, before) = (place(page.after, (-1, 0), i64::MAX), place(page.before, (i64::MAX, i64::MAX), -1));
    let order = if page.is_from_oldest { "ASC" } else { "DESC" };
    let mut found = connection.prepare_cached(&format!(
        "SELECT by.name, to_whom.name, how, text, time_ms, number FROM private \
         JOIN names AS by ON by.id = private.name JOIN names AS to_whom ON to_whom.id = to_name \
         WHERE account = (SELECT id FROM people WHERE name = ?) AND other = (SELECT id FROM people WHERE name = ?) \
         AND (time_ms, number) > (?, ?) AND (time_ms, number) < (?, ?) AND how <= ? \
         ORDER BY time_ms {order}, number {order} LIMIT ?"
    ))?;
    let (account, with) = (between.account.as_str(), between.with.as_str());
    let how_max = if page.with_events { encoding::TAGS_SENT } else { encoding::TAGS_SENT - 1 };
    let values = params![account, with, after.0, after.1, before.0, before.1, how_max, page.count];
    let mut messages: Vec<_> =
        found.query_map(values, message)?.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if !page.is_from_oldest {
        messages.reverse();
    }
    Ok(messages)
}

fn message(row: &Row<'_>) -> rusqlite::Result<Option<KeptMessage>> {
    let (name, to) = (Name::parse(row.get_ref(0)?.as_str()?), Name::parse(row.get_ref(1)?.as_str()?));
    let (how, text) = (row.get(2)?, row.get_ref(3)?.as_str()?);
    let (time_ms, number) = (row.get(4)?, row.get(5)?);
    let told = to.and_then(|to| encoding::told(to, how, text));
    Ok(name.zip(told).map(|(name, told)| {
        let event = Some(Box::new(KeptEvent { number, what: Happened::Told(Box::new(told)) }));
        KeptMessage { name, text: Text::default(), is_act: false, time_ms, seq: 0, event }
    }))
}

/// Returns with whom the owner of an account has written, and when they did so last.
pub(crate) fn last(connection: &Connection, account: &Name) -> rusqlite::Result<BTreeMap<Name, u64>> {
    // From one to the next by the index, whatever each of them has written.
    let all = "WITH RECURSIVE of (id) AS (SELECT id FROM people WHERE name = ?1), \
               others (other) AS ( \
                 SELECT min(other) FROM private, of WHERE account = of.id \
                 UNION ALL SELECT (SELECT min(private.other) FROM private, of \
                                   WHERE account = of.id AND private.other > others.other) \
                 FROM others WHERE others.other IS NOT NULL) \
               SELECT people.name, (SELECT max(time_ms) FROM private, of WHERE account = of.id AND other = people.id) \
               FROM others JOIN people ON people.id = others.other";
    let mut all = connection.prepare_cached(all)?;
    let all =
        all.query_map([account.as_str()], |row| Ok(Name::parse(row.get_ref(0)?.as_str()?).zip(Some(row.get(1)?))))?;
    all.filter_map(Result::transpose).collect()
}

/// Returns the id of somebody, who is called from now on as here.
fn person_id(transaction: &Transaction<'_>, name: &Name) -> rusqlite::Result<i64> {
    let found = transaction
        .prepare_cached("SELECT id FROM people WHERE name = ?")?
        .query_row([name.as_str()], |row| row.get(0))
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => transaction
            .prepare_cached("INSERT INTO people (name) VALUES (?) RETURNING id")?
            .query_row([name.as_str()], |row| row.get(0)),
    }
}
