//! Owns the messages of the log that several servers share: what they say in it, and with what a server begins.

use super::{Nothing, Record, Snapshot};

/// Holds what one server says at once.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Shared {
    #[prost(fixed64, tag = "1")]
    pub(crate) writer: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) seq: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) sent_ms: u64,
    #[prost(oneof = "Content", tags = "4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14")]
    pub(crate) content: Option<Content>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Content {
    #[prost(message, tag = "4")]
    Events(Events),
    #[prost(message, tag = "5")]
    Heartbeat(Heartbeat),
    #[prost(message, tag = "6")]
    Joined(Joined),
    #[prost(message, tag = "7")]
    Mark(Nothing),
    #[prost(message, tag = "8")]
    Gone(SharedId),
    #[prost(message, tag = "9")]
    Left(Nothing),
    #[prost(fixed64, tag = "10")]
    OpenEngine(u64),
    #[prost(uint64, tag = "11")]
    ReportApplied(u64),
    #[prost(uint64, tag = "12")]
    CloseApplied(u64),
    #[prost(message, tag = "13")]
    Again(Again),
    #[prost(message, tag = "14")]
    Ready(Ready),
}

/// Holds events, as records without times.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Events {
    #[prost(message, repeated, tag = "1")]
    pub(crate) events: Vec<Record>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Heartbeat {
    #[prost(message, optional, tag = "1")]
    pub(crate) mark: Option<Mark>,
    #[prost(uint64, optional, tag = "2")]
    pub(crate) applied: Option<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Mark {
    #[prost(uint64, tag = "1")]
    pub(crate) applied: u64,
    #[prost(fixed64, tag = "2")]
    pub(crate) digest: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Joined {
    #[prost(uint32, tag = "1")]
    pub(crate) server: u32,
    #[prost(fixed64, tag = "2")]
    pub(crate) rules: u64,
}

/// Names an entry.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SharedId {
    #[prost(fixed64, tag = "1")]
    pub(crate) writer: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) seq: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Again {
    #[prost(message, repeated, tag = "1")]
    pub(crate) entries: Vec<Shared>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Ready {
    #[prost(uint64, tag = "1")]
    pub(crate) applied: u64,
    #[prost(fixed64, tag = "2")]
    pub(crate) chain: u64,
}

/// Holds with what a server begins.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Start {
    #[prost(uint64, tag = "1")]
    pub(crate) epoch: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) number: u64,
    #[prost(message, optional, tag = "3")]
    pub(crate) last: Option<SharedId>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) members: Vec<Member>,
    #[prost(fixed64, repeated, tag = "5")]
    pub(crate) departed: Vec<u64>,
    #[prost(uint64, tag = "6")]
    pub(crate) applied: u64,
    #[prost(fixed64, tag = "7")]
    pub(crate) chain: u64,
    #[prost(fixed64, optional, tag = "8")]
    pub(crate) rules: Option<u64>,
    #[prost(fixed64, optional, tag = "9")]
    pub(crate) engine: Option<u64>,
    #[prost(message, optional, tag = "10")]
    pub(crate) chat: Option<Snapshot>,
}

/// Holds one of the servers that are there.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Member {
    #[prost(fixed64, tag = "1")]
    pub(crate) writer: u64,
    #[prost(uint32, tag = "2")]
    pub(crate) server: u32,
    #[prost(uint64, tag = "3")]
    pub(crate) seq: u64,
}
