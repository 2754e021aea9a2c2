//! What those try who are banned, and operators who take each other's rank at once.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use chinwag_core::Name;
use chinwag_core::log::{AddressKey, KeptBar};
use chinwag_members::Book;
use chinwag_tests::{Adapter, DEADLINE, Person, Program, connect};

use crate::log::Folder;
use crate::{end, stop};

/// How often two operators take each other's rank.
const ROUNDS: usize = 20;

/// Somebody for whom a proxy connects.
struct Comer(BufReader<TcpStream>);

impl Comer {
    fn connect(to: SocketAddr, from: &str) -> Self {
        let mut socket = connect(to);
        write!(socket, "PROXY TCP4 {from} 192.0.2.1 1 2\r\n").expect("it takes a line");
        Self(BufReader::new(socket))
    }

    /// Comes by lines, and is called so.
    fn come(lines: SocketAddr, from: &str, name: &str) -> Self {
        let mut comer = Self::connect(lines, from);
        comer.say(&format!("/name {name}"));
        let _ = comer.find(&format!("You are {name}"), &format!(" is now {name}"));
        comer
    }

    /// Comes by IRC, and is called so.
    fn come_by_irc(irc: SocketAddr, from: &str, name: &str) -> Self {
        let mut comer = Self::connect(irc, from);
        comer.say(&format!("NICK {name}\r\nUSER u 0 * :U\r"));
        let _ = comer.find(" 376 ", " 422 ");
        comer
    }

    fn say(&mut self, line: &str) {
        writeln!(self.0.get_mut(), "{line}").expect("it takes a line");
    }

    /// Returns the next line in which one of both stands.
    #[track_caller]
    fn find(&mut self, one: &str, other: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let read = self.0.read_line(&mut line).expect("a line comes before the deadline");
            assert!(read > 0, "neither {one:?} nor {other:?} comes");
            if line.contains(one) || line.contains(other) {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Tells whether they are let into the room `pizza`, and be it that they ask by IRC.
    fn is_let_in(&mut self) -> bool {
        self.say("/join pizza");
        self.find("You joined pizza", "You are banned from pizza") == "You joined pizza"
    }

    fn is_let_in_by_irc(&mut self) -> bool {
        self.say("JOIN #pizza\r");
        self.find(" 366 ", " 474 ").contains(" 366 ")
    }

    /// Reads all that is told up to the end.
    fn read_to_end(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).expect("it ends before the deadline");
        rest
    }
}

/// Asks the web listener for a `WebSocket`.
const UPGRADE: &str = "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[test]
fn who_is_banned_from_a_room_comes_back_by_no_name_case_connection_or_listener() {
    const MAL: &str = "203.0.113.5";
    for adapter in Adapter::ALL {
        let (server, [lines, web, irc]) = Program::start_all(adapter, ["--proxy-from", "127.0.0.1"]);
        let mut ann = Comer::come(lines, "198.51.100.1", "Ann");
        assert!(ann.is_let_in());
        let mut mal = Comer::come(lines, MAL, "Mal");
        mal.say("/resume");
        let told = mal.find("You can come back with /resume ", "\0");
        let token = told.rsplit(' ').next().expect("it ends with a token").to_owned();
        assert!(mal.is_let_in());
        ann.say("/ban mAL 1d spam");
        let _ = mal.find("You were banned from pizza by Ann", "\0");
        // At once, by another name, and in another case of that.
        assert!(!mal.is_let_in());
        for name in ["Angel", "MAL", "aNGEL"] {
            mal.say(&format!("/name {name}"));
            let _ = mal.find(&format!(" is now {name}"), &format!("You are {name}"));
            assert!(!mal.is_let_in(), "{name}");
        }
        // From elsewhere, as who they are.
        let mut elsewhere = Comer::connect(lines, "198.51.100.77");
        elsewhere.say(&format!("/resume {token}"));
        let _ = elsewhere.find("You are aNGEL", "\0");
        assert!(!elsewhere.is_let_in());
        // By the name from elsewhere, whether they have gone or not.
        assert!(!Comer::come(lines, "198.51.100.78", "mal").is_let_in());
        drop((mal, elsewhere));
        assert!(!Comer::come_by_irc(irc, "198.51.100.79", "MaL").is_let_in_by_irc());
        // From there by any name and at any listener.
        assert!(!Comer::come(lines, MAL, "Devil").is_let_in());
        assert!(!Comer::come_by_irc(irc, MAL, "Imp").is_let_in_by_irc());
        let socket = Comer::connect(web, MAL).0.into_inner();
        let (mut page, _) = tungstenite::client(format!("ws://{web}/socket"), socket).expect("they are let in");
        page.send("/join pizza".into()).expect("it takes a message");
        let mut told = String::new();
        while !told.contains("banned") {
            told = page.read().expect("a message comes before the deadline").to_string();
            assert!(!told.contains("\"room\":\"pizza\"") || told.contains("banned"), "{told}");
        }
        // Others are let in.
        assert!(Comer::come(lines, "198.51.100.2", "Bob").is_let_in());
        assert!(Comer::come_by_irc(irc, "198.51.100.3", "Mallory").is_let_in_by_irc());
        stop(server);
    }
}

#[test]
fn who_comes_from_a_banned_address_is_refused_by_every_listener_also_who_has_loaded_the_page() {
    let folder = Folder::new("evasion");
    for adapter in Adapter::ALL {
        let data = folder.0.join(adapter.program());
        let flags = ["--proxy-from", "127.0.0.1", "--data", data.to_str().expect("it is text")];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        let banned = "203.0.113.7";
        let mut page = Comer::connect(web, banned);
        page.say("GET /healthz HTTP/1.1\r\nHost: a\r\n\r");
        let _ = page.find("HTTP/1.1 200 ", "\0");
        let address = AddressKey::parse(banned).expect("it is an address");
        let bar = KeptBar { address, by: Name::SERVER, until_ms: None, why: None };
        assert!(Book::open(&data).expect("it is there").ban(&bar).expect("it is written"));
        let deadline = Instant::now() + DEADLINE;
        let refused = loop {
            let mut comer = Comer::connect(lines, banned);
            comer.say("");
            let told = comer.find("Server commands", "You are banned");
            if told.contains("You are banned") {
                break told;
            }
            assert!(Instant::now() < deadline, "{banned} is not refused");
        };
        assert_eq!(refused, "You are banned from this server");
        let told = |to: SocketAddr, sent: &str| {
            let mut comer = Comer::connect(to, banned);
            comer.say(sent);
            comer.read_to_end()
        };
        let by_irc = told(irc, "NICK Mal\r\nUSER m 0 * :M\r");
        assert!(by_irc.contains("You are banned from this server") && !by_irc.contains(" 001 "), "{by_irc}");
        for request in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", UPGRADE] {
            let by_page = told(web, request);
            assert!(by_page.starts_with("HTTP/1.1 403 "), "{by_page}");
        }
        page.say(UPGRADE);
        let _ = page.find("HTTP/1.1 403 ", "HTTP/1.1 101 ");
        // Others come as ever.
        let mut other = Comer::connect(web, "203.0.113.8");
        other.say(UPGRADE);
        assert!(other.find("HTTP/1.1", "\0").contains(" 101 "));
        end(server);
    }
}

#[test]
fn of_two_operators_who_take_each_others_rank_at_once_one_has_it_still() {
    for adapter in Adapter::ALL {
        let (server, lines) = Program::start(adapter, ["--flood-rate", "0"]);
        let [mut ann, mut bob, mut cid] = [(); 3].map(|()| Person::come(lines));
        let names = [ann.name().to_owned(), bob.name().to_owned()];
        for round in 0..ROUNDS {
            for person in [&mut ann, &mut bob, &mut cid] {
                person.type_line(&format!("/join room-{round}"));
                person.read_up_to(&format!("You joined room-{round}"));
            }
            ann.type_line(&format!("/op {}", names[1]));
            bob.read_up_to(&format!("{} was made an operator by {}", names[1], names[0]));
            let at_once = Barrier::new(2);
            thread::scope(|scope| {
                for (person, other) in [(&mut ann, &names[1]), (&mut bob, &names[0])] {
                    let at_once = &at_once;
                    scope.spawn(move || {
                        at_once.wait();
                        person.type_line(&format!("/deop {other}"));
                    });
                }
            });
            let taken = |line: &str| line.contains(" was removed as an operator by ");
            let [first, second] = [ann.find_line(taken), bob.find_line(taken)];
            assert_eq!(first, second);
            let (lost, left) = if first.starts_with(&names[0]) { (&mut ann, &names[1]) } else { (&mut bob, &names[0]) };
            assert_eq!(lost.find_line(|_| true), format!("Only operators of room-{round} can do that"));
            cid.type_line("/op");
            assert_eq!(cid.find_line(|line| line.starts_with("Operators - ")), format!("Operators - {left}"));
        }
        stop(server);
    }
}
