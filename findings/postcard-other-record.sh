#!/usr/bin/env bash
# postcard reads a record of another shape without an error, with values that were never written.
#
# Surprise: `from_bytes` leaves bytes that nobody asked for, and says nothing of them.
#   A field narrowed from u16 to u8 reads 300 as 172, and the next field gets the rest of that number.
#   A field marked `#[serde(default)]` is no help: a missing last field is an error all the same.
# Why it matters: a log written by the last release is read by this one as wrong numbers, not as a fault.
# Instead: put a version before each record, use `take_from_bytes`, and refuse a rest that is not empty.
#   That rest is the only sign, so a change that happens to use all bytes needs the version.
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
postcard = { version = "=1.2.0", features = ["alloc"] }
serde = { version = "=1.0.228", features = ["derive"] }
TOML
cat >"$work/src/main.rs" <<'RUST'
use postcard::{from_bytes, take_from_bytes, to_allocvec};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Written { room: u16, person: u8 }

#[derive(Deserialize, Debug, PartialEq)]
struct Narrowed { room: u8, person: u8 }

#[derive(Deserialize, Debug, PartialEq)]
struct Longer { room: u16, person: u8, #[serde(default)] mood: u8 }

fn main() -> std::process::ExitCode {
    let bytes = to_allocvec(&Written { room: 300, person: 7 }).expect("room in a Vec");
    println!("  written: room 300, person 7, as {bytes:?}");
    let narrowed = from_bytes::<Narrowed>(&bytes);
    println!("  room as u8, from_bytes:      {narrowed:?}");
    let taken = take_from_bytes::<Narrowed>(&bytes);
    println!("  room as u8, take_from_bytes: {taken:?}");
    let longer = from_bytes::<Longer>(&bytes);
    println!("  one more field with a default: {longer:?}");
    let as_described = narrowed == Ok(Narrowed { room: 172, person: 2 })
        && taken.is_ok_and(|(_, rest)| rest == [7])
        && longer.is_err();
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "postcard 1.2.0: a record of another shape is read without an error."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
