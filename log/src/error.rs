//! Owns why bytes can't be read as an entry of a log.

use std::error::Error;
use std::fmt;

use crate::FORMAT;

/// Says why bytes are no entry that this release can read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// A later release wrote it. Nothing of it may be skipped: every replica has to do the same.
    Newer {
        /// The format that whoever reads it has to know.
        format: u32,
    },
    /// It is of a recording that was made before the first release, by a program that is not read any more.
    Older {
        /// The format that it has.
        format: u32,
    },
    /// There is something in it that its format does not have: a field or a kind.
    Unknown {
        /// The format that it is said to have.
        format: u32,
    },
    /// It is no entry at all, or one that does not hold together.
    Damaged(&'static str),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { format } => write!(
                f,
                "the log has an entry of format {format}, and this release reads up to format {FORMAT}: a release that \
                 reads format {format} is needed"
            ),
            Self::Older { format } => write!(
                f,
                "the recording is of format {format}, and this release reads format {FORMAT}: only the program that \
                 made it can run it again"
            ),
            Self::Unknown { format } => write!(
                f,
                "the log has an entry of format {format} with a field or a kind that format {format} does not have: it \
                 is damaged, or was written by a release that reads more than it says"
            ),
            Self::Damaged(what) => write!(f, "the log has a damaged entry: {what}"),
        }
    }
}

impl Error for DecodeError {}
