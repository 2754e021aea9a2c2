//! Several servers that follow one log: they stay equal after each record, and everybody hears its order.
//!
//! `CHINWAG_SEEDS=1000000` runs more of them, `CHINWAG_SEED=7` only that one.

use std::collections::BTreeMap;
use std::env;

use chinwag_tests::Cluster;

/// How many seeds run unless told otherwise.
const SEEDS: u64 = 300;

/// What has to occur in a run of the default length or longer.
const SITUATIONS: [&str; 18] = [
    "registered by IRC",
    "renamed by IRC",
    "left by IRC",
    "delivered by IRC",
    "acted",
    "history shown",
    "ignored",
    "topic shown",
    "a server was lost",
    "asked behind what is in flight",
    "crowd told",
    "delivered",
    "in several rooms",
    "joined from a snapshot",
    "left",
    "left one of several rooms",
    "renamed in several rooms",
    "resumed",
];

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} takes a number, not {text:?}")))
}

#[test]
fn servers_that_follow_one_log_stay_equal_and_everybody_hears_its_order() {
    let only = number("CHINWAG_SEED");
    let end = only.map_or_else(|| number("CHINWAG_SEEDS").unwrap_or(SEEDS), |seed| seed + 1);
    let mut occurred = BTreeMap::new();
    for seed in only.unwrap_or(0)..end {
        let coverage = Cluster::run(seed).unwrap_or_else(|what| {
            panic!("seed {seed} fails: {what}\n\nTo run it again:\nCHINWAG_SEED={seed} cargo test -p chinwag-tests --test replicas")
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
