//! Owns what must hold of everything that was recorded: it is read as it was written, and a chat that is restored from
//! a snapshot anywhere in it goes on as the original.

use std::iter;

use chinwag_core::log::{Event, Record};
use chinwag_core::{Action, Chat, Config, Fanout, Form, Hub, Output, Rules, Session, Share, Stats, Written};
use chinwag_log::{Entry, Frames, StateHash, push_frame};

/// After how many records another chat is restored that goes on by itself.
const EVERY: usize = 61;

/// Writes a log as a file, its rules first, and reads it again.
///
/// # Errors
/// It is not what was written.
pub fn through_bytes(rules: &Rules, records: &[Record]) -> Result<(Rules, Vec<Record>), String> {
    let (mut file, mut bytes) = (Vec::new(), Vec::new());
    for entry in iter::once(Entry::Rules(rules.clone())).chain(records.iter().cloned().map(Entry::Record)) {
        bytes.clear();
        entry.encode(&mut bytes);
        push_frame(&bytes, &mut file);
    }
    let mut frames = Frames::new(&file).map(Entry::decode);
    let read = match frames.next() {
        Some(Ok(Entry::Rules(rules))) => rules,
        other => return Err(format!("the rules are read as {other:?}")),
    };
    let entries = frames.map(|entry| match entry {
        Ok(Entry::Record(record)) => Ok(record),
        other => Err(format!("a record is read as {other:?}")),
    });
    let read = (read, entries.collect::<Result<Vec<_>, _>>()?);
    if read.0 == *rules && read.1 == records {
        Ok(read)
    } else {
        Err("what is read is not what was written".to_owned())
    }
}

/// Has a chat follow records, and beside it some that are restored from its snapshots: one anew before each record,
/// others that go on for as long as there are records.
///
/// # Errors
/// One of them does something else, or is something else after a record.
pub fn goes_on_when_restored(rules: &Rules, records: &[Record]) -> Result<(), String> {
    let mut chat = Chat::new(rules);
    let mut twins = Vec::new();
    for (number, record) in records.iter().enumerate() {
        let restored = restore(rules, &chat)?;
        let is_kept = number % EVERY == EVERY / 2;
        let (actions, timeout) = (handle(&mut chat, record), chat.poll_timeout());
        let (hash, counts) = (StateHash::of(&chat.snapshot()), counted(&chat));
        for twin in twins.iter_mut().chain([&mut Some(restored.clone())]).flatten() {
            let is_same = handle(twin, record) == actions && twin.poll_timeout() == timeout && counted(twin) == counts;
            if !is_same || StateHash::of(&twin.snapshot()) != hash {
                return Err(format!("a restored chat differs after {record:?}, number {number}"));
            }
        }
        if is_kept {
            twins.push(Some(restore(rules, &chat)?));
        }
    }
    Ok(())
}

/// Restores a chat from its snapshot, as it is written and read.
fn restore(rules: &Rules, chat: &Chat) -> Result<Chat, String> {
    let mut bytes = Vec::new();
    Entry::Snapshot(chat.snapshot()).encode(&mut bytes);
    let Ok(Entry::Snapshot(snapshot)) = Entry::decode(&bytes) else {
        return Err("a snapshot is not read as it was written".to_owned());
    };
    Chat::restore(rules, snapshot).map_err(|error| error.to_string())
}

fn handle(chat: &mut Chat, Record { at, event }: &Record) -> Vec<Action> {
    // What its own end is to a server, is the hub's.
    let is_end = matches!(event, Event::ServerGone { .. });
    chat.handle(*at, if is_end { Event::Woke } else { event.clone() });
    iter::from_fn(|| chat.poll_action()).collect()
}

/// Returns what a chat counts: a snapshot that forgets it is equal to that of the chat which is made of it.
fn counted(chat: &Chat) -> Stats {
    let mut stats = Stats::default();
    chat.count(&mut stats);
    stats
}

/// Returns what the records of a server on its own say that everybody was sent, who came in this order, each in this
/// form, and was greeted before the next came, if they asked for nothing but what is in the log. What is joined for
/// browsers may be joined otherwise.
///
/// # Panics
/// If somebody else came, or the server stopped before somebody came.
#[must_use]
pub fn sent_by(config: &Config, forms: &[Form], records: &[Record]) -> Vec<Vec<u8>> {
    let (mut hub, mut fanout) = (Hub::replica(config.clone(), 0), Fanout::new(config, Share::ALL));
    let mut sent = vec![Vec::new(); forms.len()];
    let mut coming = forms.iter().enumerate();
    for record in records {
        if matches!(record.event, Event::Opened { .. } | Event::Registered { .. }) {
            let (number, &form) = coming.next().expect("nobody else came");
            hub.open(record.at, &mut Session::with_form(config, form), number).expect("it has not stopped");
            // What it proposes is recorded already.
            while hub.poll_proposal().is_some() {}
        }
        hub.apply(record.clone());
        if let Some(batch) = hub.take_batch() {
            fanout.follow(record.at, &batch);
        }
        while let Some(output) = fanout.poll_output() {
            if let Output::Write { socket, bytes, .. } = output {
                sent[*socket].extend_from_slice(bytes);
                let written = Written::Bytes(bytes.len());
                fanout.handle_written(record.at, written);
            }
        }
    }
    sent
}
