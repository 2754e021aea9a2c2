//! Owns the threads that join in when there is much to do.
//!
//! While there is little, the runtime's own thread reads, decides and writes: to wake a second one would cost more than the work itself. For a
//! batch that is not small each worker but the first has a helper, a thread that follows the log for it.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::Builder;

use tokio::runtime::Handle;

use crate::worker::Worker;

/// Rings for a thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Helper(SyncSender<Arc<Worker>>);

impl Helper {
    /// Starts the thread. It has to be called within the runtime that the server runs on.
    pub(crate) fn spawn() -> io::Result<Self> {
        let (notifier, notified) = sync_channel::<Arc<Worker>>(1);
        let runtime = Handle::current();
        Builder::new().name("chinwag".into()).spawn(move || {
            let _within = runtime.enter();
            for worker in notified {
                worker.help();
            }
        })?;
        Ok(Self(notifier))
    }

    /// Makes the thread follow the log for a worker.
    pub(crate) fn ring(&self, worker: &Arc<Worker>) {
        // If it is full, the thread has yet to wake, and will see all that there is then.
        let _ = self.0.try_send(Arc::clone(worker));
    }
}
