//! Owns how messages are deleted, and how the index and the file become smaller by that.

use chinwag_core::Name;
use rusqlite::{Connection, Row, ToSql, TransactionBehavior, params};

use super::private;
use super::rows::number;
use crate::words;

/// Says which messages are meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Those of this room only, and nothing that is private.
    pub room: Option<Name>,
    /// Those by people of this name only, in any case.
    pub name: Option<Name>,
    /// Those of this time or later, in milliseconds since 1970.
    pub since_ms: Option<u64>,
    /// Those before this time.
    pub until_ms: Option<u64>,
}

impl Filter {
    /// Returns what is asked of the columns of `said`, `rooms` and `names`, and with which values.
    pub(crate) fn condition(&self) -> (String, Vec<Box<dyn ToSql>>) {
        let (mut parts, mut values): (Vec<&str>, Vec<Box<dyn ToSql>>) = (vec!["1"], Vec::new());
        let mut add = |part, value: Option<Box<dyn ToSql>>| {
            if let Some(value) = value {
                parts.push(part);
                values.push(value);
            }
        };
        let text = |name: &Option<Name>| name.as_ref().map(|name| Box::new(name.as_str().to_owned()) as Box<dyn ToSql>);
        let time =
            |time: Option<u64>| time.map(|time| Box::new(i64::try_from(time).unwrap_or(i64::MAX)) as Box<dyn ToSql>);
        add("rooms.name = ?", text(&self.room));
        add("names.name = ? COLLATE NOCASE", text(&self.name));
        add("time_ms >= ?", time(self.since_ms));
        add("time_ms < ?", time(self.until_ms));
        (parts.join(" AND "), values)
    }
}

/// Deletes up to `count` of the oldest, but none from `before_ms` on. What was said in rooms, in the order of its ids,
/// and what is private go by turns, the older first. Returns how many it has deleted.
pub(crate) fn forget_oldest(connection: &mut Connection, before_ms: u64, count: u64) -> rusqlite::Result<u64> {
    let messages: Vec<_> = connection
        .prepare_cached("SELECT id, room, text, time_ms FROM said ORDER BY id LIMIT ?")?
        .query_map([count], |row| Ok((message(row)?, row.get::<_, u64>(3)?)))?
        .collect::<Result<_, _>>()?;
    let private = private::oldest(connection, before_ms, count)?;
    let (mut of_rooms, mut of_private) = (0, 0);
    while ((of_rooms + of_private) as u64) < count {
        let said = messages.get(of_rooms).map(|&(_, time_ms)| time_ms).filter(|&time_ms| time_ms < before_ms);
        match (said, private.get(of_private)) {
            (Some(said), Some(&private)) if private < said => of_private += 1,
            (Some(_), _) => of_rooms += 1,
            (None, Some(_)) => of_private += 1,
            (None, None) => break,
        }
    }
    // What happened goes with what was said at that time: all of it if nothing that is as old is left.
    let are_few = ((of_rooms + of_private) as u64) < count;
    let old: Vec<_> = messages.into_iter().take(of_rooms).collect();
    let last = old.last().map(|&(_, time_ms)| time_ms).max(private[..of_private].last().copied());
    let until = if are_few { before_ms } else { last.map_or(0, |last| last.saturating_add(1)) };
    connection.prepare_cached("DELETE FROM events WHERE time_ms < ?")?.execute([number(until)])?;
    let old: Vec<_> = old.into_iter().map(|(message, _)| message).collect();
    Ok(delete(connection, &old)? + private::forget_oldest(connection, of_private as u64)?)
}

/// Deletes what happened that is meant.
pub(crate) fn forget_events(connection: &Connection, filter: &Filter) -> rusqlite::Result<()> {
    let (condition, values) = filter.condition();
    let delete = format!(
        "DELETE FROM events WHERE (room, seq, time_ms, number) IN (SELECT room, seq, time_ms, number FROM events \
         JOIN rooms ON rooms.id = events.room JOIN names ON names.id = events.name WHERE {condition})"
    );
    connection.prepare_cached(&delete)?.execute(rusqlite::params_from_iter(values)).map(drop)
}

/// Deletes what is private that is meant: nothing of it is of a room. Returns how many it has deleted.
pub(crate) fn forget_private(connection: &Connection, filter: &Filter) -> rusqlite::Result<u64> {
    if filter.room.is_some() {
        return Ok(0);
    }
    let (condition, values) = filter.condition();
    let delete = format!(
        "DELETE FROM private WHERE (account, other, time_ms, number) IN (SELECT account, other, time_ms, number \
         FROM private JOIN names ON names.id = private.name WHERE {condition})"
    );
    connection.prepare_cached(&delete)?.execute(rusqlite::params_from_iter(values)).map(|deleted| deleted as u64)
}

/// Deletes up to `count` of the messages that are meant, with ids after one. Returns how many, and the last of the ids.
pub(crate) fn forget_some(
    connection: &mut Connection,
    filter: &Filter,
    after: i64,
    count: usize,
) -> rusqlite::Result<Option<(u64, i64)>> {
    let (condition, mut values) = filter.condition();
    values.push(Box::new(after));
    values.push(Box::new(i64::try_from(count).unwrap_or(i64::MAX)));
    let messages: Vec<_> = connection
        .prepare_cached(&format!(
            "SELECT said.id, said.room, text FROM said JOIN rooms ON rooms.id = said.room \
             JOIN names ON names.id = said.name WHERE {condition} AND said.id > ? ORDER BY said.id LIMIT ?"
        ))?
        .query_map(rusqlite::params_from_iter(values), message)?
        .collect::<Result<_, _>>()?;
    let Some(&(last, ..)) = messages.last() else { return Ok(None) };
    Ok(Some((delete(connection, &messages)?, last)))
}

type Message = (i64, u64, String);

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn delete(connection: &mut Connection, messages: &[Message]) -> rusqlite::Result<u64> {
    if messages.is_empty() {
        return Ok(0);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        // The index has no texts, and so has to be told which words a message had.
        let mut words = transaction.prepare_cached("INSERT INTO words (words, rowid, word) VALUES ('delete', ?, ?)")?;
        let mut said = transaction.prepare_cached("DELETE FROM said WHERE id = ?")?;
        let mut tokens = String::new();
        for (id, room, text) in messages {
            tokens.clear();
            words::push_tokens(text, *room, &mut tokens);
            words.execute(params![id, tokens])?;
            said.execute([id])?;
        }
    }
    transaction.commit()?;
    Ok(messages.len() as u64)
}

/// Returns the lowest and the highest id of a message, if there is any.
pub(crate) fn ids(connection: &Connection) -> rusqlite::Result<Option<(i64, i64)>> {
    let ends = "SELECT (SELECT id FROM said ORDER BY id LIMIT 1), (SELECT id FROM said ORDER BY id DESC LIMIT 1)";
    connection.prepare_cached(ends)?.query_row((), |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?)))
}

/// Merges about so many pages of the index. Returns whether there was anything to merge.
pub(crate) fn merge(connection: &Connection, pages: i64) -> rusqlite::Result<bool> {
    let before = connection.total_changes();
    connection.prepare_cached("INSERT INTO words (words, rank) VALUES ('merge', ?)")?.execute([pages])?;
    // So the documentation says it is to be seen.
    Ok(connection.total_changes() - before >= 2)
}

/// Gives up to so many pages back that are free, if they are more than an eighth: a few are needed again soon. Returns
/// whether there may be more.
pub(crate) fn give_back(connection: &Connection, pages: u32) -> rusqlite::Result<bool> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, u32>(0));
    if number("freelist_count")? <= number("page_count")? / 8 {
        return Ok(false);
    }
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = vacuum.query(())?;
    while rows.next()?.is_some() {}
    Ok(true)
}
