//! `chinwag history` and `chinwag backup` as a user runs them.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use chinwag_core::Name;
use chinwag_core::words::{Kept, Texts, What};
use chinwag_history::{Options, Store};

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chinwag-client-history-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).expect("there is room");
        Self(path)
    }

    fn data(&self) -> &str {
        self.0.to_str().expect("it is text")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn chinwag(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chinwag"))
        .args(args)
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Whoever needs no input may be gone already.
    let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

/// What it says, which has to be a success.
#[track_caller]
fn said(args: &[&str], input: &str) -> String {
    let output = chinwag(args, input);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    String::from_utf8(output.stdout).expect("it is text")
}

/// How it fails: the exit code, and the line.
#[track_caller]
fn failed(args: &[&str]) -> (i32, String) {
    let output = chinwag(args, "");
    let stderr = String::from_utf8(output.stderr).expect("it is text");
    (output.status.code().expect("it has ended"), stderr.trim_end().to_owned())
}

fn store(folder: &Folder) -> Store {
    Store::open(&Options::new(&folder.0)).expect("it can be opened")
}

const LINES: &str = r#"{"room":"main","said":2}
{"name":"ann","room":"main","seq":1,"text":"hello","time_ms":1764000000000}
{"name":"bob","room":"main","seq":2,"text":"pizza","time_ms":1764086400000}
"#;

#[test]
fn lines_go_in_and_come_out_and_what_is_deleted_is_gone() {
    let folder = Folder::new("lines");
    let data = folder.data();
    assert_eq!(said(&["history", "import", "--data", data], LINES), "2 messages imported\n");
    assert_eq!(said(&["history", "import", &format!("--data={data}")], LINES), "0 messages imported, 2 were there\n");
    assert_eq!(said(&["history", "export", "--data", data], ""), LINES);
    let second = LINES.lines().last().expect("there is one").to_owned() + "\n";
    for only in [["--name", "BOB"], ["--since", "2025-11-25"], ["--since", "2025-11-24T16:00:01Z"]] {
        assert_eq!(said(&[&["history", "export", "--data", data], &only[..]].concat(), ""), second, "{only:?}");
    }
    assert_eq!(said(&["history", "delete", "--data", data, "--until", "2025-11-25"], ""), "1 message deleted\n");
    assert_eq!(said(&["history", "export", "--data", data, "--room", "main"], "").lines().count(), 2);
    assert_eq!(said(&["history", "delete", "--all", "--data", data], ""), "1 message deleted\n");
    assert_eq!(said(&["history", "export", "--data", data], ""), "{\"room\":\"main\",\"said\":2}\n");
}

#[test]
fn a_server_may_write_while_it_is_copied_but_nothing_is_deleted_under_it() {
    let (folder, other) = (Folder::new("open"), Folder::new("copy"));
    let (data, copy) = (folder.data(), other.0.join("chinwag.db"));
    let copy = copy.to_str().expect("it is text");
    drop(store(&folder));
    said(&["history", "import", "--data", data], LINES);
    let server = store(&folder);
    assert_eq!(said(&["backup", "--data", data, copy], ""), "");
    assert_eq!(said(&["history", "export", "--data", data], ""), LINES);
    let in_use = (1, format!("chinwag: {data}: a server has its history there: stop it first, or take another folder"));
    assert_eq!(failed(&["history", "delete", "--data", data, "--all"]), in_use);
    assert_eq!(failed(&["history", "import", "--data", data]), in_use);
    let name = |text| Name::parse(text).expect("it is a name");
    let what = What::Said(Texts::parse_lines("later\n").expect("it is clean"));
    server.keep(&[Kept { venue: name("main").into(), name: name("ann"), what, time_ms: 1, seq: 3, is_hidden: false }]);
    drop(server);
    assert_eq!(said(&["history", "export", "--data", other.data()], ""), LINES);
    assert_eq!(said(&["history", "export", "--data", data], "").lines().count(), 4);
    let (code, line) = failed(&["backup", "--data", data, copy]);
    assert!(code == 1 && line.starts_with(&format!("chinwag: {copy}: ")), "{line}");
}

#[test]
fn what_cannot_be_meant_is_told_in_one_line() {
    let folder = Folder::new("wrong");
    let data = folder.data();
    let all =
        "chinwag: --all stands for all of --room, --name, --since and --until, and one or the other has to be given";
    assert_eq!(failed(&["history", "delete", "--data", data]), (2, all.into()));
    assert_eq!(failed(&["history", "delete", "--data", data, "--all", "--room", "main"]), (2, all.into()));
    assert_eq!(failed(&["history", "export", "--data", data]), (1, format!("chinwag: {data} has no history")));
    assert_eq!(failed(&["backup", "--data", data, "/nowhere"]), (1, format!("chinwag: {data} has no history")));
    let (code, line) = failed(&["history", "export", "--data", data, "--since", "yesterday"]);
    assert!(code == 2 && line.contains("takes a time such as 2026-11-28"), "{line}");
    assert_eq!(failed(&["history"]).0, 2);
}
