//! Simulated servers, one for each seed, against the model of what everybody must be sent.
//!
//! `CHINWAG_SEEDS=1000000` runs more of them, `CHINWAG_SEED=7` only that one. See `README.md`.

use std::collections::BTreeMap;
use std::env;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use chinwag_tests::sim::{Coverage, Plan, Step, World, shrink};

/// How many seeds run unless told otherwise: less than a minute in a debug build on one core.
const SEEDS: u64 = 1000;

/// What has to occur in a run of the default length or longer; otherwise the simulation would prove nothing about it.
const SITUATIONS: [&str; 152] = [
    "of an account",
    "made way for the owner of a name",
    "a wrong password",
    "logged in by lines",
    "logged in by SASL",
    "logged in before registering",
    "logged out",
    "an operator of the server",
    "an operator of the server by an account that is gone",
    "owned",
    "disowned",
    "a room of an account that is gone",
    "a room of an account was opened again",
    "an operator by logging in",
    "an operator comes again",
    "announced",
    "put out of the server",
    "heard from outside",
    "full",
    "put out",
    "moderated",
    "told why one is put out",
    "told that one is muted",
    "told that one is banned",
    "not let in",
    "told that one is no operator",
    "told of moderation",
    "not allowed by IRC",
    "put out by IRC",
    "moderated by IRC",
    "a hundred recalled",
    "recalled",
    "nothing recalled",
    "a room came again",
    "a topic came again",
    "a closed room came again",
    "two wait for one room",
    "asked again for a room",
    "known, and out of date",
    "left while waiting",
    "more while waiting",
    "read",
    "nothing read",
    "read from the store",
    "looked for",
    "found",
    "found by IRC",
    "found with a label",
    "found and ignored",
    "nothing found",
    "nothing to be searched",
    "answered in part by IRC",
    "in too many rooms by IRC",
    "registered by IRC",
    "registered too late",
    "who was here told by IRC",
    "idle time told by IRC",
    "age of a room told by IRC",
    "main listed empty by IRC",
    "too long to be passed on by IRC",
    "refused a name by IRC",
    "joined by IRC",
    "left by IRC",
    "renamed by IRC",
    "not heard by IRC",
    "too long by IRC",
    "tags alone by IRC",
    "monitored by IRC",
    "capabilities granted",
    "labelled",
    "in a batch",
    "dropped by IRC",
    "pinged by IRC",
    "a message in parts",
    "a room of all encodings",
    "abandoned without an answer",
    "dropped frames",
    "dropped with CR LF",
    "dropped with LF",
    "pinged",
    "sent a NOP",
    "several in a frame",
    "abandoned after failing",
    "abandoned after stalling",
    "abandoned by a server that gave up",
    "abandoned for another connection",
    "abandoned by a server that stops",
    "answered",
    "asked for nothing for long",
    "awaited",
    "batch full",
    "came too late",
    "crowd told",
    "dropped",
    "due before something else",
    "failed",
    "finished",
    "followed before all was polled",
    "handled at once",
    "heard with the greeting",
    "held back above the rate",
    "in the room already",
    "invalid",
    "joined",
    "left",
    "left before anybody knew",
    "mark waits",
    "not UTF-8",
    "nothing to resume",
    "of another protocol",
    "partly written",
    "held",
    "paused",
    "refused",
    "renamed",
    "news of someone who is gone",
    "news of someone whose slot is another's",
    "resumed",
    "rooms listed",
    "said",
    "said in a row",
    "slot taken while its last owner is sent the rest",
    "taken",
    "told of the token",
    "too long",
    "turned away",
    "unrecognized",
    "users listed",
    "writable, but takes nothing",
    "writer lags",
    "written",
    "written to many",
    "acted",
    "answered in part",
    "heard again",
    "history shown",
    "ignored",
    "ignored listed",
    "incomplete",
    "no count of history",
    "nobody to be answered",
    "nobody to be told",
    "not to be ignored",
    "nothing was said before",
    "sent to one alone",
    "told alone",
    "topic set",
    "topic shown",
    // Steps that each plan may have.
    "stopped",
    "hung up",
    "vanished",
    "several writers",
];

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a number, not {text:?}")))
}

fn add(coverage: &mut Coverage, plan: &Plan, of_run: Coverage) {
    for (situation, count) in of_run {
        *coverage.entry(situation).or_default() += count;
    }
    let has = |step: &Step| plan.steps.contains(step);
    for (situation, occurs) in [
        ("stopped", has(&Step::Stop)),
        ("hung up", plan.steps.iter().any(|step| matches!(step, Step::HangUp { .. }))),
        ("vanished", plan.steps.iter().any(|step| matches!(step, Step::Vanish { .. }))),
        ("several writers", plan.config.limits.threads > 1),
    ] {
        *coverage.entry(situation).or_default() += u64::from(occurs);
    }
}

/// Runs seeds until there are no more or one fails. Returns what occurred, and the seed that failed.
fn run_seeds(next: &AtomicU64, end: u64, failed: &AtomicBool) -> (Coverage, Option<u64>) {
    let mut coverage = BTreeMap::new();
    while !failed.load(Ordering::Relaxed) {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            break;
        }
        let plan = Plan::from_seed(seed);
        match World::run(&plan) {
            Ok(of_run) => add(&mut coverage, &plan, of_run),
            Err(_) => {
                failed.store(true, Ordering::Relaxed);
                return (coverage, Some(seed));
            }
        }
    }
    (coverage, None)
}

/// Says how to see a failure again, and shows the shortest run that was found to fail.
fn report(seed: u64) -> ! {
    panic::set_hook(Box::new(|_| {}));
    let plan = Plan::from_seed(seed);
    let small = shrink(&plan);
    let [first, last] =
        [&plan, &small].map(|plan| World::run(plan).err().map_or_else(String::new, |failure| failure.to_string()));
    let _ = panic::take_hook();
    let steps: Vec<_> = small.steps.iter().enumerate().map(|(index, step)| format!("{index:4} {step:?}")).collect();
    panic!(
        "seed {seed} fails: {first}\n\nThe fewest steps that fail: {last}\n{}\n{:?}\n\nTo run it again:\nCHINWAG_SEED={seed} cargo test -p \
         chinwag-tests --test simulation\n",
        steps.join("\n"),
        small.config,
    )
}

#[test]
fn everyone_is_sent_what_the_protocol_says_whatever_happens() {
    let only = number("CHINWAG_SEED");
    let count = number("CHINWAG_SEEDS").unwrap_or(SEEDS);
    let (start, end) = only.map_or((0, count), |seed| (seed, seed + 1));
    let (next, failed) = (AtomicU64::new(start), AtomicBool::new(false));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| run_seeds(&next, end, &failed))).collect();
        running.into_iter().map(|thread| thread.join().expect("failures are caught")).collect()
    });
    if let Some(seed) = results.iter().filter_map(|(_, seed)| *seed).min() {
        report(seed);
    }
    let mut coverage = Coverage::new();
    for (situation, count) in results.into_iter().flat_map(|(coverage, _)| coverage) {
        *coverage.entry(situation).or_default() += count;
    }
    eprintln!("{} seeds: {coverage:#?}", end - start);
    if only.is_none() && count >= SEEDS {
        let missing: Vec<_> =
            SITUATIONS.iter().filter(|&situation| coverage.get(situation).is_none_or(|&count| count == 0)).collect();
        assert!(missing.is_empty(), "never occurred: {missing:?}");
    }
}
