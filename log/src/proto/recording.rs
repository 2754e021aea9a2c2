//! Owns the messages of what stands only in recordings: what a hub was handed, what it was, and what was seen of it.

use super::{Accounts, Command, Connection, Decided, Identity, Kept, KeptEvent, Nothing, Past, Snapshot};

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Limits {
    #[prost(uint32, tag = "1")]
    pub(crate) flood_lines_per_second: u32,
    #[prost(uint64, tag = "2")]
    pub(crate) flood_burst_ns: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) list_bytes_max: u64,
    #[prost(uint64, tag = "4")]
    pub(crate) queue_bytes_max: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) batch_bytes_max: u64,
    #[prost(uint64, tag = "6")]
    pub(crate) ping_interval_ns: u64,
    #[prost(uint64, tag = "7")]
    pub(crate) pong_wait_ns: u64,
    #[prost(uint64, tag = "8")]
    pub(crate) registration_wait_ns: u64,
    #[prost(string, tag = "9")]
    pub(crate) server_name: String,
    /// The secret itself is never written.
    #[prost(bool, tag = "10")]
    pub(crate) has_secret: bool,
    #[prost(string, optional, tag = "11")]
    pub(crate) lines: Option<String>,
    #[prost(string, optional, tag = "12")]
    pub(crate) web: Option<String>,
    #[prost(string, optional, tag = "13")]
    pub(crate) irc: Option<String>,
    #[prost(uint64, tag = "14")]
    pub(crate) stall_max_ns: u64,
    #[prost(bool, tag = "15")]
    pub(crate) asks_password: bool,
    #[prost(bool, tag = "16")]
    pub(crate) has_accounts: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Input {
    #[prost(uint64, tag = "1")]
    pub(crate) at_ns: u64,
    #[prost(oneof = "Handed", tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14")]
    pub(crate) handed: Option<Handed>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Handed {
    #[prost(message, tag = "2")]
    Asked(Asked),
    #[prost(message, tag = "3")]
    Opened(Arrival),
    #[prost(message, tag = "4")]
    Closed(Connection),
    #[prost(message, tag = "5")]
    Woke(Nothing),
    #[prost(uint64, tag = "6")]
    ClockUnixMs(u64),
    #[prost(message, tag = "7")]
    Verified(Verified),
    #[prost(message, tag = "8")]
    Stopped(Nothing),
    #[prost(message, tag = "9")]
    Recalled(Past),
    #[prost(message, tag = "10")]
    Read(WasRead),
    #[prost(message, tag = "11")]
    Found(WasFound),
    #[prost(message, tag = "12")]
    LoggedIn(LoggedIn),
    #[prost(message, tag = "13")]
    Accounts(Accounts),
    #[prost(message, tag = "14")]
    Decided(Decided),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Asked {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) requests: Vec<Request>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Arrival {
    /// 0 lines, 1 web, 2 IRC.
    #[prost(uint32, tag = "1")]
    pub(crate) form: u32,
    /// 0 LF, 1 CR LF, 2 telnet; from 3 on IRC: two for each kind of tags, the second is told real names.
    #[prost(uint32, tag = "2")]
    pub(crate) dialect: u32,
    #[prost(message, repeated, tag = "3")]
    pub(crate) requests: Vec<Request>,
    /// None where it is 0.
    #[prost(fixed64, tag = "4")]
    pub(crate) address: u64,
    /// 0 nobody, 1 unsafely, 2 safely.
    #[prost(uint32, tag = "5")]
    pub(crate) logs_in: u32,
    #[prost(string, optional, tag = "6")]
    pub(crate) account: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Verified {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(message, optional, tag = "2")]
    pub(crate) ghost: Option<Connection>,
}

/// Holds what a store has read for somebody.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct WasRead {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(string, tag = "2")]
    pub(crate) venue: String,
    #[prost(message, repeated, tag = "3")]
    pub(crate) messages: Vec<Kept>,
}

/// Holds what a store has found for somebody.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct WasFound {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) found: Vec<FoundMessage>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FoundMessage {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) message: Option<Kept>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct LoggedIn {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    /// 0 welcome, 1 wrong, 2 too many guesses.
    #[prost(uint32, tag = "2")]
    pub(crate) verdict: u32,
    /// It is there only for who is welcome.
    #[prost(message, optional, tag = "3")]
    pub(crate) account: Option<Account>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Account {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(bool, tag = "2")]
    pub(crate) is_operator: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Request {
    #[prost(oneof = "Asks", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9")]
    pub(crate) asks: Option<Asks>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Asks {
    #[prost(message, tag = "1")]
    Command(OneCommand),
    /// By which token is never written.
    #[prost(message, tag = "2")]
    Resume(Nothing),
    /// 0 help, 1 rooms, 2 users, 3 topic, 4 ignored, 5 more, 6 token, 7 bans, 8 moderation,
    /// 9 operators.
    #[prost(uint32, tag = "3")]
    Query(u32),
    #[prost(uint32, tag = "4")]
    History(u32),
    #[prost(string, tag = "5")]
    Irc(String),
    #[prost(string, tag = "6")]
    IrcNotUtf8(String),
    #[prost(message, tag = "7")]
    Notice(Notice),
    #[prost(message, tag = "8")]
    Page(Page),
    #[prost(string, tag = "9")]
    Search(String),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Page {
    /// A room, or an account with a stroke and whom it has written with behind it, or with a stroke alone.
    #[prost(string, tag = "1")]
    pub(crate) venue: String,
    /// Of each bound one is there at the most.
    #[prost(uint64, optional, tag = "2")]
    pub(crate) after_seq: Option<u64>,
    #[prost(uint64, optional, tag = "3")]
    pub(crate) after_ms: Option<u64>,
    #[prost(uint64, optional, tag = "4")]
    pub(crate) before_seq: Option<u64>,
    #[prost(uint64, optional, tag = "5")]
    pub(crate) before_ms: Option<u64>,
    #[prost(bool, tag = "6")]
    pub(crate) is_from_oldest: bool,
    #[prost(uint32, tag = "7")]
    pub(crate) count: u32,
    #[prost(message, optional, tag = "8")]
    pub(crate) after_event: Option<EventPlace>,
    #[prost(message, optional, tag = "9")]
    pub(crate) before_event: Option<EventPlace>,
    #[prost(bool, tag = "10")]
    pub(crate) with_events: bool,
}

/// Names an event.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct EventPlace {
    #[prost(uint64, tag = "1")]
    pub(crate) seq: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) time_ms: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) number: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct OneCommand {
    #[prost(oneof = "Command", tags = "2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21")]
    pub(crate) command: Option<Command>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Notice {
    #[prost(oneof = "Notes", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9")]
    pub(crate) notes: Option<Notes>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Notes {
    /// 0 no name, 1 no room's, 2 stale, 3 a count of messages, 4 a topic too long, 5 a line too long, 6 not UTF-8,
    /// 7 are you there, 8 alive, 9 a fence.
    #[prost(uint32, tag = "1")]
    Plain(u32),
    #[prost(string, tag = "2")]
    Incomplete(String),
    #[prost(string, tag = "3")]
    Unrecognized(String),
    #[prost(uint32, tag = "4")]
    Speak(u32),
    #[prost(uint32, tag = "5")]
    Refuse(u32),
    #[prost(bytes = "vec", tag = "6")]
    Ping(Vec<u8>),
    #[prost(uint32, tag = "7")]
    Fail(u32),
    #[prost(string, tag = "8")]
    WrongProtocol(String),
    #[prost(message, tag = "9")]
    LogIn(LogIn),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct LogIn {
    #[prost(string, tag = "1")]
    pub(crate) account: String,
    #[prost(bool, tag = "2")]
    pub(crate) operates: bool,
    /// 0 wanted, 1 without, 2 unsafe, 3 elsewhere, 4 called off.
    #[prost(uint32, tag = "3")]
    pub(crate) stage: u32,
    #[prost(bool, tag = "4")]
    pub(crate) is_hidden: bool,
    /// How long the password is that was given: it is never written itself.
    #[prost(uint32, optional, tag = "5")]
    pub(crate) given: Option<u32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Batch {
    #[prost(uint64, tag = "1")]
    pub(crate) actions: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) bytes: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Hub {
    #[prost(message, optional, tag = "1")]
    pub(crate) chat: Option<Snapshot>,
    #[prost(uint32, tag = "2")]
    pub(crate) server: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) opened: u32,
    #[prost(message, repeated, tag = "4")]
    pub(crate) connections: Vec<ConnectionState>,
    #[prost(uint32, repeated, tag = "5")]
    pub(crate) vacant_slots: Vec<u32>,
    #[prost(message, repeated, tag = "6")]
    pub(crate) arriving: Vec<Arriving>,
    #[prost(uint64, tag = "7")]
    pub(crate) irc_batches: u64,
    #[prost(message, optional, tag = "8")]
    pub(crate) memory: Option<Memory>,
}

/// Holds what is asked of a store.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Memory {
    #[prost(fixed64, tag = "1")]
    pub(crate) identity: u64,
    #[prost(message, repeated, tag = "2")]
    pub(crate) asked: Vec<AskedOf>,
    #[prost(bool, tag = "3")]
    pub(crate) keeps_private: bool,
}

/// Holds who waits for what a store knows of a room.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AskedOf {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) waiting: Vec<Connection>,
    #[prost(bool, tag = "3")]
    pub(crate) is_stale: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ConnectionState {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(uint32, tag = "2")]
    pub(crate) form: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) dialect: u32,
    #[prost(message, optional, tag = "4")]
    pub(crate) waiting: Option<Waiting>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) pieces: Vec<Piece>,
    #[prost(bool, tag = "6")]
    pub(crate) is_exposed: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Waiting {
    #[prost(message, repeated, tag = "1")]
    pub(crate) requests: Vec<Request>,
    #[prost(bool, tag = "2")]
    pub(crate) is_closed: bool,
    #[prost(message, optional, tag = "3")]
    pub(crate) answer: Option<Pending>,
    #[prost(message, optional, tag = "4")]
    pub(crate) next: Option<Page>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) pasts: Vec<Past>,
    /// 1 by `PASS`, 2 by SASL, 3 by `OPER`, 4 by `/login`.
    #[prost(uint32, tag = "6")]
    pub(crate) given_by: u32,
}

/// Holds an answer by IRC that is not whole.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Pending {
    #[prost(string, optional, tag = "1")]
    pub(crate) label: Option<String>,
    #[prost(bool, tag = "2")]
    pub(crate) may_come_in_pieces: bool,
    #[prost(bool, tag = "3")]
    pub(crate) is_droppable: bool,
    #[prost(string, optional, tag = "4")]
    pub(crate) batch: Option<String>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Part {
    #[prost(oneof = "Answers", tags = "1, 2, 3")]
    pub(crate) answers: Option<Answers>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Answers {
    #[prost(string, tag = "1")]
    Line(String),
    #[prost(string, tag = "2")]
    Own(String),
    #[prost(message, tag = "3")]
    Said(EarlierIn),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Piece {
    #[prost(oneof = "Told", tags = "1, 2, 3")]
    pub(crate) told: Option<Told>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Told {
    #[prost(message, tag = "1")]
    History(History),
    #[prost(bytes = "vec", tag = "2")]
    Lines(Vec<u8>),
    #[prost(message, tag = "3")]
    Found(FoundPiece),
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FoundPiece {
    #[prost(message, repeated, tag = "1")]
    pub(crate) found: Vec<EarlierIn>,
    #[prost(bool, tag = "2")]
    pub(crate) more: bool,
}

/// Holds what was said in a room.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct EarlierIn {
    #[prost(string, tag = "1")]
    pub(crate) venue: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) said: Option<Earlier>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct History {
    #[prost(string, tag = "1")]
    pub(crate) room: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) said: Vec<Earlier>,
    #[prost(bool, tag = "3")]
    pub(crate) more: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Earlier {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, tag = "2")]
    pub(crate) text: String,
    #[prost(bool, tag = "3")]
    pub(crate) is_act: bool,
    #[prost(uint64, tag = "4")]
    pub(crate) age_ns: u64,
    #[prost(uint64, tag = "5")]
    pub(crate) time_ms: u64,
    #[prost(uint64, tag = "6")]
    pub(crate) seq: u64,
    #[prost(message, optional, tag = "7")]
    pub(crate) event: Option<KeptEvent>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Arriving {
    #[prost(message, optional, tag = "1")]
    pub(crate) connection: Option<Connection>,
    #[prost(uint64, tag = "2")]
    pub(crate) due_ns: u64,
    #[prost(string, optional, tag = "3")]
    pub(crate) name: Option<String>,
    #[prost(message, optional, tag = "4")]
    pub(crate) identity: Option<Identity>,
    #[prost(uint32, tag = "5")]
    pub(crate) capabilities: u32,
    #[prost(bool, tag = "6")]
    pub(crate) is_negotiating: bool,
    #[prost(bool, tag = "7")]
    pub(crate) is_welcome: bool,
    /// None where it is 0.
    #[prost(fixed64, tag = "8")]
    pub(crate) address: u64,
    #[prost(string, optional, tag = "9")]
    pub(crate) account: Option<String>,
}
