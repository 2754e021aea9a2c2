//! What is too old, or too much, is forgotten.

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chinwag_core::words::{Happened, Kept, KeptEvent, Page, What};
use chinwag_history::{Filter, Options, Store, delete};

use rusqlite::{Connection, OpenFlags};

use common::{Folder, await_committed, kept, name, page, past, said, texts_found};

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later");
    u64::try_from(now.as_millis()).expect("it fits")
}

/// Waits until the store says so, which its threads bring about by themselves.
fn await_store(store: &Store, is_so: impl Fn(&Store) -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while !is_so(store) {
        assert!(std::time::Instant::now() < deadline, "{:?}", store.stats());
        std::thread::yield_now();
    }
}

#[test]
fn what_is_older_than_it_may_be_is_neither_read_nor_found_and_numbers_go_on() {
    let folder = Folder::new("old");
    let options = Options { keep_for: Some(Duration::from_secs(3_600)), ..Options::new(folder.path()) };
    let store = Store::open(&options).expect("it can be opened");
    let at = |seq: u64, time_ms| Kept { time_ms, ..said("main", seq, &[&format!("hello {seq}")]) };
    let old = now_ms() - 7_200_000;
    let rows: Vec<_> = (1..=1_200).map(|seq| at(seq, old + seq)).chain([at(1_201, now_ms())]).collect();
    store.keep(&rows);
    await_store(&store, |store| store.stats().rows_forgotten == 1_200);
    let past_of = past(&store, "main");
    assert_eq!((past_of.said, past_of.messages.len()), (1_201, 1));
    assert_eq!(texts_found(&store, "main", "hello"), ["hello 1201"]);
    drop(store);
    // With the last message the number does not go.
    let options = Options { keep_for: Some(Duration::ZERO), ..Options::new(folder.path()) };
    let store = Store::open(&options).expect("it can be opened");
    await_store(&store, |store| store.stats().rows_forgotten == 1);
    assert_eq!((past(&store, "main").said, past(&store, "main").messages.len()), (1_201, 0));
    assert_eq!(texts_found(&store, "main", "hello"), [""; 0]);
    store.keep(&[Kept { name: name("bob"), ..at(1_202, now_ms() + 60_000) }]);
    assert_eq!(past(&store, "main").said, 1_202);
}

#[test]
fn a_database_that_is_too_large_becomes_smaller_and_keeps_the_newest() {
    let folder = Folder::new("large");
    let store = folder.open();
    let long = "some words that somebody says, and that somebody else might look for ".repeat(8);
    let rows: Vec<_> = (1..=6_000).map(|seq| said("main", seq, &[&format!("{long}{seq}")])).collect();
    rows.chunks(100).for_each(|rows| store.keep(rows));
    assert_eq!(past(&store, "main").said, 6_000);
    await_store(&store, |store| store.stats().rows_behind == 0);
    let full = store.stats().database_bytes;
    drop(store);
    let half = full / 2;
    let options = Options { keep_bytes: Some(half), ..Options::new(folder.path()) };
    let store = Store::open(&options).expect("it can be opened");
    await_store(&store, |store| (1..=half).contains(&store.stats().database_bytes));
    let forgotten = store.stats().rows_forgotten;
    assert!((2_500..4_000).contains(&forgotten), "{forgotten} of 6,000 forgotten");
    assert_eq!(texts_found(&store, "main", "6000").len(), 1);
    assert_eq!(texts_found(&store, "main", "17").len(), 0);
    // What is free is given back to the disk.
    let file = folder.path().join("chinwag.db");
    let database = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it can be opened");
    let pages = || database.pragma_query_value(None, "page_count", |row| row.get::<_, u64>(0)).expect("it can be read");
    await_store(&store, |_| pages() * 4_096 < full * 3 / 4);
    drop((store, database));
    assert!(std::fs::metadata(&file).expect("it is there").len() < full * 3 / 4);
}

/// Returns how much there is of a room, with what happened there.
fn count(store: &Store, room: &str) -> usize {
    let (room, count) = (name(room), 100);
    page(store, Page { venue: room.into(), after: None, before: None, is_from_oldest: true, count, with_events: true })
        .len()
}

#[test]
fn what_happened_is_forgotten_with_what_was_said() {
    let folder = Folder::new("events");
    let event = |room, seq| kept(room, seq, What::Event(KeptEvent { number: seq, what: Happened::Topic(None) }));
    let store = folder.open();
    store.keep(&[said("main", 1, &["one"]), event("main", 1), said("main", 2, &["two"]), event("tea", 7)]);
    await_committed(&store);
    assert_eq!((count(&store, "main"), count(&store, "tea")), (3, 1));
    drop(store);
    let of = |room, until_ms| Filter { room: Some(name(room)), until_ms, ..Filter::default() };
    delete(folder.path(), &of("main", Some(1_764_000_000_002))).expect("it is there");
    let store = folder.open();
    assert_eq!((count(&store, "main"), count(&store, "tea")), (1, 1));
    drop(store);
    let options = Options { keep_for: Some(Duration::ZERO), ..Options::new(folder.path()) };
    let store = Store::open(&options).expect("it can be opened");
    await_store(&store, |store| count(store, "main") + count(store, "tea") == 0);
}
