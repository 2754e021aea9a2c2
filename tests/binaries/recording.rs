//! What the servers record, and what of it they tell.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use chinwag_core::log::Command as Request;
use chinwag_core::ops::{Arrival, Handed, Input};
use chinwag_core::{Config, ConnectionId, Hub, Text, Time};
use chinwag_recording::{Recorder, Until, play, segments, sent_to};
use chinwag_tests::{Adapter, Browser, Person, Program, connect, fetch};

use crate::log::Folder;
use crate::{assert_one_line, assert_talk, stop};

/// How long a shadow may take at the most: where all processors are busy with something else, it is long.
const SHADOW_DEADLINE: Duration = Duration::from_secs(300);

/// Returns the value of a metric that has one.
fn metric(web: SocketAddr, name: &str) -> u64 {
    let metrics = fetch(web, "GET /metrics HTTP/1.0\r\n\r\n");
    let line = metrics.lines().find_map(|line| line.strip_prefix(&format!("{name} ")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("there is no {name} in {metrics}")).parse().expect("it is a number")
}

/// Reads all that is in a folder.
fn bytes(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).expect("it is there").map(|file| file.expect("it can be read").path());
    files.flat_map(|file| fs::read(file).expect("it can be read")).collect()
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[test]
fn what_is_said_is_recorded_and_no_secret_is() {
    let folder = Folder::new("secrets");
    for adapter in Adapter::ALL {
        let to = folder.0.join(adapter.program());
        let flags = ["--record", to.to_str().expect("its name is text")];
        let (server, [lines, web, irc]) = Program::start_all(adapter, flags);
        let (mut ann, mut bob, cid) = (Person::come(lines), Person::come(lines), Browser::come(web));
        ann.type_line("/resume");
        let told = ann.find_line(|line| line.starts_with("You can come back with /resume "));
        let token = told.rsplit(' ').next().expect("it ends with a token").to_owned();
        bob.type_line(&format!("/resume {token}"));
        let name = ann.name().to_owned();
        bob.read_up_to(&format!("You are {name}"));
        bob.type_line("/msg NickServ identify hunter2");
        bob.read_up_to("There is nobody called NickServ");
        let mut dan = connect(irc);
        dan.write_all(b"PASS sw0rdfish\r\nNICK Dan\r\nUSER d 0 * :D\r\nPRIVMSG NickServ :identify tr0ub4dor\r\nOPER dan corr3ct\r\nPING :read\r\n")
            .expect("it takes a few lines");
        let (mut read, mut byte) = (Vec::new(), [0]);
        while !read.ends_with(b":read\r\n") {
            dan.read_exact(&mut byte).expect("it is answered");
            read.push(byte[0]);
        }
        bob.type_line("open sesame");
        bob.read_up_to(&format!("{name}: open sesame"));
        stop(server);
        let recorded = bytes(&to);
        for secret in [token.as_str(), cid.token(), "hunter2", "sw0rdfish", "tr0ub4dor", "corr3ct"] {
            assert!(!has(&recorded, secret.as_bytes()), "{adapter:?}: {secret}");
            assert!(!has(&recorded, secret.to_uppercase().as_bytes()), "{adapter:?}: {secret}");
        }
        assert!(has(&recorded, b"open sesame") && has(&recorded, b"NickServ"), "all else is");
        let (_, replay) = play(&to, Until::End, &mut ()).expect("it runs again");
        assert!(replay.hub().is_stopped());
        assert_eq!(sent_to(&to, Until::End, &name).expect("it runs again").len(), 2, "before and after");
        let mode = fs::metadata(&segments(&to).expect("it is there")[0].1).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_full_disk_is_told_and_counted_and_stops_nobody_and_recording_goes_on_by_itself() {
    let folder = Folder::new("full");
    for adapter in Adapter::ALL {
        let to = folder.0.join(adapter.program());
        let mut server = Program::web_command(adapter);
        server.args(["--port", "0", "--web", "127.0.0.1:0", "--flood-rate", "0", "--record"]).arg(&to);
        // No file may have more than 64 KiB: a write past it fails, as on a disk that is full.
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\""]);
        limited.arg(server.get_program()).args(server.get_args()).env_remove("RUST_LOG");
        limited.stdin(std::process::Stdio::null());
        limited.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let program = Program::spawn(adapter, &mut limited);
        let (lines, web) = (program.read_ready(), program.read_web_ready());
        let metric = |name: &str| metric(web, name);
        let mut ann = Person::come(lines);
        let say = |ann: &mut Person, number: usize| {
            let line = format!("{number} {}", "words ".repeat(60));
            ann.type_line(line.trim_end());
            ann.read_up_to(&format!("{}: {}", ann.name(), line.trim_end()));
        };
        assert_eq!(metric("chinwag_recording_failing"), 0);
        (0..400).for_each(|number| say(&mut ann, number));
        let _ = program.read_log("nothing is recorded");
        assert!(metric("chinwag_recording_failures_total") >= 1 && metric("chinwag_recording_lost_total") >= 1);
        assert_talk(lines);
        // It is tried again after five seconds, when something is said.
        let mut number = 400;
        while fs::read_dir(&to).expect("it is there").count() < 3 {
            say(&mut ann, number);
            number += 1;
        }
        let _ = program.read_log("recording goes on");
        assert_eq!(metric("chinwag_recording_failing"), 0);
        stop(program);
        let (played, _) = play(&to, Until::End, &mut ()).expect("it runs again");
        assert!(played.gaps >= 1 && played.inputs > 0, "{played:?}");
    }
}

#[test]
fn a_shadow_agrees_and_says_once_if_a_recording_is_not_of_what_its_server_has_done() {
    let folder = Folder::new("shadow");
    for adapter in Adapter::ALL {
        let to = folder.0.join(adapter.program());
        let flags = ["--flood-rate", "0", "--shadow", "--record", to.to_str().expect("its name is text")];
        let (server, lines, web) = Program::start_web(adapter, flags);
        let metric = |name: &str| metric(web, name);
        let mut ann = Person::come(lines);
        let mut say = |word: &str| {
            ann.type_line(word);
            ann.read_up_to(&format!("{}: {word}", ann.name()));
        };
        let begun = Instant::now();
        let is_in_time = || assert!(begun.elapsed() < SHADOW_DEADLINE, "the shadow does nothing");
        while metric("chinwag_shadow_batches_total") < 3 || metric("chinwag_shadow_states_total") < 1 {
            say("hello");
            is_in_time();
        }
        assert_eq!(metric("chinwag_shadow_differences_total"), 0);
        // Segments of another server, which has not done what they say.
        let wrong = wrong_segment(&folder.0.join(format!("wrong-{}", adapter.program())));
        for (number, bytes) in [(98, &wrong), (99, &wrong)] {
            let (whole, part) = (to.join(format!("{number:010}.recording")), to.join("part"));
            fs::write(&part, bytes).expect("there is room");
            fs::rename(part, whole).expect("it can be renamed");
            while metric("chinwag_shadow_differences_total") < number - 97 {
                say("and on");
                is_in_time();
            }
        }
        let told = server.read_log("the server has done something else than its shadow");
        assert!(told.contains("0000000098.recording: it differs after input 2"), "{told}");
        assert_talk(lines);
        assert!(!stop(server).contains("0000000099.recording"), "it is said once");
    }
}

/// Returns a segment in which something is recorded that the hub was not handed.
fn wrong_segment(folder: &Path) -> Vec<u8> {
    let config = Config::default();
    let mut hub = Hub::new(config.clone());
    hub.keep_state();
    let mut recorder = Recorder::open(folder, u64::MAX, &config).expect("there is room");
    recorder.begin(hub.state()).expect("there is room");
    let said = |what| Handed::Asked {
        connection: ConnectionId::new(0, 0, 0),
        requests: vec![Request::Say(Text::clean(what).into()).into()],
    };
    let come = Handed::Opened(Arrival::default());
    for (recorded, handed) in [(come.clone(), come), (said("one thing"), said("another, which is longer"))] {
        recorder.push(&Input { at: Time::START, handed: recorded });
        hub.handle(Input { at: Time::START, handed }, |id| id);
        recorder.push_batch(hub.take_batch().expect("it does something").tally());
    }
    recorder.write().expect("there is room");
    bytes(folder)
}

#[test]
fn a_folder_that_another_server_records_into_or_that_cannot_be_is_refused() {
    let folder = Folder::new("taken");
    for adapter in Adapter::ALL {
        let to = folder.0.join(adapter.program());
        let to = to.to_str().expect("its name is text");
        let (server, _) = Program::start(adapter, ["--record", to]);
        let ended = Program::run(adapter, ["--port", "0", "--record", to]);
        assert_eq!(ended.code, Some(1));
        assert_one_line(adapter, &ended.err, &["--record", to, "another server records there"]);
        stop(server);
        let file = folder.0.join("file");
        fs::write(&file, "").expect("there is room");
        let ended = Program::run(adapter, ["--port", "0", "--record", file.to_str().expect("its name is text")]);
        assert_eq!(ended.code, Some(1));
        assert_one_line(adapter, &ended.err, &["--record"]);
    }
}
