//! Owns waiting for times.

use chinwag_core::Time;
use chinwag_io::Clock;
use tokio::time::sleep_until;

/// Waits until a server's clock says `time`.
pub(crate) async fn reach(clock: Clock, time: Time) {
    sleep_until(clock.instant(time).into()).await;
}
