use std::fs;

use chinwag_core::{COMMANDS, Name};

use super::values::LINE_CHARS_MIN;
use super::*;

fn parse(line: &str) -> Parsed {
    Flags::parse("chinwag-test", line.split_whitespace().map(OsString::from))
}

#[test]
fn without_flags_everything_is_at_its_default() {
    let Parsed::Flags(flags) = parse("") else { panic!("no flags are fine") };
    assert_eq!(flags.address(), "127.0.0.1:42069".parse().expect("an address"));
    let config = flags.config(Config::default());
    assert_eq!((config.clone(), flags.threads), (Config::default(), cores()));
    assert_eq!(flags.web, Choice::IfFree(WEB));
    assert_eq!(config.check(), Ok(()));
}

#[test]
fn flags_say_what_the_server_runs_with() {
    let line = "-i :: -p 0 --threads 3 --flood-rate=0 --max-line 80 --queue-bytes 64K --room-quiet 9 --drain=1 --log-dir logs \
                --max-connections 7 --max-per-ip 3 --connect-rate 2 --dead-after 30 --web [::1]:0 \
                --web-origin https://a.example --web-origin=http://b:8080 --proxy-from ::1 --proxy-from=10.1.2.3/8";
    let Parsed::Flags(flags) = parse(line) else { panic!("the flags are right") };
    assert_eq!(flags.address(), "[::]:0".parse().expect("an address"));
    assert_eq!(flags.log_dir, Some("logs".into()));
    let config = flags.config(Config::default());
    assert_eq!((flags.threads, config.limits.flood_lines_per_second, config.rules.line_chars_max), (3, 0, 80));
    assert_eq!((config.rules.crowd_members, config.limits.drain), (9, Duration::from_secs(1)));
    assert_eq!(config.limits.queue_bytes_max, 64 << 10);
    assert_eq!((config.limits.connections_max, config.limits.connections_per_address_max), (7, 3));
    assert_eq!((config.limits.connects_per_second, config.limits.dead_after), (2, Duration::from_secs(30)));
    assert_eq!(flags.web, Choice::At("[::1]:0".parse().expect("an address")));
    assert_eq!(
        *config.limits.web_origins,
        ["https://a.example", "http://b:8080"].map(|origin| origin.parse().expect("it is an origin"))
    );
    assert_eq!(config.limits.proxies.iter().map(Subnet::to_string).collect::<Vec<_>>(), ["::1/128", "10.0.0.0/8"]);
    let Parsed::Flags(flags) = parse("--web off") else { panic!("it can be off") };
    assert_eq!(flags.web, Choice::Off);
}

#[test]
fn of_a_flag_that_is_given_again_the_last_holds() {
    let parsed = |line: &str| match parse(line) {
        Parsed::Flags(flags) => flags,
        Parsed::Answer(said) | Parsed::Wrong(said) => panic!("{line}: {said}"),
    };
    let cases = [
        ("--port 1 --port 2", "127.0.0.1:2"),
        ("--port 1 -p 2 --threads 2 --threads=3", "127.0.0.1:2"),
        ("-p1 --port=2 -p3", "127.0.0.1:3"),
        ("-p=1 --ip 10.0.0.1 -i::1", "[::1]:1"),
        ("--port http --port 4 --version --version", "127.0.0.1:4"),
        ("--ip 10.0.0.1 -i localhost", "127.0.0.1:42069"),
        ("--log-dir --port --log-dir x -p 5", "127.0.0.1:5"),
    ];
    for (line, address) in cases {
        assert_eq!(parsed(line).address(), address.parse().expect("the case is an address"), "{line}");
    }
    assert_eq!(parsed("--web off --web localhost:80").web, Choice::At("127.0.0.1:80".parse().expect("an address")));
    let origins = parsed("--web-origin http://a --web-origin http://b").web_origin;
    assert_eq!(origins.iter().map(Origin::to_string).collect::<Vec<_>>(), ["http://a", "http://b"]);
    let proxies = parsed("--proxy-from ::1 --proxy-from 10.0.0.0/8").proxy_from;
    assert_eq!(proxies.iter().map(Subnet::to_string).collect::<Vec<_>>(), ["::1/128", "10.0.0.0/8"]);
    for (line, named) in [("--port 1 --port", "--port"), ("--colour --colour", "--colour"), ("x -p 1 x", "x")] {
        let Parsed::Wrong(said) = parse(line) else { panic!("{line} is wrong") };
        assert!(said.contains(named), "{line}: {said}");
    }
}

#[test]
fn a_wrong_flag_is_named_with_what_it_takes_on_one_line() {
    let cases = [
        ("--ip chat.example", "--ip", "IPv4 or IPv6 address"),
        ("-i 1.2.3", "-i", "IPv4 or IPv6 address"),
        ("--port 65536", "--port", "0 to 65535"),
        ("--port=http", "--port", "0 to 65535"),
        ("--web 8080", "--web", "an address with a port"),
        ("--web localhost:x", "--web", "an address with a port"),
        ("--web chat.example:80", "--web", "an address with a port"),
        ("--web-origin chat.example", "--web-origin", "an origin, like"),
        ("--listen 127.0.0.1:80", "--listen", "unix: and a path"),
        ("--listen unix:", "--listen", "unix: and a path"),
        ("--listen ssh=unix:/x", "--listen", "unix: and a path"),
        ("--web-origin https://a.example/b", "--web-origin", "without a path"),
        ("--web-origin https://", "--web-origin", "an origin, like"),
        ("--proxy-from localhost", "--proxy-from", "an address or a network"),
        ("--proxy-from 10.0.0.0/33", "--proxy-from", "10.0.0.0/8"),
        ("--threads 0", "--threads", "1 to 1024"),
        ("--flood-rate -1", "--flood-rate", "0 to 1000000"),
        ("--max-line 37", "--max-line", "38 to 4096"),
        ("--max-line 37", "--max-line", "with a room of 32"),
        ("--max-line 4097", "--max-line", "38 to 4096"),
        ("--queue-bytes 65535", "--queue-bytes", "64K to 1G"),
        ("--queue-bytes 1T", "--queue-bytes", "64K to 1G"),
        ("--room-quiet many", "--room-quiet", "whole number of members"),
        ("--history-on-join 101", "--history-on-join", "0 to 100"),
        ("--max-connections 0", "--max-connections", "1 to 4294967295"),
        ("--max-per-ip x", "--max-per-ip", "whole number of connections"),
        ("--connect-rate 1000001", "--connect-rate", "0 to 1000000"),
        ("--dead-after 2", "--dead-after", "3 to 86400"),
        ("--drain 1.5", "--drain", "whole number of seconds"),
        ("--port", "--port", "No value"),
        ("--colour", "--colour", "Unrecognized"),
        ("help", "help", "Unrecognized"),
    ];
    for (line, flag, takes) in cases {
        let Parsed::Wrong(said) = parse(line) else { panic!("{line} is wrong") };
        assert!(said.contains(flag) && said.contains(takes) && !said.contains('\n'), "{line}: {said}");
    }
}

#[test]
fn every_value_that_a_flag_takes_the_core_takes_too() {
    let extremes = [
        "--threads 1 --flood-rate 0 --max-line 38 --queue-bytes 64K --room-quiet 0 --history-on-join 0 --drain 0 --max-connections 1 --dead-after 3",
        "--threads 1024 --max-line 4096 --queue-bytes 1G --history-on-join 100 --connect-rate 1000000 --dead-after 86400",
    ];
    for line in extremes {
        let Parsed::Flags(flags) = parse(line) else { panic!("{line} is right") };
        assert_eq!(flags.config(Config::default()).check(), Ok(()));
    }
}

#[test]
fn every_command_fits_into_the_shortest_line_that_may_be_asked_for() {
    let longest = COMMANDS.iter().map(|command| {
        // Of a text, which comes last, one character.
        let arguments = command.arguments.iter().map(|&argument| match argument {
            "name" => " ".len() + Name::CHARS_MAX,
            "room" => " ".len() + Name::ROOM_CHARS_MAX,
            _ => " x".len(),
        });
        "/".len() + command.word.len() + arguments.sum::<usize>()
    });
    assert_eq!(longest.max(), usize::try_from(LINE_CHARS_MIN).ok());
}

#[test]
fn an_origin_may_be_copied_from_where_a_browser_shows_it() {
    for (value, sent) in [
        ("https://chat.example", Some("https://chat.example")),
        ("https://chat.example/", Some("https://chat.example")),
        ("HTTPS://Chat.Example:443/", Some("https://chat.example")),
        ("http://[::1]:8080/", Some("http://[::1]:8080")),
        ("https://chat.example//", None),
        ("https://chat.example/chat/", None),
        ("https:///", None),
        ("/", None),
    ] {
        assert_eq!(origin(value).ok().map(|origin| origin.to_string()).as_deref(), sent, "{value}");
    }
}

#[test]
fn one_address_cannot_be_for_lines_and_for_the_web_page() {
    let shared = [
        "--port 21020 --web 127.0.0.1:21020",
        "--ip ::1 --port 21020 --web [::1]:21020",
        "--ip 0.0.0.0 --port 21020 --web 127.0.0.1:21020",
        "--port 21020 --web 0.0.0.0:21020",
        "--port 21020 --web [::]:21020",
        "--ip ::ffff:127.0.0.1 --port 21020 --web 127.0.0.1:21020",
    ];
    for line in shared {
        let Parsed::Wrong(said) = parse(line) else { panic!("{line} is wrong") };
        assert!(said.contains("--port and --web can't be the same address") && !said.contains('\n'), "{said}");
    }
    let apart = [
        "--port 0 --web 127.0.0.1:0",
        "--port 21020 --web 127.0.0.1:21021",
        "--port 21020 --web 127.0.0.2:21020",
        "--ip 0.0.0.0 --port 21020 --web [::1]:21020",
        "--port 21020 --web off",
        "--port 42080",
    ];
    for line in apart {
        assert!(matches!(parse(line), Parsed::Flags(_)), "{line} is right");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let Parsed::Answer(help) = parse("--help") else { panic!("help was asked for") };
    for flag in infos() {
        assert!(help.contains(flag.long), "{} is missing in:\n{help}", flag.long);
    }
    assert!(matches!(parse("-h"), Parsed::Answer(_)));
    let Parsed::Flags(flags) = parse("--version") else { panic!("the version was asked for") };
    assert!(flags.version);
}

/// Reads a file with this text, with more flags than `--config`, which comes last.
fn parse_file(name: &str, text: &[u8], flags: &str) -> Parsed {
    let path = std::env::temp_dir().join(format!("chinwag-{}-{name}.toml", std::process::id()));
    fs::write(&path, text).expect("the folder for what does not last can be written");
    let flags = flags.split_whitespace().map(OsString::from);
    let parsed = Flags::parse("chinwag-test", flags.chain(["--config".into(), path.clone().into()]));
    fs::remove_file(path).expect("it was there a moment ago");
    parsed
}

#[test]
fn each_flag_is_a_key_but_those_that_are_about_the_file_or_print_something() {
    let Parsed::Flags(flags) = parse("") else { panic!("no flags are fine") };
    let mut keys: Vec<_> = flags.keys().into_iter().map(|key| format!("--{}", key.name)).collect();
    keys.extend(["--config", "--check-config", "--print-config", "--version", "--help"].map(str::to_owned));
    let mut known: Vec<_> = infos().iter().map(|flag| flag.long).collect();
    keys.sort_unstable();
    known.sort_unstable();
    assert_eq!(keys, known);
}

#[test]
fn what_is_printed_is_read_as_what_it_was_printed_of_and_printed_as_the_same() {
    let lines = [
        "",
        "--ip :: -p 0 --web off --irc [::1]:0 --server-name a.b --threads 3 --max-line 80 --queue-bytes 100K --room-quiet 9",
        "--web-origin https://a.example --web-origin http://b:8080 --proxy-from ::1 --proxy-from 10.0.0.0/8",
        "--listen unix:/a --listen web=unix:b.sock --listen irc=unix:./c=d",
        "--flood-rate 0 --max-connections 7 --max-per-ip 3 --connect-rate 2 --dead-after 30 --drain 1",
        "--history-on-join 0 --record /x --record-bytes 1500K --shadow --log-dir \"a\\b\u{7f}\u{e4} --log-format json --web 127.0.0.1:42080",
    ];
    for line in lines {
        let Parsed::Answer(printed) = parse(&format!("{line} --print-config")) else { panic!("{line} is right") };
        let Parsed::Flags(flags) = parse(line) else { panic!("{line} is right") };
        let Parsed::Flags(read) = parse_file("printed", printed.as_bytes(), "") else { panic!("{printed}") };
        assert_eq!(read.keys(), flags.keys(), "{line}");
        assert_eq!((read.web, read.irc), (flags.web, flags.irc), "{line}");
        assert_eq!(read.config(Config::default()), flags.config(Config::default()), "{line}");
        let Parsed::Answer(again) = parse_file("again", printed.as_bytes(), "--print-config") else { panic!("{line}") };
        assert_eq!(again, printed);
        // All that it has as comments are keys.
        let uncommented: String = printed
            .lines()
            .map(|line| {
                line.strip_prefix('#').filter(|line| !line.starts_with(' ') && !line.ends_with('=')).unwrap_or(line)
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        let Parsed::Flags(read) = parse_file("whole", uncommented.as_bytes(), "") else { panic!("{uncommented}") };
        assert_eq!(read.keys(), flags.keys(), "{line}");
    }
}

#[test]
fn a_flag_wins_over_its_key_and_a_list_over_a_list() {
    let text = b"port = 5\nmax-line = 50\nweb-origin = [\"http://a\", \"http://b\"]\nproxy-from = [\"::1\"]\n";
    let Parsed::Flags(flags) = parse_file("wins", text, "-p 6 --web-origin http://c") else { panic!("all is right") };
    assert_eq!((flags.port, flags.max_line), (6, 50));
    assert_eq!(flags.web_origin.iter().map(Origin::to_string).collect::<Vec<_>>(), ["http://c"]);
    assert_eq!(flags.proxy_from.len(), 1);
    let Parsed::Wrong(said) = parse_file("clash", b"web = \"127.0.0.1:5\"", "-p 5") else { panic!("it can't be") };
    assert!(said.contains("--port and --web"), "{said}");
}

#[test]
fn a_mistake_in_a_file_is_named_by_line_and_key_on_one_line() {
    let cases: [(&[u8], &str); 22] = [
        (b"port = 1\nport = 2", ":2: port: duplicate key"),
        (b"\n# max\nmax_line = 30", ":3: \"max_line\" is no key; did you mean max-line?"),
        (b"flod-rate = 1", ":1: \"flod-rate\" is no key; did you mean flood-rate?"),
        (b"colour = 1", ":1: \"colour\" is no key; --print-config has all"),
        (b"version = true", ":1: \"version\" is no key; --version is for the command line"),
        (b"config = \"x\"", ":1: \"config\" is no key; --config is for the command line"),
        (b"\n[server]\nport = 1", ":2: \"server\" is no key; keys stand by themselves"),
        (b"max-line = 37", ":1: max-line: it takes a whole number of characters, 38 to 4096"),
        (b"port = -1", ":1: port: it takes a port, 0 to 65535"),
        (b"port = 99999999999999999999999", ":1: port: it takes a port, 0 to 65535"),
        (b"port = \"1\"", ":1: port: it takes a whole number, without quotes, not text"),
        (b"drain = 1.5", ":1: drain: it takes a whole number, without quotes, not a number with a fraction"),
        (b"ip = 5", ":1: ip: it takes text in quotes, not a number"),
        (b"ip = true", ":1: ip: it takes text in quotes, not true or false"),
        (b"ip.x = 5", ":1: ip: it takes text in quotes, not a section"),
        (b"ip = \"chat.example\"", ":1: ip: it takes an IPv4 or IPv6 address"),
        (b"ip = chat", ":1: ip: string values must be quoted"),
        (b"web-origin = \"http://a\"", ":1: web-origin: it takes a list of texts"),
        (b"web-origin = [\n\"http://a\",\n3]", ":1: web-origin: it takes a list of texts"),
        (b"web-origin = [\"http://a\", \"b\"]", ":1: web-origin: it takes an origin"),
        (b"port = 1\r\nip = \"\xff\"", ":2: it is not UTF-8"),
        (b"port", ":1: key with no value"),
    ];
    for (text, words) in cases {
        let Parsed::Wrong(said) = parse_file("wrong", text, "") else { panic!("{} is wrong", text.escape_ascii()) };
        assert!(said.contains(words) && !said.contains('\n'), "{}: {said}", text.escape_ascii());
    }
}

#[test]
fn numbers_are_taken_as_the_format_has_them() {
    for (text, port) in [("0", 0), ("0x1F", 31), ("0o17", 15), ("0b11", 3), ("1_000", 1000), ("+5", 5)] {
        let text = format!("\u{feff}port = {text} # of ours\r\n");
        let Parsed::Flags(flags) = parse_file("numbers", text.as_bytes(), "") else { panic!("{text:?} is right") };
        assert_eq!(flags.port, port, "{text:?}");
    }
}

#[test]
fn what_can_not_be_read_is_said() {
    let folder = std::env::temp_dir();
    for (path, why) in [(folder.join("not/there"), "can't read"), (folder.clone(), "it is a folder")] {
        let Parsed::Wrong(said) = parse(&format!("--config {}", path.display())) else { panic!("{path:?} is wrong") };
        assert!(said.contains(why) && said.contains(&*path.to_string_lossy()), "{said}");
    }
    let Parsed::Wrong(said) = parse_file("large", &vec![b'#'; 2 << 20], "") else { panic!("it is too large") };
    assert!(said.contains("it has more than 1 MiB"), "{said}");
}

#[test]
fn each_key_that_can_change_while_a_server_runs_the_core_takes_anew_and_no_other() {
    let lines = [
        "--ip ::1",
        "--port 1",
        "--web off",
        "--irc off",
        "--listen unix:/x",
        "--server-name a.b",
        "--cert x --key x",
        "--key x --cert x",
        "--tls-only --data x",
        "--password-file x",
        "--members-only --data x",
        "--data x",
        "--keep 1d --data x",
        "--keep-bytes 2G --data x",
        "--keep-private --data x",
        "--cluster redis://localhost:6379/1",
        "--cluster-name chat.example",
        "--cluster-from x",
        "--threads 999",
        "--max-line 40",
        "--queue-bytes 64K",
        "--room-quiet 1",
        "--history-on-join 1",
        "--record x",
        "--record-bytes 2G",
        "--shadow --record x",
        "--log-dir x",
        "--log-format json",
        "--web-origin http://a",
        "--cluster-page http://a",
        "--proxy-from ::1",
        "--flood-rate 1",
        "--max-connections 1",
        "--max-per-ip 1",
        "--connect-rate 1",
        "--dead-after 10",
        "--drain 1",
    ];
    let Parsed::Flags(default) = parse("") else { panic!("no flags are fine") };
    let tried = lines.map(|line| line[2..].split(' ').next().expect("a split has a part"));
    assert_eq!(default.keys().iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), tried);
    for (line, key) in lines.iter().zip(default.keys()) {
        let Parsed::Flags(flags) = parse(line) else { panic!("{line} is right") };
        let mut running = Config::default();
        let wanted = flags.config(running.clone());
        let is_taken = running.reload(&wanted).is_empty() && wanted != Config::default();
        assert_eq!((is_taken, running == wanted && is_taken), (key.is_live, key.is_live), "{line}");
    }
}

#[test]
fn a_size_has_a_unit_or_none() {
    let cases = [
        ("1M", Some(1 << 20), "1M"),
        ("1048576", Some(1 << 20), "1M"),
        ("1500K", Some(1500 << 10), "1500K"),
        ("2G", Some(2 << 30), "2G"),
        ("1T", Some(1 << 40), "1T"),
        ("1048577", Some((1 << 20) + 1), "1048577"),
        ("1K", None, ""),
        ("2000T", None, ""),
        ("99999999999999999999", None, ""),
        ("18446744073709551615T", None, ""),
        ("", None, ""),
        ("M", None, ""),
        ("+2M", None, ""),
        ("2m", None, ""),
        ("2.5G", None, ""),
    ];
    for (value, bytes, written) in cases {
        match (parse(&format!("--record-bytes={value}")), bytes) {
            (Parsed::Flags(flags), Some(bytes)) => {
                assert_eq!((flags.record_bytes.0, flags.record_bytes.to_string()), (bytes, written.to_owned()));
            }
            (Parsed::Wrong(said), None) => assert!(said.contains("1M to 1024T"), "{value}: {said}"),
            (Parsed::Flags(_) | Parsed::Answer(_) | Parsed::Wrong(_), _) => panic!("{value}"),
        }
    }
}

#[test]
fn a_change_is_a_flag_and_its_value_and_changes_nothing_else() {
    let cases = ["flood-rate=5", "history-on-join=0", "queue-bytes=64K", "room-quiet=50"];
    for written in cases {
        let change = Change::parse(written).expect("it is right");
        let before = Config { limits: Limits { server_name: "a.b".into(), ..Limits::default() }, ..Config::default() };
        let mut config = before.clone();
        change.apply(&mut config);
        let (name, value) = written.split_once('=').expect("it has one");
        assert_eq!((change.name(), change.value().as_str()), (name, value));
        assert_eq!(change.value_in(&config), value);
        assert!(change.value_in(&before) != value && config.limits.server_name == before.limits.server_name);
        let Parsed::Flags(flags) = parse(&format!("--server-name a.b --{written}")) else { panic!("{written}") };
        assert_eq!(config, flags.config(Config::default()), "{written}");
    }
    let wrong = [
        ("room-quiet", "like room-quiet=50"),
        ("room-quiet=many", "room-quiet: it takes a whole number of members"),
        ("queue-bytes=1K", "queue-bytes: it takes a number of bytes, 64K to 1G"),
        (
            "connect-rate=1",
            "connect-rate: no recording can tell what it would have changed; a recording can tell it of",
        ),
        ("colour=1", "colour: it is no flag of a server; a recording can tell it of flood-rate, history-on-join,"),
    ];
    for (written, says) in wrong {
        let said = Change::parse(written).expect_err("it is wrong");
        assert!(said.contains(says) && !said.contains('\n'), "{said}");
    }
}
