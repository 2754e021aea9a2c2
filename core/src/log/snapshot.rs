//! Owns the plain data of a whole chat: all that decides what it does next, in one canonical order.
//!
//! Two chats that go on alike have equal snapshots, so a snapshot also serves to compare replicas. What can be derived
//! is left out.

use std::error::Error;
use std::fmt;

use super::{AddressKey, BarState, IrcState, OrderState, OwnedState};
use crate::kept::{KeptMessage, TopicState};
use crate::{ConnectionId, Identity, Name, RoomId, Texts, Time};

/// Holds a whole [`Chat`](crate::Chat), without what it has decided and was not polled yet.
///
/// [`Chat::snapshot`](crate::Chat::snapshot) makes it. [`Chat::restore`](crate::Chat::restore) checks it and makes a
/// chat of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// When the last event was handled.
    pub at: Time,
    /// The time of day at [`Time::START`], in milliseconds since 1970; it may be before.
    pub clock_start_ms: i64,
    /// How many messages people have said.
    pub said: u64,
    /// How many events have happened in rooms.
    pub happened: u64,
    /// How many random names were drawn.
    pub names_drawn: u64,
    /// How many numbered names were given, since too many random ones were taken.
    pub guests: u64,
    /// The rooms by their ids; `main` is the first.
    pub rooms: Vec<RoomState>,
    /// The ids that the next new rooms get, in this order, before any that no room has had.
    pub vacant_rooms: Vec<RoomId>,
    /// The people by their ids.
    pub people: Vec<PersonState>,
    /// Those of them of whom nobody knows yet, in the order in which they will be told of.
    pub silent: Vec<SilentState>,
    /// Who was here, the last who left first.
    pub was: Vec<WasState>,
    /// From where nobody may connect, in the order of the addresses.
    pub bars: Vec<BarState>,
    /// The rooms that belong to accounts, in the order of their names.
    pub owned: Vec<OwnedState>,
    /// The names that belong to accounts, in order.
    pub accounts: Vec<Name>,
}

/// Holds who was here under a name, and left it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WasState {
    /// The name.
    pub name: Name,
    /// Who they were besides.
    pub identity: Identity,
    /// Until when, in milliseconds since 1970.
    pub time_ms: u64,
}

/// Holds one room. Its members are found by the people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoomState {
    /// Which room.
    pub room: RoomId,
    /// What it is called.
    pub name: Name,
    /// How many messages were said there.
    pub said: u64,
    /// What its members are still to be told, since it is crowded.
    pub untold: Option<Untold>,
    /// What it is about.
    pub topic: Option<TopicState>,
    /// What was said there last, the oldest first.
    pub history: Vec<RunState>,
    /// What happened there last, the oldest first.
    pub events: Vec<KeptMessage>,
    /// When it was opened; of `main` the start.
    pub opened: Time,
    /// What its operators have decided.
    pub order: OrderState,
}

/// Holds what somebody said in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunState {
    /// By whom, as they were called then.
    pub name: Name,
    /// By which connection they came: none, of what was said before the room was recalled.
    pub origin: Option<ConnectionId>,
    /// What.
    pub texts: Texts,
    /// It was done rather than said, and is one message.
    pub is_act: bool,
    /// When.
    pub at: Time,
    /// The same, in milliseconds since 1970.
    pub time_ms: u64,
    /// Which of all messages of the room the first of it is.
    pub seq: u64,
}

/// Holds what was not told yet in a crowded room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Untold {
    /// How many came.
    pub joined: u32,
    /// How many left.
    pub left: u32,
    /// When it will be told.
    pub due: Time,
}

/// Holds one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonState {
    /// The connection.
    pub connection: ConnectionId,
    /// The name.
    pub name: Name,
    /// The room that has the focus: [`RoomId::NONE`] for those who came by IRC.
    pub room: RoomId,
    /// The other rooms; the last is the one that had the focus last.
    pub others: Vec<RoomId>,
    /// Whom they ignore, in the order of the names.
    pub ignored: Vec<IgnoredState>,
    /// Who has written to them last.
    pub writer: Option<WriterState>,
    /// By which connections those came with whom they have written alone: the last stands last.
    pub correspondents: Vec<ConnectionId>,
    /// By which connection they came, if it was another.
    pub origin: Option<ConnectionId>,
    /// In which rooms they have the rank of an operator, in order.
    pub operates: Vec<RoomId>,
    /// In which they have the rank of a voice, in order.
    pub voices: Vec<RoomId>,
    /// They are an operator of the server.
    pub is_server_operator: bool,
    /// By whose account they are, if by one's.
    pub operator_by: Option<Name>,
    /// From where they come, if that is known.
    pub address: Option<AddressKey>,
    /// By which account they have logged in, unless they came by IRC: that has it.
    pub account: Option<Name>,
    /// What is known only since they came by IRC.
    pub irc: Option<IrcState>,
}

/// Holds somebody who is ignored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IgnoredState {
    /// What they are called, or were when they were last here.
    pub name: Name,
    /// By which connection they came, if they were here.
    pub origin: Option<ConnectionId>,
}

/// Holds who has written to somebody last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WriterState {
    /// By which connection they came.
    pub origin: ConnectionId,
    /// By which connection they wrote.
    pub connection: ConnectionId,
    /// What they were called then.
    pub name: Name,
}

/// Holds until when nobody is told of somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SilentState {
    /// The connection of a person in `main`.
    pub connection: ConnectionId,
    /// When the others are told.
    pub due: Time,
}

/// Says why a snapshot is not that of any chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapshotError(&'static str);

impl SnapshotError {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self(what)
    }

    /// Returns an error if `holds` is false.
    pub(crate) const fn unless(holds: bool, what: &'static str) -> Result<(), Self> {
        if holds { Ok(()) } else { Err(Self(what)) }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the snapshot is of no chat: {}", self.0)
    }
}

impl Error for SnapshotError {}
