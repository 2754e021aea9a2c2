//! What depends on where somebody comes from, and on cables that are pulled: with addresses of its own, in a network of
//! its own, which Linux lets root make, and mostly others, too.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, DEADLINE, Person, Program};
use rustix::process::Signal;

/// Says to a process of this test that it is in a network of its own.
const INSIDE: &str = "CHINWAG_TEST_NAMESPACE";

pub(crate) const SERVER: &str = "192.0.2.1";
pub(crate) const CLASSROOM: &str = "192.0.2.2";

/// What makes the network: all of its addresses are of one machine.
const SETUP: &str = "ip link set lo up && ip addr add 192.0.2.1/24 dev lo && ip addr add 192.0.2.2/24 dev lo && \
                     ip -6 addr add 2001:db8::1/64 dev lo nodad && ip -6 addr add 2001:db8::2/64 dev lo nodad && \
                     ip -6 addr add 2001:db8:0:1::1/64 dev lo nodad && exec \"$0\" \"$@\"";

const TOO_MANY: &str = "Too many connections from your address, try again later\n";

/// Runs a test of this name again with each server in a network of its own.
pub(crate) fn each_in_a_namespace(name: &str, test: impl Fn(Adapter)) {
    in_a_namespace(name, || Adapter::ALL.into_iter().for_each(test));
}

/// Runs a test of this name again in a network of its own. Where none can be made it says so.
fn in_a_namespace(name: &str, test: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return test();
    }
    let unshare = |flags: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(flags).stdin(Stdio::null());
        command
    };
    let ways: [&[&str]; 2] = [&["--net"], &["--user", "--map-root-user", "--net"]];
    let works = |flags: &&&[&str]| {
        let tried = unshare(flags).args(["sh", "-c", SETUP, "true"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    };
    let Some(way) = ways.iter().find(works) else {
        // Past what a test that passes keeps to itself.
        let told = format!(
            "NOT TESTED, since no network can be made here (it takes unshare, ip, and the right to use them): {name}\n"
        );
        return io::stderr().write_all(told.as_bytes()).expect("standard error is open");
    };
    // What is needed is built before, where a network may be needed for that.
    for adapter in Adapter::ALL {
        let _ = Program::command(adapter);
    }
    let this = env::current_exe().expect("it runs");
    let mut again = unshare(way);
    again.args(["sh", "-c", SETUP]).arg(this).args(["--exact", name, "--nocapture"]).env(INSIDE, "1");
    let ended = again.output().expect("it has worked before");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && out.contains("1 passed"), "{out}{err}");
}

/// Changes the network.
fn change(how: &[&str]) {
    for words in how {
        let done = Command::new("ip").args(words.split(' ')).status();
        assert!(done.is_ok_and(|status| status.success()), "{words}");
    }
}

/// Connects from one of the addresses of this network, and says a blank line, so as to be let in at once.
pub(crate) fn connect_from(from: &str, to: SocketAddr) -> TcpStream {
    let mut stream = open_from(from, to);
    stream.write_all(b"\n").expect("the server reads what is sent");
    stream
}

/// Connects from one of the addresses of this network.
pub(crate) fn open_from(from: &str, to: SocketAddr) -> TcpStream {
    chinwag_tests::connect_from(from.parse().expect("it is an address"), to)
}

/// Reads as much as a refusal has.
fn first_of(mut stream: &TcpStream) -> String {
    let mut first = vec![0; TOO_MANY.len()];
    stream.read_exact(&mut first).expect("there is an answer");
    String::from_utf8(first).expect("all that is told is UTF-8")
}

fn is_greeted(stream: &TcpStream) -> bool {
    first_of(stream).starts_with("Server commands\n")
}

#[test]
fn one_address_may_have_so_many_connections_and_others_are_let_in() {
    each_in_a_namespace("namespace::one_address_may_have_so_many_connections_and_others_are_let_in", |adapter| {
        let (server, addr) = Program::start(adapter, ["--ip", "::", "--max-per-ip", "3"]);
        let at = |ip: &str| SocketAddr::new(ip.parse().expect("it is an address"), addr.port());
        for (from, same, other) in [(SERVER, SERVER, CLASSROOM), ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")] {
            let to = at(from);
            let mut held: Vec<_> = (0..3).map(|_| connect_from(from, to)).collect();
            assert!(held.iter().all(is_greeted));
            assert_eq!(first_of(&connect_from(same, to)), TOO_MANY);
            assert!(is_greeted(&connect_from(other, to)), "{other} has nothing to do with it");
            held.pop();
            // As soon as the server has seen that somebody has gone.
            let deadline = Instant::now() + DEADLINE;
            while !is_greeted(&connect_from(same, to)) {
                assert!(Instant::now() < deadline, "nobody is let in again");
            }
        }
        let local = at("::1");
        let many: Vec<_> = (0..20).map(|_| connect_from("::1", local)).collect();
        assert!(many.iter().all(is_greeted), "this machine has no limit");
        server.signal(Signal::TERM);
        let ended = server.join();
        let told = ended.err.lines().filter(|line| line.contains("too many connections from this address"));
        assert_eq!(told.count(), 1, "it is logged once a minute: {}", ended.err);
    });
}

#[test]
fn a_classroom_that_comes_all_at_once_need_not_wait_and_who_goes_on_connecting_does() {
    let name = "namespace::a_classroom_that_comes_all_at_once_need_not_wait_and_who_goes_on_connecting_does";
    each_in_a_namespace(name, |adapter| {
        let flags = ["--ip", SERVER, "--max-per-ip", "0", "--connect-rate", "5"];
        let (_server, addr) = Program::start(adapter, flags);
        let start = Instant::now();
        // A burst of 6.4 seconds' worth.
        let pupils: Vec<_> = (0..32).map(|_| connect_from(CLASSROOM, addr)).collect();
        assert!(pupils.iter().all(is_greeted));
        let others: Vec<_> = (0..6).map(|_| connect_from(CLASSROOM, addr)).collect();
        assert!(others.iter().all(is_greeted), "they wait, and are not refused");
        // In that time the rate lets so many through; the last of the six was the thirty-eighth.
        let earned = start.elapsed().as_secs_f64() * 5.0;
        assert!(earned >= 5.5, "{earned} and 32 at once are less than 38");
    });
}

/// How long those whose cable is pulled are given.
const DEAD_AFTER: Duration = Duration::from_secs(10);

/// How late the system may find them dead, and the server tell of it, on a busy machine.
const LATE_MAX: Duration = Duration::from_secs(2);

/// How long the system may wait with an acknowledgement.
const ACKNOWLEDGED_AFTER: Duration = Duration::from_millis(500);

/// Takes the cable from everybody at [`CLASSROOM`]: what is sent there leaves this machine without an error, into a
/// wire at whose other end nobody takes it, and nobody is told.
const PULL: [&str; 6] = [
    "link add wire type veth peer name nowhere",
    "link set wire up",
    "link set nowhere up",
    "neigh add 192.0.2.2 dev wire lladdr 02:00:00:00:00:02 nud permanent",
    "addr del 192.0.2.2/24 dev lo",
    "route add 192.0.2.2/32 dev wire",
];

/// Somebody whose cable is pulled, in a room with somebody who sees them leave.
struct Pair {
    watcher: Person,
    /// Their socket stays open.
    _pulled: TcpStream,
    name: String,
}

impl Pair {
    fn new(addr: SocketAddr, room: &str) -> Self {
        let mut watcher = Person::come(addr);
        watcher.type_line(&format!("/join {room}"));
        watcher.read_up_to(&format!("You joined {room}"));
        let name = format!("pulled-{room}");
        let mut pulled = connect_from(CLASSROOM, addr);
        write!(pulled, "/name {name}\n/join {room}\n").expect("the server reads what is sent");
        watcher.read_up_to(&format!("{name} joined"));
        Self { watcher, _pulled: pulled, name }
    }

    /// Waits until the one is gone, and takes their name, which is free.
    fn outlive(mut self, pulled_at: Instant) -> Duration {
        self.watcher.read_up_to(&format!("{} left", self.name));
        let took = pulled_at.elapsed();
        self.watcher.type_line(&format!("/name {}", self.name));
        self.watcher.find_line(|line| line.ends_with(&format!(" is now {}", self.name)));
        took
    }
}

#[test]
fn whose_cable_is_pulled_is_gone_in_time_whenever_somebody_has_spoken_to_them() {
    let name = "namespace::whose_cable_is_pulled_is_gone_in_time_whenever_somebody_has_spoken_to_them";
    in_a_namespace(name, || {
        let flags = ["--ip", SERVER, "--dead-after", &DEAD_AFTER.as_secs().to_string()];
        let servers = Adapter::ALL.map(|adapter| Program::start(adapter, flags));
        let rooms = ["quiet", "asked", "late"];
        let mut pairs = servers.each_ref().map(|(_, addr)| rooms.map(|room| Pair::new(*addr, room)));
        // What they were told is acknowledged by then, or else it would be on its way when the cable is pulled.
        let acknowledged_at = Instant::now() + ACKNOWLEDGED_AFTER;
        pairs.iter_mut().flatten().for_each(|pair| pair.watcher.read_nothing_until(acknowledged_at));
        change(&PULL);
        let pulled_at = Instant::now();
        thread::scope(|scope| {
            for [quiet, mut asked, mut late] in pairs {
                scope.spawn(move || {
                    asked.watcher.type_line("is anybody there?");
                    asked.watcher.read_up_to(&format!("{}: is anybody there?", asked.watcher.name()));
                    // If nobody spoke to them, they would be found dead two seconds later, or less.
                    late.watcher.read_nothing_until(pulled_at + DEAD_AFTER * 3 / 10);
                    late.watcher.type_line("and now?");
                    for pair in [quiet, asked, late] {
                        let name = pair.name.clone();
                        let took = pair.outlive(pulled_at);
                        let allowed = DEAD_AFTER / 4..DEAD_AFTER + LATE_MAX;
                        assert!(allowed.contains(&took), "{name} was gone after {took:?}");
                    }
                });
            }
        });
    });
}
