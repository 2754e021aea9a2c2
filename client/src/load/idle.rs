//! What an idle connection costs the server: its resident memory before and after many were opened.

use std::time::Duration;

use anyhow::{Context, Result};

use super::clock::Clock;
use super::crowd::Crowd;
use super::flags::Plan;

/// Members of a room: enough that rooms are not what is measured, few enough that joining stays
/// quiet.
const ROOM_MEMBERS: usize = 10;

/// Kept quiet before the second look, so that the last greetings are out of the server's buffers.
const SETTLING: Duration = Duration::from_millis(500);

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdleReport {
    connections: usize,
    before_kib: u64,
    after_kib: u64,
}

/// Opens `connections` and compares the server's memory.
///
/// # Errors
///
/// Nobody listens, the server closes a connection, or its process can't be read.
pub(super) fn run(plan: &Plan, connections: usize) -> Result<IdleReport> {
    let server = plan.server.as_ref().context("no process to look at")?;
    let before_kib = server.rss_kib()?;
    let mut crowd = Crowd::new(Clock::start())?;
    crowd.join(plan.address, (0..connections).map(|member| format!("idle-{}", member / ROOM_MEMBERS)), plan.chars)?;
    let end_ns = crowd.clock().after_ns(SETTLING);
    while crowd.clock().now_ns() < end_ns {
        crowd.turn(end_ns, |_, _| {})?;
    }
    Ok(IdleReport { connections, before_kib, after_kib: server.rss_kib()? })
}

impl IdleReport {
    /// Returns lines for people.
    pub(super) fn table(&self) -> String {
        let Self { connections, before_kib, after_kib } = self;
        format!(
            "idle        {connections} connections in rooms of {ROOM_MEMBERS}\n\
             memory      {before_kib} KiB before, {after_kib} KiB after\n\
             each        {:.2} KiB\n",
            self.kib_each()
        )
    }

    /// Returns one JSON object in one line.
    pub(super) fn json(&self) -> String {
        let Self { connections, before_kib, after_kib } = self;
        format!(
            "{{\"connections\":{connections},\"rss_before_kib\":{before_kib},\"rss_after_kib\":{after_kib},\
             \"kib_per_connection\":{:.3}}}\n",
            self.kib_each()
        )
    }

    /// Less than nothing if the server gave memory back meanwhile.
    fn kib_each(&self) -> f64 {
        (self.after_kib as f64 - self.before_kib as f64) / self.connections as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_out_among_the_connections() {
        let report = IdleReport { connections: 200, before_kib: 3_000, after_kib: 3_250 };
        assert_eq!(report.json().matches("\"kib_per_connection\":1.250}").count(), 1);
        assert!(report.table().ends_with("each        1.25 KiB\n"));
        let shrunk = IdleReport { connections: 10, before_kib: 3_000, after_kib: 2_990 };
        assert!(shrunk.json().ends_with("\"kib_per_connection\":-1.000}\n"));
    }
}
