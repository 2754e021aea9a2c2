//! Owns the tables, and how a database of an earlier release becomes one of this.

use std::fs::OpenOptions;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::Error;
use crate::files;

/// What says in the file that it is a history of chinwag: "chwg".
const APPLICATION: i64 = 0x6368_7767;

/// What leads from each format to the next; the first begins with an empty file.
const STEPS: [&str; 4] = [
    include_str!("format-1.sql"),
    include_str!("format-2.sql"),
    include_str!("format-3.sql"),
    include_str!("format-4.sql"),
];

/// The format that this release writes, and the last that it reads.
const FORMAT: i64 = STEPS.len() as i64;

/// The oldest SQLite, and the only later one, that can or can't be trusted with a write-ahead log: from 3.7.0 on two
/// connections could damage it, until 3.51.3. 3.52.0 was withdrawn, since it still could.
const LIBRARY_MIN: i32 = 3_051_003;
const LIBRARY_BAD: i32 = 3_052_000;

/// How much of the write-ahead log is left when all of it is in the database, so that a burst does not hold disk for
/// ever.
const LOG_BYTES: u64 = 16 << 20;

/// Checks that the SQLite of this program does no harm.
pub(crate) fn check_library() -> Result<(), Error> {
    let version = rusqlite::version_number();
    if version < LIBRARY_MIN || version == LIBRARY_BAD { Err(Error::Library(rusqlite::version())) } else { Ok(()) }
}

/// Opens the only connection that writes, and makes the tables, or what they are in this release.
pub(crate) fn open_to_write(dir: &Path) -> Result<Connection, Error> {
    let path = files::database(dir);
    files::open(&path, OpenOptions::new().write(true).create(true).truncate(false)).map_err(Error::file(&path))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags).map_err(Error::database(&path))?;
    check(&connection, &path)?;
    migrate(&mut connection).map_err(Error::database(&path))?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn open_to_read(dir: &Path) -> Result<Connection, Error> {
    let path = files::database(dir);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(Error::database(&path))?;
    check(&connection, &path)?;
    Ok(connection)
}

fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let (application, format) =
        application_and_format(connection).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Error::Foreign(path.to_owned()),
            _ => Error::Database { path: path.to_owned(), error },
        })?;
    match (application, format) {
        (APPLICATION, 1..=FORMAT) | (0, 0) => Ok(()),
        (APPLICATION, format) => Err(Error::Newer { path: path.to_owned(), format, known: FORMAT }),
        _ => Err(Error::Foreign(path.to_owned())),
    }
}

fn application_and_format(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get(0));
    Ok((number("application_id")?, number("user_version")?))
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    // Before there is any table: then pages that are free can be given back.
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // The spool has what a power cut takes from here, so commits need not wait for the disk.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    let (_, format) = application_and_format(connection)?;
    for (step, next) in STEPS.iter().zip(1..).skip(usize::try_from(format).unwrap_or(0)) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", next)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Returns how many bytes a database has, without what is free in it.
pub(crate) fn size(connection: &Connection) -> rusqlite::Result<u64> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, u64>(0));
    Ok((number("page_count")? - number("freelist_count")?) * number("page_size")?)
}
