//! Owns invitations: secrets that let in so many people until a day, and what each of those comes in with again.
//!
//! Invariant: a use is counted with the pass that it gives, in one transaction. So nobody comes in by one that is used
//! up, however many try at once.

use chinwag_core::admission::{Denial, Pass, Passphrase};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Book, now_ms};
use crate::error::Error;
use crate::secret::{Hash, draw, hash};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Holds what is known of an invitation; its secret is not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invite {
    /// By which it is named.
    pub id: i64,
    /// When it was made, in milliseconds since 1970.
    pub made: u64,
    /// Until when it lets people in, in milliseconds since 1970.
    pub until: u64,
    /// How many it can let in, in all.
    pub uses: u32,
    /// How many more it can let in.
    pub uses_left: u32,
    /// It was revoked.
    pub is_revoked: bool,
}

/// What comes of an invitation.
pub(crate) type LetIn = Result<Option<Passphrase>, Denial>;

impl Invite {
    /// Returns why it lets nobody in, if it does not.
    #[must_use]
    pub fn denial(&self, now_ms: u64) -> Option<Denial> {
        match self {
            Self { is_revoked: true, .. } => Some(Denial::Revoked),
            Self { until, .. } if *until <= now_ms => Some(Denial::Expired),
            Self { uses_left: 0, .. } => Some(Denial::UsedUp),
            Self { .. } => None,
        }
    }

    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            made: row.get("made")?,
            until: row.get("until")?,
            uses: row.get("uses")?,
            uses_left: row.get("uses_left")?,
            is_revoked: row.get("is_revoked")?,
        })
    }
}

impl Book {
    /// Makes an invitation for so many people in so many days. Returns its secret, which is known to nobody else, and
    /// by what it is named.
    ///
    /// # Errors
    /// It can't be written, or there are no random bytes.
    pub fn invite(&mut self, days: u32, uses: u32) -> Result<(Passphrase, i64), Error> {
        let secret = draw().map_err(Error::file(&self.path))?;
        let now = now_ms();
        let id = self.write(|connection| {
            let until = now.saturating_add(u64::from(days) * DAY_MS);
            connection.execute(
                "INSERT INTO invite (sha256, made, until, uses, uses_left) VALUES (?1, ?2, ?3, ?4, ?4)",
                params![hash(&secret), now, until, uses],
            )?;
            Ok(connection.last_insert_rowid())
        })?;
        Ok((secret, id))
    }

    /// Returns all invitations, the oldest first.
    ///
    /// # Errors
    /// They can't be read.
    pub fn invites(&self) -> Result<Vec<Invite>, Error> {
        self.read(|connection| {
            connection.prepare("SELECT * FROM invite ORDER BY id")?.query_map([], Invite::of)?.collect()
        })
    }

    /// Has an invitation let nobody in any more, nor those again who came by it. Tells whether there is one.
    ///
    /// # Errors
    /// It can't be written.
    pub fn revoke(&mut self, id: i64) -> Result<bool, Error> {
        self.write(|connection| {
            connection.execute("DELETE FROM token WHERE invite = ?1", [id])?;
            Ok(connection.execute("UPDATE invite SET is_revoked = 1 WHERE id = ?1", [id])? > 0)
        })
    }

    /// Lets somebody in by an invitation. Returns the pass by which they come in the next time, if one is wanted, or
    /// why they may not; nothing if it is none.
    ///
    /// # Errors
    /// It can't be written, or there are no random bytes.
    pub(crate) fn let_in(&mut self, invitation: &Hash, pass: Pass) -> Result<Option<LetIn>, Error> {
        let pass = match pass {
            Pass::Wanted => Some(draw().map_err(Error::file(&self.path))?),
            Pass::Useless => None,
        };
        let now = now_ms();
        self.write(|connection| {
            let Some(invite) = find(connection, invitation)? else { return Ok(None) };
            if let Some(denial) = invite.denial(now) {
                return Ok(Some(Err(denial)));
            }
            connection.execute("UPDATE invite SET uses_left = uses_left - 1 WHERE id = ?1", [invite.id])?;
            if let Some(pass) = &pass {
                let sql = "INSERT INTO token (sha256, invite, made) VALUES (?1, ?2, ?3)";
                connection.execute(sql, params![hash(pass), invite.id, now])?;
            }
            Ok(Some(Ok(pass)))
        })
    }
}

pub(super) fn find(connection: &Connection, invitation: &Hash) -> rusqlite::Result<Option<Invite>> {
    connection.query_row("SELECT * FROM invite WHERE sha256 = ?1", [invitation], Invite::of).optional()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::fs;

    use super::*;
    use crate::book::tests::Folder;

    fn let_in(book: &mut Book, invitation: &Hash) -> LetIn {
        book.let_in(invitation, Pass::Wanted).expect("it is written").expect("it is one")
    }

    fn passes(book: &Book) -> HashSet<Hash> {
        book.passes().expect("they are read").into_keys().collect()
    }

    #[test]
    fn who_can_be_told_no_pass_is_given_none() {
        let folder = Folder::new("useless");
        let mut book = Book::open(&folder.0).expect("it is made");
        let (secret, _) = book.invite(7, 1).expect("it is written");
        assert_eq!(book.let_in(&hash(&secret), Pass::Useless).expect("it is written"), Some(Ok(None)));
        assert_eq!(let_in(&mut book, &hash(&secret)), Err(Denial::UsedUp), "it counts as any other");
        assert!(passes(&book).is_empty());
    }

    #[test]
    fn an_invitation_lets_in_as_many_as_it_is_for_and_no_more() {
        let folder = Folder::new("uses");
        let mut book = Book::open(&folder.0).expect("it is made");
        let (secret, id) = book.invite(7, 2).expect("it is written");
        let mut passes = HashSet::new();
        for left in [1, 0] {
            let pass = let_in(&mut book, &hash(&secret)).expect("they may").expect("it is wanted");
            passes.insert(hash(&pass));
            assert_eq!(book.invites().expect("they are read")[0].uses_left, left);
        }
        assert_eq!(let_in(&mut book, &hash(&secret)), Err(Denial::UsedUp));
        assert_eq!((passes.len(), self::passes(&book)), (2, passes));
        assert!(book.revoke(id).expect("it is written") && !book.revoke(id + 1).expect("it is written"));
        assert_eq!(let_in(&mut book, &hash(&secret)), Err(Denial::Revoked));
        assert!(self::passes(&book).is_empty(), "nor do those come again");
        assert_eq!(book.let_in(&[7; 32], Pass::Wanted).expect("it is read"), None);
    }

    #[test]
    fn an_invitation_ends_on_its_day() {
        let folder = Folder::new("days");
        let mut book = Book::open(&folder.0).expect("it is made");
        let (secret, _) = book.invite(0, 2).expect("it is written");
        assert_eq!(let_in(&mut book, &hash(&secret)), Err(Denial::Expired));
        let (_, id) = book.invite(7, 2).expect("it is written");
        let invite = book.invites().expect("they are read").pop().expect("it is there");
        assert_eq!((invite.id, invite.until - invite.made), (id, 7 * DAY_MS));
        assert_eq!([invite.until - 1, invite.until].map(|now| invite.denial(now)), [None, Some(Denial::Expired)]);
    }

    #[test]
    fn however_many_try_at_once_no_use_counts_twice() {
        let folder = Folder::new("race");
        let (secret, _) = Book::open(&folder.0).expect("it is made").invite(7, 10).expect("it is written");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (dir, invitation) = (folder.0.clone(), hash(&secret));
                std::thread::spawn(move || {
                    let mut book = Book::open(&dir).expect("it is there");
                    (0..10)
                        .filter(|_| {
                            book.let_in(&invitation, Pass::Wanted).expect("it waits").is_some_and(|it| it.is_ok())
                        })
                        .count()
                })
            })
            .collect();
        let let_in: usize = threads.into_iter().map(|thread| thread.join().expect("it ends")).sum();
        assert_eq!(let_in, 10);
    }

    #[test]
    fn no_secret_is_in_the_files() {
        let folder = Folder::new("secrets");
        let mut book = Book::open(&folder.0).expect("it is made");
        let (secret, _) = book.invite(7, 1).expect("it is written");
        let pass = let_in(&mut book, &hash(&secret)).expect("they may").expect("it is wanted");
        for file in fs::read_dir(&folder.0).expect("it is there") {
            let bytes = fs::read(file.expect("it is read").path()).expect("it is read");
            for secret in [&secret, &pass] {
                let secret = secret.as_str().as_bytes();
                assert!(!bytes.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret)));
            }
        }
    }
}
