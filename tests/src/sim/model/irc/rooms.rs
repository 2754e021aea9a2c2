//! Owns rooms as those see them who come by IRC: joining, leaving, what rooms are about, and who is there.

use chinwag_core::Time;

use super::{IrcLine, LINE_BYTES_MAX, REASON_BYTES_MAX, Told, bounded, room_name, word};
use crate::sim::irc::Parsed;
use crate::sim::model::act::{Act, is_key};
use crate::sim::model::{Leaving, Model, Person, is_name, typist};

const TOPIC_BYTES_MAX: usize = 390;

/// In how many rooms somebody can be at once who comes by IRC.
const ROOMS_MAX: usize = 100;

impl Model {
    /// Returns what is told of who joins a room.
    pub(in crate::sim::model) fn joined(&mut self, now: Time, person: &Person, room: &str) -> Told {
        let room = self.room_mut(room).name.clone();
        let mut irc = IrcLine::new(self.time_of_day(now), format!(":{} JOIN #{room}", person.source()));
        let account = person.account.as_deref().unwrap_or("*");
        irc.extended = Some(format!("{} {account} :{}", irc.text, person.real_name()));
        Told { line: format!("{} joined", person.name), facts: format!(" [{room}]"), irc: vec![irc] }
    }

    /// Returns what is told of who leaves a room.
    pub(in crate::sim::model) fn left(&mut self, now: Time, person: &Person, room: &str, leaving: &Leaving) -> Told {
        let room = self.room_mut(room).name.clone();
        let text = match leaving {
            Leaving::Room(reason) if reason.is_empty() => format!("PART #{room}"),
            Leaving::Room(reason) => format!("PART #{room} :{reason}"),
            Leaving::Quit(reason) if reason.is_empty() => "QUIT :Quit".to_owned(),
            Leaving::Quit(reason) => format!("QUIT :Quit: {reason}"),
            Leaving::Killed(_, quit) => format!("QUIT :{quit}"),
            Leaving::Lost => "QUIT :Connection closed".to_owned(),
        };
        let irc = IrcLine::new(self.time_of_day(now), format!(":{} {text}", person.source()));
        let line = match leaving {
            Leaving::Killed(by, _) => format!("{} was put out of the server by {by}", person.name),
            Leaving::Room(_) | Leaving::Quit(_) | Leaving::Lost => format!("{} left", person.name),
        };
        Told { line, facts: format!(" [{room}]"), irc: vec![irc] }
    }

    /// Returns a line of what somebody does.
    pub(in crate::sim::model) fn own_line(&self, now: Time, source: &str, text: &str) -> IrcLine {
        IrcLine::new(self.time_of_day(now), format!(":{source} {text}"))
    }

    pub(super) fn obey_join(&mut self, now: Time, user: usize, line: &Parsed) {
        let Some(named) = line.filled(0) else { return self.needs_more(now, user, "JOIN") };
        if named == "0" {
            let rooms = self.person(user).rooms.clone();
            return rooms.iter().for_each(|room| self.part_irc(now, user, room, ""));
        }
        let keys: Vec<_> = line.filled(1).unwrap_or_default().split(',').collect();
        let places = named.split(',').filter(|name| !name.is_empty()).map(room_name);
        let keys = places.zip(keys.into_iter().map(Some).chain(std::iter::repeat(None)));
        let keys: Vec<_> = keys.filter_map(|(room, key)| room.map(|_| key.filter(|key| is_key(key)))).collect();
        for (room, key) in self.rooms_named(now, user, named).into_iter().zip(keys) {
            self.join_irc(now, user, &room, key);
        }
    }

    fn join_irc(&mut self, now: Time, user: usize, room: &str, key: Option<&str>) {
        let person = self.person(user).clone();
        if person.is_in(room) {
            return;
        }
        if person.rooms.len() == ROOMS_MAX {
            let answer = format!("405 {} #{room} :You have joined too many channels", person.name);
            return self.reply_numeric(now, user, &answer);
        }
        if !self.may_join(now, user, room, key) {
            return;
        }
        let is_told = self.arrive(now, &person, room);
        self.person_mut(user).rooms.push(room.to_lowercase());
        self.answer_joined(now, user, room);
        self.tell_come_again(now, user, room);
        if is_told && let Some(reason) = person.away() {
            let line = self.own_line(now, &person.source(), &format!("AWAY :{reason}"));
            for other in self.clients_in(room, user, "away-notify") {
                self.deliver(other, std::slice::from_ref(&line));
            }
        }
    }

    /// Answers that somebody has joined: what the room is about, and who is there.
    fn answer_joined(&mut self, now: Time, user: usize, room: &str) {
        let person = self.person(user).clone();
        let joined = self.joined(now, &person, room);
        self.answer_with(user, joined.irc);
        self.add_topic(now, user, room);
        if !self.has(user, "no-implicit-names") {
            self.add_names(now, user, room);
        }
        if self.has(user, "server-time") && !self.has(user, "draft/chathistory") {
            let lines = self.earlier_by_irc(user, room);
            self.answer_with(user, lines);
        }
    }

    pub(super) fn obey_part(&mut self, now: Time, user: usize, line: &Parsed) {
        let Some(named) = line.filled(0) else { return self.needs_more(now, user, "PART") };
        let reason = line.filled(1).map(|reason| bounded(reason, REASON_BYTES_MAX)).unwrap_or_default();
        for room in self.rooms_named(now, user, named) {
            self.part_irc(now, user, &room, &reason);
        }
    }

    fn part_irc(&mut self, now: Time, user: usize, name: &str, reason: &str) {
        match self.own_room(user, name) {
            Err(room) => self.not_in_room(now, user, room.as_deref(), name),
            Ok(room) => {
                let (person, leaving) = (self.person(user).clone(), Leaving::Room(reason.to_owned()));
                let told = self.left(now, &person, &room, &leaving);
                self.leave(now, user, &room.to_lowercase(), &leaving, &mut Vec::new());
                self.answer_with(user, told.irc);
            }
        }
    }

    /// Returns the rooms that a line names, and answers which of them can't be.
    fn rooms_named(&mut self, now: Time, user: usize, named: &str) -> Vec<String> {
        let mut rooms = Vec::new();
        for name in named.split(',').filter(|name| !name.is_empty()) {
            match room_name(name) {
                Some(room) => rooms.push(room.to_owned()),
                None => self.no_such_channel(now, user, name),
            }
        }
        rooms
    }

    pub(super) fn no_such_channel(&mut self, now: Time, user: usize, wanted: &str) {
        let why = match room_name(wanted) {
            Some(_) => "No such channel",
            None if wanted.starts_with('#') => "Room must be 2 - 32 letters, digits, - or _",
            None => "Channels begin with #",
        };
        let nick = self.nick(user);
        self.numeric(now, &format!("403 {nick} {} :{why}", word(wanted)));
    }

    /// Answers that somebody is not in a room of this name, or that there is none.
    pub(super) fn not_in_room(&mut self, now: Time, user: usize, room: Option<&str>, name: &str) {
        let nick = self.nick(user);
        let answer = match room {
            Some(room) => format!("442 {nick} #{room} :You're not on that channel"),
            None => format!("403 {nick} #{name} :No such channel"),
        };
        self.reply_numeric(now, user, &answer);
    }

    /// Returns what a room is called where somebody is; else how it is called if there is one.
    pub(super) fn own_room(&self, user: usize, name: &str) -> Result<String, Option<String>> {
        let room = self.shown_room(&format!("#{name}")).ok_or(None)?;
        if self.person(user).is_in(&room) { Ok(room) } else { Err(Some(room)) }
    }

    /// Returns how a room is called of which somebody may know.
    pub(super) fn shown_room_to(&self, user: usize, channel: &str) -> Option<String> {
        let name = self.shown_room(channel)?;
        self.is_shown(&name, user).then_some(name)
    }

    /// Tells whether somebody may know of a room.
    pub(in crate::sim::model) fn is_shown(&self, room: &str, user: usize) -> bool {
        let is_secret = self.rooms.iter().any(|other| other.name.eq_ignore_ascii_case(room) && other.order.is_secret);
        let person = self.people.iter().find(|person| person.user == user);
        !is_secret || person.is_some_and(|person| person.is_in(room) || person.power.is_some())
    }

    /// Returns how a room is called in which somebody is, or `main`.
    pub(super) fn shown_room(&self, channel: &str) -> Option<String> {
        let name = room_name(channel)?;
        self.rooms.iter().find(|room| room.name.eq_ignore_ascii_case(name)).map(|room| room.name.clone())
    }

    /// Returns the signs of the ranks that somebody has in a room, as a client is shown them.
    pub(super) fn ranks(&self, room: &str, whose: usize, asking: usize) -> &'static str {
        match (self.is_operator(room, whose), self.is_voice(room, whose)) {
            (true, true) if self.has(asking, "multi-prefix") => "@+",
            (true, _) => "@",
            (false, true) => "+",
            (false, false) => "",
        }
    }

    fn is_crowded(&self, room: &str) -> bool {
        self.members(room) > self.crowd_members
    }

    /// Returns who is listed in a room, by name.
    pub(super) fn listed(&self, room: &str) -> Vec<Person> {
        let mut listed: Vec<_> = self.known(room).cloned().collect();
        listed.sort_by_key(|person| person.name.to_lowercase());
        listed
    }

    /// Returns who else in a room has a client with a capability.
    pub(super) fn clients_in(&self, room: &str, but: usize, capability: &str) -> Vec<usize> {
        let is_meant = |person: &&Person| person.user != but && self.has(person.user, capability);
        self.known(room).filter(is_meant).map(|person| person.user).collect()
    }

    /// Returns who is to hear of a change of somebody: with a capability, in a room with them that is not crowded, or
    /// monitoring them.
    pub(in crate::sim::model) fn clients_around(&self, user: usize, capability: &str) -> Vec<usize> {
        let person = self.person(user);
        let shares = |other: &Person| person.rooms.iter().any(|room| other.is_in(room) && !self.is_crowded(room));
        let monitors = |other: &Person| self.has(other.user, "extended-monitor") && other.monitors(&person.name);
        let is_meant = |other: &&Person| {
            other.user != user && self.has(other.user, capability) && (shares(other) || monitors(other))
        };
        self.people.iter().filter(is_meant).map(|other| other.user).collect()
    }

    pub(super) fn obey_topic(&mut self, now: Time, user: usize, line: &Parsed) {
        let Some(wanted) = line.filled(0) else { return self.needs_more(now, user, "TOPIC") };
        let Some(name) = room_name(wanted) else { return self.no_such_channel(now, user, wanted) };
        let Some(topic) = line.params.get(1) else {
            let Some(room) = self.shown_room_to(user, wanted) else { return self.no_such_channel(now, user, wanted) };
            if !self.add_topic(now, user, &room) {
                let nick = self.nick(user);
                self.numeric(now, &format!("331 {nick} #{room} :No topic is set"));
            }
            return;
        };
        match self.own_room(user, name) {
            Err(room) => self.not_in_room(now, user, room.as_deref(), name),
            Ok(room) => {
                let person = self.person(user).clone();
                if !self.may_set_topic(now, &person, &room) {
                    return;
                }
                self.set_topic_of(now, &person, &room, &bounded(topic, TOPIC_BYTES_MAX));
            }
        }
    }

    /// Answers what a room is about, if it is about anything. Tells whether it is.
    fn add_topic(&mut self, now: Time, user: usize, room: &str) -> bool {
        let nick = self.nick(user);
        let Some(topic) = self.room_mut(room).topic.clone() else { return false };
        let room = self.room_mut(room).name.clone();
        self.numeric(now, &format!("332 {nick} #{room} :{}", topic.text));
        self.numeric(now, &format!("333 {nick} #{room} {} {}", topic.by, topic.time / 1000));
        true
    }

    pub(super) fn obey_names(&mut self, now: Time, user: usize, line: &Parsed) {
        let named = line.filled(0).unwrap_or("*").split(',').next().unwrap_or_default();
        match self.shown_room_to(user, named) {
            Some(room) => self.add_names(now, user, &room),
            None => {
                let nick = self.nick(user);
                self.numeric(now, &format!("366 {nick} {} :End of /NAMES list", word(named)));
            }
        }
    }

    fn add_names(&mut self, now: Time, user: usize, room: &str) {
        let (nick, name) = (self.nick(user), self.room_mut(room).name.clone());
        let mut listed = self.listed(room);
        if self.is_crowded(room) {
            // Whoever asks finds their own name first.
            listed.sort_by_key(|person| person.user != user);
        }
        let shows_hosts = self.has(user, "userhost-in-names");
        let kind = if self.room_mut(room).order.is_secret { '@' } else { '=' };
        let head = format!("353 {nick} {kind} #{name} :");
        let bytes_max = LINE_BYTES_MAX - 2 - format!(":{} ", self.server).len() - head.len();
        let mut names = String::new();
        for person in listed {
            let sign = self.ranks(room, person.user, user);
            let item = format!("{sign}{}", if shows_hosts { person.source() } else { person.name });
            if !names.is_empty() && names.len() + 1 + item.len() > bytes_max {
                self.numeric(now, &format!("{head}{names}"));
                names.clear();
            }
            names += if names.is_empty() { "" } else { " " };
            names += &item;
        }
        if !names.is_empty() {
            self.numeric(now, &format!("{head}{names}"));
        }
        self.numeric(now, &format!("366 {nick} #{name} :End of /NAMES list"));
    }

    /// Returns the rooms in which somebody is listed, the largest first, with how many they are.
    pub(super) fn occupied(&self) -> Vec<(String, usize)> {
        let listed = |name: &str| self.known(name).count();
        let mut rooms: Vec<_> = self.rooms.iter().map(|room| (room.name.clone(), listed(&room.name))).collect();
        rooms.retain(|(_, listed)| *listed > 0);
        rooms.sort_by_key(|(name, listed)| (usize::MAX - listed, name.to_lowercase()));
        rooms
    }

    pub(super) fn obey_list(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        self.numeric(now, &format!("321 {nick} Channel :Users  Name"));
        let wanted: Vec<_> = line.filled(0).unwrap_or("").split(',').filter(|wanted| !wanted.is_empty()).collect();
        let (sizes, names): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|wanted| wanted.starts_with(['<', '>']));
        // Nobody is listed in `main`: then it is shown only to who names it.
        let is_main_empty = self.known("main").next().is_none();
        let main = Some(("main".to_owned(), 0)).filter(|_| is_main_empty && !names.is_empty());
        for (name, listed) in self.occupied().into_iter().chain(main) {
            let fits = |size: &&str| {
                let than = size[1..].parse::<u32>().ok().map(|than| than as usize);
                than.is_some_and(|than| if size.starts_with('>') { listed > than } else { listed < than })
            };
            let is_named = |wanted: &&str| room_name(wanted).is_some_and(|room| room.eq_ignore_ascii_case(&name));
            if self.is_shown(&name, user) && sizes.iter().all(fits) && (names.is_empty() || names.iter().any(is_named))
            {
                let topic = self.room_mut(&name).topic.clone().map(|topic| topic.text).unwrap_or_default();
                self.numeric(now, &format!("322 {nick} #{name} {listed} :{topic}"));
            }
        }
        self.numeric(now, &format!("323 {nick} :End of /LIST"));
    }

    pub(super) fn obey_invite(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let (Some(to), Some(wanted)) = (line.filled(0), line.filled(1)) else {
            return self.needs_more(now, user, "INVITE");
        };
        let Some(name) = room_name(wanted) else { return self.no_such_channel(now, user, wanted) };
        if !is_name(to) {
            return self.numeric(now, &format!("401 {nick} {} :No such nick/channel", word(to)));
        }
        match self.shown_room(wanted) {
            Some(room) => self.moderate(now, user, &room, Act::Invite(to.to_owned())),
            None if self.find(to).is_none() => {
                self.reply_numeric(now, user, &format!("401 {nick} {to} :No such nick/channel"));
            }
            None => self.not_in_room(now, user, None, name),
        }
    }

    /// Tells whoever is to hear of it that somebody lets somebody know of a room.
    pub(in crate::sim::model) fn tell_invited(&mut self, now: Time, user: usize, room: &str, other: &Person) {
        let person = self.person(user).clone();
        let invited = self.own_line(now, &person.source(), &format!("INVITE {} #{room}", other.name));
        for member in self.clients_in(room, user, "invite-notify") {
            self.deliver(member, std::slice::from_ref(&invited));
        }
        if other.ignores(&person.name) {
            return;
        }
        if other.is_by_irc() {
            return self.deliver(other.user, &[invited]);
        }
        self.said += 1;
        let facts = format!(" [{}]", self.time_of_day(now));
        let line = format!("{} (to you): Come to {room}: /join {room}", person.name);
        self.tell_one(other.user, &Told { line, facts, irc: Vec::new() });
    }

    /// Removes a topic that is none.
    pub(in crate::sim::model) fn as_topic(topic: &str) -> Option<&str> {
        let is_none = typist::shows_nothing(topic) || topic.eq_ignore_ascii_case("none");
        (!is_none).then_some(topic)
    }
}
