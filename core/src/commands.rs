//! Owns the table of commands. It feeds the parser and the help text, so that neither can know one that the other
//! doesn't.

use crate::log::Command;
use crate::{CloseCode, Name, Notice, Query, Request, Text, Token};

/// Describes one command: what it is typed as, what it takes, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Its word, without the slash.
    pub word: &'static str,
    /// What its argument is called, if it takes one.
    pub argument: Option<&'static str>,
    /// What it does, in a few words.
    pub what: &'static str,
    parse: fn(&str) -> Request,
}

/// Lists the commands, in the order in which the help shows them.
pub const COMMANDS: &[Usage] = &[
    Usage { word: "help", argument: None, what: "prints this message", parse: |_| Query::Help.into() },
    Usage {
        word: "name",
        argument: Some("name"),
        what: "change name",
        parse: |name| Name::parse(name).map_or(Notice::NameInvalid.into(), |name| Command::Rename(name).into()),
    },
    Usage { word: "rooms", argument: None, what: "list rooms", parse: |_| Query::Rooms.into() },
    Usage {
        word: "join",
        argument: Some("room"),
        what: "join room",
        // Rooms are shown, and thought of, with a sign before them.
        parse: |room| {
            Name::parse(room.strip_prefix('#').unwrap_or(room))
                .map_or(Notice::RoomInvalid.into(), |room| Command::Join(room).into())
        },
    },
    Usage { word: "users", argument: None, what: "lists users in current room", parse: |_| Query::Users.into() },
    Usage { word: "quit", argument: None, what: "quits server", parse: |_| Command::Leave(CloseCode::NORMAL).into() },
];

/// Lists what is for programs rather than people, and is not in the help.
const UNLISTED: [Usage; 1] = [Usage {
    word: "resume",
    argument: Some("token"),
    what: "take over who you were",
    parse: |token| match Token::parse(token) {
        Some(token) => Request::Resume(token),
        None if token.is_empty() => Query::Token.into(),
        None => Notice::Stale.into(),
    },
}];

/// Takes a line that begins with a slash for a command: its first word decides, in any case, the rest, trimmed, is the
/// argument.
pub(crate) fn parse(line: &str) -> Request {
    let (word, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is_word = |command: &&Usage| word.strip_prefix('/').is_some_and(|word| word.eq_ignore_ascii_case(command.word));
    let command = COMMANDS.iter().chain(&UNLISTED).find(is_word);
    match command {
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
            ("/join #pizza", Some(Command::Join(name("pizza")).into())),
            ("/join ##pizza", Some(Notice::RoomInvalid.into())),
            ("/join #", Some(Notice::RoomInvalid.into())),
            ("/name #Bob", Some(Notice::NameInvalid.into())),
            ("/resume", Some(Query::Token.into())),
            ("/resume  ", Some(Query::Token.into())),
            ("/resume x", Some(Notice::Stale.into())),
            ("/resume-x", unrecognized("/resume-x")),
            ("/RESUME", Some(Query::Token.into())),
        ];
        for (line, request) in cases {
            assert_eq!(Request::parse(line), request, "{line:?}");
        }
    }
}
