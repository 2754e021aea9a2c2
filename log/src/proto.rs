//! Owns the messages of Protocol Buffers that entries are: each field with its tag.
//!
//! A tag is for ever: one that is not used any more is never used for something else. A field that is added has a new tag
//! and a new [`FORMAT`](crate::FORMAT), and is left out wherever it says nothing new, so that what an older release wrote
//! is still read.

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
    #[prost(oneof = "Kind", tags = "3")]
    pub(crate) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Kind {
    #[prost(message, tag = "3")]
    Snapshot(Snapshot),
}

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
    #[prost(sint64, tag = "1")]
    pub(crate) clock_start_ms: i64,
    #[prost(uint64, tag = "2")]
    pub(crate) said: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) names_drawn: u64,
    #[prost(uint64, tag = "4")]
    pub(crate) guests: u64,
    #[prost(message, repeated, tag = "6")]
    pub(crate) rooms: Vec<Room>,
    #[prost(uint32, repeated, tag = "7")]
    pub(crate) vacant_rooms: Vec<u32>,
    #[prost(message, repeated, tag = "8")]
    pub(crate) people: Vec<Person>,
    #[prost(message, repeated, tag = "9")]
    pub(crate) silent: Vec<Silent>,
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
    #[prost(string, tag = "3")]
    pub(crate) name: String,
    #[prost(uint32, tag = "4")]
    pub(crate) room: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Silent {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(uint64, tag = "2")]
    pub(crate) due_ns: u64,
}
