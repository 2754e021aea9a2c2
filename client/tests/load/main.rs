//! `chinwag load` as a user runs it, against a server of a few lines.

mod room_server;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Command, Output};

use room_server::{Manners, serve};

fn load(address: SocketAddr, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chinwag"))
        .args(["load", "--port", &address.port().to_string()])
        .args(args)
        .output()
        .expect("the binary runs")
}

#[track_caller]
fn outcome(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "");
    String::from_utf8(output.stdout.clone()).expect("reports are UTF-8")
}

#[track_caller]
fn number(json: &str, key: &str) -> f64 {
    let (_, rest) = json.split_once(&format!("\"{key}\":")).expect(key);
    let end = rest.find([',', '}']).expect("a value ends");
    rest[..end].parse().expect(key)
}

#[track_caller]
fn assert_failure(output: &Output, code: i32, says: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains(says), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn flat_out_nothing_is_lost() {
    let address = serve(Manners::Good);
    let args = ["--rooms", "2", "--members", "3", "--seconds", "0.2", "--window", "64", "--json"];
    let json = outcome(&load(address, &args));
    assert_eq!(json.lines().count(), 1);
    assert_eq!([number(&json, "rooms"), number(&json, "members")], [2.0, 3.0]);
    assert!(number(&json, "deliveries_per_second") > 0.0, "{json}");
    assert!(number(&json, "max") > 0.0, "{json}");
    assert_eq!(["lost", "told_dropped", "disordered"].map(|key| number(&json, key)), [0.0; 3]);
}

#[test]
fn at_a_pace_nothing_is_lost() {
    let address = serve(Manners::Good);
    let args = ["--members", "3", "--seconds", "0.2", "--rate", "500", "--size", "400", "--json"];
    let json = outcome(&load(address, &args));
    assert_eq!([number(&json, "rate"), number(&json, "size")], [500.0, 400.0]);
    assert!(number(&json, "messages_per_second") > 0.0, "{json}");
    assert_eq!(["lost", "told_dropped", "disordered"].map(|key| number(&json, key)), [0.0; 3]);
}

#[test]
fn what_the_server_drops_is_counted_and_so_is_what_it_tells() {
    let address = serve(Manners::Drops);
    let args = ["--members", "3", "--seconds", "0.2", "--window", "64", "--json"];
    let json = outcome(&load(address, &args));
    assert!(number(&json, "lost") > 0.0, "{json}");
    assert_eq!(number(&json, "lost"), number(&json, "told_dropped"));
    assert_eq!(number(&json, "disordered"), 0.0);
}

#[test]
fn the_server_process_is_watched() {
    let address = serve(Manners::Good);
    let pid = std::process::id().to_string();
    let args = ["--members", "3", "--seconds", "0.2", "--rate", "500", "--pid", &pid];
    let table = outcome(&load(address, &args));
    let names: Vec<&str> = table.lines().filter_map(|line| line.split(' ').next()).collect();
    let expected = ["load", "messages", "deliveries", "delay", "complete", "lost", "server", "generator"];
    assert_eq!(names, expected, "{table}");
}

#[test]
fn idle_connections_are_opened_and_weighed() {
    let address = serve(Manners::Good);
    let pid = std::process::id().to_string();
    let json = outcome(&load(address, &["--idle", "35", "--pid", &pid, "--json"]));
    assert_eq!(number(&json, "connections"), 35.0);
    assert!(number(&json, "rss_after_kib") > 0.0, "{json}");
}

#[test]
fn a_server_that_hangs_up_is_a_failure() {
    let address = serve(Manners::HangsUp);
    assert_failure(&load(address, &["--members", "1"]), 1, "the server closed connection 1");
}

#[test]
fn no_server_is_a_failure() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    assert_failure(&load(address, &[]), 1, &format!("cannot connect to {address}"));
}

#[test]
fn a_bad_flag_is_wrong_usage() {
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    for (flag, value) in [("--size", "31"), ("--rooms", "many"), ("--idle", "5")] {
        assert_failure(&load(nowhere, &[flag, value]), 2, flag);
    }
}
