//! The flags of `chinwag bots`, and the cast that they make.

use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;
use std::time::Duration;

use argh::{ArgsInfo, FromArgs};
use chinwag_core::Config;

use super::script::Topic;
use crate::address::{Address, host};
use crate::dial::Server;
use crate::flags::{HOST, PORT, number, port, seconds};
use crate::password::Password;
use crate::tls::{Pin, Security, Tickets, pin};

/// Bring company: bots that chat in the main room, bots that talk about Rust, and many that load a room of their own.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(subcommand, name = "bots", help_triggers("-h", "--help"))]
pub(crate) struct BotsFlags {
    /// server, by name or IP address (default 127.0.0.1)
    #[argh(option, short = 'i', default = "HOST.to_owned()", from_str_fn(host))]
    ip: String,

    /// port of the server (default 42069)
    #[argh(option, short = 'p', default = "PORT", from_str_fn(port))]
    port: u16,

    /// speak TLS with the server; the roots of this system have to vouch for its certificate
    #[argh(switch)]
    tls: bool,

    /// speak TLS, and accept the certificate with this SHA-256 and no other, such as one that the server has made
    /// itself
    #[argh(option, from_str_fn(pin))]
    pin: Option<Pin>,

    /// file whose first line is the password, if the server asks for one (default: what CHINWAG_PASSWORD says)
    #[argh(option)]
    password_file: Option<PathBuf>,

    /// bots that chat in English in the room main (default 3)
    #[argh(option, default = "3", from_str_fn(count))]
    english: usize,

    /// bots that talk about Rust in the room rust (default 3)
    #[argh(option, default = "3", from_str_fn(count))]
    rust: usize,

    /// bots that say words in the room stress-test (default 100)
    #[argh(option, default = "100", from_str_fn(count))]
    stress: usize,

    /// seconds between two messages of those who chat, on average (default 3)
    #[argh(option, default = "Duration::from_secs(3)", from_str_fn(parse_pause))]
    pause: Duration,

    /// seconds between two messages of each bot in stress-test, on average (default 2)
    #[argh(option, default = "Duration::from_secs(2)", from_str_fn(parse_pause))]
    stress_pause: Duration,

    /// messages that each bot says (default: as many as there is time for)
    #[argh(option, from_str_fn(messages))]
    pub(super) messages: Option<u64>,

    /// seconds to stay (default: until every message is said, or Ctrl-C)
    #[argh(option, from_str_fn(seconds))]
    pub(super) seconds: Option<Duration>,

    /// what decides who says what and when (default: drawn, and told at the end)
    #[argh(option, default = "RandomState::new().hash_one(PORT) >> 32", from_str_fn(seed))]
    pub(super) seed: u64,
}

/// Bots of one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Troupe {
    pub(super) topic: Topic,
    pub(super) room: &'static str,
    pub(super) count: usize,
    /// The mean time between two messages: of all if they talk with each other, of each if they don't.
    pub(super) pause: Duration,
}

impl BotsFlags {
    /// Returns where the server is, and how it is spoken to.
    ///
    /// # Errors
    ///
    /// Nothing says which servers are to be trusted, or there is no password in the file that is to have it.
    pub(super) fn server(&self) -> anyhow::Result<Server> {
        let is_secured = self.tls || self.pin.is_some();
        let security = is_secured.then(|| Security::new(self.pin, Tickets::Kept)).transpose()?;
        let password = Password::given(self.password_file.as_deref())?;
        Ok(Server { address: Address { host: self.ip.clone(), port: self.port }, security, password })
    }

    /// Returns the bots of each room that has any.
    pub(super) fn troupes(&self) -> Vec<Troupe> {
        let troupe = |topic, room, count, pause| Troupe { topic, room, count, pause };
        let all = [
            troupe(Topic::English, "main", self.english, self.pause),
            troupe(Topic::Rust, "rust", self.rust, self.pause),
            troupe(Topic::Stress, "stress-test", self.stress, self.stress_pause),
        ];
        all.into_iter().filter(|troupe| troupe.count > 0).collect()
    }
}

fn count(value: &str) -> Result<usize, String> {
    number(value, 0..=100_000)
}

/// Takes no pause that would have a bot meet the server's limit: then its messages would wait, and the delays be the
/// limit's.
fn parse_pause(value: &str) -> Result<Duration, String> {
    let rate = Config::default().limits.flood_lines_per_second;
    let shortest = 2.0 / f64::from(rate);
    let seconds: f64 = number(value, shortest..=86_400.0)
        .map_err(|takes| format!("{takes}: a server lets through {rate} lines a second"))?;
    Ok(Duration::from_secs_f64(seconds))
}

fn messages(value: &str) -> Result<u64, String> {
    number(value, 1..=u64::MAX)
}

fn seed(value: &str) -> Result<u64, String> {
    number(value, 0..=u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<BotsFlags, String> {
        BotsFlags::from_args(&["bots"], args).map_err(|exit| exit.output)
    }

    #[test]
    fn by_default_there_are_three_three_and_a_hundred() {
        let flags = parse(&[]).expect("every flag has a default");
        let rooms: Vec<_> = flags.troupes().iter().map(|troupe| (troupe.room, troupe.count)).collect();
        assert_eq!(rooms, [("main", 3), ("rust", 3), ("stress-test", 100)]);
        assert_eq!((flags.messages, flags.seconds), (None, None));
    }

    #[test]
    fn a_room_without_bots_is_left_alone() {
        let flags = parse(&["--english", "0", "--rust", "1", "--stress", "0"]).expect("they are numbers");
        assert_eq!(flags.troupes().iter().map(|troupe| troupe.room).collect::<Vec<_>>(), ["rust"]);
    }

    #[test]
    fn a_bad_value_names_the_flag_and_what_it_takes() {
        let cases = [
            ("--english", "-1", "takes a number from 0 to 100000"),
            ("--pin", "AB:CD", "takes the SHA-256 of a certificate: 64 digits, colons between or not"),
            ("--pause", "0.05", "takes a number from 0.1 to 86400: a server lets through 20 lines a second"),
            ("--stress-pause", "0", "takes a number from 0.1 to 86400"),
            ("--messages", "0", "takes a number from 1 to"),
            ("--seconds", "x", "takes a number from 0.1 to 86400"),
            ("--seed", "x", "takes a number from 0 to"),
        ];
        for (flag, value, takes) in cases {
            let error = parse(&[flag, value]).expect_err(value);
            assert!(error.contains(flag) && error.contains(takes), "{error}");
        }
    }
}
