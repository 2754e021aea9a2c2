//! What the bytes of a connection by IRC ask for: in every split, at every limit.

use std::iter;

use super::*;
use crate::{Next, Session, Signals};

fn config() -> Config {
    let limits = crate::Limits { flood_lines_per_second: 0, ..crate::Limits::default() };
    Config { limits, ..Config::default() }
}

fn irc(line: &str) -> Request {
    Request::Irc(IrcLine::new(line))
}

/// Takes all that is asked for, but for fences.
fn drain(session: &mut Session) -> Vec<Request> {
    let (mut all, mut signals) = (Vec::new(), Signals::default());
    loop {
        match session.poll_next(Time::START, signals) {
            Next::Ask(requests) => all.extend(requests),
            Next::AwaitSignal => signals = signals.after(crate::Signal::Credit),
            Next::Yield => {}
            Next::AwaitTime(_) | Next::Read | Next::End => break,
        }
    }
    all.retain(|request| *request != Request::Notice(Notice::Fence));
    all
}

#[test]
fn lines_are_found_in_every_split() {
    let tags = |len: usize| format!("@{}", "a".repeat(len));
    let cases: Vec<(String, Vec<Request>)> = vec![
        ("NICK a\r\nPING b\nPONG c\r\n".into(), vec![irc("NICK a"), irc("PING b"), irc("PONG c")]),
        ("\r\n\n  \n@a\n:b\nPING d\n".into(), vec![irc("PING d")]),
        (format!("PING {}\r\n", "x".repeat(505)), vec![irc(&format!("PING {}", "x".repeat(505)))]),
        (format!("PING {}\nPING y\n", "x".repeat(506)), vec![Notice::TooLong.into(), irc("PING y")]),
        (format!("{}\nPING y\n", "x".repeat(10_000)), vec![Notice::TooLong.into(), irc("PING y")]),
        (format!("{} A\n", tags(4094)), vec![irc(&format!("{} A", tags(4094)))]),
        (format!("{} A\nB\n", tags(4095)), vec![Notice::TooLong.into(), irc("B")]),
        (format!("{} {}\n", tags(4094), "x".repeat(510)), vec![irc(&format!("{} {}", tags(4094), "x".repeat(510)))]),
        (format!("{} {}\nB\n", tags(4094), "x".repeat(511)), vec![Notice::TooLong.into(), irc("B")]),
        ("QUIT :x\nPING y\n".into(), vec![irc("QUIT :x")]),
        ("A\rB\r\nC\0D\n".into(), vec![irc("A"), irc("B"), irc("CD")]),
        ("half".into(), vec![]),
        ("\r\nGET / HTTP/1.1\r\nNICK a\r\n".into(), vec![Notice::WrongProtocol(OtherProtocol::Http).into()]),
        (
            format!("POST /{} HTTP/1.1\r\nNICK a\n", "x".repeat(9000)),
            vec![Notice::WrongProtocol(OtherProtocol::Http).into()],
        ),
        ("\x16\x03\x01\x02\nNICK a\n".into(), vec![Notice::WrongProtocol(OtherProtocol::Tls).into()]),
        ("PASS http://x\nNICK /a\n".into(), vec![irc("PASS http://x"), irc("NICK /a")]),
        ("SSH-2.0-x\r\nNICK a\n".into(), vec![Notice::WrongProtocol(OtherProtocol::Ssh).into()]),
        (
            "USER anonymous\nPASS x\nGET / HTTP/1.1\n".into(),
            vec![irc("USER anonymous"), irc("PASS x"), irc("GET / HTTP/1.1")],
        ),
    ];
    for (bytes, expected) in cases {
        let splits = iter::once(bytes.len()).chain([1, 2, 3, 7, 511, 512, 513, 4096]);
        for len in splits {
            let mut session = Session::with_form(&config(), crate::Form::Irc);
            let mut asked = Vec::new();
            for piece in bytes.as_bytes().chunks(len.max(1)) {
                session.handle_bytes(piece);
                asked.extend(drain(&mut session));
            }
            assert_eq!(asked, expected, "in pieces of {len}: {:.40}", bytes);
        }
    }
}

#[test]
fn what_is_not_utf_8_is_told_from_what_is() {
    let mut session = Session::with_form(&config(), crate::Form::Irc);
    session.handle_bytes(b"@label=1 PRIVMSG #a :na\xefve\nPING x\n");
    let asked = drain(&mut session);
    assert_eq!(asked[1], irc("PING x"));
    let Request::Irc(line) = &asked[0] else { panic!("it is a line") };
    assert!(!line.is_utf8() && line.as_str().starts_with("@label=1 PRIVMSG #a :na"));
    assert_eq!(format!("{line:?}"), "IrcLine(28 bytes)");
}

#[test]
fn of_an_endless_line_nothing_is_held() {
    let mut decoder = IrcDecoder::new(&config());
    for _ in 0..1000 {
        let _ = decoder.handle_bytes(&[b'x'; 1000]);
        while decoder.has_found() {
            decoder.pass(false);
        }
        decoder.forget_passed();
        assert!(decoder.held_bytes() <= 2 * (TAGS_BYTES_MAX + LINE_BYTES_MAX + 1000), "{}", decoder.held_bytes());
    }
    let _ = decoder.handle_bytes(b"\n");
    decoder.forget_passed();
    assert!(!decoder.has_found() && decoder.held().is_empty());
}

#[test]
fn a_line_to_many_counts_as_many() {
    let limits = crate::Limits { flood_lines_per_second: 1, ..crate::Limits::default() };
    let mut session = Session::with_form(&Config { limits, ..Config::default() }, crate::Form::Irc);
    session.handle_bytes(b"JOIN #a,#b,#c,#d,#e,#f,#g\nPING x\n");
    assert_eq!(drain(&mut session), [irc("JOIN #a,#b,#c,#d,#e,#f,#g")]);
    let next = session.poll_next(Time::START, Signals::default().after(crate::Signal::Credit));
    assert!(matches!(next, Next::AwaitTime(at) if at == Time::after(Duration::from_secs(3))), "{next:?}");
}

#[test]
fn what_ends_with_both_signs_is_one_line_for_the_rate_however_it_is_cut() {
    for end in ["\r\n", "\n", "\r"] {
        for len in [1, 2, 3, 8, 4096] {
            let mut decoder = IrcDecoder::new(&config());
            let (mut lines, mut blanks) = (0, 0);
            for piece in format!("PING a{end}").repeat(20).as_bytes().chunks(len) {
                let _ = decoder.handle_bytes(piece);
                while decoder.has_found() {
                    let is_blank = decoder.ask(&mut Saying::default()).is_nothing();
                    *(if is_blank { &mut blanks } else { &mut lines }) += 1;
                    decoder.pass(is_blank);
                    decoder.forget_passed();
                }
            }
            assert_eq!((lines, blanks), (20, 0), "{end:?} in pieces of {len}");
        }
    }
}

#[test]
fn a_decoder_takes_little_since_everybody_who_comes_by_irc_has_one() {
    assert_eq!(size_of::<IrcDecoder>(), 64);
}
