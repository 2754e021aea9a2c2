//! What the configuration file is to a server: how it is checked, printed and obeyed.

use std::fs;

use chinwag_tests::{Adapter, Ended, Person, Program};

use crate::log::Folder;
use crate::{assert_one_line, stop};

#[test]
fn a_server_runs_with_its_file_and_the_flags_before_it() {
    let folder = Folder::new("config-runs");
    let file = folder.0.join("chat.toml");
    for adapter in Adapter::ALL {
        fs::write(&file, "port = 0\nweb = \"off\"\nmax-line = 30\n").expect("there is room");
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
    fs::write(&file, "# ours\nport = 0\nmax-line = 29\n").expect("there is room");
    let path = file.to_str().expect("its name is text");
    for adapter in Adapter::ALL {
        for flags in
            [&["--config", path][..], &["--check-config", "--config", path], &["--print-config", "--config", path]]
        {
            let Ended { code, out, err } = Program::run(adapter, flags);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{flags:?}");
            assert_one_line(adapter, &err, &["chat.toml:3: max-line: ", "30 to 4096"]);
        }
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
        assert!(checked.out.contains("can run") && checked.out.ends_with('\n'), "{}", checked.out);
        assert_eq!(Program::run(adapter, ["--print-config", "--config", path]), printed);
    }
}
