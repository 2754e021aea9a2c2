//! Owns what is kept of what is said to one person alone: for each of both who is logged in to an account then.

use super::Chat;
use crate::kept::{Happened, Kept, KeptEvent, KeptMessage, Told, Venue, What};
use crate::{ConnectionId, Name};

impl Chat {
    /// Keeps what one has sent to another: for the sender, and for the other, if they hear it.
    pub(super) fn keep_private(
        &mut self,
        (from, to): (ConnectionId, ConnectionId),
        is_heard: bool,
        told: Told,
        (time_ms, number): (u64, u64),
    ) {
        let name = self.person(from).name.clone();
        let mut copies = vec![(from, to)];
        if is_heard && from != to {
            copies.push((to, from));
        }
        for (of, with) in copies {
            let Some(account) = self.person(of).identity().account().cloned() else { continue };
            let venue = Venue::private(account, self.known_as(with));
            let what = What::Event(KeptEvent { number, what: Happened::Told(Box::new(told.clone())) });
            let kept = Kept { venue, name: name.clone(), what, time_ms, seq: 0, is_hidden: false };
            self.kept.get_or_insert_default().push(kept);
        }
    }

    /// Returns by which name others find again what they have written with somebody: that of the account, if they are
    /// logged in to one.
    fn known_as(&self, connection: ConnectionId) -> Name {
        let person = self.person(connection);
        person.identity().account().unwrap_or(&person.name).clone()
    }

    /// Has all be forgotten that was kept for an account which is gone: who gets its name next is not to read it.
    pub(super) fn forget_private(&mut self, account: &Name) {
        if self.keeps_private {
            let (venue, what) = (Venue::AllPrivate(account.clone()), What::Forgotten { before_ms: u64::MAX });
            let (name, time_ms) = (account.clone(), self.time_ms());
            self.kept.get_or_insert_default().push(Kept { venue, name, what, time_ms, seq: 0, is_hidden: false });
        }
    }

    /// Returns the account by which somebody is logged in, if they are.
    pub(crate) fn account_of(&self, connection: ConnectionId) -> Option<Name> {
        self.people.get(connection)?.identity().account().cloned()
    }

    /// Returns where it is kept what somebody has written with the owner of a name, if that is kept for them.
    pub(crate) fn correspondence(&self, connection: ConnectionId, with: Name) -> Option<Venue> {
        let account = self.account_of(connection).filter(|_| self.keeps_private)?;
        let with = self.find(&with).map_or(with, |other| self.known_as(other));
        Some(Venue::private(account, with))
    }

    /// Tells whether somebody may read what was said to one alone there, and hears who said it.
    pub(super) fn may_read_private(&self, connection: ConnectionId, venue: &Venue, message: &KeptMessage) -> bool {
        let is_owner = |(owner, account): (&Name, Name)| owner.key() == account.key();
        let account = self.account_of(connection);
        venue.account().zip(account).is_some_and(is_owner) && !self.person(connection).ignores(&message.name)
    }
}
