//! The plain line client, as scripts run it, against both servers.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Output, Stdio};

use super::server::{Adapter, Server, free_address};

fn chat(args: &[&str], input: &str) -> Output {
    let mut chat = Command::new(env!("CARGO_BIN_EXE_chinwag"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = chat.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("a pipe holds a few lines");
    drop(stdin);
    chat.wait_with_output().expect("it ends")
}

#[track_caller]
fn lines(output: &Output) -> Vec<String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    assert!(!output.stdout.contains(&b'\r'), "lines end as they do in files");
    String::from_utf8(output.stdout.clone()).expect("lines are UTF-8").lines().map(str::to_owned).collect()
}

#[track_caller]
fn assert_failure(output: &Output, code: i32, says: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stderr, format!("chinwag: {says}\n"));
}

#[test]
fn what_is_piped_in_is_said_and_everything_that_was_answered_comes_out() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let port = server.port();
        let output = chat(&["chat", "--port", &port, "--name=Ann", "--room=pizza"], "hello\n/users\nlast words");
        let lines = lines(&output);
        let said = lines.iter().skip_while(|line| *line != "You joined pizza");
        assert_eq!(said.collect::<Vec<_>>(), ["You joined pizza", "Ann: hello", "Users - Ann", "Ann: last words"]);
        assert_eq!(lines[0], "Server commands");
    }
}

#[test]
fn the_lines_that_come_of_commands_come_out_as_they_are() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let port = server.port();
        let typed = [
            "hello",
            "/me waves",
            "/msg Ann to myself",
            "/reply again",
            "/topic pizza at eight",
            "/topic",
            "/history 2",
            "/search",
            "/search hello",
            "/ignore Bob",
            "/ignore",
            "/me",
        ];
        let output = chat(&["--port", &port, "--name", "Ann", "--room", "pizza"], &typed.join("\n"));
        let lines = lines(&output);
        let answers: Vec<&str> = lines.iter().skip_while(|line| *line != "Ann: hello").map(String::as_str).collect();
        let expected = [
            "Ann: hello",
            "* Ann waves",
            "You (to Ann): to myself",
            "Ann (to you): to myself",
            "You (to Ann): again",
            "Ann (to you): again",
            "Ann set the topic: pizza at eight",
            "Topic - pizza at eight",
            "[just now] Ann: hello",
            "[just now] * Ann waves",
            "Try /search {words}",
            "This server keeps no history that could be searched",
            "You ignore Bob",
            "Ignored - Bob",
            "Try /me {action}",
        ];
        assert_eq!(answers, expected);
    }
}

/// As after a terminal was closed.
#[test]
fn what_fails_where_nobody_can_be_told_says_so_by_its_exit_code() {
    let nobody = free_address().port().to_string();
    for (args, code) in
        [(["chat", "--port", &nobody], 1), (["load", "--port", &nobody], 1), (["chat", "--port", "x"], 2)]
    {
        let full = File::options().write(true).open("/dev/full").expect("the system has it");
        let status = Command::new(env!("CARGO_BIN_EXE_chinwag")).args(args).stdin(Stdio::null()).stderr(full).status();
        assert_eq!(status.expect("the binary runs").code(), Some(code), "{args:?}");
    }
}

#[test]
fn a_server_is_found_by_name_through_pipes_too() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let output = chat(&["--ip", "localhost", "--port", &server.port(), "--name", "Ann"], "hi\n");
        assert_eq!(lines(&output).last().expect("a line"), "Ann: hi");
    }
    // No name ends like this.
    let output = chat(&["--ip", "chat.invalid", "--port", "7000"], "hi\n");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), stderr.lines().count()), (Some(1), 1), "{stderr}");
    assert!(stderr.starts_with("chinwag: ") && stderr.contains("chat.invalid") && stderr.contains("--ip"), "{stderr}");
}

#[test]
fn chat_is_what_is_run_without_a_command() {
    let server = Server::start(Adapter::Smol);
    assert_eq!(lines(&chat(&["--port", &server.port(), "--name", "Ann"], "hi\n")).last().expect("a line"), "Ann: hi");
}

#[test]
fn lines_after_quit_are_not_said() {
    let server = Server::start(Adapter::Smol);
    let lines = lines(&chat(&["--port", &server.port(), "--name", "Ann"], "one\n/quit\ntwo\n"));
    assert_eq!(lines.last().expect("a line"), "Ann: one");
}

#[test]
fn what_is_shown_is_appended_to_the_transcript() {
    let server = Server::start(Adapter::Smol);
    let path = std::env::temp_dir().join(format!("chinwag-plain-{}", std::process::id()));
    std::fs::write(&path, "before\n").expect("the folder is there");
    let file = path.to_str().expect("a plain path");
    let output = chat(&["--port", &server.port(), "--name", "Ann", "--transcript", file], "hi\n");
    let written = std::fs::read_to_string(&path).expect("it was written");
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(written, format!("before\n{}", String::from_utf8_lossy(&output.stdout)));
}

#[test]
fn no_server_is_one_line_that_says_how_to_start_one() {
    let address = free_address();
    let port = address.port().to_string();
    let says = format!("no server at {address}; start one with: cargo server --port {port}");
    assert_failure(&chat(&["--port", &port], "hi\n"), 1, &says);
}

#[test]
fn a_server_that_refuses_is_quoted_and_is_a_failure() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let port = address.port().to_string();
    let host = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        stream.write_all(b"Server is full\n").expect("the line fits");
        stream.shutdown(std::net::Shutdown::Write).expect("it is open");
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let mut chat = Command::new(env!("CARGO_BIN_EXE_chinwag"))
        .args(["--port", &port])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let stdin = chat.stdin.take();
    let output = chat.wait_with_output().expect("it ends");
    drop(stdin);
    assert_eq!(output.stdout, b"Server is full\n");
    assert_failure(&output, 1, &format!("{address} does not let you in: Server is full"));
    host.join().expect("it saw the connection close");
}

#[test]
fn a_server_that_refuses_is_a_failure_also_where_the_input_has_ended() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    for (says, quoted) in [(&b"Server is full\n"[..], "Server is full"), (b"", "the server closed it")] {
        let host = listener.try_clone().expect("it is open");
        let host = std::thread::spawn(move || {
            let (mut stream, _) = host.accept().expect("somebody comes");
            let mut heard = BufReader::new(stream.try_clone().expect("it is open")).split(b'\n').map_while(Result::ok);
            assert!(heard.any(|line| line == b"/quit"), "the input has ended");
            stream.write_all(says).expect("the line fits");
        });
        let output = chat(&["--port", &address.port().to_string()], "hi\n");
        assert_eq!(output.stdout, says);
        assert_failure(&output, 1, &format!("{address} does not let you in: {quoted}"));
        host.join().expect("it has done its part");
    }
}

#[test]
fn the_version_is_told_with_a_command_and_without() {
    for args in [&["--version"][..], &["chat", "--version"], &["bots", "--version"]] {
        assert_eq!(lines(&chat(args, "")), [concat!("chinwag ", env!("CARGO_PKG_VERSION"))], "{args:?}");
    }
}

#[test]
fn a_bad_flag_is_wrong_usage() {
    for (flag, value) in [("--name", "a b"), ("--room", "x"), ("--port", "0"), ("--ip", "a:1"), ("--colour", "red")] {
        let output = chat(&[flag, value], "");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(flag) && stderr.lines().count() == 1, "{stderr}");
    }
}
