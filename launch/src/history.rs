//! Owns how a server's history is kept in a folder.

use std::path::Path;
use std::sync::{Arc, mpsc};

use anyhow::Context as _;
use chinwag_core::{Found, Kept, KeptMessage, Name, Page, Past, Search, Venue, What};
use chinwag_history::{Options, Stats, Unreadable};
use chinwag_io::{Asked, History, HistoryCounts};
use chinwag_members::Book;

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
    forget_former(&store, folder).context("can't forget what accounts had that are gone")?;
    let hands_on = Store { store: Arc::clone(&store), keeps_private: flags.keep_private };
    Ok(Some((History::new(hands_on), Closing(store))))
}

/// Forgets what is private of accounts that were removed while no server ran: who has the name now is not to read it.
fn forget_former(store: &chinwag_history::Store, folder: &Path) -> anyhow::Result<()> {
    let kept = store.accounts()?;
    if kept.is_empty() {
        return Ok(());
    }
    let book = Book::open(folder)?.accounts()?;
    let made = |name: &Name| book.iter().find(|entry| entry.account.name.key() == name.key()).map(|entry| entry.made);
    for (name, oldest) in kept {
        let before_ms = match made(&name) {
            Some(made) if made > oldest => made,
            None => u64::MAX,
            Some(_) => continue,
        };
        let (venue, what) = (Venue::AllPrivate(name.clone()), What::Forgotten { before_ms });
        store.keep(&[Kept { venue, name, what, time_ms: oldest, seq: 0, is_hidden: false }]);
    }
    Ok(())
}

/// Hands on what is asked.
struct Store {
    store: Arc<chinwag_history::Store>,
    keeps_private: bool,
}

/// Gives an answer, if there is one.
fn give<T: Send + 'static>(asked: Asked<T>) -> impl FnOnce(Result<T, Unreadable>) + Send + 'static {
    // Of what can't be read the log tells, and nobody waits for it any more.
    move |answer| answer.map_or((), |answer| asked.give(answer))
}

impl chinwag_io::Store for Store {
    fn identity(&self) -> u64 {
        self.store.identity()
    }

    fn keeps_private(&self) -> bool {
        self.keeps_private
    }

    fn past(&self, room: Name) -> Option<Past> {
        let (answer, past) = mpsc::channel();
        self.store.past(room, move |past| drop(answer.send(past)));
        past.recv().ok()?.ok()
    }

    fn keep(&self, kept: Vec<Kept>) {
        self.store.keep(&kept);
    }

    fn recall(&self, room: Name, answer: Asked<Past>) {
        self.store.past(room, give(answer));
    }

    fn read(&self, page: Page, answer: Asked<Vec<KeptMessage>>) {
        self.store.page(page, give(answer));
    }

    fn search(&self, search: Search, answer: Asked<Vec<Found>>) {
        self.store.search(search, give(answer));
    }

    fn counts(&self) -> HistoryCounts {
        let Stats { rows_kept, rows_lost, rows_behind, database_bytes, is_failing, .. } = self.store.stats();
        HistoryCounts {
            kept: rows_kept + rows_behind,
            lost: rows_lost,
            behind: rows_behind,
            bytes: database_bytes,
            is_failing,
        }
    }
}
