//! Owns a recording that a simulated server makes of itself: in segments, as a real one does, but in memory.

use chinwag_core::ops::{Handed, HubState, Input, Tally};
use chinwag_core::{Answer, Config, Hub};
use chinwag_log::{Entry, StateHash, push_frame};
use chinwag_recording::{Replay, Segment};

/// How many batches a segment has at the most.
const BATCHES: usize = 37;

/// How many batches there are from one hash to the next.
const HASHED: usize = 5;

/// Keeps what a hub is handed.
#[derive(Clone, Debug)]
pub struct Tape {
    config: Config,
    segments: Vec<Vec<u8>>,
    batches: usize,
}

/// Counts what was in a tape that was run again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Again {
    /// What the hub was handed.
    pub inputs: usize,
    /// What of it a store has answered.
    pub answers: usize,
    /// Segments that begin while a store is asked what it knows of a room.
    pub asking: usize,
}

impl Tape {
    /// Begins with what a hub is.
    pub(crate) fn new(config: &Config, state: HubState) -> Self {
        let mut tape = Self { config: config.clone(), segments: Vec::new(), batches: 0 };
        tape.begin(state);
        tape
    }

    fn begin(&mut self, state: HubState) {
        self.segments.push(Vec::new());
        let Config { rules, limits } = self.config.clone();
        for entry in [Entry::Rules(rules), Entry::Limits(Box::new(limits)), Entry::Hub(Box::new(state))] {
            self.push(&entry);
        }
    }

    fn push(&mut self, entry: &Entry) {
        let mut bytes = Vec::new();
        entry.encode(&mut bytes);
        let segment = self.segments.last_mut().expect("there is one from the beginning");
        push_frame(&bytes, segment);
    }

    /// Takes what the hub is handed next.
    pub(crate) fn hand(&mut self, input: &Input) {
        self.push(&Entry::Input(input.clone()));
    }

    /// Takes that a batch has ended.
    pub(crate) fn end_batch<S>(&mut self, tally: Tally, hub: &Hub<S>) {
        self.push(&Entry::Batch(tally));
        self.batches += 1;
        let state = hub.state();
        let (is_full, is_asking) = (self.batches.is_multiple_of(BATCHES), is_asking(&state));
        if is_full || is_asking || self.batches.is_multiple_of(HASHED) {
            self.push(&Entry::Hash(StateHash::of_hub(&state)));
        }
        // What is worth most is to begin while something is awaited, which is seldom.
        if (is_full || is_asking) && !hub.is_stopped() {
            self.begin(state);
        }
    }

    /// Runs it again, all of it and each segment by itself.
    ///
    /// # Errors
    /// It can't be read, or something else comes of it.
    pub fn run_again(self) -> Result<Again, String> {
        let mut again = Again::default();
        let mut whole: Option<Replay> = None;
        for (number, bytes) in self.segments.into_iter().enumerate() {
            let segment = Segment::new(bytes);
            let (head, entries) = segment.open().map_err(|error| format!("segment {number}: {error}"))?;
            if whole.as_ref().is_some_and(|whole| !whole.goes_on_with(&head)) {
                return Err(format!("segment {number} does not go on where the one before it ended"));
            }
            again.asking += usize::from(is_asking(&head.state));
            let mut alone = Replay::start(head, false, |_| ()).map_err(|error| error.to_string())?;
            for entry in entries {
                let entry = entry.map_err(|error| format!("segment {number}: {error}"))?;
                again.inputs += usize::from(matches!(&entry, Entry::Input(_)));
                again.answers += usize::from(is_of_a_store(&entry));
                if let Some(whole) = &mut whole {
                    whole.follow(entry.clone(), |_| ()).map_err(|error| error.to_string())?;
                }
                alone.follow(entry, |_| ()).map_err(|error| format!("segment {number} by itself: {error}"))?;
            }
            whole.get_or_insert(alone);
        }
        Ok(again)
    }
}

/// Tells whether a store is asked what it knows of a room.
fn is_asking(state: &HubState) -> bool {
    state.memory.as_ref().is_some_and(|memory| !memory.asked.is_empty())
}

fn is_of_a_store(entry: &Entry) -> bool {
    let Entry::Input(Input { handed: Handed::Answered(answer), .. }) = entry else { return false };
    !matches!(**answer, Answer::Verified { .. })
}
