//! `chinwag invite` as somebody runs it who looks after a server.

use std::fs;
use std::process::{Command, Output};

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
