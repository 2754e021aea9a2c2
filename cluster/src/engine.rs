//! Owns the engine as a server sees it: what is to be done is handed to the threads that do it.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use chinwag_core::log::cluster::{Order, Start};
use chinwag_core::log::{Event, Snapshot};
use chinwag_io::{Engine, Replies};
use chinwag_log::{StateHash, event_bytes};

use crate::commands::Keys;
use crate::connection::Dial;
use crate::threads::{Shared, Task, append, read};

/// Hands on what is to be done. When it is dropped, the threads end.
pub(crate) struct Redis {
    shared: Arc<Shared>,
    appender: Option<Sender<Task>>,
    reader: Option<Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Redis {
    /// Starts the threads.
    pub(crate) fn start(dial: Dial, keys: Keys, seed: u64, replies: Replies) -> io::Result<Self> {
        let (is_over, enders) = (AtomicBool::new(false), Mutex::default());
        let shared = Arc::new(Shared { dial, keys, seed, replies, is_over, enders });
        let ((appender, appends), (reader, reads)) = (channel(), channel());
        let mut redis = Self { shared: Arc::clone(&shared), appender: None, reader: None, threads: Vec::new() };
        let (to_appender, to_reader) = (appender.clone(), reader.clone());
        let reading = Arc::clone(&shared);
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| Builder::new().name(name.to_owned()).spawn(run);
        redis.threads.push(spawn("cluster-append", Box::new(move || append(&shared, &appends, &to_reader)))?);
        redis.threads.push(spawn("cluster-read", Box::new(move || read(&reading, &reads, &to_appender)))?);
        (redis.appender, redis.reader) = (Some(appender), Some(reader));
        Ok(redis)
    }
}

impl Engine for Redis {
    fn carry_out(&self, link: u64, order: Order<Event>) {
        let is_appended = matches!(order, Order::Append { .. } | Order::Open { .. });
        let thread = if is_appended { &self.appender } else { &self.reader };
        if let Some(thread) = thread {
            let _ = thread.send(Task::Order(link, order));
        }
    }

    fn keep(&self, link: u64, start: Start) {
        if let Some(appender) = &self.appender {
            let _ = appender.send(Task::Keep(link, Box::new(start)));
        }
    }

    fn event_bytes(&self, event: &Event) -> usize {
        event_bytes(event)
    }

    fn digest(&self, snapshot: &Snapshot) -> u64 {
        number_of(StateHash::of(snapshot).as_bytes())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        self.shared.end_link();
        // Each thread can hand something to the other, and so keeps it waiting until it is told that it has ended.
        for thread in [self.appender.take(), self.reader.take()].into_iter().flatten() {
            let _ = thread.send(Task::Lost(0));
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Returns the first bytes of a hash as a number.
pub(crate) fn number_of(hash: &[u8]) -> u64 {
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}
