//! Flags, good and bad.

use super::*;

fn parse(args: &[&str]) -> Result<LoadFlags, String> {
    LoadFlags::from_args(&["load"], args).map_err(|exit| exit.output)
}

#[test]
fn without_flags_it_is_one_room_of_a_hundred() {
    let plan = Plan::try_from(parse(&[]).expect("every flag has a default")).expect("the defaults fit");
    assert_eq!(plan.addresses[0].to_string(), "127.0.0.1:42069");
    assert_eq!((plan.rooms, plan.members, plan.chars, plan.window), (1, 100, 64, 4_096));
    assert_eq!((plan.stalled, plan.room(7).as_str(), plan.dialect), (0, "load-7", Dialect::Chat));
    assert_eq!((plan.length, plan.rate, plan.idle, plan.json), (Duration::from_secs(5), None, None, false));
}

#[test]
fn members_are_spread_over_servers_that_are_one_chat() {
    let args = ["--port", "7001", "--other-port", "7002", "--rooms", "2", "--members", "4"];
    let plan = Plan::try_from(parse(&args).expect("they are flags")).expect("they fit");
    assert_eq!(plan.addresses.iter().map(Address::to_string).collect::<Vec<_>>(), ["127.0.0.1:7001", "127.0.0.1:7002"]);
    let places: Vec<_> = plan.places(8).map(|Place { server, room }| (server, room)).collect();
    let place = |server, room: &str| (server, room.to_owned());
    assert_eq!(places[..4], [0, 1, 0, 1].map(|server| place(server, "load-0")));
    assert_eq!(places[4..], [1, 0, 1, 0].map(|server| place(server, "load-1")));
}

#[test]
fn a_bad_value_names_the_flag_and_what_it_takes() {
    let cases = [
        ("--ip", "localhost:42069", "takes the name of a host or an IP address"),
        ("--port", "0", "takes a number from 1 to 65535"),
        ("--port", "65536", "takes a number from 1 to 65535"),
        ("--pin", "AB:CD", "takes the SHA-256 of a certificate: 64 digits, colons between or not"),
        ("--rooms", "0", "takes a number from 1 to 1000000"),
        ("--members", "-1", "takes a number from 1 to 1000000"),
        ("--stalled", "-1", "takes a number from 0 to 1000000"),
        ("--dialect", "irc", "takes chat, redis or nats"),
        ("--size", "31", "takes a number from 32 to 400"),
        ("--size", "401", "takes a number from 32 to 400"),
        ("--seconds", "0", "takes a number from 0.1 to 86400"),
        ("--seconds", "NaN", "takes a number from 0.1 to 86400"),
        ("--rate", "0", "takes a number from 1 to 10000000"),
        ("--window", "x", "takes a number from 1 to 1000000"),
        ("--pid", "", "takes a number from 1 to 4294967295"),
        ("--idle", "0", "takes a number from 1 to 1000000"),
    ];
    for (flag, value, takes) in cases {
        let error = parse(&[flag, value]).expect_err(value);
        assert!(error.contains(flag) && error.contains(takes), "{error}");
    }
}

#[test]
fn somebody_has_to_read() {
    let flags = parse(&["--members", "5", "--stalled", "5"]).expect("each flag is good by itself");
    let error = Plan::try_from(flags).expect_err("nobody reads");
    assert!(error.to_string().starts_with("--stalled takes fewer"), "{error}");
}

#[test]
fn by_irc_somebody_else_than_the_sender_has_to_read() {
    for (members, fits) in [("1", false), ("2", true)] {
        let flags = parse(&["--irc", "--members", members]).expect("each flag is good by itself");
        let refused = Plan::try_from(flags).err().map(|error| error.to_string());
        assert_eq!(refused.is_none(), fits, "{refused:?}");
    }
    let flags = parse(&["--irc", "--web"]).expect("each flag is good by itself");
    let error = Plan::try_from(flags).expect_err("it is one of both");
    assert!(error.to_string().starts_with("--irc is another protocol"), "{error}");
}

#[test]
fn a_pin_is_by_tls_and_a_server_that_speaks_first_without_it_has_none() {
    let pin = "ab".repeat(32);
    let plan = |args: &[&str]| Plan::try_from(parse(args).expect("each flag is good by itself"));
    assert!(!plan(&[]).expect("it fits").tls);
    for args in [&["--tls"][..], &["--pin", &pin], &["--tls", "--pin", &pin, "--dialect", "redis"]] {
        assert!(plan(args).expect("it fits").tls, "{args:?}");
    }
    for args in [&["--tls", "--dialect", "nats"][..], &["--pin", &pin, "--dialect", "nats"]] {
        let error = plan(args).expect_err("it can't be had").to_string();
        assert!(error.starts_with("--tls can't be had with --dialect nats"), "{error}");
    }
}

#[test]
fn rooms_that_the_chat_would_refuse_are_refused() {
    let cases: [(&[&str], bool); 9] = [
        (&["--prefix", "a b"], false),
        (&["--prefix", ""], false),
        (&["--prefix", "", "--rooms", "11"], false),
        (&["--prefix", "x"], true),
        (&["--prefix", "a-prefix-of-thirty-one-letters-"], true),
        (&["--prefix", "a-prefix-of-thirty-one-letters-", "--rooms", "10"], true),
        (&["--prefix", "a-prefix-of-thirty-one-letters-", "--rooms", "11"], false),
        (&["--prefix", "a b", "--web"], false),
        (&["--prefix", "a.b", "--dialect", "redis"], true),
    ];
    for (args, fits) in cases {
        let plan = Plan::try_from(parse(args).expect("each flag is good by itself"));
        let refused = plan.err().map(|error| error.to_string());
        assert_eq!(refused.is_none(), fits, "{args:?}");
        assert!(refused.is_none_or(|says| says.starts_with("--prefix makes names of rooms")), "{args:?}");
    }
}

#[test]
fn idle_without_a_process_is_refused() {
    let flags = parse(&["--idle", "10"]).expect("each flag is good by itself");
    let error = Plan::try_from(flags).expect_err("there is no memory to look at");
    assert_eq!(error.to_string(), "--idle needs --pid: the memory is that of the server's process");
}

#[test]
fn a_process_that_is_not_there_is_refused() {
    let flags = parse(&["--pid", "4294967295"]).expect("it is a number");
    let error = Plan::try_from(flags).expect_err("no process has that id");
    assert!(error.to_string().starts_with("--pid takes the id of a server process"), "{error}");
}
