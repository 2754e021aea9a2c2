//! Owns which accounts there are, who is made an operator of the server, and what is told outside of what operators do.

use super::Hub;
use crate::deed::Deed;
use crate::log::{Accounts, Command, Event, OwnedState};
use crate::{ConnectionId, Name, Time};

impl<S> Hub<S> {
    /// Handles that accounts were made, or are gone: at the start all that there are. From then on their names are
    /// their owners'.
    pub fn handle_accounts(&mut self, now: Time, accounts: Accounts) {
        self.propose(now, Event::Accounts(Box::new(accounts)));
        self.account(now);
    }

    /// Has somebody be an operator of the server, of whom was verified that they may be. Nobody can ask for it.
    pub fn empower(&mut self, now: Time, connection: ConnectionId) {
        self.propose(now, Event::Commanded { connection, command: Command::Empower(None) });
        self.account(now);
    }

    /// Notes what operators do from now on, for [`take_deeds`](Self::take_deeds).
    pub fn keep_deeds(&mut self) {
        self.chat.keep_deeds();
    }

    /// Returns what operators have done since this was last called, in its order, if it is
    /// [noted](Self::keep_deeds).
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        self.chat.take_deeds()
    }

    /// Notes what is to be kept of rooms that belong to accounts from now on, for
    /// [`take_kept_rooms`](Self::take_kept_rooms).
    pub fn keep_rooms(&mut self) {
        self.chat.keep_rooms();
    }

    /// Returns what is to be kept of them since this was last called, in its order, if it is
    /// [noted](Self::keep_rooms): nothing, of one that belongs to nobody any more.
    pub fn take_kept_rooms(&mut self) -> Vec<(Name, Option<Box<OwnedState>>)> {
        self.chat.take_kept_rooms()
    }
}
