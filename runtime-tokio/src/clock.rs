//! Owns the times that the core is told.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use chinwag_core::Time;
use tokio::time::{Instant, sleep_until};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn now() -> Time {
    Time::after(START.elapsed())
}

/// Returns what the wall clock says, in milliseconds since 1970.
pub(crate) fn unix_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}

/// Waits until it is `time`.
pub(crate) async fn reach(time: Time) {
    sleep_until(*START + time.since_start()).await;
}
