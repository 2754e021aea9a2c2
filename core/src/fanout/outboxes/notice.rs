//! Owns what the adapter is to be told besides bytes.

use crate::{ConnectionId, Incident, Signal};

/// What the adapter is to be told, besides bytes.
#[derive(Debug)]
pub(in crate::fanout) enum Notice<S> {
    AwaitWritable(ConnectionId),
    Signal(ConnectionId, Signal),
    Finish(S),
    Abandon(S, Option<Incident>),
}

impl<S> Notice<S> {
    pub(super) const fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::AwaitWritable(id) | Self::Signal(id, _) => Some(*id),
            Self::Finish(_) | Self::Abandon(..) => None,
        }
    }
}
