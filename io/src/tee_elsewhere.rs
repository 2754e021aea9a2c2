//! Stands in for `tee.rs` where there are no such calls.

use std::os::fd::AsFd;

/// Writes nothing.
#[derive(Debug)]
pub struct Tee;

impl Tee {
    /// Makes nothing.
    #[must_use]
    pub fn open() -> Self {
        Self
    }

    /// Returns `None`: the bytes have to be written in the ordinary way.
    pub fn write(&mut self, _number: u64, _bytes: &[u8], _socket: impl AsFd) -> Option<usize> {
        None
    }
}
