//! Owns the thread that writes: it takes rows from the spool and commits them in groups.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use tracing::{error, info};

use crate::database::{self, Writing};
use crate::options::Options;
use crate::position::Position;
use crate::shared::{GROUP_ROWS, Part, Shared};
use crate::spool::{self, SpoolReader};
use crate::upkeep::Upkeep;

/// How long it waits before it tries again what has failed, and at the most until it looks for what is to be done.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it waits between pieces of what is to be done: they are small, so that whoever asks does not wait for them.
const PAUSE: Duration = Duration::from_millis(5);

/// For how many rows a piece counts, in the write-ahead log.
const PIECE: u64 = 500;

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
    upkeep: Upkeep,
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
    pub(crate) fn new(options: &Options, database: Writing, at: Position, shared: Arc<Shared>) -> Self {
        let (dir, upkeep) = (options.dir.clone(), Upkeep::new(options));
        Self { spool: SpoolReader::new(&dir, at), dir, database, upkeep, shared, unsettled: Some((0, Instant::now())) }
    }

    /// Writes until the store is closed, and all of the spool is in the database, or can't be.
    pub(crate) fn run(mut self) {
        lower_priority();
        let mut patience = Duration::ZERO;
        loop {
            let (tail, is_stopping) = self.shared.await_group(patience);
            match self.work(tail, is_stopping) {
                Ok(has_more) => {
                    patience = if has_more { PAUSE } else { PATIENCE };
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
                    // What was committed may go from the spool, and the log begin anew: on a full disk that is room.
                    let _ = self.settle();
                    if is_stopping || self.shared.await_stop(PATIENCE) {
                        // The next start has it from the spool.
                        return;
                    }
                }
            }
        }
    }

    /// Returns whether there is more to do, once nobody speaks.
    fn work(&mut self, tail: Position, is_stopping: bool) -> Result<bool, Failure> {
        if self.spool.at() < tail {
            self.commit(tail)?;
        }
        let is_idle = self.spool.at() >= tail && !is_stopping;
        let has_more = is_idle && self.keep_up()?;
        let is_due = self.unsettled.is_some_and(|(rows, since)| {
            rows >= CHECKPOINT_ROWS || since.elapsed() >= CHECKPOINT_AFTER || (is_stopping && self.spool.at() >= tail)
        });
        if is_due {
            self.settle()?;
        }
        Ok(has_more)
    }

    fn keep_up(&mut self) -> Result<bool, Failure> {
        let (forgotten, has_more) = self.upkeep.work(self.database.connection_mut())?;
        if has_more {
            self.on_changed(forgotten)?;
        }
        Ok(has_more)
    }

    /// So many messages were deleted, or something else was written.
    fn on_changed(&mut self, forgotten: u64) -> Result<(), Failure> {
        self.shared.on_forgotten(forgotten, database::size(self.database.connection())?);
        self.on_written(PIECE);
        Ok(())
    }

    /// It has to be brought into the file some time.
    fn on_written(&mut self, rows: u64) {
        let (before, since) = self.unsettled.unwrap_or_else(|| (0, Instant::now()));
        self.unsettled = Some((before + rows, since));
    }

    fn commit(&mut self, tail: Position) -> Result<(), Failure> {
        let at = self.spool.at();
        let again = |this: &mut Self| this.spool = SpoolReader::new(&this.dir, at);
        let (rows, count) = self.spool.read(tail, GROUP_ROWS).inspect_err(|_| again(self))?;
        let reached = self.spool.at();
        let doubles = self.database.commit(&rows, reached).inspect_err(|_| again(self))?;
        // Whatever fails from here on, these are kept.
        let size = database::size(self.database.connection());
        self.shared.on_committed(reached, count, doubles, size.as_ref().copied().unwrap_or(0));
        self.on_written(count);
        size?;
        let forgotten = self.upkeep.on_written(self.database.connection_mut(), count)?;
        if forgotten > 0 {
            self.on_changed(forgotten)?;
        }
        Ok(())
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
            self.remove_before(reached)?;
        } else {
            self.unsettled = Some((0, Instant::now()));
        }
        Ok(())
    }

    fn remove_before(&self, at: Position) -> io::Result<()> {
        for old in spool::segments(&self.dir)?.into_iter().filter(|&old| old < at.segment) {
            spool::remove(&self.dir, old)?;
        }
        self.shared.on_settled(at);
        Ok(())
    }
}

/// Has the calling thread run when no other wants to, or almost: nobody waits for what it does, and while people talk
/// flat out the processors are theirs.
#[cfg(target_os = "linux")]
fn lower_priority() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    let batch = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Batch);
    // Whoever may not do even that has a thread like others.
    let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, batch);
}

/// Elsewhere a priority is that of all threads of a process.
#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

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
