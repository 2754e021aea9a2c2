//! What is kept of what is said to one person alone, and who reads it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Instant;

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use chinwag_tests::{Adapter, DEADLINE, Program, connect};
use rustix::process::Signal;

use crate::log::Folder;

/// What `ann` and `bob` log in with, by PLAIN.
const ANN: &str = "AGFubgBzZXNhbWU=";
const BOB: &str = "AGJvYgBzZXNhbWU=";

/// Somebody who is logged in by an account, or a guest. Their client has the capabilities that it takes.
struct Client {
    name: &'static str,
    stream: BufReader<TcpStream>,
}

impl Client {
    fn come(at: SocketAddr, name: &'static str, proof: Option<&str>) -> Self {
        let mut stream = connect(at);
        let caps = "sasl batch server-time message-tags echo-message draft/chathistory draft/event-playback";
        write!(stream, "CAP REQ :{caps}\r\n").expect("it takes a line");
        if let Some(proof) = proof {
            write!(stream, "AUTHENTICATE PLAIN\r\nAUTHENTICATE {proof}\r\n").expect("it takes two lines");
        }
        write!(stream, "NICK {name}\r\nUSER u 0 * :U\r\nCAP END\r\n").expect("it takes a few lines");
        let mut client = Self { name, stream: BufReader::new(stream) };
        let welcome = client.up_to(" 376 ");
        assert_eq!(welcome.contains(" 903 "), proof.is_some(), "{welcome}");
        client
    }

    fn ann(at: SocketAddr) -> Self {
        Self::come(at, "ann", Some(ANN))
    }

    fn bob(at: SocketAddr) -> Self {
        Self::come(at, "bob", Some(BOB))
    }

    fn say(&mut self, line: &str) {
        write!(self.stream.get_mut(), "{line}\r\n").expect("it takes a line");
    }

    /// Returns all lines up to one that has this.
    fn up_to(&mut self, end: &str) -> String {
        let mut told = String::new();
        let mut from = 0;
        while !told[from..].contains(end) {
            from = told.len();
            let read = self.stream.read_line(&mut told).expect("a line comes before the deadline");
            assert!(read > 0, "{told}");
        }
        told
    }

    /// Says something to another, and waits until they have it.
    fn tell(&mut self, other: &mut Self, text: &str) {
        self.say(&format!("PRIVMSG {} :{text}", other.name));
        other.up_to(&format!(" PRIVMSG {} :{text}", other.name));
    }

    /// Returns what somebody is told of before: what was said, without what stands before it.
    fn history(&mut self, with: &str) -> Vec<String> {
        self.say(&format!("CHATHISTORY LATEST {with} * 10\r\nPING :end"));
        let told = self.up_to(" PONG ");
        assert!(told.contains(&format!("chathistory {with}")), "{told}");
        told.lines().filter_map(|line| Some(line.split_once(" PRIVMSG ")?.1.to_owned())).collect()
    }

    fn is_refused(&mut self, with: &str) -> bool {
        self.say(&format!("CHATHISTORY LATEST {with} * 10\r\nPING :end"));
        self.up_to(" PONG ").contains(&format!("FAIL CHATHISTORY INVALID_TARGET LATEST {with}"))
    }
}

fn account(name: &str) -> Account {
    Account { name: Name::parse(name).expect("it is a name"), role: Role::Member }
}

fn add(folder: &Path, name: &str) {
    let mut book = Book::open(folder).expect("it is there");
    assert!(book.add_account(&account(name), &Passphrase::new("sesame")).expect("it is written"));
}

fn remove(folder: &Path, name: &str) {
    let mut book = Book::open(folder).expect("it is there");
    assert!(book.remove_account(&account(name).name).expect("it is written"));
}

fn end(server: Program) {
    server.signal(Signal::KILL);
    drop(server.join());
}

#[test]
fn what_was_said_to_one_alone_is_read_again_by_both_and_by_nobody_else() {
    let [first, second] = Adapter::ALL;
    let folder = Folder::new("private");
    let path = folder.0.to_str().expect("it is text");
    let flags = ["--data", path, "--keep-private"];
    std::fs::create_dir_all(&folder.0).expect("there is room");
    ["ann", "bob"].iter().for_each(|name| add(&folder.0, name));
    let (server, [_, _, irc]) = Program::start_all(first, flags);
    let (mut ann, mut bob, mut eve) = (Client::ann(irc), Client::bob(irc), Client::come(irc, "Eve", None));
    ann.tell(&mut bob, "a plan");
    bob.tell(&mut ann, "\x01ACTION nods\x01");
    eve.tell(&mut ann, "who are you?");
    eve.say("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2262-01-01T00:00:00.000Z 9\r\nPING :end");
    assert!(!eve.up_to(" PONG ").contains("TARGETS ann"));
    assert!(eve.is_refused("ann") && eve.is_refused("bob"), "a guest has no copy");
    end(server);

    let (server, [_, _, irc]) = Program::start_all(second, flags);
    let (mut ann, mut bob, mut eve) = (Client::ann(irc), Client::bob(irc), Client::come(irc, "Eve", None));
    let both = ["bob :a plan", "ann :\x01ACTION nods\x01"];
    assert_eq!(
        (ann.history("bob"), bob.history("ANN")),
        (both.map(Into::into).to_vec(), both.map(Into::into).to_vec())
    );
    assert_eq!(ann.history("eve"), ["ann :who are you?"]);
    assert_eq!(bob.history("eve"), [""; 0]);
    assert!(eve.is_refused("ann"));
    ann.say("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2262-01-01T00:00:00.000Z 9\r\nPING :end");
    let told = ann.up_to(" PONG ");
    assert!(told.contains("CHATHISTORY TARGETS bob ") && told.contains("CHATHISTORY TARGETS Eve "), "{told}");
    // While the server runs, an account is removed, and another gets its name.
    remove(&folder.0, "bob");
    bob.up_to(" 901 ");
    add(&folder.0, "bob");
    // It is learned of within a second: who comes before that is logged in by none.
    let (mut other, deadline) = (Client::come(irc, "Other", Some(BOB)), Instant::now() + DEADLINE);
    while other.is_refused("ann") {
        assert!(Instant::now() < deadline, "the server does not learn of the account");
        other = Client::come(irc, "Other", Some(BOB));
    }
    assert_eq!(other.history("ann"), [""; 0], "it was another's");
    assert_eq!(ann.history("bob"), both);
    end(server);

    // And while none does.
    remove(&folder.0, "ann");
    add(&folder.0, "ann");
    let (server, [_, _, irc]) = Program::start_all(first, flags);
    assert_eq!(Client::ann(irc).history("bob"), [""; 0], "it was another's");
    end(server);

    // Without the flag nothing is kept, nor read.
    let (server, [_, _, irc]) = Program::start_all(second, &flags[..2]);
    let (mut ann, mut bob) = (Client::ann(irc), Client::bob(irc));
    ann.tell(&mut bob, "not to be kept");
    assert!(ann.is_refused("bob"));
    end(server);
    let (server, [_, _, irc]) = Program::start_all(first, flags);
    assert_eq!(Client::ann(irc).history("bob"), [""; 0]);
    end(server);
}
