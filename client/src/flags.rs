//! What the subcommands' flags have in common: where the server is, numbers in their range, and how a wrong value is
//! told.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Where a server listens unless it is told otherwise.
pub(crate) const HOST: &str = "127.0.0.1";

/// The port that servers take unless they are told otherwise.
pub(crate) const PORT: u16 = 42069;

/// A flag with a value that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlagError {
    flag: &'static str,
    takes: String,
}

impl FlagError {
    /// Tells which flag it is, and what it takes instead.
    pub(crate) fn new(flag: &'static str, takes: impl Into<String>) -> Self {
        Self { flag, takes: takes.into() }
    }
}

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.flag, self.takes)
    }
}

impl std::error::Error for FlagError {}

pub(crate) fn port(value: &str) -> Result<u16, String> {
    number(value, 1..=u16::MAX)
}

pub(crate) fn seconds(value: &str) -> Result<Duration, String> {
    let seconds: f64 = number(value, 0.1..=86_400.0)?;
    Ok(Duration::from_secs_f64(seconds))
}

pub(crate) fn number<T: FromStr + PartialOrd + fmt::Display>(
    value: &str,
    allowed: RangeInclusive<T>,
) -> Result<T, String> {
    match value.parse() {
        Ok(number) if allowed.contains(&number) => Ok(number),
        _ => Err(format!("takes a number from {} to {}", allowed.start(), allowed.end())),
    }
}
