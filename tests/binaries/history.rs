//! What a server with a folder for it knows of what was said before it was started.

use std::ffi::OsStr;

use chinwag_tests::{Adapter, Ended, Person, Program};
use rustix::process::Signal;

use crate::assert_one_line;
use crate::log::Folder;

/// Stops a server, which has told more than where it listens.
fn end(server: Program) {
    server.signal(Signal::TERM);
    assert_eq!(server.join().code, Some(0));
}

#[test]
fn what_was_said_is_known_after_a_crash_also_to_the_other_server() {
    let folder = Folder::new("history");
    let flags = [OsStr::new("--data"), folder.0.as_os_str()];
    for (number, adapter) in Adapter::ALL.into_iter().chain(Adapter::ALL).enumerate() {
        let (server, addr) = Program::start(adapter, flags);
        let mut ann = Person::come(addr);
        ann.type_line("/join pizza");
        ann.read_up_to("You joined pizza");
        if number > 0 {
            assert_eq!(ann.read_line(), format!("Topic - round {}", number - 1));
        }
        let earlier: Vec<_> = (0..3 * number).map(|_| ann.read_line()).collect();
        for (round, said) in earlier.chunks(3).enumerate() {
            let ends = [format!(": C++ in {round}"), " waves too".to_owned(), ": I went \u{1f44b}".to_owned()];
            assert!(said.iter().zip(&ends).all(|(line, end)| line.ends_with(end)), "{said:?}");
        }
        ann.type_line(&format!("C++ in {number}\n/me waves too\nI went \u{1f44b}\n/topic round {number}"));
        ann.read_up_to(&format!("{} set the topic: round {number}", ann.name()));
        ann.type_line("/search c++\n/said pizza 2 2");
        for round in 0..=number {
            assert!(ann.read_line().ends_with(&format!(": C++ in {round}")));
        }
        assert!(ann.read_line().ends_with(" waves too"));
        // With the last who leaves, the room is gone.
        ann.type_line("/join main");
        ann.read_up_to("You joined main");
        if number % 2 == 0 {
            server.signal(Signal::KILL);
            assert_eq!(server.join().code, None);
        } else {
            end(server);
        }
    }
}

#[test]
fn two_servers_do_not_share_a_folder_and_what_is_kept_needs_one() {
    let folder = Folder::new("history-shared");
    for adapter in Adapter::ALL {
        let flags = [OsStr::new("--data"), folder.0.as_os_str()];
        let (server, _) = Program::start(adapter, flags);
        let Ended { code, err, .. } =
            Program::run(adapter, [OsStr::new("--port"), OsStr::new("0"), flags[0], flags[1]]);
        assert_eq!(code, Some(1));
        let told = err.lines().last().map(|line| format!("{line}\n")).unwrap_or_default();
        assert_one_line(adapter, &told, &["can't keep what is said", "a server has its history there"]);
        end(server);
        for flags in [&["--keep", "90d"][..], &["--keep-bytes", "2G"], &["--keep-private"]] {
            let Ended { code, err, .. } = Program::run(adapter, flags);
            assert_eq!(code, Some(2));
            assert_one_line(adapter, &err, &[flags[0], "needs --data"]);
        }
        let folder = folder.0.to_str().expect("it is text");
        let flags = ["--keep-private", "--data", folder, "--cluster", "redis://127.0.0.1:1/0"];
        let Ended { code, err, .. } = Program::run(adapter, flags);
        assert_eq!(code, Some(2));
        assert_one_line(adapter, &err, &[flags[0], "is for a server on its own"]);
        for flags in [["--keep", "0d"], ["--keep", "90"], ["--keep", "101y"], ["--keep-bytes", "1"]] {
            let Ended { code, err, .. } = Program::run(adapter, flags);
            assert_eq!(code, Some(2));
            assert_one_line(adapter, &err, &[flags[0], "it takes"]);
        }
    }
}
