//! Owns what a running server knows of its members, and the thread that asks the database.
//!
//! Invariants: whoever asks never waits, and is always answered. What another program changes counts within a second.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chinwag_core::Name;
use chinwag_core::admission::{Account, Denial, Passphrase, Verdict};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tracing::error;

use crate::book::{Book, hashed, is_hash_of};
use crate::error::Error;
use crate::secret::{Hash, hash};

/// How often it is looked whether another program has changed something.
const LOOK: Duration = Duration::from_secs(1);

/// How many may wait for the database: a class that comes all at once, ten times.
const WAITING_MAX: usize = 512;

/// How many passwords may wait to be hashed, which takes some 30 ms each. One more is told that the server is busy.
const HASHING_MAX: usize = 8;

/// Answers what comes of secrets. Its clones are the same one.
#[derive(Clone, Debug)]
pub struct Members(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    known: Arc<Mutex<Known>>,
    /// The key of all codes.
    key: [u8; 32],
    /// How many passwords wait to be hashed.
    hashing: Arc<AtomicUsize>,
    /// It ends the thread when it is gone.
    asked: Mutex<Option<SyncSender<Asked>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What is known without a look at the database.
#[derive(Default, Debug)]
struct Known {
    /// With these somebody comes in who was let in before.
    passes: HashSet<Hash>,
    /// With these somebody has logged in since the server was started, and the account has not changed: a code of both
    /// the account and its password, by a key that is known to nobody.
    logins: HashMap<Code, Account>,
}

/// What an account and its password are compared by without being hashed again.
type Code = [u8; 32];

struct Asked {
    what: What,
    answer: Box<dyn FnOnce(Verdict) + Send>,
}

/// What is to be looked up.
enum What {
    /// Whether it lets somebody in.
    Secret(Hash),
    /// Whether it is the password of an account.
    Login { account: Name, given: Passphrase, code: Code },
}

impl Members {
    /// Opens the members of a folder.
    ///
    /// # Errors
    /// The database can't be opened, or there is no thread for it.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let book = Book::open(dir)?;
        let known = Arc::new(Mutex::new(Known::read(&book)?));
        let (asked, asks) = sync_channel(WAITING_MAX);
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| Error::File { path: dir.to_owned(), error: error.into() })?;
        let hashing = Arc::<AtomicUsize>::default();
        // It is compared with where there is no account: that takes as long.
        let dummy = hashed(&Passphrase::new("nobody's"))?;
        let desk = Desk {
            hashing: Arc::clone(&hashing),
            dummy,
            hashed: 0,
            version: book.version()?,
            book,
            known: Arc::clone(&known),
            asks,
            is_failing: false,
        };
        let thread = thread::Builder::new().name("members".into()).spawn(|| desk.run()).map_err(Error::file(dir))?;
        Ok(Self(Arc::new(Shared {
            known,
            key,
            hashing,
            asked: Mutex::new(Some(asked)),
            thread: Mutex::new(Some(thread)),
        })))
    }

    /// Has `answer` be told, now or later and from any thread, what comes of a secret that is not the password: that of
    /// an account, or what else lets somebody in.
    pub fn check(&self, account: Option<&Name>, given: &Passphrase, answer: impl FnOnce(Verdict) + Send + 'static) {
        let what = match account {
            None => What::Secret(hash(given)),
            Some(account) => {
                What::Login { account: account.clone(), given: given.clone(), code: self.code(account, given) }
            }
        };
        let known = self.known(&what);
        if let Some(verdict) = known {
            return answer(verdict);
        }
        if matches!(what, What::Login { .. })
            && self
                .0
                .hashing
                .fetch_update(Relaxed, Relaxed, |count| (count < HASHING_MAX).then_some(count + 1))
                .is_err()
        {
            return answer(Verdict::Denied(Denial::Busy));
        }
        let asked = Asked { what, answer: Box::new(answer) };
        let refused = match &*lock(&self.0.asked) {
            Some(desk) => desk.try_send(asked).err(),
            None => Some(TrySendError::Disconnected(asked)),
        };
        if let Some(TrySendError::Full(asked) | TrySendError::Disconnected(asked)) = refused {
            if matches!(asked.what, What::Login { .. }) {
                self.0.hashing.fetch_sub(1, Relaxed);
            }
            (asked.answer)(Verdict::Denied(Denial::Busy));
        }
    }

    fn known(&self, what: &What) -> Option<Verdict> {
        let known = lock(&self.0.known);
        match what {
            What::Secret(given) => known.passes.contains(given).then_some(Verdict::Welcome),
            What::Login { code, .. } => known.logins.get(code).cloned().map(Verdict::Member),
        }
    }

    fn code(&self, account: &Name, given: &Passphrase) -> Code {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0.key).expect("it takes a key of any length");
        code.update(account.as_str().to_ascii_lowercase().as_bytes());
        code.update(b":");
        code.update(given.as_str().as_bytes());
        code.finalize().into_bytes().into()
    }

    /// Answers those who wait, and ends the thread.
    pub fn close(&self) {
        drop(lock(&self.0.asked).take());
        if let Some(thread) = lock(&self.0.thread).take() {
            let _ = thread.join();
        }
    }
}

impl Known {
    fn read(book: &Book) -> Result<Self, Error> {
        Ok(Self { passes: book.passes()?, logins: HashMap::new() })
    }
}

/// Where the database is asked.
struct Desk {
    book: Book,
    known: Arc<Mutex<Known>>,
    version: i64,
    asks: Receiver<Asked>,
    hashing: Arc<AtomicUsize>,
    /// The hash of no account.
    dummy: String,
    /// How many passwords were hashed.
    hashed: u64,
    /// It was told that the database refuses something.
    is_failing: bool,
}

impl Desk {
    fn run(mut self) {
        loop {
            match self.asks.recv_timeout(LOOK) {
                Ok(Asked { what: What::Secret(given), answer }) => answer(self.check(&given)),
                Ok(Asked { what: What::Login { account, given, code }, answer }) => {
                    // What another program has changed counts before what was known.
                    let looked = self.look();
                    self.tell(looked);
                    let verdict = self.log_in(&account, &given, code);
                    self.hashing.fetch_sub(1, Relaxed);
                    answer(verdict);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let looked = self.look();
            self.tell(looked);
        }
    }

    fn check(&mut self, given: &Hash) -> Verdict {
        match self.book.let_in(given) {
            Ok(None) => Verdict::Denied(Denial::Wrong),
            Ok(Some(Err(denial))) => Verdict::Denied(denial),
            Ok(Some(Ok(pass))) => {
                lock(&self.known).passes.insert(hash(&pass));
                Verdict::Invited(pass)
            }
            Err(error) => {
                self.tell(Err(error));
                Verdict::Denied(Denial::Busy)
            }
        }
    }

    /// Compares a password with that of an account, or, where there is none, with another: so it takes as long.
    fn log_in(&mut self, account: &Name, given: &Passphrase, code: Code) -> Verdict {
        let found = match self.book.account(account) {
            Ok(found) => found,
            Err(error) => {
                self.tell(Err(error));
                return Verdict::Denied(Denial::Busy);
            }
        };
        self.hashed += 1;
        let hash = found.as_ref().map_or(&self.dummy, |(_, hash)| hash);
        let is_right = is_hash_of(hash, given);
        match found.filter(|_| is_right) {
            Some((account, _)) => {
                lock(&self.known).logins.insert(code, account.clone());
                Verdict::Member(account)
            }
            None => Verdict::Denied(Denial::Wrong),
        }
    }

    /// Learns what another program has changed, if one has.
    fn look(&mut self) -> Result<(), Error> {
        let version = self.book.version()?;
        if version != self.version {
            let known = Known::read(&self.book)?;
            *lock(&self.known) = known;
            self.version = version;
        }
        Ok(())
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use chinwag_core::admission::Role;

    use super::*;
    use crate::book::tests::Folder;

    fn check(members: &Members, given: &str) -> Verdict {
        let (answer, answered) = channel();
        members.check(None, &Passphrase::new(given), move |verdict| drop(answer.send(verdict)));
        answered.recv().expect("it is answered")
    }

    #[test]
    fn what_another_program_has_written_counts_for_a_running_server() {
        let folder = Folder::new("running");
        let members = Members::open(&folder.0).expect("it is made");
        assert_eq!(check(&members, "x"), Verdict::Denied(Denial::Wrong));
        let mut book = Book::open(&folder.0).expect("it is there");
        let (secret, id) = book.invite(7, 1).expect("it is written");
        let Verdict::Invited(pass) = check(&members, secret.as_str()) else { panic!("it is an invitation") };
        assert_eq!(check(&members, secret.as_str()), Verdict::Denied(Denial::UsedUp));
        assert_eq!(check(&members, pass.as_str()), Verdict::Welcome);
        book.revoke(id).expect("it is written");
        // What is asked of the database looks there first, so nobody need wait for the second.
        assert_eq!(check(&members, secret.as_str()), Verdict::Denied(Denial::Revoked));
        check(&members, "x");
        assert_eq!(check(&members, pass.as_str()), Verdict::Denied(Denial::Wrong));
        members.close();
        assert_eq!(check(&members, secret.as_str()), Verdict::Denied(Denial::Busy), "nobody is left unanswered");
    }

    fn log_in(members: &Members, account: &str, given: &str) -> Verdict {
        let (answer, answered) = channel();
        let account = Name::parse(account).expect("the case is a name");
        members.check(Some(&account), &Passphrase::new(given), move |verdict| drop(answer.send(verdict)));
        answered.recv().expect("it is answered")
    }

    fn account(name: &str) -> Account {
        Account { name: Name::parse(name).expect("it is a name"), role: Role::Member }
    }

    #[test]
    fn an_account_logs_in_by_its_password_as_long_as_it_is_that() {
        let folder = Folder::new("logins");
        let members = Members::open(&folder.0).expect("it is made");
        let mut book = Book::open(&folder.0).expect("it is there");
        let wrong = Verdict::Denied(Denial::Wrong);
        assert_eq!(log_in(&members, "Ann", "sesame"), wrong);
        assert!(book.add_account(&account("Ann"), &Passphrase::new("sesame")).expect("it is written"));
        for (name, given) in [("Ann", "sesame"), ("ANN", "sesame"), ("ann", "sesame")] {
            assert_eq!(log_in(&members, name, given), Verdict::Member(account("Ann")), "{name}");
        }
        for (name, given) in [("Ann", "Sesame"), ("Ann", ""), ("Bob", "sesame")] {
            assert_eq!(log_in(&members, name, given), wrong, "{name} {given}");
        }
        assert!(book.set_password(&account("Ann").name, &Passphrase::new("other")).expect("it is written"));
        assert_eq!(log_in(&members, "Ann", "other"), Verdict::Member(account("Ann")));
        assert_eq!(log_in(&members, "Ann", "sesame"), wrong, "what was known of it is forgotten");
    }

    #[test]
    fn an_unknown_account_costs_as_many_hashes_as_one_that_is_known_and_who_was_here_costs_none() {
        let folder = Folder::new("timing");
        let mut book = Book::open(&folder.0).expect("it is made");
        assert!(book.add_account(&account("Ann"), &Passphrase::new("sesame")).expect("it is written"));
        let (_asked, asks) = sync_channel(1);
        let known = Arc::<Mutex<Known>>::default();
        let dummy = hashed(&Passphrase::new("nobody's")).expect("there is memory");
        let version = book.version().expect("it is read");
        let (hashing, is_failing) = (Arc::default(), false);
        let mut desk = Desk { book, known: Arc::clone(&known), version, asks, hashing, dummy, hashed: 0, is_failing };
        for (count, name) in (1..).zip(["Ann", "Nobody", "Ann", "Somebody"]) {
            desk.log_in(&account(name).name, &Passphrase::new("x"), [0; 32]);
            assert_eq!(desk.hashed, count, "{name}");
        }
        desk.log_in(&account("Ann").name, &Passphrase::new("sesame"), [7; 32]);
        assert_eq!(lock(&known).logins.get(&[7; 32]), Some(&account("Ann")), "the next time it is found");
    }
}
