//! Owns what a store is opened with.

use std::path::PathBuf;
use std::time::Duration;

/// Says where a history is, and for how long what is said stays in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The folder. It is made if there is none. Its files are for their user alone.
    pub dir: PathBuf,
    /// For how long messages are kept, if not for ever.
    pub keep_for: Option<Duration>,
    /// How many bytes the database may have, if that is bounded. The oldest messages go first.
    pub keep_bytes: Option<u64>,
}

impl Options {
    /// Keeps all in this folder, for ever.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), keep_for: None, keep_bytes: None }
    }
}
