//! That what a flag sets is what people meet.

use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, Person, Program};

use crate::{assert_talk, stop};

#[test]
fn flood_rate_is_how_many_lines_a_second_are_read() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, ["--flood-rate", "10"]);
        let mut ann = Person::come(addr);
        let start = Instant::now();
        ann.type_line(&lines(60));
        // Five seconds' worth, 50 lines, are a burst.
        ann.read_up_to(&format!("{}: 60", ann.name()));
        assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
        stop(server);
    }
}

#[test]
fn flood_rate_0_is_no_limit() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, ["--flood-rate", "0"]);
        let mut ann = Person::come(addr);
        // At the rate that is the default they would take a minute and a half.
        ann.type_line(&lines(2000));
        ann.read_up_to(&format!("{}: 2000", ann.name()));
        stop(server);
    }
}

#[test]
fn max_line_is_how_many_characters_a_line_may_have() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, ["--max-line", "38"]);
        let mut ann = Person::come(addr);
        let [fits, too_long] = [38, 39].map(|chars| "x".repeat(chars));
        let [umlauts, too_many] = [38, 39].map(|chars| "ä".repeat(chars));
        ann.type_line(&[&*fits, &too_long, &too_many, &umlauts].join("\n"));
        let name = ann.name().to_owned();
        let lines = std::array::from_fn(|_| ann.read_line());
        assert_eq!(
            lines,
            [
                format!("{name}: {fits}"),
                "Messages can only be 38 chars long".to_owned(),
                "Messages can only be 38 chars long".to_owned(),
                format!("{name}: {umlauts}"),
            ]
        );
        stop(server);
    }
}

#[test]
fn room_quiet_is_how_many_members_are_told_of_by_name() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, ["--room-quiet", "2"]);
        let mut ann = Person::come(addr);
        let bob = Person::come(addr);
        assert_eq!(ann.read_line(), format!("{} joined", bob.name()));
        let _cid = Person::come(addr);
        assert_eq!(ann.read_line(), "1 joined, 0 left");
        stop(server);
    }
}

#[test]
fn any_number_of_threads_serves() {
    for adapter in Adapter::ALL {
        for threads in ["1", "2", "64"] {
            let (server, addr) = Program::start(adapter, ["--threads", threads]);
            assert_talk(addr);
            stop(server);
        }
    }
}

/// Returns so many different lines.
fn lines(count: u32) -> String {
    let lines: Vec<_> = (1..=count).map(|line| line.to_string()).collect();
    lines.join("\n")
}
