//! Owns a proxy of the system in front of a server: nginx or haproxy, with a file of the docs, on free ports of this
//! machine, in a process of its own; and a client that speaks TLS to it.
//!
//! Invariant: no process outlives its owner. Whoever drops one kills it, and removes its folder.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::DEADLINE;

/// How often ports are tried, of which somebody else may take one first.
const TRIES: u32 = 5;

/// For whom the certificate is.
const HOST: &str = "chat.example";

/// How long to wait before it is tried again whether a proxy listens.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs a proxy.
#[derive(Debug)]
pub struct Proxy {
    child: Child,
    folder: PathBuf,
    ports: Vec<u16>,
}

impl Proxy {
    /// Runs nginx with a file of the docs in which some things are changed, all of which have to be there. For each of
    /// `listens`, what the file listens at, there is a free port.
    ///
    /// # Panics
    /// If there is no nginx, or it does not start.
    #[must_use]
    pub fn nginx(file: &str, changes: &[(&str, &str)], listens: &[&str]) -> Self {
        Self::start(file, changes, listens, |folder| {
            let mut command = Command::new("nginx");
            command.args(["-p", folder, "-c", &format!("{folder}/{file}"), "-e", "stderr"]);
            command.args(["-g", &format!("daemon off; pid {folder}/nginx.pid; error_log stderr;")]);
            command
        })
    }

    /// Runs haproxy in the same way. It tells how it is at the socket `stats` of its folder.
    ///
    /// # Panics
    /// If there is no haproxy, or it does not start.
    #[must_use]
    pub fn haproxy(file: &str, changes: &[(&str, &str)], listens: &[&str]) -> Self {
        Self::start(file, changes, listens, |folder| {
            let mut command = Command::new("haproxy");
            command.args(["-db", "-f", &format!("{folder}/{file}")]);
            command
        })
    }

    fn start(file: &str, changes: &[(&str, &str)], listens: &[&str], command: impl Fn(&str) -> Command) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("chinwag-proxy-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("there is room for files");
        let path = folder.to_str().expect("its name is text");
        certify(&folder);
        for attempt in 1.. {
            let ports: Vec<_> = listens.iter().map(|_| free_port()).collect();
            let mut text = given(file);
            let mut change = |from: &str, to: &str| {
                assert!(text.contains(from), "{from:?} is not in {file}");
                text = text.replace(from, to);
            };
            for (listen, port) in listens.iter().zip(&ports) {
                let kept = listen
                    .trim_start_matches(|c: char| !c.is_ascii_digit())
                    .trim_start_matches(|c: char| c.is_ascii_digit());
                let word = listen.split([' ', ':']).next().unwrap_or_default();
                change(listen, &format!("{word} 127.0.0.1:{port}{kept}"));
            }
            changes.iter().for_each(|(from, to)| change(from, to));
            change("/etc/ssl/", &format!("{path}/"));
            if text.contains("\nhttp {") {
                let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
                let temps: String = kinds.iter().map(|kind| format!(" {kind}_temp_path {path}/{kind};")).collect();
                text = text.replace("\nhttp {", &format!("\nhttp {{{temps} access_log off;"));
            }
            if text.contains("\nglobal\n") {
                // So few that the limit of descriptors is enough, whatever it is.
                text = text.replace("maxconn 4000", "maxconn 200");
                text = text.replace("\nglobal\n", &format!("\nglobal\n    stats socket {path}/stats\n"));
            }
            fs::write(folder.join(file), &text).expect("there is room for files");
            let mut command = command(path);
            // There Debian has them, which is not in everybody's path.
            command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
            let mut child = child.unwrap_or_else(|error| {
                panic!(
                    "these tests need {:?}: {error} (on Debian: apt-get install nginx libnginx-mod-stream haproxy)",
                    command.get_program()
                )
            });
            match await_listening(&mut child, &ports) {
                Ok(()) => return Self { child, folder, ports },
                Err(said) => assert!(attempt < TRIES && said.contains("in use"), "{file}: {said}"),
            }
        }
        unreachable!("it has started, or was tried often enough")
    }

    /// Returns where it listens instead of the port of this number in the list.
    #[must_use]
    pub fn addr(&self, listen: usize) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports[listen]).into()
    }

    /// Connects with TLS.
    ///
    /// # Panics
    /// If there is no openssl.
    #[must_use]
    pub fn connect_tls(&self, listen: usize) -> Tls {
        let mut command = Command::new("timeout");
        command.args([&DEADLINE.as_secs().to_string(), "openssl", "s_client", "-quiet", "-verify_return_error"]);
        command
            .args(["-servername", HOST, "-verify_hostname", HOST, "-CAfile"])
            .arg(self.folder.join("chat.example.crt"));
        command.args(["-connect", &self.addr(listen).to_string()]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("these tests need openssl, and timeout");
        let (keys, screen) = (child.stdin.take().expect("it was asked for"), child.stdout.take().expect("it was, too"));
        Tls { child, keys, screen }
    }

    /// Asks for something with TLS, and returns the whole answer.
    ///
    /// # Panics
    /// If none comes.
    #[must_use]
    pub fn fetch_tls(&self, listen: usize, head: &str) -> Vec<u8> {
        let (mut tls, mut answer) = (self.connect_tls(listen), Vec::new());
        tls.write_all(head.as_bytes()).expect("it reads what is sent");
        tls.read_to_end(&mut answer).expect("the answer ends before the deadline");
        answer
    }

    /// Waits until haproxy says that a server is well, with this word for what it was told.
    ///
    /// # Panics
    /// If it does not say so.
    #[cfg(unix)]
    pub fn await_up(&self, server: &str, told: &str) {
        let deadline = Instant::now() + DEADLINE;
        loop {
            // It listens before it tells how it is.
            let lines = self.stats().unwrap_or_default();
            let row = lines.iter().find(|line| line.starts_with(server));
            if row.is_some_and(|row| row.contains(",UP,") && row.contains(told)) {
                return;
            }
            assert!(Instant::now() < deadline, "{server} is not up: {row:?}");
            thread::sleep(PAUSE);
        }
    }

    #[cfg(unix)]
    fn stats(&self) -> io::Result<Vec<String>> {
        let mut stats = std::os::unix::net::UnixStream::connect(self.folder.join("stats"))?;
        stats.write_all(b"show stat\n")?;
        BufReader::new(stats).lines().collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Both end their workers with themselves if they are asked to.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Speaks TLS, by openssl.
#[derive(Debug)]
pub struct Tls {
    child: Child,
    keys: ChildStdin,
    screen: ChildStdout,
}

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.screen.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.keys.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.keys.flush()
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Returns a file of the docs.
fn given(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/proxies").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Makes a certificate and its key.
fn certify(folder: &Path) {
    let [key, certificate] = ["chat.example.key", "chat.example.crt"].map(|name| folder.join(name));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", &format!("/CN={HOST}"), "-addext", &format!("subjectAltName=DNS:{HOST}"), "-keyout"]);
    let made = command.arg(&key).arg("-out").arg(&certificate).output().expect("these tests need openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let both = [&certificate, &key].map(|path| fs::read_to_string(path).expect("it was made"));
    fs::write(folder.join("chat.example.pem"), both.concat()).expect("there is room for files");
}

/// Returns a port that nobody has: somebody else may take it before it is used.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Waits until all ports are listened at; or returns what was said instead.
fn await_listening(child: &mut Child, ports: &[u16]) -> Result<(), String> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if child.try_wait().expect("it is a child of this process").is_some() {
            let mut said = String::new();
            let err = child.stderr.as_mut().expect("it was asked for");
            err.read_to_string(&mut said).expect("what it says is text");
            return Err(said);
        }
        if ports.iter().all(|&port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()) {
            let err = child.stderr.take().expect("it was asked for");
            // It must not wait for somebody to read.
            thread::spawn(move || io::copy(&mut BufReader::new(err), &mut io::sink()));
            return Ok(());
        }
        assert!(Instant::now() < deadline, "nobody listens");
        thread::sleep(PAUSE);
    }
}
