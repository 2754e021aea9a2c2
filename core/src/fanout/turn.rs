//! Owns what is written in turns, and in which order.

/// What is written next, in turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// What was said in rooms, to those who have been given all before.
    Rooms,
    /// What was queued.
    Line,
    /// What was queued since the next batch came before it was written.
    Behind,
}

impl Turn {
    pub(super) const COUNT: usize = 3;

    pub(super) const fn next(self) -> Self {
        match self {
            Self::Rooms => Self::Line,
            Self::Line => Self::Behind,
            Self::Behind => Self::Rooms,
        }
    }
}
