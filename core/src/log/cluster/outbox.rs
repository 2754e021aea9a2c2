//! Owns what this server says in the log and has not read back.
//!
//! Invariant: its entries are numbered without a gap, and no entry is appended before the one before it was.

use std::collections::VecDeque;
use std::mem;

use super::entry::{Content, Entry, EntryId, WriterId};
use super::order::Moment;
use crate::Time;

/// How much is gathered in one entry while another is under way: the engine hands each entry to every server, and this
/// much is half a millisecond of its time.
const ENTRY_BYTES_MAX: usize = 32 * 1024;

/// How much waits to be appended before the people here are held back.
const WAITING_BYTES_MAX: usize = 1024 * 1024;

/// Holds what is to be said, and what was said.
#[derive(Debug)]
pub(super) struct Outbox<E> {
    writer: WriterId,
    /// What has happened here, with its size in bytes.
    events: VecDeque<(E, usize)>,
    bytes: usize,
    /// What else is to be said, before that.
    asides: VecDeque<Content<E>>,
    /// This server is going, once all that is said.
    leaves: bool,
    /// What was said and not read back, with the time at which it was made.
    unread: VecDeque<(Entry<E>, Time)>,
    /// How many of those are in the log, as far as is known.
    appended: usize,
    next_seq: u64,
}

impl<E: Clone> Outbox<E> {
    pub(super) const fn new(writer: WriterId) -> Self {
        Self {
            writer,
            events: VecDeque::new(),
            bytes: 0,
            asides: VecDeque::new(),
            leaves: false,
            unread: VecDeque::new(),
            appended: 0,
            next_seq: 1,
        }
    }

    /// Adds what has happened.
    pub(super) fn push(&mut self, event: E, bytes: usize) {
        self.events.push_back((event, bytes));
        self.bytes += bytes;
    }

    /// Adds something else, which goes first.
    pub(super) fn push_aside(&mut self, content: Content<E>) {
        self.asides.push_back(content);
    }

    /// Says that this server is going, behind all else.
    pub(super) const fn leave(&mut self) {
        self.leaves = true;
    }

    /// Tells whether no more should be added for now.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes >= WAITING_BYTES_MAX
    }

    /// Tells whether there is something to be said that no entry was made of.
    pub(super) fn has_more(&self) -> bool {
        !self.events.is_empty() || !self.asides.is_empty() || self.leaves
    }

    /// Returns the next entry that the log may lack.
    pub(super) fn next_unsent(&self) -> Option<&Entry<E>> {
        self.unread.get(self.appended).map(|(entry, _)| entry)
    }

    /// Makes the next entry, of what there is to say.
    pub(super) fn make(&mut self, moment: Moment) {
        let content = self.asides.pop_front().or_else(|| self.gather()).or_else(|| self.farewell());
        if let Some(content) = content {
            self.make_first(moment, content);
        }
    }

    /// Makes the next entry of this, before all that was to be said.
    pub(super) fn make_first(&mut self, moment: Moment, content: Content<E>) {
        let id = EntryId { writer: self.writer, seq: self.next_seq };
        self.next_seq += 1;
        self.unread.push_back((Entry { id, sent_ms: moment.unix_ms, content }, moment.now));
    }

    fn gather(&mut self) -> Option<Content<E>> {
        let (mut events, mut bytes) = (Vec::new(), 0);
        while let Some((_, next)) = self.events.front()
            && (events.is_empty() || bytes + next <= ENTRY_BYTES_MAX)
            && let Some((event, size)) = self.events.pop_front()
        {
            events.push(event);
            bytes += size;
        }
        self.bytes -= bytes;
        (!events.is_empty()).then_some(Content::Events(events))
    }

    fn farewell(&mut self) -> Option<Content<E>> {
        mem::take(&mut self.leaves).then_some(Content::Left)
    }

    /// Handles that an entry is in the log. Returns it, unless it has been read already.
    pub(super) fn handle_appended(&mut self, seq: u64) -> Option<&Entry<E>> {
        self.appended = self.unread.partition_point(|(entry, _)| entry.id.seq <= seq);
        let last = self.unread.get(self.appended.checked_sub(1)?);
        last.map(|(entry, _)| entry).filter(|entry| entry.id.seq == seq)
    }

    /// Handles that an entry of this server was applied. Returns when it was made.
    pub(super) fn handle_applied(&mut self, seq: u64) -> Option<Time> {
        let mut made = None;
        while self.unread.front().is_some_and(|(entry, _)| entry.id.seq <= seq) {
            made = self.unread.pop_front().map(|(_, made)| made);
            self.appended = self.appended.saturating_sub(1);
        }
        made
    }

    /// Handles that the log may lack whatever was not read back.
    pub(super) const fn say_again(&mut self) {
        self.appended = 0;
    }

    /// Takes back the only entry, which did not count.
    pub(super) fn take_back(&mut self) {
        self.unread.clear();
        self.appended = 0;
    }

    /// Returns when the first entry was made that was not read back.
    pub(super) fn waiting_since(&self) -> Option<Time> {
        self.unread.front().map(|(_, made)| *made)
    }
}
