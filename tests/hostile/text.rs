//! Malice in text does no harm to who reads it, and takes neither the server's memory nor its time.

use std::time::Duration;

use chinwag_tests::attacks::telnet::{self, Storm};
use chinwag_tests::attacks::{Flood, text};
use chinwag_tests::{Siege, Vitals};

use crate::{SLOWER, on_each};

/// How much more memory a server may need for a few connections that send whatever they like.
const MEMORY_MAX: usize = 2 << 20;

/// How many lines a server reads at once of somebody, and how many a second in the long run, unless it was told
/// otherwise.
const LINES_AT_ONCE: f64 = 100.0;
const LINES_PER_SECOND: f64 = 20.0;

/// How many bytes that make no line count as one.
const LINE_BYTES: f64 = 16.0 * 1024.0;

/// What the operating system may hold between two programs that have made their sockets small, with much to spare:
/// without a meter a flood would be hundreds of times as much.
const SOCKETS_BYTES: f64 = 2048.0 * 1024.0;

/// How many type a letter a second, and for how many seconds.
const DRIPPERS: usize = 200;
const DRIPS: usize = 4;

/// How many regulars hear what is said in the main room.
const REGULARS_IN_MAIN: usize = 5;

/// How many storms of telnet there are at once. Every byte of them is looked at, which takes a server that was built
/// for debugging so long that whoever comes after two has waited too long.
const STORMS: usize = 2_usize.div_ceil(SLOWER);

#[test]
fn what_would_do_harm_to_a_terminal_reaches_nobody() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        // The regulars look at each line that they hear.
        let (heard, _) = siege.attack("harmful text", 4, |_, fire| text::say_harm(addr, fire));
        assert!(heard.others.iter().any(|line| line.ends_with(": tab tab")), "{:?}", heard.others);
        let (heard, _) = siege.attack("bad names", 1, |_, fire| text::ask_for_bad_names(addr, fire));
        assert!(!heard.others.iter().any(|line| line.contains(" is now ")), "{:?}", heard.others);
    });
}

#[test]
fn lines_that_never_end_and_lines_of_nothing_cost_neither_memory_nor_time() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        let grown = memory_grown(siege, |siege| {
            let (_, floods) = siege.attack("endless lines", 4, |_, fire| text::send_endless_line(addr, fire));
            assert_metered(&floods);
            let (_, floods) = siege.attack("line ends", 4, |_, fire| text::flood_line_ends(addr, fire));
            assert_metered(&floods);
        });
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
    });
}

#[test]
fn ten_megabytes_without_a_newline_are_too_long_once_and_cost_neither_memory_nor_time() {
    // With a rate they would be read for half a minute.
    on_each(&["--flood-rate", "0"], |siege| {
        let addr = siege.addr();
        let grown = memory_grown(siege, |siege| {
            let (_, told) = siege.attack("10 MB in one line", 1, |_, _| text::send_whole_endless_line(addr));
            assert_eq!(told, [1]);
        });
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
    });
}

#[test]
fn lines_that_come_letter_by_letter_are_heard_when_they_end_and_cost_neither_memory_nor_time() {
    // So many that come are told of as one line.
    on_each(&["--room-quiet", "10"], |siege| {
        let addr = siege.addr();
        let grown = memory_grown(siege, |siege| {
            let (heard, typed) = siege.attack_for(DRIPS, "a letter a second", 1, |_, fire| {
                text::drip(addr, fire, DRIPPERS, Duration::from_secs(1))
            });
            assert!(typed[0] >= DRIPS - 1, "{typed:?}");
            // One of them has ended the line, and each of the regulars hears all of it; those who have not are not
            // heard.
            let line = "x".repeat(typed[0]);
            let said: Vec<_> = heard.others.iter().filter_map(|line| Some(line.split_once(": ")?.1)).collect();
            assert!(said.len() <= REGULARS_IN_MAIN && said.iter().all(|said| *said == line), "{said:?}");
        });
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
    });
}

#[test]
fn storms_of_telnet_are_answered_no_faster_than_lines_and_cost_neither_memory_nor_time() {
    on_each(&[], |siege| {
        let addr = siege.addr();
        let grown = memory_grown(siege, |siege| {
            for storms in Storm::ALL.chunks(STORMS) {
                let name = format!("storms of telnet: {storms:?}");
                let (_, floods) =
                    siege.attack(&name, storms.len(), |number, fire| telnet::storm(addr, fire, storms[number]));
                for (storm, flood) in storms.iter().zip(&floods) {
                    // What is a question counts as a line, so that far less of it is taken.
                    if !matches!(storm, Storm::Questions) {
                        assert_metered(std::slice::from_ref(flood));
                    }
                }
            }
        });
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
    });
}

/// Returns by how much the memory of the server was more, at the most, while this was done.
pub(crate) fn memory_grown(siege: &mut Siege, attack: impl FnOnce(&mut Siege)) -> usize {
    Vitals::forget_peak(siege.server().id());
    let before = siege.vitals().memory;
    attack(siege);
    siege.vitals().memory_peak.saturating_sub(before)
}

/// Holds that a server has taken of each flood what it takes of anybody, and not much more.
#[track_caller]
fn assert_metered(floods: &[Flood]) {
    for flood in floods {
        let taken = (LINES_AT_ONCE + LINES_PER_SECOND * flood.took.as_secs_f64()) * LINE_BYTES;
        // On a busy machine it may be far less, but something is taken of everybody.
        let (least, most) = (taken / 16.0, taken * 1.5 + SOCKETS_BYTES);
        assert!((least..=most).contains(&(flood.bytes as f64)), "{flood:?}, not {least} to {most}");
    }
}
