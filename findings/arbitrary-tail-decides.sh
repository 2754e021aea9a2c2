#!/usr/bin/env bash
# The arbitrary crate takes the length of the last field from the end of the input.
#
# Surprise: one byte appended to a fuzz input changes what its beginning is read as.
#   The last byte is a length, taken modulo what is left; the text starts at the front.
# Why it matters: seeds written by hand ("hello" in a file) do not become the text "hello".
#   A dictionary or a splice at the end of an input shifts every value that depends on the length.
# Instead: build seeds with the length behind the text, or parse plain bytes where seeds are text.
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
arbitrary = "=1.5.0"
TOML
cat >"$work/src/main.rs" <<'RUST'
use arbitrary::Unstructured;

fn read(input: &[u8]) -> String {
    let text: &str = Unstructured::new(input).arbitrary().expect("text of any length is valid");
    println!("  {:?} -> {text:?}", String::from_utf8_lossy(input));
    text.to_string()
}

fn main() -> std::process::ExitCode {
    println!("input -> the &str that a fuzz target gets");
    let plain = read(b"hello, this is a seed");
    let longer = read(b"hello, this is a seed!");
    let built = read(b"hello, this is a seed\x15");
    let as_described = plain != "hello, this is a seed" && plain != longer && built == "hello, this is a seed";
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target"
timeout 300 cargo build --quiet || exit 2
echo "arbitrary 1.5.0: the last byte of the input decides how much of its beginning is read."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
