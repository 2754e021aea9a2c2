//! The chat as a person sees it, in a pseudo-terminal, with both servers.

use std::net::TcpListener;

use rustix::process::Signal;

use super::pty::{BEFORE, Window};
use super::server::{Adapter, Server, free_address};

const SCREEN: (u16, u16) = (80, 24);

const ENTER: &str = "\r";
const TAB: &str = "\t";
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";
const CTRL_D: &str = "\x04";
const CTRL_L: &str = "\x0c";
const UP: &str = "\x1b[A";
const PAGE_UP: &str = "\x1b[5~";
const CTRL_END: &str = "\x1b[1;5F";
const WHEEL_UP: &str = "\x1b[<64;10;10M";
const CTRL_LEFT: &str = "\x1b[1;5D";

fn chat(port: &str, args: &[&str]) -> Window {
    Window::open(env!("CARGO_BIN_EXE_chinwag"), &[&["--port", port], args].concat(), SCREEN)
}

/// Somebody of this name who has arrived in a room.
fn person(server: &Server, name: &str, room: &str) -> Window {
    let mut window = chat(&server.port(), &["--name", name, "--room", room]);
    window.wait_for_text(&format!("You are {name}, in {room}"));
    window
}

fn say(window: &mut Window, text: &str) {
    window.type_keys(text);
    window.type_keys(ENTER);
}

#[test]
fn two_people_talk_rename_and_change_rooms() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let mut ann = person(&server, "Ann", "main");
        let mut bob = person(&server, "Bob", "main");
        ann.wait_for_text("is now Bob");
        say(&mut ann, "hello 日本語 👩‍🚀!");
        bob.wait_for_text("Ann: hello 日本語");
        say(&mut bob, "good to see you, ann");
        ann.wait_for_text("Bob: good to see you, ann");
        ann.wait_for("the bell", |ann| ann.bells() == 1);
        say(&mut ann, "/name Anna");
        bob.wait_for_text("Ann is now Anna");
        ann.wait_for("the new name", |ann| ann.row(-2).contains(" Anna · main · connected"));
        say(&mut ann, "/join pizza");
        bob.wait_for_text("Anna left");
        ann.wait_for("the new room", |ann| ann.row(0).starts_with(" pizza") && ann.row(-2).contains("pizza"));
        assert_eq!(bob.bells(), 0);
        ann.leave_with("/quit\r");
        bob.leave();
    }
}

#[test]
fn people_act_and_write_to_one_alone_and_who_comes_later_sees_what_was_said() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let mut ann = person(&server, "Ann", "pizza");
        let mut bob = person(&server, "Bob", "pizza");
        ann.wait_for_text("Bob joined");
        say(&mut bob, "/me waves");
        ann.wait_for_text("* Bob waves");
        ann.type_keys("/ms");
        ann.type_keys(TAB);
        ann.type_keys("b");
        ann.type_keys(TAB);
        say(&mut ann, "psst");
        ann.wait_for_text("You (to Bob): psst");
        bob.wait_for_text("Ann (to you): psst");
        bob.wait_for("the bell", |bob| bob.bells() == 1);
        say(&mut bob, "/reply what is it?");
        ann.wait_for_text("Bob (to you): what is it?");
        ann.wait_for("the bell", |ann| ann.bells() == 1);
        say(&mut ann, "/msg Zoe hi");
        ann.wait_for_text("There is nobody called Zoe");
        say(&mut ann, "/topic pizza at eight");
        bob.wait_for("the topic", |bob| bob.row(0).starts_with(" pizza · pizza at eight "));
        say(&mut ann, "is Cid coming?");
        bob.wait_for_text("Ann: is Cid coming?");
        let mut cid = person(&server, "Cid", "pizza");
        cid.wait_for_text("[just now] * Bob waves");
        cid.wait_for_text("[just now] Ann: is Cid coming?");
        cid.wait_for("the topic", |cid| cid.row(0).starts_with(" pizza · pizza at eight "));
        assert!(!cid.screen().contents().contains("psst"), "{}", cid.screen().contents());
        say(&mut cid, "/join games");
        cid.wait_for("a room without a topic", |cid| cid.row(0).starts_with(" games  "));
        say(&mut bob, "/ignore Ann");
        bob.wait_for_text("You ignore Ann");
        say(&mut ann, "still there?");
        ann.wait_for_text("Ann: still there?");
        bob.type_keys("/unignore ");
        bob.type_keys(TAB);
        say(&mut bob, "");
        bob.wait_for_text("You hear Ann again");
        assert!(!bob.screen().contents().contains("still there?"), "{}", bob.screen().contents());
        assert_eq!(cid.bells(), 0, "what was said before is no mention");
        [ann, bob, cid].into_iter().for_each(Window::leave);
    }
}

#[test]
fn the_screen_follows_the_window_down_to_20_by_5_and_back() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let mut ann = person(&server, "Ann", "main");
        say(&mut ann, "日本語 and a line that is too long for a small window");
        ann.wait_for_text("for a small window");
        let log = |ann: &Window| (1..22).map(|row| ann.row(row)).collect::<Vec<_>>();
        let large = log(&ann);
        ann.resize((20, 5));
        ann.wait_for("a small screen", |ann| ann.row(3) == " Ann · main" && ann.row(4).starts_with("> Say"));
        assert_eq!([ann.row(0), ann.row(2)], [" main", "  window"].map(str::to_owned));
        say(&mut ann, "short");
        ann.wait_for("the message", |ann| ann.row(2) == "Ann: short");
        ann.resize(SCREEN);
        ann.wait_for("a large screen", |ann| ann.row(-2) == " Ann · main · connected");
        ann.wait_for_text("and a line that is too long for a small window\n");
        assert_eq!(log(&ann)[..20], large[1..], "all is as it was, a row further up");
        ann.leave_with(CTRL_D);
    }
}

#[test]
fn after_the_server_was_gone_one_is_back_under_the_old_name_and_room() {
    for adapter in Adapter::BOTH {
        let mut server = Server::start(adapter);
        let mut ann = person(&server, "Ann", "pizza");
        server.stop();
        ann.wait_for_text("Connection lost: the server closed it; trying again");
        ann.wait_for("the status", |ann| ann.row(-2).contains("offline"));
        say(&mut ann, "is anybody there");
        ann.wait_for("what was not sent", |ann| ann.row(-2).contains("not connected"));
        server.restart();
        ann.wait_for_text("Connected again: you are Ann, in pizza");
        ann.wait_for("what was typed", |ann| ann.row(-1) == "> is anybody there");
        say(&mut ann, "");
        ann.wait_for_text("Ann: is anybody there");
        ann.leave();
    }
}

#[test]
fn keys_complete_fetch_and_scroll() {
    let server = Server::start(Adapter::Smol);
    let mut ann = person(&server, "Ann", "main");
    let mut bob = person(&server, "Bob", "main");
    ann.wait_for_text("is now Bob");
    ann.type_keys("bo");
    ann.type_keys(TAB);
    say(&mut ann, "one two");
    bob.wait_for_text("Ann: Bob: one two");
    ann.type_keys(UP);
    ann.wait_for("the line before", |ann| ann.row(-1) == "> Bob: one two");
    ann.type_keys(CTRL_LEFT);
    say(&mut ann, "and ");
    bob.wait_for_text("Ann: Bob: one and two");
    (0..40).for_each(|number| say(&mut bob, &format!("line {number}")));
    ann.wait_for_text("Bob: line 39");
    for scroll in [PAGE_UP, WHEEL_UP] {
        ann.type_keys(scroll);
        ann.wait_for("older lines", |ann| ann.row(-2).contains("scrolled up"));
        let top = ann.row(1);
        say(&mut bob, "look here");
        ann.wait_for("what waits", |ann| ann.row(-2).contains("↓ 1 new"));
        assert_eq!(ann.row(1), top);
        ann.type_keys(CTRL_END);
        ann.wait_for("the newest line", |ann| ann.row(-3).ends_with("Bob: look here"));
    }
    ann.type_keys(CTRL_L);
    say(&mut ann, "drawn again");
    ann.wait_for_text("Ann: drawn again");
    ann.leave();
    bob.leave();
}

#[test]
fn a_signal_that_ends_it_gives_the_terminal_back() {
    let server = Server::start(Adapter::Smol);
    let signals = [
        Signal::TERM,
        Signal::HUP,
        Signal::INT,
        Signal::QUIT,
        Signal::USR1,
        Signal::USR2,
        Signal::ALARM,
        Signal::VTALARM,
        Signal::PROF,
        Signal::XCPU,
    ];
    for signal in signals {
        person(&server, "Ann", "main").leave_by(signal);
    }
}

#[test]
fn who_suspends_it_has_the_terminal_until_it_goes_on() {
    // A shell with jobs, which goes on when its job is stopped.
    const SHELL: &str = "set -m; \"$0\" \"$@\"; echo suspended; read again; fg >/dev/null";
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let mut bob = person(&server, "Bob", "main");
        let port = server.port();
        let flags = ["-c", SHELL, env!("CARGO_BIN_EXE_chinwag"), "--port", &port, "--name", "Ann"];
        for stop in [Some(Signal::TSTP), Some(Signal::STOP), None] {
            let mut ann = Window::open("sh", &flags, SCREEN);
            ann.wait_for_text("You are Ann, in main");
            ann.type_keys("half a li");
            ann.wait_for("what is typed", |ann| ann.row(-1) == "> half a li");
            match stop {
                Some(signal) => ann.signal_job(signal),
                None => ann.type_keys(CTRL_Z),
            }
            if stop == Some(Signal::STOP) {
                // Nobody can do anything about this one but the shell.
                ann.wait_for_text("suspended");
            } else {
                ann.wait_until_given_back("suspended");
            }
            say(&mut bob, "where are you?");
            bob.wait_for_text("Bob: where are you?");
            ann.resize((70, 20));
            // A line for the shell, also where the terminal is still as the chat has set it.
            ann.type_keys("\n");
            ann.wait_for("the chat", |ann| ann.screen().alternate_screen() && ann.row(-1) == "> half a li");
            ann.wait_for_text("Bob: where are you?");
            ann.wait_for("paste and mouse", |ann| {
                ann.screen().bracketed_paste() && ann.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
            });
            say(&mut ann, "ne");
            bob.wait_for_text("Ann: half a line");
            ann.type_keys(CTRL_C);
            let (status, screen) = ann.ended();
            assert!(status.success() && screen.starts_with(BEFORE), "{screen}");
            say(&mut bob, "/name Bob-again");
            bob.wait_for_text("Bob is now Bob-again");
            say(&mut bob, "/name Bob");
            bob.wait_for_text("Bob-again is now Bob");
        }
        bob.leave();
    }
}

#[test]
fn without_a_shell_nothing_suspends_it() {
    let server = Server::start(Adapter::Smol);
    let mut ann = person(&server, "Ann", "main");
    ann.signal_job(Signal::TSTP);
    ann.type_keys(CTRL_Z);
    ann.wait_for("the hint", |ann| ann.row(-2) == " there is no shell to go back to");
    say(&mut ann, "still here");
    ann.wait_for_text("Ann: still here");
    ann.leave();
}

#[test]
fn no_line_of_a_confirmed_paste_is_a_command() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let mut bob = person(&server, "Bob", "main");
        let mut ann = person(&server, "Ann", "main");
        let lines = ["first", "// a comment", "/etc/hosts", "/join pizza", "/name Cid", "/quit", "last"];
        ann.type_keys(&format!("\x1b[200~{}\x1b[201~", lines.join("\r")));
        ann.wait_for("the question", |ann| ann.row(-1) == "Send 7 lines? Enter: yes, Esc: no");
        ann.type_keys(ENTER);
        for line in lines {
            let said = format!(" Ann: {line}");
            bob.wait_for(&said, |bob| (0..24).any(|row| bob.row(row).ends_with(&said)));
        }
        ann.wait_for("where one is", |ann| ann.row(-2).starts_with(" Ann · main · connected"));
        // Alone, and typed or not, it is one.
        ann.type_keys("\x1b[200~/join pizza\r\x1b[201~");
        say(&mut ann, "");
        bob.wait_for_text("Ann left");
        ann.leave();
        bob.leave();
    }
}

#[test]
fn a_server_is_found_by_name() {
    for adapter in Adapter::BOTH {
        let server = Server::start(adapter);
        let mut ann = chat(&server.port(), &["-i", "localhost", "--name", "Ann"]);
        ann.wait_for_text("You are Ann, in main");
        assert!(ann.row(0).ends_with(&format!("localhost:{}", server.port())), "{}", ann.row(0));
        ann.leave();
    }
    let port = free_address().port();
    let (status, screen) = chat(&port.to_string(), &["-i", "localhost"]).ended();
    assert_eq!(status.code(), Some(1));
    let says = format!("chinwag: no server at localhost:{port}; start one with: cargo server --port {port}");
    assert_eq!(screen.replace('\n', ""), format!("{BEFORE}{says}"));
}

#[test]
fn a_paste_of_several_lines_asks_first() {
    let server = Server::start(Adapter::Tokio);
    let mut ann = person(&server, "Ann", "main");
    ann.type_keys("\x1b[200~one\rtwo\rthree\x1b[201~");
    ann.wait_for("the question", |ann| ann.row(-1) == "Send 3 lines? Enter: yes, Esc: no");
    ann.type_keys("n");
    ann.wait_for("the input", |ann| ann.row(-1).starts_with("> Say"));
    ann.type_keys("\x1b[200~four\nfive\x1b[201~");
    ann.wait_for("the question", |ann| ann.row(-1).starts_with("Send 2 lines?"));
    ann.type_keys(ENTER);
    ann.wait_for_text("Ann: five");
    assert!(!ann.screen().contents().contains("Ann: one"));
    ann.leave();
}

#[test]
fn what_is_shown_is_in_the_transcript() {
    let server = Server::start(Adapter::Smol);
    let path = std::env::temp_dir().join(format!("chinwag-chat-{}", std::process::id()));
    let file = path.to_str().expect("a plain path");
    let mut ann = chat(&server.port(), &["--name", "Ann", "--transcript", file, "--no-bell", "--no-mouse"]);
    ann.wait_for_text("You are Ann, in main");
    say(&mut ann, "for the record");
    ann.wait_for_text("Ann: for the record");
    let shown: Vec<String> = (1..22).map(|row| ann.row(row)).filter(|row| !row.is_empty()).collect();
    assert_eq!(ann.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    ann.leave();
    let written = std::fs::read_to_string(&path).expect("it was written");
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(written.lines().collect::<Vec<_>>(), shown);
}

#[test]
fn no_server_is_one_line_on_a_screen_that_is_as_it_was() {
    let address = free_address();
    let (status, screen) = chat(&address.port().to_string(), &[]).ended();
    assert_eq!(status.code(), Some(1));
    let port = address.port();
    // The window is 80 columns wide, and the line longer.
    let says = format!("chinwag: no server at {address}; start one with: cargo server --port {port}");
    assert_eq!(screen.replace('\n', ""), format!("{BEFORE}{says}"));
}

#[test]
fn a_server_that_is_full_is_quoted() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let host = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        std::io::Write::write_all(&mut stream, b"Server is full, try again later\n").expect("the line fits");
    });
    let (status, screen) = chat(&address.port().to_string(), &[]).ended();
    host.join().expect("it has done its part");
    assert_eq!(status.code(), Some(1));
    let says = format!("chinwag: {address} does not let you in: Server is full, try again later");
    assert_eq!(screen.replace('\n', ""), format!("{BEFORE}{says}"));
}
