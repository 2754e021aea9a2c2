//! A full disk stops nobody, and is over when it is.

mod common;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use chinwag_core::words::{Bound, Page};
use chinwag_history::{Options, Store};

use common::{Folder, name, page, past, said, texts_found};

/// Tells a test that it is the program with a small disk, and where that is.
const CHILD: &str = "CHINWAG_HISTORY_SMALL_DISK";

const TEST: &str = "a_full_disk_stops_nobody_and_what_it_did_not_take_is_counted";

/// Waits until the threads of the store have come that far.
fn await_store(store: &Store, is_so: impl Fn(&Store) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so(store) {
        assert!(Instant::now() < deadline, "{:?}", store.stats());
        thread::yield_now();
    }
}

fn on_a_small_disk(dir: &Path) {
    let ballast = dir.join("ballast");
    fs::write(&ballast, vec![1; 48 << 20]).expect("there is room");
    let store = Store::open(&Options::new(dir.join("data"))).expect("it can be opened");
    let long = "x".repeat(4_000);
    let mut seq = 0;
    while store.stats().rows_lost == 0 {
        seq += 1;
        store.keep(&[said("main", seq, &[&long])]);
        assert!(seq < 10_000, "it never becomes full");
    }
    await_store(&store, |store| store.stats().is_failing);
    // Numbers go on, also those of what was lost.
    let known = past(&store, "main");
    assert_eq!((known.said, known.messages.len()), (seq, 100));
    assert_eq!(known.messages.last().map(|message| message.seq), Some(seq - 1));
    assert_eq!(texts_found(&store, "main", "after"), [""; 0]);
    fs::remove_file(ballast).expect("it is there");
    store.keep(&[said("main", seq + 1, &["after"])]);
    await_store(&store, |store| !store.stats().is_failing && store.stats().rows_behind == 0);
    assert_eq!(texts_found(&store, "main", "after"), ["after"]);
    let stats = store.stats();
    assert_eq!((stats.rows_kept, stats.rows_lost), (seq, 1));
    let mut numbers: Vec<u64> = Vec::new();
    loop {
        let after = numbers.last().copied().map(Bound::Seq);
        let more = page(
            &store,
            Page {
                venue: name("main").into(),
                after,
                before: None,
                is_from_oldest: true,
                count: 200,
                with_events: false,
            },
        );
        if more.is_empty() {
            break;
        }
        numbers.extend(more.iter().map(|message| message.seq));
    }
    assert_eq!(numbers, (1..seq).chain([seq + 1]).collect::<Vec<_>>());
}

#[test]
fn a_full_disk_stops_nobody_and_what_it_did_not_take_is_counted() {
    if let Some(dir) = env::var_os(CHILD) {
        return on_a_small_disk(Path::new(&dir));
    }
    let folder = Folder::new("small");
    fs::create_dir(folder.path()).expect("there is room");
    // A disk of its own, which nobody else sees. Once the ballast is gone there is room for all that waits, and as much
    // again for the write-ahead log.
    let script = format!("mount -t tmpfs -o size=64m tmpfs \"${CHILD}\" && exec \"$@\"");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"])
        .arg(env::current_exe().expect("it runs"))
        .args(["--exact", TEST, "--nocapture"])
        .env(CHILD, folder.path())
        .output()
        .expect("these tests need unshare");
    let [out, err] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success() && out.contains("1 passed"), "{out}{err}");
}
