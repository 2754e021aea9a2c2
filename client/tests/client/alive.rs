//! What becomes of the chat where the network goes silent, although the systems at both ends go on acknowledging: with
//! both servers.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_tests::{Relay, Way};

use super::pty::Window;
use super::server::{Adapter, Server};

const SCREEN: (u16, u16) = (80, 24);
const CTRL_R: &str = "\x12";

/// As long as it may take until one is told that the path is dead.
const NOTICED: Duration = Duration::from_secs(30);

/// Somebody of this name, at this port, who has arrived in a room.
fn person(port: u16, name: &str, room: &str) -> Window {
    let flags = ["--port", &port.to_string(), "--name", name, "--room", room];
    let mut window = Window::open(env!("CARGO_BIN_EXE_chinwag"), &flags, SCREEN);
    window.wait_for_text(&format!("You are {name}, in {room}"));
    window
}

fn say(window: &mut Window, text: &str) {
    window.type_keys(text);
    window.type_keys("\r");
}

/// Does the same with both servers, at the same time, since most of it is waiting.
fn with_both(test: impl Fn(&Server) + Sync) {
    thread::scope(|scope| {
        for adapter in Adapter::BOTH {
            let test = &test;
            scope.spawn(move || test(&Server::start(adapter)));
        }
    });
}

#[test]
fn a_silent_path_is_noticed_in_time_and_what_was_said_into_it_is_heard_in_the_end() {
    with_both(|server| {
        let relay = Relay::start(server.address());
        let mut bob = person(server.address().port(), "Bob", "pizza");
        let mut ann = person(relay.addr().port(), "Ann", "pizza");
        say(&mut ann, "before");
        bob.wait_for_text("Ann: before");
        ann.wait_for_text("Ann: before");
        Way::BOTH.into_iter().for_each(|way| relay.freeze(way));
        let frozen = Instant::now();
        say(&mut ann, "is this heard?");
        say(&mut ann, "//and this?");
        ann.wait_for_within(NOTICED, "that there is no answer", |ann| ann.row(-2).contains("no answer for"));
        ann.wait_for_within(NOTICED, "the loss", |ann| {
            ann.screen().contents().contains("Connection lost: no answer for 20 seconds; trying again")
        });
        assert!(frozen.elapsed() <= NOTICED, "{:?}", frozen.elapsed());
        ann.wait_for_text("! Perhaps not sent: is this heard?");
        ann.wait_for_text("! Perhaps not sent: //and this?");
        // A new connection goes through.
        ann.wait_for_text("Connected again: you are Ann, in pizza");
        ann.wait_for("what can be done", |ann| ann.row(-2).contains("2 perhaps not sent: Ctrl-R sends, Esc drops"));
        ann.type_keys(CTRL_R);
        bob.wait_for_text("Ann: is this heard?");
        bob.wait_for_text("Ann: /and this?");
        ann.wait_for("that all is well", |ann| ann.row(-2) == " Ann · pizza · connected");
        // Nobody has noticed anything of it, and nothing was heard twice.
        let shown = bob.screen().contents();
        assert_eq!(shown.matches("is this heard?").count(), 1, "{shown}");
        assert!(!shown.contains("Ann left") && !shown.contains("Ann is now"), "{shown}");
        let told = ann.screen().contents();
        assert!(!told.contains("/resume") && !told.contains("come back with"), "{told}");
        // The next time, too, with another token: the client finds the end, and the server does not.
        relay.freeze(Way::ToServer);
        relay.cut(Way::ToClient);
        ann.wait_for_text("Connection lost: the server closed it; trying again");
        ann.wait_for("that one is back", |ann| {
            ann.screen().contents().matches("Connected again: you are Ann, in pizza").count() == 2
        });
        say(&mut bob, "/users");
        bob.wait_for_text("Users - Ann, Bob");
        assert!(!bob.screen().contents().contains("Ann left"));
        ann.leave();
        bob.leave();
    });
}

#[test]
fn a_slow_path_is_no_dead_one() {
    with_both(|server| {
        let relay = Relay::start(server.address());
        let mut bob = person(server.address().port(), "Bob", "pizza");
        let mut ann = person(relay.addr().port(), "Ann", "pizza");
        relay.delay(Way::ToClient, Duration::from_secs(8));
        say(&mut ann, "slowly");
        bob.wait_for_text("Ann: slowly");
        ann.wait_for("that there is no answer yet", |ann| ann.row(-2).contains("no answer for 6 s"));
        ann.wait_for_text("Ann: slowly");
        ann.wait_for("that all is well", |ann| ann.row(-2) == " Ann · pizza · connected");
        assert_eq!(relay.connections(), 1);
        assert!(!bob.screen().contents().contains("Ann left"));
        ann.leave();
        bob.leave();
    });
}

#[test]
fn a_quiet_room_is_not_left_where_a_proxy_cuts_what_is_idle() {
    with_both(|server| {
        let relay = Relay::start(server.address());
        let ann = person(relay.addr().port(), "Ann", "pizza");
        let mut bob = person(server.address().port(), "Bob", "pizza");
        // As a proxy does with a minute, in less time.
        relay.cut_idle(Duration::from_secs(12));
        // Two questions of telnet, and their answers.
        for way in Way::BOTH {
            assert!(relay.wait_for_bytes(way, 6, Duration::from_secs(40)), "{way:?}");
        }
        assert_eq!(relay.connections(), 1);
        ann.leave();
        bob.wait_for_text("Ann left");
        assert!(!bob.screen().contents().contains("Ann joined"));
        bob.leave();
    });
}

#[test]
fn through_pipes_a_silent_path_is_an_error_in_time() {
    with_both(|server| {
        let relay = Relay::start(server.address());
        let mut chat = Command::new(env!("CARGO_BIN_EXE_chinwag"))
            .args(["--port", &relay.addr().port().to_string(), "--name", "Ann"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut out = BufReader::new(chat.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
        assert!(out.any(|line| line.ends_with(" is now Ann")));
        Way::BOTH.into_iter().for_each(|way| relay.freeze(way));
        let frozen = Instant::now();
        let ended = chat.wait_with_output().expect("it ends");
        assert!(frozen.elapsed() <= NOTICED, "{:?}", frozen.elapsed());
        let says = format!("chinwag: no answer from {} for 20 seconds\n", relay.addr());
        assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned()), (Some(1), says));
    });
}
