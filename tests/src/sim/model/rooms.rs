//! Owns who is in which room under which name, as the model has it: joining, leaving, renaming, coming back.

use chinwag_core::Time;

use super::given::Refused;
use super::irc::Told;
use super::talk::Ignored;
use super::{Crowd, Leaving, Model, Person, Room, Speech, is_name, is_room_name};

/// In how many rooms somebody can be at once.
const ROOMS_MAX: usize = 32;

impl Model {
    pub(super) fn rename(&mut self, now: Time, person: &Person, new: &str) {
        if !is_name(new) {
            return self.reply(person.user, "Name must be 2 - 20 letters, digits, - or _");
        }
        if new == person.name {
            return self.reply(person.user, &format!("You are {new}"));
        }
        let is_ones_own = new.eq_ignore_ascii_case(&person.name);
        if !is_ones_own {
            let line = match self.name_refused(new, person.account.as_deref()) {
                Some(Refused::OfAccount) => {
                    self.happen("of an account");
                    format!("{new} belongs to an account: /login {new}")
                }
                Some(Refused::Reserved | Refused::Taken) => format!("{new} is already taken"),
                None => String::new(),
            };
            if !line.is_empty() {
                return self.reply(person.user, &line);
            }
            self.make_way(now, new);
        }
        self.rename_to(now, person, new);
    }

    /// Lets somebody have a name that they can have.
    pub(super) fn rename_to(&mut self, now: Time, person: &Person, new: &str) {
        let is_ones_own = new.eq_ignore_ascii_case(&person.name);
        for other in &mut self.people {
            if other.user == person.user {
                new.clone_into(&mut other.name);
            }
            // It is they who are ignored, not who has their name.
            let is_meant = |ignored: &Ignored| {
                ignored.name.eq_ignore_ascii_case(&person.name) && ignored.origin == Some(person.origin)
            };
            if !is_ones_own && other.ignored.iter().any(is_meant) {
                other.ignored.retain(|ignored| !is_meant(ignored) && !ignored.name.eq_ignore_ascii_case(new));
                other.ignored.push(Ignored { name: new.to_owned(), origin: Some(person.origin) });
            }
            if other.user == person.user {
                other.ignored.retain(|ignored| !ignored.name.eq_ignore_ascii_case(new));
            }
            other.ignored.sort_by_key(|ignored| ignored.name.to_lowercase());
        }
        for room in self.rooms.iter_mut().filter(|room| person.is_in(&room.name)) {
            let own = room.order.mutes.iter_mut().filter(|mute| mute.origin == person.origin);
            own.for_each(|mute| new.clone_into(&mut mute.name));
        }
        let irc = vec![self.own_line(now, &person.source(), &format!("NICK :{new}"))];
        let told = Told { line: format!("{} is now {new}", person.name), facts: String::new(), irc };
        let hears = |other: &&Person| person.rooms.iter().any(|room| other.is_in(room));
        let is_told_apart = |other: &&Person| other.user == person.user && person.is_by_irc();
        let hearers = self.people.iter().filter(hears).filter(|other| !is_told_apart(other));
        let hearers: Vec<_> = hearers.map(|other| other.user).collect();
        hearers.into_iter().for_each(|other| self.tell_one(other, &told));
        if person.is_by_irc() && !self.answers(person.user) {
            let text = self.irc_text(person.user, &told.irc).unwrap_or_default();
            self.send(person.user, text);
        } else if person.is_by_irc() {
            self.answer_with(person.user, told.irc.clone());
        }
        self.tell_correspondents(person, new, &told);
        if !is_ones_own {
            self.remember(now, person);
            self.tell_presence(now, &person.name, None);
            let source = self.person(person.user).source();
            self.tell_presence(now, new, Some(&source));
        }
    }

    pub(super) fn join(&mut self, now: Time, person: &Person, name: &str, key: Option<&str>) {
        if !is_room_name(name) {
            return self.reply(person.user, "Room must be 2 - 32 letters, digits, - or _");
        }
        if name.eq_ignore_ascii_case(person.room()) {
            return self.tell_focus(person.user);
        }
        if !self.opens_to(now, person, name, key) {
            return;
        }
        let (new, others) = (name.to_lowercase(), &person.rooms[1..]);
        self.leave(now, person.user, person.room(), &Leaving::Room(String::new()), &mut Vec::new());
        let rooms = [&new].into_iter().chain(others.iter().filter(|&other| *other != new)).cloned().collect();
        if person.is_in(&new) {
            self.person_mut(person.user).rooms = rooms;
            return self.tell_focus(person.user);
        }
        self.enter(now, person.user, name, rooms);
    }

    /// Lets somebody into one more room.
    pub(super) fn enter_one_more(&mut self, now: Time, person: &Person, name: &str, key: Option<&str>) {
        if !is_room_name(name) {
            return self.reply(person.user, "Room must be 2 - 32 letters, digits, - or _");
        }
        let new = name.to_lowercase();
        let is_there = person.is_in(&new);
        if !is_there && person.rooms.len() == ROOMS_MAX || person.room() == new {
            return self.tell_focus(person.user);
        }
        let others = person.rooms[1..].iter().filter(|&other| *other != new);
        let old = person.room().to_owned();
        let rooms = [&new].into_iter().chain(others).chain([&old]).cloned().collect();
        if is_there {
            self.person_mut(person.user).rooms = rooms;
            return self.tell_focus(person.user);
        }
        if self.opens_to(now, person, name, key) {
            self.enter(now, person.user, name, rooms);
        }
    }

    /// Tells whether somebody may go to a room by this word. Who gives one where none is asked for may mean both words
    /// for the name of a room.
    fn opens_to(&mut self, now: Time, person: &Person, name: &str, key: Option<&str>) -> bool {
        let open = self.rooms.iter().find(|room| room.name.eq_ignore_ascii_case(name)).map(|room| room.order.clone());
        let order = open.or_else(|| self.decided_of_empty(now, name));
        if key.is_some() && order.is_none_or(|order| order.key.is_none()) {
            self.reply(person.user, "Room must be 2 - 32 letters, digits, - or _");
            return false;
        }
        person.is_in(name) || self.may_join(now, person.user, name, key)
    }

    /// Takes somebody out of one of their rooms.
    pub(super) fn part(&mut self, now: Time, person: &Person, name: &str) {
        if !is_room_name(name) {
            return self.reply(person.user, "Room must be 2 - 32 letters, digits, - or _");
        }
        let (user, old) = (person.user, name.to_lowercase());
        let mut rooms = person.rooms.clone();
        match rooms.iter().position(|room| *room == old) {
            Some(_) if rooms.len() == 1 && old == "main" => self.tell_focus(user),
            Some(_) if rooms.len() == 1 => {
                self.leave(now, user, &old, &Leaving::Room(String::new()), &mut Vec::new());
                self.enter(now, user, "main", vec!["main".to_owned()]);
            }
            Some(place) => {
                self.leave(now, user, &old, &Leaving::Room(String::new()), &mut Vec::new());
                // The one that had the focus last has it again.
                if place == 0 {
                    rooms.swap_remove(0);
                } else {
                    rooms.remove(place);
                }
                self.person_mut(user).rooms = rooms;
                self.tell_focus(user);
            }
            None => self.tell_focus(user),
        }
    }

    pub(super) fn tell_focus(&mut self, user: usize) {
        let focus = self.person_mut(user).room().to_owned();
        let room = self.room_mut(&focus).name.clone();
        self.reply(user, &format!("You are in {room}"));
    }

    pub(super) fn person(&self, user: usize) -> &Person {
        self.people.iter().find(|person| person.user == user).expect("they are here")
    }

    pub(super) fn person_mut(&mut self, user: usize) -> &mut Person {
        self.people.iter_mut().find(|person| person.user == user).expect("they are here")
    }

    /// Lets a user go on as the person of another.
    pub(super) fn resume(&mut self, now: Time, user: usize, token: &str) {
        let is_ghost = |person: &Person| {
            let known = &self.tokens[person.user];
            person.user != user && !known.is_empty() && known.eq_ignore_ascii_case(token)
        };
        let Some(ghost) = self.people.iter().find(|person| is_ghost(person)).map(|person| person.user) else {
            return self.reply(user, "You have nothing to resume");
        };
        let is_unheard = self.is_silent(user) && self.is_silent(ghost);
        if !is_unheard {
            self.announce(now, ghost);
            self.go(now, user, &Leaving::Lost);
        }
        let Some(index) = self.people.iter().position(|person| person.user == ghost) else { return };
        let mut person = self.people.remove(index);
        let (name, room) = (person.name.clone(), person.room().to_owned());
        if is_unheard {
            let others = self.people.iter_mut().filter(|other| other.user == user);
            others.for_each(|other| {
                other.name.clone_from(&name);
                (other.writer, other.origin) = (person.writer.clone(), person.origin);
                other.correspondents.clone_from(&person.correspondents);
            });
        } else {
            person.user = user;
            self.people.push(person);
            for room in &mut self.rooms {
                let ranked = room.operators.iter_mut().chain(&mut room.voices);
                ranked.filter(|ranked| **ranked == ghost).for_each(|ranked| *ranked = user);
            }
        }
        self.was_resumed[ghost] = true;
        self.forget_waiting(ghost);
        self.say_bye(ghost, 4001);
        self.reply(user, &format!("You are {name}"));
        self.welcome(user, &room);
        if let Some(topic) = self.room_mut(&room).topic.clone() {
            self.show_topic(user, &room, Some(topic.text));
        }
    }

    pub(super) fn list_rooms(&mut self, user: usize) {
        let own = self.person(user).rooms.clone();
        let is_shown =
            |room: &&Room| !room.order.is_secret || own.iter().any(|own| room.name.eq_ignore_ascii_case(own));
        let shown = self.rooms.iter().filter(is_shown);
        let mut rooms: Vec<_> = shown.map(|room| (self.known(&room.name).count(), &room.name)).collect();
        rooms.sort_by_key(|(members, name)| (usize::MAX - members, name.to_lowercase()));
        let rooms: Vec<_> = rooms.iter().map(|(members, name)| format!("{name} ({members})")).collect();
        self.reply(user, &format!("Rooms - {}", rooms.join(", ")));
    }

    pub(super) fn list_users(&mut self, person: &Person) {
        let mut names: Vec<_> = self.known(person.room()).collect();
        names.sort_by_key(|other| other.name.to_lowercase());
        let names: Vec<_> = names.iter().map(|other| other.name.as_str()).collect();
        let line = format!("Users - {}", names.join(", "));
        let facts = format!(" [{}]", self.room_mut(person.room()).name);
        let text = self.text(person.user, &line, &facts);
        self.send(person.user, text);
    }

    /// Lets somebody into a room in which they are not, so that they are in these.
    pub(super) fn enter(&mut self, now: Time, user: usize, room: &str, rooms: Vec<String>) {
        let person = self.person(user).clone();
        self.arrive(now, &person, room);
        self.person_mut(user).rooms = rooms;
        self.welcome(user, room);
        self.tell_come_again(now, user, room);
        self.show_before(now, user, room);
    }

    /// Tells those in a room of who comes, unless they are a crowd. Tells whether they are told now.
    pub(super) fn arrive(&mut self, now: Time, person: &Person, room: &str) -> bool {
        if !self.rooms.iter().any(|other| other.name.eq_ignore_ascii_case(room)) {
            let place = self.vacant.pop().unwrap_or(self.rooms.len());
            let operators = vec![person.user];
            let opened = Room { name: room.to_owned(), place, operators, opened: now, ..Room::main() };
            let opened = self.recalled(room, opened);
            let opened = self.open_owned(now, person.user, opened);
            self.rooms.push(opened);
        }
        self.note_operator(now, person.user, room);
        self.note_arrival(now, person, room);
        if self.members(room) + 1 > self.crowd_members {
            self.crowd(now, room).joined += 1;
            return false;
        }
        let told = self.joined(now, person, room);
        self.tell(room, &told, |other| other.user != person.user);
        true
    }

    /// Tells somebody where they are.
    pub(super) fn welcome(&mut self, user: usize, room: &str) {
        let Room { name, said, .. } = self.room_mut(room);
        let (line, facts) = (format!("You joined {name}"), format!(" [{said}]"));
        let text = self.text(user, &line, &facts);
        self.send(user, text);
    }

    /// Lets somebody leave who hears why.
    pub(super) fn leave_with(&mut self, now: Time, user: usize, code: u16) {
        self.depart(now, user, &if code == 1000 { Leaving::Quit(String::new()) } else { Leaving::Lost });
        self.say_bye(user, code);
    }

    pub(super) fn say_bye(&mut self, user: usize, code: u16) {
        if self.speech[user] == Speech::Frames {
            self.reply(user, &format!("bye {code}"));
        } else if self.speech[user] == Speech::Irc {
            self.say_error(user, "Server is shutting down");
        }
    }

    /// Tells the others in the room of somebody of whom they do not know.
    pub(super) fn announce(&mut self, now: Time, user: usize) {
        let is_silent = |person: &Person| person.user == user && person.silent_until.is_some();
        let Some(index) = self.people.iter().position(is_silent) else { return };
        let person = self.people[index].clone();
        self.tell_presence(now, &person.name, Some(&person.source()));
        // As if they came now, to whoever is there.
        self.people.remove(index);
        self.arrive(now, &person, "main");
        self.people.push(Person { silent_until: None, ..person });
        self.people_max = self.people_max.max(self.people());
    }

    /// Takes somebody out of a room, who is told nothing of it. That they have left the server is told once to each who
    /// comes by IRC, who may have heard it in another room.
    pub(super) fn leave(&mut self, now: Time, user: usize, room: &str, leaving: &Leaving, heard: &mut Vec<usize>) {
        let person = self.person_mut(user);
        person.rooms.retain(|other| other != room);
        let (person, is_silent) = (person.clone(), person.silent_until.is_some());
        self.take_ranks(user, room);
        self.note_left(&person, room);
        if is_silent && self.members(room) > 0 {
            return;
        }
        match self.members(room) {
            0 => self.close_room(room),
            stay if stay + 1 > self.crowd_members => self.crowd(now, room).left += 1,
            _ => {
                let told = self.left(now, &person, room, leaving);
                let is_room = matches!(leaving, Leaving::Room(_));
                self.tell(room, &told, |other| is_room || !heard.contains(&other.user));
                let clients = self.people.iter().filter(|other| other.is_by_irc() && other.is_in(room));
                heard.extend(clients.map(|other| other.user));
            }
        }
    }

    /// Takes a room away in which nobody is.
    pub(super) fn close_room(&mut self, room: &str) {
        let state = self.room_mut(room);
        state.crowd = None;
        let place = state.place;
        self.vacant.extend((place > 0).then_some(place));
        self.rooms.retain(|other| other.name == "main" || !other.name.eq_ignore_ascii_case(room));
    }

    pub(super) fn crowd(&mut self, now: Time, room: &str) -> &mut Crowd {
        let due = now + self.crowd_interval;
        self.room_mut(room).crowd.get_or_insert(Crowd { due, joined: 0, left: 0 })
    }
}
