//! Owns how messages of one room are read.

use chinwag_core::log::TopicState;
use chinwag_core::words::{Bound, KeptEvent, KeptMessage, Page, Past, Topic};
use chinwag_core::{Name, Text};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::encoding;
use crate::position::Position;

/// How many messages a chat is given of a room that comes again: as many as it keeps itself.
pub(crate) const PAST_COUNT: u8 = 100;

/// Returns up to where the database has the spool.
pub(crate) fn position(connection: &Connection) -> rusqlite::Result<Position> {
    connection
        .prepare_cached("SELECT spool_segment, spool_offset FROM state")?
        .query_row((), |row| Ok(Position { segment: row.get(0)?, offset: row.get(1)? }))
}

/// Returns the number that no other history has.
pub(crate) fn identity(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT identity FROM state", (), |row| row.get(0))
}

/// Returns how many messages were said in a room.
pub(crate) fn said(connection: &Connection, room: &Name) -> rusqlite::Result<u64> {
    let mut said = connection.prepare_cached("SELECT said FROM rooms WHERE name = ?")?;
    Ok(said.query_row([room.as_str()], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Reads what a chat has to know of a room. That nobody has ever been in it is no error.
pub(crate) fn past(connection: &Connection, name: Name) -> rusqlite::Result<Past> {
    let found = connection
        .prepare_cached("SELECT id, said, topic, topic_name, topic_time_ms, hidden FROM rooms WHERE name = ?")?
        .query_row([name.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(5)?, topic(row)?)))
        .optional()?;
    let Some((room, said, hidden, topic)) = found else { return Ok(Past::none(name)) };
    let messages = between(connection, room, 0, i64::MAX, false, PAST_COUNT)?;
    Ok(Past { room: name, said, hidden, topic, messages })
}

fn topic(row: &Row<'_>) -> rusqlite::Result<Option<TopicState>> {
    let (Some(topic), Some(name)) = (row.get::<_, Option<String>>(2)?, row.get::<_, Option<String>>(3)?) else {
        return Ok(None);
    };
    let time_ms = row.get(4)?;
    let topic = Topic::of(&topic).zip(Name::parse(&name));
    Ok(topic.map(|(topic, name)| TopicState { topic, name, time_ms }))
}

/// Reads the messages of a room that are asked for, and the events, the oldest first.
pub(crate) fn page(connection: &Connection, room: &Name, page: &Page) -> rusqlite::Result<Vec<KeptMessage>> {
    let room = connection
        .prepare_cached("SELECT id FROM rooms WHERE name = ?")?
        .query_row([room.as_str()], |row| row.get(0))
        .optional()?;
    let Some(room) = room else { return Ok(Vec::new()) };
    let after = match page.after {
        Some(Bound::Seq(seq)) => number(seq),
        Some(Bound::TimeMs(time)) => first_at(connection, room, |at| at > time)? - 1,
        Some(Bound::Event { seq, .. }) => number(seq),
        None => 0,
    };
    let before = match page.before {
        Some(Bound::Seq(seq)) => number(seq),
        Some(Bound::TimeMs(time)) => first_at(connection, room, |at| at >= time)?,
        Some(Bound::Event { seq, .. }) => number(seq).saturating_add(1),
        None => i64::MAX,
    };
    let mut messages = between(connection, room, after, before, page.is_from_oldest, page.count)?;
    if page.with_events {
        messages.extend(events(connection, room, (after, before), page)?);
        messages.sort_by_key(KeptMessage::place);
        page.cut(&mut messages);
    }
    Ok(messages)
}

/// A number that SQLite can hold.
pub(crate) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Reads the events that are asked for, as many as may be among the messages between two numbers.
fn events(
    connection: &Connection,
    room: i64,
    (after, before): (i64, i64),
    page: &Page,
) -> rusqlite::Result<Vec<KeptMessage>> {
    let place = |bound: Option<Bound>, seq: i64| match bound {
        Some(Bound::Event { seq, time_ms, number: of }) => (number(seq), number(time_ms), number(of)),
        Some(Bound::Seq(_) | Bound::TimeMs(_)) | None => (seq, 0, 0),
    };
    let time = |bound: Option<Bound>, other: i64| match bound {
        Some(Bound::TimeMs(time)) => number(time),
        Some(Bound::Seq(_) | Bound::Event { .. }) | None => other,
    };
    let (from, to) = (place(page.after, after), place(page.before, before));
    let times = (time(page.after, -1), time(page.before, i64::MAX));
    let order = if page.is_from_oldest { "ASC" } else { "DESC" };
    let mut found = connection.prepare_cached(&format!(
        "SELECT names.name, is_tags, text, time_ms, seq, number FROM events JOIN names ON names.id = events.name \
         WHERE room = ? AND seq BETWEEN ? AND ? AND (seq, time_ms, number) > (?, ?, ?) \
         AND (seq, time_ms, number) < (?, ?, ?) AND time_ms > ? AND time_ms < ? \
         ORDER BY seq {order}, time_ms {order}, number {order} LIMIT ?"
    ))?;
    let values = params![room, from.0, to.0, from.0, from.1, from.2, to.0, to.1, to.2, times.0, times.1, page.count];
    found.query_map(values, event)?.filter_map(Result::transpose).collect()
}

fn event(row: &Row<'_>) -> rusqlite::Result<Option<KeptMessage>> {
    let name = Name::parse(row.get_ref(0)?.as_str()?);
    let what = encoding::happened(row.get(1)?, row.get_ref(2)?.as_str()?);
    let (time_ms, seq, number) = (row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(name.zip(what).map(|(name, what)| {
        let event = Some(Box::new(KeptEvent { number, what }));
        KeptMessage { name, text: Text::default(), is_act: false, time_ms, seq, event }
    }))
}

/// Returns the number of the first message whose time is such, or the one after the last. Times grow with numbers,
/// unless a clock was set back meanwhile: then it is one of those where they begin to be such.
fn first_at(connection: &Connection, room: i64, is_such: impl Fn(u64) -> bool) -> rusqlite::Result<i64> {
    let mut next =
        connection.prepare_cached("SELECT seq, time_ms FROM said WHERE room = ? AND seq >= ? ORDER BY seq LIMIT 1")?;
    let last: Option<i64> =
        connection.prepare_cached("SELECT max(seq) FROM said WHERE room = ?")?.query_row([room], |row| row.get(0))?;
    // What is before `low` is not such; what is at `high` is, or is not there.
    let (mut low, mut high) = (1, last.unwrap_or(0) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let (seq, time) = next.query_row([room, middle], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))?;
        if is_such(time) {
            high = middle;
        } else {
            low = seq + 1;
        }
    }
    Ok(low)
}

fn between(
    connection: &Connection,
    room: i64,
    after: i64,
    before: i64,
    is_from_oldest: bool,
    count: u8,
) -> rusqlite::Result<Vec<KeptMessage>> {
    let order = if is_from_oldest { "ASC" } else { "DESC" };
    let mut found = connection.prepare_cached(&format!(
        "SELECT names.name, text, is_act, time_ms, seq FROM said JOIN names ON names.id = said.name \
         WHERE room = ? AND seq > ? AND seq < ? ORDER BY seq {order} LIMIT ?"
    ))?;
    let messages = found.query_map(params![room, after, before, count], message)?;
    let mut messages: Vec<_> = messages.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if !is_from_oldest {
        messages.reverse();
    }
    Ok(messages)
}

/// Reads a message from its first five columns. There is none if somebody else has put there what can't be a name.
pub(crate) fn message(row: &Row<'_>) -> rusqlite::Result<Option<KeptMessage>> {
    let name = Name::parse(row.get_ref(0)?.as_str()?);
    let text = Text::clean(row.get_ref(1)?.as_str()?);
    let (is_act, time_ms, seq) = (row.get(2)?, row.get(3)?, row.get(4)?);
    Ok(name.map(|name| KeptMessage { name, text, is_act, time_ms, seq, event: None }))
}
