//! Attacks from where a proxy is to say for whom it connects: it says it slowly, says something else, or nothing, for
//! many.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use super::stranger::read_all;
use crate::{Fire, connect_from};

/// What is dripped: no header, but the beginning of two.
const HEADERS: [&[u8]; 2] = [
    b"PROXY TCP6 2001:db8:1111:2222:3333:4444:5555:6666 2001:db8:1111:2222:3333:4444:5555:7777 65535 6553",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x10\0\xcb\0\x71\x07\xc0\0\x02\x01\xdc\x04\xab\xe0 and so on, and so on, and so on, and so on",
];

/// What is sent instead of a header.
const GARBAGE: [&[u8]; 8] = [
    b"hello\n",
    b"PROXY TCP4 203.0.113.7\r\nhello\n",
    b"PROXY UNKNOWN and so on, and so on, and so on, and so on, and so on, and so on, and so on, and so on, and so on\r\nhello\n",
    b"PROXY TCP4 999.0.0.1 999.0.0.1 1 1\r\nhello\n",
    b"\r\n\r\n\0\r\nQUIT\nhello\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xffhello\n",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x04hello\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
];

/// Lets a proxy connect for so many, and say for whom with a byte after each `pause`; whom the server gives up begins
/// again. Returns how many bytes each has sent.
pub fn drip(addr: SocketAddr, proxy: IpAddr, fire: &Fire, count: usize, pause: Duration) -> usize {
    let begin = |number: usize| (HEADERS[number % HEADERS.len()].iter(), connect_from(proxy, addr));
    let mut saying: Vec<_> = (0..count).map(begin).collect();
    let mut dripped = 0;
    while fire.goes_on_after(pause) {
        for (number, (header, stream)) in saying.iter_mut().enumerate() {
            let is_sent = header.next().is_some_and(|byte| stream.write_all(&[*byte]).is_ok());
            if !is_sent {
                (*header, *stream) = begin(number);
            }
        }
        dripped += 1;
    }
    dripped
}

/// Says something else, over and over, and returns how often.
///
/// # Panics
/// If that is not refused.
pub fn say_something_else(addr: SocketAddr, proxy: IpAddr, fire: &Fire) -> usize {
    let mut count = 0;
    while fire.is_on() {
        for garbage in GARBAGE {
            let mut stream = connect_from(proxy, addr);
            // The server may have closed the connection before all is sent.
            let _ = stream.write_all(garbage);
            let told = String::from_utf8(read_all(&stream)).expect("all that is told is UTF-8");
            assert!(told.contains("Server expects the PROXY protocol"), "{told:?} after {}", garbage.escape_ascii());
            count += 1;
        }
    }
    count
}

/// Lets a proxy connect for so many, and say nothing. Returns the connections.
#[must_use]
pub fn say_nothing(addr: SocketAddr, proxy: IpAddr, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| connect_from(proxy, addr)).collect()
}
