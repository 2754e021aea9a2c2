//! Holds all servers to the same bytes: a recorded list of timed events is played on the bare core, on smol and on
//! tokio; and many people talk all at once.
//!
//! On the bare core an event is done at its time. Real servers are given it as soon as everybody has received what the
//! bare core gave them before. What the rate holds back comes in its own time, and is waited for just the same.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::thread;

use chinwag_core::{Config, Limits};
use chinwag_tests::{Act, Adapter, BareCore, Batching, Peer, Person, Received, Script, Server, Trust, connect, replay};

/// Was recorded from a run that a seed made. Each line that is held back is told before the next event, since in
/// between only the clock would say who comes first; and whoever loses the connection is missed by somebody.
const RECORDED: &str = include_str!("recorded/half_a_minute.txt");

/// How many people talk all at once.
const PEOPLE: usize = 20;

/// How many lines each of them says.
const LINES: usize = 100;

#[test]
fn writers_and_batches_make_no_difference() {
    let script = recorded();
    let received = received_of_core(&script);
    for (writers, batching) in [(1, Batching::AllAtOnce), (3, Batching::EachEvent), (7, Batching::AllAtOnce)] {
        let again = BareCore::new(script.config(), writers, batching).play_to_the_end(&script.acts());
        assert!(again == received, "other bytes with {writers} writers, {batching:?}");
    }
}

#[test]
fn time_makes_a_difference() {
    let script = recorded();
    let (acts, received) = (script.acts(), received_of_core(&script));
    let is_held_back = |(act, received): (&Act, &Vec<Received>)| {
        matches!(act, Act::Pass { .. }) && received.iter().any(|received| !received.is_empty())
    };
    assert!(acts.iter().zip(&received).filter(|&step| is_held_back(step)).count() > 10);
    let unhurried = Config {
        limits: Limits { flood_lines_per_second: 0, ..script.config().clone().limits },
        ..script.config().clone()
    };
    let unhurried = BareCore::new(&unhurried, 1, Batching::EachEvent).play_to_the_end(&acts);
    assert!(unhurried != received, "the rate holds lines back");
}

#[test]
fn smol_gives_the_bytes_of_the_bare_core() {
    play_on(Adapter::Smol, 1);
    play_on(Adapter::Smol, 2);
}

#[test]
fn tokio_gives_the_bytes_of_the_bare_core() {
    play_on(Adapter::Tokio, 1);
    play_on(Adapter::Tokio, 2);
}

#[test]
fn what_is_sealed_holds_the_same_bytes_on_smol() {
    play_sealed_on(Adapter::Smol, 1);
    play_sealed_on(Adapter::Smol, 2);
}

#[test]
fn what_is_sealed_holds_the_same_bytes_on_tokio() {
    play_sealed_on(Adapter::Tokio, 1);
    play_sealed_on(Adapter::Tokio, 2);
}

#[test]
fn everyone_sees_one_order_while_all_talk_at_once_on_smol() {
    talk_at_once(Adapter::Smol, 1);
    talk_at_once(Adapter::Smol, 2);
}

#[test]
fn everyone_sees_one_order_while_all_talk_at_once_on_tokio() {
    talk_at_once(Adapter::Tokio, 1);
    talk_at_once(Adapter::Tokio, 2);
}

fn recorded() -> Script {
    Script::read(RECORDED).expect("the list can be read")
}

/// Returns what each person received during each act, the server's stop included.
fn received_of_core(script: &Script) -> Vec<Vec<Received>> {
    BareCore::new(script.config(), 1, Batching::EachEvent).play_to_the_end(&script.acts())
}

fn play_on(adapter: Adapter, threads: u32) {
    let (script, config) = with_threads(threads);
    let server = Server::start(adapter, config);
    hold(&script, &server, connect, &format!("{adapter:?}, {threads} threads"));
    server.join();
}

fn play_sealed_on(adapter: Adapter, threads: u32) {
    let ((script, config), trust) = (with_threads(threads), Trust::new());
    let server = Server::start_secured(adapter, config, &trust);
    hold(&script, &server, |addr| trust.connect(addr), &format!("{adapter:?}, {threads} threads, TLS"));
    server.join();
}

fn with_threads(threads: u32) -> (Script, Config) {
    let script = recorded();
    let config = Config { limits: Limits { threads, ..script.config().clone().limits }, ..script.config().clone() };
    (script, config)
}

fn hold<P: Peer>(script: &Script, server: &Server, connect: impl Fn(SocketAddr) -> P, who: &str) {
    let connect = |form| connect(server.addr_of(form));
    let played = replay(connect, &script.acts(), &received_of_core(script), || server.stop());
    if let Err(mismatch) = played {
        let (line, person) = (script.line_of(mismatch.act), script.person(mismatch.person));
        panic!("{who}, line {line}: {person} received other bytes (- is what the bare core gives):\n{mismatch}");
    }
}

/// Lets people talk all at once, and checks that they all see the same lines in the same order, and those of each in
/// theirs.
fn talk_at_once(adapter: Adapter, threads: u32) {
    let server = Server::start(
        adapter,
        Config { limits: Limits { threads, flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() },
    );
    let people: Vec<_> = (0..PEOPLE).map(|_| Person::come(server.addr())).collect();
    let seen: Vec<_> = thread::scope(|scope| {
        let talkers: Vec<_> = people.into_iter().map(|person| scope.spawn(|| talk(person))).collect();
        talkers.into_iter().map(|talker| talker.join().expect("everyone sees as many lines as there are")).collect()
    });
    assert!(seen.iter().all(|lines| *lines == seen[0]), "{adapter:?}, {threads} threads: not one order");
    let mut by_person = BTreeMap::<_, Vec<_>>::new();
    for (name, line) in &seen[0] {
        by_person.entry(name).or_default().push(line.clone());
    }
    assert_eq!(by_person.len(), PEOPLE);
    let said: Vec<_> = (0..LINES).map(|line| line.to_string()).collect();
    assert!(by_person.values().all(|lines| *lines == said), "{adapter:?}, {threads} threads: lines out of order");
    server.join();
}

/// Says all lines, then reads until everyone has; returns who said what, in the order in which it came.
fn talk(mut person: Person) -> Vec<(String, String)> {
    for line in 0..LINES {
        person.type_line(&line.to_string());
    }
    let mut seen = Vec::new();
    while seen.len() < PEOPLE * LINES {
        let line = person.read_line();
        // Others may still have been on their way here.
        if let Some((name, said)) = line.split_once(": ") {
            seen.push((name.to_owned(), said.to_owned()));
        } else {
            assert!(line.ends_with(" joined"), "{line}");
        }
    }
    seen
}
