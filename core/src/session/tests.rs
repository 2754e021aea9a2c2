//! What a connection's bytes ask for: in every split, at every limit.

mod blanks;

use std::time::Duration;

use super::*;
use crate::wire::lines::decode::{Opening, blank_lines_bytes};
use crate::{Incident, Name, OtherProtocol, Query, Signal, Text};
use crate::{Limits, Rules};

fn unmetered() -> Config {
    Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() }
}

/// Takes all requests that there are, giving the credit for each fence at once, and returns what is to be done then.
fn drain_to(session: &mut Session, now: Time) -> (Vec<Request>, Next) {
    let (mut all, mut signals) = (Vec::new(), Signals::default());
    if session.window.is_odd() {
        signals = signals.after(Signal::Credit);
    }
    loop {
        match session.poll_next(now, signals) {
            Next::Ask(requests) => all.extend(Request::one_by_one(requests)),
            Next::AwaitSignal => signals = signals.after(Signal::Credit),
            Next::Yield => {}
            next @ (Next::AwaitTime(_) | Next::Read | Next::End) => {
                all.retain(|request| {
                    !matches!(request, Request::Notice(Notice::Fence) | Request::Notice(Notice::Speak(_)))
                });
                return (all, next);
            }
        }
    }
}

fn drain(session: &mut Session, now: Time) -> Vec<Request> {
    drain_to(session, now).0
}

fn ask(session: &mut Session, bytes: &[u8]) -> Vec<Request> {
    session.handle_bytes(bytes);
    drain(session, Time::START)
}

fn say(text: &str) -> Request {
    Request::Command(Command::Say(Text::clean(text).into()))
}

#[test]
fn bytes_ask_for_the_same_in_every_split() {
    let rename = || Request::Command(Command::Rename(Name::parse("Bob").expect("a name")));
    let long = "x".repeat(400);
    let too_long = "x".repeat(401);
    let emoji = "😀".repeat(400);
    let endless = "x".repeat(2000);
    let cases: Vec<(Vec<u8>, Vec<Request>)> = vec![
        (b"hello\n".into(), vec![say("hello")]),
        (b"hello\r\nworld\n".into(), vec![say("hello"), say("world")]),
        (b"\n\r\n  \nx\n".into(), vec![say("x")]),
        (b"a\rb\r\r\n".into(), vec![say("a"), say("b")]),
        (b"one\r\0two\r\0".into(), vec![say("one"), say("two")]),
        (b"one\r\0\ntwo\r\r\0three\r".into(), vec![say("one"), say("two"), say("three")]),
        // A blank line of character mode, and keys behind the end of a line.
        (b"\r\0\r\0one\r\0\r\n\r\0\x7f\r\0".into(), vec![say("one")]),
        (b"one\r\xff\xf1\ntwo\n\rthree\n".into(), vec![say("one"), say("two"), say("three")]),
        (b"hi\n\0two\n".into(), vec![say("hi"), say("two")]),
        (b"helo\x08\x08llo\n".into(), vec![say("hello")]),
        (b"helo\x7f\xff\xf7llo\n".into(), vec![say("hello")]),
        (b"oops\x15fine\noops\xff\xf8fine\n".into(), vec![say("fine"), say("fine")]),
        (b"one two\x17three\n".into(), vec![say("one three")]),
        (b"one\n\x08\x15\x17two\n".into(), vec![say("one"), say("two")]),
        ("na\u{ef}\x08ive 👩‍🚀!\x7f\x7f👍🏽\n".into(), vec![say("naive 👍🏽")]),
        (b"caf\xc3\x08e\n".into(), vec![say("cafe")]),
        (b"x\x08\x04more\n".into(), vec![Request::Command(Command::Leave(CloseCode::NORMAL))]),
        (b"a\xff\xedb\xff\xfd\x06c\n".into(), vec![Request::Notice(Notice::Refuse(6)), say("abc")]),
        (
            b"\xff\xfd\x06\n\xff\xf6GET / HTTP/1.1\n\xff\xf6".into(),
            vec![
                Request::Notice(Notice::Refuse(6)),
                Request::Notice(Notice::AreYouThere),
                Request::Notice(Notice::WrongProtocol(OtherProtocol::Http)),
            ],
        ),
        (b"a\n\xff\xf6b\n".into(), vec![say("a"), Request::Notice(Notice::AreYouThere), say("b")]),
        (b"\xff\xe0b\na\xff\xff\n".into(), vec![Request::Notice(Notice::NotUtf8), Request::Notice(Notice::NotUtf8)]),
        (b"caf\xc3\xa9\n".into(), vec![say("café")]),
        (b"caf\xe9\nnext\n".into(), vec![Request::Notice(Notice::NotUtf8), say("next")]),
        (b"\xff\xff\nnext\n".into(), vec![Request::Notice(Notice::NotUtf8), say("next")]),
        (b"\xed\xa0\x80\n\xc0\x80\n".into(), vec![Request::Notice(Notice::NotUtf8), Request::Notice(Notice::NotUtf8)]),
        (b"/na\xff\xf9me B\xff\xfd\x18ob\r\n".into(), vec![rename()]),
        (
            b"\xff\xfd\x03\xff\xfd\x01hi\n".into(),
            vec![Request::Notice(Notice::Refuse(3)), Request::Notice(Notice::Refuse(1)), say("hi")],
        ),
        (b"no end".into(), vec![]),
        (b"x\n\x04y\n".into(), vec![say("x"), Request::Command(Command::Leave(CloseCode::NORMAL))]),
        (b"\x04".into(), vec![Request::Command(Command::Leave(CloseCode::NORMAL))]),
        (b"x\x04y\n".into(), vec![say("xy")]),
        (b"/quit\nnever\n".into(), vec![Request::Command(Command::Leave(CloseCode::NORMAL))]),
        (
            b"half\xff\xf4\xff\xfd\x06\nnever\n".into(),
            vec![Request::Notice(Notice::Refuse(6)), Request::Command(Command::Leave(CloseCode::NORMAL))],
        ),
        (b"half\xff\xec\nnever\n".into(), vec![Request::Command(Command::Leave(CloseCode::NORMAL))]),
        (
            b"whole\nhalf\xff\xf4".into(),
            vec![say("whole"), Request::Notice(Notice::Refuse(6)), Request::Command(Command::Leave(CloseCode::NORMAL))],
        ),
        (format!("{long}\r\n").into(), vec![say(&long)]),
        (format!("{too_long}\nnext\n").into(), vec![Request::Notice(Notice::TooLong), say("next")]),
        (format!("{emoji}\r\n").into(), vec![say(&emoji)]),
        (format!("{emoji}!\r\nnext\n").into(), vec![Request::Notice(Notice::TooLong), say("next")]),
        (format!("{endless}\nnext\n").into(), vec![Request::Notice(Notice::TooLong), say("next")]),
        (
            format!("{endless}\n\x04").into(),
            vec![Request::Notice(Notice::TooLong), Request::Command(Command::Leave(CloseCode::NORMAL))],
        ),
        (format!("hi\n{endless}\x04").into(), vec![say("hi"), Request::Notice(Notice::TooLong)]),
        ([b"\xe9".repeat(1600), b"\nnext\n".into()].concat(), vec![Request::Notice(Notice::NotUtf8), say("next")]),
        ([b"\xe9".repeat(1601), b"\r\nnext\n".into()].concat(), vec![Request::Notice(Notice::TooLong), say("next")]),
        (format!("hi\n{endless}{endless}").into(), vec![say("hi"), Request::Notice(Notice::TooLong)]),
        // What comes first is told by its end.
        (format!("{endless}\x04").into(), vec![]),
        (format!("hi\n{endless}\x15ok\nnext\n").into(), vec![say("hi"), Request::Notice(Notice::TooLong), say("next")]),
        (format!("{endless}\x15ok\nnext\n").into(), vec![Request::Notice(Notice::TooLong), say("next")]),
        (format!("{emoji}\x08!\r\nnext\n").into(), vec![say(&format!("{}!", "😀".repeat(399))), say("next")]),
    ];
    for (bytes, requests) in cases {
        for split in 0..=bytes.len() {
            let mut session = Session::new(&unmetered());
            let mut asked = ask(&mut session, &bytes[..split]);
            asked.extend(ask(&mut session, &bytes[split..]));
            assert_eq!(asked, requests, "split at {split}");
        }
        let mut session = Session::new(&unmetered());
        let asked: Vec<_> = bytes.iter().flat_map(|&byte| ask(&mut session, &[byte])).collect();
        assert_eq!(asked, requests, "one byte at a time");
    }
}

#[test]
fn a_session_at_rest_holds_no_memory() {
    let mut session = Session::new(&unmetered());
    ask(&mut session, b"hello\nworld\n");
    assert_eq!(session.held_bytes(), 0);
    ask(&mut session, b"half");
    assert!((4..64).contains(&session.held_bytes()));
    ask(&mut session, &b"x".repeat(10_000_000));
    assert_eq!(session.held_bytes(), 0);
}

#[test]
fn many_lines_at_once_ask_for_what_they_ask_for_one_by_one() {
    let long = "x".repeat(401);
    let lines =
        ["hello", "", "  ", "//slash", "/users", "/nothing here", " /help", &long, &long[1..], "/quitters", "bye"];
    let plain = lines.map(|line| format!("{line}\n")).concat().repeat(4);
    for bytes in [plain.clone(), plain.replace('\n', "\r\n"), plain.replace("bye", "tschüß\t"), plain + "no line yet"]
    {
        let mut session = Session::new(&unmetered());
        let one_by_one: Vec<_> =
            bytes.as_bytes().split_inclusive(|&byte| byte == b'\n').flat_map(|line| ask(&mut session, line)).collect();
        assert_eq!(ask(&mut Session::new(&unmetered()), bytes.as_bytes()), one_by_one);
        let lines = bytes[..=bytes.rfind('\n').expect("there are lines")].lines();
        let parsed =
            |line: &str| if line.len() > 400 { Some(Request::Notice(Notice::TooLong)) } else { Request::parse(line) };
        assert_eq!(one_by_one, lines.filter_map(parsed).collect::<Vec<_>>());
        assert!(one_by_one.len() > 30);
    }
}

#[test]
fn what_is_said_in_a_row_is_one_request_and_nothing_else_comes_between() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(b"one\n\ntwo\tnaive\n/users\n//three\n/help\nfour\nhalf");
    let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) else { panic!("lines are there") };
    let texts = |request: &Request| {
        let Request::Command(Command::Say(texts)) = request else { return vec![format!("{request:?}")] };
        texts.iter().map(str::to_owned).collect()
    };
    let [said, asked] = [vec!["one", "two naive"], vec!["Query(Users)"]];
    assert_eq!(
        requests.iter().map(texts).collect::<Vec<_>>(),
        [said, asked, vec!["/three"], vec!["Query(Help)"], vec!["four"]]
    );
}

#[test]
fn above_its_rate_a_session_holds_lines_back_and_loses_none() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 10, flood_burst: Duration::from_secs(1), ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    session.handle_bytes(&b"x\n".repeat(15));
    assert_eq!(drain(&mut session, Time::START).len(), 10);
    for line in 1..=5 {
        let ready = Time::after(line * Duration::from_millis(100));
        let before = Time::after(ready.since_start() - Duration::from_nanos(1));
        assert_eq!(drain_to(&mut session, before), (vec![], Next::AwaitTime(ready)));
        assert_eq!(drain(&mut session, ready), [say("x")]);
    }
    assert_eq!(drain_to(&mut session, Time::after(Duration::from_millis(500))), (vec![], Next::Read));
}

#[test]
fn what_is_asked_for_between_lines_keeps_its_place_while_they_are_held_back() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 10, flood_burst: Duration::from_secs(1), ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    session.handle_bytes(&[&b"x\n".repeat(12)[..], b"\xff\xf6last\n"].concat());
    assert_eq!(drain(&mut session, Time::START).len(), 10);
    let second = Time::after(Duration::from_secs(1));
    assert_eq!(drain(&mut session, second), [say("x"), say("x"), Request::Notice(Notice::AreYouThere), say("last")]);
}

#[test]
fn blank_lines_that_come_at_once_count_as_one_line() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::from_secs(2), ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    session.handle_bytes(b"\n  \n\r\n\t\nx\n\n\ny\n");
    let [first, second] = [1, 2].map(|seconds| Time::after(Duration::from_secs(seconds)));
    assert_eq!(drain_to(&mut session, Time::START), (vec![say("x")], Next::AwaitTime(first)));
    assert_eq!(drain_to(&mut session, first), (vec![], Next::AwaitTime(second)));
    assert_eq!(drain_to(&mut session, second), (vec![say("y")], Next::Read));
}

#[test]
fn blank_lines_are_passed_over_up_to_what_is_something() {
    let (spaces, too_long) = (" ".repeat(400), " ".repeat(401));
    let cases = [
        ("", 0),
        ("\n\n \t \n", 6),
        ("\n\nx\n\n", 2),
        ("\n \n  ", 3),
        ("\n  x\n", 1),
        (&format!("{spaces}\n"), 401),
        (&format!("\n{too_long}\n"), 1),
        ("\n\x04\n", 1),
        ("\n\u{a0}\n", 1),
    ];
    for (input, bytes) in cases {
        assert_eq!(blank_lines_bytes(input.as_bytes(), 400), bytes, "{input:?}");
    }
    let mut session = Session::new(&Config::default());
    assert_eq!(
        ask(&mut session, format!("\n\n{too_long}\n\n\nx\n").as_bytes()),
        [Request::Notice(Notice::TooLong), say("x")]
    );
}

#[test]
fn an_endless_line_counts_for_the_rate_once() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    let [second, two] = [1, 2].map(|seconds| Time::after(Duration::from_secs(seconds)));
    session.handle_bytes(&[b"hi\n", &b"x".repeat(2000)[..]].concat());
    assert_eq!(drain_to(&mut session, Time::START), (vec![say("hi")], Next::AwaitTime(second)));
    assert_eq!(drain_to(&mut session, second), (vec![Request::Notice(Notice::TooLong)], Next::Read));
    session.handle_bytes(b"xxx\nnext\n");
    assert_eq!(drain_to(&mut session, two), (vec![say("next")], Next::Read));
}

#[test]
fn what_was_sent_before_the_end_is_still_handed_out() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    session.handle_bytes(b"one\ntwo\nhalf");
    session.handle_end();
    let second = Time::after(Duration::from_secs(1));
    assert_eq!(drain_to(&mut session, Time::START), (vec![say("one")], Next::AwaitTime(second)));
    assert_eq!(drain_to(&mut session, second), (vec![say("two")], Next::End));
}

#[test]
fn after_a_window_of_replies_a_session_waits_for_the_answer() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(&b"/rooms\n".repeat(5));
    let mut signals = Signals::default();
    for _ in 0..2 {
        let window = vec![Request::Query(Query::Rooms), Request::Query(Query::Rooms), Request::Notice(Notice::Fence)];
        assert_eq!(session.poll_next(Time::START, signals), Next::Ask(window));
        assert_eq!(session.poll_next(Time::START, signals), Next::AwaitSignal);
        signals = signals.after(Signal::Credit);
    }
    assert_eq!(session.poll_next(Time::START, signals), Next::Ask(vec![Request::Query(Query::Rooms)]));
    assert_eq!(session.poll_next(Time::START, signals), Next::Read);
}

#[test]
fn a_paused_session_asks_for_nothing_and_goes_on_where_it_was() {
    let mut session = Session::new(&unmetered());
    let paused = Signals::default().after(Signal::Pause);
    session.handle_bytes(b"one\nha");
    assert_eq!(session.poll_next(Time::START, paused), Next::AwaitSignal);
    session.handle_bytes(b"lf\n");
    assert_eq!(session.poll_next(Time::START, paused), Next::AwaitSignal);
    assert_eq!(drain_to(&mut session, Time::START), (vec![say("one"), say("half")], Next::Read));
}

#[test]
fn a_pause_does_not_answer_a_mark_nor_an_answer_end_a_pause() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(&b"/rooms\n".repeat(3));
    assert!(matches!(session.poll_next(Time::START, Signals::default()), Next::Ask(_)));
    let mut signals = Signals::default();
    for signal in [Signal::Pause, Signal::Resume, Signal::Pause, Signal::Credit] {
        signals = signals.after(signal);
        assert_eq!(session.poll_next(Time::START, signals), Next::AwaitSignal);
    }
    let signals = Signals::from_bits(signals.after(Signal::Resume).to_bits());
    assert_eq!(session.poll_next(Time::START, signals), Next::Ask(vec![Request::Query(Query::Rooms)]));
}

#[test]
fn an_abandoned_session_is_at_its_end() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(b"never said\n");
    assert_eq!(session.poll_next(Time::START, Signals::ABANDONED), Next::End);
}

#[test]
fn a_session_is_at_its_end_when_its_connection_was_closed_also_if_a_credit_is_still_to_come() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(&b"/help\n".repeat(1000));
    while let Next::Ask(_) = session.poll_next(Time::START, Signals::default()) {}
    assert_eq!(session.poll_next(Time::START, Signals::default()), Next::AwaitSignal);
    assert_eq!(session.poll_next(Time::START, Signals::FINISHED), Next::End);
}

#[test]
fn what_is_said_needs_no_answer() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(&b"hello there\n".repeat(10_000));
    let mut said = 0;
    while let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) {
        let [Request::Command(Command::Say(texts))] = &requests[..] else {
            panic!("it is said in a row: {requests:?}")
        };
        assert!(texts.count() as usize <= LINES_MAX && texts.iter().all(|text| text == "hello there"));
        said += texts.count();
    }
    assert_eq!(said, 10_000);
}

#[test]
fn lines_held_back_are_moved_only_when_half_of_them_are_through() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::ZERO, ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::new(&config);
    session.handle_bytes(&b"x\n".repeat(1000));
    let mut moves = 0;
    for second in 0..1000 {
        let before = session.intake.decoder.held().as_ptr();
        assert_eq!(drain(&mut session, Time::after(Duration::from_secs(second))), [say("x")]);
        moves += usize::from(session.intake.decoder.held().as_ptr() != before);
        let rest = 2 * (999 - second as usize);
        assert!(
            session.intake.decoder.held().len() < 2 * rest || session.intake.decoder.held().is_empty(),
            "{rest} of {}",
            session.intake.decoder.held().len()
        );
    }
    assert!(moves <= 11, "{moves} moves");
    assert_eq!(session.held_bytes(), 0);
}

#[test]
fn after_all_was_handed_out_no_pause_holds_the_reader() {
    let mut session = Session::new(&unmetered());
    session.handle_bytes(b"/quit\n");
    assert_eq!(
        session.poll_next(Time::START, Signals::default()),
        Next::Ask(vec![Request::Command(Command::Leave(CloseCode::NORMAL))])
    );
    let paused = Signals::default().after(Signal::Pause);
    assert_eq!(session.poll_next(Time::START, paused), Next::End);
}

#[test]
fn what_begins_like_another_protocol_is_never_taken_for_chat() {
    let post = b"POST /?x HTTP/1.1\r\nContent-Length: 30\r\n\r\n/join pizza\nhello\n".to_vec();
    let endless = [b"GET /", &b"x".repeat(5000)[..], b" HTTP/1.1\r\n\r\nhello\n"].concat();
    let cases = [
        (post.clone(), OtherProtocol::Http),
        ([b"\r\n \n", &post[..]].concat(), OtherProtocol::Http),
        ([b"\xff\xfd\x18", &post[..]].concat(), OtherProtocol::Http),
        (endless.clone(), OtherProtocol::Http),
        ([&endless[..1700], b" \n"].concat(), OtherProtocol::Http),
        (vec![0x16, 3, 1, 0, 5, b'\n', b'a', b'\n'], OtherProtocol::Tls),
        (b"\0\0\0hello\nhello\n".to_vec(), OtherProtocol::Binary),
        (b"hel\0\x08lo\n".to_vec(), OtherProtocol::Binary),
        (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0chello\r\n".to_vec(), OtherProtocol::Proxy),
        (b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069\r\nhello\r\n".to_vec(), OtherProtocol::Proxy),
        (b"PASS s3cret\r\nNICK bob\r\n".to_vec(), OtherProtocol::Irc),
        (b"\xff\xfb\x1fCAP LS 302\r\0".to_vec(), OtherProtocol::Irc),
        (b"SSH-2.0-OpenSSH_9.2\x08\x15\r\n".to_vec(), OtherProtocol::Ssh),
        (b"\n<?xml version='1.0'?><stream:stream to='a'>".to_vec(), OtherProtocol::Xmpp),
    ];
    for (bytes, protocol) in cases {
        for size in [1, 2, 7, 100, bytes.len()] {
            let mut session = Session::new(&unmetered());
            let asked: Vec<_> = bytes.chunks(size).flat_map(|bytes| ask(&mut session, bytes)).collect();
            assert_eq!(asked, [Request::Notice(Notice::WrongProtocol(protocol))], "{size} bytes at a time");
            assert_eq!(session.poll_next(Time::START, Signals::default()), Next::End);
        }
    }
}

#[test]
fn a_first_line_without_an_end_is_told_by_its_end_in_every_split() {
    let long = b"x".repeat(2000);
    let after = b"\r\nHost: a\r\n\r\n/join pizza\nhello\n";
    for (beginning, end) in [
        (&b"get /"[..], &b" HTTP/1.1"[..]),
        (b"patch http://a/", b" HTTP/1.0"),
        (b"", b" / HTTP/1.1"),
        (b"/join ", b" HTTP/2.0"),
        (b"\n\r\n \n", b" HTTP/1.1"),
    ] {
        let bytes = [beginning, &long[..], end, after].concat();
        for size in [1, 2, 3, 9, 1600, 1601, 1602, 1603, 2000, bytes.len()] {
            let mut session = Session::new(&unmetered());
            let asked: Vec<_> = bytes.chunks(size).flat_map(|bytes| ask(&mut session, bytes)).collect();
            assert_eq!(
                asked,
                [Request::Notice(Notice::WrongProtocol(OtherProtocol::Http))],
                "{beginning:?}, {size} bytes at a time"
            );
        }
    }
}

#[test]
fn a_first_line_without_an_end_is_too_long_in_every_split_if_it_does_not_end_in_a_version() {
    let long = b"x".repeat(2000);
    for end in [&b"\n"[..], b"\r\n", b" HTTP/1.1 \n", b" HTTP/1\n", b"\x04\n", b" HTTP/1.x\x081\n"] {
        let bytes = [b"get /", &long[..], end, b"hello\n"].concat();
        for size in [1, 2, 3, 9, 1600, 1601, 1602, 1603, 2000, bytes.len()] {
            let mut session = Session::new(&unmetered());
            let asked: Vec<_> = bytes.chunks(size).flat_map(|bytes| ask(&mut session, bytes)).collect();
            assert_eq!(asked, [Request::Notice(Notice::TooLong), say("hello")], "{end:?}, {size} bytes at a time");
        }
    }
}

#[test]
fn a_first_line_without_an_end_takes_no_memory() {
    let mut session = Session::new(&unmetered());
    for _ in 0..1000 {
        session.handle_bytes(&[b'x'; 4096]);
        assert!(session.held_bytes() <= 64, "{}", session.held_bytes());
        let Decoder::Lines(lines) = &session.intake.decoder else { panic!("it is spoken to in lines") };
        assert_eq!(lines.opening(), Opening::Unknown);
    }
}

#[test]
fn however_short_lines_have_to_be_a_request_is_told_in_every_split() {
    let config = Config { rules: Rules { line_chars_max: 1, ..unmetered().rules }, ..unmetered() };
    for line in ["a / HTTP/1.1", "GET / HTTP/1.1", "OPTIONS /aaa HTTP/1.1", "get /aaaaa HTTP/1.1"] {
        let bytes = [line.as_bytes(), b"\r\na\n"].concat();
        for size in 1..=bytes.len() {
            let mut session = Session::new(&config);
            let asked: Vec<_> = bytes.chunks(size).flat_map(|bytes| ask(&mut session, bytes)).collect();
            assert_eq!(
                asked,
                [Request::Notice(Notice::WrongProtocol(OtherProtocol::Http))],
                "{line}, {size} bytes at a time"
            );
        }
    }
}

#[test]
fn a_request_is_told_by_its_whole_line_up_to_the_longest_that_there_can_be() {
    for len in [20, 1600, 1601] {
        let line = [b"get /", &b"x".repeat(len - 14)[..], b" HTTP/1.1\n"].concat();
        for bytes in [line.clone(), [&b"\n".repeat(1600)[..], &line].concat()] {
            for size in [1, 1600, bytes.len()] {
                let mut session = Session::new(&unmetered());
                let asked: Vec<_> = bytes.chunks(size).flat_map(|bytes| ask(&mut session, bytes)).collect();
                assert_eq!(
                    asked,
                    [Request::Notice(Notice::WrongProtocol(OtherProtocol::Http))],
                    "{len} bytes, {size} at a time"
                );
            }
        }
    }
}

#[test]
fn only_what_comes_first_can_be_another_protocol() {
    let mut session = Session::new(&unmetered());
    let asked = ask(&mut session, b"hello\nGET / HTTP/1.1\n\x16\x03");
    assert_eq!(asked, ["hello", "GET / HTTP/1.1"].map(say));
}

#[test]
fn bytes_that_make_no_line_count_as_one_now_and_then() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 10, flood_burst: Duration::from_secs(1), ..Limits::default() },
        ..Config::default()
    };
    for bytes in [
        b"\xff\xfd\x18".repeat(5462),
        b"\xff\xfa\x18".iter().copied().chain([b'x'; 16 << 10]).collect(),
        vec![b'x'; 16 << 10],
    ] {
        let mut session = Session::new(&config);
        let mut reads = 0;
        let next = loop {
            session.handle_bytes(&bytes);
            reads += 1;
            match drain_to(&mut session, Time::START).1 {
                Next::Read => {}
                next @ (Next::Ask(_) | Next::AwaitSignal | Next::AwaitTime(_) | Next::Yield | Next::End) => break next,
            }
        };
        assert!((10..=11).contains(&reads), "{reads} reads of {:?}", &bytes[..3]);
        assert_eq!(next, Next::AwaitTime(Time::after(Duration::from_millis(100))));
    }
}

#[test]
fn how_a_session_ended_is_told() {
    let end = |bytes: &[u8], end: fn(&mut Session)| {
        let mut session = Session::new(&unmetered());
        ask(&mut session, bytes);
        end(&mut session);
        assert_eq!(session.poll_next(Time::START, Signals::default()), Next::End);
        session.incident()
    };
    assert_eq!(end(b"hello\n", Session::handle_end), Incident::HungUp);
    assert_eq!(end(b"hello\n", Session::handle_failure), Incident::Failed);
    assert_eq!(end(b"/quit\n", |_| ()), Incident::Quit);
    assert_eq!(end(b"/quit\n", Session::handle_failure), Incident::Quit, "what comes later is no news");
    assert_eq!(end(b"\x04", |_| ()), Incident::Quit);
    assert_eq!(end(b"half\xff\xf4", |_| ()), Incident::Quit);
    assert_eq!(end(b"GET / HTTP/1.1\n", |_| ()), Incident::WrongProtocol(OtherProtocol::Http));
}

#[test]
fn debug_hides_what_has_come() {
    let typed = b"/resume secret";
    let frame = [&[0x81, 0x80 | 14, 0, 0, 0, 0][..], typed].concat();
    let cases: [(Session, &[u8]); 3] = [
        (Session::new(&unmetered()), typed),
        (Session::with_form(&unmetered(), Form::Web), &frame),
        (Session::with_form(&unmetered(), Form::Web), &frame[..frame.len() - 1]),
    ];
    for (mut session, bytes) in cases {
        session.handle_bytes(bytes);
        let shown = format!("{session:?}");
        assert!(!shown.contains("secre") && !shown.contains("115, 101, 99, 114, 101"), "{shown}");
    }
}
