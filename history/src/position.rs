//! Owns places in the spool. They grow, and none is ever used twice.

/// Names a place in the spool: that of a frame, or the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(crate) struct Position {
    /// In which file.
    pub(crate) segment: u64,
    /// How many bytes of it go before.
    pub(crate) offset: u64,
}
