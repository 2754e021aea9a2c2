//! Engines of all kinds: sealed by TLS, behind a password, one of two, cut short, and such as can't keep a log.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::thread;
use std::time::Instant;

use chinwag_tests::{Adapter, Engine, Forgets, Program, Trust};
use rustix::process::Signal;

use super::{PATIENCE, Person, all_hear_each_once, cluster, serve};

/// Keeps nothing on disk, and so starts fast.
const FORGETFUL: [&str; 2] = ["--appendonly", "no"];

/// Starts a server that can't join, and returns what it says.
fn refused(adapter: Adapter, url: &str) -> String {
    let ended = Program::run(adapter, ["--port", "0", "--cluster", url]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    ended.err
}

#[test]
fn an_engine_may_want_tls_and_a_password() {
    let trust = Trust::new();
    let [cert, key] = trust.files();
    let sealed = ["--port", "0", "--tls-port", "PORT", "--tls-cert-file", &cert, "--tls-key-file", &key];
    let rest = ["--tls-ca-cert-file", &cert, "--tls-auth-clients", "no", "--requirepass", "p@ss:/word"];
    let engine = Engine::start_with(&[&sealed[..], &rest].concat());
    let url = |password: &str| format!("rediss://{password}localhost:{}/0", engine.address().port());
    let file = Path::new(&cert).with_file_name("cluster");
    let spawn = |adapter, password: &str, trusted: &str| {
        // Only the first line counts, and what is in it is told to nobody.
        fs::write(&file, format!("{}\n\n", url(password))).expect("there is room");
        let mut command = Program::command(adapter);
        command.args(["--port", "0", "--cluster-from"]).arg(&file).env("SSL_CERT_FILE", trusted);
        Program::spawn(adapter, &mut command)
    };
    let right = ":p%40ss%3A%2Fword@";
    let [(smol, smol_at), (_tokio, tokio_at)] = Adapter::ALL.map(|adapter| {
        let program = spawn(adapter, right, &cert);
        let at = program.read_ready();
        (program, at)
    });
    let (mut ann, mut bob) = (Person::come(smol_at, "Ann"), Person::come(tokio_at, "Bob"));
    ann.hear("is now Bob");
    ann.say("sealed");
    bob.hear("Ann: sealed");
    smol.signal(Signal::TERM);
    let ended = smol.join();
    assert!(ended.code == Some(0) && !ended.err.contains("word"), "{ended:?}");
    for (password, why) in [("", "NOAUTH"), (":wrong@", "WRONGPASS")] {
        let ended = spawn(Adapter::Smol, password, &cert).join();
        assert!(ended.code == Some(1) && ended.err.contains(why) && !ended.err.contains("wrong"), "{ended:?}");
    }
    // Nobody vouches for its certificate.
    let ended = spawn(Adapter::Tokio, right, "/dev/null").join();
    assert!(ended.code == Some(1) && ended.err.contains("certificate"), "{ended:?}");
}

#[test]
fn when_an_engine_is_gone_its_replica_is_found_and_nothing_is_lost() {
    let mut first = Engine::start();
    let port = first.address().port().to_string();
    let second = Engine::start_with(&["--appendonly", "no", "--replicaof", "127.0.0.1", &port]);
    let url = format!("redis://{},{}/0", first.address(), second.address());
    wait_for(&second, "master_link_status:up");
    let servers = Adapter::ALL.map(|adapter| Program::start(adapter, ["--cluster", &url, "--flood-rate", "0"]));
    let [(_, smol), (_, tokio)] = &servers;
    let (mut ann, mut bob) = (Person::come(*smol, "Ann"), Person::come(*tokio, "Bob"));
    ann.hear("is now Bob");
    for number in 0..40 {
        ann.say(&format!("a{number}"));
        bob.say(&format!("b{number}"));
        if number == 20 {
            first.kill(Forgets::Nothing);
        }
    }
    assert!(second.ask("REPLICAOF NO ONE").starts_with("+OK"));
    all_hear_each_once(&mut ann, &mut bob, 40);
}

/// Waits until an engine says that.
fn wait_for(engine: &Engine, what: &str) {
    let until = Instant::now() + PATIENCE;
    while !engine.ask("INFO replication").contains(what) {
        assert!(Instant::now() < until, "it never says {what}");
        thread::yield_now();
    }
}

#[test]
fn what_an_engine_has_lost_of_the_end_of_its_log_the_servers_put_back() {
    let (mut engine, [(_smol, smol), (_tokio, tokio)]) = cluster();
    let (mut ann, mut bob) = (Person::come(smol, "Ann"), Person::come(tokio, "Bob"));
    ann.hear("is now Bob");
    for number in 0..40 {
        ann.say(&format!("a{number}"));
        bob.say(&format!("b{number}"));
    }
    for (person, last) in [(&mut ann, "Bob: b39"), (&mut bob, "Ann: a39")] {
        person.hear(last);
        person.rewind();
    }
    let entries = |engine: &Engine| -> u64 {
        let len = engine.ask("XLEN {chinwag}:log");
        len.trim().strip_prefix(':').and_then(|len| len.parse().ok()).expect("it is a number")
    };
    let before = entries(&engine);
    engine.kill(Forgets::Tail);
    engine.restart();
    assert!(entries(&engine) < before, "its tail is cut");
    all_hear_each_once(&mut ann, &mut bob, 40);
    // Who joins has all of it from the engine.
    let (_third, addr) = serve(Adapter::Tokio, &engine);
    let mut cid = Person::come(addr, "Cid");
    cid.say("/users");
    cid.hear("Users - Ann, Bob, Cid");
}

#[test]
fn the_first_address_need_not_answer_and_a_replica_alone_is_refused_by_name() {
    let first = Engine::start_with(&FORGETFUL);
    let port = first.address().port().to_string();
    let replica = Engine::start_with(&["--appendonly", "no", "--replicaof", "127.0.0.1", &port]);
    wait_for(&replica, "master_link_status:up");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let gone = nobody.local_addr().expect("it is bound");
    drop(nobody);
    let url = format!("redis://{gone},{},{}/0", replica.address(), first.address());
    // Who was at the first may still be taken to be there.
    for (adapter, name) in Adapter::ALL.into_iter().zip(["Ann", "Bob"]) {
        let (_server, addr) = Program::start(adapter, ["--cluster", &url]);
        let _person = Person::come(addr, name);
        let said = refused(adapter, &format!("redis://{gone},{}/0", replica.address()));
        let why = format!("{} takes nothing: it is a slave, not a master", replica.address());
        assert!(said.contains(&why), "{said}");
    }
}

#[test]
fn what_an_engine_may_lose_is_named_at_start() {
    let disk = "may lose what is said: it keeps nothing on disk (appendonly no)";
    let memory = "may lose what is said: it throws keys away when memory is short (maxmemory-policy";
    let eviction = ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru", "--appendonly"];
    for (settings, told) in [
        (&FORGETFUL[..], &[disk][..]),
        (&[&eviction[..], &["yes"]].concat(), &[memory]),
        (&[&eviction[..], &["no"]].concat(), &[disk, memory]),
    ] {
        let engine = Engine::start_with(settings);
        for adapter in Adapter::ALL {
            let (server, _) = serve(adapter, &engine);
            server.signal(Signal::TERM);
            let ended = server.join();
            let said = |words: &&str| ended.err.contains(*words);
            assert_eq!([disk, memory].iter().filter(|words| said(words)).count(), told.len(), "{ended:?}");
            assert!(told.iter().all(said), "{ended:?}");
        }
    }
}

/// Answers as an engine of this version does to whoever comes.
fn pretend(version: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut out = stream.try_clone().expect("it is open");
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let answer = match line.as_str() {
                    "ROLE" => "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n".to_owned(),
                    "INFO" => {
                        let told = format!("redis_version:{version}\r\nrun_id:{:040x}\r\n", 7);
                        format!("${}\r\n{told}\r\n", told.len())
                    }
                    _ => continue,
                };
                let _ = out.write_all(answer.as_bytes());
            }
        }
    });
    address
}

#[test]
fn an_engine_that_is_too_old_is_refused_by_its_version() {
    let address = pretend("6.2.14");
    for adapter in Adapter::ALL {
        let said = refused(adapter, &format!("redis://{address}/0"));
        assert!(said.contains("it is of version 6.2.14, and 7.0 is the first that can keep the log"), "{said}");
    }
}

#[test]
fn clusters_of_one_name_begin_with_names_of_their_own_and_the_servers_of_each_with_the_same() {
    let mut engine = Engine::start_with(&FORGETFUL);
    let mut given = Vec::new();
    for _ in 0..3 {
        let (_server, addr) = serve(Adapter::Smol, &engine);
        given.push(chinwag_tests::Person::come(addr).name().to_owned());
        engine.kill(Forgets::All);
        engine.restart();
    }
    // There are thousands of names.
    assert!(given[0] != given[1] || given[1] != given[2], "{given:?}");
}
