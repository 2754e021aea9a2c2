//! Owns the time that the core is told.

use std::sync::LazyLock;

use chinwag_core::Time;
use tokio::time::{Instant, sleep_until};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn now() -> Time {
    Time::after(START.elapsed())
}

/// Waits until it is `time`.
pub(crate) async fn reach(time: Time) {
    sleep_until(*START + time.since_start()).await;
}
