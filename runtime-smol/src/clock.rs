//! Owns waiting for times.

use async_io::Timer;
use chinwag_core::Time;
use chinwag_io::Clock;

/// Waits until a server's clock says `time`.
pub(crate) async fn reach(clock: Clock, time: Time) {
    Timer::at(clock.instant(time)).await;
}

/// Waits again and again for times that are rarely reached.
///
/// It stays set where it is as long as it is not to ring earlier: to set a timer wakes the reactor, which costs more
/// than to hand on a small batch. So it may ring too early, once.
#[derive(Debug)]
pub(crate) struct Alarm {
    clock: Clock,
    timer: Timer,
    set_to: Option<Time>,
}

impl Alarm {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, timer: Timer::never(), set_to: None }
    }

    /// Waits until it is `time`, or a time before it that was waited for earlier.
    pub(crate) async fn ring(&mut self, time: Time) {
        if self.set_to.is_none_or(|set_to| time < set_to) {
            self.timer.set_at(self.clock.instant(time));
            self.set_to = Some(time);
        }
        (&mut self.timer).await;
        self.set_to = None;
    }
}
