//! Owns the messages of what operators do, and of what is kept of it.

use super::{Connection, Nothing, Topic};

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct JoinWithKey {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(string, tag = "2")]
    pub(crate) key: String,
    #[prost(bool, tag = "3")]
    pub(crate) leaves: bool,
}

/// Holds rooms that are joined by IRC.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct JoinsWithKeys {
    #[prost(message, repeated, tag = "1")]
    pub(crate) rooms: Vec<RoomWithKey>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RoomWithKey {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(string, optional, tag = "2")]
    pub(crate) key: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Moderation {
    #[prost(string, optional, tag = "1")]
    pub(crate) room: Option<String>,
    #[prost(oneof = "Act", tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14")]
    pub(crate) act: Option<Act>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Act {
    #[prost(message, tag = "2")]
    Kick(Sentence),
    #[prost(message, tag = "3")]
    Ban(Sentence),
    #[prost(string, tag = "4")]
    Unban(String),
    #[prost(message, tag = "5")]
    Mute(Sentence),
    #[prost(string, tag = "6")]
    Unmute(String),
    #[prost(string, tag = "7")]
    Invite(String),
    #[prost(message, tag = "8")]
    Change(ModeChanges),
    #[prost(message, tag = "9")]
    BanAddress(BanAddress),
    #[prost(fixed64, tag = "10")]
    UnbanAddress(u64),
    #[prost(string, tag = "11")]
    Announce(String),
    #[prost(string, tag = "12")]
    Wall(String),
    #[prost(message, tag = "13")]
    Kill(Sentence),
    #[prost(message, tag = "14")]
    Resign(Nothing),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Sentence {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(uint64, optional, tag = "2")]
    pub(crate) lasts_ns: Option<u64>,
    #[prost(string, optional, tag = "3")]
    pub(crate) why: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct BanAddress {
    #[prost(fixed64, tag = "1")]
    pub(crate) address: u64,
    #[prost(uint64, optional, tag = "2")]
    pub(crate) lasts_ns: Option<u64>,
    #[prost(string, optional, tag = "3")]
    pub(crate) why: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ModeChanges {
    #[prost(message, repeated, tag = "1")]
    pub(crate) changes: Vec<ModeChange>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ModeChange {
    #[prost(bool, tag = "1")]
    pub(crate) is_set: bool,
    /// The letter by which IRC knows the mode, as ASCII has it.
    #[prost(uint32, tag = "2")]
    pub(crate) letter: u32,
    #[prost(string, tag = "3")]
    pub(crate) parameter: String,
}

/// Holds what the operators of a room have decided.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Order {
    /// A bit for each: 1 locked, 2 moderated, 4 open, 8 secret, 16 its topic is locked.
    #[prost(uint32, tag = "1")]
    pub(crate) modes: u32,
    #[prost(string, optional, tag = "2")]
    pub(crate) key: Option<String>,
    #[prost(uint32, tag = "3")]
    pub(crate) limit: u32,
    #[prost(message, repeated, tag = "4")]
    pub(crate) bans: Vec<Ban>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) exceptions: Vec<Ban>,
    #[prost(message, repeated, tag = "6")]
    pub(crate) mutes: Vec<Mute>,
    #[prost(message, repeated, tag = "7")]
    pub(crate) invited: Vec<Connection>,
    #[prost(uint64, tag = "8")]
    pub(crate) hidden: u64,
    #[prost(message, repeated, tag = "9")]
    pub(crate) newcomers: Vec<Newcomer>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Newcomer {
    #[prost(message, optional, tag = "1")]
    pub(crate) origin: Option<Connection>,
    #[prost(uint64, tag = "2")]
    pub(crate) hidden: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ban {
    #[prost(string, tag = "1")]
    pub(crate) mask: String,
    /// None where it is 0.
    #[prost(fixed64, tag = "2")]
    pub(crate) address: u64,
    #[prost(string, tag = "3")]
    pub(crate) by: String,
    #[prost(uint64, tag = "4")]
    pub(crate) time_ms: u64,
    #[prost(uint64, optional, tag = "5")]
    pub(crate) until_ns: Option<u64>,
    #[prost(string, optional, tag = "6")]
    pub(crate) why: Option<String>,
    #[prost(message, optional, tag = "7")]
    pub(crate) origin: Option<Connection>,
    #[prost(string, optional, tag = "8")]
    pub(crate) account: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Mute {
    #[prost(message, optional, tag = "1")]
    pub(crate) origin: Option<Connection>,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    /// None where it is 0.
    #[prost(fixed64, tag = "3")]
    pub(crate) address: u64,
    #[prost(uint64, optional, tag = "4")]
    pub(crate) until_ns: Option<u64>,
    #[prost(bool, tag = "5")]
    pub(crate) is_told: bool,
}

/// Holds from where nobody may connect.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Bar {
    #[prost(fixed64, tag = "1")]
    pub(crate) address: u64,
    #[prost(string, tag = "2")]
    pub(crate) by: String,
    #[prost(uint64, optional, tag = "3")]
    pub(crate) until_ns: Option<u64>,
    #[prost(string, optional, tag = "4")]
    pub(crate) why: Option<String>,
}

/// Holds what was decided outside of the chat.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Decided {
    #[prost(message, repeated, tag = "1")]
    pub(crate) bars: Vec<KeptBar>,
    #[prost(fixed64, repeated, tag = "2")]
    pub(crate) unbarred: Vec<u64>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) rooms: Vec<Owned>,
}

/// Holds a room that belongs to an account.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Owned {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(string, tag = "2")]
    pub(crate) owner: String,
    #[prost(uint64, tag = "3")]
    pub(crate) seen_ms: u64,
    #[prost(string, repeated, tag = "4")]
    pub(crate) operators: Vec<String>,
    #[prost(message, optional, tag = "5")]
    pub(crate) topic: Option<Topic>,
    #[prost(uint32, tag = "6")]
    pub(crate) modes: u32,
    #[prost(string, optional, tag = "7")]
    pub(crate) key: Option<String>,
    /// None where it is 0.
    #[prost(uint32, tag = "8")]
    pub(crate) limit: u32,
    #[prost(message, repeated, tag = "9")]
    pub(crate) bans: Vec<KeptBan>,
    #[prost(message, repeated, tag = "10")]
    pub(crate) exceptions: Vec<KeptBan>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct KeptBan {
    #[prost(string, tag = "1")]
    pub(crate) mask: String,
    /// None where it is 0.
    #[prost(fixed64, tag = "2")]
    pub(crate) address: u64,
    #[prost(string, tag = "3")]
    pub(crate) by: String,
    #[prost(uint64, tag = "4")]
    pub(crate) time_ms: u64,
    #[prost(uint64, optional, tag = "5")]
    pub(crate) until_ms: Option<u64>,
    #[prost(string, optional, tag = "6")]
    pub(crate) why: Option<String>,
    #[prost(string, optional, tag = "7")]
    pub(crate) account: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct KeptBar {
    #[prost(fixed64, tag = "1")]
    pub(crate) address: u64,
    #[prost(string, tag = "2")]
    pub(crate) by: String,
    #[prost(uint64, optional, tag = "3")]
    pub(crate) until_ms: Option<u64>,
    #[prost(string, optional, tag = "4")]
    pub(crate) why: Option<String>,
}
