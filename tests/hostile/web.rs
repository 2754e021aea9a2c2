//! Who is slow at the web door holds up nobody, neither there nor in the chat, and is gone when their time is over.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, Browser, DEADLINE, Person, Program, connect, fetch};

use crate::one_at_a_time;

/// What is dripped: the beginning of a request that would be answered.
const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: chat.example\r\n";

/// How many do that at once.
const DRIPPERS: usize = 50;

/// How long after one byte the next comes.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a request may take, with what a busy machine may add.
const TIME: [Duration; 2] = [Duration::from_millis(4900), Duration::from_secs(8)];

/// How long others may have to wait for what they ask meanwhile.
const ANSWERED: Duration = Duration::from_millis(500);

#[test]
fn a_request_of_a_byte_a_second_is_given_up_and_holds_up_nobody() {
    let _turn = one_at_a_time();
    for adapter in Adapter::ALL {
        let (_server, addr, web_addr) = Program::start_web(adapter, [""; 0]);
        let (mut ann, mut bob) = (Person::come(addr), Browser::come(web_addr));
        ann.read_up_to(&format!("{} joined", bob.name()));
        let start = Instant::now();
        let drippers: Vec<_> = (0..DRIPPERS).map(|_| connect(web_addr)).collect();
        let mut sent = 0;
        let answer = loop {
            for mut stream in &drippers {
                // Those whose time is over may be gone.
                let _ = stream.write_all(&REQUEST[sent..=sent]);
            }
            sent += 1;
            assert!(start.elapsed() < TIME[1], "nobody is given up");
            let asked = Instant::now();
            assert!(fetch(web_addr, "GET /healthz HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
            bob.say(&format!("byte {sent}"));
            ann.read_up_to(&format!("{}: byte {sent}", bob.name()));
            assert!(asked.elapsed() < ANSWERED, "others waited {:?}", asked.elapsed());
            if let Some(answer) = answer_within(PAUSE, &drippers[0]) {
                break answer;
            }
        };
        let took = start.elapsed();
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        assert!((TIME[0]..TIME[1]).contains(&took), "{took:?}");
        // None of them holds a place any more: ann, bob, and who asks.
        let metrics = || fetch(web_addr, "GET /metrics HTTP/1.0\r\n\r\n");
        let deadline = Instant::now() + DEADLINE;
        while !metrics().contains("\nchinwag_connections 3\n") {
            assert!(Instant::now() < deadline, "somebody stays: {}", metrics());
        }
    }
}

/// Reads what a connection is told, up to its end, if it begins to be told something in this time.
fn answer_within(patience: Duration, mut stream: &TcpStream) -> Option<String> {
    let mut answer = vec![0; 4096];
    stream.set_read_timeout(Some(patience)).expect("an open socket takes options");
    match stream.read(&mut answer) {
        Ok(len) => Some(String::from_utf8_lossy(&answer[..len]).into_owned()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("the answer is lost: {error}"),
    }
}
