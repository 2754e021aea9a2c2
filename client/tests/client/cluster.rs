//! Several servers that are one chat: whose server is killed goes on at another.

use std::cell::Cell;
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
