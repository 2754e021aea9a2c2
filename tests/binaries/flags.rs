//! What the command line takes, and what is said of a mistake.

use chinwag_tests::{Adapter, Ended, Program};

use crate::{assert_one_line, assert_talk, stop};

const FLAGS: [&str; 29] = [
    "--ip",
    "--port",
    "--web",
    "--irc",
    "--listen",
    "--server-name",
    "--web-origin",
    "--proxy-from",
    "--threads",
    "--flood-rate",
    "--max-line",
    "--queue-bytes",
    "--room-quiet",
    "--history-on-join",
    "--max-connections",
    "--max-per-ip",
    "--connect-rate",
    "--dead-after",
    "--drain",
    "--record",
    "--record-bytes",
    "--shadow",
    "--log-dir",
    "--log-format",
    "--config",
    "--check-config",
    "--print-config",
    "--version",
    "--help",
];

#[test]
fn the_version_is_one_line_on_standard_output() {
    for adapter in Adapter::ALL {
        let out = format!("{} {}\n", adapter.program(), env!("CARGO_PKG_VERSION"));
        assert_eq!(Program::run(adapter, ["--version"]), Ended { code: Some(0), out, err: String::new() });
    }
}

#[test]
fn help_names_every_flag_on_standard_output() {
    for adapter in Adapter::ALL {
        for flag in ["--help", "-h"] {
            let Ended { code, out, err } = Program::run(adapter, [flag]);
            assert_eq!((code, err.as_str()), (Some(0), ""));
            assert!(out.starts_with(&format!("Usage: {}", adapter.program())), "{out}");
            let names = |flag| out.lines().any(|line| line.split([' ', ',']).any(|word| word == flag));
            assert!(FLAGS.into_iter().chain(["-i", "-p", "-h"]).all(names), "{out}");
        }
    }
}

/// The rows of a table in `docs/operating.md`, cell by cell, without its head.
fn operating(heading: &str) -> Vec<Vec<String>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md");
    let text = std::fs::read_to_string(path).expect("the reference is there");
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).expect("it has such a section");
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn the_reference_has_each_flag_with_its_range_and_its_default() {
    let adapter = Adapter::ALL[0];
    let help = Program::run(adapter, ["--help"]).out;
    let words: Vec<_> = help.split_whitespace().collect();
    let help = words.join(" ");
    let rows = operating("Flags");
    let documented: Vec<_> =
        rows.iter().flat_map(|row| row[0].split(", ")).map(|flag| flag.trim_matches('`')).collect();
    let has = |flag: &&str| flag.starts_with("--") && !documented.contains(&flag.trim_end_matches(']'));
    assert_eq!(words.iter().copied().find(has), None, "a flag without a row");
    for row in &rows {
        let [flag, _, range, default] = row.as_slice() else { panic!("{row:?} has not four cells") };
        let flag = flag.split(',').next().expect("a split has a part").trim_matches('`');
        assert!(words.contains(&flag), "{flag} is none of {help}");
        if !range.is_empty() {
            let Ended { err, .. } = Program::run(adapter, [flag, "x"]);
            assert!(err.contains(range.as_str()), "{flag} does not take {range}: {err}");
        }
        if default.starts_with(|c: char| c.is_ascii_digit()) {
            let about = help.split_once(&format!(" {flag} ")).expect("the flag is there").1;
            let about = about.split(" --").next().expect("a split has a part");
            assert!(about.contains(&format!("default {default}")), "{flag} is not {default}: {about}");
        }
    }
}

#[test]
fn the_reference_has_each_key_that_can_change_while_a_server_runs() {
    let printed = Program::run(Adapter::ALL[0], ["--print-config"]).out;
    let paragraphs = printed.split("\n\n").filter(|about| {
        let about: Vec<_> = about.split_whitespace().filter(|&word| word != "#").collect();
        about.join(" ").contains("can change while the server runs")
    });
    let key =
        |about: &str| about.trim_end().rsplit('#').next().and_then(|line| Some(line.split_once(' ')?.0.to_owned()));
    let mut printed: Vec<_> = paragraphs.filter_map(key).collect();
    let rows = operating("Configuration file");
    let mut documented: Vec<_> =
        rows.iter().flat_map(|row| row[0].split(", ")).map(|key| key.trim_matches('`').to_owned()).collect();
    printed.sort_unstable();
    documented.sort_unstable();
    assert_eq!(documented, printed);
}

#[test]
fn a_mistake_is_one_line_that_names_the_flag_and_what_it_takes() {
    let cases: [(&[&str], &[&str]); 34] = [
        (&["--ip", "chat.example"], &["--ip", "chat.example", "IPv4 or IPv6 address", "localhost"]),
        (&["-i", "1.2.3"], &["-i", "IPv4 or IPv6 address"]),
        (&["--ip", "127.0.0.1:80"], &["--ip", "IPv4 or IPv6 address"]),
        (&["--ip="], &["--ip", "IPv4 or IPv6 address"]),
        (&["--port", "65536"], &["--port", "65536", "0 to 65535"]),
        (&["-p", "-1"], &["-p", "0 to 65535"]),
        (&["--port", "http"], &["--port", "0 to 65535"]),
        (&["--port", "1\n2"], &["--port", "0 to 65535"]),
        (&["--threads", "0"], &["--threads", "1 to 1024"]),
        (&["--threads", "1025"], &["--threads", "1 to 1024"]),
        (&["--flood-rate", "-1"], &["--flood-rate", "lines per second", "0 to 1000000"]),
        (&["--flood-rate", "1000001"], &["--flood-rate", "lines per second", "0 to 1000000"]),
        (&["--max-line", "37"], &["--max-line", "characters", "38 to 4096"]),
        (&["--max-line", "4097"], &["--max-line", "characters", "38 to 4096"]),
        (&["--room-quiet", "many"], &["--room-quiet", "whole number of members"]),
        (&["--room-quiet", "4294967296"], &["--room-quiet", "0 to 4294967295"]),
        (&["--history-on-join", "101"], &["--history-on-join", "0 to 100"]),
        (&["--web-origin", "chat.example"], &["--web-origin", "an origin, like https://chat.example"]),
        (&["--max-connections", "0"], &["--max-connections", "whole number of connections", "1 to 4294967295"]),
        (&["--max-connections", "many"], &["--max-connections", "1 to 4294967295"]),
        (&["--max-per-ip", "-1"], &["--max-per-ip", "whole number of connections", "0 to 4294967295"]),
        (&["--connect-rate", "1000001"], &["--connect-rate", "connections per second", "0 to 1000000"]),
        (&["--dead-after", "2"], &["--dead-after", "whole number of seconds", "3 to 86400"]),
        (&["--dead-after", "86401"], &["--dead-after", "3 to 86400"]),
        (&["--drain", "1.5"], &["--drain", "whole number of seconds", "0 to 3600"]),
        (&["--drain", "3601"], &["--drain", "whole number of seconds", "0 to 3600"]),
        (&["--port"], &["--port", "No value"]),
        (&["--log-dir"], &["--log-dir", "No value"]),
        (&["--port", "1", "--port", "http"], &["--port", "http", "0 to 65535"]),
        (&["--version=yes"], &["yes", "Unrecognized"]),
        (&["--colour"], &["--colour", "Unrecognized"]),
        (&["-x"], &["-x", "Unrecognized"]),
        (&["help"], &["help", "Unrecognized"]),
        (&["--version", "--drain", "x"], &["--drain", "whole number of seconds"]),
    ];
    for adapter in Adapter::ALL {
        for (flags, words) in cases {
            let Ended { code, out, err } = Program::run(adapter, flags);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{flags:?}");
            assert_one_line(adapter, &err, words);
        }
    }
}

#[test]
fn of_a_flag_that_is_given_again_the_last_holds() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, ["-p1", "--ip=192.0.2.1", "--port=0", "-ilocalhost"]);
        assert_talk(addr);
        stop(server);
    }
}

#[cfg(unix)]
#[test]
fn a_flag_that_is_not_text_is_a_mistake_too() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    for adapter in Adapter::ALL {
        let Ended { code, out, err } = Program::run(adapter, [OsStr::from_bytes(b"--ip=\xff")]);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert_one_line(adapter, &err, &["UTF-8"]);
    }
}
