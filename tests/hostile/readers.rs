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

/// How much memory a crowd may cost who read nothing: far less than their queues may hold, since what is queued for all
/// of them is there once.
pub(crate) const MEMORY_MAX: usize = 64 << 20;

/// How many read a byte a second, and for how many seconds.
const SIPPERS: usize = 100;
const SIPS: usize = 4;

/// How much memory they may cost: a third of what full queues of so many have, since what is queued for all of them is
/// there once.
const SIPPED_MEMORY_MAX: usize = 8 << 20;

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
fn who_reads_a_byte_a_second_is_sent_no_more_than_a_queue_and_holds_up_nobody() {
    on_each(&FLAGS, |siege| {
        let addr = siege.addr();
        let (_, mut come) = siege.attack("some come who will sip", 1, |_, fire| {
            readers::read_nothing(addr, fire, SIPPERS, Duration::from_millis(1))
        });
        let streams = come.pop().expect("there was one attacker");
        Vitals::forget_peak(siege.server().id());
        let (before, dropped) = (siege.vitals().memory, siege.count("dropped"));
        let (_, counts) = siege.attack_for(SIPS, "a byte a second", 2, |number, fire| match number {
            0 => readers::sip(fire, &streams, Duration::from_secs(1)),
            _ => readers::talk_much(addr, fire, PAUSE),
        });
        let dropped = siege.count("dropped") - dropped;
        let [sipped, said] = counts[..] else { panic!("there were two attackers") };
        assert!(sipped >= SIPS - 1, "{sipped} bytes each");
        // What is read is less than one line: so all is dropped that finds no room, for each of them.
        let least = SIPPERS * said.saturating_sub(readers::LINES_HELD_MAX);
        assert!(least > 0 && dropped >= least as u64, "{dropped} dropped of {said} said to {SIPPERS}");
        let grown = siege.vitals().memory_peak.saturating_sub(before);
        assert!(grown <= SIPPED_MEMORY_MAX, "{grown} bytes more");
    });
}

#[test]
fn who_has_said_all_still_gets_what_is_on_its_way() {
    on_each(&FLAGS, |siege| {
        let addr = siege.addr();
        siege.attack("half-closed connections", 4 / SLOWER, |_, fire| readers::half_close(addr, fire));
    });
}
