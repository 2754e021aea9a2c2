//! Owns the rooms: which there are, who is in each, and what is still to be told of who came and went.
//!
//! Invariant: every step takes time that grows with the logarithm of the number of rooms and members at most. So what
//! is listed in an order is kept in that order.

mod snapshot;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use slab::Slab;

use super::history::{History, Saying};
use super::lists::{fitting, room_bytes};
use super::order::Order;
use crate::kept::Past;
use crate::log::{RoomModes, TopicState, Untold};
use crate::wire::contract::List;
use crate::{Form, KeptMessage, Message, Name, NameKey, RoomId, Texts, Time, Topic};

/// More messages than a snapshot can count, so that a count never ends.
const SAID_MAX: u64 = u64::MAX / 2;

/// More than come and go before they are told of.
const UNTOLD_MAX: u64 = u32::MAX as u64 / 2;

#[derive(Clone, Debug)]
pub(super) struct Rooms {
    rooms: Slab<Room>,
    by_name: HashMap<NameKey, RoomId>,
    /// In the order of the list: most people first, then by name.
    by_size: BTreeSet<(Reverse<u32>, NameKey, RoomId)>,
    /// The crowded rooms in which somebody has come or gone and it was not told yet, by when it will be.
    crowds_due: BTreeSet<(Time, RoomId)>,
    /// How many are in `main` to hear what is said there, and are not told of and not listed yet: apart from the room,
    /// as there are few.
    silent: u32,
    /// How many rooms are listed only for who is there.
    secret: usize,
    crowd_members: u32,
    crowd_interval: Duration,
    /// What is known of rooms that may be opened by the event that is handled.
    recalled: Vec<Past>,
}

#[derive(Clone, Debug)]
struct Room {
    name: Name,
    /// The connection key of each member, in the order of the list of members.
    members: BTreeMap<NameKey, u32>,
    /// What only some rooms have: all else fits in one cache line.
    apart: Option<Box<Apart>>,
    /// How many messages have been said there.
    said: u64,
}

#[derive(Clone, Debug, Default)]
struct Apart {
    history: History,
    topic: Option<TopicState>,
    untold: Option<Untold>,
    /// The connection keys of those who have the rank of an operator.
    operators: Vec<u32>,
    /// The same of those who have the rank of a voice.
    voices: Vec<u32>,
    opened: Time,
    /// What its operators have decided.
    order: Option<Box<Order>>,
}

/// Names a rank that a member of a room can have, besides none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rank {
    /// They keep order.
    Operator,
    /// They are heard where not everybody is.
    Voice,
}

/// Holds a member of a room of a snapshot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'a> {
    pub(super) room: RoomId,
    pub(super) name: &'a Name,
    pub(super) key: u32,
    pub(super) is_operator: bool,
    pub(super) is_voice: bool,
}

/// What is known of messages that are said in a row.
#[derive(Debug)]
pub(super) struct Spoken<'a> {
    /// Which of all messages of the room the first of them is.
    pub(super) seq: u64,
    /// What the room is called.
    pub(super) name: &'a Name,
    /// How many are there to hear them.
    pub(super) members: u32,
}

/// Says whether the others in the room are to be told at once of someone who comes or goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    /// By name, now.
    Told,
    /// The room is crowded: as one of a number, soon.
    Gathered,
}

impl Rooms {
    /// The room in which everyone starts. It is always there.
    pub(super) const MAIN: RoomId = RoomId::new(0);

    pub(super) fn new(crowd_members: u32, crowd_interval: Duration) -> Self {
        let mut rooms = Self {
            rooms: Slab::new(),
            by_name: HashMap::new(),
            by_size: BTreeSet::new(),
            crowds_due: BTreeSet::new(),
            silent: 0,
            secret: 0,
            crowd_members,
            crowd_interval,
            recalled: Vec::new(),
        };
        let main = rooms.open(Time::START, Name::MAIN);
        debug_assert_eq!(main, Self::MAIN, "the first room");
        rooms
    }

    pub(super) fn len(&self) -> usize {
        self.rooms.len()
    }

    pub(super) fn find(&self, name: &Name) -> Option<RoomId> {
        self.by_name.get(&name.key()).copied()
    }

    /// Makes an empty room, which somebody has to enter next.
    pub(super) fn open(&mut self, now: Time, name: Name) -> RoomId {
        let entry = self.rooms.vacant_entry();
        let id = room_id(entry.key());
        self.by_name.insert(name.key(), id);
        self.by_size.insert((Reverse(0), name.key(), id));
        let key = name.key();
        let past = self.recalled.iter().position(|past| past.room.key() == key);
        let mut room = Room::new(name);
        if let Some(past) = past {
            room.recall(now, self.recalled.swap_remove(past));
        }
        // So `main` needs nothing apart.
        if now != Time::START {
            room.apart.get_or_insert_default().opened = now;
        }
        entry.insert(room);
        id
    }

    /// Has rooms be as these say that are opened from now on, until [`forget_recalled`](Self::forget_recalled); and
    /// `main` at once, if nothing was said there.
    pub(super) fn recall(&mut self, now: Time, mut pasts: Vec<Past>) {
        let main = &mut self.rooms[Self::MAIN.key() as usize];
        let key = main.name.key();
        if let Some(place) = pasts.iter().position(|past| past.room.key() == key) {
            let past = pasts.swap_remove(place);
            if main.said == 0 {
                main.recall(now, past);
            }
        }
        self.recalled = pasts;
    }

    /// Forgets what was said of rooms that were not opened.
    pub(super) fn forget_recalled(&mut self) {
        self.recalled = Vec::new();
    }

    pub(super) fn name(&self, id: RoomId) -> &Name {
        &self.room(id).name
    }

    /// Returns how many messages have been said in a room.
    pub(super) fn said(&self, id: RoomId) -> u64 {
        self.room(id).said
    }

    /// Counts so many messages that are said in a room.
    pub(super) fn say(&mut self, id: RoomId, messages: u32) -> Spoken<'_> {
        let room = &mut self.rooms[id.key() as usize];
        let seq = room.said + 1;
        room.said += u64::from(messages);
        let silent = if id == Self::MAIN { self.silent } else { 0 };
        Spoken { seq, name: &room.name, members: room.len() + silent }
    }

    /// Reads a little of a room, from its beginning to its end, and returns something of no meaning.
    pub(super) fn glance(&self, id: RoomId) -> u64 {
        let Some(Room { name, members, said, .. }) = self.rooms.get(id.key() as usize) else { return 0 };
        said ^ members.len() as u64 ^ name.as_str().len() as u64
    }

    /// Returns how many are in a room to hear what is said there, listed or not.
    pub(super) fn members(&self, id: RoomId) -> u32 {
        let silent = if id == Self::MAIN { self.silent } else { 0 };
        self.rooms.get(id.key() as usize).map_or(0, Room::len) + silent
    }

    /// Returns the connection keys of those who are listed in a room, in the order of the list.
    pub(super) fn member_keys(&self, id: RoomId) -> impl Iterator<Item = u32> {
        self.room(id).members.values().copied()
    }

    /// Lets somebody into `main` of whom nobody there is told yet.
    pub(super) const fn enter_silently(&mut self) {
        self.silent += 1;
    }

    /// Lists somebody in `main` who was there, and says whether the others are to be told now.
    pub(super) fn announce(&mut self, now: Time, member: &Name, key: u32) -> Presence {
        self.silent -= 1;
        self.enter(now, Self::MAIN, member, key)
    }

    /// Takes somebody out of `main` of whom nobody there was told.
    pub(super) fn leave_silently(&mut self) {
        self.silent -= 1;
        if self.members(Self::MAIN) == 0 {
            self.close(Self::MAIN);
        }
    }

    pub(super) fn enter(&mut self, now: Time, id: RoomId, member: &Name, key: u32) -> Presence {
        // Who opens a room has its highest rank.
        if id != Self::MAIN && self.room(id).members.is_empty() {
            self.rooms[id.key() as usize].apart.get_or_insert_default().operators.push(key);
        }
        self.change(id, |members| members.insert(member.key(), key));
        let crowded = self.members(id) > self.crowd_members;
        if !crowded {
            return Presence::Told;
        }
        self.untold(now, id).joined += 1;
        Presence::Gathered
    }

    /// Takes a member out, and the room away if it was the last.
    pub(super) fn leave(&mut self, now: Time, id: RoomId, member: &Name) -> Presence {
        let crowded = self.members(id) > self.crowd_members;
        let key = self.change(id, |members| members.remove(&member.key()));
        if let Some(key) = key {
            self.set_rank(id, Rank::Operator, key, false);
            self.set_rank(id, Rank::Voice, key, false);
        }
        if self.members(id) == 0 {
            self.close(id);
            return Presence::Told;
        }
        if !crowded {
            return Presence::Told;
        }
        self.untold(now, id).left += 1;
        Presence::Gathered
    }

    pub(super) fn rename(&mut self, id: RoomId, old: &Name, new: &Name, key: u32) {
        let members = &mut self.rooms[id.key() as usize].members;
        members.remove(&old.key());
        members.insert(new.key(), key);
    }

    /// Lets another connection have the place of a member.
    pub(super) fn hand_over(&mut self, id: RoomId, member: &Name, key: u32) {
        let before = self.rooms[id.key() as usize].members.insert(member.key(), key);
        if let Some(apart) = self.rooms[id.key() as usize].apart.as_deref_mut() {
            let ranks = apart.operators.iter_mut().chain(&mut apart.voices);
            ranks.filter(|other| Some(**other) == before).for_each(|other| *other = key);
        }
    }

    /// Returns when a room was opened.
    pub(super) fn opened(&self, id: RoomId) -> Time {
        self.room(id).apart.as_deref().map_or(Time::START, |apart| apart.opened)
    }

    /// Tells whether a member of a room has a rank there.
    pub(super) fn has_rank(&self, id: RoomId, rank: Rank, key: u32) -> bool {
        self.room(id).apart.as_deref().is_some_and(|apart| apart.ranked(rank).contains(&key))
    }

    /// Returns the connection keys of those who have a rank in a room.
    pub(super) fn ranked(&self, id: RoomId, rank: Rank) -> &[u32] {
        self.room(id).apart.as_deref().map_or(&[], |apart| apart.ranked(rank))
    }

    /// Gives a member of a room a rank there, or takes it. Tells whether that changes anything.
    pub(super) fn set_rank(&mut self, id: RoomId, rank: Rank, key: u32, has: bool) -> bool {
        if self.has_rank(id, rank, key) == has {
            return false;
        }
        let apart = self.rooms[id.key() as usize].apart.get_or_insert_default();
        let ranked = match rank {
            Rank::Operator => &mut apart.operators,
            Rank::Voice => &mut apart.voices,
        };
        if has {
            ranked.push(key);
        } else {
            ranked.retain(|&other| other != key);
        }
        true
    }

    /// Tells whether a room is there.
    pub(super) fn is_there(&self, id: RoomId) -> bool {
        self.rooms.contains(id.key() as usize)
    }

    /// Has a room that was just opened be as it was. What the store knows of its topic is newer; and what was said
    /// while not everybody could join stays hidden.
    pub(super) fn begin(&mut self, id: RoomId, order: Order, topic: Option<TopicState>) {
        let apart = self.rooms[id.key() as usize].apart.get_or_insert_default();
        if apart.topic.is_none() {
            apart.topic = topic;
        }
        self.change_order(id, |begun| {
            let hidden = begun.state().hidden;
            *begun = order;
            begun.hide(hidden);
        });
    }

    /// Returns what the operators of a room have decided, if they have decided anything.
    pub(super) fn order(&self, id: RoomId) -> Option<&Order> {
        self.rooms.get(id.key() as usize)?.apart.as_deref()?.order.as_deref()
    }

    /// Returns the same, to be changed.
    pub(super) fn order_mut(&mut self, id: RoomId) -> Option<&mut Order> {
        self.rooms[id.key() as usize].apart.as_deref_mut()?.order.as_deref_mut()
    }

    /// Changes what the operators of a room have decided.
    pub(super) fn change_order<R>(&mut self, id: RoomId, change: impl FnOnce(&mut Order) -> R) -> R {
        let (was_secret, said) = (self.is_secret(id), self.said(id));
        let order = &mut self.rooms[id.key() as usize].apart.get_or_insert_default().order;
        let changed = order.get_or_insert_default().change(said, change);
        order.take_if(|order| order.is_empty());
        match (was_secret, self.is_secret(id)) {
            (false, true) => self.secret += 1,
            (true, false) => self.secret -= 1,
            (true, true) | (false, false) => {}
        }
        changed
    }

    /// Tells whether only who is in a room knows of it.
    pub(super) fn is_secret(&self, id: RoomId) -> bool {
        self.order(id).is_some_and(|order| order.has(RoomModes::SECRET))
    }

    /// Tells whether not everybody can join a room.
    pub(super) fn is_closed(&self, id: RoomId) -> bool {
        self.order(id).is_some_and(Order::is_closed)
    }

    /// Tells whether somebody in a room may not be heard.
    #[inline]
    pub(super) fn is_guarded(&self, id: RoomId) -> bool {
        self.order(id).is_some_and(Order::is_guarded)
    }

    /// Handles that one less of those who left a crowded room is to be told of, since that was told at once.
    pub(super) fn tell_apart(&mut self, id: RoomId) {
        let Some(apart) = self.rooms[id.key() as usize].apart.as_deref_mut() else { return };
        let Some(untold) = &mut apart.untold else { return };
        untold.left = untold.left.saturating_sub(1);
        if untold.left == 0 && untold.joined == 0 {
            self.forget_untold(id);
        }
    }

    /// Returns when the next crowded room is to be told.
    pub(super) fn next_due(&self) -> Option<Time> {
        self.crowds_due.first().map(|&(due, _)| due)
    }

    /// Returns a room that is to be told by `now` of who came and went, and what.
    pub(super) fn take_due(&mut self, now: Time) -> Option<(RoomId, Message)> {
        let &(due, id) = self.crowds_due.first()?;
        if due > now {
            return None;
        }
        let Untold { joined, left, .. } = self.forget_untold(id)?;
        Some((id, Message::Crowd { room: self.name(id).clone(), joined, left }))
    }

    /// Lists the rooms, as many as fit, for somebody who is in these.
    pub(super) fn list(&self, own: &[RoomId], form: Form, bytes_max: usize) -> Message {
        let is_shown = |id| self.secret == 0 || !self.is_secret(id) || own.contains(&id);
        let named = |&(Reverse(members), _, id): &(Reverse<u32>, NameKey, RoomId)| {
            is_shown(id).then(|| (self.name(id).clone(), members))
        };
        let named = self.by_size.iter().filter_map(named);
        let rooms = fitting(form.list_cost(List::Rooms), named, room_bytes, bytes_max);
        let hidden = self.secret - own.iter().filter(|&&id| self.is_secret(id)).count();
        let more = self.rooms.len() - hidden - rooms.len();
        Message::Rooms { rooms, more }
    }

    /// Lists the members of a room by name, as many as fit. `name_of` tells the name of the owner of a connection key.
    pub(super) fn list_members<'a>(
        &self,
        id: RoomId,
        form: Form,
        bytes_max: usize,
        name_of: impl Fn(u32) -> &'a Name,
    ) -> Message {
        let members = &self.room(id).members;
        let named = members.values().map(|&key| name_of(key).clone());
        let names = fitting(form.list_cost(List::Users), named, |name| name.as_str().len(), bytes_max);
        let more = members.len() - names.len();
        Message::Users { room: self.name(id).clone(), names, more }
    }

    /// Keeps what is said in a room.
    pub(super) fn keep(&mut self, id: RoomId, saying: Saying, texts: Texts) {
        self.rooms[id.key() as usize].apart.get_or_insert_default().history.push(saying, texts);
    }

    /// Keeps what has happened in a room.
    pub(super) fn keep_event(&mut self, id: RoomId, event: KeptMessage) {
        self.rooms[id.key() as usize].apart.get_or_insert_default().history.push_event(event);
    }

    /// Returns what was said in a room before, if anything was.
    pub(super) fn history(&self, id: RoomId) -> Option<&History> {
        self.room(id).apart.as_deref().map(|apart| &apart.history)
    }

    pub(super) fn topic(&self, id: RoomId) -> Option<&Topic> {
        self.topic_state(id).map(|state| &state.topic)
    }

    /// Returns what a room is about, and who says so.
    pub(super) fn topic_state(&self, id: RoomId) -> Option<&TopicState> {
        self.room(id).apart.as_deref()?.topic.as_ref()
    }

    /// Tells whether a room is crowded, so that who comes and goes is gathered.
    pub(super) fn is_crowded(&self, id: RoomId) -> bool {
        self.members(id) > self.crowd_members
    }

    /// Returns the rooms in which somebody is listed, the largest first, with how many they are.
    pub(super) fn occupied(&self) -> impl Iterator<Item = (RoomId, u32)> {
        let occupied = self.by_size.iter().take_while(|(Reverse(members), ..)| *members > 0);
        occupied.map(|&(Reverse(members), _, id)| (id, members))
    }

    /// Returns all rooms, `main` first.
    pub(super) fn all(&self) -> impl Iterator<Item = RoomId> {
        self.rooms.iter().map(|(key, _)| room_id(key))
    }

    pub(super) fn set_topic(&mut self, id: RoomId, topic: Option<TopicState>) {
        self.rooms[id.key() as usize].apart.get_or_insert_default().topic = topic;
    }

    fn room(&self, id: RoomId) -> &Room {
        &self.rooms[id.key() as usize]
    }

    /// Changes who is in a room, and its place in the list of rooms with it.
    fn change<R>(&mut self, id: RoomId, change: impl FnOnce(&mut BTreeMap<NameKey, u32>) -> R) -> R {
        let room = &mut self.rooms[id.key() as usize];
        let mut place = (Reverse(room.len()), room.name.key(), id);
        let changed = change(&mut room.members);
        let len = room.len();
        self.by_size.remove(&place);
        place.0 = Reverse(len);
        self.by_size.insert(place);
        changed
    }

    /// Takes an empty room away; `main` only forgets what nobody is left to be told.
    fn close(&mut self, id: RoomId) {
        self.forget_untold(id);
        if id == Self::MAIN {
            return;
        }
        self.secret -= usize::from(self.is_secret(id));
        let name = self.rooms.remove(id.key() as usize).name;
        self.by_name.remove(&name.key());
        self.by_size.remove(&(Reverse(0), name.key(), id));
    }

    fn untold(&mut self, now: Time, id: RoomId) -> &mut Untold {
        let due = now + self.crowd_interval;
        let crowds_due = &mut self.crowds_due;
        let untold = &mut self.rooms[id.key() as usize].apart.get_or_insert_default().untold;
        untold.get_or_insert_with(|| {
            crowds_due.insert((due, id));
            Untold { joined: 0, left: 0, due }
        })
    }

    fn forget_untold(&mut self, id: RoomId) -> Option<Untold> {
        let untold = self.rooms[id.key() as usize].apart.as_deref_mut()?.untold.take()?;
        self.crowds_due.remove(&(untold.due, id));
        Some(untold)
    }
}

impl Apart {
    fn ranked(&self, rank: Rank) -> &[u32] {
        match rank {
            Rank::Operator => &self.operators,
            Rank::Voice => &self.voices,
        }
    }
}

fn room_id(key: usize) -> RoomId {
    RoomId::new(u32::try_from(key).expect("there are no more rooms than connections, and main"))
}

impl Room {
    const fn new(name: Name) -> Self {
        Self { name, members: BTreeMap::new(), apart: None, said: 0 }
    }

    /// Has it be as it was when somebody was in it last.
    fn recall(&mut self, now: Time, Past { said, hidden, topic, messages, .. }: Past) {
        self.said = said.min(SAID_MAX);
        if hidden > 0 {
            let order = self.apart.get_or_insert_default().order.get_or_insert_default();
            order.hide(hidden.min(self.said));
        }
        let history = History::recall(now, messages, self.said);
        if !history.is_empty() || topic.is_some() {
            let apart = self.apart.get_or_insert_default();
            (apart.history, apart.topic) = (history, topic);
        }
    }

    fn len(&self) -> u32 {
        u32::try_from(self.members.len()).expect("there are fewer than 2^32 connections")
    }
}

#[cfg(test)]
impl Rooms {
    /// Asserts that there is nothing here but `main`, with nobody in it and nothing to be told.
    pub(super) fn assert_only_empty_main(&self) {
        assert_eq!((self.rooms.len(), self.by_name.len(), self.by_size.len()), (1, 1, 1));
        assert!(self.crowds_due.is_empty());
        let main = self.room(Self::MAIN);
        assert!(main.members.is_empty() && main.apart.as_deref().is_none_or(|apart| apart.untold.is_none()));
    }
}
