//! `chinwag load` against both servers, through each of their listeners.

use std::process::Command;

use chinwag_core::Form;

use crate::server::{Adapter, Server};

#[test]
fn through_each_listener_all_that_is_sent_comes_to_everyone() {
    for adapter in Adapter::BOTH {
        for (form, flag) in [(Form::Lines, None), (Form::Web, Some("--web")), (Form::Irc, Some("--irc"))] {
            let server = Server::start_in(adapter, form);
            // By name as well as by address.
            for (host, pace) in [("localhost", ["--window", "64"]), ("127.0.0.1", ["--rate", "500"])] {
                let output = Command::new(env!("CARGO_BIN_EXE_chinwag"))
                    .args(["load", "--json", "--rooms", "2", "--members", "3", "--seconds", "0.2"])
                    .args(["--ip", host, "--port", &server.port()])
                    .args(pace)
                    .args(flag)
                    .output()
                    .expect("the binary runs");
                let (json, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
                assert!(output.status.success(), "{adapter:?}, {form:?}: {stderr}");
                assert!(json.contains(r#""lost":0,"told_dropped":0,"disordered":0"#), "{adapter:?}, {form:?}: {json}");
                assert!(!json.contains(r#""deliveries_per_second":0.0"#), "{adapter:?}, {form:?}: {json}");
            }
        }
    }
}
