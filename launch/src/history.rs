//! Owns how a server's history is kept in a folder.

use std::sync::{Arc, mpsc};

use anyhow::Context as _;
use chinwag_core::{Found, Kept, KeptMessage, Name, Page, Past, Search};
use chinwag_history::{Options, Stats, Unreadable};
use chinwag_io::{Asked, History, HistoryCounts};

use crate::flags::{Age, Flags, Size};

/// Brings what was said to the disk when it is dropped.
pub(crate) struct Closing(Arc<chinwag_history::Store>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Opens the history of the folder that the flags name, if they name one. It is closed by what comes with it.
pub(crate) fn open(flags: &Flags) -> anyhow::Result<Option<(History, Closing)>> {
    let Some(folder) = &flags.data else { return Ok(None) };
    let options = Options {
        dir: folder.clone(),
        keep_for: flags.keep.map(|Age(age)| age),
        keep_bytes: flags.keep_bytes.map(|Size(bytes)| bytes),
    };
    let store = Arc::new(chinwag_history::Store::open(&options).context("can't keep what is said")?);
    Ok(Some((History::new(Store(Arc::clone(&store))), Closing(store))))
}

/// Hands on what is asked.
struct Store(Arc<chinwag_history::Store>);

/// Gives an answer, if there is one.
fn give<T: Send + 'static>(asked: Asked<T>) -> impl FnOnce(Result<T, Unreadable>) + Send + 'static {
    // Of what can't be read the log tells, and nobody waits for it any more.
    move |answer| answer.map_or((), |answer| asked.give(answer))
}

impl chinwag_io::Store for Store {
    fn identity(&self) -> u64 {
        self.0.identity()
    }

    fn past(&self, room: Name) -> Option<Past> {
        let (answer, past) = mpsc::channel();
        self.0.past(room, move |past| drop(answer.send(past)));
        past.recv().ok()?.ok()
    }

    fn keep(&self, kept: Vec<Kept>) {
        self.0.keep(&kept);
    }

    fn recall(&self, room: Name, answer: Asked<Past>) {
        self.0.past(room, give(answer));
    }

    fn read(&self, page: Page, answer: Asked<Vec<KeptMessage>>) {
        self.0.page(page, give(answer));
    }

    fn search(&self, search: Search, answer: Asked<Vec<Found>>) {
        self.0.search(search, give(answer));
    }

    fn counts(&self) -> HistoryCounts {
        let Stats { rows_kept, rows_lost, rows_behind, database_bytes, is_failing, .. } = self.0.stats();
        HistoryCounts {
            kept: rows_kept + rows_behind,
            lost: rows_lost,
            behind: rows_behind,
            bytes: database_bytes,
            is_failing,
        }
    }
}
