//! Owns the limits and choices of one server, which its replicas need not share, each with its unit, its default, and
//! the reason for the default. A limit that concerns one part alone stands there.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::asset::Asset;
use crate::config_error::ConfigError;
use crate::listen_addresses::ListenAddresses;
use crate::origin::Origin;
use crate::subnet::Subnet;
use crate::tls::Tls;
use crate::token::Secret;
use crate::window::{LIST_BYTES_MAX, REPLY_WINDOW_BYTES};

/// Holds the limits and choices of one server. [`Limits::default`] is what a server runs with unless it is told
/// otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many lines a second one connection may keep up; 0 turns the limit off. Default 20: nobody types so fast, and
    /// a bot that needs more can be given more. A connection above it is read later; nothing is lost. At most
    /// 1,000,000.
    pub flood_lines_per_second: u32,

    /// For how long a connection that was quiet may be above its rate: the burst is this times the rate. Default 5 s,
    /// which at the default rate lets a hundred pasted lines through at once.
    pub flood_burst: Duration,

    /// The longest reply to `/rooms` or `/users`, in bytes with its line end. Default 8 KiB: some four hundred names,
    /// more than anyone reads. 256 bytes to 8 KiB.
    pub list_bytes_max: usize,

    /// The most bytes queued for one connection that reads too slowly, 40 KiB of which are kept for replies. Past it,
    /// what is said in its room is dropped and counted. Default 256 KiB: three thousand lines of 80 characters, so that
    /// a stall of some seconds in a busy room is survived, while a thousand stalled readers cost 256 MiB, and an eighth
    /// more for what they keep of memory that is not all theirs, at the very most. 64 KiB to 1 GiB.
    pub queue_bytes_max: usize,

    /// How long a connection may take nothing at all of what is queued for it before it is closed. Default 40 s: longer
    /// than a lift ride or a change of network, and shorter than half of `dead_after`, when Linux gives such a
    /// connection up itself, and nobody could tell any more that it was not read. At least 1 s.
    pub stall_max: Duration,

    /// How many bytes of lines a batch of actions may hold before it is handed on. Default 64 KiB: large enough that a
    /// system call per member and batch is cheap, small enough to fit into any socket's buffer at once. 1 byte to 1
    /// GiB.
    pub batch_bytes_max: usize,

    /// Up to how many writes a batch is small: better written by whoever made it than shared with another thread.
    /// Default 512: at five to ten microseconds each, they cost many times what it can cost to wake an idle CPU on a
    /// virtual machine; but what one thread has in its cache, two would have to share. So much for many rooms has piled
    /// up: one thread alone is about to fall behind.
    pub small_batch_writes: usize,

    /// Up to how many members of one room a batch is small that only tells what is said there. Default 1024, twice as
    /// many: it has not piled up, and takes one thread ten milliseconds at the most, which nobody notices.
    pub small_room_writes: usize,

    /// How many writes a writer makes before others on its thread may have their turn, if it has gone on for long
    /// enough. Default 64: at about ten microseconds each, less than a millisecond, for which everybody else waits. At
    /// least 1.
    pub turn_writes: u32,

    /// The same while a message goes to a crowd of which more than 128 are still to be written to. Default 16: to give
    /// way costs little then, and others wait more often. At least 1.
    pub crowd_turn_writes: u32,

    /// The most connections at once. Default 4,294,967,295, which is no limit; a server takes as many as it has
    /// descriptors for. At least 1.
    pub connections_max: u32,

    /// The most connections at once from one address (of IPv6, one /64); 0 turns the limit off, and the machine's own
    /// addresses (loopback) have none. Default 64: a classroom or an office behind one address, while nobody alone can
    /// fill a server. To load the page there may be six times as many, since a browser makes six.
    pub connections_per_address_max: u32,

    /// How many connections a second one address may make, in the long run; 0 turns the limit off, and loopback has
    /// none. Default 10, and six times as many to load the page. One that comes earlier is let in later. At most
    /// 1,000,000.
    pub connects_per_second: u32,

    /// For how long an address that was quiet may be above that rate: the burst is this times the rate. Default 6.4 s,
    /// which at the default rate lets 64 connections in at once: a classroom that all comes when the lesson begins.
    pub connect_burst: Duration,

    /// How long a connection that says nothing is kept waiting before it is let in and greeted. Default 100 ms: who
    /// speaks another protocol, as a browser does, speaks first and at once, and is to be answered in it; who waits for
    /// the greeting does not notice. 0 greets at once.
    pub handshake_wait: Duration,

    /// The pause between two pings that ask a `WebSocket` whether somebody is there, and between two times that whoever
    /// negotiated telnet is sent what telnet takes for nothing (NOP). Default 25 s: what stands between, be it a proxy
    /// or the network of a phone, forgets connections at rest after half a minute at the earliest. Neither a browser
    /// nor telnet does anything by itself to find out. 1 s to 1 h.
    pub ping_interval: Duration,

    /// How long a `WebSocket` may owe the answer to a ping, and send nothing else, before it is closed. Default 60 s:
    /// longer than any network that somebody can chat over takes, while a path that is dead, though a proxy answers for
    /// it, frees the name soon. From one to ten pings' intervals. Who has something queued owes nothing: how long they
    /// may take nothing of it is [`stall_max`](Self::stall_max).
    pub pong_wait: Duration,

    /// How long a peer may answer nothing at all, not even the operating system's probes, before its connection has
    /// failed, whatever it was being sent meanwhile. Default 100 s: a pulled cable frees its name within two minutes.
    /// Half of that has to pass without an answer before it fails, so that a shorter loss of the network is survived;
    /// on Linux a peer that answers, but takes nothing, has the same half. 3 s to a day.
    pub dead_after: Duration,

    /// How many threads an adapter uses, and among how many writers the connections are divided. Default 1; a server
    /// takes as many as there are cores. 1 to 1024.
    pub threads: u32,

    /// How long a server that stops goes on writing what is queued. Default 5 s: a service manager waits longer.
    pub drain: Duration,

    /// What tokens are made with, by which somebody who has lost their connection takes over the person they were.
    /// Default none, so that nobody can; a server draws 32 bytes when it starts. Nobody else may know them.
    pub secret: Option<Secret>,

    /// What the server is called by those who come by IRC. Default `chinwag.local`: a name has to have a dot, so that
    /// no client takes it for somebody's. Up to 63 ASCII letters, digits, dots and dashes.
    pub server_name: Arc<str>,

    /// How long somebody who comes by IRC may take to say who they are. Default 60 s: clients say it at once, and who
    /// tries it by hand has the time for two lines. At least 1 s.
    pub registration_wait: Duration,

    /// Whether connections may, or have to, speak TLS, which the adapter has the certificate for. Default off.
    pub tls: Tls,

    /// How long somebody at the web listener may take for a request, from when they came, or were answered before,
    /// until its head has ended; and how long a TLS handshake may take. Default 5 s: a head is one packet, and a page
    /// that asks for its parts does so at once; more would let those who keep silent hold places of those who talk. At
    /// least 100 ms.
    pub request_wait: Duration,

    /// From which other sites pages may open a `WebSocket` here. Default none: only the page that this server gave.
    pub web_origins: Arc<[Origin]>,

    /// Where other servers have their pages that are one chat with this one. A page of this server goes on at them when
    /// this one is gone, and theirs may open a `WebSocket` here. Default none.
    pub pages: Arc<[Origin]>,

    /// From which networks connections are made by proxies, which say with the PROXY protocol for whom: those, and not
    /// the proxy, then have the limits of their address. From there nothing else is understood, and from elsewhere that
    /// is not. Default none.
    pub proxies: Arc<[Subnet]>,

    /// Where the server listens, so that who has come to the wrong listener is told of the right one. Default nowhere:
    /// nobody is told. A server's program knows it.
    pub listen_addresses: ListenAddresses,

    /// Nobody is let in who does not give a password, or whatever else a [`Door`](crate::Door) takes for one. Default
    /// false: everybody is welcome. A server sets it that has a password.
    pub asks_password: bool,

    /// There are accounts, by which people log in. Default false. A server sets it that knows of members.
    pub has_accounts: bool,

    /// What the web listener gives to browsers, each under a path that begins with a slash; `/healthz`, `/metrics` and
    /// `/socket` are the server's own. Default nothing; a server gives its page.
    pub assets: &'static [Asset],
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            flood_lines_per_second: 20,
            flood_burst: Duration::from_secs(5),
            list_bytes_max: LIST_BYTES_MAX,
            queue_bytes_max: 256 << 10,
            stall_max: Duration::from_secs(40),
            batch_bytes_max: 64 << 10,
            small_batch_writes: 512,
            small_room_writes: 1024,
            turn_writes: 64,
            crowd_turn_writes: 16,
            connections_max: u32::MAX,
            connections_per_address_max: 64,
            connects_per_second: 10,
            connect_burst: Duration::from_millis(6400),
            handshake_wait: Duration::from_millis(100),
            ping_interval: Duration::from_secs(25),
            pong_wait: Duration::from_secs(60),
            dead_after: Duration::from_secs(100),
            threads: 1,
            drain: Duration::from_secs(5),
            secret: None,
            server_name: "chinwag.local".into(),
            registration_wait: Duration::from_secs(60),
            request_wait: Duration::from_secs(5),
            tls: Tls::Off,
            web_origins: Arc::default(),
            pages: Arc::default(),
            proxies: Arc::default(),
            listen_addresses: ListenAddresses::default(),
            asks_password: false,
            has_accounts: false,
            assets: &[],
        }
    }
}

impl Limits {
    /// How long a connection that was ended here is still read, so that what its owner sent meanwhile does not make the
    /// operating system throw away what is on its way to them: 2 s, more than a round trip takes on the slowest line
    /// that anybody chats over.
    pub const LINGER: Duration = Duration::from_secs(2);

    /// How many bytes are read of it at the most: 1 MiB, which is more than anybody sends by mistake, and not what
    /// somebody sends for two seconds on purpose.
    pub const LINGER_BYTES_MAX: usize = 1 << 20;

    /// Checks that the limits can hold together.
    ///
    /// # Errors
    /// Returns the first field that is outside of what it can be.
    pub fn check(&self) -> Result<(), ConfigError> {
        ConfigError::first_of([
            (self.flood_lines_per_second <= 1_000_000, "flood_lines_per_second", "0 (off) to 1000000 lines a second"),
            ((256..=LIST_BYTES_MAX).contains(&self.list_bytes_max), "list_bytes_max", "256 to 8192 bytes"),
            ((4 * REPLY_WINDOW_BYTES..=1 << 30).contains(&self.queue_bytes_max), "queue_bytes_max", "64 KiB to 1 GiB"),
            ((1..=1 << 30).contains(&self.batch_bytes_max), "batch_bytes_max", "1 byte to 1 GiB"),
            (self.turn_writes >= 1, "turn_writes", "at least 1 write"),
            (self.crowd_turn_writes >= 1, "crowd_turn_writes", "at least 1 write"),
            (self.connections_max >= 1, "connections_max", "at least 1 connection"),
            (self.connects_per_second <= 1_000_000, "connects_per_second", "0 (off) to 1000000 connections a second"),
            (
                (Duration::from_secs(1)..=Duration::from_secs(3600)).contains(&self.ping_interval),
                "ping_interval",
                "1 s to 1 h",
            ),
            (
                (self.ping_interval..=self.ping_interval.saturating_mul(10)).contains(&self.pong_wait),
                "pong_wait",
                "1 to 10 times ping_interval",
            ),
            (
                (Duration::from_secs(3)..=Duration::from_secs(86_400)).contains(&self.dead_after),
                "dead_after",
                "3 s to 24 h",
            ),
            ((1..=1024).contains(&self.threads), "threads", "1 to 1024"),
            (self.stall_max >= Duration::from_secs(1), "stall_max", "at least 1 s"),
            (self.request_wait >= Duration::from_millis(100), "request_wait", "at least 100 ms"),
            (
                is_server_name(&self.server_name),
                "server_name",
                "up to 63 letters, digits, dots and dashes, with a dot between two words",
            ),
            (self.registration_wait >= Duration::from_secs(1), "registration_wait", "at least 1 s"),
        ])
    }

    /// Tells whether connections from an address are made for somebody else.
    pub(crate) fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|subnet| subnet.contains(address))
    }
}

/// Tells whether this can be the name of a server.
fn is_server_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    name.len() <= 63
        && name.contains('.')
        && name.split('.').all(|label| label.starts_with(|c: char| c.is_ascii_alphanumeric()) && !label.ends_with('-'))
        && name.chars().all(is_plain)
}
