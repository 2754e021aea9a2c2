#!/usr/bin/env bash
# ratatui draws no tab and no line end of a Line, yet counts the tab as a column.
#
# Surprise: `Line::from("one\ntwo")` shows `onetwo`: the line end goes, nothing takes its place.
#   A tab goes too, so `a<TAB>b` shows `ab`. But `width()` says 3 where two columns are drawn.
# Why it matters: pasted code loses its indentation, and words that a tab parted become one.
#   Wrapping, alignment and the cursor, all computed with `width()`, are off by one for each tab.
# Instead: expand tabs and split at line ends before text goes into a Span or a Line.
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
ratatui-core = "=0.1.2"
TOML
cat >"$work/src/main.rs" <<'RUST'
use ratatui_core::{buffer::Buffer, layout::Rect, text::Line, widgets::Widget};

/// The width that the line says it has, and what is drawn of it.
fn draw(text: &str) -> (usize, String) {
    let line = Line::from(text.to_string());
    let width = line.width();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
    line.render(buffer.area, &mut buffer);
    let drawn: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
    println!("  {text:?}: width() {width}, drawn {:?}", drawn.trim_end());
    (width, drawn.trim_end().to_string())
}

fn main() -> std::process::ExitCode {
    let as_described = draw("one\ntwo") == (6, "onetwo".into())
        && draw("a\tb") == (3, "ab".into())
        && draw("\t\tx") == (3, "x".into());
    if as_described { Default::default() } else { std::process::ExitCode::FAILURE }
}
RUST
cd "$work"
export CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_DEV_DEBUG=0
timeout 400 cargo build --quiet || exit 2
echo "ratatui-core 0.1.2: tabs and line ends are not drawn; a tab still counts in width()."
if timeout 20 target/debug/finding; then echo "As described."; else echo "Changed."; exit 1; fi
