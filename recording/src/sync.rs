//! Owns the thread that brings what was written to the disk, once a second, so that nobody else waits for it.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// How long what was written may not be on the disk: about what a machine that loses its power may lose.
const INTERVAL: Duration = Duration::from_secs(1);

/// Brings one file to the disk after the other; what is left of the last when it is dropped.
#[derive(Debug)]
pub(crate) struct Sync {
    files: Option<Sender<Arc<File>>>,
    thread: Option<JoinHandle<()>>,
    failures: Arc<AtomicU64>,
}

impl Sync {
    /// Starts with no file.
    pub(crate) fn start() -> io::Result<Self> {
        let (files, next) = mpsc::channel::<Arc<File>>();
        let failures = Arc::new(AtomicU64::new(0));
        let failed = Arc::clone(&failures);
        let run = move || {
            let mut current: Option<Arc<File>> = None;
            let sync = |file: &Option<Arc<File>>| {
                if file.as_ref().is_some_and(|file| file.sync_data().is_err()) {
                    failed.fetch_add(1, Ordering::Relaxed);
                }
            };
            loop {
                match next.recv_timeout(INTERVAL) {
                    // The one before is whole.
                    Ok(file) => sync(&current.replace(file)),
                    Err(RecvTimeoutError::Timeout) => sync(&current),
                    Err(RecvTimeoutError::Disconnected) => return sync(&current),
                }
            }
        };
        let thread = Builder::new().name("chinwag-sync".into()).spawn(run)?;
        Ok(Self { files: Some(files), thread: Some(thread), failures })
    }

    /// Goes on with another file.
    pub(crate) fn follow(&self, file: Arc<File>) {
        // It ends only with this.
        let _ = self.files.as_ref().map(|files| files.send(file));
    }

    /// Returns how often the disk has failed.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

impl Drop for Sync {
    fn drop(&mut self) {
        self.files = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
