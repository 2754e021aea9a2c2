//! Owns a flood: the same bytes over and over, as fast as the server takes them.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::stranger::break_off;
use crate::Fire;

/// How much a socket holds that floods: little, so that what it takes is what the server takes.
const SOCKET_BYTES: usize = 64 << 10;

/// How much is sent at once.
const PIECE_BYTES: usize = 64 << 10;

/// Tells how much a flood was.
#[derive(Clone, Copy, Debug)]
pub struct Flood {
    /// What the server took, and the sockets hold.
    pub bytes: usize,
    /// How long it went on.
    pub took: Duration,
}

/// Sends these bytes over and over: so many at the most, and as long as the attack goes on. Then the connection is
/// broken off.
pub(super) fn flood(stream: &TcpStream, fire: &Fire, bytes: &[u8], bytes_max: usize) -> Flood {
    SockRef::from(stream).set_send_buffer_size(SOCKET_BYTES).expect("an open socket takes options");
    let piece = bytes.repeat(PIECE_BYTES.div_ceil(bytes.len()));
    let (mut sent, start) = (0, Instant::now());
    while sent < bytes_max && fire.is_on() {
        sent += fire.write(stream, &piece);
    }
    break_off(stream);
    Flood { bytes: sent, took: start.elapsed() }
}
