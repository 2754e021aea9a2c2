//! Who does not read holds up nobody, and who has said all still gets what is on its way.

use std::time::Duration;

use chinwag_tests::Vitals;
use chinwag_tests::attacks::readers;

use crate::{SLOWER, on_each};

/// So that it takes little time to say much, and that those who come are not much to be told of.
const FLAGS: [&str; 4] = ["--max-line", "4096", "--room-quiet", "50"];

/// How many a crowd is.
const CROWD: usize = 1000 / SLOWER;

/// How long after one long line somebody says the next, while others do not read.
const PAUSE: Duration = Duration::from_millis(25);

/// How much memory a crowd may cost who read nothing: far less than their queues may hold, since what is queued for all of them is
/// there once.
const MEMORY_MAX: usize = 64 << 20;

#[test]
fn who_reads_nothing_holds_up_nobody_be_it_one_or_a_crowd() {
    on_each(&FLAGS, |siege| {
        let addr = siege.addr();
        Vitals::forget_peak(siege.server().id());
        let before = siege.vitals().memory;
        for count in [1, CROWD] {
            let (dropped, pause) = (siege.count("dropped"), Duration::from_millis(1));
            let (_, deaf) = siege.attack(&format!("{count} come who read nothing"), 1, |_, fire| {
                readers::read_nothing(addr, fire, count, pause)
            });
            siege.attack(&format!("{count} read nothing"), 1, |_, fire| readers::talk_much(addr, fire, PAUSE));
            drop(deaf);
            assert!(siege.count("dropped") >= dropped + count as u64, "not all of them were sent too much");
        }
        let grown = siege.vitals().memory_peak.saturating_sub(before);
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
    });
}

#[test]
fn who_reads_a_byte_at_a_time_holds_up_nobody() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        siege.attack("sips", 1, |_, fire| readers::sip(addr, fire, 100, Duration::from_millis(20)));
    });
}

#[test]
fn who_has_said_all_still_gets_what_is_on_its_way() {
    on_each(&FLAGS, |siege| {
        let addr = siege.addr();
        siege.attack("half-closed connections", 4 / SLOWER, |_, fire| readers::half_close(addr, fire));
    });
}
