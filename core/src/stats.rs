//! Owns the counts by which an operator sees how a server is doing.

use std::fmt;
use std::time::Duration;

use crate::Histogram;

/// Counts what is here now, and what was done since the server started.
///
/// Each part of the core adds its own with `count`: [`Hub`](crate::Hub), [`Fanout`](crate::Fanout),
/// [`Gate`](crate::Gate).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// People in the chat now; silent connections are not counted.
    pub people: u64,
    /// Rooms there are now, `main` included.
    pub rooms: u64,
    /// Connections there are now, also those in their handshake and those that are still being sent something after
    /// they left.
    pub connections: u64,
    /// Messages said.
    pub messages_in: u64,
    /// Lines given to connections: each counts once per connection.
    pub messages_out: u64,
    /// Lines dropped for slow readers: each counts once per connection.
    pub dropped: u64,
    /// Connections refused: there were too many, or they asked for something else.
    pub refused: u64,
    /// Bytes queued now for slow readers.
    pub queued_bytes: u64,
    /// Those among them that were taken and are held between, sealed, until their sockets take them.
    pub held_bytes: u64,
    /// Actions in each batch of the hub.
    pub batch_actions: Histogram,
    /// Microseconds from the first request of a batch until all that sockets took of it was written, once per batch and
    /// worker.
    pub delay_micros: Histogram,
    /// Time since the start, as the adapter knows it.
    pub uptime: Duration,
}

/// Writes one line, without the histograms, and without what is part of another count.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            people, rooms, connections, messages_in, messages_out, dropped, refused, queued_bytes, uptime, ..
        } = self;
        write!(f, "people={people} rooms={rooms} connections={connections} messages_in={messages_in} ")?;
        write!(f, "messages_out={messages_out} dropped={dropped} refused={refused} queued_bytes={queued_bytes} ")?;
        write!(f, "uptime={}s", uptime.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_single_counts_are_told_by_their_names() {
        let stats = Stats {
            people: 1,
            rooms: 2,
            connections: 3,
            messages_in: 4,
            messages_out: 5,
            dropped: 6,
            refused: 7,
            queued_bytes: 8,
            uptime: Duration::from_millis(9999),
            ..Stats::default()
        };
        assert_eq!(
            stats.to_string(),
            "people=1 rooms=2 connections=3 messages_in=4 messages_out=5 dropped=6 refused=7 queued_bytes=8 \
             uptime=9s"
        );
    }
}
