//! The one member of a room that writes: what it has composed, and how much of it the socket has taken.

use anyhow::Result;

use super::crowd::Crowd;
use super::message::{Composer, Stamp};

/// Bytes composed before they are written: large enough that the system call is cheap beside them.
const WRITE_BYTES: usize = 64 * 1024;

/// Composes the messages of one room and writes them.
#[derive(Debug)]
pub(super) struct Sender {
    member: usize,
    /// What stands before each text.
    head: Vec<u8>,
    next_seq: u64,
    unsent: Vec<u8>,
    /// Bytes at the start of `unsent` that are gone.
    sent: usize,
    written_bytes: u64,
    blocked: bool,
}

impl Sender {
    /// Prepares the member of that index in the crowd, who writes `head` before each text.
    pub(super) fn new(member: usize, head: Vec<u8>) -> Self {
        Self { member, head, next_seq: 0, unsent: Vec::new(), sent: 0, written_bytes: 0, blocked: false }
    }

    /// Returns the sequence number after the last message composed.
    pub(super) fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Returns how many messages the socket has taken.
    pub(super) fn written(&self, composer: &Composer) -> u64 {
        self.written_bytes / (self.head.len() + composer.text_bytes()) as u64
    }

    /// Tells whether everything composed has been written.
    pub(super) fn is_empty(&self) -> bool {
        self.unsent.is_empty()
    }

    /// Composes the next message.
    pub(super) fn compose(&mut self, composer: &mut Composer, sent_ns: u64) {
        self.unsent.extend_from_slice(&self.head);
        composer.compose(Stamp { seq: self.next_seq, sent_ns }, &mut self.unsent);
        self.next_seq += 1;
    }

    /// Composes and writes messages up to, not including, number `limit`, as long as the socket takes them.
    ///
    /// # Errors
    ///
    /// The server has closed the connection.
    pub(super) fn fill(&mut self, limit: u64, composer: &mut Composer, sent_ns: u64, crowd: &mut Crowd) -> Result<()> {
        self.flush(crowd)?;
        while !self.blocked && self.next_seq < limit {
            while self.unsent.len() < WRITE_BYTES && self.next_seq < limit {
                self.compose(composer, sent_ns);
            }
            self.flush(crowd)?;
        }
        Ok(())
    }

    /// Writes what is composed, as far as the socket takes it.
    ///
    /// # Errors
    ///
    /// The server has closed the connection.
    pub(super) fn flush(&mut self, crowd: &mut Crowd) -> Result<()> {
        if self.blocked || self.unsent.is_empty() {
            return Ok(());
        }
        let written = crowd.write(self.member, &self.unsent[self.sent..])?;
        self.written_bytes += written as u64;
        self.sent += written;
        if self.sent == self.unsent.len() {
            self.unsent.clear();
            self.sent = 0;
        } else {
            self.blocked = true;
        }
        Ok(())
    }

    /// Takes note that the socket has place again.
    pub(super) fn on_writable(&mut self) {
        self.blocked = false;
    }
}
