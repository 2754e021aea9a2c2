//! Owns accounts: names that belong to people, who show by a password that they are who they say.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use rusqlite::{OptionalExtension as _, Row, params};

use super::{Book, account_of, key, now_ms, passes, rooms};
use crate::error::Error;

/// Holds what is known of an account, but for its password.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Whose it is, and what they may do.
    pub account: Account,
    /// When it was made, in milliseconds since 1970.
    pub made: u64,
    /// By which invitation it was made, if it was.
    pub invite: Option<i64>,
}

impl Book {
    /// Makes an account. Tells whether there was none of the name.
    ///
    /// # Errors
    /// It can't be written, or there is no memory for the hash.
    pub fn add_account(&mut self, account: &Account, password: &Passphrase) -> Result<bool, Error> {
        let (hash, now) = (hashed(password)?, now_ms());
        self.write(|connection| {
            let added = connection.execute(
                "INSERT OR IGNORE INTO account (key, name, hash, is_operator, made) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![key(&account.name), account.name.as_str(), hash, account.role == Role::Operator, now],
            )?;
            Ok(added > 0)
        })
    }

    /// Removes an account with its passes: its name is anybody's again, and its rooms belong to nobody. Tells whether
    /// there was one.
    ///
    /// # Errors
    /// It can't be written.
    pub fn remove_account(&mut self, name: &Name) -> Result<bool, Error> {
        self.write(|connection| {
            let removed = connection.execute("DELETE FROM account WHERE key = ?1", [key(name)])?;
            rooms::forget(connection, name)?;
            Ok(removed > 0)
        })
    }

    /// Gives an account another password, and ends its passes. Tells whether there is one.
    ///
    /// # Errors
    /// It can't be written, or there is no memory for the hash.
    pub fn set_password(&mut self, name: &Name, password: &Passphrase) -> Result<bool, Error> {
        let hash = hashed(password)?;
        self.write(|connection| {
            let sql = "UPDATE account SET hash = ?2 WHERE key = ?1 RETURNING id";
            let id = connection.query_row(sql, params![key(name), hash], |row| row.get(0)).optional()?;
            id.map(|id| passes::end(connection, id)).transpose().map(|ended| ended.is_some())
        })
    }

    /// Lets an account do more, or less. Tells whether there is one.
    ///
    /// # Errors
    /// It can't be written.
    pub fn set_role(&mut self, name: &Name, role: Role) -> Result<bool, Error> {
        self.write(|connection| {
            let is_operator = role == Role::Operator;
            let sql = "UPDATE account SET is_operator = ?2 WHERE key = ?1";
            Ok(connection.execute(sql, params![key(name), is_operator])? > 0)
        })
    }

    /// Returns all accounts, by their names.
    ///
    /// # Errors
    /// They can't be read.
    pub fn accounts(&self) -> Result<Vec<Entry>, Error> {
        self.read(|connection| {
            let sql = "SELECT name, is_operator, made, invite FROM account ORDER BY key";
            let rows = connection.prepare(sql)?.query_map([], entry)?.collect::<Result<Vec<_>, _>>()?;
            // What is no name was not written by us.
            Ok(rows.into_iter().flatten().collect())
        })
    }

    /// Returns an account with the hash of its password, if there is one.
    ///
    /// # Errors
    /// It can't be read.
    pub(crate) fn account(&self, name: &Name) -> Result<Option<(Account, String)>, Error> {
        self.read(|connection| {
            let sql = "SELECT name, is_operator, hash FROM account WHERE key = ?1";
            let found = connection.query_row(sql, [key(name)], |row| Ok((account_of(row)?, row.get(2)?))).optional()?;
            Ok(found.and_then(|(account, hash)| Some((account?, hash))))
        })
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Option<Entry>> {
    let (account, made, invite) = (account_of(row)?, row.get(2)?, row.get(3)?);
    Ok(account.map(|account| Entry { account, made, invite }))
}

/// Hashes a password by argon2id, with a salt that is drawn: 19 MiB and two passes, some 30 ms.
pub(crate) fn hashed(password: &Passphrase) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_str().as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|_| Error::NotHashed)
}

/// Tells whether a password is the one that was hashed. It takes as long, whichever it is.
pub(crate) fn is_hash_of(hash: &str, password: &Passphrase) -> bool {
    let hash = PasswordHash::new(hash);
    hash.is_ok_and(|hash| Argon2::default().verify_password(password.as_str().as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::book::tests::Folder;

    fn account(name: &str, role: Role) -> Account {
        Account { name: Name::parse(name).expect("it is a name"), role }
    }

    #[test]
    fn an_account_has_one_name_in_any_case_and_a_password_that_can_change() {
        let folder = Folder::new("accounts");
        let mut book = Book::open(&folder.0).expect("it is made");
        let (ann, bob) = (account("Ann", Role::Member), account("bob", Role::Operator));
        let password = Passphrase::new("swordfish");
        assert!(book.add_account(&bob, &password).expect("it is written"));
        assert!(book.add_account(&ann, &password).expect("it is written"));
        let other = account("ANN", Role::Operator);
        assert!(!book.add_account(&other, &Passphrase::new("x")).expect("it is read"), "it is taken");
        let names = |book: &Book| book.accounts().expect("they are read").into_iter().map(|entry| entry.account);
        assert_eq!(names(&book).collect::<Vec<_>>(), [ann.clone(), bob.clone()]);
        let (found, hash) = book.account(&other.name).expect("it is read").expect("it is there");
        assert_eq!(found, ann);
        assert!(is_hash_of(&hash, &password) && !is_hash_of(&hash, &Passphrase::new("swordfis")));
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(book.set_password(&ann.name, &Passphrase::new("y")).expect("it is written"));
        assert!(book.set_role(&ann.name, Role::Operator).expect("it is written"));
        let (found, hash) = book.account(&ann.name).expect("it is read").expect("it is there");
        assert!(found.role == Role::Operator && is_hash_of(&hash, &Passphrase::new("y")));
        assert!(book.remove_account(&other.name).expect("it is written"));
        assert!(
            !book.remove_account(&ann.name).expect("it is read")
                && !book.set_role(&ann.name, Role::Member).expect("it is read")
        );
        assert_eq!(names(&book).collect::<Vec<_>>(), [bob]);
        for file in fs::read_dir(&folder.0).expect("it is there") {
            let bytes = fs::read(file.expect("it is read").path()).expect("it is read");
            assert!(!bytes.windows(9).any(|window| window == b"swordfish"));
        }
    }
}
