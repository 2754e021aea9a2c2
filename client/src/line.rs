//! What a line of the server means: the one place in which the texts of the line protocol are read.
//!
//! A line of the server's own can't be mistaken for a person's, since a person's begins with `Name: ` and none of the
//! server's does.

use std::fmt;

use chinwag_core::Name;

/// One line of the server, without its end and without anything that a terminal could obey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// What one is called.
    YouAre(Name),
    /// Where one has got to.
    YouJoined(Name),
    /// Where one is already.
    YouAreIn(Name),
    /// Who has come to the room.
    Joined(Name),
    /// Who has gone from it.
    Left(Name),
    /// What somebody says.
    Said { name: Name, text: String },
    /// Who is called something else now.
    Renamed { old: Name, new: Name },
    /// A name that somebody else has.
    Taken(Name),
    /// The rooms, as far as they were told.
    Rooms(Vec<Name>),
    /// The people in the room, as far as they were told.
    Users(Vec<Name>),
    /// The longest line that the server takes, in characters.
    TooLong { chars_max: usize },
    /// How many messages are missing here.
    Dropped(u64),
    /// By which one can come back as who one is.
    Token(Token),
    /// That there is nobody whom one could come back as.
    NothingToResume,
    /// A command that the server does not know.
    Unrecognized(String),
    /// A line of the help.
    Help,
    /// Anything else.
    Notice,
}

/// What shows a server, after a break, that one is who one was. It is not to be seen by anybody, so nothing prints it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// Returns the line that asks to be who one was.
    pub(crate) fn request(&self) -> String {
        format!("{RESUME} {}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The command that asks for a token, and, with it, to be who one was.
pub(crate) const RESUME: &str = "/resume";

impl Line {
    /// Reads a line that [`Lines`](crate::lines::Lines) has cut off and cleaned.
    pub(crate) fn parse(line: &str) -> Self {
        if let Some((name, text)) = line.split_once(": ")
            && let Some(name) = Name::parse(name)
        {
            return Self::Said { name, text: text.to_owned() };
        }
        about_me(line)
            .or_else(|| about_somebody(line))
            .or_else(|| list(line))
            .or_else(|| limit(line))
            .or_else(|| about_resuming(line))
            .unwrap_or_else(|| if is_help(line) { Self::Help } else { Self::Notice })
    }
}

fn about_me(line: &str) -> Option<Line> {
    if let Some(room) = line.strip_prefix("You joined ") {
        return Name::parse(room).map(Line::YouJoined);
    }
    if let Some(room) = line.strip_prefix("You are in ") {
        return Name::parse(room).map(Line::YouAreIn);
    }
    line.strip_prefix("You are ").and_then(Name::parse).map(Line::YouAre)
}

fn about_somebody(line: &str) -> Option<Line> {
    if let Some((old, new)) = line.split_once(" is now ") {
        return Some(Line::Renamed { old: Name::parse(old)?, new: Name::parse(new)? });
    }
    let (name, what) = line.split_once(' ')?;
    let name = Name::parse(name)?;
    match what {
        "joined" => Some(Line::Joined(name)),
        "left" => Some(Line::Left(name)),
        "is already taken" => Some(Line::Taken(name)),
        _ => None,
    }
}

fn list(line: &str) -> Option<Line> {
    let (title, items) = line.split_once(" -")?;
    // "… and 7 more" is no name and falls out by itself, and so does the number of people in a room.
    let names = items.split(", ").filter_map(|item| Name::parse(item.trim_start().split(' ').next()?));
    match title {
        "Rooms" => Some(Line::Rooms(names.collect())),
        "Users" => Some(Line::Users(names.collect())),
        _ => None,
    }
}

fn limit(line: &str) -> Option<Line> {
    let between = |start, end| line.strip_prefix(start)?.strip_suffix(end);
    if let Some(chars_max) = between("Messages can only be ", " chars long") {
        return Some(Line::TooLong { chars_max: chars_max.parse().ok()? });
    }
    between("Server is very busy and dropped ", " messages, sorry!")?.parse().ok().map(Line::Dropped)
}

fn about_resuming(line: &str) -> Option<Line> {
    if line == "You have nothing to resume" {
        return Some(Line::NothingToResume);
    }
    if let Some(token) = line.strip_prefix("You can come back with ").and_then(|rest| rest.strip_prefix(RESUME)) {
        return token
            .strip_prefix(' ')
            .filter(|token| !token.is_empty())
            .map(|token| Line::Token(Token(token.to_owned())));
    }
    let word = line.strip_prefix("Unrecognized command ")?.split([' ', ',']).next()?;
    Some(Line::Unrecognized(word.to_owned()))
}

fn is_help(line: &str) -> bool {
    line == "Server commands" || line.starts_with("  /")
}

#[cfg(test)]
mod tests {
    use chinwag_core::{Message, Request, Text};

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("the case is a name")
    }

    #[test]
    fn every_message_of_the_server_is_read_as_what_it_is() {
        let (ann, bob, pizza) = (name("Ann"), name("Bob"), name("pizza"));
        let resume = Request::parse("/resume abcdefghijklmnopqrstuvwxyz234567");
        let Some(Request::Resume(token)) = resume else { panic!("it is a token") };
        let cases = [
            (Message::YouAre { name: ann.clone() }, Line::YouAre(ann.clone())),
            (Message::YouJoined { room: pizza.clone(), seq: 0 }, Line::YouJoined(pizza.clone())),
            (Message::YouAreIn { room: pizza.clone() }, Line::YouAreIn(pizza.clone())),
            (Message::Joined { name: ann.clone() }, Line::Joined(ann.clone())),
            (Message::Left { name: ann.clone() }, Line::Left(ann.clone())),
            (Message::Crowd { joined: 30, left: 20 }, Line::Notice),
            (
                Message::Said {
                    room: pizza.clone(),
                    name: ann.clone(),
                    texts: Text::clean("a: b ").into(),
                    seq: 1,
                    time_ms: 0,
                },
                Line::Said { name: ann.clone(), text: "a: b ".into() },
            ),
            (
                Message::Renamed { old: ann.clone(), new: bob.clone() },
                Line::Renamed { old: ann.clone(), new: bob.clone() },
            ),
            (Message::Taken { name: bob.clone() }, Line::Taken(bob.clone())),
            (Message::NameInvalid, Line::Notice),
            (Message::RoomInvalid, Line::Notice),
            (
                Message::Rooms { rooms: vec![(pizza.clone(), 2), (name("main"), 1)], more: 0 },
                Line::Rooms(vec![pizza.clone(), name("main")]),
            ),
            (Message::Rooms { rooms: vec![(pizza.clone(), 2)], more: 9 }, Line::Rooms(vec![pizza])),
            (Message::Users { names: vec![ann.clone(), bob.clone()], more: 0 }, Line::Users(vec![ann, bob.clone()])),
            (Message::Users { names: vec![bob.clone()], more: 7 }, Line::Users(vec![bob])),
            (Message::Resumable { token }, Line::Token(Token("abcdefghijklmnopqrstuvwxyz234567".into()))),
            (Message::Stale, Line::NothingToResume),
            (Message::Unrecognized { word: Text::clean("/x:") }, Line::Unrecognized("/x:".into())),
            (Message::TooLong { chars_max: 80 }, Line::TooLong { chars_max: 80 }),
            (Message::NotUtf8, Line::Notice),
            (Message::Dropped { count: 12 }, Line::Dropped(12)),
            (Message::Stopping, Line::Notice),
        ];
        for (message, line) in cases {
            assert_eq!(Line::parse(&message.to_string()), line, "{message}");
        }
    }

    #[test]
    fn each_line_of_the_help_is_help() {
        for line in Message::Help.to_string().lines() {
            assert_eq!(Line::parse(line), Line::Help, "{line}");
        }
    }

    #[test]
    fn a_person_can_say_nothing_that_reads_as_a_line_of_the_server() {
        let mimicked = ["You are Bob", "Bob joined", "Rooms - pizza (2)", "Bob is now Ann", "  /help - x", ": x", ""];
        for text in mimicked {
            let said = Line::Said { name: name("Eve"), text: text.into() };
            assert_eq!(Line::parse(&format!("Eve: {text}")), said, "{text}");
        }
    }

    #[test]
    fn a_line_that_no_server_says_is_a_notice() {
        for line in ["", " ", "a: b", "Zoë: hi", "You are ", "x joined", "Ann joined ", "Ann left early", "Users"] {
            assert_eq!(Line::parse(line), Line::Notice, "{line:?}");
        }
    }
}
