//! Owns the words between a follower and whoever carries out what it decides.

use super::entry::{Entry, EntryId};
use super::position::Position;
use crate::Time;

/// Says when something is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// By the clock that never goes back.
    pub now: Time,
    /// By the clock on the wall, in milliseconds since 1970: it is shown, and decides nothing.
    pub unix_ms: u64,
}

/// Says what is to be done. Orders of the same kind are carried out one after the other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order<E> {
    /// Append this in this epoch. The engine refuses it once a later one is open. Answer with [`Reply::Appended`],
    /// [`Reply::Refused`] or [`Reply::Disconnected`].
    Append {
        /// In which epoch.
        epoch: u64,
        /// What.
        entry: Entry<E>,
    },
    /// Append this as the first entry of an epoch, if that is not open yet. Answered as an append.
    Open {
        /// Of which epoch.
        epoch: u64,
        /// What.
        entry: Entry<E>,
    },
    /// Find out what stands in the log at this position, or last before it. Answer with [`Reply::Verified`].
    Verify {
        /// Where.
        at: Position,
    },
    /// Read what comes after this position. Wait until there is something. Answer with [`Reply::Read`].
    Read {
        /// After which.
        after: Position,
    },
    /// These have happened, all at this moment, in this order. It may be before that of those before: no time goes
    /// back.
    Apply {
        /// When, since 1970: chats that follow a log that is shared have the time of day.
        at: Time,
        /// What.
        said: Said<E>,
    },
    /// Say how many entries were applied, and what the chat is then, with
    /// [`Follower::handle_digest`](super::Follower::handle_digest).
    Digest {
        /// After how many.
        applied: u64,
    },
    /// Keep a snapshot at once: the engine has lost what the log began with, and nobody can join without.
    Snapshot,
    /// Another server had another digest at a mark: one of both has to stop.
    Differ {
        /// Whose.
        server: u8,
        /// After how many entries.
        applied: u64,
    },
    /// Tell the people here that messages wait.
    Wait,
    /// Tell them that it goes on.
    Resume,
    /// Let the people here go to another server.
    LetGo,
    /// This server is none of them any more: start anew from a snapshot, under another name.
    Rejoin(&'static str),
    /// This server can't be one of them.
    Refuse(&'static str),
}

/// Says something that every server applies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said<E> {
    /// A server has joined.
    Joined {
        /// Which.
        server: u8,
    },
    /// What has happened.
    Events(Vec<E>),
    /// A server has left, or is taken for gone.
    Gone {
        /// Which.
        server: u8,
    },
}

/// Answers an order, or says what became of the connection to the engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply<E> {
    /// The engine is reached.
    Connected {
        /// A number of its process: another one after each start and failover.
        engine: u64,
    },
    /// It is not reached any more. What was under way may have been done or not.
    Disconnected,
    /// What was to be appended is in the log.
    Appended {
        /// Where it stands.
        at: Position,
    },
    /// It is not, since a later epoch is open, or that epoch was already.
    Refused,
    /// What stands in the log.
    Verified {
        /// The position that was asked for, or the last before it, and what stands there.
        found: Option<(Position, EntryId)>,
        /// The first position that is still there.
        first: Option<Position>,
        /// The last.
        end: Position,
    },
    /// What was read.
    Read(Vec<(Position, Entry<E>)>),
}
