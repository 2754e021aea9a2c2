//! Owns which accounts there are, and who is told of those that are made, or gone.

use std::sync::Mutex;
use std::{fmt, mem};

use chinwag_core::Name;
use chinwag_core::log::Accounts;

use crate::book::Book;
use crate::error::Error;
use crate::known::lock;

/// Holds it.
#[derive(Debug)]
pub(crate) struct Watching(Mutex<Watched>);

struct Watched {
    /// In the order of their keys.
    names: Vec<Name>,
    changed: Option<Box<dyn Fn(Accounts) + Send>>,
}

impl Watching {
    /// Begins with those that the database has.
    pub(crate) fn new(book: &Book) -> Result<Self, Error> {
        Ok(Self(Mutex::new(Watched { names: names(book)?, changed: None })))
    }

    /// Returns all as made, and has `changed` be told from now on.
    pub(crate) fn accounts(&self, changed: impl Fn(Accounts) + Send + 'static) -> Accounts {
        let mut watched = lock(&self.0);
        watched.changed = Some(Box::new(changed));
        Accounts { made: watched.names.clone(), gone: Vec::new() }
    }

    /// Learns which there are now, and tells what is new.
    pub(crate) fn learn(&self, book: &Book) -> Result<(), Error> {
        let names = names(book)?;
        let mut watched = lock(&self.0);
        let before = mem::replace(&mut watched.names, names);
        let made: Vec<_> = watched.names.iter().filter(|name| !before.contains(name)).cloned().collect();
        let is_there = |name: &Name| watched.names.binary_search_by_key(&name.key(), Name::key).is_ok();
        let gone: Vec<_> = before.into_iter().filter(|name| !is_there(name)).collect();
        if let Some(changed) = watched.changed.as_ref().filter(|_| !made.is_empty() || !gone.is_empty()) {
            changed(Accounts { made, gone });
        }
        Ok(())
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Watched({} accounts)", self.names.len())
    }
}

/// Returns the names of accounts, in the order of their keys.
fn names(book: &Book) -> Result<Vec<Name>, Error> {
    Ok(book.accounts()?.into_iter().map(|entry| entry.account.name).collect())
}
