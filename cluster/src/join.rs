//! Owns how a server joins the others: it finds the engine, checks it, and reads the log up to its end.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use chinwag_core::Rules;
use chinwag_io::{Cluster, Replies};
use chinwag_log::Entry;
use sha2::{Digest as _, Sha256};

use crate::address::Address;
use crate::commands::{Failure, Keys};
use crate::connection::{ConnectError, Dial};
use crate::engine::{Redis, number_of};
use crate::health::check;

/// For how long a server tries to be one of the others: an epoch that is to be opened takes them a second or two, and
/// one that was left half open three more.
const JOIN_WAIT: Duration = Duration::from_secs(20);

/// Says which servers are to be joined.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the engine is.
    pub address: Address,
    /// What the servers that are one chat have in common: 1 to 64 letters, digits, dashes, dots and colons.
    pub name: String,
}

/// What has come of it.
#[derive(Debug)]
pub struct Joined {
    /// What the server is given.
    pub cluster: Cluster,
    /// What of the log may be lost by the settings of the engine, a sentence each.
    pub warnings: Vec<String>,
}

/// Says why a server can't be one of the others.
#[derive(Debug)]
pub enum JoinError {
    /// The engine can't be used.
    Engine(String, ConnectError),
    /// What is in the log can't be read.
    Log(String),
    /// The others do not take it.
    Others(chinwag_io::JoinError),
    /// The operating system has refused something.
    System(io::Error),
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(address, error) => write!(f, "can't use {address} for a cluster: {error}"),
            Self::Log(why) => write!(f, "can't read the log of the cluster: {why}"),
            Self::Others(error) => write!(f, "can't join the cluster: {error}"),
            Self::System(error) => write!(f, "can't join the cluster: {error}"),
        }
    }
}

impl Error for JoinError {}

/// Returns the seed that all servers of a cluster have in common, since each has to give the same names. It is what the
/// first of them has drawn, so this server's own if it is that.
///
/// # Errors
/// The engine can't be used.
pub fn seed(options: &Options, drawn: u64) -> Result<u64, JoinError> {
    let Options { address, name } = options;
    let engine = |error| JoinError::Engine(address.to_string(), error);
    let dial = Dial::new(address.clone()).map_err(JoinError::System)?;
    let (_, mut connection) = dial.connect(0).map_err(engine)?;
    check(&mut connection).map_err(engine)?;
    Keys::of(name).seed(&mut connection, drawn).map_err(|failure| failed(address, failure))
}

/// Says what can't be done by an engine at this address.
pub(crate) fn failed(address: &Address, failure: Failure) -> JoinError {
    match failure {
        Failure::Connection(error) => JoinError::Engine(address.to_string(), error.into()),
        Failure::Log(why) => JoinError::Log(why),
    }
}

/// Joins the servers that follow a log, by these rules, which have to be the same for all. It waits until this server
/// is one of them.
///
/// # Errors
/// The engine can't be reached or can't keep the log, the log can't be read, or the others have other rules.
pub fn join(options: &Options, rules: &Rules) -> Result<Joined, JoinError> {
    let Options { address, name } = options;
    let engine = |error| JoinError::Engine(address.to_string(), error);
    let dial = Dial::new(address.clone()).map_err(JoinError::System)?;
    let keys = Keys::of(name);
    let (_, mut connection) = dial.connect(0).map_err(engine)?;
    let warnings = check(&mut connection).map_err(engine)?.warnings;
    let start = keys.start(&mut connection).map_err(|failure| failed(address, failure))?;
    drop(connection);
    let replies = Replies::default();
    let redis = Redis::start(dial, keys, rules.seed, replies.clone()).map_err(JoinError::System)?;
    let mut bytes = Vec::new();
    Entry::Rules(rules.clone()).encode(&mut bytes);
    let digest = number_of(&Sha256::digest(&bytes));
    let cluster = Cluster::join(redis, replies, start, rules, digest, JOIN_WAIT).map_err(JoinError::Others)?;
    Ok(Joined { cluster, warnings })
}
