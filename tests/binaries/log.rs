//! What the log holds, where it goes, and what never stands in it.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, Browser, DEADLINE, Person, Program, connect, fetch};
use rustix::io::ioctl_fionbio;
use rustix::process::Signal;
use socket2::SockRef;

use crate::{assert_one_line, stop};

/// A folder of its own for a test, which is gone with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("cargo made the folder above");
        Self(folder)
    }

    /// Returns the names and contents of all files in a folder below.
    pub(crate) fn read(&self, below: &str) -> Vec<(String, String)> {
        let files = fs::read_dir(self.0.join(below)).expect("the folder is there");
        let read = |file: fs::DirEntry| {
            let text = fs::read_to_string(file.path()).expect("the log is text");
            (file.file_name().into_string().expect("its name is text"), text)
        };
        files.map(|file| read(file.expect("the folder can be read"))).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Starts a server that logs what `asked` says, lets `people` come, and returns its log.
fn log(adapter: Adapter, asked: impl AsRef<OsStr>, people: impl FnOnce(Vec<Person>)) -> String {
    let server = Program::spawn(adapter, Program::command(adapter).args(["-p", "0"]).env("RUST_LOG", asked));
    let addr = server.read_ready();
    people((0..2).map(|_| Person::come(addr)).collect());
    stop(server)
}

#[test]
fn a_folder_for_logs_gets_a_file_a_day_with_all_that_is_logged() {
    let folder = Folder::new("daily");
    for adapter in Adapter::ALL {
        let below = format!("{}/not/yet/there", adapter.program());
        let (server, _) = Program::start(adapter, [OsStr::new("--log-dir"), folder.0.join(&below).as_os_str()]);
        let err = stop(server);
        let (name, text) = folder.read(&below).pop().expect("there is a log");
        let date = name.strip_prefix(adapter.program()).and_then(|rest| rest.strip_suffix(".log"));
        let date = date.expect("the file is named after the server");
        assert!(date.len() == ".2026-01-31".len() && date.chars().all(|c| ".-0123456789".contains(c)), "{name}");
        assert!(err.contains("serving") && err.contains("stopped"), "{err}");
        let lines = |log: &str| log.lines().filter_map(|line| Some(line.split_once("INFO")?.1.to_owned())).collect();
        let (in_file, on_screen): (Vec<_>, Vec<_>) = (lines(&text), lines(&err));
        assert_eq!(in_file, on_screen);
    }
}

#[test]
fn a_log_that_nobody_reads_keeps_nobody_waiting() {
    for adapter in Adapter::ALL {
        let (_reader, mut writer) = std::io::pipe().expect("there are descriptors");
        ioctl_fionbio(&writer, true).expect("it is open");
        while writer.write(&[b'x'; 1024]).is_ok() {}
        ioctl_fionbio(&writer, false).expect("it is open");
        let mut command = Program::command(adapter);
        let server = Program::spawn(adapter, command.args(["-p", "0"]).env("RUST_LOG", "debug").stderr(writer));
        let addr = server.read_ready();
        let [mut ann, mut bob] = [(); 2].map(|()| Person::come(addr));
        server.signal(Signal::USR1);
        ann.type_line("hello");
        bob.read_up_to(&format!("{}: hello", ann.name()));
        server.signal(Signal::TERM);
        assert_eq!(server.join().code, Some(0));
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let folder = Folder::new("unusable");
    let file = folder.0.join("file");
    fs::write(&file, "no folder").expect("the folder is there");
    for adapter in Adapter::ALL {
        for dir in [file.clone(), file.join("below"), PathBuf::new()] {
            let flags = [OsStr::new("--port"), OsStr::new("0"), OsStr::new("--log-dir"), dir.as_os_str()];
            let ended = Program::run(adapter, flags);
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
            assert_one_line(adapter, &ended.err, &["--log-dir", dir.to_str().expect("its name is text")]);
        }
    }
}

#[test]
fn rust_log_sets_what_is_logged() {
    for adapter in Adapter::ALL {
        assert_eq!(log(adapter, "off", drop), "");
        let as_default = log(adapter, "", drop);
        assert!(as_default.contains("serving") && !as_default.contains("opened"), "{as_default}");
        let debug = log(adapter, "debug", drop);
        assert!(debug.contains("serving") && debug.contains("opened"), "{debug}");
    }
}

#[test]
fn a_rust_log_that_cannot_be_understood_is_named() {
    for adapter in Adapter::ALL {
        for asked in ["=x=", "info,chinwag=loud", "chinwag[", "\u{1b}[31m="] {
            let mut command = Program::command(adapter);
            let ended = Program::spawn(adapter, command.args(["--port", "0"]).env("RUST_LOG", asked)).join();
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{asked}");
            assert_one_line(adapter, &ended.err, &["RUST_LOG"]);
        }
    }
}

#[test]
fn a_log_that_is_no_terminal_has_no_colours() {
    let folder = Folder::new("colours");
    for adapter in Adapter::ALL {
        let (below, mut command) = (adapter.program(), Program::command(adapter));
        command.args(["--port", "0"]).arg("--log-dir").arg(folder.0.join(below));
        let server = Program::spawn(adapter, command.env("RUST_LOG", "debug").env("CLICOLOR_FORCE", "1"));
        drop(Person::come(server.read_ready()));
        let err = stop(server);
        for text in [err, folder.read(below).remove(0).1] {
            assert!(text.contains("opened"), "{text}");
            assert!(!text.contains('\u{1b}'), "{text:?}");
        }
    }
}

#[test]
fn a_log_in_json_has_an_object_on_each_line_on_screen_and_in_files() {
    let folder = Folder::new("json");
    for adapter in Adapter::ALL {
        let (below, mut command) = (adapter.program(), Program::command(adapter));
        command.args(["--port", "0", "--log-format", "json"]).arg("--log-dir").arg(folder.0.join(below));
        let server = Program::spawn(adapter, command.env("RUST_LOG", "debug").env("CLICOLOR_FORCE", "1"));
        let addr = server.read_ready();
        drop(Person::come(addr));
        let err = stop(server);
        for text in [err, folder.read(below).remove(0).1] {
            let lines: Vec<serde_json::Value> =
                text.lines().map(|line| serde_json::from_str(line).expect("each is JSON")).collect();
            let of = |message: &str| lines.iter().find(|line| line["message"] == message).expect("it is logged");
            let serving = of("serving");
            assert_eq!((&serving["level"], &serving["form"]), (&"INFO".into(), &"Lines".into()), "{serving}");
            assert_eq!(serving["address"], addr.to_string(), "{serving}");
            assert_eq!(of("opened")["address"], "127.0.0.1");
            let is_whole = |line: &serde_json::Value| {
                let target = line["target"].as_str().is_some_and(|target| target.starts_with("chinwag_"));
                let time = line["timestamp"].as_str().is_some_and(|time| time.starts_with("20") && time.ends_with('Z'));
                target && time
            };
            assert!(lines.iter().all(is_whole), "{text}");
        }
    }
}

#[test]
fn what_people_say_is_never_logged() {
    const SECRET: &str = "xyzzy";
    let folder = Folder::new("secret");
    for (adapter, format) in Adapter::ALL.into_iter().flat_map(|adapter| [(adapter, "text"), (adapter, "json")]) {
        let below = &format!("{}-{format}", adapter.program());
        let mut command = Program::command(adapter);
        command.args(["--port", "0", "--log-format", format]).arg("--log-dir").arg(folder.0.join(below));
        let server = Program::spawn(adapter, command.env("RUST_LOG", "debug"));
        let addr = server.read_ready();
        let (mut ann, mut bob) = (Person::come(addr), Person::come(addr));
        for line in [
            SECRET,
            &format!("//{SECRET}"),
            &format!("/{SECRET} {SECRET}"),
            &format!("/name {SECRET} {SECRET}!"),
            &format!("/join {SECRET} {SECRET}!"),
            &SECRET.repeat(100),
            &SECRET.repeat(1000),
            &format!("half a line {SECRET}\r"),
        ] {
            ann.type_line(line);
        }
        ann.type_line("end");
        bob.read_up_to(&format!("{}: end", ann.name()));
        let err = stop(server);
        for text in [err, folder.read(below).remove(0).1] {
            assert!(text.contains("opened"), "{text}");
            assert!(!text.contains(SECRET), "{text}");
        }
    }
}

/// Sends this, and reads up to the end.
fn send(addr: SocketAddr, bytes: &[u8]) {
    let mut stream = connect(addr);
    // Who is refused may be so before all is sent, and have a reset for an end.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Is let in with these words, and breaks the connection off.
fn break_off(addr: SocketAddr, says: &str) {
    let mut stream = connect(addr);
    writeln!(stream, "{says}").expect("the server reads what is sent");
    stream.read_exact(&mut [0; 9]).expect("there is a greeting");
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("an open socket takes options");
}

/// Waits until everybody has gone, and each of these kinds of incidents was counted so often.
fn await_incidents(web: SocketAddr, kinds: &[&str], count: u32) {
    let deadline = Instant::now() + DEADLINE;
    let counted = kinds.iter().map(|kind| format!("chinwag_incidents_total{{kind=\"{kind}\"}} {count}"));
    let expected: Vec<_> = counted.chain(["chinwag_people 0".to_owned()]).collect();
    loop {
        let metrics = fetch(web, "GET /metrics HTTP/1.0\r\n\r\n");
        if expected.iter().all(|line| metrics.lines().any(|told| told == line)) {
            return;
        }
        assert!(Instant::now() < deadline, "not {expected:?}: {metrics}");
    }
}

/// Tells whether the server is full for one more; who is let in stays.
fn is_refused(addr: SocketAddr, says: &str, held: &mut Vec<TcpStream>) -> bool {
    let mut stream = connect(addr);
    let _ = writeln!(stream, "{says}");
    let mut first = [0; 9];
    stream.read_exact(&mut first).expect("there is an answer");
    held.push(stream);
    first == *b"Server is"
}

#[test]
fn what_happens_to_connections_is_logged_once_for_each_cause_with_the_address_and_counted() {
    const SECRET: &str = "xyzzy";
    let post = format!("POST /{SECRET} HTTP/1.1\r\n\r\n{SECRET}\n");
    let socket = "GET /socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n";
    let page = format!("{socket}Origin: http://elsewhere.example:80\r\nCookie: {SECRET}\r\n\r\n");
    let plain_proxy = format!("GET /socket?{SECRET} HTTP/1.0\r\nConnection: close\r\n\r\n");
    // It is not masked, as what a browser sends has to be.
    let bad_frame = [socket.as_bytes(), b"\r\n\x81\x05", SECRET.as_bytes()].concat();
    let kinds = [
        "wrong_protocol_http",
        "wrong_protocol_tls",
        "wrong_protocol_binary",
        "bad_request",
        "foreign_origin",
        "not_upgraded",
        "bad_frames",
        "failed",
        "hung_up",
        "quit",
    ];
    let folder = Folder::new("causes");
    for adapter in Adapter::ALL {
        let below = folder.0.join(adapter.program());
        let flags = [OsStr::new("--max-connections"), OsStr::new("4"), OsStr::new("--log-dir"), below.as_os_str()];
        let (server, addr, web) = Program::start_web(adapter, flags);
        for _ in 0..3 {
            send(addr, post.as_bytes());
            send(addr, format!("\u{16}\u{3}{SECRET}\n").as_bytes());
            send(addr, format!("\0{SECRET}\n").as_bytes());
            send(web, post.as_bytes());
            send(web, page.as_bytes());
            send(web, plain_proxy.as_bytes());
            send(web, &bad_frame);
            break_off(addr, SECRET);
            send(addr, format!("{SECRET}\n").as_bytes());
            send(addr, format!("{SECRET}\n/quit\n").as_bytes());
        }
        await_incidents(web, &kinds, 3);
        server.signal(Signal::USR1);
        let report = server.read_log("uptime=");
        assert!(report.contains("people=0 ") && report.contains(" refused=18 "), "{report}");
        let mut held = Vec::new();
        while !is_refused(addr, SECRET, &mut held) {}
        stop(server);
        let log = folder.read(adapter.program()).remove(0).1;
        for cause in [
            "refused: it speaks HTTP",
            "refused: it speaks TLS",
            "refused: it speaks no text",
            "refused: a bad request",
            "refused: a page of another site: it is of http://elsewhere.example and asked for a; \
             --web-origin http://elsewhere.example lets it in",
            "refused: a WebSocket without Upgrade, which a proxy in front has to hand on",
            "refused: the server is full",
            "closed: it broke the rules of WebSockets",
            "closed: the connection failed",
            "closed: hung up",
            "closed: quit",
        ] {
            let lines: Vec<_> = log.lines().filter(|line| line.contains(cause)).collect();
            assert_eq!(lines.len(), 1, "{cause}: {log}");
            assert!(lines[0].ends_with(&format!("{cause} address=127.0.0.1 more=0")), "{}", lines[0]);
        }
        assert!(!log.contains(SECRET), "{log}");
    }
}

#[test]
fn through_a_proxy_the_log_has_the_address_for_which_it_connects() {
    for adapter in Adapter::ALL {
        let flags = ["--proxy-from", "127.0.0.0/8", "--max-per-ip", "1"];
        let (server, addr, web) = Program::start_web(adapter, flags);
        let header = "PROXY TCP6 2001:db8::7 ::1 56324 42069\r\n";
        send(addr, format!("{header}/quit\n").as_bytes());
        send(addr, b"hello\n");
        send(web, format!("{header}NOT HTTP\r\n\r\n").as_bytes());
        let mut held = connect(addr);
        held.write_all(format!("{header}\n").as_bytes()).expect("the server reads what is sent");
        held.read_exact(&mut [0; 9]).expect("there is a greeting");
        send(addr, format!("{header}\n").as_bytes());
        let log = stop(server);
        for told in [
            "closed: quit address=2001:db8::7 ",
            "refused: a bad request address=2001:db8::7 ",
            "refused: too many connections from this address address=2001:db8::7 ",
            "refused: no PROXY header, which --proxy-from demands from there address=127.0.0.1 ",
        ] {
            assert!(log.contains(told), "{told}: {log}");
        }
    }
}

#[test]
fn counts_that_are_asked_for_are_logged_however_little_else_is() {
    for adapter in Adapter::ALL {
        for asked in ["warn", "error", "off"] {
            let server = Program::spawn(adapter, Program::command(adapter).args(["-p", "0"]).env("RUST_LOG", asked));
            let _ann = Person::come(server.read_ready());
            server.signal(Signal::USR1);
            let report = server.read_log("uptime=");
            assert!(report.contains("people=1 "), "{asked}: {report}");
            assert_eq!(stop(server), "", "nothing else is logged: {asked}");
        }
    }
}

#[test]
fn no_token_is_in_anything_that_a_server_writes_or_tells_others() {
    for adapter in Adapter::ALL {
        let mut command = Program::web_command(adapter);
        command.args(["--port", "0", "--web", "127.0.0.1:0"]).env("RUST_LOG", "trace");
        let server = Program::spawn(adapter, &mut command);
        let (addr, web_addr) = (server.read_ready(), server.read_web_ready());
        let mut ann = Person::come(addr);
        let (old, mut new) = (Browser::come(web_addr), Browser::arrive(web_addr));
        let mut cid = Person::come(addr);
        cid.type_line("/resume");
        let told = cid.find_line(|line| line.starts_with("You can come back with /resume "));
        let cid_token = told.rsplit(' ').next().expect("it ends in the token");
        let wrong = format!("{}a", &old.token()[..31]);
        new.say(&format!("/resume {wrong}"));
        while new.read()["kind"] != "stale" {}
        new.say(&format!("/resume {}", old.token()));
        let you = new.read();
        assert_eq!([&you["kind"], &you["name"]], ["you", old.name()]);
        cid.type_line("That was all");
        let mut heard = vec![ann.read_line()];
        while !heard.last().is_some_and(|line| line.ends_with(": That was all")) {
            heard.push(ann.read_line());
        }
        let metrics = fetch(web_addr, "GET /metrics HTTP/1.1\r\nHost: chinwag\r\nConnection: close\r\n\r\n");
        let log = stop(server);
        assert!(log.contains("opened"), "it logs a lot: {log}");
        for token in [old.token(), new.token(), cid_token, &wrong] {
            assert_eq!(token.len(), 32);
            let everything = [&log, &metrics, &heard.join("\n")].map(|text| text.to_lowercase());
            assert!(everything.iter().all(|text| !text.contains(token)), "{everything:?}");
        }
    }
}
