//! Owns what was decided on a running server and is to be kept, and what another program has decided meanwhile.
//!
//! Invariant: what is decided here is written in the end, and told to nobody; what another program has written is told
//! once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::{fmt, mem};

use chinwag_core::Name;
use chinwag_core::log::{AddressKey, Decided, KeptBar, OwnedState};

use crate::book::{Book, now_ms};
use crate::error::Error;
use crate::known::lock;
use crate::watching::Watching;

/// Holds it.
#[derive(Debug)]
pub(crate) struct Keeping {
    kept: Mutex<Kept>,
    /// Which accounts there are.
    pub(crate) accounts: Watching,
}

#[derive(Default)]
struct Kept {
    /// Which addresses operators have banned, or no more, as far as that is not written.
    bans: BTreeMap<AddressKey, Option<KeptBar>>,
    /// Which are banned in the database, as far as the server knows of it.
    known: BTreeMap<AddressKey, KeptBar>,
    /// The rooms that belonged to accounts before the server was started, until it has asked for them.
    rooms_before: Vec<OwnedState>,
    /// What rooms are that belong to accounts, or that they do no more, as far as that is not written; by their names
    /// in small letters.
    rooms: BTreeMap<String, (Name, Option<OwnedState>)>,
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
        let kept = Kept { known: bans(book)?, rooms_before: book.rooms()?, ..Kept::default() };
        Ok(Self { kept: Mutex::new(kept), accounts: Watching::new(book)? })
    }

    /// Returns what was decided before, and has `told` be told what another program decides from now on.
    pub(crate) fn decided(&self, told: impl Fn(Decided) + Send + 'static) -> Decided {
        let mut kept = lock(&self.kept);
        kept.told = Some(Box::new(told));
        let rooms = mem::take(&mut kept.rooms_before);
        Decided { bars: kept.known.values().cloned().collect(), unbarred: Vec::new(), rooms }
    }

    /// Takes what is to be written: what a room is that belongs to an account, or that it belongs to none any more.
    pub(crate) fn keep_room(&self, room: Name, owned: Option<OwnedState>) {
        lock(&self.kept).rooms.insert(room.as_str().to_ascii_lowercase(), (room, owned));
    }

    /// Takes what is to be written: that an address is banned, or no more.
    pub(crate) fn keep_ban(&self, address: AddressKey, bar: Option<KeptBar>) {
        lock(&self.kept).bans.insert(address, bar);
    }

    /// Writes what is to be written, unless it is there already. What can't be written is kept for the next time.
    pub(crate) fn write(&self, book: &mut Book) -> Result<(), Error> {
        self.write_bans(book)?;
        let mut taken = mem::take(&mut lock(&self.kept).rooms);
        if taken.is_empty() {
            return Ok(());
        }
        let written = book.keep_rooms(taken.values().map(|(room, owned)| (room, owned.as_ref())));
        if written.is_err() {
            let mut kept = lock(&self.kept);
            taken.append(&mut kept.rooms);
            kept.rooms = taken;
        }
        written
    }

    fn write_bans(&self, book: &mut Book) -> Result<(), Error> {
        let mut taken = {
            let mut kept = lock(&self.kept);
            let taken = mem::take(&mut kept.bans);
            let is_new = |(address, bar): &(AddressKey, Option<KeptBar>)| kept.known.get(address) != bar.as_ref();
            taken.into_iter().filter(is_new).collect::<BTreeMap<_, _>>()
        };
        if taken.is_empty() {
            return Ok(());
        }
        let written = book.keep_bans(taken.iter().map(|(address, bar)| (*address, bar.as_ref())));
        let mut kept = lock(&self.kept);
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
        let mut kept = lock(&self.kept);
        let before = mem::replace(&mut kept.known, read);
        let is_new = |bar: &&KeptBar| before.get(&bar.address) != Some(bar);
        let is_gone = |bar: &&KeptBar| {
            bar.until_ms.is_none_or(|until_ms| until_ms > now) && !kept.known.contains_key(&bar.address)
        };
        let decided = Decided {
            bars: kept.known.values().filter(is_new).cloned().collect(),
            unbarred: before.values().filter(is_gone).map(|bar| bar.address).collect(),
            rooms: Vec::new(),
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
