#!/usr/bin/env bash
# serde_json doesn't read every number back that it has written itself.
#
# Surprise: it writes a double with the shortest digits that name it, and reads some of them as a neighbour.
#   Of doubles with random bits some 30 in 100 come back changed. Numbers like 1.5 or a time are safe.
#   The standard library's `parse` reads the same text rightly.
# Why it matters: `written == read` holds in small tests and fails in the field.
#   A digest or a comparison of state that went through JSON then differs between two servers.
# Instead: turn on the feature `float_roundtrip`, or keep numbers that must be equal as integers.
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
serde_json = "=1.0.154"
TOML
cat >"$work/src/main.rs" <<'RUST'
fn main() -> std::process::ExitCode {
    let mut bits = 1u64;
    let (mut count, mut changed, mut by_std, mut example) = (0u32, 0u32, 0u32, None);
    for _ in 0..100_000 {
        bits = bits.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let number = f64::from_bits(bits);
        if !number.is_finite() {
            continue;
        }
        count += 1;
        let text = serde_json::to_string(&number).expect("a finite number has a text");
        let read: f64 = serde_json::from_str(&text).expect("it is valid JSON");
        by_std += u32::from(text.parse() != Ok(number));
        if read != number {
            changed += 1;
            example.get_or_insert((text, serde_json::to_string(&read).expect("finite too")));
        }
    }
    println!("  {count} doubles written and read: {changed} changed by serde_json, {by_std} by the standard library");
    if let Some((written, read)) = &example {
        println!("  such as {written}, which came back as {read}");
    }
    let as_described = changed > count / 10 && by_std == 0;
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "serde_json 1.0.154: a double that it wrote may come back as its neighbour."
if timeout 30 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
