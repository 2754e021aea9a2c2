//! Shows what the servers' binaries do for whoever runs them: flags, what is said where, how they start, and how they
//! stop.

mod bans;
#[cfg(all(target_os = "linux", feature = "real-clients"))]
mod clock;
mod config;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod door;
#[cfg(target_os = "linux")]
mod evasion;
mod flags;
#[cfg(target_os = "linux")]
mod guesses;
mod history;
mod log;
#[cfg(target_os = "linux")]
mod operation;
#[cfg(target_os = "linux")]
mod owned;
#[cfg(target_os = "linux")]
mod private;
#[cfg(target_os = "linux")]
mod recording;
#[cfg(target_os = "linux")]
mod secrets;
mod settings;
mod sockets;
mod start;
mod stop;
#[cfg(target_os = "linux")]
mod systemd;

use std::net::SocketAddr;

use chinwag_tests::{Adapter, Ended, Person, Program};
use rustix::process::Signal;

/// Holds that something is exactly one line that begins with the program's name and mentions all of `words`.
#[track_caller]
fn assert_one_line(adapter: Adapter, said: &str, words: &[&str]) {
    let line = said.strip_prefix(adapter.program()).and_then(|rest| rest.strip_prefix(": "));
    assert!(line.is_some_and(|line| line.find('\n') == Some(line.len() - 1)), "{said:?}");
    assert!(words.iter().all(|word| said.contains(word)), "{words:?} are not in {said:?}");
}

/// Shows that people who come to a server can talk.
#[track_caller]
fn assert_talk(addr: SocketAddr) {
    let (mut ann, mut bob) = (Person::come(addr), Person::come(addr));
    ann.type_line("hello");
    bob.read_up_to(&format!("{}: hello", ann.name()));
}

/// Stops a server, which has to end as it should, and returns what it wrote to standard error. To standard output it
/// has written nothing more.
#[track_caller]
fn stop(server: Program) -> String {
    let ended = end(server);
    assert_eq!(ended.out, "");
    ended.err
}

/// Stops a server, which has to end as it should.
#[track_caller]
fn end(server: Program) -> Ended {
    server.signal(Signal::TERM);
    let ended = server.join();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    ended
}
