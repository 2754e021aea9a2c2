//! Connections that break while there is much to read and to write.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use super::stranger::{break_off, come_small};
use crate::Fire;

/// How many lines somebody sends before the connection breaks.
const LINES: usize = 50;

/// How many are in each of the rooms that they go to. What they say is more for each of these than two small sockets
/// hold, so that connections break while the server waits for them.
const MEMBERS: usize = 10;

/// Lets so many people come, move to rooms of theirs, talk, and break their connections all at once, without having
/// read anything; after each `pause`, `rounds` times.
pub fn talk_and_reset(addr: SocketAddr, fire: &Fire, count: usize, rounds: usize, pause: Duration) {
    for _ in 0..rounds {
        fire.pause(pause);
        let mut streams: Vec<_> = (0..count).map(|_| come_small(addr)).collect();
        for (number, stream) in streams.iter_mut().enumerate() {
            let lines = format!("/join r-{}\n", number / MEMBERS) + &format!("{:x<200}\n", "").repeat(LINES);
            // Who is written to may break off before.
            let _ = stream.write_all(lines.as_bytes());
            break_off(stream);
        }
    }
}
