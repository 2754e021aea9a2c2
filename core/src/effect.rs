//! Owns the words for what the core asks of the outside: what takes long, or needs what only one server knows.

use crate::kept::{Found, KeptMessage, Page, Past, Search, Venue};
use crate::log::Decided;
use crate::password::{Passphrase, Verdict};
use crate::{Config, ConnectionId, Name, Token};

/// Asks for something that is not decided from the log. What else its connection asks for waits until it is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Find out whose token this is, if this server has made it.
    VerifyToken {
        /// Who has shown it.
        connection: ConnectionId,
        /// The token, which is a secret, and never enters the log.
        token: Token,
    },
    /// Find out whether this lets somebody in who has come by IRC. No more than one is under way for a connection.
    LogIn {
        /// Who has given it.
        connection: ConnectionId,
        /// Whose account it is to be, if it is to be one.
        account: Option<Name>,
        /// The password, which is a secret, and never enters the log.
        given: Passphrase,
    },
    /// Find out what is known of a room in which nobody is, and which somebody wants to join. Only a hub that [keeps
    /// history](crate::Hub::keep_history) asks for this and what follows.
    Recall {
        /// Which room.
        room: Name,
    },
    /// Read what was said.
    Read {
        /// Who is in that room, or has written there, and wants to know.
        connection: ConnectionId,
        /// What.
        page: Page,
    },
    /// Find what was said.
    Search {
        /// Who is in those rooms, and wants to know.
        connection: ConnectionId,
        /// What.
        search: Search,
    },
}

/// Answers an [`Effect`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A token was verified.
    Verified {
        /// Who has shown it.
        connection: ConnectionId,
        /// Whose person it gives, if it is good.
        ghost: Option<ConnectionId>,
    },
    /// A password was looked at.
    LoggedIn {
        /// Who has given it.
        connection: ConnectionId,
        /// What comes of it.
        verdict: Verdict,
    },
    /// What is known of a room, with all that was [kept](crate::Hub::take_kept) before it was asked for.
    Recalled(Past),
    /// Something was read.
    Read {
        /// Who wants to know.
        connection: ConnectionId,
        /// Of where.
        venue: Venue,
        /// What was said there, the oldest first.
        messages: Vec<KeptMessage>,
    },
    /// Something was looked for.
    Found {
        /// Who wants to know.
        connection: ConnectionId,
        /// What was found, the newest first.
        found: Vec<Found>,
    },
    /// Something was decided outside of the chat, or before it was started. Nobody has asked for it.
    Decided(Box<Decided>),
}

impl Answer {
    /// Returns who has waited for it, if that is one connection alone: what is known of a room is for all who wait for
    /// it.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::Verified { connection, .. }
            | Self::LoggedIn { connection, .. }
            | Self::Read { connection, .. }
            | Self::Found { connection, .. } => Some(*connection),
            Self::Recalled(_) | Self::Decided(_) => None,
        }
    }

    /// Returns how many bytes the texts have that are in it.
    pub(crate) fn texts_bytes(&self) -> usize {
        let bytes = |message: &KeptMessage| {
            let told = message.event.as_ref().and_then(|event| event.told());
            message.text.as_str().len() + told.map_or(0, |told| told.text.as_str().len())
        };
        match self {
            Self::Verified { .. } | Self::LoggedIn { .. } | Self::Decided(_) => 0,
            Self::Recalled(past) => past.messages.iter().map(bytes).sum(),
            Self::Read { messages, .. } => messages.iter().map(bytes).sum(),
            Self::Found { found, .. } => found.iter().map(|found| bytes(&found.message)).sum(),
        }
    }
}

impl Effect {
    /// Does what is asked for, with what this server knows.
    ///
    /// # Errors
    /// Returns what it takes a store for, or a [`Door`](crate::Door).
    pub fn perform(self, config: &Config) -> Result<Answer, Self> {
        match self {
            Self::VerifyToken { connection, token } => {
                Ok(Answer::Verified { connection, ghost: config.connection_of(&token) })
            }
            Self::LogIn { .. } | Self::Recall { .. } | Self::Read { .. } | Self::Search { .. } => Err(self),
        }
    }
}
