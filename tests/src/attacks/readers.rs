//! People who do not read, or hardly, and those whose talk nobody reads.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use super::stranger::{come_small, read_greeting};
use crate::{Fire, HELP, Person};

/// What those say who talk much, where `--max-line 4096` allows it: 16 KiB. Thirty of it are more than a queue and two small sockets
/// hold.
const LONG_LINE: char = '😀';
const LONG_LINE_CHARS: usize = 4096;

/// How often who half-closes a connection asks for help before that: a third of a minute's worth of typing, all at once, and more
/// than a small socket holds.
const HELPS: usize = 60;

/// Lets so many people come, one after each `pause`, who never read anything, not even the greeting; returns their connections.
#[must_use]
pub fn read_nothing(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) -> Vec<TcpStream> {
    (0..count)
        .map(|_| {
            fire.pause(pause);
            come_small(addr)
        })
        .collect()
}

/// Says a long line in the main room in each `pause`.
pub fn talk_much(addr: SocketAddr, fire: &Fire, pause: Duration) {
    let mut person = Person::come(addr);
    let line = LONG_LINE.to_string().repeat(LONG_LINE_CHARS);
    let said = format!("{}: {LONG_LINE}", person.name());
    while fire.goes_on_after(pause) {
        person.type_line(&line);
        let _ = person.find_line(|line| line.starts_with(&said));
    }
}

/// Lets so many people read one byte in each `pause`.
pub fn sip(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) {
    let streams = read_nothing(addr, fire, count, Duration::ZERO);
    while fire.goes_on_after(pause) {
        for mut stream in &streams {
            stream.read_exact(&mut [0]).expect("there is always more than they read");
        }
    }
}

/// Goes to a room of one's own, asks for much, says something, closes the writing side at once, and reads only then; over and over.
///
/// # Panics
/// If not all that was asked for comes, and what was said, and then the end.
pub fn half_close(addr: SocketAddr, fire: &Fire) {
    while fire.is_on() {
        let mut stream = come_small(addr);
        let room = read_greeting(&stream);
        let lines = format!("/join {room}\n{}hello\n", "/help\n".repeat(HELPS));
        stream.write_all(lines.as_bytes()).expect("it is read");
        stream.shutdown(Shutdown::Write).expect("the connection is open");
        let mut got = String::new();
        stream.read_to_string(&mut got).expect("the server closes the connection");
        assert_eq!(got.matches(HELP).count(), HELPS, "{got}");
        assert!(got.ends_with(": hello\n"), "{got}");
    }
}
