//! Owns the thread that writes: it takes rows from the spool and commits them in groups.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use tracing::{error, info};

use crate::database::{self, Writing};
use crate::position::Position;
use crate::shared::{GROUP_ROWS, Part, Shared};
use crate::spool::{self, SpoolReader};

/// How long it waits before it tries again what has failed, and at the most until it looks for what is to be done.
const PATIENCE: Duration = Duration::from_secs(1);

/// After how many rows, or how long, what was committed is brought into the database file, and to the disk. The first
/// bounds the write-ahead log, which has a few hundred bytes for a row, and the second how much is read at a start.
const CHECKPOINT_ROWS: u64 = 20_000;
const CHECKPOINT_AFTER: Duration = Duration::from_secs(10);

/// Writes the database.
#[derive(Debug)]
pub(crate) struct Writer {
    dir: PathBuf,
    database: Writing,
    spool: SpoolReader,
    shared: Arc<Shared>,
    /// How many groups and rows are not in the database file yet, and since when.
    unsettled: Option<(u64, Instant)>,
}

/// What has failed, in words.
enum Failure {
    Spool(io::Error),
    Database(rusqlite::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Spool(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spool(error) => error.fmt(f),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl Writer {
    /// Writes what the spool has from here on.
    pub(crate) fn new(dir: PathBuf, database: Writing, at: Position, shared: Arc<Shared>) -> Self {
        Self { spool: SpoolReader::new(&dir, at), dir, database, shared, unsettled: None }
    }

    /// Writes until the store is closed, and all of the spool is in the database, or can't be.
    pub(crate) fn run(mut self) {
        loop {
            let (tail, is_stopping) = self.shared.await_group(PATIENCE);
            match self.work(tail, is_stopping) {
                Ok(()) => {
                    if self.shared.set_failing(Part::Database, false) {
                        info!("the history is written again");
                    }
                    if is_stopping && self.spool.at() >= tail {
                        return;
                    }
                }
                Err(failure) => {
                    if self.shared.set_failing(Part::Database, true) {
                        error!(error = %failure, "the history can't be written: what is said waits in the spool");
                    }
                    if is_stopping || self.shared.await_stop(PATIENCE) {
                        // The next start has it from the spool.
                        return;
                    }
                }
            }
        }
    }

    fn work(&mut self, tail: Position, is_stopping: bool) -> Result<(), Failure> {
        if self.spool.at() < tail {
            self.commit(tail)?;
        }
        let is_due = self.unsettled.is_some_and(|(rows, since)| {
            rows >= CHECKPOINT_ROWS || since.elapsed() >= CHECKPOINT_AFTER || (is_stopping && self.spool.at() >= tail)
        });
        if is_due {
            self.settle()?;
        }
        Ok(())
    }

    fn commit(&mut self, tail: Position) -> Result<(), Failure> {
        let at = self.spool.at();
        let (rows, count) =
            self.spool.read(tail, GROUP_ROWS).inspect_err(|_| self.spool = SpoolReader::new(&self.dir, at))?;
        let reached = self.spool.at();
        match self.database.commit(&rows, reached) {
            Ok(doubles) => {
                let size = database::size(self.database.connection())?;
                self.shared.on_committed(reached, count, doubles, size);
                self.unsettled =
                    Some(self.unsettled.map_or((count, Instant::now()), |(rows, since)| (rows + count, since)));
                Ok(())
            }
            Err(error) => {
                self.spool = SpoolReader::new(&self.dir, at);
                Err(error.into())
            }
        }
    }

    /// Brings what was committed into the database file and to the disk, and lets go of what the spool has of it. Where
    /// somebody reads for long it is not all of it, and is tried again.
    fn settle(&mut self) -> Result<(), Failure> {
        let reached = self.spool.at();
        let (log, done): (i64, i64) =
            self.database
                .connection()
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |row| Ok((row.get(1)?, row.get(2)?)))?;
        self.unsettled = None;
        if log == done {
            self.remove_before(reached.segment)?;
        } else {
            self.unsettled = Some((0, Instant::now()));
        }
        Ok(())
    }

    fn remove_before(&self, segment: u64) -> io::Result<()> {
        for old in spool::segments(&self.dir)?.into_iter().filter(|&old| old < segment) {
            spool::remove(&self.dir, old)?;
        }
        self.shared.on_removed(segment);
        Ok(())
    }
}

/// Brings the spool to the disk, once a second, until the store is closed.
pub(crate) fn sync(shared: &Shared, unsynced: impl Fn() -> Vec<Arc<File>>) {
    loop {
        let is_stopping = shared.await_stop(PATIENCE);
        let outcome = unsynced().iter().try_for_each(|file| file.sync_data());
        match outcome {
            Ok(()) => {
                shared.set_failing(Part::Sync, false);
            }
            Err(error) => {
                if shared.set_failing(Part::Sync, true) {
                    error!(%error, "what is said can't be brought to the disk");
                }
            }
        }
        if is_stopping {
            return;
        }
    }
}
