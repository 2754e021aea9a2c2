//! The program, or the machine, ends anywhere: what was kept is there, once.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use chinwag_core::words::{Bound, Page};
use chinwag_history::{Options, Store};

use common::{Dice, Folder, await_committed, name, page, past, said};

/// Tells a test that it is the program that is killed, and where its history is.
const CHILD: &str = "CHINWAG_HISTORY_KILLED";

/// All numbers of a room, in order.
fn numbers(store: &Store, room: &str) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        let after = numbers.last().copied().map(Bound::Seq);
        let asked = Page {
            venue: name(room).into(),
            after,
            before: None,
            is_from_oldest: true,
            count: 255,
            with_events: false,
        };
        let more = page(store, asked);
        if more.is_empty() {
            return numbers;
        }
        numbers.extend(more.iter().map(|message| message.seq));
    }
}

/// Keeps row after row, and tells of each, until it is killed.
fn keep_for_ever(dir: &Path) {
    let store = Store::open(&Options::new(dir)).expect("it can be opened");
    let mut seq = past(&store, "main").said;
    loop {
        store.keep(&[said("main", seq + 1, &["one", "two"]), said("main", seq + 3, &["three"])]);
        seq += 3;
        // Whoever listens may be gone already.
        let _ = writeln!(io::stdout(), "kept {seq}");
    }
}

#[test]
fn what_was_kept_by_a_program_that_was_killed_is_there_once() {
    if let Some(dir) = env::var_os(CHILD) {
        keep_for_ever(Path::new(&dir));
    }
    let folder = Folder::new("killed");
    let mut dice = Dice(1);
    let mut kept = 0;
    for _ in 0..12 {
        let mut child = Command::new(env::current_exe().expect("it runs"))
            .args(["--exact", "what_was_kept_by_a_program_that_was_killed_is_there_once", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it can be run again");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut left = 1 + dice.below(1_500);
        for line in lines {
            let line = line.expect("it is text");
            let Some(seq) = line.strip_prefix("kept ") else { continue };
            kept = seq.parse().expect("it is a number");
            left = left.saturating_sub(1);
            if left == 0 {
                child.kill().expect("it runs");
            }
        }
        child.wait().expect("it was killed");
        let store = folder.open();
        let there = numbers(&store, "main");
        let last = *there.last().expect("something was kept");
        assert!(last >= kept, "{kept} was kept, and {last} is the last");
        assert_eq!(there, (1..=last).collect::<Vec<_>>());
        assert_eq!(past(&store, "main").said, last);
        kept = last;
    }
}

/// Copies a database as it is at the moment.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("it can be made");
    // In this order they fit together, even if the one is brought into the other meanwhile.
    for file in ["chinwag.db-wal", "chinwag.db"] {
        fs::copy(from.join(file), to.join(file)).expect("it can be copied");
    }
}

#[test]
fn wherever_the_spool_is_torn_and_however_far_the_database_is_each_row_is_there_once() {
    let folder = Folder::new("torn");
    let mut images = Vec::new();
    let mut ends = Vec::new();
    {
        let store = folder.open();
        let spool = spool_of(folder.path());
        await_committed(&store);
        let end = |ends: &mut Vec<u64>| ends.push(fs::metadata(&spool).expect("it is there").len());
        end(&mut ends);
        for group in 0..4_u64 {
            let image = folder.path().join(format!("image-{group}"));
            copy(folder.path(), &image);
            images.push((image, 2 * group));
            for seq in [2 * group + 1, 2 * group + 2] {
                store.keep(&[said("main", seq, &["hello"])]);
                end(&mut ends);
            }
            await_committed(&store);
        }
        fs::copy(&spool, folder.path().join("spool")).expect("it can be copied");
    }
    let spool = fs::read(folder.path().join("spool")).expect("it is there");
    for (image, committed) in images {
        for cut in (0..=spool.len()).step_by(11).chain([spool.len()]) {
            let torn = folder.path().join("torn");
            copy(&image, &torn);
            fs::write(torn.join("spool-0000000001"), &spool[..cut]).expect("it can be written");
            let whole = ends.iter().filter(|&&end| end <= cut as u64).count().saturating_sub(1) as u64;
            let expected = whole.max(committed);
            for more in 0..2 {
                let store = Store::open(&Options::new(&torn)).expect("it can be opened");
                let there = numbers(&store, "main");
                assert_eq!(there, (1..=expected + more).collect::<Vec<_>>(), "{committed} committed, cut at {cut}");
                store.keep(&[said("main", expected + more + 1, &["after"])]);
            }
            fs::remove_dir_all(&torn).expect("it is there");
        }
    }
}

/// The only file of the spool.
fn spool_of(dir: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(dir).expect("it is there").map(|entry| entry.expect("it can be read").path());
    let is_spool = |path: &std::path::PathBuf| path.to_string_lossy().contains("/spool-");
    entries.filter(is_spool).max().expect("there is one")
}

#[test]
fn a_spool_of_many_files_is_read_from_one_to_the_next_and_goes_when_all_is_kept() {
    let folder = Folder::new("long");
    let long = "x".repeat(4_000);
    let rows: Vec<_> = (1..=3_000).map(|seq| said("main", seq, &[&long])).collect();
    let store = folder.open();
    for batch in rows.chunks(50) {
        store.keep(batch);
    }
    assert!(spool_of(folder.path()).to_string_lossy().ends_with("-0000000003"), "{:?}", spool_of(folder.path()));
    assert_eq!(numbers(&store, "main"), (1..=3_000).collect::<Vec<_>>());
    drop(store);
    let spools = fs::read_dir(folder.path())
        .expect("it is there")
        .filter(|entry| entry.as_ref().expect("it can be read").file_name().to_string_lossy().starts_with("spool-"));
    assert_eq!(spools.count(), 0);
}
