//! Owns the flags, which are the keys of the configuration file, too: what they are for, and their defaults.

mod change;
mod file;
mod key;
mod values;
mod words;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use argh::{ArgsInfo, FlagInfo, FromArgs};
use chinwag_cluster::Address;
use chinwag_core::{Config, Limits, Origin, Rules, Subnet, Tls};
use chinwag_io::{Certificate, cores};

pub use self::change::Change;
pub(crate) use self::key::Key;
pub use self::values::read_bytes;
pub(crate) use self::values::{Age, Choice, Size, SocketFile, before_socket};
use self::values::{
    cluster, cluster_name, connect_rate, dead_after, drain, flood_rate, history_on_join, ip, irc, keep, keep_bytes,
    listen, log_format, max_connections, max_line, max_per_ip, origin, port, proxy_from, queue_bytes,
    queue_bytes_default, record_bytes, room_quiet, server_name, threads, web,
};
use self::words::{Given, split};
use crate::logging::Format;

/// The port that clients try first.
const PORT: u16 = 42069;

/// Where those who speak by lines expect a server.
pub(super) const LINES: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT);

/// Where the web page is expected.
const WEB: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 42080);

/// Where IRC clients expect a server.
const IRC: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 6667);

/// What the servers of a cluster have in common that was given no name.
const CLUSTER: &str = "chinwag";

/// A chat server. People reach it with telnet or nc, or any program that sends lines, with a browser, or with an IRC
/// client.
#[derive(FromArgs, ArgsInfo, Debug)]
#[argh(help_triggers("-h", "--help"))]
pub(super) struct Flags {
    /// address to listen on, IPv4 or IPv6, or localhost (default 127.0.0.1: this machine only; 0.0.0.0 or :: for
    /// everyone who can reach it)
    #[argh(option, short = 'i', default = "Ipv4Addr::LOCALHOST.into()", from_str_fn(ip))]
    ip: IpAddr,

    /// port to listen on, 0 for a free one (default 42069)
    #[argh(option, short = 'p', default = "PORT", from_str_fn(port))]
    port: u16,

    /// address and port of the web page, like 0.0.0.0:8080, port 0 for a free one; off for none (default
    /// 127.0.0.1:42080)
    #[argh(option, default = "Choice::IfFree(WEB)", from_str_fn(web))]
    pub(super) web: Choice,

    /// address and port for IRC clients, like 0.0.0.0:6667, port 0 for a free one; off for none (default
    /// 127.0.0.1:6667)
    #[argh(option, default = "Choice::IfFree(IRC)", from_str_fn(irc))]
    pub(super) irc: Choice,

    /// socket with a file, by which programs of this machine come, like unix:/run/chinwag/lines; web=unix: or irc=unix:
    /// for these; may be given more than once (default: none)
    #[argh(option, from_str_fn(listen))]
    pub(super) listen: Vec<SocketFile>,

    /// what IRC clients are told that this server is called: letters, digits, dashes and at least one dot (default
    /// chinwag.local)
    #[argh(option, default = "Config::default().limits.server_name", from_str_fn(server_name))]
    server_name: Arc<str>,

    /// origin (scheme and host) of another site whose pages may talk here; may be given more than once (default: none
    /// but the web page itself)
    #[argh(option, from_str_fn(origin))]
    web_origin: Vec<Origin>,

    /// address or network (like 10.0.0.0/8) of a proxy that says with the PROXY protocol for whom it connects, and has
    /// to: limits and log then have their addresses; may be given more than once (default: none)
    #[argh(option, from_str_fn(proxy_from))]
    proxy_from: Vec<Subnet>,

    /// file with the certificate (PEM, with its chain) that the server shows to those who speak TLS: every port then
    /// understands it, besides what it understands without; it is looked at again once a minute (default: none)
    #[argh(option)]
    cert: Option<PathBuf>,

    /// file with the key of the certificate (PEM)
    #[argh(option)]
    key: Option<PathBuf>,

    /// let nobody in who does not speak TLS; browsers are sent on to https
    #[argh(switch)]
    tls_only: bool,

    /// file whose first line is a password that everybody has to give before they come in: by lines and on the page
    /// when they are asked, by IRC with PASS (default: none, everybody is welcome)
    #[argh(option)]
    pub(super) password_file: Option<PathBuf>,

    /// let nobody in but by the password, or by an invitation that `chinwag invite` makes; it needs --data
    #[argh(switch)]
    members_only: bool,

    /// folder for what the server keeps: what is said in rooms; without --cert also a certificate that it made for
    /// itself, for those who compare its SHA-256, which is printed (default: none)
    #[argh(option)]
    pub(super) data: Option<PathBuf>,

    /// for how long what is said is kept, in hours, days, weeks or years, like 90d; it needs --data (default: for ever)
    #[argh(option, from_str_fn(keep))]
    pub(super) keep: Option<Age>,

    /// most bytes of what is said and kept, with K, M, G or T for units of 1024; the oldest goes first; it needs --data
    /// (default: no limit)
    #[argh(option, from_str_fn(keep_bytes))]
    pub(super) keep_bytes: Option<Size>,

    /// keep also what is said to one person alone, for those of both who are logged in to an account; it needs --data
    /// and is not for several servers (default: it is not kept)
    #[argh(switch)]
    pub(super) keep_private: bool,

    /// engine (Redis or Valkey, 7.0 or later) by which several servers are one chat, like redis://10.0.0.5:6379/0, with
    /// more addresses behind commas, or rediss:// for TLS (default: none, the server is on its own)
    #[argh(option, from_str_fn(cluster))]
    pub(super) cluster: Option<Address>,

    /// name that servers which are one chat have in common (default chinwag)
    #[argh(option, default = "CLUSTER.to_owned()", from_str_fn(cluster_name))]
    pub(super) cluster_name: String,

    /// file whose first line is what --cluster takes, for when it has a password (default: none)
    #[argh(option)]
    pub(super) cluster_from: Option<PathBuf>,

    /// origin of the web page of another server of the cluster, where browsers go on when this one is gone; may be
    /// given more than once (default: none)
    #[argh(option, from_str_fn(origin))]
    pub(super) cluster_page: Vec<Origin>,

    /// number of threads (default: as many as there are cores)
    #[argh(option, default = "cores()", from_str_fn(threads))]
    pub(super) threads: u32,

    /// lines per second that one connection may sustain, with a burst of five seconds' worth; faster ones are read
    /// later, and lose nothing; 0 turns it off (default 20)
    #[argh(option, default = "Config::default().limits.flood_lines_per_second", from_str_fn(flood_rate))]
    flood_rate: u32,

    /// longest line, in characters, at least 38, so that each command with a room of 32 fits (default 400)
    #[argh(option, default = "Config::default().rules.line_chars_max", from_str_fn(max_line))]
    max_line: u32,

    /// most bytes queued for one connection that reads too slowly, with K, M or G for units of 1024; what is said
    /// beyond is dropped for it and counted, and it is told how much (default 256K)
    #[argh(option, default = "queue_bytes_default()", from_str_fn(queue_bytes))]
    queue_bytes: Size,

    /// members above which a room is told how many joined and left, once a second, instead of who (default 500)
    #[argh(option, default = "Config::default().rules.crowd_members", from_str_fn(room_quiet))]
    room_quiet: u32,

    /// messages of a room that are shown to who joins it, as many of them as fit into 8 KiB; 0 shows none (default 10)
    #[argh(option, default = "Config::default().rules.history_on_join", from_str_fn(history_on_join))]
    history_on_join: u8,

    /// connections at once; one more is told that the server is full (default: as many as the limit of descriptors
    /// allows)
    #[argh(option, from_str_fn(max_connections))]
    max_connections: Option<u32>,

    /// connections at once from one address, or from one /64 of IPv6, and six times as many to load the page; 0 turns
    /// it off, this machine itself has no limit (default 64)
    #[argh(option, default = "Config::default().limits.connections_per_address_max", from_str_fn(max_per_ip))]
    max_per_ip: u32,

    /// connections per second that one address may sustain, with a burst of 6.4 seconds' worth, and six times as many
    /// to load the page; earlier ones are let in later; 0 turns it off, this machine itself has no limit (default 10)
    #[argh(option, default = "Config::default().limits.connects_per_second", from_str_fn(connect_rate))]
    connect_rate: u32,

    /// seconds after which a peer that gives no sign of life at all counts as gone; half as many are survived
    /// (default 100)
    #[argh(option, default = "Config::default().limits.dead_after", from_str_fn(dead_after))]
    dead_after: Duration,

    /// seconds that a server which stops goes on sending what is queued (default 5)
    #[argh(option, default = "Config::default().limits.drain", from_str_fn(drain))]
    drain: Duration,

    /// folder into which is recorded all that the server is handed, also what people say alone, so that the run can be
    /// run again by `chinwag replay`; no token or password is in it (default: none)
    #[argh(option)]
    pub(super) record: Option<PathBuf>,

    /// most bytes of the recording, with K, M, G or T for units of 1024; the oldest goes first (default 256M)
    #[argh(option, default = "Size(256 << 20)", from_str_fn(record_bytes))]
    pub(super) record_bytes: Size,

    /// run again what is recorded, on a thread for which only idle processors are used, and say so in the log and by
    /// /metrics if something else comes of it, which is a bug; it takes memory for a second chat, and needs --record
    #[argh(switch)]
    pub(super) shadow: bool,

    /// folder for daily log files, besides standard error; RUST_LOG sets what is logged (default info)
    #[argh(option)]
    pub(super) log_dir: Option<PathBuf>,

    /// how lines of the log are written: text, or json, an object for each (default text)
    #[argh(option, default = "Format::Text", from_str_fn(log_format))]
    pub(super) log_format: Format,

    /// file of TOML that has flags as keys, without their dashes; flags on the command line win; SIGHUP has it read
    /// again (default: none)
    #[argh(option)]
    pub(super) config: Option<PathBuf>,

    /// check flags, file and certificate, and start nothing
    #[argh(switch)]
    check_config: bool,

    /// print a file for --config with all keys, as flags and file set them, and with the defaults of the others
    #[argh(switch)]
    print_config: bool,

    /// print the version
    #[argh(switch)]
    pub(super) version: bool,
}

/// What the command line came to.
#[derive(Debug)]
pub(super) enum Parsed {
    /// A server is to run.
    Flags(Box<Flags>),
    /// Something was asked for, which is this.
    Answer(String),
    /// There is a mistake.
    Wrong(String),
}

/// Lists the keys of the configuration file with their values. A flag that is in no list does not compile.
macro_rules! keys {
    ($flags:expr, at_start: [$($start:ident),*], live: [$($live:ident),*], no_key: [$($none:ident),*]) => {{
        let Flags { $($start,)* $($live,)* $($none: _,)* } = $flags;
        vec![
            $(Key::new(stringify!($start), $start, false),)*
            $(Key::new(stringify!($live), $live, true),)*
        ]
    }};
}

impl Flags {
    /// Returns the keys of the configuration file with their values: those that are for the start of a server, and
    /// those that one which runs can take anew.
    pub(super) fn keys(&self) -> Vec<Key> {
        keys!(
            self,
            at_start: [
                ip, port, web, irc, listen, server_name, cert, key, tls_only, password_file, members_only, data, keep, keep_bytes, keep_private, cluster, cluster_name, cluster_from, threads, max_line, queue_bytes, room_quiet, history_on_join, record, record_bytes, shadow, log_dir, log_format
            ],
            live: [
                web_origin, cluster_page, proxy_from, flood_rate, max_connections, max_per_ip, connect_rate, dead_after, drain
            ],
            no_key: [config, check_config, print_config, version]
        )
    }

    /// Reads the arguments, without the program's name, and the file that they name. `--flag=value` is as good as
    /// `--flag value`, and `-fvalue` as `-f value`. Of a flag that is given again the last holds, so that whoever calls
    /// a script that sets some can set them otherwise. So it is with one that the file has.
    pub(super) fn parse(program: &str, args: impl Iterator<Item = OsString>) -> Parsed {
        Self::read(program, args).unwrap_or_else(|parsed| parsed)
    }

    fn read(program: &str, args: impl Iterator<Item = OsString>) -> Result<Parsed, Parsed> {
        let not_text = |_| Parsed::Wrong("the arguments must be valid UTF-8".into());
        let args = args.map(OsString::into_string).collect::<Result<Vec<_>, _>>().map_err(not_text)?;
        let mut given = split(args.into_iter(), infos());
        let mut flags = Self::of(program, &given)?;
        if let (Some(path), false) = (&flags.config, flags.version) {
            let mut all = file::read(path, &flags.keys(), infos(), Self::check).map_err(Parsed::Wrong)?;
            all.retain(|one| given.iter().all(|flag| flag.name != one.name));
            all.append(&mut given);
            given = all;
            flags = Self::of(program, &given)?;
        }
        if let Some((one, other, port)) = flags.clash() {
            return Err(Parsed::Wrong(format!(
                "{one} and {other} can't be the same address; choose another than {port} for one"
            )));
        }
        flags.check_tls().map_err(|wrong| Parsed::Wrong(wrong.to_owned()))?;
        flags.check_data().map_err(|wrong| Parsed::Wrong(wrong.to_owned()))?;
        if flags.print_config {
            let names: BTreeSet<_> = given.iter().map(|flag| flag.name.as_str()).collect();
            return Ok(Parsed::Answer(file::write(program, &flags.keys(), &names, infos())));
        }
        if flags.check_config {
            if let (Some(certificate), Some(key)) = (&flags.cert, &flags.key) {
                let checked = Certificate::from_files(certificate, key);
                checked.map_err(|error| Parsed::Wrong(format!("can't speak TLS: {error}")))?;
            }
            if let Some(file) = &flags.password_file {
                crate::password::read(file).map_err(|error| Parsed::Wrong(format!("{error:#}")))?;
            }
            return Ok(Parsed::Answer(format!("{program}: the configuration is right\n")));
        }
        Ok(Parsed::Flags(Box::new(flags)))
    }

    fn of(program: &str, given: &[Given]) -> Result<Self, Parsed> {
        let words: Vec<_> = given.iter().flat_map(|flag| &flag.words).map(String::as_str).collect();
        Self::from_args(&[program], &words).map_err(|exit| {
            if exit.status.is_ok() {
                return Parsed::Answer(exit.output);
            }
            let line = exit.output.lines().collect::<Vec<_>>().join(" ");
            Parsed::Wrong(format!("{} (--help tells more)", line.trim()))
        })
    }

    /// Says what is wrong with a flag and its value.
    fn check(words: &[String]) -> Result<(), String> {
        Self::read_one(words).map(drop)
    }

    /// Reads one flag and its value, or says what is wrong with it.
    fn read_one(words: &[String]) -> Result<Self, String> {
        let given: Vec<_> = words.iter().map(String::as_str).collect();
        Self::from_args(&[""], &given).map_err(|exit| {
            let said = exit.output.trim_end();
            let before = format!("Error parsing option '{}' with value '{}': ", given[0], given.get(1).unwrap_or(&""));
            said.strip_prefix(&before).unwrap_or(said).to_owned()
        })
    }

    /// Returns which two flags choose one address, and its port, if two do.
    fn clash(&self) -> Option<(&'static str, &'static str, u16)> {
        let chosen = |choice: Choice| if let Choice::At(address) = choice { Some(address) } else { None };
        let all = [("--port", Some(self.address())), ("--web", chosen(self.web)), ("--irc", chosen(self.irc))];
        let all: Vec<_> = all.into_iter().filter_map(|(flag, address)| Some((flag, address?))).collect();
        let pairs =
            all.iter().enumerate().flat_map(|(place, one)| all[place + 1..].iter().map(move |other| (one, other)));
        pairs
            .filter(|((_, one), (_, other))| takes(*one, *other))
            .map(|((one, address), (other, _))| (*one, *other, address.port()))
            .next()
    }

    /// Says what is missing for TLS, if something is.
    const fn check_tls(&self) -> Result<(), &'static str> {
        match (&self.cert, &self.key, &self.data) {
            (Some(_), None, _) => Err("--cert needs --key, the file with its key"),
            (None, Some(_), _) => Err("--key needs --cert, the file with its certificate"),
            (None, None, None) if self.tls_only => {
                Err("--tls-only needs a certificate: --cert and --key, or --data for one that the server makes")
            }
            _ => Ok(()),
        }
    }

    /// Says what is missing for what is kept, if something is.
    const fn check_data(&self) -> Result<(), &'static str> {
        match (&self.data, &self.keep, &self.keep_bytes) {
            (None, Some(_), _) => Err("--keep needs --data, the folder where what is said is kept"),
            (None, _, Some(_)) => Err("--keep-bytes needs --data, the folder where what is said is kept"),
            (None, _, _) if self.keep_private => {
                Err("--keep-private needs --data, the folder where what is said is kept")
            }
            (None, _, _) if self.members_only => Err("--members-only needs --data, the folder where members are known"),
            _ if self.record.is_some() && (self.cluster.is_some() || self.cluster_from.is_some()) => {
                Err("--record is for a server on its own, not for one of a --cluster")
            }
            _ if self.keep_private && (self.cluster.is_some() || self.cluster_from.is_some()) => {
                Err("--keep-private is for a server on its own: those of a --cluster have accounts of their own")
            }
            _ if self.cluster.is_some() && self.cluster_from.is_some() => {
                Err("--cluster and --cluster-from say the same: choose one")
            }
            _ if self.shadow && self.record.is_none() => {
                Err("--shadow needs --record, the folder of what it runs again")
            }
            _ => Ok(()),
        }
    }

    /// Makes the folder for what is kept, if it is not there: for this user alone.
    pub(super) fn make_data_folder(&self) -> anyhow::Result<()> {
        let Some(folder) = &self.data else { return Ok(()) };
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("can't make the folder {}", folder.display()))
    }

    /// Reads the certificate, or makes one, if there is to be TLS. Tells whether the server has made it for itself.
    pub(super) fn certificate(&self) -> anyhow::Result<Option<(Certificate, bool)>> {
        let (certificate, is_own) = match (&self.cert, &self.key, &self.data) {
            (Some(certificate), Some(key), _) => (Certificate::from_files(certificate, key), false),
            (_, _, Some(folder)) => (Certificate::self_signed(folder), true),
            (_, _, None) => return Ok(None),
        };
        Ok(Some((certificate.context("can't speak TLS")?, is_own)))
    }

    pub(super) const fn address(&self) -> SocketAddr {
        SocketAddr::new(self.ip, self.port)
    }

    /// Returns what a server runs with whose other choices are those of `base`.
    pub(super) fn config(&self, base: Config) -> Config {
        Config {
            rules: Rules {
                line_chars_max: self.max_line,
                crowd_members: self.room_quiet,
                history_on_join: self.history_on_join,
                ..base.rules
            },
            limits: Limits {
                connections_max: self.max_connections.unwrap_or(base.limits.connections_max),
                connections_per_address_max: self.max_per_ip,
                connects_per_second: self.connect_rate,
                dead_after: self.dead_after,
                flood_lines_per_second: self.flood_rate,
                queue_bytes_max: usize::try_from(self.queue_bytes.0).unwrap_or(usize::MAX),
                drain: self.drain,
                web_origins: self.web_origin.as_slice().into(),
                pages: self.cluster_page.as_slice().into(),
                proxies: self.proxy_from.as_slice().into(),
                server_name: self.server_name.clone(),
                asks_password: self.members_only || self.password_file.is_some(),
                tls: if self.tls_only { Tls::Only } else { Tls::Off },
                ..base.limits
            },
        }
    }
}

/// Returns what is known of all flags, in their order.
fn infos() -> &'static [FlagInfo<'static>] {
    Flags::get_args_info().flags
}

/// Tells whether a program that listens at one address has taken the other, too.
pub(super) fn takes(one: SocketAddr, other: SocketAddr) -> bool {
    // An address that stands for all of a kind has each of them; those of IPv6 have those of IPv4, too.
    let has = |all: IpAddr, one: IpAddr| all == one || all.is_unspecified() && (all.is_ipv6() || one.is_ipv4());
    let is_one_port = one.port() == other.port() && one.port() != 0;
    let [one, other] = [one, other].map(|address| address.ip().to_canonical());
    is_one_port && (has(one, other) || has(other, one))
}

#[cfg(test)]
mod tests;
