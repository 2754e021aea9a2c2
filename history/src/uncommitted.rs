//! Owns what the spool has of a room that the database has not yet: so whoever reads waits for no commit.
//!
//! Who calls this reads both in one transaction, in which the database is at one place in the spool. From there on the
//! spool is still there, since nothing of it goes before all of the write-ahead log is in the database file.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::error::Error;
use std::path::Path;

use chinwag_core::log::TopicState;
use chinwag_core::words::{Found, Kept, KeptMessage, Page, Past, Search, What};
use chinwag_core::{Name, Text};
use rusqlite::Connection;

use crate::database;
use crate::encoding;
use crate::position::Position;
use crate::spool::SpoolReader;
use crate::words::Question;

/// How many rows of the spool are read at once.
const ROWS: u64 = 1_000;

/// Adds to what the database knows of a room what the spool has of it up to `tail`.
pub(crate) fn past(connection: &Connection, dir: &Path, tail: Position, past: &mut Past) -> Result<(), Box<dyn Error>> {
    let (room, said) = (past.room.clone(), past.said);
    each(connection, dir, tail, is_called(&room), |kept| match kept.what {
        What::Topic(topic) => {
            past.topic = topic.map(|topic| TopicState { topic, name: kept.name, time_ms: kept.time_ms });
        }
        What::Event(_) => {}
        What::Said(_) | What::Acted(_) => {
            if kept.is_hidden {
                past.hidden = past.hidden.max(encoding::last_seq(&kept));
            }
            past.messages.extend(messages(kept).into_iter().filter(|message| message.seq > said));
            past.said = past.said.max(past.messages.last().map_or(0, |message| message.seq));
            keep_last(&mut past.messages, database::PAST_COUNT.into());
        }
    })
}

/// Adds to the messages that the database has of a page those that the spool has up to `tail`.
pub(crate) fn page(
    connection: &Connection,
    dir: &Path,
    tail: Position,
    page: &Page,
    found: &mut Vec<KeptMessage>,
) -> Result<(), Box<dyn Error>> {
    let said = database::said(connection, &page.room)?;
    each(connection, dir, tail, is_called(&page.room), |kept| {
        let new = messages(kept).into_iter().filter(|message| message.seq > said || message.event.is_some());
        found.extend(new.filter(|message| page.has(message)));
        page.cut(found);
    })
}

/// Puts before the messages that the database has found those that the spool has up to `tail`, which are newer.
pub(crate) fn search(
    connection: &Connection,
    dir: &Path,
    tail: Position,
    search: &Search,
    found: &mut Vec<Found>,
) -> Result<(), Box<dyn Error>> {
    let Some(question) = Question::new(search.words.as_str()) else { return Ok(()) };
    let mut rooms = HashMap::new();
    for room in &search.rooms {
        rooms.insert(room.key(), (database::said(connection, room)?, None));
    }
    let is_meant: BTreeSet<_> = rooms.keys().cloned().collect();
    let mut newer = VecDeque::new();
    each(
        connection,
        dir,
        tail,
        |room| is_meant.contains(&room.key()),
        |kept| {
            let Some((said, name)) = rooms.get_mut(&kept.room.key()) else { return };
            let room = name.insert(kept.room.clone()).clone();
            for message in messages(kept).into_iter().filter(|message| message.seq > *said && message.event.is_none()) {
                if question.is_in(message.text.as_str()) {
                    newer.push_front(Found { room: room.clone(), message });
                    newer.truncate(search.count.into());
                }
            }
        },
    )?;
    found.splice(..0, newer);
    found.truncate(search.count.into());
    // A room is called what it was called last.
    for found in found {
        if let Some((_, Some(name))) = rooms.get(&found.room.key()) {
            found.room = name.clone();
        }
    }
    Ok(())
}

fn is_called(room: &Name) -> impl Fn(&Name) -> bool + use<> {
    let key = room.key();
    move |room| room.key() == key
}

fn each(
    connection: &Connection,
    dir: &Path,
    tail: Position,
    is_meant: impl Fn(&Name) -> bool,
    mut take: impl FnMut(Kept),
) -> Result<(), Box<dyn Error>> {
    let mut spool = SpoolReader::new(dir, database::position(connection)?);
    while spool.at() < tail {
        let (rows, _) = spool.read(tail, ROWS)?;
        rows.into_iter().filter(|kept| is_meant(&kept.room)).for_each(&mut take);
    }
    Ok(())
}

fn messages(kept: Kept) -> Vec<KeptMessage> {
    let Kept { name, what, time_ms, seq, .. } = kept;
    match what {
        What::Topic(_) => Vec::new(),
        What::Event(event) => {
            let event = Some(Box::new(event));
            vec![KeptMessage { name, text: Text::default(), is_act: false, time_ms, seq, event }]
        }
        What::Acted(text) => vec![KeptMessage { name, text, is_act: true, time_ms, seq, event: None }],
        What::Said(texts) => {
            let texts = texts.iter().map(Text::clean).zip(seq..);
            let of = |(text, seq)| KeptMessage { name: name.clone(), text, is_act: false, time_ms, seq, event: None };
            texts.map(of).collect()
        }
    }
}

fn keep_last(messages: &mut Vec<KeptMessage>, count: usize) {
    messages.drain(..messages.len().saturating_sub(count));
}
