//! Owns the orders of an operator to a server.

/// An order to a running server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Log one line of counts: [`Stats`](crate::Stats).
    Report,
    /// Tell everybody, send what is queued, and end.
    Stop,
}
