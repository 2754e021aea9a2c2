//! Malice in text: what would do harm to whoever reads it, and lines that never end, or do nothing else.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use super::flood::{Flood, flood};
use super::stranger::{come, read_greeting};
use crate::{Fire, Person, connect};

/// What a terminal would obey, or show as something else.
const HARM: [&str; 12] = [
    "\u{1b}[2J\u{1b}[H\u{1b}[31mall is gone",
    "\u{1b}]0;your title\u{7}\u{1b}]52;c;cm0gLXJmIH4=\u{7}is not yours",
    "\u{9b}31mwith one byte\u{9c}",
    "\u{1b}P+q544e\u{1b}\\\u{1b}[6n\u{1b}[c\u{5}answer me",
    "what you see\rRegular-0-0: is what they said",
    "what you see\u{8}\u{8}\u{8}\u{8}\u{7f}\u{7f}is another",
    "\u{202e}txet siht\u{2066}\u{2069}\u{200f}\u{61c}",
    "one line\u{2028}Regular-0-0: two lines\u{2029}three",
    "one line\u{85}Regular-0-0: two lines\u{b}three\u{c}four",
    "\u{0}\u{1}\u{2}\u{3}\u{1a}\u{4}nul and company",
    "\u{e}graphics\u{f}",
    "tab\ttab",
];

/// What looks like a name, or like nothing.
const BAD_NAMES: [&str; 8] = [
    "Regular\u{200b}-0-0",
    "\u{200b}\u{200b}\u{200b}",
    "\u{2060}Ann",
    "A\u{ad}nn",
    "Аnn",
    "An\u{200d}n",
    "ﬁn",
    "\u{3164}\u{3164}",
];

/// How much an endless line has.
const ENDLESS_BYTES: usize = 10 << 20;

/// Says what would do harm, over and over, as fast as the server reads it.
pub fn say_harm(addr: SocketAddr, fire: &Fire) {
    let mut person = Person::come(addr);
    for line in HARM.iter().cycle().take_while(|_| fire.is_on()) {
        let said = format!("{}: ", person.name());
        person.type_line(line);
        let _ = person.find_line(|line| line.starts_with(&said));
    }
}

/// Sends lines that are blank once they are cleaned, as fast as the server takes them. Returns how many bytes of them.
///
/// # Panics
/// If the server can't be reached.
pub fn say_nothing(addr: SocketAddr, fire: &Fire) -> usize {
    let (stream, mut sent) = (connect(addr), 0);
    let lines = [b"\x07\n".repeat(1000), "\u{202e}\n".repeat(1000).into_bytes()].concat();
    while fire.is_on() {
        sent += fire.write(&stream, &lines);
    }
    sent
}

/// Asks for names that look like others, or like nothing: once each at the least, and over and over, as fast as the
/// server reads it.
///
/// # Panics
/// If any of them is granted.
pub fn ask_for_bad_names(addr: SocketAddr, fire: &Fire) {
    let mut person = Person::come(addr);
    for (round, name) in BAD_NAMES.iter().cycle().enumerate() {
        if round >= BAD_NAMES.len() && !fire.is_on() {
            return;
        }
        person.type_line(&format!("/name {name}"));
        person.read_up_to("Name must be 2 - 20 letters, digits, - or _");
    }
}

/// Sends one line of 10 MB, all of it, in a room of one's own, and returns how often it is told to be too long.
///
/// # Panics
/// If anything else is answered.
pub fn send_whole_endless_line(addr: SocketAddr) -> usize {
    let mut person = Person::come(addr);
    let room = person.name().to_owned();
    person.type_line(&format!("/join {room}"));
    person.read_up_to(&format!("You joined {room}"));
    person.type_line(&"x".repeat(ENDLESS_BYTES));
    // What is asked after it is answered after it.
    person.type_line("/users");
    let mut count = 0;
    loop {
        let line = person.read_line();
        if line.starts_with("Users - ") {
            return count;
        }
        assert_eq!(line, "Messages can only be 400 chars long");
        count += 1;
    }
}

/// Sends one line of 10 MB, or as much of it as the server takes.
pub fn send_endless_line(addr: SocketAddr, fire: &Fire) -> Flood {
    flood(&come(addr), fire, b"x", ENDLESS_BYTES)
}

/// Sends line ends, as fast as the server takes them.
pub fn flood_line_ends(addr: SocketAddr, fire: &Fire) -> Flood {
    flood(&come(addr), fire, b"\n", usize::MAX)
}

/// Lets so many people type one letter after each `pause`, and never finish their line, but for one, who is heard in
/// the end. Returns how many letters each has typed.
///
/// # Panics
/// If the server does not take them, or the line that is finished is another.
pub fn drip(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) -> usize {
    let mut person = Person::come(addr);
    let streams: Vec<_> = (0..count).map(|_| come(addr)).collect();
    for stream in &streams {
        read_greeting(stream);
    }
    let mut typed = String::new();
    while fire.goes_on_after(pause) {
        person.type_some("x");
        for mut stream in &streams {
            stream.write_all(b"x").expect("the server reads what is sent");
        }
        typed.push('x');
    }
    person.type_line("");
    person.read_up_to(&format!("{}: {typed}", person.name()));
    typed.len()
}
