//! `chinwag-bench`: runs chinwag beside the least that its work can cost and beside other servers, and writes
//! `docs/performance.md`.
//!
//! [`flags`] say how long; each [`work`] is done by each [`server`] in turn, again and again, by `chinwag load`; the
//! [`figures`] of all [`runs`] go into [`tables`], [`verdicts`] on the goals, and [`plots`], which together are the
//! [`page`]. The [`alone`] part runs what measures the core. [`floor`] is the program that only writes. [`cluster`]
//! simulates many servers that follow one log.

mod alone;
mod cluster;
mod figures;
mod flags;
mod floor;
mod irc;
mod load;
mod machine;
mod page;
mod plots;
mod programs;
mod runs;
mod server;
mod tables;
mod verdicts;
mod work;

use anyhow::{Context, Result};

use crate::flags::{Bench, Part};

fn main() -> Result<()> {
    let flags: Bench = argh::from_env();
    match flags.part {
        Some(Part::Floor(floor)) => floor::serve(floor.port).context("the floor cannot serve"),
        Some(Part::Cluster(cluster)) => cluster::measure(&cluster),
        None => page::write(&flags),
    }
}
