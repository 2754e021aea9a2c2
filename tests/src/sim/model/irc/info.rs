//! Owns what a server tells by IRC of itself.

use chinwag_core::Time;

use super::word;
use crate::sim::irc::{Parsed, date};
use crate::sim::model::Model;

/// How the commands are typed, and what each does, as the server tells it, byte for byte.
const HELP: [&str; 36] = [
    "AWAY [:reason] - be away, or back",
    "CAP LS|LIST|REQ|END - ask for capabilities",
    "CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN|TARGETS ... - what was said before",
    "DLINE [10m|2h|3d|1w] address [:reason] - let nobody connect from there, as an operator of the server",
    "HELP [command] - show this",
    "INFO - what this server is",
    "INVITE nick #channel - let somebody know of a channel",
    "ISON nick [nick ...] - which of them are here",
    "JOIN #channel[,#channel] - go to channels, and stay in the others",
    "KICK #channel nick [:reason] - put somebody out of a channel",
    "KILL nick [:reason] - put somebody out of the server, as its operator",
    "LINKS - which servers there are",
    "LIST [#channel|>users|<users] - the channels",
    "LUSERS - how many people there are",
    "MODE nick [+-Bi] - be shown as a bot, or found by no mask",
    "MONITOR +|-|C|L|S [nick,nick] - be told when people come and go",
    "MOTD - the message of the day",
    "NAMES #channel - who is there",
    "NICK name - be called something else",
    "NOTICE #channel|nick :text - as a program says something",
    "PART #channel[,#channel] [:reason] - leave channels",
    "PING token - be answered",
    "PRIVMSG #channel|nick :text - say something",
    "QUIT [:reason] - leave the server",
    "SEARCH :words - find what was said in your channels",
    "SETNAME :real name - have another real name",
    "TAGMSG #channel|nick - send tags alone",
    "TIME - what time it is",
    "TOPIC #channel [:topic] - show or set what a channel is about",
    "UNDLINE address - let people connect from there again",
    "USERHOST nick [nick ...] - users and hosts",
    "VERSION - which version this is",
    "WALLOPS :text - tell something to the operators of the server, as one of them",
    "WHO #channel|nick|mask - who is there",
    "WHOIS nick - who somebody is",
    "WHOWAS nick [count] - who somebody was",
];

/// What clients have to know, by line.
const TOKENS: [&str; 2] = [
    "AWAYLEN=200 BOT=B CASEMAPPING=ascii CHANLIMIT=#:100 CHANMODES=be,k,l,imnrst CHANNELLEN=33 CHANTYPES=# \
     CHATHISTORY=100 ELIST=U EXCEPTS=e KEYLEN=23 KICKLEN=200 LINELEN=512",
    "MAXLIST=b:100,e:100 MODES=8 MONITOR=100 MSGREFTYPES=msgid,timestamp NAMELEN=150 NETWORK=chinwag NICKLEN=20 \
     PREFIX=(ov)@+ TARGMAX=JOIN:,PART:,KICK:1,NAMES:1,PRIVMSG:4,NOTICE:4,TAGMSG:4,WHOIS:1 TOPICLEN=390 USERLEN=10 UTF8ONLY WHOX",
];

const MOTD: [&str; 3] = [
    "This is chinwag. People are here by IRC, by telnet, and with a browser.",
    "Most of them begin in #main: /join #main",
    "Names have 2 - 20 letters, digits, - or _",
];

const VERSION: &str = concat!("chinwag-", env!("CARGO_PKG_VERSION"));

impl Model {
    pub(super) fn welcome_irc(&mut self, now: Time, user: usize) {
        let (nick, server) = (self.nick(user), self.server.clone());
        // All that follows is one answer, which stands where this does.
        self.reply_numeric(now, user, &format!("001 {nick} :Welcome to chinwag, {nick}"));
        self.numeric(now, &format!("002 {nick} :Your host is {server}, running {VERSION}"));
        self.numeric(now, &format!("003 {nick} :Most people begin in #main"));
        self.numeric(now, &format!("004 {nick} {server} {VERSION} Bio beklimnrstov beklov"));
        self.tell_tokens(now, user);
        self.tell_counts(now, user);
        self.tell_motd(now, user);
    }

    fn tell_tokens(&mut self, now: Time, user: usize) {
        let nick = self.nick(user);
        for tokens in TOKENS {
            self.numeric(now, &format!("005 {nick} {tokens} :are supported by this server"));
        }
    }

    pub(super) fn tell_counts(&mut self, now: Time, user: usize) {
        let (nick, all, rooms) = (self.nick(user), self.people(), self.occupied().len());
        let invisible = self.people.iter().filter(|person| person.irc.as_ref().is_some_and(|irc| irc.is_invisible));
        let invisible = invisible.count();
        let operators = self.people.iter().filter(|person| person.power.is_some()).count();
        let (visible, arriving, max) = (all - invisible, self.arriving(), self.people_max);
        self.numeric(now, &format!("251 {nick} :There are {visible} users and {invisible} invisible on 1 servers"));
        self.numeric(now, &format!("252 {nick} {operators} :operator(s) online"));
        self.numeric(now, &format!("253 {nick} {arriving} :unknown connection(s)"));
        self.numeric(now, &format!("254 {nick} {rooms} :channels formed"));
        self.numeric(now, &format!("255 {nick} :I have {all} clients and 0 servers"));
        self.numeric(now, &format!("265 {nick} {all} {max} :Current local users {all}, max {max}"));
        self.numeric(now, &format!("266 {nick} {all} {max} :Current global users {all}, max {max}"));
    }

    pub(super) fn tell_motd(&mut self, now: Time, user: usize) {
        let (nick, server) = (self.nick(user), self.server.clone());
        self.numeric(now, &format!("375 {nick} :- {server} Message of the day -"));
        for line in MOTD {
            self.numeric(now, &format!("372 {nick} :- {line}"));
        }
        self.numeric(now, &format!("376 {nick} :End of /MOTD command"));
    }

    pub(super) fn tell_version(&mut self, now: Time, user: usize) {
        let (nick, server) = (self.nick(user), self.server.clone());
        self.numeric(now, &format!("351 {nick} {VERSION} {server} :"));
        self.tell_tokens(now, user);
    }

    pub(super) fn tell_time(&mut self, now: Time, user: usize) {
        let (nick, server, time) = (self.nick(user), self.server.clone(), day(self.time_of_day(now)));
        self.numeric(now, &format!("391 {nick} {server} :{time}"));
    }

    pub(super) fn tell_info(&mut self, now: Time, user: usize) {
        let nick = self.nick(user);
        self.numeric(now, &format!("371 {nick} :{VERSION}, a chat server for telnet, browsers and IRC"));
        self.numeric(now, &format!("374 {nick} :End of /INFO list"));
    }

    pub(super) fn tell_irc_help(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let Some(subject) = line.filled(0) else {
            self.numeric(now, &format!("704 {nick} * :** Commands **"));
            HELP.iter().for_each(|usage| self.numeric(now, &format!("705 {nick} * :{usage}")));
            return self.numeric(now, &format!("706 {nick} * :End of /HELP"));
        };
        let named = |usage: &&&str| usage.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(subject));
        match HELP.iter().find(named) {
            Some(usage) => {
                let command = usage.split(' ').next().unwrap_or_default();
                self.numeric(now, &format!("704 {nick} {command} :** {command} **"));
                self.numeric(now, &format!("705 {nick} {command} :{usage}"));
                self.numeric(now, &format!("706 {nick} {command} :End of /HELP"));
            }
            None => self.numeric(now, &format!("524 {nick} {} :No help available on this topic", word(subject))),
        }
    }
}

/// Writes a time for people.
pub(super) fn day(unix_ms: u128) -> String {
    let (year, month, day, seconds) = date(unix_ms);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}
