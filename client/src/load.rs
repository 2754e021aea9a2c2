//! `chinwag load`: what a server delivers, how fast, how completely, and at what cost.
//!
//! One thread drives all [`connection`]s. [`flags`] make a plan, a [`crowd`] joins its rooms, and then [`drive`] sends,
//! receives and measures, to a [`report`]; or [`idle`] only looks at what it costs the server that people are there. A
//! [`sender`] writes each room's [`message`]s, on time by a [`pace`] or as fast as the slowest member reads them, and
//! an [`inbox`] per member counts them without looking at each; at a pace, a [`completion`] per room sees when the last
//! has one. The servers it is compared with are spoken to in their own [`dialect`].
//!
//! It needs Linux, for epoll and `/proc`.

mod clock;
mod completion;
mod connection;
mod crowd;
mod dialect;
mod drive;
mod flags;
mod idle;
mod inbox;
mod line;
mod message;
mod pace;
mod poller;
mod process;
mod report;
mod sender;
mod web;

use std::io::Write;

use anyhow::{Context, Result};

use self::clock::Clock;
use self::crowd::Crowd;
pub(crate) use self::flags::LoadFlags;
use self::flags::Plan;
use crate::descriptors;
use crate::dial::Server;

/// Does what the flags ask for, and prints the outcome.
///
/// # Errors
///
/// A [`FlagError`](crate::flags::FlagError) if the flags don't fit together or this machine; otherwise what went wrong
/// between here and the server.
pub(crate) fn run(flags: LoadFlags) -> Result<()> {
    let plan = Plan::try_from(flags)?;
    let servers = plan.servers()?;
    let text = match plan.idle {
        Some(connections) => {
            descriptors::reserve(connections, "--idle")?;
            let report = idle::run(&plan, &servers, connections)?;
            if plan.json { report.json() } else { report.table() }
        }
        None => {
            descriptors::reserve(plan.rooms.saturating_mul(plan.members), "--rooms times --members")?;
            let crowd = join(&plan, &servers)?;
            if plan.wait {
                await_line()?;
            }
            let report = drive::run(&plan, crowd)?;
            if plan.json { report.json(&plan) } else { report.table(&plan) }
        }
    };
    std::io::stdout().lock().write_all(text.as_bytes()).context("cannot print the outcome")
}

/// Lets whoever runs this decide when to begin.
fn await_line() -> Result<()> {
    writeln!(std::io::stdout().lock(), "joined").context("cannot say that all have joined")?;
    std::io::stdin().read_line(&mut String::new()).context("cannot read standard input")?;
    Ok(())
}

/// Brings all members into their rooms, room by room.
fn join(plan: &Plan, servers: &[Server]) -> Result<Crowd> {
    let mut crowd = Crowd::new(Clock::start())?;
    let places = plan.places(plan.rooms * plan.members);
    crowd.join(servers, plan.dialect, places, plan.chars)?;
    for room in 0..plan.rooms {
        crowd.stall((room + 1) * plan.members - plan.stalled..(room + 1) * plan.members)?;
    }
    Ok(crowd)
}
