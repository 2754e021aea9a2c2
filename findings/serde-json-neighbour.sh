#!/usr/bin/env bash
# What serde_json writes depends on which other programs are built in the same cargo command.
#
# Surprise: the order of keys in a `Value` is alphabetical, unless the feature `preserve_order` is on.
#   Cargo joins the features that all packages of one build ask for.
#   So `cargo build` of the whole workspace gives another program than `cargo build -p` of the one.
# Why it matters: a digest or a signature over JSON differs between the developer's build and the release.
#   No line of the program or of its Cargo.toml has changed.
# Instead: write from structs where bytes matter, or sort the keys yourself. Build releases as tests are built.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{chat,tool}/src
cat >"$work/Cargo.toml" <<'TOML'
[workspace]
members = ["chat", "tool"]
resolver = "3"
TOML
cat >"$work/chat/Cargo.toml" <<'TOML'
[package]
name = "chat"
version = "0.0.0"
edition = "2021"

[dependencies]
serde_json = "=1.0.154"
TOML
cat >"$work/tool/Cargo.toml" <<'TOML'
[package]
name = "tool"
version = "0.0.0"
edition = "2021"

[dependencies]
serde_json = { version = "=1.0.154", features = ["preserve_order"] }
TOML
echo 'fn main() { print!("{}", serde_json::json!({ "text": "hi", "from": "Ann" })); }' >"$work/chat/src/main.rs"
echo 'fn main() {}' >"$work/tool/src/main.rs"
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet -p chat || exit 2
alone=$(timeout 20 target/debug/chat)
timeout 400 cargo build --quiet || exit 2
together=$(timeout 20 target/debug/chat)
echo "serde_json 1.0.154, $(cargo --version | cut -d' ' -f1,2): the same program, writing the same Value"
echo "  cargo build -p chat: $alone"
echo "  cargo build:         $together"
if [[ $alone == '{"from":"Ann","text":"hi"}' && $together == '{"text":"hi","from":"Ann"}' ]]; then
  echo "As described."
else
  echo "Changed."
  exit 1
fi
