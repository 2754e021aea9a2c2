//! Owns an engine that keeps the log of a cluster: `redis-server` in a process of its own, with a folder of its own.
//!
//! Invariant: neither outlives its owner.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::DEADLINE;

/// Runs an engine.
#[derive(Debug)]
pub struct Engine {
    address: SocketAddr,
    folder: PathBuf,
    child: Child,
}

impl Engine {
    /// Starts one that has nothing yet, at a free port of this machine.
    ///
    /// # Panics
    /// If there is no `redis-server`, or it does not start.
    #[must_use]
    pub fn start() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("chinwag-engine-{}-{number}", process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
        let address = taken.local_addr().expect("it is bound");
        drop(taken);
        let child = run(&folder, address);
        let engine = Self { address, folder, child };
        engine.wait();
        engine
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

    /// Kills it, and forgets what it had if that is wanted.
    ///
    /// # Panics
    /// If its folder can't be emptied.
    pub fn kill(&mut self, forgets: Forgets) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if forgets == Forgets::All {
            fs::remove_dir_all(&self.folder).expect("it is ours");
            fs::create_dir_all(&self.folder).expect("a folder can be made");
        }
    }

    /// Starts it again where it was.
    ///
    /// # Panics
    /// If it does not start.
    pub fn restart(&mut self) {
        self.child = run(&self.folder, self.address);
        self.wait();
    }

    fn wait(&self) {
        let until = Instant::now() + DEADLINE;
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < until, "the engine does not start");
            // It says nothing when it is ready that could be waited for.
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// What is left of an engine that was killed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forgets {
    /// What it has on disk.
    Nothing,
    /// Not even that.
    All,
}

fn run(folder: &PathBuf, address: SocketAddr) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &address.port().to_string()]);
    command.args(["--save", "", "--appendonly", "yes", "--appendfsync", "always"]).arg("--dir").arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("redis-server is installed: ./check does it")
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill(Forgets::Nothing);
        let _ = fs::remove_dir_all(&self.folder);
    }
}
