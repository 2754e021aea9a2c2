//! Owns what the spool has of a room that the database has not yet: so whoever reads waits for no commit.
//!
//! Who calls this reads both in one transaction, in which the database is at one place in the spool. From there on the
//! spool is still there, since nothing of it goes before all of the write-ahead log is in the database file.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::error::Error;
use std::path::Path;

use chinwag_core::log::TopicState;
use chinwag_core::words::{Found, Kept, KeptMessage, Page, Past, Search, Venue, What};
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
    each(connection, dir, tail, is_of(&Venue::Room(room)), |kept| match kept.what {
        What::Topic(topic) => {
            past.topic = topic.map(|topic| TopicState { topic, name: kept.name, time_ms: kept.time_ms });
        }
        What::Event(_) | What::Forgotten { .. } => {}
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
    let said = page.venue.room().map_or(Ok(0), |room| database::said(connection, room))?;
    each(connection, dir, tail, is_of(&page.venue), |kept| {
        if let What::Forgotten { before_ms } = kept.what {
            return found.retain(|message| message.time_ms >= before_ms);
        }
        let new = messages(kept).into_iter().filter(|message| message.seq > said || message.event.is_some());
        found.extend(new.filter(|message| page.has(message)));
        page.cut(found);
    })
}

/// Adds to those with whom the owner of an account has written, and when they did so last, what the spool has of it up
/// to `tail`.
pub(crate) fn last(
    connection: &Connection,
    dir: &Path,
    tail: Position,
    account: &Name,
    last: &mut BTreeMap<Name, u64>,
) -> Result<(), Box<dyn Error>> {
    let of_account = |venue: &Venue| venue.account().is_some_and(|other| other.key() == account.key());
    each(connection, dir, tail, of_account, |kept| match kept.venue {
        Venue::Private(between) => {
            // They are called from now on as here.
            last.retain(|with, _| with.key() != between.with.key());
            last.insert(between.with, kept.time_ms);
        }
        Venue::AllPrivate(_) | Venue::Room(_) => {
            if let What::Forgotten { before_ms } = kept.what {
                last.retain(|_, time_ms| *time_ms >= before_ms);
            }
        }
    })
}

/// Adds to the accounts that have something, and from when the oldest of it is, what the spool has of it up to `tail`.
pub(crate) fn accounts(
    connection: &Connection,
    dir: &Path,
    tail: Position,
    accounts: &mut BTreeMap<Name, u64>,
) -> Result<(), Box<dyn Error>> {
    each(
        connection,
        dir,
        tail,
        |venue| venue.account().is_some(),
        |kept| {
            let Some(account) = kept.venue.account() else { return };
            let known = accounts.iter_mut().find(|(other, _)| other.key() == account.key());
            match (&kept.what, known) {
                (What::Forgotten { before_ms: u64::MAX }, _) => {
                    accounts.retain(|other, _| other.key() != account.key());
                }
                (What::Forgotten { before_ms }, Some((_, oldest))) => *oldest = *before_ms.max(oldest),
                (What::Event(_), None) => drop(accounts.insert(account.clone(), kept.time_ms)),
                (What::Forgotten { .. } | What::Event(_) | What::Said(_) | What::Acted(_) | What::Topic(_), _) => {}
            }
        },
    )
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
        |venue| venue.room().is_some_and(|room| is_meant.contains(&room.key())),
        |kept| {
            let Some(room) = kept.venue.room() else { return };
            let Some((said, name)) = rooms.get_mut(&room.key()) else { return };
            let room = name.insert(room.clone()).clone();
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

fn is_of(venue: &Venue) -> impl Fn(&Venue) -> bool {
    move |other| match (venue, other) {
        (Venue::Private(between), Venue::AllPrivate(account)) => account.key() == between.account.key(),
        _ => other.is(venue),
    }
}

fn each(
    connection: &Connection,
    dir: &Path,
    tail: Position,
    is_meant: impl Fn(&Venue) -> bool,
    mut take: impl FnMut(Kept),
) -> Result<(), Box<dyn Error>> {
    let mut spool = SpoolReader::new(dir, database::position(connection)?);
    while spool.at() < tail {
        let (rows, _) = spool.read(tail, ROWS)?;
        rows.into_iter().filter(|kept| is_meant(&kept.venue)).for_each(&mut take);
    }
    Ok(())
}

fn messages(kept: Kept) -> Vec<KeptMessage> {
    let Kept { name, what, time_ms, seq, .. } = kept;
    match what {
        What::Topic(_) | What::Forgotten { .. } => Vec::new(),
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
