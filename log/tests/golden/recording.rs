//! What stands only in recordings.

use std::time::Duration;

use bytes::Bytes;
use chinwag_core::admission::{Account, Denial, ListenAddresses, Role, Verdict};
use chinwag_core::log::Command;
use chinwag_core::ops::{
    AnswerPart, Arrival, ArrivingState, AskedState, ConnectionState, Handed, HubState, Input, MemoryState,
    PendingState, Piece, Tally, Waiting,
};
use chinwag_core::{
    Answer, Bound, Capabilities, CloseCode, ConnectionId, Dialect, Earlier, Form, Found, Happened, How, Identity,
    IrcDialect, IrcLine, IrcTags, KeptEvent, KeptMessage, Limits, Notice, OtherProtocol, Page, Past, Query, Request,
    Secret, Text, Texts, Token, Told, Venue,
};
use chinwag_log::{Entry, StateHash};

use super::{name, seconds, snapshot, text};

fn input(handed: Handed) -> Entry {
    Entry::Input(Input { at: seconds(1), handed })
}

fn ann() -> ConnectionId {
    ConnectionId::new(0, 3, 17)
}

fn asked(requests: Vec<Request>) -> Entry {
    input(Handed::Asked { connection: ann(), requests })
}

fn limits() -> Limits {
    let at = |address: &str| address.parse().ok();
    Limits {
        secret: Some(Secret::new([0; 32])),
        listen_addresses: ListenAddresses { lines: at("[::1]:42069"), web: None, irc: at("127.0.0.1:6667") },
        ..Limits::default()
    }
}

pub(super) fn hub() -> HubState {
    let irc = ConnectionId::new(0, 2, 9);
    let state = |connection, form, dialect| ConnectionState {
        connection,
        form,
        dialect,
        waiting: None,
        pieces: Vec::new(),
        is_exposed: false,
    };
    let earlier = Earlier {
        name: name("Bob"),
        text: text("hi"),
        is_act: true,
        age: Duration::from_secs(1),
        time_ms: 5,
        seq: 7,
        event: None,
    };
    let history = Piece::History { room: name("main"), said: vec![earlier], more: true };
    HubState {
        chat: snapshot(),
        server: 0,
        opened: 18,
        connections: vec![
            ConnectionState {
                pieces: vec![Piece::Lines(Bytes::from_static(b":a 1 b\r\n"))],
                ..state(
                    irc,
                    Form::Irc,
                    Dialect::Irc(IrcDialect { tags: IrcTags::All, extends_joins: true, ..IrcDialect::default() }),
                )
            },
            ConnectionState {
                waiting: Some(Waiting { requests: vec![Query::Rooms.into()], is_closed: true, ..Waiting::default() }),
                pieces: vec![history],
                ..state(ann(), Form::Web, Dialect::Telnet)
            },
        ],
        vacant_slots: vec![1, 0],
        arriving: vec![ArrivingState {
            connection: irc,
            due: seconds(60),
            name: Some(name("Cid")),
            identity: Some(Identity::new("c", "Cid C", false)),
            capabilities: Capabilities::BATCH,
            is_negotiating: true,
            is_welcome: false,
            account: None,
            address: None,
        }],
        irc_batches: 3,
        memory: None,
    }
}

fn kept(seq: u64) -> KeptMessage {
    KeptMessage { name: name("Bob"), text: text("hi"), is_act: seq.is_multiple_of(2), time_ms: 6, seq, event: None }
}

/// What was said to one alone.
fn told() -> KeptMessage {
    let told = Told { to: name("ann"), how: How::Act, text: text("hi"), tags: None };
    let event = Some(Box::new(KeptEvent { number: 5, what: Happened::Told(Box::new(told)) }));
    KeptMessage { event, text: Text::default(), is_act: false, seq: 0, ..kept(1) }
}

/// A hub that has asked a store for all that it can be asked for.
fn remembering() -> HubState {
    let said = || {
        let (name, text) = (name("Bob"), text("hi"));
        Earlier { name, text, is_act: false, age: Duration::ZERO, time_ms: 5, seq: 7, event: None }
    };
    let waiting = Waiting {
        requests: Vec::new(),
        is_closed: false,
        answer: Some(PendingState {
            label: Some("x".into()),
            may_come_in_pieces: true,
            is_droppable: true,
            batch: Some("chathistory #tea".into()),
            parts: vec![
                AnswerPart::Line("ACK".into()),
                AnswerPart::Own("MODE Ann +B".into()),
                AnswerPart::Said(name("tea").into(), said()),
            ],
        }),
        given_by: None,
        next: Some(Page {
            venue: name("tea").into(),
            after: Some(Bound::Seq(1)),
            before: None,
            is_from_oldest: true,
            count: 9,
            with_events: false,
        }),
        pasts: vec![Past::none(name("jam"))],
    };
    let mut state = hub();
    state.connections[1].waiting = Some(waiting);
    state.connections[1].pieces = vec![Piece::Found { found: vec![(name("tea"), said())], more: true }];
    let asked = |room, waiting, is_stale| AskedState { room: name(room), waiting, is_stale };
    let asked = vec![asked("cake", vec![ann()], false), asked("tea", Vec::new(), true)];
    HubState { memory: Some(MemoryState { identity: 7, keeps_private: false, asked }), ..state }
}

/// What each kind is, and what is written of it.
#[rustfmt::skip]
pub(super) fn golden() -> Vec<(Entry, &'static [u8])> {
    let arrival = |form, dialect, requests| input(Handed::Opened(Arrival { form, dialect, requests, ..Arrival::default() }));
    let say = |lines: &str| Request::from(Command::Say(Texts::parse_lines(lines).expect("they are clean")));
    let queries = [Query::Help, Query::Rooms, Query::Users, Query::Topic, Query::Ignored, Query::More, Query::Token, Query::History(20)];
    let notices = [
        Notice::NameInvalid, Notice::RoomInvalid, Notice::Stale, Notice::HistoryCount, Notice::TopicTooLong, Notice::TooLong,
        Notice::NotUtf8, Notice::AreYouThere, Notice::Alive, Notice::Fence, Notice::Incomplete("msg"), Notice::Unrecognized(text("/x")),
        Notice::Speak(Dialect::CrLf), Notice::Refuse(6), Notice::Ping(Bytes::from_static(b"\xff")), Notice::Fail(CloseCode::PROTOCOL),
        Notice::WrongProtocol(OtherProtocol::Http),
    ];
    let answered = |answer| input(Handed::Answered(Box::new(answer)));
    let verified = |ghost| answered(Answer::Verified { connection: ann(), ghost });
    let logged_in = |verdict| answered(Answer::LoggedIn { connection: ann(), verdict });
    let found = vec![Found { room: name("pizza"), message: kept(3) }];
    let page = |after, before, is_from_oldest| Query::Page(Page { venue: name("pizza").into(), after, before, is_from_oldest, count: 100, with_events: false });
    let event = Bound::Event { seq: 1, time_ms: 2, number: 300 };
    let event = Page { venue: name("tea").into(), after: Some(event), before: Some(event), is_from_oldest: false, count: 1, with_events: true };
    let read = [page(Some(Bound::Seq(0)), Some(Bound::Seq(300)), false), page(None, Some(Bound::TimeMs(7)), true), Query::Search(text("c++"))];
    vec![
        (Entry::Limits(Box::default()), LIMITS_DEFAULT),
        (Entry::Limits(Box::new(limits())), LIMITS),
        (Entry::Hub(Box::new(hub())), HUB),
        (Entry::Batch(Tally::default()), b"\x08\x03B\x00"),
        (Entry::Batch(Tally { actions: 1, bytes: 300 }), b"\x08\x03B\x05\x08\x01\x10\xac\x02"),
        (Entry::Hash(StateHash::new([7; 32])), HASH),
        (arrival(Form::Lines, Dialect::Lf, Vec::new()), b"\x08\x03:\x08\x08\x80\x94\xeb\xdc\x03\x1a\x00"),
        (arrival(Form::Irc, Dialect::Irc(IrcDialect::default()), vec![Request::Irc(IrcLine::new("NICK ann"))]), b"\x08\x03:\x18\x08\x80\x94\xeb\xdc\x03\x1a\x10\x08\x02\x10\x03\x1a\n*\x08NICK ann"),
        (answered(Answer::Decided(Box::default())), b"\x08\x03:\x08\x08\x80\x94\xeb\xdc\x03r\x00"),
        (input(Handed::Closed { connection: ann() }), b"\x08\x03:\x0c\x08\x80\x94\xeb\xdc\x03\"\x04\x10\x03\x18\x11"),
        (input(Handed::Woke), b"\x08\x03:\x08\x08\x80\x94\xeb\xdc\x03*\x00"),
        (input(Handed::Clock { unix_ms: 1_700_000_000_000 }), b"\x08\x03:\r\x08\x80\x94\xeb\xdc\x030\x80\xd0\x95\xff\xbc1"),
        (verified(None), b"\x08\x03:\x0e\x08\x80\x94\xeb\xdc\x03:\x06\n\x04\x10\x03\x18\x11"),
        (verified(Some(ConnectionId::new(0, 0, 1))), b"\x08\x03:\x12\x08\x80\x94\xeb\xdc\x03:\n\n\x04\x10\x03\x18\x11\x12\x02\x18\x01"),
        (answered(Answer::Recalled(Past { said: 7, messages: vec![kept(7)], ..Past::none(name("tea")) })), b"\x08\x03:\x1e\x08\x80\x94\xeb\xdc\x03J\x16\n\x03tea\x10\x07\"\r\n\x03Bob\x12\x02hi \x06(\x07"),
        (answered(Answer::Read { connection: ann(), venue: name("tea").into(), messages: vec![kept(1), kept(2)] }), b"\x08\x03:3\x08\x80\x94\xeb\xdc\x03R+\n\x04\x10\x03\x18\x11\x12\x03tea\x1a\r\n\x03Bob\x12\x02hi \x06(\x01\x1a\x0f\n\x03Bob\x12\x02hi\x18\x01 \x06(\x02"),
        (answered(Answer::Read { connection: ann(), venue: Venue::private(name("ann"), name("bob")), messages: vec![told()] }), b"\x08\x03:1\x08\x80\x94\xeb\xdc\x03R)\n\x04\x10\x03\x18\x11\x12\x07ann/bob\x1a\x18\n\x03Bob \x062\x0f\x08\x05\"\x0b\n\x03ann\x10\x01\x1a\x02hi"),
        (answered(Answer::Found { connection: ann(), found }), b"\x08\x03:&\x08\x80\x94\xeb\xdc\x03Z\x1e\n\x04\x10\x03\x18\x11\x12\x16\n\x05pizza\x12\r\n\x03Bob\x12\x02hi \x06(\x03"),
        (Entry::Hub(Box::new(remembering())), REMEMBERING),
        (logged_in(Verdict::Welcome), b"\x08\x03:\x0e\x08\x80\x94\xeb\xdc\x03b\x06\n\x04\x10\x03\x18\x11"),
        (logged_in(Verdict::Member(Account { name: name("Ann"), role: Role::Operator })), b"\x08\x03:\x17\x08\x80\x94\xeb\xdc\x03b\x0f\n\x04\x10\x03\x18\x11\x1a\x07\n\x03Ann\x10\x01"),
        (logged_in(Verdict::Denied(Denial::TooMany)), b"\x08\x03:\x10\x08\x80\x94\xeb\xdc\x03b\x08\n\x04\x10\x03\x18\x11\x10\x02"),
        (input(Handed::Stopped), b"\x08\x03:\x08\x08\x80\x94\xeb\xdc\x03B\x00"),
        (asked(vec![say("hello\n")]), b"\x08\x03:\x1a\x08\x80\x94\xeb\xdc\x03\x12\x12\n\x04\x10\x03\x18\x11\x12\n\n\x08\x12\x06hello\n"),
        (asked(vec![say("a\nb\n"), Command::Rename(name("Ann")).into(), Request::Resume(Token::HIDDEN)]), SEVERAL),
        (asked(vec![Request::Irc(IrcLine::new("LIST")), Request::Irc(IrcLine::not_utf8("x \u{fffd}"))]), IRC_LINES),
        (asked(queries.map(Request::from).into()), QUERIES),
        (asked(read.map(Request::from).into()), READ),
        (asked(vec![Query::Page(event).into()]), b"\x08\x03:-\x08\x80\x94\xeb\xdc\x03\x12%\n\x04\x10\x03\x18\x11\x12\x1dB\x1b\n\x03tea8\x01B\x07\x08\x01\x10\x02\x18\xac\x02J\x07\x08\x01\x10\x02\x18\xac\x02P\x01"),
        (asked(notices.map(Request::from).into()), NOTICES),
    ]
}

const LIMITS_DEFAULT: &[u8] = b"\
    \x08\x03*=\x08\x14\x10\x80\xe4\x97\xd0\x12\x18\x80@ \x80\x80\x10(\x80\x80\x040\x80\xf4\xf6\x90]8\x80\xb0\x9d\
    \xc2\xdf\x01@\x80\xb0\x9d\xc2\xdf\x01J\rchinwag.localp\x80\xa0\xbe\x81\x95\x01";

const LIMITS: &[u8] = b"\
    \x08\x03*\\\x08\x14\x10\x80\xe4\x97\xd0\x12\x18\x80@ \x80\x80\x10(\x80\x80\x040\x80\xf4\xf6\x90]8\x80\xb0\
    \x9d\xc2\xdf\x01@\x80\xb0\x9d\xc2\xdf\x01J\rchinwag.localP\x01Z\x0b[::1]:42069j\x0e127.0.0.1:6667p\x80\xa0\
    \xbe\x81\x95\x01";

const HUB: &[u8] = b"\
    \x08\x032\xf6\x01\ny\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\
    \x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\x03\x18\x11\x12\
    \x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\
    \x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b\x18\x12\"\x16\n\x04\x10\x02\x18\t\x10\x02\
    \x18\n*\n\x12\x08:a 1 b\r\n\"5\n\x04\x10\x03\x18\x11\x10\x01\x18\x02\"\x06\n\x02\x18\x01\x10\x01*!\n\x1f\n\
    \x04main\x12\x15\n\x03Bob\x12\x02hi\x18\x01 \x80\x94\xeb\xdc\x03(\x050\x07\x18\x01*\x02\x01\x002\"\n\x04\x10\
    \x02\x18\t\x10\x80\xb0\x9d\xc2\xdf\x01\x1a\x03Cid\"\n\n\x01c\x12\x05Cid C(\x040\x018\x03";

const REMEMBERING: &[u8] = b"\
    \x08\x032\xe9\x02\ny\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\
    \x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\
    \x03\x18\x11\x12\x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\
    \x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b\x18\x12\"\
    \x16\n\x04\x10\x02\x18\t\x10\x02\x18\n*\n\x12\x08:a 1 b\r\n\"\x85\x01\n\x04\x10\x03\x18\x11\x10\x01\
    \x18\x02\"]\x1aG\n\x01x\x10\x01\x18\x01\"\x10chathistory #tea*\x05\n\x03ACK*\r\x12\x0bMODE Ann +B*\
    \x16\x1a\x14\n\x03tea\x12\r\n\x03Bob\x12\x02hi(\x050\x07\"\x0b\n\x03tea\x10\x010\x018\t*\x05\n\x03ja\
    m*\x1a\x1a\x18\n\x14\n\x03tea\x12\r\n\x03Bob\x12\x02hi(\x050\x07\x10\x01*\x02\x01\x002\"\n\x04\x10\
    \x02\x18\t\x10\x80\xb0\x9d\xc2\xdf\x01\x1a\x03Cid\"\n\n\x01c\x12\x05Cid C(\x040\x018\x03B \t\x07\x00\
    \x00\x00\x00\x00\x00\x00\x12\x0c\n\x04cake\x12\x04\x10\x03\x18\x11\x12\x07\n\x03tea\x18\x01";

const HASH: &[u8] = b"\
    \x08\x03J \x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\
    \x07\x07\x07\x07\x07\x07\x07\x07";

const SEVERAL: &[u8] = b"\
    \x08\x03:%\x08\x80\x94\xeb\xdc\x03\x12\x1d\n\x04\x10\x03\x18\x11\x12\x08\n\x06\x12\x04a\nb\n\x12\x07\n\x05\
    \x1a\x03Ann\x12\x02\x12\x00";

const IRC_LINES: &[u8] = b"\
    \x08\x03:\x1f\x08\x80\x94\xeb\xdc\x03\x12\x17\n\x04\x10\x03\x18\x11\x12\x06*\x04LIST\x12\x072\x05x \xef\xbf\
    \xbd";

const QUERIES: &[u8] = b"\
    \x08\x03:.\x08\x80\x94\xeb\xdc\x03\x12&\n\x04\x10\x03\x18\x11\x12\x02\x18\x00\x12\x02\x18\x01\x12\x02\x18\
    \x02\x12\x02\x18\x03\x12\x02\x18\x04\x12\x02\x18\x05\x12\x02\x18\x06\x12\x02 \x14";

const READ: &[u8] = b"\
    \x08\x03:8\x08\x80\x94\xeb\xdc\x03\x120\n\x04\x10\x03\x18\x11\x12\x10B\x0e\n\x05pizza\x10\x00 \xac\x028d\x12\x0f\
    B\r\n\x05pizza(\x070\x018d\x12\x05J\x03c++";

const NOTICES: &[u8] = b"\
    \x08\x03:\x8f\x01\x08\x80\x94\xeb\xdc\x03\x12\x86\x01\n\x04\x10\x03\x18\x11\x12\x04:\x02\x08\x00\x12\x04:\
    \x02\x08\x01\x12\x04:\x02\x08\x02\x12\x04:\x02\x08\x03\x12\x04:\x02\x08\x04\x12\x04:\x02\x08\x05\x12\x04:\
    \x02\x08\x06\x12\x04:\x02\x08\x07\x12\x04:\x02\x08\x08\x12\x04:\x02\x08\t\x12\x07:\x05\x12\x03msg\x12\x06:\
    \x04\x1a\x02/x\x12\x04:\x02 \x01\x12\x04:\x02(\x06\x12\x05:\x032\x01\xff\x12\x05:\x038\xea\x07\x12\x17:\x15B\
    \x13wrong_protocol_http";
