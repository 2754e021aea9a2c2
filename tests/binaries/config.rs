//! What the configuration file is to a server: how it is checked, printed and obeyed.

use std::fs;
#[cfg(target_os = "linux")]
use std::io::{Read as _, Write as _};

use chinwag_tests::{Adapter, Ended, Person, Program};
#[cfg(target_os = "linux")]
use {chinwag_tests::connect, rustix::process::Signal};

use crate::log::Folder;
#[cfg(target_os = "linux")]
use crate::operation::start_without_terminal;
use crate::{assert_one_line, stop};

#[test]
fn a_server_runs_with_its_file_and_the_flags_before_it() {
    let folder = Folder::new("config-runs");
    let file = folder.0.join("chat.toml");
    for adapter in Adapter::ALL {
        fs::write(&file, "port = 0\nweb = \"off\"\nmax-line = 38\n").expect("there is room");
        let mut command = Program::web_command(adapter);
        let server = Program::spawn(adapter, command.args(["--max-line", "40", "--config"]).arg(&file));
        let mut ann = Person::come(server.read_ready());
        ann.type_line(&["x".repeat(40), "x".repeat(41)].join("\n"));
        assert_eq!(ann.read_line(), format!("{}: {}", ann.name(), "x".repeat(40)));
        assert_eq!(ann.read_line(), "Messages can only be 40 chars long");
        stop(server);
    }
}

#[test]
fn a_mistake_in_the_file_is_one_line_like_that_in_a_flag() {
    let folder = Folder::new("config-wrong");
    let file = folder.0.join("chat.toml");
    fs::write(&file, "# ours\nport = 0\nmax-line = 37\n").expect("there is room");
    let path = file.to_str().expect("its name is text");
    for adapter in Adapter::ALL {
        for flags in
            [&["--config", path][..], &["--check-config", "--config", path], &["--print-config", "--config", path]]
        {
            let Ended { code, out, err } = Program::run(adapter, flags);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{flags:?}");
            assert_one_line(adapter, &err, &["chat.toml:3: max-line: ", "38 to 4096"]);
        }
        let Ended { code, err, .. } = Program::run(adapter, ["--check-config", "--cert", path, "--key", path]);
        assert_eq!(code, Some(2));
        assert_one_line(adapter, &err, &["can't speak TLS", "chat.toml: there is no certificate in it"]);
        let Ended { code, err, .. } = Program::run(adapter, ["--config", &format!("{path}.not")]);
        assert_eq!(code, Some(2));
        assert_one_line(adapter, &err, &["can't read", "chat.toml.not"]);
    }
}

#[test]
fn what_is_checked_or_printed_starts_nothing_and_what_is_printed_can_be_used() {
    let folder = Folder::new("config-printed");
    for adapter in Adapter::ALL {
        let file = folder.0.join(adapter.program());
        let path = file.to_str().expect("its name is text");
        let flags = ["--max-per-ip", "7", "--proxy-from", "10.0.0.0/8", "--log-format", "json"];
        let printed = Program::run(adapter, flags.into_iter().chain(["--print-config"]));
        assert_eq!((printed.code, printed.err.as_str()), (Some(0), ""));
        assert!(
            printed.out.contains("\nmax-per-ip = 7\n") && printed.out.contains("\n#port = 42069\n"),
            "{}",
            printed.out
        );
        fs::write(&file, &printed.out).expect("there is room");
        let checked = Program::run(adapter, ["--check-config", "--config", path]);
        assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""));
        assert!(checked.out.contains("is right") && checked.out.ends_with('\n'), "{}", checked.out);
        assert_eq!(Program::run(adapter, ["--print-config", "--config", path]), printed);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn sighup_has_the_file_read_again_what_can_change_does_and_nobody_is_dropped() {
    let folder = Folder::new("config-again");
    for adapter in Adapter::ALL {
        let file = folder.0.join(adapter.program());
        let path = file.to_str().expect("its name is text");
        let write = |text: &str| fs::write(&file, text).expect("there is room");
        write("flood-rate = 0\nmax-line = 50\nmax-per-ip = 7\n");
        let (server, addr) = start_without_terminal(adapter, &["--config", path, "--max-per-ip", "9"]);
        let mut ann = Person::come(addr);
        let first_line = |sends: &str| {
            let mut stream = connect(addr);
            stream.write_all(sends.as_bytes()).expect("the server reads what is sent");
            let mut line = Vec::new();
            while line.last() != Some(&b'\n') {
                let mut byte = [0];
                stream.read_exact(&mut byte).expect("there is a line");
                line.extend(byte);
            }
            String::from_utf8(line).expect("it is text")
        };
        // What can change counts for who comes, what can't is named, and a flag wins as before.
        write("max-connections = 1\nmax-line = 60\nthreads = 77\nmax-per-ip = 8\n");
        server.signal(Signal::HUP);
        let told = server.read_log("was read again");
        assert!(told.contains("INFO") && told.contains(&format!("{path} was read again")), "{told}");
        assert!(told.ends_with("changed: flood-rate, max-connections\n"), "{told}");
        let told = server.read_log("started again");
        assert!(told.contains("WARN") && told.ends_with(": threads, max-line\n"), "{told}");
        assert_eq!(first_line(""), "Server is full, try again later\n");
        // A mistake changes nothing.
        write("\nmax-conections = 5\n");
        server.signal(Signal::HUP);
        let told = server.read_log("stays as it is");
        let mistake = format!("{path}:2: \"max-conections\" is no key; did you mean max-connections?\n");
        assert!(told.contains("ERROR") && told.ends_with(&mistake), "{told}");
        fs::remove_file(&file).expect("it is there");
        server.signal(Signal::HUP);
        assert!(server.read_log("stays as it is").contains("can't read"));
        assert_eq!(first_line(""), "Server is full, try again later\n");
        // Back to the default, and with another choice that is for who comes.
        write("proxy-from = [\"127.0.0.1\"]\nmax-line = 50\n");
        server.signal(Signal::HUP);
        assert!(server.read_log("was read again").ends_with("changed: proxy-from, max-connections\n"));
        assert!(first_line("\n").contains("expects the PROXY protocol"));
        assert_eq!(first_line("PROXY TCP4 192.0.2.7 192.0.2.1 5 6\r\n\n"), "Server commands\n");
        server.signal(Signal::HUP);
        let _ = server.read_log("was read again; nothing has changed");
        // Who was here has what they came with: no limit of lines.
        let lines: Vec<_> = (1..=1000).map(|line| line.to_string()).collect();
        ann.type_line(&lines.join("\n"));
        ann.read_up_to(&format!("{}: 1000", ann.name()));
        ann.type_line(&"x".repeat(51));
        ann.read_up_to("Messages can only be 50 chars long");
        stop(server);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn sighup_has_a_renewed_certificate_looked_for() {
    let folder = Folder::new("config-certificate");
    for adapter in Adapter::ALL {
        let [data, other] = ["one", "other"].map(|name| folder.0.join(format!("{name}-{}", adapter.program())));
        let start = |data: &std::path::Path| {
            start_without_terminal(adapter, &["--data", data.to_str().expect("its name is text")]).0
        };
        let (server, renewed) = (start(&data), start(&other));
        renewed.signal(Signal::TERM);
        drop(renewed.join());
        for name in ["tls-cert.pem", "tls-key.pem"] {
            fs::copy(other.join(name), data.join(name)).expect("it is there");
        }
        server.signal(Signal::HUP);
        assert!(server.read_log("certificate").contains("the certificate was renewed"));
        server.signal(Signal::TERM);
        assert_eq!(server.join().code, Some(0));
    }
}
