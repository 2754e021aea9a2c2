//! Who does not come to chat, or when there is no more room, is told so, and nobody else notices.

use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use chinwag_tests::attacks::listener;
use chinwag_tests::{DEADLINE, Fire, Siege, connect};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::on_each;

/// How many regulars there are.
const REGULARS: usize = 10;

/// How many connections may be made beside theirs.
const ROOM: usize = 15;

/// Which part of a core a server may take that has nothing to do but what the regulars say, in percent: one that spins
/// takes all of one.
const BUSY_PERCENT_MAX: u128 = 25;

#[test]
fn who_speaks_another_protocol_is_answered_in_it_and_never_seen() {
    on_each(&[], |siege| {
        let (addr, page) = (siege.addr(), siege.web_addr());
        let speak = |fire: &Fire| listener::speak_something_else(addr, page, fire);
        let (heard, _) = siege.attack("other protocols", 3, |_, fire| speak(fire));
        assert_eq!(heard.others, [""; 0], "nobody has come");
    });
}

#[test]
fn who_was_told_that_this_is_the_wrong_port_and_goes_on_sending_is_cut_off() {
    // As much as is read after an answer, and what the sockets of both sides hold.
    const TAKEN_BYTES_MAX: usize = 16 << 20;
    on_each(&[], |siege| {
        let addr = siege.addr();
        let (heard, taken) = siege.attack("endless requests", 8, |_, fire| listener::send_on(addr, fire));
        assert_eq!(heard.others, [""; 0], "nobody has come");
        assert!(taken.iter().all(|&taken| taken < TAKEN_BYTES_MAX), "{taken:?}");
    });
}

#[test]
fn what_speaks_http_only_after_it_was_greeted_says_nothing_in_the_chat() {
    on_each(&[], |siege| {
        let (addr, page) = (siege.addr(), siege.web_addr());
        let (heard, _) = siege.attack("late requests", 2, |_, fire| listener::speak_http_late(addr, page, fire));
        let news = |line: &String| line.ends_with(" joined") || line.ends_with(" left");
        assert!(heard.others.iter().all(news), "{:?}", heard.others);
    });
}

#[test]
fn who_only_looks_whether_the_server_is_alive_is_never_seen() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        let pause = Duration::from_millis(50);
        let (heard, _) = siege.attack("health checks", 2, |_, fire| listener::look_in(addr, fire, pause));
        assert_eq!(heard.others, [""; 0], "nobody has come");
    });
}

#[test]
fn a_full_server_says_so_and_lets_people_in_as_soon_as_there_is_room() {
    on_each(&["--max-connections", &(REGULARS + ROOM).to_string()], |siege| {
        let addr = siege.addr();
        let (_, filled) = siege.attack("too many", 2, |_, fire| listener::fill(addr, fire, 2 * ROOM));
        let (refused, held) = filled_up(siege, filled);
        assert!(refused > 0, "nobody was refused");
        assert_eq!(held.len(), ROOM);
        assert!(siege.count("refused") >= refused as u64);
        drop(held);
        let _ = come_as_soon_as_there_is_room(addr);
    });
}

#[test]
fn without_descriptors_a_server_says_that_it_is_full_and_does_not_spin() {
    on_each(&[], |siege| {
        let (addr, server) = (siege.addr(), Pid::from_raw(siege.server().id().cast_signed()));
        let open = siege.vitals().descriptors as u64;
        let usual = prlimit(server, Resource::Nofile, limit(open + ROOM as u64)).expect("it is our own process");
        let (_, filled) = siege.attack("no descriptors", 2, |_, fire| listener::fill(addr, fire, 2 * ROOM));
        let (refused, held) = filled_up(siege, filled);
        assert!(refused > 0, "nobody was refused");
        let pause = Duration::from_millis(100);
        // Nobody goes, and one after the other comes.
        let cpu = cpu_share(siege, |siege| {
            let (_, connected) = siege.attack("full", 1, |_, fire| listener::try_in_vain(addr, fire, pause));
            assert!(connected[0] > 0, "nobody has come");
        });
        assert!(cpu < BUSY_PERCENT_MAX, "it spins: {cpu} % of a core");
        // Not even those can be told who are one too many: they wait until there is a descriptor.
        prlimit(server, Resource::Nofile, limit(1)).expect("it is our own process");
        let waiting = connect(addr);
        let cpu = cpu_share(siege, |siege| {
            siege.attack("not one descriptor", 1, |_, fire| while fire.goes_on_after(pause) {});
        });
        assert!(cpu < BUSY_PERCENT_MAX, "it spins: {cpu} % of a core");
        drop(held);
        prlimit(server, Resource::Nofile, usual).expect("it is our own process");
        let mut greeting = [0; 16];
        (&waiting).read_exact(&mut greeting).expect("accepting goes on");
        assert_eq!(greeting, *b"Server commands\n");
        let _ = come_as_soon_as_there_is_room(addr);
    });
}

pub(crate) fn limit(descriptors: u64) -> Rlimit {
    // What is allowed stays as it is, so that it can be put right again.
    Rlimit { current: Some(descriptors), maximum: getrlimit(Resource::Nofile).maximum }
}

/// Takes over what attackers hold, and as many more as are let in. Returns how many they saw refused, and the
/// connections.
fn filled_up(siege: &Siege, filled: Vec<(usize, Vec<TcpStream>)>) -> (usize, Vec<TcpStream>) {
    let refused = filled.iter().map(|(refused, _)| refused).sum();
    let mut held: Vec<_> = filled.into_iter().flat_map(|(_, held)| held).collect();
    let deadline = Instant::now() + DEADLINE;
    loop {
        // Those who have gone may hold places still.
        let are_all_held = siege.count("connections") == (REGULARS + held.len()) as u64;
        match listener::try_to_enter(siege.addr()) {
            Some(stream) => held.push(stream),
            None if are_all_held => return (refused, held),
            None => assert!(Instant::now() < deadline, "those who have gone are not forgotten"),
        }
    }
}

/// Returns which part of one core the server takes while this is done, in percent.
fn cpu_share(siege: &mut Siege, attack: impl FnOnce(&mut Siege)) -> u128 {
    let (before, start) = (siege.vitals().cpu, Instant::now());
    attack(siege);
    let share = (siege.vitals().cpu - before).as_millis() * 100 / start.elapsed().as_millis();
    eprintln!("{share} % of a core");
    share
}

fn come_as_soon_as_there_is_room(addr: SocketAddr) -> TcpStream {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(stream) = listener::try_to_enter(addr) {
            return stream;
        }
        assert!(Instant::now() < deadline, "nobody is let in again");
    }
}
