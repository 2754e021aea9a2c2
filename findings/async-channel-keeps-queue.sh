#!/usr/bin/env bash
# async-channel and flume keep queued values alive after the last receiver is gone.
#
# Surprise: with no receiver left nobody can ever read the queue, and `send` says that it is closed.
#   What is in it is dropped only with the last sender. Channels of std and crossbeam drop it at once.
# Why it matters: a queued request holds its reply channel, a queued connection its socket.
#   Whoever waits for that reply waits as long as one idle sender lives, though the worker has died.
# Instead: let the reader empty the queue as it ends (`while try_recv().is_ok()`), panics included.
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
async-channel = "=2.5.0"
flume = { version = "=0.12.0", default-features = false }
crossbeam-channel = "=0.5.17"
TOML
cat >"$work/src/main.rs" <<'RUST'
use std::sync::Arc;

/// Values alive when the receiver is gone, whether a send is refused then, and values alive without the sender.
macro_rules! queue {
    ($name:literal, $channel:expr, $send:ident) => {{
        let value = Arc::new(());
        let (sender, receiver) = $channel;
        let sent = sender.$send(value.clone()).is_ok();
        drop(receiver);
        let kept = Arc::strong_count(&value) - 1;
        let refused = sender.$send(Arc::new(())).is_err();
        drop(sender);
        let left = Arc::strong_count(&value) - 1;
        println!("  {}: alive without receiver {kept}, send refused {refused}, alive without sender {left}", $name);
        (sent, kept, refused, left)
    }};
}

fn main() -> std::process::ExitCode {
    let kept = [
        queue!("async-channel", async_channel::unbounded(), try_send),
        queue!("flume        ", flume::unbounded(), try_send),
    ];
    let dropped = [
        queue!("std mpsc     ", std::sync::mpsc::channel(), send),
        queue!("crossbeam    ", crossbeam_channel::unbounded(), send),
    ];
    let as_described = kept == [(true, 1, true, 0); 2] && dropped == [(true, 0, true, 0); 2];
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "async-channel 2.5.0, flume 0.12.0, crossbeam-channel 0.5.17: one value queued, then no receiver."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
