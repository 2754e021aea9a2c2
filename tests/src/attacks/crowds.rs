//! Many people, and much coming and going: of connections, of names, and of rooms.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::stranger::{come, read_greeting};
use crate::{Fire, Person};

/// Tells how often somebody took something new, be it a name or a room, and gave up what they had before.
#[derive(Clone, Debug)]
pub struct Spree {
    /// How often.
    pub count: usize,
    /// How long it went on.
    pub took: Duration,
    /// What they had in the end.
    pub last: String,
}

/// How often a crowd comes and goes at least.
const ROUNDS_MIN: usize = 2;

/// Lets so many people come, one after each `pause`, and all leave at once; over and over. One in two has read the
/// greeting then, and the others not a word.
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
pub fn rename(addr: SocketAddr, fire: &Fire, number: usize) -> Spree {
    let mut person = Person::come(addr);
    Spree::go_on(fire, number, |name| {
        person.type_line(&format!("/name {name}"));
        let _ = person.find_line(|line| line.ends_with(&format!(" is now {name}")));
    })
}

/// Makes a room and drops the last one, as fast as the server reads it; `number` tells one attacker from another.
pub fn make_rooms(addr: SocketAddr, fire: &Fire, number: usize) -> Spree {
    let mut person = Person::come(addr);
    Spree::go_on(fire, number, |room| {
        person.type_line(&format!("/join {room}"));
        person.read_up_to(&format!("You joined {room}"));
    })
}

impl Spree {
    fn go_on(fire: &Fire, number: usize, mut take: impl FnMut(&str)) -> Self {
        let (mut spree, start) = (Self { count: 0, took: Duration::ZERO, last: String::new() }, Instant::now());
        while fire.is_on() {
            spree.last = format!("r{number}-{}", spree.count);
            take(&spree.last);
            spree.count += 1;
        }
        spree.took = start.elapsed();
        spree
    }

    /// Returns how many of them all together there were in a second.
    #[must_use]
    pub fn per_second(sprees: &[Self]) -> f64 {
        sprees.iter().map(|spree| spree.count as f64 / spree.took.as_secs_f64()).sum()
    }
}
