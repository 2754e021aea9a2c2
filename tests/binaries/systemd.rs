//! What a server and the service manager that started it have to do with each other: sockets that are handed over, what
//! the manager is told, and what the journal reads.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr as UnixAddr, UnixDatagram, UnixListener};
use std::process::{Command, Stdio};

use chinwag_tests::{Adapter, Browser, DEADLINE, Person, Program, connect};
use rustix::fs::{OFlags, fcntl_getfl, fstat};
use rustix::process::Signal;
use socket2::{Domain, Socket, Type};

use crate::log::Folder;
use crate::sockets::Client;
use crate::{assert_one_line, assert_talk, stop};

/// Returns the command that runs a server as a service manager would that hands these over: descriptors from 3 on,
/// their number and names, and for which process they are. Where there are two, the server logs no more than it must,
/// and that goes where it says that it is ready.
fn hand_over(server: &Command, sockets: impl IntoIterator<Item = OwnedFd>, names: Option<&str>) -> Command {
    let mut sockets = sockets.into_iter();
    let mut command = Command::new("sh");
    let (first, second) = (sockets.next().expect("one is handed over"), sockets.next());
    let (count, handed) = if second.is_some() { ("2", "3<&0 4<&2 2>&1") } else { ("1", "3<&0") };
    command.args(["-c", &format!("export LISTEN_PID=$$; exec \"$0\" \"$@\" {handed} 0</dev/null")]);
    command.arg(server.get_program()).args(server.get_args()).env_remove("RUST_LOG").env("LISTEN_FDS", count);
    if second.is_some() {
        command.env("RUST_LOG", "off");
    }
    match names {
        Some(names) => command.env("LISTEN_FDNAMES", names),
        None => command.env_remove("LISTEN_FDNAMES"),
    };
    let second = second.map_or_else(Stdio::piped, Stdio::from);
    command.stdin(first).stdout(Stdio::piped()).stderr(second);
    command
}

/// A socket that listens, which a runtime must not be given as it is: it blocks.
fn listening() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let addr = listener.local_addr().expect("it is bound");
    (listener, addr)
}

fn copy(socket: &impl AsFd) -> OwnedFd {
    socket.as_fd().try_clone_to_owned().expect("there are descriptors")
}

#[test]
fn one_socket_that_is_handed_over_is_for_lines_whatever_address_was_chosen() {
    for adapter in Adapter::ALL {
        for names in [None, Some("lines")] {
            let (socket, addr) = listening();
            let mut server = Program::command(adapter);
            server.args(["--port", "1"]);
            let server = Program::spawn(adapter, &mut hand_over(&server, [copy(&socket)], names));
            assert_eq!(server.read_ready(), addr);
            let told = server.read_log("does not count");
            assert!(told.contains("WARN") && told.contains("--port (127.0.0.1:1) does not count"), "{told}");
            assert_talk(addr);
            assert!(fcntl_getfl(&socket).expect("it is open").contains(OFlags::NONBLOCK), "a runtime would wait there");
            stop(server);
        }
    }
}

#[test]
fn sockets_are_for_what_their_names_say_and_all_else_is_as_the_flags_say() {
    for adapter in Adapter::ALL {
        let [(lines, lines_addr), (web, web_addr)] = [(); 2].map(|()| listening());
        let handed = [copy(&web), copy(&lines)];
        let mut server = hand_over(&Program::web_command(adapter), handed, Some("web:lines"));
        let server = Program::spawn(adapter, &mut server);
        assert_eq!((server.read_ready(), server.read_web_ready()), (lines_addr, web_addr));
        assert_talk(lines_addr);
        assert!(!Browser::come(web_addr).name().is_empty());
        stop(server);

        let (web, web_addr) = listening();
        let mut server = Program::command(adapter);
        server.args(["--port", "0"]);
        let server = Program::spawn(adapter, &mut hand_over(&server, [copy(&web)], Some("web")));
        assert_talk(server.read_ready());
        assert_eq!(server.read_web_ready(), web_addr);
        let told = server.read_log("does not count");
        assert!(told.contains("--web (off)"), "{told}");
        assert!(!Browser::come(web_addr).name().is_empty());
        stop(server);
    }
}

#[test]
fn sockets_with_files_take_the_place_of_addresses_and_their_files_stay() {
    let folder = Folder::new("handed-over-files");
    for adapter in Adapter::ALL {
        let [lines, web] = ["lines", "web"].map(|name| folder.0.join(format!("{}-{name}", adapter.program())));
        let handed = [&web, &lines].map(|path| UnixListener::bind(path).expect("there is room for it"));
        let mut server = hand_over(&Program::web_command(adapter), handed.each_ref().map(copy), Some("web:lines"));
        let server = Program::spawn(adapter, &mut server);
        for (before, path) in [("", &lines), ("web=", &web)] {
            let told = server.read_out();
            assert!(told.ends_with(&format!(" also listening on {before}unix:{}\n", path.display())), "{told}");
        }
        let [mut ann, mut bob] = [(); 2].map(|()| Client::come(&lines, "\n"));
        bob.read_up_to("You joined main");
        ann.send("hello\n");
        bob.read_up_to(": hello");
        let healthy = Client::come(&web, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(healthy.read_to_end().starts_with("HTTP/1.1 200 "));
        stop(server);
        assert!(lines.exists() && web.exists(), "they are the service manager's");
    }
}

#[test]
fn several_sockets_may_be_for_one_form() {
    for adapter in Adapter::ALL {
        let [(one, one_addr), (other, other_addr)] = [(); 2].map(|()| listening());
        let handed = [copy(&one), copy(&other)];
        let server = Program::spawn(adapter, &mut hand_over(&Program::command(adapter), handed, Some("lines:lines")));
        assert_eq!([server.read_ready(), server.read_ready()], [one_addr, other_addr]);
        let (mut ann, mut bob) = (Person::come(one_addr), Person::come(other_addr));
        ann.type_line("hello");
        bob.read_up_to(&format!("{}: hello", ann.name()));
        stop(server);
    }
}

#[test]
fn what_is_no_listening_socket_or_is_for_nothing_is_refused() {
    let (listener, addr) = listening();
    let connected = TcpStream::connect(addr).expect("it listens");
    let (accepted, _) = listener.accept().expect("somebody has connected");
    let unbound = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there are descriptors");
    let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let folder = Folder::new("handed-over");
    let name = UnixAddr::from_abstract_name(format!("chinwag-{}", std::process::id())).expect("it is short");
    let nameless = UnixListener::bind_addr(&name).expect("nobody has it");
    let unix = UnixDatagram::bind(folder.0.join("unix")).expect("there is room for it");
    let null = fs::File::open("/dev/null").expect("there is one");
    let cases = [
        (copy(&connected), Some("lines"), "can't use descriptor 3, which was handed over: nobody listens at it"),
        (copy(&accepted), None, "nobody listens at it, it may be a connection (Accept=yes)"),
        (copy(&unbound), None, "nobody listens at it"),
        (copy(&datagrams), None, "can't use descriptor 3, which was handed over: it is no TCP socket"),
        (copy(&unix), None, "it is no TCP socket, and no stream socket with a file"),
        (copy(&nameless), None, "its name is abstract, without a file"),
        (copy(&null), None, "it is no TCP socket"),
        (
            copy(&listener),
            Some("chinwag.socket"),
            "\"chinwag.socket\"; name it lines, web or irc (FileDescriptorName=)",
        ),
        (copy(&listener), Some("lines:web"), "but 2 names (LISTEN_FDNAMES)"),
    ];
    for adapter in Adapter::ALL {
        for (socket, names, told) in &cases {
            let server = Program::command(adapter);
            let ended = Program::spawn(adapter, &mut hand_over(&server, [copy(socket)], *names)).join();
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{names:?}");
            assert_one_line(adapter, &ended.err, &[told]);
        }
        for (count, told) in [("x", "LISTEN_FDS"), ("9", "LISTEN_FDS"), ("4294967295", "LISTEN_FDS")] {
            let server = Program::command(adapter);
            let mut server = hand_over(&server, [copy(&listener)], Some("lines"));
            let ended = Program::spawn(adapter, server.env("LISTEN_FDS", count)).join();
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{count}");
            assert_one_line(adapter, &ended.err, &[told]);
        }
    }
}

#[test]
fn what_is_handed_over_to_another_process_is_not_said_to_be_another_programs() {
    for adapter in Adapter::ALL {
        let (_held, addr) = listening();
        let mut command = Program::command(adapter);
        command.args(["--port", &addr.port().to_string()]).envs([("LISTEN_FDS", "1"), ("LISTEN_PID", "1")]);
        let ended = Program::spawn(adapter, &mut command).join();
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        assert_one_line(adapter, &ended.err, &[&addr.to_string(), "handed over (LISTEN_FDS)", "LISTEN_PID", "--port"]);
        assert!(!ended.err.contains("another program has"), "{}", ended.err);
    }
}

/// The socket at which a service manager is told how its service is.
struct Manager {
    socket: UnixDatagram,
    folder: Folder,
}

impl Manager {
    fn new(name: &str, adapter: Adapter) -> Self {
        let folder = Folder::new(&format!("{name}-{}", adapter.program()));
        let socket = UnixDatagram::bind(folder.0.join("notify")).expect("there is room for it");
        socket.set_read_timeout(Some(DEADLINE)).expect("it is no time at all");
        Self { socket, folder }
    }

    /// Starts a server that tells it how it is, on a free port.
    fn start(&self, adapter: Adapter, watchdog_micros: u32) -> (Program, SocketAddr) {
        let mut server = Program::command(adapter);
        let file = self.folder.0.join("chat.toml");
        fs::write(&file, "").expect("there is room");
        server.args(["--port", "0", "--config"]).arg(file);
        // Without a terminal of its own, SIGHUP reloads.
        let mut command = Command::new("setsid");
        command.arg(server.get_program()).args(server.get_args());
        command.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("NOTIFY_SOCKET", self.folder.0.join("notify"));
        command.env("WATCHDOG_USEC", watchdog_micros.to_string()).env_remove("WATCHDOG_PID");
        let server = Program::spawn(adapter, &mut command);
        let addr = server.read_ready();
        (server, addr)
    }

    /// Reads what it is told next: a word and what it is for each line.
    fn read(&self) -> String {
        let mut told = [0; 4096];
        let len = self.socket.recv(&mut told).expect("it is told something");
        String::from_utf8_lossy(&told[..len]).into_owned()
    }

    /// Reads up to where it is told this.
    fn read_up_to(&self, line: &str) -> String {
        loop {
            let told = self.read();
            if told.lines().any(|told| told == line) {
                return told;
            }
        }
    }
}

#[test]
fn a_service_manager_is_told_how_its_server_is_until_it_stops() {
    for adapter in Adapter::ALL {
        let manager = Manager::new("told", adapter);
        let (server, addr) = manager.start(adapter, 20_000);
        assert_eq!(manager.read(), "READY=1\nWATCHDOG=1\nSTATUS=0 people in 1 room\n");
        let mut ann = Person::come(addr);
        manager.read_up_to("STATUS=1 person in 1 room");
        let mut bob = Person::come(addr);
        bob.type_line("/join tea");
        ann.read_up_to(&format!("{} left", bob.name()));
        manager.read_up_to("STATUS=2 people in 2 rooms");
        assert_eq!([(); 3].map(|()| manager.read()), ["WATCHDOG=1\n"; 3], "it lives, and nothing has changed");

        // It is told that this is over when what was read counts, however long it takes to read it.
        let file = manager.folder.0.join("chat.toml");
        fs::remove_file(&file).expect("it is there");
        assert!(Command::new("mkfifo").arg(&file).status().expect("there is such a program").success());
        server.signal(Signal::HUP);
        let reloading = manager.read_up_to("RELOADING=1");
        let since = reloading.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC="));
        assert!(since.is_some_and(|since| since.parse::<u64>().is_ok_and(|since| since > 0)), "{reloading}");
        // Somebody has opened it to read.
        let mut pipe = fs::File::options().write(true).open(&file).expect("it is there");
        manager.socket.set_nonblocking(true).expect("it is open");
        let mut told = [0; 4096];
        while let Ok(len) = manager.socket.recv(&mut told) {
            assert!(!told[..len].starts_with(b"READY=1"), "it is still being read");
        }
        manager.socket.set_nonblocking(false).expect("it is open");
        pipe.write_all(b"max-connections = 2\n").expect("it is read");
        drop(pipe);
        assert_eq!(manager.read_up_to("READY=1"), "READY=1\n");
        let mut refused = String::new();
        connect(addr).read_to_string(&mut refused).expect("it is told, and closed");
        assert_eq!(refused, "Server is full, try again later\n");

        server.signal(Signal::TERM);
        manager.read_up_to("STOPPING=1");
        assert_eq!(server.join().code, Some(0));
        assert_eq!(ann.read_to_end(), "Server is shutting down\n");
    }
}

#[test]
fn a_server_that_does_not_get_ready_does_not_say_so() {
    for adapter in Adapter::ALL {
        let manager = Manager::new("not-ready", adapter);
        let (_held, addr) = listening();
        let mut server = Program::command(adapter);
        server.args(["--port", &addr.port().to_string()]).env("NOTIFY_SOCKET", manager.folder.0.join("notify"));
        assert_eq!(Program::spawn(adapter, &mut server).join().code, Some(1));
        manager.socket.set_nonblocking(true).expect("it is open");
        manager.socket.recv(&mut [0; 64]).expect_err("nothing was told");
    }
}

#[test]
fn a_service_manager_that_is_gone_is_missed_once_and_nobody_else_notices() {
    for adapter in Adapter::ALL {
        let manager = Manager::new("gone", adapter);
        fs::remove_file(manager.folder.0.join("notify")).expect("it is there");
        let (server, addr) = manager.start(adapter, 1000);
        let told = server.read_log("can't tell the service manager");
        assert!(told.contains("WARN") && told.contains("NOTIFY_SOCKET"), "{told}");
        assert_talk(addr);
        assert!(!stop(server).contains("can't tell the service manager"), "it is said once");
    }
}

/// Runs a server whose log the journal reads, as far as it can tell; returns what it has written when it is stopped, or
/// has ended by itself.
fn journal(mut server: Command, adapter: Adapter, is_the_journals: bool) -> String {
    let (read, write) = io::pipe().expect("there are descriptors");
    let stream = fstat(&write).expect("it is open");
    let inode = if is_the_journals { stream.st_ino } else { stream.st_ino + 1 };
    server.env("JOURNAL_STREAM", format!("{}:{inode}", stream.st_dev)).stderr(write);
    let program = Program::spawn(adapter, &mut server);
    // It has the other end, too.
    drop(server);
    let mut log = BufReader::new(read);
    let mut written = String::new();
    while !written.contains("serving") && log.read_line(&mut written).expect("it is text") > 0 {}
    if written.contains("serving") {
        program.signal(Signal::TERM);
    }
    log.read_to_string(&mut written).expect("it is text");
    written
}

#[test]
fn the_journal_is_told_the_priority_of_each_line_and_nothing_twice() {
    for adapter in Adapter::ALL {
        let server = |flags: &[&str]| {
            let mut server = Program::command(adapter);
            server.args(["--port", "0"]).args(flags);
            server
        };
        let log = journal(server(&[]), adapter, true);
        assert!(log.contains("<6>chinwag") && log.contains(": serving form=Lines"), "{log}");
        assert!(log.lines().all(|line| line.starts_with("<6>chinwag_")) && !log.contains("INFO"), "{log}");
        let log = journal(server(&["--log-format", "json"]), adapter, true);
        assert!(
            log.contains("<6>{") && log.lines().all(|line| line.starts_with("<6>{") && line.ends_with('}')),
            "{log}"
        );
        let (held, addr) = listening();
        let warned = journal(hand_over(&server(&["--port", "1"]), [copy(&held)], None), adapter, true);
        assert!(warned.lines().any(|line| line.starts_with("<4>") && line.contains("does not count")), "{warned}");
        let refused = journal(server(&["--port", &addr.port().to_string()]), adapter, true);
        assert!(refused.starts_with(&format!("<3>{}: can't listen", adapter.program())), "{refused}");

        let elsewhere = journal(server(&[]), adapter, false);
        assert!(elsewhere.contains(" INFO ") && !elsewhere.contains("<6>"), "{elsewhere}");
    }
}

/// With what systemd has for trying services out.
#[cfg(feature = "real-clients")]
#[test]
fn a_server_is_started_by_who_first_connects_to_a_socket_of_systemd() {
    for adapter in Adapter::ALL {
        let ports = [(); 3].map(|()| listening().1);
        let mut command = Command::new("systemd-socket-activate");
        command.args(ports.iter().flat_map(|addr| ["-l".to_owned(), addr.to_string()]));
        command.arg("--fdname=lines:web:irc");
        let server = Program::command(adapter);
        command.arg(server.get_program()).args(server.get_args());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let server = Program::spawn(adapter, &mut command);
        let [lines, web, _] = ports;
        let _ = server.read_log("Listening on");
        let _ = server.read_log("Listening on");
        let _ = server.read_log("Listening on");
        let first = TcpStream::connect(lines).expect("it listens");
        assert_eq!((server.read_ready(), server.read_web_ready()), (lines, web));
        assert_talk(lines);
        assert!(!Browser::come(web).name().is_empty());
        drop(first);
        server.signal(Signal::TERM);
        let ended = server.join();
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert!(ended.out.contains(&format!("for IRC clients at {}", ports[2])), "{}", ended.out);
    }
}
