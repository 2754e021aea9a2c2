//! Owns the time that the core is told.

use std::sync::LazyLock;
use std::time::Instant;

use async_io::Timer;
use chinwag_core::Time;

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

pub(crate) fn now() -> Time {
    Time::after(START.elapsed())
}

/// Waits until it is `time`.
pub(crate) async fn reach(time: Time) {
    Timer::at(*START + time.since_start()).await;
}
