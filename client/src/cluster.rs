//! `chinwag cluster`: how several servers are that are one chat.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use argh::{ArgsInfo, FromArgs};
use chinwag_cluster::{Address, Heard, Options, ServerStatus, Status, status};

use crate::flags::FlagError;

/// Look at the servers that are one chat.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "cluster", help_triggers("-h", "--help"))]
pub(crate) struct ClusterFlags {
    #[argh(subcommand)]
    command: ClusterCommand,
}

#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand)]
enum ClusterCommand {
    Status(StatusFlags),
}

/// Show the engine, what of the log it may lose, and each server: how many entries it has applied, by how many it is
/// behind, and by how much its clock is before the engine's. It only reads, and takes three seconds.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "status", help_triggers("-h", "--help"))]
struct StatusFlags {
    /// engine, as the servers are given it, like redis://10.0.0.5:6379/0
    #[argh(option)]
    cluster: Option<Address>,

    /// file whose first line is what --cluster takes, for when it has a password
    #[argh(option)]
    cluster_from: Option<PathBuf>,

    /// name that the servers have in common (default chinwag)
    #[argh(option, default = "\"chinwag\".to_owned()")]
    cluster_name: String,
}

impl StatusFlags {
    fn options(self) -> Result<Options> {
        let address = match (self.cluster, self.cluster_from) {
            (Some(address), None) if address.has_password() => {
                bail!(FlagError::new("--cluster", "takes no password, which others could see: use --cluster-from"))
            }
            (Some(address), None) => address,
            (None, Some(file)) => {
                let text = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
                let first = text.lines().next().unwrap_or_default().trim();
                first.parse().map_err(|error| anyhow!("the first line of {} is no address: {error}", file.display()))?
            }
            (None, None) => bail!(FlagError::new("--cluster", "says where the engine is; or use --cluster-from")),
            (Some(_), Some(_)) => bail!(FlagError::new("--cluster", "and --cluster-from say the same: choose one")),
        };
        Ok(Options { address, name: self.cluster_name })
    }
}

/// Shows what is asked for.
///
/// # Errors
///
/// The engine can't be reached, or what it keeps is no log of servers.
pub(crate) fn run(flags: ClusterFlags) -> Result<()> {
    let ClusterCommand::Status(flags) = flags.command;
    let options = flags.options()?;
    let text = table(&options.address, &status(&options)?);
    io::stdout().lock().write_all(text.as_bytes()).context("can't print how it is")
}

fn table(address: &Address, status: &Status) -> String {
    let Status { version, end, warnings, servers } = status;
    let mut text = format!("engine {address}, version {version}, log up to {end}\n");
    for warning in warnings {
        text += &format!("warning: {warning}\n");
    }
    for ServerStatus { number, heard } in servers {
        text += &match heard {
            Some(Heard { applied, behind, skew_ms }) => {
                format!("server {number}: applied {applied}, behind {behind}, clock {skew_ms:+} ms\n")
            }
            None => format!("server {number}: says nothing\n"),
        };
    }
    if servers.is_empty() {
        text += "no servers\n";
    }
    text
}
