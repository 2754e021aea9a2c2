//! What lines cost that ask for nothing.

use super::*;

#[test]
fn a_flood_of_blank_lines_is_read_a_few_times_a_second_and_held_no_longer() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 10, flood_burst: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    for reads in 0..5 {
        session.handle_bytes(&b"\n".repeat(16 << 10));
        assert_eq!(drain_to(&mut session, Time::after(reads * Duration::from_millis(100))), (vec![], Next::Read));
    }
    session.handle_bytes(b"\n");
    let ready = Time::after(Duration::from_millis(500));
    assert_eq!(drain_to(&mut session, Time::after(Duration::from_millis(450))), (vec![], Next::AwaitTime(ready)));
}

#[test]
fn of_lines_that_have_to_be_looked_at_to_be_seen_as_blank_64_count_as_one() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    };
    let [first, second] = [1, 2].map(|seconds| Time::after(Duration::from_secs(seconds)));
    for blank in ["\x07\n", "\u{a0}\n", "\x1b\r\n"] {
        let mut session = Session::new(&config);
        session.handle_bytes(blank.repeat(65).as_bytes());
        session.handle_bytes(b"x\n");
        assert_eq!(drain_to(&mut session, Time::START), (vec![], Next::AwaitTime(first)), "{blank:?}");
        assert_eq!(drain_to(&mut session, first), (vec![], Next::AwaitTime(second)), "{blank:?}");
        assert_eq!(drain_to(&mut session, second), (vec![say("x")], Next::Read), "{blank:?}");
    }
}

#[test]
fn others_have_a_turn_while_much_passes_that_asks_for_nothing() {
    let between = ["\x07\n".repeat(63), "x\n".to_owned()].concat();
    for (read, blank_count, asked_count) in [("\x07\n".repeat(6400), 6400, 0), (between.repeat(50), 3150, 50)] {
        let mut session = Session::new(&Config::default());
        session.handle_bytes(read.as_bytes());
        let (mut turns, mut asked) = (0, 0);
        loop {
            match session.poll_next(Time::START, Signals::default()) {
                Next::Ask(requests) => asked += Request::one_by_one(requests).len(),
                Next::Yield => turns += 1,
                next @ (Next::AwaitSignal | Next::AwaitTime(_) | Next::Read | Next::End) => {
                    break assert_eq!(next, Next::Read);
                }
            }
        }
        assert_eq!(asked, asked_count);
        assert!(turns >= blank_count / 256 - 1, "{turns} turns");
    }
}
