//! Owns what of people and rooms is shown to those who ask by IRC: nothing here changes anything.

use super::lists::fitting;
use super::rooms::{Rank, Rooms};
use super::{Chat, Person};
use crate::address_key::AddressKey;
use crate::log::{BanState, IrcState, OrderState, TopicState, WasState};
use crate::wire::contract::List;
use crate::{Banned, ConnectionId, Form, Identity, Message, Name, RoomId, Ruling, Time};

/// How many people are remembered who were here: for `WHOWAS`, which is asked for right after somebody left.
pub(super) const WAS_MAX: usize = 32;

/// Lends what is known of somebody who is here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a> {
    pub(crate) connection: ConnectionId,
    person: &'a Person,
}

impl<'a> Seen<'a> {
    pub(crate) const fn name(&self) -> &'a Name {
        &self.person.name
    }

    pub(crate) fn identity(&self) -> Identity {
        self.person.identity()
    }

    /// Returns what is known only of who came by IRC.
    pub(crate) fn irc(&self) -> Option<&'a IrcState> {
        self.person.irc()
    }

    pub(crate) fn rooms(&self) -> impl Iterator<Item = RoomId> + use<'a> {
        self.person.rooms()
    }

    /// Tells whether they are an operator of the server.
    pub(crate) fn is_server_operator(&self) -> bool {
        self.person.is_server_operator()
    }

    pub(crate) fn is_in(&self, room: RoomId) -> bool {
        self.person.is_in(room)
    }

    /// Tells whether both are in one room.
    pub(crate) fn shares_a_room_with(&self, other: &Self) -> bool {
        self.rooms().any(|room| other.is_in(room))
    }
}

impl Chat {
    /// Returns whoever is here by a connection.
    pub(crate) fn seen(&self, connection: ConnectionId) -> Option<Seen<'_>> {
        self.people.get(connection).map(|person| Seen { connection, person })
    }

    /// Returns whoever is here under a name, if others know of them.
    pub(crate) fn seen_as(&self, name: &Name) -> Option<Seen<'_>> {
        self.find(name).and_then(|connection| self.seen(connection))
    }

    /// Returns all of whom others know, in the order of their connections.
    pub(crate) fn all_seen(&self) -> impl Iterator<Item = Seen<'_>> {
        let seen = self.people.iter().map(|(connection, person)| Seen { connection, person });
        seen.filter(|seen| !self.silent.contains(seen.connection))
    }

    /// Returns who is listed in a room, by name.
    pub(crate) fn members_of(&self, room: RoomId) -> impl Iterator<Item = Seen<'_>> {
        self.rooms.member_keys(room).filter_map(|key| self.seen(self.people.connection(key)))
    }

    /// Returns how many are listed in a room.
    pub(crate) fn members(&self, room: RoomId) -> u32 {
        self.rooms.members(room)
    }

    /// Returns the room of a name.
    pub(crate) fn room(&self, name: &Name) -> Option<RoomId> {
        self.rooms.find(name)
    }

    pub(crate) fn room_name(&self, room: RoomId) -> &Name {
        self.rooms.name(room)
    }

    pub(crate) fn topic_of(&self, room: RoomId) -> Option<&TopicState> {
        self.rooms.topic_state(room)
    }

    /// Returns when a room was opened, in seconds since 1970.
    pub(crate) fn opened_s(&self, room: RoomId) -> u64 {
        self.clock.unix_ms(self.rooms.opened(room)) / 1000
    }

    /// Returns the rooms in which somebody is listed, the largest first, with how many they are.
    pub(crate) fn occupied_rooms(&self) -> impl Iterator<Item = (RoomId, u32)> {
        self.rooms.occupied()
    }

    /// Returns `main`, if nobody is listed in it, with that they are none.
    pub(crate) fn empty_room(&self) -> Option<(RoomId, u32)> {
        Some((Rooms::MAIN, 0)).filter(|&(main, _)| self.rooms.member_keys(main).next().is_none())
    }

    /// Tells whether somebody has the rank of an operator in a room.
    pub(crate) fn is_operator(&self, room: RoomId, connection: ConnectionId) -> bool {
        self.rooms.has_rank(room, Rank::Operator, connection.key())
    }

    /// Tells whether somebody has the rank of a voice in a room.
    pub(crate) fn is_voice(&self, room: RoomId, connection: ConnectionId) -> bool {
        self.rooms.has_rank(room, Rank::Voice, connection.key())
    }

    /// Tells whether a room is shown to somebody: only who is in a secret one knows of it, and operators of the server.
    pub(crate) fn is_shown(&self, room: RoomId, to: ConnectionId) -> bool {
        !self.rooms.is_secret(room)
            || self.people.get(to).is_some_and(|person| person.is_in(room) || person.is_server_operator())
    }

    /// Returns what the operators of a room have decided.
    pub(crate) fn order(&self, room: RoomId) -> OrderState {
        self.rooms.order(room).map(|order| order.state().clone()).unwrap_or_default()
    }

    /// Returns who can't join a room, or can in spite of that, as far as it is not over.
    pub(crate) fn bans(&self, now: Time, room: RoomId, is_exception: bool) -> impl Iterator<Item = &BanState> {
        self.rooms.order(room).into_iter().flat_map(move |order| order.list(now, is_exception))
    }

    /// Returns from where somebody comes, if that is known.
    pub(crate) fn address(&self, connection: ConnectionId) -> Option<AddressKey> {
        self.people.address(connection)
    }

    /// Lists who keeps order in the room of somebody, as many as fit.
    pub(crate) fn list_operators(&self, connection: ConnectionId, form: Form, bytes_max: usize) -> Message {
        let room = self.person(connection).room;
        let operators = self.rooms.ranked(room, Rank::Operator);
        let mut names: Vec<_> = operators.iter().map(|&key| self.people.name(key).clone()).collect();
        names.sort_by_key(Name::key);
        let count = names.len();
        let names = fitting(form.list_cost(List::Operators), names.into_iter(), |name| name.as_str().len(), bytes_max);
        let more = count - names.len();
        Message::Ruling(Box::new(Ruling::Operators { room: self.rooms.name(room).clone(), names, more }))
    }

    /// Lists who can't join the room of somebody, as many as fit; of `main`, to an operator of the server, who can't
    /// connect.
    pub(crate) fn list_bans(&self, now: Time, connection: ConnectionId, form: Form, bytes_max: usize) -> Message {
        let person = self.person(connection);
        let room = person.room;
        let of_room = self.bans(now, room, false).map(|ban| (ban.mask.to_string(), &ban.by, ban.until, &ban.why));
        let shows_bars = room == Rooms::MAIN && person.is_server_operator();
        let bars = self.bars.values().filter(|bar| shows_bars && bar.until.is_none_or(|until| until > now));
        let of_server = bars.map(|bar| (bar.address.to_string(), &bar.by, bar.until, &bar.why));
        let all = of_room.chain(of_server).map(|(whom, by, until, why)| Banned {
            whom,
            by: by.clone(),
            until_ms: until.map(|until| self.clock.unix_ms(until)),
            why: why.clone(),
        });
        let all: Vec<_> = all.collect();
        let count = all.len();
        let bans = fitting(form.list_cost(List::Bans), all.into_iter(), Banned::bytes, bytes_max);
        let more = count - bans.len();
        Message::Ruling(Box::new(Ruling::Bans { room: self.rooms.name(room).clone(), bans, more }))
    }

    /// Tells whether so many are in a room that not each who comes and goes is told of.
    pub(crate) fn is_crowded(&self, room: RoomId) -> bool {
        self.rooms.is_crowded(room)
    }

    /// Returns who was here under a name, the last first.
    pub(crate) fn was(&self, name: &Name) -> impl Iterator<Item = &WasState> {
        let key = name.key();
        self.was.iter().filter(move |was| was.name.key() == key)
    }

    /// Returns how many people the others knew of at once, at the most.
    pub(crate) const fn people_max(&self) -> usize {
        self.people_max
    }

    /// Counts the people, once the others know of one more.
    pub(super) fn count_people(&mut self) {
        self.people_max = self.people_max.max(self.people());
    }

    /// Remembers that somebody was here under a name.
    pub(super) fn remember(&mut self, name: Name, identity: Identity) {
        let time_ms = self.time_ms();
        self.was.truncate(WAS_MAX - 1);
        self.was.push_front(WasState { name, identity, time_ms });
    }
}
