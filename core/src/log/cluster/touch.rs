//! Owns how it is with the way from a server to the others, as its people are told.

use std::fmt;

/// Tells how it is with the way from a server to those with which it shares a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Touch {
    /// What is said here comes back.
    #[default]
    Kept,
    /// It has not for a second: what people say waits.
    Lost,
    /// It has not for so long that people are let go, so that they can come to another server.
    Cut,
}

impl Touch {
    /// Returns the word for it that programs read.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Lost => "lost",
            Self::Cut => "cut",
        }
    }
}

/// Says it to people.
impl fmt::Display for Touch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kept => "This server is in touch with the others again",
            Self::Lost => "Messages wait: this server has lost touch with the others",
            Self::Cut => "This server is cut off from the others, please connect again",
        })
    }
}
