//! Crowds that come and go, change their names and their rooms, are for whoever chats just news, if that.

use std::env;
use std::time::Duration;

use chinwag_tests::attacks::crowds::{self, Spree};

use crate::{SLOWER, on_each};

/// How many come at once, unless `CHINWAG_CROWD` says how many: as many as the descriptors of the server, and of this
/// test, are for.
const CROWD: usize = 2000 / SLOWER;

/// How many threads they come from.
const ATTACKERS: usize = 4;

/// How long after somebody the next comes: fifteen hundred come in a second.
const PAUSE: Duration = Duration::from_micros(667 * SLOWER as u64);

/// How many people change their names, and how often all together in a second at least: all of them and the regulars
/// are told of each.
const RENAMERS: usize = 50 / SLOWER;
const NAMES_PER_SECOND: usize = 1000 / SLOWER;

/// How many people make rooms, and how many all together in a second at least, also on a server that was built for
/// debugging: one was seen to make ten times as many.
const ROOM_MAKERS: usize = 50;
const ROOMS_PER_SECOND: usize = 1000;

/// Above how many members a room is told how many came, not who.
const ROOM_QUIET: usize = 500 / SLOWER;

#[test]
fn a_crowd_that_comes_and_goes_is_no_more_than_news() {
    on_each(&["--room-quiet", &ROOM_QUIET.to_string()], |siege| {
        let addr = siege.addr();
        let pause = PAUSE * ATTACKERS as u32;
        let crowd = env::var("CHINWAG_CROWD").map_or(CROWD, |crowd| crowd.parse().expect("it is a number of people"));
        siege.attack("a crowd", ATTACKERS, |_, fire| crowds::come_and_go(addr, fire, crowd / ATTACKERS, pause));
    });
}

#[test]
fn names_that_change_all_the_time_are_no_more_than_news() {
    // With a rate it would be twenty a second for each of them.
    on_each(&["--flood-rate", "0"], |siege| {
        let addr = siege.addr();
        let (_, sprees) = siege.attack("new names", RENAMERS, |number, fire| crowds::rename(addr, fire, number));
        assert_storm(&sprees, NAMES_PER_SECOND);
    });
}

#[test]
fn rooms_made_and_dropped_a_thousand_times_a_second_concern_nobody() {
    on_each(&["--flood-rate", "0"], |siege| {
        let addr = siege.addr();
        let (_, sprees) = siege.attack("rooms", ROOM_MAKERS, |number, fire| crowds::make_rooms(addr, fire, number));
        assert_storm(&sprees, ROOMS_PER_SECOND);
    });
}

/// Holds that it was as much as the test says.
#[track_caller]
fn assert_storm(sprees: &[Spree], per_second_min: usize) {
    let per_second = Spree::per_second(sprees);
    eprintln!("{per_second:.0} a second");
    assert!(per_second >= per_second_min as f64, "{per_second:.0} a second, not {per_second_min}");
}
