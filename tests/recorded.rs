//! Simulated servers whose log is recorded: as bytes, it is all that is needed to run again, and to go on from anywhere.
//!
//! `CHINWAG_SEEDS=1000000` runs more of them, `CHINWAG_SEED=7` only that one.

use std::env;

use chinwag_tests::sim::{Plan, World};
use chinwag_tests::{goes_on_when_restored, through_bytes};

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
        let records = through_bytes(&recorded.records)?;
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
        goes_on_when_restored(&plan.config, &recorded.records)
    });
}
