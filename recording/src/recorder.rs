//! Owns what is written of a recording: the segment that grows, those before it, and how large all may be.
//!
//! Invariant: whatever the disk does, nobody waits for it but for a write into the page cache, and nothing is passed
//! over within a segment. What can't be written is counted, and what comes after it is in another segment.

use std::collections::VecDeque;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chinwag_core::Config;
use chinwag_core::ops::{HubState, Input, Tally};
use chinwag_log::{Entry, StateHash, push_frame};

use crate::play::PlayError;
use crate::segment::{Head, path_of, segments};
use crate::shadow::Shadow;
use crate::sync::Sync;

/// The fewest bytes that a recording can be bounded to: 1 MiB, a few minutes of a busy room.
pub const RECORD_BYTES_MIN: u64 = 1 << 20;

/// How long a segment is, unless all may be less than four of these: 16 MiB, which is read and run again in a second,
/// and of which few enough are kept that the oldest can go.
const SEGMENT_BYTES: u64 = 16 << 20;

/// How large the buffer stays: what comes in one batch fits into it. The beginning of a segment may take much more.
const KEPT_BYTES: usize = 64 << 10;

/// How long after the disk has refused something it is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// How much less of the time than all goes into hashes, at the most: they cost up to milliseconds, during which nothing
/// else happens.
const HASH_SHARE: u32 = 200;

/// How long it is at least from one hash to the next: whoever runs an hour of a busy server again waits for each of
/// them, and where it differs is seen by the batches before.
const HASH_INTERVAL: Duration = Duration::from_secs(5);

/// Counts what a recorder has done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Bytes written since the start.
    pub bytes: u64,
    /// Bytes that all segments have now.
    pub kept_bytes: u64,
    /// Things that a hub was handed and that are not in the recording.
    pub lost: u64,
    /// How often the disk has refused something.
    pub failures: u64,
    /// It has, and nothing could be written since.
    pub is_failing: bool,
}

/// Writes a recording into a folder.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    /// Keeps others out of the folder.
    _lock: File,
    bytes_max: u64,
    segment_bytes: u64,
    config: Config,
    /// What was not written yet.
    buffer: Vec<u8>,
    /// How many inputs are in that.
    buffered: u64,
    entry: Vec<u8>,
    current: Option<Current>,
    /// The number of the next segment.
    next: u64,
    /// Those before the current one, the oldest first, with their sizes.
    closed: VecDeque<(u64, u64)>,
    sync: Sync,
    counts: Counts,
    retry_at: Option<Instant>,
    hash_at: Instant,
}

#[derive(Debug)]
struct Current {
    number: u64,
    file: Arc<File>,
    bytes: u64,
    /// It is full when it has so many.
    full: u64,
    has_unhashed: bool,
}

impl Recorder {
    /// Begins to record into a folder, which is made if it is not there, and whose oldest segments are deleted where
    /// all would have more than so many bytes. What the hub is now, with nobody in it, is to be given to
    /// [`begin`](Self::begin).
    ///
    /// # Errors
    /// If the folder can't be made, read or written, or another server records there.
    pub fn open(folder: &Path, bytes_max: u64, config: &Config) -> io::Result<Self> {
        let mut making = DirBuilder::new();
        making.recursive(true);
        #[cfg(unix)]
        making.mode(0o700);
        making.create(folder)?;
        let lock = private().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => io::Error::new(io::ErrorKind::ResourceBusy, "another server records there"),
            TryLockError::Error(error) => error,
        })?;
        let mut closed = VecDeque::new();
        for (number, path) in segments(folder)? {
            closed.push_back((number, fs::metadata(path)?.len()));
        }
        let next = closed.back().map_or(1, |&(number, _)| number + 1);
        let bytes_max = bytes_max.max(RECORD_BYTES_MIN);
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock,
            bytes_max,
            segment_bytes: SEGMENT_BYTES.min(bytes_max / 4),
            config: config.clone(),
            buffer: Vec::new(),
            buffered: 0,
            entry: Vec::new(),
            current: None,
            next,
            closed,
            sync: Sync::start()?,
            counts: Counts::default(),
            retry_at: None,
            hash_at: Instant::now(),
        })
    }

    /// Starts a shadow of the server, which follows what is recorded from the next segment on. `found` is told of each
    /// segment in which it differs from the server, on a thread of its own.
    ///
    /// # Errors
    /// If there is no thread for it.
    pub fn shadow(&self, found: impl FnMut(&PlayError) + Send + 'static) -> io::Result<Shadow> {
        Shadow::start(&self.folder, self.next, found)
    }

    /// Begins a segment with what the hub is, between two batches.
    ///
    /// # Errors
    /// The disk refuses it. It may be tried again when [`wants_segment`](Self::wants_segment) says so.
    pub fn begin(&mut self, state: HubState) -> io::Result<()> {
        self.begin_segment(state).inspect_err(|_| self.fail())
    }

    fn begin_segment(&mut self, state: HubState) -> io::Result<()> {
        if self.current.is_some() {
            // So it is seen that the next goes on from here.
            self.push_hash(StateHash::of_hub(&state));
            self.write()?;
        }
        self.close();
        let number = self.next;
        let file = private().create_new(true).append(true).open(path_of(&self.folder, number))?;
        self.next += 1;
        let file = Arc::new(file);
        self.sync.follow(Arc::clone(&file));
        self.current = Some(Current { number, file, bytes: 0, full: u64::MAX, has_unhashed: false });
        self.buffer.clear();
        self.buffered = 0;
        Head { config: self.config.clone(), state }.encode(&mut self.buffer);
        // Where very many people are, most of it would be heads otherwise.
        let full = self.segment_bytes.max(2 * self.buffer.len() as u64);
        self.write()?;
        self.buffer.shrink_to(KEPT_BYTES);
        self.retry_at = None;
        self.counts.is_failing = false;
        if let Some(current) = &mut self.current {
            current.full = full;
        }
        Ok(())
    }

    /// Adds what the hub is about to be handed, to be [written](Self::write) before it is.
    pub fn push(&mut self, input: &Input) {
        if self.current.is_none() {
            self.counts.lost += 1;
            return;
        }
        self.entry.clear();
        Entry::encode_input(input, &mut self.entry);
        push_frame(&self.entry, &mut self.buffer);
        self.buffered += 1;
    }

    /// Adds that a batch has ended, and how much it was.
    pub fn push_batch(&mut self, tally: Tally) {
        self.push_mark(&Entry::Batch(tally));
        if let Some(current) = &mut self.current {
            current.has_unhashed = true;
        }
    }

    /// Adds the hash of what the hub is, between two batches, which has cost so much time.
    pub fn push_hash_of(&mut self, state: HubState, begun: Instant) {
        self.push_hash(StateHash::of_hub(&state));
        let now = Instant::now();
        self.hash_at = now + HASH_INTERVAL.max(HASH_SHARE * now.duration_since(begun));
    }

    fn push_hash(&mut self, hash: StateHash) {
        self.push_mark(&Entry::Hash(hash));
        if let Some(current) = &mut self.current {
            current.has_unhashed = false;
        }
    }

    fn push_mark(&mut self, entry: &Entry) {
        if self.current.is_some() {
            self.entry.clear();
            entry.encode(&mut self.entry);
            push_frame(&self.entry, &mut self.buffer);
        }
    }

    /// Writes what was added: from then on it is in the recording, whatever becomes of the process.
    ///
    /// # Errors
    /// The disk refuses it. It is not in the recording then, nor is what comes until another segment has
    /// [begun](Self::begin).
    pub fn write(&mut self) -> io::Result<()> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let len = self.buffer.len() as u64;
        if len == 0 {
            return Ok(());
        }
        if let Err(error) = (&*current.file).write_all(&self.buffer) {
            self.fail();
            return Err(error);
        }
        current.bytes += len;
        self.counts.bytes += len;
        self.buffer.clear();
        self.buffered = 0;
        self.delete_oldest();
        Ok(())
    }

    /// Tells whether another segment is to begin, with what the hub is now, between two batches.
    #[must_use]
    pub fn wants_segment(&self) -> bool {
        match &self.current {
            Some(current) => current.bytes + self.buffer.len() as u64 >= current.full,
            None => self.retry_at.is_none_or(|at| at <= Instant::now()),
        }
    }

    /// Tells whether it is time for a hash of what the hub is.
    #[must_use]
    pub fn wants_hash(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.has_unhashed) && self.hash_at <= Instant::now()
    }

    /// Returns what was done so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let kept: u64 = self.closed.iter().map(|(_, bytes)| bytes).sum();
        let current = self.current.as_ref().map_or(0, |current| current.bytes);
        let failures = self.counts.failures + self.sync.failures();
        Counts { kept_bytes: kept + current, failures, ..self.counts }
    }

    /// Handles that the disk has refused something: what was added is lost, and so is what comes for a while.
    fn fail(&mut self) {
        self.counts.failures += 1;
        self.counts.lost += self.buffered;
        self.counts.is_failing = true;
        self.buffer.clear();
        self.buffered = 0;
        self.retry_at = Some(Instant::now() + RETRY);
        self.close();
    }

    fn close(&mut self) {
        if let Some(Current { number, bytes, .. }) = self.current.take() {
            self.closed.push_back((number, bytes));
        }
    }

    /// Deletes the oldest segments, where all have more bytes than they may have. The current one stays.
    fn delete_oldest(&mut self) {
        let current = self.current.as_ref().map_or(0, |current| current.bytes);
        let mut all: u64 = current + self.closed.iter().map(|(_, bytes)| bytes).sum::<u64>();
        while all > self.bytes_max
            && let Some((number, bytes)) = self.closed.pop_front()
        {
            // Who has deleted it before has done no harm.
            let _ = fs::remove_file(path_of(&self.folder, number));
            all -= bytes;
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // The marks of the last batch: what the hub was handed is written.
        let _ = self.write();
    }
}

/// Returns how a file is made that nobody else may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    options.mode(0o600);
    options
}

#[cfg(test)]
pub(crate) mod tests;
