#!/usr/bin/env bash
# tungstenite's `read` hands out a Ping before its Pong is written, and a Close before its answer.
#
# Surprise: "pings are answered by themselves" holds for the next call only, of read, write or flush.
#   The read that returns the Ping has written nothing. A Close is the same.
# Why it matters: a program that sees the Close and drops the socket has never answered it.
#   One that works on a message for a while looks dead to a peer that waits for its Pong.
# Instead: call `flush` after each Ping, and read on after a Close until an error says that it is over.
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
tungstenite = { version = "=0.30.0", default-features = false }
TOML
cat >"$work/src/main.rs" <<'RUST'
use std::cell::RefCell;
use std::io::{Cursor, Error, ErrorKind, Read, Result, Write};
use std::rc::Rc;
use tungstenite::protocol::Role;
use tungstenite::WebSocket;

/// A peer that has sent some bytes, and counts what is written to it.
struct Peer(Cursor<Vec<u8>>, Rc<RefCell<usize>>);

impl Read for Peer {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        match self.0.read(into)? {
            0 => Err(Error::from(ErrorKind::WouldBlock)),
            count => Ok(count),
        }
    }
}

impl Write for Peer {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        *self.1.borrow_mut() += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Bytes written when `read` has returned the frame, and after a flush.
fn answer(name: &str, frame: &[u8]) -> (usize, usize) {
    let written = Rc::new(RefCell::new(0));
    let mut socket = WebSocket::from_raw_socket(Peer(Cursor::new(frame.to_vec()), written.clone()), Role::Client, None);
    let message = socket.read();
    let at_once = *written.borrow();
    let flushed = socket.flush();
    let later = *written.borrow();
    println!("  {name}: read gives {message:?}; {at_once} bytes are written then, {later} after flush ({flushed:?})");
    (at_once, later)
}

fn main() -> std::process::ExitCode {
    let ping = answer("a ping", b"\x89\x01p");
    let close = answer("a close", b"\x88\x02\x03\xe8");
    let as_described = ping == (0, 7) && close == (0, 8);
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "tungstenite 0.30.0: the answer is written by the next call, not by the read."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
