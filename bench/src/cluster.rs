//! Simulates many servers that follow one log, with the core's own [`Follower`], and tells what it costs and where it
//! ends.
//!
//! Time is simulated, and nothing is random but by a seed: the same flags give the same figures on any machine. The
//! [`engine`] and the network take as long as was measured of real ones.
//!
//! [`Follower`]: chinwag_core::log::cluster::Follower

#![expect(clippy::print_stdout, reason = "it prints its figures as they come")]

mod costs;
mod engine;
mod plots;
mod report;
mod server;
mod world;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use self::report::{Report, Row};
use self::world::{Plan, World};
use crate::flags::Cluster;

/// After how long in a run a server is killed: once all have found each other.
const KILLED_AFTER: Duration = Duration::from_secs(2);

/// After how long the engine fails over: once the server that was killed is back.
const FAILOVER_AFTER: Duration = Duration::from_secs(6);

/// Simulates what the flags ask for, prints the figures, and draws the plots.
///
/// # Errors
/// The folder can't be written to.
pub(crate) fn measure(flags: &Cluster) -> Result<()> {
    let mut rows = Vec::new();
    println!("{}", Report::HEAD);
    for &people in &flags.people.0 {
        for &servers in &flags.servers.0 {
            let seconds = Duration::from_secs(flags.seconds);
            let calm = World::run(Plan { servers, people, seconds, seed: flags.seed, killed: None, fails_over: None });
            let seconds = FAILOVER_AFTER + Duration::from_secs(12);
            let (killed, fails_over) = (Some(KILLED_AFTER), Some(FAILOVER_AFTER));
            let rough = World::run(Plan { servers, people, seconds, seed: flags.seed, killed, fails_over });
            let row = Row { servers, people, seconds: flags.seconds as f64, calm, rough };
            println!("{row}");
            rows.push(row);
        }
    }
    draw(&flags.out, &rows)
}

fn draw(folder: &Path, rows: &[Row]) -> Result<()> {
    fs::create_dir_all(folder).context("the folder for the plots can't be made")?;
    plots::draw(folder, rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(servers: usize, people: usize) -> Plan {
        let seconds = Duration::from_secs(20);
        Plan { servers, people, seconds, seed: 7, killed: Some(KILLED_AFTER), fails_over: Some(FAILOVER_AFTER) }
    }

    #[test]
    fn ten_servers_have_all_that_is_said_at_once_and_go_on_after_whatever_fails() {
        let report = World::run(plan(10, 10_000));
        assert!(report.messages > 3000, "{report:?}");
        assert!(report.delay_50 < Duration::from_millis(2), "{report:?}");
        assert_eq!((report.lost, report.differing), (0, 0), "{report:?}");
        assert!(report.rejoined.expect("it is back") < Duration::from_secs(2), "{report:?}");
        assert!(report.back.expect("it goes on") < Duration::from_secs(5), "{report:?}");
        // A run is the same each time.
        assert_eq!(World::run(plan(10, 10_000)), report);
    }

    #[test]
    fn a_hundred_servers_have_all_that_is_said_and_agree() {
        let report =
            World::run(Plan { killed: None, fails_over: None, seconds: Duration::from_secs(3), ..plan(100, 10_000) });
        assert_eq!((report.lost, report.differing), (0, 0), "{report:?}");
        assert!(report.delay_99 < Duration::from_millis(100), "{report:?}");
    }
}
