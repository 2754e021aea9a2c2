//! Owns what people say to each other: to a room, to one person alone, and who does not hear it.

use super::history::Saying;
use super::lists::fitting;
use super::rooms::Spoken;
use super::{Chat, HERE};
use crate::kept::{Happened, Kept, KeptEvent, KeptMessage, Told, Venue, What};
use crate::log::{IgnoredState, TopicState, WriterState};
use crate::message::CantIgnore;
use crate::rules::IGNORED_MAX;
use crate::window::LIST_BYTES_MAX;
use crate::wire::contract::List;
use crate::{Action, ConnectionId, Form, How, LeftOut, Manner, Message, Name, RoomId, Text, Texts, Time, Topic};

/// Tells how somebody hears what they say to a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hears {
    /// As all others there do.
    AsOthers,
    /// By an answer, and not with the others.
    Apart,
    /// Not at all: the client shows it by itself.
    Nothing,
}

impl Chat {
    #[inline]
    pub(super) fn on_say(&mut self, now: Time, connection: ConnectionId, texts: Texts) {
        let manner = self.member_manner(connection);
        let message =
            |room, Saying { name, time_ms, seq, .. }, texts| Message::Said { room, name, texts, time_ms, seq, manner };
        let id = self.person(connection).room;
        self.speak(now, connection, (id, Hears::AsOthers), (texts.clone(), texts), false, message);
    }

    pub(super) fn on_act(&mut self, now: Time, connection: ConnectionId, text: Text) {
        let manner = self.member_manner(connection);
        let message =
            |room, Saying { name, time_ms, seq, .. }, text| Message::Acted { room, name, text, time_ms, seq, manner };
        let id = self.person(connection).room;
        self.speak(now, connection, (id, Hears::AsOthers), (text.clone().into(), text), true, message);
    }

    /// Returns how somebody says something who did not come by IRC: nothing is known but by which account, if by one.
    #[inline]
    fn member_manner(&self, connection: ConnectionId) -> Option<Box<Manner>> {
        let person = self.person(connection);
        let identity = person.apart.is_some().then(|| person.identity()).filter(|of| of.account().is_some())?;
        Some(Box::new(Manner { identity, ..Manner::default() }))
    }

    /// Keeps what somebody says, and tells it to a room but for those who ignore them, in this message.
    #[inline]
    pub(super) fn speak<T>(
        &mut self,
        now: Time,
        connection: ConnectionId,
        (id, hears): (RoomId, Hears),
        (kept, told): (Texts, T),
        is_act: bool,
        message: impl FnOnce(Name, Saying, T) -> Message,
    ) {
        if self.rooms.is_guarded(id) && !self.is_heard(now, connection, id, kept.count()) {
            return;
        }
        let person = self.people.get(connection).expect(HERE);
        let (name, origin) = (person.name.clone(), person.origin(connection));
        self.said += u64::from(kept.count());
        let Spoken { seq, name: room, members } = self.rooms.say(id, kept.count());
        let (room, time_ms) = (room.clone(), self.clock.unix_ms(now));
        // By IRC also those may be heard in a room who are not there.
        let is_apart = hears != Hears::AsOthers && self.person(connection).is_in(id);
        let except = self.left_out(&name, id, is_apart.then_some(connection));
        let saying = Saying { name, origin: Some(origin), is_act, at: now, time_ms, seq };
        if let Some(all) = &mut self.kept {
            let is_hidden = self.rooms.is_closed(id);
            all.push(saying.kept(&room, &kept, is_hidden));
        }
        self.rooms.keep(id, saying.clone(), kept);
        let message = message(room, saying, told);
        if hears == Hears::Apart {
            self.reply(connection, message.clone());
        }
        self.tell_room(id, members, except, message);
    }

    /// Tells something to all in a room but those who are left out, if that leaves anybody.
    #[inline]
    pub(super) fn tell_room(&mut self, room: RoomId, members: u32, except: Option<Box<LeftOut>>, message: Message) {
        let left_out = except.as_deref().map_or(0, |except| except.connections().len());
        let audience = members - u32::try_from(left_out).expect("they are some of the members");
        if audience > 0 {
            self.actions.push_back(Action::Broadcast { room, audience, except, message });
        }
    }

    /// Returns who in a room ignores somebody, and one more who is there, if there is one more.
    #[inline]
    pub(super) fn left_out(&self, name: &Name, room: RoomId, more: Option<ConnectionId>) -> Option<Box<LeftOut>> {
        let ignoring = self.ignores.of(name);
        if ignoring.is_empty() && more.is_none() {
            return None;
        }
        let connections = ignoring.iter().map(|&key| self.people.connection(key));
        LeftOut::of(connections.filter(|&connection| self.person(connection).is_in(room)).chain(more))
    }

    pub(super) fn on_tell(&mut self, now: Time, connection: ConnectionId, to: Name, text: Text) {
        match self.find(&to) {
            Some(other) => {
                let manner = self.member_manner(connection);
                self.tell_alone(now, connection, other, text, manner);
            }
            None => self.reply(connection, Message::Nobody { name: to }),
        }
    }

    pub(super) fn on_answer(&mut self, now: Time, connection: ConnectionId, text: Text) {
        let Some(writer) = self.person(connection).writer().cloned() else {
            return self.reply(connection, Message::NobodyWrote);
        };
        match self.find_writer(&writer) {
            Some(other) => {
                let manner = self.member_manner(connection);
                self.tell_alone(now, connection, other, text, manner);
            }
            None => self.reply(connection, Message::Nobody { name: writer.name }),
        }
    }

    /// Tells one person something alone, unless they ignore who says it. That is not to be known. What is for clients
    /// reaches those who came by IRC.
    pub(super) fn tell_alone(
        &mut self,
        now: Time,
        connection: ConnectionId,
        other: ConnectionId,
        text: Text,
        manner: Option<Box<Manner>>,
    ) {
        let (from, to) = (self.person(connection), self.person(other));
        let (name, time_ms) = (from.name.clone(), self.clock.unix_ms(now));
        let writer = WriterState { origin: from.origin(connection), connection, name: name.clone() };
        let how = manner.as_deref().map_or(How::Say, |manner| manner.how);
        let is_heard = !to.ignores(&name) && (to.irc().is_some() || !how.is_for_clients());
        // Elsewhere than on IRC nobody does anything in private.
        let told =
            if how == How::Act && to.irc().is_none() { Text::clean(&format!("* {name} {text}")) } else { text.clone() };
        let (id, to) = (self.said, to.name.clone());
        self.said += 1;
        if self.keeps_private && !how.is_for_clients() {
            let told = Told { to: to.clone(), how, text: text.clone(), tags: None };
            self.keep_private((connection, other), is_heard, told, (time_ms, id));
        }
        let sent = Message::Sent { name: to, text, time_ms, id, manner: manner.clone() };
        self.reply(connection, sent);
        if is_heard {
            if !how.is_for_clients() {
                self.people.get_mut(other).expect(HERE).dealings_mut().writer = Some(writer);
                self.note_correspondents(connection, other);
            }
            let message = Message::Told { name, text: told, time_ms, id, manner };
            self.actions.push_back(Action::Deliver { connection: other, message });
        }
    }

    /// Returns who has this name, if the others know of them.
    pub(super) fn find(&self, name: &Name) -> Option<ConnectionId> {
        let key = self.names.find(name, |key| self.people.name(key))?;
        Some(self.people.connection(key)).filter(|&connection| !self.silent.contains(connection))
    }

    pub(super) fn on_set_topic(&mut self, now: Time, connection: ConnectionId, topic: Option<Topic>) {
        let id = self.person(connection).room;
        if !self.may_set_topic(now, connection, id) {
            return;
        }
        let message = self.set_topic(now, connection, id, topic);
        self.broadcast(id, message);
    }

    /// Lets a room be about something. Returns what it is to be told of that.
    pub(super) fn set_topic(
        &mut self,
        now: Time,
        connection: ConnectionId,
        id: RoomId,
        topic: Option<Topic>,
    ) -> Message {
        let person = self.person(connection);
        let (name, identity, time_ms) = (person.name.clone(), person.identity(), self.clock.unix_ms(now));
        self.rooms.set_topic(id, topic.clone().map(|topic| TopicState { topic, name: name.clone(), time_ms }));
        self.note_decided(now, id);
        let room = self.rooms.name(id).clone();
        if let Some(all) = &mut self.kept {
            // Who opens the room again is not to read what a closed one was about.
            let kept = topic.clone().filter(|_| !self.rooms.is_closed(id));
            let (room, name, what, seq) = (room.clone(), name.clone(), What::Topic(kept), self.rooms.said(id));
            all.push(Kept { venue: Venue::Room(room), name, what, time_ms, seq, is_hidden: false });
        }
        let happened = Happened::Topic(topic.clone());
        let (seq, number) = self.keep_event(id, (&name, time_ms), happened);
        Message::TopicSet { room, name, identity, topic, time_ms, seq, number }
    }

    /// Keeps what somebody has done in a room, unless not everybody can join that: who opens it again is not to know.
    /// Returns its place: behind which message, and its number.
    pub(super) fn keep_event(&mut self, id: RoomId, (name, time_ms): (&Name, u64), what: Happened) -> (u64, u64) {
        self.happened += 1;
        let (seq, number) = (self.rooms.said(id), self.happened);
        if !self.rooms.is_closed(id) {
            let event = KeptEvent { number, what };
            if let Some(all) = &mut self.kept {
                let (room, name, what) = (self.rooms.name(id).clone(), name.clone(), What::Event(event.clone()));
                all.push(Kept { venue: Venue::Room(room), name, what, time_ms, seq, is_hidden: false });
            }
            let (name, event) = (name.clone(), Some(Box::new(event)));
            let event = KeptMessage { name, text: Text::default(), is_act: false, time_ms, seq, event };
            self.rooms.keep_event(id, event);
        }
        (seq, number)
    }

    pub(super) fn on_ignore(&mut self, connection: ConnectionId, name: Name) {
        let person = self.person(connection);
        // As they are called, if they are here.
        let other = self.find(&name).map(|other| (self.person(other).origin(other), self.person(other).name.clone()));
        let (origin, name) = other.map_or((None, name), |(origin, name)| (Some(origin), name));
        let reason = if name.key() == person.name.key() {
            Some(CantIgnore::Oneself)
        } else if !person.ignores(&name) && person.ignored().len() == IGNORED_MAX {
            Some(CantIgnore::TooMany)
        } else {
            None
        };
        if let Some(reason) = reason {
            return self.reply(connection, Message::CantIgnore { reason });
        }
        self.ignore(connection, &name, origin);
        self.reply(connection, Message::Ignoring { name });
    }

    pub(super) fn on_unignore(&mut self, connection: ConnectionId, name: Name) {
        let name = self.find(&name).map_or(name, |other| self.person(other).name.clone());
        self.unignore(connection, &name);
        self.reply(connection, Message::Hearing { name });
    }

    fn ignore(&mut self, connection: ConnectionId, name: &Name, origin: Option<ConnectionId>) {
        self.people.get_mut(connection).expect(HERE).ignore(name, origin);
        self.ignores.add(name, connection.key());
    }

    fn unignore(&mut self, connection: ConnectionId, name: &Name) {
        self.people.get_mut(connection).expect(HERE).unignore(name);
        self.ignores.remove(name, connection.key());
    }

    /// Lets those who ignore somebody ignore them under their new name. Who only had the name of somebody who is
    /// ignored leaves it behind. Nobody ignores themselves.
    pub(super) fn follow_ignored(&mut self, connection: ConnectionId, old: &Name, new: &Name) {
        let origin = Some(self.person(connection).origin(connection));
        if old.key() != new.key() {
            for key in self.ignores.of(old).to_vec() {
                let ignoring = self.people.connection(key);
                if self.person(ignoring).ignored_origin(old) == origin {
                    self.unignore(ignoring, old);
                    self.ignore(ignoring, new, origin);
                }
            }
        }
        if self.person(connection).ignores(new) {
            self.unignore(connection, new);
        }
    }

    /// Lets somebody ignore, as the owner of another connection, whom they ignored as that of this one.
    pub(super) fn hand_over_ignored(&mut self, old: ConnectionId, new: ConnectionId) {
        for IgnoredState { name, .. } in self.person(new).ignored().to_vec() {
            self.ignores.remove(&name, old.key());
            self.ignores.add(&name, new.key());
        }
    }

    /// Forgets whom somebody ignores who is not here any more.
    pub(super) fn forget_ignored(&mut self, connection: ConnectionId, ignored: &[IgnoredState]) {
        ignored.iter().for_each(|ignored| self.ignores.remove(&ignored.name, connection.key()));
    }

    /// Returns what somebody's room is about.
    pub(crate) fn topic(&self, connection: ConnectionId) -> Message {
        let id = self.person(connection).room;
        Message::Topic { room: self.rooms.name(id).clone(), topic: self.rooms.topic(id).cloned() }
    }

    /// Returns whom somebody ignores, as many as fit.
    pub(crate) fn list_ignored(&self, connection: ConnectionId, form: Form, bytes_max: usize) -> Message {
        let ignored = self.person(connection).ignored();
        let cost = form.list_cost(List::Ignored);
        let names = ignored.iter().map(|ignored| ignored.name.clone());
        let names = fitting(cost, names, |name| name.as_str().len(), bytes_max);
        let more = ignored.len() - names.len();
        Message::Ignored { names, more }
    }

    /// Tells somebody who has joined a room what it is about, and what was said there before.
    pub(super) fn tell_before(&mut self, now: Time, connection: ConnectionId, id: RoomId) {
        self.tell_topic(connection, id);
        let said = self.earlier(connection, id, now, self.history_on_join, LIST_BYTES_MAX);
        if !said.is_empty() {
            self.reply(connection, Message::History { room: self.rooms.name(id).clone(), said, more: false });
        }
    }

    /// Tells somebody what a room is about, if it is about anything.
    pub(super) fn tell_topic(&mut self, connection: ConnectionId, id: RoomId) {
        if let Some(topic) = self.rooms.topic(id).cloned() {
            let room = self.rooms.name(id).clone();
            self.reply(connection, Message::Topic { room, topic: Some(topic) });
        }
    }
}
