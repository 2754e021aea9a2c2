//! Attacks by those who speak TLS: handshakes that take for ever, that are many, or that go wrong; and connections
//! whose TLS is abused once it is there.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection};
use socket2::SockRef;

use super::stranger::connect_small;
use crate::{Fire, Sealed, Trust, connect};

/// A hello that the server goes on from, as the library sends it.
fn hello(trust: &Trust, is_1_3: bool) -> Vec<u8> {
    let name = "localhost".try_into().expect("it is a name");
    let mut client = ClientConnection::new(trust.client(is_1_3), name).expect("it can be asked for");
    let mut hello = Vec::new();
    client.write_tls(&mut hello).expect("memory takes all");
    hello
}

/// Lets so many begin a handshake a byte after each `pause`, as many stop in the middle of it, and as many after the
/// server has answered. Returns their connections.
///
/// # Panics
/// If the server can't be reached.
pub fn secure_slowly(addr: SocketAddr, fire: &Fire, trust: &Trust, count: usize, pause: Duration) -> Vec<TcpStream> {
    let hello = hello(trust, true);
    let come = |bytes: &[u8]| {
        let mut stream = connect(addr);
        stream.write_all(bytes).expect("the server reads what is sent");
        stream
    };
    let half: Vec<_> = (0..count).map(|_| come(&hello[..hello.len() / 2])).collect();
    let answered: Vec<_> = (0..count).map(|_| come(&hello)).collect();
    let slow: Vec<_> = (0..count).map(|_| connect(addr)).collect();
    for byte in &hello {
        // The server may have lost patience.
        slow.iter().for_each(|mut stream| drop(stream.write_all(&[*byte])));
        if !fire.goes_on_after(pause) {
            break;
        }
    }
    half.into_iter().chain(answered).chain(slow).collect()
}

/// Sends what is no TLS after the beginning of some, over and over. Returns how often.
///
/// # Panics
/// If the server can't be reached, or says something other than an alert.
pub fn go_wrong(addr: SocketAddr, fire: &Fire, trust: &Trust, pause: Duration) -> usize {
    let hello = hello(trust, true);
    let garbage: Vec<u8> = (0..5000u32).map(|place| (place * 7919 % 251) as u8).collect();
    let wrong: [&[u8]; 6] = [
        // What comes after a hello has to be TLS, too.
        &[&hello, &garbage[..]].concat(),
        &[&hello[..], &b"\x16\x03\x03\x40\x00"[..], &garbage].concat(),
        &[&hello[..], b"\x17\x03\x03\x00\x10", &garbage[..16]].concat(),
        // A hello of nonsense, and one that promises far too much.
        b"\x16\x03\x01\x00\x05hello",
        b"\x16\x03\x01\xff\xff\x01\xff\xff\xff",
        &[&hello[..11], &garbage].concat(),
    ];
    let mut times = 0;
    for bytes in wrong.iter().cycle() {
        let mut stream = connect(addr);
        // It may have been closed already.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.first().is_none_or(|first| [0x15, 0x16].contains(first)), "the server says {answer:?}");
        times += 1;
        if !fire.goes_on_after(pause) {
            break;
        }
    }
    times
}

/// Lets so many come at once, from a few threads, each with a whole handshake. Returns their connections.
///
/// # Panics
/// If one of them is not let in.
pub fn come_at_once(addr: SocketAddr, config: &Arc<ClientConfig>, count: usize) -> Vec<Sealed> {
    const THREADS: usize = 4;
    // All have said hello before any goes on.
    thread::scope(|scope| {
        let part = |first: usize| {
            let come = || connect(addr);
            let begin = |_| Sealed::begin(come, config).expect("the server reads what is sent");
            let begun: Vec<_> = (first..count).step_by(THREADS).map(begin).collect();
            let finish = |begun: Sealed| begun.finish_or_come_again(come, config).expect("the server speaks TLS");
            begun.into_iter().map(finish).collect::<Vec<_>>()
        };
        let parts: Vec<_> = (0..THREADS).map(|first| scope.spawn(move || part(first))).collect();
        parts.into_iter().flat_map(|part| part.join().expect("each is let in")).collect()
    })
}

/// Asks for new keys over and over, and says nothing else. Returns how often.
///
/// # Panics
/// If the server does not let them in.
pub fn renew_keys(addr: SocketAddr, fire: &Fire, trust: &Trust) -> usize {
    let mut sealed = trust.connect(addr);
    let mut times = 0;
    while fire.goes_on_after(Duration::ZERO) {
        let (tls, socket) = sealed.parts();
        for _ in 0..64 {
            if tls.refresh_traffic_keys().is_err() {
                return times;
            }
            times += 1;
        }
        // The server may end it.
        if tls.write_tls(socket).is_err() {
            break;
        }
    }
    times
}

/// Sends records with nothing in them over and over. Returns how many.
///
/// # Panics
/// If the server does not let them in.
pub fn send_nothing(addr: SocketAddr, fire: &Fire, trust: &Trust) -> usize {
    let mut sealed = trust.connect(addr);
    let mut times = 0;
    while fire.goes_on_after(Duration::ZERO) {
        // A byte a record is the least that the library seals.
        if sealed.write_all(b" ").and_then(|()| sealed.flush()).is_err() {
            break;
        }
        times += 1;
    }
    times
}

/// Comes, and reads nothing.
///
/// # Panics
/// If the server does not let them in.
pub fn come_deaf(addr: SocketAddr, trust: &Trust) -> Sealed {
    Sealed::over(|| connect_small(addr), &trust.client(true)).expect("the server speaks TLS")
}

/// Comes, says something, and is cut off in the middle of the next, over and over. Returns how often.
///
/// # Panics
/// If the server does not let them in.
pub fn be_cut_off(addr: SocketAddr, fire: &Fire, trust: &Trust, pause: Duration) -> usize {
    let mut times = 0;
    while fire.goes_on_after(pause) {
        let mut sealed = trust.connect(addr);
        sealed.write_all(b"/users\n").and_then(|()| sealed.flush()).expect("the server reads what is sent");
        let (tls, socket) = sealed.parts();
        tls.writer().write_all(b"this is never heard\n").expect("memory takes all");
        let mut record = Vec::new();
        tls.write_tls(&mut record).expect("memory takes all");
        socket.write_all(&record[..record.len() - 1]).expect("the server reads what is sent");
        if times % 2 == 0 {
            SockRef::from(&*socket).set_linger(Some(Duration::ZERO)).expect("an open socket takes options");
        }
        times += 1;
    }
    times
}
