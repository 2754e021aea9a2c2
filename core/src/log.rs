//! Owns the plain data of the ordered log: its records, and what a chat is at one place in it, to be kept and sent.
//!
//! None of it knows how it is written as bytes.

pub use crate::kept::TopicState;

mod command;
mod irc;
mod record;
mod snapshot;

pub use self::command::Command;
pub use self::irc::{IrcCommand, IrcState, Registration, Target};
pub use self::record::{Event, Recalled, Record};
pub use self::snapshot::{
    IgnoredState, PersonState, RoomState, RunState, SilentState, Snapshot, SnapshotError, Untold, WasState, WriterState,
};
