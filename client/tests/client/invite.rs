//! `chinwag invite` and `chinwag account` as somebody runs them who looks after a server.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn chinwag(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chinwag")).args(args).env("TZ", "UTC").output().expect("the binary runs")
}

#[track_caller]
fn said(args: &[&str]) -> String {
    let output = chinwag(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it is text")
}

#[track_caller]
fn failed(args: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = chinwag(args);
    assert!(stdout.is_empty(), "{args:?}");
    (status.code(), String::from_utf8(stderr).expect("it is text"))
}

#[test]
fn a_link_is_made_listed_and_revoked() {
    let folder = std::env::temp_dir().join(format!("chinwag-client-invite-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("there is room");
    let data = folder.to_str().expect("it is text");
    let link = said(&["invite", "--data", data, "--days", "7", "--uses", "30", "--url", "https://chat.example"]);
    let token = link.strip_prefix("https://chat.example/#join=").and_then(|token| token.strip_suffix('\n'));
    assert_eq!(token.map(str::len), Some(26), "{link}");
    assert!(said(&["invite", "--data", data]).starts_with("http://127.0.0.1:42080/#join="));
    let list = said(&["invite", "list", "--data", data]);
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[0].starts_with("1: 30 of 30 left, until 20") && lines[1].starts_with("2: 1 of 1 left"), "{list}");
    assert_eq!(said(&["invite", "revoke", "1", "--data", data]), "Invitation 1 lets nobody in any more\n");
    assert!(said(&["invite", "list", "--data", data]).contains(" - This invitation was revoked\n2: "));
    assert_eq!(failed(&["invite", "revoke", "7", "--data", data]).1, "chinwag: there is no invitation 7\n");
    assert_eq!(failed(&["invite"]).0, Some(2), "it has to know where");
    let absent = failed(&["invite", "--data", &format!("{data}/not")]);
    assert!(absent.0 == Some(1) && absent.1.contains("there is no folder"), "{absent:?}");
    fs::remove_dir_all(&folder).expect("it is there");
}

/// Runs it with a password on its standard input.
fn given(args: &[&str], password: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chinwag"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    // Whoever needs none may be gone already.
    let _ = child.stdin.take().expect("it is piped").write_all(password.as_bytes());
    child.wait_with_output().expect("it ends")
}

#[test]
fn an_account_is_made_listed_changed_and_removed() {
    let folder = std::env::temp_dir().join(format!("chinwag-client-account-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("there is room");
    let data = folder.to_str().expect("it is text");
    let run = |args: &[&str], password: &str| {
        let output = given(&[&["account"], args, &["--data", data]].concat(), password);
        assert!(!String::from_utf8_lossy(&output.stdout).contains("sesame"));
        (String::from_utf8(output.stdout).expect("it is text"), String::from_utf8(output.stderr).expect("it is text"))
    };
    let done = |text: &str| (text.to_owned(), String::new());
    let refused = |text: &str| (String::new(), format!("chinwag: {text}\n"));
    assert_eq!(run(&["add", "Ann"], "sesame\n"), done("Account Ann made\n"));
    assert_eq!(run(&["add", "ann"], "sesame\n"), refused("there is an account ann"));
    assert_eq!(run(&["add", "Bob", "--operator"], "sesame"), done("Account Bob made\n"));
    assert_eq!(run(&["add", "Cid"], "\n"), refused("there is no password on the standard input"));
    assert_eq!(run(&["list"], ""), done("Ann: member\nBob: operator\n"));
    assert_eq!(run(&["role", "Ann", "operator"], ""), done("Account Ann: operator\n"));
    assert_eq!(run(&["logout", "Ann"], ""), done("Account Ann: 0 passes ended\n"));
    assert_eq!(run(&["logout", "Cid"], ""), refused("there is no account Cid"));
    assert_eq!(run(&["passwd", "Ann"], "sesame2\n"), done("Account Ann has another password\n"));
    assert_eq!(run(&["remove", "BOB"], ""), done("Account BOB removed\n"));
    assert_eq!(run(&["passwd", "Bob"], "x\n"), refused("there is no account Bob"));
    assert_eq!(run(&["list"], ""), done("Ann: operator\n"));
    fs::remove_dir_all(&folder).expect("it is there");
}
