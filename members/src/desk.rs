//! Owns the thread that asks the database of members, and hashes passwords.
//!
//! Invariants: what another program has changed counts before what was known. Where there is no account, a password
//! takes as long as where there is one.

use std::mem;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chinwag_core::Name;
use chinwag_core::admission::{Account, Denial, NewAccount, Pass, Passphrase, Verdict};
use tracing::error;

use crate::book::{Book, hashed, is_hash_of};
use crate::error::Error;
use crate::keeping::Keeping;
use crate::known::{Code, Known, lock};
use crate::secret::{Hash, hash};

/// How often it is looked whether another program has changed something, and written what was used.
const LOOK: Duration = Duration::from_secs(1);

/// What is to be looked up, and who is told.
pub(crate) struct Asked {
    pub(crate) what: What,
    pub(crate) answer: Box<dyn FnOnce(Verdict) + Send>,
}

/// What the thread is woken by.
pub(crate) enum Woken {
    /// Somebody asks.
    Asked(Asked),
    /// Something is to be written.
    Keep,
}

pub(crate) enum What {
    /// Whether it lets somebody in.
    Secret(Hash, Pass),
    /// Whether it is the password of an account.
    LogIn(LogIn),
    /// What comes of an account that is to be made.
    MakeAccount(NewAccount),
}

/// The password of an account, as it was given.
pub(crate) struct LogIn {
    pub(crate) account: Name,
    pub(crate) given: Passphrase,
    pub(crate) code: Code,
    pub(crate) pass: Pass,
    /// It counts as one that is to be hashed.
    pub(crate) is_counted: bool,
}

impl What {
    /// Tells whether it counts as a password that is to be hashed.
    pub(crate) const fn is_counted(&self) -> bool {
        match self {
            Self::Secret(..) => false,
            Self::LogIn(log_in) => log_in.is_counted,
            Self::MakeAccount(_) => true,
        }
    }
}

/// Where the database is asked.
pub(crate) struct Desk {
    book: Book,
    known: Arc<Mutex<Known>>,
    version: i64,
    hashing: Arc<AtomicUsize>,
    keeping: Arc<Keeping>,
    /// The hash of no account.
    dummy: String,
    /// How many passwords were hashed.
    hashed: u64,
    /// When it was last written what was used.
    written: Instant,
    /// It was told that the database refuses something.
    is_failing: bool,
}

impl Desk {
    /// Begins with all that the database has, which was of this version before anything was read.
    pub(crate) fn new(
        (book, version): (Book, i64),
        known: Arc<Mutex<Known>>,
        hashing: Arc<AtomicUsize>,
        keeping: Arc<Keeping>,
    ) -> Result<Self, Error> {
        // It is compared with where there is no account: that takes as long.
        let dummy = hashed(&Passphrase::new("nobody's"))?;
        let written = Instant::now();
        let desk = Self { book, known, version, hashing, keeping, dummy, hashed: 0, written, is_failing: false };
        desk.learn()?;
        Ok(desk)
    }

    pub(crate) fn run(mut self, asks: &Receiver<Woken>) {
        loop {
            match asks.recv_timeout(LOOK) {
                Ok(Woken::Asked(Asked { what, answer })) => {
                    let is_counted = what.is_counted();
                    let verdict = match what {
                        What::Secret(given, pass) => self.check(&given, pass),
                        What::LogIn(log_in) => self.log_in(&log_in),
                        What::MakeAccount(new) => self.make_account(&new),
                    };
                    let verdict = verdict.unwrap_or_else(|error| {
                        self.tell(Err(error));
                        Verdict::Denied(Denial::Busy)
                    });
                    if is_counted {
                        self.hashing.fetch_sub(1, Relaxed);
                    }
                    answer(verdict);
                }
                Ok(Woken::Keep) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let written = self.write_used().and_then(|()| self.keeping.write(&mut self.book));
                    return self.tell(written);
                }
            }
            let looked = self.look();
            self.tell(looked);
            if self.written.elapsed() >= LOOK {
                let written = self.write_used();
                self.tell(written);
            }
        }
    }

    fn check(&mut self, given: &Hash, pass: Pass) -> Result<Verdict, Error> {
        Ok(match self.book.let_in(given, pass)? {
            None => Verdict::Denied(Denial::Wrong),
            Some(Err(denial)) => Verdict::Denied(denial),
            Some(Ok(None)) => Verdict::Welcome,
            Some(Ok(Some(pass))) => {
                lock(&self.known).passes.insert(hash(&pass), None);
                Verdict::Invited(pass)
            }
        })
    }

    /// Compares a password with that of an account, or, where there is none, with another: so it takes as long.
    fn log_in(&mut self, log_in: &LogIn) -> Result<Verdict, Error> {
        let LogIn { account, given, code, pass, .. } = log_in;
        let found = self.book.account(account)?;
        // What has changed before it was read is forgotten here; what changes later, the pass does not go by.
        self.look()?;
        let is_known = lock(&self.known).logins.contains_key(code);
        let is_right = is_known || {
            self.hashed += 1;
            is_hash_of(found.as_ref().map_or(&self.dummy, |(_, password)| password), given)
        };
        let Some((account, password)) = found.filter(|_| is_right) else {
            return Ok(Verdict::Denied(Denial::Wrong));
        };
        lock(&self.known).logins.insert(*code, account.clone());
        match pass {
            Pass::Useless => Ok(Verdict::Member(account)),
            Pass::Wanted => self.give_pass(account, &password),
        }
    }

    fn give_pass(&mut self, account: Account, password: &str) -> Result<Verdict, Error> {
        let Some(given) = self.book.give_pass(&account.name, password)? else {
            return Ok(Verdict::Denied(Denial::Wrong));
        };
        let mut known = lock(&self.known);
        for gone in given.gone {
            known.passes.remove(&gone);
        }
        known.passes.insert(hash(&given.pass), Some(account.clone()));
        Ok(Verdict::LoggedIn(account, given.pass))
    }

    /// Makes an account, unless it is known before its password is hashed that there can be none.
    fn make_account(&mut self, new: &NewAccount) -> Result<Verdict, Error> {
        if let Some(denial) = self.book.refusal(new)? {
            return Ok(Verdict::Denied(denial));
        }
        self.hashed += 1;
        let (account, pass) = match self.book.make_account(new, &hashed(&new.password)?)? {
            Ok(made) => made,
            Err(denial) => return Ok(Verdict::Denied(denial)),
        };
        lock(&self.known).passes.insert(hash(&pass), Some(account.clone()));
        self.keeping.accounts.learn(&self.book)?;
        Ok(Verdict::LoggedIn(account, pass))
    }

    /// Writes what was decided here, and learns what another program has changed, if one has.
    fn look(&mut self) -> Result<(), Error> {
        self.keeping.write(&mut self.book)?;
        let version = self.book.version()?;
        if version != self.version {
            self.learn()?;
            self.keeping.learn(&self.book)?;
            self.keeping.accounts.learn(&self.book)?;
            self.version = version;
        }
        Ok(())
    }

    /// Learns all that the database has. Who has logged in is forgotten.
    fn learn(&self) -> Result<(), Error> {
        let passes = self.book.passes()?;
        let mut known = lock(&self.known);
        known.passes = passes;
        known.logins.clear();
        Ok(())
    }

    /// Writes which passes were used.
    fn write_used(&mut self) -> Result<(), Error> {
        self.written = Instant::now();
        let used = mem::take(&mut lock(&self.known).used);
        if used.is_empty() { Ok(()) } else { self.book.note_used(&used) }
    }

    /// Says once that the database refuses something.
    fn tell(&mut self, result: Result<(), Error>) {
        match result {
            Ok(()) => self.is_failing = false,
            Err(error) if !self.is_failing => {
                self.is_failing = true;
                error!(%error, "members can't be looked up; it is tried again");
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use chinwag_core::admission::Role;

    use super::*;
    use crate::book::tests::Folder;

    #[test]
    fn an_account_that_is_made_while_a_server_starts_is_learned_of() {
        let folder = Folder::new("starting");
        let (book, mut other) =
            (Book::open(&folder.0).expect("it is made"), Book::open(&folder.0).expect("it is there"));
        let version = book.version().expect("it is read");
        let keeping = Arc::new(Keeping::new(&book).expect("it is read"));
        let ann = Account { name: Name::parse("Ann").expect("it is a name"), role: Role::Member };
        assert!(other.add_account(&ann, &Passphrase::new("sesame")).expect("it is written"));
        let mut desk =
            Desk::new((book, version), Arc::default(), Arc::default(), Arc::clone(&keeping)).expect("it is read");
        desk.look().expect("it is read");
        assert_eq!(keeping.accounts.accounts(|_| {}).made, [ann.name]);
    }

    #[test]
    fn an_unknown_account_costs_as_many_hashes_as_one_that_is_known_and_who_was_here_costs_none() {
        let folder = Folder::new("timing");
        let mut book = Book::open(&folder.0).expect("it is made");
        let name = |text: &str| Name::parse(text).expect("it is a name");
        let ann = Account { name: name("Ann"), role: Role::Member };
        assert!(book.add_account(&ann, &Passphrase::new("sesame")).expect("it is written"));
        let version = book.version().expect("it is read");
        let keeping = Arc::new(Keeping::new(&book).expect("it is read"));
        let mut desk = Desk::new((book, version), Arc::default(), Arc::default(), keeping).expect("it is read");
        let mut log_in = |of: &str, given: &str, code, pass| {
            let log_in = LogIn { account: name(of), given: Passphrase::new(given), code, pass, is_counted: true };
            let verdict = desk.log_in(&log_in).expect("it is read");
            (verdict, desk.hashed)
        };
        for (count, of) in (1..).zip(["Ann", "Nobody", "Ann", "Somebody"]) {
            let denied = Verdict::Denied(Denial::Wrong);
            assert_eq!(log_in(of, "x", [0; 32], Pass::Wanted), (denied, count), "{of}");
        }
        for _ in 0..2 {
            let welcome = Verdict::Member(ann.clone());
            assert_eq!(log_in("Ann", "sesame", [7; 32], Pass::Useless), (welcome, 5), "the next time it is known");
        }
        assert!(matches!(log_in("Ann", "sesame", [7; 32], Pass::Wanted), (Verdict::LoggedIn(..), 5)));
    }
}
