//! Simulated servers whose log is recorded: as bytes, it is all that is needed to run again, and to go on from
//! anywhere.
//!
//! `CHINWAG_SEEDS=1000000` runs more of them, `CHINWAG_SEED=7` only that one.

use std::cell::Cell;
use std::env;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use chinwag_core::log::{Event, Record};
use chinwag_core::{Config, Form, Limits, Rules, Secret};
use chinwag_smol::Recorder;
use chinwag_tests::sim::{Device, Plan, World, shown};
use chinwag_tests::{Adapter, Again, Server, connect, goes_on_when_restored, sent_by, through_bytes};

/// How many seeds run unless told otherwise: each runs twice, and many chats go beside it.
const SEEDS: u64 = 40;

/// Where people go on who have waited for the store, all that they do is decided at once by a server on its own. Where
/// each of it is proposed, the rooms are not there yet when the next is looked at.
const ALL_AT_ONCE: [&str; 2] = ["two wait for one room", "more while waiting"];

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
fn where_all_is_proposed_a_store_is_asked_the_same_and_everybody_is_sent_the_same() {
    let recalled = Cell::new(0);
    each_seed(|plan| {
        // Servers that follow one log without a store have tests of their own.
        if plan.store.is_none() {
            return Ok(());
        }
        let recorded = World::record(plan).map_err(|failure| failure.to_string())?;
        if ALL_AT_ONCE.iter().any(|situation| recorded.coverage.contains_key(situation)) {
            return Ok(());
        }
        let is_known = |record: &&Record| matches!(&record.event, Event::Recalled(recalled) if recalled.pasts.iter().any(|past| past.said > 0));
        recalled.set(recalled.get() + recorded.records.iter().filter(is_known).count());
        let repeated = World::repeat(plan, &recorded.records).map_err(|failure| format!("when repeated, {failure}"))?;
        if repeated.digest != recorded.digest {
            return Err("something else was decided or sent when it was repeated".to_owned());
        }
        Ok(())
    });
    assert!(recalled.get() > 0 || number("CHINWAG_SEED").is_some(), "no room came again");
}

#[test]
fn a_chat_that_is_restored_anywhere_in_a_run_goes_on_as_the_original() {
    each_seed(|plan| {
        let recorded = World::record(plan).map_err(|failure| failure.to_string())?;
        let (rules, records) = through_bytes(&plan.config.rules, &recorded.records)?;
        goes_on_when_restored(&rules, &records)
    });
}

#[test]
fn what_a_server_was_handed_runs_again_the_same_from_the_beginning_of_any_segment() {
    let (answers, asking) = (Cell::new(0), Cell::new(0));
    each_seed(|plan| {
        let recorded = World::tape(plan).map_err(|failure| failure.to_string())?;
        let Again { inputs, answers: answered, asking: begun } = recorded.tape.expect("it was recorded").run_again()?;
        answers.set(answers.get() + answered);
        asking.set(asking.get() + begun);
        if inputs > 0 { Ok(()) } else { Err("nothing was recorded".to_owned()) }
    });
    let are_all = number("CHINWAG_SEED").is_none();
    assert!(answers.get() > 0 || !are_all, "no store has answered");
    assert!(asking.get() > 0 || !are_all, "no segment begins while a store is asked");
}

#[test]
fn what_a_real_server_recorded_says_what_everybody_was_sent() {
    for adapter in Adapter::ALL {
        for threads in [1, 2] {
            let config = Config {
                rules: Rules { crowd_members: 3, ..Rules::default() },
                limits: Limits { threads, secret: Some(Secret::new([7; 32])), ..Limits::default() },
            };
            let recorded = Arc::new(Mutex::new(Vec::new()));
            let kept = Arc::clone(&recorded);
            let keep = move |records| kept.lock().expect("nobody panics").extend(records);
            let server = Server::start_recorded(adapter, config.clone(), Some(Recorder::new(keep)));
            let received = chat(&server);
            server.join();
            let received: Vec<_> = received.into_iter().map(|read| read.join().expect("it can be read")).collect();
            let recorded = recorded.lock().expect("nobody panics");
            let (rules, records) = through_bytes(&config.rules, &recorded).expect("they are read as written");
            assert!(records.iter().any(|record| matches!(record.event, Event::ServerGone { .. })), "its end is kept");
            let sent = sent_by(&Config { rules: rules.clone(), ..config }, &FORMS, &records);
            for ((form, sent), received) in FORMS.into_iter().zip(&sent).zip(&received) {
                let [sent, received] = [sent, received].map(|bytes| shown(form, bytes).expect("it is as it should be"));
                assert_eq!(sent, received, "{adapter:?} with {threads} threads, {form:?}");
            }
            assert_eq!((sent.len(), received.len()), (6, 6));
            goes_on_when_restored(&rules, &records).expect("it goes on as it did");
        }
    }
}

/// How people come to the real servers, in this order.
const FORMS: [Form; 6] = [Form::Lines, Form::Web, Form::Irc, Form::Lines, Form::Irc, Form::Web];

/// Somebody who has come to a real server.
struct Person {
    number: usize,
    form: Form,
    socket: TcpStream,
    /// What they have been sent in the chat.
    read: Vec<u8>,
}

impl Person {
    /// Comes, and is greeted: only who was greeted has a slot, so that all are in the order of their numbers.
    fn come(server: &Server, number: usize, form: Form) -> Self {
        let mut person = Self { number, form, socket: connect(server.addr_of(form)), read: Vec::new() };
        match form {
            Form::Lines => {}
            Form::Web => {
                person.send(Device::Browser.opening());
                person.read_until(b"\r\n\r\n");
                person.read.clear();
            }
            Form::Irc => person.send(format!("NICK P{number}\r\nUSER p 0 * :P\r\n").as_bytes()),
        }
        person.read_byte();
        person
    }

    fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).expect("it takes a few lines");
    }

    /// Types lines as those do who do not come by IRC, or what means the same there.
    fn type_lines(&mut self, lines: &str, by_irc: &str) {
        match self.form {
            Form::Lines => self.send(lines.as_bytes()),
            Form::Web => self.send(&Device::Browser.send(lines)),
            Form::Irc => self.send(by_irc.as_bytes()),
        }
    }

    fn read_byte(&mut self) {
        let mut byte = [0];
        self.socket.read_exact(&mut byte).expect("they are told");
        self.read.push(byte[0]);
    }

    fn read_until(&mut self, end: &[u8]) {
        while !self.read.ends_with(end) {
            self.read_byte();
        }
    }

    /// Says a last word in a room of their own, and reads until they hear it: then all that they said was handled.
    fn end(mut self) -> JoinHandle<Vec<u8>> {
        let room = format!("end-{}", self.number);
        self.type_lines(&format!("/join {room}\nover\n"), &format!("JOIN #{room}\r\nTOPIC #{room} :over\r\n"));
        self.read_until(match self.form {
            Form::Lines => b": over\n",
            Form::Web => b"\"over\"}]}",
            Form::Irc => b":over\r\n",
        });
        thread::spawn(move || {
            self.socket.read_to_end(&mut self.read).expect("it ends");
            self.read
        })
    }
}

/// Lets people say and do a few things that are all in the log. Returns what each is sent.
fn chat(server: &Server) -> Vec<JoinHandle<Vec<u8>>> {
    let people = FORMS.into_iter().enumerate();
    let mut people: Vec<_> = people.map(|(number, form)| Person::come(server, number, form)).collect();
    for round in 0..20 {
        for (number, person) in people.iter_mut().enumerate() {
            let room = ["main", "pizza", "kebab"][(round * 5 + number) % 3];
            let name = format!("P{number}-{}", (round + number) % 4);
            let lines = format!("/name {name}\nhello {round}\n/join {room}\nhi {round}\n");
            let by_irc = format!(
                "NICK {name}\r\nPRIVMSG #main :hello {round}\r\nJOIN #{room}\r\nPRIVMSG #{room} :hi {round}\r\n"
            );
            person.type_lines(&lines, &by_irc);
        }
    }
    people.into_iter().map(Person::end).collect()
}
