//! Replays what the fuzzer has kept, without a fuzzer: inputs that between them reach all of the core that was ever
//! reached.

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::Path;
use std::{fs, thread};

use chinwag_tests::fuzzing;
use chinwag_tests::sim::World;

/// What has to occur in the plans of `world`, or its corpus is no longer what it was when it was kept.
const SITUATIONS: [&str; 23] = [
    "abandoned after failing",
    "abandoned after stalling",
    "abandoned by a server that gave up",
    "abandoned by a server that stops",
    "answered",
    "crowd told",
    "dropped",
    "finished",
    "followed before all was polled",
    "held back above the rate",
    "mark waits",
    "news of someone who is gone",
    "news of someone whose slot is another's",
    "not UTF-8",
    "partly written",
    "paused",
    "refused",
    "renamed",
    "resumed",
    "slot taken while its last owner is sent the rest",
    "taken",
    "too long",
    "writable, but takes nothing",
];

#[test]
fn however_bytes_are_split_they_ask_for_the_same() {
    replay("session", fuzzing::session);
}

#[test]
fn however_a_browsers_bytes_are_split_they_are_answered_and_read_as_the_rules_say() {
    replay("web", fuzzing::web);
}

#[test]
fn whatever_is_sent_by_irc_each_client_is_told_what_fits_together() {
    replay("irc", fuzzing::irc);
}

#[test]
fn whatever_happens_a_chat_is_lawful_and_does_what_the_model_does() {
    replay("chat", fuzzing::chat);
}

#[test]
fn whatever_bytes_a_log_has_they_are_read_or_an_error() {
    replay("log", fuzzing::log);
}

#[test]
fn whatever_fails_everyone_is_sent_what_the_model_says() {
    replay("world", fuzzing::world);
}

#[test]
fn the_corpus_of_the_world_still_reaches_what_it_was_kept_for() {
    let runs = each("world", |bytes| World::run(&fuzzing::plan(bytes)).unwrap_or_default());
    let occurred: BTreeSet<_> = runs.iter().flat_map(|(_, coverage)| coverage.keys().copied()).collect();
    let missing: Vec<_> = SITUATIONS.iter().filter(|situation| !occurred.contains(*situation)).collect();
    assert!(missing.is_empty(), "never occurred: {missing:?}");
}

/// Runs a target with each input that was kept for it, and fails with the names of those that make it panic.
fn replay(target: &str, run: fn(&[u8])) {
    let runs = each(target, |bytes| catch_unwind(|| run(bytes)).is_err());
    let failed: Vec<_> = runs.iter().filter(|(_, fails)| *fails).map(|(name, _)| name.as_str()).collect();
    assert!(failed.is_empty(), "what they say is above; these of fuzz/corpus/{target} fail:\n{}", failed.join("\n"));
}

/// Returns what comes of each input that was kept for a target, with its name.
fn each<T: Send>(target: &str, run: impl Fn(&[u8]) -> T + Sync) -> Vec<(String, T)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let entries = fs::read_dir(folder).expect("each target has a corpus");
    let mut inputs: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("the folder can be read");
            let bytes = fs::read(entry.path()).expect("the file can be read");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    assert!(!inputs.is_empty(), "there is a corpus for {target}");
    inputs.sort();
    let (run, half) = (&run, inputs.len().div_ceil(2));
    thread::scope(|scope| {
        let part = |part: Vec<(String, Vec<u8>)>| part.into_iter().map(|(name, bytes)| (name, run(&bytes))).collect();
        let running: Vec<_> =
            inputs.chunks(half).map(|inputs| scope.spawn(move || -> Vec<_> { part(inputs.to_vec()) })).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("panics are caught")).collect()
    })
}
