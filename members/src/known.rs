//! Owns what a running server knows of its members without a look at the database.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chinwag_core::admission::Account;

use crate::secret::Hash;

/// What is known without a look at the database.
#[derive(Default, Debug)]
pub(crate) struct Known {
    /// With these somebody comes in who was let in before: to an account, if it is of one.
    pub(crate) passes: HashMap<Hash, Option<Account>>,
    /// Those that were used, as far as that is not written.
    pub(crate) used: BTreeSet<Hash>,
    /// With these somebody has logged in since the server was started, and the account has not changed: a code of both
    /// the account and its password, by a key that is known to nobody.
    pub(crate) logins: HashMap<Code, Account>,
}

/// What an account and its password are compared by without being hashed again.
pub(crate) type Code = [u8; 32];

/// Nobody leaves it half-way.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
