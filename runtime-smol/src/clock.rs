//! Owns the times that the core is told, and waits for it.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use async_io::Timer;
use chinwag_core::Time;

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
    Timer::at(*START + time.since_start()).await;
}

/// Waits again and again for times that are rarely reached.
///
/// It stays set where it is as long as it is not to ring earlier: to set a timer wakes the reactor, which costs more than to hand
/// on a small batch. So it may ring too early, once.
#[derive(Debug)]
pub(crate) struct Alarm {
    timer: Timer,
    set_to: Option<Time>,
}

impl Alarm {
    pub(crate) fn new() -> Self {
        Self { timer: Timer::never(), set_to: None }
    }

    /// Waits until it is `time`, or a time before it that was waited for earlier.
    pub(crate) async fn ring(&mut self, time: Time) {
        if self.set_to.is_none_or(|set_to| time < set_to) {
            self.timer.set_at(*START + time.since_start());
            self.set_to = Some(time);
        }
        (&mut self.timer).await;
        self.set_to = None;
    }
}
