//! What a `WebSocket` may send, and how it is closed when it sends anything else: the cases that Autobahn's test suite
//! made known.

use tungstenite::protocol::frame::coding::Control;
use tungstenite::protocol::frame::{Frame as AnyFrame, FrameHeader};

use super::*;
use crate::Limits;
use crate::{Form, Incident, Name, Next, Request, Session, Signals, Text, Time};

const TEXT: OpCode = OpCode::Data(Data::Text);
const BINARY: OpCode = OpCode::Data(Data::Binary);
const CONTINUE: OpCode = OpCode::Data(Data::Continue);
const PING: OpCode = OpCode::Control(Control::Ping);
const PONG: OpCode = OpCode::Control(Control::Pong);
const CLOSE: OpCode = OpCode::Control(Control::Close);

/// Tells what is asked for, up to the end, if the session has come to it.
type Asked = Vec<Request>;

fn config() -> Config {
    Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() }
}

/// A frame as a browser sends it.
fn frame(opcode: OpCode, is_final: bool, payload: impl Into<Vec<u8>>) -> Vec<u8> {
    let header = FrameHeader { is_final, opcode, mask: Some([7, 0, 255, 128]), ..FrameHeader::default() };
    let mut bytes = Vec::new();
    AnyFrame::from_payload(header, payload.into().into()).format(&mut bytes).expect("it is written to memory");
    bytes
}

fn text(payload: &str) -> Vec<u8> {
    frame(TEXT, true, payload)
}

fn say(text: &str) -> Request {
    Request::Command(Command::Say(Text::clean(text).into()))
}

fn leave(code: u16) -> Request {
    Request::Command(Command::Leave(CloseCode::new(code)))
}

fn fail(code: u16) -> Request {
    Request::Notice(Notice::Fail(CloseCode::new(code)))
}

fn ping(payload: &'static str) -> Request {
    Request::Notice(Notice::Ping(payload.into()))
}

fn take_all(session: &mut Session, asked: &mut Asked) -> Next {
    loop {
        match session.poll_next(Time::START, Signals::default()) {
            Next::Ask(requests) => asked.extend(Request::one_by_one(requests)),
            Next::Yield => {}
            next @ (Next::AwaitSignal | Next::AwaitTime(_) | Next::Read | Next::End) => return next,
        }
    }
}

fn ask(config: &Config, pieces: &[&[u8]]) -> Asked {
    let (mut session, mut asked) = (Session::with_form(config, Form::Web), Vec::new());
    for piece in pieces {
        session.handle_bytes(piece);
        take_all(&mut session, &mut asked);
    }
    asked
}

/// Checks what bytes ask for: at once, one by one, and split in two, anywhere if they are few, else near where they
/// begin and end.
fn assert_asks(bytes: &[u8], expected: &[Request]) {
    let shown = &bytes[..bytes.len().min(40)];
    assert_eq!(ask(&config(), &[bytes]), expected, "{shown:02x?}");
    assert_eq!(ask(&config(), &bytes.chunks(1).collect::<Vec<_>>()), expected, "{shown:02x?} one by one");
    for split in (0..bytes.len()).filter(|split| *split < 256 || bytes.len() - split < 256) {
        let (head, tail) = bytes.split_at(split);
        assert_eq!(ask(&config(), &[head, tail]), expected, "{shown:02x?} split at {split}");
    }
}

#[test]
fn a_message_is_a_line_in_whatever_parts_it_comes() {
    let long = "x".repeat(400);
    let emoji = "😀".repeat(400);
    let cases: Vec<(Vec<u8>, Vec<Request>)> = vec![
        (text("hello"), vec![say("hello")]),
        (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58".into(), vec![say("Hello")]),
        (text(""), vec![]),
        (text("  "), vec![]),
        (text("/join pizza"), vec![Request::Command(Command::Join(Name::parse("pizza").expect("a name")))]),
        (text("//shrug"), vec![say("/shrug")]),
        (text("one\r\ntwo\n"), vec![say("one two")]),
        ([text("one"), text("two")].concat(), vec![say("one"), say("two")]),
        (text(&long), vec![say(&long)]),
        (text(&emoji), vec![say(&emoji)]),
        (text(&"x".repeat(401)), vec![Request::Notice(Notice::TooLong)]),
        (text(&"x".repeat(6400)), vec![Request::Notice(Notice::TooLong)]),
        ([frame(TEXT, false, "hel"), frame(CONTINUE, true, "lo")].concat(), vec![say("hello")]),
        (
            [frame(TEXT, false, "hel"), frame(CONTINUE, false, ""), frame(CONTINUE, true, "lo")].concat(),
            vec![say("hello")],
        ),
        ([frame(TEXT, false, ""), frame(CONTINUE, true, "")].concat(), vec![]),
        (
            [frame(TEXT, false, [0xe2, 0x82]), frame(CONTINUE, false, [0xac]), frame(CONTINUE, true, "!")].concat(),
            vec![say("€!")],
        ),
        (frame(PONG, true, "unasked"), vec![]),
        ([&b"\x81\xfe\0\x7e\0\0\0\0"[..], &[b'x'; 126]].concat(), vec![say(&"x".repeat(126))]),
        (
            [text("one"), text("/quit"), text("never")].concat(),
            vec![say("one"), Request::Command(Command::Leave(CloseCode::NORMAL))],
        ),
    ];
    for (bytes, expected) in cases {
        assert_asks(&bytes, &expected);
    }
}

#[test]
fn every_key_masks_and_texts_of_every_length_are_unmasked() {
    let all = "The quick brown fox jumps over the lazy dog, again and again. ".repeat(3);
    for len in 1..all.len() {
        for mask in [[0; 4], [0xff; 4], [1, 2, 4, 8], [0x80, 0, 0, 0]] {
            let header = FrameHeader { opcode: TEXT, mask: Some(mask), ..FrameHeader::default() };
            let mut bytes = Vec::new();
            let payload = all.as_bytes()[..len].to_vec();
            AnyFrame::from_payload(header, payload.into()).format(&mut bytes).expect("it is written to memory");
            assert_eq!(ask(&config(), &[&bytes]), [say(&all[..len])]);
        }
    }
}

#[test]
fn a_ping_is_answered_where_it_stands_even_between_the_parts_of_a_message() {
    let long: &'static str = Box::leak("p".repeat(125).into_boxed_str());
    let between = [
        frame(TEXT, false, "hel"),
        frame(PING, true, "one"),
        frame(PONG, true, ""),
        frame(CONTINUE, false, "l"),
        frame(PING, true, "two"),
        frame(CONTINUE, true, "o"),
        frame(PING, true, ""),
        text("end"),
    ];
    assert_asks(&between.concat(), &[ping("one"), ping("two"), say("hello"), ping(""), say("end")]);
    assert_asks(&frame(PING, true, long), &[ping(long)]);
}

#[test]
fn what_breaks_the_rules_closes_the_connection_with_the_right_code_and_nothing_after_it_counts() {
    let raw = |bytes: &[u8]| bytes.to_vec();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("no mask", raw(b"\x81\x05hello"), 1002),
        ("no mask, nothing in it", raw(b"\x81\x00"), 1002),
        (
            "a reserved bit",
            frame(TEXT, true, "x").into_iter().enumerate().map(|(i, b)| if i == 0 { b | 0x40 } else { b }).collect(),
            1002,
        ),
        ("another reserved bit", raw(b"\x91\x80\0\0\0\0"), 1002),
        ("the last reserved bit", raw(b"\xa1\x80\0\0\0\0"), 1002),
        ("a reserved kind of message", raw(b"\x83\x80\0\0\0\0"), 1002),
        ("the last reserved kind of message", raw(b"\x87\x80\0\0\0\0"), 1002),
        ("a reserved kind of control", raw(b"\x8b\x80\0\0\0\0"), 1002),
        ("the last reserved kind of control", raw(b"\x8f\x80\0\0\0\0"), 1002),
        ("a ping in parts", frame(PING, false, "x"), 1002),
        ("a pong in parts", frame(PONG, false, ""), 1002),
        ("a close in parts", frame(CLOSE, false, ""), 1002),
        ("a ping without a mask", raw(b"\x89\x00"), 1002),
        ("a close without a mask", raw(b"\x88\x00"), 1002),
        ("a reserved bit between parts", [frame(TEXT, false, "x"), raw(b"\xc9\x80\0\0\0\0")].concat(), 1002),
        (
            "too much in many parts",
            [frame(TEXT, false, ""), frame(CONTINUE, false, "x".repeat(100)).repeat(65)].concat(),
            1009,
        ),
        ("a ping of 126 bytes", frame(PING, true, "x".repeat(126)), 1002),
        ("a pong of 126 bytes", frame(PONG, true, "x".repeat(126)), 1002),
        ("a ping of more than there is", raw(b"\x89\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"), 1002),
        ("a close of 126 bytes", frame(CLOSE, true, [&[3, 232][..], &[b'x'; 124]].concat()), 1002),
        ("a length of two bytes that fits into one", raw(b"\x81\xfe\0\x01\0\0\0\0x"), 1002),
        ("a length of eight bytes that fits into one", raw(b"\x81\xff\0\0\0\0\0\0\0\x01\0\0\0\0x"), 1002),
        ("a length of eight bytes that fits into two", raw(b"\x82\xff\0\0\0\0\0\0\xff\xff\0\0\0\0"), 1002),
        ("a part of no message", frame(CONTINUE, true, "x"), 1002),
        ("a first part of no message", frame(CONTINUE, false, "x"), 1002),
        ("a message within another", [frame(TEXT, false, "x"), text("y")].concat(), 1002),
        (
            "a part after the last one",
            [frame(TEXT, false, ""), frame(CONTINUE, true, ""), frame(CONTINUE, true, "")].concat(),
            1002,
        ),
        ("no text", frame(BINARY, true, "x"), 1003),
        ("no text, in parts", [frame(BINARY, false, "x"), frame(CONTINUE, true, "y")].concat(), 1003),
        ("no UTF-8", frame(TEXT, true, [b'x', 0xff]), 1007),
        ("half a character", frame(TEXT, true, [0xe2, 0x82]), 1007),
        ("a surrogate", frame(TEXT, true, [0xed, 0xa0, 0x80]), 1007),
        ("an overlong form", frame(TEXT, true, [0xc0, 0x80]), 1007),
        ("beyond the last character", frame(TEXT, true, [0xf4, 0x90, 0x80, 0x80]), 1007),
        ("no UTF-8 in a later part", [frame(TEXT, false, "x"), frame(CONTINUE, true, [0xff])].concat(), 1007),
        ("half a character at the end", [frame(TEXT, false, [0xe2]), frame(CONTINUE, true, [0x82])].concat(), 1007),
        (
            "a character broken by the next part",
            [frame(TEXT, false, [0xe2]), frame(CONTINUE, false, "x")].concat(),
            1007,
        ),
        ("too much", text(&"x".repeat(6401)), 1009),
        ("too much in parts", [frame(TEXT, false, "x".repeat(6400)), frame(CONTINUE, false, "y")].concat(), 1009),
        ("much more than there is", raw(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"), 1009),
        ("more than can be counted", raw(b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"), 1009),
    ];
    for (what, bytes, code) in cases {
        let bytes = [text("before"), bytes, text("never")].concat();
        assert_asks(&bytes, &[say("before"), fail(code)]);
        let mut session = Session::with_form(&config(), Form::Web);
        session.handle_bytes(&bytes);
        assert_eq!(take_all(&mut session, &mut Vec::new()), Next::End, "{what}");
        assert_eq!(session.incident(), Incident::BadFrames, "{what}");
    }
}

#[test]
fn a_wish_to_close_is_answered_with_its_code_if_that_is_one() {
    let close = |payload: &[u8]| frame(CLOSE, true, payload);
    let coded = |code: u16, reason: &[u8]| close(&[&code.to_be_bytes(), reason].concat());
    let mut cases = vec![
        (close(b""), leave(1005)),
        (close(b"\x03"), fail(1002)),
        (coded(1000, b"bye"), leave(1000)),
        (coded(1000, "naïve".as_bytes()), leave(1000)),
        (coded(1000, b"\xff"), fail(1007)),
        (coded(1000, &[b'x'; 123]), leave(1000)),
    ];
    let allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
    cases.extend(allowed.map(|code| (coded(code, b""), leave(code))));
    let forbidden = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535];
    cases.extend(forbidden.map(|code| (coded(code, b""), leave(1002))));
    for (bytes, ending) in cases {
        assert_asks(&[text("before"), bytes, text("never")].concat(), &[say("before"), ending]);
    }
    // The last is what somebody says who thinks that it was us who broke the rules.
    for code in [1001, 1002] {
        let mut session = Session::with_form(&config(), Form::Web);
        session.handle_bytes(&coded(code, b""));
        assert_eq!(take_all(&mut session, &mut Vec::new()), Next::End);
        assert_eq!(session.incident(), Incident::Quit);
    }
}

#[test]
fn what_is_not_whole_when_the_connection_ends_is_dropped() {
    for bytes in [&text("hello")[..8], &frame(TEXT, false, "hello")[..], b"\x81", b""] {
        let (mut session, mut asked) = (Session::with_form(&config(), Form::Web), Vec::new());
        session.handle_bytes(bytes);
        session.handle_end();
        assert_eq!((take_all(&mut session, &mut asked), asked), (Next::End, vec![]));
        assert_eq!(session.incident(), Incident::HungUp);
    }
}

#[test]
fn a_socket_at_rest_holds_no_memory_and_between_parts_not_much() {
    let mut frames = FrameDecoder::new(&config());
    for bytes in [text("hello"), frame(PING, true, "x"), text(&"x".repeat(6000))] {
        assert!(frames.handle_bytes(&bytes).is_continue());
        while frames.has_found() {
            frames.pass(false);
        }
        frames.forget_passed();
        assert!(frames.held_bytes() == 0 && frames.context.is_none());
    }
    assert!(frames.handle_bytes(&frame(TEXT, false, "x")).is_continue());
    assert!(frames.handle_bytes(&frame(PING, true, "x")).is_continue());
    frames.pass(false);
    frames.pass(false);
    assert!(frames.context.is_some(), "the message goes on");
    assert!(frames.handle_bytes(&frame(CONTINUE, true, "y")).is_continue());
    assert!(frames.context.is_none(), "it has ended");
}

#[test]
fn pings_count_for_the_rate_as_lines_do_and_of_what_asks_for_nothing_64_frames_count_as_one() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 10, flood_burst: Duration::from_secs(1), ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::with_form(&config, Form::Web);
    let mut asked = Vec::new();
    session.handle_bytes(&frame(PING, true, "x").repeat(50));
    assert!(matches!(take_all(&mut session, &mut asked), Next::AwaitTime(_)));
    assert_eq!(asked.len(), 10);
    let parts = [frame(TEXT, false, ""), frame(CONTINUE, false, "").repeat(1000)].concat();
    for bytes in [parts, frame(PONG, true, "").repeat(1000)] {
        let mut session = Session::with_form(&config, Form::Web);
        session.handle_bytes(&bytes);
        // Ten times 64, and as many a second later.
        let mut next_at = |now| {
            std::iter::repeat_with(|| session.poll_next(now, Signals::default())).find(|next| *next != Next::Yield)
        };
        assert!(matches!(next_at(Time::START), Some(Next::AwaitTime(_))));
        assert_eq!(next_at(Time::after(Duration::from_secs(1))), Some(Next::Read));
    }
}

#[test]
fn a_ping_uses_the_window_of_replies() {
    let mut session = Session::with_form(&config(), Form::Web);
    session.handle_bytes(&frame(PING, true, "x".repeat(125)).repeat(100));
    let mut asked = Vec::new();
    assert_eq!(take_all(&mut session, &mut asked), Next::AwaitSignal);
    assert_eq!(asked.last(), Some(&Request::Notice(Notice::Fence)));
    assert!((70..90).contains(&asked.len()), "{}", asked.len());
}

#[test]
fn that_somebody_is_there_is_told_by_any_frame_and_not_for_each() {
    let mut session = Session::with_form(&config(), Form::Web);
    let mut asked_at = |millis, bytes: &[u8]| {
        session.handle_bytes(bytes);
        match session.poll_next(Time::after(Duration::from_millis(millis)), Signals::default()) {
            Next::Ask(requests) => requests,
            Next::AwaitSignal | Next::AwaitTime(_) | Next::Yield | Next::Read | Next::End => Vec::new(),
        }
    };
    let (pong, said) = (frame(PONG, true, "what we never asked"), frame(TEXT, true, "hi"));
    let hi = || Request::Command(Command::Say(Text::clean("hi").into()));
    let half = said.len() / 2;
    let cases = [
        (0, &pong[..], vec![]),
        (4999, &pong, vec![]),
        (5000, &said[..half], vec![]),
        (5001, &said[half..], vec![Request::Notice(Notice::Alive), hi()]),
        (5002, &pong, vec![]),
        (10_000, &said, vec![hi()]),
        (10_001, &pong, vec![Request::Notice(Notice::Alive)]),
        (
            1_000_000,
            &frame(PING, true, "x"),
            vec![Request::Notice(Notice::Alive), Request::Notice(Notice::Ping("x".into()))],
        ),
    ];
    for (millis, bytes, asked) in cases {
        assert_eq!(asked_at(millis, bytes), asked, "{millis} ms");
    }
}

#[test]
fn who_is_held_back_by_the_rate_is_there_all_the_same() {
    let config = Config {
        limits: Limits { flood_lines_per_second: 1, flood_burst: Duration::from_secs(1), ..Limits::default() },
        ..Config::default()
    };
    let mut session = Session::with_form(&config, Form::Web);
    session.handle_bytes(&frame(TEXT, true, "x").repeat(100));
    let mut alive = 0;
    for second in 0..100 {
        if let Next::Ask(requests) = session.poll_next(Time::after(Duration::from_secs(second)), Signals::default()) {
            alive += requests.iter().filter(|request| **request == Request::Notice(Notice::Alive)).count();
        }
    }
    assert_eq!(alive, 19, "each five seconds, but not with the first");
}
