//! `chinwag replay` as whoever mends a server runs it, with what both servers have recorded.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chinwag_tests::{Adapter, BareCore, Batching, Person, Program, Script, connect};
use rustix::process::Signal;

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("cargo made the folder above");
        Self(folder)
    }

    fn at(&self, below: &str) -> String {
        self.0.join(below).to_str().expect("its name is text").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn replay(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chinwag"));
    command.arg("replay").args(args).output().expect("the binary runs")
}

/// Runs it, and returns what it says.
#[track_caller]
fn said(args: &[&str]) -> String {
    let Output { status, stdout, stderr } = replay(args);
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success() && stderr.is_empty(), "{stderr}");
    String::from_utf8(stdout).expect("it is text")
}

#[track_caller]
fn assert_failure(args: &[&str], code: i32, says: &str) {
    let Output { status, stderr, .. } = replay(args);
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.code() == Some(code) && stderr.contains(says), "{stderr}");
}

/// Records how Ann, Bob and Cid talk, and returns what Ann was sent.
fn record(adapter: Adapter, folder: &str) -> String {
    let (server, [lines, _, irc]) = Program::start_all(adapter, ["--record", folder]);
    let (mut ann, mut bob) = (connect(lines), Person::come(lines));
    ann.write_all(b"/name Ann\nhello\n/users\n/topic Flour\n").expect("it takes a few lines");
    bob.read_up_to("Ann set the topic: Flour");
    bob.type_line("/name Bob");
    bob.type_line("/msg ann alone\n//shrug");
    bob.read_up_to("Bob: /shrug");
    let mut cid = connect(irc);
    cid.write_all(b"NICK Cid\r\nUSER c 0 * :C\r\nJOIN #main\r\nPRIVMSG #main :by irc\r\n")
        .expect("it takes a few lines");
    bob.read_up_to("Cid: by irc");
    bob.type_line("/quit");
    bob.read_to_end();
    server.signal(Signal::TERM);
    assert_eq!(server.join().code, Some(0));
    let mut read = String::new();
    ann.read_to_string(&mut read).expect("it is text");
    read
}

#[test]
fn a_recording_is_verified_shown_tested_and_redacted() {
    let folder = Folder::new("replay");
    for adapter in Adapter::ALL {
        let recording = folder.at(&format!("{adapter:?}"));
        let anns = record(adapter, &recording);
        let summary = said(&[&recording]);
        assert!(summary.starts_with("1 segment\nfrom ") && summary.contains("the same as then: "), "{summary}");
        assert_eq!(said(&[&recording, "--verify"]), summary);
        assert_eq!(said(&[&recording, "--as", "ann"]), anns);
        assert_failure(&[&recording, "--as", "Zed"], 1, "nobody was called Zed");
        assert_failure(&[&recording, "--until", "soon"], 2, "2026-11-30T09:00Z");
        let state = said(&[&recording, "--state"]);
        assert!(state.contains("room main (2 people, 3 messages, topic: Flour): Ann, Cid"), "{state}");
        let start = said(&[&recording, "--state", "--until", "0s"]);
        assert!(start.contains("0 people, 1 rooms, 0 messages"), "{start}");
        // As a test of the tree it does what it did.
        let test = folder.at(&format!("{adapter:?}.txt"));
        assert_eq!(said(&[&recording, "--to-test", &test]), "");
        assert_failure(&[&recording, "--to-test", &test], 1, "exists");
        let script = Script::read(&fs::read_to_string(&test).expect("it was written")).expect("it is a transcript");
        let core = BareCore::new(script.config(), 1, Batching::EachEvent);
        let played = script.record(&core.play_to_the_end(&script.acts())).expect("it is recorded");
        for line in
            ["Ann: hello", "Ann set the topic: Flour", "Bob (to you): alone", "Bob: /shrug", "Cid: by irc", "Bob left"]
        {
            assert!(played.contains(line), "{line}: {played}");
        }
        // What is given away runs the same, and has no word of it.
        let redacted = folder.at(&format!("{adapter:?}-redacted"));
        assert_eq!(said(&[&recording, "--redact", &redacted]), "");
        assert_eq!(said(&[&redacted]), summary);
        let state = said(&[&redacted, "--state"]);
        assert!(state.contains("topic: Xxxxx") && !state.contains("Ann") && !state.contains("Cid"), "{state}");
        assert_failure(&[&recording, "--redact", &redacted], 1, "exists");
        // A bit that a disk has changed in the middle is no torn end.
        let file = fs::read_dir(&redacted).expect("it is there").map(|file| file.expect("it can be read").path());
        let file = file.max_by_key(|file| fs::metadata(file).map_or(0, |file| file.len())).expect("there is one");
        let mut bytes = fs::read(&file).expect("it can be read");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&file, bytes).expect("it can be written");
        assert_failure(&[&redacted], 1, "there is more behind it");
    }
}

#[test]
fn who_says_one_thing_and_leaves_at_once_is_shown_too() {
    let folder = Folder::new("replay-burst");
    for adapter in Adapter::ALL {
        let recording = folder.at(&format!("{adapter:?}"));
        let (server, [lines, ..]) = Program::start_all(adapter, ["--record", &recording]);
        let mut zed = connect(lines);
        zed.write_all(b"cheap gold\n/quit\n").expect("it takes two lines");
        let mut read = String::new();
        zed.read_to_string(&mut read).expect("it is text");
        server.signal(Signal::TERM);
        assert_eq!(server.join().code, Some(0));
        let name = read.lines().find_map(|line| line.strip_prefix("You are ")).expect("there is a name");
        assert_eq!(said(&[&recording, "--as", name]), read);
    }
}

#[test]
fn what_was_read_in_a_history_runs_again_without_it() {
    let folder = Folder::new("replay-history");
    for adapter in Adapter::ALL {
        let [data, recording] = ["data", "recording"].map(|part| folder.at(&format!("{adapter:?}-{part}")));
        let mut read = String::new();
        for _ in 0..2 {
            let (server, [lines, ..]) = Program::start_all(adapter, ["--data", &data, "--record", &recording]);
            let mut ann = connect(lines);
            ann.write_all(
                b"/name Ann\n/join pizza\nflour and salt\n/join main\n/join pizza\n/history 100\n/search FLOUR\n/quit\n",
            )
            .expect("it takes a few lines");
            read.clear();
            ann.read_to_string(&mut read).expect("it is text");
            server.signal(Signal::TERM);
            assert_eq!(server.join().code, Some(0));
        }
        let is_found = |line: &&str| line.contains("[pizza, ") && line.ends_with("] Ann: flour and salt");
        assert_eq!(read.lines().filter(is_found).count(), 2, "{read}");
        fs::remove_dir_all(&data).expect("it is there");
        let summary = said(&[&recording]);
        assert!(summary.starts_with("2 segments, 1 gap\nfrom "), "{summary}");
        assert!(said(&[&recording, "--as", "ann"]).ends_with(&read), "{read}");
        let redacted = folder.at(&format!("{adapter:?}-redacted"));
        assert_eq!(said(&[&recording, "--redact", &redacted]), "");
        assert_eq!(said(&[&redacted]), summary);
        assert_failure(&[&redacted, "--as", "ann"], 1, "nobody was called ann");
        // A transcript has a history of its own. It is of one run.
        let test = folder.at(&format!("{adapter:?}.txt"));
        fs::remove_file(Path::new(&recording).join("0000000001.recording")).expect("it is there");
        assert_eq!(said(&[&recording, "--to-test", &test]), "");
        let test = fs::read_to_string(&test).expect("it was written");
        assert!(
            test.contains("\nHistory: kept\n") && test.contains("\n# The history had 1 messages of pizza\n"),
            "{test}"
        );
        let script = Script::read(&test).expect("it is a transcript");
        assert!(script.keeps_history());
        let core = BareCore::new(script.config(), 1, Batching::EachEvent).keeping();
        let played = script.record(&core.play_to_the_end(&script.acts())).expect("it is recorded");
        assert!(played.lines().any(|line| is_found(&line)), "{played}");
    }
}

#[test]
fn what_is_no_recording_or_was_changed_is_told() {
    let folder = Folder::new("changed");
    assert_failure(&[&folder.at("nothing")], 1, "No such file");
    assert_failure(&[&folder.at("")], 1, "there is no recording");
    let recording = folder.at("recording");
    record(Adapter::Smol, &recording);
    let file = folder.0.join("recording/0000000001.recording");
    let bytes = fs::read(&file).expect("it is there");
    fs::write(&file, &bytes[..bytes.len() - 3]).expect("there is room");
    assert!(said(&[&recording]).contains(" bytes cut off\n"));
    fs::write(&file, b"hello").expect("there is room");
    assert_failure(&[&recording], 1, "there is no recording");
}

/// Returns the numbers of a row of what would have been.
#[track_caller]
fn row<'a>(told: &'a str, what: &str) -> Vec<&'a str> {
    let row = told.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_else(|| panic!("{what}: {told}"));
    row.split_whitespace().collect()
}

#[test]
fn it_is_told_what_other_settings_would_have_changed() {
    let folder = Folder::new("set");
    let recording = folder.at("recording");
    let (server, addr) = Program::start(Adapter::Smol, ["--record", &recording, "--flood-rate", "0"]);
    let (mut ann, mut bob) = (connect(addr), Person::come(addr));
    bob.type_line("/name Bob");
    bob.read_up_to(&format!("{} is now Bob", bob.name()));
    ann.write_all(format!("/name Ann\n{}the last\n", "hello\n".repeat(58)).as_bytes()).expect("it takes a few lines");
    bob.read_up_to("Ann: the last");
    server.signal(Signal::TERM);
    assert_eq!(server.join().code, Some(0));
    let told = said(&[&recording, "--set", "flood-rate=10", "--set=flood-rate=1", "--set", "room-quiet=1"]);
    assert!(told.starts_with("what if flood-rate = 1, not 0\nwhat if room-quiet = 1, not 500\n"), "{told}");
    let number = |row: Vec<&str>| row[1].parse::<u32>().expect("it is a number");
    // Her name and four lines pass at once, and nothing passes after the server's end.
    let [passed, lost] = ["messages said", "lines never let through"].map(|what| number(row(&told, what)));
    assert!(row(&told, "messages said")[0] == "59" && passed >= 4 && lost > 0 && passed + lost == 59, "{told}");
    assert_eq!(row(&told, "lines dropped"), ["0", "0", "0"], "{told}");
    assert_eq!(row(&told, "Ann")[..2], ["0", &format!("+{lost}")], "{told}");
    assert!(
        told.contains("2 of 2 connections") && told.contains("in both columns everybody takes all at once\n"),
        "{told}"
    );
    let told = said(&[&recording, "--set", "queue-bytes=64K", "--peer-rate", "1M", "--peer-rate", "bob=2K"]);
    assert!(told.contains("everybody else takes 1,048,576 bytes a second, bob takes 2,048 bytes a second\n"), "{told}");
    assert!(told.contains("none of 2 connections would have noticed"), "{told}");
    let wrong = [
        (&["--set", "room-quiet"][..], "like room-quiet=50"),
        (&["--set", "port=1"], "flood-rate, history-on-join, queue-bytes, room-quiet"),
        (&["--set", "queue-bytes=1"], "64K to 1G"),
        (&["--set", "room-quiet=5", "--peer-rate", "fast"], "like 20K or Ann=2K"),
        (&["--peer-rate", "1K"], "--peer-rate needs --set"),
    ];
    for (args, says) in wrong {
        assert_failure(&[&[recording.as_str()], args].concat(), 2, says);
    }
}
