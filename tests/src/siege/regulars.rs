//! Owns well-behaved people who chat in some rooms, all in one thread: each in turn says a number, and each hears what
//! everyone in their room says.
//!
//! They type at a steady pace whether or not anything comes back, as long as the server reads it, so that a server that
//! is held up can't hide it by holding them up.

use std::env;
use std::io::{Read as _, Write as _};
use std::mem;
use std::net::{SocketAddr, TcpStream};
use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::delays::Delays;
use super::ledger::Ledger;
use crate::{DEADLINE, connect};

/// How long after one message the next is said. With ten people each of them says sixteen lines in a second; the server
/// lets everyone say twenty. `CHINWAG_PACE` is another number of milliseconds, for what a machine can hardly bear.
const PACE: Duration = Duration::from_millis(6);

/// How many lines of others are kept, so that attackers can't fill this process.
const OTHERS_MAX: usize = 1000;

/// What all regulars' names begin with.
const NAME: &str = "Regular-";

/// Commands the thread in which regulars chat.
#[derive(Debug)]
pub(super) struct Regulars {
    /// They leave when this is dropped.
    orders: Option<Sender<Order>>,
    reports: Receiver<Report>,
    thread: Option<JoinHandle<()>>,
}

/// Holds what regulars have heard.
#[derive(Clone, Default, Debug)]
pub struct Heard {
    /// How long it took, for each message of theirs and each of those who heard it.
    pub delays: Delays,
    /// The first thousand lines that were something else, such as that somebody has joined; in any order.
    pub others: Vec<String>,
    /// How many such lines there were.
    pub others_count: usize,
}

#[derive(Debug)]
enum Order {
    /// Chat, and report when so much was said.
    Chat { messages_min: usize },
    /// Chat no more, and report when all was heard.
    Finish,
}

#[derive(Debug)]
enum Report {
    Enough,
    All(Heard),
}

impl Regulars {
    /// Lets people come, into these rooms, so many each.
    pub(super) fn come(addr: SocketAddr, tables: &[(&str, usize)]) -> Self {
        let mut group = Group::come(addr, tables);
        let ((orders, to_do), (reporter, reports)) = (mpsc::channel(), mpsc::channel());
        let thread = thread::spawn(move || group.run(&to_do, &reporter));
        Self { orders: Some(orders), reports, thread: Some(thread) }
    }

    /// Lets them chat: so much at least, and until `last` is done, which is begun then. Returns what they heard, and
    /// what `last` returned.
    ///
    /// # Panics
    /// If not everything that they said was heard, once and in order.
    pub(super) fn chat<T>(&mut self, messages_min: usize, last: impl FnOnce() -> T) -> (Heard, T) {
        self.order(Order::Chat { messages_min });
        self.report();
        let last = last();
        self.order(Order::Finish);
        match self.report() {
            Report::All(heard) => (heard, last),
            Report::Enough => panic!("that was reported before"),
        }
    }

    fn order(&mut self, order: Order) {
        let orders = self.orders.as_ref().expect("they are told nothing after they were told to leave");
        if orders.send(order).is_err() {
            self.fail();
        }
    }

    fn report(&mut self) -> Report {
        match self.reports.recv() {
            Ok(report) => report,
            Err(_) => self.fail(),
        }
    }

    /// Panics as the thread did.
    fn fail(&mut self) -> ! {
        let thread = self.thread.take().expect("it fails once");
        resume_unwind(thread.join().expect_err("it ends early only by a panic"))
    }
}

impl Drop for Regulars {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // If it has panicked, it has said so.
            let _ = thread.join();
        }
    }
}

/// Does what is ordered.
#[derive(Debug)]
struct Group {
    people: Vec<Regular>,
    ledgers: Vec<Ledger>,
    heard: Heard,
    /// Whose turn it is.
    next: usize,
    pace: Duration,
}

#[derive(Debug)]
struct Regular {
    /// Their room, and which of its members they are.
    slot: (usize, usize),
    stream: TcpStream,
    /// What has come since the last whole line.
    unread: Vec<u8>,
}

impl Group {
    fn come(addr: SocketAddr, tables: &[(&str, usize)]) -> Self {
        let mut people = Vec::new();
        for (table, &(room, members)) in tables.iter().enumerate() {
            for member in 0..members {
                let mut stream = connect(addr);
                let name = format!("{NAME}{table}-{member}");
                // Who begins with a line need not wait for the greeting.
                write!(stream, "\n/join {room}\n/name {name}\n").expect("the server reads what is sent");
                let mut regular = Regular { slot: (table, member), stream, unread: Vec::new() };
                while !regular.read_lines().iter().any(|line| line.ends_with(&format!(" is now {name}"))) {}
                people.push(regular);
            }
        }
        // Neighbours at a table do not talk one after the other, so that at each table something is said at any time.
        people.sort_by_key(|regular| (regular.slot.1, regular.slot.0));
        let ledgers = tables.iter().map(|&(_, members)| Ledger::new(members)).collect();
        let mut group = Self { people, ledgers, heard: Heard::default(), next: 0, pace: pace() };
        group.settle();
        group
    }

    /// Reads what they were told while the others came, so that all that comes later is news.
    fn settle(&mut self) {
        for regular in &mut self.people {
            regular.stream.write_all(b"/settled\n").expect("the server reads what is sent");
            while !regular.read_lines().iter().any(|line| line.starts_with("Unrecognized command /settled")) {}
        }
    }

    fn run(&mut self, orders: &Receiver<Order>, reports: &Sender<Report>) {
        let (mut enough, mut finishing_since) = (None, None);
        let mut next_at = None;
        loop {
            match orders.try_recv() {
                Ok(Order::Chat { messages_min }) => {
                    self.heard = Heard::default();
                    (enough, next_at) = (Some(self.said_count() + messages_min), Some(Instant::now()));
                }
                Ok(Order::Finish) => (finishing_since, next_at) = (Some(Instant::now()), None),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return,
            }
            if let Some(at) = next_at.filter(|at| *at <= Instant::now()) {
                self.say();
                next_at = Some((at + self.pace).max(Instant::now()));
            }
            self.hear(next_at.map_or(self.pace, |at| at.saturating_duration_since(Instant::now())));
            if enough.is_some_and(|enough| self.said_count() >= enough) {
                enough = None;
                // If nobody wants to know, there is no further order either.
                let _ = reports.send(Report::Enough);
            }
            if let Some(since) = finishing_since {
                let missing = || self.ledgers.iter().map(Ledger::missing).collect::<Vec<_>>();
                assert!(since.elapsed() < DEADLINE, "not all was heard: {:?} are missing", missing());
                if self.ledgers.iter().all(Ledger::is_all_heard) {
                    finishing_since = None;
                    let _ = reports.send(Report::All(mem::take(&mut self.heard)));
                }
            }
        }
    }

    fn said_count(&self) -> usize {
        self.ledgers.iter().map(Ledger::said_count).sum()
    }

    fn say(&mut self) {
        let count = self.people.len();
        let regular = &mut self.people[self.next];
        self.next = (self.next + 1) % count;
        let (table, member) = regular.slot;
        let number = self.ledgers[table].say(member, Instant::now());
        writeln!(regular.stream, "{number}").expect("the server reads what is sent");
    }

    /// Reads what has come, or comes in this time.
    fn hear(&mut self, patience: Duration) {
        let mut sockets: Vec<_> =
            self.people.iter().map(|regular| PollFd::new(&regular.stream, PollFlags::IN)).collect();
        let patience = Timespec::try_from(patience).expect("it is short");
        match poll(&mut sockets, Some(&patience)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => panic!("sockets can be waited for: {error}"),
        }
        let ready: Vec<_> = sockets.iter().map(|socket| !socket.revents().is_empty()).collect();
        for (number, _) in ready.into_iter().enumerate().filter(|(_, is_ready)| *is_ready) {
            for line in self.people[number].read_lines() {
                self.hear_line(number, line);
            }
        }
    }

    fn hear_line(&mut self, listener: usize, line: String) {
        let (table, member) = self.people[listener].slot;
        let said = line.strip_prefix(NAME).and_then(|line| {
            let (speaker, number) = line.split_once(": ")?;
            let (speakers_table, speaker) = speaker.split_once('-')?;
            Some((speakers_table.parse::<usize>().ok()?, speaker.parse().ok()?, number.parse().ok()?))
        });
        if let Some((speakers_table, speaker, number)) = said {
            assert_eq!(speakers_table, table, "{member} in room {table} hears what is said elsewhere");
            let delay = self.ledgers[table].hear(member, speaker, number).unwrap_or_else(|error| panic!("{error}"));
            self.heard.delays.add(delay);
            return;
        }
        assert!(is_harmless(&line), "somebody can do harm with {line:?}");
        assert!(!line.starts_with("Server is very busy"), "a regular reads all, and was not sent all: {line}");
        self.heard.others_count += 1;
        if self.heard.others.len() < OTHERS_MAX {
            self.heard.others.push(line);
        }
    }
}

impl Regular {
    /// Reads what has come, waiting for something if nothing has, and returns all lines that are whole.
    fn read_lines(&mut self) -> Vec<String> {
        let mut buffer = [0; 64 << 10];
        let len = self.stream.read(&mut buffer).expect("something comes before the deadline");
        assert_ne!(len, 0, "the server goes on");
        self.unread.extend_from_slice(&buffer[..len]);
        let end = self.unread.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<_> = self.unread.drain(..end).collect();
        let lines = String::from_utf8(lines).expect("the server sends UTF-8");
        lines.split_terminator('\n').map(str::to_owned).collect()
    }
}

/// Returns how long after one message the next is said.
fn pace() -> Duration {
    env::var("CHINWAG_PACE")
        .map_or(PACE, |pace| Duration::from_millis(pace.parse().expect("it is a number of milliseconds")))
}

/// Tells whether a line has nothing that a terminal could obey.
fn is_harmless(line: &str) -> bool {
    let is_bidi =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !line.contains(|c: char| c.is_control() || is_bidi(c) || matches!(c, '\u{2028}' | '\u{2029}'))
}
