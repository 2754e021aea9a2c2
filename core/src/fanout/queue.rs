//! Owns what is written in turns, and in which order.

/// What is written next, in turns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Queue {
    /// What was said in rooms, to those who have been given all before.
    Live,
    /// What was queued.
    Ready,
    /// What was queued since the next batch came before it was written.
    Backlog,
}

impl Queue {
    pub(super) const COUNT: usize = 3;

    pub(super) const fn next(self) -> Self {
        match self {
            Self::Live => Self::Ready,
            Self::Ready => Self::Backlog,
            Self::Backlog => Self::Live,
        }
    }
}
