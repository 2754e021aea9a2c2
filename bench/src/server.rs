//! Owns the servers that are compared, and one of them while it runs.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::irc::{DESCRIPTORS, Folder};
use crate::programs::{Programs, is_installed};

/// How long a server may take to listen.
const START_MAX: Duration = Duration::from_secs(10);

/// The core of those servers that have one thread; the load is made on another then.
const SERVER_CORE: &str = "0";

/// Where Debian's packages put them; who is no administrator does not find them by their names alone.
const NGIRCD: &str = "/usr/sbin/ngircd";
const INSPIRCD: &str = "/usr/sbin/inspircd";

/// A server, and how it is run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Server {
    Floor,
    /// The same, with both cores to share with the load, as those have it that have two threads.
    FloorUnpinned,
    SmolOne,
    Smol,
    TokioOne,
    Tokio,
    Redis,
    Nats,
    SmolIrc,
    TokioIrc,
    Ngircd,
    Inspircd,
}

impl Server {
    /// All of them, in the order in which they stand in tables.
    pub(crate) const ALL: [Self; 12] = [
        Self::Floor,
        Self::FloorUnpinned,
        Self::SmolOne,
        Self::Smol,
        Self::TokioOne,
        Self::Tokio,
        Self::Redis,
        Self::Nats,
        Self::SmolIrc,
        Self::TokioIrc,
        Self::Ngircd,
        Self::Inspircd,
    ];

    /// Those that are chinwag.
    pub(crate) const OURS: [Self; 4] = [Self::SmolOne, Self::Smol, Self::TokioOne, Self::Tokio];

    /// Those that are chinwag, spoken to by IRC.
    pub(crate) const OURS_BY_IRC: [Self; 2] = [Self::SmolIrc, Self::TokioIrc];

    /// The IRC servers of others.
    pub(crate) const IRC_PEERS: [Self; 2] = [Self::Ngircd, Self::Inspircd];

    /// Tells whether it is spoken to by IRC.
    pub(crate) const fn is_by_irc(self) -> bool {
        matches!(self, Self::SmolIrc | Self::TokioIrc | Self::Ngircd | Self::Inspircd)
    }

    /// Returns what it is called in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "the floor",
            Self::FloorUnpinned => "the floor, unpinned",
            Self::SmolOne => "smol, 1 thread",
            Self::Smol => "smol",
            Self::TokioOne => "tokio, 1 thread",
            Self::Tokio => "tokio",
            Self::Redis => "Redis",
            Self::Nats => "NATS",
            Self::SmolIrc => "smol by IRC",
            Self::TokioIrc => "tokio by IRC",
            Self::Ngircd => "ngIRCd",
            Self::Inspircd => "InspIRCd",
        }
    }

    /// Returns the flags that tell `chinwag load` what it is to speak.
    pub(crate) const fn speech(self) -> &'static [&'static str] {
        match self {
            Self::Floor | Self::FloorUnpinned | Self::SmolOne | Self::Smol | Self::TokioOne | Self::Tokio => &[],
            Self::Redis => &["--dialect", "redis"],
            Self::Nats => &["--dialect", "nats"],
            Self::SmolIrc | Self::TokioIrc | Self::Ngircd | Self::Inspircd => &["--irc"],
        }
    }

    /// Tells whether it can be run here.
    pub(crate) fn is_here(self) -> bool {
        match self {
            Self::Floor
            | Self::FloorUnpinned
            | Self::SmolOne
            | Self::Smol
            | Self::TokioOne
            | Self::Tokio
            | Self::SmolIrc
            | Self::TokioIrc => true,
            Self::Redis => is_installed("redis-server"),
            Self::Nats => is_installed("nats-server") || is_installed("/usr/sbin/nats-server"),
            Self::Ngircd => is_installed(NGIRCD),
            Self::Inspircd => is_installed(INSPIRCD),
        }
    }

    /// Tells whether it gets a core of its own: one thread does its work, and it is not run to be compared with those
    /// of two.
    pub(crate) const fn is_pinned(self) -> bool {
        match self {
            Self::Floor | Self::SmolOne | Self::TokioOne | Self::Redis => true,
            Self::SmolIrc | Self::TokioIrc | Self::Ngircd | Self::Inspircd => true,
            Self::FloorUnpinned | Self::Smol | Self::Tokio | Self::Nats => false,
        }
    }

    /// Returns the floor that has the cores that this has.
    pub(crate) const fn floor(self) -> Self {
        if self.is_pinned() { Self::Floor } else { Self::FloorUnpinned }
    }

    /// Returns the program and its flags.
    fn line(self, programs: &Programs, port: u16, folder: Option<&Folder>) -> Result<Vec<String>> {
        let ours = |name: &str| programs.path(name).display().to_string();
        let chinwag = |name, threads: &[&str]| {
            let (lines, irc) = match self.is_by_irc() {
                true => ("--port=0".to_owned(), format!("--irc=127.0.0.1:{port}")),
                false => (format!("--port={port}"), "--irc=off".to_owned()),
            };
            let mut words = vec![ours(name), lines, irc, "--flood-rate=0".into(), "--web=off".into()];
            words.extend(threads.iter().map(|&word| word.to_owned()));
            words
        };
        let folder = || folder.context("it has a folder");
        let with_descriptors =
            |line: String| ["sh".into(), "-c".into(), format!("ulimit -n {DESCRIPTORS} && exec {line}")].into();
        Ok(match self {
            Self::Floor | Self::FloorUnpinned => {
                vec![ours("chinwag-bench"), "floor".into(), "--port".into(), port.to_string()]
            }
            Self::SmolOne | Self::SmolIrc => chinwag("chinwag-smol", &["--threads=1"]),
            Self::Smol => chinwag("chinwag-smol", &[]),
            Self::TokioOne | Self::TokioIrc => chinwag("chinwag-tokio", &["--threads=1"]),
            Self::Tokio => chinwag("chinwag-tokio", &[]),
            Self::Redis => {
                let line = format!("redis-server --bind 127.0.0.1 --port {port} --appendonly no --save");
                line.split(' ').map(str::to_owned).chain([String::new()]).collect()
            }
            Self::Nats => {
                let program = if is_installed("nats-server") { "nats-server" } else { "/usr/sbin/nats-server" };
                format!("{program} -a 127.0.0.1 -p {port}").split(' ').map(str::to_owned).collect()
            }
            Self::Ngircd => with_descriptors(format!("{NGIRCD} -n -f {}", folder()?.ngircd(port)?.display())),
            Self::Inspircd => with_descriptors(format!(
                "{INSPIRCD} --config {} --runasroot --nofork --nopid",
                folder()?.inspircd(port)?.display()
            )),
        })
    }

    /// Starts it on a free port, and waits until it listens.
    ///
    /// # Errors
    /// It does not start.
    pub(crate) fn start(self, programs: &Programs) -> Result<Running> {
        let port = free_port()?;
        let folder = Self::IRC_PEERS.contains(&self).then(|| Folder::new(self.name())).transpose()?;
        let mut words = self.line(programs, port, folder.as_ref())?;
        if self.is_pinned() && is_installed("taskset") {
            words.splice(0..0, ["taskset", "-c", SERVER_CORE].map(str::to_owned));
        }
        let child = Command::new(&words[0])
            .args(&words[1..])
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", words.join(" ")))?;
        let mut running = Running { child, port, _folder: folder };
        running.await_listening(self)?;
        Ok(running)
    }
}

/// A server that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) port: u16,
    /// What it reads and writes.
    _folder: Option<Folder>,
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    fn await_listening(&mut self, server: Server) -> Result<()> {
        let end = Instant::now() + START_MAX;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at once: {status}", server.name());
            }
            if Instant::now() >= end {
                bail!("{} does not listen after {START_MAX:?}", server.name());
            }
            // A program of others that says in no common way when it listens can only be asked again and again.
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port that was free just now.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}
