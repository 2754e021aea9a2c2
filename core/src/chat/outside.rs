//! Owns what is told outside of the chat: what is to be kept of rooms, and what operators do.

use std::mem;

use super::Chat;
use crate::Name;
use crate::deed::Deed;
use crate::kept::Kept;
use crate::log::OwnedState;

impl Chat {
    /// Gathers from now on what is to be kept outside, for [`take_kept`](Self::take_kept): of rooms, and if it is to be
    /// so also what is said to one alone.
    pub(crate) fn keep(&mut self, also_private: bool) {
        self.kept.get_or_insert_default();
        self.keeps_private = also_private;
    }

    /// Tells whether it is kept what is said to one alone.
    pub(crate) const fn keeps_private(&self) -> bool {
        self.keeps_private
    }

    /// Returns what is to be kept since this was last called, in its order.
    pub(crate) fn take_kept(&mut self) -> Vec<Kept> {
        self.kept.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Notes from now on what operators do, for [`take_deeds`](Self::take_deeds).
    pub(crate) fn keep_deeds(&mut self) {
        self.deeds.get_or_insert_default();
    }

    /// Returns what operators have done since this was last called, in its order.
    pub(crate) fn take_deeds(&mut self) -> Vec<Deed> {
        self.deeds.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Gathers from now on what is to be kept of rooms that belong to accounts, for
    /// [`take_kept_rooms`](Self::take_kept_rooms).
    pub(crate) fn keep_rooms(&mut self) {
        self.kept_rooms.get_or_insert_default();
    }

    /// Returns what is to be kept of them since this was last called, in its order: nothing, of one that belongs to
    /// nobody any more.
    pub(crate) fn take_kept_rooms(&mut self) -> Vec<(Name, Option<Box<OwnedState>>)> {
        self.kept_rooms.as_mut().map(mem::take).unwrap_or_default()
    }
}
