//! Owns how files of a history are made: for their user alone, who is the folder's.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// The database.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join("chinwag.db")
}

/// Takes the history of a folder for this program, until what is returned is dropped. It makes the folder if there is
/// none.
///
/// # Errors
/// Returns that another program has it, or why the folder can't be used.
pub(crate) fn lock(dir: &Path) -> Result<File, Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Error::file(dir))?;
    let path = dir.join("chinwag.lock");
    let file = open(&path, OpenOptions::new().read(true).write(true).create(true)).map_err(Error::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(Error::File { path, error }),
    }
}

/// Opens a file. If that makes it, it is readable for its user alone.
pub(crate) fn open(path: &Path, how: &mut OpenOptions) -> io::Result<File> {
    let file = how.mode(0o600).open(path)?;
    give_to_owner_of_folder(&file, path);
    Ok(file)
}

/// Root may look at the history of a server that is another user's. That server must be able to go on.
fn give_to_owner_of_folder(file: &File, path: &Path) {
    let (Some(folder), Ok(own)) = (path.parent().and_then(|dir| fs::metadata(dir).ok()), file.metadata()) else {
        return;
    };
    if own.uid() != folder.uid() {
        // Nobody but root may, and nobody else needs it.
        let _ = fchown(file, Some(folder.uid()), Some(folder.gid()));
    }
}
