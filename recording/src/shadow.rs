//! Owns the shadow of a server: a thread that runs again what the server records while it records it, and compares what
//! comes of it.
//!
//! Invariant: nobody waits for it. It reads what was written, when no other thread wants the processor, and passes over
//! segments where it falls behind.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::Builder;
use std::time::Duration;

use chinwag_log::{Entry, Frames};

use crate::play::PlayError;
use crate::replay::Replay;
use crate::segment::{Head, ReadError, segments};

/// How long it waits for more to be written: twice a second it costs nothing.
const INTERVAL: Duration = Duration::from_millis(500);

/// How much it reads at once.
const READ_BYTES: u64 = 256 << 10;

/// How many segments there may be behind the one that it is in, before it goes on with the last of them.
const BEHIND_MAX: usize = 1;

/// Counts what a shadow has done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShadowCounts {
    /// What it was handed.
    pub inputs: u64,
    /// Batches that were as they were in the server.
    pub batches: u64,
    /// Hashes that were.
    pub hashes: u64,
    /// Segments that it has passed over, all or the rest of them, since it was behind.
    pub skipped: u64,
    /// Segments in which it differs from the server, or which can't be read.
    pub differences: u64,
}

/// Follows a recording while it is written, until it is dropped.
#[derive(Debug)]
pub struct Shadow {
    counts: Arc<Counters>,
    /// It ends when this is dropped. To wait for it would mean to wait for a thread that others keep from running.
    _stop: Sender<()>,
}

#[derive(Debug, Default)]
struct Counters {
    inputs: AtomicU64,
    batches: AtomicU64,
    hashes: AtomicU64,
    skipped: AtomicU64,
    differences: AtomicU64,
}

impl Shadow {
    /// Starts with the segment of this number, which need not be there yet. `found` is told of each segment in which it
    /// differs from the server, on its thread.
    ///
    /// # Errors
    /// If there is no thread for it.
    pub(crate) fn start(
        folder: &Path,
        number: u64,
        found: impl FnMut(&PlayError) + Send + 'static,
    ) -> io::Result<Self> {
        let (shadow, follower) = Self::with_follower(folder, number, found);
        Builder::new().name("chinwag-shadow".into()).spawn(move || {
            lower_priority();
            follower.run();
        })?;
        Ok(shadow)
    }

    fn with_follower<F: FnMut(&PlayError)>(folder: &Path, number: u64, found: F) -> (Self, Follower<F>) {
        let (stop, stopped) = mpsc::channel();
        let counts = Arc::<Counters>::default();
        let folder = folder.to_owned();
        let follower = Follower { folder, next: number, stopped, counts: Arc::clone(&counts), found };
        (Self { counts, _stop: stop }, follower)
    }

    /// Returns what it has done so far.
    #[must_use]
    pub fn counts(&self) -> ShadowCounts {
        let Counters { inputs, batches, hashes, skipped, differences } = &*self.counts;
        let [inputs, batches, hashes, skipped, differences] =
            [inputs, batches, hashes, skipped, differences].map(|count| count.load(Ordering::Relaxed));
        ShadowCounts { inputs, batches, hashes, skipped, differences }
    }
}

impl Counters {
    /// Returns what counts entries of this kind.
    const fn of(&self, entry: &Entry) -> Option<&AtomicU64> {
        match entry {
            Entry::Input(_) => Some(&self.inputs),
            Entry::Batch(_) => Some(&self.batches),
            Entry::Hash(_) => Some(&self.hashes),
            Entry::Rules(_)
            | Entry::Snapshot(_)
            | Entry::Record(_)
            | Entry::Limits(_)
            | Entry::Hub(_)
            | Entry::Shared(_)
            | Entry::Start(_) => None,
        }
    }
}

/// What runs on the thread.
struct Follower<F> {
    folder: PathBuf,
    /// The first segment that it has not begun.
    next: u64,
    stopped: Receiver<()>,
    counts: Arc<Counters>,
    found: F,
}

impl<F: FnMut(&PlayError)> Follower<F> {
    fn run(mut self) {
        let mut before = None;
        while let Some((number, path)) = self.await_segment() {
            self.next = number + 1;
            match self.follow(&path, before.take()) {
                Ok(replay) => before = replay,
                // It was deleted, since the recording has become too long.
                Err(PlayError::Io(..)) => drop(self.counts.skipped.fetch_add(1, Ordering::Relaxed)),
                Err(error) => {
                    self.counts.differences.fetch_add(1, Ordering::Relaxed);
                    (self.found)(&error);
                }
            }
        }
    }

    /// Waits until there is another segment: the next, or the last where it is behind. Returns none when it is to end.
    fn await_segment(&self) -> Option<(u64, PathBuf)> {
        loop {
            let mut later = self.later();
            if later.len() > BEHIND_MAX + 1 {
                let skipped = later.drain(..later.len() - 1).count() as u64;
                self.counts.skipped.fetch_add(skipped, Ordering::Relaxed);
            }
            if let Some(first) = later.into_iter().next() {
                return Some(first);
            }
            if self.pause(INTERVAL) {
                return None;
            }
        }
    }

    /// Returns the segments that it has not begun, in their order.
    fn later(&self) -> Vec<(u64, PathBuf)> {
        let mut later = segments(&self.folder).unwrap_or_default();
        later.retain(|&(number, _)| number >= self.next);
        later
    }

    /// Waits. Tells whether it is to end.
    fn pause(&self, time: Duration) -> bool {
        self.stopped.recv_timeout(time) != Err(RecvTimeoutError::Timeout)
    }

    /// Follows a segment to its end. Returns the run then, if it was not left before.
    fn follow(&self, path: &Path, before: Option<Replay>) -> Result<Option<Replay>, PlayError> {
        let io = |error| PlayError::Io(path.to_owned(), error);
        let read = |error| PlayError::Read(path.to_owned(), error);
        let file = File::open(path).map_err(io)?;
        let mut entries = Growing { file, bytes: Vec::new(), read: 0, follower: self, is_left: false };
        let head = match Head::read(&mut entries) {
            Ok(head) => head,
            // It was cut there, or there is no time for it.
            Err(ReadError::Torn) => return Ok(None),
            Err(error) => return Err(read(error)),
        };
        let mut replay = match before {
            Some(replay) if replay.goes_on_with(&head) => replay,
            _ => {
                let replay = Replay::start(head, false, |_| ());
                replay.map_err(|error| PlayError::State(path.to_owned(), error))?
            }
        };
        for entry in entries.by_ref() {
            let entry = entry.map_err(read)?;
            let count = self.counts.of(&entry);
            replay.follow(entry, |_| ()).map_err(|difference| PlayError::Differs(path.to_owned(), difference))?;
            count.map(|count| count.fetch_add(1, Ordering::Relaxed));
        }
        Ok(Some(replay).filter(|_| !entries.is_left))
    }
}

/// Reads the entries of a segment that is still written, and waits for more as long as there is no other segment.
struct Growing<'a, F> {
    file: File,
    bytes: Vec<u8>,
    /// How many of them were read.
    read: usize,
    follower: &'a Follower<F>,
    /// It has ended before the segment has: it is to end, or behind.
    is_left: bool,
}

impl<F: FnMut(&PlayError)> Growing<'_, F> {
    /// Returns the next whole entry of what was read from the file.
    fn entry(&mut self) -> Option<Result<Entry, ReadError>> {
        let entry = Frames::new(&self.bytes[self.read..]).next()?;
        self.read += Frames::HEAD_BYTES + entry.len();
        Some(Entry::decode(entry).map_err(ReadError::Entry))
    }

    /// Reads more from the file. Tells whether there is more.
    fn fill(&mut self) -> bool {
        self.bytes.drain(..self.read);
        self.read = 0;
        // What can't be read is as if it was not there.
        (&self.file).take(READ_BYTES).read_to_end(&mut self.bytes).is_ok_and(|len| len > 0)
    }
}

impl<F: FnMut(&PlayError)> Iterator for Growing<'_, F> {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.entry() {
                return Some(entry);
            }
            if self.is_left {
                return None;
            }
            let later = self.follower.later().len();
            if later > BEHIND_MAX || self.follower.pause(Duration::ZERO) {
                self.is_left = true;
                self.follower.counts.skipped.fetch_add(u64::from(later > BEHIND_MAX), Ordering::Relaxed);
                return None;
            }
            // What was written of a segment before another was begun is there by now.
            if !self.fill() {
                if later > 0 {
                    return None;
                }
                self.is_left = self.follower.pause(INTERVAL);
            }
        }
    }
}

/// Has this thread run when no other wants to: by the policy for that, or with the lowest priority of the usual one.
#[cfg(target_os = "linux")]
fn lower_priority() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
    // Whoever may not do even that has a thread like others.
    let _ = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, idle);
}

/// Elsewhere a priority is that of all threads of a process.
#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

#[cfg(test)]
mod tests;
