//! Holds all servers to the same bytes in longer runs than a transcript can show, and to one order while many talk at once.

use std::collections::BTreeMap;
use std::thread;

use chinwag_core::Config;
use chinwag_tests::{Act, Adapter, BareCore, Batching, Person, Received, Server, replay};

/// How many people are there in a run. Whoever leaves is followed by somebody new.
const PEOPLE: usize = 20;

/// How many things they do.
const STEPS: usize = 300;

/// How many lines each says when all talk at once.
const LINES: usize = 100;

/// Few enough that people often want the same, in different cases.
const NAMES: [&str; 8] = ["Ann", "ANN", "Bob", "Cid", "cid", "Server", "x", "a name"];
const ROOMS: [&str; 7] = ["main", "Main", "pizza", "PIZZA", "games", "Books", "no room"];

/// What somebody sends, with `{name}` and `{room}` for one of those, and a weight.
const DEEDS: [(usize, &[u8]); 19] = [
    (20, b"hello\n"),
    (5, b"good morning\r\n"),
    (3, "日本語 👩‍🚀 \u{202e}evil\u{202c}\tred \u{1b}[31m\n".as_bytes()),
    (3, b"one\ntwo\nthree\n"),
    (3, b"/users\nquick\n/rooms\n/join {room}\nquicker\n"),
    (3, b"a piece "),
    (2, b"\n \n"),
    (2, b"caf\xe9\n"),
    (2, b"he\xff\xfb\x1fllo \xff\xfa\x18xterm\xff\xf0there\n"),
    (1, b"\xff\xfd"),
    (8, b"/name {name}\n"),
    (8, b"/join {room}\n"),
    (3, b"/users\n"),
    (3, b"/rooms\n"),
    (1, b"/help\n"),
    (2, b"/dance\n"),
    (1, b"//help\n"),
    (2, b"bye\n/quit\nnever read\n"),
    (1, b"\xff\xf4\xff\xfd\x06"),
];

#[test]
fn writers_and_batches_make_no_difference() {
    for seed in 0..50 {
        let (acts, received) = run(seed);
        for (writers, batching) in [(1, Batching::AllAtOnce), (3, Batching::EachEvent), (7, Batching::AllAtOnce)] {
            let again = BareCore::new(&config(), writers, batching).play_to_the_end(&acts);
            assert!(again == received, "seed {seed}: other bytes with {writers} writers, {batching:?}");
        }
    }
}

#[test]
fn smol_gives_the_bytes_of_the_bare_core() {
    for (seed, threads) in [(1, 1), (2, 2)] {
        replay_on(Adapter::Smol, threads, seed);
    }
}

#[test]
fn tokio_gives_the_bytes_of_the_bare_core() {
    for (seed, threads) in [(1, 1), (2, 2)] {
        replay_on(Adapter::Tokio, threads, seed);
    }
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

fn config() -> Config {
    Config { flood_lines_per_second: 0, ..Config::default() }
}

/// Lets people do what the dice say on the bare core; returns what they did, and what each received, the server's stop included.
fn run(seed: u64) -> (Vec<Act>, Vec<Vec<Received>>) {
    let mut core = BareCore::new(&config(), 1, Batching::EachEvent);
    let (mut dice, mut here, mut acts, mut received) = (Dice(seed), Vec::new(), Vec::new(), Vec::new());
    while acts.len() < STEPS {
        let act = if here.len() < PEOPLE { Act::Connect } else { deed(&mut dice, &here) };
        let now = core.play(&act);
        if act == Act::Connect {
            here.push(now.len() - 1);
        }
        here.retain(|&person| !now[person].is_closed);
        acts.push(act);
        received.push(now);
    }
    received.push(core.play(&Act::Stop));
    (acts, received)
}

fn deed(dice: &mut Dice, here: &[usize]) -> Act {
    let person = *dice.pick(here);
    if dice.roll(40) == 0 {
        return Act::End { person };
    }
    let mut at = dice.roll(DEEDS.iter().map(|(weight, _)| weight).sum());
    let deed = DEEDS.iter().find_map(|&(weight, bytes)| match at.checked_sub(weight) {
        Some(rest) => {
            at = rest;
            None
        }
        None => Some(bytes),
    });
    let mut bytes = deed.expect("the roll is less than all weights").to_vec();
    for (place, words) in [(b"{name}", NAMES.as_slice()), (b"{room}", ROOMS.as_slice())] {
        if let Some(start) = bytes.windows(place.len()).position(|window| window == place) {
            bytes.splice(start..start + place.len(), dice.pick(words).bytes());
        }
    }
    Act::Send { person, bytes }
}

fn replay_on(adapter: Adapter, threads: u32, seed: u64) {
    let (acts, received) = run(seed);
    let mut server = Server::start(adapter, Config { threads, ..config() });
    let played = replay(server.addr(), &acts, &received, || server.stop());
    if let Err(mismatch) = played {
        let (act, person) = (acts.get(mismatch.act), mismatch.person);
        panic!("{adapter:?}, {threads} threads, after {act:?}: person {person} received other bytes:\n{mismatch}");
    }
    server.join();
}

/// Lets people talk all at once, and checks that they all see the same lines in the same order, and those of each in theirs.
fn talk_at_once(adapter: Adapter, threads: u32) {
    let server = Server::start(adapter, Config { threads, ..config() });
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

/// Rolls the same numbers for the same seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ x >> 31) % sides as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}
