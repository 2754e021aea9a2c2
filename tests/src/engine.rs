//! Owns an engine that keeps the log of a cluster: `redis-server` in a process of its own, with a folder of its own.
//!
//! Invariant: neither outlives its owner.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use crate::DEADLINE;

/// Where in its folder it writes what it is told.
const WRITTEN: &str = "appendonlydir/appendonly.aof.1.incr.aof";

/// How many ports are tried.
const PORTS_MAX: usize = 8;

/// By what an engine keeps all that it was told when it is killed.
const KEEPS: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

/// Runs an engine.
#[derive(Debug)]
pub struct Engine {
    address: SocketAddr,
    folder: PathBuf,
    /// What it is told beside where it is.
    settings: Vec<String>,
    child: Child,
}

impl Engine {
    /// Starts one that has nothing yet, at a free port of this machine.
    ///
    /// # Panics
    /// If there is no `redis-server`, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&KEEPS)
    }

    /// Starts one with these settings, of which a word may be `PORT`, and stands for its port.
    ///
    /// # Panics
    /// If there is no `redis-server`, or it does not start.
    #[must_use]
    pub fn start_with(settings: &[&str]) -> Self {
        let settings: Vec<_> = settings.iter().map(|&word| word.to_owned()).collect();
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("chinwag-engine-{}-{number}", process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        // Somebody else may be faster to take a port that was free.
        let started = (0..PORTS_MAX).find_map(|_| {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
            let address = free.local_addr().expect("it is bound");
            drop(free);
            run(&folder, address, &settings).map(|child| (address, child))
        });
        let (address, child) = started.expect("one of the ports stays free");
        Self { address, folder, settings, child }
    }

    /// Returns what a server takes to find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}/0", self.address)
    }

    /// Returns where it is.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Asks it something, and returns the answer as it comes.
    ///
    /// # Panics
    /// If it does not answer.
    #[must_use]
    pub fn ask(&self, words: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        // It ends the connection behind the answer.
        stream.write_all(format!("{words}\r\nQUIT\r\n").as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer.strip_suffix("+OK\r\n").unwrap_or(&answer).to_owned()
    }

    /// Kills it, and forgets of what it had as much as is wanted.
    ///
    /// # Panics
    /// If what it has on disk can't be changed.
    pub fn kill(&mut self, forgets: Forgets) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        match forgets {
            Forgets::Nothing => {}
            Forgets::Tail => {
                let file = fs::OpenOptions::new().write(true).open(self.folder.join(WRITTEN)).expect("it has kept it");
                let bytes = file.metadata().expect("it is a file").len();
                file.set_len(bytes / 3 * 2).expect("it can be cut");
            }
            Forgets::All => {
                fs::remove_dir_all(&self.folder).expect("it is ours");
                fs::create_dir_all(&self.folder).expect("a folder can be made");
            }
        }
    }

    /// Starts it again where it was.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&mut self) {
        self.child = run(&self.folder, self.address, &self.settings).expect("its port is still free");
    }
}

/// What is left of an engine that was killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forgets {
    /// What it has on disk.
    Nothing,
    /// That without its last third.
    Tail,
    /// Not even that.
    All,
}

/// Runs it, and waits until it says that it is ready. There is none if it ends instead.
fn run(folder: &PathBuf, address: SocketAddr, settings: &[String]) -> Option<Child> {
    let mut command = Command::new("redis-server");
    let port = address.port().to_string();
    command.args(["--bind", "127.0.0.1", "--port", &port, "--save", ""]).arg("--dir").arg(folder);
    command.args(settings.iter().map(|word| if word == "PORT" { &port } else { word }));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("redis-server is installed: ./check does it");
    let said = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let (ready, is_ready) = channel();
    // It is read to its end, so that the engine never waits for that.
    thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            if line.contains("Ready to accept connections") {
                let _ = ready.send(());
            }
        }
    });
    match is_ready.recv_timeout(DEADLINE) {
        Ok(()) => Some(child),
        Err(RecvTimeoutError::Disconnected) => {
            let _ = child.wait();
            None
        }
        Err(RecvTimeoutError::Timeout) => panic!("the engine does not start"),
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill(Forgets::Nothing);
        let _ = fs::remove_dir_all(&self.folder);
    }
}
