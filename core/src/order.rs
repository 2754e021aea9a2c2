//! Owns the words that whoever runs a server says to it.

/// Tells a running server to do something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Log one line of what there is and what was done so far: [`Stats`](crate::Stats).
    Report,
    /// Tell everyone, send what is queued, and end.
    Stop,
}
