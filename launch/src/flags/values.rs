//! Owns what each flag takes, and what is said of a value that it does not take.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chinwag_cluster::{Address, AddressError};
use chinwag_core::{Config, Form, Limits, Origin, Subnet};
use chinwag_recording::RECORD_BYTES_MIN;

use crate::logging::Format;

/// What is known everywhere for this machine itself.
const LOCALHOST: &str = "localhost";

/// The least that `--max-line` can be: `/join` with a room of 32, the longest command. With less, people
/// could not use all that the help tells them, and programs would wait for answers that never come.
pub(super) const LINE_CHARS_MIN: u32 = 38;

/// Where something is that a server can do without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    /// There, if nobody else is.
    IfFree(SocketAddr),
    At(SocketAddr),
    Off,
}

/// A listening socket that has a file, and how those are spoken to who come by it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SocketFile {
    pub(crate) form: Form,
    pub(crate) path: PathBuf,
}

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size(pub(crate) u64);

/// The units of sizes, the greatest first.
const UNITS: [(&str, u32); 4] = [("T", 40), ("G", 30), ("M", 20), ("K", 10)];

/// Writes it in the greatest unit of which it is a whole number.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = |shift: u32| self.0 >> shift << shift == self.0 && self.0 >> shift > 0;
        match UNITS.iter().find(|(_, shift)| whole(*shift)) {
            Some((unit, shift)) => write!(f, "{}{unit}", self.0 >> shift),
            None => self.0.fmt(f),
        }
    }
}

/// How long something is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Age(pub(crate) Duration);

/// The units of ages in hours, the greatest first.
const AGES: [(&str, u64); 4] = [("y", 365 * 24), ("w", 7 * 24), ("d", 24), ("h", 1)];

/// Writes it in the greatest unit of which it is a whole number.
impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.0.as_secs() / 3600;
        let (unit, each) = AGES.into_iter().find(|(_, each)| hours.is_multiple_of(*each)).unwrap_or(("h", 1));
        write!(f, "{}{unit}", hours / each)
    }
}

/// What stands before a socket that has a file, for each form.
const SOCKETS: [(&str, Form); 3] = [("", Form::Lines), ("web=", Form::Web), ("irc=", Form::Irc)];

/// What stands before the path of its file.
const UNIX: &str = "unix:";

/// Returns what stands before a socket that has a file, where it is written how those are spoken to who come by it.
pub(crate) fn before_socket(form: Form) -> &'static str {
    SOCKETS.iter().find(|(_, of)| *of == form).map_or("", |(before, _)| before)
}

impl fmt::Display for SocketFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{UNIX}{}", before_socket(self.form), self.path.display())
    }
}

/// Reads an address. Of names only `localhost` is one: what others stand for may change, or be several addresses.
pub(super) fn ip(value: &str) -> Result<IpAddr, String> {
    if value == LOCALHOST {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    value.parse().map_err(|_| "it takes an IPv4 or IPv6 address, like 0.0.0.0 or ::1, or localhost".into())
}

pub(super) fn port(value: &str) -> Result<u16, String> {
    value.parse().map_err(|_| "it takes a port, 0 to 65535".into())
}

pub(super) fn web(value: &str) -> Result<Choice, String> {
    choice(value).ok_or_else(|| "it takes an address with a port, like 127.0.0.1:42080 or [::]:80, or off".into())
}

pub(super) fn irc(value: &str) -> Result<Choice, String> {
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

pub(super) fn listen(value: &str) -> Result<SocketFile, String> {
    let path = |before: &str| value.strip_prefix(before)?.strip_prefix(UNIX).filter(|path| !path.is_empty());
    let read = |(before, form): (&str, Form)| Some((form, path(before)?));
    let read = SOCKETS.into_iter().find_map(read).map(|(form, path)| SocketFile { form, path: path.into() });
    read.ok_or_else(|| {
        "it takes unix: and a path, for lines, or web=unix: or irc=unix:, like unix:/run/chinwag/lines".into()
    })
}

pub(super) fn server_name(value: &str) -> Result<Arc<str>, String> {
    let named = Config { limits: Limits { server_name: value.into(), ..Limits::default() }, ..Config::default() };
    let is_name = named.check().is_ok();
    is_name
        .then(|| value.into())
        .ok_or_else(|| "it takes up to 63 letters, digits and dashes, with dots between them, like chat.example".into())
}

pub(super) fn origin(value: &str) -> Result<Origin, String> {
    // The slash is there when it is copied from where a browser shows it.
    let origin = value.strip_suffix('/').unwrap_or(value);
    origin
        .parse()
        .map_err(|_| "it takes an origin, like https://chat.example or http://[::1]:8080, without a path".into())
}

pub(super) fn proxy_from(value: &str) -> Result<Subnet, String> {
    value.parse().map_err(|_| "it takes an address or a network, like 127.0.0.1, ::1 or 10.0.0.0/8".into())
}

pub(super) fn threads(value: &str) -> Result<u32, String> {
    number(value, 1..=1024, "threads")
}

pub(super) fn flood_rate(value: &str) -> Result<u32, String> {
    number(value, 0..=1_000_000, "lines per second")
}

pub(super) fn max_line(value: &str) -> Result<u32, String> {
    number(value, LINE_CHARS_MIN..=4096, "characters")
        .map_err(|takes| format!("{takes}, since each command with a room of 32 has to fit"))
}

pub(super) fn history_on_join(value: &str) -> Result<u8, String> {
    let count = number(value, 0..=100, "messages")?;
    u8::try_from(count).map_err(|error| error.to_string())
}

/// The numbers of bytes that `--queue-bytes` can be.
const QUEUE_BYTES: RangeInclusive<u64> = 64 << 10..=1 << 30;

pub(super) fn queue_bytes(value: &str) -> Result<Size, String> {
    let read = size(value).filter(|size| QUEUE_BYTES.contains(&size.0));
    read.ok_or_else(|| "it takes a number of bytes, 64K to 1G, like 256K or 1M".into())
}

pub(super) fn queue_bytes_default() -> Size {
    Size(Limits::default().queue_bytes_max as u64)
}

pub(super) fn room_quiet(value: &str) -> Result<u32, String> {
    number(value, 0..=u32::MAX, "members")
}

pub(super) fn max_connections(value: &str) -> Result<u32, String> {
    number(value, 1..=u32::MAX, "connections")
}

pub(super) fn max_per_ip(value: &str) -> Result<u32, String> {
    number(value, 0..=u32::MAX, "connections")
}

pub(super) fn connect_rate(value: &str) -> Result<u32, String> {
    number(value, 0..=1_000_000, "connections per second")
}

pub(super) fn dead_after(value: &str) -> Result<Duration, String> {
    number(value, 3..=86_400, "seconds").map(|seconds| Duration::from_secs(seconds.into()))
}

pub(super) fn drain(value: &str) -> Result<Duration, String> {
    number(value, 0..=3600, "seconds").map(|seconds| Duration::from_secs(seconds.into()))
}

pub(super) fn cluster(value: &str) -> Result<Address, String> {
    let address: Address = value.parse().map_err(|error: AddressError| error.to_string())?;
    if address.has_password() {
        return Err(
            "others can see what is on a command line: put it with its password into the file of --cluster-from".into(),
        );
    }
    Ok(address)
}

pub(super) fn cluster_name(value: &str) -> Result<String, String> {
    let is_name = (1..=64).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    is_name
        .then(|| value.to_owned())
        .ok_or_else(|| "it takes 1 to 64 letters, digits, dashes, underscores, dots and colons".into())
}

/// The least that `--keep-bytes` can be: an empty database has less, and what is written at once fits.
const KEEP_BYTES_MIN: u64 = 1 << 20;

pub(super) fn keep_bytes(value: &str) -> Result<Size, String> {
    bytes(value, KEEP_BYTES_MIN)
}

pub(super) fn record_bytes(value: &str) -> Result<Size, String> {
    bytes(value, RECORD_BYTES_MIN)
}

/// Reads a number of bytes; both limits of what can be bounded are the same.
fn bytes(value: &str, min: u64) -> Result<Size, String> {
    let range = min..=1 << 50;
    let read = size(value).filter(|size| range.contains(&size.0));
    read.ok_or_else(|| "it takes a number of bytes, 1M to 1024T, like 256M or 2G".into())
}

pub(super) fn keep(value: &str) -> Result<Age, String> {
    let unit = AGES.into_iter().find_map(|(unit, each)| Some((value.strip_suffix(unit)?, each)));
    let hours = unit.and_then(|(count, each)| whole(count)?.checked_mul(each));
    let hours = hours.filter(|hours| (1..=100 * 365 * 24).contains(hours));
    let age = hours.map(|hours| Age(Duration::from_secs(3600 * hours)));
    age.ok_or_else(|| "it takes 1h to 100y, in hours, days, weeks or years, like 12h, 90d, 8w or 2y".into())
}

/// Reads a number of bytes, with K, M, G or T for units of 1024.
#[must_use]
pub fn read_bytes(value: &str) -> Option<u64> {
    size(value).map(|size| size.0)
}

fn size(value: &str) -> Option<Size> {
    let unit = UNITS.iter().find_map(|(unit, shift)| Some((value.strip_suffix(unit)?, *shift)));
    let (number, shift) = unit.unwrap_or((value, 0));
    whole(number)?.checked_mul(1 << shift).map(Size)
}

/// Reads a number of nothing but digits.
fn whole(number: &str) -> Option<u64> {
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    number.parse().ok().filter(|_| is_number)
}

fn number(value: &str, range: RangeInclusive<u32>, unit: &str) -> Result<u32, String> {
    let allowed = || format!("it takes a whole number of {unit}, {} to {}", range.start(), range.end());
    value.parse().ok().filter(|number| range.contains(number)).ok_or_else(allowed)
}

pub(super) fn log_format(value: &str) -> Result<Format, String> {
    [Format::Text, Format::Json]
        .into_iter()
        .find(|format| format.word() == value)
        .ok_or_else(|| "it takes text or json".into())
}
