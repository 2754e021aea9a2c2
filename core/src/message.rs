//! Owns everything that the server can say, and how a line of it reads. The texts are an interface: programs read them.
//!
//! How it reads as a frame for a browser is in `wire/web/encode.rs`.

mod before;
mod irc;
mod logging_in;
mod moderated;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use self::before::{fmt_found, fmt_history};
pub use self::irc::{IrcMessage, Leaving};
pub use self::logging_in::LoggingIn;
pub use self::moderated::{Banned, Done, Kicked, Moderated, NotOwned, Ruling, Sentence};
use crate::commands::named;
use crate::irc::{Identity, Manner};
use crate::log::cluster::Touch;
use crate::rules::{HISTORY_MAX, IGNORED_MAX};
use crate::text::escaped_len;
use crate::{COMMANDS, CloseCode, KeptEvent, Name, OtherProtocol, Text, Texts, Token, Topic, Usage};

/// Tells people something: what [`Display`](fmt::Display) writes is what they see on lines, without the line's end.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub enum Message {
    /// What browsers are told of the server before all else: a number that changes when it starts anew, its longest
    /// line, and by what token they come back. Lines know nothing of it.
    Hello { boot: u64, chars_max: u32, token: Option<Token>, has_accounts: bool },
    /// The list of commands. It has several lines, as what is said in a row and what was said before.
    Help,
    /// What one is called.
    YouAre { name: Name },
    /// Where one has got to, and how many messages have been said there so far.
    YouJoined { room: Name, seq: u64 },
    /// Where one is already.
    YouAreIn { room: Name },
    /// By what token one comes back.
    Resumable { token: Token },
    /// There is nobody whom one could take over by a token.
    Stale,
    /// Who has come, where, and when (in milliseconds since 1970).
    Joined { room: Name, name: Name, identity: Identity, time_ms: u64 },
    /// Who has gone, from where, how, and when.
    Left { room: Name, name: Name, identity: Identity, leaving: Leaving, time_ms: u64 },
    /// How many have come to, and gone from, a crowded room.
    Crowd { room: Name, joined: u32, left: u32 },
    /// What somebody says in a row, where, when (in milliseconds since 1970), and which of all messages of the room the
    /// first of it is. Each text is a message with a line of its own.
    Said { room: Name, name: Name, texts: Texts, time_ms: u64, seq: u64, manner: Option<Box<Manner>> },
    /// What somebody does, as of a third person: a message of the room as well.
    Acted { room: Name, name: Name, text: Text, time_ms: u64, seq: u64, manner: Option<Box<Manner>> },
    /// What somebody says to whoever hears it alone, when, and which of all messages of the server it is.
    Told { name: Name, text: Text, time_ms: u64, id: u64, manner: Option<Box<Manner>> },
    /// What one has said to somebody alone.
    Sent { name: Name, text: Text, time_ms: u64, id: u64, manner: Option<Box<Manner>> },
    /// There is nobody of this name.
    Nobody { name: Name },
    /// There is nobody to answer.
    NobodyWrote,
    /// Who set what a room is about, to what, and when.
    TopicSet { room: Name, name: Name, identity: Identity, topic: Option<Topic>, time_ms: u64, seq: u64, number: u64 },
    /// What a room is about.
    Topic { room: Name, topic: Option<Topic> },
    /// The limit that a topic was over, in bytes.
    TopicTooLong,
    /// Who is not heard any more.
    Ignoring { name: Name },
    /// Who is heard again.
    Hearing { name: Name },
    /// Who is ignored, by name, and how many more are.
    Ignored { names: Vec<Name>, more: usize },
    /// One can't ignore more, or not oneself.
    CantIgnore { reason: CantIgnore },
    /// What was said in a room, the oldest first, and whether more of the answer comes.
    History { room: Name, said: Vec<Earlier>, more: bool },
    /// What was found, in which rooms, the oldest first, and whether more of the answer comes.
    Found { found: Vec<(Name, Earlier)>, more: bool },
    /// There is nothing in which anything could be found.
    NoHistory,
    /// How many messages can be shown.
    HistoryCount,
    /// What a command takes, whose word this is, without the slash.
    Incomplete { word: &'static str },
    /// Who is called something else now.
    Renamed { old: Name, new: Name, identity: Identity, time_ms: u64 },
    /// A name that somebody else has, or that nobody may have.
    Taken { name: Name },
    /// A name that belongs to an account by which one is not logged in.
    NameOfAccount { name: Name },
    /// What becomes of one's wish to log in.
    LoggingIn(LoggingIn),
    /// What a name has to look like.
    NameInvalid,
    /// What a room's name has to look like.
    RoomInvalid,
    /// The rooms with the number of people in each, and how many rooms more there are.
    Rooms { rooms: Vec<(Name, u32)>, more: usize },
    /// The people in a room, and how many more there are.
    Users { room: Name, names: Vec<Name>, more: usize },
    /// A command that there is none of.
    Unrecognized { word: Text },
    /// The limit that a line was over.
    TooLong { chars_max: u32 },
    /// What a line has to be.
    NotUtf8,
    /// What was spoken here instead of chat, and the port at which it is spoken, if there is one.
    WrongProtocol { protocol: OtherProtocol, port: Option<u16> },
    /// How many messages a slow reader was not sent.
    Dropped { count: u64 },
    /// The server is about to stop.
    Stopping,
    /// How it is with the way to the other servers with which this one is one chat.
    Touch(Touch),
    /// A `WebSocket` is asked whether somebody is there; telnet is sent what it takes for nothing.
    Ping,
    /// The answer to telnet's question whether somebody is there.
    Here,
    /// The answer to a wish of telnet: no. Behind a timing mark (RFC 860) it says that what came before was dealt with.
    /// It is no line, but a command of telnet.
    Refuse { option: u8 },
    /// The answer to a `WebSocket`'s ping.
    Pong { payload: Bytes },
    /// What somebody has done who keeps order in a room.
    Moderated(Box<Moderated>),
    /// What one alone is told of that.
    Ruling(Box<Ruling>),
    /// The last that a `WebSocket` is told, and who comes by IRC.
    Bye { code: CloseCode },
    /// What only those are told who come by IRC.
    Irc(Box<IrcMessage>),
}

/// Holds a message that was said before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Earlier {
    /// By whom, as they were called then.
    pub name: Name,
    /// What.
    pub text: Text,
    /// It was done rather than said.
    pub is_act: bool,
    /// How long ago.
    pub age: Duration,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Which of all messages of the room it is.
    pub seq: u64,
    /// It is no message, but happened behind the one of this number. Only some who come by IRC are told of it.
    pub event: Option<Box<KeptEvent>>,
}

impl Earlier {
    /// Returns the most bytes that a message takes in any form, whose name and text these are.
    pub(crate) fn bytes_max(name: &Name, text: &str) -> usize {
        Self::AROUND_BYTES + name.as_str().len() + escaped_len(text)
    }

    /// What stands around each in any form, at the most, and around all of a list.
    pub(crate) const AROUND_BYTES: usize = 100;
}

/// Says why somebody can't be ignored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CantIgnore {
    /// It is whoever asks for it.
    Oneself,
    /// So many are ignored already.
    TooMany,
}

impl Message {
    /// Returns how many lines it has.
    pub(crate) const fn lines(&self) -> usize {
        if let Self::Said { texts, .. } = self { texts.count() as usize } else { 1 }
    }

    /// Tells whether it is for people, and not only for the program that they use.
    pub(crate) const fn has_line(&self) -> bool {
        !matches!(
            self,
            Self::Hello { .. }
                | Self::Ping
                | Self::Pong { .. }
                | Self::Refuse { .. }
                | Self::LoggingIn(LoggingIn::Shown)
                | Self::Bye { .. }
                | Self::Irc(_)
        )
    }

    /// Returns about how many bytes the line has: for a message that somebody says exactly, for others roughly.
    pub(crate) fn encoded_len_hint(&self) -> usize {
        match self {
            Self::Said { name, texts, manner, .. } => {
                (name.as_str().len() + 2) * texts.count() as usize + texts.bytes() + tags_len(manner.as_deref())
            }
            Self::Acted { name, text, manner, .. }
            | Self::Told { name, text, manner, .. }
            | Self::Sent { name, text, manner, .. } => {
                name.as_str().len() + text.as_str().len() + 16 + tags_len(manner.as_deref())
            }
            Self::Irc(message) => message.encoded_len_hint(),
            Self::TopicSet { topic, .. } | Self::Topic { topic, .. } => {
                topic.as_ref().map_or(0, |topic| topic.as_str().len()) + 48
            }
            Self::History { said, .. } => said.iter().map(|earlier| earlier.text.as_str().len() + 40).sum(),
            Self::Found { found, .. } => found.iter().map(|(_, earlier)| earlier.text.as_str().len() + 60).sum(),
            Self::Rooms { rooms, .. } => rooms.len() * 24,
            Self::Users { names, .. } | Self::Ignored { names, .. } => names.len() * 20,
            Self::Help => 1024,
            Self::Moderated(moderated) => moderated.encoded_len_hint(),
            Self::Ruling(ruling) => ruling.encoded_len_hint(),
            Self::Left { leaving: Leaving::PutOut(kicked), .. } => kicked.encoded_len_hint(),
            Self::Resumable { .. } => 61,
            Self::Unrecognized { word } => word.as_str().len() + 64,
            Self::YouAre { .. }
            | Self::YouJoined { .. }
            | Self::YouAreIn { .. }
            | Self::Stale
            | Self::Joined { .. }
            | Self::Left { .. }
            | Self::Crowd { .. }
            | Self::Renamed { .. }
            | Self::Nobody { .. }
            | Self::NobodyWrote
            | Self::TopicTooLong
            | Self::Ignoring { .. }
            | Self::Hearing { .. }
            | Self::CantIgnore { .. }
            | Self::Incomplete { .. }
            | Self::HistoryCount
            | Self::NoHistory
            | Self::Taken { .. }
            | Self::NameOfAccount { .. }
            | Self::LoggingIn(_)
            | Self::NameInvalid
            | Self::RoomInvalid
            | Self::TooLong { .. }
            | Self::NotUtf8
            | Self::WrongProtocol { .. }
            | Self::Dropped { .. }
            | Self::Stopping
            | Self::Touch(_)
            | Self::Here
            | Self::Refuse { .. }
            | Self::Hello { .. }
            | Self::Ping
            | Self::Pong { .. }
            | Self::Bye { .. } => 32,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help => fmt_commands(f, "Server commands", COMMANDS),
            Self::YouAre { name } => write!(f, "You are {name}"),
            Self::YouJoined { room, .. } => write!(f, "You joined {room}"),
            Self::YouAreIn { room } => write!(f, "You are in {room}"),
            Self::Resumable { token } => write!(f, "You can come back with /resume {token}"),
            Self::Stale => f.write_str("You have nothing to resume"),
            Self::Joined { name, .. } => write!(f, "{name} joined"),
            Self::Left { name, leaving: Leaving::PutOut(kicked), .. } => kicked.fmt_of(name, f),
            Self::Left { name, .. } => write!(f, "{name} left"),
            Self::Crowd { joined, left, .. } => write!(f, "{joined} joined, {left} left"),
            Self::Said { name, texts, .. } => fmt_said(f, name, texts),
            Self::Acted { name, text, .. } => write!(f, "* {name} {text}"),
            Self::Told { name, text, .. } => write!(f, "{name} (to you): {text}"),
            Self::Sent { name, text, .. } => write!(f, "You (to {name}): {text}"),
            Self::Nobody { name } => write!(f, "There is nobody called {name}"),
            Self::NobodyWrote => f.write_str("Nobody has written to you"),
            Self::TopicSet { name, topic, .. } => write!(f, "{name} set the topic: {}", topic_text(topic.as_ref())),
            Self::Topic { topic, .. } => write!(f, "Topic - {}", topic_text(topic.as_ref())),
            Self::TopicTooLong => write!(f, "Topics can only be {} bytes long", Topic::BYTES_MAX),
            Self::Ignoring { name } => write!(f, "You ignore {name}"),
            Self::Hearing { name } => write!(f, "You hear {name} again"),
            Self::Ignored { names, more } => fmt_list(f, "Ignored", names.iter(), *more),
            Self::CantIgnore { reason: CantIgnore::Oneself } => f.write_str("You can't ignore yourself"),
            Self::CantIgnore { reason: CantIgnore::TooMany } => write!(f, "You can only ignore {IGNORED_MAX} people"),
            Self::History { said, .. } => fmt_history(f, said),
            Self::Found { found, .. } => fmt_found(f, found),
            Self::NoHistory => f.write_str("This server keeps no history that could be searched"),
            Self::HistoryCount => write!(f, "History shows 1 - {HISTORY_MAX} messages"),
            Self::Incomplete { word } => fmt_usage(f, word),
            Self::Renamed { old, new, .. } => write!(f, "{old} is now {new}"),
            Self::Taken { name } => write!(f, "{name} is already taken"),
            Self::NameOfAccount { name } => write!(f, "{name} belongs to an account: /login {name}"),
            Self::LoggingIn(logging_in) => logging_in.fmt(f),
            Self::NameInvalid => Name::fmt_rule(f),
            Self::RoomInvalid => Name::fmt_room_rule(f),
            Self::Rooms { rooms, more } => {
                let rooms = rooms.iter().map(|(name, people)| format!("{name} ({people})"));
                fmt_list(f, "Rooms", rooms, *more)
            }
            Self::Users { names, more, .. } => fmt_list(f, "Users", names.iter(), *more),
            Self::Unrecognized { word } => {
                write!(f, "Unrecognized command {word}, try /help, or begin with // to say it")
            }
            Self::TooLong { chars_max } => write!(f, "Messages can only be {chars_max} chars long"),
            Self::NotUtf8 => f.write_str("Messages must be valid UTF-8"),
            Self::WrongProtocol { protocol, port } => f.write_str(&protocol.told(*port)),
            Self::Dropped { count } => {
                write!(f, "Server is very busy and dropped {count} messages, sorry!")
            }
            Self::Stopping => f.write_str("Server is shutting down"),
            Self::Touch(touch) => touch.fmt(f),
            Self::Here => f.write_str("[Yes]"),
            Self::Moderated(moderated) => moderated.fmt(f),
            Self::Ruling(ruling) => ruling.fmt(f),
            Self::Hello { .. }
            | Self::Refuse { .. }
            | Self::Ping
            | Self::Pong { .. }
            | Self::Bye { .. }
            | Self::Irc(_) => Ok(()),
        }
    }
}

/// Returns how many bytes the tags have that clients are sent.
fn tags_len(manner: Option<&Manner>) -> usize {
    manner.and_then(|manner| manner.tags.as_ref()).map_or(0, |tags| tags.as_str().len())
}

fn fmt_said(f: &mut fmt::Formatter<'_>, name: &Name, texts: &Texts) -> fmt::Result {
    for (index, text) in texts.iter().enumerate() {
        let separator = if index == 0 { "" } else { "\n" };
        write!(f, "{separator}{name}: {text}")?;
    }
    Ok(())
}

fn fmt_commands(f: &mut fmt::Formatter<'_>, title: &str, commands: &[Usage]) -> fmt::Result {
    f.write_str(title)?;
    for command in commands {
        write!(f, "\n  {command} - {}", command.what)?;
    }
    Ok(())
}

fn fmt_usage(f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
    named(word).map_or(Ok(()), |command| write!(f, "Try {command}"))
}

fn topic_text(topic: Option<&Topic>) -> &str {
    topic.map_or(Topic::NONE, Topic::as_str)
}

fn fmt_list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    items: impl Iterator<Item = T>,
    more: usize,
) -> fmt::Result {
    write!(f, "{title} -")?;
    for (index, item) in items.enumerate() {
        let separator = if index == 0 { " " } else { ", " };
        write!(f, "{separator}{item}")?;
    }
    if more > 0 { write!(f, ", … and {more} more") } else { Ok(()) }
}

#[cfg(test)]
impl Message {
    /// What somebody says in `main`, as its first message.
    pub(crate) fn said(name: &str, text: &str) -> Self {
        let [room, name] = ["main", name].map(|name| Name::parse(name).expect("it is a name"));
        Self::Said { room, name, texts: Text::clean(text).into(), time_ms: 0, seq: 1, manner: None }
    }

    /// What Ann says in a row in `main`, from its first message on.
    pub(crate) fn said_in_a_row<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let [room, name] = ["main", "Ann"].map(|name| Name::parse(name).expect("it is a name"));
        Self::Said { room, name, texts: Texts::clean(texts), time_ms: 0, seq: 1, manner: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("the case is a name")
    }

    fn text(text: &str) -> Text {
        Text::clean(text)
    }

    fn earlier(said: &str, is_act: bool, seconds: u64) -> Earlier {
        Earlier {
            name: name("Ann"),
            text: text(said),
            is_act,
            age: Duration::from_secs(seconds),
            time_ms: 0,
            seq: 1,
            event: None,
        }
    }

    #[test]
    fn every_line_reads_exactly_as_the_protocol_says() {
        let (ann, bob, pizza) = (name("Ann"), name("Bob"), name("pizza"));
        let token = Token::parse("abcdefghijklmnopqrstuvwxyz234567").expect("it has all digits");
        let cases = [
            (Message::YouAre { name: ann.clone() }, "You are Ann"),
            (Message::YouJoined { room: pizza.clone(), seq: 7 }, "You joined pizza"),
            (Message::YouAreIn { room: pizza.clone() }, "You are in pizza"),
            (Message::Resumable { token }, "You can come back with /resume abcdefghijklmnopqrstuvwxyz234567"),
            (Message::Stale, "You have nothing to resume"),
            (
                Message::Joined { room: pizza.clone(), name: ann.clone(), identity: Identity::default(), time_ms: 0 },
                "Ann joined",
            ),
            (
                Message::Left {
                    room: pizza.clone(),
                    name: ann.clone(),
                    identity: Identity::default(),
                    leaving: Leaving::ROOM,
                    time_ms: 0,
                },
                "Ann left",
            ),
            (Message::Crowd { room: pizza.clone(), joined: 3, left: 0 }, "3 joined, 0 left"),
            (
                Message::Acted {
                    room: pizza.clone(),
                    name: ann.clone(),
                    text: text("waves"),
                    time_ms: 0,
                    seq: 1,
                    manner: None,
                },
                "* Ann waves",
            ),
            (
                Message::Told { name: ann.clone(), text: text("hi"), time_ms: 0, id: 1, manner: None },
                "Ann (to you): hi",
            ),
            (
                Message::Sent { name: bob.clone(), text: text("hi"), time_ms: 0, id: 1, manner: None },
                "You (to Bob): hi",
            ),
            (Message::Nobody { name: bob.clone() }, "There is nobody called Bob"),
            (Message::NobodyWrote, "Nobody has written to you"),
            (
                Message::TopicSet {
                    room: pizza.clone(),
                    name: ann.clone(),
                    identity: Identity::default(),
                    topic: Topic::of("pizza at eight"),
                    time_ms: 0,
                    seq: 0,
                    number: 0,
                },
                "Ann set the topic: pizza at eight",
            ),
            (
                Message::TopicSet {
                    room: pizza.clone(),
                    name: ann.clone(),
                    identity: Identity::default(),
                    topic: None,
                    time_ms: 0,
                    seq: 0,
                    number: 0,
                },
                "Ann set the topic: none",
            ),
            (Message::Topic { room: pizza.clone(), topic: Topic::of("pizza at eight") }, "Topic - pizza at eight"),
            (Message::Topic { room: pizza.clone(), topic: None }, "Topic - none"),
            (Message::TopicTooLong, "Topics can only be 390 bytes long"),
            (Message::Ignoring { name: bob.clone() }, "You ignore Bob"),
            (Message::Hearing { name: bob.clone() }, "You hear Bob again"),
            (Message::Ignored { names: vec![bob.clone(), name("Cid")], more: 0 }, "Ignored - Bob, Cid"),
            (Message::CantIgnore { reason: CantIgnore::Oneself }, "You can't ignore yourself"),
            (Message::CantIgnore { reason: CantIgnore::TooMany }, "You can only ignore 100 people"),
            (Message::History { room: pizza.clone(), said: Vec::new(), more: false }, "Nothing was said here"),
            (
                Message::History {
                    room: pizza.clone(),
                    said: vec![earlier("hi", false, 300), earlier("waves", true, 59)],
                    more: false,
                },
                "[5 min ago] Ann: hi\n[just now] * Ann waves",
            ),
            (Message::HistoryCount, "History shows 1 - 100 messages"),
            (Message::Incomplete { word: "msg" }, "Try /msg {name} {text}"),
            (Message::Incomplete { word: "me" }, "Try /me {action}"),
            (Message::Incomplete { word: "part" }, "Try /part {room}"),
            (Message::said("Ann", "hi"), "Ann: hi"),
            (Message::said_in_a_row(["hi", "", "naïve"]), "Ann: hi\nAnn: \nAnn: naïve"),
            (
                Message::Renamed { old: ann.clone(), new: bob.clone(), identity: Identity::default(), time_ms: 0 },
                "Ann is now Bob",
            ),
            (Message::Taken { name: bob.clone() }, "Bob is already taken"),
            (Message::NameOfAccount { name: bob.clone() }, "Bob belongs to an account: /login Bob"),
            (Message::NameInvalid, "Name must be 2 - 20 letters, digits, - or _"),
            (Message::RoomInvalid, "Room must be 2 - 32 letters, digits, - or _"),
            (Message::Rooms { rooms: vec![(pizza, 2), (name("main"), 1)], more: 0 }, "Rooms - pizza (2), main (1)"),
            (Message::Users { room: name("main"), names: vec![ann, bob], more: 0 }, "Users - Ann, Bob"),
            (Message::Users { room: name("main"), names: vec![name("Cid")], more: 7 }, "Users - Cid, … and 7 more"),
            (
                Message::Unrecognized { word: Text::clean("/x") },
                "Unrecognized command /x, try /help, or begin with // to say it",
            ),
            (Message::TooLong { chars_max: 400 }, "Messages can only be 400 chars long"),
            (Message::NotUtf8, "Messages must be valid UTF-8"),
            (
                Message::WrongProtocol { protocol: OtherProtocol::Tls, port: None },
                "This port is for chat by telnet or nc, not for TLS",
            ),
            (Message::Dropped { count: 1 }, "Server is very busy and dropped 1 messages, sorry!"),
            (Message::Touch(Touch::Lost), "Messages wait: this server has lost touch with the others"),
            (Message::Stopping, "Server is shutting down"),
            (Message::Here, "[Yes]"),
        ];
        for (message, line) in cases {
            assert_eq!(message.to_string(), line);
        }
    }

    #[test]
    fn a_message_weighs_about_what_its_line_has_in_bytes_and_what_is_said_exactly() {
        let (ann, bob) = (name("Ann"), name("Bob"));
        assert_eq!(Message::said("Ann", "naïve").encoded_len_hint(), "Ann: naïve\n".len());
        assert_eq!(Message::said_in_a_row(["naïve", "", "b"]).encoded_len_hint(), "Ann: naïve\nAnn: \nAnn: b\n".len());
        let names = |count: u32| (0..count).map(|number| name(&format!("somebody-{number}")));
        let cases = [
            Message::Help,
            Message::Renamed { old: ann, new: bob.clone(), identity: Identity::default(), time_ms: 0 },
            Message::Crowd { room: bob.clone(), joined: 3, left: 0 },
            Message::Acted {
                room: bob.clone(),
                name: bob.clone(),
                text: text(&"x".repeat(400)),
                time_ms: 0,
                seq: 1,
                manner: None,
            },
            Message::Told { name: bob.clone(), text: text("x"), time_ms: 0, id: 1, manner: None },
            Message::Sent { name: bob.clone(), text: text("x"), time_ms: 0, id: 1, manner: None },
            Message::TopicSet {
                room: bob.clone(),
                name: bob.clone(),
                identity: Identity::default(),
                topic: Topic::of(&"x".repeat(390)),
                time_ms: 0,
                seq: 0,
                number: 0,
            },
            Message::Topic { room: bob.clone(), topic: Topic::of(&"x".repeat(390)) },
            Message::Ignored { names: names(100).collect(), more: 0 },
            Message::History {
                room: bob.clone(),
                said: vec![earlier("x", false, 1), earlier("y", true, 9)],
                more: false,
            },
            Message::Dropped { count: 1 },
            Message::Rooms { rooms: names(1).map(|name| (name, 1)).collect(), more: 0 },
            Message::Rooms { rooms: names(300).map(|name| (name, 1)).collect(), more: 0 },
            Message::Users { room: bob.clone(), names: names(1).collect(), more: 0 },
            Message::Users { room: bob, names: names(300).collect(), more: 0 },
            Message::Unrecognized { word: Text::clean("/x") },
            Message::Unrecognized { word: Text::clean(&"x".repeat(4096)) },
        ];
        for message in cases {
            let (hint, len) = (message.encoded_len_hint(), message.to_string().len() + 1);
            assert!((len / 3..=3 * len).contains(&hint), "{hint} for {len} bytes: {message:?}");
        }
    }
}
