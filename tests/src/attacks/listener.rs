//! Attacks on the way in: other protocols, more connections than there may be, and visits without a word.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use chinwag_core::Config;

use super::stranger::read_all;
use crate::{Fire, connect};

/// What somebody who is no person sends, and what they are told.
#[derive(Clone, Debug)]
pub struct Foreigner {
    /// All that they send.
    pub sends: Vec<u8>,
    /// All that they receive, before the connection is closed.
    pub is_told: String,
}

/// The words that a full server refuses with.
pub const FULL: &str = "Server is full, try again later\n";

const TLS: &str = "This port is for chat by telnet or nc, not for TLS\n";
const BINARY: &str = "This port is for chat by telnet or nc\n";

/// What a web page would like to have said: each line of it is a valid one of chat.
const COMMANDS: &str = "/name evil\n/join main\nhello from a web page\n//shrug\n/quit\n";

/// What whoever speaks HTTP is told, where the page is at this address.
fn no_http(page: SocketAddr) -> String {
    format!("This port is for chat by telnet or nc, not for HTTP, which is at port {}\n", page.port())
}

/// Lists those who speak something else than chat, to a server whose page is at this address.
#[must_use]
pub fn foreigners(page: SocketAddr) -> Vec<Foreigner> {
    let no_http = no_http(page);
    let bad_request = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n{no_http}",
        no_http.len()
    );
    let http = |head: &str, body: &str| Foreigner {
        sends: format!("{head}\r\nHost: chat\r\n\r\n{body}").into(),
        is_told: bad_request.clone(),
    };
    let post = format!("POST /?/join=main HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: {}", COMMANDS.len());
    let chunked = format!("{:x}\r\n{COMMANDS}\r\n0\r\n\r\n", COMMANDS.len());
    let long = "x".repeat(10_000);
    // The beginning of a hello of TLS 1.2, with a newline in what is random in it.
    let hello = [&[0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3][..], &b"\nhello\n/quit\n".repeat(15)].concat();
    // A request to allocate of TURN, with text in its user name.
    let stun = [&[0, 3, 0, 120, 0x21, 0x12, 0xa4, 0x42][..], &b"\nhello\n".repeat(16)].concat();
    vec![
        http("GET / HTTP/1.1", ""),
        http(&post, COMMANDS),
        http("POST / HTTP/1.1\r\nTransfer-Encoding: chunked", &chunked),
        http("ODD-method * HTTP/1.0", COMMANDS),
        http(&format!("GET /{long} HTTP/1.1"), COMMANDS),
        // No browser's methods, but a page may choose them, where another site has allowed it to.
        http(&format!("patch /{} HTTP/1.1", &long[..2000]), COMMANDS),
        http(&format!("{} / HTTP/1.1", &long[..2000]), COMMANDS),
        Foreigner { sends: hello, is_told: TLS.to_owned() },
        Foreigner { sends: stun, is_told: BINARY.to_owned() },
    ]
}

/// Speaks something else than chat, over and over, now at once and now byte by byte.
///
/// # Panics
/// If something else is answered than that this port is for chat.
pub fn speak_something_else(addr: SocketAddr, page: SocketAddr, fire: &Fire) {
    for round in 0.. {
        for Foreigner { sends, is_told } in foreigners(page) {
            let come = Instant::now();
            let mut stream = connect(addr);
            let at_once = if round % 2 == 0 { 0 } else { sends.len().min(40) };
            // The server may have closed the connection before all is sent.
            let sent = sends[..at_once].iter().try_for_each(|byte| stream.write_all(&[*byte]));
            let _ = sent.and_then(|()| stream.write_all(&sends[at_once..]));
            let was_late = come.elapsed() >= Config::default().limits.handshake_wait;
            let told = String::from_utf8(read_all(&stream)).expect("all that is told is UTF-8");
            // Whoever was kept from speaking for so long is greeted first, and told the same then, as a line of chat.
            let line = is_told.lines().last().expect("it is told something");
            let is_told_late =
                was_late && told.starts_with("Server commands\n") && told.ends_with(&format!("{line}\n"));
            assert!(told == is_told || is_told_late, "{told:?} instead of {is_told:?}");
            if !fire.is_on() {
                return;
            }
        }
    }
}

/// Is greeted first, and speaks HTTP then, over and over.
///
/// # Panics
/// If something else is answered than that this port is for chat.
pub fn speak_http_late(addr: SocketAddr, page: SocketAddr, fire: &Fire) {
    while fire.is_on() {
        let mut stream = connect(addr);
        let mut received = String::new();
        while !received.ends_with("You joined main\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the server greets");
            received.push(char::from(byte[0]));
        }
        let post = &foreigners(page)[1];
        let _ = stream.write_all(&post.sends);
        let told = String::from_utf8(read_all(&stream)).expect("all that is told is UTF-8");
        // The line of the request ended in CR LF, and so do all lines from there on.
        assert!(told.replace("\r\n", "\n").ends_with(&no_http(page)), "{told}");
    }
}

/// Speaks HTTP, and goes on sending whatever it is told, over and over. Returns the most that any connection took.
pub fn send_on(addr: SocketAddr, fire: &Fire) -> usize {
    let (request, more) = (b"POST / HTTP/1.1\r\n\r\n", [b'x'; 64 << 10]);
    let mut most = 0;
    while fire.is_on() {
        let (mut stream, mut taken) = (connect(addr), 0);
        if stream.write_all(request).is_ok() {
            while let Ok(len) = stream.write(&more) {
                taken += len;
            }
        }
        most = most.max(taken);
    }
    most
}

/// Connects, says nothing, and is gone again, over and over, as what looks whether a server is alive does.
pub fn look_in(addr: SocketAddr, fire: &Fire, pause: Duration) {
    while fire.goes_on_after(pause) {
        drop(connect(addr));
    }
}

/// Holds so many connections, or as many as the server lets in, over and over: each time half of them go. Returns how
/// many were refused, and the connections that are held in the end.
///
/// # Panics
/// If somebody is neither greeted nor told that the server is full.
pub fn fill(addr: SocketAddr, fire: &Fire, count: usize) -> (usize, Vec<TcpStream>) {
    let (mut refused, mut held) = (0, Vec::new());
    while fire.is_on() {
        match try_to_enter(addr) {
            Some(stream) => held.push(stream),
            None => refused += 1,
        }
        if held.len() + refused >= count {
            held.truncate(held.len() / 2);
        }
    }
    (refused, held)
}

/// Comes to a server that is full, after each `pause`, and returns how often.
///
/// # Panics
/// If somebody is let in.
pub fn try_in_vain(addr: SocketAddr, fire: &Fire, pause: Duration) -> usize {
    let mut count = 0;
    while fire.goes_on_after(pause) {
        assert!(try_to_enter(addr).is_none(), "the server is full");
        count += 1;
    }
    count
}

/// Comes to the server, and returns the connection, unless the server says that it is full.
///
/// # Panics
/// If it neither says that nor greets.
pub fn try_to_enter(addr: SocketAddr) -> Option<TcpStream> {
    let mut stream = connect(addr);
    let _ = stream.write_all(b"\n");
    let mut first = vec![0; FULL.len()];
    // Who is refused may have sent what was not read, which resets the connection; the answer comes before that.
    stream.read_exact(&mut first).expect("there is an answer");
    if first == FULL.as_bytes() {
        return None;
    }
    assert!(first.starts_with(b"Server commands\n"), "{}", String::from_utf8_lossy(&first));
    Some(stream)
}
