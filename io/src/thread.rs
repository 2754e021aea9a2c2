//! Owns the threads that join in when there is much to do.
//!
//! While there is little, one thread reads, decides and writes: to wake a second one would cost more than the work
//! itself. For a batch that is not small each worker but the first has a thread of its own that follows the log for it.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Notifies a thread, which ends when this is dropped.
#[derive(Debug)]
pub struct WorkerThread<W>(SyncSender<Arc<W>>);

impl<W: Send + Sync + 'static> WorkerThread<W> {
    /// Starts a thread that follows the log, by `follow`, for whichever worker it is notified for.
    ///
    /// # Errors
    /// If the operating system has no thread to give.
    pub(crate) fn spawn(follow: fn(&Arc<W>)) -> io::Result<(Self, JoinHandle<()>)> {
        let (notifier, notified) = sync_channel::<Arc<W>>(1);
        let thread = Builder::new().name("chinwag".into()).spawn(move || {
            for worker in notified {
                follow(&worker);
            }
        })?;
        Ok((Self(notifier), thread))
    }

    /// Makes the thread follow the log for a worker.
    pub(crate) fn notify(&self, worker: &Arc<W>) {
        // If it is full, the thread has yet to wake, and will see all that there is then.
        let _ = self.0.try_send(Arc::clone(worker));
    }
}
