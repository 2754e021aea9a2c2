//! Owns the table of commands. It feeds the parser and the help text, so that neither can know one that the other
//! doesn't.

mod moderation;

use std::fmt;

pub(crate) use self::moderation::{MODERATION, lasts, why_of};
use crate::kept::{Bound, Page};
use crate::log::{Command, RoomKey};
use crate::rules::HISTORY_MAX;
use crate::text::is_blank;
use crate::{CloseCode, LogIn, Name, Notice, Purpose, Query, Request, Text, Token, Topic};

/// Describes one command: what it is typed as, what it takes, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Its word, without the slash.
    pub word: &'static str,
    /// What it takes is called, in this order. The last may have blanks in it.
    pub arguments: &'static [&'static str],
    /// What it does, in a few words.
    pub what: &'static str,
    parse: fn(&str) -> Request,
}

/// Shows how it is typed, with what it takes: `/name {name}`.
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.word)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {{{argument}}}"))
    }
}

/// Lists the commands, in the order in which the help shows them.
pub const COMMANDS: &[Usage] = &[
    Usage { word: "help", arguments: &[], what: "prints this message", parse: |_| Query::Help.into() },
    Usage { word: "name", arguments: &["name"], what: "change name", parse: |name| with_name(name, Command::Rename) },
    Usage { word: "rooms", arguments: &[], what: "list rooms", parse: |_| Query::Rooms.into() },
    Usage { word: "join", arguments: &["room"], what: "join room", parse: |room| with_door(room, true, Command::Join) },
    Usage { word: "users", arguments: &[], what: "lists users in current room", parse: |_| Query::Users.into() },
    Usage {
        word: "me",
        arguments: &["action"],
        what: "do something, like /me waves",
        parse: |text| with_text("me", text, Command::Act),
    },
    Usage { word: "msg", arguments: &["name", "text"], what: "write to one person alone", parse: tell },
    Usage {
        word: "reply",
        arguments: &["text"],
        what: "write to who wrote to you last",
        parse: |text| with_text("reply", text, Command::Answer),
    },
    Usage { word: "topic", arguments: &["topic"], what: "set the topic of the room, or show it", parse: topic },
    Usage { word: "history", arguments: &["count"], what: "shows what was said before", parse: history },
    Usage {
        word: "search",
        arguments: &["words"],
        what: "find what was said in your rooms",
        parse: |words| match is_blank(words) {
            true => Notice::Incomplete("search").into(),
            false => Query::Search(Text::clean(words)).into(),
        },
    },
    Usage {
        word: "ignore",
        arguments: &["name"],
        what: "hear no more of somebody, or list them",
        parse: |name| if name.is_empty() { Query::Ignored.into() } else { with_name(name, Command::Ignore) },
    },
    Usage {
        word: "unignore",
        arguments: &["name"],
        what: "hear them again",
        parse: |name| with_name(name, Command::Unignore),
    },
    Usage {
        word: "login",
        arguments: &["name"],
        what: "log in to your account",
        parse: |name| log_in("login", name, Purpose::LogIn),
    },
    Usage { word: "logout", arguments: &[], what: "log out of it", parse: |_| Command::LogOut.into() },
    Usage {
        word: "moderation",
        arguments: &[],
        what: "lists the commands of operators",
        parse: |_| Query::Moderation.into(),
    },
    Usage { word: "quit", arguments: &[], what: "quits server", parse: |_| Command::Leave(CloseCode::NORMAL).into() },
];

fn with_name(name: &str, command: fn(Name) -> Command) -> Request {
    Name::parse(name).map_or(Notice::NameInvalid.into(), |name| command(name).into())
}

/// Has somebody be asked for the password of an account. One that is given with the name is not taken: it was shown.
pub(super) fn log_in(word: &'static str, name: &str, purpose: Purpose) -> Request {
    match Name::parse(name) {
        Some(account) => Notice::LogIn(Box::new(LogIn::wanted(account, purpose))).into(),
        None if name.is_empty() => Notice::Incomplete(word).into(),
        None => Notice::NameInvalid.into(),
    }
}

fn with_room(room: &str, command: fn(Name) -> Command) -> Request {
    // Rooms are shown, and thought of, with a sign before them.
    let room = room.strip_prefix('#').unwrap_or(room);
    Name::parse_room(room).map_or(Notice::RoomInvalid.into(), |room| command(room).into())
}

/// The same of a command that goes to the room, with the word that it may ask for.
fn with_door(argument: &str, leaves: bool, command: fn(Name) -> Command) -> Request {
    let Some((room, key)) = argument.split_once(char::is_whitespace) else { return with_room(argument, command) };
    let key = RoomKey::parse(key.trim_start());
    let room = Name::parse_room(room.strip_prefix('#').unwrap_or(room));
    match (room, key) {
        (Some(room), Some(key)) => Command::JoinWithKey { room, key, leaves }.into(),
        (Some(_), None) | (None, _) => Notice::RoomInvalid.into(),
    }
}

/// The same of a command that the help does not show, so that nobody could know how it is typed.
fn with_some_room(word: &'static str, room: &str, command: fn(Name) -> Command) -> Request {
    if room.is_empty() { Notice::Incomplete(word).into() } else { with_room(room, command) }
}

fn with_text(word: &'static str, text: &str, command: impl FnOnce(Text) -> Command) -> Request {
    if is_blank(text) { Notice::Incomplete(word).into() } else { command(Text::clean(text)).into() }
}

fn tell(argument: &str) -> Request {
    let (name, text) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
    match Name::parse(name) {
        Some(to) => with_text("msg", text.trim_start(), |text| Command::Tell { to, text }),
        None if name.is_empty() => Notice::Incomplete("msg").into(),
        None => Notice::NameInvalid.into(),
    }
}

fn topic(text: &str) -> Request {
    if text.is_empty() {
        return Query::Topic.into();
    }
    Topic::parse(text).map_or(Notice::TopicTooLong.into(), |topic| Command::SetTopic(topic).into())
}

/// How many messages are shown to who does not say how many.
const SHOWN: u8 = 20;

fn history(count: &str) -> Request {
    let count = if count.is_empty() { Some(SHOWN) } else { count.parse().ok() };
    match count.filter(|count| (1..=HISTORY_MAX).contains(count)) {
        Some(count) => Query::History(count).into(),
        None => Notice::HistoryCount.into(),
    }
}

/// Asks for the messages of a room from one number to another: the last of them, as many as are told at once.
fn said(argument: &str) -> Request {
    let incomplete = || Notice::Incomplete("said").into();
    let mut words = argument.split_whitespace();
    let (Some(room), Some(from), Some(to), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return incomplete();
    };
    let (Ok(from), Ok(to)) = (from.parse::<u64>(), to.parse::<u64>()) else { return incomplete() };
    let Some(room) = Name::parse_room(room.strip_prefix('#').unwrap_or(room)) else {
        return Notice::RoomInvalid.into();
    };
    let (after, before) = (from.checked_sub(1).map(Bound::Seq), to.checked_add(1).map(Bound::Seq));
    let venue = room.into();
    Query::Page(Page { venue, after, before, is_from_oldest: false, count: HISTORY_MAX, with_events: false }).into()
}

/// Lists what is for programs rather than people, and is not in the help.
const UNLISTED: [Usage; 4] = [
    Usage {
        word: "enter",
        arguments: &["room"],
        what: "join one more room, or go on in it",
        parse: |room| match room.is_empty() {
            true => Notice::Incomplete("enter").into(),
            false => with_door(room, false, Command::Enter),
        },
    },
    Usage {
        word: "part",
        arguments: &["room"],
        what: "leave a room",
        parse: |room| with_some_room("part", room, Command::Part),
    },
    Usage { word: "said", arguments: &["room", "from", "to"], what: "show messages by their numbers", parse: said },
    Usage {
        word: "resume",
        arguments: &["token"],
        what: "take over who you were",
        parse: |token| match Token::parse(token) {
            Some(token) => Request::Resume(token),
            None if token.is_empty() => Query::Token.into(),
            None => Notice::Stale.into(),
        },
    },
];

/// Returns all commands, also those that are not in the help.
fn all() -> impl Iterator<Item = &'static Usage> {
    COMMANDS.iter().chain(MODERATION).chain(&UNLISTED)
}

/// Returns the command of a word, which has no slash.
pub(crate) fn named(word: &str) -> Option<&'static Usage> {
    all().find(|command| command.word == word)
}

/// Takes a line that begins with a slash for a command: its first word decides, in any case, the rest, trimmed, is the
/// argument.
pub(crate) fn parse(line: &str) -> Request {
    let (word, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is_word = |command: &&Usage| word.strip_prefix('/').is_some_and(|word| word.eq_ignore_ascii_case(command.word));
    match all().find(is_word) {
        Some(command) => (command.parse)(argument.trim()),
        None => Notice::Unrecognized(Text::clean(word)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("the case is a name")
    }

    #[test]
    fn a_line_asks_for_what_its_first_word_says() {
        let say = |text: &str| Some(Command::Say(Text::clean(text).into()).into());
        let key = || RoomKey::parse("beer").expect("the case is a key");
        let with_key = |leaves| Some(Command::JoinWithKey { room: name("pizza"), key: key(), leaves }.into());
        let unrecognized = |word: &str| Some(Notice::Unrecognized(Text::clean(word)).into());
        let cases = [
            ("hello", say("hello")),
            (" hello ", say(" hello ")),
            (" /help", say(" /help")),
            ("//help", say("/help")),
            ("//", say("/")),
            ("///x", say("//x")),
            ("", None),
            (" ", None),
            ("\t\u{a0}\u{3000}", None),
            ("\u{202e}\x07", None),
            ("/help", Some(Query::Help.into())),
            ("/help me", Some(Query::Help.into())),
            ("/rooms", Some(Query::Rooms.into())),
            ("/users", Some(Query::Users.into())),
            ("/quit", Some(Command::Leave(CloseCode::NORMAL).into())),
            ("/quit ", Some(Command::Leave(CloseCode::NORMAL).into())),
            ("/quitters", unrecognized("/quitters")),
            ("/QUIT", Some(Command::Leave(CloseCode::NORMAL).into())),
            ("/Name Bob", Some(Command::Rename(name("Bob")).into())),
            ("/JOIN Pizza", Some(Command::Join(name("Pizza")).into())),
            ("/QUITTERS", unrecognized("/QUITTERS")),
            ("/etc/hosts", unrecognized("/etc/hosts")),
            ("\u{feff}/help", Some(Query::Help.into())),
            ("\u{feff}hello", say("hello")),
            ("\u{200b}\u{3164}", None),
            ("/", unrecognized("/")),
            ("/ quit", unrecognized("/")),
            ("/héllo you", unrecognized("/héllo")),
            ("/n\u{1b}[Dame Bob", Some(Command::Rename(name("Bob")).into())),
            ("/name Bob", Some(Command::Rename(name("Bob")).into())),
            ("/name   Bob  ", Some(Command::Rename(name("Bob")).into())),
            ("/name\tBob", Some(Command::Rename(name("Bob")).into())),
            ("/name", Some(Notice::NameInvalid.into())),
            ("/name ", Some(Notice::NameInvalid.into())),
            ("/name B", Some(Notice::NameInvalid.into())),
            ("/name Bob Smith", Some(Notice::NameInvalid.into())),
            ("/nameBob", unrecognized("/nameBob")),
            ("/join pizza", Some(Command::Join(name("pizza")).into())),
            ("/join", Some(Notice::RoomInvalid.into())),
            ("/join a b", Some(Notice::RoomInvalid.into())),
            ("/join #pizza  beer", with_key(true)),
            ("/enter pizza beer", with_key(false)),
            ("/join pizza two words", Some(Notice::RoomInvalid.into())),
            ("/join #pizza", Some(Command::Join(name("pizza")).into())),
            ("/join ##pizza", Some(Notice::RoomInvalid.into())),
            ("/join #", Some(Notice::RoomInvalid.into())),
            ("/name #Bob", Some(Notice::NameInvalid.into())),
            ("/resume", Some(Query::Token.into())),
            ("/resume  ", Some(Query::Token.into())),
            ("/resume x", Some(Notice::Stale.into())),
            ("/part", Some(Notice::Incomplete("part").into())),
            ("/part ", Some(Notice::Incomplete("part").into())),
            ("/part #pizza", Some(Command::Part(name("pizza")).into())),
            ("/part #", Some(Notice::RoomInvalid.into())),
            ("/enter", Some(Notice::Incomplete("enter").into())),
            ("/enter pizza", Some(Command::Enter(name("pizza")).into())),
            ("/resume-x", unrecognized("/resume-x")),
            ("/RESUME", Some(Query::Token.into())),
        ];
        for (line, request) in cases {
            assert_eq!(Request::parse(line), request, "{line:?}");
        }
    }
}
