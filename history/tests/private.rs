//! What was said to one alone is kept for accounts, and read by nobody else.

mod common;

use std::time::Duration;

use chinwag_core::words::{Bound, Happened, Kept, KeptEvent, KeptMessage, Page, Tags, Told, Venue, What};
use chinwag_core::{How, Text};
use chinwag_history::{Filter, Options, Store, delete, export};

use common::{Folder, await_committed, name, page, said};

fn told(venue: (&str, &str), (by, to): (&str, &str), time_ms: u64, number: u64, text: &str) -> Kept {
    let told = Told { to: name(to), how: How::Say, text: Text::clean(text), tags: None };
    let what = What::Event(KeptEvent { number, what: Happened::Told(Box::new(told)) });
    let venue = Venue::private(name(venue.0), name(venue.1));
    Kept { venue, name: name(by), what, time_ms, seq: 0, is_hidden: false }
}

fn tagged(kept: Kept) -> Kept {
    let What::Event(KeptEvent { number, what: Happened::Told(told) }) = kept.what else { panic!("it was told") };
    let told = Told { how: How::Notice, text: Text::default(), tags: Tags::for_clients("+draft/persist"), ..*told };
    Kept { what: What::Event(KeptEvent { number, what: Happened::Told(Box::new(told)) }), ..kept }
}

fn forgotten(account: &str, before_ms: u64) -> Kept {
    let (venue, what) = (Venue::AllPrivate(name(account)), What::Forgotten { before_ms });
    Kept { venue, name: name(account), what, time_ms: 0, seq: 0, is_hidden: false }
}

fn all(venue: Venue) -> Page {
    Page { venue, after: None, before: None, is_from_oldest: true, count: 255, with_events: true }
}

fn texts(store: &Store, account: &str, with: &str) -> Vec<String> {
    let messages = page(store, all(Venue::private(name(account), name(with))));
    let text = |message: KeptMessage| {
        let told = message.event.as_ref().and_then(|event| event.told()).expect("it was told").clone();
        format!("{}>{}: {}", message.name, told.to, told.text)
    };
    messages.into_iter().map(text).collect()
}

fn last(store: &Store, account: &str) -> Vec<(String, u64)> {
    let messages = page(store, all(Venue::AllPrivate(name(account))));
    messages.into_iter().map(|message| (message.name.to_string(), message.time_ms)).collect()
}

/// Checks in the spool, in the database, and in one that is opened again.
fn wherever_it_is(folder: &Folder, rows: &[Kept], check: impl Fn(&Store)) {
    let store = folder.open();
    store.keep(rows);
    check(&store);
    await_committed(&store);
    check(&store);
    drop(store);
    check(&folder.open());
}

#[test]
fn each_account_has_its_own_and_whoever_else_is_called_so_has_nothing() {
    let folder = Folder::new("private");
    let rows = [
        told(("ann", "bob"), ("Ann", "bob"), 10, 1, "hi"),
        told(("bob", "ann"), ("Ann", "bob"), 10, 1, "hi"),
        told(("ann", "Guest"), ("Guest", "ann2"), 20, 2, "hello"),
        told(("ann", "ann"), ("ann", "ann"), 30, 3, "a note"),
        told(("bob", "ann"), ("bob", "ann"), 40, 4, "are you there?"),
        said("main", 1, &["in a room"]),
    ];
    wherever_it_is(&folder, &rows, |store| {
        assert_eq!(texts(store, "ANN", "Bob"), ["Ann>bob: hi"]);
        assert_eq!(texts(store, "bob", "ann"), ["Ann>bob: hi", "bob>ann: are you there?"]);
        assert_eq!(texts(store, "ann", "guest"), ["Guest>ann2: hello"]);
        assert_eq!(texts(store, "ann", "ann"), ["ann>ann: a note"]);
        assert_eq!(texts(store, "guest", "ann"), [""; 0]);
        assert_eq!(texts(store, "main", "ann"), [""; 0]);
        assert_eq!(last(store, "ann"), [("bob".into(), 10), ("Guest".into(), 20), ("ann".into(), 30)]);
        assert_eq!(last(store, "guest"), []);
    });
    let mut lines = Vec::new();
    export(folder.path(), &Filter::default(), &mut lines).expect("it is there");
    let lines = String::from_utf8(lines).expect("it is text");
    assert!(lines.contains("in a room") && !lines.contains("note") && !lines.contains("guest"), "{lines}");
}

#[test]
fn a_page_is_what_lies_between_its_bounds() {
    let folder = Folder::new("pages");
    // Several are of one time, and some are tags.
    let rows: Vec<_> = (0..40)
        .map(|number| {
            let kept = told(("ann", "bob"), ("ann", "bob"), 100 + number / 3, number, &format!("{number}"));
            if number % 7 == 3 { tagged(kept) } else { kept }
        })
        .collect();
    let message = |kept: &Kept| {
        let What::Event(event) = &kept.what else { panic!("it was told") };
        let (name, event) = (kept.name.clone(), Some(Box::new(event.clone())));
        KeptMessage { name, text: Text::default(), is_act: false, time_ms: kept.time_ms, seq: 0, event }
    };
    let messages: Vec<_> = rows.iter().map(message).collect();
    let at = |number: u64| Bound::Event { seq: 0, time_ms: 100 + number / 3, number };
    let bounds =
        [None, Some(Bound::TimeMs(99)), Some(Bound::TimeMs(104)), Some(Bound::TimeMs(200)), Some(at(0)), Some(at(17))];
    wherever_it_is(&folder, &rows, |store| {
        for (after, before) in bounds.iter().flat_map(|after| bounds.iter().map(move |before| (*after, *before))) {
            for (count, is_from_oldest, with_events) in [(5, true, true), (5, false, false), (255, true, false)] {
                let venue = Venue::private(name("ann"), name("bob"));
                let asked = Page { venue, after, before, is_from_oldest, count, with_events };
                let mut expected: Vec<_> = messages.iter().filter(|message| asked.has(message)).cloned().collect();
                asked.cut(&mut expected);
                assert_eq!(page(store, asked.clone()), expected, "{asked:?}");
            }
        }
    });
}

#[test]
fn who_gets_the_name_of_an_account_that_is_gone_reads_nothing_of_it() {
    let folder = Folder::new("former");
    let rows = [
        told(("ann", "bob"), ("ann", "bob"), 10, 1, "before"),
        told(("bob", "ann"), ("ann", "bob"), 10, 1, "before"),
        forgotten("Ann", u64::MAX),
        told(("ann", "bob"), ("ann", "bob"), 20, 2, "after"),
        told(("cid", "bob"), ("cid", "bob"), 20, 2, "of another"),
        told(("cid", "bob"), ("cid", "bob"), 30, 3, "later"),
        forgotten("cid", 30),
    ];
    wherever_it_is(&folder, &rows, |store| {
        assert_eq!(texts(store, "ann", "bob"), ["ann>bob: after"]);
        assert_eq!(texts(store, "bob", "ann"), ["ann>bob: before"], "the other still has it");
        assert_eq!(texts(store, "cid", "bob"), ["cid>bob: later"]);
        assert_eq!(last(store, "cid"), [("bob".into(), 30)]);
        let accounts = store.accounts().expect("they are read");
        let accounts: Vec<_> = accounts.into_iter().map(|(name, oldest)| (name.to_string(), oldest)).collect();
        assert_eq!(accounts, [("ann".into(), 20), ("bob".into(), 10), ("cid".into(), 30)]);
    });
}

#[test]
fn it_is_forgotten_with_time_and_deleted_with_its_author() {
    let folder = Folder::new("forgotten");
    let store = folder.open();
    store.keep(&[
        told(("ann", "bob"), ("ann", "bob"), 10, 1, "one"),
        told(("ann", "mal"), ("mal", "ann"), 20, 2, "two"),
        told(("ann", "bob"), ("bob", "ann"), 30, 3, "three"),
    ]);
    drop(store);
    let of = |filter| delete(folder.path(), &filter).expect("it is there");
    assert_eq!(of(Filter { room: Some(name("bob")), ..Filter::default() }), 0, "it is in no room");
    assert_eq!(of(Filter { name: Some(name("MAL")), ..Filter::default() }), 1);
    assert_eq!(of(Filter { until_ms: Some(20), ..Filter::default() }), 1);
    let store = folder.open();
    assert_eq!((texts(&store, "ann", "bob"), texts(&store, "ann", "mal")), (vec!["bob>ann: three".into()], Vec::new()));
    drop(store);
    let options = Options { keep_for: Some(Duration::ZERO), ..Options::new(folder.path()) };
    let store = Store::open(&options).expect("it can be opened");
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while !texts(&store, "ann", "bob").is_empty() {
        assert!(std::time::Instant::now() < deadline, "{:?}", store.stats());
        std::thread::yield_now();
    }
}

/// Returns how many are left of what was said in a room, and of what is private, after so many bytes were kept.
fn left(folder: &Folder, store: Store, share: f64) -> (usize, usize) {
    let file = folder.path().join("chinwag.db");
    await_committed(&store);
    let full = store.stats().database_bytes;
    drop(store);
    let most = (full as f64 * share) as u64;
    let options = Options { keep_bytes: Some(most), ..Options::new(folder.path()) };
    let store = Store::open(&options).expect("it can be opened");
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while !(1..=most).contains(&store.stats().database_bytes) {
        assert!(std::time::Instant::now() < deadline, "{:?}", store.stats());
        std::thread::yield_now();
    }
    drop(store);
    let database = rusqlite::Connection::open(file).expect("it can be opened");
    let count = |table| database.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0));
    (count("said").expect("it is read"), count("private").expect("it is read"))
}

#[test]
fn what_is_too_much_goes_by_turns_with_what_was_said_in_rooms_the_oldest_first() {
    const EACH: u64 = 2_000;
    let long = "some words that somebody says, and that somebody else might look for ".repeat(4);
    let private = |at: u64| told(("ann", "bob"), ("ann", "bob"), at, at, &long);
    let in_room = |seq: u64, time_ms: u64| Kept { time_ms, ..said("main", seq, &[&long]) };
    let folder = Folder::new("turns");
    let store = folder.open();
    (1..=EACH).for_each(|seq| store.keep(&[private(2 * seq), in_room(seq, 2 * seq + 1)]));
    let (in_rooms, of_private) = left(&folder, store, 0.5);
    assert!((500..1_500).contains(&in_rooms) && in_rooms.abs_diff(of_private) <= 1, "{in_rooms}, {of_private}");
    // What is private and of last year goes before what was said today.
    let folder = Folder::new("first");
    let store = folder.open();
    (1..=EACH).for_each(|at| store.keep(&[private(at)]));
    (1..=EACH).for_each(|seq| store.keep(&[in_room(seq, EACH + seq)]));
    let (in_rooms, of_private) = left(&folder, store, 0.7);
    assert!(in_rooms == EACH as usize && (1..1_500).contains(&of_private), "{in_rooms}, {of_private}");
    // A topic of today goes behind it.
    let folder = Folder::new("topic");
    let store = folder.open();
    let topic = What::Event(KeptEvent { number: 1, what: Happened::Topic(None) });
    (1..=EACH).for_each(|at| store.keep(&[private(at)]));
    store.keep(&[Kept { what: topic, ..in_room(1, EACH + 1) }]);
    let (_, of_private) = left(&folder, store, 0.7);
    let database = rusqlite::Connection::open(folder.path().join("chinwag.db")).expect("it can be opened");
    let topics: usize = database.query_row("SELECT count(*) FROM events", (), |row| row.get(0)).expect("it is read");
    assert!((1..1_500).contains(&of_private) && topics == 1, "{of_private}, {topics}");
}
