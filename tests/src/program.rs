//! Owns a server as its users run it: its binary in a process of its own, what that writes, and how it ends.
//!
//! Invariant: no process outlives its owner. Whoever drops one kills it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking;
use rustix::process::{Pid, Signal, kill_process};

use crate::binary::binary;
use crate::{Adapter, DEADLINE};

/// Runs a server's binary.
#[derive(Debug)]
pub struct Program {
    adapter: Adapter,
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

/// Holds what a process has left behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    /// What it exited with, or nothing if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output, apart from what was read before.
    pub out: String,
    /// What it wrote to standard error, apart from what was read before.
    pub err: String,
}

impl Program {
    /// Returns the command that runs a server's binary: without a web page, whose address is one for all, and without
    /// IRC, for the same reason, its log as it is by default, its output kept for whoever asks.
    ///
    /// # Panics
    /// If the binary can't be built.
    #[must_use]
    pub fn command(adapter: Adapter) -> Command {
        let mut command = Self::web_command(adapter);
        command.args(["--web", "off"]);
        command
    }

    /// Returns the same command, with a web page.
    ///
    /// # Panics
    /// If the binary can't be built.
    #[must_use]
    pub fn web_command(adapter: Adapter) -> Command {
        let mut command = Command::new(binary(adapter));
        command.args(["--irc", "off"]);
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts what a command says, for this server.
    ///
    /// # Panics
    /// If it can't be run.
    #[must_use]
    pub fn spawn(adapter: Adapter, command: &mut Command) -> Self {
        Self::of_child(adapter, command.spawn().expect("the binary can be run"))
    }

    /// Starts a server on a free port, at a terminal of its own, through these words first, like `nohup`. Returns it
    /// with its address, and the terminal, which is closed when that is dropped. What it writes is read as everywhere.
    ///
    /// # Panics
    /// If it does not say that it is ready.
    #[must_use]
    pub fn start_at_terminal(adapter: Adapter, through: &[&str]) -> (Self, SocketAddr, OwnedFd) {
        let (pty, pts) = blocking::open().expect("the system has a pseudo-terminal left");
        let server = binary(adapter);
        let flags = ["--web", "off", "--irc", "off", "--port", "0"].map(OsStr::new);
        let words: Vec<_> = through.iter().map(OsStr::new).chain([server.as_os_str()]).chain(flags).collect();
        let command = blocking::Command::new(words[0]).args(&words[1..]).env_remove("RUST_LOG");
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let program = Self::of_child(adapter, command.spawn(pts).expect("the binary can be run"));
        let addr = program.read_ready();
        (program, addr, pty.into())
    }

    fn of_child(adapter: Adapter, mut child: Child) -> Self {
        let (out, err) = (keep_lines(child.stdout.take()), keep_lines(child.stderr.take()));
        Self { adapter, child, out, err }
    }

    /// Runs a server with these flags until it ends by itself.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn run(adapter: Adapter, flags: impl IntoIterator<Item: AsRef<OsStr>>) -> Ended {
        Self::spawn(adapter, Self::command(adapter).args(flags)).join()
    }

    /// Starts a server with these flags on a free port, and returns it with its address as soon as it can be reached.
    ///
    /// # Panics
    /// If it does not say that it is ready.
    #[must_use]
    pub fn start(adapter: Adapter, flags: impl IntoIterator<Item: AsRef<OsStr>>) -> (Self, SocketAddr) {
        let program = Self::spawn(adapter, Self::command(adapter).args(["--port", "0"]).args(flags));
        let addr = program.read_ready();
        (program, addr)
    }

    /// Starts a server with these flags and a web page, both on free ports, and returns it with the addresses of both.
    ///
    /// # Panics
    /// If it does not say that it is ready.
    #[must_use]
    pub fn start_web(adapter: Adapter, flags: impl IntoIterator<Item: AsRef<OsStr>>) -> (Self, SocketAddr, SocketAddr) {
        Self::start_web_at(adapter, "127.0.0.1", flags)
    }

    /// The same at another address of this machine.
    ///
    /// # Panics
    /// If it does not say that it is ready.
    #[must_use]
    pub fn start_web_at(
        adapter: Adapter,
        ip: &str,
        flags: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> (Self, SocketAddr, SocketAddr) {
        let mut command = Self::web_command(adapter);
        command.args(["--ip", ip, "--port", "0", "--web", &format!("{ip}:0")]).args(flags);
        let program = Self::spawn(adapter, &mut command);
        let addr = program.read_ready();
        let web_addr = program.read_web_ready();
        (program, addr, web_addr)
    }

    /// Starts a server with these flags at an address of this machine, and returns it with where it can be reached by
    /// lines, by a browser and by IRC, all at free ports.
    ///
    /// # Panics
    /// If it does not say that it is ready.
    #[must_use]
    pub fn start_all_at(
        adapter: Adapter,
        ip: &str,
        flags: impl IntoIterator<Item: AsRef<OsStr>>,
    ) -> (Self, [SocketAddr; 3]) {
        let mut command = Self::web_command(adapter);
        let free = format!("{ip}:0");
        command.args(["--ip", ip, "--port", "0", "--web", &free, "--irc", &free]).args(flags);
        let program = Self::spawn(adapter, &mut command);
        let addrs = program.read_all_ready();
        (program, addrs)
    }

    /// Starts a server at the loopback, as [`start_all_at`](Self::start_all_at) does.
    ///
    /// # Panics
    /// If it does not say that it is ready.
    #[must_use]
    pub fn start_all(adapter: Adapter, flags: impl IntoIterator<Item: AsRef<OsStr>>) -> (Self, [SocketAddr; 3]) {
        Self::start_all_at(adapter, "127.0.0.1", flags)
    }

    /// Reads the line that says that the server can be reached, and returns where.
    ///
    /// # Panics
    /// If it is not exactly this line.
    #[must_use]
    pub fn read_ready(&self) -> SocketAddr {
        self.read_address(&["listening on "], "\n")
    }

    /// Reads the same of a server whose page has the usual port: where a connection was made from that, the server
    /// waits for a minute.
    ///
    /// # Panics
    /// If it is not exactly this line.
    #[must_use]
    pub fn read_ready_at_the_usual_port(&self) -> SocketAddr {
        self.read_address_within(DEADLINE + Duration::from_secs(62), &["listening on "], "\n")
    }

    /// Reads the line after that, which says where the web page is, and returns that.
    ///
    /// # Panics
    /// If it is not exactly this line.
    #[must_use]
    pub fn read_web_ready(&self) -> SocketAddr {
        self.read_address(&["web page at http://", "web page at https://"], "/\n")
    }

    /// Reads these two lines and the one after them, and returns where the server can be reached by lines, by a browser
    /// and by IRC.
    ///
    /// # Panics
    /// If they are not exactly these lines.
    #[must_use]
    pub fn read_all_ready(&self) -> [SocketAddr; 3] {
        [self.read_ready(), self.read_web_ready(), self.read_irc_ready()]
    }

    fn read_irc_ready(&self) -> SocketAddr {
        self.read_address(&["for IRC clients at "], "\n")
    }

    /// Reads the next line of standard output.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn read_out(&self) -> String {
        self.out.recv_timeout(DEADLINE).expect("there is a line")
    }

    fn read_address(&self, before: &[&str], after: &str) -> SocketAddr {
        self.read_address_within(DEADLINE, before, after)
    }

    fn read_address_within(&self, deadline: Duration, before: &[&str], after: &str) -> SocketAddr {
        let line = self.out.recv_timeout(deadline).expect("it says that it is ready");
        let program = format!("{} {} ", self.adapter.program(), env!("CARGO_PKG_VERSION"));
        let rest = line.strip_prefix(&program).and_then(|rest| before.iter().find_map(|it| rest.strip_prefix(it)));
        let addr = rest.and_then(|addr| addr.strip_suffix(after)).map(str::parse);
        let Some(Ok(addr)) = addr else { panic!("not a ready line: {line:?}") };
        addr
    }

    /// Reads standard error up to a line in which `text` stands, and returns that line.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn read_log(&self, text: &str) -> String {
        read_up_to(&self.err, text)
    }

    /// Reads standard output up to a line in which `text` stands, and returns that line.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn read_said(&self, text: &str) -> String {
        read_up_to(&self.out, text)
    }

    /// Returns the number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// If the process has ended.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Waits until the process has ended.
    ///
    /// # Panics
    /// If it goes on.
    #[must_use]
    pub fn join(mut self) -> Ended {
        let deadline = Instant::now() + DEADLINE;
        let (mut out, mut err) = (String::new(), String::new());
        let has_ended = read_to_end(&self.out, deadline, &mut out) & read_to_end(&self.err, deadline, &mut err);
        assert!(has_ended, "{:?} goes on, and has written {out:?} and {err:?}", self.adapter);
        // Nobody but the process has the other ends, so it is about to end, if it has not yet.
        let code = self.child.wait().expect("it is a child of this one").code();
        Ended { code, out, err }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It fails only if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines as they come, so that whoever writes them never waits.
fn keep_lines(source: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (lines, kept) = mpsc::channel();
    if let Some(source) = source {
        let mut source = BufReader::new(source);
        thread::spawn(move || {
            let mut line = Vec::new();
            while source.read_until(b'\n', &mut line).is_ok_and(|len| len > 0) {
                if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
                line.clear();
            }
        });
    }
    kept
}

/// Reads lines up to one in which `text` stands, and returns that.
fn read_up_to(lines: &Receiver<String>, text: &str) -> String {
    loop {
        let line = lines.recv_timeout(DEADLINE).expect("it is written");
        if line.contains(text) {
            return line;
        }
    }
}

/// Gathers lines up to their end, and says whether it came before the deadline.
fn read_to_end(lines: &Receiver<String>, deadline: Instant, text: &mut String) -> bool {
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => text.push_str(&line),
            Err(error) => return error == mpsc::RecvTimeoutError::Disconnected,
        }
    }
}
