//! Owns what a browser has sent: the request that it begins with, then frames.

use crate::sim::frames::{Framed, Frames};

/// How many times the bytes of the longest line a message may have.
const LINES_MAX: usize = 4;

/// Where what it sends is.
#[derive(Clone, Debug)]
pub(super) struct Web {
    /// The end of the request that has come so far, until all of it has.
    request: Option<[u8; 4]>,
    frames: Frames,
}

impl Web {
    pub(super) const fn new(chars_max: usize) -> Self {
        Self { request: Some([0; 4]), frames: Frames::new(true, LINES_MAX * 4 * chars_max) }
    }

    /// Takes what has come. Returns what is whole now.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Vec<Framed> {
        while let (Some([_, b, c, d]), [byte, rest @ ..]) = (self.request, bytes) {
            let end = [b, c, d, *byte];
            self.request = (end != *b"\r\n\r\n").then_some(end);
            bytes = rest;
        }
        self.frames.receive(bytes);
        std::iter::from_fn(|| self.frames.read()).collect()
    }
}
