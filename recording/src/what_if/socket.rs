//! Owns how a peer is taken to read, of which no recording tells.
//!
//! Invariant: what a socket holds grows by what it takes, and shrinks by what its peer reads, at the same rate always.

use std::num::NonZeroU64;
use std::time::Duration;

use chinwag_core::Time;

/// How many bytes the system takes for a connection beyond what its peer has read: as many as servers allow it on
/// Linux. It says that the socket takes bytes again when half of them are read.
const HELD_BYTES_MAX: u64 = 128 << 10;

/// How fast each peer reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PeerRate {
    /// All that it is sent, at once.
    AtOnce,
    /// So many bytes a second. The system holds 128 KiB of what it has not read.
    Bytes(NonZeroU64),
}

/// Tells how fast peers read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peers {
    /// All others.
    pub all: PeerRate,
    /// Those whose owners are called this, in whatever case, from then on.
    pub named: Vec<(String, PeerRate)>,
}

impl Peers {
    /// Returns how fast the peer of somebody reads who is called this now, if that is said.
    pub(super) fn of(&self, name: &str) -> Option<PeerRate> {
        self.named.iter().find(|(named, _)| named.eq_ignore_ascii_case(name)).map(|(_, rate)| *rate)
    }
}

/// Holds what was written to a peer and it has not read: by when it has read all of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Socket {
    rate: PeerRate,
    read_at: Time,
}

impl Socket {
    pub(super) const fn new(rate: PeerRate) -> Self {
        Self { rate, read_at: Time::START }
    }

    /// Has the peer read so fast from now on.
    pub(super) const fn set_rate(&mut self, rate: PeerRate) {
        self.rate = rate;
    }

    /// Takes as many of so many bytes as it can.
    pub(super) fn take(&mut self, now: Time, bytes: usize) -> usize {
        let PeerRate::Bytes(rate) = self.rate else { return bytes };
        let held = self.read_at.since(now).as_nanos() * u128::from(rate.get()) / NANOS;
        let room = HELD_BYTES_MAX.saturating_sub(u64::try_from(held).unwrap_or(u64::MAX));
        let taken = bytes.min(usize::try_from(room).unwrap_or(usize::MAX));
        self.read_at = self.read_at.max(now) + time_for(taken as u64, rate);
        taken
    }

    /// Returns when the system says that it takes bytes again: later than now.
    pub(super) fn writable_at(&self, now: Time) -> Time {
        let PeerRate::Bytes(rate) = self.rate else { return now };
        let half = time_for(HELD_BYTES_MAX / 2, rate);
        let at = Time::after(self.read_at.since_start().saturating_sub(half));
        at.max(now + Duration::from_nanos(1))
    }
}

const NANOS: u128 = 1_000_000_000;

/// Returns how long a peer takes to read so many bytes.
fn time_for(bytes: u64, rate: NonZeroU64) -> Duration {
    let nanos = (u128::from(bytes) * NANOS).div_ceil(u128::from(rate.get()));
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::after(Duration::from_millis(millis))
    }

    #[test]
    fn a_peer_that_reads_at_once_takes_all() {
        let mut socket = Socket::new(PeerRate::AtOnce);
        assert_eq!([1, 1 << 30, 0].map(|bytes| socket.take(at(0), bytes)), [1, 1 << 30, 0]);
    }

    #[test]
    fn a_slow_peer_takes_what_the_system_holds_and_then_what_it_reads() {
        let mut socket = Socket::new(PeerRate::Bytes(NonZeroU64::new(1 << 10).expect("it is not 0")));
        assert_eq!(socket.take(at(0), 100 << 10), 100 << 10);
        assert_eq!(socket.take(at(0), 100 << 10), 28 << 10);
        assert_eq!(socket.take(at(0), 1), 0);
        assert_eq!(socket.writable_at(at(0)), at(64_000));
        assert_eq!(socket.take(at(1000), 100 << 10), 1 << 10);
        assert_eq!(socket.writable_at(at(1000)), at(65_000));
        // After a quiet time it holds no more than ever.
        assert_eq!(socket.take(at(1_000_000), 1 << 30), 128 << 10);
    }
}
