//! What a browser is told, byte for byte.

use serde_json::{Value, json};

use super::*;
use crate::log::cluster::Touch;
use crate::text::escaped_len;
use crate::wire::Encoding;
use crate::{Identity, Leaving, OtherProtocol, Text, Token};

fn name(text: &str) -> Name {
    Name::parse(text).expect("the case is a name")
}

fn encoded(message: &Message) -> BytesMut {
    let mut out = BytesMut::new();
    encode(message, &mut out, |_| {});
    out
}

/// Takes the frame of a message apart: its first byte, and its payload, of which it says the length in the shortest
/// way.
fn frame(message: &Message) -> (u8, Vec<u8>) {
    let bytes = encoded(message);
    let (len, start) = match bytes[1] {
        len @ 0..126 => (usize::from(len), 2),
        126 => (usize::from(u16::from_be_bytes([bytes[2], bytes[3]])), 4),
        127 => (
            usize::try_from(u64::from_be_bytes(bytes[2..10].try_into().expect("they are eight"))).expect("it fits"),
            10,
        ),
        128.. => panic!("it is masked"),
    };
    assert!(start == 2 || len >= 126 && (start == 4 || len > 65_535), "the length is not the shortest");
    assert_eq!(bytes.len() - start, len);
    (bytes[0], bytes[start..].to_vec())
}

fn object(message: &Message) -> Value {
    let (first, payload) = frame(message);
    assert_eq!(first, 0x81, "a whole text");
    serde_json::from_slice(&payload).expect("it is JSON")
}

#[test]
fn what_no_session_lets_pass_has_a_frame_too() {
    // What stands around the text has 80 bytes.
    for (chars, len) in [(65_455, 65_535), (65_456, 65_536), (70_000, 70_080)] {
        let texts = Text::clean(&"x".repeat(chars)).into();
        let message = Message::Said { room: name("main"), name: name("Ann"), texts, time_ms: 1, seq: 1, manner: None };
        let (first, payload) = frame(&message);
        assert_eq!((first, payload.len()), (0x81, len));
        assert_eq!(object(&message)["said"][0]["text"].as_str().map(str::len), Some(chars));
    }
}

#[test]
fn every_message_is_the_object_that_the_page_is_promised() {
    let (ann, bob, pizza) = (name("Ann"), name("Bob"), name("pizza"));
    let said = Message::Said {
        room: pizza.clone(),
        name: bob.clone(),
        texts: Text::clean("hi").into(),
        time_ms: 1_763_910_000_123,
        seq: 42,
        manner: None,
    };
    let token = Token::parse("abcdefghijklmnopqrstuvwxyz234567").expect("it has all digits");
    let cases = [
        (
            Message::Hello { boot: 0x9f86, chars_max: 400, token: None, has_accounts: false },
            json!({"kind": "hello", "server": "chinwag", "version": env!("CARGO_PKG_VERSION"), "boot": "0000000000009f86",
                "line_chars": 400, "name_chars_min": 2, "name_chars_max": 20, "room_chars_max": 32}),
        ),
        (
            Message::Hello { boot: 0x9f86, chars_max: 400, token: Some(token), has_accounts: false },
            json!({"kind": "hello", "server": "chinwag", "version": env!("CARGO_PKG_VERSION"), "boot": "0000000000009f86",
                "line_chars": 400, "name_chars_min": 2, "name_chars_max": 20, "room_chars_max": 32, "token": token.to_string()}),
        ),
        (Message::Resumable { token }, json!({"kind": "token", "token": token.to_string()})),
        (Message::Stale, json!({"kind": "stale"})),
        (Message::YouAre { name: ann.clone() }, json!({"kind": "you", "name": "Ann"})),
        (Message::YouJoined { room: pizza.clone(), seq: 41 }, json!({"kind": "room", "room": "pizza", "seq": 41})),
        (Message::YouAreIn { room: pizza.clone() }, json!({"kind": "here", "room": "pizza"})),
        (
            Message::Joined { room: pizza.clone(), name: ann.clone(), identity: Identity::default(), time_ms: 0 },
            json!({"kind": "joined", "room": "pizza", "name": "Ann"}),
        ),
        (
            Message::Left {
                room: pizza.clone(),
                name: ann.clone(),
                identity: Identity::default(),
                leaving: Leaving::ROOM,
                time_ms: 0,
            },
            json!({"kind": "left", "room": "pizza", "name": "Ann"}),
        ),
        (
            Message::Crowd { room: pizza.clone(), joined: 12, left: 3 },
            json!({"kind": "crowd", "room": "pizza", "joined": 12, "left": 3}),
        ),
        (
            Message::Acted {
                room: pizza.clone(),
                name: ann.clone(),
                text: Text::clean("\"waves\""),
                time_ms: 5,
                seq: 7,
                manner: None,
            },
            json!({"kind": "acted", "room": "pizza", "time": 5, "seq": 7, "name": "Ann", "text": "\"waves\""}),
        ),
        (
            Message::Told { name: ann.clone(), text: Text::clean("hi"), time_ms: 5, id: 1, manner: None },
            json!({"kind": "told", "time": 5, "name": "Ann", "text": "hi"}),
        ),
        (
            Message::Sent { name: bob.clone(), text: Text::clean("hi"), time_ms: 5, id: 1, manner: None },
            json!({"kind": "sent", "time": 5, "name": "Bob", "text": "hi"}),
        ),
        (Message::Nobody { name: bob.clone() }, json!({"kind": "nobody", "name": "Bob"})),
        (Message::NobodyWrote, json!({"kind": "nobody-wrote"})),
        (
            Message::TopicSet {
                room: pizza.clone(),
                name: ann.clone(),
                identity: Identity::default(),
                topic: Topic::of("at eight"),
                time_ms: 0,
                seq: 0,
                number: 0,
            },
            json!({"kind": "topic-set", "room": "pizza", "name": "Ann", "topic": "at eight"}),
        ),
        (
            Message::TopicSet {
                room: pizza.clone(),
                name: ann.clone(),
                identity: Identity::default(),
                topic: None,
                time_ms: 0,
                seq: 0,
                number: 0,
            },
            json!({"kind": "topic-set", "room": "pizza", "name": "Ann", "topic": null}),
        ),
        (Message::Topic { room: pizza.clone(), topic: None }, json!({"kind": "topic", "room": "pizza", "topic": null})),
        (Message::TopicTooLong, json!({"kind": "topic-too-long", "bytes": 390})),
        (Message::Ignoring { name: bob.clone() }, json!({"kind": "ignoring", "name": "Bob"})),
        (Message::Hearing { name: bob.clone() }, json!({"kind": "hearing", "name": "Bob"})),
        (
            Message::Ignored { names: vec![bob.clone()], more: 2 },
            json!({"kind": "ignored", "names": ["Bob"], "more": 2}),
        ),
        (Message::CantIgnore { reason: CantIgnore::Oneself }, json!({"kind": "ignores-oneself"})),
        (Message::CantIgnore { reason: CantIgnore::TooMany }, json!({"kind": "ignores-too-many", "people": 100})),
        (
            Message::History {
                room: pizza.clone(),
                said: vec![Earlier {
                    name: ann.clone(),
                    text: Text::clean("hi"),
                    is_act: false,
                    age: std::time::Duration::ZERO,
                    time_ms: 5,
                    seq: 7,
                    event: None,
                }],
                more: true,
            },
            json!({"kind": "history", "room": "pizza",
                "said": [{"seq": 7, "time": 5, "name": "Ann", "text": "hi", "act": false}], "more": true}),
        ),
        (
            Message::History { room: pizza.clone(), said: Vec::new(), more: false },
            json!({"kind": "history", "room": "pizza", "said": [], "more": false}),
        ),
        (Message::HistoryCount, json!({"kind": "bad-count", "max": 100})),
        (
            Message::Incomplete { word: "msg" },
            json!({"kind": "incomplete", "word": "msg", "usage": "/msg {name} {text}"}),
        ),
        (
            said,
            json!({"kind": "said", "room": "pizza", "time": 1_763_910_000_123_u64, "seq": 42,
                "said": [{"name": "Bob", "text": "hi"}]}),
        ),
        (
            Message::Renamed { old: ann.clone(), new: bob.clone(), identity: Identity::default(), time_ms: 0 },
            json!({"kind": "renamed", "old": "Ann", "new": "Bob"}),
        ),
        (Message::Taken { name: bob.clone() }, json!({"kind": "taken", "name": "Bob"})),
        (
            Message::LoggingIn(LoggingIn::LoggedIn { account: bob.clone() }),
            json!({"kind": "logged-in", "account": "Bob"}),
        ),
        (Message::LoggingIn(LoggingIn::LoggedOut), json!({"kind": "logged-out"})),
        (Message::LoggingIn(LoggingIn::NotLoggedIn), json!({"kind": "not-logged-in", "text": "You are not logged in"})),
        (Message::NameOfAccount { name: bob.clone() }, json!({"kind": "name-of-account", "name": "Bob"})),
        (Message::NameInvalid, json!({"kind": "bad-name", "chars_min": 2, "chars_max": 20})),
        (Message::RoomInvalid, json!({"kind": "bad-room", "chars_min": 2, "chars_max": 32})),
        (
            Message::Rooms { rooms: vec![(pizza, 2), (name("main"), 1)], more: 3 },
            json!({"kind": "rooms", "rooms": [{"room": "pizza", "people": 2}, {"room": "main", "people": 1}], "more": 3}),
        ),
        (Message::Rooms { rooms: Vec::new(), more: 1 }, json!({"kind": "rooms", "rooms": [], "more": 1})),
        (
            Message::Users { room: name("main"), names: vec![ann, bob], more: 0 },
            json!({"kind": "users", "room": "main", "names": ["Ann", "Bob"], "more": 0}),
        ),
        (Message::Unrecognized { word: Text::clean("/\"x") }, json!({"kind": "unrecognized", "word": "/\"x"})),
        (Message::TooLong { chars_max: 400 }, json!({"kind": "too-long", "chars": 400})),
        (Message::NotUtf8, json!({"kind": "not-utf8"})),
        (
            Message::WrongProtocol { protocol: OtherProtocol::Binary, port: None },
            json!({"kind": "wrong-door", "what": "This port is for chat by telnet or nc"}),
        ),
        (Message::Dropped { count: 17 }, json!({"kind": "dropped", "count": 17})),
        (Message::Stopping, json!({"kind": "stopping"})),
        (Message::Touch(Touch::Kept), json!({"kind": "touch", "state": "kept"})),
        (Message::Touch(Touch::Lost), json!({"kind": "touch", "state": "lost"})),
        (Message::Touch(Touch::Cut), json!({"kind": "touch", "state": "cut"})),
    ];
    for (message, expected) in cases {
        assert_eq!(object(&message), expected);
    }
}

#[test]
fn the_help_tells_each_command_apart() {
    let help = object(&Message::Help);
    let commands = help["commands"].as_array().expect("it is a list");
    assert_eq!(commands.len(), COMMANDS.len());
    assert_eq!(commands[0], json!({"word": "help", "arguments": [], "what": "prints this message"}));
    assert_eq!(commands[1], json!({"word": "name", "arguments": ["name"], "what": "change name"}));
}

#[test]
fn whatever_is_said_is_read_back_as_it_was() {
    let every_char: Vec<_> = (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
    let every_char = every_char.chunks(4000).map(|chars| chars.iter().collect::<String>());
    let texts = ["", "\"", "\\", "\\\"\\", "a\"b\\c</script>", "naïve 日本 👩‍🚀", "\\u0000"];
    for text in texts.into_iter().map(str::to_owned).chain(every_char) {
        let text = Text::clean(&text);
        let said = Message::Unrecognized { word: text.clone() };
        assert_eq!(object(&said)["word"], text.as_str(), "{text}");
        let escaped = serde_json::to_string(text.as_str()).expect("a string can be JSON");
        assert_eq!(escaped_len(text.as_str()), escaped.len() - 2, "{text}");
    }
}

#[test]
fn numbers_are_written_in_all_their_digits() {
    for number in [0, 7, 10, 99, 100, 1_763_910_000_123, u64::MAX] {
        assert_eq!(object(&Message::Dropped { count: number })["count"], number);
    }
}

#[test]
fn lengths_on_both_sides_of_each_form_of_a_frame_are_right() {
    for len in (80..150).chain([4096, 16 << 10]) {
        let text = "x".repeat(len);
        assert_eq!(object(&Message::said("Ann", &text))["said"][0]["text"], text);
    }
}

#[test]
fn what_is_said_in_a_row_is_in_as_few_frames_as_it_fits_in_and_numbered_on() {
    let texts: Vec<_> = (0..256).map(|number| format!("{number:0400}")).collect();
    let bytes = encoded(&Message::said_in_a_row(&texts));
    let (mut rest, mut heard, mut frames) = (&bytes[..], Vec::new(), 0);
    while let [0x81, 126, high, low, behind @ ..] = rest {
        let (payload, behind) = behind.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        let object: Value = serde_json::from_slice(payload).expect("it is JSON");
        assert_eq!(object["seq"], heard.len() + 1);
        let said = object["said"].as_array().expect("it is a list");
        heard.extend(said.iter().map(|said| said["text"].as_str().expect("it is a text").to_owned()));
        (rest, frames) = (behind, frames + 1);
    }
    assert!(rest.is_empty());
    assert_eq!(heard, texts);
    assert!((12..16).contains(&frames), "each has some 8 KiB: {frames}");
}

#[test]
fn a_frame_goes_after_what_there_is() {
    let mut out = BytesMut::from(&b"before"[..]);
    for message in [Message::Stopping, Message::said("Ann", &"x".repeat(200))] {
        let before = out.clone();
        encode(&message, &mut out, |_| {});
        assert_eq!(out, [&before[..], &encoded(&message)[..]].concat());
    }
}

#[test]
fn what_programs_say_to_each_other_is_a_control_frame_and_no_line() {
    let cases = [
        (Message::Pong { payload: (&b"ping"[..]).into() }, &b"\x8a\x04ping"[..]),
        (Message::Pong { payload: (&b""[..]).into() }, b"\x8a\x00"),
        (Message::Bye { code: CloseCode::NORMAL }, b"\x88\x02\x03\xe8"),
        (Message::Bye { code: CloseCode::GOING_AWAY }, b"\x88\x02\x03\xe9"),
        (Message::Bye { code: CloseCode::NONE }, b"\x88\x00"),
    ];
    for (message, bytes) in cases {
        assert_eq!(encoded(&message), bytes);
        let mut line = BytesMut::new();
        Encoding::default().encode(&message, &mut line, |_| {});
        assert!(line.is_empty(), "{message:?}");
    }
}
