//! Stores in folders of their own, and what is said.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use chinwag_core::words::{Found, Kept, KeptMessage, Page, Past, Search, Texts, Topic, What};
use chinwag_core::{Name, Text};
use chinwag_history::{Options, Store};

/// A folder that is removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("chinwag-history-{}-{name}", process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(&Options::new(&self.0)).expect("it can be opened")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).expect("it is a name")
}

pub(crate) fn kept(room: &str, seq: u64, what: What) -> Kept {
    Kept { venue: name(room).into(), name: name("ann"), what, time_ms: 1_764_000_000_000 + seq, seq, is_hidden: false }
}

pub(crate) fn said(room: &str, seq: u64, texts: &[&str]) -> Kept {
    let lines: String = texts.iter().map(|text| format!("{text}\n")).collect();
    kept(room, seq, What::Said(Texts::parse_lines(&lines).expect("they are clean")))
}

pub(crate) fn acted(room: &str, seq: u64, text: &str) -> Kept {
    kept(room, seq, What::Acted(Text::clean(text)))
}

pub(crate) fn topic(room: &str, seq: u64, text: Option<&str>) -> Kept {
    kept(room, seq, What::Topic(text.and_then(Topic::of)))
}

pub(crate) fn past(store: &Store, room: &str) -> Past {
    let (answer, past) = mpsc::channel();
    store.past(name(room), move |past| answer.send(past).expect("it is waited for"));
    past.recv().expect("it is answered").expect("the disk can be read")
}

pub(crate) fn page(store: &Store, asked: Page) -> Vec<KeptMessage> {
    let (answer, page) = mpsc::channel();
    store.page(asked, move |page| answer.send(page).expect("it is waited for"));
    page.recv().expect("it is answered").expect("the disk can be read")
}

pub(crate) fn search(store: &Store, asked: Search) -> Vec<Found> {
    let (answer, found) = mpsc::channel();
    store.search(asked, move |found| answer.send(found).expect("it is waited for"));
    found.recv().expect("it is answered").expect("the disk can be read")
}

/// Finds texts in one room, the newest first.
pub(crate) fn texts_found(store: &Store, room: &str, words: &str) -> Vec<String> {
    let asked = Search { rooms: vec![name(room)], words: Text::clean(words), count: 100 };
    search(store, asked).iter().map(|found| found.message.text.as_str().to_owned()).collect()
}

/// Waits until all that was kept is in the database, which the store brings about by itself.
pub(crate) fn await_committed(store: &Store) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while store.stats().rows_behind > 0 {
        assert!(Instant::now() < deadline, "{:?}", store.stats());
        thread::yield_now();
    }
}

/// Draws numbers, always the same for a seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % end
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("it is an index")]
    }
}
