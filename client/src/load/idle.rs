//! What a connection costs the server that comes, joins a room and then does nothing: CPU time until it has joined, and
//! resident memory.

use std::time::Duration;

use anyhow::{Context, Result};

use super::clock::Clock;
use super::crowd::Crowd;
use super::flags::Plan;
use crate::dial::Server;

/// Kept quiet before the second look, so that the last greetings are out of the server's buffers.
const SETTLING: Duration = Duration::from_millis(500);

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct IdleReport {
    connections: usize,
    members: usize,
    cpu_ns: u64,
    before_kib: u64,
    after_kib: u64,
}

/// Opens `connections` and compares the server's memory.
///
/// # Errors
///
/// Nobody listens, the server closes a connection, or its process can't be read.
pub(super) fn run(plan: &Plan, servers: &[Server], connections: usize) -> Result<IdleReport> {
    let process = plan.server.as_ref().context("no process to look at")?;
    let before_kib = process.rss_kib()?;
    let before_ns = process.cpu_ns()?;
    let mut crowd = Crowd::new(Clock::start())?;
    crowd.join(servers, plan.dialect, plan.places(connections), plan.chars)?;
    let cpu_ns = process.cpu_ns()?.saturating_sub(before_ns);
    let end_ns = crowd.clock().after_ns(SETTLING);
    while crowd.clock().now_ns() < end_ns {
        crowd.turn(end_ns, |_, _, _| {})?;
    }
    Ok(IdleReport { connections, members: plan.members, cpu_ns, before_kib, after_kib: process.rss_kib()? })
}

impl IdleReport {
    /// Returns lines for people.
    pub(super) fn table(&self) -> String {
        let Self { connections, members, before_kib, after_kib, .. } = self;
        format!(
            "idle        {connections} connections in rooms of {members}\n\
             joining     {:.1} us CPU each\n\
             memory      {before_kib} KiB before, {after_kib} KiB after\n\
             each        {:.2} KiB\n",
            self.us_each(),
            self.kib_each()
        )
    }

    /// Returns one JSON object in one line.
    pub(super) fn json(&self) -> String {
        let Self { connections, members, before_kib, after_kib, .. } = self;
        format!(
            "{{\"connections\":{connections},\"members\":{members},\"cpu_us_per_join\":{:.3},\"rss_before_kib\":{before_kib},\"rss_after_kib\":{after_kib},\
             \"kib_per_connection\":{:.3}}}\n",
            self.us_each(),
            self.kib_each()
        )
    }

    fn us_each(&self) -> f64 {
        self.cpu_ns as f64 / 1_000.0 / self.connections as f64
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
    fn time_and_memory_are_shared_out_among_the_connections() {
        let report =
            IdleReport { connections: 200, members: 10, cpu_ns: 1_000_000, before_kib: 3_000, after_kib: 3_250 };
        assert_eq!(report.json().matches("\"kib_per_connection\":1.250}").count(), 1);
        assert!(report.json().contains("\"cpu_us_per_join\":5.000,"));
        assert!(report.table().ends_with("each        1.25 KiB\n"));
        let shrunk = IdleReport { connections: 10, members: 10, cpu_ns: 0, before_kib: 3_000, after_kib: 2_990 };
        assert!(shrunk.json().ends_with("\"kib_per_connection\":-1.000}\n"));
    }
}
