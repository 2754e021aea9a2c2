//! Owns what is counted of a store.

/// Holds the counts of a store since it was opened. A row is a message or a topic.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Rows that were put into the database.
    pub rows_kept: u64,
    /// Rows that are not in the history, since the disk did not take them.
    pub rows_lost: u64,
    /// Rows that are in the spool, and not yet in the database.
    pub rows_behind: u64,
    /// Rows that were deleted, since they were too old or too many.
    pub rows_forgotten: u64,
    /// The size of the database without its write-ahead log.
    pub database_bytes: u64,
    /// The disk did not take what was to be written last.
    pub is_failing: bool,
}
