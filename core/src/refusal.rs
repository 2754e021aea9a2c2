//! Owns why a connection may not come, as those who are refused are told.

use std::fmt;

use crate::incidents::Incident;
use crate::message::Ruling;

/// Tells why a connection was refused; [`Display`](fmt::Display) is the line that it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// There are as many connections as there may be.
    ServerFull,
    /// Its address has as many as it may have.
    AddressFull,
    /// An operator has banned its address.
    Banned {
        /// Until when, in milliseconds since 1970, if not for good.
        until_ms: Option<u64>,
    },
}

impl Refusal {
    /// Returns what this is to an operator.
    #[must_use]
    pub const fn incident(self) -> Incident {
        match self {
            Self::ServerFull => Incident::ServerFull,
            Self::AddressFull => Incident::AddressFull,
            Self::Banned { .. } => Incident::Banned,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ServerFull => f.write_str("Server is full, try again later"),
            Self::AddressFull => f.write_str("Too many connections from your address, try again later"),
            Self::Banned { until_ms } => Ruling::Banned { room: None, until_ms, why: None }.fmt(f),
        }
    }
}
