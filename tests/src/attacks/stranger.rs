//! Owns the sockets of strangers: as anybody has them, and such that hold little.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::{DEADLINE, connect};

/// How much a small socket holds. Linux makes the most of whatever is too small for it.
const SMALL_BYTES: usize = 1024;

/// The smallest packets that Linux makes. A server's end of a connection grows with its packets, and on loopback would
/// hold megabytes at once.
const SMALL_PACKET_BYTES: u32 = 536;

/// The end of what newcomers are told.
const GREETED: &[u8] = b"You joined main\n";

/// More than any greeting has.
const GREETING_BYTES_MAX: usize = 1024;

/// Comes to the server at `addr`, and reads nothing yet. Who begins with a line need not wait for the greeting.
pub(super) fn come(addr: SocketAddr) -> TcpStream {
    let mut stream = connect(addr);
    stream.write_all(b"\n").expect("the server reads what is sent");
    stream
}

/// Comes to the server with a socket that holds little, so that it takes little to fill it.
///
/// # Panics
/// If the server can't be reached.
#[must_use]
pub fn come_small(addr: SocketAddr) -> TcpStream {
    let mut stream = connect_small(addr);
    stream.write_all(b"\n").expect("the server reads what is sent");
    stream
}

/// Connects with a socket that holds little, and says nothing yet.
pub(super) fn connect_small(addr: SocketAddr) -> TcpStream {
    let socket =
        Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP)).expect("there are descriptors");
    socket.set_recv_buffer_size(SMALL_BYTES).expect("a new socket takes options");
    socket.set_tcp_mss(SMALL_PACKET_BYTES).expect("a new socket takes options");
    socket.connect_timeout(&addr.into(), DEADLINE).expect("the server listens");
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(DEADLINE)).expect("an open socket takes options");
    stream
}

/// Breaks a connection off as soon as it is dropped: what was sent and is still on its way is lost, and the server sees
/// a reset.
pub(super) fn break_off(stream: &TcpStream) {
    SockRef::from(stream).set_linger(Some(Duration::ZERO)).expect("an open socket takes options");
}

/// Reads up to the end of the greeting, and returns what the server calls them.
pub(super) fn read_greeting(mut stream: &TcpStream) -> String {
    let (mut greeting, mut byte) = (Vec::new(), [0]);
    while !greeting.ends_with(GREETED) {
        assert!(greeting.len() < GREETING_BYTES_MAX, "there is no greeting: {}", String::from_utf8_lossy(&greeting));
        stream.read_exact(&mut byte).expect("the server greets");
        greeting.extend(byte);
    }
    let greeting = String::from_utf8(greeting).expect("the server sends UTF-8");
    let name = greeting.lines().find_map(|line| line.strip_prefix("You are "));
    name.expect("a newcomer is told their name").to_owned()
}

/// Reads up to the end of the connection, in order or by a reset.
pub(super) fn read_all(mut stream: &TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    if let Err(error) = stream.read_to_end(&mut received) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "the connection ends");
    }
    received
}

/// Reads what has come, in this time at the most; nothing if nothing has.
pub(super) fn read_some<'a>(mut stream: &TcpStream, buffer: &'a mut [u8], patience: Duration) -> &'a [u8] {
    stream.set_read_timeout(Some(patience)).expect("an open socket takes options");
    let len = stream.read(buffer).unwrap_or(0);
    &buffer[..len]
}
