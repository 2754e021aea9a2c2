//! Shows on real servers the rules that transcripts can only show on the bare core, since the bytes depend on the
//! clock, or on how much a socket holds: by what must hold whatever these do.

use std::io::Read as _;
use std::time::{Duration, Instant};

use chinwag_core::{Config, Limits, Rules};
use chinwag_tests::{Adapter, Person, Server, connect};

#[test]
fn what_a_slow_reader_misses_is_counted_exactly_and_told_in_its_place() {
    const LINES: u32 = 2000;
    let config = Config {
        limits: Limits { queue_bytes_max: 128 << 10, flood_lines_per_second: 0, ..Limits::default() },
        ..Config::default()
    };
    on_each(&config, |server| {
        let (mut ann, mut bob) = (Person::come(server.addr()), Person::come(server.addr()));
        let (said, long) = (format!("{}: ", ann.name()), "x".repeat(380));
        for line in 0..LINES {
            ann.type_line(&format!("{line} {long}"));
            while !ann.read_line().starts_with(&said) {}
        }
        let (mut next, mut dropped_all) = (0, 0);
        while next < LINES {
            let line = bob.read_line();
            if let Some(dropped) = dropped_count(&line) {
                (next, dropped_all) = (next + dropped, dropped_all + dropped);
            } else {
                assert_eq!(line, format!("{said}{next} {long}"));
                next += 1;
            }
        }
        assert!(dropped_all > 0, "a socket that holds little held all");
        ann.type_line("end");
        assert_eq!(bob.read_line(), format!("{said}end"));
    });
}

#[test]
fn much_that_is_said_at_once_reaches_each_of_many_whole_however_little_a_socket_holds() {
    const LINES: usize = 400;
    let config = Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() };
    on_each(&config, |server| {
        let mut people: Vec<Person> = (0..20).map(|_| Person::come(server.addr())).collect();
        let lines: Vec<String> = (0..LINES).map(|line| format!("{line} {}", "x".repeat(380))).collect();
        people[0].type_line(&lines.join("\n"));
        let said = format!("{}: ", people[0].name());
        let last = people.len() - 1;
        for (place, person) in people.iter_mut().enumerate() {
            for line in &lines {
                assert_eq!(
                    person.find_line(|line| line.starts_with(&said)),
                    format!("{said}{line}"),
                    "{place} of {last}"
                );
            }
        }
    });
}

#[test]
fn who_takes_nothing_for_too_long_is_given_up() {
    let config = Config {
        limits: Limits { stall_max: Duration::from_secs(1), flood_lines_per_second: 0, ..Limits::default() },
        ..Config::default()
    };
    on_each(&config, |server| {
        let (mut ann, bob) = (Person::come(server.addr()), Person::come(server.addr()));
        let left = format!("{} left", bob.name());
        for _ in 0..1000 {
            ann.type_line(&"x".repeat(380));
            if ann.read_line() == left {
                return;
            }
        }
        ann.read_up_to(&left);
    });
}

#[test]
fn who_sends_faster_than_allowed_holds_up_nobody_else() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    };
    on_each(&config, |server| {
        let (mut ann, mut bob) = (Person::come(server.addr()), Person::come(server.addr()));
        // It would take the server longer to read all of this than anyone here waits.
        ann.type_line(&["one", &"more\n".repeat(100)].join("\n"));
        bob.read_up_to(&format!("{}: one", ann.name()));
        bob.type_line("hello");
        bob.read_up_to(&format!("{}: hello", bob.name()));
    });
}

#[test]
fn limits_that_are_taken_anew_are_for_whoever_comes_then_and_nobody_has_to_leave() {
    let limits = |limits| Config { limits, ..Config::default() };
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, limits(Limits { flood_lines_per_second: 0, ..Limits::default() }));
        let mut ann = Person::come(server.addr());
        let fewer = Limits { flood_lines_per_second: 10, connections_max: 2, ..Limits::default() };
        assert_eq!(server.reload(limits(fewer.clone())), [""; 0]);
        let (mut bob, start) = (Person::come(server.addr()), Instant::now());
        let mut told = String::new();
        connect(server.addr()).read_to_string(&mut told).expect("it is told, and closed");
        assert_eq!(told, "Server is full, try again later\n");
        // Of two people who say as much, who came before may say all at once.
        let count = |lines: u32| (1..=lines).map(|line| line.to_string()).collect::<Vec<_>>().join("\n");
        bob.type_line(&count(60));
        ann.type_line(&count(1000));
        bob.read_up_to(&format!("{}: 60", bob.name()));
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
        ann.read_up_to(&format!("{}: 60", bob.name()));
        // What can't change is named, and what can is taken over even so.
        let other = Limits { threads: 7, server_name: "chat.example".into(), connections_max: 3, ..fewer };
        assert_eq!(server.reload(limits(other)), ["threads", "server_name"]);
        let _cid = Person::come(server.addr());
        server.join();
    }
}

#[test]
fn a_crowded_room_is_told_of_everyone_and_at_most_once_in_an_interval() {
    const GUESTS: u32 = 50;
    let interval = Duration::from_millis(50);
    let config =
        Config { rules: Rules { crowd_members: 1, crowd_interval: interval, ..Rules::default() }, ..Config::default() };
    on_each(&config, |server| {
        let mut ann = Person::come(server.addr());
        let start = Instant::now();
        let guests: Vec<_> = (0..GUESTS).map(|_| Person::come(server.addr())).collect();
        let (mut told, mut joined) = (0, 0);
        while joined < GUESTS {
            let line = ann.read_line();
            let counted = line.strip_suffix(" joined, 0 left").and_then(|count| count.parse::<u32>().ok());
            joined += counted.unwrap_or_else(|| panic!("nobody is told by name: {line}"));
            told += 1;
        }
        assert_eq!(joined, GUESTS);
        assert!(told * interval <= start.elapsed(), "{told} lines in {:?}", start.elapsed());
        drop(guests);
    });
}

/// Runs what is claimed on all servers, over sockets that hold little.
fn on_each(config: &Config, claim: impl Fn(&Server)) {
    for adapter in [Adapter::Smol, Adapter::Tokio] {
        for threads in [1, 2] {
            let server = Server::start(
                adapter,
                Config { limits: Limits { threads, ..config.clone().limits }, ..config.clone() },
            );
            claim(&server);
            server.join();
        }
    }
}

/// Reads how many messages a line says were dropped, if it does.
fn dropped_count(line: &str) -> Option<u32> {
    let line = line.strip_prefix("Server is very busy and dropped ")?;
    line.strip_suffix(" messages, sorry!")?.parse().ok()
}
