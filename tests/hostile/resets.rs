//! Connections that break leave nothing behind, and nothing hangs.

use std::time::Duration;

use chinwag_tests::attacks::resets;

use crate::{SLOWER, on_each};

/// How many connections break at once, how often, and how long after one time the next.
const COUNT: usize = 200 / SLOWER;
const ROUNDS: usize = 10;
const PAUSE: Duration = Duration::from_millis(100);

#[test]
fn connections_that_break_in_the_middle_of_everything_leave_nothing_behind() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        siege.attack("resets", 1, |_, fire| resets::talk_and_reset(addr, fire, COUNT, ROUNDS, PAUSE));
    });
}
