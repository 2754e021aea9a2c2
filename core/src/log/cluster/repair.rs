//! Owns how an epoch is made ready: whose entries are the most, and who appends what the log lacks.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use super::entry::WriterId;
use crate::Time;

/// How long whoever opens an epoch waits for reports: a server that is not heard within ten heartbeats' tenth is busy
/// with the same failover, and has to start anew if it had more.
const REPORTS_WAIT: Duration = Duration::from_secs(1);

/// After how long without a word another epoch is opened: whoever was to go on is gone.
pub(super) const STUCK_AFTER: Duration = Duration::from_secs(3);

/// Holds what is known of an epoch that is not ready.
#[derive(Debug)]
pub(super) struct Repair {
    opener: WriterId,
    /// How many entries each server has applied.
    reports: BTreeMap<WriterId, u64>,
    refills: Option<WriterId>,
    opened_at: Time,
    /// When its last entry was read.
    moved_at: Time,
    /// This server has said that no more reports count.
    has_closed: bool,
}

impl Repair {
    pub(super) fn new(now: Time, opener: WriterId) -> Self {
        Self { opener, reports: BTreeMap::new(), refills: None, opened_at: now, moved_at: now, has_closed: false }
    }

    pub(super) fn handle_report(&mut self, now: Time, writer: WriterId, applied: u64) {
        self.moved_at = now;
        self.reports.insert(writer, applied);
    }

    /// Handles that no more reports count. Returns who refills: of those whose reports stand in the log by then the one
    /// with most, as every server finds. Only the word of whoever has opened the epoch counts, and only the first.
    pub(super) fn handle_close(&mut self, now: Time, by: WriterId, applied: u64) -> Option<WriterId> {
        self.moved_at = now;
        if by != self.opener || self.refills.is_some() {
            return None;
        }
        self.reports.insert(by, applied);
        let most = self.reports.iter().max_by_key(|(writer, applied)| (**applied, Reverse(**writer)));
        self.refills = most.map(|(writer, _)| *writer);
        self.refills
    }

    pub(super) const fn handle_refilled(&mut self, now: Time) {
        self.moved_at = now;
    }

    pub(super) fn is_refilled_by(&self, writer: WriterId) -> bool {
        self.refills == Some(writer)
    }

    /// Tells, once, whether it is for this server to say that no more reports count: all have reported, or had time to.
    pub(super) fn is_to_close(&mut self, now: Time, me: WriterId, mut members: impl Iterator<Item = WriterId>) -> bool {
        if self.opener != me || self.has_closed {
            return false;
        }
        let all_have = members.all(|member| member == me || self.reports.contains_key(&member));
        self.has_closed = all_have || now >= self.opened_at + REPORTS_WAIT;
        self.has_closed
    }

    /// Returns when something is to be done, if nothing is read before.
    pub(super) fn due(&self, me: WriterId) -> Time {
        let stuck = self.moved_at + STUCK_AFTER;
        if self.opener == me && !self.has_closed { stuck.min(self.opened_at + REPORTS_WAIT) } else { stuck }
    }

    /// Tells whether nobody goes on.
    pub(super) fn is_stuck(&self, now: Time) -> bool {
        now >= self.moved_at + STUCK_AFTER
    }
}
