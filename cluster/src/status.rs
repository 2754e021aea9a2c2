//! Owns what can be told of a cluster by whoever only reads its log: which servers are there, and how each stands.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chinwag_core::log::Event;
use chinwag_core::log::cluster::{Content, Entry, Position, Reply, State, WriterId};

use crate::commands::{Keys, READ_WAIT};
use crate::connection::Dial;
use crate::health::{Health, look};
use crate::join::{JoinError, Options, failed};

/// How long is listened: each server says every second that it lives.
const LISTEN: Duration = Duration::from_millis(2500);

/// Tells how a cluster is.
#[derive(Clone, Debug)]
pub struct Status {
    /// The version of the engine.
    pub version: String,
    /// Where the log ends.
    pub end: Position,
    /// What of the log may be lost by the settings of the engine, a sentence each.
    pub warnings: Vec<String>,
    /// The servers, by their numbers.
    pub servers: Vec<ServerStatus>,
}

/// Tells how a server is.
#[derive(Clone, Copy, Debug)]
pub struct ServerStatus {
    /// Its number.
    pub number: u8,
    /// What it has said of itself while it was listened, if it has.
    pub heard: Option<Heard>,
}

/// What a server has said of itself.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// How many entries it had applied.
    pub applied: u64,
    /// How many it had not that stood in the log by then.
    pub behind: u64,
    /// By how many milliseconds its clock is before the engine's, less what it took to be heard.
    pub skew_ms: i64,
}

/// Looks at the servers that follow a log, for about three seconds. Nothing is changed by that.
///
/// # Errors
/// The engine can't be reached or can't keep a log, or the log can't be read.
pub fn status(options: &Options) -> Result<Status, JoinError> {
    let Options { address, name } = options;
    let engine = |error| JoinError::Engine(address.to_string(), error);
    let dial = Dial::new(address.clone()).map_err(JoinError::System)?;
    let (_, mut connection) = dial.connect(0).map_err(engine)?;
    let Health { version, ahead_ms, warnings } = look(&mut connection).map_err(engine)?;
    connection.wait_for(READ_WAIT).map_err(JoinError::System)?;
    let (keys, failed) = (Keys::of(name), |failure| failed(address, failure));
    let start = keys.start(&mut connection).map_err(failed)?;
    let (mut state, mut end) = start.map_or_else(Default::default, |start| (start.state, start.position));
    let Reply::Verified { end: last, .. } = keys.verify(&mut connection, end).map_err(failed)? else {
        unreachable!("it is answered so")
    };
    let until = Instant::now() + LISTEN;
    let mut heard = BTreeMap::new();
    while end < last || Instant::now() < until {
        let Some(Reply::Read(entries)) = keys.read(&mut connection, end).map_err(failed)? else { continue };
        let now_ms = unix_ms().saturating_add(ahead_ms);
        for (at, entry) in entries {
            state.read(&entry);
            // What was there before was said at some time or other.
            if at > last {
                heard.extend(listen(&state, &entry, now_ms));
            }
            end = at;
        }
    }
    Ok(Status { version, end, warnings, servers: servers(&state, &heard) })
}

/// Returns what a server says of itself in an entry that was just counted.
fn listen(state: &State, entry: &Entry<Event>, now_ms: i64) -> Option<(WriterId, Heard)> {
    let Content::Heartbeat { applied: Some(applied), .. } = entry.content else { return None };
    let behind = state.applied.saturating_sub(applied.saturating_add(1));
    Some((entry.id.writer, Heard { applied, behind, skew_ms: entry.sent_ms.cast_signed().saturating_sub(now_ms) }))
}

fn servers(state: &State, heard: &BTreeMap<WriterId, Heard>) -> Vec<ServerStatus> {
    let status = |(writer, member): (_, &chinwag_core::log::cluster::Member)| ServerStatus {
        number: member.server,
        heard: heard.get(writer).copied(),
    };
    let mut servers: Vec<_> = state.members.iter().map(status).collect();
    servers.sort_unstable_by_key(|server| server.number);
    servers
}

fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
