#!/usr/bin/env bash
# An insta snapshot can't tell CR LF from LF, nor how many line ends a text has at its end.
#
# Surprise: `assert_snapshot!` makes both sides alike before it compares them.
#   A text with CR LF passes against a snapshot with LF. A missing last line end passes too.
# Why it matters: a transcript test of a line protocol stays green while the line ends are wrong.
# Instead: snapshot the escaped form (`{:?}` or `escape_debug`), or compare bytes with `assert_eq!`.
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
insta = { version = "=1.49.0", default-features = false }
TOML
cat >"$work/src/main.rs" <<'RUST'
use std::panic::catch_unwind;

fn passes(text: &'static str) -> bool {
    catch_unwind(|| {
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @"
            joined
            left
            ")
        }
    })
    .is_ok()
}

fn main() -> std::process::ExitCode {
    std::panic::set_hook(Box::new(|_| ()));
    let right = "joined\nleft\n";
    println!("the snapshot is {right:?}; what passes against it:");
    let same = ["joined\r\nleft\r\n", "joined\r\nleft\n", "joined\nleft", "joined\nleft\n\n\n"];
    let other = ["joined left\n", "joined\n\nleft\n", "joined\rleft\n"];
    let mut as_described = passes(right);
    for text in same {
        let pass = passes(text);
        println!("  {text:?}: {pass}");
        as_described &= pass;
    }
    for text in other {
        let pass = passes(text);
        println!("  {text:?}: {pass}");
        as_described &= !pass;
    }
    // What to do instead: the escaped form shows the difference.
    as_described &= format!("{right:?}") != format!("{:?}", same[0]);
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" INSTA_UPDATE=no INSTA_FORCE_PASS=0 INSTA_OUTPUT=none
timeout 300 cargo build --quiet || exit 2
echo "insta 1.49.0: CR LF equals LF, and line ends at the end of the text do not count."
if timeout 20 target/debug/finding 2>/dev/null; then echo "As described."; else echo "Changed."; exit 1; fi
