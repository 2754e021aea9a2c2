//! Owns how bytes become the plan of a whole simulated server, faults and all.
//!
//! Each step is a byte that says what happens, and one that says to whom and how much of it. What is typed stands after
//! it as it is.

use std::time::Duration;

use chinwag_core::{Config, Secret};

use super::input::Input;
use crate::sim::{Device, Keeping, Plan, Step, Typed, World};

/// The most people of one plan, and the most steps: more show nothing new, and take longer.
const USERS_MAX: usize = 8;
const STEPS_MAX: usize = 600;

/// From which seed on there is a store, and which of them let it answer late.
const STORE: u8 = 128;
const LATE: u8 = 64;

/// From which step on the hub does not look whether anything is due, but the store answers.
const ANSWERS: u8 = 200;

/// With what people come.
const DEVICES: [Device; 5] = [Device::Plain, Device::Browser, Device::CrLf, Device::Telnet, Device::Browser];

/// Executes the plan that bytes make.
///
/// # Panics
/// If it fails.
pub fn world(bytes: &[u8]) {
    if let Err(failure) = World::run(&plan(bytes)) {
        let steps: Vec<_> = plan(bytes).steps.iter().map(|step| format!("{step:?}")).collect();
        panic!("{failure}, of {:#?}", steps);
    }
}

/// Takes bytes for a plan.
#[must_use]
pub fn plan(bytes: &[u8]) -> Plan {
    let mut input = Input::new(bytes);
    let (config, store) = config(&mut input);
    let mut steps = Vec::new();
    let mut users = 0;
    while !input.is_empty() && steps.len() < STEPS_MAX {
        let (what, how) = (input.byte(), input.byte());
        let connects = matches!(what % 20, 0);
        if connects && users == USERS_MAX {
            continue;
        }
        users += usize::from(connects);
        steps.extend(next(what, how, &config, &mut input));
    }
    Plan { config, store, steps }
}

fn config(input: &mut Input<'_>) -> (Config, Option<Keeping>) {
    // One after the other: what an input says has to stay the same for the inputs that are kept.
    let mut config = Config::default();
    let Config { rules, limits } = &mut config;
    rules.line_chars_max = input.pick(&[4096, 400, 10]);
    limits.flood_lines_per_second = input.pick(&[0, 1, 20]);
    limits.flood_burst = Duration::from_secs(input.pick(&[5, 1, 0]));
    rules.crowd_members = input.pick(&[500, 0, 1, 2, 3]);
    rules.crowd_interval = Duration::from_millis(input.pick(&[1000, 100, 1]));
    limits.stall_max = Duration::from_secs(input.pick(&[60, 1]));
    limits.threads = input.pick(&[1, 2, 3]);
    let seed = input.byte();
    rules.seed = u64::from(seed);
    limits.secret = Some(Secret::new([7; 32]));
    limits.queue_bytes_max = 128 << 10;
    limits.turn_writes = 2;
    limits.handshake_wait = Duration::ZERO;
    let store = (seed >= STORE).then(|| Keeping { before: Vec::new(), is_late: seed & LATE > 0 });
    (config, store)
}

/// Returns what happens next: of `what` kind, to the user or writer and as much as `how` says.
fn next(what: u8, how: u8, config: &Config, input: &mut Input<'_>) -> Vec<Step> {
    let (user, much) = (usize::from(how) % USERS_MAX, usize::from(how) / USERS_MAX);
    let writer = user;
    let pick = |choices: &[usize]| choices[much % choices.len()];
    let step = match what % 20 {
        // Few come back: most plans in the corpus are from when nobody could.
        0 if how > 220 => Step::Return { user, by: DEVICES[much % DEVICES.len()] },
        0 => Step::Connect { by: DEVICES[much % DEVICES.len()] },
        1 => Step::Type { user, what: line(input) },
        2 => Step::Type { user, what: Typed::Bytes(input.take(much + 1).to_vec()) },
        3 => Step::Type { user, what: long(much, config) },
        4 => Step::Read { user, bytes: pick(&[64 << 10, 4096, 200, 17, 3, 2, 1]) },
        5 => Step::Ask { user },
        6 => Step::HangUp { user },
        7 => Step::Vanish { user },
        8 => Step::Take { user, bytes: pick(&[0, 1, 3, 20, 100, 1000, 20_000, 70_000, 90_000, usize::MAX]) },
        9 => Step::Writable { user },
        10 => Step::Handle { inputs: pick(&[1000, 1, 2, 3, 10]) },
        11 if what >= ANSWERS => Step::Answer { answers: pick(&[1, 2, 1000]) },
        11 => Step::Wake,
        12 => Step::Publish,
        13 => Step::Follow { writer },
        14 => Step::Poll { writer, outputs: pick(&[1000, 1, 2, 5]) },
        15 => Step::TimeOut { writer },
        16 => Step::Pass { millis: [1000, 1, 20, 100, 30_000, 60_000][much % 6] },
        17 => return round(user, line(input)),
        18 => return round(user, long(much, config)),
        // So rare that most plans have none.
        _ if how == 99 => Step::Stop,
        _ => return all_the_way(),
    };
    vec![step]
}

fn line(input: &mut Input<'_>) -> Typed {
    Typed::Bytes([input.line(), b"\n"].concat())
}

/// Makes a line at the limit, or on either side of it.
fn long(much: usize, config: &Config) -> Typed {
    let start = if much & 1 == 0 { "" } else { "/" };
    let most = config.rules.line_chars_max as usize - start.len();
    let count = [most, most / 2, most + 1, 5 * most + 2][much / 2 % 4];
    Typed::Long { start: start.to_owned(), unit: ['\u{1f600}', '\u{e9}', 'x', '-'][much / 8 % 4], count }
}

/// Lets somebody type something that goes all the way at once.
fn round(user: usize, what: Typed) -> Vec<Step> {
    let mut steps = vec![Step::Type { user, what }, Step::Ask { user }, Step::Read { user, bytes: 64 << 10 }];
    steps.extend(all_the_way());
    steps
}

/// Lets the hub and all writers do what there is to do.
fn all_the_way() -> Vec<Step> {
    let mut steps = vec![Step::Handle { inputs: 1000 }, Step::Publish];
    steps.extend((0..3).flat_map(|writer| [Step::Follow { writer }, Step::Poll { writer, outputs: 1000 }]));
    steps
}
