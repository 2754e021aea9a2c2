//! Owns a thread that reads, with a connection of its own. It does one thing after the other.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;
use tracing::{error, warn};

use crate::database;
use crate::error::{Error, Unreadable};
use crate::position::Position;
use crate::shared::Shared;

/// What is read once the database has all before a place in the spool, or is told that it does not come that far.
struct Job {
    tail: Position,
    read: Box<dyn FnOnce(&Connection, bool) + Send>,
}

/// Has a thread read. It ends when all was read and this is dropped.
#[derive(Debug)]
pub(crate) struct Reader {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

impl Reader {
    /// Starts the thread.
    pub(crate) fn start(name: &str, dir: &Path, shared: &Arc<Shared>) -> Result<Self, Error> {
        let connection = database::open_to_read(dir)?;
        let (jobs, todo) = mpsc::channel::<Job>();
        let known = Arc::clone(shared);
        let run = move || {
            for job in todo {
                let is_there = known.await_committed(job.tail);
                (job.read)(&connection, is_there);
            }
        };
        let thread = Builder::new().name(name.to_owned()).spawn(run).map_err(Error::Thread)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), shared: Arc::clone(shared) })
    }

    /// Reads, and has `done` told of it by the thread. What was kept before is in the database when it is read. Unless
    /// the disk does not take that: then `read` is told how far the spool is.
    pub(crate) fn read<T: 'static>(
        &self,
        read: impl FnOnce(&Connection, Option<Position>) -> Result<T, Box<dyn StdError>> + Send + 'static,
        done: impl FnOnce(Result<T, Unreadable>) + Send + 'static,
    ) {
        let tail = self.shared.want_all();
        let read = move |connection: &Connection, is_there: bool| {
            done(read(connection, (!is_there).then_some(tail)).map_err(|error| {
                warn!(%error, "the history can't be read");
                Unreadable
            }));
        };
        // The thread is there as long as this is.
        let jobs = self.jobs.as_ref().expect("it is not asked after its end");
        let _ = jobs.send(Job { tail, read: Box::new(read) });
    }

    /// Has it answer all that was asked, and end.
    pub(crate) fn end(&mut self) {
        drop(self.jobs.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            error!("a thread of the history has panicked");
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.end();
    }
}
