//! Owns the flags: what they take, their defaults, and what is said of a wrong one.

use std::ffi::OsString;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use argh::FromArgs;
use chinwag_core::{Config, Limits, Origin, Rules, Subnet};
use chinwag_io::{Setup, cores};

/// The port that clients try first.
const PORT: u16 = 42069;

/// What is known everywhere for this machine itself.
const LOCALHOST: &str = "localhost";

/// The least that `--max-line` can be: `/name` or `/join` with a name of 20, the longest command. With less, people
/// could not use all that the help tells them, and programs would wait for answers that never come.
const LINE_CHARS_MIN: u32 = 30;

/// A chat server. People reach it with telnet or nc, or any program that sends lines, with a browser, or with an IRC
/// client.
#[derive(FromArgs, Debug)]
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
    #[argh(option, default = "Choice::Default", from_str_fn(web))]
    pub(super) web: Choice,

    /// address and port for IRC clients, like 0.0.0.0:6667, port 0 for a free one; off for none (default
    /// 127.0.0.1:6667)
    #[argh(option, default = "Choice::Default", from_str_fn(irc))]
    pub(super) irc: Choice,

    /// what IRC clients are told that this server is called: letters, digits, dashes and at least one dot (default
    /// chinwag.local)
    #[argh(option, default = "Config::default().limits.server_name", from_str_fn(server_name))]
    server_name: Arc<str>,

    /// origin (scheme and host) of another site whose pages may talk here; may be given more than once (default: none
    /// but the web page itself)
    #[argh(option, from_str_fn(web_origin))]
    web_origin: Vec<Origin>,

    /// address or network (like 10.0.0.0/8) of a proxy that says with the PROXY protocol for whom it connects, and has
    /// to: limits and log then have their addresses; may be given more than once (default: none)
    #[argh(option, from_str_fn(proxy_from))]
    proxy_from: Vec<Subnet>,

    /// number of threads (default: as many as there are cores)
    #[argh(option, default = "cores()", from_str_fn(threads))]
    pub(super) threads: u32,

    /// lines per second that one connection may sustain, with a burst of five seconds' worth; faster ones are read
    /// later, and lose nothing; 0 turns it off (default 20)
    #[argh(option, default = "Config::default().limits.flood_lines_per_second", from_str_fn(flood_rate))]
    flood_rate: u32,

    /// longest line, in characters, at least 30, so that each command with a name of 20 fits (default 400)
    #[argh(option, default = "Config::default().rules.line_chars_max", from_str_fn(max_line))]
    max_line: u32,

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

    /// folder for daily log files, besides standard error; RUST_LOG sets what is logged (default info)
    #[argh(option)]
    pub(super) log_dir: Option<PathBuf>,

    /// print the version
    #[argh(switch)]
    pub(super) version: bool,
}

/// Where something is that a server can do without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    /// Where it is expected, if nobody else is there.
    Default,
    At(SocketAddr),
    Off,
}

/// Where the web page is expected.
pub(super) const WEB: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 42080);

/// Where IRC clients expect a server.
pub(super) const IRC: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 6667);

/// What the command line came to.
#[derive(Debug)]
pub(super) enum Parsed {
    Flags(Box<Flags>),
    Help(String),
    Wrong(String),
}

impl Flags {
    /// Reads the arguments, without the program's name. `--flag=value` is as good as `--flag value`, and `-fvalue` as
    /// `-f value`. Of a flag that is given again the last holds, so that whoever calls a script that sets some can set
    /// them otherwise.
    pub(super) fn parse(program: &str, args: impl Iterator<Item = OsString>) -> Parsed {
        let mut words = Vec::new();
        for arg in args {
            let Ok(arg) = arg.into_string() else {
                return Parsed::Wrong("the arguments must be valid UTF-8".into());
            };
            words.extend(words_of(arg));
        }
        let words: Vec<_> = last_of_each(&words).map(String::as_str).collect();
        match Self::from_args(&[program], &words) {
            Ok(flags) => match flags.clash() {
                Some((one, other, port)) => Parsed::Wrong(format!(
                    "{one} and {other} can't be the same address; choose another than {port} for one"
                )),
                None => Parsed::Flags(Box::new(flags)),
            },
            Err(exit) if exit.status.is_ok() => Parsed::Help(exit.output),
            Err(exit) => {
                let line = exit.output.lines().collect::<Vec<_>>().join(" ");
                Parsed::Wrong(format!("{} (--help tells more)", line.trim()))
            }
        }
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

    pub(super) const fn address(&self) -> SocketAddr {
        SocketAddr::new(self.ip, self.port)
    }

    /// Puts together what the server is to run with.
    pub(super) fn setup(&self) -> io::Result<Setup> {
        let setup = Setup::for_threads(self.threads)?;
        Ok(Setup { config: self.config(setup.config), ..setup })
    }

    fn config(&self, base: Config) -> Config {
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
                drain: self.drain,
                web_origins: self.web_origin.as_slice().into(),
                proxies: self.proxy_from.as_slice().into(),
                server_name: self.server_name.clone(),
                ..base.limits
            },
        }
    }
}

/// The flags that take no value.
const SWITCHES: [&str; 4] = ["--version", "--help", "-h", "help"];

/// The flags that may be given more than once, and all count.
const REPEATED: [&str; 2] = ["--web-origin", "--proxy-from"];

/// Takes the value off a flag that it was written together with.
fn words_of(arg: String) -> Vec<String> {
    if arg.starts_with("--") {
        return arg.split_once('=').map(|(flag, value)| vec![flag.to_owned(), value.to_owned()]).unwrap_or(vec![arg]);
    }
    ["-i", "-p"]
        .into_iter()
        .find_map(|flag| Some((flag, arg.strip_prefix(flag).filter(|value| !value.is_empty())?)))
        .map(|(flag, value)| vec![flag.to_owned(), value.strip_prefix('=').unwrap_or(value).to_owned()])
        .unwrap_or(vec![arg])
}

/// Leaves out each flag, with its value, that is given again later, be it by its other name.
fn last_of_each(words: &[String]) -> impl Iterator<Item = &String> {
    let mut flags = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let len = if word.starts_with('-') && !SWITCHES.contains(&word.as_str()) { 2 } else { 1 };
        let name = match word.as_str() {
            "-i" => "--ip",
            "-p" => "--port",
            "-h" => "--help",
            name => name,
        };
        flags.push((name, &words[at..words.len().min(at + len)]));
        at += len;
    }
    let is_last = |at: usize, name: &str| {
        !name.starts_with('-') || REPEATED.contains(&name) || flags[at + 1..].iter().all(|(later, _)| *later != name)
    };
    let last: Vec<&[String]> =
        flags.iter().enumerate().filter(|(at, (name, _))| is_last(*at, name)).map(|(_, (_, words))| *words).collect();
    last.into_iter().flatten()
}

/// Tells whether a program that listens at one address has taken the other, too.
pub(super) fn takes(one: SocketAddr, other: SocketAddr) -> bool {
    // An address that stands for all of a kind has each of them; those of IPv6 have those of IPv4, too.
    let has = |all: IpAddr, one: IpAddr| all == one || all.is_unspecified() && (all.is_ipv6() || one.is_ipv4());
    let is_one_port = one.port() == other.port() && one.port() != 0;
    let [one, other] = [one, other].map(|address| address.ip().to_canonical());
    is_one_port && (has(one, other) || has(other, one))
}

/// Reads an address. Of names only `localhost` is one: what others stand for may change, or be several addresses.
fn ip(value: &str) -> Result<IpAddr, String> {
    if value == LOCALHOST {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    value.parse().map_err(|_| "it takes an IPv4 or IPv6 address, like 0.0.0.0 or ::1, or localhost".into())
}

fn port(value: &str) -> Result<u16, String> {
    value.parse().map_err(|_| "it takes a port, 0 to 65535".into())
}

fn web(value: &str) -> Result<Choice, String> {
    choice(value).ok_or_else(|| "it takes an address with a port, like 127.0.0.1:42080 or [::]:80, or off".into())
}

fn irc(value: &str) -> Result<Choice, String> {
    choice(value).ok_or_else(|| "it takes an address with a port, like 127.0.0.1:6667 or [::]:6667, or off".into())
}

fn choice(value: &str) -> Option<Choice> {
    if value == "off" {
        return Some(Choice::Off);
    }
    let port = value.strip_prefix(LOCALHOST).and_then(|rest| rest.strip_prefix(':')).and_then(|port| port.parse().ok());
    let here = port.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    here.or_else(|| value.parse().ok()).map(Choice::At)
}

fn server_name(value: &str) -> Result<Arc<str>, String> {
    let named = Config { limits: Limits { server_name: value.into(), ..Limits::default() }, ..Config::default() };
    let is_name = named.check().is_ok();
    is_name
        .then(|| value.into())
        .ok_or_else(|| "it takes up to 63 letters, digits and dashes, with dots between them, like chat.example".into())
}

fn web_origin(value: &str) -> Result<Origin, String> {
    // The slash is there when it is copied from where a browser shows it.
    let origin = value.strip_suffix('/').unwrap_or(value);
    origin
        .parse()
        .map_err(|_| "it takes an origin, like https://chat.example or http://[::1]:8080, without a path".into())
}

fn proxy_from(value: &str) -> Result<Subnet, String> {
    value.parse().map_err(|_| "it takes an address or a network, like 127.0.0.1, ::1 or 10.0.0.0/8".into())
}

fn threads(value: &str) -> Result<u32, String> {
    number(value, 1..=1024, "threads")
}

fn flood_rate(value: &str) -> Result<u32, String> {
    number(value, 0..=1_000_000, "lines per second")
}

fn max_line(value: &str) -> Result<u32, String> {
    number(value, LINE_CHARS_MIN..=4096, "characters")
        .map_err(|takes| format!("{takes}, since each command with a name of 20 has to fit"))
}

fn history_on_join(value: &str) -> Result<u8, String> {
    let count = number(value, 0..=100, "messages")?;
    u8::try_from(count).map_err(|error| error.to_string())
}

fn room_quiet(value: &str) -> Result<u32, String> {
    number(value, 0..=u32::MAX, "members")
}

fn max_connections(value: &str) -> Result<u32, String> {
    number(value, 1..=u32::MAX, "connections")
}

fn max_per_ip(value: &str) -> Result<u32, String> {
    number(value, 0..=u32::MAX, "connections")
}

fn connect_rate(value: &str) -> Result<u32, String> {
    number(value, 0..=1_000_000, "connections per second")
}

fn dead_after(value: &str) -> Result<Duration, String> {
    number(value, 3..=86_400, "seconds").map(|seconds| Duration::from_secs(seconds.into()))
}

fn drain(value: &str) -> Result<Duration, String> {
    number(value, 0..=3600, "seconds").map(|seconds| Duration::from_secs(seconds.into()))
}

fn number(value: &str, range: RangeInclusive<u32>, unit: &str) -> Result<u32, String> {
    let allowed = || format!("it takes a whole number of {unit}, {} to {}", range.start(), range.end());
    value.parse().ok().filter(|number| range.contains(number)).ok_or_else(allowed)
}

#[cfg(test)]
mod tests {
    use chinwag_core::{COMMANDS, Name};

    use super::*;

    fn parse(line: &str) -> Parsed {
        Flags::parse("chinwag-test", line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn without_flags_everything_is_at_its_default() {
        let Parsed::Flags(flags) = parse("") else { panic!("no flags are fine") };
        assert_eq!(flags.address(), "127.0.0.1:42069".parse().expect("an address"));
        let config = flags.config(Config::default());
        assert_eq!((config.clone(), flags.threads), (Config::default(), cores()));
        assert_eq!(flags.web, Choice::Default);
        assert_eq!(config.check(), Ok(()));
    }

    #[test]
    fn flags_say_what_the_server_runs_with() {
        let line = "-i :: -p 0 --threads 3 --flood-rate=0 --max-line 80 --room-quiet 9 --drain=1 --log-dir logs \
                    --max-connections 7 --max-per-ip 3 --connect-rate 2 --dead-after 30 --web [::1]:0 \
                    --web-origin https://a.example --web-origin=http://b:8080 --proxy-from ::1 --proxy-from=10.1.2.3/8";
        let Parsed::Flags(flags) = parse(line) else { panic!("the flags are right") };
        assert_eq!(flags.address(), "[::]:0".parse().expect("an address"));
        assert_eq!(flags.log_dir, Some("logs".into()));
        let config = flags.config(Config::default());
        assert_eq!((flags.threads, config.limits.flood_lines_per_second, config.rules.line_chars_max), (3, 0, 80));
        assert_eq!((config.rules.crowd_members, config.limits.drain), (9, Duration::from_secs(1)));
        assert_eq!((config.limits.connections_max, config.limits.connections_per_address_max), (7, 3));
        assert_eq!((config.limits.connects_per_second, config.limits.dead_after), (2, Duration::from_secs(30)));
        assert_eq!(flags.web, Choice::At("[::1]:0".parse().expect("an address")));
        assert_eq!(
            *config.limits.web_origins,
            ["https://a.example", "http://b:8080"].map(|origin| origin.parse().expect("it is an origin"))
        );
        assert_eq!(config.limits.proxies.iter().map(Subnet::to_string).collect::<Vec<_>>(), ["::1/128", "10.0.0.0/8"]);
        let Parsed::Flags(flags) = parse("--web off") else { panic!("it can be off") };
        assert_eq!(flags.web, Choice::Off);
    }

    #[test]
    fn of_a_flag_that_is_given_again_the_last_holds() {
        let parsed = |line: &str| match parse(line) {
            Parsed::Flags(flags) => flags,
            Parsed::Help(said) | Parsed::Wrong(said) => panic!("{line}: {said}"),
        };
        let cases = [
            ("--port 1 --port 2", "127.0.0.1:2"),
            ("--port 1 -p 2 --threads 2 --threads=3", "127.0.0.1:2"),
            ("-p1 --port=2 -p3", "127.0.0.1:3"),
            ("-p=1 --ip 10.0.0.1 -i::1", "[::1]:1"),
            ("--port http --port 4 --version --version", "127.0.0.1:4"),
            ("--ip 10.0.0.1 -i localhost", "127.0.0.1:42069"),
            ("--log-dir --port --log-dir x -p 5", "127.0.0.1:5"),
        ];
        for (line, address) in cases {
            assert_eq!(parsed(line).address(), address.parse().expect("the case is an address"), "{line}");
        }
        assert_eq!(parsed("--web off --web localhost:80").web, Choice::At("127.0.0.1:80".parse().expect("an address")));
        let origins = parsed("--web-origin http://a --web-origin http://b").web_origin;
        assert_eq!(origins.iter().map(Origin::to_string).collect::<Vec<_>>(), ["http://a", "http://b"]);
        let proxies = parsed("--proxy-from ::1 --proxy-from 10.0.0.0/8").proxy_from;
        assert_eq!(proxies.iter().map(Subnet::to_string).collect::<Vec<_>>(), ["::1/128", "10.0.0.0/8"]);
        for (line, named) in [("--port 1 --port", "--port"), ("--colour --colour", "--colour"), ("x -p 1 x", "x")] {
            let Parsed::Wrong(said) = parse(line) else { panic!("{line} is wrong") };
            assert!(said.contains(named), "{line}: {said}");
        }
    }

    #[test]
    fn a_wrong_flag_is_named_with_what_it_takes_on_one_line() {
        let cases = [
            ("--ip chat.example", "--ip", "IPv4 or IPv6 address"),
            ("-i 1.2.3", "-i", "IPv4 or IPv6 address"),
            ("--port 65536", "--port", "0 to 65535"),
            ("--port=http", "--port", "0 to 65535"),
            ("--web 8080", "--web", "an address with a port"),
            ("--web localhost:x", "--web", "an address with a port"),
            ("--web chat.example:80", "--web", "an address with a port"),
            ("--web-origin chat.example", "--web-origin", "an origin, like"),
            ("--web-origin https://a.example/b", "--web-origin", "without a path"),
            ("--web-origin https://", "--web-origin", "an origin, like"),
            ("--proxy-from localhost", "--proxy-from", "an address or a network"),
            ("--proxy-from 10.0.0.0/33", "--proxy-from", "10.0.0.0/8"),
            ("--threads 0", "--threads", "1 to 1024"),
            ("--flood-rate -1", "--flood-rate", "0 to 1000000"),
            ("--max-line 29", "--max-line", "30 to 4096"),
            ("--max-line 29", "--max-line", "with a name of 20"),
            ("--max-line 4097", "--max-line", "30 to 4096"),
            ("--room-quiet many", "--room-quiet", "whole number of members"),
            ("--history-on-join 101", "--history-on-join", "0 to 100"),
            ("--max-connections 0", "--max-connections", "1 to 4294967295"),
            ("--max-per-ip x", "--max-per-ip", "whole number of connections"),
            ("--connect-rate 1000001", "--connect-rate", "0 to 1000000"),
            ("--dead-after 2", "--dead-after", "3 to 86400"),
            ("--drain 1.5", "--drain", "whole number of seconds"),
            ("--port", "--port", "No value"),
            ("--colour", "--colour", "Unrecognized"),
            ("help", "help", "Unrecognized"),
        ];
        for (line, flag, takes) in cases {
            let Parsed::Wrong(said) = parse(line) else { panic!("{line} is wrong") };
            assert!(said.contains(flag) && said.contains(takes) && !said.contains('\n'), "{line}: {said}");
        }
    }

    #[test]
    fn every_value_that_a_flag_takes_the_core_takes_too() {
        let extremes = [
            "--threads 1 --flood-rate 0 --max-line 30 --room-quiet 0 --history-on-join 0 --drain 0 --max-connections 1 --dead-after 3",
            "--threads 1024 --max-line 4096 --history-on-join 100 --connect-rate 1000000 --dead-after 86400",
        ];
        for line in extremes {
            let Parsed::Flags(flags) = parse(line) else { panic!("{line} is right") };
            assert_eq!(flags.config(Config::default()).check(), Ok(()));
        }
    }

    #[test]
    fn every_command_fits_into_the_shortest_line_that_may_be_asked_for() {
        let longest = COMMANDS.iter().map(|command| {
            // Of a text, which comes last, one character.
            let arguments = command.arguments.iter().map(|&argument| match argument {
                "name" | "room" => " ".len() + Name::CHARS_MAX,
                _ => " x".len(),
            });
            "/".len() + command.word.len() + arguments.sum::<usize>()
        });
        assert_eq!(longest.max(), usize::try_from(LINE_CHARS_MIN).ok());
    }

    #[test]
    fn an_origin_may_be_copied_from_where_a_browser_shows_it() {
        for (value, sent) in [
            ("https://chat.example", Some("https://chat.example")),
            ("https://chat.example/", Some("https://chat.example")),
            ("HTTPS://Chat.Example:443/", Some("https://chat.example")),
            ("http://[::1]:8080/", Some("http://[::1]:8080")),
            ("https://chat.example//", None),
            ("https://chat.example/chat/", None),
            ("https:///", None),
            ("/", None),
        ] {
            assert_eq!(web_origin(value).ok().map(|origin| origin.to_string()).as_deref(), sent, "{value}");
        }
    }

    #[test]
    fn one_address_cannot_be_for_lines_and_for_the_web_page() {
        let shared = [
            "--port 21020 --web 127.0.0.1:21020",
            "--ip ::1 --port 21020 --web [::1]:21020",
            "--ip 0.0.0.0 --port 21020 --web 127.0.0.1:21020",
            "--port 21020 --web 0.0.0.0:21020",
            "--port 21020 --web [::]:21020",
            "--ip ::ffff:127.0.0.1 --port 21020 --web 127.0.0.1:21020",
        ];
        for line in shared {
            let Parsed::Wrong(said) = parse(line) else { panic!("{line} is wrong") };
            assert!(said.contains("--port and --web can't be the same address") && !said.contains('\n'), "{said}");
        }
        let apart = [
            "--port 0 --web 127.0.0.1:0",
            "--port 21020 --web 127.0.0.1:21021",
            "--port 21020 --web 127.0.0.2:21020",
            "--ip 0.0.0.0 --port 21020 --web [::1]:21020",
            "--port 21020 --web off",
            "--port 42080",
        ];
        for line in apart {
            assert!(matches!(parse(line), Parsed::Flags(_)), "{line} is right");
        }
    }

    #[test]
    fn help_and_version_are_no_errors() {
        let Parsed::Help(help) = parse("--help") else { panic!("help was asked for") };
        let flags = [
            "--ip",
            "--port",
            "--web",
            "--irc",
            "--server-name",
            "--web-origin",
            "--proxy-from",
            "--threads",
            "--flood-rate",
            "--max-line",
            "--room-quiet",
            "--history-on-join",
            "--max-connections",
            "--max-per-ip",
            "--connect-rate",
            "--dead-after",
            "--drain",
            "--log-dir",
        ];
        for flag in flags {
            assert!(help.contains(flag), "{flag} is missing in:\n{help}");
        }
        assert!(matches!(parse("-h"), Parsed::Help(_)));
        let Parsed::Flags(flags) = parse("--version") else { panic!("the version was asked for") };
        assert!(flags.version);
    }
}
