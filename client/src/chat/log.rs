//! The scroll-back: what was shown, and which part of it is on the screen.
//!
//! What is looked at is held by its last row, so what is added below moves nothing.

use std::collections::VecDeque;

use super::entry::Entry;
use super::keys::Scroll;
use super::wrap::{Row, rows};

/// Entries that are kept: an hour of a busy room, and less than a megabyte.
const ENTRIES_MAX: usize = 5_000;

/// Entries, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    /// What is looked at; `None` is what is newest.
    held: Option<Held>,
    /// How many of the newest entries came below what is looked at. What was said before is not new.
    waiting: usize,
}

/// The last row on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    entry: usize,
    /// How many rows of the entry are below it.
    rows_below: usize,
}

/// How large the log is on the screen, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pane {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Log {
    /// Adds an entry.
    pub(super) fn push(&mut self, entry: Entry) {
        if self.held.is_some() && entry.is_new() {
            self.waiting += 1;
        }
        self.entries.push_back(entry);
        if self.entries.len() > ENTRIES_MAX {
            self.entries.pop_front();
            if let Some(held) = &mut self.held {
                // What was looked at may be gone.
                *held =
                    held.entry.checked_sub(1).map_or(Held { entry: 0, rows_below: 0 }, |entry| Held { entry, ..*held });
            }
        }
    }

    /// Returns the newest entry.
    pub(super) fn last(&self) -> Option<&Entry> {
        self.entries.back()
    }

    /// Tells whether the newest entries are looked at.
    pub(super) fn is_at_bottom(&self) -> bool {
        self.held.is_none()
    }

    /// Returns how many entries have come since others are looked at, and were not seen yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Looks at the newest entries.
    pub(super) fn follow(&mut self) {
        self.held = None;
        self.waiting = 0;
    }

    /// Looks elsewhere.
    pub(super) fn scroll(&mut self, scroll: Scroll, pane: Pane) {
        // One row of the last page stays, so that the eye finds where it was.
        let page = pane.rows.saturating_sub(1).max(1);
        match scroll {
            Scroll::RowUp => self.up(1, pane),
            Scroll::RowDown => self.down(1, pane),
            Scroll::PageUp => self.up(page, pane),
            Scroll::PageDown => self.down(page, pane),
            Scroll::Top => self.up(usize::MAX, pane),
            Scroll::Bottom => self.follow(),
        }
    }

    /// Looks at so many rows further up, as far as there are any.
    pub(super) fn up(&mut self, count: usize, pane: Pane) {
        let Some(bottom) = self.bottom(pane) else { return };
        // The oldest row stays where it could be seen, even on a screen without any.
        let kept = pane.rows.max(1);
        // Rows from the bottom one on upwards: those that stay on the screen, then those that come.
        let wanted = kept.saturating_add(count);
        let (mut seen, mut entry) = (0, bottom.entry);
        while seen < wanted {
            seen += self.height(entry, pane) - if entry == bottom.entry { bottom.rows_below } else { 0 };
            let Some(above) = entry.checked_sub(1) else { break };
            entry = above;
        }
        let steps = seen.saturating_sub(kept).min(count);
        if steps == 0 {
            return;
        }
        let mut held = Held { rows_below: bottom.rows_below + steps, ..bottom };
        while held.rows_below >= self.height(held.entry, pane) {
            held = Held { rows_below: held.rows_below - self.height(held.entry, pane), entry: held.entry - 1 };
        }
        self.held = Some(held);
    }

    /// Looks at so many rows further down, and at the newest entries where there are no more.
    pub(super) fn down(&mut self, count: usize, pane: Pane) {
        let (Some(_), Some(mut held)) = (self.held, self.bottom(pane)) else { return };
        let mut left = count;
        while left > held.rows_below {
            left -= held.rows_below + 1;
            held.entry += 1;
            if held.entry == self.entries.len() {
                return self.follow();
            }
            held.rows_below = self.height(held.entry, pane) - 1;
        }
        held.rows_below -= left;
        let below = self.entries.len() - 1 - held.entry;
        if below == 0 && held.rows_below == 0 {
            return self.follow();
        }
        self.held = Some(held);
        let new_below = self.entries.range(held.entry + 1..).filter(|entry| entry.is_new()).count();
        self.waiting = self.waiting.min(new_below);
    }

    /// Returns the rows on the screen, from the top.
    pub(super) fn window(&self, pane: Pane) -> Vec<Row> {
        let Some(bottom) = self.bottom(pane) else { return Vec::new() };
        let mut window = VecDeque::new();
        for entry in (0..=bottom.entry).rev() {
            let below = if entry == bottom.entry { bottom.rows_below } else { 0 };
            let rows = rows(&self.entries[entry], pane.columns);
            for row in rows.into_iter().rev().skip(below) {
                if window.len() == pane.rows {
                    return window.into();
                }
                window.push_front(row);
            }
        }
        window.into()
    }

    /// The last row on the screen; the width may have changed since it was held.
    fn bottom(&self, pane: Pane) -> Option<Held> {
        let last = self.entries.len().checked_sub(1)?;
        let held = self.held.unwrap_or(Held { entry: last, rows_below: 0 });
        Some(Held { rows_below: held.rows_below.min(self.height(held.entry, pane) - 1), ..held })
    }

    fn height(&self, entry: usize, pane: Pane) -> usize {
        rows(&self.entries[entry], pane.columns).len()
    }
}

#[cfg(test)]
mod tests;
