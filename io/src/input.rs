//! Owns what the hub's task is told.

use std::sync::Arc;

use chinwag_core::log::Accounts;
use chinwag_core::{Config, ConnectionId, Request, Session, Stats};

use crate::oneshot::Answer;

/// How many inputs may wait for the hub. Each is at most what was read at once, so this bounds memory; when it is full,
/// reading waits.
pub const INPUTS_MAX: usize = 256;

/// How many batches the log holds. If a worker is so far behind, the hub waits for it: workers wait for no peer, so it
/// is not long.
pub const LOG_BATCHES_MAX: usize = 64;

/// What the hub is told.
#[derive(Debug)]
pub enum Input<P> {
    /// A connection is to be let in.
    Opened(Arc<P>, Box<Session>),
    /// A connection asks for this, in this order.
    Asked(ConnectionId, Vec<Request>),
    /// A connection has ended.
    Closed(ConnectionId),
    /// Something is due.
    Woke,
    /// Something has come of the log that this server shares with others.
    Followed,
    /// The server is to stop.
    Stopped,
    /// What the hub has asked for is answered.
    Answered(Box<chinwag_core::Answer>),
    /// Accounts were made, or are gone.
    Accounts(Accounts),
    /// The counts are to be logged.
    Report,
    /// The counts are asked for.
    Measure(Answer<Stats>),
    /// This is wanted from now on, as far as it can change. The answer names what can't.
    Reload(Box<Config>, Answer<Vec<&'static str>>),
}
