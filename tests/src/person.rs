//! Owns one person at a socket, who types lines and reads lines, each of which has to come before a deadline.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::{DEADLINE, connect};

/// Types and reads lines.
#[derive(Debug)]
pub struct Person {
    name: String,
    stream: BufReader<TcpStream>,
}

impl Person {
    /// Comes to the server at `addr`, is in its main room, and has asked for something, so that the others there know
    /// of them.
    ///
    /// # Panics
    /// If the server does not let them in.
    #[must_use]
    pub fn come(addr: SocketAddr) -> Self {
        let person = Self { name: String::new(), stream: BufReader::new(connect(addr)) };
        person.enter()
    }

    /// Comes to a server that asks for a password.
    ///
    /// # Panics
    /// If the server does not ask for it, or does not let them in.
    #[must_use]
    pub fn come_with(addr: SocketAddr, password: &str) -> Self {
        let mut person = Self { name: String::new(), stream: BufReader::new(connect(addr)) };
        person.read_up_to("This server asks for a password:");
        person.type_line(password);
        person.enter()
    }

    fn enter(self) -> Self {
        let mut person = self;
        let mut line = String::new();
        while line != "You joined main" {
            line = person.read_line();
            if let Some(name) = line.strip_prefix("You are ") {
                name.clone_into(&mut person.name);
            }
        }
        person.type_line(&format!("/name {}", person.name));
        // Who logs in is called by their account first.
        let (same, again) = (format!("You are {}", person.name), format!(" is now {}", person.name));
        while line != same && !line.ends_with(&again) {
            line = person.read_line();
        }
        person
    }

    /// Returns what the server calls them.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Types one or several lines; their last line end is added.
    ///
    /// # Panics
    /// If the server does not take them.
    pub fn type_line(&mut self, line: &str) {
        writeln!(self.stream.get_ref(), "{line}").expect("the server reads what is sent");
    }

    /// Types the beginning of a line, or what comes next of it.
    ///
    /// # Panics
    /// If the server does not take it.
    pub fn type_some(&mut self, text: &str) {
        self.stream.get_ref().write_all(text.as_bytes()).expect("the server reads what is sent");
    }

    /// Reads a line, and returns it without its end.
    ///
    /// # Panics
    /// If none comes.
    pub fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line comes before the deadline");
        assert_eq!(line.pop(), Some('\n'), "the connection stays open");
        line
    }

    /// Reads lines up to this one.
    ///
    /// # Panics
    /// If it does not come.
    pub fn read_up_to(&mut self, line: &str) {
        let _ = self.find_line(|other| other == line);
    }

    /// Reads lines up to one that is searched for, and returns it.
    ///
    /// # Panics
    /// If it does not come, however many others do.
    pub fn find_line(&mut self, is_searched: impl Fn(&str) -> bool) -> String {
        self.find_line_within(DEADLINE, is_searched)
    }

    /// Does the same where it takes longer until it comes, or may.
    ///
    /// # Panics
    /// If it does not come, however many others do.
    pub fn find_line_within(&mut self, patience: Duration, is_searched: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + patience;
        self.stream.get_ref().set_read_timeout(Some(patience)).expect("an open socket takes options");
        loop {
            let line = self.read_line();
            if is_searched(&line) {
                self.stream.get_ref().set_read_timeout(Some(DEADLINE)).expect("an open socket takes options");
                return line;
            }
            assert!(Instant::now() < deadline, "it has not come; the last line is {line}");
        }
    }

    /// Reads until this moment, and finds that nothing comes.
    ///
    /// # Panics
    /// If something comes.
    pub fn read_nothing_until(&mut self, until: Instant) {
        let stream = self.stream.get_ref();
        // No time at all is not a time-out.
        let timeout = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(timeout)).expect("an open socket takes options");
        let read = self.stream.fill_buf().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let is_silent =
            read.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
        assert!(is_silent, "{read:?}");
        self.stream.get_ref().set_read_timeout(Some(DEADLINE)).expect("an open socket takes options");
    }

    /// Reads all that there is up to the end of the connection, and returns it.
    ///
    /// # Panics
    /// If the connection does not end, or breaks.
    pub fn read_to_end(&mut self) -> String {
        let mut rest = String::new();
        self.stream.read_to_string(&mut rest).expect("the connection is closed before the deadline");
        rest
    }
}
