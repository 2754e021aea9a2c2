//! What a server does that is started at a terminal, by a service manager, on a full disk, or where a connection has
//! its address.

use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, DEADLINE, Person, Program, fetch};
use rustix::process::Signal;
use socket2::{Domain, SockRef, Socket, Type};

use crate::log::Folder;
use crate::{assert_one_line, assert_talk, stop};

/// Returns the command that runs `command` through these words first.
fn through(words: &[&str], command: &Command) -> Command {
    let mut through = Command::new(words[0]);
    through.args(&words[1..]).arg(command.get_program()).args(command.get_args());
    through.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    through
}

/// Starts a server without a terminal, wherever this test runs.
pub(crate) fn start_without_terminal(adapter: Adapter, flags: &[&str]) -> (Program, SocketAddr) {
    let mut server = Program::command(adapter);
    server.args(["--port", "0"]).args(flags);
    let server = Program::spawn(adapter, &mut through(&["setsid"], &server));
    let addr = server.read_ready();
    (server, addr)
}

/// Reads a file as soon as `text` stands in it.
#[track_caller]
fn wait_for_text(path: &Path, text: &str) -> String {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let read = fs::read_to_string(path).unwrap_or_default();
        if read.contains(text) {
            return read;
        }
        assert!(Instant::now() < deadline, "{text:?} does not come: {read:?}");
        thread::yield_now();
    }
}

#[test]
fn without_a_terminal_sighup_opens_the_log_files_anew_and_ends_nothing() {
    let folder = Folder::new("reopened");
    for adapter in Adapter::ALL {
        let dir = folder.0.join(adapter.program());
        let (server, addr) = start_without_terminal(adapter, &["--log-dir", dir.to_str().expect("its name is text")]);
        let mut ann = Person::come(addr);
        let (name, _) = folder.read(adapter.program()).remove(0);
        let file = dir.join(&name);
        wait_for_text(&file, "serving");
        for times in 0..3 {
            let moved = dir.join(format!("moved-{times}"));
            fs::rename(&file, &moved).expect("it is there");
            server.signal(Signal::HUP);
            wait_for_text(&file, "SIGHUP: the log files are opened anew");
            // What was moved has what was logged before, and nothing of now.
            let told = fs::read_to_string(&moved).expect("it was moved").matches("SIGHUP").count();
            assert_eq!(told, times.min(1));
        }
        // Where the folder can't be had, what is open goes on being written.
        fs::rename(&dir, folder.0.join("away")).expect("it is there");
        fs::write(&dir, "no folder").expect("there is room");
        server.signal(Signal::HUP);
        let _ = server.read_log("the log files stay as they are: can't log to --log-dir");
        fs::remove_file(&dir).expect("it is there");
        fs::rename(folder.0.join("away"), &dir).expect("it is there");
        ann.type_line("still here");
        ann.read_up_to(&format!("{}: still here", ann.name()));
        assert_talk(addr);
        stop(server);
        assert!(wait_for_text(&file, "stopped").contains("stay as they are"));
    }
}

#[test]
fn sighup_without_a_terminal_and_without_files_ends_nothing_either() {
    for adapter in Adapter::ALL {
        let (server, addr) = start_without_terminal(adapter, &[]);
        server.signal(Signal::HUP);
        let _ = server.read_log("SIGHUP: without --log-dir");
        assert_talk(addr);
        stop(server);
    }
}

#[test]
fn a_terminal_that_is_closed_stops_its_server_in_order() {
    for adapter in Adapter::ALL {
        let (server, addr, terminal) = Program::start_at_terminal(adapter, &[]);
        let mut ann = Person::come(addr);
        drop(terminal);
        assert_eq!(ann.read_to_end(), "Server is shutting down\n");
        assert_eq!(server.join().code, Some(0));
    }
}

#[test]
fn what_nohup_starts_outlives_its_terminal() {
    for adapter in Adapter::ALL {
        let (server, addr, terminal) = Program::start_at_terminal(adapter, &["nohup"]);
        let mut ann = Person::come(addr);
        drop(terminal);
        // What the system sends is caught before what is sent later.
        server.signal(Signal::HUP);
        let _ = server.read_log("SIGHUP: without --log-dir");
        ann.type_line("still here");
        ann.read_up_to(&format!("{}: still here", ann.name()));
        stop(server);
    }
}

#[test]
fn a_file_that_may_not_grow_and_a_full_disk_end_nothing() {
    let folder = Folder::new("limited");
    for adapter in Adapter::ALL {
        let dir = folder.0.join(adapter.program());
        let mut server = Program::command(adapter);
        server.args(["--port", "0", "--log-dir"]).arg(&dir);
        let mut limited = through(&["sh", "-c", "ulimit -f 1 && exec \"$0\" \"$@\""], &server);
        let server = Program::spawn(adapter, limited.env("RUST_LOG", "debug"));
        let addr = server.read_ready();
        // A line for each of them.
        (0..40).for_each(|_| drop(Person::come(addr)));
        assert_talk(addr);
        stop(server);
        let (_, log) = folder.read(adapter.program()).remove(0);
        assert!([512, 1024].contains(&log.len()), "it has grown up to its limit: {}", log.len());

        let full = || fs::File::options().write(true).open("/dev/full").expect("Linux has one");
        let mut command = Program::command(adapter);
        let server = Program::spawn(adapter, command.args(["--port", "0"]).env("RUST_LOG", "debug").stderr(full()));
        assert_talk(server.read_ready());
        stop(server);
    }
}

/// A connection from a port of this machine that nobody listens on, and its other end.
fn outgoing() -> (Socket, TcpStream, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there are descriptors");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("there is a free port");
    socket.connect(&listener.local_addr().expect("it is bound").into()).expect("it listens");
    let (other_end, addr) = listener.accept().expect("somebody has connected");
    (socket, other_end, addr)
}

/// Ends a connection at once, without anything being left.
fn reset(socket: &SockRef<'_>) {
    socket.set_linger(Some(Duration::ZERO)).expect("it is open");
}

#[test]
fn an_address_that_only_a_connection_has_is_waited_for_and_so_told() {
    for adapter in Adapter::ALL {
        // An outgoing connection that somebody still has.
        let (socket, other_end, addr) = outgoing();
        let mut command = Program::command(adapter);
        let server = Program::spawn(adapter, command.args(["--port", &addr.port().to_string()]).env("RUST_LOG", "off"));
        let told = server.read_log("can't listen on");
        assert!(told.contains(&addr.to_string()) && told.contains("nobody listens there"), "{told}");
        assert!(told.contains("a connection that was made") && !told.contains("another program"), "{told}");
        reset(&SockRef::from(&socket));
        drop(socket);
        assert_eq!(server.read_ready(), addr);
        assert_talk(addr);
        stop(server);
        drop(other_end);

        // One that its owner has closed, for the web page.
        let (socket, other_end, addr) = outgoing();
        drop(socket);
        let mut command = Program::web_command(adapter);
        let server = Program::spawn(adapter, command.args(["--port", "0", "--web", &addr.to_string()]));
        let told = server.read_log("can't listen on");
        assert!(told.contains(&addr.to_string()) && told.contains("what is left of a connection"), "{told}");
        reset(&SockRef::from(&other_end));
        drop(other_end);
        let _ = server.read_ready();
        assert_eq!(server.read_web_ready(), addr);
        assert!(
            fetch(addr, "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200")
        );
        stop(server);
    }
}

#[test]
fn who_waits_for_an_address_can_be_stopped_and_lets_nobody_wait() {
    for adapter in Adapter::ALL {
        for signal in [Signal::TERM, Signal::INT] {
            // This one is in TIME-WAIT, and Linux keeps it for a minute.
            let (socket, mut other_end, addr) = outgoing();
            drop(socket);
            other_end.read_exact(&mut [0]).expect_err("it ends");
            drop(other_end);
            let server = Program::spawn(adapter, Program::command(adapter).args(["--port", &addr.port().to_string()]));
            let _ = server.read_log("what is left of a connection");
            TcpStream::connect(addr).expect_err("nobody listens yet");
            server.signal(signal);
            let ended = server.join();
            assert_eq!((ended.code, ended.out.as_str()), (Some(0), ""), "{}", ended.err);
        }
    }
}

#[test]
fn where_a_program_listens_beside_a_connection_it_is_the_program() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, [""; 0]);
        let _ann = Person::come(addr);
        let ended = Program::run(adapter, ["--port", &addr.port().to_string()]);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        assert_one_line(adapter, &ended.err, &[&addr.to_string(), "another program"]);
        stop(server);
        // One that has the address and does not listen yet is a program, too.
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("there are descriptors");
        socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("there is a free port");
        let addr = socket.local_addr().ok().and_then(|addr| addr.as_socket()).expect("it is bound");
        let ended = Program::run(adapter, ["--port", &addr.port().to_string()]);
        assert_eq!(ended.code, Some(1));
        assert_one_line(adapter, &ended.err, &[&addr.to_string(), "another program"]);
    }
}
