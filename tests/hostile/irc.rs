//! Whatever is done at the IRC listener holds up nobody in the chat, and costs a bounded amount of memory.

use std::time::Duration;

use chinwag_tests::attacks::irc;

use crate::text::memory_grown;
use crate::{SLOWER, on_each};

/// How many kinds of floods come at once.
const AT_ONCE: usize = 4;

/// How much more memory a server may need for so many who send whatever they like: what each has queued, and the rest
/// of a long answer, twice as much as that can be.
const FLOODS_MEMORY_MAX: usize = AT_ONCE * 2 * (256 << 10) * 2;

/// How many take their time to say who they are, and as many who never do; and what they may cost, each 8 KiB.
const ARRIVING: usize = 200 / SLOWER;
const ARRIVING_MEMORY_MAX: usize = 2 << 20;

/// How many lines a server reads at once of somebody, and how many a second; with much to spare for what the sockets
/// hold.
const LINES_AT_ONCE: f64 = 100.0;
const LINES_PER_SECOND: f64 = 20.0;
const SOCKETS_BYTES: f64 = 2048.0 * 1024.0;

/// How long those wait who come again and again.
const COMES_AGAIN: Duration = Duration::from_millis(2 * SLOWER as u64);

/// How many lines are written to one who reads nothing, and how often.
const WHISPERS: usize = 20;
const WHISPERS_PAUSE: Duration = Duration::from_millis(5);

#[test]
fn what_is_asked_for_over_and_over_by_irc_costs_no_more_than_a_queue_and_holds_up_nobody() {
    on_each(&[], |siege| {
        let addr = siege.irc_addr();
        for demands in irc::DEMANDS.chunks(AT_ONCE) {
            let names: Vec<_> = demands.iter().map(|demand| demand.name).collect();
            let grown = memory_grown(siege, |siege| {
                let name = format!("floods by IRC: {names:?}");
                let (_, floods) =
                    siege.attack(&name, demands.len(), |number, fire| irc::demand(addr, fire, &demands[number]));
                for (flood, demand) in floods.iter().zip(demands) {
                    let lines = LINES_AT_ONCE + LINES_PER_SECOND * flood.took.as_secs_f64();
                    let most = lines * demand.line_bytes() as f64 * 1.5 + SOCKETS_BYTES;
                    assert!(flood.bytes as f64 <= most, "{}: {flood:?}, not up to {most}", demand.name);
                }
            });
            assert!(grown <= FLOODS_MEMORY_MAX, "{names:?}: {grown} bytes more");
        }
        irc::look_in(addr);
    });
}

#[test]
fn who_takes_long_to_say_who_they_are_or_comes_for_a_moment_is_hardly_noticed() {
    // So many that come and go are told of as one line.
    on_each(&["--room-quiet", "9"], |siege| {
        let addr = siege.irc_addr();
        let grown = memory_grown(siege, |siege| {
            siege.attack("a byte at a time, and half-way", 1, |_, fire| {
                irc::arrive_slowly(addr, fire, ARRIVING, Duration::from_millis(100))
            });
        });
        assert!(grown <= ARRIVING_MEMORY_MAX, "{grown} bytes more");
        siege.attack("a page at the IRC port, and short visits", 4, |number, fire| match number {
            0 => irc::post(addr, fire, COMES_AGAIN),
            _ => assert!(irc::come_and_quit(addr, fire, COMES_AGAIN) > 0, "nobody has come"),
        });
        irc::look_in(addr);
    });
}

#[test]
fn what_is_written_to_one_who_reads_nothing_is_dropped_and_holds_up_nobody() {
    // With a rate it would take long to fill a queue.
    on_each(&["--flood-rate", "0"], |siege| {
        let (addr, dropped) = (siege.irc_addr(), siege.count("dropped"));
        let deaf = irc::come_deaf(addr, "deaf");
        let grown = memory_grown(siege, |siege| {
            let (_, written) = siege
                .attack("talk to the deaf", 2, |_, fire| irc::write_to(addr, fire, "deaf", WHISPERS, WHISPERS_PAUSE));
            assert!(written.iter().all(|&written| written > 0), "{written:?}");
        });
        assert!(siege.count("dropped") > dropped, "it was not too much");
        assert!(grown <= FLOODS_MEMORY_MAX, "{grown} bytes more");
        drop(deaf);
        irc::look_in(addr);
    });
}
