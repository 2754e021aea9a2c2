//! Attacks on the web listener: requests that never become any, or are too long, frames that break the rules, and
//! browsers that read nothing.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::stranger::{connect_small, read_all, read_some};
use crate::{DEADLINE, Fire, connect};

/// The head of a request for the page, but for its end.
const PAGE: &str = "GET / HTTP/1.1\r\nHost: chat.example\r\nAccept: text/html\r\n";

/// The head of a request for a `WebSocket`, but for its end.
const UPGRADE: &str = "GET /socket HTTP/1.1\r\nHost: chat.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n";

/// A request for what is not there, and how many of them follow each other.
const NOTHING: &str = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
const REQUESTS: usize = 200;

/// What goes on and on in a head that does not end.
const FIELD: &str = "X-And-So-On: and so on, and so on, and so on\r\n";

/// More than a head may have.
const HEAD_BYTES: usize = 40_000;

/// What is answered to such a one.
const TOO_LARGE: &[u8] = b"HTTP/1.1 431 ";

/// How long to wait until it is looked again whom the server has given up: who does nothing else would take the
/// server's time.
const LOOK_PAUSE: Duration = Duration::from_millis(1);

/// Frames that break the rules, masked with zeros if at all, and with which code each is closed.
const BROKEN: [(&[u8], u16); 8] = [
    (b"\x81\x05hello", 1002),
    (b"\xc1\x85\0\0\0\0hello", 1002),
    (b"\x80\x85\0\0\0\0hello", 1002),
    (b"\x83\x85\0\0\0\0hello", 1002),
    (b"\x89\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1002),
    (b"\x82\x85\0\0\0\0hello", 1003),
    (b"\x81\x82\0\0\0\0\xc0\x80", 1007),
    (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", 1009),
];

/// Lets so many ask for the page, or for a `WebSocket`, with a byte after each `pause`; whom the server gives up begins
/// again. Returns how many bytes each has sent.
pub fn drip(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) -> usize {
    let mut asking: Vec<_> = (0..count).map(|number| ([PAGE, UPGRADE][number % 2].bytes(), connect(addr))).collect();
    let mut dripped = 0;
    while fire.goes_on_after(pause) {
        for (number, (request, stream)) in asking.iter_mut().enumerate() {
            let is_sent = request.next().is_some_and(|byte| stream.write_all(&[byte]).is_ok());
            if !is_sent {
                (*request, *stream) = ([PAGE, UPGRADE][number % 2].bytes(), connect(addr));
            }
        }
        dripped += 1;
    }
    dripped
}

/// Asks for a `WebSocket` with a head that never ends, as fast as the server takes it, also after it was refused; over
/// and over. Returns how often that was.
///
/// # Panics
/// If it is not refused.
pub fn ask_without_end(addr: SocketAddr, fire: &Fire) -> usize {
    let (mut count, fields) = (0, FIELD.repeat(HEAD_BYTES.div_ceil(FIELD.len())));
    while fire.is_on() {
        let stream = connect(addr);
        let mut has_asked_enough = false;
        fire.write(&stream, UPGRADE.as_bytes());
        while fire.write(&stream, fields.as_bytes()) == fields.len() {
            has_asked_enough = true;
        }
        if has_asked_enough {
            let mut answer = [0; TOO_LARGE.len()];
            assert_eq!(read_some(&stream, &mut answer, DEADLINE), TOO_LARGE);
            count += 1;
        }
    }
    count
}

/// Sends heads that are longer than any may be, as fast as the server takes them, and returns how many.
///
/// # Panics
/// If one of them is not refused.
pub fn ask_too_much(addr: SocketAddr, fire: &Fire) -> usize {
    let (mut count, head) = (0, format!("{PAGE}Cookie: {}\r\n\r\n", "x".repeat(HEAD_BYTES)));
    while fire.is_on() {
        let mut stream = connect(addr);
        // The server may have closed the connection before all is sent.
        let _ = stream.write_all(head.as_bytes());
        let told = read_all(&stream);
        assert!(told.starts_with(TOO_LARGE), "{}", String::from_utf8_lossy(&told));
        count += 1;
    }
    count
}

/// Lets so many send a head that is as long as it may be, in pieces, but for its end, over and over: whom the server
/// gives up begins again. Returns how many were sent.
pub fn hold_long_heads(addr: SocketAddr, fire: &Fire, count: usize) -> usize {
    let head = format!("{PAGE}Cookie: {}", "x".repeat((32 << 10) - PAGE.len() - 10));
    let mut sent = 0;
    let mut held: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
    while fire.goes_on_after(LOOK_PAUSE) {
        for place in &mut held {
            if place.as_ref().is_some_and(|stream| stream.peek(&mut [0]).is_err()) {
                continue;
            }
            let mut stream = connect(addr);
            if head.as_bytes().chunks(1000).all(|piece| fire.is_on() && stream.write_all(piece).is_ok()) {
                sent += 1;
            }
            stream.set_nonblocking(true).expect("an open socket takes options");
            *place = Some(stream);
        }
    }
    sent
}

/// Asks for one thing after the other without a pause, on one connection until the server closes it, and then on the
/// next. Returns how many connections that were.
///
/// # Panics
/// If one of them gets more than a few answers.
pub fn ask_in_a_row(addr: SocketAddr, fire: &Fire) -> usize {
    let (mut count, requests) = (0, NOTHING.repeat(REQUESTS));
    while fire.is_on() {
        let mut stream = connect(addr);
        // The server may have closed the connection before all is sent.
        let _ = stream.write_all(requests.as_bytes());
        let told = String::from_utf8_lossy(&read_all(&stream)).into_owned();
        let answers = told.matches("HTTP/1.1 404 ").count();
        assert!((1..REQUESTS / 2).contains(&answers), "{answers} of {REQUESTS} requests are answered");
        count += 1;
    }
    count
}

/// Opens a `WebSocket` and sends answers to pings that nobody has sent, as fast as the server takes them. Returns how
/// many bytes of them.
///
/// # Panics
/// If the server does not read at all.
pub fn pong(addr: SocketAddr, fire: &Fire) -> usize {
    let mut stream = connect(addr);
    write!(stream, "{UPGRADE}\r\n").expect("the server reads what is sent");
    let (mut sent, pongs) = (0, b"\x8a\x80\0\0\0\0".repeat(1000));
    while fire.is_on() {
        sent += fire.write(&stream, &pongs);
    }
    sent
}

/// Opens a `WebSocket` and breaks the rules, over and over, as fast as the server lets it, and returns how often.
///
/// # Panics
/// If it is not closed for that.
pub fn break_rules(addr: SocketAddr, fire: &Fire) -> usize {
    let mut count = 0;
    for (frame, code) in BROKEN.into_iter().cycle().take_while(|_| fire.is_on()) {
        let mut stream = connect(addr);
        let all = [UPGRADE.as_bytes(), b"\r\n", frame].concat();
        stream.write_all(&all).expect("the server reads what is sent");
        let told = read_all(&stream);
        let closed = [&[0x88, 2], &code.to_be_bytes()[..]].concat();
        assert!(told.ends_with(&closed), "{frame:?}: not {code} after {}", String::from_utf8_lossy(&told));
        count += 1;
    }
    count
}

/// Lets so many people come, one after each `pause`, whose browsers never read anything; returns their connections.
///
/// # Panics
/// If the server can't be reached.
#[must_use]
pub fn read_nothing(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) -> Vec<TcpStream> {
    let come = |_| {
        fire.pause(pause);
        let mut stream = connect_small(addr);
        write!(stream, "{UPGRADE}\r\n").expect("the server reads what is sent");
        stream
    };
    (0..count).map(come).collect()
}
