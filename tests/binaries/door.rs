//! What a server does that asks for a password, and that nothing of it is in anything that it writes.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use chinwag_core::Name;
use chinwag_core::admission::{Account, Passphrase, Role};
use chinwag_members::Book;
use chinwag_tests::{Adapter, Browser, Ended, Person, Program, connect, fetch};

use crate::log::Folder;
use crate::{assert_one_line, end, stop};

const SECRET: &str = "corr3ct-h0rse";
const GUESSES: [&str; 3] = ["tr0ub4dor", "hunter2", "0pen-sesame"];

/// Writes a file that only its owner can read.
pub(crate) fn write(path: &Path, text: &str) -> String {
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

/// Comes by the page, and is given a pass.
fn come_for_a_pass(web: SocketAddr, secret: &str) -> (Browser, String) {
    let mut browser = Browser::connect(web);
    browser.say(secret);
    let [asked, told] = [(); 2].map(|()| browser.read());
    assert_eq!([&asked["kind"], &told["kind"]], ["password", "pass"]);
    (browser, told["pass"].as_str().expect("it is text").to_owned())
}

/// Reads all that is in a folder, and in those within.
pub(crate) fn all_bytes(folder: &Path) -> Vec<u8> {
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
fn an_invitation_lets_in_as_many_as_it_is_for_while_the_server_runs_and_is_nowhere_to_be_read() {
    let folder = Folder::new("door-invite");
    for adapter in Adapter::ALL {
        let kept = folder.0.join(adapter.program());
        let data = kept.join("data").to_str().expect("it is text").to_owned();
        let log = kept.join("log").to_str().expect("it is text").to_owned();
        let record = kept.join("record").to_str().expect("it is text").to_owned();
        let flags = ["--members-only", "--data", &data, "--log-dir", &log, "--record", &record];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        // As `chinwag invite` does.
        let mut book = Book::open(Path::new(&data)).expect("it is there");
        let token = book.invite(7, 3).expect("it is written").0.as_str().to_owned();
        let mut ann = Person::come_with(lines, &token);
        let (bob, pass) = come_for_a_pass(web, &token);
        let dan = come_by_irc(irc, &token);
        let asked = "This server asks for a password:\n";
        let used_up = format!("{asked}This invitation is used up\n{asked}");
        let mut eve = connect(lines);
        writeln!(eve, "{token}").expect("it takes a line");
        let mut read = vec![0; used_up.len()];
        eve.read_exact(&mut read).expect("it is told");
        assert_eq!(String::from_utf8(read).expect("it is text"), used_up);
        writeln!(eve, "{}", pass.to_uppercase()).expect("it takes a line");
        ann.find_line(|line| line.ends_with(" joined"));
        assert_eq!(book.invites().expect("they are read")[0].uses_left, 0);
        let (other, id) = book.invite(7, 1).expect("it is written");
        let other = other.as_str().to_owned();
        assert!(book.revoke(id).expect("it is written"));
        let refused = exchange(irc, &format!("PASS {other}\r\nNICK Eve\r\n"));
        assert!(refused.contains(" 464 * :This invitation was revoked\r\nERROR :"), "{refused:?}");
        drop((ann, bob, dan, eve));
        let err = end(server).err;
        let written = [all_bytes(&kept), err.into_bytes()].concat();
        for secret in [token, pass, other] {
            let is_there = written.windows(secret.len()).any(|part| part.eq_ignore_ascii_case(secret.as_bytes()));
            assert!(!is_there, "{adapter:?}: {secret}");
        }
    }
}

#[test]
fn an_account_lets_in_and_makes_operators_and_its_password_is_nowhere_to_be_read() {
    let folder = Folder::new("door-account");
    let encoded = "AFJvb3QAY29ycjNjdC1oMHJzZQ==";
    for adapter in Adapter::ALL {
        let kept = folder.0.join(adapter.program());
        let [data, log, record] =
            ["data", "log", "record"].map(|name| kept.join(name).to_str().expect("it is text").to_owned());
        let flags = ["--members-only", "--data", &data, "--log-dir", &log, "--record", &record];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        // As `chinwag account` does.
        let mut book = Book::open(Path::new(&data)).expect("it is there");
        let root = Account { name: Name::parse("Root").expect("it is a name"), role: Role::Operator };
        assert!(book.add_account(&root, &Passphrase::new(SECRET)).expect("it is written"));
        let ann = Person::come_with(lines, &format!("root:{SECRET}"));
        let (bob, pass) = come_for_a_pass(web, &format!("Root:{SECRET}"));
        let mut dan = come_by_irc(irc, &format!("Root:{SECRET}"));
        write!(dan.get_mut(), "OPER Root {}\r\nOPER Root {SECRET}\r\n", GUESSES[0]).expect("it takes two lines");
        let mut told = String::new();
        while !told.contains(" 381 ") {
            assert!(dan.read_line(&mut told).expect("a line comes before the deadline") > 0, "{told}");
        }
        assert!(told.contains(" 464 Dan :Wrong password"), "{told}");
        let mut eve = connect(irc);
        write!(
            eve,
            "CAP REQ sasl\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE {encoded}\r\nNICK Eve\r\nUSER e 0 * :E\r\nCAP END\r\n"
        )
        .expect("it takes a few lines");
        let mut eve = BufReader::new(eve);
        let mut told = String::new();
        while !told.contains(" 376 ") {
            assert!(eve.read_line(&mut told).expect("a line comes before the deadline") > 0, "{told}");
        }
        assert!(told.contains(" 900 * *!*@chinwag Root :You are now logged in as Root"), "{told}");
        drop((ann, bob, dan, eve));
        let err = end(server).err;
        // By its pass one is back after a restart, until it is ended.
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        let back = (Person::come_with(lines, &pass), Browser::come_with(web, &pass), come_by_irc(irc, &pass));
        drop(back);
        assert_eq!(book.log_out(&root.name).expect("it is written"), Some(2), "of lines and of the page");
        // The server looks after each answer, so it has looked once the second is there.
        let refused = exchange(lines, &format!("x\ny\n{pass}\n"));
        assert_eq!(refused.matches("Wrong password").count(), 3, "{refused}");
        let again = end(server);
        let written = [all_bytes(&kept), err.into_bytes(), again.err.into_bytes()].concat();
        for secret in [SECRET, GUESSES[0], encoded, &pass] {
            assert!(!written.windows(secret.len()).any(|part| part == secret.as_bytes()), "{adapter:?}: {secret}");
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
