#!/usr/bin/env bash
# A CompactString made from a String keeps the String's whole buffer, 4 KiB for 31 bytes.
#
# Surprise: the type is chosen to save memory, and `from(String)` takes the buffer over as it is.
#   That is so for text of more than 24 bytes; shorter text is copied inline. A clone is small again.
# Why it matters: texts read into a large buffer and kept for long hold that buffer for as long.
#   Short test data never shows it.
# Instead: build it from a `&str`, or call `shrink_to_fit`.
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
compact_str = "=0.10.0"
TOML
cat >"$work/src/main.rs" <<'RUST'
use compact_str::CompactString;

fn read(text: &str) -> String {
    let mut buffer = String::with_capacity(4096);
    buffer.push_str(text);
    buffer
}

fn main() -> std::process::ExitCode {
    let mut as_described = true;
    for (text, large) in [("up to 24 bytes go inline", false), ("but a line of thirty-one bytes!", true)] {
        let mut kept = CompactString::from(read(text));
        let (whole, clone) = (kept.capacity(), kept.clone().capacity());
        let borrowed = CompactString::from(read(text).as_str()).capacity();
        kept.shrink_to_fit();
        println!("  {} bytes: capacity {whole}, of a clone {clone}, made from a &str {borrowed}, shrunk {}", text.len(), kept.capacity());
        as_described &= (whole == 4096) == large && clone < 64 && borrowed < 64 && kept.capacity() < 64;
    }
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "compact_str 0.10.0: from(String) keeps the buffer of 4,096 bytes, if the text is longer than 24."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
