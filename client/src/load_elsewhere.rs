//! Stands in for `load.rs` where there is neither epoll nor `/proc`.

use anyhow::{Result, bail};
use argh::{ArgsInfo, FromArgs};

/// Measure a server, which needs Linux.
#[derive(FromArgs, ArgsInfo)]
#[argh(subcommand, name = "load", help_triggers("-h", "--help"))]
pub(crate) struct LoadFlags {
    /// none of which can be used here
    #[argh(positional, greedy)]
    _words: Vec<String>,
}

/// Says that it can't be done here.
///
/// # Errors
///
/// Always.
pub(crate) fn run(_flags: LoadFlags) -> Result<()> {
    bail!("load needs Linux, for epoll and /proc; chat and bots work here, too")
}
