//! Owns who people are, as IRC asks for it: `WHO`, with WHOX (<https://ircv3.net/specs/extensions/whox>), `WHOIS`,
//! `WHOWAS`, `USERHOST` and `ISON`.

use super::Line;
use super::answer::Answer;
use super::words::{room_name, word};
use crate::chat::Seen;
use crate::irc::HOST;
use crate::mask::matches;
use crate::{ConnectionId, Hub, Name, RoomId, Time};

/// How many people are told of at the most: as many as a room that is not crowded has.
const WHO_MAX: usize = 500;

/// How many names one line may ask for.
const NAMES_MAX: usize = 5;

impl<S> Hub<S> {
    pub(super) fn obey_who(&self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let mask = line.filled(0).unwrap_or("*");
        let fields = line.filled(1).and_then(|fields| fields.split_once('%')).map(|(_, fields)| fields);
        let (fields, token) = fields.map_or((None, "0"), |fields| {
            let (fields, token) = fields.split_once(',').unwrap_or((fields, "0"));
            (Some(fields), token)
        });
        let token = if token.len() <= 3 && token.bytes().all(|byte| byte.is_ascii_digit()) { token } else { "0" };
        let Some(asking) = self.chat.seen(connection) else { return };
        let shown = |seen: &Seen<'_>| is_shown(&asking, seen);
        let meant: Vec<(Option<RoomId>, Seen<'_>)> = if mask.starts_with('#') {
            let room = room_name(mask).and_then(|name| self.chat.room(&name));
            let room = room.filter(|&room| self.chat.is_shown(room, connection));
            let members = room.iter().flat_map(|&room| self.chat.members_of(room)).filter(shown);
            members.take(WHO_MAX).map(|seen| (room, seen)).collect()
        } else if let Some(seen) = Name::parse(mask).and_then(|name| self.chat.seen_as(&name)) {
            vec![(self.common_room(&asking, &seen), seen)]
        } else if mask.contains(['*', '?']) || mask == "0" {
            let mask = if mask == "0" { "*" } else { mask };
            let all = self.chat.all_seen().filter(|seen| matches(mask, seen.name().as_str())).filter(shown);
            all.take(WHO_MAX).map(|seen| (self.common_room(&asking, &seen), seen)).collect()
        } else {
            Vec::new()
        };
        for (room, seen) in meant {
            if answer.is_full() {
                break;
            }
            match fields {
                Some(fields) => {
                    let fields = self.who_fields(now, connection, room, &seen, (fields, token));
                    answer.numeric(format_args!("354 {nick}{fields}"));
                }
                None => {
                    let identity = seen.identity();
                    answer.numeric(format_args!(
                        "352 {nick} {} {} {HOST} {} {} {} :0 {}",
                        self.channel_or_star(room),
                        identity.user(),
                        self.config.limits.server_name,
                        seen.name(),
                        self.flags(room, &seen, connection),
                        identity.real_name(seen.name()),
                    ));
                }
            }
        }
        answer.end_list(&nick, "WHO");
        answer.numeric(format_args!("315 {nick} {} :End of /WHO list", word(mask)));
    }

    /// Returns what WHOX tells of somebody: the fields that were asked for, in the order of the standard.
    fn who_fields(
        &self,
        now: Time,
        connection: ConnectionId,
        room: Option<RoomId>,
        seen: &Seen<'_>,
        (fields, token): (&str, &str),
    ) -> String {
        let (identity, name) = (seen.identity(), seen.name());
        let mut told = String::new();
        for field in "tcuihsnfdlaor".chars().filter(|&field| fields.contains(field)) {
            told.push(' ');
            match field {
                't' => told.push_str(token),
                'c' => told.push_str(&self.channel_or_star(room)),
                'u' => told.push_str(identity.user()),
                'i' => told.push_str("255.255.255.255"),
                'h' => told.push_str(HOST),
                's' => told.push_str(&self.config.limits.server_name),
                'n' => told.push_str(name.as_str()),
                'f' => told.push_str(&self.flags(room, seen, connection)),
                'r' => {
                    told.push(':');
                    told.push_str(identity.real_name(name));
                }
                'o' => told.push_str("n/a"),
                'l' => told.push_str(&seen.irc().map_or(0, |irc| now.since(irc.spoke).as_secs()).to_string()),
                'a' => told.push_str(identity.account().map_or("0", |account| account.as_str())),
                // Nobody is away from the server.
                _ => told.push('0'),
            }
        }
        told
    }

    fn channel_or_star(&self, room: Option<RoomId>) -> String {
        room.map_or_else(|| "*".to_owned(), |room| format!("#{}", self.chat.room_name(room)))
    }

    /// Returns a room in which both are, if there is one.
    fn common_room(&self, asking: &Seen<'_>, seen: &Seen<'_>) -> Option<RoomId> {
        seen.rooms().find(|&room| asking.is_in(room) && self.chat.members(room) > 0)
    }

    /// Returns the signs of whether somebody is away, keeps order on the server, is a program, and what rank they have
    /// in a room.
    fn flags(&self, room: Option<RoomId>, seen: &Seen<'_>, asking: ConnectionId) -> String {
        let is_away = seen.irc().is_some_and(|irc| irc.away.is_some());
        let mut flags = String::from(if is_away { "G" } else { "H" });
        if seen.is_server_operator() {
            flags.push('*');
        }
        if seen.identity().is_bot() {
            flags.push('B');
        }
        if let Some(room) = room {
            flags.push_str(self.ranks(room, seen.connection, asking));
        }
        flags
    }

    pub(super) fn obey_whois(&self, now: Time, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        // Some ask a server, or whoever it is about, before they say about whom.
        let Some(wanted) = line.filled(1).or_else(|| line.filled(0)) else {
            return answer.numeric(format_args!("431 {nick} :No nickname given"));
        };
        match Name::parse(wanted).and_then(|name| self.chat.seen_as(&name)) {
            Some(seen) => self.add_whois(now, connection, &seen, answer),
            None => answer.numeric(format_args!("401 {nick} {} :No such nick/channel", word(wanted))),
        }
        answer.numeric(format_args!("318 {nick} {} :End of /WHOIS list", word(wanted)));
    }

    fn add_whois(&self, now: Time, connection: ConnectionId, seen: &Seen<'_>, answer: &mut Answer) {
        let (nick, name, identity) = (self.nick_or_star(connection), seen.name(), seen.identity());
        let (user, real_name) = (identity.user(), identity.real_name(name));
        answer.numeric(format_args!("311 {nick} {name} {user} {HOST} * :{real_name}"));
        let mut line = format!("319 {nick} {name} :");
        let head = line.len();
        for room in seen.rooms().filter(|&room| self.chat.is_shown(room, connection)) {
            let rank = self.ranks(room, seen.connection, connection);
            let item = format!("{rank}#{} ", self.chat.room_name(room));
            if line.len() + item.len() > 400 {
                answer.numeric(format_args!("{}", line.trim_end()));
                line.truncate(head);
            }
            line.push_str(&item);
        }
        if line.len() > head {
            answer.numeric(format_args!("{}", line.trim_end()));
        }
        let server = &self.config.limits.server_name;
        answer.numeric(format_args!("312 {nick} {name} {server} :chinwag"));
        if seen.is_server_operator() {
            answer.numeric(format_args!("313 {nick} {name} :is an operator of this server"));
        }
        let asking = self.chat.seen(connection);
        if let Some(address) = self.chat.address(seen.connection)
            && asking.is_some_and(|asking| asking.is_server_operator())
        {
            answer.numeric(format_args!("378 {nick} {name} :is connecting from {address}"));
        }
        if let Some(text) = seen.irc().and_then(|irc| irc.away.as_ref()) {
            answer.numeric(format_args!("301 {nick} {name} :{text}"));
        }
        if let Some(irc) = seen.irc() {
            let (idle_s, came_s) = (now.since(irc.spoke).as_secs(), self.chat.clock().unix_ms(irc.came) / 1000);
            answer.numeric(format_args!("317 {nick} {name} {idle_s} {came_s} :seconds idle, signon time"));
        }
        if let Some(account) = identity.account() {
            answer.numeric(format_args!("330 {nick} {name} {account} :is logged in as"));
        }
        if identity.is_bot() {
            answer.numeric(format_args!("335 {nick} {name} :is a bot"));
        }
    }

    pub(super) fn obey_whowas(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(wanted) = line.filled(0) else { return self.needs_more(connection, "WHOWAS", answer) };
        let count = line.filled(1).and_then(|count| count.parse().ok()).filter(|&count: &usize| count > 0);
        let name = Name::parse(wanted);
        let all = name.iter().flat_map(|name| self.chat.was(name)).take(count.unwrap_or(WAS_MAX));
        let mut is_any = false;
        for was in all {
            is_any = true;
            let (name, user, real_name) = (&was.name, was.identity.user(), was.identity.real_name(&was.name));
            answer.numeric(format_args!("314 {nick} {name} {user} {HOST} * :{real_name}"));
            let server = &self.config.limits.server_name;
            answer.numeric(format_args!("312 {nick} {name} {server} :{}", super::info::Date(was.time_ms)));
        }
        if !is_any {
            answer.numeric(format_args!("406 {nick} {} :There was no such nickname", word(wanted)));
        }
        answer.numeric(format_args!("369 {nick} {} :End of WHOWAS", word(wanted)));
    }

    pub(super) fn obey_userhost(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        if line.filled(0).is_none() {
            return self.needs_more(connection, "USERHOST", answer);
        }
        let seen = line.params().iter().take(NAMES_MAX).filter_map(|name| self.chat.seen_as(&Name::parse(name)?));
        let told: Vec<_> = seen
            .map(|seen| {
                let sign = if seen.irc().is_some_and(|irc| irc.away.is_some()) { '-' } else { '+' };
                format!("{}={sign}{}@{HOST}", seen.name(), seen.identity().user())
            })
            .collect();
        answer.numeric(format_args!("302 {nick} :{}", told.join(" ")));
    }

    pub(super) fn obey_ison(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let names = line.params().iter().flat_map(|names| names.split(' ')).filter_map(Name::parse);
        let here = names.filter_map(|name| self.chat.seen_as(&name));
        let told: Vec<_> = here.map(|seen| seen.name().as_str().to_owned()).collect();
        answer.numeric(format_args!("303 {nick} :{}", told.join(" ")));
    }
}

/// How many entries are told of one name at the most.
const WAS_MAX: usize = 20;

/// Tells whether somebody is shown to who does not ask for them by name.
fn is_shown(asking: &Seen<'_>, seen: &Seen<'_>) -> bool {
    let is_invisible = seen.irc().is_some_and(|irc| irc.is_invisible);
    !is_invisible || seen.connection == asking.connection || asking.shares_a_room_with(seen)
}
