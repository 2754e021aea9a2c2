//! Holds the relay to what it promises, with people behind it on both servers.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::time::{Duration, Instant};

use chinwag_core::{Config, Limits};
use chinwag_tests::{Adapter, DEADLINE, Person, Relay, Server, Way, connect};

/// Longer than anything takes through a relay that holds nothing, short enough to be waited for.
const HELD: Duration = Duration::from_millis(300);

#[test]
fn what_is_said_through_a_frozen_relay_is_heard_whole_when_it_thaws() {
    for adapter in Adapter::ALL {
        let server = Server::start(
            adapter,
            Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() },
        );
        let relay = Relay::start(server.addr());
        let mut ann = Person::come(server.addr());
        let mut bob = Person::come(relay.addr());
        let (ann_says, bob_says) = (format!("{}: ", ann.name()), format!("{}: ", bob.name()));

        relay.freeze(Way::ToServer);
        let texts: Vec<_> = (0..20).map(|number| format!("{number:0>300}")).collect();
        bob.type_line(&texts.join("\n"));
        ann.type_line("can you hear me?");
        bob.read_up_to(&format!("{ann_says}can you hear me?"));
        ann.read_up_to(&format!("{ann_says}can you hear me?"));
        ann.read_nothing_until(Instant::now() + HELD);
        // One that is made now is free.
        let mut eve = Person::come(relay.addr());
        eve.type_line("hello");
        ann.read_up_to(&format!("{}: hello", eve.name()));
        bob.read_up_to(&format!("{}: hello", eve.name()));
        relay.freeze(Way::ToClient);
        ann.type_line("now?");
        ann.read_up_to(&format!("{ann_says}now?"));
        bob.read_nothing_until(Instant::now() + HELD);

        Way::BOTH.into_iter().for_each(|way| relay.thaw(way));
        bob.read_up_to(&format!("{ann_says}now?"));
        for text in texts {
            assert_eq!(ann.read_line(), format!("{bob_says}{text}"));
            assert_eq!(bob.read_line(), format!("{bob_says}{text}"));
        }
        server.join();
    }
}

#[test]
fn a_delay_is_for_one_direction_and_also_for_who_comes_later() {
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, Config::default());
        let relay = Relay::start(server.addr());
        let mut bob = Person::come(relay.addr());
        relay.delay(Way::ToServer, HELD);
        let mut ann = Person::come(server.addr());
        bob.type_line("slowly");
        let start = Instant::now();
        ann.type_line("fast");
        bob.read_up_to(&format!("{}: fast", ann.name()));
        bob.read_up_to(&format!("{}: slowly", bob.name()));
        assert!(start.elapsed() >= HELD / 2, "{:?}", start.elapsed());
        let mut eve = Person::come(relay.addr());
        let start = Instant::now();
        eve.type_line("and me");
        eve.read_up_to(&format!("{}: and me", eve.name()));
        assert!(start.elapsed() >= HELD, "{:?}", start.elapsed());
        server.join();
    }
}

#[test]
fn who_is_cut_off_is_gone_for_the_server_and_hears_its_last_words() {
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, Config::default());
        let relay = Relay::start(server.addr());
        let (mut ann, mut bob) = (Person::come(server.addr()), Person::come(relay.addr()));
        assert_eq!(relay.connections(), 1);
        relay.cut(Way::ToServer);
        ann.read_up_to(&format!("{} left", bob.name()));
        assert_eq!(bob.read_to_end(), "");

        let mut bob = Person::come(relay.addr());
        let name = bob.name().to_owned();
        relay.freeze(Way::ToClient);
        ann.type_line("lost");
        ann.read_up_to(&format!("{}: lost", ann.name()));
        relay.cut(Way::ToClient);
        assert_eq!(bob.read_to_end(), "", "what was kept is lost");
        // The other direction is as it was.
        bob.type_line("still here");
        ann.read_up_to(&format!("{name}: still here"));
        server.join();
    }
}

#[test]
fn what_is_idle_is_cut_and_what_is_not_is_left_alone() {
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, Config::default());
        let relay = Relay::start(server.addr());
        let mut ann = Person::come(server.addr());
        let mut bob = Person::come(relay.addr());
        bob.type_line("hello");
        ann.read_up_to(&format!("{}: hello", bob.name()));
        let start = Instant::now();
        relay.cut_idle(HELD);
        // As long as something comes it goes on.
        while start.elapsed() < 3 * HELD {
            bob.type_line("still here");
            bob.read_up_to(&format!("{}: still here", bob.name()));
        }
        assert!(relay.wait_for_bytes(Way::ToServer, 0, Duration::ZERO));
        assert!(!relay.wait_for_bytes(Way::ToServer, 1, DEADLINE / 100));
        ann.read_up_to(&format!("{} left", bob.name()));
        assert_eq!(bob.read_to_end(), "");
        server.join();
    }
}

#[test]
fn an_end_goes_through_after_what_was_before_it_and_a_relay_that_is_gone_holds_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let relay = Relay::start(listener.local_addr().expect("it is bound"));
    let mut client = connect(relay.addr());
    let (mut server, _) = listener.accept().expect("the relay comes");
    relay.freeze(Way::ToServer);
    // More than the sockets on the way hold: the relay goes on taking it.
    let words = "last words ".repeat(1 << 20);
    client.write_all(words.as_bytes()).expect("the relay takes them");
    client.shutdown(Shutdown::Write).expect("it is open");
    server.set_read_timeout(Some(HELD)).expect("it is open");
    let error = server.read(&mut [0]).expect_err("nothing comes");
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    relay.thaw(Way::ToServer);
    server.set_read_timeout(Some(DEADLINE)).expect("it is open");
    let mut heard = String::new();
    server.read_to_string(&mut heard).expect("it ends");
    assert!(heard == words, "{} bytes of {}", heard.len(), words.len());
    relay.freeze(Way::ToClient);
    drop(relay);
    client.read_to_string(&mut heard).expect("it ends");
}
