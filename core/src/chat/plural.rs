//! Owns what is different for somebody who is in several rooms at once.
//!
//! One of them has the focus: what they say is said there. Who comes and goes is told in each room. A new name is told
//! once to somebody who shares several rooms with its owner.

use super::rooms::{Presence, Rooms};
use super::{Chat, HERE};
use crate::log::RoomKey;
use crate::{ConnectionId, Leaving, LeftOut, Message, Name, RoomId, Time};

/// In how many rooms somebody can be at once: more than anybody follows, and few enough that a list of them is looked
/// through at once.
pub(super) const ROOMS_MAX: usize = 32;

impl Chat {
    /// Lets somebody into one more room, which gets the focus.
    pub(super) fn on_enter(&mut self, at: Time, connection: ConnectionId, name: Name, key: Option<&RoomKey>) {
        let found = self.rooms.find(&name);
        let person = self.people.get_mut(connection).expect(HERE);
        if found.is_some_and(|room| person.focus(room)) || person.rooms().count() == ROOMS_MAX {
            return self.tell_focus(connection);
        }
        if key.is_some() && !self.asks_for_a_key(at, found, &name) {
            return self.reply(connection, Message::RoomInvalid);
        }
        if !self.may_join(at, connection, (found, &name), key) {
            return;
        }
        let room = found.unwrap_or_else(|| self.open_room(at, name));
        self.people.get_mut(connection).expect(HERE).add(room);
        self.enter(at, connection, room);
    }

    /// Takes somebody out of one of their rooms. Who was in no other goes to `main`.
    pub(super) fn on_part(&mut self, at: Time, connection: ConnectionId, name: &Name) {
        let person = self.person(connection);
        let room = self.rooms.find(name).filter(|&room| person.is_in(room));
        let is_only = person.rooms().count() == 1;
        match room {
            Some(room) if !is_only => {
                self.leave(at, connection, room, Leaving::ROOM, &[]);
                self.people.get_mut(connection).expect(HERE).remove(room);
                self.tell_focus(connection);
            }
            Some(room) if room != Rooms::MAIN => {
                self.leave(at, connection, room, Leaving::ROOM, &[]);
                self.enter(at, connection, Rooms::MAIN);
            }
            Some(_) | None => self.tell_focus(connection),
        }
    }

    /// Tells somebody which room has their focus.
    pub(super) fn tell_focus(&mut self, connection: ConnectionId) {
        let room = self.rooms.name(self.person(connection).room).clone();
        self.reply(connection, Message::YouAreIn { room });
    }

    /// Takes somebody out of all their rooms.
    pub(super) fn leave_all(&mut self, at: Time, connection: ConnectionId, leaving: &Leaving) {
        let rooms: Vec<_> = self.person(connection).rooms().collect();
        let mut told = Vec::new();
        for room in rooms {
            if self.leave(at, connection, room, leaving.clone(), &told) == Presence::Told {
                told.push(room);
            }
        }
    }

    /// Tells of a new name in all rooms of its owner, once to each who hears it.
    pub(super) fn tell_renamed(&mut self, connection: ConnectionId, old: Name, new: Name) {
        let mut rooms: Vec<_> = self.person(connection).rooms().collect();
        // First, since in `main` there may be some who hear it and are in no list of members.
        rooms.sort_by_key(|&room| room != Rooms::MAIN);
        let time_ms = self.time_ms();
        for (index, &room) in rooms.iter().enumerate() {
            let identity = self.person(connection).identity();
            let message = Message::Renamed { old: old.clone(), new: new.clone(), identity, time_ms };
            self.tell_once(connection, room, &rooms[..index], message);
        }
        // By an answer, since they may be in no room at all.
        if self.person(connection).irc().is_some() {
            let identity = self.person(connection).identity();
            self.reply(connection, Message::Renamed { old, new, identity, time_ms });
        }
    }

    /// Tells something in a room to all who are in none of those where it was told already. The one whom it is about is
    /// in those.
    fn tell_once(&mut self, about: ConnectionId, room: RoomId, told: &[RoomId], message: Message) {
        if told.is_empty() {
            let is_told_apart = self.person(about).irc().is_some();
            let except = LeftOut::of(is_told_apart.then_some(about));
            return self.tell_room(room, self.rooms.members(room), except, message);
        }
        let has_heard = |connection| told.iter().any(|&room| self.person(connection).is_in(room));
        let members = || self.rooms.member_keys(room).map(|key| self.people.connection(key));
        let except = LeftOut::of(members().filter(|&connection| has_heard(connection)));
        debug_assert!(LeftOut::has(except.as_deref(), about), "they hear it themselves");
        self.tell_room(room, self.rooms.members(room), except, message);
    }
}
