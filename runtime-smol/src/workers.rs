//! Owns the threads that join in when there is much to do.
//!
//! While there is little, one thread reads, decides and writes: to wake a second one would cost more than the work itself. For a batch
//! that is not small each worker but the first has a helper, a thread that follows the log for it.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use async_channel::Sender;

use crate::worker::Worker;

/// Rings for a thread, which ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Helper(Sender<Arc<Worker>>);

impl Helper {
    /// Starts the thread.
    pub(crate) fn spawn() -> io::Result<(Self, JoinHandle<()>)> {
        let (notifier, notified) = async_channel::bounded::<Arc<Worker>>(1);
        let thread = Builder::new().name("chinwag".into()).spawn(move || {
            while let Ok(worker) = notified.recv_blocking() {
                worker.help();
            }
        })?;
        Ok((Self(notifier), thread))
    }

    /// Makes the thread follow the log for a worker.
    pub(crate) fn ring(&self, worker: &Arc<Worker>) {
        // If it is full, the thread has yet to wake, and will see all that there is then.
        let _ = self.0.try_send(Arc::clone(worker));
    }
}
