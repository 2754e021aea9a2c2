//! Who is there and says nothing stays; who is not is found out, though a path that is dead still answers for them.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use chinwag_core::{Config, Limits};
use chinwag_tests::{Adapter, Browser, Person, Relay, Server, Way, connect, fetch};
use tungstenite::Message;

/// A server that asks soon and does not wait for long.
fn impatient(threads: u32) -> Config {
    let (ping_interval, pong_wait) = (Duration::from_secs(1), Duration::from_secs(2));
    Config { limits: Limits { ping_interval, pong_wait, threads, ..Limits::default() }, ..Config::default() }
}

/// Holds what is claimed on both servers, with one thread and with two.
fn on_each(claim: impl Fn(&Server)) {
    for adapter in Adapter::ALL {
        for threads in [1, 2] {
            let server = Server::start(adapter, impatient(threads));
            claim(&server);
            server.join();
        }
    }
}

fn given_up(server: &Server) -> String {
    let metrics = fetch(server.web_addr(), "GET /metrics HTTP/1.1\r\nHost: chinwag\r\nConnection: close\r\n\r\n");
    let count = metrics.lines().find(|line| line.contains("\"unanswered\""));
    count.expect("it is counted").to_owned()
}

#[test]
fn a_browser_that_only_listens_is_asked_and_stays() {
    on_each(|server| {
        let mut ann = Browser::come(server.web_addr());
        for _ in 0..4 {
            assert_eq!(ann.read_message(), Message::Ping("".into()));
        }
        ann.say("hello");
        assert_eq!(ann.read()["text"], "hello");
        assert!(given_up(server).ends_with(" 0"), "{}", given_up(server));
    });
}

#[test]
fn a_browser_behind_a_path_that_is_dead_is_gone_soon_though_a_proxy_takes_all_that_it_is_sent() {
    on_each(|server| {
        let relay = Relay::start(server.web_addr());
        let mut bob = Person::come(server.addr());
        let ann = Browser::come(relay.addr());
        Way::BOTH.into_iter().for_each(|way| relay.freeze(way));
        bob.read_up_to(&format!("{} left", ann.name()));
        assert!(given_up(server).ends_with(" 1"), "{}", given_up(server));
    });
}

#[test]
fn who_does_not_answer_is_told_why_they_are_closed() {
    on_each(|server| {
        let relay = Relay::start(server.web_addr());
        let mut ann = Browser::come(relay.addr());
        relay.freeze(Way::ToServer);
        let mut told = ann.read_message();
        while told.is_ping() {
            told = ann.read_message();
        }
        let Message::Close(Some(frame)) = told else { panic!("it is closed with a code: {told:?}") };
        assert_eq!(u16::from(frame.code), 4002);
    });
}

#[test]
fn a_telnet_that_negotiates_is_sent_what_it_takes_for_nothing_again_and_again() {
    on_each(|server| {
        let mut telnet = connect(server.addr());
        telnet.write_all(b"\xff\xfb\x1f\r\n").expect("the server reads what is sent");
        let (mut received, mut buffer) = (Vec::new(), [0; 1024]);
        while received.windows(2).filter(|pair| *pair == b"\xff\xf1").count() < 3 {
            let len = telnet.read(&mut buffer).expect("it comes before the deadline");
            assert!(len > 0, "the connection stays open");
            received.extend_from_slice(&buffer[..len]);
        }
    });
}
