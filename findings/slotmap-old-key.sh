#!/usr/bin/env bash
# slotmap's SecondaryMap ignores an insert with an old key, and answers as if it had worked.
#
# Surprise: `insert` returns None for a first insert, and also for one that it refused.
#   It refuses a key whose slot the map has since seen with a newer key.
#   Until that has happened, an old key still reads its value, though the slot map has dropped it.
# Why it matters: a late event about one who has left is lost in silence or, earlier, takes hold.
#   Which of the two it is depends on whether a newcomer got the slot.
# Instead: ask the slot map itself (`contains_key`) first, and remove from both maps together.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"

[dependencies]
slotmap = "=1.1.1"
TOML
cat >"$work/src/main.rs" <<'RUST'
use slotmap::{SecondaryMap, SlotMap};

fn main() -> std::process::ExitCode {
    let mut people = SlotMap::new();
    let mut scores = SecondaryMap::new();
    let ann = people.insert("Ann");
    scores.insert(ann, 1);
    people.remove(ann);
    let bob = people.insert("Bob");
    let still = scores.get(ann).copied();
    println!("Ann is gone from the slot map, Bob has her slot; Ann's value: {still:?}");
    let early = scores.insert(ann, 2);
    println!("insert for Ann: {early:?} and then {:?}", scores.get(ann));
    let first = scores.insert(bob, 3);
    let late = scores.insert(ann, 4);
    println!("insert for Bob: {first:?} and then {:?}", scores.get(bob));
    println!("insert for Ann: {late:?} and then {:?}", scores.get(ann));
    let as_described = still == Some(1) && early == Some(1) && first.is_none() && late.is_none()
        && scores.get(ann).is_none() && scores.get(bob) == Some(&3);
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target"
timeout 300 cargo build --quiet || exit 2
echo "slotmap 1.1.1: an insert that was refused returns None, just as a first insert does."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
