//! Owns the accounts that the invited make for themselves.
//!
//! Invariant: an invitation gives as many accounts as it has uses, and a pass one. The account is made with the use
//! that it counts as, in one transaction.

use chinwag_core::admission::{Account, Denial, NewAccount, Passphrase, Role};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::invites::find;
use super::{Book, key, now_ms};
use crate::error::Error;
use crate::secret::{Hash, draw, hash};

/// By what somebody may make an account.
enum Right {
    /// The pass of somebody who came by this invitation.
    Pass(Option<i64>),
    /// An invitation.
    Invitation(i64),
}

impl Book {
    /// Returns why an account can't be made, if it can't.
    ///
    /// # Errors
    /// It can't be read.
    pub(crate) fn refusal(&self, new: &NewAccount) -> Result<Option<Denial>, Error> {
        self.read(|connection| Ok(right(connection, new, now_ms())?.err()))
    }

    /// Makes an account, with this hash of its password. Returns it with its pass, or why it can't be made.
    ///
    /// # Errors
    /// It can't be written, or there are no random bytes.
    pub(crate) fn make_account(
        &mut self,
        new: &NewAccount,
        password: &str,
    ) -> Result<Result<(Account, Passphrase), Denial>, Error> {
        let (drawn, now) = (draw().map_err(Error::file(&self.path))?, now_ms());
        self.write(|connection| {
            let right = match right(connection, new, now)? {
                Ok(right) => right,
                Err(denial) => return Ok(Err(denial)),
            };
            let (pass, invite) = match right {
                Right::Pass(invite) => (new.invitation.clone(), invite),
                Right::Invitation(invite) => {
                    connection.execute("UPDATE invite SET uses_left = uses_left - 1 WHERE id = ?1", [invite])?;
                    let sql = "INSERT INTO token (sha256, made) VALUES (?1, ?2)";
                    connection.execute(sql, params![hash(&drawn), now])?;
                    (drawn, Some(invite))
                }
            };
            let sql = "INSERT INTO account (key, name, hash, is_operator, made, invite) VALUES (?1, ?2, ?3, 0, ?4, ?5)";
            connection.execute(sql, params![key(&new.name), new.name.as_str(), password, now, invite])?;
            // It is the account's from now on, and does not end with the invitation.
            let sql = "UPDATE token SET account = ?2, invite = NULL WHERE sha256 = ?1";
            connection.execute(sql, params![hash(&pass), connection.last_insert_rowid()])?;
            Ok(Ok((Account { name: new.name.clone(), role: Role::Member }, pass)))
        })
    }
}

/// Finds out by what somebody may make an account.
fn right(connection: &Connection, new: &NewAccount, now: u64) -> rusqlite::Result<Result<Right, Denial>> {
    let given = hash(&new.invitation);
    let right = match (pass(connection, &given)?, find(connection, &given)?) {
        (Some((_, Some(_))), _) => return Ok(Err(Denial::HasAccount)),
        (Some((invite, None)), _) => Right::Pass(invite),
        (None, Some(invite)) => match invite.denial(now) {
            Some(denial) => return Ok(Err(denial)),
            None => Right::Invitation(invite.id),
        },
        (None, None) => return Ok(Err(Denial::Wrong)),
    };
    let sql = "SELECT 1 FROM account WHERE key = ?1";
    let is_taken = connection.prepare(sql)?.exists([key(&new.name)])?;
    Ok(if is_taken { Err(Denial::NameTaken) } else { Ok(right) })
}

/// Returns by which invitation a pass was given, and of which account it is, if there is such a pass.
fn pass(connection: &Connection, given: &Hash) -> rusqlite::Result<Option<(Option<i64>, Option<i64>)>> {
    let sql = "SELECT invite, account FROM token WHERE sha256 = ?1";
    connection.query_row(sql, [given], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

#[cfg(test)]
mod tests {
    use chinwag_core::Name;
    use chinwag_core::admission::Pass;

    use super::*;
    use crate::book::tests::Folder;

    fn new(name: &str, invitation: &Passphrase) -> NewAccount {
        NewAccount::parse(name, invitation.as_str(), "swordfish").expect("it can be one")
    }

    /// Makes one as the desk does.
    fn make(book: &mut Book, name: &str, invitation: &Passphrase) -> Result<(Account, Passphrase), Denial> {
        let new = new(name, invitation);
        let refusal = book.refusal(&new).expect("it is read");
        let made = book.make_account(&new, "hash").expect("it is written");
        assert_eq!(refusal, made.as_ref().err().copied(), "it is known before");
        made
    }

    #[test]
    fn an_invitation_gives_as_many_accounts_as_it_has_uses_and_a_pass_gives_one() {
        let folder = Folder::new("invited");
        let mut book = Book::open(&folder.0).expect("it is made");
        let (invitation, id) = book.invite(7, 2).expect("it is written");
        let let_in = book.let_in(&hash(&invitation), Pass::Wanted).expect("it is written");
        let pass = let_in.expect("it is one").expect("they may").expect("it is wanted");
        let (ann, by) = make(&mut book, "Ann", &pass).expect("they were invited");
        assert_eq!((ann.name.as_str(), &by), ("Ann", &pass));
        assert_eq!(make(&mut book, "Bob", &pass), Err(Denial::HasAccount));
        assert_eq!(make(&mut book, "ann", &invitation), Err(Denial::NameTaken));
        assert_eq!(book.invites().expect("they are read")[0].uses_left, 1, "that took none");
        let (bob, by) = make(&mut book, "Bob", &invitation).expect("they are invited");
        assert!(by != invitation && by != pass);
        assert_eq!(make(&mut book, "Cid", &invitation), Err(Denial::UsedUp));
        assert_eq!(make(&mut book, "Cid", &Passphrase::new("x")), Err(Denial::Wrong));
        assert!(book.revoke(id).expect("it is written"));
        let passes = book.passes().expect("they are read");
        assert_eq!(passes.get(&hash(&pass)), Some(&Some(ann)), "it does not end with the invitation");
        assert_eq!(passes.get(&hash(&by)), Some(&Some(bob)));
        let of: Vec<_> = book.accounts().expect("they are read").into_iter().map(|entry| entry.invite).collect();
        assert_eq!(of, [Some(id); 2]);
        assert!(book.remove_account(&Name::parse("Ann").expect("it is a name")).expect("it is written"));
        assert_eq!(make(&mut book, "Ann", &pass), Err(Denial::Wrong), "the pass went with the account");
    }
}
