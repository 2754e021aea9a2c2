//! Owns what a hub is handed, as plain data.

use std::borrow::Cow;

use crate::log::{Accounts, AddressKey, Command};
use crate::window::LIST_BYTES_MAX;
use crate::{Answer, ConnectionId, Dialect, Form, LogsIn, Name, Request, Time};

/// Holds one thing that a hub was handed, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// When.
    pub at: Time,
    /// What.
    pub handed: Handed,
}

/// Tells what a hub was handed: each by the method of [`Hub`](crate::Hub) that takes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Handed {
    /// Somebody is let in, by `admit`.
    Opened(Arrival),
    /// Somebody asks for this, in this order, by `handle_requests`.
    Asked {
        /// Who.
        connection: ConnectionId,
        /// For what.
        requests: Vec<Request>,
    },
    /// A connection has ended, by `handle_closed`.
    Closed {
        /// Which.
        connection: ConnectionId,
    },
    /// Time has passed, by `handle_timeout`.
    Woke,
    /// The wall clock was set, by `handle_clock`.
    Clock {
        /// What it says, in milliseconds since 1970.
        unix_ms: u64,
    },
    /// Accounts were made, or are gone, by `handle_accounts`.
    Accounts(Accounts),
    /// An effect was answered, by `handle_answer`.
    Answered(Box<Answer>),
    /// The server is to stop, by `handle_stop`.
    Stopped,
}

/// Holds what is known of somebody who is let in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arrival {
    /// How their connection is spoken to.
    pub form: Form,
    /// What is known so far of the program at the other end.
    pub dialect: Dialect,
    /// What they have asked for already: it is answered with the greeting.
    pub requests: Vec<Request>,
    /// From where they come, if that is known.
    pub address: Option<AddressKey>,
    /// What it takes to log in there.
    pub logs_in: LogsIn,
    /// By which account they have logged in before they were let in.
    pub account: Option<Name>,
}

/// Tells about how much a batch is, so that a run which is repeated is soon seen to differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many actions are in it.
    pub actions: u64,
    /// About how many bytes it leads to, what many are told counted once.
    pub bytes: u64,
}

/// About how many bytes of lines come of what is not said.
const OTHER_BYTES: usize = 64;

impl Input {
    /// Returns the connection that it is about, if it is about one that was here before.
    #[must_use]
    pub fn connection(&self) -> Option<ConnectionId> {
        match &self.handed {
            Handed::Asked { connection, .. } | Handed::Closed { connection } => Some(*connection),
            Handed::Answered(answer) => answer.connection(),
            Handed::Opened(_) | Handed::Woke | Handed::Clock { .. } | Handed::Accounts(_) | Handed::Stopped => None,
        }
    }

    /// Returns about how many bytes of lines come of it: for what is said or was read its bytes,
    /// for all else a few.
    #[must_use]
    pub fn said_bytes(&self) -> usize {
        let bytes = |request: &Request| match request {
            Request::Command(Command::Say(texts)) => texts.as_lines().len(),
            Request::Irc(line) => line.as_str().len(),
            Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Notice(_) => OTHER_BYTES,
        };
        match &self.handed {
            Handed::Asked { requests, .. } | Handed::Opened(Arrival { requests, .. }) => {
                requests.iter().map(bytes).sum()
            }
            // The first piece of it.
            Handed::Answered(answer) => (OTHER_BYTES + answer.texts_bytes()).min(LIST_BYTES_MAX),
            Handed::Closed { .. } | Handed::Woke | Handed::Clock { .. } | Handed::Accounts(_) | Handed::Stopped => {
                OTHER_BYTES
            }
        }
    }

    /// Returns the same without what hides a secret: tokens, passwords that programs send by IRC, and whatever is said
    /// to those names that [nobody can have](crate::Name::is_told_secrets), since people tell them passwords. Stars
    /// stand in its place.
    #[must_use]
    pub fn without_secrets(&self) -> Cow<'_, Self> {
        let (Handed::Asked { requests, .. } | Handed::Opened(Arrival { requests, .. })) = &self.handed else {
            return Cow::Borrowed(self);
        };
        if requests.iter().all(|request| request.without_secrets().is_none()) {
            return Cow::Borrowed(self);
        }
        let hidden = |request: &Request| request.without_secrets().unwrap_or_else(|| request.clone());
        let hidden = requests.iter().map(hidden).collect();
        let mut input = self.clone();
        if let Handed::Asked { requests, .. } | Handed::Opened(Arrival { requests, .. }) = &mut input.handed {
            *requests = hidden;
        }
        Cow::Owned(input)
    }
}
