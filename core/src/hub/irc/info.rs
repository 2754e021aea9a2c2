//! Owns what a server tells by IRC of itself: who is welcome, what it can do, how many people there are.

use super::Line;
use super::answer::Answer;
use super::history::MESSAGES_MAX;
use super::modes::{ROOM_MODES, USER_MODES};
use super::obey::COMMANDS;
use super::words::{AWAY_BYTES_MAX, TARGETS_MAX, word};
use crate::chat::BANS_MAX;
use crate::clock::civil;
use crate::irc::{Identity, MONITORED_MAX, ROOMS_MAX};
use crate::log::{CHANGES_MAX, RoomKey, WHY_BYTES_MAX};
use crate::wire::irc::decode::LINE_BYTES_MAX;
use crate::{ConnectionId, Hub, Name, Time, Topic};

/// How many tokens stand in one line: a line has fifteen parameters, of which two are others.
const TOKENS_A_LINE: usize = 13;

/// What the message of the day says: what nobody who comes by IRC could know.
const MOTD: [&str; 3] = [
    "This is chinwag. People are here by IRC, by telnet, and with a browser.",
    "Most of them begin in #main: /join #main",
    "Names have 2 - 20 letters, digits, - or _",
];

impl<S> Hub<S> {
    pub(super) fn render_welcome(&self, connection: ConnectionId, answer: &mut Answer) {
        let (nick, server) = (self.nick_or_star(connection), self.config.limits.server_name.clone());
        answer.numeric(format_args!("001 {nick} :Welcome to chinwag, {nick}"));
        answer.numeric(format_args!("002 {nick} :Your host is {server}, running {}", version()));
        answer.numeric(format_args!("003 {nick} :Most people begin in #main"));
        let modes = [&ROOM_MODES.concat(), "ov"].concat();
        answer.numeric(format_args!("004 {nick} {server} {} {USER_MODES} {modes} beklov", version()));
        for tokens in tokens().chunks(TOKENS_A_LINE) {
            answer.numeric(format_args!("005 {nick} {} :are supported by this server", tokens.join(" ")));
        }
        self.tell_counts(connection, answer);
        self.tell_motd(connection, answer);
    }

    pub(super) fn tell_counts(&self, connection: ConnectionId, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let all = self.chat.people();
        let invisible = self.chat.all_seen().filter(|seen| seen.irc().is_some_and(|irc| irc.is_invisible)).count();
        let operators = self.chat.all_seen().filter(|seen| seen.is_server_operator()).count();
        let (visible, rooms) = (all - invisible, self.chat.occupied_rooms().count());
        let max = self.chat.people_max();
        answer.numeric(format_args!("251 {nick} :There are {visible} users and {invisible} invisible on 1 servers"));
        answer.numeric(format_args!("252 {nick} {operators} :operator(s) online"));
        answer.numeric(format_args!("253 {nick} {} :unknown connection(s)", self.irc.arriving.len()));
        answer.numeric(format_args!("254 {nick} {rooms} :channels formed"));
        answer.numeric(format_args!("255 {nick} :I have {all} clients and 0 servers"));
        answer.numeric(format_args!("265 {nick} {all} {max} :Current local users {all}, max {max}"));
        answer.numeric(format_args!("266 {nick} {all} {max} :Current global users {all}, max {max}"));
    }

    pub(super) fn tell_motd(&self, connection: ConnectionId, answer: &mut Answer) {
        let (nick, server) = (self.nick_or_star(connection), &self.config.limits.server_name);
        answer.numeric(format_args!("375 {nick} :- {server} Message of the day -"));
        for line in MOTD {
            answer.numeric(format_args!("372 {nick} :- {line}"));
        }
        answer.numeric(format_args!("376 {nick} :End of /MOTD command"));
    }

    pub(super) fn tell_version(&self, connection: ConnectionId, answer: &mut Answer) {
        let (nick, server) = (self.nick_or_star(connection), &self.config.limits.server_name);
        answer.numeric(format_args!("351 {nick} {} {server} :", version()));
        for tokens in tokens().chunks(TOKENS_A_LINE) {
            answer.numeric(format_args!("005 {nick} {} :are supported by this server", tokens.join(" ")));
        }
    }

    pub(super) fn tell_time(&self, now: Time, connection: ConnectionId, answer: &mut Answer) {
        let (nick, server) = (self.nick_or_star(connection), &self.config.limits.server_name);
        answer.numeric(format_args!("391 {nick} {server} :{}", Date(self.chat.clock().unix_ms(now))));
    }

    pub(super) fn tell_info(&self, connection: ConnectionId, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        answer.numeric(format_args!("371 {nick} :{}, a chat server for telnet, browsers and IRC", version()));
        answer.numeric(format_args!("374 {nick} :End of /INFO list"));
    }

    pub(super) fn tell_links(&self, connection: ConnectionId, answer: &mut Answer) {
        let (nick, server) = (self.nick_or_star(connection), &self.config.limits.server_name);
        answer.numeric(format_args!("364 {nick} {server} {server} :0 chinwag"));
        answer.numeric(format_args!("365 {nick} * :End of /LINKS list"));
    }

    pub(super) fn tell_help(&self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let nick = self.nick_or_star(connection);
        let Some(subject) = line.filled(0) else {
            answer.numeric(format_args!("704 {nick} * :** Commands **"));
            for (_, usage) in COMMANDS {
                answer.numeric(format_args!("705 {nick} * :{usage}"));
            }
            return answer.numeric(format_args!("706 {nick} * :End of /HELP"));
        };
        match COMMANDS.iter().find(|(command, _)| command.eq_ignore_ascii_case(subject)) {
            Some((command, usage)) => {
                answer.numeric(format_args!("704 {nick} {command} :** {command} **"));
                answer.numeric(format_args!("705 {nick} {command} :{usage}"));
                answer.numeric(format_args!("706 {nick} {command} :End of /HELP"));
            }
            None => answer.numeric(format_args!("524 {nick} {} :No help available on this topic", word(subject))),
        }
    }
}

fn version() -> String {
    format!("chinwag-{}", env!("CARGO_PKG_VERSION"))
}

/// Returns what clients have to know of the server (<https://modern.ircdocs.horse/#rplisupport-005>).
fn tokens() -> Vec<String> {
    let name_max = Name::CHARS_MAX;
    vec![
        format!("AWAYLEN={AWAY_BYTES_MAX}"),
        "BOT=B".to_owned(),
        "CASEMAPPING=ascii".to_owned(),
        format!("CHANLIMIT=#:{ROOMS_MAX}"),
        format!("CHANMODES={}", ROOM_MODES.join(",")),
        format!("CHANNELLEN={}", Name::ROOM_CHARS_MAX + 1),
        "CHANTYPES=#".to_owned(),
        format!("CHATHISTORY={MESSAGES_MAX}"),
        "ELIST=U".to_owned(),
        "EXCEPTS=e".to_owned(),
        format!("KEYLEN={}", RoomKey::CHARS_MAX),
        format!("KICKLEN={WHY_BYTES_MAX}"),
        format!("LINELEN={LINE_BYTES_MAX}"),
        format!("MAXLIST=b:{BANS_MAX},e:{BANS_MAX}"),
        format!("MODES={CHANGES_MAX}"),
        format!("MONITOR={MONITORED_MAX}"),
        "MSGREFTYPES=msgid,timestamp".to_owned(),
        format!("NAMELEN={}", Identity::REAL_NAME_BYTES_MAX),
        "NETWORK=chinwag".to_owned(),
        format!("NICKLEN={name_max}"),
        "PREFIX=(ov)@+".to_owned(),
        format!(
            "TARGMAX=JOIN:,PART:,KICK:1,NAMES:1,PRIVMSG:{TARGETS_MAX},NOTICE:{TARGETS_MAX},TAGMSG:{TARGETS_MAX},WHOIS:1"
        ),
        format!("TOPICLEN={}", Topic::BYTES_MAX),
        format!("USERLEN={}", Identity::USER_CHARS_MAX),
        "UTF8ONLY".to_owned(),
        "WHOX".to_owned(),
    ]
}

/// Writes a time, in milliseconds since 1970, for people.
pub(super) struct Date(pub(super) u64);

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.0 / 1000;
        let (year, month, day) = civil(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}
