//! Owns which names belong to accounts, who is logged in to them, and who may be called what.
//!
//! Invariants: nobody takes the name of an account but who is logged in to it. Who had it when the account was made
//! keeps it, until they leave or are called something else, or the account's owner takes it.

use super::{Chat, HERE, Person};
use crate::deed::Deed;
use crate::log::Accounts;
use crate::message::LoggingIn;
use crate::{Action, Capabilities, ConnectionId, IrcMessage, Message, Name, Ruling, Time};

impl Chat {
    /// Handles what has become of accounts.
    pub(super) fn on_accounts(&mut self, Accounts { gone, made, demoted }: Accounts) {
        for name in gone {
            if self.accounts.remove(&name.key()).is_some() {
                self.log_out_all(&name);
                self.disempower_all(&name);
                self.disown_all(&name);
                self.forget_private(&name);
            }
        }
        self.accounts.extend(made.into_iter().map(|name| (name.key(), name)));
        demoted.iter().for_each(|name| self.disempower_all(name));
    }

    /// Tells whether a name belongs to an account, whoever has it.
    pub(crate) fn is_of_account(&self, name: &Name) -> bool {
        self.accounts.contains_key(&name.key())
    }

    /// Tells whether an account is gone by which somebody has logged in: it may be since they gave its password.
    pub(super) fn is_gone(&self, account: &Name) -> bool {
        !self.is_of_account(account)
    }

    /// Tells whether somebody has a name.
    pub(crate) fn is_taken(&self, name: &Name) -> bool {
        self.names.contains(name, |key| self.people.name(key))
    }

    /// Tells whether somebody may take a name who is logged in by this account, or by none. If not, why.
    pub(super) fn may_take(&self, name: &Name, account: Option<&Name>) -> Result<(), Message> {
        if name.is_reserved() {
            return Err(Message::Taken { name: name.clone() });
        }
        if self.is_of_account(name) {
            let is_own = account.is_some_and(|account| account.key() == name.key());
            return if is_own { Ok(()) } else { Err(Message::NameOfAccount { name: name.clone() }) };
        }
        if self.is_taken(name) {
            return Err(Message::Taken { name: name.clone() });
        }
        Ok(())
    }

    /// Gives another name to whoever has one that is its account's, since the owner takes it: be it another connection
    /// of theirs.
    pub(super) fn make_way(&mut self, now: Time, name: &Name) {
        let Some(key) = self.names.find(name, |key| self.people.name(key)) else { return };
        let connection = self.people.connection(key);
        if self.silent.remove(connection) {
            self.announce(now, connection);
        }
        let other = self.draw_name();
        self.rename(connection, other);
    }

    pub(super) fn on_rename(&mut self, now: Time, connection: ConnectionId, new: Name) {
        let person = self.person(connection);
        if new == person.name {
            return self.reply(connection, Message::YouAre { name: new });
        }
        if new.key() != person.name.key() {
            if let Err(why) = self.may_take(&new, person.identity().account()) {
                return self.reply(connection, why);
            }
            self.make_way(now, &new);
        }
        self.rename(connection, new);
    }

    /// Has somebody be called otherwise from now on, by a name that nobody else has. All who know of them are told.
    pub(super) fn rename(&mut self, connection: ConnectionId, new: Name) {
        let old = self.person(connection).name.clone();
        self.names.remove(connection.key(), &old);
        let person = self.people.get(connection).expect(HERE);
        for room in person.rooms() {
            self.rooms.rename(room, &old, &new, connection.key());
            if let Some(order) = self.rooms.order_mut(room) {
                order.note_renamed(person.origin(connection), &new);
            }
        }
        self.people.get_mut(connection).expect(HERE).name = new.clone();
        self.names.insert(connection.key(), |key| self.people.name(key));
        self.follow_ignored(connection, &old, &new);
        self.tell_renamed(connection, old.clone(), new.clone());
        self.tell_correspondents(connection, &old, &new);
        self.note_renamed(connection, &old, &new);
    }

    /// Draws a name that nobody has, and that belongs to no account.
    pub(super) fn draw_name(&mut self) -> Name {
        let Self { random_names, names, people, accounts, .. } = self;
        random_names.draw(|name| names.contains(name, |key| people.name(key)) || accounts.contains_key(&name.key()))
    }

    /// Has somebody be logged in from now on, and tells them.
    pub(super) fn on_log_in(&mut self, now: Time, connection: ConnectionId, account: &Name) {
        if self.is_gone(account) {
            return self.reply(connection, Message::LoggingIn(LoggingIn::NotLoggedIn));
        }
        self.reply(connection, Message::LoggingIn(LoggingIn::LoggedIn { account: account.clone() }));
        self.go_by_account(now, connection, account);
    }

    /// Has somebody be logged in from now on. Who did not come by IRC gets the name of the account, too.
    pub(super) fn go_by_account(&mut self, now: Time, connection: ConnectionId, account: &Name) {
        self.set_account(connection, Some(account));
        let person = self.person(connection);
        let is_called = person.irc().is_some() || person.name.key() == account.key();
        if !is_called && !account.is_reserved() {
            self.make_way(now, account);
            self.rename(connection, account.clone());
        }
        self.rank_by_account(now, connection);
    }

    /// Has somebody be logged in no more. The name of an account is not theirs any more, either.
    pub(super) fn on_log_out(&mut self, connection: ConnectionId) {
        if self.person(connection).identity().account().is_none() {
            return self.reply(connection, Message::LoggingIn(LoggingIn::NotLoggedIn));
        }
        self.set_account(connection, None);
        self.reply(connection, Message::LoggingIn(LoggingIn::LoggedOut));
        if self.is_of_account(&self.person(connection).name) {
            let other = self.draw_name();
            self.rename(connection, other);
        }
    }

    /// Has nobody be logged in any more by an account that is gone. They keep their names, which belong to nobody now.
    fn log_out_all(&mut self, account: &Name) {
        let is_in = |&(_, person): &(ConnectionId, &Person)| {
            person.identity().account().is_some_and(|other| other.key() == account.key())
        };
        let all: Vec<_> = self.people.iter().filter(is_in).map(|(connection, _)| connection).collect();
        for connection in all {
            self.set_account(connection, None);
            let message = Message::LoggingIn(LoggingIn::LoggedOut);
            self.actions.push_back(Action::Deliver { connection, message });
        }
    }

    /// Has nobody be an operator of the server any more by an account that is gone, or an operator's no more.
    fn disempower_all(&mut self, account: &Name) {
        let is_by_it = |&(_, person): &(ConnectionId, &Person)| {
            let by = person.power().and_then(|power| power.account.as_ref());
            by.is_some_and(|other| other.key() == account.key())
        };
        let all: Vec<_> = self.people.iter().filter(is_by_it).map(|(connection, _)| connection).collect();
        for connection in all {
            self.people.get_mut(connection).expect(HERE).set_power(None);
            let what = format!("removed {} as an operator of the server", self.person(connection).name);
            self.push_deed(Deed { by: Name::SERVER, what, room: None, why: None, bar: None });
            let message = Message::Ruling(Box::new(Ruling::Empowered { is_operator: false }));
            self.actions.push_back(Action::Deliver { connection, message });
        }
    }

    /// Has somebody be logged in by an account, or by none. Those are told whose clients ask for it.
    fn set_account(&mut self, connection: ConnectionId, account: Option<&Name>) {
        self.people.get_mut(connection).expect(HERE).set_account(account);
        let (name, identity) = (self.person(connection).name.clone(), self.person(connection).identity());
        for other in self.clients_around(connection, Capabilities::ACCOUNT_NOTIFY) {
            self.deliver(other, IrcMessage::Account { name: name.clone(), identity: identity.clone() });
        }
    }
}
