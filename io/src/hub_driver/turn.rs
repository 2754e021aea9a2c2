//! Owns what is handed to the hub next, where it is kept before: as plain data.

use std::sync::Arc;

use chinwag_core::ops::{Handed, Input as Recorded};
use chinwag_core::{Hub, Session, Time};

use crate::input::Input;

/// Holds one thing that is handed to the hub.
pub(super) enum Turn<P> {
    /// It is kept.
    Handed(Recorded),
    /// So is that somebody is let in, but not by which socket.
    Opened(Recorded, Arc<P>, Box<Session>),
    /// It changes nothing for anybody.
    Other(Input<P>),
}

impl<P> Turn<P> {
    /// Takes what has come.
    pub(super) fn of(input: Input<P>, at: Time) -> Self {
        let handed = match input {
            Input::Opened(socket, mut session) => {
                let handed = Handed::Opened(Hub::<Arc<P>>::arrival(at, &mut session));
                return Self::Opened(Recorded { at, handed }, socket, session);
            }
            Input::Asked(connection, requests) => Handed::Asked { connection, requests },
            Input::Closed(connection) => Handed::Closed { connection },
            Input::Woke => Handed::Woke,
            Input::Stopped => Handed::Stopped,
            Input::Answered(answer) => Handed::Answered(answer),
            Input::Accounts(accounts) => Handed::Accounts(accounts),
            Input::Followed | Input::Report | Input::Measure(_) | Input::Reload(..) => return Self::Other(input),
        };
        Self::Handed(Recorded { at, handed })
    }

    /// Returns what is kept of it.
    pub(super) const fn recorded(&self) -> Option<&Recorded> {
        match self {
            Self::Handed(input) | Self::Opened(input, ..) => Some(input),
            Self::Other(_) => None,
        }
    }

    /// Returns about how many bytes of lines come of it.
    pub(super) fn bytes(&self) -> usize {
        self.recorded().map_or(0, Recorded::said_bytes)
    }
}
