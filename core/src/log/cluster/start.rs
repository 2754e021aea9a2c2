//! Owns with what a server begins that joins others.

use super::entry::EntryId;
use super::members::State;
use super::position::Position;
use crate::log::Snapshot;

/// Holds what all servers are at a place in their log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// The place.
    pub position: Position,
    /// What stands there, if anything does.
    pub last: Option<EntryId>,
    /// What has come of the log up to there.
    pub state: State,
    /// What the chat is there.
    pub chat: Snapshot,
}
