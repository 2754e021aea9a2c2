//! Owns the modes of IRC: how they are asked for and set, of people and of rooms.

use super::Line;
use super::answer::Answer;
use super::words::{room_name, word};
use crate::log::{
    Act, BanState, CHANGES_MAX, IrcCommand, Mode, ModeChange, Moderation, OrderState, RoomKey, RoomModes,
};
use crate::mask::Mask;
use crate::wire::irc::moderated::modes;
use crate::{ConnectionId, Hub, Name, RoomId, Time};

/// The modes that somebody can have: a program, found by no mask, and an operator of the server.
pub(super) const USER_MODES: &str = "Bio";

/// The modes that a room can have: those of its lists, with what they always take, with what they take when they are
/// set, and alone, as `CHANMODES` says.
pub(super) const ROOM_MODES: [&str; 4] = ["be", "k", "l", "imnrst"];

impl<S> Hub<S> {
    pub(super) fn obey_mode(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(target) = line.filled(0) else { return self.needs_more(connection, "MODE", answer) };
        if target.starts_with('#') {
            return self.obey_room_mode(now, connection, target, line, answer);
        }
        let own = Name::parse(target).is_some_and(|name| {
            name.key() == self.chat.seen(connection).map(|seen| seen.name().key()).unwrap_or_else(|| name.key())
        });
        match (own, Name::parse(target).and_then(|name| self.chat.seen_as(&name))) {
            (false, Some(_)) => answer.numeric(format_args!("502 {nick} :Can't change mode for other users")),
            (_, None) => answer.numeric(format_args!("401 {nick} {} :No such nick/channel", word(target))),
            (true, Some(_)) => match line.filled(1) {
                Some(changes) => self.change_modes(now, connection, changes, answer),
                None => answer.numeric(format_args!("221 {nick} +{}", self.modes(connection))),
            },
        }
    }

    fn modes(&self, connection: ConnectionId) -> String {
        let Some(seen) = self.chat.seen(connection) else { return String::new() };
        let (is_bot, is_invisible) = seen.irc().map_or((false, false), |irc| (irc.identity.is_bot(), irc.is_invisible));
        let modes = [(is_bot, 'B'), (is_invisible, 'i'), (seen.is_server_operator(), 'o')];
        modes.iter().filter(|(is_set, _)| *is_set).map(|(_, letter)| letter).collect()
    }

    fn change_modes(&mut self, now: Time, connection: ConnectionId, changes: &str, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(seen) = self.chat.seen(connection) else { return };
        let (is_operator, Some(irc)) = (seen.is_server_operator(), seen.irc()) else { return };
        let (mut is_bot, mut is_invisible, mut is_set) = (irc.identity.is_bot(), irc.is_invisible, true);
        let (mut is_unknown, mut resigns) = (false, false);
        for change in changes.chars() {
            match change {
                '+' => is_set = true,
                '-' => is_set = false,
                'B' => is_bot = is_set,
                'i' => is_invisible = is_set,
                // Nobody becomes one by this, and everybody is silent about it (RFC 2812).
                'o' => resigns = is_operator && !is_set,
                _ => is_unknown = true,
            }
        }
        if is_unknown {
            answer.numeric(format_args!("501 {nick} :Unknown MODE flag"));
        }
        if resigns {
            return self.moderate_irc(now, connection, None, Act::Resign);
        }
        self.command_irc(now, connection, IrcCommand::SetModes { is_bot, is_invisible });
    }

    fn obey_room_mode(
        &mut self,
        now: Time,
        connection: ConnectionId,
        target: &str,
        line: &Line<'_>,
        answer: &mut Answer,
    ) {
        let nick = self.nick_or_star(connection);
        let shown = room_name(target).and_then(|name| self.chat.room(&name));
        let Some(room) = shown.filter(|&room| self.chat.is_shown(room, connection)) else {
            return self.no_such_channel(connection, target, answer);
        };
        let name = self.chat.room_name(room).clone();
        let Some(letters) = line.filled(1) else {
            answer.numeric(format_args!("324 {nick} #{name} {}", self.room_modes(connection, room)));
            return answer.numeric(format_args!("329 {nick} #{name} {}", self.chat.opened_s(room)));
        };
        let mut parameters = line.params().iter().skip(2).copied();
        let (mut is_set, mut changes) = (true, Vec::new());
        for letter in letters.chars() {
            let mode = match letter {
                '+' | '-' => {
                    is_set = letter == '+';
                    continue;
                }
                'i' => Some(Mode::Locked),
                'm' => Some(Mode::Moderated),
                'n' => Some(Mode::Inside),
                's' => Some(Mode::Secret),
                't' => Some(Mode::TopicLocked),
                'r' => Some(Mode::Owned(None)),
                'b' | 'e' | 'I' => match parameters.next().filter(|parameter| !parameter.is_empty()) {
                    None => {
                        self.tell_list(now, connection, room, letter, answer);
                        continue;
                    }
                    Some(_) if letter == 'I' => {
                        answer.numeric(format_args!("472 {nick} I :is unknown mode char to me"));
                        continue;
                    }
                    Some(wanted) => self.mask_mode(connection, &name, (letter, wanted), answer),
                },
                'o' | 'v' => match parameters.next() {
                    None => None,
                    Some(wanted) => self.rank_mode(connection, (letter, wanted), answer),
                },
                'k' if !is_set => {
                    parameters.next();
                    // Any does: a room has one at most.
                    RoomKey::parse("*").map(Mode::Key)
                }
                'k' => match parameters.next() {
                    None => None,
                    Some(wanted) => {
                        let key = RoomKey::parse(wanted);
                        if key.is_none() {
                            answer.numeric(format_args!("696 {nick} #{name} k * :No key can be like this"));
                        }
                        key.map(Mode::Key)
                    }
                },
                'l' if !is_set => Some(Mode::Limit(0)),
                'l' => match parameters.next() {
                    None => None,
                    Some(wanted) => {
                        let limit = wanted.parse().ok().filter(|&limit: &u32| limit > 0);
                        if limit.is_none() {
                            let why = "A limit is a number of people";
                            answer.numeric(format_args!("696 {nick} #{name} l {} :{why}", word(wanted)));
                        }
                        limit.map(Mode::Limit)
                    }
                },
                _ => {
                    answer.numeric(format_args!("472 {nick} {letter} :is unknown mode char to me"));
                    continue;
                }
            };
            changes.extend(mode.map(|mode| ModeChange { is_set, mode }));
        }
        changes.truncate(CHANGES_MAX);
        if !changes.is_empty() {
            self.moderate_irc(now, connection, Some(name), Act::Change(changes));
        }
    }

    fn mask_mode(
        &self,
        connection: ConnectionId,
        room: &Name,
        (letter, wanted): (char, &str),
        answer: &mut Answer,
    ) -> Option<Mode> {
        let mask = Mask::parse(wanted);
        if mask.is_none() {
            let nick = self.nick_or_star(connection);
            answer.numeric(format_args!("696 {nick} #{room} {letter} {} :No mask can be like this", word(wanted)));
        }
        mask.map(if letter == 'b' { Mode::Ban } else { Mode::Exception })
    }

    fn rank_mode(&self, connection: ConnectionId, (letter, wanted): (char, &str), answer: &mut Answer) -> Option<Mode> {
        let name = Name::parse(wanted);
        if name.is_none() {
            let nick = self.nick_or_star(connection);
            answer.numeric(format_args!("401 {nick} {} :No such nick/channel", word(wanted)));
        }
        name.map(if letter == 'o' { Mode::Operator } else { Mode::Voice })
    }

    /// Returns the modes of a room, with what they take for those who are there.
    fn room_modes(&self, connection: ConnectionId, room: RoomId) -> String {
        let OrderState { modes: set, key, limit, .. } = self.chat.order(room);
        let alone = [
            (set.has(RoomModes::LOCKED), Mode::Locked),
            (set.has(RoomModes::MODERATED), Mode::Moderated),
            (!set.has(RoomModes::OPEN), Mode::Inside),
            (self.chat.owner(room).is_some(), Mode::Owned(None)),
            (set.has(RoomModes::SECRET), Mode::Secret),
            (set.has(RoomModes::TOPIC_LOCKED), Mode::TopicLocked),
        ];
        let alone = alone.into_iter().filter(|(is_set, _)| *is_set).map(|(_, mode)| mode);
        let is_there = self.chat.is_in(connection, room);
        let hidden = RoomKey::parse("*").filter(|_| !is_there);
        let key = key.map(|key| Mode::Key(hidden.unwrap_or(key)));
        let all = alone.chain(key).chain(limit.map(Mode::Limit));
        let all: Vec<_> = all.map(|mode| ModeChange { is_set: true, mode }).collect();
        if all.is_empty() { "+".to_owned() } else { modes(&all) }
    }

    /// Adds a list of masks to an answer.
    fn tell_list(&self, now: Time, connection: ConnectionId, room: RoomId, letter: char, answer: &mut Answer) {
        let (nick, name) = (self.nick_or_star(connection), self.chat.room_name(room));
        // Nobody is invited by a mask.
        let (entry, end, what) = match letter {
            'b' => (367, 368, "ban"),
            'e' => (348, 349, "exception"),
            _ => return answer.numeric(format_args!("347 {nick} #{name} :End of channel invite list")),
        };
        for BanState { mask, by, time_ms, .. } in self.chat.bans(now, room, letter == 'e') {
            answer.numeric(format_args!("{entry} {nick} #{name} {} {by} {}", mask.as_str(), time_ms / 1000));
        }
        answer.numeric(format_args!("{end} {nick} #{name} :End of channel {what} list"));
    }

    /// Lets somebody do what those do who keep order.
    pub(super) fn moderate_irc(&mut self, now: Time, connection: ConnectionId, room: Option<Name>, act: Act) {
        let command = crate::log::Command::Moderate(Box::new(Moderation { room, act }));
        let event = self.commanded(connection, command);
        self.propose(now, event);
    }
}
