//! Owns the table of commands. It feeds the parser and the help text, so that neither can know one that the other doesn't.

use crate::{Name, Request, Text, Token};

/// Describes one command: what it is typed as, what it takes, what it does.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its word, without the slash.
    pub word: &'static str,
    /// What its argument is called, if it takes one.
    pub argument: Option<&'static str>,
    /// What it does, in a few words.
    pub what: &'static str,
    parse: fn(&str) -> Request,
}

/// Lists the commands, in the order in which the help shows them.
pub const COMMANDS: [Command; 6] = [
    Command { word: "help", argument: None, what: "prints this message", parse: |_| Request::Help },
    Command {
        word: "name",
        argument: Some("name"),
        what: "change name",
        parse: |name| Name::parse(name).map_or(Request::RenameInvalid, Request::Rename),
    },
    Command { word: "rooms", argument: None, what: "list rooms", parse: |_| Request::Rooms },
    Command {
        word: "join",
        argument: Some("room"),
        what: "join room",
        // Rooms are shown, and thought of, with a sign before them.
        parse: |room| Name::parse(room.strip_prefix('#').unwrap_or(room)).map_or(Request::JoinInvalid, Request::Join),
    },
    Command { word: "users", argument: None, what: "lists users in current room", parse: |_| Request::Users },
    Command { word: "quit", argument: None, what: "quits server", parse: |_| Request::Quit },
];

/// Lists what is for programs rather than people, and is not in the help.
const UNLISTED: [Command; 1] = [Command {
    word: "resume",
    argument: Some("token"),
    what: "take over who you were",
    parse: |token| match Token::parse(token) {
        Some(token) => Request::Resume(token),
        None if token.is_empty() => Request::Token,
        None => Request::ResumeInvalid,
    },
}];

/// Takes a line that begins with a slash for a command: its first word decides, in any case, the rest, trimmed, is the argument.
pub(crate) fn parse(line: &str) -> Request {
    let (word, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let is_word =
        |command: &&Command| word.strip_prefix('/').is_some_and(|word| word.eq_ignore_ascii_case(command.word));
    let command = COMMANDS.iter().chain(&UNLISTED).find(is_word);
    match command {
        Some(command) => (command.parse)(argument.trim()),
        None => Request::Unrecognized(Text::clean(word)),
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
        let say = |text: &str| Some(Request::Say(Text::clean(text).into()));
        let unrecognized = |word: &str| Some(Request::Unrecognized(Text::clean(word)));
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
            ("/help", Some(Request::Help)),
            ("/help me", Some(Request::Help)),
            ("/rooms", Some(Request::Rooms)),
            ("/users", Some(Request::Users)),
            ("/quit", Some(Request::Quit)),
            ("/quit ", Some(Request::Quit)),
            ("/quitters", unrecognized("/quitters")),
            ("/QUIT", Some(Request::Quit)),
            ("/Name Bob", Some(Request::Rename(name("Bob")))),
            ("/JOIN Pizza", Some(Request::Join(name("Pizza")))),
            ("/QUITTERS", unrecognized("/QUITTERS")),
            ("/etc/hosts", unrecognized("/etc/hosts")),
            ("\u{feff}/help", Some(Request::Help)),
            ("\u{feff}hello", say("hello")),
            ("\u{200b}\u{3164}", None),
            ("/", unrecognized("/")),
            ("/ quit", unrecognized("/")),
            ("/héllo you", unrecognized("/héllo")),
            ("/n\u{1b}[Dame Bob", Some(Request::Rename(name("Bob")))),
            ("/name Bob", Some(Request::Rename(name("Bob")))),
            ("/name   Bob  ", Some(Request::Rename(name("Bob")))),
            ("/name\tBob", Some(Request::Rename(name("Bob")))),
            ("/name", Some(Request::RenameInvalid)),
            ("/name ", Some(Request::RenameInvalid)),
            ("/name B", Some(Request::RenameInvalid)),
            ("/name Bob Smith", Some(Request::RenameInvalid)),
            ("/nameBob", unrecognized("/nameBob")),
            ("/join pizza", Some(Request::Join(name("pizza")))),
            ("/join", Some(Request::JoinInvalid)),
            ("/join a b", Some(Request::JoinInvalid)),
            ("/join #pizza", Some(Request::Join(name("pizza")))),
            ("/join ##pizza", Some(Request::JoinInvalid)),
            ("/join #", Some(Request::JoinInvalid)),
            ("/name #Bob", Some(Request::RenameInvalid)),
            ("/resume", Some(Request::Token)),
            ("/resume  ", Some(Request::Token)),
            ("/resume x", Some(Request::ResumeInvalid)),
            ("/resume-x", unrecognized("/resume-x")),
            ("/RESUME", Some(Request::Token)),
        ];
        for (line, request) in cases {
            assert_eq!(Request::parse(line), request, "{line:?}");
        }
    }
}
