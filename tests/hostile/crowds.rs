//! Crowds that come and go, change their names and their rooms, are for whoever chats just news, if that.

use std::time::Duration;

use chinwag_tests::attacks::crowds;

use crate::{SLOWER, on_each};

/// How many come at once.
const CROWD: usize = 2000 / SLOWER;

/// How many threads they come from.
const ATTACKERS: usize = 4;

/// How long after somebody the next comes: fifteen hundred come in a second.
const PAUSE: Duration = Duration::from_micros(667 * SLOWER as u64);

/// Above how many members a room is told how many came, not who.
const ROOM_QUIET: usize = 500 / SLOWER;

#[test]
fn a_crowd_that_comes_and_goes_is_no_more_than_news() {
    on_each(&["--room-quiet", &ROOM_QUIET.to_string()], |siege| {
        let addr = siege.addr();
        let pause = PAUSE * ATTACKERS as u32;
        siege.attack("a crowd", ATTACKERS, |_, fire| crowds::come_and_go(addr, fire, CROWD / ATTACKERS, pause));
    });
}

#[test]
fn names_that_change_all_the_time_are_no_more_than_news() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        siege.attack("new names", 50 / SLOWER, |number, fire| crowds::rename(addr, fire, number));
    });
}

#[test]
fn rooms_made_and_dropped_a_thousand_times_a_second_concern_nobody() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        siege.attack("rooms", 50, |number, fire| crowds::make_rooms(addr, fire, number));
    });
}
