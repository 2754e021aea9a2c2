//! Owns what a hub does where history is kept in a store outside: what it has to know of a room before that is opened,
//! and what is read there for somebody.
//!
//! Invariant: a room is opened only with what the store knows of it, so that its messages go on with their numbers.
//! What the store has said of a room counts until somebody opens that.

use std::collections::HashMap;
use std::mem;

use super::Hub;
use super::irc::joined_rooms;
use crate::chat::past::in_pieces;
use crate::connections::Step;
use crate::kept::{Found, Kept, KeptMessage, Page, Past, Search, Venue};
use crate::log::{Command, Event, Recalled, SnapshotError};
use crate::recording::{AskedState, MemoryState};
use crate::request::PIECE;
use crate::{ConnectionId, Effect, Form, Message, Name, NameKey, Request, Text, Time};

/// How many messages are found at the most: as many as fit on a screen.
const FOUND_MAX: u8 = 10;

/// Holds what is asked of the store about rooms.
#[derive(Debug)]
pub(super) struct Memory {
    /// Of the store.
    pub(super) identity: u64,
    asked: HashMap<NameKey, Asked>,
    /// What is to be read for somebody next, behind what is read now; or that, where more is to be told with it.
    next: HashMap<ConnectionId, Page>,
    /// What it said, for whoever is about to open these rooms.
    pasts: HashMap<ConnectionId, Vec<Past>>,
}

/// Holds who waits for what the store knows of a room.
#[derive(Debug)]
struct Asked {
    room: Name,
    waiting: Vec<ConnectionId>,
    /// The room was opened meanwhile: what the store says may not be all.
    is_stale: bool,
}

impl Memory {
    fn new(identity: u64) -> Self {
        Self { identity, asked: HashMap::new(), next: HashMap::new(), pasts: HashMap::new() }
    }

    /// Returns what it is as plain data, but for what is of one connection alone.
    pub(super) fn state(&self, keeps_private: bool) -> MemoryState {
        let state = |Asked { room, waiting, is_stale }: &Asked| AskedState {
            room: room.clone(),
            waiting: waiting.clone(),
            is_stale: *is_stale,
        };
        let mut asked: Vec<_> = self.asked.values().map(state).collect();
        asked.sort_unstable_by_key(|asked| asked.room.key());
        MemoryState { identity: self.identity, keeps_private, asked }
    }

    /// Makes it of what it was.
    pub(super) fn restore(MemoryState { identity, asked, .. }: MemoryState) -> Result<Self, SnapshotError> {
        let is_sorted = asked.is_sorted_by(|one, next| one.room.key() < next.room.key());
        SnapshotError::unless(is_sorted, "the rooms that the store is asked about are not in their order")?;
        let of = |AskedState { room, waiting, is_stale }| (room.key(), Asked { room, waiting, is_stale });
        Ok(Self { asked: asked.into_iter().map(of).collect(), ..Self::new(identity) })
    }

    /// Returns what is to be read next for a connection, and what is known of the rooms that it is about to open.
    pub(super) fn state_of(&self, connection: ConnectionId) -> (Option<Page>, Vec<Past>) {
        (self.next.get(&connection).cloned(), self.pasts.get(&connection).cloned().unwrap_or_default())
    }

    /// Has it be this.
    pub(super) fn restore_of(&mut self, connection: ConnectionId, next: Option<Page>, pasts: Vec<Past>) {
        self.next.extend(next.map(|next| (connection, next)));
        if !pasts.is_empty() {
            self.pasts.insert(connection, pasts);
        }
    }
}

impl Command {
    /// Returns the room that this opens if it is not there. What comes by IRC is known by its line.
    const fn opens(&self) -> Option<&Name> {
        match self {
            Self::Join(room) | Self::Enter(room) | Self::JoinWithKey { room, .. } => Some(room),
            Self::Say(_)
            | Self::Act(_)
            | Self::Tell { .. }
            | Self::Answer(_)
            | Self::SetTopic(_)
            | Self::Ignore(_)
            | Self::Unignore(_)
            | Self::Rename(_)
            | Self::Part(_)
            | Self::Resume(_)
            | Self::Moderate(_)
            | Self::Empower(_)
            | Self::LogIn(_)
            | Self::LogOut
            | Self::Appear
            | Self::Irc(_)
            | Self::Leave(_) => None,
        }
    }
}

impl<S> Hub<S> {
    /// Has a store outside keep what is said in rooms, and if it is to be so also what is said to one person alone by
    /// or to somebody who is logged in: hand it what [`take_kept`](Self::take_kept) gives, and have it answer the
    /// effects that ask for it, in that order. First of all say what it knows of `main`, by
    /// [`recall_main`](Self::recall_main). `identity` is a number of the store, by which browsers know that messages go
    /// on with their numbers.
    pub fn keep_history(&mut self, identity: u64, also_private: bool) {
        self.memory = Some(Memory::new(identity));
        self.chat.keep(also_private);
    }

    /// Has `main` be as it was when the store was used last.
    pub fn recall_main(&mut self, now: Time, past: Past) {
        self.propose(now, Event::Recalled(Box::new(Recalled { pasts: vec![past], by: None })));
        self.account(now);
    }

    /// Returns what is to be kept since this was last called, in its order: before any effect is performed that was
    /// polled later, and before the batch is handed on that people are told it by.
    pub fn take_kept(&mut self) -> Vec<Kept> {
        self.chat.take_kept()
    }

    /// Tells whether a command can be followed without a word from the store.
    #[inline]
    pub(super) fn knows_all_for(&self, command: &Command) -> bool {
        self.memory.is_none() || command.opens().is_none()
    }

    /// Returns a step, if all is known that it takes. Else it waits for what the store knows of a room.
    pub(super) fn with_rooms(&mut self, connection: ConnectionId, step: Step) -> Option<Step> {
        let Some(room) = self.unknown_room(connection, &step) else { return Some(step) };
        self.connections.form(connection)?;
        let memory = self.memory.as_mut()?;
        let asked = memory.asked.entry(room.key()).or_insert_with(|| {
            self.effects.push_back(Effect::Recall { room: room.clone() });
            Asked { room, waiting: Vec::new(), is_stale: false }
        });
        asked.waiting.push(connection);
        self.connections.await_effect(connection);
        self.connections.push_back_first(connection, step);
        None
    }

    /// Returns a room that a step opens, and of which nothing is known.
    fn unknown_room(&self, connection: ConnectionId, step: &Step) -> Option<Name> {
        // Of who has just come the chat may not know yet.
        let is_here = self.chat.is_here(connection) || self.connections.is_in_flight(connection);
        let memory = self.memory.as_ref().filter(|_| is_here)?;
        let pasts = memory.pasts.get(&connection).map_or(&[][..], Vec::as_slice);
        let is_unknown =
            |room: &Name| self.chat.room(room).is_none() && pasts.iter().all(|past| past.room.key() != room.key());
        match step {
            Step::Ask(Request::Command(command)) => command.opens().filter(|room| is_unknown(room)).cloned(),
            Step::Ask(Request::Irc(line)) if line.is_utf8() => joined_rooms(line.as_str()).into_iter().find(is_unknown),
            Step::Ask(Request::Irc(_) | Request::Resume(_) | Request::Query(_) | Request::Notice(_)) | Step::Close => {
                None
            }
        }
    }

    /// Returns what somebody does as an event, with what is known of the rooms that it may open.
    pub(super) fn commanded(&mut self, connection: ConnectionId, command: Command) -> Event {
        let Some(pasts) = self.memory.as_mut().and_then(|memory| memory.pasts.remove(&connection)) else {
            return Event::Commanded { connection, command };
        };
        for past in &pasts {
            self.forget_past(&past.room);
        }
        Event::Recalled(Box::new(Recalled { pasts, by: Some((connection, command)) }))
    }

    /// Handles that a room is opened: what the store has said of it does not count any more.
    fn forget_past(&mut self, room: &Name) {
        let Some(memory) = &mut self.memory else { return };
        if let Some(asked) = memory.asked.get_mut(&room.key()) {
            asked.is_stale = true;
        }
        memory.pasts.retain(|_, pasts| {
            pasts.retain(|past| past.room.key() != room.key());
            !pasts.is_empty()
        });
    }

    /// Forgets what was found out for a step that is followed.
    pub(super) fn forget_pasts(&mut self, connection: ConnectionId) {
        if let Some(memory) = &mut self.memory {
            memory.pasts.remove(&connection);
        }
    }

    /// Returns who waits for what the store knows of a room, in the order in which they go on.
    #[must_use]
    pub fn awaiting(&self, room: &Name) -> Vec<ConnectionId> {
        let asked = self.memory.as_ref().and_then(|memory| memory.asked.get(&room.key()));
        asked.map(|asked| asked.waiting.clone()).unwrap_or_default()
    }

    /// Handles what the store knows of a room: those who wait for it go on, one after the other.
    pub(super) fn handle_recalled(&mut self, now: Time, past: &Past) {
        let key = past.room.key();
        let Some(asked) = self.memory.as_mut().and_then(|memory| memory.asked.get_mut(&key)) else { return };
        for connection in mem::take(&mut asked.waiting) {
            if !self.connections.handle_effect(connection) {
                continue;
            }
            if let Some(memory) = &mut self.memory
                && memory.asked.get(&key).is_some_and(|asked| !asked.is_stale)
            {
                memory.pasts.entry(connection).or_default().push(past.clone());
            }
            self.release(now, connection);
        }
        let Some(memory) = &mut self.memory else { return };
        let asked = memory.asked.remove(&key).filter(|asked| !asked.waiting.is_empty());
        if let Some(asked) = asked {
            self.effects.push_back(Effect::Recall { room: asked.room.clone() });
            memory.asked.insert(key, Asked { is_stale: false, ..asked });
        }
    }

    /// Tells the last messages of somebody's room, from the store if that has more of them than the chat.
    pub(super) fn tell_history(&mut self, now: Time, connection: ConnectionId, count: u8) {
        if self.memory.is_some()
            && let Some(room) = self.chat.room_with_more(connection, count)
        {
            let venue = room.into();
            let page = Page { venue, after: None, before: None, is_from_oldest: false, count, with_events: false };
            return self.read(connection, page);
        }
        let pieces = self.chat.history(connection, now, count, self.config.limits.list_bytes_max);
        self.answer_in_pieces(connection, pieces);
    }

    /// Tells messages of a room where somebody is.
    pub(super) fn tell_page(&mut self, now: Time, connection: ConnectionId, page: Page) {
        let room = page.venue.room().and_then(|room| self.chat.room(room));
        let Some(room) = room.filter(|&room| self.chat.is_in(connection, room)) else {
            return self.tell_read(now, connection, &page.venue, Vec::new());
        };
        let page = Page { venue: self.chat.room_name(room).clone().into(), ..page };
        if self.memory.is_some() {
            return self.read(connection, page);
        }
        let (venue, messages) = (page.venue.clone(), self.chat.page(connection, page));
        self.tell_read(now, connection, &venue, messages);
    }

    /// Reads one page for somebody, and then perhaps another.
    pub(super) fn read_pages(&mut self, connection: ConnectionId, page: Page, next: Option<Page>) {
        if let (Some(memory), Some(next)) = (&mut self.memory, next) {
            memory.next.insert(connection, next);
        }
        self.read(connection, page);
    }

    fn read(&mut self, connection: ConnectionId, page: Page) {
        let page = self.chat.within(connection, page);
        self.connections.await_effect(connection);
        self.effects.push_back(Effect::Read { connection, page });
    }

    /// Tells somebody what was read for them.
    pub(super) fn tell_read(&mut self, now: Time, connection: ConnectionId, venue: &Venue, messages: Vec<KeptMessage>) {
        if self.connections.form(connection).is_some_and(Form::registers) {
            let next = self.memory.as_mut().and_then(|memory| memory.next.remove(&connection));
            match (venue, next) {
                (Venue::AllPrivate(_), Some(page)) => self.add_targets(connection, &page, messages),
                (_, next) => {
                    self.add_read(connection, venue, messages);
                    next.into_iter().for_each(|next| self.read(connection, next));
                }
            }
            return;
        }
        let said = self.chat.heard(connection, now, venue, messages);
        let pieces = venue.room().map(|room| in_pieces(room, said, self.config.limits.list_bytes_max));
        self.answer_in_pieces(connection, pieces.unwrap_or_default());
    }

    /// Looks for what was said in the rooms where somebody is.
    pub(super) fn search(&mut self, connection: ConnectionId, words: Text) {
        if self.memory.is_none() {
            return self.reply(connection, Message::NoHistory);
        }
        let rooms = self.chat.rooms_of(connection);
        self.connections.await_effect(connection);
        let search = Search { rooms, words, count: FOUND_MAX };
        self.effects.push_back(Effect::Search { connection, search });
    }

    /// Tells somebody what was found for them. Of an answer by IRC the lines make the pieces.
    pub(super) fn tell_found(&mut self, now: Time, connection: ConnectionId, found: Vec<Found>) {
        let is_by_irc = self.connections.form(connection).is_some_and(Form::registers);
        let bytes_max = if is_by_irc { usize::MAX } else { self.config.limits.list_bytes_max };
        let pieces = self.chat.found(connection, now, found, bytes_max);
        self.answer_in_pieces(connection, pieces);
    }

    /// Tells whoever has waited for it what was read or found, and lets them go on.
    pub(super) fn answer_awaited(&mut self, now: Time, connection: ConnectionId, tell: impl FnOnce(&mut Self)) {
        if self.connections.handle_effect(connection) {
            let before = self.chat.actions().len();
            self.keep_within(connection, PIECE, tell);
            if self.connections.awaits_effect(connection) {
                return;
            }
            self.finish_irc(now, connection, before);
            self.release(now, connection);
        }
    }
}
