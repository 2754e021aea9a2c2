//! Several servers that follow one log of an engine that may fail: in the end all have applied the same, and each what
//! it has said once and in its order.
//!
//! `CHINWAG_SEEDS=1000000` runs more of them, `CHINWAG_SEED=7` only that one.

use std::collections::BTreeMap;
use std::env;

use chinwag_tests::Followers;

/// How many seeds run unless told otherwise.
const SEEDS: u64 = 1000;

/// What has to occur in a run of the default length or longer.
const SITUATIONS: [&str; 12] = [
    "a process was cut off",
    "a snapshot was needed",
    "crashed",
    "done, but not told",
    "failed over",
    "forgot everything",
    "refused",
    "something was applied",
    "the log went on with less than this server had read, or with more",
    "the log has nothing that this server knows",
    "the other servers took this one for gone",
    "trimmed",
];

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a number, not {text:?}")))
}

#[test]
fn servers_that_follow_a_log_agree_whatever_becomes_of_its_engine() {
    let only = number("CHINWAG_SEED");
    let end = only.map_or_else(|| number("CHINWAG_SEEDS").unwrap_or(SEEDS), |seed| seed + 1);
    let mut occurred = BTreeMap::new();
    for seed in only.unwrap_or(0)..end {
        let coverage = Followers::run(seed).unwrap_or_else(|what| {
            panic!("seed {seed} fails: {what}\n\nTo run it again:\nCHINWAG_SEED={seed} cargo test -p chinwag-tests --test followers")
        });
        for (situation, count) in coverage {
            *occurred.entry(situation).or_insert(0) += count;
        }
    }
    eprintln!("{occurred:?}");
    if end >= SEEDS && only.is_none() {
        let missing: Vec<_> = SITUATIONS.iter().filter(|situation| !occurred.contains_key(*situation)).collect();
        assert!(missing.is_empty(), "never occurred: {missing:?}");
    }
}

#[test]
fn a_failover_that_loses_what_was_heard_costs_no_server_its_place() {
    for seed in 0..200 {
        Followers::run_calmly(seed).unwrap_or_else(|what| panic!("seed {seed} fails: {what}"));
    }
}
