//! Owns passes: secrets by which somebody comes in again who was let in before, by an invitation or an account.
//!
//! Invariants: a pass of an account ends with its password. An account has a bounded number of them.

use std::collections::{BTreeSet, HashMap};

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Book, account_of, key, now_ms};
use crate::error::Error;
use crate::secret::{Hash, draw, hash};

/// How many passes an account may have: one for each browser and terminal that somebody uses. The one that was not used
/// for longest goes.
const PASSES_MAX: usize = 16;

/// How much later a pass is to be used before that is written: nobody asks for more than the day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Holds a pass that was given for an account.
pub(crate) struct Given {
    pub(crate) pass: Passphrase,
    /// What it has taken the place of.
    pub(crate) gone: Vec<Hash>,
}

impl Book {
    /// Returns all passes, each with its account, if it is of one.
    ///
    /// # Errors
    /// They can't be read.
    pub(crate) fn passes(&self) -> Result<HashMap<Hash, Option<Account>>, Error> {
        self.read(|connection| {
            let sql = "SELECT name, is_operator, sha256 FROM token LEFT JOIN account ON account.id = token.account";
            let mut rows = connection.prepare(sql)?;
            rows.query_map([], |row| Ok((row.get(2)?, account_of(row)?)))?.collect()
        })
    }

    /// Gives an account a pass, as long as its password still has this hash.
    ///
    /// # Errors
    /// It can't be written, or there are no random bytes.
    pub(crate) fn give_pass(&mut self, account: &Name, password: &str) -> Result<Option<Given>, Error> {
        let (pass, now) = (draw().map_err(Error::file(&self.path))?, now_ms());
        self.write(|connection| {
            let sql = "SELECT id FROM account WHERE key = ?1 AND hash = ?2";
            let id = connection.query_row(sql, params![key(account), password], |row| row.get(0)).optional()?;
            let Some(id) = id else { return Ok(None) };
            let gone = make_room(connection, id)?;
            let sql = "INSERT INTO token (sha256, account, made) VALUES (?1, ?2, ?3)";
            connection.execute(sql, params![hash(&pass), id, now])?;
            Ok(Some(Given { pass, gone }))
        })
    }

    /// Ends all passes of an account. Tells how many there were, if there is an account.
    ///
    /// # Errors
    /// It can't be written.
    pub fn log_out(&mut self, account: &Name) -> Result<Option<usize>, Error> {
        self.write(|connection| {
            let sql = "SELECT id FROM account WHERE key = ?1";
            let id = connection.query_row(sql, [key(account)], |row| row.get(0)).optional()?;
            id.map(|id| end(connection, id)).transpose()
        })
    }

    /// Notes that passes were used.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn note_used(&mut self, passes: &BTreeSet<Hash>) -> Result<(), Error> {
        let now = now_ms();
        self.write(|connection| {
            let sql = "UPDATE token SET used = ?2 WHERE sha256 = ?1 AND coalesce(used, made) <= ?3";
            let mut note = connection.prepare(sql)?;
            for pass in passes {
                note.execute(params![pass, now, now.saturating_sub(DAY_MS)])?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
impl Book {
    /// Makes all passes a month older.
    pub(crate) fn make_passes_old(&mut self) -> Result<usize, Error> {
        self.write(|connection| connection.execute("UPDATE token SET made = made - ?1", [30 * DAY_MS]))
    }

    /// Tells whether it is known of any pass that it was used.
    pub(crate) fn is_any_pass_used(&self) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM token WHERE used IS NOT NULL";
        self.read(|connection| connection.query_row(sql, [], |row| row.get::<_, i64>(0))).map(|count| count > 0)
    }
}

/// Ends the passes of an account that leave no room for another.
fn make_room(connection: &Connection, account: i64) -> rusqlite::Result<Vec<Hash>> {
    let sql = "DELETE FROM token WHERE account = ?1 AND sha256 NOT IN
        (SELECT sha256 FROM token WHERE account = ?1 ORDER BY coalesce(used, made) DESC LIMIT ?2) RETURNING sha256";
    connection.prepare(sql)?.query_map(params![account, PASSES_MAX - 1], |row| row.get(0))?.collect()
}

/// Ends all passes of an account. Returns how many there were.
pub(super) fn end(connection: &Connection, account: i64) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM token WHERE account = ?1", [account])
}

#[cfg(test)]
mod tests {
    use chinwag_core::admission::Role;

    use super::*;
    use crate::book::tests::Folder;

    fn ann() -> Account {
        Account { name: Name::parse("Ann").expect("it is a name"), role: Role::Member }
    }

    /// A book with the account of Ann, and the hash of its password.
    fn book(folder: &Folder) -> (Book, String) {
        let mut book = Book::open(&folder.0).expect("it is made");
        assert!(book.add_account(&ann(), &Passphrase::new("sesame")).expect("it is written"));
        let (_, password) = book.account(&ann().name).expect("it is read").expect("it is there");
        (book, password)
    }

    fn give(book: &mut Book, password: &str) -> Option<(Hash, Vec<Hash>)> {
        let given = book.give_pass(&ann().name, password).expect("it is written")?;
        Some((hash(&given.pass), given.gone))
    }

    /// The passes of Ann.
    fn passes(book: &Book) -> BTreeSet<Hash> {
        let passes = book.passes().expect("they are read").into_iter();
        passes.map(|(pass, account)| (account == Some(ann())).then_some(pass).expect("it is of Ann")).collect()
    }

    #[test]
    fn a_pass_is_of_its_account_until_that_has_another_password_or_is_gone() {
        let folder = Folder::new("passes");
        let (mut book, password) = book(&folder);
        let (pass, _) = give(&mut book, &password).expect("it is the password");
        assert_eq!(passes(&book), BTreeSet::from([pass]));
        assert!(book.set_password(&ann().name, &Passphrase::new("other")).expect("it is written"));
        assert!(passes(&book).is_empty());
        assert_eq!(give(&mut book, &password), None, "it was given before, and is not the password any more");
        let (_, password) = book.account(&ann().name).expect("it is read").expect("it is there");
        for _ in 0..2 {
            assert!(give(&mut book, &password).is_some());
        }
        assert_eq!(book.log_out(&ann().name).expect("it is written"), Some(2));
        assert_eq!(book.log_out(&ann().name).expect("it is read"), Some(0));
        assert!(passes(&book).is_empty());
        assert!(give(&mut book, &password).is_some());
        assert!(book.remove_account(&ann().name).expect("it is written"));
        assert!(passes(&book).is_empty());
        assert_eq!(book.log_out(&ann().name).expect("it is read"), None);
    }

    #[test]
    fn an_account_has_so_many_passes_and_the_one_goes_that_was_not_used_for_longest() {
        let folder = Folder::new("room");
        let (mut book, password) = book(&folder);
        let given: Vec<_> = (0..PASSES_MAX).map(|_| give(&mut book, &password).expect("it is the password")).collect();
        assert!(given.iter().all(|(_, gone)| gone.is_empty()));
        let given: Vec<_> = given.into_iter().map(|(pass, _)| pass).collect();
        for (pass, days) in given.iter().zip(2..) {
            let sql = "UPDATE token SET made = made - ?2 WHERE sha256 = ?1";
            book.write(|connection| connection.execute(sql, params![pass, days * DAY_MS])).expect("it is written");
        }
        book.note_used(&BTreeSet::from([given[15]])).expect("it is written");
        let (next, gone) = give(&mut book, &password).expect("it is the password");
        assert_eq!(gone, [given[14]]);
        let left: BTreeSet<_> = given.iter().copied().filter(|pass| *pass != given[14]).chain([next]).collect();
        assert_eq!(passes(&book), left);
    }
}
