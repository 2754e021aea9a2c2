//! Owns who keeps order in rooms, as the model has it, and what they have decided: who joins, and who is heard.

use chinwag_core::Time;

use super::act::Act;
use super::irc::{IrcLine, Told};
use super::order::{Ban, Mute, Order, is_live, take_ban};
use super::{Model, Person};
use crate::sim::irc::date;

fn behind(why: Option<&str>) -> String {
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

impl Model {
    pub(super) fn is_operator(&self, room: &str, user: usize) -> bool {
        self.rooms.iter().any(|other| other.name.eq_ignore_ascii_case(room) && other.operators.contains(&user))
    }

    pub(super) fn is_voice(&self, room: &str, user: usize) -> bool {
        self.rooms.iter().any(|other| other.name.eq_ignore_ascii_case(room) && other.voices.contains(&user))
    }

    /// Tells somebody by an answer why they may not, by lines or with a number and words of IRC.
    pub(super) fn refuse(&mut self, now: Time, user: usize, line: &str, irc: &str) {
        if self.person(user).is_by_irc() {
            let nick = self.nick(user);
            let (number, words) = irc.split_once(' ').expect("a number, and words");
            self.reply_numeric(now, user, &format!("{number} {nick} {words}"));
        } else {
            self.reply(user, line);
        }
    }

    /// Lets somebody act in a room that is there.
    pub(super) fn moderate(&mut self, now: Time, user: usize, room: &str, act: Act) {
        let name = self.room_mut(room).name.clone();
        self.act_in_room(now, user, &name, act);
        self.note_decided(now, &name);
    }

    fn act_in_room(&mut self, now: Time, user: usize, name: &str, act: Act) {
        let name = name.to_owned();
        if let Act::Invite(to) = act {
            return self.invite(now, user, &name, &to);
        }
        if !self.keeps_order(&name, user) {
            let is_there = self.person(user).is_in(&name);
            let line = format!("Only operators of {name} can do that");
            return match is_there {
                true => self.refuse(now, user, &line, &format!("482 #{name} :{line}")),
                false => self.refuse(now, user, "", &format!("442 #{name} :You're not on that channel")),
            };
        }
        match act {
            Act::Kick(whom, why) => {
                if let Some(other) =
                    self.target_in(now, user, &name, &whom).filter(|other| self.is_fair(now, user, other))
                {
                    self.put_out(now, user, &other, &name, None, why);
                }
            }
            Act::Ban(whom, lasts, why) => self.ban(now, user, &name, &whom, (lasts.map(|lasts| now + lasts), why)),
            Act::Unban(mask) => match self.unban(now, &name, &mask) {
                Some(mask) => self.tell_act(
                    now,
                    user,
                    &name,
                    |by| format!("{mask} was unbanned by {by}"),
                    &format!("MODE #{name} -b {mask}!*@*"),
                ),
                None => self.refuse(now, user, &format!("{mask} is not banned"), "0 x"),
            },
            Act::Mute(whom, lasts) => {
                let Some(other) =
                    self.target_in(now, user, &name, &whom).filter(|other| self.is_fair(now, user, other))
                else {
                    return;
                };
                let until = lasts.map(|lasts| now + lasts);
                self.room_mut(&name).order.mute(&other, until);
                let until = self.shown_until(until);
                let whom = other.name;
                let by = self.person(user).name.clone();
                let notice = format!("NOTICE #{name} :{whom} was muted by {by}{until}");
                self.tell_act(now, user, &name, |by| format!("{whom} was muted by {by}{until}"), &notice);
            }
            Act::Unmute(whom) => {
                let mutes = &mut self.room_mut(&name).order.mutes;
                mutes.retain(|mute| is_live(mute.until, now));
                let known = mutes.iter().find(|mute| mute.name.eq_ignore_ascii_case(&whom));
                let known = known.map(|mute| mute.name.clone());
                mutes.retain(|mute| !mute.name.eq_ignore_ascii_case(&whom));
                let Some(whom) = known else {
                    return self.refuse(now, user, &format!("{whom} is not muted"), "0 x");
                };
                let by = self.person(user).name.clone();
                let notice = format!("NOTICE #{name} :{whom} was unmuted by {by}");
                self.tell_act(now, user, &name, |by| format!("{whom} was unmuted by {by}"), &notice);
            }
            Act::Mode(letter, is_set, what) => self.change_mode(now, user, &name, (letter, is_set), &what),
            Act::Invite(_) => {}
        }
    }

    fn change_mode(&mut self, now: Time, user: usize, room: &str, (letter, is_set): (char, bool), what: &str) {
        let (mut what, sign) = (what.to_owned(), if is_set { '+' } else { '-' });
        if room == "main" && is_set && "beikl".contains(letter) {
            let line = "Nobody can be kept out of main";
            return self.refuse(now, user, line, &format!("482 #main :{line}"));
        }
        if letter == 'r' {
            return self.change_owner(now, user, room, is_set, &what);
        }
        if "ov".contains(letter) {
            let Some(other) = self.target_in(now, user, room, &what) else { return };
            let state = self.room_mut(room);
            let ranked = if letter == 'o' { &mut state.operators } else { &mut state.voices };
            let is_so = ranked.contains(&other.user) == is_set;
            ranked.retain(|&ranked| ranked != other.user);
            ranked.extend(is_set.then_some(other.user));
            if letter == 'o' {
                self.note_rank(other.user, room, is_set);
            }
            if is_so {
                return self.unchanged(user);
            }
            what = other.name;
        } else if "be".contains(letter) {
            let by = self.person(user).name.clone();
            let time = self.time_of_day(now);
            if is_set {
                let named = self.known_as(&what).filter(|_| letter == 'b').cloned();
                let (origin, account) = named.map_or((None, None), |other| (Some(other.origin), other.account));
                // Without a reason it is the same.
                let ban = Ban { whom: what.clone(), by, time, why: None, origin, account, until: None };
                if !self.add_ban(now, room, letter == 'e', ban) {
                    return self.unchanged(user);
                }
            } else {
                let order = &mut self.room_mut(room).order;
                let list = if letter == 'e' { &mut order.exceptions } else { &mut order.bans };
                let Some(whom) = take_ban(now, list, &what) else { return self.unchanged(user) };
                what = whom;
            }
        } else {
            let state = self.room_mut(room);
            let (said, order) = (state.said, &mut state.order);
            let before = order.clone();
            match letter {
                'i' => order.is_locked = is_set,
                'm' => order.is_moderated = is_set,
                't' => order.is_topic_locked = is_set,
                'k' => order.key = is_set.then(|| what.clone()),
                's' => order.is_secret = is_set,
                'n' => order.is_open = !is_set,
                'l' => order.limit = what.parse().ok().filter(|_| is_set),
                _ => panic!("no plan has the mode {letter}"),
            }
            if *order == before {
                return self.unchanged(user);
            }
            if before.is_closed() && !order.is_closed() {
                order.hidden = said;
            }
        }
        let line = match (letter, is_set) {
            ('o', true) => format!("{what} was made an operator"),
            ('o', false) => format!("{what} was removed as an operator"),
            ('v', true) => format!("{what} was given a voice"),
            ('v', false) => format!("{what} was deprived of a voice"),
            ('b', true) => format!("{what} was banned"),
            ('e', true) => format!("{what} was exempted from bans"),
            ('e', false) => format!("{what} was exempted from bans no more"),
            ('s', true) => "The room was made secret".to_owned(),
            ('s', false) => "The room was made public".to_owned(),
            ('n', true) => "The room was closed to those outside".to_owned(),
            ('n', false) => "The room was opened to those outside".to_owned(),
            ('l', true) => format!("The room was limited to {what} people"),
            ('l', false) => "The limit of the room was removed".to_owned(),
            ('b', false) => format!("{what} was unbanned"),
            ('i', true) => "The room was locked".to_owned(),
            ('i', false) => "The room was unlocked".to_owned(),
            ('m', true) => "The room was made moderated".to_owned(),
            ('m', false) => "The room was made unmoderated".to_owned(),
            ('t', true) => "The topic was locked".to_owned(),
            ('t', false) => "The topic was unlocked".to_owned(),
            (_, true) => format!("The key of the room was set to {what}"),
            (_, false) => "The key of the room was removed".to_owned(),
        };
        let parameter = match (letter, is_set) {
            ('o' | 'v', _) | ('k' | 'l', true) => format!(" {what}"),
            ('b' | 'e', _) => format!(" {what}!*@*"),
            ('k', false) => " *".to_owned(),
            _ => String::new(),
        };
        self.tell_act(
            now,
            user,
            room,
            |by| format!("{line} by {by}"),
            &format!("MODE #{room} {sign}{letter}{parameter}"),
        );
    }

    /// Tells somebody that it is so already; IRC is silent about it.
    pub(super) fn unchanged(&mut self, user: usize) {
        if self.person(user).is_by_irc() {
            self.answer_with(user, Vec::new());
        } else {
            self.reply(user, "Nothing has changed");
        }
    }

    /// Returns who is called so in a room; else, why nobody is, is told.
    fn target_in(&mut self, now: Time, user: usize, room: &str, whom: &str) -> Option<Person> {
        let is_meant = |other: &&Person| other.name.eq_ignore_ascii_case(whom) && other.silent_until.is_none();
        let Some(other) = self.people.iter().find(is_meant).cloned() else {
            let line = format!("There is nobody called {whom}");
            self.refuse(now, user, &line, &format!("401 {whom} :No such nick/channel"));
            return None;
        };
        if other.is_in(room) {
            return Some(other);
        }
        let name = &other.name;
        let irc = format!("441 {name} #{room} :They aren't on that channel");
        self.refuse(now, user, &format!("{name} is not in {room}"), &irc);
        None
    }

    /// Tells whether somebody may put another one out: only operators of the server may one of them.
    fn is_fair(&mut self, now: Time, user: usize, other: &Person) -> bool {
        let is_fair = other.power.is_none() || self.is_server_operator(user);
        if !is_fair {
            self.happen("protected");
            let line = format!("{} is an operator of the server", other.name);
            self.refuse(now, user, &line, &format!("484 {} :{line}", other.name));
        }
        is_fair
    }

    /// Writes until when something holds.
    fn shown_until(&self, until: Option<Time>) -> String {
        let Some(until) = until else { return String::new() };
        let (year, month, day, seconds) = date(self.time_of_day(until).div_ceil(60_000) * 60_000);
        format!(" until {year:04}-{month:02}-{day:02} {:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60)
    }

    fn ban(&mut self, now: Time, user: usize, room: &str, whom: &str, (until, why): (Option<Time>, Option<String>)) {
        let other = self.known_as(whom).cloned();
        if other.as_ref().is_some_and(|other| !self.is_fair(now, user, other)) {
            return;
        }
        if room == "main" {
            return self.ban_from_server(now, user, whom, other.as_ref());
        }
        let whom = other.as_ref().map_or(whom, |other| &other.name).to_owned();
        let (by, time) = (self.person(user).name.clone(), self.time_of_day(now));
        let origin = other.as_ref().map(|other| other.origin);
        let account = other.as_ref().and_then(|other| other.account.clone());
        let ban = Ban { whom: whom.clone(), by: by.clone(), time, why: why.clone(), origin, account, until };
        self.add_ban(now, room, false, ban);
        let until = self.shown_until(until);
        if let Some(other) = &other {
            self.note_rank(other.user, room, false);
        }
        match other.filter(|other| other.is_in(room)) {
            Some(other) => self.put_out(now, user, &other, room, Some(until), why),
            None => {
                let because = behind(why.as_deref());
                let line = format!("{whom} was banned by {by}{until}{because}");
                self.tell_act(now, user, room, |_| line.clone(), &format!("MODE #{room} +b {whom}!*@*"));
            }
        }
    }

    /// Returns who is called so, and others know of.
    fn known_as(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|other| other.name.eq_ignore_ascii_case(name) && other.silent_until.is_none())
    }

    /// Nobody is kept out of `main` alone; and from where people come is not known here.
    fn ban_from_server(&mut self, now: Time, user: usize, whom: &str, other: Option<&Person>) {
        let (line, irc) = match other {
            _ if !self.is_server_operator(user) => {
                let line = "Only operators of the server can do that".to_owned();
                (line.clone(), format!("481 :{line}"))
            }
            None => {
                let line = format!("There is nobody called {whom}");
                (line, format!("401 {whom} :No such nick/channel"))
            }
            Some(other) => (format!("There is no address of {} that could be banned", other.name), "0 x".to_owned()),
        };
        self.refuse(now, user, &line, &irc);
    }

    /// Keeps somebody out, or exempts them. Tells whether that is new.
    fn add_ban(&mut self, now: Time, room: &str, is_exception: bool, ban: Ban) -> bool {
        let order = &mut self.room_mut(room).order;
        let bans = if is_exception { &mut order.exceptions } else { &mut order.bans };
        bans.retain(|ban| is_live(ban.until, now));
        match bans.iter_mut().find(|other| other.whom.eq_ignore_ascii_case(&ban.whom)) {
            Some(other) if (&other.why, other.until) == (&ban.why, ban.until) => {
                other.origin = ban.origin.or(other.origin);
                other.account = ban.account.or(other.account.take());
                return false;
            }
            Some(other) => *other = ban,
            None => bans.push(ban),
        }
        true
    }

    fn unban(&mut self, now: Time, room: &str, mask: &str) -> Option<String> {
        take_ban(now, &mut self.room_mut(room).order.bans, mask)
    }

    /// Tells a room what somebody has done there, and them by the answer, if they came by IRC.
    pub(super) fn tell_act(&mut self, now: Time, user: usize, room: &str, line: impl Fn(&str) -> String, irc: &str) {
        let person = self.person(user).clone();
        let irc = vec![self.own_line(now, &person.source(), irc)];
        let told = Told { line: line(&person.name), facts: format!(" [{room}]"), irc };
        self.tell_done(&person, room, &told);
    }

    fn tell_done(&mut self, person: &Person, room: &str, told: &Told) {
        if person.is_by_irc() {
            self.answer_with(person.user, told.irc.clone());
        } else if !person.is_in(room) {
            let text = self.text(person.user, &told.line, &told.facts);
            self.send(person.user, text);
        }
        self.tell(room, told, |other| !person.is_by_irc() || other.user != person.user);
    }

    /// Puts somebody out of a room. Who was in no other goes to `main`.
    fn put_out(
        &mut self,
        now: Time,
        user: usize,
        other: &Person,
        room: &str,
        banned: Option<String>,
        why: Option<String>,
    ) {
        if room == "main" && !other.is_by_irc() && other.rooms.len() == 1 {
            return self.kill(now, user, other, why.as_deref());
        }
        let (by, name) = (self.person(user).clone(), other.name.clone());
        let (verb, because) = (if banned.is_some() { "banned" } else { "kicked" }, behind(why.as_deref()));
        let (is_banned, until) = (banned.is_some(), banned.unwrap_or_default());
        let mut irc = Vec::new();
        if is_banned {
            irc.push(self.own_line(now, &by.source(), &format!("MODE #{room} +b {name}!*@*")));
        }
        let reason = why.as_deref().unwrap_or(&by.name);
        irc.push(self.own_line(now, &by.source(), &format!("KICK #{room} {name} :{reason}")));
        let line = format!("{name} was {verb} by {}{until}{because}", by.name);
        let told = Told { line, facts: format!(" [{room}]"), irc };
        self.take_out(other.user, room);
        if user == other.user {
            self.tell(room, &told, |_| true);
        } else {
            self.tell_done(&by, room, &told);
        }
        let from = self.lines[other.user].len();
        let is_by_irc = other.is_by_irc();
        if is_by_irc && user == other.user {
            self.answer_with(user, told.irc);
        } else if is_by_irc {
            self.deliver(other.user, &told.irc);
        } else {
            self.reply(other.user, &format!("You were {verb} from {room} by {}{until}{because}", by.name));
        }
        if !is_by_irc && self.person(other.user).rooms.is_empty() {
            self.enter(now, other.user, "main", vec!["main".to_owned()]);
        } else if !is_by_irc {
            self.tell_focus(other.user);
        }
        if user != other.user || !is_by_irc {
            self.lines[other.user][from..].iter_mut().for_each(|line| line.may_be_dropped = true);
        }
    }

    /// Takes somebody out of a room, of whom it is told apart.
    fn take_out(&mut self, user: usize, room: &str) {
        let key = room.to_lowercase();
        let person = self.person_mut(user);
        let place = person.rooms.iter().position(|other| *other == key).expect("they are there");
        // Who came by IRC has no room with the focus. Of the others, the one that had it last has it again.
        if place == 0 && !person.is_by_irc() {
            person.rooms.swap_remove(0);
        } else {
            person.rooms.remove(place);
        }
        self.take_ranks(user, room);
        if self.members(room) == 0 {
            self.close_room(room);
        }
    }

    /// Takes the ranks of somebody who leaves a room.
    pub(super) fn take_ranks(&mut self, user: usize, room: &str) {
        for room in self.rooms.iter_mut().filter(|other| other.name.eq_ignore_ascii_case(room)) {
            room.operators.retain(|&other| other != user);
            room.voices.retain(|&other| other != user);
        }
    }

    /// Tells whether somebody may join a room, which may not be there. Else they are told why not.
    pub(super) fn may_join(&mut self, now: Time, user: usize, room: &str, key: Option<&str>) -> bool {
        let found = self.rooms.iter().find(|other| other.name.eq_ignore_ascii_case(room));
        let found = found.map(|found| (found.name.clone(), found.order.clone()));
        let found = found.or_else(|| Some((room.to_owned(), self.decided_of_empty(now, room)?)));
        let Some((name, order)) = found else { return true };
        let person = self.person(user).clone();
        if person.power.is_some() || self.owns(user, room) {
            return true;
        }
        if order.invited.contains(&person.origin) {
            return true;
        }
        if let Some(Ban { why, until, .. }) = order.ban_of(now, &person) {
            let until = self.shown_until(*until);
            let line = format!("You are banned from {name}{until}{}", behind(why.as_deref()));
            self.refuse(now, user, &line, &format!("474 #{name} :{line}"));
        } else if order.is_locked {
            let line = format!("You need an invitation to join {name}");
            self.refuse(now, user, &line, &format!("473 #{name} :{line}"));
        } else if order.key.is_some() && order.key.as_deref() != key {
            let line = format!("You need a key to join {name}: /join {name} KEY");
            self.refuse(now, user, &line, &format!("475 #{name} :You need a key to join #{name}"));
        } else if order.limit.is_some_and(|limit| self.members(&name) >= limit) {
            self.happen("full");
            let line = format!("You can't join {name}, it is full");
            self.refuse(now, user, &line, &format!("471 #{name} :{line}"));
        } else {
            return true;
        }
        false
    }

    /// Handles that somebody has come to a room: an invitation is used up, and who is muted there by name is so by this
    /// connection, too.
    pub(super) fn note_arrival(&mut self, now: Time, person: &Person, room: &str) {
        let is_owner = self.owns(person.user, room);
        let slots = self.slots.clone();
        let state = self.room_mut(room);
        let (said, order) = (state.said, &mut state.order);
        order.invited.retain(|&origin| origin != person.origin);
        let hidden = if order.is_closed() { said } else { order.hidden };
        if hidden > 0 && !is_owner {
            order.newcomers.retain(|(origin, _)| *origin != person.origin);
            order.newcomers.push((person.origin, hidden));
        }
        let is_them = |mute: &&Mute| {
            let is_named = mute.name.eq_ignore_ascii_case(&person.name);
            mute.origin != person.origin && is_named && is_live(mute.until, now)
        };
        // Of several the one counts who came first.
        let first = order.mutes.iter().filter(is_them).min_by_key(|mute| (slots[mute.origin], mute.origin));
        if let Some(until) = first.map(|mute| mute.until) {
            order.mute(person, until);
        }
    }

    /// Handles that somebody has left a room.
    pub(super) fn note_left(&mut self, person: &Person, room: &str) {
        self.room_mut(room).order.newcomers.retain(|(origin, _)| *origin != person.origin);
    }

    /// Returns the last message of a room that somebody there is not shown, or zero.
    pub(super) fn hidden_from(&mut self, user: usize, room: &str) -> u64 {
        let Some(origin) = self.people.iter().find(|person| person.user == user).map(|person| person.origin) else {
            return 0;
        };
        let newcomers = &self.room_mut(room).order.newcomers;
        newcomers.iter().find(|(newcomer, _)| *newcomer == origin).map_or(0, |(_, hidden)| *hidden)
    }

    /// Tells whether somebody is heard in a room; else what they are to be told, if they are told anything.
    pub(super) fn unheard(&mut self, now: Time, person: &Person, room: &str) -> Option<Option<String>> {
        let is_ranked = self.keeps_order(room, person.user) || self.is_voice(room, person.user);
        let state = self.room_mut(room);
        let name = state.name.clone();
        let is_over = |mute: &Mute| mute.origin == person.origin && !is_live(mute.until, now);
        state.order.mutes.retain(|mute| !is_over(mute));
        if let Some(mute) = state.order.mutes.iter_mut().find(|mute| mute.origin == person.origin) {
            let (was_told, until) = (std::mem::replace(&mut mute.is_told, true), mute.until);
            let until = self.shown_until(until);
            return Some((!was_told).then(|| format!("You are muted in {name}{until}")));
        }
        (state.order.is_moderated && !is_ranked).then(|| Some(format!("Only operators and voices are heard in {name}")))
    }

    /// Tells somebody what they did not ask for, that they are not heard.
    pub(super) fn tell_unheard(&mut self, now: Time, user: usize, room: &str, why: Option<String>) {
        let Some(why) = why else { return };
        if self.person(user).is_by_irc() {
            let name = self.room_mut(room).name.clone();
            self.refuse(now, user, "", &format!("404 #{name} :{why}"));
        } else {
            let told = Told { line: why, facts: String::new(), irc: Vec::new() };
            self.tell_one(user, &told);
        }
    }

    /// Tells whether somebody may set the topic of a room. Else they are told why not.
    pub(super) fn may_set_topic(&mut self, now: Time, person: &Person, room: &str) -> bool {
        let state = self.room_mut(room);
        let (name, order) = (state.name.clone(), state.order.clone());
        let is_free = !order.is_topic_locked && !order.is_moderated && order.mutes.is_empty();
        if is_free || self.keeps_order(&name, person.user) {
            return true;
        }
        if !order.is_topic_locked {
            let Some(why) = self.unheard(now, person, room) else { return true };
            self.tell_unheard(now, person.user, room, why);
            return false;
        }
        let line = format!("Only operators of {name} can set the topic");
        if person.is_by_irc() {
            self.refuse(now, person.user, "", &format!("482 #{name} :{line}"));
        } else {
            self.tell_one(person.user, &Told { line, facts: String::new(), irc: Vec::<IrcLine>::new() });
        }
        false
    }

    /// Lets somebody know of a room, and in.
    fn invite(&mut self, now: Time, user: usize, room: &str, to: &str) {
        let is_meant = |other: &&Person| other.name.eq_ignore_ascii_case(to) && other.silent_until.is_none();
        let Some(other) = self.people.iter().find(is_meant).cloned() else {
            let line = format!("There is nobody called {to}");
            return self.refuse(now, user, &line, &format!("401 {to} :No such nick/channel"));
        };
        let keeps_order = self.keeps_order(room, user);
        if !keeps_order && !self.person(user).is_in(room) {
            return self.refuse(now, user, "", &format!("442 #{room} :You're not on that channel"));
        }
        if other.is_in(room) {
            let line = format!("{} is already in {room}", other.name);
            return self.refuse(now, user, &line, &format!("443 {} #{room} :is already on channel", other.name));
        }
        let order = &mut self.room_mut(room).order;
        if !keeps_order && order.is_locked {
            let line = format!("Only operators of {room} can do that");
            return self.refuse(now, user, &line, &format!("482 #{room} :{line}"));
        }
        if keeps_order && *order != Order::default() {
            order.invited.retain(|&origin| origin != other.origin);
            order.invited.push(other.origin);
        }
        let line = format!("You invited {} to {room}", other.name);
        self.refuse(now, user, &line, &format!("341 {} #{room}", other.name));
        self.tell_invited(now, user, room, &other);
    }

    pub(super) fn list_bans(&mut self, now: Time, person: &Person) {
        let bans = self.room_mut(person.room()).order.bans.clone();
        let ban = |Ban { whom, by, why, until, .. }: &Ban| {
            format!("{whom} (by {by}{}{})", self.shown_until(*until), behind(why.as_deref()))
        };
        let bans: Vec<_> = bans.iter().filter(|ban| is_live(ban.until, now)).map(ban).collect();
        self.reply(person.user, format!("Bans - {}", bans.join(", ")).trim_end());
    }

    /// Tells whether somebody is heard in a room where they are not.
    pub(super) fn is_open_to(&mut self, now: Time, person: &Person, room: &str) -> bool {
        let order = &self.room_mut(room).order;
        let is_open = order.is_open && order.ban_of(now, person).is_none();
        if is_open {
            self.happen("heard from outside");
        }
        is_open
    }

    /// Returns who is kept out of a room, or exempted: who, by whom, and when.
    pub(super) fn listed_bans(&mut self, now: Time, room: &str, is_exception: bool) -> Vec<(String, String, u128)> {
        let order = &self.room_mut(room).order;
        let list = if is_exception { &order.exceptions } else { &order.bans };
        let live = list.iter().filter(|ban| is_live(ban.until, now));
        live.map(|ban| (ban.whom.clone(), ban.by.clone(), ban.time)).collect()
    }

    pub(super) fn list_operators(&mut self, person: &Person) {
        let operators = self.room_mut(person.room()).operators.clone();
        let mut names: Vec<_> = operators.iter().map(|&user| self.person(user).name.clone()).collect();
        names.sort_by_key(|name| name.to_lowercase());
        self.reply(person.user, format!("Operators - {}", names.join(", ")).trim_end());
    }
}
