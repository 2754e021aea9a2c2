#!/usr/bin/env bash
# The Rust crate shlex takes `#room` for a comment and drops the rest of the line.
#
# Surprise: `shlex::split("/join #room now")` gives one word, `/join`, and no error.
#   Python's function of the same name keeps all three, since comments are off there by default.
#   The crate shell-words, made for the same job, cuts `#room` out as well, so a change of crate is no cure.
# Why it matters: a chat names its rooms with `#`. Split a command with shlex, and the room is gone in silence.
# Instead: split such lines by white space. Use a shell's grammar only for what a shell would read.
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
shlex = "=2.0.1"
shell-words = "=1.1.1"
TOML
cat >"$work/src/main.rs" <<'RUST'
fn main() -> std::process::ExitCode {
    let line = "/join #room now";
    let shlex = shlex::split(line);
    let words = shell_words::split(line);
    println!("{line:?}\n  shlex:       {shlex:?}\n  shell-words: {words:?}");
    println!("  inside a word {:?}", shlex::split("/join a#room now"));
    let lost = shlex == Some(vec!["/join".to_string()]);
    if lost { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target"
timeout 300 cargo build --quiet || exit 2
python3 -c 'import shlex; print("Python shlex:", shlex.split("/join #room now"))'
echo "shlex 2.0.1, shell-words 1.1.1: everything from a word that begins with # is dropped, without an error."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
