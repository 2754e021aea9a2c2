//! Owns what can go wrong with a folder of members.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Tells why something could not be done with what is known of members.
#[derive(Debug)]
pub enum Error {
    /// The system has refused something.
    File {
        /// About which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// SQLite has refused something.
    Database {
        /// In which file.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
    },
    /// The file is of another program.
    Foreign(PathBuf),
    /// A newer release has written it.
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: i64,
        /// The last that this release knows.
        known: i64,
    },
    /// There is no memory to hash a password.
    NotHashed,
    /// There is none in this folder.
    Absent(PathBuf),
}

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |error| Self::File { path: path.to_owned(), error }
    }

    pub(crate) fn database(path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        |error| Self::Database { path: path.to_owned(), error }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Database { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Foreign(path) => write!(f, "{} is of another program", path.display()),
            Self::Newer { path, format, known } => {
                write!(f, "{} has format {format}, and this release knows {known}: take a newer one", path.display())
            }
            Self::NotHashed => f.write_str("there is no memory to hash a password"),
            Self::Absent(path) => {
                write!(f, "there is no folder {}: it is the one that the server has as --data", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(error),
            Self::Database { error, .. } => Some(error),
            Self::Foreign(_) | Self::Newer { .. } | Self::NotHashed | Self::Absent(_) => None,
        }
    }
}
