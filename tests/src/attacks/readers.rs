//! People who do not read, or hardly, and those whose talk nobody reads.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use super::stranger::{come_small, read_greeting};
use crate::{Fire, Person};

/// How many of the long lines are more than a queue and two small sockets hold.
pub const LINES_HELD_MAX: usize = 30;

/// What those say who talk much, where `--max-line 4096` allows it: 16 KiB.
const LONG_LINE: char = '😀';
const LONG_LINE_CHARS: usize = 4096;

/// How many such lines somebody says who half-closes a connection then: more than two small sockets hold, and less than
/// a queue.
const LAST_LINES: usize = 12;

/// Lets so many people come, one after each `pause`, who never read anything, not even the greeting; returns their
/// connections.
#[must_use]
pub fn read_nothing(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) -> Vec<TcpStream> {
    (0..count)
        .map(|_| {
            fire.pause(pause);
            come_small(addr)
        })
        .collect()
}

/// Says a long line in the main room in each `pause`, and returns how many it were.
pub fn talk_much(addr: SocketAddr, fire: &Fire, pause: Duration) -> usize {
    let mut person = Person::come(addr);
    let line = LONG_LINE.to_string().repeat(LONG_LINE_CHARS);
    let said = format!("{}: {LONG_LINE}", person.name());
    let mut count = 0;
    while fire.goes_on_after(pause) {
        person.type_line(&line);
        let _ = person.find_line(|line| line.starts_with(&said));
        count += 1;
    }
    count
}

/// Lets people who have read nothing so far read one byte each after each `pause`, and returns how many each has read.
///
/// # Panics
/// If there is none to be read.
pub fn sip(fire: &Fire, streams: &[TcpStream], pause: Duration) -> usize {
    let mut count = 0;
    while fire.goes_on_after(pause) {
        for mut stream in streams {
            stream.read_exact(&mut [0]).expect("there is always more than they read");
        }
        count += 1;
    }
    count
}

/// Comes to the room of a friend, says much, closes the writing side at once, and reads only when the friend was told
/// of it; over and over.
///
/// # Panics
/// If not all that was said comes back, and then the end.
pub fn half_close(addr: SocketAddr, fire: &Fire) {
    let mut friend = Person::come(addr);
    let room = friend.name().to_owned();
    friend.type_line(&format!("/join {room}"));
    // Or else those who come may be there first, and see the friend come.
    friend.read_up_to(&format!("You joined {room}"));
    let line = LONG_LINE.to_string().repeat(LONG_LINE_CHARS);
    while fire.is_on() {
        let mut stream = come_small(addr);
        let name = read_greeting(&stream);
        let said = format!("{line}\n").repeat(LAST_LINES);
        write!(stream, "/join {room}\n{said}end\n").expect("the server reads what is sent");
        stream.shutdown(Shutdown::Write).expect("the connection is open");
        friend.read_up_to(&format!("{name}: end"));
        friend.read_up_to(&format!("{name} left"));
        let mut got = String::new();
        stream.read_to_string(&mut got).expect("the server closes the connection");
        let expected = format!("{}{name}: end\n", format!("{name}: {line}\n").repeat(LAST_LINES));
        // What others said before is heard before.
        let before = got.strip_suffix(&expected).unwrap_or_default();
        let has_joined = before.contains(&format!("You joined {room}\n"));
        assert!(has_joined, "{} bytes, and not all of {}", got.len(), expected.len());
    }
}
