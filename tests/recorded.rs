//! Simulated servers whose log is recorded: as bytes, it is all that is needed to run again, and to go on from
//! anywhere.
//!
//! `CHINWAG_SEEDS=1000000` runs more of them, `CHINWAG_SEED=7` only that one.

use std::env;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use chinwag_core::log::Event;
use chinwag_core::{Config, Limits, Rules};
use chinwag_smol::Recorder;
use chinwag_tests::sim::{Plan, World};
use chinwag_tests::{Adapter, Server, connect, goes_on_when_restored, sent_by, through_bytes};

/// How many seeds run unless told otherwise: each runs twice, and many chats go beside it.
const SEEDS: u64 = 40;

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a number, not {text:?}")))
}

fn each_seed(run: impl Fn(&Plan) -> Result<(), String>) {
    let only = number("CHINWAG_SEED");
    let end = only.map_or_else(|| number("CHINWAG_SEEDS").unwrap_or(SEEDS), |seed| seed + 1);
    for seed in only.unwrap_or(0)..end {
        if let Err(what) = run(&Plan::from_seed(seed)) {
            let again = format!("CHINWAG_SEED={seed} cargo test -p chinwag-tests --test recorded");
            panic!("seed {seed} fails: {what}\n\nTo run it again:\n{again}");
        }
    }
}

#[test]
fn a_run_that_was_recorded_runs_again_with_the_same_actions_and_the_same_bytes_for_everybody() {
    each_seed(|plan| {
        let recorded = World::record(plan).map_err(|failure| failure.to_string())?;
        let (_, records) = through_bytes(&plan.config.rules, &recorded.records)?;
        let repeated = World::repeat(plan, &records).map_err(|failure| format!("when repeated, {failure}"))?;
        if repeated.digest != recorded.digest {
            return Err("something else was decided or sent when it was repeated".to_owned());
        }
        Ok(())
    });
}

#[test]
fn a_chat_that_is_restored_anywhere_in_a_run_goes_on_as_the_original() {
    each_seed(|plan| {
        let recorded = World::record(plan).map_err(|failure| failure.to_string())?;
        goes_on_when_restored(&plan.config.rules, &recorded.records)
    });
}

#[test]
fn what_a_real_server_recorded_says_what_everybody_was_sent() {
    for adapter in Adapter::ALL {
        for threads in [1, 2] {
            let config = Config {
                rules: Rules { crowd_members: 3, ..Rules::default() },
                limits: Limits { threads, ..Limits::default() },
            };
            let recorded = Arc::new(Mutex::new(Vec::new()));
            let kept = Arc::clone(&recorded);
            let keep = move |records| kept.lock().expect("nobody panics").extend(records);
            let server = Server::start_recorded(adapter, config.clone(), Some(Recorder::new(keep)));
            let received = chat(server.addr());
            server.join();
            let received: Vec<_> = received.into_iter().map(|read| read.join().expect("it can be read")).collect();
            let recorded = recorded.lock().expect("nobody panics");
            let (rules, records) = through_bytes(&config.rules, &recorded).expect("they are read as written");
            assert!(records.iter().any(|record| matches!(record.event, Event::ServerGone { .. })), "its end is kept");
            let sent: Vec<_> = sent_by(&Config { rules: rules.clone(), ..config }, &records).into_values().collect();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            for (sent, received) in sent.iter().zip(&received) {
                assert_eq!(text(sent), text(received), "{adapter:?} with {threads} threads");
            }
            assert_eq!((sent.len(), received.len()), (6, 6));
            goes_on_when_restored(&rules, &records).expect("it goes on as it did");
        }
    }
}

/// Lets people say and do a few things that are all in the log. Returns what each is sent, by the slots of their
/// connections.
fn chat(addr: SocketAddr) -> Vec<JoinHandle<Vec<u8>>> {
    let mut people: Vec<_> = (0..6)
        .map(|_| {
            let mut person = connect(addr);
            // Only who was greeted has a slot: so they are in this order.
            person.read_exact(&mut [0]).expect("everybody is greeted");
            person
        })
        .collect();
    for round in 0..20 {
        for (number, person) in people.iter_mut().enumerate() {
            let room = ["main", "pizza", "kebab"][(round * 5 + number) % 3];
            let lines = format!("/name P{number}-{}\nhello {round}\n/join {room}\nhi {round}\n", (round + number) % 4);
            person.write_all(lines.as_bytes()).expect("it takes a few lines");
        }
    }
    // Once each has heard their last word in a room of their own, all that they said was handled.
    let read = |(number, mut person): (usize, TcpStream)| {
        person.write_all(format!("/join end-{number}\nover\n").as_bytes()).expect("it takes two lines");
        let mut read = b"S".to_vec();
        while !read.ends_with(b": over\n") {
            let mut byte = [0];
            person.read_exact(&mut byte).expect("they are told");
            read.push(byte[0]);
        }
        thread::spawn(move || {
            person.read_to_end(&mut read).expect("it ends");
            read
        })
    };
    people.into_iter().enumerate().map(read).collect()
}
