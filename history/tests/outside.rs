//! A history is exported, imported, deleted from and copied, with a server or without.

mod common;

use std::fs;
use std::path::Path;

use chinwag_core::words::Kept;
use chinwag_history::{Error, Filter, Imported, Options, Store, backup, delete, export, import};

use common::{Folder, acted, await_committed, name, past, said, texts_found, topic};

fn exported(dir: &Path, filter: &Filter) -> String {
    let mut out = Vec::new();
    export(dir, filter, &mut out).expect("it can be exported");
    String::from_utf8(out).expect("it is text")
}

fn talk(store: &Store) {
    let bob = Kept { name: name("bob"), ..said("garden", 1, &["a \"rose\""]) };
    store.keep(&[said("main", 1, &["hello", "pizza"]), acted("main", 3, "waves"), bob]);
    store.keep(&[topic("main", 3, Some("food"))]);
}

const LINES: &str = r#"{"room":"main","said":3,"topic":"food","topic_name":"ann","topic_time_ms":1764000000003}
{"room":"garden","said":1}
{"name":"ann","room":"main","seq":1,"text":"hello","time_ms":1764000000001}
{"name":"ann","room":"main","seq":2,"text":"pizza","time_ms":1764000000001}
{"act":true,"name":"ann","room":"main","seq":3,"text":"waves","time_ms":1764000000003}
{"name":"bob","room":"garden","seq":1,"text":"a \"rose\"","time_ms":1764000000001}
"#;

#[test]
fn what_is_exported_is_the_same_again_where_it_is_imported() {
    let (folder, other) = (Folder::new("export"), Folder::new("import"));
    let store = folder.open();
    talk(&store);
    await_committed(&store);
    // While a server has it.
    assert_eq!(exported(folder.path(), &Filter::default()), LINES);
    drop(store);
    assert_eq!(exported(folder.path(), &Filter::default()), LINES);
    let first = import(other.path(), &mut LINES.as_bytes()).expect("it can be imported");
    assert_eq!(first, Imported { kept: 4, skipped: 0 });
    let again = import(other.path(), &mut LINES.as_bytes()).expect("it can be imported");
    assert_eq!(again, Imported { kept: 0, skipped: 4 });
    assert_eq!(exported(other.path(), &Filter::default()), LINES);
    let (store, other) = (folder.open(), other.open());
    for room in ["main", "garden"] {
        assert_eq!(past(&store, room), past(&other, room));
    }
    assert_eq!(texts_found(&other, "garden", "rose"), ["a \"rose\""]);
}

#[test]
fn an_export_has_what_is_meant_and_nothing_else() {
    let folder = Folder::new("filter");
    talk(&folder.open());
    let texts = |filter: &Filter| -> Vec<String> {
        let lines = exported(folder.path(), filter);
        let texts =
            lines.lines().filter_map(|line| Some(line.split_once("\"text\":\"")?.1.split_once("\",\"")?.0.to_owned()));
        texts.collect()
    };
    let default = Filter::default;
    let cases = [
        (Filter { room: Some(name("MAIN")), ..default() }, vec!["hello", "pizza", "waves"]),
        (Filter { name: Some(name("Bob")), ..default() }, vec!["a \\\"rose\\\""]),
        (Filter { since_ms: Some(1_764_000_000_002), ..default() }, vec!["waves"]),
        (Filter { until_ms: Some(1_764_000_000_003), room: Some(name("main")), ..default() }, vec!["hello", "pizza"]),
        (Filter { room: Some(name("nowhere")), ..default() }, vec![]),
    ];
    for (filter, expected) in cases {
        assert_eq!(texts(&filter), expected, "{filter:?}");
    }
}

#[test]
fn what_is_deleted_is_not_in_the_files_any_more() {
    let folder = Folder::new("delete");
    let store = folder.open();
    store.keep(&[said("main", 1, &["something embarrassing", "hello"]), said("garden", 1, &["embarrassing"])]);
    assert!(matches!(delete(folder.path(), &Filter::default()), Err(Error::InUse(_))));
    drop(store);
    let filter = Filter { room: Some(name("main")), until_ms: Some(u64::MAX), ..Filter::default() };
    assert_eq!(delete(folder.path(), &filter).expect("it can be deleted"), 2);
    let store = folder.open();
    assert_eq!(texts_found(&store, "main", "embarrassing"), [""; 0]);
    assert_eq!(texts_found(&store, "garden", "embarrassing").len(), 1);
    assert_eq!((past(&store, "main").said, past(&store, "main").messages.len()), (2, 0));
    drop(store);
    let all = |word: &[u8]| {
        let files = fs::read_dir(folder.path()).expect("it is there");
        let texts = files.map(|file| fs::read(file.expect("it can be read").path()).expect("it can be read"));
        texts.filter(|text| text.windows(word.len()).any(|part| part == word)).count()
    };
    assert_eq!((all(b"something"), all(b"embarrassing")), (0, 1));
}

#[test]
fn a_copy_is_a_history_and_nothing_is_written_over() {
    let (folder, other) = (Folder::new("backup"), Folder::new("restored"));
    let store = folder.open();
    talk(&store);
    await_committed(&store);
    fs::create_dir(other.path()).expect("it can be made");
    let copy = other.path().join("chinwag.db");
    backup(folder.path(), &copy).expect("it can be copied");
    assert!(matches!(backup(folder.path(), &copy), Err(Error::File { .. })));
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&copy).expect("it is there").permissions());
    assert_eq!(mode & 0o777, 0o600);
    let restored = other.open();
    assert_eq!(past(&restored, "main"), past(&store, "main"));
    restored.keep(&[said("main", 4, &["and on"])]);
    assert_eq!(texts_found(&restored, "main", "and"), ["and on"]);
}

#[test]
fn what_a_killed_server_has_left_in_the_spool_is_exported_too() {
    let (folder, killed) = (Folder::new("left"), Folder::new("killed-copy"));
    let store = folder.open();
    fs::create_dir(killed.path()).expect("it can be made");
    fs::copy(folder.path().join("chinwag.db"), killed.path().join("chinwag.db")).expect("it can be copied");
    fs::copy(folder.path().join("chinwag.db-wal"), killed.path().join("chinwag.db-wal")).expect("it can be copied");
    talk(&store);
    fs::copy(folder.path().join("spool-0000000001"), killed.path().join("spool-0000000001")).expect("it can be copied");
    assert_eq!(exported(killed.path(), &Filter::default()), LINES);
}

#[test]
fn what_cannot_be_done_is_said_in_words() {
    let folder = Folder::new("wrong");
    let said = |outcome: Result<u64, Error>| {
        outcome.expect_err("it can't be done").to_string().replace(&folder.path().display().to_string(), "DIR")
    };
    assert_eq!(said(export(folder.path(), &Filter::default(), &mut Vec::new())), "DIR has no history");
    let store = folder.open();
    let lines = "{\"room\":\"main\",\"said\":1}\n\n{\"room\":\"main\"}\n";
    let imported = |lines: &str| import(folder.path(), &mut lines.as_bytes()).map(|imported| imported.kept);
    let in_use = "DIR: a server has its history there: stop it first, or take another folder";
    assert_eq!(said(imported(lines)), in_use);
    assert_eq!(said(Store::open(&Options::new(folder.path())).map(|_| 0)), in_use);
    drop(store);
    let wrong = "line 3 says no message and no room: it takes room, seq, time_ms, name and text";
    assert_eq!(said(imported(lines)), wrong);
    for line in ["[]", "{", "{\"room\":\"main\",\"seq\":0,\"time_ms\":1,\"name\":\"ann\",\"text\":\"\"}"] {
        assert_eq!(said(imported(line)), wrong.replace('3', "1"), "{line}");
    }
}
