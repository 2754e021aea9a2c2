//! Owns the modes of IRC: few can be set, and clients ask for all of them.

use super::Line;
use super::answer::Answer;
use super::words::{room_name, word};
use crate::log::IrcCommand;
use crate::{ConnectionId, Hub, Name, Time};

/// The modes that somebody can have: a program, and found by no mask.
pub(super) const USER_MODES: &str = "Bi";

/// The modes that a room always has: only who is there says something.
const ROOM_MODES: &str = "+n";

impl<S> Hub<S> {
    pub(super) fn obey_mode(&mut self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(target) = line.filled(0) else { return self.needs_more(connection, "MODE", answer) };
        if target.starts_with('#') {
            return self.obey_room_mode(connection, target, line, answer);
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
        let irc = self.chat.seen(connection).and_then(|seen| seen.irc());
        let (is_bot, is_invisible) = irc.map_or((false, false), |irc| (irc.identity.is_bot(), irc.is_invisible));
        format!("{}{}", if is_bot { "B" } else { "" }, if is_invisible { "i" } else { "" })
    }

    fn change_modes(&mut self, now: Time, connection: ConnectionId, changes: &str, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(irc) = self.chat.seen(connection).and_then(|seen| seen.irc()) else { return };
        let (mut is_bot, mut is_invisible, mut is_set) = (irc.identity.is_bot(), irc.is_invisible, true);
        let mut is_unknown = false;
        for change in changes.chars() {
            match change {
                '+' => is_set = true,
                '-' => is_set = false,
                'B' => is_bot = is_set,
                'i' => is_invisible = is_set,
                _ => is_unknown = true,
            }
        }
        if is_unknown {
            answer.numeric(format_args!("501 {nick} :Unknown MODE flag"));
        }
        self.command_irc(now, connection, IrcCommand::SetModes { is_bot, is_invisible });
    }

    fn obey_room_mode(&self, connection: ConnectionId, target: &str, line: &Line<'_>, answer: &mut Answer) {
        let changes = line.filled(1);
        let nick = self.nick_or_star(connection);
        let Some(room) = room_name(target).and_then(|name| self.chat.room(&name)) else {
            return self.no_such_channel(connection, target, answer);
        };
        let name = self.chat.room_name(room);
        let names_a_mask = line.filled(2).is_some();
        match changes.map(|changes| changes.trim_start_matches('+')) {
            // Whoever wants to be rid of somebody must not think that they are.
            Some("b" | "e" | "I") if names_a_mask => {
                answer.numeric(format_args!("482 {nick} #{name} :Nobody can be kept out here"));
            }
            None => {
                answer.numeric(format_args!("324 {nick} #{name} {ROOM_MODES}"));
                answer.numeric(format_args!("329 {nick} #{name} {}", self.chat.opened_s(room)));
            }
            // Nobody is on any of the lists that clients ask for.
            Some("b") => answer.numeric(format_args!("368 {nick} #{name} :End of channel ban list")),
            Some("e") => answer.numeric(format_args!("349 {nick} #{name} :End of channel exception list")),
            Some("I") => answer.numeric(format_args!("347 {nick} #{name} :End of channel invite list")),
            Some(_) if self.chat.is_operator(room, connection) => {
                let changes = changes.unwrap_or_default();
                let mode = changes.trim_start_matches(['+', '-']).chars().next().unwrap_or('?');
                answer.numeric(format_args!("472 {nick} {mode} :is unknown mode char to me"));
            }
            Some(_) => answer.numeric(format_args!("482 {nick} #{name} :You're not channel operator")),
        }
    }
}
