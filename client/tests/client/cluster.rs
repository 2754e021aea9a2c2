//! Several servers that are one chat: whose server is killed goes on at another.

use std::cell::Cell;
use std::process::{Command, Output};
use std::time::Duration;

use chinwag_tests::{Adapter, Engine, Person, Program};
use rustix::process::Signal;

use crate::pty::Window;

/// Longer than it takes the others to find out that a server is gone, which is ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn whose_server_is_killed_is_back_at_another_by_themselves_and_under_the_old_name() {
    let engine = Engine::start();
    let servers = Adapter::ALL.map(|adapter| Program::start(adapter, ["--cluster", &engine.url()]));
    let [(first, first_at), (_second, second_at)] = servers;
    let mut bob = Person::come(second_at);
    let both = [first_at, second_at].map(|address| address.to_string());
    let args = ["chat", &both[0], &both[1], "--name", "Ann"];
    let mut ann = Window::open(env!("CARGO_BIN_EXE_chinwag"), &args, (80, 24));
    ann.wait_for_text("You are Ann, in main");
    assert!(ann.row(0).contains(&both[0]), "{}", ann.row(0));
    bob.find_line(|line| line.ends_with(" is now Ann"));
    first.signal(Signal::KILL);
    ann.wait_for_within(PATIENCE, "the other server", |window| window.row(0).contains(&both[1]));
    // Who has the old name is the one that the dead server had: it is free when that is gone.
    let left = Cell::new(0);
    let back = bob.find_line_within(PATIENCE, |line| {
        left.set(left.get() + usize::from(line == "Ann left"));
        line.ends_with(" is now Ann")
    });
    assert!(!back.starts_with("Ann ") && left.get() == 1, "{back}, after {} times", left.get());
    ann.type_keys("here again\r");
    bob.read_up_to("Ann: here again");
    bob.type_line("welcome back");
    ann.wait_for_text("welcome back");
}

/// Looks at the cluster of an engine.
fn status(flags: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chinwag"));
    command.args(["cluster", "status"]).args(flags).output().expect("the binary runs")
}

#[test]
fn the_status_of_a_cluster_shows_its_engine_and_each_server_also_one_that_is_silent() {
    let mut engine = Engine::start_with(&["--appendonly", "no"]);
    let [(_first, _), (second, _)] = Adapter::ALL.map(|adapter| Program::start(adapter, ["--cluster", &engine.url()]));
    let told = |url: &str| {
        let output = status(&["--cluster", url]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("it is text")
    };
    let text = told(&engine.url());
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with(&format!("engine {}, version ", engine.url())), "{text}");
    assert!(lines[1].starts_with("warning: it keeps nothing on disk (appendonly no)"), "{text}");
    for (number, line) in lines[2..].iter().enumerate() {
        let numbers = line.strip_prefix(&format!("server {number}: applied ")).expect(line);
        let words: Vec<_> = numbers.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let [applied, "behind", behind, "clock", skew, "ms"] = words[..] else { panic!("{line}") };
        assert!(applied.parse::<u64>().expect("it is a number") > 1, "{line}");
        assert!(behind.parse::<u64>().expect("it is a number") < 10, "{line}");
        assert!(skew.parse::<i64>().expect("it is a number").abs() < 1000, "{line}");
    }
    assert_eq!(lines.len(), 4, "{text}");
    second.signal(Signal::STOP);
    assert!(told(&engine.url()).ends_with("\nserver 1: says nothing\n"));
    assert!(told(&format!("{}1", engine.url())).ends_with("\nno servers\n"), "another database");
    let url = engine.url();
    engine.kill(chinwag_tests::Forgets::Nothing);
    for (flags, code, why) in [
        (&["--cluster", &url][..], 1, "can't reach it"),
        (&[], 2, "--cluster says where the engine is"),
        (&["--cluster", "redis://:secret@host"], 2, "use --cluster-from"),
        (&["--cluster", "host"], 2, "redis://HOST:PORT/DB"),
    ] {
        let output = status(flags);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(why) && !said.contains("secret"), "{output:?}");
    }
}
