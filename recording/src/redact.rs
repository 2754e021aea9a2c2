//! Owns how a recording is made one that can be given away: with other letters in all texts and names, as long as they
//! were. It is run again, so that what it says of states is true of it.
//!
//! Invariant: it runs as the original does, batch by batch, or there is none.

mod disguise;
mod irc;
mod moderation;
mod request;
mod state;

use std::error::Error;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chinwag_core::log::SnapshotError;
use chinwag_core::ops::{Handed, Input};
use chinwag_core::{Action, ConnectionId, Hub, Message, Name};
use chinwag_log::{Entry, StateHash, push_frame};

use self::disguise::Disguise;
use crate::play::{PlayError, Until, Watch, play};
use crate::replay::{Replay, pass_over};
use crate::segment::{Head, ReadError, Segment, path_of, segments};

/// Says why there is no redacted recording.
#[derive(Debug)]
pub enum RedactError {
    /// The original can't be run.
    Play(PlayError),
    /// The redacted one can't be written.
    Io(PathBuf, io::Error),
    /// It would run otherwise than the original from here on.
    Differs(PathBuf, u64),
    /// What a hub was does not become what a hub can be.
    State(PathBuf, SnapshotError),
}

impl fmt::Display for RedactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Play(error) => error.fmt(f),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Differs(path, input) => {
                write!(f, "{}: with other letters it goes otherwise from input {input} on", path.display())
            }
            Self::State(path, error) => write!(f, "{}: with other letters, {error}", path.display()),
        }
    }
}

impl Error for RedactError {}

/// Writes a recording into another folder, up to a moment, with other letters. The names that the server has given stay
/// as they are, since it gives them again.
///
/// # Errors
/// The original can't be run, the other can't be written, or it would not run as the original does. What is written
/// until then stays.
pub fn redact(folder: &Path, until: Until, to: &Path) -> Result<(), RedactError> {
    let mut given = Given::default();
    play(folder, until, &mut given).map_err(RedactError::Play)?;
    let mut disguise = Disguise::new(given.names);
    fs::create_dir_all(to).map_err(|error| RedactError::Io(to.to_owned(), error))?;
    let found = segments(folder).map_err(|error| RedactError::Play(PlayError::Io(folder.to_owned(), error)))?;
    let mut twins: Option<(Replay, Hub<ConnectionId>)> = None;
    for (number, path) in found {
        let read = |error| RedactError::Play(PlayError::Io(path.clone(), error));
        let segment = Segment::read(&path).map_err(read)?;
        let (head, entries) = match segment.open() {
            Ok(open) => open,
            Err(ReadError::Torn) => continue,
            Err(error) => return Err(RedactError::Play(PlayError::Read(path, error))),
        };
        let mut config = head.config.clone();
        config.limits = disguise.limits(&config.limits);
        let (mut original, mut hub) = match twins.take() {
            Some((original, hub)) if original.goes_on_with(&head) => (original, hub),
            _ => {
                let state = disguise.state(head.state.clone());
                let hub = Hub::restore(config.clone(), state, |id| id);
                let (hub, _) = hub.map_err(|error| RedactError::State(path.clone(), error))?;
                let original = Replay::start(head, false, |_| ());
                (original.map_err(|error| RedactError::Play(PlayError::State(path.clone(), error)))?, hub)
            }
        };
        let mut out = Vec::new();
        Head { config, state: hub.state() }.encode(&mut out);
        let mut is_over = false;
        for entry in entries {
            let entry = entry.map_err(|error| RedactError::Play(PlayError::Read(path.clone(), error)))?;
            let redacted = match &entry {
                Entry::Input(input) if until.is_before(&original, input) => {
                    is_over = true;
                    break;
                }
                Entry::Input(input) => {
                    let input = disguise.input(input);
                    hub.handle(input.clone(), |id| id);
                    pass_over(&mut hub);
                    Entry::Input(input)
                }
                Entry::Batch(tally) => {
                    if hub.take_batch().unwrap_or_default().tally() != *tally {
                        return Err(RedactError::Differs(path, original.inputs()));
                    }
                    Entry::Batch(*tally)
                }
                Entry::Hash(_) => Entry::Hash(StateHash::of_hub(&hub.state())),
                Entry::Rules(_)
                | Entry::Snapshot(_)
                | Entry::Record(_)
                | Entry::Limits(_)
                | Entry::Hub(_)
                | Entry::Shared(_)
                | Entry::Start(_) => continue,
            };
            let followed = original.follow(entry, |_| ());
            followed.map_err(|difference| RedactError::Play(PlayError::Differs(path.clone(), difference)))?;
            let mut bytes = Vec::new();
            redacted.encode(&mut bytes);
            push_frame(&bytes, &mut out);
        }
        write(&path_of(to, number), &out)?;
        if is_over {
            break;
        }
        twins = Some((original, hub));
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), RedactError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| RedactError::Io(path.to_owned(), error))
}

/// Finds the names that the server gives.
#[derive(Default)]
struct Given {
    names: Vec<Name>,
    opens: bool,
}

impl Watch for Given {
    fn before(&mut self, _: &Replay, input: &Input) {
        self.opens = matches!(input.handed, Handed::Opened(_));
    }

    fn after(&mut self, replay: &Replay, about: Option<ConnectionId>) {
        if self.opens {
            self.names.extend(about.and_then(|connection| given_name(replay.hub().actions(), connection)));
        }
    }
}

/// Returns the name that somebody is told first who is let in. Whoever asks for something at once may have another by
/// then, which is their own.
fn given_name<'a>(actions: impl Iterator<Item = &'a Action>, of: ConnectionId) -> Option<Name> {
    let mut greeting =
        actions.skip_while(|action| !matches!(action, Action::Open { connection, .. } if *connection == of));
    greeting.find_map(|action| {
        let Action::Reply { connection, message: Message::YouAre { name } } = action else { return None };
        (*connection == of).then(|| name.clone())
    })
}

#[cfg(test)]
mod tests;
