//! Owns somebody at a terminal: a program of the system on a pseudo-terminal of its own, what is typed there and what
//! is shown.
//!
//! Invariant: no program outlives its owner. Whoever drops a terminal kills what runs on it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use pty_process::blocking::{Command, open};

use crate::DEADLINE;

/// Runs a program as if somebody sat there.
#[derive(Debug)]
pub struct Terminal {
    keys: File,
    screen: Receiver<Vec<u8>>,
    child: Child,
    /// What was shown and nobody has read yet.
    shown: Vec<u8>,
}

impl Terminal {
    /// Runs a program at a terminal.
    ///
    /// # Panics
    /// If there is no such program.
    #[must_use]
    pub fn run(program: &str, args: &[&str]) -> Self {
        let (pty, pts) = open().expect("the system has a pseudo-terminal left");
        // Nobody's own settings matter.
        let command =
            Command::new(program).args(args).env("HOME", "/nonexistent").env("LC_ALL", "C").env("TERM", "dumb");
        let child = command.spawn(pts).unwrap_or_else(|error| {
            panic!(
                "these tests need {program}: {error} (on Debian: apt-get install telnet netcat-openbsd putty-tools)"
            );
        });
        let keys = File::from(OwnedFd::from(pty));
        let screen = keep_shown(keys.try_clone().expect("an open file can be shared"));
        Self { keys, screen, child, shown: Vec::new() }
    }

    /// Presses these keys. `\n` is the enter key, and `\x03` is ^C.
    ///
    /// # Panics
    /// If the program is gone.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is there");
    }

    /// Reads what is shown up to `text`, and returns it with `text`. What is shown as a new line is read as `\n`.
    ///
    /// # Panics
    /// If it is not shown.
    #[track_caller]
    pub fn read_up_to(&mut self, text: &str) -> String {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let deadline = Instant::now() + DEADLINE;
        let end = loop {
            if let Some(start) = self.shown.windows(bytes.len()).position(|part| part == bytes) {
                break start + bytes.len();
            }
            assert!(self.see_more(deadline), "{text:?} is not shown, but {:?}", self.take(self.shown.len()));
        };
        self.take(end)
    }

    /// Holds that what is shown next is this, and nothing before it.
    ///
    /// # Panics
    /// If it is something else.
    #[track_caller]
    pub fn assert_shows(&mut self, text: &str) {
        assert_eq!(self.read_up_to(text), text);
    }

    /// Reads what is shown until the program ends.
    ///
    /// # Panics
    /// If it goes on.
    #[track_caller]
    pub fn read_to_end(mut self) -> String {
        let deadline = Instant::now() + DEADLINE;
        while self.see_more(deadline) {}
        let shown = self.take(self.shown.len());
        assert!(Instant::now() < deadline, "it goes on, and shows {shown:?}");
        shown
    }

    /// Holds that this is shown, that nothing else comes before or after it, and that then the program ends.
    ///
    /// # Panics
    /// If anything else is shown, or the program goes on.
    #[track_caller]
    pub fn assert_ends(self, text: &str) {
        assert_eq!(self.read_to_end(), text);
    }

    /// Waits until more is shown, and says whether it was. It was not if the program has ended, or the deadline has
    /// come.
    fn see_more(&mut self, deadline: Instant) -> bool {
        let more = self.screen.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        more.is_ok_and(|more| {
            self.shown.extend_from_slice(&more);
            true
        })
    }

    fn take(&mut self, len: usize) -> String {
        let taken: Vec<_> = self.shown.drain(..len).collect();
        String::from_utf8_lossy(&taken).replace("\r\n", "\n")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It fails only if the program has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what is shown as it comes, as a terminal does, so that whoever shows it never waits.
fn keep_shown(mut pty: File) -> Receiver<Vec<u8>> {
    let (screen, kept) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        // When nobody else has the terminal any more, Linux reports an error, and other systems an end.
        while let Ok(len @ 1..) = pty.read(&mut buffer) {
            if screen.send(buffer[..len].to_vec()).is_err() {
                break;
            }
        }
    });
    kept
}
