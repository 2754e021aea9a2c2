#!/usr/bin/env bash
# After one line that is too long, tokio-util's Framed says None, though more lines follow.
#
# Surprise: `LinesCodec::new_with_max_length` gives an error for such a line and is ready for the next one.
#   FramedRead returns None behind any error of its codec, once. The usual loop takes that for the end.
#   Polled again, it goes on with the next line. At the real end a line without its line end counts as a line.
# Why it matters: a server that means to answer "too long" and go on drops the person instead.
#   And half a line, from someone whose connection broke, is said as if it were whole.
# Instead: after an error take one None for nothing. Decode by hand where a broken line must not count.
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
tokio-util = { version = "=0.7.20", default-features = false, features = ["codec"] }
futures-lite = "=2.6.1"
TOML
cat >"$work/src/main.rs" <<'RUST'
use futures_lite::{future::block_on, StreamExt};
use tokio_util::codec::{FramedRead, LinesCodec};

fn main() -> std::process::ExitCode {
    let sent = &b"one\nthis line is far too long\ntwo\nthree\nhal"[..];
    println!("  sent: {:?}, at most 10 characters a line; next() gives:", String::from_utf8_lossy(sent));
    let mut lines = FramedRead::new(sent, LinesCodec::new_with_max_length(10));
    let given: Vec<String> = (0..7)
        .map(|_| match block_on(lines.next()) {
            Some(Ok(line)) => line,
            Some(Err(_)) => "(error)".into(),
            None => "(None)".into(),
        })
        .collect();
    println!("  {}", given.join(", "));
    let as_described = given == ["one", "(error)", "(None)", "two", "three", "hal", "(None)"];
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "tokio-util 0.7.20: None in the middle of the stream, and an unfinished line at its end."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
