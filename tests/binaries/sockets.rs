//! What people meet who come by a socket that has a file, and what becomes of the file.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use chinwag_tests::{Adapter, DEADLINE, Ended, Person, Program};
use rustix::process::Signal;

use crate::log::Folder;
use crate::{assert_one_line, stop};

/// Whoever comes by a file.
pub(crate) struct Client(BufReader<UnixStream>);

impl Client {
    pub(crate) fn come(path: &Path, sends: &str) -> Self {
        let stream = UnixStream::connect(path).expect("the server listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a new socket takes options");
        let mut client = Self(BufReader::new(stream));
        client.send(sends);
        client
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).expect("the server reads what is sent");
    }

    /// Reads up to a line that ends so, and returns it.
    pub(crate) fn read_up_to(&mut self, end: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("a line comes before the deadline");
            assert!(read > 0, "{end:?} has not come");
            let line = line.trim_end();
            if line.ends_with(end) {
                return line.to_owned();
            }
        }
    }

    pub(crate) fn read_to_end(mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).expect("the connection is closed before the deadline");
        rest
    }
}

/// Starts a server with these sockets of a folder, besides its port, and reads that it listens there.
fn start(adapter: Adapter, sockets: &[&str], flags: &[&str]) -> (Program, std::net::SocketAddr) {
    let listen = sockets.iter().flat_map(|socket| ["--listen", socket]);
    let (server, addr) = Program::start(adapter, listen.chain(flags.iter().copied()));
    for socket in sockets {
        let line = server.read_out();
        assert!(line.ends_with(&format!(" also listening on {socket}\n")), "{line}");
    }
    (server, addr)
}

/// Names the sockets of a folder, as `--listen` takes them, with their paths.
fn sockets(folder: &Folder, adapter: Adapter) -> [(String, PathBuf); 3] {
    [("unix:", "lines"), ("web=unix:", "web"), ("irc=unix:", "irc")].map(|(before, name)| {
        let path = folder.0.join(format!("{}-{name}", adapter.program()));
        (format!("{before}{}", path.display()), path)
    })
}

#[test]
fn who_comes_by_a_file_is_in_the_same_rooms_in_each_form_and_the_files_are_gone_at_the_end() {
    let folder = Folder::new("sockets");
    for adapter in Adapter::ALL {
        let [(lines, lines_path), (web, web_path), (irc, irc_path)] = sockets(&folder, adapter);
        let (server, addr) = start(adapter, &[&lines, &web, &irc], &["--threads", "2"]);
        let mut ann = Person::come(addr);
        // More than one address may have: they have none.
        let mut bobs: Vec<_> = (0..70).map(|_| Client::come(&lines_path, "\n")).collect();
        bobs.iter_mut().for_each(|bob| drop(bob.read_up_to("You joined main")));
        let long = "x".repeat(300);
        let said: Vec<_> = (0..90).map(|line| format!("{line} {long}")).collect();
        ann.type_line(&said.join("\n"));
        for bob in &mut bobs {
            for line in &said {
                assert_eq!(bob.read_up_to(&long), format!("{}: {line}", ann.name()));
            }
        }
        bobs[0].send("hello\n");
        let heard = ann.find_line(|line| line.ends_with(": hello"));
        assert_eq!(bobs[69].read_up_to(": hello"), heard);
        let healthy = Client::come(&web_path, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(healthy.read_to_end().starts_with("HTTP/1.1 200 "));
        let mut cid = Client::come(&irc_path, "NICK Cid\r\nUSER c 0 * :c\r\nJOIN #main\r\nPRIVMSG #main :hi\r\n");
        ann.read_up_to("Cid: hi");
        ann.type_line("welcome");
        assert!(cid.read_up_to("welcome").ends_with(" PRIVMSG #main :welcome"));
        // Whoever leaves in order is sent all that is theirs.
        bobs[1].send("/quit\n");
        bobs[1].0.get_ref().shutdown(Shutdown::Write).expect("it is open");
        let _ = bobs.remove(1).read_to_end();
        server.signal(Signal::TERM);
        assert!(bobs.remove(0).read_to_end().ends_with("Server is shutting down\n"));
        assert_eq!(server.join().code, Some(0));
        assert!([lines_path, web_path, irc_path].iter().all(|path| !path.exists()));
    }
}

#[test]
fn what_a_killed_server_left_is_taken_over_and_what_a_live_one_has_is_refused() {
    let folder = Folder::new("sockets-left");
    for adapter in Adapter::ALL {
        let [(lines, path), ..] = sockets(&folder, adapter);
        let (server, _) = start(adapter, &[&lines], &[]);
        let Ended { code, out, err } = Program::run(adapter, ["--port", "0", "--listen", &lines]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert_one_line(adapter, &err, &["can't listen on unix:", "another program has this socket", "--listen"]);
        let _ = Client::come(&path, "\n").read_up_to("You joined main");
        server.signal(Signal::KILL);
        assert_eq!(server.join().code, None);
        assert!(path.exists());
        let (server, _) = start(adapter, &[&lines], &[]);
        let _ = Client::come(&path, "\n").read_up_to("You joined main");
        stop(server);
        fs::write(&path, "a letter").expect("there is room");
        let ended = Program::run(adapter, ["--port", "0", "--listen", &lines]);
        assert_eq!(ended.code, Some(1));
        assert_one_line(adapter, &ended.err, &["can't listen on unix:", "a file that is no socket is there"]);
    }
}

#[test]
fn a_proxy_that_comes_by_a_file_says_for_whom_if_this_machine_is_one() {
    let folder = Folder::new("sockets-proxy");
    for adapter in Adapter::ALL {
        let [(lines, path), ..] = sockets(&folder, adapter);
        let (server, _) = start(adapter, &[&lines], &["--proxy-from", "127.0.0.1", "--max-per-ip", "1"]);
        let header = "PROXY TCP4 192.0.2.7 192.0.2.1 5 6\r\n\n";
        let mut first = Client::come(&path, header);
        first.read_up_to("You joined main");
        let refused = Client::come(&path, header).read_to_end();
        assert!(refused.contains("address"), "{refused}");
        assert!(Client::come(&path, "\n").read_to_end().contains("expects the PROXY protocol"));
        stop(server);
    }
}
