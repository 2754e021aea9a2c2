//! The file to which everything shown is appended, as plain text.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// An open transcript. Each line is in the file as soon as it was written.
#[derive(Debug)]
pub(super) struct Transcript {
    path: PathBuf,
    file: File,
}

impl Transcript {
    /// Opens the file at `path` to append to it; it need not exist.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::options().append(true).create(true).open(path);
        let file = file.with_context(|| format!("can't write --transcript {}", path.display()))?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Appends a line.
    ///
    /// # Errors
    ///
    /// The file can't be written any more.
    pub(super) fn write_line(&mut self, line: &str) -> Result<()> {
        let written = self.file.write_all(format!("{line}\n").as_bytes());
        written.with_context(|| format!("can't write --transcript {}", self.path.display()))
    }
}
