//! Owns the counts by which an operator sees how a server is doing.

use std::fmt;
use std::time::Duration;

use crate::Histogram;

/// Counts what is here now, and what was done since the server started.
///
/// Each part of the core adds its own with `count`: [`Hub`](crate::Hub), [`Fanout`](crate::Fanout), [`Gate`](crate::Gate).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// How many people are in the chat now, of whom the others know.
    pub people: u64,
    /// How many rooms there are now, `main` among them.
    pub rooms: u64,
    /// How many connections there are now, also of those who are not let in yet, or have left and are still being sent something.
    pub connections: u64,
    /// How many messages people have said.
    pub messages_in: u64,
    /// How many lines were given to somebody: each counts once for everyone who gets it.
    pub messages_out: u64,
    /// How many lines could not be given to somebody who reads too slowly.
    pub dropped: u64,
    /// How many connections were refused: there were too many, or they did not ask for what is to be had here.
    pub refused: u64,
    /// How many bytes wait now to be sent to those who read too slowly.
    pub queued_bytes: u64,
    /// How many actions each batch had that the hub has handed on.
    pub batch_actions: Histogram,
    /// How many microseconds after something was asked for all that could be written of it was. It counts once for a batch and writer,
    /// for what was asked for first.
    pub delay_micros: Histogram,
    /// How long the server has run, as its adapter knows.
    pub uptime: Duration,
}

/// Writes one line, without what is spread.
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
