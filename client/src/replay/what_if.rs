//! Owns how it is told what would have been with other settings: what was set and what not, what came of both, who
//! would have noticed, and what no recording tells.

use std::fmt::Write as _;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use chinwag_launch::{Change, read_bytes};
use chinwag_recording::{Affected, Outcome, PeerRate, Peers, Until, WhatIf, what_if};

use crate::flags::FlagError;

/// How many of those who are affected are named.
const NAMED_MAX: usize = 10;

/// How fast a peer reads: all that is not named, or one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reads {
    name: Option<String>,
    rate: NonZeroU64,
}

/// Reads how fast peers read: bytes a second, of all or behind a name.
pub(super) fn reads(value: &str) -> Result<Reads, String> {
    let (name, bytes) = value.split_once('=').map_or((None, value), |(name, bytes)| (Some(name.to_owned()), bytes));
    let rate = read_bytes(bytes).and_then(NonZeroU64::new).filter(|_| name.as_deref() != Some(""));
    let rate = rate.ok_or("takes bytes a second, of everybody or one person, like 20K or Ann=2K")?;
    Ok(Reads { name, rate })
}

/// Tells what would have been.
///
/// # Errors
/// The recording can't be run.
pub(super) fn tell(folder: &Path, until: Until, changes: &[Change], reads: &[Reads]) -> anyhow::Result<String> {
    // Of a flag that is given again the last holds.
    let later = |place: usize, change: &Change| changes[place + 1..].iter().any(|later| later.name() == change.name());
    let places = changes.iter().enumerate();
    let changes: Vec<_> = places.filter(|(place, change)| !later(*place, change)).map(|(_, change)| change).collect();
    let came_to = what_if(folder, until, &peers(reads), |config| {
        changes.iter().for_each(|change| change.apply(config));
    })?;
    if let Some(name) = came_to.strangers.first() {
        return Err(FlagError::new("--peer-rate", format!("names {name}, and nobody was called that")).into());
    }
    Ok(report(&came_to, &changes, reads))
}

fn peers(reads: &[Reads]) -> Peers {
    let (mut all, mut named) = (PeerRate::AtOnce, Vec::new());
    for Reads { name, rate } in reads {
        let rate = PeerRate::Bytes(*rate);
        match name {
            Some(name) => named.insert(0, (name.clone(), rate)),
            None => all = rate,
        }
    }
    Peers { all, named }
}

fn report(came_to: &WhatIf, changes: &[&Change], reads: &[Reads]) -> String {
    let WhatIf { then, now, affected, connections, .. } = came_to;
    let mut text = String::new();
    for change in changes {
        let _ = writeln!(text, "what if {} = {}, not {}", change.name(), change.value(), recorded(came_to, change));
    }
    let _ = write!(text, "\n{:<24}{:>15}{:>15}{:>15}\n", "", "as recorded", "as set", "difference");
    for (what, then, now) in counts(then, now) {
        let difference = signed(then, now, grouped);
        let _ = writeln!(text, "{what:<24}{:>15}{:>15}{difference:>15}", grouped(then), grouped(now));
    }
    for (what, then, now) in [
        ("  on average", average(then), average(now)),
        ("  at the most", millis(then.held.longest), millis(now.held.longest)),
    ] {
        let difference = signed(then, now, seconds);
        let _ = writeln!(text, "{what:<24}{:>15}{:>15}{difference:>15}", seconds(then), seconds(now));
    }
    text.push('\n');
    if affected.is_empty() {
        let _ = writeln!(text, "none of {connections} connections would have noticed");
    } else {
        let _ = writeln!(text, "{} of {connections} connections would have noticed, most of all:", affected.len());
        text.push_str(&table(&affected[..affected.len().min(NAMED_MAX)]));
    }
    text.push_str("\nwhat no recording tells:\n");
    for what in unknown(came_to, changes, reads) {
        let _ = writeln!(text, "- {what}");
    }
    text
}

/// Returns what a setting was while it was recorded.
fn recorded(came_to: &WhatIf, change: &Change) -> String {
    let mut values: Vec<_> = came_to.recorded.iter().map(|config| change.value_in(config)).collect();
    values.dedup();
    values.join(" and then ")
}

fn counts(then: &Outcome, now: &Outcome) -> [(&'static str, u64, u64); 7] {
    [
        ("messages said", then.said, now.said),
        ("lines sent", then.sent, now.sent),
        ("bytes sent", then.bytes, now.bytes),
        ("lines dropped", then.dropped, now.dropped),
        ("connections given up", then.given_up, now.given_up),
        ("lines never let through", then.held.lost, now.held.lost),
        ("lines let through later", then.held.lines, now.held.lines),
    ]
}

/// Shows those who are affected: what is otherwise than it was.
fn table(affected: &[Affected]) -> String {
    let mut text = format!(
        "{:<24}{:>15}{:>15}{:>15}{:>15}{:>15}\n",
        "", "lines dropped", "never passed", "passed later", "at the most", "bytes"
    );
    for Affected { name, dropped, held: [then, now], bytes } in affected {
        let plain = |[then, now]: [u64; 2]| signed(then, now, grouped);
        let _ = writeln!(
            text,
            "{name:<24}{:>15}{:>15}{:>15}{:>15}{:>15}",
            plain(*dropped),
            plain([then.lost, now.lost]),
            plain([then.lines, now.lines]),
            signed(millis(then.longest), millis(now.longest), seconds),
            plain(*bytes)
        );
    }
    text
}

/// Says what can't be known.
fn unknown(came_to: &WhatIf, changes: &[&Change], reads: &[Reads]) -> Vec<String> {
    let mut all = vec!["what people would have typed, had they been shown something else: it is as it was".to_owned()];
    if changes.iter().any(|change| change.name() == "flood-rate") {
        all.push(
            "when lines would have come at a higher rate: they are recorded as they passed the one that was set".into(),
        );
        all.push("how much else counted for the rate: blank lines, and bytes that make no line".into());
    }
    let who = |name: &Option<String>| name.clone().unwrap_or_else(|| "everybody else".to_owned());
    let rates =
        reads.iter().map(|Reads { name, rate }| format!("{} takes {} bytes a second", who(name), grouped(rate.get())));
    let is_said_of_all = reads.iter().any(|reads| reads.name.is_none());
    let others = if reads.is_empty() { "everybody takes all at once" } else { "everybody else all at once" };
    let read: Vec<_> = rates.chain((!is_said_of_all).then(|| others.to_owned())).collect();
    all.push(format!("how fast people read: in both columns {}", read.join(", ")));
    if !reads.is_empty() {
        all.push("how much the system holds for each besides: it is taken to be 128 KiB".to_owned());
    }
    if came_to.played.gaps > 0 {
        all.push(format!("what was handed to the server in {} gaps", came_to.played.gaps));
    }
    all
}

fn average(Outcome { held, .. }: &Outcome) -> u64 {
    millis(held.total).checked_div(held.lines).unwrap_or_default()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn seconds(millis: u64) -> String {
    format!("{}.{:03} s", grouped(millis / 1000), millis % 1000)
}

/// Writes by how much a number has changed.
fn signed(then: u64, now: u64, write: fn(u64) -> String) -> String {
    match now.cmp(&then) {
        std::cmp::Ordering::Less => format!("-{}", write(then - now)),
        std::cmp::Ordering::Equal => write(0),
        std::cmp::Ordering::Greater => format!("+{}", write(now - then)),
    }
}

/// Writes a number with a comma for each thousand.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_differences_have_a_sign() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")];
        for (number, written) in cases {
            assert_eq!(grouped(number), written);
        }
        assert_eq!(
            [(1, 1), (1, 2001), (1500, 1)].map(|(then, now)| signed(then, now, grouped)),
            ["0", "+2,000", "-1,499"]
        );
        assert_eq!(signed(1, 2001, seconds), "+2.000 s");
    }

    #[test]
    fn it_is_said_of_everybody_or_of_one_how_fast_they_read() {
        let read = |name: Option<&str>, rate| Reads {
            name: name.map(str::to_owned),
            rate: NonZeroU64::new(rate).expect("it is not 0"),
        };
        assert_eq!(reads("20K"), Ok(read(None, 20 << 10)));
        assert_eq!(reads("Ann=7"), Ok(read(Some("Ann"), 7)));
        for wrong in ["", "0", "Ann", "Ann=", "=5", "Ann=0", "-1"] {
            assert!(reads(wrong).is_err(), "{wrong}");
        }
        // Of one person the last holds.
        let Peers { all, named } = peers(&[read(Some("Ann"), 1), read(Some("Ann"), 2), read(None, 3)]);
        assert_eq!((all, named[0].1), (PeerRate::Bytes(read(None, 3).rate), PeerRate::Bytes(read(None, 2).rate)));
    }
}
