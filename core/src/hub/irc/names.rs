//! Owns rooms as IRC has them: how they are joined, left and listed, and who is there.

use std::iter;

use super::Line;
use super::answer::{Answer, Entry};
use super::words::{AWAY_BYTES_MAX, bounded, room_name, word};
use crate::irc::Capabilities;
use crate::log::{IrcCommand, RoomKey, RoomModes};
use crate::wire::irc::decode::LINE_BYTES_MAX;
use crate::{ConnectionId, Hub, Message, Name, RoomId, Time};

/// How many rooms are listed at the most: more than anybody reads.
const LISTED_MAX: usize = 1000;

/// How many bytes of names of a crowded room are told: nobody reads more, and there may be a hundred thousand of them.
const CROWD_BYTES_MAX: usize = 8 << 10;

/// Returns the rooms that a line joins, if it does that.
pub(in crate::hub) fn joined_rooms(line: &str) -> Vec<Name> {
    let line = Line::parse(line);
    let named = line.filled(0).filter(|_| line.is("JOIN"));
    named.into_iter().flat_map(|named| named.split(',')).filter_map(room_name).collect()
}

impl<S> Hub<S> {
    pub(super) fn obey_join(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let Some(named) = line.filled(0) else { return self.needs_more(connection, "JOIN", answer) };
        if named == "0" {
            return self.command_irc(now, connection, IrcCommand::PartAll);
        }
        let rooms = self.rooms_of(connection, named, answer);
        let Some(keys) = line.filled(1) else {
            if !rooms.is_empty() {
                self.command_irc(now, connection, IrcCommand::Join(rooms));
            }
            return;
        };
        // Each stands in the place of its room, also where a room can't be.
        let rooms = named.split(',').filter(|named| !named.is_empty()).map(room_name);
        let keys = keys.split(',').map(RoomKey::parse).chain(iter::repeat(None));
        let rooms: Vec<_> = rooms.zip(keys).filter_map(|(room, key)| Some((room?, key))).collect();
        if !rooms.is_empty() {
            self.command_irc(now, connection, IrcCommand::JoinWithKey(rooms));
        }
    }

    pub(super) fn obey_part(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let Some(named) = line.filled(0) else { return self.needs_more(connection, "PART", answer) };
        let rooms = self.rooms_of(connection, named, answer);
        let reason = line.filled(1).map(|reason| bounded(reason, AWAY_BYTES_MAX));
        if !rooms.is_empty() {
            self.command_irc(now, connection, IrcCommand::Part { rooms, reason });
        }
    }

    /// Returns the rooms that a line names, and adds to the answer which of them can't be.
    fn rooms_of(&self, connection: ConnectionId, named: &str, answer: &mut Answer) -> Vec<Name> {
        let mut rooms = Vec::new();
        for named in named.split(',').filter(|named| !named.is_empty()) {
            match room_name(named) {
                Some(room) => rooms.push(room),
                None => self.no_such_channel(connection, named, answer),
            }
        }
        rooms
    }

    /// Adds to an answer that its owner has joined a room: what it is about, and who is there.
    pub(super) fn render_joined(&self, connection: ConnectionId, name: &Name, answer: &mut Answer) {
        let Some(seen) = self.chat.seen(connection) else { return };
        let (identity, nick) = (seen.identity(), seen.name().clone());
        let time_ms = self.chat.time_ms();
        answer.push(Entry::Message(Message::Joined { room: name.clone(), name: nick, identity, time_ms }));
        let Some(room) = self.chat.room(name) else { return };
        self.add_topic(connection, room, answer);
        if !self.capabilities(connection).has(Capabilities::NO_IMPLICIT_NAMES) {
            self.add_names(connection, room, answer);
        }
        self.add_history(connection, name, answer);
    }

    pub(super) fn tell_topic_of(&self, connection: ConnectionId, name: &Name, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(room) = self.chat.room(name).filter(|&room| self.chat.is_shown(room, connection)) else {
            return self.no_such_channel(connection, &format!("#{name}"), answer);
        };
        if !self.add_topic(connection, room, answer) {
            answer.numeric(format_args!("331 {nick} #{} :No topic is set", self.chat.room_name(room)));
        }
    }

    /// Adds what a room is about. Tells whether it is about anything.
    fn add_topic(&self, connection: ConnectionId, room: RoomId, answer: &mut Answer) -> bool {
        let (nick, name) = (self.nick_or_star(connection), self.chat.room_name(room));
        let Some(state) = self.chat.topic_of(room) else { return false };
        answer.numeric(format_args!("332 {nick} #{name} :{}", state.topic.as_str()));
        answer.numeric(format_args!("333 {nick} #{name} {} {}", state.name, state.time_ms / 1000));
        true
    }

    pub(super) fn obey_names(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let named = line.filled(0).unwrap_or("*");
        // One room at once, as `TARGMAX` says.
        let named = named.split(',').next().unwrap_or(named);
        let room = room_name(named).and_then(|name| self.chat.room(&name));
        match room.filter(|&room| self.chat.is_shown(room, connection)) {
            Some(room) => self.add_names(connection, room, answer),
            None => answer.numeric(format_args!("366 {nick} {} :End of /NAMES list", word(named))),
        }
    }

    fn add_names(&self, connection: ConnectionId, room: RoomId, answer: &mut Answer) {
        let (nick, name) = (self.nick_or_star(connection), self.chat.room_name(room));
        let shows_hosts = self.capabilities(connection).has(Capabilities::USERHOST_IN_NAMES);
        let kind = if self.chat.order(room).modes.has(RoomModes::SECRET) { '@' } else { '=' };
        let head = format!("353 {nick} {kind} #{name} :");
        let line_bytes_max = LINE_BYTES_MAX - ": \r\n".len() - self.config.limits.server_name.len();
        let (mut line, mut told) = (head.clone(), 0);
        // Whoever asks finds their own name, also in a crowd.
        let own = self.chat.seen(connection).filter(|own| own.is_in(room) && self.chat.is_crowded(room));
        let own_connection = own.map(|own| own.connection);
        let others = self.chat.members_of(room).filter(|seen| Some(seen.connection) != own_connection);
        for seen in own.into_iter().chain(others) {
            let rank = self.ranks(room, seen.connection, connection);
            let item = if shows_hosts {
                format!("{rank}{}", seen.identity().source(seen.name()))
            } else {
                format!("{rank}{}", seen.name())
            };
            told += item.len() + 1;
            if self.chat.is_crowded(room) && told > CROWD_BYTES_MAX {
                break;
            }
            if answer.is_full() {
                break;
            }
            if line.len() > head.len() && line.len() + 1 + item.len() > line_bytes_max {
                answer.numeric(format_args!("{line}"));
                line.clone_from(&head);
            }
            if line.len() > head.len() {
                line.push(' ');
            }
            line.push_str(&item);
        }
        if line.len() > head.len() {
            answer.numeric(format_args!("{line}"));
        }
        answer.numeric(format_args!("366 {nick} #{name} :End of /NAMES list"));
    }

    /// Returns the signs of the ranks that somebody has in a room: the highest, or all for whose client asks for that.
    pub(super) fn ranks(&self, room: RoomId, whose: ConnectionId, asking: ConnectionId) -> &'static str {
        let shows_all = self.capabilities(asking).has(Capabilities::MULTI_PREFIX);
        match (self.chat.is_operator(room, whose), self.chat.is_voice(room, whose)) {
            (true, true) if shows_all => "@+",
            (true, _) => "@",
            (false, true) => "+",
            (false, false) => "",
        }
    }

    pub(super) fn obey_list(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        answer.numeric(format_args!("321 {nick} Channel :Users  Name"));
        let wanted: Vec<_> =
            line.filled(0).unwrap_or_default().split(',').filter(|wanted| !wanted.is_empty()).collect();
        let is_listed = |name: &Name, users: u32| {
            wanted.iter().all(|wanted| match (wanted.strip_prefix('>'), wanted.strip_prefix('<')) {
                (Some(over), _) => over.parse().is_ok_and(|over: u32| users > over),
                (_, Some(under)) => under.parse().is_ok_and(|under: u32| users < under),
                (None, None) => true,
            }) && (wanted.iter().all(|wanted| wanted.starts_with(['<', '>']))
                || wanted.iter().any(|wanted| room_name(wanted).is_some_and(|wanted| wanted.key() == name.key())))
        };
        // Nobody looks for a room where nobody is, but by its name.
        let empty = self.chat.empty_room().filter(|_| wanted.iter().any(|wanted| wanted.starts_with('#')));
        let rooms = self.chat.occupied_rooms().chain(empty);
        let rooms = rooms.map(|(room, users)| (room, self.chat.room_name(room), users));
        let shown = rooms.filter(|(room, ..)| self.chat.is_shown(*room, connection));
        for (room, name, users) in shown.filter(|(_, name, users)| is_listed(name, *users)).take(LISTED_MAX) {
            if answer.is_full() {
                break;
            }
            let topic = self.chat.topic_of(room).map_or("", |state| state.topic.as_str());
            answer.numeric(format_args!("322 {nick} #{name} {users} :{topic}"));
        }
        answer.end_list(&nick, "LIST");
        answer.numeric(format_args!("323 {nick} :End of /LIST"));
    }
}
