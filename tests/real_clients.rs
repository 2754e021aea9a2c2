//! Shows that people get along with what their systems have: telnet and nc, at a terminal and in a pipe.
//!
//! All that a terminal shows is compared, so that nothing of telnet's negotiation and no stray control character can be
//! among it.

use std::net::SocketAddr;

use chinwag_tests::{Adapter, HELP, Person, Program, Terminal};
use rustix::process::Signal;

/// What telnet says when the server has closed the connection.
const CLOSED: &str = "Connection closed by foreign host.\n";

#[test]
fn two_telnets_and_an_nc_talk() {
    on_each(|server, addr| {
        let mut ann = telnet_as("Ann", addr, &mut []);
        let mut bob = telnet_as("Bob", addr, &mut [&mut ann]);
        let mut cid = nc_as("Cid", addr, &mut [&mut ann, &mut bob]);

        say(&mut ann, "hello", "Ann: hello\n", &mut [&mut bob, &mut cid]);
        say(&mut cid, "“çà va?” 😀", "Cid: “çà va?” 😀\n", &mut [&mut ann, &mut bob]);
        say(&mut bob, "//help is a word", "Bob: /help is a word\n", &mut [&mut ann, &mut cid]);
        say(&mut ann, "/help", HELP, &mut []);
        say(&mut cid, "/users", "Users - Ann, Bob, Cid\n", &mut []);
        say(&mut cid, "/name ann", "ann is already taken\n", &mut []);
        say(&mut bob, "/join pizza", "You joined pizza\n", &mut []);
        ann.assert_shows("Bob left\n");
        cid.assert_shows("Bob left\n");
        say(&mut bob, "alone", "Bob: alone\n", &mut []);
        say(&mut ann, "/rooms", "Rooms - main (2), pizza (1)\n", &mut []);
        say(&mut cid, "/join PIZZA", "You joined pizza\n", &mut []);
        ann.assert_shows("Cid left\n");
        bob.assert_shows("Cid joined\n");
        say(&mut bob, "/users", "Users - Bob, Cid\n", &mut []);
        say(&mut cid, "/what", "Unrecognized command /what, try /help, or begin with // to say it\n", &mut []);
        bob.press("/quit\n");
        bob.assert_ends(&format!("/quit\n{CLOSED}"));
        cid.assert_shows("Bob left\n");
        stop(server);
        ann.assert_ends(&format!("Server is shutting down\n{CLOSED}"));
    });
}

#[test]
fn whoever_interrupts_telnet_or_ends_its_input_leaves() {
    // ^C, which telnet sends as an interrupt, ^D, the end of a file, and ^\, a break.
    let keys = [("\x03", "^C"), ("\x04", ""), ("\x1c", "^\\")];
    on_each(|server, addr| {
        let mut ann = Person::come(addr);
        let mut leave = |leave: &dyn Fn(&mut Terminal)| {
            let mut bob = telnet_as("Bob", addr, &mut []);
            say(&mut bob, "hello", "Bob: hello\n", &mut []);
            leave(&mut bob);
            let shown = bob.read_to_end();
            ann.read_up_to("Bob: hello");
            assert_eq!(ann.read_line(), "Bob left");
            shown
        };
        for (key, echo) in keys {
            let shown = leave(&|bob| bob.press(key));
            // A key that signals throws away what is on its way to the screen at that moment.
            assert!(format!("{echo}{CLOSED}").contains(&shown), "{shown:?}");
        }
        assert_eq!(leave(&|bob| command(bob, "send ip")), CLOSED);
        assert_eq!(leave(&|bob| command(bob, "send eof")), CLOSED);
        assert_eq!(leave(&|bob| command(bob, "quit")), "Connection closed.\n");
        stop(server);
    });
}

#[test]
fn telnet_shows_nothing_of_what_it_negotiates() {
    on_each(|server, addr| {
        let mut ann = telnet_as("Ann", addr, &mut []);
        let mut bob = telnet_as("Bob", addr, &mut [&mut ann]);
        for send in ["send will naws", "send wont echo", "send do 3", "send dont echo", "send nop"] {
            command(&mut ann, send);
            say(&mut ann, send, &format!("Ann: {send}\n"), &mut [&mut bob]);
        }
        command(&mut ann, "send ayt");
        ann.assert_shows("[Yes]\n");
        stop(server);
    });
}

#[test]
fn whoever_presses_control_z_in_telnet_goes_on_hearing() {
    on_each(|server, addr| {
        let mut ann = Person::come(addr);
        let mut bob = telnet_as("Bob", addr, &mut []);
        for (key, line) in [("", "before"), ("\x1a", "after"), ("\x1a", "and again")] {
            // A key that signals throws away what is on its way to the screen at that moment, but nothing later.
            bob.press(&format!("{key}{line}\n"));
            bob.read_up_to(&format!("Bob: {line}\n"));
            ann.read_up_to(&format!("Bob: {line}"));
        }
        stop(server);
        bob.read_up_to("Server is shutting down\n");
    });
}

#[test]
fn telnet_that_is_asked_for_character_mode_shows_what_is_typed_and_edits_it() {
    on_each(|server, addr| {
        let mut ann = Person::come(addr);
        let mut bob = telnet_as("Bob", addr, &mut []);
        command(&mut bob, "mode character");
        // The answer to this comes behind those to what it has asked for by that.
        bob.press("\x1d");
        bob.read_up_to("telnet> ");
        bob.press("send ayt\n");
        bob.read_up_to("[Yes]\n");
        bob.press("helo\x7f\x7fllo\n");
        let shown = bob.read_up_to("Bob: hello\n");
        assert!(shown.contains("helo"), "{shown:?}");
        bob.press("/users\n");
        bob.assert_shows("/users\nUsers - ");
        ann.read_up_to("Bob: hello");
        stop(server);
    });
}

#[test]
fn plink_which_negotiates_first_is_sent_whole_lines_and_leaves_at_its_end() {
    on_each(|server, addr| {
        let mut ann = Person::come(addr);
        let port = addr.port();
        // Not through a terminal, which would make line ends of its own.
        let bob = shell(&format!("printf 'hello\\r\\n' | plink -telnet -batch -P {port} {} | od -An -c", addr.ip()));
        let shown = bob.read_to_end().replace([' ', '\n'], "");
        assert!(shown.starts_with(r"Servercommands\r\n/help"), "{shown}");
        assert!(shown.ends_with(r":hello\r\n"), "{shown}");
        let name = shown.split_once("Youare").and_then(|(_, rest)| rest.split_once(r"\r")).expect("it has a name").0;
        ann.read_up_to(&format!("{name}: hello"));
        stop(server);
    });
}

#[test]
fn forty_long_lines_that_are_pasted_arrive_in_order() {
    let lines: Vec<_> = (1..=40).map(|line| format!("{line:.<200}")).collect();
    on_each(|server, addr| {
        let mut ann = Person::come(addr);
        for (name, mut bob) in [("Bob", telnet_as("Bob", addr, &mut [])), ("Cid", nc_as("Cid", addr, &mut []))] {
            bob.press(&(lines.join("\n") + "\n"));
            ann.read_up_to(&format!("{name}: {}", lines[0]));
            lines[1..].iter().for_each(|line| assert_eq!(ann.read_line(), format!("{name}: {line}")));
            // What is pasted is shown in the midst of what comes back; what comes later stands for itself.
            bob.press("/join pasted\n");
            let _ = bob.read_up_to("You joined pasted\n");
        }
        stop(server);
    });
}

#[test]
fn a_line_from_a_pipe_is_said_and_comes_back() {
    on_each(|server, addr| {
        let mut ann = Person::come(addr);
        let mut bob = shell(&format!("echo hello | nc -q1 {} {}", addr.ip(), addr.port()));
        let name = greet(&mut bob, "");
        bob.assert_ends(&format!("{name}: hello\n"));
        for line in [format!("{name} joined"), format!("{name}: hello"), format!("{name} left")] {
            assert_eq!(ann.read_line(), line);
        }
        stop(server);
    });
}

#[test]
fn commands_from_a_pipe_are_answered_and_quit_ends_it() {
    on_each(|server, addr| {
        let mut ann = shell(&format!(r"printf '/rooms\n/quit\n' | nc {} {}", addr.ip(), addr.port()));
        greet(&mut ann, "");
        ann.assert_ends("Rooms - main (1)\n");
        stop(server);
    });
}

#[test]
fn nc_at_a_terminal_ends_when_the_server_is_gone_and_enter_is_pressed() {
    on_each(|server, addr| {
        let mut ann = nc_as("Ann", addr, &mut []);
        let bob = nc_as("Bob", addr, &mut [&mut ann]);
        // The terminal ends what runs there, as with ^C, and the other one is told.
        drop(bob);
        ann.assert_shows("Bob left\n");
        stop(server);
        ann.assert_shows("Server is shutting down\n");
        // This nc goes on until it has something to send.
        ann.press("\n");
        ann.assert_ends("\n");
    });
}

/// Runs what is claimed on all servers.
fn on_each(claim: impl Fn(Program, SocketAddr)) {
    for adapter in Adapter::ALL {
        // What was said before is for the transcripts.
        let (server, addr) = Program::start(adapter, ["--history-on-join", "0"]);
        claim(server, addr);
    }
}

#[track_caller]
fn stop(server: Program) {
    server.signal(Signal::TERM);
    assert_eq!(server.join().code, Some(0));
}

/// Lets somebody come with telnet under a name, which the `others` see.
#[track_caller]
fn telnet_as(name: &str, addr: SocketAddr, others: &mut [&mut Terminal]) -> Terminal {
    let (ip, port) = (addr.ip().to_string(), addr.port().to_string());
    let mut telnet = Terminal::run("telnet", &[&ip, &port]);
    let connected = format!("Trying {ip}...\nConnected to {ip}.\nEscape character is '^]'.\n");
    let old = greet(&mut telnet, &connected);
    introduce(&mut telnet, &old, name, others);
    telnet
}

/// Lets somebody come with nc under a name, which the `others` see.
#[track_caller]
fn nc_as(name: &str, addr: SocketAddr, others: &mut [&mut Terminal]) -> Terminal {
    let mut nc = Terminal::run("nc", &[&addr.ip().to_string(), &addr.port().to_string()]);
    let old = greet(&mut nc, "");
    introduce(&mut nc, &old, name, others);
    nc
}

fn shell(command: &str) -> Terminal {
    Terminal::run("sh", &["-c", command])
}

/// Holds what is shown at first against what it has to be, and returns the name in it.
#[track_caller]
fn greet(terminal: &mut Terminal, connected: &str) -> String {
    terminal.assert_shows(&format!("{connected}{HELP}You are "));
    let name = terminal.read_up_to("\n").trim_end().to_owned();
    terminal.assert_shows("You joined main\n");
    name
}

#[track_caller]
fn introduce(terminal: &mut Terminal, old: &str, name: &str, others: &mut [&mut Terminal]) {
    let renamed = format!("{old} is now {name}\n");
    say(terminal, &format!("/name {name}"), &renamed, &mut []);
    others.iter_mut().for_each(|other| other.assert_shows(&format!("{old} joined\n{renamed}")));
}

/// Gives a command to telnet itself.
#[track_caller]
fn command(telnet: &mut Terminal, command: &str) {
    telnet.press("\x1d");
    telnet.assert_shows("^]\ntelnet> ");
    telnet.press(&format!("{command}\n"));
    telnet.assert_shows(&format!("{command}\n"));
}

/// Types a line, which is shown as it is typed; then all see what comes of it.
#[track_caller]
fn say(terminal: &mut Terminal, line: &str, seen: &str, others: &mut [&mut Terminal]) {
    terminal.press(&format!("{line}\n"));
    terminal.assert_shows(&format!("{line}\n{seen}"));
    others.iter_mut().for_each(|other| other.assert_shows(seen));
}
