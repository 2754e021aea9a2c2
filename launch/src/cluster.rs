//! Owns how a server becomes one of several that are one chat.

use std::fs;

use anyhow::{Context as _, anyhow, bail};
use chinwag_cluster::Options;
use chinwag_core::Rules;
use chinwag_io::{Cluster, REPORT};
use tracing::{info, warn};

use crate::flags::Flags;
use crate::password;

/// Returns which servers are to be joined, if any are.
pub(crate) fn options(flags: &Flags) -> anyhow::Result<Option<Options>> {
    let address = match (&flags.cluster, &flags.cluster_from) {
        (Some(address), _) => address.clone(),
        (None, Some(file)) => {
            let text = fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
            let first = text.lines().next().unwrap_or_default().trim();
            password::tell_if_open("--cluster-from", file);
            // What is in it is secret.
            first.parse().map_err(|error| anyhow!("the first line of {} is no address: {error}", file.display()))?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(Options { address, name: flags.cluster_name.clone() }))
}

/// Joins them, and says what an operator has to know of the engine.
pub(crate) fn join(options: &Options, rules: &Rules) -> anyhow::Result<Cluster> {
    let chinwag_cluster::Joined { cluster, warnings } = chinwag_cluster::join(options, rules)?;
    for warning in warnings {
        warn!(target: REPORT, "the engine of the cluster may lose what is said: {warning}");
    }
    let servers = cluster.status().servers;
    info!(name = options.name, ?servers, "joined the cluster");
    Ok(cluster)
}

/// Says why a server has ended that is none of the others any more, if it is not.
pub(crate) fn checked(cluster: &Cluster) -> anyhow::Result<()> {
    match cluster.status().ended {
        Some(why) => bail!("this server is none of its cluster any more: {why}; start it again"),
        None => Ok(()),
    }
}
