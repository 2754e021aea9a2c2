//! Owns the files of a recording: what they are called, how each begins, and how one is read.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chinwag_core::ops::HubState;
use chinwag_core::{Config, Limits, Rules};
use chinwag_log::{DecodeError, Entry, Frames, push_frame};

/// What the name of a segment ends with; before it stands its number, with zeros, so that names sort as numbers do.
const EXTENSION: &str = "recording";

/// Returns where the segment with this number is.
pub(crate) fn path_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:010}.{EXTENSION}"))
}

/// Returns the segments of a folder, in their order, with their numbers. Other files are passed over.
///
/// # Errors
/// If the folder can't be read.
pub fn segments(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_one = path.extension().is_some_and(|extension| extension == EXTENSION);
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        segments.extend(number.filter(|_| is_one).map(|number| (number, path)));
    }
    segments.sort_unstable();
    Ok(segments)
}

/// Holds how a segment begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// What it was decided by. Of the limits those are as they were that decide what people are sent.
    pub config: Config,
    /// What the hub was.
    pub state: HubState,
}

impl Head {
    /// Reads the entries that it is.
    pub(crate) fn read(entries: &mut impl Iterator<Item = Result<Entry, ReadError>>) -> Result<Self, ReadError> {
        let rules: Rules = match entries.next().transpose()? {
            Some(Entry::Rules(rules)) => rules,
            other => return Err(ReadError::no_head(other.as_ref())),
        };
        let limits: Limits = match entries.next().transpose()? {
            Some(Entry::Limits(limits)) => *limits,
            other => return Err(ReadError::no_head(other.as_ref())),
        };
        match entries.next().transpose()? {
            Some(Entry::Hub(state)) => Ok(Self { config: Config { rules, limits }, state: *state }),
            other => Err(ReadError::no_head(other.as_ref())),
        }
    }

    /// Appends it as frames.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let Self { config: Config { rules, limits }, state } = self;
        let entries =
            [Entry::Rules(rules.clone()), Entry::Limits(Box::new(limits.clone())), Entry::Hub(Box::new(state.clone()))];
        let mut bytes = Vec::new();
        for entry in entries {
            bytes.clear();
            entry.encode(&mut bytes);
            push_frame(&bytes, out);
        }
    }
}

/// Holds the bytes of one segment.
#[derive(Debug)]
pub struct Segment {
    bytes: Vec<u8>,
}

impl Segment {
    /// Reads a file.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::new(fs::read(path)?))
    }

    /// Takes the bytes of a file.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    /// Returns how many bytes it has.
    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads how it begins, and lends what comes behind that.
    ///
    /// # Errors
    /// It has no whole beginning, as one that a crash has cut right there, or one that this release can't read.
    pub fn open(&self) -> Result<(Head, Entries<'_>), ReadError> {
        let mut entries = Entries { frames: Frames::new(&self.bytes) };
        Ok((Head::read(&mut entries)?, entries))
    }
}

/// Reads entries, up to the last whole one.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    frames: Frames<'a>,
}

impl Entries<'_> {
    /// Returns how many bytes were not read: once there is no next entry, those that were cut off.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.frames.left()
    }

    /// Tells whether there is more behind what can't be read: once there is no next entry.
    pub(crate) fn is_damaged(&self) -> bool {
        self.frames.is_damaged()
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(Entry::decode(self.frames.next()?).map_err(ReadError::Entry))
    }
}

/// Says why a segment can't be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// It is cut before it has begun: nothing is in it.
    Torn,
    /// It begins with something else than a segment does.
    NoHead,
    /// An entry can't be read.
    Entry(DecodeError),
}

impl ReadError {
    const fn no_head(found: Option<&Entry>) -> Self {
        if found.is_some() { Self::NoHead } else { Self::Torn }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torn => f.write_str("it is cut off before anything is in it"),
            Self::NoHead => f.write_str("it does not begin as a recording does"),
            Self::Entry(error) => error.fmt(f),
        }
    }
}

impl Error for ReadError {}
