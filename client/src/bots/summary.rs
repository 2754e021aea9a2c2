//! What is told at the end.

use std::fmt::Write as _;
use std::time::Duration;

use super::flags::Troupe;
use super::ledger::Ledger;

/// Returns lines for people.
pub(super) fn summary(troupes: &[Troupe], seed: u64, length: Duration, ledger: &Ledger) -> String {
    let bots: Vec<String> = troupes.iter().map(|troupe| format!("{} in {}", troupe.count, troupe.room)).collect();
    let totals = ledger.totals();
    let delay = |per_mille| ledger.delays().quantile(per_mille) as f64 / 1_000_000.0;
    let delays = match totals.received {
        0 => "-".to_owned(),
        _ => format!("median {:.2} ms, 99 % within {:.2} ms", delay(500), delay(990)),
    };
    let missed = match totals.missed() {
        0 => "nothing".to_owned(),
        missed => format!("{missed}, of which {} are still on their way or lost", totals.outstanding()),
    };
    let mut text = String::new();
    for (name, value) in [
        ("bots", format!("{}; seed {seed}", bots.join(", "))),
        ("time", format!("{:.1} s", length.as_secs_f64())),
        ("sent", format!("{} messages", totals.sent)),
        ("received", format!("{} of {}", totals.received, totals.expected)),
        ("delay", delays),
        ("missed", missed),
    ] {
        writeln!(text, "{name:<9} {value}").expect("a string takes all that is written to it");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Slot;
    use super::super::script::Topic;
    use super::*;

    fn troupes() -> [Troupe; 1] {
        [Troupe { topic: Topic::Rust, room: "rust", count: 2, pause: Duration::ZERO }]
    }

    #[test]
    fn everything_is_told() {
        let (ann, bob) = (Slot { room: 0, slot: 0 }, Slot { room: 0, slot: 1 });
        let mut ledger = Ledger::new(&[2]);
        ledger.name(ann, "Ann");
        for text in ["one", "two", "three"] {
            ledger.on_said(ann, text, Duration::ZERO);
        }
        for (listener, text) in [(ann, "one"), (ann, "two"), (ann, "three"), (bob, "two")] {
            ledger.on_heard(listener, "Ann", text, Duration::from_millis(2));
        }
        let expected = "\
bots      2 in rust; seed 7
time      1.5 s
sent      3 messages
received  4 of 6
delay     median 2.00 ms, 99 % within 2.00 ms
missed    2, of which 1 are still on their way or lost
";
        assert_eq!(summary(&troupes(), 7, Duration::from_millis(1_500), &ledger), expected);
    }

    #[test]
    fn without_messages_there_is_no_delay_and_nothing_missed() {
        let text = summary(&troupes(), 7, Duration::ZERO, &Ledger::new(&[2]));
        assert!(text.ends_with("received  0 of 0\ndelay     -\nmissed    nothing\n"), "{text}");
    }
}
