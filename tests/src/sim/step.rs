//! Owns the words in which a run is written down: what happens to the simulated server, one thing at a time.
//!
//! Invariant: a list of steps stays a run when any of them are left out. A step that makes no sense where it stands
//! does nothing.

use std::fmt;

use super::Device;

/// Says one thing that happens. Users are numbered in the order in which they connect, writers from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Somebody connects, and their handshake begins.
    Connect {
        /// With what.
        by: Device,
    },
    /// Somebody connects, and asks to go on as somebody who is here.
    Return {
        /// As whom.
        user: usize,
        /// With what.
        by: Device,
    },
    /// Somebody types: the bytes are on their way.
    Type {
        /// Who.
        user: usize,
        /// What.
        what: Typed,
    },
    /// A read task reads, if it may, and hands on what is asked for.
    Read {
        /// Whose.
        user: usize,
        /// At most so many bytes.
        bytes: usize,
    },
    /// A read task looks what can be asked for without reading: time has passed, or a mark was answered.
    Ask {
        /// Whose.
        user: usize,
    },
    /// Somebody says that they will send no more.
    HangUp {
        /// Who.
        user: usize,
    },
    /// Somebody is gone without a word; what was on its way is lost.
    Vanish {
        /// Who.
        user: usize,
    },
    /// Somebody's socket takes only so many more bytes.
    Take {
        /// Whose.
        user: usize,
        /// How many; `usize::MAX` is all that may come.
        bytes: usize,
    },
    /// The writer hears that a socket takes bytes again, if it waits for that. It may be wrong.
    Writable {
        /// Whose socket.
        user: usize,
    },
    /// The hub takes inputs.
    Handle {
        /// How many.
        inputs: usize,
    },
    /// The store answers what it was asked, if there is one.
    Answer {
        /// How much of it, at most.
        answers: usize,
    },
    /// The hub looks whether anything is due.
    Wake,
    /// The hub hands on a batch.
    Publish,
    /// A writer follows the next batch.
    Follow {
        /// Which.
        writer: usize,
    },
    /// A writer does what there is to do.
    Poll {
        /// Which.
        writer: usize,
        /// So many things at most.
        outputs: usize,
    },
    /// A writer's timer goes off.
    TimeOut {
        /// Which.
        writer: usize,
    },
    /// Time passes.
    Pass {
        /// How much.
        millis: u64,
    },
    /// The wall clock is set.
    Clock {
        /// To so many milliseconds since 1970.
        unix_ms: u64,
    },
    /// Accounts are made, or gone.
    Accounts {
        /// Whose are made.
        made: Vec<String>,
        /// Whose are gone.
        gone: Vec<String>,
    },
    /// The server stops.
    Stop,
}

/// Says what somebody types.
#[derive(Clone, PartialEq, Eq)]
pub enum Typed {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A line of one character, so many times.
    Long {
        /// What the line begins with; it tells it from others.
        start: String,
        /// The character.
        unit: char,
        /// How many.
        count: usize,
    },
}

impl Typed {
    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Long { start, unit, count } => {
                let line = unit.to_string().repeat(*count);
                format!("{start}{line}\n").into_bytes()
            }
        }
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Self::Long { start, unit, count } => write!(f, "{start:?} and {count} × {unit:?}"),
        }
    }
}

impl Step {
    /// Returns steps that are simpler than this one, and may show the same.
    #[must_use]
    pub fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Type { user, what: Typed::Bytes(bytes) } if bytes.len() > 1 => {
                let user = *user;
                let typed = |bytes: &[u8]| Self::Type { user, what: Typed::Bytes(bytes.to_vec()) };
                let (half, last) = (bytes.len() / 2, bytes.len() - 1);
                vec![typed(&bytes[half..]), typed(&bytes[..half]), typed(&bytes[1..]), typed(&bytes[..last])]
            }
            Self::Type { user, what: Typed::Long { start, unit, count } } if *count > 0 => {
                let user = *user;
                let typed = |unit, count| Self::Type { user, what: Typed::Long { start: start.clone(), unit, count } };
                let mut simpler = vec![typed(*unit, count / 2)];
                simpler.extend((*unit != 'x').then(|| typed('x', *count)));
                simpler
            }
            Self::Take { user, bytes } if *bytes > 0 && *bytes < usize::MAX => {
                vec![Self::Take { user: *user, bytes: 0 }, Self::Take { user: *user, bytes: usize::MAX }]
            }
            Self::Answer { answers } if *answers > 1 => vec![Self::Answer { answers: 1 }],
            Self::Pass { millis } if *millis > 1 => vec![Self::Pass { millis: millis / 2 }],
            Self::Return { by, .. } => vec![Self::Connect { by: *by }],
            Self::Connect { by } if *by != Device::Plain => vec![Self::Connect { by: Device::Plain }],
            Self::Connect { .. }
            | Self::Type { .. }
            | Self::Read { .. }
            | Self::Ask { .. }
            | Self::HangUp { .. }
            | Self::Vanish { .. }
            | Self::Take { .. }
            | Self::Writable { .. }
            | Self::Handle { .. }
            | Self::Answer { .. }
            | Self::Wake
            | Self::Publish
            | Self::Follow { .. }
            | Self::Poll { .. }
            | Self::TimeOut { .. }
            | Self::Pass { .. }
            | Self::Clock { .. }
            | Self::Accounts { .. }
            | Self::Stop => Vec::new(),
        }
    }
}
