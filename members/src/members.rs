//! Owns what a running server knows of its members, and the thread that asks the database.
//!
//! Invariants: whoever asks never waits, and is always answered. What another program changes counts within a second.

use std::collections::HashSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chinwag_core::admission::{Denial, Passphrase, Verdict};
use tracing::error;

use crate::book::Book;
use crate::error::Error;
use crate::secret::{Hash, hash};

/// How often it is looked whether another program has changed something.
const LOOK: Duration = Duration::from_secs(1);

/// How many may wait for the database: a class that comes all at once, ten times.
const WAITING_MAX: usize = 512;

/// Answers what comes of secrets. Its clones are the same one.
#[derive(Clone, Debug)]
pub struct Members(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    known: Arc<Mutex<Known>>,
    /// It ends the thread when it is gone.
    asked: Mutex<Option<SyncSender<Asked>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What is known without a look at the database.
#[derive(Default, Debug)]
struct Known {
    /// With these somebody comes in who was let in before.
    passes: HashSet<Hash>,
}

struct Asked {
    given: Hash,
    answer: Box<dyn FnOnce(Verdict) + Send>,
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
        let desk = Desk { version: book.version()?, book, known: Arc::clone(&known), asks, is_failing: false };
        let thread = thread::Builder::new().name("members".into()).spawn(|| desk.run()).map_err(Error::file(dir))?;
        Ok(Self(Arc::new(Shared { known, asked: Mutex::new(Some(asked)), thread: Mutex::new(Some(thread)) })))
    }

    /// Has `answer` be told, now or later and from any thread, what comes of a secret that is not the password.
    pub fn check(&self, given: &Passphrase, answer: impl FnOnce(Verdict) + Send + 'static) {
        let given = hash(given);
        if lock(&self.0.known).passes.contains(&given) {
            return answer(Verdict::Welcome);
        }
        let asked = Asked { given, answer: Box::new(answer) };
        let refused = match &*lock(&self.0.asked) {
            Some(desk) => desk.try_send(asked).err(),
            None => Some(TrySendError::Disconnected(asked)),
        };
        if let Some(TrySendError::Full(asked) | TrySendError::Disconnected(asked)) = refused {
            (asked.answer)(Verdict::Denied(Denial::Busy));
        }
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
        Ok(Self { passes: book.passes()? })
    }
}

/// Where the database is asked.
struct Desk {
    book: Book,
    known: Arc<Mutex<Known>>,
    version: i64,
    asks: Receiver<Asked>,
    /// It was told that the database refuses something.
    is_failing: bool,
}

impl Desk {
    fn run(mut self) {
        loop {
            match self.asks.recv_timeout(LOOK) {
                Ok(Asked { given, answer }) => answer(self.check(&given)),
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

    use super::*;
    use crate::book::tests::Folder;

    fn check(members: &Members, given: &str) -> Verdict {
        let (answer, answered) = channel();
        members.check(&Passphrase::new(given), move |verdict| drop(answer.send(verdict)));
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
}
