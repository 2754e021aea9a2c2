//! Owns which command of IRC does what, for those who have said who they are.

use chinwag_core::Time;

use super::arriving::{NAME_RULE, refused_by_irc};
use super::{REASON_BYTES_MAX, bounded, room_name, unformatted, word};
use crate::sim::irc::Parsed;
use crate::sim::model::act::Act;
use crate::sim::model::given::{Given, GivenBy};
use crate::sim::model::typist::why;
use crate::sim::model::{Leaving, Model, is_name, is_reserved, typist};

impl Model {
    pub(super) fn obey(&mut self, now: Time, user: usize, line: &Parsed) {
        let (nick, server) = (self.nick(user), self.server.clone());
        let command = line.command.to_ascii_uppercase();
        match command.as_str() {
            "PRIVMSG" | "NOTICE" => self.obey_say(now, user, line),
            "TAGMSG" => self.obey_tag(now, user, line),
            "PING" => self.pong(now, user, line),
            "PONG" => {}
            "JOIN" => self.obey_join(now, user, line),
            "PART" => self.obey_part(now, user, line),
            "NICK" => self.obey_nick(now, user, line),
            "TOPIC" => self.obey_topic(now, user, line),
            "INVITE" => self.obey_invite(now, user, line),
            "NAMES" => self.obey_names(now, user, line),
            "LIST" => self.obey_list(now, user, line),
            "MODE" => self.obey_mode(now, user, line),
            "WHO" => self.obey_who(now, user, line),
            "WHOIS" => self.obey_whois(now, user, line),
            "WHOWAS" => self.obey_whowas(now, user, line),
            "USERHOST" => self.obey_userhost(now, user, line),
            "ISON" => self.obey_ison(now, user, line),
            "AWAY" => self.set_away(now, user, line.filled(0).map(|reason| bounded(reason, REASON_BYTES_MAX))),
            "SETNAME" => match line.filled(0) {
                Some(name) => self.set_real_name(now, user, name),
                None => self.needs_more(now, user, "SETNAME"),
            },
            "MONITOR" => self.obey_monitor(now, user, line),
            "CAP" => self.obey_cap(now, user, line),
            "LUSERS" => self.tell_counts(now, user),
            "MOTD" => self.tell_motd(now, user),
            "VERSION" => self.tell_version(now, user),
            "TIME" => self.tell_time(now, user),
            "INFO" => self.tell_info(now, user),
            "LINKS" => {
                self.numeric(now, &format!("364 {nick} {server} {server} :0 chinwag"));
                self.numeric(now, &format!("365 {nick} * :End of /LINKS list"));
            }
            "SEARCH" => match line.filled(0).map(typist::clean).filter(|words| !typist::shows_nothing(words)) {
                Some(words) => self.search(now, user, &words),
                None => self.needs_more(now, user, "SEARCH"),
            },
            "HELP" | "HELPOP" => self.tell_irc_help(now, user, line),
            "QUIT" => {
                let reason = line.filled(0).map(|reason| bounded(reason, REASON_BYTES_MAX)).unwrap_or_default();
                self.depart(now, user, &Leaving::Quit(reason));
                self.say_irc_bye(now, user, "Quit");
            }
            "KICK" => self.obey_kick(now, user, line),
            "OPER" if line.filled(1).is_some() && !self.has_accounts => {
                self.numeric(now, &format!("491 {nick} :There are no operators here"));
            }
            "OPER" if line.filled(1).is_some() => self.obey_oper(now, user, line),
            "AUTHENTICATE" if self.has_accounts => self.obey_authenticate(now, user, line),
            "OPER" => self.needs_more(now, user, &command),
            "USER" | "PASS" => self.numeric(now, &format!("462 {nick} :You may not reregister")),
            _ => self.numeric(now, &format!("421 {nick} {} :Unknown command", word(&line.command))),
        }
    }

    pub(super) fn needs_more(&mut self, now: Time, user: usize, command: &str) {
        let nick = self.nick(user);
        self.numeric(now, &format!("461 {nick} {command} :Not enough parameters"));
    }

    fn obey_nick(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let is_own = |name: &str| name.eq_ignore_ascii_case(&nick);
        match line.filled(0) {
            None => self.numeric(now, &format!("431 {nick} :No nickname given")),
            Some(name) if !is_name(name) => self.numeric(now, &format!("432 {nick} {} :{NAME_RULE}", word(name))),
            Some(name) if !is_own(name) && is_reserved(name) => {
                self.numeric(now, &format!("433 {nick} {name} :Nickname is reserved"));
            }
            // They are told by nothing what they know.
            Some(name) if name == nick => self.answer_with(user, Vec::new()),
            Some(name) => {
                let person = self.person(user).clone();
                let refused = if is_own(name) { None } else { self.name_refused(name, person.account.as_deref()) };
                if let Some(refused) = refused {
                    return self.reply_numeric(now, user, &refused_by_irc(&nick, name, refused));
                }
                if !is_own(name) {
                    self.renamed = Some((user, name.to_owned()));
                    self.make_way(now, name);
                    self.renamed = None;
                }
                let person = self.person(user).clone();
                self.rename_to(now, &person, name);
            }
        }
    }

    fn obey_mode(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let Some(target) = line.filled(0) else { return self.needs_more(now, user, "MODE") };
        if target.starts_with('#') {
            return self.obey_room_mode(now, user, target, line);
        }
        if self.find(target).is_none() {
            return self.numeric(now, &format!("401 {nick} {} :No such nick/channel", word(target)));
        }
        if !target.eq_ignore_ascii_case(&nick) {
            return self.numeric(now, &format!("502 {nick} :Can't change mode for other users"));
        }
        let Some(irc) = self.person(user).irc.clone() else { return };
        let had = (irc.identity.is_bot, irc.is_invisible);
        let is_operator = self.is_server_operator(user);
        let signs = |modes: (bool, bool)| [(modes.0, 'B'), (modes.1, 'i')];
        let Some(changes) = line.filled(1) else {
            let modes: String = signs(had).into_iter().filter(|(has, _)| *has).map(|(_, mode)| mode).collect();
            return self.numeric(now, &format!("221 {nick} +{modes}{}", if is_operator { "o" } else { "" }));
        };
        let (mut has, mut is_set, mut is_unknown) = (had, true, false);
        for change in changes.chars() {
            match change {
                '+' | '-' => is_set = change == '+',
                'B' => has.0 = is_set,
                'i' => has.1 = is_set,
                _ => is_unknown = true,
            }
        }
        if is_unknown {
            self.numeric(now, &format!("501 {nick} :Unknown MODE flag"));
        }
        if let Some(irc) = &mut self.person_mut(user).irc {
            (irc.identity.is_bot, irc.is_invisible) = has;
        }
        let mut changed = String::new();
        for ((had, mode), (has, _)) in signs(had).into_iter().zip(signs(has)) {
            if had != has {
                changed.push(if has { '+' } else { '-' });
                changed.push(mode);
            }
        }
        if !changed.is_empty() {
            let line = self.own_line(now, &nick, &format!("MODE {nick} {changed}"));
            self.answer_with(user, vec![line]);
        }
    }

    fn obey_kick(&mut self, now: Time, user: usize, line: &Parsed) {
        let (Some(wanted), Some(names)) = (line.filled(0), line.filled(1)) else {
            return self.needs_more(now, user, "KICK");
        };
        let Some(name) = room_name(wanted) else { return self.no_such_channel(now, user, wanted) };
        let whom = names.split(',').next().unwrap_or_default();
        if !is_name(whom) {
            let nick = self.nick(user);
            return self.numeric(now, &format!("401 {nick} {} :No such nick/channel", word(whom)));
        }
        let why = line.filled(2).and_then(|text| why(&unformatted(text)));
        match self.shown_room_to(user, wanted) {
            Some(room) => self.moderate(now, user, &room, Act::Kick(whom.to_owned(), why)),
            None => self.not_in_room(now, user, None, name),
        }
    }

    fn obey_room_mode(&mut self, now: Time, user: usize, target: &str, line: &Parsed) {
        let nick = self.nick(user);
        let Some(name) = self.shown_room_to(user, target) else { return self.no_such_channel(now, user, target) };
        let Some(changes) = line.filled(1) else {
            let is_there = self.person(user).is_in(&name);
            let room = self.room_mut(&name);
            let (opened, order) = (room.opened, room.order.clone());
            let opened = self.time_of_day(opened) / 1000;
            let is_owned = self.owned_of(&name).is_some();
            let modes = [
                (order.is_locked, "i"),
                (order.is_moderated, "m"),
                (!order.is_open, "n"),
                (is_owned, "r"),
                (order.is_secret, "s"),
                (order.is_topic_locked, "t"),
            ];
            let mut modes: String = modes.iter().filter(|(is_set, _)| *is_set).map(|(_, mode)| *mode).collect();
            let mut parameters = String::new();
            if let Some(key) = order.key {
                modes.push('k');
                parameters += &format!(" {}", if is_there { &key } else { "*" });
            }
            if let Some(limit) = order.limit {
                modes.push('l');
                parameters += &format!(" {limit}");
            }
            modes += &parameters;
            self.numeric(now, &format!("324 {nick} #{name} +{modes}"));
            return self.numeric(now, &format!("329 {nick} #{name} {opened}"));
        };
        // No plan changes several at once.
        let (is_set, letter) = (!changes.starts_with('-'), changes.trim_start_matches(['+', '-']));
        let what = line.filled(2);
        let act = match (letter, what) {
            ("b" | "e", None) => {
                let (entry, end, kind) = if letter == "b" { (367, 368, "ban") } else { (348, 349, "exception") };
                for (whom, by, time) in self.listed_bans(now, &name, letter == "e") {
                    self.numeric(now, &format!("{entry} {nick} #{name} {whom}!*@* {by} {}", time / 1000));
                }
                return self.numeric(now, &format!("{end} {nick} #{name} :End of channel {kind} list"));
            }
            ("I", None) => return self.numeric(now, &format!("347 {nick} #{name} :End of channel invite list")),
            ("o" | "v" | "b" | "e" | "i" | "m" | "t" | "k" | "s" | "n" | "l" | "r", _) => {
                let what = what.filter(|_| letter != "r").unwrap_or_default().trim_end_matches("!*@*").to_owned();
                Act::Mode(letter.chars().next().unwrap_or_default(), is_set, what)
            }
            _ => {
                let letter = letter.chars().next().unwrap_or('?');
                return self.numeric(now, &format!("472 {nick} {letter} :is unknown mode char to me"));
            }
        };
        self.moderate(now, user, &name, act);
    }

    /// Has somebody be an operator of the server by the password of an account.
    fn obey_oper(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let (account, given) = (line.filled(0).unwrap_or_default(), line.filled(1).unwrap_or_default());
        if !is_name(account) {
            return self.numeric(now, &format!("464 {nick} :Wrong password"));
        }
        let (account, password) = (account.to_owned(), given.to_owned());
        self.look_at(now, user, Given { account, password, by: GivenBy::Oper });
    }

    /// Has somebody log in by SASL: a plan says the mechanism first, and then all that is to be said, at once.
    pub(super) fn obey_authenticate(&mut self, now: Time, user: usize, line: &Parsed) {
        let nick = self.nick(user);
        let Some(said) = line.filled(0).map(str::to_owned) else { return self.needs_more(now, user, "AUTHENTICATE") };
        let arriving = self.arriving_account(user);
        let person = self.people.iter().find(|person| person.user == user).and_then(|person| person.account.clone());
        if arriving.is_some() || person.is_some() {
            return self.numeric(now, &format!("907 {nick} :You have already authenticated using SASL"));
        }
        let begins = std::mem::take(&mut self.client_mut(user).authenticates);
        if !begins && said.eq_ignore_ascii_case("PLAIN") {
            self.client_mut(user).authenticates = true;
            return self.numeric(now, "AUTHENTICATE +");
        }
        let known = SAID.iter().find(|(base64, ..)| *base64 == said);
        let Some((_, account, given)) = known.filter(|_| begins) else {
            if !begins && said != "*" {
                self.numeric(now, &format!("908 {nick} PLAIN :are available SASL mechanisms"));
            }
            return match (begins, said.as_str()) {
                (true, "*") => self.numeric(now, &format!("906 {nick} :SASL authentication aborted")),
                _ => self.numeric(now, &format!("904 {nick} :SASL authentication failed")),
            };
        };
        let (account, password) = ((*account).to_owned(), (*given).to_owned());
        self.look_at(now, user, Given { account, password, by: GivenBy::Sasl });
    }
}

/// What clients say by SASL in a plan, and which account and password that is.
const SAID: [(&str, &str, &str); 3] = [
    ("AEFubgBzd29yZGZpc2g=", "Ann", "swordfish"),
    ("AFJvb3QAc3dvcmRmaXNo", "Root", "swordfish"),
    ("AEFubgBlZWw=", "Ann", "eel"),
];
