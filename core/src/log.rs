//! Owns the plain data of the ordered log: what a chat is at one place in it, to be kept and sent.
//!
//! None of it knows how it is written as bytes.

mod snapshot;

pub use self::snapshot::{PersonState, RoomState, SilentState, Snapshot, SnapshotError, Untold};
