//! Owns what would have been if a server had been set otherwise: a recording is run twice side by side, as its server
//! was set and as it is asked, and what comes of both is counted.

mod answers;
mod run;
mod socket;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use chinwag_core::log::SnapshotError;
use chinwag_core::ops::{Held, Input};
use chinwag_core::{Config, ConnectionId};

use self::run::{Run, Told};
pub use self::socket::{PeerRate, Peers};
use crate::play::{PlayError, Played, Until, Watch, play};
use crate::replay::Replay;

/// Holds what would have been.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WhatIf {
    /// What the servers were set to that were recorded, each once, in their order.
    pub recorded: Vec<Config>,
    /// What came of it as they were set.
    pub then: Outcome,
    /// What would have come of it as it is asked.
    pub now: Outcome,
    /// How many connections there were.
    pub connections: usize,
    /// Those to whom it would have made a difference, the greatest first.
    pub affected: Vec<Affected>,
    /// Those of whom it was said how fast they read, and nobody was called so.
    pub strangers: Vec<String>,
    /// What the run came to that all of it follows.
    pub played: Played,
}

/// Holds what a run came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Messages said, in rooms and to one alone.
    pub said: u64,
    /// Lines given to connections: each counts once per connection.
    pub sent: u64,
    /// Lines dropped for slow readers: each counts once per connection.
    pub dropped: u64,
    /// Bytes that sockets took.
    pub bytes: u64,
    /// What was typed and held back, for the rate or while its owner was to read first.
    pub held: Held,
    /// Connections that were given up since their peers took nothing, or did not answer.
    pub given_up: u64,
}

/// Holds what a setting would have changed for one connection: each as it was, and as it would have been.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affected {
    /// What its owner was called at last, or the connection's number, if they were called nothing.
    pub name: String,
    /// Lines that were dropped for it.
    pub dropped: [u64; 2],
    /// What its owner typed and was held back.
    pub held: [Held; 2],
    /// Bytes that it took.
    pub bytes: [u64; 2],
}

/// Runs a recording as its server was set, and as `change` sets it. Peers read as fast as it is said: how fast they
/// did is in no recording.
///
/// # Errors
/// It can't be run, or something else comes of it now than then.
pub fn what_if(folder: &Path, until: Until, peers: &Peers, change: impl Fn(&mut Config)) -> Result<WhatIf, PlayError> {
    let mut both = Both {
        change,
        peers,
        runs: None,
        input: None,
        fails: None,
        came_to: WhatIf {
            recorded: Vec::new(),
            then: Outcome::default(),
            now: Outcome::default(),
            connections: 0,
            affected: Vec::new(),
            strangers: peers.named.iter().map(|(name, _)| name.clone()).collect(),
            played: Played::default(),
        },
    };
    let (played, _) = play(folder, until, &mut both)?;
    if let Some(error) = both.fails {
        return Err(PlayError::State(folder.to_owned(), error));
    }
    let mut came_to = WhatIf { played, ..both.came_to };
    came_to.affected.sort_by_key(|affected| std::cmp::Reverse(affected.weight()));
    Ok(came_to)
}

/// Runs a recording in both ways, while it is verified.
struct Both<'a, F> {
    change: F,
    peers: &'a Peers,
    runs: Option<[Run; 2]>,
    /// What is handed to the hub now.
    input: Option<Input>,
    fails: Option<SnapshotError>,
    came_to: WhatIf,
}

impl<F: Fn(&mut Config)> Both<'_, F> {
    fn begin(&mut self, replay: &Replay) -> Result<(), SnapshotError> {
        let then = replay.config().clone();
        let mut now = then.clone();
        (self.change)(&mut now);
        let (state, rate) = (replay.state(), lines_per_second(&then, &now));
        let then_run = Run::start(then.clone(), 0, state.clone(), self.peers.clone())?;
        let now_run = Run::start(now, rate, state, self.peers.clone())?;
        self.runs = Some([then_run, now_run]);
        if !self.came_to.recorded.contains(&then) {
            self.came_to.recorded.push(then);
        }
        Ok(())
    }

    /// Adds what the runs came to that have ended.
    fn note(&mut self, [mut then, mut now]: [Run; 2]) {
        [&mut then, &mut now].into_iter().for_each(Run::end);
        self.came_to.then.add(then.outcome());
        self.came_to.now.add(now.outcome());
        self.came_to.strangers.retain(|name| !then.has_met(name));
        for (then, now) in then.told().zip(now.told()) {
            self.came_to.connections += 1;
            let affected = Affected::new(&then, &now);
            self.came_to.affected.extend(Some(affected).filter(Affected::is_any));
        }
    }
}

/// Returns the rate to which the recorded requests are to be held. They had to pass the rate that was set when they
/// were recorded: what they would have done at a higher one can't be told, and at the same one it is known.
const fn lines_per_second(then: &Config, now: &Config) -> u32 {
    let (then, now) = (then.limits.flood_lines_per_second, now.limits.flood_lines_per_second);
    if now > 0 && (then == 0 || now < then) { now } else { 0 }
}

impl<F: Fn(&mut Config)> Watch for Both<'_, F> {
    fn start(&mut self, replay: &Replay) {
        if let Err(error) = self.begin(replay) {
            self.fails = Some(error);
        }
    }

    fn before(&mut self, _: &Replay, input: &Input) {
        self.input = Some(input.clone());
    }

    fn after(&mut self, _: &Replay, about: Option<ConnectionId>) {
        let (Some(runs), Some(input)) = (&mut self.runs, self.input.take()) else { return };
        let [then, now] = runs;
        then.hand(input.clone(), about);
        now.hand(input, about);
    }

    fn end_batch(&mut self, _: &Replay) {
        self.runs.iter_mut().flatten().for_each(Run::end_batch);
    }

    fn end(&mut self, _: &Replay) {
        if let Some(runs) = self.runs.take() {
            self.note(runs);
        }
    }
}

impl Outcome {
    fn add(&mut self, other: Self) {
        let Self { said, sent, dropped, bytes, held, given_up } = other;
        self.said += said;
        self.sent += sent;
        self.dropped += dropped;
        self.bytes += bytes;
        self.held.add(held);
        self.given_up += given_up;
    }
}

impl Affected {
    fn new(then: &Told, now: &Told) -> Self {
        let name = then.name.as_ref().or(now.name.as_ref());
        Self {
            name: name.map_or_else(|| then.recorded.to_string(), ToString::to_string),
            dropped: [then.dropped, now.dropped],
            held: [then.held, now.held],
            bytes: [then.bytes, now.bytes],
        }
    }

    fn is_any(&self) -> bool {
        self.dropped[0] != self.dropped[1] || self.held[0] != self.held[1] || self.bytes[0] != self.bytes[1]
    }

    /// Returns by what the most affected come first: lines they did not get, lines nobody heard of them, the longest
    /// time they were held back, bytes.
    fn weight(&self) -> (u64, u64, Duration, u64) {
        let [then, now] = self.held;
        let longest = then.longest.abs_diff(now.longest);
        let [dropped, lost, bytes] =
            [self.dropped, [then.lost, now.lost], self.bytes].map(|[then, now]| then.abs_diff(now));
        (dropped, lost, longest, bytes)
    }
}
