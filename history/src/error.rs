//! Owns why a history can't be opened, or not read.

use std::error::Error as StdError;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Says why a history can't be used.
#[derive(Debug)]
pub enum Error {
    /// Another program has it.
    InUse(PathBuf),
    /// A later release has written this file.
    Newer {
        /// The file.
        path: PathBuf,
        /// The format that it has.
        format: i64,
        /// The last that this release reads.
        known: i64,
    },
    /// The file is something else.
    Foreign(PathBuf),
    /// This release of SQLite can damage a database.
    Library(&'static str),
    /// A file can't be read, written or made.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no history in this folder.
    Missing(PathBuf),
    /// This line, counted from 1, is none of an export.
    Line(u64),
    /// What is to be imported can't be read.
    Input(io::Error),
    /// Nothing more can be written of what is exported.
    Output(io::Error),
    /// No thread can be started.
    Thread(io::Error),
    /// SQLite says no.
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
    },
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |error| Self::File { path, error }
    }

    pub(crate) fn database(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.to_owned();
        |error| Self::Database { path, error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(dir) => {
                write!(f, "{}: a server has its history there: stop it first, or take another folder", dir.display())
            }
            Self::Newer { path, format, known } => write!(
                f,
                "{} has format {format}, and this release reads up to format {known}: a newer release is needed",
                path.display()
            ),
            Self::Foreign(path) => write!(f, "{} is no history of chinwag", path.display()),
            Self::Library(version) => write!(f, "SQLite {version} can damage a database: 3.51.3 or newer is needed"),
            Self::Missing(dir) => write!(f, "{} has no history", dir.display()),
            Self::Line(number) => {
                write!(f, "line {number} says no message and no room: it takes room, seq, time_ms, name and text")
            }
            Self::Input(error) => write!(f, "what is to be imported can't be read: {error}"),
            Self::Output(error) => write!(f, "what is exported can't be written: {error}"),
            Self::Thread(error) => write!(f, "no thread can be started: {error}"),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Database { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl StdError for Error {}

/// Says that a history can't be read at the moment: the disk does not give it, or does not take what has to go before.
/// Nothing is lost by that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the history can't be read at the moment")
    }
}

impl StdError for Unreadable {}
