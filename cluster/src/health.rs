//! Owns what an engine has to be, and what an operator is told of one that may lose more than is promised.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::connection::{ConnectError, Connection};
use crate::resp::Value;

/// The first that appends entries with dense positions.
const VERSION_MIN: u32 = 7;

/// How far the clocks of server and engine may be apart. What people said is shown with the time of its server.
const SKEW_MAX: Duration = Duration::from_secs(2);

/// Returns a number of the process that a connection is to: another one after each start.
pub(crate) fn process(connection: &mut Connection) -> Result<u64, ConnectError> {
    let info = info(connection, b"server")?;
    let id = field(&info, "run_id").and_then(|id| id.get(..16)).and_then(|id| u64::from_str_radix(id, 16).ok());
    id.ok_or_else(|| ConnectError::Refused("it does not say which process it is".to_owned()))
}

/// Tells how an engine is.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) version: String,
    /// By how many milliseconds its clock is before that of this machine.
    pub(crate) ahead_ms: i64,
    /// What of the log may be lost that is promised not to be, a sentence each.
    pub(crate) warnings: Vec<String>,
}

/// Checks that a log can be kept, by a server whose clock is about right.
pub(crate) fn check(connection: &mut Connection) -> Result<Health, ConnectError> {
    let health = look(connection)?;
    let skew = Duration::from_millis(health.ahead_ms.unsigned_abs());
    if skew > SKEW_MAX {
        return Err(ConnectError::Refused(format!(
            "its clock and that of this machine are {:.1} s apart, and {} s is the most: set both by NTP",
            skew.as_secs_f64(),
            SKEW_MAX.as_secs()
        )));
    }
    Ok(health)
}

/// Looks at an engine that can keep a log.
pub(crate) fn look(connection: &mut Connection) -> Result<Health, ConnectError> {
    let info = info(connection, b"server")?;
    let version = field(&info, "redis_version").unwrap_or_default().to_owned();
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).unwrap_or(0);
    if major < VERSION_MIN {
        return Err(ConnectError::Refused(format!(
            "it is of version {version}, and {VERSION_MIN}.0 is the first that can keep the log"
        )));
    }
    let ahead_ms = ahead_ms(connection)?;
    let mut warnings = Vec::new();
    // Where an operator may not ask, nothing can be said.
    if setting(connection, b"appendonly")?.as_deref() == Some("no") {
        warnings.push("it keeps nothing on disk (appendonly no): when it ends, only what servers still know is left");
    }
    let policy = setting(connection, b"maxmemory-policy")?;
    let memory = setting(connection, b"maxmemory")?;
    if policy.is_some_and(|policy| policy != "noeviction") && memory.is_some_and(|memory| memory != "0") {
        warnings.push("it throws keys away when memory is short (maxmemory-policy is not noeviction): also the log");
    }
    Ok(Health { version, ahead_ms, warnings: warnings.into_iter().map(str::to_owned).collect() })
}

fn ahead_ms(connection: &mut Connection) -> Result<i64, ConnectError> {
    let before = SystemTime::now();
    let time = connection.ask_surely(&[b"TIME"])?;
    // The engine has looked somewhere between.
    let between = before + before.elapsed().unwrap_or_default() / 2;
    let mut parts = time.list().unwrap_or_default().iter().map(|part| part.text().and_then(number).unwrap_or(0));
    let (seconds, micros) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let theirs = UNIX_EPOCH + Duration::from_secs(seconds) + Duration::from_micros(micros);
    let millis = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    Ok(theirs.duration_since(between).map_or_else(|error| -millis(error.duration()), millis))
}

fn number(digits: &[u8]) -> Option<u64> {
    str::from_utf8(digits).ok()?.parse().ok()
}

fn info(connection: &mut Connection, section: &[u8]) -> Result<String, ConnectError> {
    let info = connection.ask_surely(&[b"INFO", section])?;
    Ok(String::from_utf8_lossy(info.text().unwrap_or_default()).into_owned())
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

fn setting(connection: &mut Connection, name: &[u8]) -> Result<Option<String>, ConnectError> {
    let answer = connection.ask(&[b"CONFIG", b"GET", name])?;
    let value = if let Value::List(pair) = &answer { pair.get(1) } else { None };
    Ok(value.and_then(Value::text).map(|value| String::from_utf8_lossy(value).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let info = "# Server\r\nredis_version:7.0.15\r\nrun_id:0123456789abcdef\r\nrun_id_x:1\r\n";
        assert_eq!((field(info, "redis_version"), field(info, "run_id")), (Some("7.0.15"), Some("0123456789abcdef")));
        assert_eq!(field(info, "run"), None);
    }
}
