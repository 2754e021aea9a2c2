//! Owns how a whole recording is run again: one segment after the other, up to its end or to a moment.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use chinwag_core::log::SnapshotError;
use chinwag_core::ops::Input;
use chinwag_core::{ConnectionId, Time};
use chinwag_log::Entry;

use crate::replay::{Difference, Replay, Sent};
use crate::segment::{ReadError, Segment, segments};

/// Watches a run. By default it does not look.
pub trait Watch {
    /// The writers are to run, too, so that [`hear`](Self::hear) is told what everybody is sent.
    const HEARS: bool = false;

    /// A run starts where a segment begins: the first, or one before which something is missing. The hub is not empty
    /// if people were here then.
    fn start(&mut self, replay: &Replay) {
        let _ = replay;
    }

    /// Something is handed to the hub next.
    fn before(&mut self, replay: &Replay, input: &Input) {
        let _ = (replay, input);
    }

    /// It was handed to it. It was about this connection, if it was about one; it is told once for each.
    fn after(&mut self, replay: &Replay, about: Option<ConnectionId>) {
        let _ = (replay, about);
    }

    /// A batch ends here.
    fn end_batch(&mut self, replay: &Replay) {
        let _ = replay;
    }

    /// The run ends here: of the recording, or at a place where something is missing.
    fn end(&mut self, replay: &Replay) {
        let _ = replay;
    }

    /// A connection is sent something.
    fn hear(&mut self, sent: Sent<'_>) {
        let _ = sent;
    }
}

/// Watches nothing.
impl Watch for () {}

/// Tells up to when a recording is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// All of it.
    End,
    /// So long after the server's start, in each run that is in it.
    After(Time),
    /// This time of day, in milliseconds since 1970.
    UnixMs(u64),
}

/// Holds what a run came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Played {
    /// How many segments there were.
    pub segments: usize,
    /// How often something was missing between two of them, as between two runs of a server.
    pub gaps: usize,
    /// Bytes that were cut off at the ends of segments.
    pub cut_bytes: usize,
    /// Segments with something behind what can't be read, as no crash leaves it.
    pub damaged: usize,
    /// What the hub was handed.
    pub inputs: u64,
    /// Batches that were as they were then.
    pub batches: u64,
    /// Hashes that were.
    pub hashes: u64,
    /// The time of day at which it begins and ends, in milliseconds since 1970.
    pub unix_ms: Option<(u64, u64)>,
}

/// Says why a recording can't be run to its end.
#[derive(Debug)]
pub enum PlayError {
    /// The folder, or a file of it, can't be read.
    Io(PathBuf, io::Error),
    /// There is no segment.
    Empty(PathBuf),
    /// A segment is none that this release can read.
    Read(PathBuf, ReadError),
    /// A segment begins with what no hub can be.
    State(PathBuf, SnapshotError),
    /// Something else comes of it than came of it then.
    Differs(PathBuf, Difference),
}

/// Runs a recording. Returns what it came to, and the run as it is then.
///
/// # Errors
/// It can't be read, or something else comes of it now than then.
pub fn play(folder: &Path, until: Until, watch: &mut impl Watch) -> Result<(Played, Replay), PlayError> {
    let found = segments(folder).map_err(|error| PlayError::Io(folder.to_owned(), error))?;
    let mut played = Played::default();
    let mut running: Option<Replay> = None;
    for (_, path) in found {
        let segment = Segment::read(&path).map_err(|error| PlayError::Io(path.clone(), error))?;
        let (head, mut entries) = match segment.open() {
            Ok(open) => open,
            Err(ReadError::Torn) => {
                played.cut_bytes += segment.len();
                continue;
            }
            Err(error) => return Err(PlayError::Read(path, error)),
        };
        played.segments += 1;
        let mut replay = match running.take() {
            Some(replay) if replay.goes_on_with(&head) => replay,
            before => {
                if let Some(mut before) = before {
                    played.gaps += 1;
                    played.end(&mut before, watch);
                }
                let replay = Replay::start(head, watch_hears(watch), |sent| watch.hear(sent));
                let replay = replay.map_err(|error| PlayError::State(path.clone(), error))?;
                watch.start(&replay);
                replay
            }
        };
        for entry in entries.by_ref() {
            let entry = entry.map_err(|error| PlayError::Read(path.clone(), error))?;
            let is_batch = matches!(entry, Entry::Batch(_));
            let is_input = if let Entry::Input(input) = &entry {
                if until.is_before(&replay, input) {
                    played.end(&mut replay, watch);
                    return Ok((played, replay));
                }
                watch.before(&replay, input);
                true
            } else {
                false
            };
            let followed = replay.follow(entry, |sent| watch.hear(sent));
            followed.map_err(|difference| PlayError::Differs(path.clone(), difference))?;
            if is_input {
                let (first, others) = replay.about().split_first().unzip();
                watch.after(&replay, first.copied());
                others.into_iter().flatten().for_each(|&other| watch.after(&replay, Some(other)));
            }
            if is_batch {
                watch.end_batch(&replay);
            }
            played.note_beginning(&replay);
        }
        played.cut_bytes += entries.left();
        played.damaged += usize::from(entries.is_damaged());
        running = Some(replay);
    }
    let mut replay = running.ok_or_else(|| PlayError::Empty(folder.to_owned()))?;
    played.end(&mut replay, watch);
    Ok((played, replay))
}

const fn watch_hears<W: Watch>(_: &W) -> bool {
    W::HEARS
}

impl Until {
    /// Tells whether the moment comes before this input.
    pub(crate) fn is_before(self, replay: &Replay, input: &Input) -> bool {
        match self {
            Self::End => false,
            Self::After(time) => input.at > time,
            Self::UnixMs(unix_ms) => replay.hub().unix_ms(input.at) > unix_ms,
        }
    }
}

impl Played {
    /// Ends a run, and adds what it came to.
    pub(crate) fn end(&mut self, replay: &mut Replay, watch: &mut impl Watch) {
        replay.end(|sent| watch.hear(sent));
        watch.end(replay);
        self.inputs += replay.inputs();
        self.batches += replay.batches();
        self.hashes += replay.hashes();
        if let Some((_, last)) = &mut self.unix_ms {
            *last = replay.hub().unix_ms(replay.at());
        }
    }

    /// Adds what another came to, which comes behind it.
    pub(crate) fn add(&mut self, next: Self) {
        let Self { segments, gaps, cut_bytes, damaged, inputs, batches, hashes, unix_ms } = next;
        self.segments += segments;
        self.gaps += gaps;
        self.cut_bytes += cut_bytes;
        self.damaged += damaged;
        self.inputs += inputs;
        self.batches += batches;
        self.hashes += hashes;
        let first = self.unix_ms.or(unix_ms);
        self.unix_ms = first.map(|(first, last)| (first, unix_ms.map_or(last, |(_, last)| last)));
    }

    /// Keeps the time of day at which the first entry stands.
    pub(crate) fn note_beginning(&mut self, replay: &Replay) {
        self.unix_ms.get_or_insert_with(|| {
            let now = replay.hub().unix_ms(replay.at());
            (now, now)
        });
    }
}

impl fmt::Display for PlayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Empty(folder) => write!(f, "{}: there is no recording", folder.display()),
            Self::Read(path, error) => write!(f, "{}: {error}", path.display()),
            Self::State(path, error) => write!(f, "{}: {error}", path.display()),
            Self::Differs(path, difference) => write!(f, "{}: {difference}", path.display()),
        }
    }
}

impl Error for PlayError {}
