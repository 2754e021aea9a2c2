//! Owns what lies before a socket and seals what is written to it, as TLS does: it takes what comes, holds what the
//! socket does not take, and nothing of a record is read before all of it has come.

use std::collections::VecDeque;

use chinwag_core::Written;

/// How much a record holds: little, so that a burst is several.
const RECORD_BYTES_MAX: usize = 200;

/// How much is taken while the socket takes nothing.
const HELD_BYTES_MAX: usize = 1000;

/// What lies before a socket, if anything does.
#[derive(Debug)]
pub(super) struct Layer {
    seals: bool,
    held: VecDeque<Record>,
}

/// What was sealed together.
#[derive(Debug)]
struct Record {
    plain: Vec<u8>,
    /// How much of it has gone out.
    sent: usize,
}

impl Layer {
    pub(super) const fn new(seals: bool) -> Self {
        Self { seals, held: VecDeque::new() }
    }

    /// Tells whether it holds something.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes bytes for a socket that takes so many. Returns what the adapter would say of it, and what can be read at
    /// the other end now.
    pub(super) fn write(&mut self, bytes: &[u8], takes: &mut usize) -> (Written, Vec<u8>) {
        if !self.seals {
            let taken = bytes.len().min(*takes);
            *takes -= if *takes == usize::MAX { 0 } else { taken };
            return (Written::Bytes(taken), bytes[..taken].to_vec());
        }
        let (mut taken, mut received) = (0, Vec::new());
        loop {
            self.flush(takes, &mut received);
            let left: usize = self.held.iter().map(|record| record.plain.len() - record.sent).sum();
            if left > 0 {
                return (Written::Held { taken, left }, received);
            }
            if taken == bytes.len() {
                return (Written::Bytes(taken), received);
            }
            let piece = &bytes[taken..bytes.len().min(taken + HELD_BYTES_MAX)];
            let records = piece.chunks(RECORD_BYTES_MAX).map(|plain| Record { plain: plain.to_vec(), sent: 0 });
            self.held.extend(records);
            taken += piece.len();
        }
    }

    fn flush(&mut self, takes: &mut usize, received: &mut Vec<u8>) {
        while let Some(record) = self.held.front_mut() {
            let len = (record.plain.len() - record.sent).min(*takes);
            *takes -= if *takes == usize::MAX { 0 } else { len };
            record.sent += len;
            if record.sent < record.plain.len() {
                return;
            }
            received.append(&mut record.plain);
            self.held.pop_front();
        }
    }
}
