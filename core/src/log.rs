//! Owns the plain data of the ordered log: its records, and what a chat is at one place in it, to be kept and sent.
//!
//! None of it knows how it is written as bytes.

pub use crate::address_key::AddressKey;
pub use crate::kept::TopicState;
pub use crate::mask::Mask;

pub mod cluster;
mod command;
mod irc;
mod moderation;
mod owned;
mod record;
mod snapshot;

pub use self::command::Command;
pub use self::irc::{IrcCommand, IrcState, Registration, Target};
pub(crate) use self::moderation::WHY_BYTES_MAX;
pub use self::moderation::{
    Act, BanState, BarState, CHANGES_MAX, KeptBar, Mode, ModeChange, Moderation, MuteState, NewcomerState, OrderState,
    RoomKey, RoomModes,
};
pub use self::owned::{KeptBan, OwnedState};
pub use self::record::{Accounts, Decided, Event, Recalled, Record};
pub use self::snapshot::{
    IgnoredState, PersonState, RoomState, RunState, SilentState, Snapshot, SnapshotError, Untold, WasState, WriterState,
};
