//! Owns where it is kept what a server is handed, if the program that embeds it keeps that.

use std::fmt;
use std::sync::Arc;

use chinwag_core::ops::{HubState, Input, Tally};
use parking_lot::Mutex;

/// Keeps what a server is handed, so that it can be run again. It is called where the chat runs, and so must not wait
/// for long.
pub trait Keep: Send {
    /// Begins, with what the hub is, before anybody is here.
    fn begin(&mut self, state: HubState);

    /// Takes what the hub is about to be handed. It may be gathered until [`write`](Self::write).
    fn push(&mut self, input: &Input);

    /// Brings what was gathered to where it outlives the process: the hub is handed it next.
    fn write(&mut self);

    /// Takes that a batch has ended, how much it was, and what the hub is, if it wants to know.
    fn end_batch(&mut self, tally: Tally, state: &dyn Fn() -> HubState);

    /// Returns what is counted.
    fn counts(&self) -> RecordingCounts;
}

/// Holds what is counted of a recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RecordingCounts {
    /// Bytes written since the start.
    pub bytes: u64,
    /// Bytes that are kept now.
    pub kept_bytes: u64,
    /// Things that the server was handed and that are not in the recording.
    pub lost: u64,
    /// How often the disk has refused something.
    pub failures: u64,
    /// Nothing can be written now.
    pub is_failing: bool,
    /// What its shadow has done, if it has one.
    pub shadow: Option<ShadowCounts>,
}

/// Holds what is counted of a run beside the server that is handed the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShadowCounts {
    /// What it was handed.
    pub inputs: u64,
    /// Batches that were as the server's.
    pub batches: u64,
    /// States that were.
    pub states: u64,
    /// Segments that it has passed over, all or the rest of them, since it was behind.
    pub skipped: u64,
    /// Segments in which it differs.
    pub differences: u64,
}

/// Keeps what one server is handed. Its clones are the same one.
#[derive(Clone)]
pub struct Recording(Arc<Mutex<dyn Keep>>);

impl Recording {
    /// Has it kept by this.
    pub fn new(keep: impl Keep + 'static) -> Self {
        Self(Arc::new(Mutex::new(keep)))
    }

    /// Returns what is counted.
    #[must_use]
    pub fn counts(&self) -> RecordingCounts {
        self.0.lock().counts()
    }

    pub(crate) fn with<T>(&self, call: impl FnOnce(&mut dyn Keep) -> T) -> T {
        call(&mut *self.0.lock())
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recording")
    }
}
