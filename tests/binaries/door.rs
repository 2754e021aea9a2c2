//! What a server does that asks for a password, and that nothing of it is in anything that it writes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use chinwag_tests::{Adapter, Browser, Ended, Person, Program, connect, fetch};

use crate::log::Folder;
use crate::{assert_one_line, stop};

const SECRET: &str = "corr3ct-h0rse";
const GUESSES: [&str; 3] = ["tr0ub4dor", "hunter2", "0pen-sesame"];

/// Writes a file that only its owner can read.
fn write(path: &Path, text: &str) -> String {
    fs::write(path, text).expect("there is room");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(path, mode).expect("it is ours");
    path.to_str().expect("its name is text").to_owned()
}

/// Sends this by itself, and returns all that comes back until the server has ended the connection.
fn exchange(address: SocketAddr, sent: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(sent.as_bytes()).expect("it takes a few lines");
    let mut read = String::new();
    stream.read_to_string(&mut read).expect("it ends before the deadline");
    read
}

/// Comes by IRC.
fn come_by_irc(address: SocketAddr, pass: &str) -> BufReader<TcpStream> {
    let mut stream = BufReader::new(connect(address));
    write!(stream.get_mut(), "PASS {pass}\r\nNICK Dan\r\nUSER d 0 * :Dan\r\n").expect("it takes a few lines");
    let mut line = String::new();
    while !line.contains(" 376 ") {
        line.clear();
        let read = stream.read_line(&mut line).expect("a line comes before the deadline");
        assert!(read > 0, "they are let in");
    }
    stream
}

/// Reads all that is in a folder, and in those within.
fn all_bytes(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it can be read").path());
    entries
        .flat_map(|path| if path.is_dir() { all_bytes(&path) } else { fs::read(path).expect("it can be read") })
        .collect()
}

#[test]
fn no_password_is_in_anything_that_a_server_writes() {
    let folder = Folder::new("door-secrets");
    for adapter in Adapter::ALL {
        let kept = folder.0.join(adapter.program());
        fs::create_dir_all(&kept).expect("there is room");
        let password = write(&folder.0.join(format!("{}-password", adapter.program())), &format!("{SECRET}\nother\n"));
        let [log, record] = ["log", "record"].map(|name| kept.join(name).to_str().expect("it is text").to_owned());
        let flags = ["--password-file", &password, "--log-dir", &log, "--record", &record];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        let asked = "This server asks for a password:\n";
        let [one, two, three] = GUESSES;
        let wrong = format!("{asked}Wrong password\n{asked}Wrong password\n{asked}Wrong password\n");
        assert_eq!(exchange(lines, &format!("{one}\n{two}\n{three}\n")), wrong);
        let refused = exchange(irc, &format!("PASS {one}\r\nNICK Eve\r\n"));
        assert!(refused.contains(" 464 * :Wrong password\r\nERROR :"), "{refused:?}");
        let mut ann = Person::come_with(lines, SECRET);
        let mut bob = Browser::come_with(web, SECRET);
        let dan = come_by_irc(irc, SECRET);
        bob.say("hello");
        ann.find_line(|line| line.ends_with(": hello"));
        let metrics = fetch(web, "GET /metrics HTTP/1.0\r\n\r\n");
        assert!(metrics.contains("kind=\"wrong_password\"} 2"), "{metrics}");
        drop((ann, bob, dan));
        let err = stop(server);
        let written = [all_bytes(&kept), metrics.into_bytes(), err.into_bytes()].concat();
        for secret in [SECRET, one, two, three] {
            assert!(!written.windows(secret.len()).any(|window| window == secret.as_bytes()), "{adapter:?}: {secret}");
        }
    }
}

#[test]
fn a_file_without_a_password_is_refused_and_one_that_others_can_read_is_told() {
    let folder = Folder::new("door-file");
    for adapter in Adapter::ALL {
        let empty = write(&folder.0.join("empty"), "\nsecond\n");
        for flags in [&["--password-file", &empty][..], &["--check-config", "--password-file", &empty]] {
            let Ended { code, err, .. } = Program::run(adapter, flags);
            assert!(code.is_some_and(|code| code > 0));
            assert_one_line(adapter, &err, &["there is no password in the first line of --password-file"]);
        }
        let Ended { err, .. } = Program::run(adapter, ["--password-file", &format!("{empty}-not")]);
        assert_one_line(adapter, &err, &["can't read --password-file"]);
        let open = write(&folder.0.join("open"), "swordfish\n");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(&open, mode).expect("it is ours");
        let (server, lines) = Program::start(adapter, ["--password-file", &open]);
        drop(Person::come_with(lines, "swordfish"));
        let err = stop(server);
        assert!(err.contains("others can read --password-file"), "{err}");
    }
}
