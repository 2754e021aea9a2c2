//! Owns places in a log that an engine keeps.

use std::fmt;

/// Names the place of an entry in the log.
///
/// The numbers of an epoch are dense: after `(7, 3)` comes `(7, 4)`, or `(8, 0)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position {
    /// Which epoch; the first is 1.
    pub epoch: u64,
    /// Which entry of it; the first, which opens it, is 0.
    pub number: u64,
}

impl Position {
    /// Stands before every entry.
    pub const START: Self = Self { epoch: 0, number: 0 };

    /// Makes the place of an entry.
    #[must_use]
    pub const fn new(epoch: u64, number: u64) -> Self {
        Self { epoch, number }
    }

    /// Tells whether nothing stands between this and another. What an epoch ended with is known when the next is ready.
    pub(super) const fn is_followed_by(self, next: Self) -> bool {
        next.epoch == self.epoch && next.number == self.number + 1 || next.epoch > self.epoch && next.number == 0
    }
}

/// Shows it as the engine does: `7-3`.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.number)
    }
}
