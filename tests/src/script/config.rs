//! Owns how a transcript sets what the server is configured with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chinwag_core::Config;

/// Sets fields by their names: `seed = 7, crowd_interval = 50 ms`.
pub(super) fn set(config: &mut Config, settings: &str) -> Result<(), String> {
    for setting in settings.split(", ") {
        let (field, value) = setting.split_once(" = ").ok_or_else(|| format!("no value: {setting}"))?;
        match field {
            "line_chars_max" => config.rules.line_chars_max = number(value)?,
            "flood_lines_per_second" => config.limits.flood_lines_per_second = number(value)?,
            "flood_burst" => config.limits.flood_burst = duration(value)?,
            "announce_wait" => config.rules.announce_wait = duration(value)?,
            "crowd_members" => config.rules.crowd_members = number(value)?,
            "crowd_interval" => config.rules.crowd_interval = duration(value)?,
            "list_bytes_max" => config.limits.list_bytes_max = number(value)?,
            "handshake_wait" => config.limits.handshake_wait = duration(value)?,
            "queue_bytes_max" => config.limits.queue_bytes_max = number(value)?,
            "stall_max" => config.limits.stall_max = duration(value)?,
            "history_on_join" => config.rules.history_on_join = number(value)?,
            "lines_port" => config.limits.listen_addresses.lines = Some(local(value)?),
            "web_port" => config.limits.listen_addresses.web = Some(local(value)?),
            "irc_port" => config.limits.listen_addresses.irc = Some(local(value)?),
            // It is the one that all servers of the tests have.
            "asks_password" => config.limits.asks_password = number(value)?,
            "has_accounts" => config.limits.has_accounts = number(value)?,
            "seed" => config.rules.seed = number(value)?,
            _ => return Err(format!("no such setting: {field}")),
        }
    }
    config.check().map_err(|error| error.to_string())
}

/// Reads a time: `50 ms` or `2 s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if let Some(millis) = text.strip_suffix(" ms") {
        return number(millis).map(Duration::from_millis);
    }
    let seconds = text.strip_suffix(" s").ok_or_else(|| format!("no time in ms or s: {text}"))?;
    number(seconds).map(Duration::from_secs)
}

/// Reads the port of a listener that others can't reach.
fn local(port: &str) -> Result<SocketAddr, String> {
    number(port).map(|port: u16| (Ipv4Addr::LOCALHOST, port).into())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("no number: {text}"))
}
