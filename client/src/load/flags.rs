//! The flags of `chinwag load`, and the plan that they make together.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use argh::FromArgs;

use super::message::{CHARS_MAX, CHARS_MIN};
use super::process::Process;
use crate::flags::{FlagError, IP, PORT, ip, number, port, seconds};

/// More connections than any limit on descriptors allows, so that their number always fits.
const COUNT_MAX: usize = 1_000_000;

/// Measure what a server delivers: many members in many rooms, one of each room writing.
///
/// The server must run without a flood limit (--flood-rate 0), or the limit is what gets measured.
#[derive(Debug, FromArgs)]
#[argh(subcommand, name = "load", help_triggers("-h", "--help"))]
pub(crate) struct LoadFlags {
    /// address of the server (default 127.0.0.1)
    #[argh(option, default = "IP", from_str_fn(ip))]
    ip: IpAddr,

    /// port of the server (default 42069)
    #[argh(option, default = "PORT", from_str_fn(port))]
    port: u16,

    /// number of rooms (default 1)
    #[argh(option, default = "1", from_str_fn(count))]
    rooms: usize,

    /// members of each room, one of them its sender (default 100)
    #[argh(option, default = "100", from_str_fn(count))]
    members: usize,

    /// characters of a message, 32 to 400 (default 64)
    #[argh(option, default = "64", from_str_fn(size))]
    size: usize,

    /// seconds to measure, after half a second of warm-up (default 5)
    #[argh(option, default = "Duration::from_secs(5)", from_str_fn(seconds))]
    seconds: Duration,

    /// messages a second in each room; without it, as many as the server delivers
    #[argh(option, from_str_fn(rate))]
    rate: Option<u32>,

    /// without --rate, how many messages the slowest member of a room may be behind its sender
    /// (default 4096)
    #[argh(option, default = "4_096", from_str_fn(window))]
    window: u64,

    /// process of the server, to tell its CPU time and memory too
    #[argh(option, from_str_fn(pid))]
    pid: Option<u32>,

    /// instead of load, open that many idle connections and tell what memory each costs the server;
    /// needs --pid
    #[argh(option, from_str_fn(count))]
    idle: Option<usize>,

    /// print one JSON object instead of a table
    #[argh(switch)]
    json: bool,
}

/// What to do, with every flag checked.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Where the server listens.
    pub(super) address: SocketAddr,
    /// Number of rooms.
    pub(super) rooms: usize,
    /// Members of each room.
    pub(super) members: usize,
    /// Characters of a message.
    pub(super) chars: usize,
    /// The measured time.
    pub(super) length: Duration,
    /// Messages a second in each room; `None` is flat out.
    pub(super) rate: Option<u32>,
    /// Messages that the slowest member may be behind, flat out.
    pub(super) window: u64,
    /// The server's process, if it is to be watched.
    pub(super) server: Option<Process>,
    /// Connections that only wait, in place of any load.
    pub(super) idle: Option<usize>,
    /// Print JSON.
    pub(super) json: bool,
}

impl TryFrom<LoadFlags> for Plan {
    type Error = FlagError;

    fn try_from(flags: LoadFlags) -> Result<Self, FlagError> {
        if flags.idle.is_some() && flags.pid.is_none() {
            return Err(FlagError::new("--idle", "needs --pid: the memory is that of the server's process"));
        }
        let server = flags.pid.map(Process::of);
        if let Some(server) = &server
            && let Err(error) = server.rss_kib()
        {
            return Err(FlagError::new(
                "--pid",
                format!("takes the id of a server process that you may watch: {error:#}"),
            ));
        }
        Ok(Self {
            address: SocketAddr::new(flags.ip, flags.port),
            rooms: flags.rooms,
            members: flags.members,
            chars: flags.size,
            length: flags.seconds,
            rate: flags.rate,
            window: flags.window,
            server,
            idle: flags.idle,
            json: flags.json,
        })
    }
}

fn count(value: &str) -> Result<usize, String> {
    number(value, 1..=COUNT_MAX)
}

fn size(value: &str) -> Result<usize, String> {
    number(value, CHARS_MIN..=CHARS_MAX)
}

fn rate(value: &str) -> Result<u32, String> {
    number(value, 1..=10_000_000)
}

fn window(value: &str) -> Result<u64, String> {
    number(value, 1..=1_000_000)
}

fn pid(value: &str) -> Result<u32, String> {
    number(value, 1..=u32::MAX)
}

#[cfg(test)]
mod tests;
