//! Owns who is here, by the server and the slot of their connection.
//!
//! Invariant: at most one person has a place. Which places are free is no state: the servers that own the connections
//! know it.

use std::collections::HashMap;
use std::{iter, mem};

use crate::address_key::AddressKey;
use crate::log::{IgnoredState, IrcState, WriterState};
use crate::{Capabilities, ConnectionId, Identity, Name, RoomId};

/// Keeps people in the places of their connections.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// By server, and by slot: up to the last in which somebody was.
    servers: Vec<Vec<Option<Person>>>,
    /// From where they come, by the same: up to the last of whom it is known.
    addresses: Vec<Vec<Option<AddressKey>>>,
    len: usize,
    /// By which connections those are here who came by another.
    going_on: HashMap<ConnectionId, ConnectionId>,
}

/// What is known of somebody.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) generation: u32,
    pub(super) name: Name,
    /// The room that has the focus: what they say is said there. Who came by IRC has none such.
    pub(super) room: RoomId,
    /// What few people have.
    pub(super) apart: Option<Box<Apart>>,
}

/// What few people have.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Apart {
    /// The rooms that don't have the focus: the last is the one that had it last.
    pub(super) others: Box<[RoomId]>,
    /// What is known since they have written with others alone, or ignore some.
    pub(super) dealings: Option<Box<Dealings>>,
    /// By which connection they came, if it was another.
    pub(super) origin: Option<ConnectionId>,
    /// What is known only since they came by IRC.
    pub(super) irc: Option<Box<IrcState>>,
    /// By which account they have logged in, unless they came by IRC: nothing else is known of them then.
    pub(super) member: Identity,
}

/// What is known of who has written with others alone, ignores some, or is an operator of the server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Dealings {
    /// Whom they ignore, in the order of the names.
    pub(super) ignored: Vec<IgnoredState>,
    /// Who has written to them last.
    pub(super) writer: Option<WriterState>,
    /// By which connections those came with whom they have written: the last stands last.
    pub(super) correspondents: Vec<ConnectionId>,
    /// They are an operator of the server.
    pub(super) power: Option<Power>,
}

/// Tells by what somebody is an operator of the server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Power {
    /// By whose account, if by one's.
    pub(super) account: Option<Name>,
}

impl Person {
    /// Returns all their rooms: the one that has the focus, and then the others, the last that had it at last.
    pub(super) fn rooms(&self) -> impl Iterator<Item = RoomId> {
        iter::once(self.room).filter(|&room| room != RoomId::NONE).chain(self.others().iter().copied())
    }

    /// Tells whether they are in a room.
    pub(super) fn is_in(&self, room: RoomId) -> bool {
        self.rooms().any(|other| other == room)
    }

    /// Gives a room the focus, if they are in it.
    pub(super) fn focus(&mut self, room: RoomId) -> bool {
        if !self.is_in(room) {
            return false;
        }
        if room != self.room {
            self.remove(room);
            self.add(room);
        }
        true
    }

    /// Adds a room, which gets the focus.
    pub(super) fn add(&mut self, room: RoomId) {
        let old = mem::replace(&mut self.room, room);
        self.add_other(old);
    }

    /// Adds a room, which does not get the focus.
    pub(super) fn add_other(&mut self, room: RoomId) {
        self.change_others(|others| others.push(room));
    }

    /// Changes the rooms that don't have the focus. They are kept without room for more, since most have one or none.
    fn change_others<R>(&mut self, change: impl FnOnce(&mut Vec<RoomId>) -> R) -> R {
        let others = &mut self.apart_mut().others;
        let mut changed = mem::take(others).into_vec();
        let result = change(&mut changed);
        *others = changed.into();
        result
    }

    /// Removes the room that has the focus, for another that they are in.
    pub(super) fn go_to(&mut self, room: RoomId) -> bool {
        let old = self.room;
        let is_there = self.focus(room);
        if is_there {
            self.remove(old);
        }
        is_there
    }

    /// Removes one of several rooms. The one that had the focus last gets it, if this had it.
    pub(super) fn remove(&mut self, room: RoomId) {
        if self.apart.is_none() {
            return;
        }
        if room == self.room && room != RoomId::NONE {
            self.room = self.change_others(Vec::pop).unwrap_or(room);
        } else {
            self.change_others(|others| others.retain(|&other| other != room));
        }
        self.forget_nothing();
    }

    /// Returns what few people have, to be changed.
    pub(super) fn apart_mut(&mut self) -> &mut Apart {
        self.apart.get_or_insert_default()
    }

    /// Tells whether they are an operator of the server.
    pub(super) fn is_server_operator(&self) -> bool {
        self.power().is_some()
    }

    /// Returns by what they are an operator of the server, if they are one.
    pub(super) fn power(&self) -> Option<&Power> {
        self.dealings().and_then(|dealings| dealings.power.as_ref())
    }

    /// Has them be an operator of the server, or not any more.
    pub(super) fn set_power(&mut self, power: Option<Power>) {
        self.dealings_mut().power = power;
        self.forget_nothing();
    }

    /// Keeps nothing apart where there is nothing to be kept.
    fn forget_nothing(&mut self) {
        if let Some(apart) = self.apart.as_deref_mut() {
            apart.dealings.take_if(|dealings| **dealings == Dealings::default());
        }
        self.apart.take_if(|apart| **apart == Apart::default());
    }

    /// Returns what is known of them only since they came by IRC.
    pub(super) fn irc(&self) -> Option<&IrcState> {
        self.apart.as_deref().and_then(|apart| apart.irc.as_deref())
    }

    /// Returns the same, to be changed.
    pub(super) fn irc_mut(&mut self) -> Option<&mut IrcState> {
        self.apart.as_deref_mut().and_then(|apart| apart.irc.as_deref_mut())
    }

    /// Returns who they are, besides their name.
    pub(super) fn identity(&self) -> Identity {
        let member = || self.apart.as_deref().map(|apart| apart.member.clone()).unwrap_or_default();
        self.irc().map_or_else(member, |irc| irc.identity.clone())
    }

    /// Has them be logged in by an account, or by none.
    pub(super) fn set_account(&mut self, account: Option<&Name>) {
        match self.irc_mut() {
            Some(irc) => irc.identity = irc.identity.with_account(account),
            None => {
                self.apart_mut().member = Identity::of_account(account);
                self.forget_nothing();
            }
        }
    }

    /// Tells whether they came by IRC, and their client has these capabilities.
    pub(super) fn has(&self, capabilities: Capabilities) -> bool {
        self.irc().is_some_and(|irc| irc.capabilities.has(capabilities))
    }

    /// Returns the rooms that don't have the focus.
    pub(super) fn others(&self) -> &[RoomId] {
        self.apart.as_deref().map_or(&[], |apart| &apart.others)
    }

    /// Returns whom they ignore, in the order of the names.
    pub(super) fn ignored(&self) -> &[IgnoredState] {
        self.dealings().map_or(&[], |dealings| &dealings.ignored)
    }

    /// Tells whether they ignore who has this name.
    pub(super) fn ignores(&self, name: &Name) -> bool {
        self.apart.is_some() && self.find_ignored(name).is_ok()
    }

    /// Tells whether they ignore who said something under this name, or whoever came by this connection.
    pub(super) fn ignored_said(&self, name: &Name, origin: Option<ConnectionId>) -> bool {
        self.ignores(name) || origin.is_some() && self.ignored().iter().any(|ignored| ignored.origin == origin)
    }

    /// Returns by which connection they came whom they ignore under this name.
    pub(super) fn ignored_origin(&self, name: &Name) -> Option<ConnectionId> {
        self.find_ignored(name).ok().and_then(|place| self.ignored()[place].origin)
    }

    fn find_ignored(&self, name: &Name) -> Result<usize, usize> {
        self.ignored().binary_search_by_key(&name.key(), |ignored| ignored.name.key())
    }

    /// Returns who has written to them last.
    pub(super) fn writer(&self) -> Option<&WriterState> {
        self.dealings().and_then(|dealings| dealings.writer.as_ref())
    }

    /// Returns by which connections those came with whom they have written: the last stands last.
    pub(super) fn correspondents(&self) -> &[ConnectionId] {
        self.dealings().map_or(&[], |dealings| &dealings.correspondents)
    }

    fn dealings(&self) -> Option<&Dealings> {
        self.apart.as_deref().and_then(|apart| apart.dealings.as_deref())
    }

    /// Returns what is known since they have written with others alone, or ignore some, to be changed.
    pub(super) fn dealings_mut(&mut self) -> &mut Dealings {
        self.apart_mut().dealings.get_or_insert_default()
    }

    /// Returns by which connection somebody came who is here by this one.
    pub(super) fn origin(&self, connection: ConnectionId) -> ConnectionId {
        self.apart.as_deref().and_then(|apart| apart.origin).unwrap_or(connection)
    }

    /// Ignores who has this name from now on, and came by this connection if they are here.
    pub(super) fn ignore(&mut self, name: &Name, origin: Option<ConnectionId>) {
        let place = self.find_ignored(name);
        let ignored = &mut self.dealings_mut().ignored;
        match place {
            Err(place) => ignored.insert(place, IgnoredState { name: name.clone(), origin }),
            Ok(place) => ignored[place].origin = origin.or(ignored[place].origin),
        }
    }

    /// Hears again who has this name.
    pub(super) fn unignore(&mut self, name: &Name) {
        if let Ok(place) = self.find_ignored(name) {
            self.dealings_mut().ignored.remove(place);
            self.forget_nothing();
        }
    }
}

impl People {
    /// Returns how many are here.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Tells whether nobody has the place of this connection.
    pub(super) fn is_free(&self, connection: ConnectionId) -> bool {
        self.at(connection).is_none()
    }

    /// Puts somebody into the place of a connection, which is free.
    pub(super) fn insert(&mut self, connection: ConnectionId, name: Name, room: RoomId, address: Option<AddressKey>) {
        self.note_address(connection, address);
        let (server, slot) = (usize::from(connection.server()), connection.slot() as usize);
        if self.servers.len() <= server {
            self.servers.resize_with(server + 1, Vec::new);
        }
        let slots = &mut self.servers[server];
        if slots.len() <= slot {
            slots.resize_with(slot + 1, || None);
        }
        let before = slots[slot].replace(Person { generation: connection.generation(), name, room, apart: None });
        debug_assert!(before.is_none(), "a place is one person's");
        self.len += 1;
    }

    fn note_address(&mut self, connection: ConnectionId, address: Option<AddressKey>) {
        let (server, slot) = (usize::from(connection.server()), connection.slot() as usize);
        // Of those who come from this machine nothing is kept.
        if address.is_some() && self.addresses.len() <= server {
            self.addresses.resize_with(server + 1, Vec::new);
        }
        let Some(slots) = self.addresses.get_mut(server) else { return };
        if address.is_some() && slots.len() <= slot {
            slots.resize(slot + 1, None);
        }
        if let Some(place) = slots.get_mut(slot) {
            *place = address;
        }
    }

    /// Returns from where somebody comes who is here, if that is known.
    pub(super) fn address(&self, connection: ConnectionId) -> Option<AddressKey> {
        let slots = self.addresses.get(usize::from(connection.server()))?;
        slots.get(connection.slot() as usize).copied().flatten()
    }

    /// Returns who comes from an address, in the order of their servers and slots. It looks at all who are here.
    pub(super) fn coming_from(&self, address: AddressKey) -> impl Iterator<Item = ConnectionId> {
        let from_there = move |(server, slots): (u8, &Vec<Option<AddressKey>>)| {
            let found = (0..).zip(slots).filter(move |(_, other)| **other == Some(address));
            found.map(move |(slot, _)| ConnectionId::new(server, slot, 0)).collect::<Vec<_>>()
        };
        let found = (0..=u8::MAX).zip(&self.addresses).flat_map(from_there);
        found.filter_map(|place| self.at(place).map(|person| ConnectionId::with_key(place.key(), person.generation)))
    }

    /// Returns who a connection is of, if it is here.
    pub(super) fn get(&self, connection: ConnectionId) -> Option<&Person> {
        self.at(connection).filter(|person| person.generation == connection.generation())
    }

    /// Returns the same, to be changed.
    pub(super) fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Person> {
        let place = self.servers.get_mut(usize::from(connection.server()))?.get_mut(connection.slot() as usize)?;
        place.as_mut().filter(|person| person.generation == connection.generation())
    }

    /// Takes somebody out, who is here.
    pub(super) fn remove(&mut self, connection: ConnectionId) -> Person {
        let place = &mut self.servers[usize::from(connection.server())][connection.slot() as usize];
        self.len -= 1;
        let person = place.take().expect("they are here");
        self.note_address(connection, None);
        let origin = person.origin(connection);
        if origin != connection {
            self.going_on.remove(&origin);
        }
        person
    }

    /// Notes by which connection somebody came who is here by this one.
    pub(super) fn note_origin(&mut self, connection: ConnectionId) {
        if let Some(origin) = self.get(connection).map(|person| person.origin(connection))
            && origin != connection
        {
            self.going_on.insert(origin, connection);
        }
    }

    /// Returns who came by a connection, if they are still here: by this one or another.
    pub(super) fn come_by(&self, origin: ConnectionId) -> Option<ConnectionId> {
        let is_here = self.get(origin).is_some_and(|person| person.origin(origin) == origin);
        if is_here { Some(origin) } else { self.going_on.get(&origin).copied() }
    }

    /// Returns the connection that has a key.
    pub(super) fn connection(&self, key: u32) -> ConnectionId {
        let person = self.at(ConnectionId::with_key(key, 0)).expect("whose key is kept is here");
        ConnectionId::with_key(key, person.generation)
    }

    /// Returns the name of the owner of a connection key.
    pub(super) fn name(&self, key: u32) -> &Name {
        &self.at(ConnectionId::with_key(key, 0)).expect("whose key is kept is here").name
    }

    /// Returns all, in the order of their servers and slots.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ConnectionId, &Person)> {
        let connections = (0..=u8::MAX).flat_map(|server| self.of_server(server));
        connections.filter_map(|connection| Some((connection, self.get(connection)?)))
    }

    /// Returns the connections of a server, by their slots.
    pub(super) fn of_server(&self, server: u8) -> impl Iterator<Item = ConnectionId> {
        let slots = self.servers.get(usize::from(server)).into_iter().flatten();
        let connection = move |(slot, person): (u32, &Option<Person>)| {
            person.as_ref().map(|person| ConnectionId::new(server, slot, person.generation))
        };
        (0..).zip(slots).filter_map(connection)
    }

    /// Returns who is in the place of a connection.
    fn at(&self, connection: ConnectionId) -> Option<&Person> {
        self.servers.get(usize::from(connection.server()))?.get(connection.slot() as usize)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId::new(0);

    fn name(name: &str) -> Name {
        Name::parse(name).expect("it is a name")
    }

    #[test]
    fn people_of_several_servers_have_their_places_apart() {
        let mut people = People::default();
        let [ann, bob, cid] = [(0, 3), (2, 3), (2, 0)].map(|(server, slot)| ConnectionId::new(server, slot, 7));
        for (connection, called) in [(ann, "Ann"), (bob, "Bob"), (cid, "Cid")] {
            assert!(people.is_free(connection) && people.get(connection).is_none());
            people.insert(connection, name(called), ROOM, None);
            assert!(!people.is_free(connection));
            assert_eq!(people.name(connection.key()).as_str(), called);
        }
        assert_eq!(people.len(), 3);
        assert!(people.of_server(2).eq([cid, bob]) && people.of_server(0).eq([ann]));
        assert_eq!((people.of_server(1).count(), people.of_server(255).count()), (0, 0));
        assert!(people.iter().map(|(connection, _)| connection).eq([ann, cid, bob]));
        assert_eq!(people.remove(bob).name.as_str(), "Bob");
        assert!(people.is_free(bob) && !people.is_free(ann) && people.len() == 2);
    }

    #[test]
    fn a_connection_that_is_gone_is_not_who_has_its_place_now() {
        let mut people = People::default();
        let [old, new] = [1, 2].map(|generation| ConnectionId::new(0, 5, generation));
        people.insert(new, name("Ann"), ROOM, None);
        assert!(people.get(old).is_none() && people.get_mut(old).is_none() && !people.is_free(old));
        assert!(people.get(new).is_some() && people.get_mut(new).is_some());
    }

    #[test]
    fn who_comes_from_an_address_is_found_until_they_are_gone() {
        let mut people = People::default();
        let [ann, bob, cid] = [(0, 3), (2, 3), (2, 0)].map(|(server, slot)| ConnectionId::new(server, slot, 7));
        let [here, there] = [1, 2].map(AddressKey::new);
        for (connection, called, from) in [(ann, "Ann", here), (bob, "Bob", there), (cid, "Cid", here)] {
            people.insert(connection, name(called), ROOM, from);
            assert_eq!(people.address(connection), from);
        }
        let from = |people: &People| people.coming_from(here.expect("a number")).collect::<Vec<_>>();
        assert_eq!(from(&people), [ann, cid]);
        people.remove(ann);
        people.insert(ConnectionId::new(0, 3, 8), name("Dan"), ROOM, None);
        assert_eq!(from(&people), [cid], "a place does not keep it");
    }

    #[test]
    fn a_place_takes_what_a_person_takes() {
        assert_eq!((size_of::<Option<Person>>(), size_of::<Person>()), (40, 40));
        // Everybody has these who comes by IRC.
        assert_eq!((size_of::<Apart>(), size_of::<IrcState>()), (56, 64));
    }
}
