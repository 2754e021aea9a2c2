//! Bans of addresses: they are kept in the folder of a server, also while it runs, and hold when it starts again.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_core::log::{AddressKey, KeptBar};
use chinwag_core::{Name, Text};
use chinwag_members::Book;
use chinwag_tests::{Adapter, DEADLINE, Program, connect};

use crate::end;
use crate::log::Folder;

const SECRET: &str = "corr3ct-h0rse";

/// How long a ban lasts that is to be over: longer than it takes to ask whether it holds.
const SHORT: Duration = Duration::from_secs(4);

/// Connects through a proxy, which says from where.
fn come_from(lines: SocketAddr, from: &str) -> BufReader<TcpStream> {
    let mut stream = connect(lines);
    let family = if from.contains(':') { "TCP6 " } else { "TCP4 " };
    let to = if from.contains(':') { "2001:db8::1" } else { "192.0.2.1" };
    write!(stream, "PROXY {family}{from} {to} 1 2\r\n/users\n").expect("it takes a few lines");
    BufReader::new(stream)
}

/// Returns the first line that somebody is told.
fn first_line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).expect("a line comes before the deadline");
    line.trim_end().to_owned()
}

/// Returns what those are told who come from there, if they may not come.
fn refusal(lines: SocketAddr, from: &str) -> Option<String> {
    Some(first_line(&mut come_from(lines, from))).filter(|line| line != "Server commands")
}

/// Waits until it is so that those who come from there are let in, or are not.
fn await_welcome(lines: SocketAddr, from: &str, is_welcome: bool) {
    let deadline = Instant::now() + DEADLINE;
    while refusal(lines, from).is_none() != is_welcome {
        assert!(Instant::now() < deadline, "{from} is not {is_welcome}");
    }
}

fn bar(address: &str, until_ms: Option<u64>) -> KeptBar {
    let address = AddressKey::parse(address).expect("the case is an address");
    KeptBar { address, by: Name::SERVER, until_ms, why: Some(Text::clean("spam")) }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    u64::try_from(since.as_millis()).expect("it is not much later")
}

/// Has an operator of the server say something by IRC from this machine, and waits for the answer.
fn operate(irc: SocketAddr, line: &str, answer: &str) {
    let mut stream = BufReader::new(connect(irc));
    let hello =
        format!("PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nNICK Sue\r\nUSER s 0 * :S\r\nOPER Root {SECRET}\r\n{line}\r\n");
    stream.get_mut().write_all(hello.as_bytes()).expect("it takes a few lines");
    let mut told = String::new();
    while !told.contains(answer) {
        assert!(stream.read_line(&mut told).expect("a line comes before the deadline") > 0, "{told}");
    }
}

#[test]
fn a_ban_of_an_address_holds_for_a_running_server_and_for_one_that_is_started_again() {
    let folder = Folder::new("bans");
    for adapter in Adapter::ALL {
        let data = folder.0.join(adapter.program()).to_str().expect("it is text").to_owned();
        let flags = ["--data", &data, "--proxy-from", "127.0.0.1"];
        let (server, [lines, _, irc]) = Program::start_all(adapter, flags);
        let mut book = Book::open(Path::new(&data)).expect("it is there");
        let root = Account { name: Name::parse("Root").expect("it is a name"), role: Role::Operator };
        assert!(book.add_account(&root, &Passphrase::new(SECRET)).expect("it is written"));
        // As `chinwag ban` does: who is here is put out.
        let mut there = come_from(lines, "198.51.100.7");
        assert_eq!(first_line(&mut there), "Server commands");
        assert!(book.ban(&bar("198.51.100.7", None)).expect("it is written"));
        let mut told = String::new();
        there.read_to_string(&mut told).expect("it ends before the deadline");
        assert!(told.ends_with("You are banned from this server: spam\n"), "{told}");
        await_welcome(lines, "198.51.100.7", false);
        await_welcome(lines, "198.51.100.8", true);
        // By an operator of the server: of IPv6 the network is meant.
        operate(irc, "DLINE 2001:db8:7::1 :flood", "NOTICE Sue :2001:db8:7::/64 is banned from this server");
        await_welcome(lines, "2001:db8:7::abcd", false);
        await_welcome(lines, "2001:db8:8::abcd", true);
        let until = now_ms() + u64::try_from(SHORT.as_millis()).expect("it is short");
        assert!(book.ban(&bar("198.51.100.9", Some(until))).expect("it is written"));
        let err = end(server).err;
        assert!(err.contains("Server banned 198.51.100.7: spam"), "{err}");
        assert!(err.contains("Sue banned 2001:db8:7::/64: flood"), "{err}");
        let kept: Vec<_> = book.bans().expect("they are read").iter().map(|bar| bar.address.to_string()).collect();
        assert_eq!(kept, ["198.51.100.7", "198.51.100.9", "2001:db8:7::/64"]);
        // When it starts again they hold from the first on, and nothing is told of it again.
        let (server, [lines, _, irc]) = Program::start_all(adapter, flags);
        let refused = refusal(lines, "198.51.100.7").expect("it is banned");
        assert_eq!(refused, "You are banned from this server");
        assert!(refusal(lines, "2001:db8:7::1").is_some());
        if now_ms() + 1000 < until {
            assert!(refusal(lines, "198.51.100.9").is_some());
        }
        await_welcome(lines, "198.51.100.9", true);
        assert!(now_ms() >= until, "it was let in too soon");
        operate(irc, "UNDLINE 2001:db8:7::", "NOTICE Sue :2001:db8:7::/64 is not banned from this server any more");
        await_welcome(lines, "2001:db8:7::1", true);
        assert!(book.unban(bar("198.51.100.7", None).address).expect("it is written"));
        await_welcome(lines, "198.51.100.7", true);
        let err = end(server).err;
        assert!(!err.contains("banned 198.51.100.7: spam") && err.contains("Server unbanned 198.51.100.7"), "{err}");
        assert_eq!(book.bans().expect("they are read"), []);
    }
}
