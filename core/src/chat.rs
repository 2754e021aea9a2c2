//! Owns who is here, under which name, and in which room: the state machine at the heart of the server.
//!
//! Invariants: everyone but those who came by IRC is in a room at least. Names differ in more than case. A room exists
//! exactly while someone is in it, but `main` always does. Nobody is told of a connection that has asked for nothing
//! and left soon.

mod accounts;
mod correspondents;
mod history;
mod interested;
mod irc;
mod lists;
mod moderate;
mod names;
mod order;
mod outside;
mod owned;
pub(crate) mod past;
mod people;
mod plural;
mod private;
mod random_names;
mod rooms;
mod server_acts;
mod server_gone;
mod silent;
mod snapshot;
mod talk;
mod view;

use std::collections::{BTreeMap, VecDeque};
use std::hint::black_box;
use std::mem;

use self::interested::Interested;
use self::names::Names;
pub(crate) use self::order::BANS_MAX;
use self::people::{People, Person};
use self::random_names::RandomNames;
use self::rooms::{Presence, Rooms};
pub(crate) use self::server_acts::BARS_MAX;
use self::silent::Silent;
pub(crate) use self::view::Seen;
use crate::address_key::AddressKey;
use crate::clock::Clock;
use crate::deed::Deed;
use crate::kept::Kept;
use crate::log::{BarState, Command, Event, OwnedState, Recalled, RoomKey, WasState};
use crate::name::NameKey;
use crate::{Action, CloseCode, ConnectionId, Form, Leaving, LeftOut, Message, Name, RoomId, Rules, Stats, Time};

/// Turns what has happened into what is to be done.
///
/// Hand in each event with [`handle`](Self::handle), then take actions with [`poll_action`](Self::poll_action) until
/// there is none, and come back with [`Event::Woke`] at [`poll_timeout`](Self::poll_timeout). It never fails, and never
/// waits. The same events at the same times give the same actions in the same order.
///
/// # Examples
/// ```
/// use chinwag_core::log::{Command, Event};
/// use chinwag_core::{Action, Chat, ConnectionId, Message, Rules, Text, Time};
///
/// let mut chat = Chat::new(&Rules::default());
/// let ann = ConnectionId::new(0, 0, 0);
/// chat.handle(Time::START, Event::Opened { connection: ann, address: None });
/// let command = Command::Say(Text::clean("hello").into());
/// chat.handle(Time::START, Event::Commanded { connection: ann, command });
///
/// let last = std::iter::from_fn(|| chat.poll_action()).last();
/// let Some(Action::Broadcast { message: Message::Said { texts, .. }, .. }) = last else { panic!() };
/// assert!(texts.iter().eq(["hello"]));
/// ```
#[derive(Clone, Debug)]
pub struct Chat {
    people: People,
    /// Those who came a moment ago and have asked for nothing: they are in `main`, and nobody there knows of them.
    silent: Silent,
    names: Names,
    random_names: RandomNames,
    /// The names that belong to accounts.
    accounts: BTreeMap<NameKey, Name>,
    rooms: Rooms,
    /// Who is ignored by whom.
    ignores: Interested,
    /// Who is told when the owners of names come and go.
    monitors: Interested,
    /// Who was here, the last who left first.
    was: VecDeque<WasState>,
    /// How many people the others knew of at once, at the most: not what decides anything.
    people_max: usize,
    /// How many of the last messages are shown to who joins.
    history_on_join: u8,
    /// What time of day it is.
    clock: Clock,
    actions: VecDeque<Action>,
    /// What is to be kept outside, if anything is.
    kept: Option<Vec<Kept>>,
    /// What is said to one alone is among it.
    keeps_private: bool,
    /// From where nobody may connect.
    bars: BTreeMap<AddressKey, BarState>,
    /// What operators have done, if anybody outside is told of it.
    deeds: Option<Vec<Deed>>,
    /// The rooms that belong to accounts.
    owned: BTreeMap<NameKey, OwnedState>,
    /// What is to be kept of those outside, if anything is.
    kept_rooms: Option<Vec<(Name, Option<Box<OwnedState>>)>>,
    /// How many messages people have said.
    said: u64,
    /// How many events have happened in rooms.
    happened: u64,
    /// When the last event was handled. It decides the time of those that are stamped with an earlier one.
    at: Time,
}

/// Why somebody is found: only what those ask for is followed who are here.
const HERE: &str = "they are here";

impl Chat {
    /// Starts with nobody here.
    #[must_use]
    pub fn new(rules: &Rules) -> Self {
        Self {
            people: People::default(),
            silent: Silent::new(rules.announce_wait),
            names: Names::default(),
            random_names: RandomNames::new(rules.seed),
            accounts: BTreeMap::new(),
            rooms: Rooms::new(rules.crowd_members, rules.crowd_interval),
            ignores: Interested::default(),
            monitors: Interested::default(),
            was: VecDeque::new(),
            people_max: 0,
            history_on_join: rules.history_on_join,
            clock: Clock::default(),
            actions: VecDeque::new(),
            kept: None,
            keeps_private: false,
            bars: BTreeMap::new(),
            deeds: None,
            owned: BTreeMap::new(),
            kept_rooms: None,
            said: 0,
            happened: 0,
            at: Time::START,
        }
    }

    /// Returns the rooms of which somebody may know, as many as fit.
    pub(crate) fn list_rooms(&self, connection: ConnectionId, form: Form, bytes_max: usize) -> Message {
        let own: Vec<_> = self.people.get(connection).into_iter().flat_map(Person::rooms).collect();
        self.rooms.list(&own, form, bytes_max)
    }

    /// Returns who is in the room of somebody who is here, as many as fit.
    pub(crate) fn list_members(&self, connection: ConnectionId, form: Form, bytes_max: usize) -> Message {
        self.rooms.list_members(self.person(connection).room, form, bytes_max, |key| self.people.name(key))
    }

    /// Tells whether somebody is here of whom nobody knows yet.
    pub(crate) fn is_silent(&self, connection: ConnectionId) -> bool {
        self.silent.contains(connection)
    }

    /// Returns how many people are here of whom the others know.
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.len() - self.silent()
    }

    /// Returns how many more are here, who came a moment ago and have asked for nothing yet.
    #[must_use]
    pub fn silent(&self) -> usize {
        self.silent.len()
    }

    /// Returns how many rooms there are, `main` among them.
    #[must_use]
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Adds who and what is here, and what was said, to `stats`.
    pub fn count(&self, stats: &mut Stats) {
        stats.people += self.people() as u64;
        stats.rooms += self.rooms.len() as u64;
        stats.messages_in += self.said;
    }

    /// Handles what has happened, after what is due by then. An event of a connection that is not here, or not any
    /// more, changes nothing else.
    pub fn handle(&mut self, at: Time, event: Event) {
        if let Event::Commanded { connection, command } = event {
            return self.handle_command(at, connection, command);
        }
        let at = self.let_due(at);
        match event {
            Event::Opened { connection, address } => self.on_opened(at, connection, address),
            Event::Registered { connection, registration } => self.on_registered(at, connection, *registration),
            Event::Closed { connection } => {
                if self.is_here(connection) {
                    self.on_gone(at, connection, None, &Leaving::SERVER);
                }
            }
            Event::Recalled(recalled) => self.on_recalled(at, *recalled),
            Event::Woke | Event::Commanded { .. } => {}
            Event::Clock { unix_ms } => self.clock = Clock::set(at, unix_ms),
            Event::Decided(decided) => self.on_decided(at, *decided),
            Event::Accounts(accounts) => self.on_accounts(*accounts),
            Event::ServerGone { server } => self.on_server_gone(at, server),
        }
    }

    /// Handles an [`Event::Commanded`].
    #[inline]
    pub(crate) fn handle_command(&mut self, at: Time, connection: ConnectionId, command: Command) {
        let at = self.let_due(at);
        if self.is_here(connection) {
            self.on_command(at, connection, command);
        }
    }

    /// Handles that somebody does something which may open rooms of which this is known.
    fn on_recalled(&mut self, at: Time, Recalled { pasts, by }: Recalled) {
        self.rooms.recall(at, pasts);
        if let Some((connection, command)) = by
            && self.is_here(connection)
        {
            self.on_command(at, connection, command);
        }
        self.rooms.forget_recalled();
    }

    /// Lets it be this time, or stay as late as it is. Servers stamp records by clocks of their own, and no time goes
    /// backwards for it.
    pub(crate) fn catch_up(&mut self, at: Time) -> Time {
        self.at = self.at.max(at);
        self.at
    }

    /// Fetches from memory what is known of these connections, so that [`handle`](Self::handle) need not wait for each
    /// in turn. It changes nothing.
    pub(crate) fn prefetch(&self, connections: impl Iterator<Item = ConnectionId> + Clone) {
        let people = || connections.clone().filter_map(|connection| self.people.get(connection));
        // No read depends on another within a pass: the processor makes many at once.
        black_box(people().fold(0, |all, person| all ^ person.room.key()));
        black_box(people().fold(0, |all, person| all ^ self.rooms.glance(person.room)));
    }

    /// Returns the next thing to do.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Adds something to be done.
    pub(crate) fn push_action(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    /// Returns what is to be done at a place, to be changed.
    pub(crate) fn action_mut(&mut self, place: usize) -> Option<&mut Action> {
        self.actions.get_mut(place)
    }

    /// Takes back what was to be done at a place.
    pub(crate) fn remove_action(&mut self, place: usize) {
        self.actions.remove(place);
    }

    /// Takes back all that was to be done from a place on.
    pub(crate) fn split_off_actions(&mut self, place: usize) -> VecDeque<Action> {
        self.actions.split_off(place)
    }

    /// Puts something to be done before what is to be done at a place.
    pub(crate) fn insert_action(&mut self, place: usize, action: Action) {
        self.actions.insert(place, action);
    }

    /// Returns what time of day it takes it to be.
    pub(crate) const fn clock(&self) -> Clock {
        self.clock
    }

    /// Returns when the last event was, in milliseconds since 1970.
    pub(crate) fn time_ms(&self) -> u64 {
        self.clock.unix_ms(self.at)
    }

    /// Returns all that is to be done and was not polled, in its order.
    pub(crate) const fn actions(&self) -> &VecDeque<Action> {
        &self.actions
    }

    /// Returns the same, as if each had been polled.
    pub(crate) fn take_actions(&mut self) -> Vec<Action> {
        // The next are likely to be about as many.
        let next = VecDeque::with_capacity(self.actions.len());
        mem::replace(&mut self.actions, next).into()
    }

    /// Returns when to come back with [`Event::Woke`], if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let due = [self.rooms.next_due(), self.silent.next_due()];
        due.into_iter().flatten().min()
    }

    /// Lets happen what is due by now. Returns what time it is.
    #[inline]
    fn let_due(&mut self, at: Time) -> Time {
        let at = self.catch_up(at);
        if self.poll_timeout().is_some_and(|due| due <= at) {
            self.on_due(at);
        }
        at
    }

    fn on_opened(&mut self, at: Time, connection: ConnectionId, address: Option<AddressKey>) {
        if !self.people.is_free(connection) {
            return;
        }
        if let Some(ruling) = self.barred(at, address) {
            return self.send_away(connection, ruling);
        }
        let name = self.draw_name();
        self.people.insert(connection, name.clone(), Rooms::MAIN, address);
        self.names.insert(connection.key(), |key| self.people.name(key));
        self.reply(connection, Message::Help);
        self.reply(connection, Message::YouAre { name });
        self.silent.add(at, connection);
        self.rooms.enter_silently();
        self.actions.push_back(Action::Enter { connection, room: Rooms::MAIN });
        self.welcome(connection, Rooms::MAIN);
        self.tell_before(at, connection, Rooms::MAIN);
    }

    fn on_command(&mut self, at: Time, connection: ConnectionId, command: Command) {
        // Who came by IRC has no room with the focus, which most commands are about; nobody else does what they do.
        if command.is_for_irc().is_some_and(|is_for_irc| is_for_irc != self.person(connection).irc().is_some()) {
            return;
        }
        if command.shows_a_person() && self.silent.remove(connection) {
            self.announce(at, connection);
        }
        match command {
            Command::Say(texts) => self.on_say(at, connection, texts),
            Command::Act(text) => self.on_act(at, connection, text),
            Command::Tell { to, text } => self.on_tell(at, connection, to, text),
            Command::Answer(text) => self.on_answer(at, connection, text),
            Command::SetTopic(topic) => self.on_set_topic(at, connection, topic),
            Command::Ignore(name) => self.on_ignore(connection, name),
            Command::Unignore(name) => self.on_unignore(connection, name),
            Command::Rename(name) => self.on_rename(at, connection, name),
            Command::Join(name) => self.on_join(at, connection, name, None),
            Command::Enter(name) => self.on_enter(at, connection, name, None),
            Command::JoinWithKey { room, key, leaves: true } => self.on_join(at, connection, room, Some(&key)),
            Command::JoinWithKey { room, key, leaves: false } => self.on_enter(at, connection, room, Some(&key)),
            Command::Part(name) => self.on_part(at, connection, &name),
            Command::Resume(ghost) => self.on_resume(at, connection, ghost),
            Command::Moderate(moderation) => self.on_moderate(at, connection, *moderation),
            Command::Empower(account) => self.empower(connection, account),
            Command::LogIn(account) => self.on_log_in(at, connection, &account),
            Command::LogOut => self.on_log_out(connection),
            Command::Appear => {}
            Command::Irc(command) => self.on_irc(at, connection, *command),
            Command::Leave(code) if code == CloseCode::NORMAL => {
                self.on_gone(at, connection, Some(code), &Leaving::quit(None));
            }
            Command::Leave(code) => self.on_gone(at, connection, Some(code), &Leaving::SERVER),
        }
    }

    fn on_join(&mut self, now: Time, connection: ConnectionId, name: Name, key: Option<&RoomKey>) {
        let old = self.person(connection).room;
        let new = self.rooms.find(&name);
        if new == Some(old) {
            return self.tell_focus(connection);
        }
        if key.is_some() && !self.asks_for_a_key(now, new, &name) {
            return self.reply(connection, Message::RoomInvalid);
        }
        let is_new = new.filter(|&new| !self.person(connection).is_in(new));
        if (new.is_none() || is_new.is_some()) && !self.may_join(now, connection, (is_new, &name), key) {
            return;
        }
        self.leave(now, connection, old, Leaving::ROOM, &[]);
        if new.is_some_and(|new| self.people.get_mut(connection).expect(HERE).go_to(new)) {
            return self.tell_focus(connection);
        }
        // Only now: with its last member the old room is gone, and its place is free for the new one.
        let new = new.unwrap_or_else(|| self.open_room(now, name));
        self.enter(now, connection, new);
    }

    /// Lets somebody go on as the person of another connection: in their room, by their name, and without a word to
    /// anybody else there.
    fn on_resume(&mut self, now: Time, connection: ConnectionId, ghost: ConnectionId) {
        let is_here = self.people.get(ghost).is_some_and(|person| person.irc().is_none());
        if ghost == connection || !is_here {
            return self.reply(connection, Message::Stale);
        }
        let is_unheard = self.silent.contains(ghost) && self.silent.contains(connection);
        if is_unheard {
            // Nobody knows of either. The time that is left is that of who has just come.
            self.silent.remove(ghost);
            self.rooms.leave_silently();
            self.actions.push_back(Action::Leave { connection, room: Rooms::MAIN });
        } else {
            if self.silent.remove(ghost) {
                self.announce(now, ghost);
            }
            let was_silent = self.silent.contains(connection);
            self.leave_all(now, connection, &Leaving::SERVER);
            if !was_silent {
                let name = self.person(connection).name.clone();
                self.tell_presence(&name, None);
            }
        }
        for room in self.people.get(ghost).expect(HERE).rooms() {
            self.actions.push_back(Action::Leave { connection: ghost, room });
        }
        self.actions.push_back(Action::Cut { connection: ghost });
        let Person { name, room, mut apart, .. } = self.people.remove(ghost);
        self.names.remove(ghost.key(), &name);
        apart.get_or_insert_default().origin.get_or_insert(ghost);
        let person = self.people.get_mut(connection).expect(HERE);
        let account = person.identity().account().cloned();
        let old = mem::replace(&mut person.name, name.clone());
        (person.room, apart) = (room, mem::replace(&mut person.apart, apart));
        self.people.note_origin(connection);
        self.names.remove(connection.key(), &old);
        self.forget_ignored(
            connection,
            &apart.and_then(|apart| apart.dealings).map_or(Vec::new(), |dealings| dealings.ignored),
        );
        self.hand_over_ignored(ghost, connection);
        self.names.insert(connection.key(), |key| self.people.name(key));
        for room in self.people.get(connection).expect(HERE).rooms() {
            if !is_unheard {
                self.rooms.hand_over(room, &name, connection.key());
            }
            self.actions.push_back(Action::Enter { connection, room });
        }
        self.reply(connection, Message::YouAre { name });
        self.welcome(connection, room);
        self.tell_topic(connection, room);
        if let Some(account) = account {
            self.go_by_account(now, connection, &account);
        }
    }

    /// Handles that somebody leaves; if the connection is still there to be closed, with this code.
    fn on_gone(&mut self, now: Time, connection: ConnectionId, code: Option<CloseCode>, leaving: &Leaving) {
        let was_silent = self.silent.contains(connection);
        self.leave_all(now, connection, leaving);
        let person = self.people.remove(connection);
        self.names.remove(connection.key(), &person.name);
        self.forget_ignored(connection, person.ignored());
        if !was_silent {
            self.forget_monitored(connection, &person);
            self.note_gone(person.name.clone(), person.identity());
        }
        self.actions.push_back(Action::Close { connection, code });
    }

    fn on_due(&mut self, now: Time) {
        while let Some(connection) = self.silent.take_due(now) {
            self.announce(now, connection);
        }
        while let Some((room, message)) = self.rooms.take_due(now) {
            self.broadcast(room, message);
        }
    }

    /// Puts someone who is in no room with the focus into `room`; the others there hear of it, or will.
    fn enter(&mut self, now: Time, connection: ConnectionId, room: RoomId) {
        self.people.get_mut(connection).expect(HERE).room = room;
        self.arrive(now, connection, room);
        self.tell_before(now, connection, room);
    }

    /// Lists someone in `room`, who has it now. Tells whether the others hear of it now.
    fn arrive(&mut self, now: Time, connection: ConnectionId, room: RoomId) -> Presence {
        let person = self.person(connection);
        let (name, identity) = (person.name.clone(), person.identity());
        let audience = self.rooms.members(room);
        let presence = self.rooms.enter(now, room, &name, connection.key());
        let is_told_of = self.note_operator(now, connection, room);
        if presence == Presence::Told {
            let time_ms = self.time_ms();
            let message = Message::Joined { room: self.rooms.name(room).clone(), name, identity, time_ms };
            self.broadcast_to(room, audience, message);
        }
        self.actions.push_back(Action::Enter { connection, room });
        self.welcome(connection, room);
        self.note_arrival(now, connection, room);
        if is_told_of {
            self.tell_operator(connection, room);
        }
        presence
    }

    /// Tells someone which room they have entered.
    fn welcome(&mut self, connection: ConnectionId, room: RoomId) {
        let (room, seq) = (self.rooms.name(room).clone(), self.rooms.said(room));
        self.reply(connection, Message::YouJoined { room, seq });
    }

    /// Tells the others in `main`, or will, of someone who was silent there until now.
    fn announce(&mut self, now: Time, connection: ConnectionId) {
        let (room, name) = (Rooms::MAIN, self.person(connection).name.clone());
        self.tell_presence(&name, Some(self.person(connection).identity()));
        self.count_people();
        let presence = self.rooms.announce(now, &name, connection.key());
        let others = self.rooms.members(room) - 1;
        if presence == Presence::Told && others > 0 {
            let identity = self.person(connection).identity();
            let time_ms = self.time_ms();
            let message = Message::Joined { room: self.rooms.name(room).clone(), name, identity, time_ms };
            let except = LeftOut::of([connection]);
            self.actions.push_back(Action::Broadcast { room, audience: others, except, message });
        }
    }

    /// Takes someone out of a room; those who stay hear of it, or will. That somebody has left the server, who came by
    /// IRC does not hear again who is in one of the rooms where it was `told` already. Tells whether they hear of it
    /// now: of who was silent nobody ever does.
    fn leave(
        &mut self,
        now: Time,
        connection: ConnectionId,
        room: RoomId,
        leaving: Leaving,
        told: &[RoomId],
    ) -> Presence {
        self.actions.push_back(Action::Leave { connection, room });
        if self.silent.remove(connection) {
            self.rooms.leave_silently();
            return Presence::Told;
        }
        let person = self.person(connection);
        let (name, identity) = (person.name.clone(), person.identity());
        if self.owns(connection, room) {
            self.note_owner(now, room);
        }
        self.note_left(connection, room);
        let presence = self.rooms.leave(now, room, &name);
        if presence == Presence::Told {
            let time_ms = self.time_ms();
            let except = self.who_heard(room, told, &leaving);
            self.tell_left(room, except, |room| Message::Left { room, name, identity, leaving, time_ms });
        }
        presence
    }

    fn tell_left(&mut self, id: RoomId, except: Option<Box<LeftOut>>, message: impl FnOnce(Name) -> Message) {
        let members = self.rooms.members(id);
        if members > 0 {
            let room = self.rooms.name(id).clone();
            self.tell_room(id, members, except, message(room));
        }
    }

    fn reply(&mut self, connection: ConnectionId, message: Message) {
        self.actions.push_back(Action::Reply { connection, message });
    }

    fn broadcast(&mut self, room: RoomId, message: Message) {
        self.broadcast_to(room, self.rooms.members(room), message);
    }

    fn broadcast_to(&mut self, room: RoomId, audience: u32, message: Message) {
        if audience > 0 {
            self.actions.push_back(Action::Broadcast { room, audience, except: None, message });
        }
    }

    /// Tells whether a connection is here.
    pub(crate) fn is_here(&self, connection: ConnectionId) -> bool {
        self.people.get(connection).is_some()
    }

    fn person(&self, connection: ConnectionId) -> &Person {
        self.people.get(connection).expect(HERE)
    }
}

#[cfg(test)]
mod tests;
