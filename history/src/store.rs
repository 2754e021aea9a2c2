//! Owns a store: what is said goes in here, and comes out again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{Builder, JoinHandle};

use chinwag_core::words::{Found, Kept, KeptMessage, Page, Past, Search, Venue};
use chinwag_core::{Name, Text};
use rusqlite::Connection;
use tracing::{error, info};

use crate::database::{self, Writing, private};
use crate::encoding;
use crate::error::{Error, Unreadable};
use crate::files;
use crate::options::Options;
use crate::position::Position;
use crate::reader::Reader;
use crate::shared::{Part, Shared};
use crate::spool::{self, Spool, SpoolReader};
use crate::stats::Stats;
use crate::uncommitted;
use crate::writer::{self, Writer};

/// Keeps what is said in a folder, which is this one's alone. Dropping it [closes](Self::close) it.
///
/// No call waits for a disk. What was asked for is told by threads of the store, in the order in which it was asked.
/// Searches don't hold up the rest. All that was kept before is in it.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    identity: u64,
    shared: Arc<Shared>,
    spool: Arc<Mutex<Spool>>,
    reader: Reader,
    searcher: Reader,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// It is let go of last.
    _lock: File,
}

impl Store {
    /// Opens the history of a folder, or begins one.
    ///
    /// # Errors
    /// Returns that a server has it, that a later release has written it, that it is something else, or what the system
    /// says.
    pub fn open(options: &Options) -> Result<Self, Error> {
        database::check_library()?;
        let dir = &options.dir;
        let lock = files::lock(dir)?;
        let path = files::database(dir);
        let connection = database::open_to_write(dir)?;
        let at = database::position(&connection).map_err(Error::database(&path))?;
        let identity = database::identity(&connection).map_err(Error::database(&path))?;
        let database = Writing::new(connection);
        let segments = spool::segments(dir).map_err(Error::file(dir))?;
        let segment = segments.iter().copied().max().unwrap_or(0).max(at.segment) + 1;
        let oldest = segments.first().copied().unwrap_or(segment);
        let spool = Spool::begin(dir, segment).map_err(Error::file(dir))?;
        let behind = count(dir, at, spool.tail()).map_err(Error::file(dir))?;
        let shared = Arc::new(Shared::new(spool.tail(), at, oldest, behind));
        let reader = Reader::start("history-reader", dir)?;
        let searcher = Reader::start("history-search", dir)?;
        let spool = Arc::new(Mutex::new(spool));
        let threads = Mutex::default();
        let store = Self { dir: dir.clone(), identity, shared, spool, reader, searcher, threads, _lock: lock };
        let writer = Writer::new(options, database, at, Arc::clone(&store.shared));
        store.start("history-writer", || writer.run())?;
        let (shared, spool) = (Arc::clone(&store.shared), Arc::clone(&store.spool));
        store.start("history-sync", move || writer::sync(&shared, || locked(&spool).take_unsynced()))?;
        Ok(store)
    }

    /// What was started before ends when this is dropped.
    fn start(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
        let thread = Builder::new().name(name.to_owned()).spawn(run).map_err(Error::Thread)?;
        locked(&self.threads).push(thread);
        Ok(())
    }

    /// Returns a number that no other history has.
    #[must_use]
    pub const fn identity(&self) -> u64 {
        self.identity
    }

    /// Keeps rows, in their order. When it returns, they outlive the program. If the disk does not take them, they are
    /// lost and counted.
    pub fn keep(&self, rows: &[Kept]) {
        if rows.is_empty() {
            return;
        }
        let count = rows.iter().map(encoding::rows).sum();
        let mut spool = locked(&self.spool);
        let outcome = spool.append(rows, self.shared.oldest());
        match outcome {
            Ok(()) => {
                self.shared.on_appended(spool.tail(), count);
                if self.shared.set_failing(Part::Spool, false) {
                    info!("what is said is kept again");
                }
            }
            Err(error) => {
                self.shared.on_lost(rows, count);
                if self.shared.set_failing(Part::Spool, true) {
                    error!(%error, "what is said can't be kept: it will not be in the history");
                }
            }
        }
    }

    /// Reads what a chat has to know of a room, whatever the case of its name. A room that nobody has been in has
    /// [none](Past::none).
    pub fn past(&self, room: Name, done: impl FnOnce(Result<Past, Unreadable>) + Send + 'static) {
        let (dir, tail, shared) = (self.dir.clone(), self.shared.tail(), Arc::clone(&self.shared));
        let read = move |connection: &Connection| {
            let mut past = database::past(connection, room)?;
            uncommitted::past(connection, &dir, tail, &mut past)?;
            past.said = past.said.max(shared.lost_in(&past.room));
            Ok(past)
        };
        self.reader.read(read, done);
    }

    /// Reads messages, the oldest first. Of [all that is private](Venue::AllPrivate) each has the name of one with whom
    /// the account's owner has written, the time when they did so last, and no text.
    pub fn page(&self, page: Page, done: impl FnOnce(Result<Vec<KeptMessage>, Unreadable>) + Send + 'static) {
        let (dir, tail) = (self.dir.clone(), self.shared.tail());
        let read = move |connection: &Connection| {
            let mut messages = match &page.venue {
                Venue::Room(room) => database::page(connection, room, &page)?,
                Venue::Private(between) => private::page(connection, between, &page)?,
                Venue::AllPrivate(account) => {
                    let mut last = private::last(connection, account)?;
                    uncommitted::last(connection, &dir, tail, account, &mut last)?;
                    return Ok(last_messages(last, &page));
                }
            };
            uncommitted::page(connection, &dir, tail, &page, &mut messages)?;
            Ok(messages)
        };
        self.reader.read(read, done);
    }

    /// Returns the accounts for which something private is kept, and from when the oldest of it is, in milliseconds
    /// since 1970. It waits for the disk.
    ///
    /// # Errors
    /// The history can't be read.
    pub fn accounts(&self) -> Result<BTreeMap<Name, u64>, Unreadable> {
        let (dir, tail) = (self.dir.clone(), self.shared.tail());
        let read = move |connection: &Connection| {
            let mut accounts = private::accounts(connection)?;
            uncommitted::accounts(connection, &dir, tail, &mut accounts)?;
            Ok(accounts)
        };
        let (answer, accounts) = mpsc::channel();
        self.reader.read(read, move |accounts| drop(answer.send(accounts)));
        accounts.recv().unwrap_or(Err(Unreadable))
    }

    /// Finds the newest messages that have all the words, the newest first. Any text can be asked for; one without a
    /// word in it finds nothing.
    pub fn search(&self, search: Search, done: impl FnOnce(Result<Vec<Found>, Unreadable>) + Send + 'static) {
        let (dir, tail) = (self.dir.clone(), self.shared.tail());
        let read = move |connection: &Connection| {
            let mut found = database::search(connection, &search)?;
            uncommitted::search(connection, &dir, tail, &search, &mut found)?;
            Ok(found)
        };
        self.searcher.read(read, done);
    }

    /// Brings all to the disk, and answers all that was asked. What is kept from then on is in the spool, and goes to
    /// the database when it is opened again. What is asked from then on is not answered. To close it twice does no
    /// harm.
    pub fn close(&self) {
        // They read while the writer goes on. Whoever has the database last can tidy it up, if it may write.
        self.reader.end();
        self.searcher.end();
        self.shared.stop();
        for thread in mem::take(&mut *locked(&self.threads)) {
            if thread.join().is_err() {
                error!("a thread of the history has panicked");
            }
        }
    }

    /// Returns what was counted since it was opened.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
        let tail = locked(&self.spool).tail();
        if self.shared.has_settled(tail) {
            // Nothing is in the spool alone, and nothing more will be.
            let _ = spool::remove(&self.dir, tail.segment);
        }
    }
}

/// Nobody leaves it half-way.
fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the last message with each, as far as a page has it.
fn last_messages(last: BTreeMap<Name, u64>, page: &Page) -> Vec<KeptMessage> {
    let message =
        |(name, time_ms)| KeptMessage { name, text: Text::default(), is_act: false, time_ms, seq: 0, event: None };
    let mut messages: Vec<_> = last.into_iter().map(message).filter(|message| page.has(message)).collect();
    messages.sort_by_key(|message| message.time_ms);
    page.cut(&mut messages);
    messages
}

/// Counts the rows that the spool has between two places.
fn count(dir: &Path, at: Position, tail: Position) -> io::Result<u64> {
    let (mut spool, mut count) = (SpoolReader::new(dir, at), 0);
    while spool.at() < tail {
        count += spool.read(tail, 10_000)?.1;
    }
    Ok(count)
}
