//! `chinwag bots` as a user runs it, against both servers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::server::{Adapter, Server, free_address};
use rustix::process::{Pid, Signal, kill_process};

/// Longer than anything here takes.
const DEADLINE: Duration = Duration::from_secs(20);

fn bots(port: &str, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_chinwag"))
        .args(["bots", "--port", port, "--pause", "0.1", "--stress-pause", "0.1"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn ended(bots: Child) -> Output {
    bots.wait_with_output().expect("it ends")
}

fn interrupt(bots: &Child) {
    kill_process(Pid::from_child(bots), Signal::INT).expect("it runs");
}

/// The value of a line of the summary.
#[track_caller]
fn told<'a>(output: &'a Output, name: &str) -> &'a str {
    let text = std::str::from_utf8(&output.stdout).expect("summaries are UTF-8");
    let line = text.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("no {name} in:\n{text}"))[name.len()..].trim()
}

#[track_caller]
fn assert_success(output: &Output) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    assert_eq!(told(output, "missed"), "nothing");
}

/// Somebody who listens in the main room.
struct Person(BufReader<TcpStream>);

impl Person {
    fn come(server: &Server) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", server.port().parse().expect("a port"))).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("it is open");
        let mut person = Self(BufReader::new(stream));
        person.hear("You joined main");
        person
    }

    fn say(&mut self, line: &str) {
        writeln!(self.0.get_ref(), "{line}").expect("the server reads what is sent");
    }

    /// Waits for a line that begins like this.
    fn hear(&mut self, beginning: &str) {
        let (mut line, deadline) = (String::new(), Instant::now() + DEADLINE);
        while !line.starts_with(beginning) {
            line.clear();
            let read = self.0.read_line(&mut line).expect("a line comes before the deadline");
            assert!(read > 0, "the connection stays open");
            assert!(Instant::now() < deadline, "{beginning}… comes before the deadline");
        }
    }
}

#[test]
fn a_server_is_found_by_name() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let flags = ["-i", "localhost", "--english", "2", "--rust", "0", "--stress", "1", "--messages", "2"];
        assert_success(&ended(bots(&server.port(), &flags)));
    }
}

#[test]
fn every_message_of_every_bot_is_heard_by_all_in_its_room() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let output = ended(bots(&server.port(), &["--messages", "2", "--stress", "20", "--seed", "7"]));
        assert_success(&output);
        assert_eq!(told(&output, "bots"), "3 in main, 3 in rust, 20 in stress-test; seed 7");
        // Twice: three who are heard by three, in two rooms, and twenty by twenty.
        assert_eq!(told(&output, "sent"), "52 messages");
        assert_eq!(told(&output, "received"), "836 of 836");
        assert!(told(&output, "delay").starts_with("median "));
    }
}

#[test]
fn they_end_when_their_time_is_over() {
    let server = Server::start(Adapter::Smol);
    let output = ended(bots(&server.port(), &["--seconds=0.5", "--stress=5"]));
    assert_success(&output);
    assert_ne!(told(&output, "sent"), "0 messages");
}

#[test]
fn ctrl_c_ends_them_with_the_same_summary() {
    let server = Server::start(Adapter::Tokio);
    let mut person = Person::come(&server);
    let bots = bots(&server.port(), &["--stress", "5"]);
    person.hear("Ada: ");
    interrupt(&bots);
    let output = ended(bots);
    assert_success(&output);
    assert_ne!(told(&output, "sent"), "0 messages");
}

#[test]
fn who_speaks_to_a_bot_gets_an_answer() {
    let server = Server::start(Adapter::Smol);
    let mut person = Person::come(&server);
    let bots = bots(&server.port(), &["--rust", "0", "--stress", "0"]);
    person.hear("Ben: ");
    person.say("hello Ben");
    person.hear("Ben: Hello! Nice of you to drop by.");
    interrupt(&bots);
    assert_success(&ended(bots));
}

#[test]
fn a_room_that_is_there_in_another_case_is_the_room() {
    let server = Server::start(Adapter::Smol);
    let mut person = Person::come(&server);
    person.say("/join RUST");
    person.hear("You joined RUST");
    let output = ended(bots(&server.port(), &["--english", "0", "--stress", "0", "--messages", "1"]));
    assert_success(&output);
    assert_eq!(told(&output, "sent"), "3 messages");
}

#[test]
fn a_second_set_of_bots_takes_other_names() {
    let server = Server::start(Adapter::Smol);
    let mut person = Person::come(&server);
    let first = bots(&server.port(), &["--rust", "0", "--stress", "0"]);
    person.hear("Ada: ");
    let second = bots(&server.port(), &["--rust", "0", "--stress", "0"]);
    person.hear("Ada-2: ");
    for bots in [first, second] {
        interrupt(&bots);
        assert_success(&ended(bots));
    }
}

#[test]
fn a_server_that_goes_away_is_a_failure_after_the_summary() {
    let mut server = Server::start(Adapter::Smol);
    let mut person = Person::come(&server);
    let bots = bots(&server.port(), &["--stress", "0"]);
    person.hear("Ada: ");
    server.stop();
    let output = ended(bots);
    assert_eq!(output.status.code(), Some(1));
    assert_ne!(told(&output, "sent"), "0 messages");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with("chinwag: 6 bots lost their connection; "), "{stderr}");
}

#[test]
fn no_server_and_no_bots_are_told_in_one_line() {
    let address = free_address();
    let port = address.port().to_string();
    let cases = [
        (&[][..], 1, format!("no server at {address}; start one with: cargo server --port {port}")),
        (
            &["--english", "0", "--rust", "0", "--stress", "0"],
            2,
            "--english, --rust and --stress are all 0: there is nobody to bring".to_owned(),
        ),
    ];
    for (args, code, says) in cases {
        let output = ended(bots(&port, args));
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("chinwag: {says}\n"));
        assert_eq!(output.status.code(), Some(code));
    }
}
