#!/usr/bin/env bash
# humantime reads `5M` as five months, of 30.44 days each; jiff refuses it.
#
# Surprise: `5m` is five minutes, `5M` is 152 days. Both are accepted without a word.
#   A month is 2,630,016 seconds, so "1 month" from now is not the same day of the next month.
# Why it matters: a person who types `/ban Bob 5M`, or `TIMEOUT=5M`, gets 43,834 times what was meant.
# Instead: lower the case before parsing, or refuse units of more than a week.
#   Say the end as a date in the answer, so that people see what was understood.
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
humantime = "=2.4.0"
jiff = { version = "=1.0.2", default-features = false, features = ["std"] }
TOML
cat >"$work/src/main.rs" <<'RUST'
fn main() -> std::process::ExitCode {
    let mut seconds = Vec::new();
    for text in ["5m", "5M", "5H", "5S", "5D"] {
        let human = humantime::parse_duration(text);
        let jiff = text.parse::<jiff::SignedDuration>();
        let shown = |text: Option<String>| text.unwrap_or_else(|| "refused".into());
        println!("  {text}: humantime {}, jiff {}",
            shown(human.as_ref().ok().map(|d| format!("{} s", d.as_secs()))),
            shown(jiff.as_ref().ok().map(|d| format!("{} s", d.as_secs()))));
        seconds.push((human.ok().map(|d| d.as_secs()), jiff.is_ok()));
    }
    let as_described = seconds[0] == (Some(300), true) && seconds[1].0.is_some_and(|s| s > 150 * 86_400) && !seconds[1].1;
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "humantime 2.4.0, jiff 1.0.2: a capital M is months to one, an error to the other."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
