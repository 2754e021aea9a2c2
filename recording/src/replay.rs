//! Owns how a recording is run again: the same hub is handed the same, and what comes of it is held against what was
//! seen of it then.

use std::error::Error;
use std::fmt;

use chinwag_core::log::SnapshotError;
use chinwag_core::ops::{Handed, HubState, Input, Tally};
use chinwag_core::{Answer, Batch, Config, ConnectionId, Fanout, Hub, Output, Share, Time, Written};
use chinwag_log::{Entry, StateHash};

use crate::segment::Head;

/// Runs a recording, from the beginning of one of its segments.
#[derive(Debug)]
pub struct Replay {
    hub: Hub<ConnectionId>,
    config: Config,
    /// Writes to those who are listened to, if anybody is.
    fanout: Option<Fanout<ConnectionId>>,
    at: Time,
    /// Which connections the last input was about.
    about: Vec<ConnectionId>,
    /// What was handed to it, and how many hashes and batches agreed.
    inputs: u64,
    batches: u64,
    hashes: u64,
    /// The last entry was a hash, as the last of a segment is that was ended in order.
    has_ended: bool,
}

/// Holds bytes that a connection is sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Which connection.
    pub connection: ConnectionId,
    /// When.
    pub at: Time,
    /// What.
    pub bytes: &'a [u8],
}

impl Replay {
    /// Starts where a segment begins, and only decides. With `is_heard`, it also writes what everybody is sent: as if
    /// they took all at once.
    ///
    /// # Errors
    /// The segment begins with what no hub can be.
    pub fn start(head: Head, is_heard: bool, hear: impl FnMut(Sent<'_>)) -> Result<Self, SnapshotError> {
        let Head { config, state } = head;
        let at = state.chat.at;
        let (hub, batch) = Hub::restore(config.clone(), state, |connection| connection)?;
        let fanout = is_heard.then(|| Fanout::new(&config, Share::ALL));
        let mut replay =
            Self { hub, config, fanout, at, about: Vec::new(), inputs: 0, batches: 0, hashes: 0, has_ended: false };
        replay.publish(&batch, hear);
        Ok(replay)
    }

    /// Goes on with the next segment. Tells whether it goes on where this one has ended: else it is [started
    /// from](Self::start) anew, since something is missing between.
    #[must_use]
    pub fn goes_on_with(&self, head: &Head) -> bool {
        self.has_ended && head.config == self.config && head.state == self.hub.state()
    }

    /// Does what comes next.
    ///
    /// # Errors
    /// Something else comes of it than was seen then, or it is no entry of a recording.
    pub fn follow(&mut self, entry: Entry, hear: impl FnMut(Sent<'_>)) -> Result<(), Difference> {
        self.has_ended = matches!(entry, Entry::Hash(_));
        match entry {
            Entry::Input(input) => {
                self.hand(input, hear);
                Ok(())
            }
            Entry::Batch(tally) => self.end_batch(tally, hear),
            Entry::Hash(hash) => self.compare(hash),
            Entry::Rules(_)
            | Entry::Snapshot(_)
            | Entry::Record(_)
            | Entry::Limits(_)
            | Entry::Hub(_)
            | Entry::Shared(_)
            | Entry::Start(_) => Err(self.difference(Differs::Entry)),
        }
    }

    /// Ends the batch that has begun, as at the end of a recording that was cut there.
    pub fn end(&mut self, hear: impl FnMut(Sent<'_>)) {
        if let Some(batch) = self.hub.take_batch() {
            self.publish(&batch, hear);
        }
    }

    /// Returns what the hub is, with no batch begun.
    #[must_use]
    pub fn state(&self) -> HubState {
        self.hub.state()
    }

    /// Returns the hub.
    #[must_use]
    pub const fn hub(&self) -> &Hub<ConnectionId> {
        &self.hub
    }

    /// Returns what it is decided by.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns what time it is in it.
    #[must_use]
    pub const fn at(&self) -> Time {
        self.at
    }

    /// Returns which connections the last input was about, in the order in which it did something for them: several, if
    /// they have waited for what a store knows of a room.
    #[must_use]
    pub fn about(&self) -> &[ConnectionId] {
        &self.about
    }

    /// Returns how many inputs it has been handed.
    #[must_use]
    pub const fn inputs(&self) -> u64 {
        self.inputs
    }

    /// Returns how many hashes it has compared.
    #[must_use]
    pub const fn hashes(&self) -> u64 {
        self.hashes
    }

    /// Returns how many batches it has compared.
    #[must_use]
    pub const fn batches(&self) -> u64 {
        self.batches
    }

    fn hand(&mut self, input: Input, hear: impl FnMut(Sent<'_>)) {
        self.at = self.at.max(input.at);
        self.let_due(hear);
        self.inputs += 1;
        self.about.clear();
        self.about.extend(input.connection());
        if let Handed::Answered(answer) = &input.handed
            && let Answer::Recalled(past) = &**answer
        {
            self.about = self.hub.awaiting(&past.room);
        }
        let about = &mut self.about;
        self.hub.handle(input, |connection| {
            about.push(connection);
            connection
        });
        pass_over(&mut self.hub);
    }

    fn end_batch(&mut self, tally: Tally, hear: impl FnMut(Sent<'_>)) -> Result<(), Difference> {
        let batch = self.hub.take_batch().unwrap_or_default();
        let here = batch.tally();
        if here != tally {
            return Err(self.difference(Differs::Batch { then: tally, now: here }));
        }
        self.batches += 1;
        self.publish(&batch, hear);
        Ok(())
    }

    fn compare(&mut self, hash: StateHash) -> Result<(), Difference> {
        let now = StateHash::of_hub(&self.hub.state());
        if now != hash {
            return Err(self.difference(Differs::State { then: hash, now }));
        }
        self.hashes += 1;
        Ok(())
    }

    fn difference(&self, what: Differs) -> Difference {
        Difference { at: self.at, input: self.inputs, what }
    }

    /// Has the writers do what is due by now.
    fn let_due(&mut self, mut hear: impl FnMut(Sent<'_>)) {
        let Some(fanout) = &mut self.fanout else { return };
        while let Some(due) = fanout.poll_timeout().filter(|&due| due <= self.at) {
            fanout.handle_timeout(due);
            write(fanout, due, &mut hear);
        }
    }

    fn publish(&mut self, batch: &Batch<ConnectionId>, mut hear: impl FnMut(Sent<'_>)) {
        let Some(fanout) = &mut self.fanout else { return };
        fanout.follow(self.at, batch);
        write(fanout, self.at, &mut hear);
    }
}

/// Passes over what a hub asks of the outside, and what it gives to a store: what was answered then is an input.
pub(crate) fn pass_over<S>(hub: &mut Hub<S>) {
    while hub.poll_effect().is_some() {}
    drop(hub.take_kept());
}

/// Writes all that there is to write.
fn write(fanout: &mut Fanout<ConnectionId>, at: Time, mut hear: impl FnMut(Sent<'_>)) {
    while let Some(output) = fanout.poll_output() {
        if let Output::Write { socket, bytes, .. } = output {
            hear(Sent { connection: *socket, at, bytes });
            let written = Written::Bytes(bytes.len());
            fanout.handle_written(at, written);
        }
    }
}

/// Says where a run differs from the one that was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// When.
    pub at: Time,
    /// After how many inputs.
    pub input: u64,
    what: Differs,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Differs {
    Batch { then: Tally, now: Tally },
    State { then: StateHash, now: StateHash },
    Entry,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.since_start().as_secs_f64();
        write!(f, "it differs after input {}, {at:.3} s after the server's start: ", self.input)?;
        match self.what {
            Differs::Batch { then, now } => write!(
                f,
                "a batch was {} actions of {} bytes, and is {} of {} now",
                then.actions, then.bytes, now.actions, now.bytes
            ),
            Differs::State { then, now } => write!(f, "the state's hash was {then}, and is {now} now"),
            Differs::Entry => f.write_str("an entry stands there that no recording has"),
        }
    }
}

impl Error for Difference {}
