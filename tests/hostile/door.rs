//! Who does not come to chat, or when there is no more room, is told so, and nobody else notices.

use std::time::Duration;

use chinwag_tests::attacks::door;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

use crate::on_each;

/// How many connections may be made beside the regulars' ten.
const ROOM: usize = 15;

#[test]
fn who_speaks_another_protocol_is_answered_in_it_and_never_seen() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        let (heard, _) = siege.attack("other protocols", 3, |_, fire| door::speak_something_else(addr, fire));
        assert_eq!(heard.others, [""; 0], "nobody has come");
    });
}

#[test]
fn what_speaks_http_only_after_it_was_greeted_says_nothing_in_the_chat() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        let (heard, _) = siege.attack("late requests", 2, |_, fire| door::speak_http_late(addr, fire));
        let news = |line: &String| line.ends_with(" joined") || line.ends_with(" left");
        assert!(heard.others.iter().all(news), "{:?}", heard.others);
    });
}

#[test]
fn who_only_looks_whether_the_server_is_alive_is_never_seen() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        let pause = Duration::from_millis(50);
        let (heard, _) = siege.attack("health checks", 2, |_, fire| door::look_in(addr, fire, pause));
        assert_eq!(heard.others, [""; 0], "nobody has come");
    });
}

#[test]
fn a_full_server_says_so_and_lets_people_in_as_soon_as_there_is_room() {
    on_each(&["--max-connections", &(10 + ROOM).to_string()], |siege| {
        let addr = siege.addr();
        let (_, refused) = siege.attack("too many", 2, |_, fire| door::fill(addr, fire, 2 * ROOM));
        assert!(refused.iter().sum::<usize>() > 0, "nobody was refused");
        assert!(siege.count("refused") >= refused.iter().sum::<usize>() as u64);
    });
}

#[test]
fn without_descriptors_a_server_says_that_it_is_full_and_does_not_spin() {
    on_each(&[], |siege| {
        let (addr, server) = (siege.addr(), Pid::from_raw(siege.server().id().cast_signed()));
        let open = siege.vitals().descriptors as u64;
        let usual = prlimit(server, Resource::Nofile, limit(open + 5)).expect("it is our own process");
        let before = siege.vitals();
        let (_, refused) = siege.attack("no descriptors", 2, |_, fire| door::fill(addr, fire, 2 * ROOM));
        assert!(refused.iter().sum::<usize>() > 0, "nobody was refused");
        // Nobody comes any more, and those who are here say a second's worth.
        let between = siege.vitals();
        siege.attack("still no descriptors", 1, |_, fire| while fire.goes_on_after(Duration::from_millis(100)) {});
        let cpu = [between.cpu - before.cpu, siege.vitals().cpu - between.cpu];
        assert!(cpu[1] < Duration::from_millis(800), "it spins: {cpu:?}");
        prlimit(server, Resource::Nofile, usual).expect("it is our own process");
    });
}

fn limit(descriptors: u64) -> Rlimit {
    // What is allowed stays as it is, so that it can be put right again.
    Rlimit { current: Some(descriptors), maximum: getrlimit(Resource::Nofile).maximum }
}
