//! Owns why a connection may not come, as those who are refused are told.

use std::fmt;

use crate::incidents::Incident;

/// Tells why a connection was refused; [`Display`](fmt::Display) is the line that it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// There are as many connections as there may be.
    ServerFull,
    /// Its address has as many as it may have.
    AddressFull,
}

impl Refusal {
    /// Returns what this is to an operator.
    #[must_use]
    pub const fn incident(self) -> Incident {
        match self {
            Self::ServerFull => Incident::ServerFull,
            Self::AddressFull => Incident::AddressFull,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServerFull => "Server is full, try again later",
            Self::AddressFull => "Too many connections from your address, try again later",
        })
    }
}
