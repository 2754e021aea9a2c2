//! The flags of `chinwag load`, and the plan that they make together.

use std::iter;
use std::ops::Range;
use std::time::Duration;

use argh::{ArgsInfo, FromArgs};
use chinwag_core::Name;

use super::dialect::Dialect;
use super::message::{CHARS_MAX, CHARS_MIN};
use super::process::Process;
use crate::address::{Address, host};
use crate::dial::Server;
use crate::flags::{FlagError, HOST, PORT, number, port, seconds};
use crate::tls::{Pin, Security, Tickets, pin};

/// Where the web listener is unless the server is told otherwise.
const WEB_PORT: u16 = 42080;

/// Where the listener for IRC clients is unless the server is told otherwise.
const IRC_PORT: u16 = 6667;

/// More connections than any limit on descriptors allows, so that their number always fits.
const COUNT_MAX: usize = 1_000_000;

/// Measure what a server delivers: many members in many rooms, one of each room writing.
///
/// The server must run without a flood limit (--flood-rate 0), or the limit is what gets measured.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "load", help_triggers("-h", "--help"))]
pub(crate) struct LoadFlags {
    /// server, by name or IP address (default 127.0.0.1)
    #[argh(option, short = 'i', default = "HOST.to_owned()", from_str_fn(host))]
    ip: String,

    /// port of the server (default 42069; with --web, 42080; with --irc, 6667)
    #[argh(option, short = 'p', from_str_fn(port))]
    port: Option<u16>,

    /// port of another server of the same chat, over which members are spread, too; may be given more than once
    #[argh(option, from_str_fn(other_port))]
    other_port: Vec<u16>,

    /// speak TLS with the server; the roots of this system have to vouch for its certificate
    #[argh(switch)]
    tls: bool,

    /// speak TLS, and accept the certificate with this SHA-256 and no other, such as one that the server has made
    /// itself
    #[argh(option, from_str_fn(pin))]
    pin: Option<Pin>,

    /// go through the server's web page, over WebSocket
    #[argh(switch)]
    web: bool,

    /// go through the server's port for IRC clients, or to another IRC server
    #[argh(switch)]
    irc: bool,

    /// number of rooms (default 1)
    #[argh(option, default = "1", from_str_fn(count))]
    rooms: usize,

    /// members of each room, one of them its sender (default 100; with --idle, 10)
    #[argh(option, from_str_fn(count))]
    members: Option<usize>,

    /// members of each room who read nothing, once all have joined (default 0)
    #[argh(option, default = "0", from_str_fn(stalled))]
    stalled: usize,

    /// what the names of the rooms begin with (default load-)
    #[argh(option, default = "\"load-\".to_owned()")]
    prefix: String,

    /// protocol of the server: chat, redis or nats (default chat)
    #[argh(option, default = "Dialect::Chat", from_str_fn(dialect))]
    dialect: Dialect,

    /// characters of a message, 32 to 400 (default 64)
    #[argh(option, default = "64", from_str_fn(size))]
    size: usize,

    /// seconds to measure, after half a second of warm-up (default 5)
    #[argh(option, default = "Duration::from_secs(5)", from_str_fn(seconds))]
    seconds: Duration,

    /// messages a second in each room; without it, as many as the server delivers
    #[argh(option, from_str_fn(rate))]
    rate: Option<u32>,

    /// without --rate, how many messages the slowest member of a room may be behind its sender (default 4096)
    #[argh(option, default = "4_096", from_str_fn(window))]
    window: u64,

    /// process of the server, to tell its CPU time and memory too; if given more than once, as for a proxy before it,
    /// that of all together
    #[argh(option, from_str_fn(pid))]
    pid: Vec<u32>,

    /// instead of load, open that many idle connections and tell what time and memory each costs the server; needs
    /// --pid
    #[argh(option, from_str_fn(count))]
    idle: Option<usize>,

    /// when all have joined, print a line that says so, and begin only when a line comes in
    #[argh(switch)]
    wait: bool,

    /// print one JSON object instead of a table
    #[argh(switch)]
    json: bool,
}

/// What to do, with every flag checked.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Where the servers listen: one, or several that are one chat.
    pub(super) addresses: Vec<Address>,
    /// They are spoken to by TLS.
    pub(super) tls: bool,
    /// The one certificate that is accepted then, if it is not for the roots to say.
    pub(super) pin: Option<Pin>,
    /// Number of rooms.
    pub(super) rooms: usize,
    /// Members of each room.
    pub(super) members: usize,
    /// How many of them, the last ones, read nothing.
    pub(super) stalled: usize,
    /// What the names of the rooms begin with.
    pub(super) prefix: String,
    /// How the server wants to be spoken to.
    pub(super) dialect: Dialect,
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
    /// Wait for a line of standard input before anything is sent.
    pub(super) wait: bool,
    /// Print JSON.
    pub(super) json: bool,
}

/// Where a member is to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Which of the servers it comes to.
    pub(super) server: usize,
    /// The room that it joins there.
    pub(super) room: String,
}

impl Plan {
    /// Returns where the servers are, and how they are spoken to. All members are strangers to them: none comes back.
    ///
    /// # Errors
    ///
    /// Nothing says which servers are to be trusted.
    pub(super) fn servers(&self) -> anyhow::Result<Vec<Server>> {
        let server = |address: &Address| {
            let security = self.tls.then(|| Security::new(self.pin, Tickets::Dropped)).transpose()?;
            Ok(Server { address: address.clone(), security, password: None })
        };
        self.addresses.iter().map(server).collect()
    }

    /// Returns the room of each of the first members, and which server each comes to. Neighbours in a room come to
    /// different servers, and so do those who write in neighbouring rooms.
    pub(super) fn places(&self, members: usize) -> impl ExactSizeIterator<Item = Place> + '_ {
        (0..members).map(|member| {
            let room = member / self.members;
            Place { server: (member % self.members + room) % self.addresses.len(), room: self.room(room) }
        })
    }

    /// Returns the name of a room.
    pub(super) fn room(&self, index: usize) -> String {
        format!("{}{index}", self.prefix)
    }

    /// Returns which members of a room read what is sent there, of all that there are.
    pub(super) const fn readers(&self, room: usize) -> Range<usize> {
        room * self.members + self.dialect.deaf()..(room + 1) * self.members - self.stalled
    }

    /// Refuses rooms that nobody could join. In the other dialects a room may be called anything.
    fn check_rooms(&self) -> Result<(), FlagError> {
        if !matches!(self.dialect, Dialect::Chat | Dialect::Web | Dialect::Irc) {
            return Ok(());
        }
        // The first is the shortest, the last the longest.
        let names = [0, self.rooms - 1].map(|index| self.room(index));
        let (min, max) = (Name::CHARS_MIN, Name::ROOM_CHARS_MAX);
        names.iter().find(|name| Name::parse_room(name).is_none()).map_or(Ok(()), |name| {
            let takes = format!("makes names of rooms like {name:?}: they have {min} to {max} letters, digits, - or _");
            Err(FlagError::new("--prefix", takes))
        })
    }
}

impl TryFrom<LoadFlags> for Plan {
    type Error = FlagError;

    fn try_from(flags: LoadFlags) -> Result<Self, FlagError> {
        if flags.idle.is_some() && flags.pid.is_empty() {
            return Err(FlagError::new("--idle", "needs --pid: the memory is that of the server's process"));
        }
        if flags.web && flags.dialect != Dialect::Chat {
            return Err(FlagError::new("--web", "is another protocol than that of --dialect: take one of them"));
        }
        if flags.irc && (flags.web || flags.dialect != Dialect::Chat) {
            return Err(FlagError::new(
                "--irc",
                "is another protocol than that of --web or --dialect: take one of them",
            ));
        }
        let (dialect, default_port) = match (flags.web, flags.irc) {
            (true, _) => (Dialect::Web, WEB_PORT),
            (_, true) => (Dialect::Irc, IRC_PORT),
            (false, false) => (flags.dialect, PORT),
        };
        let tls = flags.tls || flags.pin.is_some();
        if tls && dialect == Dialect::Nats {
            return Err(FlagError::new(
                "--tls",
                "can't be had with --dialect nats, whose server speaks first without it",
            ));
        }
        let members = flags.members.unwrap_or(if flags.idle.is_some() { 10 } else { 100 });
        if flags.stalled >= members {
            return Err(FlagError::new("--stalled", "takes fewer than there are members: the sender reads"));
        }
        if flags.idle.is_none() && flags.stalled + dialect.deaf() >= members {
            return Err(FlagError::new("--members", "takes more: somebody has to hear the sender"));
        }
        let server = (!flags.pid.is_empty()).then(|| Process::of(&flags.pid));
        if let Some(server) = &server
            && let Err(error) = server.rss_kib()
        {
            return Err(FlagError::new(
                "--pid",
                format!("takes the id of a server process that you may watch: {error:#}"),
            ));
        }
        let ports = iter::once(flags.port.unwrap_or(default_port)).chain(flags.other_port);
        let plan = Self {
            addresses: ports.map(|port| Address { host: flags.ip.clone(), port }).collect(),
            tls,
            pin: flags.pin,
            rooms: flags.rooms,
            members,
            stalled: flags.stalled,
            prefix: flags.prefix,
            dialect,
            chars: flags.size,
            length: flags.seconds,
            rate: flags.rate,
            window: flags.window,
            server,
            idle: flags.idle,
            wait: flags.wait,
            json: flags.json,
        };
        plan.check_rooms()?;
        Ok(plan)
    }
}

fn other_port(value: &str) -> Result<u16, String> {
    port(value)
}

fn count(value: &str) -> Result<usize, String> {
    number(value, 1..=COUNT_MAX)
}

fn stalled(value: &str) -> Result<usize, String> {
    number(value, 0..=COUNT_MAX)
}

fn dialect(value: &str) -> Result<Dialect, String> {
    Dialect::parse(value)
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
