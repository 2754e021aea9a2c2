//! Manual pages and completions: they tell of all flags that the help tells of, and those who read them understand
//! them.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::process::Command;

use chinwag_tests::{Adapter, Program};

use crate::{Folder, root, run};

const KINDS: [&str; 4] = ["man", "bash", "zsh", "fish"];

/// The commands of the client.
const COMMANDS: &[&[&str]] = &[
    &["backup"],
    &["bots"],
    &["chat"],
    &["history", "delete"],
    &["history", "export"],
    &["history", "import"],
    &["load"],
];

/// All programs, each as its name and the words that run it.
fn programs() -> Vec<(&'static str, Vec<OsString>)> {
    let server = |adapter| vec![Program::command(adapter).get_program().to_owned()];
    let client = ["run", "--quiet", "--offline", "--package", "chinwag-client", "--"].map(OsString::from);
    let client = [env!("CARGO").into()].into_iter().chain(client).collect();
    let servers = Adapter::ALL.iter().map(|&adapter| (adapter.program(), server(adapter)));
    servers.chain([("chinwag", client)]).collect()
}

fn ask(program: &[OsString], args: &[&str]) -> String {
    run(Command::new(&program[0]).args(&program[1..]).args(args).current_dir(root()))
}

/// The flags that a help tells of, with their dashes.
fn flags(help: &str) -> BTreeSet<&str> {
    help.split(|c: char| c.is_whitespace() || "[],".contains(c)).filter(|word| word.starts_with("--")).collect()
}

#[test]
fn each_flag_of_the_help_stands_in_the_manual_and_in_all_completions() {
    for (name, program) in programs() {
        let commands: &[&[&str]] = if name == "chinwag" { COMMANDS } else { &[] };
        let mut helps: Vec<_> =
            commands.iter().map(|command| ask(&program, &[command, &["--help"][..]].concat())).collect();
        if commands.is_empty() {
            helps.push(ask(&program, &["--help"]));
        }
        for kind in KINDS {
            let text = ask(&program, &["--generate", kind]);
            for flag in helps.iter().flat_map(|help| flags(help)) {
                let written = match kind {
                    "man" => flag.replace('-', "\\-"),
                    "fish" => format!(" -l {}", flag.trim_start_matches('-')),
                    _ => flag.to_owned(),
                };
                assert!(text.contains(&written), "{name}: {flag} is missing for {kind}: {text}");
            }
        }
    }
}

#[test]
fn man_finds_nothing_wrong_with_the_manual() {
    let folder = Folder::new("man");
    for (name, program) in programs() {
        let path = folder.0.join(format!("{name}.1"));
        fs::write(&path, ask(&program, &["--generate", "man"])).expect("there is room");
        let lint = Command::new("mandoc").args(["-Tlint", "-W", "warning"]).arg(&path).output();
        let lint = String::from_utf8(lint.expect("these tests need mandoc").stdout).expect("it says text");
        // It is the same whenever it is made.
        let wrong: Vec<_> = lint.lines().filter(|line| !line.contains("missing date")).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        let shown = run(Command::new("mandoc").args(["-Thtml"]).arg(&path));
        assert!(shown.contains(&format!("{}(1)", name.to_uppercase())) && shown.contains("EXIT_STATUS"), "{shown}");
    }
}

#[test]
fn shells_complete_flags_and_commands() {
    let folder = Folder::new("completions");
    for (name, program) in programs() {
        let [bash, zsh, fish] = ["bash", "zsh", "fish"].map(|shell| {
            let path = folder.0.join(format!("{name}.{shell}"));
            fs::write(&path, ask(&program, &["--generate", shell])).expect("there is room");
            path
        });
        let typed = if name == "chinwag" { format!("{name} load --win") } else { format!("{name} --thr") };
        let expected = if name == "chinwag" { "--window" } else { "--threads" };
        let script = format!(
            "source \"$0\"; COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _{}; echo \"${{COMPREPLY[@]}}\"",
            name.replace('-', "_")
        );
        assert_eq!(run(Command::new("bash").args(["--norc", "-c", &script]).arg(&bash)).trim(), expected);
        let script = format!("source $argv[1]; complete --do-complete '{typed}'");
        let offered = run(Command::new("fish").args(["--no-config", "-c", &script]).arg(&fish).env("HOME", &folder.0));
        assert!(offered.starts_with(expected), "{offered}");
        run(Command::new("zsh").args(["-f", "-n"]).arg(&zsh));
        if name == "chinwag" {
            for (typed, expected) in [
                ("chinwag ''", "account backup ban bots chat cluster history invite load replay"),
                ("chinwag history ''", "delete export import"),
            ] {
                let script = format!(
                    "source \"$0\"; COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _chinwag; \
                     echo \"${{COMPREPLY[@]}}\""
                );
                assert_eq!(run(Command::new("bash").args(["--norc", "-c", &script]).arg(&bash)).trim(), expected);
            }
        }
    }
}
