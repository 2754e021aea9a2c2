//! Owns who keeps order in rooms, as the model has it, and what they have decided: who joins, and who is heard.

use chinwag_core::Time;

use super::act::Act;
use super::irc::{IrcLine, Told};
use super::{Model, Person};

/// Holds what the operators of a room have decided.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Order {
    pub(super) is_locked: bool,
    pub(super) is_moderated: bool,
    pub(super) is_topic_locked: bool,
    pub(super) key: Option<String>,
    pub(super) bans: Vec<Ban>,
    /// As which user they came, what they are called, and whether they were told.
    pub(super) mutes: Vec<(usize, String, bool)>,
    /// As which users they came.
    pub(super) invited: Vec<usize>,
    /// The last message that those are not shown who join from now on.
    hidden: u64,
    /// As which users those came who are not shown all, and up to which message.
    newcomers: Vec<(usize, u64)>,
}

/// Holds who can't join a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ban {
    pub(super) whom: String,
    pub(super) by: String,
    pub(super) time: u128,
    pub(super) why: Option<String>,
    /// As which user they came, if they were here.
    pub(super) origin: Option<usize>,
}

impl Order {
    pub(super) const fn is_closed(&self) -> bool {
        self.is_locked || self.key.is_some()
    }

    /// Has who joins not be shown the messages up to this one.
    pub(super) fn hiding(self, hidden: u64) -> Self {
        Self { hidden: self.hidden.max(hidden), ..self }
    }
}

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
    fn refuse(&mut self, now: Time, user: usize, line: &str, irc: &str) {
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
        if let Act::Invite(to) = act {
            return self.invite(now, user, &name, &to);
        }
        if !self.is_operator(&name, user) {
            let is_there = self.person(user).is_in(&name);
            let line = format!("Only operators of {name} can do that");
            return match is_there {
                true => self.refuse(now, user, &line, &format!("482 #{name} :{line}")),
                false => self.refuse(now, user, "", &format!("442 #{name} :You're not on that channel")),
            };
        }
        match act {
            Act::Kick(whom, why) => {
                if let Some(other) = self.target_in(now, user, &name, &whom) {
                    self.put_out(now, user, &other, &name, false, why);
                }
            }
            Act::Ban(whom, why) => self.ban(now, user, &name, &whom, why),
            Act::Unban(mask) => match self.unban(&name, &mask) {
                Some(mask) => self.tell_act(
                    now,
                    user,
                    &name,
                    |by| format!("{mask} was unbanned by {by}"),
                    &format!("MODE #{name} -b {mask}!*@*"),
                ),
                None => self.refuse(now, user, &format!("{mask} is not banned"), "0 x"),
            },
            Act::Mute(whom) => {
                let Some(other) = self.target_in(now, user, &name, &whom) else { return };
                let mutes = &mut self.room_mut(&name).order.mutes;
                if !mutes.iter().any(|(origin, ..)| *origin == other.origin) {
                    mutes.push((other.origin, other.name.clone(), false));
                }
                let whom = other.name;
                let by = self.person(user).name.clone();
                let notice = format!("NOTICE #{name} :{whom} was muted by {by}");
                self.tell_act(now, user, &name, |by| format!("{whom} was muted by {by}"), &notice);
            }
            Act::Unmute(whom) => {
                let mutes = &mut self.room_mut(&name).order.mutes;
                let known =
                    mutes.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(&whom)).map(|mute| mute.1.clone());
                mutes.retain(|(_, name, _)| !name.eq_ignore_ascii_case(&whom));
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
        if room == "main" && is_set && "bik".contains(letter) {
            let line = "Nobody can be kept out of main";
            return self.refuse(now, user, line, &format!("482 #main :{line}"));
        }
        if letter == 'r' {
            // Nobody here has an account.
            let line = match (is_set, what.is_empty()) {
                _ if room == "main" => "Nobody can own main".to_owned(),
                (false, _) => return self.unchanged(user),
                (true, true) => "You need to be logged in to an account to own a room".to_owned(),
                (true, false) => format!("There is nobody called {what} in {room} who is logged in to an account"),
            };
            return self.refuse(now, user, &line, &format!("482 #{room} :{line}"));
        }
        if "ov".contains(letter) {
            let Some(other) = self.target_in(now, user, room, &what) else { return };
            let state = self.room_mut(room);
            let ranked = if letter == 'o' { &mut state.operators } else { &mut state.voices };
            if ranked.contains(&other.user) == is_set {
                return self.unchanged(user);
            }
            if is_set {
                ranked.push(other.user)
            } else {
                ranked.retain(|&ranked| ranked != other.user)
            }
            what = other.name;
        } else if letter == 'b' {
            let by = self.person(user).name.clone();
            let time = self.time_of_day(now);
            if is_set {
                let origin = self.known_as(&what).map(|other| other.origin);
                // Without a reason it is the same.
                if !self.add_ban(room, Ban { whom: what.clone(), by, time, why: None, origin }) {
                    return self.unchanged(user);
                }
            } else {
                let Some(whom) = self.unban(room, &what) else { return self.unchanged(user) };
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
            ('o' | 'v', _) | ('k', true) => format!(" {what}"),
            ('b', _) => format!(" {what}!*@*"),
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
    fn unchanged(&mut self, user: usize) {
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

    fn ban(&mut self, now: Time, user: usize, room: &str, whom: &str, why: Option<String>) {
        let other = self.known_as(whom).cloned();
        let whom = other.as_ref().map_or(whom, |other| &other.name).to_owned();
        let (by, time) = (self.person(user).name.clone(), self.time_of_day(now));
        let origin = other.as_ref().map(|other| other.origin);
        self.add_ban(room, Ban { whom: whom.clone(), by: by.clone(), time, why: why.clone(), origin });
        match other.filter(|other| other.is_in(room)) {
            Some(other) => self.put_out(now, user, &other, room, true, why),
            None => {
                let because = behind(why.as_deref());
                let line = format!("{whom} was banned by {by}{because}");
                self.tell_act(now, user, room, |_| line.clone(), &format!("MODE #{room} +b {whom}!*@*"));
            }
        }
    }

    /// Returns who is called so, and others know of.
    fn known_as(&self, name: &str) -> Option<&Person> {
        self.people.iter().find(|other| other.name.eq_ignore_ascii_case(name) && other.silent_until.is_none())
    }

    /// Keeps somebody out. Tells whether that is new.
    fn add_ban(&mut self, room: &str, ban: Ban) -> bool {
        let bans = &mut self.room_mut(room).order.bans;
        match bans.iter_mut().find(|other| other.whom.eq_ignore_ascii_case(&ban.whom)) {
            Some(other) if other.why == ban.why => {
                other.origin = ban.origin.or(other.origin);
                return false;
            }
            Some(other) => *other = ban,
            None => bans.push(ban),
        }
        true
    }

    fn unban(&mut self, room: &str, mask: &str) -> Option<String> {
        let bans = &mut self.room_mut(room).order.bans;
        let place = bans.iter().position(|ban| ban.whom.eq_ignore_ascii_case(mask))?;
        Some(bans.remove(place).whom)
    }

    /// Tells a room what somebody has done there, and them by the answer, if they came by IRC.
    fn tell_act(&mut self, now: Time, user: usize, room: &str, line: impl Fn(&str) -> String, irc: &str) {
        let person = self.person(user).clone();
        let irc = vec![self.own_line(now, &person.source(), irc)];
        let told = Told { line: line(&person.name), facts: format!(" [{room}]"), irc };
        self.tell_done(&person, room, &told);
    }

    fn tell_done(&mut self, person: &Person, room: &str, told: &Told) {
        if person.is_by_irc() {
            self.answer_with(person.user, told.irc.clone());
        }
        self.tell(room, told, |other| !person.is_by_irc() || other.user != person.user);
    }

    /// Puts somebody out of a room. Who was in no other goes to `main`.
    fn put_out(&mut self, now: Time, user: usize, other: &Person, room: &str, is_banned: bool, why: Option<String>) {
        let (by, name) = (self.person(user).clone(), other.name.clone());
        let (verb, because) = (if is_banned { "banned" } else { "kicked" }, behind(why.as_deref()));
        let mut irc = Vec::new();
        if is_banned {
            irc.push(self.own_line(now, &by.source(), &format!("MODE #{room} +b {name}!*@*")));
        }
        let reason = why.as_deref().unwrap_or(&by.name);
        irc.push(self.own_line(now, &by.source(), &format!("KICK #{room} {name} :{reason}")));
        let line = format!("{name} was {verb} by {}{because}", by.name);
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
            self.reply(other.user, &format!("You were {verb} from {room} by {}{because}", by.name));
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
        let Some((name, order)) = found.map(|found| (found.name.clone(), found.order.clone())) else { return true };
        let person = self.person(user).clone();
        if order.invited.contains(&person.origin) {
            return true;
        }
        let is_meant = |ban: &&Ban| ban.whom.eq_ignore_ascii_case(&person.name) || ban.origin == Some(person.origin);
        if let Some(Ban { why, .. }) = order.bans.iter().find(is_meant) {
            let line = format!("You are banned from {name}{}", behind(why.as_deref()));
            self.refuse(now, user, &line, &format!("474 #{name} :{line}"));
        } else if order.is_locked {
            let line = format!("You need an invitation to join {name}");
            self.refuse(now, user, &line, &format!("473 #{name} :{line}"));
        } else if order.key.is_some() && order.key.as_deref() != key {
            let line = format!("You need a key to join {name}: /join {name} KEY");
            self.refuse(now, user, &line, &format!("475 #{name} :You need a key to join #{name}"));
        } else {
            return true;
        }
        false
    }

    /// Handles that somebody has come to a room: an invitation is used up, and who is muted there by name is so by this
    /// connection, too.
    pub(super) fn note_arrival(&mut self, person: &Person, room: &str) {
        let state = self.room_mut(room);
        let (said, order) = (state.said, &mut state.order);
        order.invited.retain(|&origin| origin != person.origin);
        let hidden = if order.is_closed() { said } else { order.hidden };
        if hidden > 0 {
            order.newcomers.push((person.origin, hidden));
        }
        let is_them = |(origin, name, _): &(usize, String, bool)| {
            *origin != person.origin && name.eq_ignore_ascii_case(&person.name)
        };
        if order.mutes.iter().any(is_them) {
            order.mutes.retain(|(origin, ..)| *origin != person.origin);
            order.mutes.push((person.origin, person.name.clone(), false));
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
    pub(super) fn unheard(&mut self, person: &Person, room: &str) -> Option<Option<String>> {
        let is_ranked = self.is_operator(room, person.user) || self.is_voice(room, person.user);
        let state = self.room_mut(room);
        let name = state.name.clone();
        if let Some((_, _, is_told)) = state.order.mutes.iter_mut().find(|(origin, ..)| *origin == person.origin) {
            let was_told = std::mem::replace(is_told, true);
            return Some((!was_told).then(|| format!("You are muted in {name}")));
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
        if is_free || self.is_operator(&name, person.user) {
            return true;
        }
        if !order.is_topic_locked {
            let Some(why) = self.unheard(person, room) else { return true };
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
        let keeps_order = self.is_operator(room, user);
        if !self.person(user).is_in(room) {
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

    pub(super) fn list_bans(&mut self, person: &Person) {
        let state = self.room_mut(person.room());
        let ban = |Ban { whom, by, why, .. }: &Ban| format!("{whom} (by {by}{})", behind(why.as_deref()));
        let bans: Vec<_> = state.order.bans.iter().map(ban).collect();
        self.reply(person.user, format!("Bans - {}", bans.join(", ")).trim_end());
    }

    pub(super) fn list_operators(&mut self, person: &Person) {
        let operators = self.room_mut(person.room()).operators.clone();
        let mut names: Vec<_> = operators.iter().map(|&user| self.person(user).name.clone()).collect();
        names.sort_by_key(|name| name.to_lowercase());
        self.reply(person.user, format!("Operators - {}", names.join(", ")).trim_end());
    }
}
