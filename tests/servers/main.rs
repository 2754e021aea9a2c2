//! Several servers of both runtimes, each a process, that are one chat by a real engine: people talk over both, and
//! servers and engine are killed and stopped.

mod engines;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use chinwag_tests::{Adapter, Engine, Forgets, Program, fetch};
use rustix::process::Signal;

/// Longer than anything here takes: that a server is gone is found out after ten seconds.
const PATIENCE: Duration = Duration::from_secs(40);

/// Somebody who comes by lines.
struct Person {
    stream: TcpStream,
    heard: Vec<u8>,
    /// Up to where it was looked at.
    seen: usize,
}

impl Person {
    /// Comes, and takes a name.
    fn come(addr: SocketAddr, name: &str) -> Self {
        let stream = TcpStream::connect(addr).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is not zero");
        let mut person = Self { stream, heard: Vec::new(), seen: 0 };
        person.say(&format!("/name {name}"));
        person.hear(&format!("is now {name}"));
        person
    }

    fn say(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\n").as_bytes()).expect("the server reads");
    }

    /// Reads on up to a line that ends so, and returns all lines up to it.
    fn hear(&mut self, end: &str) -> Vec<String> {
        let from = self.seen;
        let until = Instant::now() + PATIENCE;
        loop {
            while let Some(len) = self.heard[self.seen..].iter().position(|&byte| byte == b'\n') {
                let line = String::from_utf8_lossy(&self.heard[self.seen..self.seen + len]).into_owned();
                self.seen += len + 1;
                if line.ends_with(end) {
                    let lines = String::from_utf8_lossy(&self.heard[from..self.seen]);
                    return lines.lines().map(str::to_owned).collect();
                }
            }
            let mut bytes = [0; 4096];
            let read = self.stream.read(&mut bytes).unwrap_or(0);
            let heard = String::from_utf8_lossy(&self.heard[from..]);
            assert!(read > 0 && Instant::now() < until, "{end:?} does not come behind {heard:?}");
            self.heard.extend_from_slice(&bytes[..read]);
        }
    }

    /// Looks once more at all that was heard.
    fn rewind(&mut self) {
        self.seen = 0;
    }

    /// Reads to the end of the connection, and returns all lines from here on.
    fn hear_out(&mut self) -> Vec<String> {
        let _ = self.stream.read_to_end(&mut self.heard);
        String::from_utf8_lossy(&self.heard[self.seen..]).lines().map(str::to_owned).collect()
    }
}

/// Starts a server of a cluster.
fn serve(adapter: Adapter, engine: &Engine) -> (Program, SocketAddr) {
    Program::start(adapter, ["--cluster", &engine.url(), "--flood-rate", "0"])
}

/// Starts an engine, and a server of each runtime.
fn cluster() -> (Engine, [(Program, SocketAddr); 2]) {
    let engine = Engine::start();
    let servers = Adapter::ALL.map(|adapter| serve(adapter, &engine));
    (engine, servers)
}

/// Counts the lines that are this.
fn count(lines: &[String], line: &str) -> usize {
    lines.iter().filter(|one| *one == line).count()
}

/// Has both say that it is the end, and finds that both hear the same up to there: so many messages of each, each once.
fn all_hear_each_once(ann: &mut Person, bob: &mut Person, messages: usize) -> Vec<String> {
    for person in [&mut *ann, &mut *bob] {
        person.say("end");
    }
    let [heard, same] = [ann, bob].map(|person| {
        let mut lines = person.hear(": end");
        lines.extend(person.hear(": end"));
        lines.retain(|line| line.starts_with("Ann: ") || line.starts_with("Bob: "));
        lines
    });
    assert_eq!(heard, same);
    assert_eq!(heard.len(), 2 * messages + 2, "each message once: {heard:?}");
    heard
}

#[test]
fn people_of_several_servers_are_in_one_chat() {
    let (_engine, [(_smol, smol), (_tokio, tokio)]) = cluster();
    let (mut ann, mut bob) = (Person::come(smol, "Ann"), Person::come(tokio, "Bob"));
    ann.hear("is now Bob");
    bob.say("/name ANN");
    bob.hear("ANN is already taken");
    for number in 0..20 {
        ann.say(&format!("ping {number}"));
        bob.hear(&format!("Ann: ping {number}"));
        bob.say(&format!("pong {number}"));
        ann.hear(&format!("Bob: pong {number}"));
    }
    for person in [&mut ann, &mut bob] {
        person.say("/users");
        person.hear("Users - Ann, Bob");
    }
    bob.say("/join pizza");
    bob.hear("You joined pizza");
    ann.hear("Bob left");
    ann.say("/rooms");
    ann.hear("Rooms - main (1), pizza (1)");
    ann.say("/msg Bob psst");
    bob.hear("psst");
    bob.say("/reply what");
    ann.hear("what");
    ann.say("/name Cid");
    ann.hear("Ann is now Cid");
    bob.say("/name Ann");
    bob.hear("Bob is now Ann");
}

#[test]
fn all_hear_one_order_however_fast_they_talk() {
    let (_engine, [(_smol, smol), (_tokio, tokio)]) = cluster();
    let (mut ann, mut bob) = (Person::come(smol, "Ann"), Person::come(tokio, "Bob"));
    ann.hear("is now Bob");
    for number in 0..300 {
        ann.say(&format!("a{number}"));
        bob.say(&format!("b{number}"));
    }
    let heard = all_hear_each_once(&mut ann, &mut bob, 300);
    let of_ann = heard.iter().filter_map(|line| line.strip_prefix("Ann: a"));
    assert!(of_ann.eq((0..300).map(|number| number.to_string()).collect::<Vec<_>>().iter()), "her own order");
}

#[test]
fn the_people_of_a_server_that_is_killed_leave_once() {
    let (engine, [(smol, smol_at), (_tokio, tokio_at)]) = cluster();
    let _gone = [Person::come(smol_at, "Ann"), Person::come(smol_at, "Cid")];
    let mut bob = Person::come(tokio_at, "Bob");
    smol.signal(Signal::KILL);
    let mut lines = bob.hear("Ann left");
    lines.extend(bob.hear("Cid left"));
    bob.say("/users");
    lines.extend(bob.hear("Users - Bob"));
    assert_eq!((count(&lines, "Ann left"), count(&lines, "Cid left")), (1, 1), "{lines:?}");
    // Another takes its place, and their names are free.
    let (_again, addr) = serve(Adapter::Smol, &engine);
    let mut ann = Person::come(addr, "Ann");
    bob.hear("is now Ann");
    ann.say("/users");
    ann.hear("Users - Ann, Bob");
}

#[test]
fn the_people_of_a_server_that_is_stopped_leave_at_once_and_it_ends_in_order() {
    let (_engine, [(smol, smol_at), (_tokio, tokio_at)]) = cluster();
    let (mut ann, mut bob) = (Person::come(smol_at, "Ann"), Person::come(tokio_at, "Bob"));
    ann.hear("is now Bob");
    ann.say("last words");
    bob.hear("Ann: last words");
    smol.signal(Signal::TERM);
    assert_eq!(ann.hear_out().last().map(String::as_str), Some("Server is shutting down"));
    bob.hear("Ann left");
    assert_eq!(smol.join().code, Some(0));
}

#[test]
fn nobody_notices_an_engine_that_starts_again_with_what_it_had() {
    outlive(Forgets::Nothing);
}

#[test]
fn nobody_notices_an_engine_that_starts_again_with_nothing() {
    outlive(Forgets::All);
}

/// Kills the engine while people talk, and starts it again. Nothing is lost, nothing comes twice.
fn outlive(forgets: Forgets) {
    let (mut engine, [(_smol, smol_at), (_tokio, tokio_at)]) = cluster();
    let (mut ann, mut bob) = (Person::come(smol_at, "Ann"), Person::come(tokio_at, "Bob"));
    ann.hear("is now Bob");
    for number in 0..50 {
        ann.say(&format!("a{number}"));
        bob.say(&format!("b{number}"));
        if number == 25 {
            engine.kill(forgets);
        }
    }
    engine.restart();
    all_hear_each_once(&mut ann, &mut bob, 50);
    // Whoever joins then finds all as it is.
    let (_third, addr) = serve(Adapter::Tokio, &engine);
    let mut cid = Person::come(addr, "Cid");
    cid.say("/users");
    cid.hear("Users - Ann, Bob, Cid");
    bob.hear("is now Cid");
}

#[test]
fn a_server_that_was_asleep_is_gone_for_the_others_and_ends() {
    let (engine, [(smol, smol_at), (_tokio, tokio_at)]) = cluster();
    let (mut ann, mut bob) = (Person::come(smol_at, "Ann"), Person::come(tokio_at, "Bob"));
    smol.signal(Signal::STOP);
    bob.hear("Ann left");
    smol.signal(Signal::CONT);
    ann.hear_out();
    let ended = smol.join();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("the other servers took this one for gone; start it again"), "{ended:?}");
    let (_again, addr) = serve(Adapter::Smol, &engine);
    let _ann = Person::come(addr, "Ann");
    bob.hear("is now Ann");
}

#[test]
fn servers_that_are_cut_off_say_so_and_let_their_people_go_and_take_them_again() {
    let engine = Engine::start();
    let flags = ["--cluster", &engine.url()];
    let servers = Adapter::ALL.map(|adapter| Program::start_web(adapter, flags));
    let mut people = ["Ann", "Bob"].into_iter().zip(&servers).map(|(name, (_, at, _))| Person::come(*at, name));
    let mut people = [people.next(), people.next()].map(|person| person.expect("there are two servers"));
    let ask = |web: SocketAddr, path: &str| {
        fetch(web, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    };
    let health = |web: SocketAddr| {
        let answer = ask(web, "/healthz");
        answer.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(servers.each_ref().map(|(.., web)| health(*web)), ["HTTP/1.1 200 OK"; 2]);
    engine.signal(Signal::STOP);
    for (person, (_, _, web)) in people.iter_mut().zip(&servers) {
        person.say("does anybody hear me?");
        person.hear("Messages wait: this server has lost touch with the others");
        assert_eq!(health(*web), "HTTP/1.1 503 Service Unavailable");
        assert!(ask(*web, "/metrics").contains("\nchinwag_cluster_out_of_touch 1\n"));
    }
    for person in &mut people {
        let last = person.hear_out();
        let last = last.last().map(String::as_str);
        assert_eq!(last, Some("This server is cut off from the others, please connect again"));
    }
    drop(people);
    engine.signal(Signal::CONT);
    for (name, (server, at, web)) in ["Cid", "Dan"].into_iter().zip(&servers) {
        let _ = server.read_log("this server is in touch with the others again");
        assert_eq!(health(*web), "HTTP/1.1 200 OK");
        let _person = Person::come(*at, name);
    }
}

#[test]
fn a_server_does_not_start_without_its_engine_and_says_why() {
    let mut engine = Engine::start();
    let (_first, _) = serve(Adapter::Smol, &engine);
    for adapter in Adapter::ALL {
        let other = ["--port", "0", "--cluster", &engine.url(), "--room-quiet", "7"];
        let ended = Program::run(adapter, other);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.err.contains("can't join the cluster: the other servers have other rules"), "{ended:?}");
    }
    let url = engine.url();
    engine.kill(Forgets::All);
    for adapter in Adapter::ALL {
        let ended = Program::run(adapter, ["--port", "0", "--cluster", &url]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.err.contains(&format!("can't use {url} for a cluster: can't reach it: ")), "{ended:?}");
    }
}

#[test]
fn a_page_is_told_where_it_can_go_on_and_may_and_pages_of_the_others_are_let_in() {
    let flags = ["--cluster-page", "https://b.example", "--cluster-page", "http://[::1]:7000/"];
    for adapter in Adapter::ALL {
        let (_server, _, web) = Program::start_web(adapter, flags);
        let ask = |path: &str, more: &str| {
            fetch(web, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n"))
        };
        let list = ask("/servers", "");
        assert!(list.contains("\r\nContent-Type: application/json\r\n"), "{list}");
        assert!(list.ends_with("\r\n\r\n[\"https://b.example\",\"http://[::1]:7000\"]"), "{list}");
        let page = ask("/", "");
        let tag = page.lines().find_map(|line| line.strip_prefix("ETag: ")).expect("it can be kept");
        for answer in [&page, &ask("/", &format!("If-None-Match: {tag}\r\n"))] {
            let allowed = "; connect-src 'self' wss://b.example ws://[::1]:7000; base-uri 'none';";
            assert!(answer.contains(allowed), "{answer}");
        }
        let upgrade =
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
        for (origin, status) in
            [("https://b.example", "101"), ("http://[::1]:7000", "101"), ("https://c.example", "403")]
        {
            let mut stream = TcpStream::connect(web).expect("the server listens");
            let head =
                format!("GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n{upgrade}Origin: {origin}\r\n\r\n");
            stream.write_all(head.as_bytes()).expect("the server reads");
            let mut first = [0; 12];
            stream.read_exact(&mut first).expect("it answers");
            assert_eq!(String::from_utf8_lossy(&first), format!("HTTP/1.1 {status}"), "{origin}");
        }
    }
}
