//! Many people, and much coming and going: of connections, of names, and of rooms.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::stranger::{come, read_greeting};
use crate::{Fire, Person};

/// How often a crowd comes and goes at least.
const ROUNDS_MIN: usize = 2;

/// Lets so many people come, one after each `pause`, and all leave at once; over and over. One in two has read the greeting then, and
/// the others not a word.
pub fn come_and_go(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) {
    let mut rounds = 0;
    while rounds < ROUNDS_MIN || fire.is_on() {
        let (mut streams, mut next) = (Vec::new(), Instant::now());
        while streams.len() < count {
            streams.push(come(addr));
            // Whoever came late does not make the next late.
            next += pause;
            fire.pause(next.saturating_duration_since(Instant::now()));
        }
        for stream in streams.iter().step_by(2) {
            read_greeting(stream);
        }
        rounds += 1;
    }
}

/// Changes one's name, as fast as the server reads it; `number` tells one attacker from another.
pub fn rename(addr: SocketAddr, fire: &Fire, number: usize) {
    let mut person = Person::come(addr);
    for round in (0..).take_while(|_| fire.is_on()) {
        let name = format!("r{number}-{round}");
        person.type_line(&format!("/name {name}"));
        let _ = person.find_line(|line| line.ends_with(&format!(" is now {name}")));
    }
}

/// Makes a room and drops the last one, as fast as the server reads it; `number` tells one attacker from another.
pub fn make_rooms(addr: SocketAddr, fire: &Fire, number: usize) {
    let mut person = Person::come(addr);
    for round in (0..).take_while(|_| fire.is_on()) {
        let room = format!("r{number}-{round}");
        person.type_line(&format!("/join {room}"));
        person.read_up_to(&format!("You joined {room}"));
    }
}
