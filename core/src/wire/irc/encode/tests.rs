//! What those are told who come by IRC, byte for byte.

use std::collections::HashSet;

use super::*;
use crate::dialect::IrcTags;
use crate::irc::Tags;
use crate::log::cluster::Touch;
use crate::{OtherProtocol, Topic};

fn name(text: &str) -> Name {
    Name::parse(text).expect("the case is a name")
}

fn ann() -> Identity {
    Identity::new("ann", "Ann of B", false)
}

fn encoded(dialect: IrcDialect, message: &Message) -> String {
    let mut out = BytesMut::new();
    Encoder::new(dialect).encode(message, &mut out, |_| {});
    String::from_utf8(out.to_vec()).expect("all lines are UTF-8")
}

const fn dialect(tags: IrcTags, extends_joins: bool) -> IrcDialect {
    IrcDialect { tags, extends_joins, tags_accounts: false }
}

/// What Ann says, with tags for clients.
fn said(text: &str) -> Message {
    let manner = Manner { identity: ann(), how: How::Say, tags: Tags::for_clients("+a=b;x=y") };
    let texts = Text::clean(text).into();
    Message::Said {
        room: name("pizza"),
        name: name("Ann"),
        texts,
        time_ms: 1_764_442_800_123,
        seq: 7,
        manner: Some(Box::new(manner)),
    }
}

#[test]
fn each_dialect_is_sent_the_tags_that_it_knows() {
    let line = ":Ann!ann@chinwag PRIVMSG #pizza :hi\r\n";
    let cases = [
        (IrcTags::None, ""),
        (IrcTags::Time, "@time=2025-11-29T19:00:00.123Z "),
        (IrcTags::Message, "@msgid=19ad0fc7ffb-7-pizza;+a=b "),
        (IrcTags::All, "@time=2025-11-29T19:00:00.123Z;msgid=19ad0fc7ffb-7-pizza;+a=b "),
    ];
    for (tags, expected) in cases {
        assert_eq!(encoded(dialect(tags, false), &said("hi")), format!("{expected}{line}"));
    }
    let joined = Message::Joined { room: name("pizza"), name: name("Ann"), identity: ann(), time_ms: 0 };
    for (extends_joins, line) in [(false, "JOIN #pizza"), (true, "JOIN #pizza * :Ann of B")] {
        let expected = format!(":Ann!ann@chinwag {line}\r\n");
        assert_eq!(encoded(dialect(IrcTags::None, extends_joins), &joined), expected);
    }
}

#[test]
fn each_message_reads_as_the_standard_says() {
    let (pizza, bob) = (name("pizza"), name("Bob"));
    let left = |leaving| Message::Left { room: pizza.clone(), name: bob.clone(), identity: ann(), leaving, time_ms: 0 };
    let reason = || Some(Text::clean("that is all"));
    let acted = |manner| Message::Acted {
        room: pizza.clone(),
        name: bob.clone(),
        text: Text::clean("waves"),
        time_ms: 0,
        seq: 1,
        manner,
    };
    let topic = |topic| Message::TopicSet {
        room: pizza.clone(),
        name: bob.clone(),
        identity: ann(),
        topic,
        time_ms: 0,
        seq: 3,
        number: 11,
    };
    let cases = [
        (Message::said("Bob", "hi"), ":Bob!user@chinwag PRIVMSG #main :hi\r\n"),
        (
            Message::said_in_a_row(["a", "b"]),
            ":Ann!user@chinwag PRIVMSG #main :a\r\n:Ann!user@chinwag PRIVMSG #main :b\r\n",
        ),
        (acted(None), ":Bob!user@chinwag PRIVMSG #pizza :\x01ACTION waves\x01\r\n"),
        (left(Leaving::Room { reason: reason() }), ":Bob!ann@chinwag PART #pizza :that is all\r\n"),
        (left(Leaving::ROOM), ":Bob!ann@chinwag PART #pizza\r\n"),
        (left(Leaving::Server { reason: reason() }), ":Bob!ann@chinwag QUIT :Quit: that is all\r\n"),
        (left(Leaving::SERVER), ":Bob!ann@chinwag QUIT :Connection closed\r\n"),
        (
            Message::Renamed { old: bob.clone(), new: name("Rob"), identity: ann(), time_ms: 0 },
            ":Bob!ann@chinwag NICK :Rob\r\n",
        ),
        (topic(Topic::of("at eight")), ":Bob!ann@chinwag TOPIC #pizza :at eight\r\n"),
        (topic(None), ":Bob!ann@chinwag TOPIC #pizza :\r\n"),
        (Message::Crowd { room: pizza.clone(), joined: 3, left: 2 }, ""),
        (Message::Ping, "PING :chinwag\r\n"),
        (Message::Dropped { count: 3 }, "NOTICE * :Server is very busy and dropped 3 messages, sorry!\r\n"),
        (Message::Stopping, "NOTICE * :Server is shutting down\r\n"),
        (Message::Touch(Touch::Kept), "NOTICE * :This server is in touch with the others again\r\n"),
        (Message::Bye { code: CloseCode::NORMAL }, "ERROR :Closing link: Quit\r\n"),
        (Message::Bye { code: CloseCode::UNANSWERED }, "ERROR :Closing link: Ping timeout\r\n"),
        (Message::Bye { code: CloseCode::PROTOCOL }, "ERROR :Closing link: Not allowed\r\n"),
        (
            Message::WrongProtocol { protocol: OtherProtocol::Tls, port: None },
            "NOTICE * :This port is for chat by telnet or nc, not for TLS\r\n",
        ),
    ];
    for (message, line) in cases {
        assert_eq!(encoded(IrcDialect::default(), &message), line);
    }
}

#[test]
fn a_long_text_is_told_in_pieces_that_end_at_a_character() {
    for text in ["x".repeat(1600), "😀".repeat(400), "ä".repeat(800)] {
        let lines = encoded(dialect(IrcTags::All, false), &said(&text));
        let (mut told, mut ids) = (String::new(), HashSet::new());
        for line in lines.split_inclusive("\r\n") {
            let (tags, line) = line.split_once(' ').expect("it has tags");
            assert!(ids.insert(tags.to_owned()), "no two lines have the same msgid: {tags}");
            assert!(line.len() <= LINE_BYTES_MAX, "{} bytes", line.len());
            let piece =
                line.strip_prefix(":Ann!ann@chinwag PRIVMSG #pizza :").and_then(|line| line.strip_suffix("\r\n"));
            told.push_str(piece.expect("it is a line"));
        }
        assert_eq!(told, text);
    }
}

#[test]
fn the_ends_of_messages_are_told_and_not_those_of_their_pieces() {
    let mut ends = Vec::new();
    let mut out = BytesMut::from("before");
    let message = Message::said_in_a_row(["x".repeat(1000).as_str(), "y"]);
    Encoder::new(IrcDialect::default()).encode(&message, &mut out, |end| ends.push(end));
    assert_eq!(ends.len(), 2);
    assert_eq!(&out[ends[0]..], b":Ann!user@chinwag PRIVMSG #main :y\r\n");
    assert_eq!(ends[1], out.len());
}

#[test]
fn days_are_counted_as_the_calendar_has_them() {
    let cases = [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    ];
    for (time_ms, date) in cases {
        assert_eq!(Iso(time_ms).to_string(), date);
    }
}
