//! Whatever is done at the web listener holds up nobody, neither there nor in the chat; and who is slow is gone when
//! their time is over.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use chinwag_tests::attacks::{readers, text, web};
use chinwag_tests::{Adapter, Browser, DEADLINE, Person, Program, Vitals, connect, fetch};

use crate::readers::MEMORY_MAX;
use crate::{SLOWER, on_each, one_at_a_time};

/// What is dripped: the beginning of a request that would be answered.
const REQUEST: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: chat.example\r\n";

/// How many do that at once.
const DRIPPERS: usize = 50;

/// How long after one byte the next comes.
const PAUSE: Duration = Duration::from_secs(1);

/// For how many seconds requests are dripped while others do worse.
const DRIPS: usize = 4;

/// How many browsers a crowd is that read nothing, and how long after one long line somebody says the next meanwhile.
const CROWD: usize = 1000 / SLOWER;
const TALK_PAUSE: Duration = Duration::from_millis(25);

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

#[test]
fn malice_at_the_web_listener_is_refused_and_holds_up_nobody() {
    on_each(&[], |siege| {
        let web_addr = siege.web_addr();
        let refused = siege.count("refused");
        let (heard, counts) = siege.attack_for(DRIPS, "malice at the web listener", 4, |number, fire| match number {
            0 => web::drip(web_addr, fire, DRIPPERS, PAUSE),
            1 => web::ask_without_end(web_addr, fire),
            2 => web::ask_too_much(web_addr, fire),
            _ => web::break_rules(web_addr, fire),
        });
        let [drips, endless, large, broken] = counts[..] else { panic!("there were four attackers") };
        assert!(drips >= DRIPS - 1 && endless > 0 && large > 0 && broken > 0, "{counts:?}");
        assert!(siege.count("refused") >= refused + (endless + large) as u64);
        let news = |line: &String| line.ends_with(" joined") || line.ends_with(" left");
        assert!(heard.others.iter().all(news), "{:?}", heard.others);
    });
}

#[test]
fn requests_in_a_row_and_what_asks_for_nothing_hold_up_nobody() {
    on_each(&[], |siege| {
        let (addr, web_addr) = (siege.addr(), siege.web_addr());
        let (_, counts) = siege.attack("much is asked for, and nothing", 4, |number, fire| match number {
            0 => web::pong(web_addr, fire),
            1 => text::say_nothing(addr, fire),
            _ => web::ask_in_a_row(web_addr, fire),
        });
        assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
    });
}

#[test]
fn browsers_that_read_nothing_in_the_busiest_room_hold_up_nobody() {
    // It takes little time to say much, and those who come are not much to be told of.
    on_each(&["--max-line", "4096", "--room-quiet", "50"], |siege| {
        let (addr, web_addr) = (siege.addr(), siege.web_addr());
        let (dropped, pause) = (siege.count("dropped"), Duration::from_millis(1));
        Vitals::forget_peak(siege.server().id());
        let before = siege.vitals().memory;
        let (_, deaf) = siege
            .attack("browsers come that read nothing", 1, |_, fire| web::read_nothing(web_addr, fire, CROWD, pause));
        siege.attack("browsers read nothing", 1, |_, fire| readers::talk_much(addr, fire, TALK_PAUSE));
        drop(deaf);
        assert!(siege.count("dropped") >= dropped + CROWD as u64, "not all of them were sent too much");
        let grown = siege.vitals().memory_peak.saturating_sub(before);
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
    });
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
