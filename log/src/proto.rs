//! Owns the messages of Protocol Buffers that entries are: each field with its tag.
//!
//! A tag is for ever: one that is not used any more is never used for something else. A field that is added has a new
//! tag and a new [`FORMAT`](crate::FORMAT), and is left out wherever it says nothing new, so that what an older release
//! wrote is still read.

mod cluster;
mod kept;
mod moderation;
mod recording;

pub(crate) use self::cluster::*;
pub(crate) use self::kept::*;
pub(crate) use self::moderation::*;
pub(crate) use self::recording::*;

/// The beginning of each entry, whatever it is.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Format {
    #[prost(uint32, tag = "1")]
    pub(crate) format: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Entry {
    #[prost(uint32, tag = "1")]
    pub(crate) format: u32,
    #[prost(oneof = "Kind", tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11")]
    pub(crate) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Kind {
    #[prost(message, tag = "2")]
    Rules(Rules),
    #[prost(message, tag = "3")]
    Snapshot(Snapshot),
    #[prost(message, tag = "4")]
    Record(Record),
    #[prost(message, tag = "5")]
    Limits(Limits),
    #[prost(message, tag = "6")]
    Hub(Hub),
    #[prost(message, tag = "7")]
    Input(Input),
    #[prost(message, tag = "8")]
    Batch(Batch),
    #[prost(bytes = "vec", tag = "9")]
    Hash(Vec<u8>),
    #[prost(message, tag = "10")]
    Shared(Shared),
    #[prost(message, tag = "11")]
    Start(Start),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Rules {
    #[prost(uint32, tag = "1")]
    pub(crate) line_chars_max: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) crowd_members: u32,
    #[prost(uint64, tag = "3")]
    pub(crate) crowd_interval_ns: u64,
    #[prost(uint64, tag = "4")]
    pub(crate) announce_wait_ns: u64,
    #[prost(fixed64, tag = "5")]
    pub(crate) seed: u64,
    #[prost(uint32, tag = "6")]
    pub(crate) history_on_join: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Record {
    #[prost(uint64, tag = "1")]
    pub(crate) at_ns: u64,
    #[prost(oneof = "Event", tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11")]
    pub(crate) event: Option<Event>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Event {
    #[prost(message, tag = "2")]
    Opened(Opened),
    #[prost(message, tag = "3")]
    Commanded(Commanded),
    #[prost(message, tag = "4")]
    Closed(Connection),
    #[prost(message, tag = "5")]
    Woke(Nothing),
    #[prost(uint64, tag = "6")]
    ClockUnixMs(u64),
    #[prost(uint32, tag = "7")]
    ServerGone(u32),
    #[prost(message, tag = "8")]
    Registered(Registered),
    #[prost(message, tag = "9")]
    Recalled(Recalled),
    #[prost(message, tag = "11")]
    Decided(Decided),
    #[prost(message, tag = "10")]
    Accounts(Accounts),
}

/// Holds what has become of accounts.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Accounts {
    #[prost(string, repeated, tag = "1")]
    pub(crate) made: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) gone: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    pub(crate) demoted: Vec<String>,
}

/// Holds a connection, and from where it comes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Opened {
    #[prost(uint32, tag = "1")]
    pub(crate) server: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) slot: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) generation: u32,
    /// None where it is 0.
    #[prost(fixed64, tag = "4")]
    pub(crate) address: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Recalled {
    #[prost(message, repeated, tag = "1")]
    pub(crate) pasts: Vec<Past>,
    /// Nobody does anything when the server starts.
    #[prost(message, optional, tag = "2")]
    pub(crate) by: Option<Commanded>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Commanded {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(oneof = "Command", tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21")]
    pub(crate) command: Option<Command>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Command {
    /// Each text with a line feed behind it.
    #[prost(string, tag = "2")]
    Say(String),
    #[prost(string, tag = "3")]
    Rename(String),
    #[prost(string, tag = "4")]
    Join(String),
    #[prost(string, tag = "5")]
    Enter(String),
    #[prost(string, tag = "6")]
    Part(String),
    #[prost(message, tag = "7")]
    Resume(Connection),
    #[prost(message, tag = "8")]
    Appear(Nothing),
    #[prost(uint32, tag = "9")]
    Leave(u32),
    #[prost(string, tag = "10")]
    Act(String),
    #[prost(message, tag = "11")]
    Tell(Tell),
    #[prost(string, tag = "12")]
    Answer(String),
    /// Without a topic it removes the one that is there.
    #[prost(string, tag = "13")]
    SetTopic(String),
    #[prost(string, tag = "14")]
    Ignore(String),
    #[prost(string, tag = "15")]
    Unignore(String),
    #[prost(message, tag = "16")]
    Irc(Irc),
    #[prost(message, tag = "17")]
    JoinWithKey(JoinWithKey),
    #[prost(message, tag = "18")]
    Moderate(Moderation),
    #[prost(message, tag = "19")]
    Empower(Empower),
    #[prost(string, tag = "20")]
    LogIn(String),
    #[prost(message, tag = "21")]
    LogOut(Nothing),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Empower {
    /// By none, where it is left out.
    #[prost(string, optional, tag = "1")]
    pub(crate) account: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Registered {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "3")]
    pub(crate) identity: Option<Identity>,
    #[prost(uint32, tag = "4")]
    pub(crate) capabilities: u32,
    /// None where it is 0.
    #[prost(fixed64, tag = "5")]
    pub(crate) address: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Identity {
    #[prost(string, tag = "1")]
    pub(crate) user: String,
    #[prost(string, tag = "2")]
    pub(crate) real_name: String,
    #[prost(bool, tag = "3")]
    pub(crate) is_bot: bool,
    #[prost(string, optional, tag = "4")]
    pub(crate) account: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Irc {
    #[prost(oneof = "IrcCommand", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15")]
    pub(crate) command: Option<IrcCommand>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum IrcCommand {
    #[prost(message, tag = "1")]
    Say(IrcSay),
    #[prost(message, tag = "2")]
    Tag(IrcTag),
    #[prost(message, tag = "3")]
    Join(Names),
    #[prost(message, tag = "4")]
    Part(IrcPart),
    #[prost(message, tag = "5")]
    PartAll(Nothing),
    #[prost(message, tag = "6")]
    SetTopic(IrcSetTopic),
    #[prost(message, tag = "7")]
    Invite(IrcInvite),
    #[prost(message, tag = "8")]
    Away(Reason),
    #[prost(string, tag = "9")]
    SetRealName(String),
    #[prost(message, tag = "10")]
    SetModes(IrcModes),
    #[prost(message, tag = "11")]
    Monitor(IrcMonitor),
    #[prost(uint32, tag = "12")]
    SetCapabilities(u32),
    #[prost(message, tag = "13")]
    Quit(Reason),
    #[prost(message, tag = "14")]
    Talk(IrcTalk),
    #[prost(message, tag = "15")]
    JoinWithKey(JoinsWithKeys),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcTalk {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    /// Each text with a line feed behind it.
    #[prost(string, tag = "2")]
    pub(crate) texts: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Target {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(bool, tag = "2")]
    pub(crate) is_room: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcSay {
    #[prost(message, repeated, tag = "1")]
    pub(crate) targets: Vec<Target>,
    /// 0 say, 1 act, 2 notice, 3 ask, 4 answer.
    #[prost(uint32, tag = "2")]
    pub(crate) how: u32,
    #[prost(string, tag = "3")]
    pub(crate) text: String,
    #[prost(string, optional, tag = "4")]
    pub(crate) tags: Option<String>,
    #[prost(bool, tag = "5")]
    pub(crate) answered: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcTag {
    #[prost(message, repeated, tag = "1")]
    pub(crate) targets: Vec<Target>,
    #[prost(string, tag = "2")]
    pub(crate) tags: String,
    #[prost(bool, tag = "3")]
    pub(crate) answered: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Names {
    #[prost(string, repeated, tag = "1")]
    pub(crate) names: Vec<String>,
}

/// Says why, if there is a reason.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Reason {
    #[prost(string, optional, tag = "1")]
    pub(crate) text: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcPart {
    #[prost(string, repeated, tag = "1")]
    pub(crate) rooms: Vec<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) reason: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcSetTopic {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    /// Without a topic it removes the one that is there.
    #[prost(string, tag = "2")]
    pub(crate) topic: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcInvite {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) room: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcModes {
    #[prost(bool, tag = "1")]
    pub(crate) is_bot: bool,
    #[prost(bool, tag = "2")]
    pub(crate) is_invisible: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcMonitor {
    #[prost(bool, tag = "1")]
    pub(crate) clear: bool,
    #[prost(string, repeated, tag = "2")]
    pub(crate) add: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    pub(crate) remove: Vec<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Tell {
    #[prost(string, tag = "1")]
    pub(crate) to: String,
    #[prost(string, tag = "2")]
    pub(crate) text: String,
}

/// Says all by being there.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Nothing {}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Connection {
    #[prost(uint32, tag = "1")]
    pub(crate) server: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) slot: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) generation: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Snapshot {
    #[prost(uint64, tag = "1")]
    pub(crate) at_ns: u64,
    #[prost(sint64, tag = "2")]
    pub(crate) clock_start_ms: i64,
    #[prost(uint64, tag = "3")]
    pub(crate) said: u64,
    #[prost(uint64, tag = "4")]
    pub(crate) names_drawn: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) guests: u64,
    #[prost(message, repeated, tag = "6")]
    pub(crate) rooms: Vec<Room>,
    #[prost(uint32, repeated, tag = "7")]
    pub(crate) vacant_rooms: Vec<u32>,
    #[prost(message, repeated, tag = "8")]
    pub(crate) people: Vec<Person>,
    #[prost(message, repeated, tag = "9")]
    pub(crate) silent: Vec<Silent>,
    #[prost(message, repeated, tag = "10")]
    pub(crate) was: Vec<Was>,
    #[prost(message, repeated, tag = "11")]
    pub(crate) bars: Vec<Bar>,
    #[prost(string, repeated, tag = "12")]
    pub(crate) accounts: Vec<String>,
    #[prost(message, repeated, tag = "13")]
    pub(crate) owned: Vec<Owned>,
    #[prost(uint64, tag = "14")]
    pub(crate) happened: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Was {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    /// Nobody has one who did not come by IRC.
    #[prost(message, optional, tag = "2")]
    pub(crate) identity: Option<Identity>,
    #[prost(uint64, tag = "3")]
    pub(crate) time_ms: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Room {
    #[prost(uint32, tag = "1")]
    pub(crate) room: u32,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(uint64, tag = "3")]
    pub(crate) said: u64,
    #[prost(message, optional, tag = "4")]
    pub(crate) untold: Option<Untold>,
    #[prost(message, optional, tag = "5")]
    pub(crate) topic: Option<Topic>,
    #[prost(message, repeated, tag = "6")]
    pub(crate) history: Vec<Run>,
    #[prost(uint64, tag = "7")]
    pub(crate) opened_ns: u64,
    /// Nothing was decided of most.
    #[prost(message, optional, tag = "8")]
    pub(crate) order: Option<Order>,
    #[prost(message, repeated, tag = "9")]
    pub(crate) events: Vec<Kept>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Topic {
    #[prost(string, tag = "1")]
    pub(crate) topic: String,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(uint64, tag = "3")]
    pub(crate) time_ms: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Run {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    /// Each text with a line feed behind it.
    #[prost(string, tag = "2")]
    pub(crate) texts: String,
    #[prost(bool, tag = "3")]
    pub(crate) is_act: bool,
    #[prost(uint64, tag = "4")]
    pub(crate) at_ns: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) time_ms: u64,
    #[prost(uint64, tag = "6")]
    pub(crate) seq: u64,
    /// Nobody knows it of what was kept elsewhere.
    #[prost(message, optional, tag = "7")]
    pub(crate) origin: Option<Connection>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Untold {
    #[prost(uint32, tag = "1")]
    pub(crate) joined: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) left: u32,
    #[prost(uint64, tag = "3")]
    pub(crate) due_ns: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Person {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(uint32, tag = "3")]
    pub(crate) room: u32,
    #[prost(uint32, repeated, tag = "4")]
    pub(crate) others: Vec<u32>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) ignored: Vec<Ignored>,
    #[prost(message, optional, tag = "6")]
    pub(crate) writer: Option<Writer>,
    #[prost(message, optional, tag = "7")]
    pub(crate) origin: Option<Connection>,
    #[prost(uint32, repeated, tag = "8")]
    pub(crate) operates: Vec<u32>,
    #[prost(message, optional, tag = "9")]
    pub(crate) irc: Option<IrcPerson>,
    #[prost(message, repeated, tag = "10")]
    pub(crate) correspondents: Vec<Connection>,
    #[prost(uint32, repeated, tag = "11")]
    pub(crate) voices: Vec<u32>,
    #[prost(bool, tag = "12")]
    pub(crate) is_server_operator: bool,
    /// None where it is 0.
    #[prost(fixed64, tag = "13")]
    pub(crate) address: u64,
    /// Whoever came by IRC has it there.
    #[prost(string, optional, tag = "14")]
    pub(crate) account: Option<String>,
    #[prost(string, optional, tag = "15")]
    pub(crate) operator_by: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct IrcPerson {
    #[prost(message, optional, tag = "1")]
    pub(crate) identity: Option<Identity>,
    #[prost(uint32, tag = "2")]
    pub(crate) capabilities: u32,
    #[prost(string, optional, tag = "3")]
    pub(crate) away: Option<String>,
    #[prost(bool, tag = "4")]
    pub(crate) is_invisible: bool,
    #[prost(string, repeated, tag = "5")]
    pub(crate) monitored: Vec<String>,
    #[prost(uint64, tag = "6")]
    pub(crate) came_ns: u64,
    #[prost(uint64, tag = "7")]
    pub(crate) spoke_ns: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ignored {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) origin: Option<Connection>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Writer {
    #[prost(message, optional, tag = "1")]
    pub(crate) origin: Option<Connection>,
    #[prost(message, optional, tag = "2")]
    pub(crate) connection: Option<Connection>,
    #[prost(string, tag = "3")]
    pub(crate) name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Silent {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(uint64, tag = "2")]
    pub(crate) due_ns: u64,
}
