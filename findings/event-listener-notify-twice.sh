#!/usr/bin/env bash
# `notify(1)` twice on an event-listener Event wakes one listener, not two.
#
# Surprise: the number says how many are to be awake in all; one that is woken and hasn't run yet counts.
#   So the second call finds one awake, and does nothing. `notify_additional` is the one that counts up.
#   If the first listener has run in between, the second call does wake another.
# Why it matters: "one item, one notify(1)" loses a wakeup when two items come in quick succession.
#   One worker sleeps beside a queue that isn't empty, and only under load.
# Instead: `notify_additional(1)` for each item, or let the woken one wake the next while there is work.
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
event-listener = "=5.4.2"
TOML
cat >"$work/src/main.rs" <<'RUST'
use event_listener::{Event, EventListener};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

fn awake(listener: &mut EventListener) -> bool {
    Pin::new(listener).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// How many of three listeners are awake after two calls; `between` lets one that is awake run before the second.
fn run(name: &str, call: impl Fn(&Event), between: bool) -> usize {
    let event = Event::new();
    let mut listeners = [event.listen(), event.listen(), event.listen()];
    let mut gone = 0;
    call(&event);
    if between && awake(&mut listeners[0]) {
        gone = 1;
    }
    call(&event);
    let woken = gone + listeners[gone..].iter_mut().filter_map(|listener| awake(listener).then_some(())).count();
    println!("  {name}: {woken} of 3");
    woken
}

fn main() -> std::process::ExitCode {
    let twice = run("notify(1), notify(1)                    ", |event| { event.notify(1); }, false);
    let between = run("notify(1), the listener runs, notify(1) ", |event| { event.notify(1); }, true);
    let additional = run("notify_additional(1) twice              ", |event| { event.notify_additional(1); }, false);
    let as_described = (twice, between, additional) == (1, 2, 2);
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "event-listener 5.4.2: listeners that wake up after two calls"
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
