//! Owns the messages for what is kept of what was said before.

use super::Topic;

/// Holds what is known of a room in which nobody was.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Past {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(uint64, tag = "2")]
    pub(crate) said: u64,
    #[prost(message, optional, tag = "3")]
    pub(crate) topic: Option<Topic>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) messages: Vec<Kept>,
    #[prost(uint64, tag = "5")]
    pub(crate) hidden: u64,
}

/// Holds a message that was kept elsewhere.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Kept {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) text: String,
    #[prost(bool, tag = "3")]
    pub(crate) is_act: bool,
    #[prost(uint64, tag = "4")]
    pub(crate) time_ms: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) seq: u64,
    #[prost(message, optional, tag = "6")]
    pub(crate) event: Option<KeptEvent>,
}

/// Holds what happened and is no message.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct KeptEvent {
    #[prost(uint64, tag = "1")]
    pub(crate) number: u64,
    /// What the room is about from then on: nothing, if it is empty and there are no tags.
    #[prost(string, tag = "2")]
    pub(crate) topic: String,
    #[prost(string, optional, tag = "3")]
    pub(crate) tags: Option<String>,
    /// It was said to one alone. Where there are tags, they were sent to them.
    #[prost(message, optional, tag = "4")]
    pub(crate) told: Option<ToldAlone>,
}

/// Holds what was said to one alone.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ToldAlone {
    #[prost(string, tag = "1")]
    pub(crate) to: String,
    /// 0 said, 1 done, 2 a notice, 3 asked of a client, 4 an answer to that.
    #[prost(uint32, tag = "2")]
    pub(crate) how: u32,
    #[prost(string, tag = "3")]
    pub(crate) text: String,
}
