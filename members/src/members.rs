//! Owns what a running server asks of its members.
//!
//! Invariants: whoever asks never waits, and is always answered. What another program changes counts within a second.

use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use chinwag_core::Name;
use chinwag_core::admission::{Denial, NewAccount, Pass, Passphrase, Verdict};
use chinwag_core::log::{Accounts, AddressKey, Decided, KeptBar, OwnedState};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::book::Book;
use crate::desk::{Asked, Desk, LogIn, What, Woken};
use crate::error::Error;
use crate::keeping::Keeping;
use crate::known::{Code, Known, lock};
use crate::secret::hash;

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
    keeping: Arc<Keeping>,
    /// It ends the thread when it is gone.
    asked: Mutex<Option<SyncSender<Woken>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Members {
    /// Opens the members of a folder.
    ///
    /// # Errors
    /// The database can't be opened, or there is no thread for it.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let book = Book::open(dir)?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| Error::File { path: dir.to_owned(), error: error.into() })?;
        let (known, hashing) = (Arc::<Mutex<Known>>::default(), Arc::<AtomicUsize>::default());
        let (asked, asks) = sync_channel(WAITING_MAX);
        // What another program changes from here on is another version, and looked at again.
        let version = book.version()?;
        let keeping = Arc::new(Keeping::new(&book)?);
        let desk = Desk::new((book, version), Arc::clone(&known), Arc::clone(&hashing), Arc::clone(&keeping))?;
        let thread = thread::Builder::new().name("members".into()).spawn(move || desk.run(&asks));
        Ok(Self(Arc::new(Shared {
            known,
            key,
            hashing,
            keeping,
            asked: Mutex::new(Some(asked)),
            thread: Mutex::new(Some(thread.map_err(Error::file(dir))?)),
        })))
    }

    /// Has `answer` be told, now or later and from any thread, what comes of a secret that is not the password: that of
    /// an account, or what else lets somebody in. A pass of an account is as good as its password.
    pub fn check(
        &self,
        account: Option<&Name>,
        given: &Passphrase,
        pass: Pass,
        answer: impl FnOnce(Verdict) + Send + 'static,
    ) {
        if let Some(verdict) = self.with_pass(account, given) {
            return answer(verdict);
        }
        let Some(account) = account else {
            return self.ask(Asked { what: What::Secret(hash(given), pass), answer: Box::new(answer) });
        };
        let code = self.code(account, given);
        let known = lock(&self.0.known).logins.get(&code).cloned();
        let is_known = known.is_some();
        if let (Some(account), Pass::Useless) = (known, pass) {
            return answer(Verdict::Member(account));
        }
        if !is_known && !self.may_hash() {
            return answer(Verdict::Denied(Denial::Busy));
        }
        let log_in = LogIn { account: account.clone(), given: given.clone(), code, pass, is_counted: !is_known };
        self.ask(Asked { what: What::LogIn(log_in), answer: Box::new(answer) });
    }

    /// Makes an account of somebody who was invited, and has `answer` be told, now or later and from any thread, what
    /// comes of it: the account with a pass, or why there is none.
    pub fn make_account(&self, new: NewAccount, answer: impl FnOnce(Verdict) + Send + 'static) {
        if self.may_hash() {
            self.ask(Asked { what: What::MakeAccount(new), answer: Box::new(answer) });
        } else {
            answer(Verdict::Denied(Denial::Busy));
        }
    }

    /// Counts a password that is to be hashed, unless there are too many.
    fn may_hash(&self) -> bool {
        let count_up = |count| (count < HASHING_MAX).then_some(count + 1);
        self.0.hashing.fetch_update(Relaxed, Relaxed, count_up).is_ok()
    }

    /// Lets somebody in by a pass.
    fn with_pass(&self, account: Option<&Name>, given: &Passphrase) -> Option<Verdict> {
        let given = hash(given);
        let mut known = lock(&self.0.known);
        let of = known.passes.get(&given)?.clone();
        let is_wanted = account.is_none_or(|account| of.as_ref().is_some_and(|of| of.name.key() == account.key()));
        if !is_wanted {
            return None;
        }
        known.used.insert(given);
        Some(of.map_or(Verdict::Welcome, Verdict::Member))
    }

    fn ask(&self, asked: Asked) {
        let refused = match &*lock(&self.0.asked) {
            Some(desk) => desk.try_send(Woken::Asked(asked)).err(),
            None => Some(TrySendError::Disconnected(Woken::Asked(asked))),
        };
        if let Some(TrySendError::Full(Woken::Asked(asked)) | TrySendError::Disconnected(Woken::Asked(asked))) = refused
        {
            if asked.what.is_counted() {
                self.0.hashing.fetch_sub(1, Relaxed);
            }
            (asked.answer)(Verdict::Denied(Denial::Busy));
        }
    }

    /// Returns which accounts there are, all as made. From then on `changed` is told which were made, and which are
    /// gone, within a second.
    pub fn accounts(&self, changed: impl Fn(Accounts) + Send + 'static) -> Accounts {
        self.0.keeping.accounts.accounts(changed)
    }

    /// Returns what was decided before the server was started, and has `told` be told, from any thread, what another
    /// program decides from now on.
    pub fn decided(&self, told: impl Fn(Decided) + Send + 'static) -> Decided {
        self.0.keeping.decided(told)
    }

    /// Has it written that an address is banned, or no more. If that can't be at the moment, it is tried again as long
    /// as the server runs.
    pub fn keep_ban(&self, address: AddressKey, bar: Option<KeptBar>) {
        self.0.keeping.keep_ban(address, bar);
        self.wake();
    }

    /// Has it written what a room is that belongs to an account, or that it belongs to none any more.
    pub fn keep_room(&self, room: Name, owned: Option<OwnedState>) {
        self.0.keeping.keep_room(room, owned);
        self.wake();
    }

    /// Has the thread write what is to be written.
    fn wake(&self) {
        if let Some(desk) = &*lock(&self.0.asked) {
            // If others wait, it is seen behind them.
            let _ = desk.try_send(Woken::Keep);
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use chinwag_core::admission::{Account, Role};

    use super::*;
    use crate::book::tests::Folder;

    fn check(members: &Members, given: &str) -> Verdict {
        let (answer, answered) = channel();
        members.check(None, &Passphrase::new(given), Pass::Wanted, move |verdict| drop(answer.send(verdict)));
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

    #[test]
    fn bans_are_written_and_those_of_another_program_are_told_but_not_ones_own() {
        let folder = Folder::new("told-bans");
        let bar = |address: &str, until_ms| KeptBar {
            address: AddressKey::parse(address).expect("the case is an address"),
            by: Name::SERVER,
            until_ms,
            why: None,
        };
        let [own, other, over] = [bar("192.0.2.1", None), bar("192.0.2.2", None), bar("192.0.2.3", Some(1))];
        Book::open(&folder.0).expect("it is made").ban(&other).expect("it is written");
        let members = Members::open(&folder.0).expect("it is there");
        let (told, tells) = channel();
        let decided = members.decided(move |decided| drop(told.send(decided)));
        assert_eq!(decided, Decided { bars: vec![other.clone()], ..Decided::default() });
        members.keep_ban(own.address, Some(own.clone()));
        // Whatever is asked next is answered behind it.
        check(&members, "x");
        let mut book = Book::open(&folder.0).expect("it is there");
        check(&members, "x");
        assert_eq!(book.bans().expect("they are read"), [own.clone(), other.clone()]);
        assert!(tells.try_recv().is_err(), "it is known here");
        book.ban(&over).expect("it is written");
        book.unban(other.address).expect("it is written");
        let longer = KeptBar { until_ms: Some(u64::MAX >> 1), ..own.clone() };
        book.ban(&longer).expect("it is written");
        let deadline = Duration::from_secs(20);
        let mut changes = Decided::default();
        while changes.bars.is_empty() || changes.unbarred.is_empty() {
            let Decided { bars, unbarred, .. } = tells.recv_timeout(deadline).expect("it is told");
            changes.bars.extend(bars);
            changes.unbarred.extend(unbarred);
        }
        assert_eq!(changes, Decided { bars: vec![longer], unbarred: vec![other.address], rooms: Vec::new() });
        members.keep_ban(own.address, None);
        members.close();
        assert_eq!(book.bans().expect("they are read"), [], "what is decided last is written as well");
    }

    fn log_in(members: &Members, account: &str, given: &str) -> Verdict {
        let (answer, answered) = channel();
        let account = Name::parse(account).expect("the case is a name");
        members
            .check(Some(&account), &Passphrase::new(given), Pass::Useless, move |verdict| drop(answer.send(verdict)));
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

    /// Logs in as a browser does, which keeps a pass.
    fn log_in_to_stay(members: &Members, account: &str, given: &str) -> Verdict {
        let (answer, answered) = channel();
        let account = Name::parse(account).expect("the case is a name");
        let answer = move |verdict| drop(answer.send(verdict));
        members.check(Some(&account), &Passphrase::new(given), Pass::Wanted, answer);
        answered.recv().expect("it is answered")
    }

    #[test]
    fn who_has_logged_in_comes_back_by_a_pass_also_after_a_restart_and_without_a_hash() {
        let folder = Folder::new("back");
        let mut book = Book::open(&folder.0).expect("it is made");
        assert!(book.add_account(&account("Ann"), &Passphrase::new("sesame")).expect("it is written"));
        let members = Members::open(&folder.0).expect("it is made");
        let passes = [(); 2].map(|()| {
            let told = log_in_to_stay(&members, "Ann", "sesame");
            let Verdict::LoggedIn(of, pass) = told else { panic!("it is right: {told:?}") };
            assert_eq!(of, account("Ann"));
            pass
        });
        assert_ne!(passes[0], passes[1], "each has its own");
        members.close();
        let members = Members::open(&folder.0).expect("it is there");
        // Nothing is asked of the thread any more.
        members.close();
        for pass in &passes {
            assert_eq!(check(&members, pass.as_str()), Verdict::Member(account("Ann")));
            assert_eq!(log_in(&members, "ann", pass.as_str()), Verdict::Member(account("Ann")));
            assert_eq!(log_in(&members, "Bob", pass.as_str()), Verdict::Denied(Denial::Busy), "not by another's");
        }
    }

    #[test]
    fn a_pass_ends_with_its_password_and_when_all_of_an_account_are_ended() {
        let folder = Folder::new("ends");
        let mut book = Book::open(&folder.0).expect("it is made");
        assert!(book.add_account(&account("Ann"), &Passphrase::new("sesame")).expect("it is written"));
        let members = Members::open(&folder.0).expect("it is made");
        let ends: [&dyn Fn(&mut Book); 2] =
            [&|book| assert_eq!(book.log_out(&account("Ann").name).expect("it is written"), Some(1)), &|book| {
                assert!(book.set_password(&account("Ann").name, &Passphrase::new("x")).expect("it is written"))
            }];
        for end in ends {
            let Verdict::LoggedIn(_, pass) = log_in_to_stay(&members, "Ann", "sesame") else { panic!("it is right") };
            assert_eq!(check(&members, pass.as_str()), Verdict::Member(account("Ann")));
            end(&mut book);
            // The thread looks after it has answered, so once the second is answered it has looked.
            check(&members, "x");
            check(&members, "x");
            assert_eq!(check(&members, pass.as_str()), Verdict::Denied(Denial::Wrong));
        }
        assert_eq!(log_in_to_stay(&members, "Ann", "sesame"), Verdict::Denied(Denial::Wrong));
    }

    #[test]
    fn that_a_pass_was_used_is_written_when_the_server_ends() {
        let folder = Folder::new("used");
        let mut book = Book::open(&folder.0).expect("it is made");
        assert!(book.add_account(&account("Ann"), &Passphrase::new("sesame")).expect("it is written"));
        let members = Members::open(&folder.0).expect("it is made");
        let Verdict::LoggedIn(_, pass) = log_in_to_stay(&members, "Ann", "sesame") else { panic!("it is right") };
        book.make_passes_old().expect("it is written");
        assert!(!book.is_any_pass_used().expect("it is read"));
        check(&members, pass.as_str());
        members.close();
        assert!(book.is_any_pass_used().expect("it is read"));
    }

    #[test]
    fn a_server_is_told_which_accounts_there_are_and_what_becomes_of_them() {
        let folder = Folder::new("watched");
        let mut book = Book::open(&folder.0).expect("it is made");
        let add = |book: &mut Book, name| book.add_account(&account(name), &Passphrase::new("x")).expect("written");
        assert!(add(&mut book, "bob") && add(&mut book, "Ann"));
        let members = Members::open(&folder.0).expect("it is there");
        let (change, changes) = channel();
        let names = |names: &[&str]| names.iter().map(|name| account(name).name).collect::<Vec<_>>();
        let all = members.accounts(move |accounts| drop(change.send(accounts)));
        assert_eq!(all, Accounts { made: names(&["Ann", "bob"]), ..Accounts::default() });
        assert!(add(&mut book, "Cid") && book.remove_account(&account("BOB").name).expect("it is written"));
        // What is asked of the database looks there first.
        log_in(&members, "Nobody", "x");
        let mut change = changes.recv().expect("it is told");
        // The look may have come between both.
        if let Ok(next) = changes.try_recv() {
            change.gone.extend(next.gone);
        }
        assert_eq!(change, Accounts { made: names(&["Cid"]), gone: names(&["bob"]), ..Accounts::default() });
        assert!(book.set_password(&account("Ann").name, &Passphrase::new("y")).expect("it is written"));
        log_in(&members, "Nobody", "x");
        assert!(changes.try_recv().is_err(), "there are as many as before");
        // One of the same name is somebody else's.
        assert!(book.remove_account(&account("Ann").name).expect("it is written") && add(&mut book, "Ann"));
        log_in(&members, "Nobody", "x");
        let mut change = changes.recv().expect("it is told");
        if let Ok(next) = changes.try_recv() {
            change.made.extend(next.made);
        }
        assert_eq!(change, Accounts { made: names(&["Ann"]), gone: names(&["Ann"]), ..Accounts::default() });
        for role in [Role::Operator, Role::Member] {
            assert!(book.set_role(&account("Ann").name, role).expect("it is written"));
            log_in(&members, "Nobody", "x");
        }
        let change = changes.recv().expect("it is told");
        assert_eq!(change, Accounts { demoted: names(&["Ann"]), ..Accounts::default() });
        assert!(changes.try_recv().is_err(), "who may do more is told by nobody");
    }

    #[test]
    fn who_was_invited_makes_an_account_and_logs_in_to_it() {
        let folder = Folder::new("made");
        let members = Members::open(&folder.0).expect("it is made");
        let (invitation, _) = Book::open(&folder.0).expect("it is there").invite(7, 1).expect("it is written");
        let make = |name: &str| {
            let (answer, answered) = channel();
            let new = NewAccount::parse(name, invitation.as_str(), "swordfish").expect("it can be one");
            members.make_account(new, move |verdict| drop(answer.send(verdict)));
            answered.recv().expect("it is answered")
        };
        let Verdict::LoggedIn(of, pass) = make("Ann") else { panic!("they were invited") };
        assert_eq!(of, account("Ann"));
        assert_eq!(make("Bob"), Verdict::Denied(Denial::UsedUp));
        assert_eq!(check(&members, pass.as_str()), Verdict::Member(account("Ann")));
        assert_eq!(log_in(&members, "ann", "swordfish"), Verdict::Member(account("Ann")));
        members.close();
        assert_eq!(make("Cid"), Verdict::Denied(Denial::Busy), "nobody is left unanswered");
    }
}
