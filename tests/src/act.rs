//! Owns the words for what people, time and the server's owner can do in a test.

use std::time::Duration;

use chinwag_core::Form;

/// Does one thing. People are numbered in the order in which they connect, from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// The next person connects, to the listener of this form.
    Connect {
        /// Which.
        form: Form,
    },
    /// Somebody sends bytes, in one write.
    Send {
        /// Who.
        person: usize,
        /// What.
        bytes: Vec<u8>,
    },
    /// Somebody says that no more will come, and still reads.
    End {
        /// Who.
        person: usize,
    },
    /// Somebody's connection breaks: neither side gets anything more.
    Lose {
        /// Whose.
        person: usize,
    },
    /// Somebody reads nothing any more. Only the bare core plays this: how much a real socket holds is up to the
    /// system.
    StopReading {
        /// Who.
        person: usize,
    },
    /// Somebody reads again.
    Read {
        /// Who.
        person: usize,
    },
    /// Time passes: on the bare core this much; on a real server as much as it takes for what is expected to come.
    Pass {
        /// How much.
        time: Duration,
    },
    /// The server is told to stop.
    Stop,
}

impl Act {
    /// Lets somebody type a line.
    #[must_use]
    pub fn line(person: usize, line: &str) -> Self {
        Self::Send { person, bytes: format!("{line}\n").into() }
    }
}
