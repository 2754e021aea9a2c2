//! Owns what is shown of what was said before: to who joins, and to who asks.

use super::Chat;
use super::history::History;
use crate::kept::{Bound, Found, KeptMessage, Page, Venue};
use crate::message::Earlier;
use crate::window::LIST_BYTES_MAX;
use crate::{ConnectionId, Message, Name, RoomId, Time};

/// What stands around each message that was found more than around others: the room.
const ROOM_BYTES: usize = Name::ROOM_CHARS_MAX + 12;

impl Chat {
    /// Returns what was said in somebody's room before, so many messages at most, in pieces of so many bytes.
    pub(crate) fn history(&self, connection: ConnectionId, now: Time, count: u8, bytes_max: usize) -> Vec<Message> {
        let id = self.person(connection).room;
        let said = self.earlier(connection, id, now.max(self.at), count, usize::MAX);
        in_pieces(self.rooms.name(id), said, bytes_max)
    }

    /// Returns what somebody has to be shown of what was said in a room: so many messages at most, as many as fit.
    pub(super) fn earlier(
        &self,
        connection: ConnectionId,
        id: RoomId,
        now: Time,
        count: u8,
        bytes_max: usize,
    ) -> Vec<Earlier> {
        let (person, hidden) = (self.person(connection), self.hidden_from(connection, id));
        let shown = |history: &History| {
            history.last((now, self.clock), hidden, count.into(), bytes_max, |name, origin| {
                !person.ignored_said(name, origin)
            })
        };
        self.rooms.history(id).map(shown).unwrap_or_default()
    }

    /// Returns somebody's room, if more was said there than is known here, and so many messages are not.
    pub(crate) fn room_with_more(&self, connection: ConnectionId, count: u8) -> Option<Name> {
        let id = self.person(connection).room;
        let known = self.rooms.history(id).map_or(0, History::messages);
        let is_all =
            known >= usize::from(count) || known as u64 >= self.rooms.said(id) - self.hidden_from(connection, id);
        (!is_all).then(|| self.rooms.name(id).clone())
    }

    /// Returns the last message of a room that somebody there is not shown, or zero: they came when not all could.
    pub(super) fn hidden_from(&self, connection: ConnectionId, id: RoomId) -> u64 {
        let origin = self.person(connection).origin(connection);
        self.rooms.order(id).map_or(0, |order| order.hidden_from(origin))
    }

    /// Forgets what somebody is not shown of a room who leaves it.
    pub(super) fn note_left(&mut self, connection: ConnectionId, id: RoomId) {
        if self.hidden_from(connection, id) > 0 {
            let origin = self.person(connection).origin(connection);
            self.rooms.change_order(id, |order| order.note_left(origin));
        }
    }

    /// Returns a page with what somebody in a room may be shown of it.
    pub(crate) fn within(&self, connection: ConnectionId, page: Page) -> Page {
        let id = page.venue.room().and_then(|room| self.rooms.find(room)).filter(|&id| self.is_in(connection, id));
        let hidden = id.map_or(0, |id| self.hidden_from(connection, id));
        let after = match page.after {
            Some(Bound::Seq(seq)) => Some(Bound::Seq(seq.max(hidden))),
            Some(Bound::Event { seq, .. }) if hidden > 0 && seq <= hidden => Some(Bound::Seq(hidden)),
            None if hidden > 0 => Some(Bound::Seq(hidden)),
            after @ (Some(Bound::TimeMs(_) | Bound::Event { .. }) | None) => after,
        };
        Page { after, ..page }
    }

    /// Returns what is shown to who has joined a room.
    pub(crate) fn shown_on_joining(&self, connection: ConnectionId, room: &Name) -> Vec<Earlier> {
        let room = self.rooms.find(room);
        let shown = room.map(|room| self.earlier(connection, room, self.at, self.history_on_join, LIST_BYTES_MAX));
        shown.unwrap_or_default()
    }

    /// Returns when the last message of a room was said, in milliseconds since 1970.
    pub(crate) fn last_said_ms(&self, room: &Name) -> Option<u64> {
        self.rooms.history(self.rooms.find(room)?)?.last_time_ms()
    }

    /// Returns the rooms where somebody is.
    pub(crate) fn rooms_of(&self, connection: ConnectionId) -> Vec<Name> {
        let rooms = self.people.get(connection).into_iter().flat_map(|person| person.rooms());
        rooms.map(|room| self.rooms.name(room).clone()).collect()
    }

    /// Tells whether somebody is in a room.
    pub(crate) fn is_in(&self, connection: ConnectionId, room: RoomId) -> bool {
        self.people.get(connection).is_some_and(|person| person.is_in(room))
    }

    /// Returns the messages of a page that somebody may be shown, as far as they are known here.
    pub(crate) fn page(&self, connection: ConnectionId, page: Page) -> Vec<KeptMessage> {
        let page = self.within(connection, page);
        let room = page.venue.room().and_then(|room| self.rooms.find(room));
        let history = room.and_then(|room| self.rooms.history(room));
        let mut messages = history.map(History::messages_kept).unwrap_or_default();
        messages.retain(|message| page.has(message));
        page.cut(&mut messages);
        messages
    }

    /// Returns those of messages that somebody hears, as they are told.
    pub(crate) fn heard(
        &self,
        connection: ConnectionId,
        now: Time,
        venue: &Venue,
        messages: Vec<KeptMessage>,
    ) -> Vec<Earlier> {
        messages.into_iter().filter_map(|message| self.heard_of(connection, now, venue, message)).collect()
    }

    fn heard_of(&self, connection: ConnectionId, now: Time, venue: &Venue, message: KeptMessage) -> Option<Earlier> {
        // They may have left, or logged out, since it was asked for.
        let is_heard = match venue {
            Venue::Room(room) => self.is_heard_of_room(connection, room, &message),
            Venue::Private(_) | Venue::AllPrivate(_) => self.may_read_private(connection, venue, &message),
        };
        let KeptMessage { name, text, is_act, time_ms, seq, event } = message;
        let age = self.clock.age(now.max(self.at), time_ms);
        is_heard.then_some(Earlier { name, text, is_act, age, time_ms, seq, event })
    }

    fn is_heard_of_room(&self, connection: ConnectionId, room: &Name, message: &KeptMessage) -> bool {
        let Some(person) = self.people.get(connection) else { return false };
        let Some(room) = self.rooms.find(room).filter(|&room| person.is_in(room)) else { return false };
        // An event has the number of the message before it, which may be the last that is hidden.
        let hidden = self.hidden_from(connection, room);
        !person.ignores(&message.name) && (message.seq > hidden || hidden == 0)
    }

    /// Returns what was found for somebody, in pieces of so many bytes, the oldest first.
    pub(crate) fn found(
        &self,
        connection: ConnectionId,
        now: Time,
        found: Vec<Found>,
        bytes_max: usize,
    ) -> Vec<Message> {
        let heard = |Found { room, message }| {
            let earlier = self.heard_of(connection, now, &Venue::Room(room.clone()), message)?;
            Some((room, earlier))
        };
        let found = found.into_iter().rev().filter_map(heard).collect();
        let bytes = |(_, earlier): &(Name, Earlier)| ROOM_BYTES + bytes_of(earlier);
        let message = |found, more| Message::Found { found, more };
        pieces(found, bytes, bytes_max, message)
    }
}

/// Returns what was said in a room, in pieces of so many bytes.
pub(crate) fn in_pieces(room: &Name, said: Vec<Earlier>, bytes_max: usize) -> Vec<Message> {
    pieces(said, bytes_of, bytes_max, |said, more| Message::History { room: room.clone(), said, more })
}

fn bytes_of(earlier: &Earlier) -> usize {
    Earlier::bytes_max(&earlier.name, earlier.text.as_str())
}

/// Makes messages of a list, each with as much of it as fits into so many bytes: one at least, which says whether more
/// comes.
fn pieces<T>(
    list: Vec<T>,
    bytes_of: impl Fn(&T) -> usize,
    bytes_max: usize,
    message: impl Fn(Vec<T>, bool) -> Message,
) -> Vec<Message> {
    let (mut pieces, mut bytes) = (vec![Vec::new()], Earlier::AROUND_BYTES);
    for one in list {
        let each = bytes_of(&one);
        bytes += each;
        if bytes > bytes_max && pieces.last().is_some_and(|piece| !piece.is_empty()) {
            pieces.push(Vec::new());
            bytes = Earlier::AROUND_BYTES + each;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(one);
        }
    }
    let last = pieces.len() - 1;
    pieces.into_iter().enumerate().map(|(number, piece)| message(piece, number < last)).collect()
}
