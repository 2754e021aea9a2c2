//! Shows on real servers that people with a browser are people as all others: they are told the same in the same order,
//! within the same limits; and that the web listener does harm to nobody.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chinwag_core::{Asset, Config, Limits, Rules};
use chinwag_tests::{Adapter, Browser, Person, Server, connect, fetch};
use serde_json::Value;
use tungstenite::Message;

/// How many people of each kind talk all at once.
const PEOPLE: usize = 8;

/// How many lines each of them says.
const LINES: usize = 50;

/// Runs what is claimed on all servers.
fn on_each(config: &Config, claim: impl Fn(&Server)) {
    for adapter in Adapter::ALL {
        for threads in [1, 2] {
            let server = Server::start(
                adapter,
                Config { limits: Limits { threads, ..config.clone().limits }, ..config.clone() },
            );
            claim(&server);
            server.join();
        }
    }
}

/// Says what a message would be on a line.
fn line_of(message: &Value) -> String {
    let text = |key: &str| message[key].as_str().unwrap_or_else(|| panic!("{key} is a text in {message}")).to_owned();
    match text("kind").as_str() {
        "said" => format!("{}: {}", text("name"), text("text")),
        "joined" => format!("{} joined", text("name")),
        "left" => format!("{} left", text("name")),
        "renamed" => format!("{} is now {}", text("old"), text("new")),
        "dropped" => format!("Server is very busy and dropped {} messages, sorry!", message["count"]),
        "stopping" => "Server is shutting down".into(),
        kind => panic!("{kind} is not told to a room"),
    }
}

#[test]
fn a_browser_and_telnet_are_told_the_same_in_the_same_order() {
    on_each(&Config::default(), |server| {
        let (mut ann, mut bob) = (Browser::come(server.web_addr()), Person::come(server.addr()));
        assert_eq!(line_of(&ann.read()), format!("{} joined", bob.name()));
        ann.say("/name Ann");
        bob.read_up_to(&format!("{} is now Ann", ann.name()));
        bob.type_line("/name Bob");
        bob.type_line("\"hi\" \\o/ <b>naïve</b> 👩‍🚀");
        bob.read_up_to("Bob: \"hi\" \\o/ <b>naïve</b> 👩‍🚀");
        ann.say("//shrug");
        ann.say("/join pizza");
        assert_eq!([bob.read_line(), bob.read_line()], ["Ann: /shrug", "Ann left"]);
        let told: Vec<_> = (0..4).map(|_| line_of(&ann.read())).collect();
        let renamed = [format!("{} is now Ann", ann.name()), format!("{} is now Bob", bob.name())];
        let [first, second] = &renamed;
        assert_eq!(told, [first, second, "Bob: \"hi\" \\o/ <b>naïve</b> 👩‍🚀", "Ann: /shrug"]);
        assert_eq!(ann.read()["kind"], "room");
    });
}

#[test]
fn a_room_counts_what_is_said_and_tells_when() {
    on_each(&Config::default(), |server| {
        let mut ann = Browser::come(server.web_addr());
        for seq in 1..=3 {
            ann.say("hello");
            let said = ann.read();
            assert_eq!((&said["seq"], &said["room"]), (&seq.into(), &"main".into()));
            let time = said["time"].as_u64().expect("a time is a number");
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
            assert!(u128::from(time).abs_diff(now.as_millis()) < 60_000, "{said}");
        }
        ann.say("/join pizza");
        assert_eq!(ann.read()["seq"], 0);
        ann.say("/join main");
        assert_eq!(ann.read()["seq"], 3);
    });
}

#[test]
fn everyone_sees_one_order_while_all_talk_at_once() {
    on_each(
        &Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() },
        |server| {
            let browsers: Vec<_> = (0..PEOPLE).map(|_| Browser::come(server.web_addr())).collect();
            let people: Vec<_> = (0..PEOPLE).map(|_| Person::come(server.addr())).collect();
            let seen: Vec<Vec<String>> = thread::scope(|scope| {
                let browsers = browsers.into_iter().map(|mut browser| {
                    scope.spawn(move || {
                        (0..LINES).for_each(|line| browser.say(&line.to_string()));
                        see(|| line_of(&browser.read()))
                    })
                });
                let browsers: Vec<_> = browsers.collect();
                let people = people.into_iter().map(|mut person| {
                    scope.spawn(move || {
                        (0..LINES).for_each(|line| person.type_line(&line.to_string()));
                        see(|| person.read_line())
                    })
                });
                let people: Vec<_> = people.collect();
                browsers
                    .into_iter()
                    .chain(people)
                    .map(|talker| talker.join().expect("everyone sees all lines"))
                    .collect()
            });
            assert!(seen.iter().all(|lines| *lines == seen[0]), "not one order");
        },
    );
}

/// Reads until all have said all they say.
fn see(mut read: impl FnMut() -> String) -> Vec<String> {
    let said = std::iter::from_fn(|| Some(read())).filter(|line| line.contains(": "));
    said.take(2 * PEOPLE * LINES).collect()
}

#[test]
fn what_a_slow_browser_misses_is_counted_exactly_and_told_in_its_place() {
    const LINES: u64 = 2000;
    let config = Config {
        limits: Limits { queue_bytes_max: 128 << 10, flood_lines_per_second: 0, ..Limits::default() },
        ..Config::default()
    };
    on_each(&config, |server| {
        let (mut bob, mut ann) = (Browser::come(server.web_addr()), Person::come(server.addr()));
        bob.read();
        let long = "x".repeat(380);
        for line in 0..LINES {
            ann.type_line(&format!("{line} {long}"));
            while !ann.read_line().ends_with(&long) {}
        }
        let (mut seq, mut dropped_all) = (0, 0);
        while seq < LINES {
            let message = bob.read();
            if let Some(dropped) = message["count"].as_u64() {
                (seq, dropped_all) = (seq + dropped, dropped_all + dropped);
            } else {
                seq += 1;
                assert_eq!(message["seq"], seq);
            }
        }
        assert!(dropped_all > 0, "a socket that holds little held all");
    });
}

#[test]
fn a_websocket_is_closed_with_the_code_that_says_why() {
    on_each(&Config::default(), |server| {
        let cases: [(Message, u16); 4] = [
            (Message::text("/quit"), 1000),
            (Message::binary("x"), 1003),
            (Message::text("x".repeat(6401)), 1009),
            (Message::Close(None), 1005),
        ];
        let mut watcher = Browser::come(server.web_addr());
        for (message, code) in cases {
            let mut browser = Browser::come(server.web_addr());
            browser.send(message);
            assert_eq!(browser.read_close(), Some(code).filter(|&code| code != 1005));
            assert_eq!(line_of(&watcher.read()), format!("{} joined", browser.name()));
            assert_eq!(line_of(&watcher.read()), format!("{} left", browser.name()));
        }
        watcher.send(Message::Ping("there?".into()));
        assert_eq!(watcher.read_message(), Message::Pong("there?".into()));
        watcher.say(&"x".repeat(401));
        assert_eq!(watcher.read()["kind"], "too-long");
    });
}

#[test]
fn a_server_that_stops_says_so_and_closes() {
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, Config::default());
        let (mut ann, mut bob) = (Browser::come(server.web_addr()), Person::come(server.addr()));
        ann.read();
        server.stop();
        assert_eq!(line_of(&ann.read()), "Server is shutting down");
        assert_eq!(ann.read_close(), Some(1001));
        assert_eq!(bob.read_to_end(), "Server is shutting down\n");
        server.join();
    }
}

#[test]
fn the_files_of_the_page_are_given_and_a_page_of_another_site_is_not_let_in() {
    const ASSETS: &[Asset] = &[Asset::new("/", "text/html; charset=utf-8", b"<!doctype html>")];
    on_each(&Config { limits: Limits { assets: ASSETS, ..Limits::default() }, ..Config::default() }, |server| {
        let addr = server.web_addr();
        let answer = fetch(addr, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n<!doctype html>"), "{answer}");
        let answer = fetch(addr, "GET /nothing HTTP/1.0\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
        let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let foreign = format!("GET /socket HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://evil.example\r\n{upgrade}\r\n");
        let answer = fetch(addr, &foreign);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
        let answer = fetch(addr, "hello\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    });
}

#[test]
fn a_browser_that_comes_to_a_full_server_is_told_so() {
    on_each(&Config { limits: Limits { connections_max: 1, ..Limits::default() }, ..Config::default() }, |server| {
        let ann = Person::come(server.addr());
        let answer = fetch(server.web_addr(), "");
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("\r\n\r\nServer is full, try again later\n"));
        drop(ann);
    });
}

#[test]
fn who_asks_while_the_server_stops_is_told_so_at_once() {
    let config = Config {
        rules: Rules { line_chars_max: 4096, ..Rules::default() },
        limits: Limits { flood_lines_per_second: 0, drain: Duration::from_secs(3600), ..Limits::default() },
    };
    for adapter in Adapter::ALL {
        let server = Server::start(adapter, config.clone());
        let (bob, mut ann) = (Person::come(server.addr()), Person::come(server.addr()));
        let mut askers = ["/healthz", "/metrics", "/socket"].map(|path| (path, connect(server.web_addr())));
        for (_, asker) in &mut askers {
            asker.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").expect("the server reads what is sent");
            let mut answer = [0; 4096];
            let len = asker.read(&mut answer).expect("the answer comes before the deadline");
            assert!(answer[..len].starts_with(b"HTTP/1.1 200 "), "{}", answer[..len].escape_ascii());
        }
        // Bob reads nothing of it, and holds up the end.
        let line = "x".repeat(4000);
        for _ in 0..100 {
            ann.type_line(&line);
            let _ = ann.find_line(|other| other.ends_with(&line));
        }
        server.stop();
        assert!(ann.read_to_end().ends_with("Server is shutting down\n"));
        for (path, asker) in &mut askers {
            write!(asker, "GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").expect("the server reads what is sent");
            let mut answer = String::new();
            asker.read_to_string(&mut answer).expect("the answer ends before the deadline");
            assert!(answer.starts_with("HTTP/1.1 503 "), "{path}: {answer}");
        }
        drop(bob);
        server.join();
    }
}

/// Returns what a metric says, or how much its kinds are together, by lines that are as they have to be.
fn metric(metrics: &str, name: &str) -> f64 {
    let samples = metrics.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| line.rsplit_once(' ').unwrap_or_else(|| panic!("a sample has a value: {line:?}")));
    let samples: Vec<(&str, f64)> = samples
        .map(|(series, value)| {
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            assert!(name.starts_with("chinwag_") && labels.ends_with('}'), "{series}");
            (name, value.parse().unwrap_or_else(|_| panic!("{value} is no number, for {series}")))
        })
        .collect();
    assert!(samples.iter().any(|(other, _)| *other == name), "no {name} in {metrics}");
    samples.iter().filter(|(other, _)| *other == name).map(|(_, value)| value).sum()
}

#[test]
fn an_operator_is_told_how_many_there_are_and_what_they_said() {
    on_each(&Config::default(), |server| {
        let (mut ann, mut bob) = (Browser::come(server.web_addr()), Person::come(server.addr()));
        ann.read();
        ann.say("hello");
        ann.read();
        bob.read_up_to(&format!("{}: hello", ann.name()));
        bob.type_line("/join pizza");
        ann.read();
        let answer = fetch(server.web_addr(), "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
        let (head, metrics) = answer.split_once("\r\n\r\n").expect("there is a body");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(metrics.ends_with("\n# EOF\n"), "{metrics}");
        let told = |name: &str| metric(metrics, name);
        assert_eq!(["chinwag_people", "chinwag_rooms", "chinwag_connections"].map(told), [2.0, 2.0, 3.0]);
        assert_eq!(["chinwag_dropped_total", "chinwag_refused_total", "chinwag_queued_bytes"].map(told), [0.0; 3]);
        assert_eq!(told("chinwag_messages_in_total"), 1.0);
        assert!(told("chinwag_messages_out_total") >= 2.0, "both were given it: {metrics}");
        assert_eq!(told("chinwag_incidents_total"), 0.0);
        assert!(told("chinwag_batch_actions_count") >= 4.0, "two come, one talks, one moves: {metrics}");
        assert!(told("chinwag_batch_actions_sum") >= told("chinwag_batch_actions_count"));
        assert!(told("chinwag_delivery_delay_seconds_count") > 0.0);
        assert!(told("chinwag_delivery_delay_seconds_sum") > 0.0 && told("chinwag_uptime_seconds") > 0.0);
    });
}

#[test]
fn the_reference_has_each_metric_and_each_kind_of_incident() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md");
    let reference = std::fs::read_to_string(path).expect("the reference is there");
    on_each(&Config::default(), |server| {
        let answer = fetch(server.web_addr(), "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for line in answer.lines() {
            if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
                assert!(reference.contains(&format!("| {kind} |")), "{line}");
                names.insert(name);
            }
            let incident = line.split_once("kind=\"").and_then(|(_, rest)| rest.split_once('"'));
            names.extend(incident.map(|(kind, _)| kind).filter(|kind| !kind.starts_with("wrong_protocol_")));
        }
        assert!(names.len() > 20, "{names:?}");
        for name in names {
            let has_row =
                [format!("| `{name}` |"), format!("| `{name}_total` |")].iter().any(|row| reference.contains(row));
            assert!(has_row, "{name} has no row in docs/operating.md");
        }
    });
}
