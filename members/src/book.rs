//! Owns the database of members: how it is opened, and how one of an earlier release becomes one of this.

mod accounts;
mod bans;
mod invited;
mod invites;
mod passes;
mod rooms;

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chinwag_core::Name;
use chinwag_core::admission::{Account, Role};
use rusqlite::{Connection, Row, TransactionBehavior};

pub use self::accounts::Entry;
pub(crate) use self::accounts::{hashed, is_hash_of};
pub use self::bans::BANS_MAX;
pub use self::invites::Invite;
use crate::error::Error;

/// What says in the file that it has members of chinwag: "chwm".
const APPLICATION: i64 = 0x6368_776d;

/// What leads from each format to the next; the first begins with an empty file.
const STEPS: [&str; 6] = [
    include_str!("format-1.sql"),
    include_str!("format-2.sql"),
    include_str!("format-3.sql"),
    include_str!("format-4.sql"),
    include_str!("format-5.sql"),
    include_str!("format-6.sql"),
];

/// The format that this release writes, and the last that it reads.
const FORMAT: i64 = STEPS.len() as i64;

/// For how long another program may have the database: each does so for milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Holds the members of a server. Several programs may have it at once.
#[derive(Debug)]
pub struct Book {
    connection: Connection,
    path: PathBuf,
}

impl Book {
    /// Opens that of a folder, which has to be there; it is made if there is none.
    ///
    /// # Errors
    /// The folder is not there, or can't be written to, or has what a newer release has written.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        if !dir.is_dir() {
            return Err(Error::Absent(dir.to_owned()));
        }
        let path = dir.join("members.db");
        make(&path).map_err(Error::file(&path))?;
        let opened = Connection::open(&path).and_then(|connection| {
            connection.busy_timeout(PATIENCE)?;
            Ok(connection)
        });
        let mut connection = opened.map_err(Error::database(&path))?;
        check(&connection, &path)?;
        migrate(&mut connection).map_err(Error::database(&path))?;
        Ok(Self { connection, path })
    }

    /// Tells what differs once another program has changed something.
    pub(crate) fn version(&self) -> Result<i64, Error> {
        self.read(|connection| connection.pragma_query_value(None, "data_version", |row| row.get(0)))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        read(&self.connection).map_err(Error::database(&self.path))
    }

    /// Changes something, all of it or nothing.
    fn write<T>(&mut self, write: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let Self { connection, path } = self;
        let written = connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
            let written = write(&transaction)?;
            transaction.commit()?;
            Ok(written)
        });
        written.map_err(Error::database(path))
    }
}

/// Returns the time of day in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Makes the file, readable for its user alone, who is the folder's: root may look after a server of another user.
fn make(path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let folder = path.parent().map(fs::metadata).transpose()?;
    if let Some(folder) = folder.filter(|folder| file.metadata().is_ok_and(|own| own.uid() != folder.uid())) {
        // Nobody but root may, and nobody else needs it.
        let _ = fchown(&file, Some(folder.uid()), Some(folder.gid()));
    }
    Ok(())
}

/// Names are the same in any case.
fn key(name: &Name) -> String {
    name.as_str().to_ascii_lowercase()
}

/// Returns the account of a row that begins with its name, and whether it is an operator's; nothing if there is none.
fn account_of(row: &Row<'_>) -> rusqlite::Result<Option<Account>> {
    let (name, is_operator): (Option<String>, Option<bool>) = (row.get(0)?, row.get(1)?);
    let role = if is_operator == Some(true) { Role::Operator } else { Role::Member };
    Ok(name.as_deref().and_then(Name::parse).map(|name| Account { name, role }))
}

fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    let read = number("application_id").and_then(|application| Ok((application, number("user_version")?)));
    match read {
        Ok((APPLICATION, 1..=FORMAT) | (0, 0)) => Ok(()),
        Ok((APPLICATION, format)) => Err(Error::Newer { path: path.to_owned(), format, known: FORMAT }),
        Ok((_, _)) => Err(Error::Foreign(path.to_owned())),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(Error::Foreign(path.to_owned()))
        }
        Err(error) => Err(Error::Database { path: path.to_owned(), error }),
    }
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (step, next) in STEPS.iter().zip(1..).skip(usize::try_from(format).unwrap_or(0)) {
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", next)?;
    }
    transaction.commit()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder that is gone with the test.
    pub(crate) struct Folder(pub(crate) PathBuf);

    impl Folder {
        pub(crate) fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("chinwag-members-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("there is room");
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn it_is_made_once_for_its_user_alone_and_what_is_newer_or_foreign_is_refused() {
        let folder = Folder::new("formats");
        drop(Book::open(&folder.0).expect("it is made"));
        let book = Book::open(&folder.0).expect("it is there");
        let path = folder.0.join("members.db");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        book.connection.pragma_update(None, "user_version", FORMAT + 1).expect("it is a number");
        drop(book);
        let newer = Book::open(&folder.0).expect_err("it is newer");
        assert!(matches!(newer, Error::Newer { format, .. } if format == FORMAT + 1), "{newer}");
        fs::write(&path, "not a database, but a text that is long enough to be looked at".repeat(100)).expect("room");
        for end in ["-wal", "-shm"] {
            let _ = fs::remove_file(folder.0.join(format!("members.db{end}")));
        }
        assert!(matches!(Book::open(&folder.0).expect_err("it is none"), Error::Foreign(_)));
        assert!(matches!(Book::open(&folder.0.join("not")).expect_err("it is not there"), Error::Absent(_)));
    }

    #[test]
    fn a_change_by_another_program_is_seen() {
        let folder = Folder::new("version");
        let (mut one, other) = (Book::open(&folder.0).expect("made"), Book::open(&folder.0).expect("there"));
        let before = other.version().expect("it is read");
        one.invite(7, 1).expect("it is written");
        assert_ne!(other.version().expect("it is read"), before);
        assert_eq!(one.version().expect("it is read"), one.version().expect("it is read"), "not by one's own");
    }
}
