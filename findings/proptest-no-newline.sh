#!/usr/bin/env bash
# proptest's `any::<String>()` never makes a line end, a tab or any other control character.
#
# Surprise: the default for String is the pattern `\PC*`: everything but control characters.
#   `any::<char>()` of the same crate does make them, and so does a Vec of it.
# Why it matters: a property test of a line parser runs ten thousand times and never sees one line end.
#   It can't find the fault that it was written for.
# Instead: take `vec(any::<char>(), 0..n)` made into a String, or a pattern of your own such as `(?s).*`.
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
proptest = { version = "=1.12.0", default-features = false, features = ["std"] }
TOML
cat >"$work/src/main.rs" <<'RUST'
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// Characters and control characters in 20,000 texts; the seed is always the same.
fn count<S: Strategy>(strategy: S, text: impl Fn(S::Value) -> String) -> (usize, usize) {
    let mut runner = TestRunner::deterministic();
    let mut sum = (0, 0);
    for _ in 0..20_000 {
        let text = text(strategy.new_tree(&mut runner).expect("a value").current());
        sum.0 += text.chars().count();
        sum.1 += text.chars().filter(|c| c.is_control()).count();
    }
    sum
}

fn main() -> std::process::ExitCode {
    let string = count(any::<String>(), |text| text);
    let chars = count(vec(any::<char>(), 0..32), |chars| chars.into_iter().collect());
    let pattern = count("(?s).*", |text| text);
    println!("(characters, control characters among them) in 20,000 values");
    println!("  any::<String>()           {string:?}");
    println!("  vec(any::<char>(), 0..32) {chars:?}");
    println!("  \"(?s).*\"                  {pattern:?}");
    let as_described = string.0 > 100_000 && string.1 == 0 && chars.1 > 100 && pattern.1 > 0;
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "proptest 1.12.0: any::<String>() makes no control character at all."
if timeout 60 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
