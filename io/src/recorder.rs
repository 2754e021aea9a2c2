//! Owns where the log of a server goes, if the program that embeds it keeps that.

use std::fmt;
use std::sync::Arc;

use chinwag_core::log::Record;

/// Takes the records of a server's log. Its clones are the same one.
#[derive(Clone)]
pub struct Recorder(Arc<dyn Fn(Vec<Record>) + Send + Sync>);

impl Recorder {
    /// Has `keep` take the records, in their order: those of each batch before it is handed on to the writers. It is
    /// called where the chat runs, and so must not wait.
    pub fn new(keep: impl Fn(Vec<Record>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(keep))
    }

    pub(crate) fn keep(&self, records: Vec<Record>) {
        if !records.is_empty() {
            (self.0)(records);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}
