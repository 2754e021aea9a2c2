//! Owns who has an account, as the model has it, what their names are kept from, and which rooms belong to them.

use std::time::Duration;

use chinwag_core::Time;

use super::given::{Given, GivenBy, Refused};
use super::irc::Told;
use super::order::{Ban, Order};
use super::{Leaving, Model, Person, Room, Topic, is_reserved};

/// What is the password of each account, and whose is an operator's.
const PASSWORD: &str = "swordfish";
const OPERATOR: &str = "Root";

/// After how long without its owner an empty room belongs to nobody any more, and how much later they are noted.
const FORGOTTEN_MS: u128 = 180 * 24 * 60 * 60 * 1000;
const SEEN_AGAIN_MS: u128 = 60 * 60 * 1000;

const OWNED_BY_ONE_MAX: usize = 10;

/// Holds a room that belongs to an account.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    room: String,
    pub(super) owner: String,
    /// Whose accounts keep order there as well.
    operators: Vec<String>,
    seen: u128,
    topic: Option<Topic>,
    /// What was decided, of which the bans have an end by the wall clock.
    order: Order,
    ends: [Vec<Option<u128>>; 2],
}

/// Tells what comes of a password.
pub(super) enum Verdict {
    Wrong,
    Member(String),
    Operator(String),
}

impl Owned {
    fn is(&self, room: &str) -> bool {
        self.room.eq_ignore_ascii_case(room)
    }
}

impl Model {
    /// Has there be accounts.
    #[must_use]
    pub fn with_accounts(mut self, names: impl Iterator<Item = String>) -> Self {
        self.accounts = names.collect();
        self
    }

    /// Takes the names that the server draws next.
    pub fn draw_next(&mut self, names: Vec<String>) {
        self.drawn = names.into();
    }

    fn draw(&mut self) -> String {
        self.drawn.pop_front().expect("a run with accounts tells which names are drawn")
    }

    pub(super) fn account_named(&self, name: &str) -> Option<&String> {
        self.accounts.iter().find(|account| account.eq_ignore_ascii_case(name))
    }

    /// Handles which accounts were made, and which are gone.
    pub fn change_accounts(&mut self, now: Time, made: &[String], gone: &[String]) {
        for name in gone {
            let Some(place) = self.accounts.iter().position(|account| account.eq_ignore_ascii_case(name)) else {
                continue;
            };
            self.accounts.remove(place);
            self.log_out_arriving(name);
            self.end_account(now, name);
        }
        for name in made {
            self.accounts.retain(|account| !account.eq_ignore_ascii_case(name));
            self.accounts.push(name.clone());
        }
    }

    fn end_account(&mut self, now: Time, name: &str) {
        let is_it =
            |account: &Option<String>| account.as_ref().is_some_and(|account| account.eq_ignore_ascii_case(name));
        let mut all: Vec<_> = self.people.iter().map(|person| (self.slots[person.user], person.user)).collect();
        all.sort_unstable();
        let members: Vec<_> = all.iter().filter(|(_, user)| is_it(&self.person(*user).account)).collect();
        for &&(_, user) in &members {
            self.set_account(now, user, None);
            let (nick, source) = (self.nick(user), self.person(user).source());
            let irc = vec![self.numeric_line(now, &format!("901 {nick} {source} :You are now logged out"))];
            self.tell_one(user, &Told { line: "You are logged out".to_owned(), facts: String::new(), irc });
        }
        let operators: Vec<_> = all.iter().filter(|(_, user)| is_it(&self.person(*user).power)).collect();
        for &&(_, user) in &operators {
            self.person_mut(user).power = None;
            let nick = self.nick(user);
            let irc = vec![self.own_line(now, &nick, &format!("MODE {nick} -o"))];
            let line = "You are not an operator of this server any more".to_owned();
            self.tell_one(user, &Told { line, facts: String::new(), irc });
            self.happen("an operator of the server by an account that is gone");
        }
        let mut rooms: Vec<_> = self.owned.iter().map(|owned| owned.room.clone()).collect();
        rooms.sort_by_key(|room| room.to_lowercase());
        for room in rooms {
            let owner = self.owned_of(&room).map(|owned| owned.owner.clone());
            if is_it(&owner) {
                self.disown(&room);
                self.happen("a room of an account that is gone");
                if self.rooms.iter().any(|other| other.name.eq_ignore_ascii_case(&room)) {
                    self.tell_by_server(now, &room, "The room belongs to no account any more", "-r");
                }
            }
        }
        self.owned.iter_mut().for_each(|owned| owned.operators.retain(|other| !other.eq_ignore_ascii_case(name)));
    }

    /// Tells a room what was done there by nobody.
    fn tell_by_server(&mut self, now: Time, room: &str, what: &str, mode: &str) {
        let room = self.room_mut(room).name.clone();
        let irc = vec![self.own_line(now, "Server!user@chinwag", &format!("MODE #{room} {mode}"))];
        let told = Told { line: format!("{what}, by Server"), facts: format!(" [{room}]"), irc };
        self.tell(&room, &told, |_| true);
    }

    /// Tells why somebody can't have a name, if they can't who are logged in by this account.
    pub(super) fn name_refused(&self, name: &str, account: Option<&str>) -> Option<Refused> {
        if is_reserved(name) {
            return Some(Refused::Reserved);
        }
        if self.account_named(name).is_some() {
            let is_own = account.is_some_and(|account| account.eq_ignore_ascii_case(name));
            return (!is_own).then_some(Refused::OfAccount);
        }
        self.is_taken(name).then_some(Refused::Taken)
    }

    /// Gives whoever has a name another one, since its owner takes it.
    pub(super) fn make_way(&mut self, now: Time, name: &str) {
        let holder = self.people.iter().find(|person| person.name.eq_ignore_ascii_case(name));
        let Some(user) = holder.map(|person| person.user) else { return };
        self.announce(now, user);
        let (person, other) = (self.person(user).clone(), self.draw());
        self.rename_to(now, &person, &other);
        self.happen("made way for the owner of a name");
    }

    /// Has somebody be logged in who has given the right password.
    pub(super) fn log_in(&mut self, now: Time, user: usize, account: &str) {
        if self.person(user).is_by_irc() {
            let (nick, source) = (self.nick(user), self.person(user).source());
            self.reply_numeric(
                now,
                user,
                &format!("900 {nick} {source} {account} :You are now logged in as {account}"),
            );
            self.reply_numeric(now, user, &format!("903 {nick} :SASL authentication successful"));
        } else {
            let line = format!("You are logged in as {account}");
            self.reply_known(user, &line);
        }
        self.go_by_account(now, user, account);
    }

    pub(super) fn go_by_account(&mut self, now: Time, user: usize, account: &str) {
        self.set_account(now, user, Some(account));
        let person = self.person(user).clone();
        if !person.is_by_irc() && !person.name.eq_ignore_ascii_case(account) && !is_reserved(account) {
            self.make_way(now, account);
            let person = self.person(user).clone();
            self.rename_to(now, &person, account);
        }
        self.rank_by_account(now, user);
    }

    /// Has somebody keep order at once where their account does.
    fn rank_by_account(&mut self, now: Time, user: usize) {
        for room in self.person(user).rooms.clone() {
            let (is_owner, is_kept) = self.kept_rank(user, &room);
            if is_owner {
                let origin = self.person(user).origin;
                self.room_mut(&room).order.show_all(origin);
                self.note_owner(now, &room);
            }
            let state = self.room_mut(&room);
            if (is_owner || is_kept) && !state.operators.contains(&user) {
                state.operators.push(user);
                self.tell_operator(now, user, &room);
                self.happen("an operator by logging in");
            }
        }
    }

    pub(super) fn log_out(&mut self, now: Time, user: usize) {
        if self.person(user).account.is_none() {
            return self.reply_known(user, "You are not logged in");
        }
        self.set_account(now, user, None);
        self.reply_known(user, "You are logged out");
        let person = self.person(user).clone();
        if self.account_named(&person.name).is_some() {
            let other = self.draw();
            self.rename_to(now, &person, &other);
        }
        self.happen("logged out");
    }

    fn set_account(&mut self, now: Time, user: usize, account: Option<&str>) {
        self.person_mut(user).account = account.map(str::to_owned);
        let source = self.person(user).source();
        let line = self.own_line(now, &source, &format!("ACCOUNT {}", account.unwrap_or("*")));
        for other in self.clients_around(user, "account-notify") {
            self.deliver(other, std::slice::from_ref(&line));
        }
    }

    /// Looks at the password of an account.
    pub(super) fn verdict(&self, account: &str, given: &str) -> Verdict {
        match self.account_named(account).filter(|_| given == PASSWORD) {
            None => Verdict::Wrong,
            Some(account) if account == OPERATOR => Verdict::Operator(account.clone()),
            Some(account) => Verdict::Member(account.clone()),
        }
    }

    /// Takes the password of somebody who wants to log in, or be an operator of the server, by lines.
    pub(super) fn take_given(&mut self, now: Time, user: usize, given: Given) {
        let Given { account, password, by } = given;
        if let GivenBy::Lines { operates } = by {
            return self.take_password(now, user, (&account, operates), &password);
        }
        let nick = self.nick(user);
        match (by, self.verdict(&account, &password)) {
            (GivenBy::Oper, Verdict::Operator(account)) => self.empower(now, user, &account),
            (GivenBy::Oper, Verdict::Member(_)) => {
                self.reply_numeric(now, user, &format!("464 {nick} :This account is no operator's"));
            }
            (GivenBy::Oper, Verdict::Wrong) => self.reply_numeric(now, user, &format!("464 {nick} :Wrong password")),
            (GivenBy::Pass, Verdict::Wrong) => {
                self.reply_numeric(now, user, &format!("464 {nick} :Wrong password"));
                self.say_irc_bye(now, user, "Wrong password");
            }
            (_, Verdict::Wrong) => self.reply_numeric(now, user, &format!("904 {nick} :Wrong password")),
            (_, Verdict::Member(account) | Verdict::Operator(account)) if self.is_arriving(user) => {
                self.log_in_arriving(now, user, account);
            }
            (_, Verdict::Member(account) | Verdict::Operator(account)) => {
                self.happen("logged in by SASL");
                self.log_in(now, user, &account);
            }
        }
    }

    fn take_password(&mut self, now: Time, user: usize, (account, operates): (&str, bool), given: &str) {
        match (self.verdict(account, given), operates) {
            (Verdict::Wrong, _) => {
                self.happen("a wrong password");
                self.reply(user, "Wrong password");
            }
            (Verdict::Member(account) | Verdict::Operator(account), false) => {
                self.happen("logged in by lines");
                self.log_in(now, user, &account);
            }
            (Verdict::Operator(account), true) => self.empower(now, user, &account),
            (Verdict::Member(_), true) => self.reply(user, "This account is no operator's"),
        }
    }

    pub(super) fn empower(&mut self, now: Time, user: usize, account: &str) {
        self.person_mut(user).power = Some(account.to_owned());
        self.happen("an operator of the server");
        if self.person(user).is_by_irc() {
            let nick = self.nick(user);
            self.reply_numeric(now, user, &format!("381 {nick} :You are an operator of this server"));
            let line = self.own_line(now, &nick, &format!("MODE {nick} +o"));
            self.answer_with(user, vec![line]);
        } else {
            self.reply(user, "You are an operator of this server");
        }
    }

    pub(super) fn is_server_operator(&self, user: usize) -> bool {
        self.people.iter().any(|person| person.user == user && person.power.is_some())
    }

    pub(super) fn keeps_order(&self, room: &str, user: usize) -> bool {
        self.is_operator(room, user) || self.is_server_operator(user)
    }

    pub(super) fn owned_of(&self, room: &str) -> Option<&Owned> {
        self.owned.iter().find(|owned| owned.is(room))
    }

    /// Tells whether somebody owns a room, and whether it keeps them as an operator.
    fn kept_rank(&self, user: usize, room: &str) -> (bool, bool) {
        let account = self.people.iter().find(|person| person.user == user).and_then(|person| person.account.as_ref());
        let (Some(owned), Some(account)) = (self.owned_of(room), account) else { return (false, false) };
        let is_it = |other: &String| other.eq_ignore_ascii_case(account);
        (is_it(&owned.owner), owned.operators.iter().any(is_it))
    }

    pub(super) fn owns(&self, user: usize, room: &str) -> bool {
        self.kept_rank(user, room).0
    }

    fn is_forgotten(&self, now: Time, owned: &Owned) -> bool {
        let is_empty = !self.rooms.iter().any(|room| owned.is(&room.name));
        is_empty && self.time_of_day(now).saturating_sub(owned.seen) > FORGOTTEN_MS
    }

    /// Returns what was decided of a room in which nobody is.
    pub(super) fn decided_of_empty(&mut self, now: Time, room: &str) -> Option<Order> {
        let owned = self.owned_of(room)?.clone();
        if self.is_forgotten(now, &owned) {
            self.disown(room);
            return None;
        }
        let now_ms = self.time_of_day(now);
        let until = |end: &Option<u128>| {
            end.map(|end| now + Duration::from_millis(u64::try_from(end.saturating_sub(now_ms)).unwrap_or(u64::MAX)))
        };
        let mut order = owned.order;
        for (list, ends) in [&mut order.bans, &mut order.exceptions].into_iter().zip(&owned.ends) {
            list.iter_mut().zip(ends).for_each(|(ban, end)| ban.until = until(end));
        }
        Some(order)
    }

    /// Has a room that is opened be as it was, if it belongs to an account.
    pub(super) fn open_owned(&mut self, now: Time, user: usize, mut room: Room) -> Room {
        let name = room.name.clone();
        if let Some(order) = self.decided_of_empty(now, &name) {
            let topic = self.owned_of(&name).and_then(|owned| owned.topic.clone());
            room.topic = room.topic.or(topic);
            room.order = order.hiding_as(&room.order);
            let (is_owner, is_kept) = self.kept_rank(user, &name);
            if !is_owner && !is_kept {
                room.operators.clear();
            }
            self.happen("a room of an account was opened again");
        }
        room
    }

    /// Handles that somebody has come to a room that may belong to an account.
    pub(super) fn note_operator(&mut self, now: Time, user: usize, room: &str) {
        if self.owned_of(room).is_none() {
            return;
        }
        let (is_owner, is_kept) = self.kept_rank(user, room);
        let operators = &mut self.room_mut(room).operators;
        operators.retain(|&operator| operator != user);
        if is_owner || is_kept {
            operators.push(user);
        }
        if is_owner {
            self.note_owner(now, room);
        }
    }

    fn note_owner(&mut self, now: Time, room: &str) {
        let now_ms = self.time_of_day(now);
        for owned in self.owned.iter_mut().filter(|owned| owned.is(room)) {
            if now_ms.saturating_sub(owned.seen) > SEEN_AGAIN_MS {
                owned.seen = now_ms;
            }
        }
    }

    /// Tells a room that somebody who has come keeps order there again.
    pub(super) fn tell_come_again(&mut self, now: Time, user: usize, room: &str) {
        let (is_owner, is_kept) = self.kept_rank(user, room);
        if (is_owner || is_kept) && self.members(room) > 1 {
            self.tell_operator(now, user, room);
            self.happen("an operator comes again");
        }
    }

    fn tell_operator(&mut self, now: Time, user: usize, room: &str) {
        let (room, name) = (self.room_mut(room).name.clone(), self.person(user).name.clone());
        let irc = vec![self.own_line(now, "Server!user@chinwag", &format!("MODE #{room} +o {name}"))];
        let told = Told { line: format!("{name} was made an operator by Server"), facts: format!(" [{room}]"), irc };
        self.tell(&room, &told, |_| true);
    }

    fn disown(&mut self, room: &str) {
        self.owned.retain(|owned| !owned.is(room));
    }

    /// Keeps what a room is now that belongs to an account.
    pub(super) fn note_decided(&mut self, now: Time, room: &str) {
        let Some(place) = self.owned.iter().position(|owned| owned.is(room)) else { return };
        let Some(state) = self.rooms.iter().find(|other| other.name.eq_ignore_ascii_case(room)).cloned() else {
            return;
        };
        let order = state.order.kept(now);
        let end = |ban: &Ban| ban.until.map(|until| self.time_of_day(until));
        let ends = [&order.bans, &order.exceptions].map(|list| list.iter().map(end).collect());
        let Owned { owner, operators, seen, .. } = self.owned[place].clone();
        self.owned[place] = Owned { room: state.name, owner, operators, seen, topic: state.topic, order, ends };
    }

    /// Notes that somebody with an account keeps order in a room that belongs to one, or no more.
    pub(super) fn note_rank(&mut self, user: usize, room: &str, has: bool) {
        let Some(account) = self.person(user).account.clone() else { return };
        for owned in self.owned.iter_mut().filter(|owned| owned.is(room)) {
            if owned.owner.eq_ignore_ascii_case(&account) {
                continue;
            }
            let is_kept = owned.operators.iter().any(|other| other.eq_ignore_ascii_case(&account));
            if has && !is_kept {
                owned.operators.push(account.clone());
            } else if !has {
                owned.operators.retain(|other| !other.eq_ignore_ascii_case(&account));
            }
        }
    }

    /// Has a room belong to whoever asks for it or to somebody else there, or to nobody any more.
    pub(super) fn change_owner(&mut self, now: Time, user: usize, room: &str, is_set: bool, to: &str) {
        let before = self.owned_of(room).map(|owned| owned.owner.clone());
        let may_change = self.owns(user, room) || self.is_server_operator(user);
        let line = |model: &mut Self, line: String| model.refuse(now, user, &line, &format!("482 #{room} :{line}"));
        if room == "main" {
            return line(self, "Nobody can own main".to_owned());
        }
        if let Some(owner) = before.clone().filter(|_| !may_change) {
            return line(self, format!("{room} belongs to the account {owner}"));
        }
        let owner = match (is_set, to) {
            (false, _) => None,
            (true, "") => match self.person(user).account.clone() {
                Some(account) => Some(account),
                None => return line(self, "You need to be logged in to an account to own a room".to_owned()),
            },
            (true, to) => match self.find(to).filter(|other| other.is_in(room)).and_then(|other| other.account.clone())
            {
                Some(account) => Some(account),
                None => {
                    let why = format!("There is nobody called {to} in {room} who is logged in to an account");
                    return line(self, why);
                }
            },
        };
        if before.as_ref().map(|name| name.to_lowercase()) == owner.as_ref().map(|name| name.to_lowercase()) {
            return self.unchanged(user);
        }
        let (what, mode) = match &owner {
            Some(owner) => {
                let is_theirs = |owned: &&Owned| owned.owner.eq_ignore_ascii_case(owner);
                if self.owned.iter().filter(is_theirs).count() >= OWNED_BY_ONE_MAX {
                    return line(self, format!("The account {owner} owns too many rooms already"));
                }
                let ranked = self.room_mut(room).operators.clone();
                let mut operators: Vec<_> =
                    ranked.into_iter().filter_map(|other| self.person(other).account.clone()).collect();
                operators.sort_by_key(|name| name.to_lowercase());
                operators.dedup_by_key(|name| name.to_lowercase());
                self.disown(room);
                let (seen, order) = (self.time_of_day(now), Order::default());
                let (room, owner, ends) = (room.to_owned(), owner.clone(), [Vec::new(), Vec::new()]);
                self.owned.push(Owned { room, owner: owner.clone(), operators, seen, topic: None, order, ends });
                self.happen("owned");
                (format!("The room belongs to the account {owner} now"), "+r")
            }
            None => {
                self.disown(room);
                self.happen("disowned");
                ("The room belongs to no account any more".to_owned(), "-r")
            }
        };
        self.tell_act(now, user, room, |by| format!("{what}, by {by}"), &format!("MODE #{room} {mode}"));
    }

    /// Ends somebody's connection who is put out of the server.
    pub(super) fn kill(&mut self, now: Time, user: usize, other: &Person, why: Option<&str>) {
        let by = self.person(user).clone();
        let because = why.map(|why| format!(": {why}")).unwrap_or_default();
        let reason = why.unwrap_or(&by.name);
        let irc = vec![self.own_line(now, &by.source(), &format!("KILL {} :{reason}", other.name))];
        let line = format!("You were put out of this server by {}{because}", by.name);
        self.tell_one(other.user, &Told { line, facts: String::new(), irc });
        let quit = format!("Killed ({} ({reason}))", by.name);
        self.depart(now, other.user, &Leaving::Killed(format!("{}{because}", by.name), quit));
        if other.is_by_irc() {
            self.say_error(other.user, "Put out by an operator");
        } else {
            self.say_bye(other.user, 4004);
        }
        self.happen("put out of the server");
    }

    /// Tells something to all rooms, to each who is there once.
    pub(super) fn announce_to_all(&mut self, now: Time, user: usize, text: &str) {
        if !self.is_server_operator(user) {
            return self.refuse(now, user, "Only operators of the server can do that", "0 x");
        }
        self.happen("announced");
        let person = self.person(user).clone();
        let mut rooms: Vec<_> = self.rooms.iter().map(|room| (room.place, room.name.clone())).collect();
        rooms.sort_unstable();
        let mut told_rooms: Vec<String> = Vec::new();
        for (_, room) in rooms {
            let irc = vec![self.own_line(now, &person.source(), &format!("NOTICE #{room} :Announcement: {text}"))];
            let line = format!("Announcement by {}: {text}", person.name);
            let told = Told { line, facts: format!(" [{room}]"), irc };
            let heard = told_rooms.clone();
            self.tell(&room, &told, |other| !heard.iter().any(|room| other.is_in(room)));
            told_rooms.push(room);
        }
    }

    /// Notes what a run has to come to.
    pub(super) fn happen(&mut self, situation: &'static str) {
        self.situations.push(situation);
    }

    /// Returns what has happened since this was last called that a run has to come to.
    pub fn take_happened(&mut self) -> Vec<&'static str> {
        std::mem::take(&mut self.situations)
    }

    /// Answers somebody who did not come by IRC.
    fn reply_known(&mut self, user: usize, line: &str) {
        self.reply(user, line);
    }
}

impl Person {
    /// Tells whether they are logged in by an account of this name.
    pub(super) fn has_account(&self, name: &str) -> bool {
        self.account.as_ref().is_some_and(|account| account.eq_ignore_ascii_case(name))
    }
}
