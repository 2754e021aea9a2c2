//! Owns who people are to those who ask by IRC, and what these are told when others come, go, or change.

use chinwag_core::Time;

use super::info::day;
use super::{Identity, unformatted, word};
use crate::sim::irc::Parsed;
use crate::sim::model::{Model, Person, is_name, typist};

/// Of how many names somebody can be told.
const MONITORED_MAX: usize = 100;

/// How many are remembered who were here.
const REMEMBERED_MAX: usize = 32;

/// How many entries are told of one name.
const WAS_MAX: usize = 20;

/// Who was here under a name, and until when.
#[derive(Clone, Debug)]
pub(in crate::sim::model) struct Was {
    name: String,
    user_name: String,
    real_name: String,
    time: u128,
}

impl Person {
    /// Tells whether they are told when the owner of a name comes and goes.
    pub(super) fn monitors(&self, name: &str) -> bool {
        let monitored = self.irc.as_ref().map_or(&[][..], |irc| &irc.monitored);
        monitored.iter().any(|other| other.eq_ignore_ascii_case(name))
    }
}

impl Model {
    /// Returns who is here under a name, if the others know of them.
    pub(in crate::sim::model) fn find(&self, name: &str) -> Option<&Person> {
        let is_meant = |person: &&Person| person.name.eq_ignore_ascii_case(name) && person.silent_until.is_none();
        self.people.iter().find(is_meant)
    }

    /// Tells those who monitor a name that its owner is here, or gone.
    pub(in crate::sim::model) fn tell_presence(&mut self, now: Time, name: &str, source: Option<&str>) {
        let monitoring: Vec<_> =
            self.people.iter().filter(|person| person.monitors(name)).map(|person| person.user).collect();
        for user in monitoring {
            let line = self.presence(now, user, name, source);
            self.deliver(user, &[line]);
        }
    }

    fn presence(&self, now: Time, user: usize, name: &str, source: Option<&str>) -> super::IrcLine {
        // They are called so once the line is made.
        let renamed = self.renamed.as_ref().filter(|(other, _)| *other == user).map(|(_, name)| name.clone());
        let nick = renamed.unwrap_or_else(|| self.nick(user));
        let text = source.map_or_else(|| format!("731 {nick} :{name}"), |source| format!("730 {nick} :{source}"));
        self.numeric_line(now, &text)
    }

    /// Remembers that somebody was here under their name.
    pub(in crate::sim::model) fn remember(&mut self, now: Time, person: &Person) {
        let (name, real_name) = (person.name.clone(), person.real_name().to_owned());
        let was = Was { name, user_name: person.user_name().to_owned(), real_name, time: self.time_of_day(now) };
        self.was.insert(0, was);
        self.was.truncate(REMEMBERED_MAX);
    }

    pub(super) fn set_away(&mut self, now: Time, user: usize, reason: Option<String>) {
        let nick = self.nick(user);
        let answer = match reason {
            Some(_) => format!("306 {nick} :You have been marked as being away"),
            None => format!("305 {nick} :You are no longer marked as being away"),
        };
        self.reply_numeric(now, user, &answer);
        let text = reason.as_ref().map_or_else(|| "AWAY".to_owned(), |reason| format!("AWAY :{reason}"));
        if let Some(irc) = &mut self.person_mut(user).irc {
            irc.away = reason;
        }
        self.tell_around(now, user, "away-notify", &text);
    }

    pub(super) fn set_real_name(&mut self, now: Time, user: usize, name: &str) {
        let name = typist::clean(&unformatted(name));
        if let Some(irc) = &mut self.person_mut(user).irc {
            let is_bot = irc.identity.is_bot;
            irc.identity = Identity { is_bot, ..Identity::new(&irc.identity.user, &name) };
        }
        let person = self.person(user).clone();
        let text = format!("SETNAME :{}", person.real_name());
        let line = self.own_line(now, &person.source(), &text);
        let is_told = self.has(user, "setname");
        self.answer_with(user, if is_told { vec![line] } else { Vec::new() });
        self.tell_around(now, user, "setname", &text);
    }

    fn tell_around(&mut self, now: Time, user: usize, capability: &str, text: &str) {
        let line = self.own_line(now, &self.person(user).source(), text);
        for other in self.clients_around(user, capability) {
            self.deliver(other, std::slice::from_ref(&line));
        }
    }

    pub(super) fn obey_monitor(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let names: Vec<_> =
            line.params.get(1).map_or("", String::as_str).split(',').filter(|name| is_name(name)).collect();
        let monitored = self.person(user).irc.as_ref().map(|irc| irc.monitored.clone()).unwrap_or_default();
        let is_named = |name: &String| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        match line.filled(0) {
            Some("+") => names.iter().for_each(|name| self.monitor(now, user, name)),
            Some("-") => {
                self.set_monitored(user, monitored.into_iter().filter(|name| !is_named(name)).collect());
            }
            Some("C" | "c") => self.set_monitored(user, Vec::new()),
            Some("L" | "l") => {
                for names in monitored.chunks(15) {
                    self.numeric(now, &format!("732 {nick} :{}", names.join(",")));
                }
                self.numeric(now, &format!("733 {nick} :End of MONITOR list"));
            }
            Some("S" | "s") => {
                for name in monitored {
                    let source = self.find(&name).map(Person::source);
                    let line = self.presence(now, user, &name, source.as_deref());
                    self.numeric_of(line);
                }
            }
            Some(_) | None => self.needs_more(now, user, "MONITOR"),
        }
    }

    fn numeric_of(&mut self, line: super::IrcLine) {
        if let Some(answer) = &mut self.answer {
            answer.lines.push(line);
        }
    }

    fn set_monitored(&mut self, user: usize, mut names: Vec<String>) {
        names.sort_by_key(|name| name.to_lowercase());
        if let Some(irc) = &mut self.person_mut(user).irc {
            irc.monitored = names;
        }
    }

    fn monitor(&mut self, now: Time, user: usize, name: &str) {
        let nick = self.nick(user);
        let mut monitored = self.person(user).irc.as_ref().map(|irc| irc.monitored.clone()).unwrap_or_default();
        if !self.person(user).monitors(name) {
            if monitored.len() == MONITORED_MAX {
                let answer = format!("734 {nick} {MONITORED_MAX} {name} :Monitor list is full");
                return self.reply_numeric(now, user, &answer);
            }
            monitored.push(name.to_owned());
            self.set_monitored(user, monitored);
        }
        let source = self.find(name).map(Person::source);
        let line = self.presence(now, user, name, source.as_deref());
        self.answer_with(user, vec![line]);
    }

    pub(super) fn obey_who(&mut self, now: Time, user: usize, line: &Parsed) {
        let (nick, mask) = (self.nick(user), line.filled(0).unwrap_or("*"));
        let fields = line.filled(1).and_then(|fields| fields.split_once('%')).map(|(_, fields)| fields);
        let asking = self.person(user).clone();
        let shares = |other: &Person| asking.rooms.iter().any(|room| other.is_in(room));
        let is_shown = |other: &Person| {
            let is_invisible = other.irc.as_ref().is_some_and(|irc| irc.is_invisible);
            !is_invisible || other.user == user || shares(other)
        };
        let common = |other: &Person| other.rooms.iter().find(|room| asking.is_in(room)).cloned();
        let meant: Vec<(Option<String>, Person)> = if mask.starts_with('#') {
            let room = self.shown_room_to(user, mask);
            let listed = room.iter().flat_map(|room| self.listed(room)).filter(is_shown);
            listed.map(|other| (room.clone(), other)).collect()
        } else if let Some(other) = Some(mask).filter(|mask| is_name(mask)).and_then(|name| self.find(name)) {
            vec![(common(other), other.clone())]
        } else if mask.contains(['*', '?']) || mask == "0" {
            let mask: Vec<_> = if mask == "0" { vec!['*'] } else { mask.to_lowercase().chars().collect() };
            let fits = |other: &&Person| matches(&mask, &other.name.to_lowercase().chars().collect::<Vec<_>>());
            let known = self.people.iter().filter(|other| other.silent_until.is_none());
            let mut all: Vec<_> = known.filter(fits).filter(|other| is_shown(other)).cloned().collect();
            all.sort_by_key(|other| self.slots[other.user]);
            all.into_iter().map(|other| (common(&other), other)).collect()
        } else {
            Vec::new()
        };
        for (room, other) in meant {
            let text = match fields {
                None => {
                    let (channel, flags) = (self.channel(room.as_deref()), self.flags(room.as_deref(), &other, user));
                    let (server, real_name) = (&self.server, other.real_name());
                    let user_name = other.user_name();
                    format!("352 {nick} {channel} {user_name} chinwag {server} {} {flags} :0 {real_name}", other.name)
                }
                Some(fields) => format!("354 {nick}{}", self.who_fields(now, user, room.as_deref(), &other, fields)),
            };
            self.numeric(now, &text);
        }
        self.numeric(now, &format!("315 {nick} {} :End of /WHO list", word(mask)));
    }

    fn who_fields(&self, now: Time, user: usize, room: Option<&str>, other: &Person, fields: &str) -> String {
        let (fields, token) = fields.split_once(',').unwrap_or((fields, "0"));
        let is_token = token.len() <= 3 && token.chars().all(|c| c.is_ascii_digit());
        let told = |field| match field {
            't' if is_token => token.to_owned(),
            'c' => self.channel(room),
            'u' => other.user_name().to_owned(),
            'i' => "255.255.255.255".to_owned(),
            'h' => "chinwag".to_owned(),
            's' => self.server.clone(),
            'n' => other.name.clone(),
            'a' => other.account.clone().unwrap_or_else(|| "0".to_owned()),
            'f' => self.flags(room, other, user),
            'o' => "n/a".to_owned(),
            'r' => format!(":{}", other.real_name()),
            'l' => other.irc.as_ref().map_or(0, |irc| now.since(irc.spoke).as_secs()).to_string(),
            _ => "0".to_owned(),
        };
        "tcuihsnfdlaor"
            .chars()
            .filter(|&field| fields.contains(field))
            .map(|field| format!(" {}", told(field)))
            .collect()
    }

    fn channel(&self, room: Option<&str>) -> String {
        let name = room.and_then(|room| self.shown_room(&format!("#{room}")));
        name.map_or_else(|| "*".to_owned(), |name| format!("#{name}"))
    }

    fn flags(&self, room: Option<&str>, other: &Person, asking: usize) -> String {
        let ranks = room.map_or("", |room| self.ranks(room, other.user, asking));
        let away = if other.away().is_some() { "G" } else { "H" };
        [away, if other.power.is_some() { "*" } else { "" }, if other.is_bot() { "B" } else { "" }, ranks].concat()
    }

    pub(super) fn obey_whois(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let Some(wanted) = line.filled(1).or_else(|| line.filled(0)) else {
            return self.numeric(now, &format!("431 {nick} :No nickname given"));
        };
        match Some(wanted).filter(|name| is_name(name)).and_then(|name| self.find(name)).cloned() {
            None => self.numeric(now, &format!("401 {nick} {} :No such nick/channel", word(wanted))),
            Some(other) => {
                let (name, server) = (&other.name, self.server.clone());
                let (user_name, real_name) = (other.user_name(), other.real_name());
                self.numeric(now, &format!("311 {nick} {name} {user_name} chinwag * :{real_name}"));
                let mut rooms = String::new();
                let head = format!("319 {nick} {name} :");
                for room in
                    other.rooms.iter().filter(|room| self.is_shown(room, user)).cloned().collect::<Vec<_>>().iter()
                {
                    let sign = self.ranks(room, other.user, user);
                    let item = format!("{sign}{} ", self.channel(Some(room)));
                    if head.len() + rooms.len() + item.len() > 400 {
                        self.numeric(now, format!("{head}{rooms}").trim_end());
                        rooms.clear();
                    }
                    rooms += &item;
                }
                if !rooms.is_empty() {
                    self.numeric(now, format!("{head}{rooms}").trim_end());
                }
                self.numeric(now, &format!("312 {nick} {name} {server} :chinwag"));
                if other.power.is_some() {
                    self.numeric(now, &format!("313 {nick} {name} :is an operator of this server"));
                }
                if let Some(reason) = other.away() {
                    self.numeric(now, &format!("301 {nick} {name} :{reason}"));
                }
                if let Some(irc) = &other.irc {
                    let (idle, came) = (now.since(irc.spoke).as_secs(), self.time_of_day(irc.came) / 1000);
                    self.numeric(now, &format!("317 {nick} {name} {idle} {came} :seconds idle, signon time"));
                }
                if let Some(account) = &other.account {
                    self.numeric(now, &format!("330 {nick} {name} {account} :is logged in as"));
                }
                if other.is_bot() {
                    self.numeric(now, &format!("335 {nick} {name} :is a bot"));
                }
            }
        }
        self.numeric(now, &format!("318 {nick} {} :End of /WHOIS list", word(wanted)));
    }

    pub(super) fn obey_whowas(&mut self, now: Time, user: usize, line: &Parsed) {
        let (nick, server) = (self.nick(user), self.server.clone());
        let Some(wanted) = line.filled(0) else { return self.needs_more(now, user, "WHOWAS") };
        let count = line.filled(1).and_then(|count| count.parse().ok()).filter(|&count: &usize| count > 0);
        let is_meant = |was: &&Was| was.name.eq_ignore_ascii_case(wanted);
        let was: Vec<_> = self.was.iter().filter(is_meant).take(count.unwrap_or(WAS_MAX)).cloned().collect();
        if was.is_empty() {
            self.numeric(now, &format!("406 {nick} {} :There was no such nickname", word(wanted)));
        }
        for Was { name, user_name, real_name, time } in was {
            self.numeric(now, &format!("314 {nick} {name} {user_name} chinwag * :{real_name}"));
            self.numeric(now, &format!("312 {nick} {name} {server} :{}", day(time)));
        }
        self.numeric(now, &format!("369 {nick} {} :End of WHOWAS", word(wanted)));
    }

    pub(super) fn obey_userhost(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        if line.filled(0).is_none() {
            return self.needs_more(now, user, "USERHOST");
        }
        let told = |other: &Person| {
            let sign = if other.away().is_some() { '-' } else { '+' };
            format!("{}={sign}{}@chinwag", other.name, other.user_name())
        };
        let names: Vec<_> = line.params.iter().take(5).filter_map(|name| self.find(name)).map(told).collect();
        self.numeric(now, &format!("302 {nick} :{}", names.join(" ")));
    }

    pub(super) fn obey_ison(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let names = line.params.iter().flat_map(|names| names.split(' ')).filter_map(|name| self.find(name));
        let names: Vec<_> = names.map(|other| other.name.clone()).collect();
        self.numeric(now, &format!("303 {nick} :{}", names.join(" ")));
    }
}

/// Tells whether a name is as a mask says: a star stands for anything, a question mark for one character.
fn matches(mask: &[char], name: &[char]) -> bool {
    match (mask, name) {
        ([], name) => name.is_empty(),
        (['*', rest @ ..], name) => (0..=name.len()).any(|skipped| matches(rest, &name[skipped..])),
        (['?', rest @ ..], [_, name @ ..]) => matches(rest, name),
        ([c, rest @ ..], [first, name @ ..]) => c == first && matches(rest, name),
        (_, []) => false,
    }
}
