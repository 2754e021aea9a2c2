//! Owns what is known of a room while the database does not take it: what the spool has of it, too.

use std::error::Error;
use std::path::Path;

use chinwag_core::Text;
use chinwag_core::log::TopicState;
use chinwag_core::words::{Kept, KeptMessage, Past, What};
use rusqlite::Connection;

use crate::database;
use crate::position::Position;
use crate::spool::SpoolReader;

/// How many rows of the spool are read at once.
const ROWS: u64 = 1_000;

/// Adds to what the database knows of a room what the spool has of it up to `tail`.
pub(crate) fn past(connection: &Connection, dir: &Path, tail: Position, past: &mut Past) -> Result<(), Box<dyn Error>> {
    let mut spool = SpoolReader::new(dir, database::position(connection)?);
    let room = past.room.key();
    while spool.at() < tail {
        let (rows, _) = spool.read(tail, ROWS)?;
        rows.into_iter().filter(|kept| kept.room.key() == room).for_each(|kept| add(past, kept));
        let kept = past.messages.len().saturating_sub(database::PAST_COUNT.into());
        past.messages.drain(..kept);
    }
    Ok(())
}

fn add(past: &mut Past, kept: Kept) {
    let Kept { name, what, time_ms, seq, .. } = kept;
    let messages = match what {
        What::Topic(topic) => {
            past.topic = topic.map(|topic| TopicState { topic, name, time_ms });
            return;
        }
        What::Acted(text) => vec![KeptMessage { name, text, is_act: true, time_ms, seq }],
        What::Said(texts) => {
            let texts = texts.iter().map(Text::clean).zip(seq..);
            texts.map(|(text, seq)| KeptMessage { name: name.clone(), text, is_act: false, time_ms, seq }).collect()
        }
    };
    past.said = past.said.max(messages.last().map_or(0, |message| message.seq));
    past.messages.extend(messages);
}
