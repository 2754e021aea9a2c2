//! Commands and what people are told: who adds one is told by name where it has to be known, too.

use std::fs;

use chinwag_core::COMMANDS;

use crate::source::{Source, assert_none, files, root};

/// The one place outside of the core that says the help byte for byte, so that a change of it is seen.
const HELP: &str = "tests/src/sim/help.rs";

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A kind that no page is sent: it is the answer to what comes to the line listener and is no chat.
const UNSENT: &str = "wrong-door";

/// The commands as they are typed, with what they take, and what they do.
fn usages() -> Vec<(String, &'static str)> {
    COMMANDS.iter().map(|usage| (usage.to_string(), usage.what)).collect()
}

#[test]
fn the_readme_has_every_command() {
    let readme = text("README.md");
    let lacks = |(typed, what): &(String, &str)| !readme.contains(&format!("| `{typed}` | {what} |"));
    let missing: Vec<_> = usages().into_iter().filter(lacks).map(|(typed, _)| typed).collect();
    assert_none("README.md lacks a command", &missing);
}

/// Those of `sources` that say most of the help.
fn copies(sources: &[Source]) -> Vec<String> {
    let is_copy = |source: &&Source| {
        let said = usages().iter().filter(|(typed, what)| source.text.contains(&format!("{typed} - {what}"))).count();
        2 * said > COMMANDS.len()
    };
    sources.iter().filter(is_copy).map(|source| source.path.clone()).collect()
}

#[test]
fn the_help_is_written_once() {
    let mut copies = copies(&files("rs"));
    copies.retain(|path| path != HELP);
    assert_none("the help is made of the table of commands, and this is a copy", &copies);
}

#[test]
fn a_copy_of_the_help_is_found() {
    let lines: Vec<_> = usages().into_iter().map(|(typed, what)| format!("\"  {typed} - {what}\",\n")).collect();
    let source = |text: String| Source { path: "a.rs".into(), text };
    assert_eq!(copies(&[source(lines.concat()), source(lines[..2].concat())]), ["a.rs"]);
    assert!(text(HELP).contains(lines[0].trim().trim_matches(['"', ','])), "there is no second place any more");
}

/// What `text` has between these words and the next quote, wherever.
fn quoted<'a>(text: &'a str, before: &str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split('"').next())
}

#[test]
fn the_page_knows_every_kind_of_message() {
    let encoders: String = ["encode.rs", "moderated.rs", "lists.rs", "run.rs", "json.rs"]
        .map(|file| text(&format!("core/src/wire/web/{file}")))
        .concat();
    let kinds: Vec<_> = ["Object::begin(out, \"", "encode_rule(out, \"", "encode_commands(\"", "{\"kind\":\""]
        .iter()
        .flat_map(|before| quoted(&encoders, before))
        .filter(|kind| kind.chars().all(|char| char.is_ascii_lowercase() || char == '-') && !kind.is_empty())
        .collect();
    for kind in ["said", "help", "bad-room", "stopping"] {
        assert!(kinds.contains(&kind), "{kind} is not found among {kinds:?}");
    }
    let page = text("web/chat.js");
    let handlers = page.split_once("#on = {").and_then(|(_, rest)| rest.split_once("\n  };")).expect("it has them").0;
    let answers = text("web/answers.js");
    let answers =
        answers.split_once("ANSWERS = {").and_then(|(_, rest)| rest.split_once("\n};")).expect("it has them").0;
    let answers = answers.replace("\n  ", "\n    ");
    let is_unknown = |kind: &&&str| {
        let handler = [format!("\n    {kind}: "), format!("\n    '{kind}': ")];
        **kind != UNSENT && !handler.iter().any(|handler| handlers.contains(handler) || answers.contains(handler))
    };
    let unknown: Vec<_> = kinds.iter().filter(is_unknown).map(|kind| (*kind).to_owned()).collect();
    assert_none("web/chat.js does not know a kind of message", &unknown);
}
