//! Owns how long things take that are not simulated themselves, and how large they are.
//!
//! The engine was measured: Redis 7.0.15, `appendonly yes` and `appendfsync everysec`, 50 to 100 readers that wait,
//! entries of 700 bytes. The network is that of one data centre. Servers take no time: to decode and apply an event
//! costs less than half a microsecond.

use std::time::Duration;

use chinwag_core::log::cluster::{Content, Entry};

/// How long a message takes from one machine to another: at least, and by how much longer at most.
pub(super) const HOP: (Duration, Duration) = (Duration::from_micros(100), Duration::from_micros(150));

/// What an append costs the engine, but for its bytes.
pub(super) const APPEND: Duration = Duration::from_micros(24);

/// What a reply to a reader costs the engine, but for what is in it.
const REPLY: Duration = Duration::from_micros(23);

/// What an entry costs the engine in a reply, but for its bytes, in nanoseconds.
const ENTRY_NANOS: u64 = 650;

/// How many bytes the engine hands out in a microsecond: 1.3 GB a second.
const BYTES_A_MICROSECOND: u64 = 1300;

/// How large an event is in the log: a message of 62 letters, mostly.
pub(super) const EVENT_BYTES: u64 = 70;

/// How large the head of an entry is.
const HEAD_BYTES: u64 = 60;

/// How many events come of a person in a million seconds: a message a minute, and four comings, goings, joins or new
/// names in sixteen.
pub(super) const EVENTS_OF_PERSON: u64 = 20_833;

/// How many entries are in a reply at most.
pub(super) const ENTRIES_MAX: usize = 128;

/// How long it takes until an engine is there again that has failed: a sentinel finds out, and another takes over.
pub(super) const OUTAGE: Duration = Duration::from_secs(2);

/// How many of its last entries the engine has lost that takes over.
pub(super) const LOST: usize = 5;

/// After how long a server is started again that has ended.
pub(super) const RESTART: Duration = Duration::from_secs(1);

/// How soon a server tries again to connect: at least, and by how much later at most.
pub(super) const RETRY: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(950));

/// How many bytes a snapshot has for each person.
pub(super) const SNAPSHOT_BYTES: u64 = 100;

/// Returns how many bytes an entry has.
pub(super) fn bytes(entry: &Entry<u32>) -> u64 {
    let again = |entries: &[Entry<u32>]| entries.iter().map(bytes).sum();
    HEAD_BYTES
        + match &entry.content {
            Content::Events(events) => events.len() as u64 * EVENT_BYTES,
            Content::Again(entries) => again(entries),
            Content::Joined { .. }
            | Content::Heartbeat { .. }
            | Content::Mark
            | Content::Gone { .. }
            | Content::Left
            | Content::Open { .. }
            | Content::Report { .. }
            | Content::Close { .. }
            | Content::Ready { .. } => 0,
        }
}

/// Returns how long the engine takes for so many bytes.
pub(super) const fn time_of(bytes: u64) -> Duration {
    Duration::from_nanos(bytes * 1000 / BYTES_A_MICROSECOND)
}

/// Returns how long the engine takes for a reply.
pub(super) const fn reply(entries: usize, bytes: u64) -> Duration {
    REPLY.saturating_add(Duration::from_nanos(entries as u64 * ENTRY_NANOS)).saturating_add(time_of(bytes))
}
