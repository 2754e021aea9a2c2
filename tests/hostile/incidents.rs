//! What befalls a connection is told to whoever runs the server: once for each cause and minute, with the address, and
//! without a word of what was said. Here is what takes addresses that are not the machine's own, a want of descriptors,
//! or patience; the tests of the binaries have the rest.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_core::Form;
use chinwag_tests::attacks::{come_small, listener};
use chinwag_tests::{Adapter, DEADLINE, Person, Program, Vitals, connect, fetch};
use rustix::process::{Pid, Resource, Signal, prlimit};

use crate::listener::limit;
use crate::namespace::{CLASSROOM, SERVER, each_in_a_namespace, open_from};

/// What is said, and must not be logged.
const SECRET: &str = "xyzzy";

/// The same as a first line, as a name by IRC, in a request, and in one to chat.
const SAID: &str = "xyzzy\n";
const NICK: &str = "NICK xyzzy\r\n";
const VISIT: &str = "GET /healthz?xyzzy HTTP/1.1\r\nHost: a\r\n\r\n";
const UPGRADE: &str = "GET /socket?xyzzy HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n";

const NO_DESCRIPTORS: &str = "refused: the server is full: there are no more descriptors";
const NOT_ACCEPTED: &str = "a connection can't be accepted";

/// How long a server bears with somebody who reads nothing.
const STALL: Duration = Duration::from_secs(40);

/// Returns how often the server has counted a kind of incident.
pub(crate) fn count(web: SocketAddr, kind: &str) -> usize {
    let metrics = fetch(web, "GET /metrics HTTP/1.0\r\n\r\n");
    let before = format!("chinwag_incidents_total{{kind=\"{kind}\"}} ");
    let count = metrics.lines().find_map(|line| line.strip_prefix(&before)?.parse().ok());
    count.unwrap_or_else(|| panic!("no {kind} in {metrics}"))
}

/// Waits until the server has counted a kind of incident so often, or oftener, while something goes on.
fn await_count(web: SocketAddr, kind: &str, count_min: usize, mut meanwhile: impl FnMut()) {
    let deadline = Instant::now() + DEADLINE;
    while count(web, kind) < count_min {
        assert!(Instant::now() < deadline, "not {count_min} are {kind}");
        meanwhile();
    }
}

/// Stops a server, and holds that it has logged one line of each cause, which ends so, and nothing of what was said.
#[track_caller]
fn assert_logged_once(server: Program, level: &str, causes: &[(&str, &str)]) {
    server.signal(Signal::TERM);
    let log = server.join().err;
    for (cause, end) in causes {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(cause)).collect();
        assert_eq!(lines.len(), 1, "{cause}: {log}");
        assert!(lines[0].contains(level) && lines[0].ends_with(&format!("{cause} {end}")), "{}", lines[0]);
    }
    assert!(!log.contains(SECRET), "{log}");
}

/// Many who come from one address at once.
struct Rush {
    form: Form,
    says: &'static str,
    flags: [&'static str; 4],
    people: usize,
    kind: &'static str,
    cause: &'static str,
    /// How many of them it concerns, at the least.
    concerned: usize,
}

impl Rush {
    /// Returns those of whom there are more than may come: to chat, to the page, and from the page to chat.
    fn too_many() -> [Self; 4] {
        let all = [(Form::Lines, SAID, 2), (Form::Irc, NICK, 2), (Form::Web, VISIT, 2 * 6), (Form::Web, UPGRADE, 2)];
        all.map(|(form, says, places)| Self {
            form,
            says,
            flags: ["--max-per-ip", "2", "--connect-rate", "0"],
            people: places + 3,
            kind: "address_full",
            cause: "refused: too many connections from this address",
            concerned: 3,
        })
    }

    /// Returns those who come faster than they may.
    fn too_fast() -> [Self; 4] {
        // At a rate of one a second six may come at once, and six times as many for a page. Of twenty more two come too
        // early, be the machine ever so slow.
        let all =
            [(Form::Lines, SAID, 6), (Form::Irc, NICK, 6), (Form::Web, VISIT, 6 * 6 + 2), (Form::Web, UPGRADE, 6)];
        all.map(|(form, says, burst)| Self {
            form,
            says,
            flags: ["--max-per-ip", "0", "--connect-rate", "1"],
            people: burst + 20,
            kind: "throttled",
            cause: "kept waiting: this address connects too fast",
            concerned: 2,
        })
    }

    fn come(&self, adapter: Adapter) {
        eprintln!("{}, {} who send {:?}", adapter.program(), self.people, self.says);
        let (server, [lines, web, irc]) = Program::start_all_at(adapter, "0.0.0.0", self.flags);
        let port = match self.form {
            Form::Lines => lines.port(),
            Form::Web => web.port(),
            Form::Irc => irc.port(),
        };
        let to = SocketAddr::new(SERVER.parse().expect("it is an address"), port);
        let come = |_| {
            let mut stream = open_from(CLASSROOM, to);
            // Who is refused may be so before.
            let _ = stream.write_all(self.says.as_bytes());
            stream
        };
        let held: Vec<TcpStream> = (0..self.people).map(come).collect();
        // From this machine, which has no limits.
        let own = SocketAddr::new("127.0.0.1".parse().expect("it is an address"), web.port());
        await_count(own, self.kind, self.concerned, || ());
        assert_logged_once(server, " INFO ", &[(self.cause, &format!("address={CLASSROOM} more=0"))]);
        drop(held);
    }
}

#[test]
fn an_address_with_too_many_connections_is_logged_once_at_whichever_listener() {
    let name = "incidents::an_address_with_too_many_connections_is_logged_once_at_whichever_listener";
    each_in_a_namespace(name, |adapter| Rush::too_many().iter().for_each(|rush| rush.come(adapter)));
}

#[test]
fn an_address_that_connects_too_fast_is_logged_once_at_whichever_listener() {
    let name = "incidents::an_address_that_connects_too_fast_is_logged_once_at_whichever_listener";
    each_in_a_namespace(name, |adapter| Rush::too_fast().iter().for_each(|rush| rush.come(adapter)));
}

#[test]
fn a_want_of_descriptors_is_a_warning_once_with_the_address_of_whoever_is_told() {
    for adapter in Adapter::ALL {
        let (server, addr, web) = Program::start_web(adapter, [""; 0]);
        let mut ann = Person::come(addr);
        let chat = |ann: &mut Person| {
            ann.type_line(SECRET);
            ann.read_up_to(&format!("{}: {SECRET}", ann.name()));
        };
        let (id, pid) = (server.id(), Pid::from_raw(server.id().cast_signed()));
        let lower = |descriptors| prlimit(pid, Resource::Nofile, limit(descriptors)).expect("it is our own process");
        let (mut held, mut refused) = (Vec::new(), 0);
        let usual = lower(Vitals::of(id).descriptors as u64 + 4);
        while refused < 3 {
            match listener::try_to_enter(addr) {
                Some(stream) => held.push(stream),
                None => refused += 1,
            }
        }
        drop(held);
        let restore = || prlimit(pid, Resource::Nofile, usual).expect("it is our own process");
        restore();
        // With no descriptor at all nobody is even told, and nobody's address is known.
        await_count(web, "not_accepted", 2, || {
            lower(1);
            let mut waiting = connect(addr);
            chat(&mut ann);
            restore();
            waiting.read_exact(&mut [0]).expect("accepting goes on");
        });
        let causes = [
            (NO_DESCRIPTORS, "address=127.0.0.1 more=0"),
            (NOT_ACCEPTED, "error=Too many open files (os error 24) more=0"),
        ];
        assert_logged_once(server, " WARN ", &causes);
    }
}

#[test]
fn messages_that_are_dropped_and_who_is_given_up_for_it_are_logged_once_with_the_address() {
    thread::scope(|scope| {
        for adapter in Adapter::ALL {
            scope.spawn(move || let_two_read_nothing(adapter));
        }
    });
}

fn let_two_read_nothing(adapter: Adapter) {
    let (server, addr, web) = Program::start_web(adapter, ["--max-line", "4096", "--flood-rate", "0"]);
    let mut ann = Person::come(addr);
    let deaf = [(); 2].map(|()| come_small(addr));
    let line = SECRET.repeat(4096 / SECRET.len());
    await_count(web, "dropped", 2, || {
        ann.type_line(&line);
        ann.read_up_to(&format!("{}: {line}", ann.name().to_owned()));
    });
    for _ in &deaf {
        let _ = ann.find_line_within(STALL + DEADLINE, |line| line.ends_with(" left"));
    }
    assert_eq!(["dropped", "stalled", "failed"].map(|kind| count(web, kind)), [2, 2, 0]);
    let end = "address=127.0.0.1 more=0";
    let causes = [("messages dropped: it is read too slowly", end), ("given up: nothing was read for too long", end)];
    assert_logged_once(server, " INFO ", &causes);
}
