//! How a server stops: nothing that was said is lost, everyone is told, and nobody can hold it up for longer than was
//! allowed.

use std::io::{ErrorKind, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, Person, Program, connect};
use rustix::process::Signal;

use crate::stop;

/// What everyone is told before the connection is closed.
const BYE: &str = "Server is shutting down";

/// How many of the longest lines are more than the sockets between a server and somebody who does not read hold, and
/// that person's queue: 8 MiB, twice of what Linux lets a server's end hold, unless it was told otherwise.
const LINES_TO_FILL: usize = 2000;

/// The longest lines that can be had.
const FLAGS: [&str; 4] = ["--flood-rate", "0", "--max-line", "4096"];

#[test]
fn a_signal_right_after_the_ready_line_stops_a_server_as_it_does_later() {
    for adapter in Adapter::ALL {
        for _ in 0..10 {
            for signal in [Signal::INT, Signal::TERM] {
                let (server, _) = Program::start(adapter, [""; 0]);
                server.signal(signal);
                assert_eq!(server.join().code, Some(0));
            }
        }
    }
}

#[test]
fn everyone_gets_all_that_was_said_and_is_told_of_the_end() {
    for adapter in Adapter::ALL {
        for signal in [Signal::INT, Signal::TERM] {
            let (server, addr) = Program::start(adapter, ["--flood-rate", "0"]);
            let mut people: Vec<_> = (0..5).map(|_| Person::come(addr)).collect();
            let said = talk(&mut people[4], 1000, 80);
            server.signal(signal);
            assert_eq!(people[4].read_to_end(), format!("{BYE}\n"));
            for person in &mut people[..4] {
                person.read_up_to(&said[0]);
                said[1..].iter().for_each(|line| assert_eq!(person.read_line(), *line));
                assert_eq!(person.read_to_end(), format!("{BYE}\n"));
            }
            assert_eq!(server.join().code, Some(0));
        }
    }
}

#[test]
fn who_reads_late_still_gets_what_is_queued_and_the_count_of_what_is_not() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, FLAGS);
        let (mut bob, mut ann) = (Person::come(addr), Person::come(addr));
        let said = talk(&mut ann, LINES_TO_FILL, 4000);
        server.signal(Signal::TERM);
        // The server is about to stop, and waits for Bob, who has read nothing yet.
        assert_eq!(ann.read_to_end(), format!("{BYE}\n"));
        bob.read_up_to(&said[0]);
        let (mut next, mut line) = (1, bob.read_line());
        while line != BYE {
            match dropped_count(&line) {
                Some(dropped) => next += dropped,
                None => {
                    assert_eq!(line, said[next]);
                    next += 1;
                }
            }
            line = bob.read_line();
        }
        assert_eq!(next, said.len());
        assert_eq!(bob.read_to_end(), "");
        assert_eq!(server.join().code, Some(0));
    }
}

#[test]
fn who_reads_nothing_holds_up_the_end_for_as_long_as_drain_says() {
    for adapter in Adapter::ALL {
        for drain in [0, 1] {
            let (server, addr) = Program::start(adapter, FLAGS.into_iter().chain(["--drain", &drain.to_string()]));
            let (_bob, mut ann) = (Person::come(addr), Person::come(addr));
            talk(&mut ann, LINES_TO_FILL, 4000);
            let start = Instant::now();
            let log = stop(server);
            assert!(log.lines().count() == 3 && log.contains("messages dropped"), "{log}");
            assert!(start.elapsed() >= Duration::from_secs(drain), "nobody held it up: {:?}", start.elapsed());
            assert_eq!(ann.read_to_end(), format!("{BYE}\n"));
        }
    }
}

#[test]
fn a_server_that_stops_lets_nobody_in_and_a_second_signal_ends_it_at_once() {
    for adapter in Adapter::ALL {
        for (first, second) in [(Signal::TERM, Signal::INT), (Signal::INT, Signal::TERM)] {
            let (server, addr) = Program::start(adapter, FLAGS.into_iter().chain(["--drain", "3600"]));
            let (_bob, mut ann) = (Person::come(addr), Person::come(addr));
            talk(&mut ann, LINES_TO_FILL, 4000);
            server.signal(first);
            assert_eq!(ann.read_to_end(), format!("{BYE}\n"));
            assert_eq!(
                TcpStream::connect(addr).map_err(|error| error.kind()).err(),
                Some(ErrorKind::ConnectionRefused)
            );
            server.signal(second);
            assert_eq!(server.join().code, Some(1));
        }
    }
}

#[test]
fn who_never_stops_talking_does_not_hold_up_the_end() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, ["--flood-rate", "0", "--drain", "1"]);
        let mut ann = Person::come(addr);
        let talkers: Vec<_> = (0..4)
            .map(|_| {
                let mut talker = connect(addr);
                // They read nothing, and go on until the server is gone.
                thread::spawn(move || while talker.write_all(b"and another thing\n".repeat(100).as_slice()).is_ok() {})
            })
            .collect();
        while !ann.read_line().ends_with(": and another thing") {}
        stop(server);
        for talker in talkers {
            talker.join().expect("talkers do not panic");
        }
    }
}

/// Lets somebody say so many lines of such a length, reading each, and returns them as everyone else will get them.
fn talk(person: &mut Person, lines: usize, chars: usize) -> Vec<String> {
    let texts: Vec<_> = (0..lines).map(|line| format!("{line:x<chars$}")).collect();
    let said: Vec<_> = texts.iter().map(|text| format!("{}: {text}", person.name())).collect();
    // A hundred kilobytes at once at the most: few enough not to become a slow reader.
    for (texts, said) in texts.chunks(25).zip(said.chunks(25)) {
        person.type_line(&texts.join("\n"));
        said.iter().for_each(|line| person.read_up_to(line));
    }
    said
}

/// Reads how many messages a line says were dropped, if it does.
fn dropped_count(line: &str) -> Option<usize> {
    let line = line.strip_prefix("Server is very busy and dropped ")?;
    line.strip_suffix(" messages, sorry!")?.parse().ok()
}
