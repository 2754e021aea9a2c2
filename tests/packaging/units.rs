//! The units of systemd: that systemd understands them, that they leave a server little that it does not need, and that
//! they leave it all that it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use chinwag_tests::{Adapter, Browser, Person, Program, connect, fetch};
use rustix::process::{Pid, Signal, kill_process};

use crate::{Folder, root, run};

/// What `systemd-analyze security` may find at the most, in tenths: "OK" begins below 5.0, and ends where 1 does.
const EXPOSURE_MAX: u32 = 20;

/// Puts the units into a folder, with the program that was built in the place of one that is installed.
fn units(folder: &Folder) -> Vec<PathBuf> {
    let program = Program::command(Adapter::Smol).get_program().to_string_lossy().into_owned();
    let units = fs::read_dir(root().join("packaging/systemd")).expect("the units are there");
    let mut paths: Vec<_> = units
        .map(|unit| {
            let unit = unit.expect("the folder can be read").path();
            let text = fs::read_to_string(&unit).expect("it is text").replace("/usr/bin/chinwag-smol", &program);
            let path = folder.0.join(unit.file_name().expect("it is a file"));
            fs::write(&path, text).expect("there is room");
            path
        })
        .collect();
    paths.sort();
    paths
}

#[test]
fn systemd_understands_the_units() {
    let folder = Folder::new("units");
    let units = units(&folder);
    assert_eq!(units.len(), 4, "{units:?}");
    let mut verify = Command::new("systemd-analyze");
    let verify = verify.args(["verify", "--man=no", "--recursive-errors=no"]).args(&units);
    let output = verify.output().expect("these tests need systemd-analyze");
    // What it does not know it only warns of.
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

#[test]
fn the_unit_leaves_a_server_little_that_it_does_not_need() {
    let folder = Folder::new("exposure");
    let service = units(&folder).into_iter().find(|unit| unit.ends_with("chinwag.service")).expect("it is one");
    let mut security = Command::new("systemd-analyze");
    let said = run(security
        .args(["security", "--offline=yes", "--no-pager", &format!("--threshold={EXPOSURE_MAX}")])
        .arg(service));
    assert!(said.contains("Overall exposure level for chinwag.service"), "{said}");
}

/// The names of system calls that each name of a set stands for, as systemd has them.
fn sets() -> BTreeMap<String, Vec<String>> {
    let mut sets = BTreeMap::<String, Vec<String>>::new();
    let mut set = String::new();
    for line in run(Command::new("systemd-analyze").args(["--no-pager", "syscall-filter"])).lines() {
        let word = line.trim();
        if line.starts_with('@') {
            set = word.to_owned();
        } else if !word.is_empty() && !word.starts_with('#') {
            sets.entry(set.clone()).or_default().push(word.to_owned());
        }
    }
    sets
}

fn expand(sets: &BTreeMap<String, Vec<String>>, name: &str) -> BTreeSet<String> {
    match sets.get(name) {
        Some(words) => words.iter().flat_map(|word| expand(sets, word)).collect(),
        None => BTreeSet::from([name.to_owned()]),
    }
}

/// The system calls that the unit allows.
fn allowed() -> BTreeSet<String> {
    let sets = sets();
    let unit = fs::read_to_string(root().join("packaging/systemd/chinwag.service")).expect("it is there");
    let always = expand(&sets, "@default");
    let mut allowed = always.clone();
    for filter in unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        let all = |words: &str| words.split(' ').flat_map(|word| expand(&sets, word)).collect::<BTreeSet<_>>();
        match filter.strip_prefix('~') {
            Some(words) => allowed.retain(|call| always.contains(call) || !all(words).contains(call)),
            None => allowed.extend(all(filter)),
        }
    }
    allowed
}

/// The system calls in what `strace -f` has written: a process, and a call with its arguments.
fn calls(trace: &str) -> BTreeSet<String> {
    let call = |line: &str| {
        let (_, call) = line.split_once(' ')?;
        let (name, _) = call.trim_start().split_once('(')?;
        name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then(|| name.to_owned())
    };
    trace.lines().filter_map(call).collect()
}

/// Does with a server what people and operators do.
fn use_server([lines, web, irc]: [SocketAddr; 3], server: &Program, pid: Pid) {
    let (mut ann, mut bob) = (Person::come(lines), Person::come(lines));
    ann.type_line("hello");
    bob.read_up_to(&format!("{}: hello", ann.name()));
    assert!(!Browser::come(web).name().is_empty());
    assert!(fetch(web, "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").contains("chinwag_people"));
    let mut cid = connect(irc);
    cid.write_all(b"NICK Cid\r\nUSER c 0 * :c\r\n").expect("it is connected");
    let welcome = BufReader::new(cid).lines().next().expect("it is told something").expect("that is text");
    assert!(welcome.contains(" 001 Cid "), "{welcome}");
    kill_process(pid, Signal::USR1).expect("it runs");
    let _ = server.read_log("people=");
    kill_process(pid, Signal::HUP).expect("it runs");
    let _ = server.read_log("SIGHUP");
}

#[test]
fn the_unit_allows_each_system_call_that_a_server_makes() {
    let allowed = allowed();
    assert!(allowed.contains("epoll_pwait") && !allowed.contains("reboot") && !allowed.contains("setpriority"));
    for adapter in [Adapter::Smol, Adapter::Tokio] {
        let folder = Folder::new(&format!("calls-{}", adapter.program()));
        let trace = folder.0.join("trace");
        let server = Program::web_command(adapter);
        let mut traced = Command::new("setsid");
        traced.args(["strace", "-f", "-o"]).arg(&trace).arg(server.get_program());
        traced.args(["--port", "0", "--web", "127.0.0.1:0", "--irc", "127.0.0.1:0", "--threads", "2", "--log-dir"]);
        traced.arg(&folder.0).env_remove("RUST_LOG");
        traced.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let server = Program::spawn(adapter, &mut traced);
        let addrs = server.read_all_ready();
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.id())).expect("it runs");
        let pid = children.split_whitespace().next().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
        let pid = pid.expect("what is traced is its child");
        use_server(addrs, &server, pid);
        kill_process(pid, Signal::TERM).expect("it runs");
        assert_eq!(server.join().code, Some(0));
        let calls = calls(&fs::read_to_string(trace).expect("strace writes text"));
        assert!(calls.contains("accept4") && calls.contains("sendto"), "{calls:?}");
        let refused: Vec<_> = calls.difference(&allowed).collect();
        assert!(refused.is_empty(), "the unit does not allow {refused:?}");
    }
}
