//! Owns what becomes of what somebody has asked for: it is dealt with, or they are turned away.

use chinwag_core::Time;

use super::given::{Given, GivenBy};
use super::irc::Manner;
use super::memory::Deed;
use super::typist::{self, Ask, Password};
use super::{Model, Person, Speech, is_room_name};
use crate::sim::help::{HELP, MODERATION};

impl Model {
    /// Turns a user away, and returns what they are told.
    ///
    /// # Errors
    /// If there is no reason for it.
    pub fn turn_away(&mut self, user: usize, has_hung_up: bool) -> Result<Vec<u8>, String> {
        let mut has_asked = false;
        if self.typists[user].needs_crlf() {
            self.speech[user] = Speech::CrLf;
        }
        for ask in std::mem::take(&mut self.typists[user].asks) {
            match ask {
                Ask::WrongProtocol(answer) => return Ok(self.answer(user, typist::before_greeting(answer))),
                Ask::Speak | Ask::Refuse(_) | Ask::AreYouThere | Ask::Quit => {}
                Ask::Say(_)
                | Ask::Act(_)
                | Ask::Tell(..)
                | Ask::Answer(_)
                | Ask::SetTopic(_)
                | Ask::Topic
                | Ask::History(_)
                | Ask::Said(..)
                | Ask::Search(_)
                | Ask::HistoryCount
                | Ask::Ignore(_)
                | Ask::Unignore(_)
                | Ask::Ignored
                | Ask::Incomplete(_)
                | Ask::Enter(_)
                | Ask::JoinWithKey(..)
                | Ask::Moderate(_)
                | Ask::Bans
                | Ask::Operators
                | Ask::Lacks(_)
                | Ask::Password(_)
                | Ask::LogOut
                | Ask::Announce(_)
                | Ask::Part(_)
                | Ask::Help
                | Ask::Moderation
                | Ask::Name(_)
                | Ask::Join(_)
                | Ask::Rooms
                | Ask::Users
                | Ask::Token
                | Ask::Resume(_)
                | Ask::Unrecognized(_)
                | Ask::TooLong
                | Ask::Ping(_)
                | Ask::Leave(_)
                | Ask::Irc(_)
                | Ask::IrcNotUtf8(_)
                | Ask::NotUtf8 => has_asked = true,
            }
        }
        if self.stopped && self.speech[user] == Speech::Irc {
            let farewell = "NOTICE * :Server is shutting down\r\nERROR :Closing link: Server is shutting down\r\n";
            return Ok(farewell.into());
        }
        if self.stopped {
            return Ok(self.text(user, "Server is shutting down", ""));
        }
        let has_left = has_hung_up || self.typists[user].has_left();
        if has_left && !has_asked { Ok(Vec::new()) } else { Err(format!("user {user} is turned away")) }
    }

    /// Returns what somebody is told whose bytes are no chat.
    fn answer(&self, user: usize, answer: Vec<u8>) -> Vec<u8> {
        match std::str::from_utf8(&answer).ok().and_then(|answer| answer.strip_suffix('\n')) {
            Some(line) if line.starts_with("This port") => self.text(user, line, ""),
            _ => answer,
        }
    }

    /// Returns how many of the next things that a user has asked for count for the rate, of so many.
    #[must_use]
    pub fn metered(&self, user: usize, asks: usize) -> usize {
        let asks = self.typists[user].asks.iter().take(asks);
        asks.filter(|ask| !matches!(ask, Ask::Quit | Ask::Speak)).count()
    }

    /// Lets a user have the next thing they asked for.
    ///
    /// # Errors
    /// If they asked for nothing.
    pub fn ask(&mut self, now: Time, user: usize) -> Result<(), String> {
        let Some(ask) = self.typists[user].asks.pop_front() else {
            return Err(format!("user {user} has not asked for anything more"));
        };
        self.take(now, user, Deed::Ask(ask));
        Ok(())
    }

    /// Lets the program of a user have the next piece of an answer.
    pub fn ask_more(&mut self, now: Time, user: usize) {
        self.take(now, user, Deed::More);
    }

    /// Does what a user has asked for.
    ///
    /// # Panics
    /// If nobody asks for it as they speak.
    pub(super) fn follow(&mut self, now: Time, user: usize, deed: Deed) {
        let ask = match deed {
            Deed::Ask(ask) => ask,
            Deed::More => return self.show_more(user),
            Deed::Close => return self.end(now, user),
        };
        if self.speech[user] == Speech::Irc {
            return self.ask_by_irc(now, user, ask);
        }
        let Some(person) = self.people.iter().find(|person| person.user == user).cloned() else { return };
        let is_of_a_program =
            matches!(ask, Ask::Speak | Ask::Refuse(_) | Ask::AreYouThere | Ask::Ping(_) | Ask::Leave(_))
                || matches!(&ask, Ask::Said(room, ..) if is_room_name(room));
        if !is_of_a_program
            && !matches!(
                ask,
                Ask::Token | Ask::Resume(_) | Ask::Quit | Ask::TooLong | Ask::NotUtf8 | Ask::WrongProtocol(_)
            )
        {
            self.announce(now, user);
        }
        match ask {
            Ask::Say(text) => self.say_or_not(now, &person, &text, &Manner::default()),
            Ask::Act(text) => self.say_or_not(now, &person, &text, &Manner::act()),
            Ask::Moderate(act) => self.moderate(now, user, person.room(), act),
            Ask::Bans => self.list_bans(now, &person),
            Ask::Operators => self.list_operators(&person),
            Ask::Lacks(line) => self.reply(user, &line),
            Ask::Password(Password::Asked { is_hidden }) => {
                let mut text = self.text(user, "Password:", "");
                text.extend(is_hidden.then_some([255, 251, 1]).into_iter().flatten());
                self.send(user, text);
            }
            Ask::Password(Password::CalledOff { is_hidden }) => {
                self.show_again(user, is_hidden);
                self.reply(user, "You gave no password");
            }
            Ask::Password(Password::Given { is_hidden, account, operates, given }) => {
                self.show_again(user, is_hidden);
                let by = GivenBy::Lines { operates };
                self.look_at(now, user, Given { account, password: given, by });
            }
            Ask::LogOut => self.log_out(now, user),
            Ask::Announce(text) => self.announce_to_all(now, user, &text),
            Ask::JoinWithKey(room, key, true) => self.join(now, &person, &room, Some(&key)),
            Ask::JoinWithKey(room, key, false) => self.enter_one_more(now, &person, &room, Some(&key)),
            Ask::Tell(name, text) => self.write(now, &person, &name, &text),
            Ask::Answer(text) => self.write_back(now, &person, &text),
            Ask::SetTopic(topic) => self.set_topic(now, &person, &topic),
            Ask::Topic => {
                let topic = self.room_mut(person.room()).topic.clone().map(|topic| topic.text);
                self.show_topic(user, person.room(), topic);
            }
            Ask::History(count) => self.read_last(now, user, person.room(), count),
            Ask::Said(room, ..) if !is_room_name(&room) => {
                self.reply(user, "Room must be 2 - 32 letters, digits, - or _");
            }
            Ask::Said(room, from, to) => self.read_page(now, user, &room, from, to),
            Ask::Search(words) => self.search(now, user, &words),
            Ask::HistoryCount => self.reply(user, "History shows 1 - 100 messages"),
            Ask::Ignore(name) => self.ignore(&person, &name),
            Ask::Unignore(name) => self.unignore(&person, &name),
            Ask::Ignored => {
                let names: Vec<_> = person.ignored.iter().map(|ignored| ignored.name.as_str()).collect();
                let line = format!("Ignored - {}", names.join(", "));
                self.reply(user, line.trim_end());
            }
            Ask::Incomplete(usage) => self.reply(user, &format!("Try {usage}")),
            Ask::Enter(room) => self.enter_one_more(now, &person, &room, None),
            Ask::Part(room) => self.part(now, &person, &room),
            Ask::Help => HELP.lines().for_each(|line| self.reply(user, line)),
            Ask::Moderation => MODERATION.lines().for_each(|line| self.reply(user, line)),
            Ask::Name(name) => self.rename(now, &person, &name),
            Ask::Join(room) => self.join(now, &person, &room, None),
            Ask::Rooms => self.list_rooms(user),
            Ask::Users => self.list_users(&person),
            Ask::Token => {
                let line = format!("You can come back with /resume {}", self.tokens[user]);
                self.reply(user, &line);
            }
            Ask::Resume(token) if self.memory.is_some() => self.await_token(user, token),
            Ask::Resume(token) => self.resume(now, user, &token),
            Ask::Quit => self.leave_with(now, user, 1000),
            Ask::Leave(code) => self.leave_with(now, user, code),
            Ask::Ping(payload) => self.reply(user, &format!("pong {}", payload.escape_ascii())),
            Ask::Unrecognized(word) => {
                self.reply(user, &format!("Unrecognized command {word}, try /help, or begin with // to say it"))
            }
            Ask::TooLong => self.reply(user, &format!("Messages can only be {} chars long", self.chars_max)),
            Ask::NotUtf8 => self.reply(user, "Messages must be valid UTF-8"),
            Ask::Speak => self.speech[user] = Speech::CrLf,
            Ask::Refuse(option) => self.send(user, vec![255, 252, option]),
            Ask::AreYouThere => self.reply(user, "[Yes]"),
            Ask::WrongProtocol(answer) => {
                let answer = self.answer(user, answer);
                self.send(user, answer);
                self.end(now, user);
            }
            Ask::Irc(_) | Ask::IrcNotUtf8(_) => panic!("user {user} has no client of IRC"),
        }
    }

    /// Lets somebody say something to the room that has the focus, if they are heard there.
    fn say_or_not(&mut self, now: Time, person: &Person, text: &str, manner: &Manner) {
        match self.unheard(now, person, person.room()) {
            None => self.say_in(now, person, person.room(), text, manner),
            Some(why) => self.tell_unheard(now, person.user, person.room(), why),
        }
    }

    /// Has a program show again what is typed.
    fn show_again(&mut self, user: usize, is_hidden: bool) {
        if is_hidden {
            let mut text = self.text(user, "", "");
            text.extend([255, 252, 1]);
            self.send(user, text);
        }
    }

    fn ask_by_irc(&mut self, now: Time, user: usize, ask: Ask) {
        if !self.is_here(user) {
            return;
        }
        if let Ask::Irc(line) = ask {
            self.obey_irc(now, user, &line, true);
        } else if let Ask::IrcNotUtf8(line) = ask {
            self.obey_irc(now, user, &line, false);
        } else if let Ask::TooLong = ask {
            self.say_irc_too_long(now, user);
        } else if let Ask::WrongProtocol(words) = ask {
            self.say_irc_wrong_protocol(now, user, &String::from_utf8_lossy(&words));
        } else {
            panic!("user {user} can't ask for {ask:?} by IRC");
        }
    }
}
