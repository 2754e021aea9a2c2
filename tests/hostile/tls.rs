//! Whatever is done to TLS holds up nobody in the chat, and costs a bounded amount of memory.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use chinwag_tests::attacks::tls;
use chinwag_tests::{Siege, Trust, fetch};

use crate::text::memory_grown;
use crate::{SLOWER, on_each};

/// How many begin a handshake a byte at a time, stop in the middle of one, and leave an answer unanswered.
const SLOW: usize = 200 / SLOWER;

/// What each of them may cost: what a connection over TLS keeps, and a hello; and what else a server may need.
const SLOW_MEMORY_MAX: usize = 3 * SLOW * (16 << 10) + (4 << 20);

/// How many come at once.
const CROWD: usize = 2000 / SLOWER;

/// What each of them may cost when they are here.
const CROWD_MEMORY_MAX: usize = CROWD * (16 << 10) + (8 << 20);

/// How much more memory a server may need for a few who send whatever they like.
const MEMORY_MAX: usize = 4 << 20;

/// How many lines somebody says at once to one who reads nothing.
const LINES: usize = 20;

/// How long those wait who come again and again.
const COMES_AGAIN: Duration = Duration::from_millis(4 * SLOWER as u64);

/// Returns how often handshakes have gone so.
fn handshakes(siege: &Siege, result: &str) -> u64 {
    let metrics = fetch(siege.web_addr(), "GET /metrics HTTP/1.0\r\n\r\n");
    let label = format!("chinwag_tls_handshakes_total{{result=\"{result}\"}} ");
    let count = metrics.lines().find_map(|line| line.strip_prefix(&label)?.parse().ok());
    count.unwrap_or_else(|| panic!("no {label} in {metrics}"))
}

/// Lays a siege to each server, which has a certificate.
fn on_each_secured(flags: &[&str], attack: impl Fn(&mut Siege, &Trust)) {
    let trust = Trust::new();
    let [certificate, key] = trust.files();
    on_each(&[&["--cert", &certificate, "--key", &key], flags].concat(), |siege| attack(siege, &trust));
}

#[test]
fn handshakes_that_are_slow_or_many_or_go_wrong_hold_up_nobody() {
    on_each_secured(&["--room-quiet", "9"], |siege, trust| {
        let addr = siege.addr();
        let grown = memory_grown(siege, |siege| {
            siege.attack("slow handshakes", 1, |_, fire| {
                tls::secure_slowly(addr, fire, trust, SLOW, Duration::from_millis(100))
            });
        });
        assert!(grown <= SLOW_MEMORY_MAX, "{grown} bytes more");
        siege.attack("handshakes that go wrong", 2, |_, fire| {
            assert!(tls::go_wrong(addr, fire, trust, COMES_AGAIN) > 0, "nobody has come");
        });
        assert!(handshakes(siege, "malformed") > 0 && handshakes(siege, "cut") > 0);
        let (done, client) = (handshakes(siege, "done"), trust.client(true));
        let grown = memory_grown(siege, |siege| {
            let (_, mut came) = siege.assault("a crowd over TLS", 1, |_, _| tls::come_at_once(addr, &client, CROWD));
            let mut last = came.pop().and_then(|mut crowd| crowd.pop()).expect("they have come");
            last.write_all(b"/quit\n").and_then(|()| last.flush()).expect("the server reads what is sent");
            let mut told = String::new();
            last.read_to_string(&mut told).expect("it is ended in order");
            assert!(told.contains("You joined main\n"), "{told}");
        });
        assert!(handshakes(siege, "done") >= done + CROWD as u64);
        assert!(grown <= CROWD_MEMORY_MAX, "{grown} bytes more");
    });
}

#[test]
fn what_is_done_to_tls_that_is_there_costs_little_and_holds_up_nobody() {
    // With a rate it would take long to fill a queue.
    on_each_secured(&["--flood-rate", "0"], |siege, trust| {
        let addr = siege.addr();
        let grown = memory_grown(siege, |siege| {
            siege.attack("new keys, and records of nothing", 4, |number, fire| match number % 2 {
                0 => assert!(tls::renew_keys(addr, fire, trust) > 0, "no keys were asked for"),
                _ => assert!(tls::send_nothing(addr, fire, trust) > 0, "nothing was sent"),
            });
            let (heard, _) = siege.attack("cut off", 2, |_, fire| {
                assert!(tls::be_cut_off(addr, fire, trust, COMES_AGAIN) > 0, "nobody has come");
            });
            assert!(!heard.others.iter().any(|line| line.contains("never heard")), "{:?}", heard.others);
        });
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
        let (deaf, dropped) = (tls::come_deaf(addr, trust), siege.count("dropped"));
        let grown = memory_grown(siege, |siege| {
            siege.attack("talk to the deaf", 1, |_, fire| {
                let mut talker = trust.connect(addr);
                let lines = format!("{}\n", "x".repeat(390)).repeat(LINES);
                while fire.goes_on_after(COMES_AGAIN) {
                    talker.write_all(lines.as_bytes()).expect("the server reads what is sent");
                    // What others would hear, too, is read, so that it is not this one who is slow.
                    let mut heard = [0; 16 << 10];
                    let _ = talker.read(&mut heard).expect("it is heard");
                }
            });
        });
        assert!(siege.count("dropped") > dropped, "it was not too much");
        assert!(grown <= MEMORY_MAX, "{grown} bytes more");
        drop(deaf);
    });
}
