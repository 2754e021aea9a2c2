//! Owns what was decided on a running server and is to be kept, and what another program has decided meanwhile.
//!
//! Invariant: what is decided here is written in the end, and told to nobody; what another program has written is told
//! once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::{fmt, mem};

use chinwag_core::log::{AddressKey, Decided, KeptBar};

use crate::book::{Book, now_ms};
use crate::error::Error;
use crate::known::lock;

/// Holds it.
#[derive(Debug)]
pub(crate) struct Keeping(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Which addresses operators have banned, or no more, as far as that is not written.
    bans: BTreeMap<AddressKey, Option<KeptBar>>,
    /// Which are banned in the database, as far as the server knows of it.
    known: BTreeMap<AddressKey, KeptBar>,
    /// Is told what another program has decided.
    told: Option<Box<dyn Fn(Decided) + Send>>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} bans known, {} to be written)", self.known.len(), self.bans.len())
    }
}

impl Keeping {
    /// Begins with what the database has.
    pub(crate) fn new(book: &Book) -> Result<Self, Error> {
        Ok(Self(Mutex::new(Kept { known: bans(book)?, ..Kept::default() })))
    }

    /// Returns what was decided before, and has `told` be told what another program decides from now on.
    pub(crate) fn decided(&self, told: impl Fn(Decided) + Send + 'static) -> Decided {
        let mut kept = lock(&self.0);
        kept.told = Some(Box::new(told));
        Decided { bars: kept.known.values().cloned().collect(), unbarred: Vec::new() }
    }

    /// Takes what is to be written: that an address is banned, or no more.
    pub(crate) fn keep_ban(&self, address: AddressKey, bar: Option<KeptBar>) {
        lock(&self.0).bans.insert(address, bar);
    }

    /// Writes what is to be written, unless it is there already. What can't be written is kept for the next time.
    pub(crate) fn write(&self, book: &mut Book) -> Result<(), Error> {
        let mut taken = {
            let mut kept = lock(&self.0);
            let taken = mem::take(&mut kept.bans);
            let is_new = |(address, bar): &(AddressKey, Option<KeptBar>)| kept.known.get(address) != bar.as_ref();
            taken.into_iter().filter(is_new).collect::<BTreeMap<_, _>>()
        };
        if taken.is_empty() {
            return Ok(());
        }
        let written = book.keep_bans(taken.iter().map(|(address, bar)| (*address, bar.as_ref())));
        let mut kept = lock(&self.0);
        if written.is_err() {
            // What was decided since is newer.
            taken.append(&mut kept.bans);
            kept.bans = taken;
            return written;
        }
        for (address, bar) in taken {
            match bar {
                Some(bar) => drop(kept.known.insert(address, bar)),
                None => drop(kept.known.remove(&address)),
            }
        }
        Ok(())
    }

    /// Learns what another program has decided, and tells it. What is over is no news.
    pub(crate) fn learn(&self, book: &Book) -> Result<(), Error> {
        let (now, read) = (now_ms(), bans(book)?);
        let mut kept = lock(&self.0);
        let before = mem::replace(&mut kept.known, read);
        let is_new = |bar: &&KeptBar| before.get(&bar.address) != Some(bar);
        let is_gone = |bar: &&KeptBar| {
            bar.until_ms.is_none_or(|until_ms| until_ms > now) && !kept.known.contains_key(&bar.address)
        };
        let decided = Decided {
            bars: kept.known.values().filter(is_new).cloned().collect(),
            unbarred: before.values().filter(is_gone).map(|bar| bar.address).collect(),
        };
        if let Some(told) = &kept.told
            && decided != Decided::default()
        {
            told(decided);
        }
        Ok(())
    }
}

fn bans(book: &Book) -> Result<BTreeMap<AddressKey, KeptBar>, Error> {
    Ok(book.bans()?.into_iter().map(|bar| (bar.address, bar)).collect())
}
