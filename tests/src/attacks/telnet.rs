//! Storms of telnet's own bytes, which make no line, and which the server could feel bound to answer.

use std::net::SocketAddr;
use std::time::Duration;

use super::flood::{Flood, flood};
use super::stranger::{come, read_greeting, read_some};
use crate::{DEADLINE, Fire};

const IAC: u8 = 255;
const DO: u8 = 253;
const WILL: u8 = 251;
const SUBNEGOTIATION: u8 = 250;
const GO_AHEAD: u8 = 249;
const ARE_YOU_THERE: u8 = 246;
const NOP: u8 = 241;
/// What is refused, and not left unanswered: to echo, to send no "go ahead", and a timing mark.
const REFUSED: [u8; 3] = [1, 3, TIMING_MARK];
const TIMING_MARK: u8 = 6;

/// What storms there are.
#[derive(Clone, Copy, Debug)]
pub enum Storm {
    /// Offers of options, and requests for them, that are left unanswered.
    Offers,
    /// Commands without a meaning.
    Commands,
    /// Questions that are answered.
    Questions,
    /// One subnegotiation that never ends.
    Endless,
    /// Many short ones.
    Short,
}

impl Storm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Offers, Self::Commands, Self::Questions, Self::Endless, Self::Short];

    fn bytes(self) -> Vec<u8> {
        let options = 0..=255_u8;
        match self {
            Self::Offers => {
                let unasked = options.filter(|option| !REFUSED.contains(option));
                unasked.flat_map(|option| [IAC, WILL, option, IAC, DO, option]).collect()
            }
            Self::Commands => vec![IAC, GO_AHEAD, IAC, NOP],
            Self::Questions => vec![IAC, ARE_YOU_THERE, IAC, DO, TIMING_MARK],
            // The second of its bytes is a command that would begin a subnegotiation, inside of one.
            Self::Endless => [&[IAC, SUBNEGOTIATION, 24], [b'x'; 253].as_slice()].concat(),
            Self::Short => options.flat_map(|option| [IAC, SUBNEGOTIATION, option, 1, IAC, 240]).collect(),
        }
    }
}

/// Sends such a storm, as fast as the server takes it, from a room of one's own.
///
/// # Panics
/// If anything comes back but the answers to questions.
pub fn storm(addr: SocketAddr, fire: &Fire, storm: Storm) -> Flood {
    let stream = come(addr);
    // Whatever others say is not heard there.
    let room = read_greeting(&stream);
    fire.write(&stream, format!("/join {room}\n").as_bytes());
    let mut buffer = [0; 4096];
    while !read_some(&stream, &mut buffer, DEADLINE).ends_with(format!("You joined {room}\n").as_bytes()) {}
    let flood = flood(&stream, fire, &storm.bytes(), usize::MAX);
    let answer = read_some(&stream, &mut buffer, Duration::from_millis(1));
    let is_answered = matches!(storm, Storm::Questions);
    assert!(
        if is_answered { answer.starts_with(b"[Yes]\r\n\xff\xfc\x06") } else { answer.is_empty() },
        "{storm:?}: {answer:?}"
    );
    flood
}
