//! Attacks at the IRC listener: floods of all that can be asked for, lines that never end, requests of a page, and
//! people who come for a moment, say who they are slowly, or never do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::flood::{Flood, flood};
use super::stranger::{connect_small, read_all};
use crate::{Fire, connect};

/// What somebody asks for over and over, and does not read the answers to. `{}` is a number of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// What it is called.
    pub name: &'static str,
    /// What they do before.
    first: &'static str,
    lines: &'static str,
    /// What stands for `%` in the lines, so often.
    filling: (&'static str, usize),
}

/// Lists what can be asked for over and over.
pub const DEMANDS: [Demand; 12] = [
    Demand::new("talk", "JOIN #main\r\n", "PRIVMSG #main :x\r\nNOTICE #main :x\r\n"),
    Demand::new("many rooms in one line", "", "JOIN #main%\r\nPART #main%\r\n").filled(",#room-{}", 50),
    Demand::new("into a room and out", "", "JOIN #r-{}\r\nPART #r-{} :bye\r\nJOIN #main\r\nJOIN 0\r\n"),
    Demand::new("names", "JOIN #main\r\n", "NICK one-{}\r\nNICK two-{}\r\n"),
    Demand::new("away", "JOIN #main\r\n", "AWAY :x\r\nAWAY\r\nSETNAME :a\r\nSETNAME :b\r\n"),
    Demand::new("modes", "JOIN #main\r\n", "MODE irc-{} +Bi\r\nMODE irc-{} -Bi\r\nMODE #main\r\nMODE #main b\r\n"),
    Demand::new("whom to look for", "", "MONITOR + a-{}%\r\nMONITOR S\r\nMONITOR C\r\n").filled(",irc-{}", 40),
    Demand::new(
        "who is here",
        "JOIN #main\r\n",
        "WHO *\r\nWHO #main %tcuihsnfdlaor\r\nNAMES #main\r\nWHOIS irc-{}\r\n",
    ),
    Demand::new("lists", "", "LIST\r\nHELP\r\nLUSERS\r\nMOTD\r\nVERSION\r\nINFO\r\n"),
    Demand::new("tags", TAGS_FIRST, "@label=1;+x=% TAGMSG #main\r\n@label=2;+x=% PRIVMSG #main :x\r\n")
        .filled("x", 4000),
    Demand::new("tags over the limit", TAGS_FIRST, "@+x=% TAGMSG #main\r\n").filled("x", 8192),
    Demand::new("a line without an end", "", "%").filled("x", 4096),
];

const TAGS_FIRST: &str = "JOIN #main\r\nCAP REQ :message-tags echo-message labeled-response batch server-time\r\n";

/// What a page would like to have said.
const POST: &str = "POST / HTTP/1.1\r\nHost: chat\r\nContent-Type: text/plain\r\n\r\n\
                    NICK evil\r\nUSER evil 0 * :evil\r\nPRIVMSG #main :hello from a web page\r\n";

/// How many bytes that make no line count as one.
const LINELESS_BYTES: usize = 16 << 10;

impl Demand {
    const fn new(name: &'static str, first: &'static str, lines: &'static str) -> Self {
        Self { name, first, lines, filling: ("", 0) }
    }

    const fn filled(self, filling: &'static str, count: usize) -> Self {
        Self { filling: (filling, count), ..self }
    }

    /// Returns how many bytes one of the lines has, or so many as count for one without an end.
    #[must_use]
    pub fn line_bytes(&self) -> usize {
        let lines = self.lines(usize::MAX);
        lines.len().checked_div(lines.matches('\n').count()).unwrap_or(LINELESS_BYTES)
    }

    fn lines(&self, number: usize) -> String {
        let (filling, count) = self.filling;
        let filled: String = (0..count).map(|place| filling.replace("{}", &format!("{number}-{place}"))).collect();
        let lines = if count == 0 { self.lines.to_owned() } else { self.lines.replace('%', &filled) };
        lines.replace("{}", &number.to_string())
    }
}

/// Comes and says who they are, and reads until they are welcome.
///
/// # Panics
/// If they are not.
fn register(stream: &TcpStream, name: &str) {
    say(stream, &format!("NICK {name}\r\nUSER {name} 0 * :{name}\r\n"));
    read_up_to(stream, &format!(" 376 {name} "));
}

fn say(mut stream: &TcpStream, lines: &str) {
    stream.write_all(lines.as_bytes()).expect("the server reads what is sent");
}

/// Reads up to a line in which this stands.
fn read_up_to(stream: &TcpStream, part: &str) {
    let mut lines = BufReader::with_capacity(1, stream).lines();
    let is_found = lines.any(|line| line.expect("a line comes before the deadline").contains(part));
    assert!(is_found, "the connection ends before there is {part}");
}

/// Returns a number that nobody else has: the server may read for a while what the last have sent who are gone.
fn number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Asks for something over and over, as fast as the server reads it, and reads none of the answers.
pub fn demand(addr: SocketAddr, fire: &Fire, demand: &Demand) -> Flood {
    let number = number();
    let stream = connect_small(addr);
    register(&stream, &format!("irc-{number}"));
    say(&stream, &demand.first.replace("{}", &number.to_string()));
    flood(&stream, fire, demand.lines(number).as_bytes(), usize::MAX)
}

/// Lets so many come who say who they are a byte after each `pause`, and as many who stop half-way. Returns their
/// connections.
pub fn arrive_slowly(addr: SocketAddr, fire: &Fire, count: usize, pause: Duration) -> Vec<TcpStream> {
    let half: Vec<_> = (0..count).map(|_| connect(addr)).collect();
    for (number, stream) in half.iter().enumerate() {
        say(stream, &format!("CAP LS 302\r\nNICK half-{number}\r\n"));
    }
    let slow: Vec<_> = (0..count).map(|_| connect(addr)).collect();
    for byte in "NICK slow\r\nUSER slow 0 * :slow\r\n".chars().cycle() {
        slow.iter().for_each(|stream| say(stream, &byte.to_string()));
        if !fire.goes_on_after(pause) {
            break;
        }
    }
    half.into_iter().chain(slow).collect()
}

/// Sends what a page can make a browser send, over and over.
///
/// # Panics
/// If anything but the first line of it is heard.
pub fn post(addr: SocketAddr, fire: &Fire, pause: Duration) {
    while fire.goes_on_after(pause) {
        let stream = connect(addr);
        // The server may have closed the connection before all is sent.
        let _ = (&stream).write_all(POST.as_bytes());
        let told = String::from_utf8(read_all(&stream)).expect("all that is told is UTF-8");
        let lines: Vec<_> = told.lines().collect();
        let is_refused =
            lines.len() == 2 && lines[0].contains(" NOTICE * :This port is for IRC, not for HTTP, which is at port ");
        assert!(is_refused && lines[1].starts_with("ERROR "), "{told}");
    }
}

/// Comes, is in a room, and quits, over and over. Returns how often.
///
/// # Panics
/// If the server does not let them go in order.
pub fn come_and_quit(addr: SocketAddr, fire: &Fire, pause: Duration) -> usize {
    let (mut count, number) = (0, number());
    while fire.goes_on_after(pause) {
        let mut stream = connect(addr);
        let name = format!("brief-{number}");
        say(&stream, &format!("NICK {name}\r\nUSER {name} 0 * :{name}\r\nJOIN #main,#r-{number}\r\nQUIT :bye\r\n"));
        let mut told = String::new();
        stream.read_to_string(&mut told).expect("the server closes the connection");
        assert!(told.ends_with("ERROR :Closing link: Quit\r\n") && told.contains(" JOIN #main\r\n"), "{told}");
        count += 1;
    }
    count
}

/// Comes as somebody who reads nothing from then on, and returns the connection.
#[must_use]
pub fn come_deaf(addr: SocketAddr, name: &str) -> TcpStream {
    let stream = connect_small(addr);
    register(&stream, name);
    stream
}

/// Writes to somebody alone, so many long lines after each `pause`. Returns how many it were.
pub fn write_to(addr: SocketAddr, fire: &Fire, to: &str, lines: usize, pause: Duration) -> usize {
    let stream = connect(addr);
    register(&stream, &format!("speaker-{}", number()));
    let line = format!("PRIVMSG {to} :{}\r\n", "x".repeat(400));
    let mut count = 0;
    while fire.goes_on_after(pause) {
        say(&stream, &format!("{}PING {count}\r\n", line.repeat(lines)));
        read_up_to(&stream, &format!(" :{count}"));
        count += lines;
    }
    count
}

/// Comes, and is answered.
///
/// # Panics
/// If it is not so.
pub fn look_in(addr: SocketAddr) {
    let stream = connect(addr);
    register(&stream, "guest-by-irc");
    say(&stream, "PING :there?\r\n");
    read_up_to(&stream, " :there?");
}
