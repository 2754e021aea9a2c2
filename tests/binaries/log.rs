//! What the log holds, where it goes, and what never stands in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use chinwag_tests::{Adapter, Person, Program};

use crate::{assert_one_line, stop};

/// A folder of its own for a test, which is gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("cargo made the folder above");
        Self(folder)
    }

    /// Returns the names and contents of all files in a folder below.
    fn read(&self, below: &str) -> Vec<(String, String)> {
        let files = fs::read_dir(self.0.join(below)).expect("the folder is there");
        let read = |file: fs::DirEntry| {
            let text = fs::read_to_string(file.path()).expect("the log is text");
            (file.file_name().into_string().expect("its name is text"), text)
        };
        files.map(|file| read(file.expect("the folder can be read"))).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Starts a server that logs what `asked` says, lets `people` come, and returns its log.
fn log(adapter: Adapter, asked: impl AsRef<OsStr>, people: impl FnOnce(Vec<Person>)) -> String {
    let server = Program::spawn(adapter, Program::command(adapter).args(["-p", "0"]).env("RUST_LOG", asked));
    let addr = server.read_ready();
    people((0..2).map(|_| Person::come(addr)).collect());
    stop(server)
}

#[test]
fn a_folder_for_logs_gets_a_file_a_day_with_all_that_is_logged() {
    let folder = Folder::new("daily");
    for adapter in Adapter::ALL {
        let below = format!("{}/not/yet/there", adapter.program());
        let (server, _) = Program::start(adapter, [OsStr::new("--log-dir"), folder.0.join(&below).as_os_str()]);
        let err = stop(server);
        let (name, text) = folder.read(&below).pop().expect("there is a log");
        let date = name.strip_prefix(adapter.program()).and_then(|rest| rest.strip_suffix(".log"));
        let date = date.expect("the file is named after the server");
        assert!(date.len() == ".2026-01-31".len() && date.chars().all(|c| ".-0123456789".contains(c)), "{name}");
        assert!(err.contains("serving") && err.contains("stopped"), "{err}");
        let lines = |log: &str| log.lines().filter_map(|line| Some(line.split_once("INFO")?.1.to_owned())).collect();
        let (in_file, on_screen): (Vec<_>, Vec<_>) = (lines(&text), lines(&err));
        assert_eq!(in_file, on_screen);
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let folder = Folder::new("unusable");
    let file = folder.0.join("file");
    fs::write(&file, "no folder").expect("the folder is there");
    for adapter in Adapter::ALL {
        for dir in [file.clone(), file.join("below"), PathBuf::new()] {
            let flags = [OsStr::new("--port"), OsStr::new("0"), OsStr::new("--log-dir"), dir.as_os_str()];
            let ended = Program::run(adapter, flags);
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
            assert_one_line(adapter, &ended.err, &["--log-dir", dir.to_str().expect("its name is text")]);
        }
    }
}

#[test]
fn rust_log_sets_what_is_logged() {
    for adapter in Adapter::ALL {
        assert_eq!(log(adapter, "off", drop), "");
        let as_default = log(adapter, "", drop);
        assert!(as_default.contains("serving") && !as_default.contains("opened"), "{as_default}");
        let debug = log(adapter, "debug", drop);
        assert!(debug.contains("serving") && debug.contains("opened"), "{debug}");
    }
}

#[test]
fn a_rust_log_that_cannot_be_understood_is_named() {
    for adapter in Adapter::ALL {
        for asked in ["=x=", "info,chinwag=loud", "chinwag[", "\u{1b}[31m="] {
            let mut command = Program::command(adapter);
            let ended = Program::spawn(adapter, command.args(["--port", "0"]).env("RUST_LOG", asked)).join();
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{asked}");
            assert_one_line(adapter, &ended.err, &["RUST_LOG"]);
        }
    }
}

#[test]
fn a_log_that_is_no_terminal_has_no_colours() {
    let folder = Folder::new("colours");
    for adapter in Adapter::ALL {
        let (below, mut command) = (adapter.program(), Program::command(adapter));
        command.args(["--port", "0"]).arg("--log-dir").arg(folder.0.join(below));
        let server = Program::spawn(adapter, command.env("RUST_LOG", "debug").env("CLICOLOR_FORCE", "1"));
        drop(Person::come(server.read_ready()));
        let err = stop(server);
        for text in [err, folder.read(below).remove(0).1] {
            assert!(text.contains("opened"), "{text}");
            assert!(!text.contains('\u{1b}'), "{text:?}");
        }
    }
}

#[test]
fn what_people_say_is_never_logged() {
    const SECRET: &str = "xyzzy";
    let folder = Folder::new("secret");
    for adapter in Adapter::ALL {
        let (below, mut command) = (adapter.program(), Program::command(adapter));
        command.args(["--port", "0"]).arg("--log-dir").arg(folder.0.join(below));
        let server = Program::spawn(adapter, command.env("RUST_LOG", "debug"));
        let addr = server.read_ready();
        let (mut ann, mut bob) = (Person::come(addr), Person::come(addr));
        for line in [
            SECRET,
            &format!("//{SECRET}"),
            &format!("/{SECRET} {SECRET}"),
            &format!("/name {SECRET} {SECRET}!"),
            &format!("/join {SECRET} {SECRET}!"),
            &SECRET.repeat(100),
            &SECRET.repeat(1000),
            &format!("half a line {SECRET}\r"),
        ] {
            ann.type_line(line);
        }
        ann.type_line("end");
        bob.read_up_to(&format!("{}: end", ann.name()));
        let err = stop(server);
        for text in [err, folder.read(below).remove(0).1] {
            assert!(text.contains("opened"), "{text}");
            assert!(!text.contains(SECRET), "{text}");
        }
    }
}
