//! Owns which accounts there are, and who is told of those that are made, or gone.

use std::sync::Mutex;
use std::{fmt, mem};

use chinwag_core::Name;
use chinwag_core::admission::Role;
use chinwag_core::log::Accounts;

use crate::book::{Book, Entry};
use crate::error::Error;
use crate::known::lock;

/// Holds it.
#[derive(Debug)]
pub(crate) struct Watching(Mutex<Watched>);

struct Watched {
    /// In the order of their keys.
    all: Vec<Entry>,
    changed: Option<Box<dyn Fn(Accounts) + Send>>,
}

impl Watching {
    /// Begins with those that the database has.
    pub(crate) fn new(book: &Book) -> Result<Self, Error> {
        Ok(Self(Mutex::new(Watched { all: book.accounts()?, changed: None })))
    }

    /// Returns all as made, and has `changed` be told from now on.
    pub(crate) fn accounts(&self, changed: impl Fn(Accounts) + Send + 'static) -> Accounts {
        let mut watched = lock(&self.0);
        watched.changed = Some(Box::new(changed));
        Accounts { made: watched.all.iter().map(name).collect(), ..Accounts::default() }
    }

    /// Learns which there are now, and tells what is new. One that was made again belongs to somebody else, so it is
    /// gone before that.
    pub(crate) fn learn(&self, book: &Book) -> Result<(), Error> {
        let all = book.accounts()?;
        let mut watched = lock(&self.0);
        let before = mem::replace(&mut watched.all, all);
        let all = &watched.all;
        let gone = before.iter().filter(|was| find(all, was).is_none()).map(name).collect();
        let made = all.iter().filter(|entry| find(&before, entry).is_none()).map(name).collect();
        let is_demoted = |entry: &&Entry| {
            entry.account.role == Role::Member
                && find(&before, entry).is_some_and(|was| was.account.role == Role::Operator)
        };
        let demoted = all.iter().filter(is_demoted).map(name).collect();
        let accounts = Accounts { gone, made, demoted };
        if let Some(changed) = watched.changed.as_ref().filter(|_| accounts != Accounts::default()) {
            changed(accounts);
        }
        Ok(())
    }
}

fn name(entry: &Entry) -> Name {
    entry.account.name.clone()
}

/// Finds an account among all, in the order of their keys, that is of the same name and was made at the same time.
fn find<'a>(all: &'a [Entry], entry: &Entry) -> Option<&'a Entry> {
    let place = all.binary_search_by_key(&entry.account.name.key(), |other| other.account.name.key()).ok()?;
    Some(&all[place]).filter(|other| other.made == entry.made)
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watched({} accounts)", self.all.len())
    }
}
