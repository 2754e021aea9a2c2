//! What a line of the server means: the one place in which the texts of the line protocol are read.
//!
//! A line of the server's own can't be mistaken for a person's, since a person's begins with `Name: ` and none of the
//! server's does. What a person does, writes to one alone or said before begins with what is in no name: a star, a
//! bracket, or a blank behind the name.

use std::fmt;

use chinwag_core::Name;
use chinwag_core::admission::Denial;

use crate::password::Password;

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
    /// What somebody does, as of a third person.
    Acted { name: Name, text: String },
    /// What somebody writes to oneself alone.
    Told { name: Name, text: String },
    /// What one has written to somebody alone.
    Sent { name: Name, text: String },
    /// Whom one has written to, and who is not there.
    Nobody(Name),
    /// One has answered, and there is nobody to be answered.
    NobodyWrote,
    /// Who has said or done something in the room before.
    Earlier(Name),
    /// What somebody has said or done in one of one's rooms, and was looked for.
    Found,
    /// What the room is about, if it is about anything.
    Topic(Option<String>),
    /// Who has set it, and to what.
    TopicSet { name: Name, topic: Option<String> },
    /// Whom one hears no more.
    Ignoring(Name),
    /// Whom one hears again.
    Hearing(Name),
    /// Whom one does not hear, as far as they were told.
    Ignored(Vec<Name>),
    /// Who is called something else now.
    Renamed { old: Name, new: Name },
    /// A name that somebody else has, or that belongs to an account.
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
    /// By which one comes in the next time where a password is asked for.
    Pass(Password),
    /// That one has to give the password before one is let in.
    AsksPassword,
    /// That the next line is taken for the password of an account.
    AsksSecret,
    /// That one is logged in no more.
    LoggedOut,
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

/// What a server says that asks for a password.
pub(crate) const ASKED: &str = "This server asks for a password:";

/// What it says that asks for the password of an account, and of somebody who has logged out.
const ASKED_SECRET: &str = "Password:";
const LOGGED_OUT: &str = "You are logged out";

/// What goes before the pass of somebody who was invited.
const PASS: &str = "Your pass for the next time is ";

/// Reads why a server does not let one in, if a line says so.
pub(crate) fn denial(line: &str) -> Option<Denial> {
    Denial::ALL.into_iter().find(|denial| denial.to_string() == line.trim_end())
}

/// What a room without a topic is said to be about. No topic is this.
const NO_TOPIC: &str = "none";

impl Line {
    /// Reads a line that [`Lines`](crate::lines::Lines) has cut off and cleaned.
    pub(crate) fn parse(line: &str) -> Self {
        talk(line)
            .or_else(|| topic(line))
            .or_else(|| about_me(line))
            .or_else(|| about_somebody(line))
            .or_else(|| about_others(line))
            .or_else(|| list(line))
            .or_else(|| limit(line))
            .or_else(|| about_resuming(line))
            .or_else(|| line.strip_prefix(PASS).map(|pass| Self::Pass(Password::new(pass.to_owned()))))
            .or_else(|| (line == ASKED).then_some(Self::AsksPassword))
            .or_else(|| (line == ASKED_SECRET).then_some(Self::AsksSecret))
            .or_else(|| (line == LOGGED_OUT).then_some(Self::LoggedOut))
            .unwrap_or_else(|| if is_help(line) { Self::Help } else { Self::Notice })
    }
}

/// Reads what has a text of a person's in it. It goes first, since the text may be like any line.
fn talk(line: &str) -> Option<Line> {
    if let Some((when, said)) = line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
        let is_found = when.split_once(", ").is_some_and(|(room, _)| Name::parse_room(room).is_some());
        return said_or_acted(said).map(|(name, _)| if is_found { Line::Found } else { Line::Earlier(name) });
    }
    let Some((name, text)) = said_or_acted(line) else { return aside(line) };
    let text = text.to_owned();
    Some(if line.starts_with("* ") { Line::Acted { name, text } } else { Line::Said { name, text } })
}

/// Takes a line that a person says or does apart, into who and what.
fn said_or_acted(line: &str) -> Option<(Name, &str)> {
    let (name, text) = match line.strip_prefix("* ") {
        Some(act) => act.split_once(' ')?,
        None => line.split_once(": ")?,
    };
    Some((Name::parse(name)?, text))
}

fn aside(line: &str) -> Option<Line> {
    let (who, text) = line.split_once(": ")?;
    let text = text.to_owned();
    if let Some(name) = who.strip_prefix("You (to ").and_then(|rest| rest.strip_suffix(')')) {
        return Some(Line::Sent { name: Name::parse(name)?, text });
    }
    Some(Line::Told { name: Name::parse(who.strip_suffix(" (to you)")?)?, text })
}

/// Reads what a room is about, whatever that is.
fn topic(line: &str) -> Option<Line> {
    let topic = |text: &str| (text != NO_TOPIC).then(|| text.to_owned());
    if let Some(text) = line.strip_prefix("Topic - ") {
        return Some(Line::Topic(topic(text)));
    }
    let (name, text) = line.split_once(" set the topic: ")?;
    Some(Line::TopicSet { name: Name::parse(name)?, topic: topic(text) })
}

fn about_me(line: &str) -> Option<Line> {
    if let Some(room) = line.strip_prefix("You joined ") {
        return Name::parse_room(room).map(Line::YouJoined);
    }
    if let Some(room) = line.strip_prefix("You are in ") {
        return Name::parse_room(room).map(Line::YouAreIn);
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
        what if what.starts_with("belongs to an account") => Some(Line::Taken(name)),
        // By whom and why is for people to read. Whoever was not there has not gone, which does no harm.
        what if GONE.iter().any(|start| what.starts_with(start)) => Some(Line::Left(name)),
        _ => None,
    }
}

/// How it begins that somebody is not there any more, since an operator has decided so.
const GONE: [&str; 3] = ["was kicked by ", "was banned by ", "was put out of the server by "];

fn about_others(line: &str) -> Option<Line> {
    if let Some(name) = line.strip_prefix("There is nobody called ") {
        return Name::parse(name).map(Line::Nobody);
    }
    if let Some(name) = line.strip_prefix("You ignore ") {
        return Name::parse(name).map(Line::Ignoring);
    }
    if let Some(name) = line.strip_prefix("You hear ").and_then(|rest| rest.strip_suffix(" again")) {
        return Name::parse(name).map(Line::Hearing);
    }
    (line == "Nobody has written to you").then_some(Line::NobodyWrote)
}

fn list(line: &str) -> Option<Line> {
    let (title, items) = line.split_once(" -")?;
    // "… and 7 more" is no name and falls out by itself, and so does the number of people in a room.
    let names = items.split(", ").filter_map(|item| Name::parse_room(item.trim_start().split(' ').next()?));
    match title {
        "Rooms" => Some(Line::Rooms(names.collect())),
        "Users" => Some(Line::Users(names.collect())),
        "Ignored" => Some(Line::Ignored(names.collect())),
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
    use std::time::Duration;

    use chinwag_core::log::cluster::Touch;
    use chinwag_core::{CantIgnore, Earlier, Identity, Leaving, Message, Request, Text, Topic};

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
            (
                Message::Joined { room: pizza.clone(), name: ann.clone(), identity: Identity::default(), time_ms: 0 },
                Line::Joined(ann.clone()),
            ),
            (
                Message::Left {
                    room: pizza.clone(),
                    name: ann.clone(),
                    identity: Identity::default(),
                    leaving: Leaving::ROOM,
                    time_ms: 0,
                },
                Line::Left(ann.clone()),
            ),
            (Message::Crowd { room: pizza.clone(), joined: 30, left: 20 }, Line::Notice),
            (
                Message::Said {
                    room: pizza.clone(),
                    name: ann.clone(),
                    texts: Text::clean("a: b ").into(),
                    seq: 1,
                    time_ms: 0,
                    manner: None,
                },
                Line::Said { name: ann.clone(), text: "a: b ".into() },
            ),
            (
                Message::Renamed { old: ann.clone(), new: bob.clone(), identity: Identity::default(), time_ms: 0 },
                Line::Renamed { old: ann.clone(), new: bob.clone() },
            ),
            (Message::Taken { name: bob.clone() }, Line::Taken(bob.clone())),
            (Message::NameOfAccount { name: bob.clone() }, Line::Taken(bob.clone())),
            (Message::NameInvalid, Line::Notice),
            (Message::RoomInvalid, Line::Notice),
            (
                Message::Rooms { rooms: vec![(pizza.clone(), 2), (name("main"), 1)], more: 0 },
                Line::Rooms(vec![pizza.clone(), name("main")]),
            ),
            (Message::Rooms { rooms: vec![(pizza.clone(), 2)], more: 9 }, Line::Rooms(vec![pizza])),
            (
                Message::Users { room: name("main"), names: vec![ann.clone(), bob.clone()], more: 0 },
                Line::Users(vec![ann, bob.clone()]),
            ),
            (Message::Users { room: name("main"), names: vec![bob.clone()], more: 7 }, Line::Users(vec![bob])),
            (Message::Resumable { token }, Line::Token(Token("abcdefghijklmnopqrstuvwxyz234567".into()))),
            (Message::Stale, Line::NothingToResume),
            (Message::Unrecognized { word: Text::clean("/x:") }, Line::Unrecognized("/x:".into())),
            (Message::TooLong { chars_max: 80 }, Line::TooLong { chars_max: 80 }),
            (Message::NotUtf8, Line::Notice),
            (Message::Dropped { count: 12 }, Line::Dropped(12)),
            (Message::Stopping, Line::Notice),
            (Message::Touch(Touch::Lost), Line::Notice),
        ];
        for (message, line) in cases {
            assert_eq!(Line::parse(&message.to_string()), line, "{message}");
        }
    }

    #[test]
    fn what_people_say_aside_and_what_is_about_it_is_read_as_what_it_is() {
        let (ann, bob, room) = (name("Ann"), name("Bob"), name("pizza"));
        let text = || Text::clean("waves at: Cid");
        let read = || "waves at: Cid".to_owned();
        let topic = || "pizza: at eight".to_owned();
        let cases = [
            (
                Message::Acted {
                    room: room.clone(),
                    name: ann.clone(),
                    text: text(),
                    time_ms: 0,
                    seq: 1,
                    manner: None,
                },
                Line::Acted { name: ann.clone(), text: read() },
            ),
            (
                Message::Told { name: ann.clone(), text: text(), time_ms: 0, id: 1, manner: None },
                Line::Told { name: ann.clone(), text: read() },
            ),
            (
                Message::Sent { name: bob.clone(), text: text(), time_ms: 0, id: 1, manner: None },
                Line::Sent { name: bob.clone(), text: read() },
            ),
            (Message::Nobody { name: bob.clone() }, Line::Nobody(bob.clone())),
            (Message::NobodyWrote, Line::NobodyWrote),
            (
                Message::TopicSet {
                    room: room.clone(),
                    name: ann.clone(),
                    identity: Identity::default(),
                    topic: Topic::of(&topic()),
                    time_ms: 0,
                    seq: 0,
                    number: 0,
                },
                Line::TopicSet { name: ann.clone(), topic: Some(topic()) },
            ),
            (
                Message::TopicSet {
                    room: room.clone(),
                    name: ann.clone(),
                    identity: Identity::default(),
                    topic: None,
                    time_ms: 0,
                    seq: 0,
                    number: 0,
                },
                Line::TopicSet { name: ann.clone(), topic: None },
            ),
            (Message::Topic { room: room.clone(), topic: Topic::of(&topic()) }, Line::Topic(Some(topic()))),
            (Message::Topic { room: room.clone(), topic: None }, Line::Topic(None)),
            (Message::TopicTooLong, Line::Notice),
            (Message::Ignoring { name: bob.clone() }, Line::Ignoring(bob.clone())),
            (Message::Hearing { name: bob.clone() }, Line::Hearing(bob.clone())),
            (Message::Ignored { names: Vec::new(), more: 0 }, Line::Ignored(Vec::new())),
            (Message::Ignored { names: vec![bob.clone(), ann.clone()], more: 7 }, Line::Ignored(vec![bob, ann])),
            (Message::CantIgnore { reason: CantIgnore::Oneself }, Line::Notice),
            (Message::CantIgnore { reason: CantIgnore::TooMany }, Line::Notice),
            (Message::History { room, said: Vec::new(), more: false }, Line::Notice),
            (Message::HistoryCount, Line::Notice),
            (Message::Found { found: Vec::new(), more: false }, Line::Notice),
            (Message::NoHistory, Line::Notice),
            (Message::Incomplete { word: "msg" }, Line::Notice),
        ];
        for (message, line) in cases {
            assert_eq!(Line::parse(&message.to_string()), line, "{message}");
        }
    }

    #[test]
    fn each_line_of_the_history_is_of_earlier_and_each_that_was_found_is_so_whatever_it_says() {
        let texts = ["hi", "", "a: b", "[Yes] no: really", "Ann joined", "* waves"];
        for (number, text) in texts.into_iter().cycle().take(4 * texts.len()).enumerate() {
            let age = Duration::from_secs([0, 90, 7_200, 90_000][number / texts.len()]);
            for is_act in [false, true] {
                let said = Earlier {
                    name: name("Ann"),
                    text: Text::clean(text),
                    is_act,
                    age,
                    time_ms: 0,
                    seq: 1,
                    event: None,
                };
                let history = Message::History { room: name("main"), said: vec![said.clone(); 2], more: false };
                let lines = history.to_string();
                assert!(lines.lines().all(|line| Line::parse(line) == Line::Earlier(name("Ann"))), "{lines}");
                let found = vec![(name("pizza"), said); 2];
                let lines = Message::Found { found, more: false }.to_string();
                assert!(lines.lines().all(|line| Line::parse(line) == Line::Found), "{lines}");
            }
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
        let mimicked = [
            "You are Bob",
            "Bob joined",
            "Rooms - pizza (2)",
            "Bob is now Ann",
            "  /help - x",
            ": x",
            "",
            "Bob: hi",
            "* Bob waves",
            "Bob (to you): hi",
            "You (to Bob): hi",
            "[just now] Bob: hi",
            "[pizza, just now] Bob: hi",
            "Topic - x",
            "Bob set the topic: x",
            "You ignore Bob",
            "There is nobody called Bob",
        ];
        for text in mimicked {
            let (eve, said) = (name("Eve"), text.to_owned());
            let cases = [
                (format!("Eve: {text}"), Line::Said { name: eve.clone(), text: said.clone() }),
                (format!("* Eve {text}"), Line::Acted { name: eve.clone(), text: said.clone() }),
                (format!("Eve (to you): {text}"), Line::Told { name: eve.clone(), text: said.clone() }),
                (format!("You (to Eve): {text}"), Line::Sent { name: eve.clone(), text: said.clone() }),
                (format!("Topic - {text}"), Line::Topic(Some(said.clone()))),
                (format!("[5 min ago] Eve: {text}"), Line::Earlier(eve.clone())),
                (format!("[5 min ago] * Eve {text}"), Line::Earlier(eve.clone())),
                (format!("Eve set the topic: {text}"), Line::TopicSet { name: eve, topic: Some(said) }),
            ];
            for (line, meaning) in cases {
                assert_eq!(Line::parse(&line), meaning, "{line}");
            }
        }
    }

    #[test]
    fn a_line_that_no_server_says_is_a_notice() {
        let lines = [
            "",
            " ",
            "a: b",
            "Zoë: hi",
            "You are ",
            "x joined",
            "Ann joined ",
            "Ann left early",
            "Users",
            "[Yes]",
            "[just now] Ann joined",
            "[pizza, just now] Ann joined",
            "[just now] Ann (to you): hi",
            "[just now]Ann: hi",
            "*Ann waves",
            "* x waves",
            "* Ann",
            "Ann (to you) hi",
            "Ann (to Bob): hi",
            "You (to x): hi",
            "x set the topic: y",
            "You ignore x",
            "You hear Bob",
            "There is nobody called x",
            "Ignored",
        ];
        for line in lines {
            assert_eq!(Line::parse(line), Line::Notice, "{line:?}");
        }
    }
}
