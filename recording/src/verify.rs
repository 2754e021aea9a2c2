//! Owns how a whole recording is held against what was seen then: each segment by itself, as many at once as there are
//! processors.
//!
//! Each begins with what the hub was then. So one goes on where the one before it has ended, if that has ended with the
//! hash of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chinwag_core::Config;
use chinwag_log::{Entry, StateHash};

use crate::play::{PlayError, Played};
use crate::replay::Replay;
use crate::segment::{ReadError, Segment, segments};

/// Runs all of a recording, as [`play`](crate::play()) does, with all processors. Returns what it came to, and the run
/// of the last segment as it is then.
///
/// # Errors
/// It can't be read, or something else comes of it now than then. What is told is the first of it.
pub fn verify(folder: &Path) -> Result<(Played, Replay), PlayError> {
    let found = segments(folder).map_err(|error| PlayError::Io(folder.to_owned(), error))?;
    let threads = thread::available_parallelism().map_or(1, usize::from).min(found.len());
    let next = AtomicUsize::new(0);
    let runs: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| run_some(&found, &next))).collect();
        running.into_iter().map(|thread| thread.join().expect("a panic of it is one of the hub's")).collect()
    });
    let (runs, replays): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
    let mut runs: Vec<_> = runs.into_iter().flatten().collect();
    runs.sort_unstable_by_key(|&(number, _)| number);
    let (mut played, mut last) = (Played::default(), None);
    for (_, run) in runs {
        let (of_one, ends) = run?;
        let is_gap = ends.as_ref().zip(last.as_ref()).is_some_and(|(ends, last)| !ends.goes_on_from(last));
        played.gaps += usize::from(is_gap);
        played.add(of_one);
        last = ends.or(last);
    }
    let last = replays.into_iter().flatten().max_by_key(|&(number, _)| number);
    last.map(|(_, replay)| (played, replay)).ok_or_else(|| PlayError::Empty(folder.to_owned()))
}

/// What one segment came to, with its number, or why it can't be run to its end.
type Run = (usize, Result<(Played, Option<Ends>), PlayError>);

/// Runs segments that nobody else runs, until there are no more or one fails. Returns what each came to, and the last
/// of these runs.
fn run_some(found: &[(u64, PathBuf)], next: &AtomicUsize) -> (Vec<Run>, Option<(usize, Replay)>) {
    let (mut runs, mut last) = (Vec::new(), None);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some((_, path)) = found.get(number) else { return (runs, last) };
        let run = run_alone(path).map(|(played, ends, replay)| {
            if let Some(replay) = replay {
                last = Some((number, replay));
            }
            (played, ends)
        });
        if run.is_err() {
            // Those before it are being run, and those behind it say nothing new.
            next.store(found.len(), Ordering::Relaxed);
        }
        runs.push((number, run));
    }
}

/// Holds what a segment begins and ends with.
struct Ends {
    config: Config,
    begins: StateHash,
    /// The hash that it has ended with, if one is behind all else.
    ends: Option<StateHash>,
}

impl Ends {
    fn goes_on_from(&self, before: &Self) -> bool {
        before.ends == Some(self.begins) && before.config == self.config
    }
}

/// Runs one segment. If it was cut before it had begun, there is nothing to run.
fn run_alone(path: &Path) -> Result<(Played, Option<Ends>, Option<Replay>), PlayError> {
    let read = |error| PlayError::Read(path.to_owned(), error);
    let segment = Segment::read(path).map_err(|error| PlayError::Io(path.to_owned(), error))?;
    let (head, mut entries) = match segment.open() {
        Ok(open) => open,
        Err(ReadError::Torn) => return Ok((Played { cut_bytes: segment.len(), ..Played::default() }, None, None)),
        Err(error) => return Err(read(error)),
    };
    let (config, begins, mut ends) = (head.config.clone(), StateHash::of_hub(&head.state), None);
    let mut replay = Replay::start(head, false, |_| ()).map_err(|error| PlayError::State(path.to_owned(), error))?;
    let mut played = Played { segments: 1, ..Played::default() };
    for entry in entries.by_ref() {
        let entry = entry.map_err(read)?;
        ends = if let Entry::Hash(hash) = entry { Some(hash) } else { None };
        replay.follow(entry, |_| ()).map_err(|difference| PlayError::Differs(path.to_owned(), difference))?;
        played.note_beginning(&replay);
    }
    played.cut_bytes = entries.left();
    played.damaged = usize::from(entries.is_damaged());
    played.end(&mut replay, &mut ());
    Ok((played, Some(Ends { config, begins, ends }), Some(replay)))
}

#[cfg(test)]
mod tests;
