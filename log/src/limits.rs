//! Owns how it is written what of a server's limits decides what people are sent.

use std::net::SocketAddr;
use std::time::Duration;

use chinwag_core::admission::ListenAddresses;
use chinwag_core::{Config, Limits, Secret};

use crate::{DecodeError, proto};

impl From<&Limits> for proto::Limits {
    fn from(limits: &Limits) -> Self {
        // Whoever adds a limit has to say here whether it decides what people are sent.
        let Limits {
            flood_lines_per_second,
            flood_burst,
            list_bytes_max,
            queue_bytes_max,
            stall_max,
            batch_bytes_max,
            small_batch_writes: _,
            small_room_writes: _,
            turn_writes: _,
            crowd_turn_writes: _,
            connections_max: _,
            connections_per_address_max: _,
            connects_per_second: _,
            connect_burst: _,
            handshake_wait: _,
            ping_interval,
            pong_wait,
            dead_after: _,
            threads: _,
            drain: _,
            secret,
            server_name,
            registration_wait,
            tls: _,
            request_wait: _,
            web_origins: _,
            pages: _,
            proxies: _,
            listen_addresses: ListenAddresses { lines, web, irc },
            asks_password,
            has_accounts,
            assets: _,
        } = limits;
        let [lines, web, irc] = [lines, web, irc].map(|address| address.map(|address| address.to_string()));
        Self {
            flood_lines_per_second: *flood_lines_per_second,
            flood_burst_ns: nanos(*flood_burst),
            list_bytes_max: *list_bytes_max as u64,
            queue_bytes_max: *queue_bytes_max as u64,
            batch_bytes_max: *batch_bytes_max as u64,
            ping_interval_ns: nanos(*ping_interval),
            pong_wait_ns: nanos(*pong_wait),
            registration_wait_ns: nanos(*registration_wait),
            server_name: server_name.to_string(),
            has_secret: secret.is_some(),
            lines,
            web,
            irc,
            stall_max_ns: nanos(*stall_max),
            asks_password: *asks_password,
            has_accounts: *has_accounts,
        }
    }
}

/// Reads limits. All others are as they are by default, and the secret is one that nobody has.
pub(crate) fn limits(limits: proto::Limits) -> Result<Limits, DecodeError> {
    let damaged = DecodeError::Damaged("a limit is outside of what it can be");
    let bytes = |bytes: u64| usize::try_from(bytes).map_err(|_| damaged.clone());
    let [lines, web, irc] = [limits.lines, limits.web, limits.irc].map(|address| match address {
        None => Ok(None),
        Some(written) => {
            let read = written.parse().ok().filter(|read: &SocketAddr| read.to_string() == written);
            read.map(Some).ok_or(damaged.clone())
        }
    });
    let limits = Limits {
        flood_lines_per_second: limits.flood_lines_per_second,
        flood_burst: Duration::from_nanos(limits.flood_burst_ns),
        list_bytes_max: bytes(limits.list_bytes_max)?,
        queue_bytes_max: bytes(limits.queue_bytes_max)?,
        batch_bytes_max: bytes(limits.batch_bytes_max)?,
        ping_interval: Duration::from_nanos(limits.ping_interval_ns),
        pong_wait: Duration::from_nanos(limits.pong_wait_ns),
        registration_wait: Duration::from_nanos(limits.registration_wait_ns),
        server_name: limits.server_name.into(),
        secret: limits.has_secret.then(|| Secret::new([0; 32])),
        listen_addresses: ListenAddresses { lines: lines?, web: web?, irc: irc? },
        stall_max: Duration::from_nanos(limits.stall_max_ns),
        asks_password: limits.asks_password,
        has_accounts: limits.has_accounts,
        ..Limits::default()
    };
    let config = Config { limits, ..Config::default() };
    config.check().map_err(|_| damaged)?;
    Ok(config.limits)
}

/// Returns a time as nanoseconds. None that a limit can be is longer than these can say.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
