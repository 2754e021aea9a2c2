//! Owns what was seen of a run, and how that is written.

use std::fmt;
use std::time::Duration;

/// Tells what was seen of a run.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Report {
    /// How many events there were.
    pub(super) messages: usize,
    /// How many bytes the engine hands to each server in a second.
    pub(super) bytes_each: f64,
    /// How many to all of them.
    pub(super) bytes_all: f64,
    /// How many entries are appended in a second.
    pub(super) entries: f64,
    /// Which part of the time the engine is busy.
    pub(super) busy: f64,
    /// Until the last server has a message: the median, the 99th percentile, and the longest.
    pub(super) delay_50: Duration,
    pub(super) delay_99: Duration,
    pub(super) longest: Duration,
    /// How many messages no server has heard.
    pub(super) lost: usize,
    /// How many servers have heard another thing, or another order, than the first.
    pub(super) differing: usize,
    /// How many servers had to start anew by themselves.
    pub(super) ended: u64,
    /// How long it took a server that was killed, from its start, until it was one of them.
    pub(super) rejoined: Option<Duration>,
    /// How long it took until the last server went on, from when the engine was there again.
    pub(super) back: Option<Duration>,
}

impl Report {
    /// The head of a table of rows.
    pub(super) const HEAD: &'static str = "\
| people | servers | events/s | entries/s | to each server | out of the engine | engine busy | all have it, p50 | p99 \
     | a server is back after | all go on after the engine is back | longest wait then |\n\
     |---|---|---|---|---|---|---|---|---|---|---|---|";
}

/// A row of the table: of a run in which nothing fails, and of one in which a server and the engine do.
pub(super) struct Row {
    pub(super) servers: usize,
    pub(super) people: usize,
    pub(super) seconds: f64,
    pub(super) calm: Report,
    pub(super) rough: Report,
}

fn ms(time: Duration) -> String {
    match time.as_secs_f64() * 1000.0 {
        ms @ ..10.0 => format!("{ms:.1} ms"),
        ms @ ..1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

fn bytes(count: f64) -> String {
    if count < 1e6 { format!("{:.0} KB/s", count / 1e3) } else { format!("{:.1} MB/s", count / 1e6) }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { servers, people, seconds, calm, rough } = self;
        let time = |time: Option<Duration>| time.map_or_else(|| "–".to_owned(), ms);
        write!(
            f,
            "| {people} | {servers} | {:.0} | {:.0} | {} | {} | {:.0} % | {} | {} | {} | {} | {} |",
            calm.messages as f64 / seconds,
            calm.entries,
            bytes(calm.bytes_each),
            bytes(calm.bytes_all),
            calm.busy * 100.0,
            ms(calm.delay_50),
            ms(calm.delay_99),
            time(rough.rejoined),
            time(rough.back),
            ms(rough.longest),
        )?;
        let wrong = [calm.lost, calm.differing, rough.lost, rough.differing];
        if wrong != [0; 4] {
            write!(f, " lost and differing: {wrong:?}")?;
        }
        Ok(())
    }
}
