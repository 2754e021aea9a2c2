//! A flight recorder: keeps what a server was handed in a folder of bounded size, and runs it again.
//!
//! A recording is a row of segments, files of [`chinwag_log`]'s frames. Each begins with the rules, the limits that
//! decide what people are sent, and what the hub was then, so that it can be run by itself. Behind that comes what the
//! hub was handed, and marks by which a run that differs is noticed: how much each batch was, and hashes of the hub.
//!
//! [`Recorder`] writes one, [`segments`] finds its files, [`Segment`] reads one, and [`Replay`] runs it. A [`Shadow`]
//! runs it while it is written, and [`what_if()`] with other settings.

mod ears;
mod play;
mod recorder;
mod redact;
mod replay;
mod segment;
mod shadow;
mod sync;
mod verify;
mod what_if;

pub use self::ears::{Heard, sent_to};
pub use self::play::{PlayError, Played, Until, Watch, play};
pub use self::recorder::{Counts, RECORD_BYTES_MIN, Recorder};
pub use self::redact::{RedactError, redact};
pub use self::replay::{Difference, Replay, Sent};
pub use self::segment::{Head, ReadError, Segment, segments};
pub use self::shadow::{Shadow, ShadowCounts};
pub use self::verify::verify;
pub use self::what_if::{Affected, Outcome, PeerRate, Peers, WhatIf, what_if};
