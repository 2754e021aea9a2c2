//! Servers start no other program: what a service manager has put into their environment, such as where it is told how
//! they are, is for them alone.

use crate::rust::code;
use crate::source::{assert_none, files};

/// What is in a server.
const SERVERS: [&str; 6] =
    ["core/src/", "log/src/", "io/src/", "launch/src/", "runtime-smol/src/", "runtime-tokio/src/"];

/// What starts a program, in the standard library and in the runtimes.
const STARTS: [&str; 4] = ["Command::new", "process::Command", "smol::process", "tokio::process"];

fn starts(text: &str) -> Vec<String> {
    code(text).lines().filter(|line| STARTS.iter().any(|word| line.contains(word))).map(str::to_owned).collect()
}

#[test]
fn a_server_starts_no_program() {
    let is_server = |path: &str| SERVERS.iter().any(|folder| path.starts_with(folder));
    let all = files("rs").into_iter().filter(|source| is_server(&source.path));
    let broken: Vec<_> = all
        .flat_map(|source| starts(&source.text).into_iter().map(move |line| format!("{}: {line}", source.path)))
        .collect();
    assert_none("a server starts no program, which would have its environment", &broken);
}

#[test]
fn what_starts_a_program_is_found() {
    let text = "use std::process::Command;\n// Command::new\nfn f() {\n    Command::new(\"x\");\n}\n";
    assert_eq!(starts(text).len(), 2);
    assert_eq!(starts("use std::process::ExitCode;\nenum Command { New }\n"), [""; 0]);
}
