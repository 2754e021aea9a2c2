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
const ARE_YOU_THERE: u8 = 246;
const NOP: u8 = 241;

/// What storms there are.
#[derive(Clone, Copy, Debug)]
pub enum Storm {
    /// Offers of all options, and requests for them.
    Offers,
    /// Questions and commands without a meaning.
    Commands,
    /// One subnegotiation that never ends.
    Endless,
    /// Many short ones.
    Short,
}

impl Storm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Offers, Self::Commands, Self::Endless, Self::Short];

    fn bytes(self) -> Vec<u8> {
        let options = 0..=255_u8;
        match self {
            Self::Offers => options.flat_map(|option| [IAC, WILL, option, IAC, DO, option]).collect(),
            Self::Commands => vec![IAC, ARE_YOU_THERE, IAC, NOP],
            // The second of its bytes is a command that would begin a subnegotiation, inside of one.
            Self::Endless => [&[IAC, SUBNEGOTIATION, 24], [b'x'; 253].as_slice()].concat(),
            Self::Short => options.flat_map(|option| [IAC, SUBNEGOTIATION, option, 1, IAC, 240]).collect(),
        }
    }
}

/// Sends such a storm, as fast as the server takes it, from a room of one's own.
///
/// # Panics
/// If anything comes back.
pub fn storm(addr: SocketAddr, fire: &Fire, storm: Storm) -> Flood {
    let stream = come(addr);
    // Whatever others say is not heard there.
    let room = read_greeting(&stream);
    fire.write(&stream, format!("/join {room}\n").as_bytes());
    let mut buffer = [0; 4096];
    while !read_some(&stream, &mut buffer, DEADLINE).ends_with(format!("You joined {room}\n").as_bytes()) {}
    let flood = flood(&stream, fire, &storm.bytes(), usize::MAX);
    let answer = read_some(&stream, &mut buffer, Duration::from_millis(1));
    assert_eq!(answer, b"", "{storm:?} is answered");
    flood
}
