//! Stores in folders of their own, and what is said.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::{env, fs, process};

use chinwag_core::words::{Kept, KeptMessage, Page, Past, Texts, Topic, What};
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
    Kept { room: name(room), name: name("ann"), what, time_ms: 1_764_000_000_000 + seq, seq }
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
