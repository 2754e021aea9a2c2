//! What several servers say in the log that they share, and with what a server begins that joins them.

use chinwag_core::log::cluster::{Content, Entry as Said, EntryId, Mark, Member, Position, Start, State, WriterId};
use chinwag_core::log::{Command, Event};
use chinwag_core::{ConnectionId, Texts};
use chinwag_log::{Entry, event_bytes};

use super::snapshot;

const ANN: WriterId = WriterId::new(0x0102_0304_0506_0708);
const BOB: WriterId = WriterId::new(0xff);

fn said(writer: WriterId, seq: u64, content: Content<Event>) -> Said<Event> {
    Said { id: EntryId { writer, seq }, sent_ms: 1_700_000_000_000, content }
}

fn shared(content: Content<Event>) -> Entry {
    Entry::Shared(Box::new(said(ANN, 7, content)))
}

fn events() -> Vec<Event> {
    let connection = ConnectionId::new(2, 3, 17);
    let texts = Texts::parse_lines("hello\n").expect("it is clean");
    vec![
        Event::Opened { connection, address: None },
        Event::Commanded { connection, command: Command::Say(texts) },
        Event::Woke,
    ]
}

fn start() -> Start {
    let member = |server, seq| Member { server, seq };
    Start {
        position: Position::new(3, 14),
        last: Some(EntryId { writer: BOB, seq: 9 }),
        state: State {
            members: [(ANN, member(2, 6)), (BOB, member(0, 9))].into(),
            departed: [WriterId::new(5), WriterId::new(4)].into(),
            applied: 20,
            chain: 21,
            rules: Some(22),
            engine: Some(23),
        },
        chat: snapshot(),
    }
}

pub(super) fn golden() -> Vec<(Entry, &'static [u8])> {
    let nothing = Start { last: None, state: State::default(), position: Position::START, ..start() };
    vec![
        (shared(Content::Events(events())), EVENTS),
        (shared(Content::Events(Vec::new())), b"\x08\x03R\x14\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1\"\x00"),
        (shared(Content::Heartbeat { mark: None, applied: None }), b"\x08\x03R\x14\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1*\x00"),
        (shared(Content::Heartbeat { mark: Some(Mark { applied: 300, digest: 7 }), applied: None }), b"\x08\x03R\"\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1*\x0e\n\x0c\x08\xac\x02\x11\x07\x00\x00\x00\x00\x00\x00\x00"),
        (shared(Content::Heartbeat { mark: None, applied: Some(300) }), b"\x08\x03R\x17\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1*\x03\x10\xac\x02"),
        (shared(Content::Joined { server: 2, rules: 22 }), b"\x08\x03R\x1f\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc12\x0b\x08\x02\x11\x16\x00\x00\x00\x00\x00\x00\x00"),
        (shared(Content::Mark), b"\x08\x03R\x14\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1:\x00"),
        (shared(Content::Gone { writer: BOB, seq: 9 }), b"\x08\x03R\x1f\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1B\x0b\t\xff\x00\x00\x00\x00\x00\x00\x00\x10\t"),
        (shared(Content::Left), b"\x08\x03R\x14\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1J\x00"),
        (shared(Content::Open { engine: 23 }), b"\x08\x03R\x1b\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1Q\x17\x00\x00\x00\x00\x00\x00\x00"),
        (shared(Content::Report { applied: 300 }), b"\x08\x03R\x15\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1X\xac\x02"),
        (shared(Content::Close { applied: 301 }), b"\x08\x03R\x15\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1`\xad\x02"),
        (shared(Content::Again(vec![said(BOB, 9, Content::Left), said(ANN, 6, Content::Events(events()))])), AGAIN),
        (shared(Content::Ready { applied: 300, chain: 21 }), b"\x08\x03R \t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1r\x0c\x08\xac\x02\x11\x15\x00\x00\x00\x00\x00\x00\x00"),
        (Entry::Shared(Box::new(said(ANN, 1 << 63 | 1, Content::Report { applied: 0 }))), b"\x08\x03R\x1d\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x81\x80\x80\x80\x80\x80\x80\x80\x80\x01\x18\x80\xd0\x95\xff\xbc1X\x00"),
        (Entry::Start(Box::new(start())), START),
        (Entry::Start(Box::new(nothing)), NOTHING),
    ]
}

const EVENTS: &[u8] =
    b"\x08\x03R6\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1\"\"\n\x08\x12\x06\x08\
    \x02\x10\x03\x18\x11\n\x12\x1a\x10\n\x06\x08\x02\x10\x03\x18\x11\x12\x06hello\n\n\x02*\x00";
const AGAIN: &[u8] =
    b"\x08\x03Rb\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x07\x18\x80\xd0\x95\xff\xbc1jN\n\x14\t\xff\x00\x00\
    \x00\x00\x00\x00\x00\x10\t\x18\x80\xd0\x95\xff\xbc1J\x00\n6\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\
    \x06\x18\x80\xd0\x95\xff\xbc1\"\"\n\x08\x12\x06\x08\x02\x10\x03\x18\x11\n\x12\x1a\x10\n\x06\x08\x02\
    \x10\x03\x18\x11\x12\x06hello\n\n\x02*\x00";
const START: &[u8] =
    b"\x08\x03Z\xd7\x01\x08\x03\x10\x0e\x1a\x0b\t\xff\x00\x00\x00\x00\x00\x00\x00\x10\t\"\x0b\t\xff\x00\
    \x00\x00\x00\x00\x00\x00\x18\t\"\r\t\x08\x07\x06\x05\x04\x03\x02\x01\x10\x02\x18\x06*\x10\x05\x00\
    \x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x000\x149\x15\x00\x00\x00\x00\x00\x00\x00A\x16\
    \x00\x00\x00\x00\x00\x00\x00I\x17\x00\x00\x00\x00\x00\x00\x00Ry\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\
    \xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\
    \x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\
    \x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\
    \xac\x02\x10\x80\xbc\xc1\x96\x0b";
const NOTHING: &[u8] =
    b"\x08\x03Z{Ry\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\
    \x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\x03\x18\
    \x11\x12\x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\
    \x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b";

#[test]
fn an_event_takes_as_many_bytes_as_is_said() {
    let len = |events| {
        let mut bytes = Vec::new();
        shared(Content::Events(events)).encode(&mut bytes);
        bytes.len()
    };
    for event in events() {
        let (bytes, took) = (event_bytes(&event), len(vec![event.clone(); 100]) - len(vec![]));
        assert!((100 * (bytes - 2)..=100 * bytes + 8).contains(&took), "{event:?} is said to take {bytes}: {took}");
    }
}

#[test]
fn what_does_not_hold_together_is_refused() {
    let again = said(BOB, 9, Content::Again(vec![said(ANN, 6, Content::Mark)]));
    let mut bytes = Vec::new();
    shared(Content::Again(vec![again])).encode(&mut bytes);
    assert!(Entry::decode(&bytes).expect_err("it is said again twice").to_string().contains("said again twice"));
}
