#!/usr/bin/env bash
# argh takes the bare word `help` for `--help`, in the place of any positional argument.
#
# Surprise: `chat pizza help` prints the usage and succeeds; the program never sees a word.
#   As the value of an option the same word is a value: `--port help` is read as a port.
#   And an option's name is a value too: `--port --verbose` takes `--verbose` for the port.
# Why it matters: a room, a file or a person called help can't be given, and the exit code says all is well.
# Instead: set `#[argh(help_triggers("-h", "--help"))]`. Users can write `-- help`.
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
argh = "=0.1.19"
TOML
cat >"$work/src/main.rs" <<'RUST'
use argh::FromArgs;

/// Joins rooms.
#[derive(FromArgs)]
struct Plain {
    /// where it listens
    #[argh(option)]
    port: Option<String>,
    /// rooms to join
    #[argh(positional)]
    rooms: Vec<String>,
}

/// Joins rooms.
#[derive(FromArgs)]
#[argh(help_triggers("-h", "--help"))]
struct Named {
    /// rooms to join
    #[argh(positional)]
    rooms: Vec<String>,
}

fn plain(words: &[&str]) -> String {
    let read = match Plain::from_args(&["chat"], words) {
        Ok(Plain { port, rooms }) => format!("port {port:?}, rooms {rooms:?}"),
        Err(exit) if exit.status.is_ok() => "the usage, and success".to_string(),
        Err(_) => "an error".to_string(),
    };
    println!("  chat {}: {read}", words.join(" "));
    read
}

fn main() -> std::process::ExitCode {
    let as_described = plain(&["pizza", "chess"]) == r#"port None, rooms ["pizza", "chess"]"#
        && plain(&["pizza", "help"]) == "the usage, and success"
        && plain(&["--", "pizza", "help"]) == r#"port None, rooms ["pizza", "help"]"#
        && plain(&["--port", "help"]) == r#"port Some("help"), rooms []"#
        && plain(&["--port", "--verbose"]) == r#"port Some("--verbose"), rooms []"#;
    let named = Named::from_args(&["chat"], &["pizza", "help"]).map(|args| args.rooms);
    println!("  with help_triggers, chat pizza help: rooms {:?}", named.as_ref().ok());
    let as_described = as_described && named.is_ok_and(|rooms| rooms == ["pizza", "help"]);
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "argh 0.1.19: the word help among the positional arguments prints the usage."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
