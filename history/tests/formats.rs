//! Databases of earlier formats are read, and those of later ones, or of others, are refused.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use chinwag_core::words::{Happened, KeptEvent, Page, Topic, What};
use chinwag_history::{Filter, Options, Store, export};
use rusqlite::Connection;

use common::{Folder, name, page, past, said, texts_found};

/// The databases of earlier releases, by their formats.
const FORMATS: [&str; 4] = ["format-1.db", "format-2.db", "format-3.db", "format-4.db"];

fn event(what: Happened) -> What {
    What::Event(KeptEvent { number: 7, what })
}

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)
}

fn opened(folder: &Folder, change: &str) -> String {
    Connection::open(folder.path().join("chinwag.db")).expect("it is one").execute_batch(change).expect("it is SQL");
    let outcome = Store::open(&Options::new(folder.path()));
    let text = outcome.map(drop).expect_err("it is refused").to_string();
    text.replace(&folder.path().display().to_string(), "DIR")
}

#[test]
fn a_history_of_each_earlier_format_is_read_found_and_gone_on_with() {
    for format in FORMATS {
        let folder = Folder::new(format);
        fs::create_dir(folder.path()).expect("there is room");
        fs::copy(kept(format), folder.path().join("chinwag.db")).expect("there is room");
        let store = folder.open();
        let known = past(&store, "main");
        let texts: Vec<_> = known.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!((known.said, texts), (4, vec!["hello Straße", "waves", "我喜欢聊天", "C++"]), "{format}");
        assert_eq!(known.topic.map(|topic| topic.topic.as_str().to_owned()).as_deref(), Some("food"));
        for (words, found) in [("strasse", "hello Straße"), ("聊天", "我喜欢聊天"), ("c++", "C++")] {
            assert_eq!(texts_found(&store, "main", words), [found], "{format}");
        }
        assert_eq!(texts_found(&store, "garden", "rose"), ["a rose"]);
        store.keep(&[common::kept("main", 4, event(Happened::Topic(None))), said("main", 5, &["and on"])]);
        let newest = Page {
            venue: name("main").into(),
            after: None,
            before: None,
            is_from_oldest: false,
            count: 2,
            with_events: true,
        };
        let newest: Vec<_> =
            page(&store, newest).into_iter().map(|message| (message.seq, message.event.is_some())).collect();
        assert_eq!(newest, [(4, true), (5, false)], "{format}");
        assert_eq!(texts_found(&store, "main", "on"), ["and on"]);
    }
}

#[test]
fn what_a_later_release_has_written_is_refused_and_so_is_what_is_no_history() {
    let folder = Folder::new("later");
    drop(folder.open());
    let later = "DIR/chinwag.db has format 5, and this release reads up to format 4: a newer release is needed";
    assert_eq!(opened(&folder, "PRAGMA user_version = 5"), later);
    let error = export(folder.path(), &Filter::default(), &mut Vec::new()).expect_err("it is refused");
    assert!(error.to_string().ends_with("a newer release is needed"));
    assert_eq!(opened(&folder, "PRAGMA application_id = 7"), "DIR/chinwag.db is no history of chinwag");
    fs::write(folder.path().join("chinwag.db"), "no database at all, but long enough to be told from one".repeat(99))
        .expect("there is room");
    let error = Store::open(&Options::new(folder.path())).expect_err("it is refused");
    assert!(error.to_string().ends_with("chinwag.db is no history of chinwag"), "{error}");
}

/// Where there is no file of this format yet, it is made: a new format begins with that.
#[test]
fn this_format_is_among_them() {
    let folder = Folder::new("this");
    let store = folder.open();
    store.keep(&[
        said("main", 1, &["hello Straße"]),
        common::acted("main", 2, "waves"),
        said("main", 3, &["我喜欢聊天", "C++"]),
        common::topic("main", 4, Some("food")),
        said("garden", 1, &["a rose"]),
        common::kept("main", 4, event(Happened::Topic(Topic::of("food")))),
    ]);
    drop(store);
    let made = Connection::open(folder.path().join("chinwag.db")).expect("it is one");
    let format: usize = made.pragma_query_value(None, "user_version", |row| row.get(0)).expect("it has one");
    let (last, path) = (FORMATS.len(), kept(&format!("format-{format}.db")));
    if !path.exists() {
        fs::create_dir_all(kept("")).expect("there is room");
        fs::copy(folder.path().join("chinwag.db"), path).expect("there is room");
    }
    assert_eq!(format, last, "the file of format {format} was made: add it to the list");
    // Its tables are those that this release makes.
    let tables = |database: &Connection| -> Vec<String> {
        let mut tables =
            database.prepare("SELECT sql FROM sqlite_schema WHERE sql NOTNULL ORDER BY name").expect("it is SQL");
        tables.query_map((), |row| row.get(0)).expect("it is read").collect::<Result<_, _>>().expect("it is text")
    };
    let copy = folder.path().join("copy.db");
    fs::copy(kept(FORMATS[last - 1]), &copy).expect("there is room");
    assert_eq!(tables(&made), tables(&Connection::open(copy).expect("it is one")));
}
