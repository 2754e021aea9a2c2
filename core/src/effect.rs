//! Owns the words for what the core asks of the outside: what takes long, or needs what only one server knows.

use crate::{Config, ConnectionId, Token};

/// Asks for something that is not decided from the log. What else its connection asks for waits until it is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Find out whose token this is, if this server has made it.
    VerifyToken {
        /// Who has shown it.
        connection: ConnectionId,
        /// The token, which is a secret, and never enters the log.
        token: Token,
    },
}

/// Answers an [`Effect`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// A token was verified.
    Verified {
        /// Who has shown it.
        connection: ConnectionId,
        /// Whose person it gives, if it is good.
        ghost: Option<ConnectionId>,
    },
}

impl Effect {
    /// Does what is asked for, with what this server knows.
    #[must_use]
    pub fn perform(self, config: &Config) -> Answer {
        match self {
            Self::VerifyToken { connection, token } => {
                Answer::Verified { connection, ghost: config.connection_of(&token) }
            }
        }
    }
}
