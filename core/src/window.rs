//! Owns the flow control of replies: how much a connection may ask for before it waits, and what each request may be
//! answered with.
//!
//! Whoever asks and never reads would else make any queue grow. So a session counts the most that its requests can be
//! answered with. After a window of it, it asks for a fence and hands out nothing more. The writer gives a credit for
//! it once the queue has room for another window.
//!
//! Invariants: what comes of a request is never longer than was counted for it, in every encoding, with the notice that
//! may go before it. So a reply never makes a queue longer than it may be. In a build for debugging the hub checks the
//! one, and the queue the other.

use crate::rules::LINE_CHARS_MAX;
use crate::signal::Signals;

/// How many bytes of replies one connection may ask for before it has to wait until the fan-out has dealt with them.
///
/// A `/rooms` of seven bytes can cost a reply of 8 KiB. Without this window one read full of them would outgrow any
/// queue; with it, a queue that is at most half full when it opens can take all that comes through. 16 KiB are two of
/// the longest replies, or forty of `/help`: nobody who types notices.
pub(crate) const REPLY_WINDOW_BYTES: usize = 16 << 10;

/// How much of a connection's queue is kept for replies, so that there is always room for them: a window of which all
/// but the last byte was used, one more reply of the longest kind (an unrecognized word as long as a line can be), and
/// notices between.
pub(crate) const REPLY_RESERVE_BYTES: usize = REPLY_WINDOW_BYTES + 4 * LINE_CHARS_MAX as usize + (8 << 10);

/// The most that [`Limits::list_bytes_max`](crate::Limits::list_bytes_max) can be: half of the window, so that a list
/// never needs more than one.
pub(crate) const LIST_BYTES_MAX: usize = REPLY_WINDOW_BYTES / 2;

/// Returns up to how many bytes broadcasts are queued, where so many may be queued at all.
pub(crate) const fn broadcast_bytes_max(queue_bytes_max: usize) -> usize {
    queue_bytes_max.saturating_sub(REPLY_RESERVE_BYTES)
}

/// Returns down to how many bytes a queue has to be written out before there is a credit: then there is room for a
/// window. Of a short queue it is less than half, so that whoever was over the limit is not at it again at once.
pub(crate) const fn low_bytes(queue_bytes_max: usize) -> usize {
    let (half, quarters) = (queue_bytes_max / 2, broadcast_bytes_max(queue_bytes_max) / 4 * 3);
    if half < quarters { half } else { quarters }
}

/// Counts what a session has asked for: its half of the window.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// The bytes of replies that were asked for since the last credit.
    asked_bytes: u32,
    /// A fence was handed out, and its credit has not come.
    is_fenced: bool,
    /// Changes with each fence.
    is_odd: bool,
    /// The last credit said that an answer is not whole, and its rest was not asked for yet.
    continues: bool,
}

impl Window {
    pub(crate) const fn new() -> Self {
        Self { asked_bytes: 0, is_fenced: false, is_odd: false, continues: false }
    }

    /// Counts a request, which may be answered with so many bytes.
    pub(crate) fn count(&mut self, reply_bytes_max: usize) {
        let bytes = u32::try_from(reply_bytes_max).unwrap_or(u32::MAX);
        self.asked_bytes = self.asked_bytes.saturating_add(bytes);
    }

    /// Tells whether nothing more may be asked for without a fence.
    pub(crate) const fn is_used_up(&self) -> bool {
        self.asked_bytes as usize >= REPLY_WINDOW_BYTES
    }

    /// Handles that a fence is handed out.
    pub(crate) const fn fence(&mut self) {
        self.is_fenced = true;
        self.is_odd = !self.is_odd;
    }

    /// Tells whether a credit is still to come, after these signals.
    pub(crate) const fn awaits(&mut self, signals: Signals) -> bool {
        if self.is_fenced && self.is_odd == signals.credits_odd() {
            self.is_fenced = false;
            self.asked_bytes = 0;
            self.continues = signals.continues();
        }
        self.is_fenced
    }

    /// Tells whether the rest of an answer is to be asked for. It is so once.
    pub(crate) const fn continues(&mut self) -> bool {
        let continues = self.continues;
        self.continues = false;
        continues
    }

    #[cfg(test)]
    pub(crate) const fn is_odd(&self) -> bool {
        self.is_odd
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_with_a_credit_has_room_for_a_window_and_one_that_resumes_for_what_is_said() {
        for queue_bytes_max in [64 << 10, 100_000, 128 << 10, 256 << 10, 1 << 30] {
            let low = low_bytes(queue_bytes_max);
            assert!(low + REPLY_RESERVE_BYTES <= queue_bytes_max, "{queue_bytes_max}");
            assert!(low + (6 << 10) <= broadcast_bytes_max(queue_bytes_max), "{queue_bytes_max}");
        }
        assert_eq!(low_bytes(256 << 10), 128 << 10);
    }
}
