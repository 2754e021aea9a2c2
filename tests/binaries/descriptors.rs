//! How many descriptors a server may have: as many as whoever runs it allows.

use std::fs;
use std::process::{Command, Stdio};

use chinwag_tests::{Adapter, Program};

use crate::{assert_talk, stop};

/// What shells, and service managers, set: too little for a crowd, though more is allowed.
const SOFT: u64 = 256;
const HARD: u64 = 512;

#[test]
fn the_limit_of_descriptors_is_raised_as_far_as_it_may_be() {
    for adapter in Adapter::ALL {
        let server = Program::command(adapter);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -Sn {SOFT} && ulimit -Hn {HARD} && exec \"$0\" \"$@\"")]);
        shell.arg(server.get_program()).args(server.get_args()).args(["--port", "0"]);
        shell.env_remove("RUST_LOG").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let server = Program::spawn(adapter, &mut shell);
        let addr = server.read_ready();
        let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("it runs, on Linux");
        let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("it is one of them");
        let numbers: Vec<_> = files.split_whitespace().take(2).map(str::parse).collect();
        assert_eq!(numbers, [Ok(HARD), Ok(HARD)], "{limits}");
        assert_talk(addr);
        stop(server);
    }
}
