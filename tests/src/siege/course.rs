//! Owns how an attack went: how late the regulars heard each other, in relation to what is calm.

use std::fmt;
use std::time::Duration;

use super::delays::Delays;
use super::regulars::Heard;

/// How many times later than in the calm run a message may be.
const TIMES_LATER_MAX: u32 = 5;

/// What counts as calm at the least. An idle machine delivers in a tenth of this. But a message wakes two processes,
/// one after the other, and on cores that others use, too, each may have to wait for the next tick of the scheduler, 4
/// ms: calm or not.
const CALM_MIN: Duration = Duration::from_millis(8);

/// Which part of the time a server has to be kept waiting by others until nothing can be said: at rest it is less than
/// a tenth.
const STARVED_PART: u32 = 2;

/// Holds what was seen during one attack.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) heard: Heard,
    /// How it was on this server while nobody attacked it.
    pub(super) before: Delays,
    /// How it was on a server that nobody attacked, at the same time.
    pub(super) elsewhere: Delays,
    pub(super) took: Duration,
    /// How long the server's threads would have run if others had not.
    pub(super) waited: Duration,
}

/// Judges whether the regulars had to wait for each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    InTime,
    Late,
    /// Late; but the server was not let run for so long that nothing follows from it.
    Starved,
}

impl Course {
    pub(super) fn verdict(&self) -> Verdict {
        if self.heard.delays.percentile_99() <= self.latest() {
            Verdict::InTime
        } else if self.waited > self.took / STARVED_PART {
            Verdict::Starved
        } else {
            Verdict::Late
        }
    }

    fn latest(&self) -> Duration {
        let calm = CALM_MIN.max(self.before.percentile_99()).max(self.elsewhere.percentile_99());
        calm * TIMES_LATER_MAX
    }
}

impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heard, before, elsewhere, took, waited } = self;
        write!(f, "{}, before {before}, elsewhere {elsewhere}, ", heard.delays)?;
        write!(f, "{} other lines, in {took:.1?}, of which the server waited {waited:.1?}", heard.others_count)
    }
}
