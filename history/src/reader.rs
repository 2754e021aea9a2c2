//! Owns a thread that reads, with a connection of its own. It does one thing after the other.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

use rusqlite::Connection;
use tracing::{error, warn};

use crate::database;
use crate::error::{Error, Unreadable};

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// Has a thread read.
#[derive(Debug)]
pub(crate) struct Reader {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Reader {
    /// Starts the thread.
    pub(crate) fn start(name: &str, dir: &Path) -> Result<Self, Error> {
        let connection = database::open_to_read(dir)?;
        let (jobs, todo) = mpsc::channel::<Job>();
        let run = move || todo.into_iter().for_each(|job| job(&connection));
        let thread = Builder::new().name(name.to_owned()).spawn(run).map_err(Error::Thread)?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Mutex::new(Some(thread)) })
    }

    /// Reads, and has `done` told of it by the thread.
    pub(crate) fn read<T: 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Box<dyn StdError>> + Send + 'static,
        done: impl FnOnce(Result<T, Unreadable>) + Send + 'static,
    ) {
        let job = move |connection: &Connection| {
            // All that is read is of one moment.
            let moment = connection.unchecked_transaction().map_err(Into::into);
            let outcome = moment.and_then(|moment| read(&moment));
            done(outcome.map_err(|error| {
                warn!(%error, "the history can't be read");
                Unreadable
            }));
        };
        if let Some(jobs) = &*locked(&self.jobs) {
            // The thread is there as long as this is.
            let _ = jobs.send(Box::new(job));
        }
    }

    /// Has it answer all that was asked, and end. What is asked from then on is dropped.
    pub(crate) fn end(&self) {
        drop(locked(&self.jobs).take());
        let thread = locked(&self.thread).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            error!("a thread of the history has panicked");
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.end();
    }
}

/// Nobody leaves it half-way.
fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
