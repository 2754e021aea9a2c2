//! What time of day people are told that something was said, when the clock is set.
//!
//! libfaketime stands between the server and the wall clock, and lets the monotonic one alone.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use chinwag_tests::{Adapter, Browser, Program};

use crate::log::Folder;
use crate::stop;

/// Where Debian has it, by the machine.
const LIBRARIES: [&str; 2] =
    ["/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"];

const DAY_MS: u64 = 86_400_000;

/// Says something, and returns how many milliseconds the time that it is said to have been said at is from `expected`.
fn said_off(browser: &mut Browser, expected: u64) -> u64 {
    browser.say("hello");
    let said = browser.read();
    said["time"].as_u64().expect("a time is a number").abs_diff(expected)
}

fn now_ms() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    u64::try_from(since_1970.as_millis()).expect("it is not so late")
}

#[test]
fn what_is_said_has_the_time_of_the_clock_also_after_it_was_set() {
    let library = LIBRARIES.into_iter().find(|library| Path::new(library).exists()).expect("libfaketime is installed");
    for adapter in Adapter::ALL {
        let folder = Folder::new(&format!("clock-{}", adapter.program()));
        let (offset, new) = (folder.0.join("offset"), folder.0.join("new"));
        let set = |to: &str| {
            // At once: the server is not to find half of it.
            fs::write(&new, to).and_then(|()| fs::rename(&new, &offset)).expect("the folder can be written");
        };
        set("+0");
        let mut command = Program::web_command(adapter);
        command.args(["--port", "0", "--web", "127.0.0.1:0"]).env("LD_PRELOAD", library);
        command.env("FAKETIME_TIMESTAMP_FILE", &offset).env("FAKETIME_NO_CACHE", "1").env("DONT_FAKE_MONOTONIC", "1");
        let server = Program::spawn(adapter, &mut command);
        let _ = server.read_ready();
        let mut ann = Browser::come(server.read_web_ready());
        // Longer than it takes, and much less than a day.
        let off_max = DAY_MS / 100;
        assert!(said_off(&mut ann, now_ms()) < off_max);
        set("+2d");
        assert!(said_off(&mut ann, now_ms() + 2 * DAY_MS) < off_max);
        set("-1d");
        assert!(said_off(&mut ann, now_ms() - DAY_MS) < off_max);
        stop(server);
    }
}
