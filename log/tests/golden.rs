//! What each release has written, byte for byte. It is only added to, never updated: what was once written is read for
//! ever.

#[path = "golden/accounts.rs"]
mod accounts;
#[path = "golden/cluster.rs"]
mod cluster;
#[path = "golden/irc.rs"]
mod irc;
#[path = "golden/moderation.rs"]
mod moderation;
#[path = "golden/past.rs"]
mod past;
#[path = "golden/recording.rs"]
mod recording;

use std::collections::HashSet;
use std::hash::Hash;
use std::mem::discriminant;
use std::ops::Range;
use std::time::Duration;

use chinwag_core::log::{
    Command, Event, IgnoredState, OrderState, PersonState, Record, RoomState, RunState, SilentState, Snapshot,
    TopicState, Untold, WriterState,
};
use chinwag_core::ops::Handed;
use chinwag_core::{CloseCode, ConnectionId, Name, RoomId, Rules, Text, Texts, Time, Topic};
use chinwag_log::{DecodeError, Entry, StateHash};

fn name(name: &str) -> Name {
    Name::parse(name).expect("it is a name")
}

fn seconds(seconds: u64) -> Time {
    Time::after(Duration::from_secs(seconds))
}

fn snapshot() -> Snapshot {
    let [ann, bob, cid] = [(0, 3, 17), (0, 4, 2), (7, 0, 300)]
        .map(|(server, slot, generation)| ConnectionId::new(server, slot, generation));
    let person = |connection, called, room, others: &[u32]| {
        let others = others.iter().copied().map(RoomId::new).collect();
        PersonState {
            connection,
            name: name(called),
            room: RoomId::new(room),
            others,
            ignored: Vec::new(),
            writer: None,
            correspondents: Vec::new(),
            origin: None,
            operates: Vec::new(),
            voices: Vec::new(),
            is_server_operator: false,
            operator_by: None,
            address: None,
            account: None,
            irc: None,
        }
    };
    let room = |id, called, said, untold| RoomState {
        room: RoomId::new(id),
        name: name(called),
        said,
        untold,
        topic: None,
        history: Vec::new(),
        events: Vec::new(),
        opened: Time::START,
        order: OrderState::default(),
    };
    Snapshot {
        at: seconds(2),
        clock_start_ms: -5,
        said: 300,
        happened: 0,
        names_drawn: 3,
        guests: 1,
        rooms: vec![
            room(0, "main", 200, None),
            room(2, "Pizza", 100, Some(Untold { joined: 2, left: 1, due: seconds(9) })),
        ],
        vacant_rooms: vec![RoomId::new(3), RoomId::new(1)],
        people: vec![person(ann, "Ann", 2, &[]), person(bob, "Bob", 2, &[0]), person(cid, "Guest-1", 0, &[])],
        silent: vec![SilentState { connection: cid, due: seconds(3) }],
        was: Vec::new(),
        bars: Vec::new(),
        owned: Vec::new(),
        accounts: Vec::new(),
    }
}

/// A snapshot with what was added later: topics, history, who is ignored and who wrote last.
fn talkative() -> Snapshot {
    let mut snapshot = snapshot();
    let topic = Topic::of("pizza at eight").expect("it is a topic");
    snapshot.rooms[1].topic = Some(TopicState { topic, name: name("Ann"), time_ms: 7 });
    let run = |lines, is_act, seq| RunState {
        name: name("Bob"),
        origin: Some(ConnectionId::new(0, 4, 1)),
        texts: Texts::parse_lines(lines).expect("they are clean"),
        is_act,
        at: seconds(1),
        time_ms: 6,
        seq,
    };
    snapshot.rooms[1].history = vec![run("a\nb\n", false, 98), run("waves\n", true, 100)];

    let [origin, connection] = [1, 2].map(|generation| ConnectionId::new(0, 4, generation));
    let ignored = |called, origin| IgnoredState { name: name(called), origin };
    snapshot.people[0].ignored = vec![ignored("Bob", Some(origin)), ignored("zed", None)];
    snapshot.people[0].writer = Some(WriterState { origin, connection, name: name("Bob") });
    snapshot.people[1].origin = Some(origin);
    snapshot
}

fn text(text: &str) -> Text {
    Text::clean(text)
}

fn record(event: Event) -> Entry {
    Entry::Record(Record { at: seconds(1), event })
}

fn commanded(command: Command) -> Entry {
    record(Event::Commanded { connection: ConnectionId::new(0, 3, 17), command })
}

/// What each kind of entry is, and what is written of it.
fn golden() -> Vec<(Entry, &'static [u8])> {
    let texts = Texts::parse_lines("hello\nna\u{ef}ve \u{1f600}\n").expect("they are clean");
    let mut golden: Vec<(Entry, &[u8])> = vec![
        (record(Event::Opened { connection: ConnectionId::new(0, 0, 0), address: None }), b"\x08\x01\"\x08\x08\x80\x94\xeb\xdc\x03\x12\x00"),
        (record(Event::Opened { connection: ConnectionId::new(255, 0xff_ffff, u32::MAX), address: None }), b"\x08\x01\"\x16\x08\x80\x94\xeb\xdc\x03\x12\x0e\x08\xff\x01\x10\xff\xff\xff\x07\x18\xff\xff\xff\xff\x0f"),
        (record(Event::Closed { connection: ConnectionId::new(0, 3, 17) }), b"\x08\x01\"\x0c\x08\x80\x94\xeb\xdc\x03\"\x04\x10\x03\x18\x11"),
        (record(Event::Woke), b"\x08\x01\"\x08\x08\x80\x94\xeb\xdc\x03*\x00"),
        (Entry::Record(Record { at: Time::START, event: Event::Woke }), b"\x08\x01\"\x02*\x00"),
        (record(Event::Clock { unix_ms: 1_700_000_000_000 }), b"\x08\x01\"\r\x08\x80\x94\xeb\xdc\x030\x80\xd0\x95\xff\xbc1"),
        (record(Event::ServerGone { server: 0 }), b"\x08\x01\"\x08\x08\x80\x94\xeb\xdc\x038\x00"),
        (record(Event::ServerGone { server: 9 }), b"\x08\x01\"\x08\x08\x80\x94\xeb\xdc\x038\t"),
        (commanded(Command::Say(texts)), b"\x08\x01\"\"\x08\x80\x94\xeb\xdc\x03\x1a\x1a\n\x04\x10\x03\x18\x11\x12\x12hello\nna\xc3\xafve \xf0\x9f\x98\x80\n"),
        (commanded(Command::Act(text("waves"))), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11R\x05waves"),
        (commanded(Command::Tell { to: name("Bob"), text: text("hi") }), b"\x08\x01\"\x19\x08\x80\x94\xeb\xdc\x03\x1a\x11\n\x04\x10\x03\x18\x11Z\t\n\x03Bob\x12\x02hi"),
        (commanded(Command::Answer(text("hi"))), b"\x08\x01\"\x12\x08\x80\x94\xeb\xdc\x03\x1a\n\n\x04\x10\x03\x18\x11b\x02hi"),
        (commanded(Command::SetTopic(Topic::of("pizza at eight"))), b"\x08\x01\"\x1e\x08\x80\x94\xeb\xdc\x03\x1a\x16\n\x04\x10\x03\x18\x11j\x0epizza at eight"),
        (commanded(Command::SetTopic(None)), b"\x08\x01\"\x10\x08\x80\x94\xeb\xdc\x03\x1a\x08\n\x04\x10\x03\x18\x11j\x00"),
        (commanded(Command::Ignore(name("Bob"))), b"\x08\x01\"\x13\x08\x80\x94\xeb\xdc\x03\x1a\x0b\n\x04\x10\x03\x18\x11r\x03Bob"),
        (commanded(Command::Unignore(name("Bob"))), b"\x08\x01\"\x13\x08\x80\x94\xeb\xdc\x03\x1a\x0b\n\x04\x10\x03\x18\x11z\x03Bob"),
        (commanded(Command::Rename(name("Ann"))), b"\x08\x01\"\x13\x08\x80\x94\xeb\xdc\x03\x1a\x0b\n\x04\x10\x03\x18\x11\x1a\x03Ann"),
        (commanded(Command::Join(name("pizza"))), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11\"\x05pizza"),
        (commanded(Command::Enter(name("pizza"))), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11*\x05pizza"),
        (commanded(Command::Part(name("pizza"))), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x112\x05pizza"),
        (commanded(Command::Resume(ConnectionId::new(2, 1, 5))), b"\x08\x01\"\x16\x08\x80\x94\xeb\xdc\x03\x1a\x0e\n\x04\x10\x03\x18\x11:\x06\x08\x02\x10\x01\x18\x05"),
        (commanded(Command::Appear), b"\x08\x01\"\x10\x08\x80\x94\xeb\xdc\x03\x1a\x08\n\x04\x10\x03\x18\x11B\x00"),
        (commanded(Command::Leave(CloseCode::NORMAL)), b"\x08\x01\"\x11\x08\x80\x94\xeb\xdc\x03\x1a\t\n\x04\x10\x03\x18\x11H\xe8\x07"),
        (Entry::Rules(Rules { seed: 0x1122_3344_5566_7788, history_on_join: 0, ..Rules::default() }), RULES),
        (Entry::Rules(Rules::default()), b"\x08\x01\x12\x14\x08\x90\x03\x10\xf4\x03\x18\x80\x94\xeb\xdc\x03 \x80\xbc\xc1\x96\x0b0\n"),
        (Entry::Snapshot(snapshot()), SNAPSHOT),
        (Entry::Snapshot(talkative()), TALKATIVE),
    ];
    golden.extend(accounts::golden());
    golden.extend(cluster::golden());
    golden.extend(irc::golden());
    golden.extend(moderation::golden());
    golden.extend(past::golden());
    golden.extend(recording::golden());
    golden
}

const RULES: &[u8] =
    b"\x08\x01\x12\x1b\x08\x90\x03\x10\xf4\x03\x18\x80\x94\xeb\xdc\x03 \x80\xbc\xc1\x96\x0b)\x88wfUD3\"\x11";

const SNAPSHOT: &[u8] = b"\x08\x01\x1ay\
    \x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x01\
    2\t\x12\x04main\x18\xc8\x01\
    2\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!\
    :\x02\x03\x01\
    B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02\
    B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00\
    B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1\
    J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0b";

const TALKATIVE: &[u8] =
    b"\x08\x01\x1a\xfd\x01\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\
    n\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!*\x17\n\x0epizza at eight\x12\
    \x03Ann\x18\x072\x1b\n\x03Bob\x12\x04a\nb\n \x80\x94\xeb\xdc\x03(\x060b:\x04\x10\x04\x18\x012\x1f\n\
    \x03Bob\x12\x06waves\n\x18\x01 \x80\x94\xeb\xdc\x03(\x060d:\x04\x10\x04\x18\x01:\x02\x03\x01B4\n\x04\
    \x10\x03\x18\x11\x12\x03Ann\x18\x02*\x0b\n\x03Bob\x12\x04\x10\x04\x18\x01*\x05\n\x03zed2\x11\n\x04\
    \x10\x04\x18\x01\x12\x04\x10\x04\x18\x02\x1a\x03BobB\x16\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\
    \x01\x00:\x04\x10\x04\x18\x01B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\
    \x02\x10\x80\xbc\xc1\x96\x0b";

#[test]
fn what_was_once_written_is_read_for_ever_and_written_again() {
    for (entry, golden) in golden() {
        let mut bytes = Vec::new();
        entry.encode(&mut bytes);
        assert_eq!(bytes.escape_ascii().to_string(), golden.escape_ascii().to_string(), "{entry:?}");
        assert_eq!(Entry::decode(golden), Ok(entry));
    }
}

/// Returns the format that an entry says.
fn format_of(entry: &[u8]) -> u32 {
    entry[1].into()
}

/// Puts a message into another, as the field with this tag.
fn field(tag: u8, message: &[u8]) -> Vec<u8> {
    let len = u8::try_from(message.len()).expect("it is short");
    let key = u16::from(tag) << 3 | 2;
    // From tag 16 on it takes two bytes, of seven bits each.
    let key = if key < 0x80 {
        vec![key.to_le_bytes()[0]]
    } else {
        vec![(key & 0x7f | 0x80).to_le_bytes()[0], (key >> 7).to_le_bytes()[0]]
    };
    [&key, &[len][..], message].concat()
}

/// Returns how many tags there are of what `entry` puts a field into: all others are unknown.
fn known(tags: Range<u8>, entry: impl Fn(Vec<u8>) -> Vec<u8>) -> usize {
    let is_known = |tag: &u8| {
        [1, 3].iter().any(|&format| {
            let bytes = [&[0x08, format], &entry(field(*tag, b""))[..]].concat();
            Entry::decode(&bytes) != Err(DecodeError::Unknown { format: format.into() })
        })
    };
    tags.filter(is_known).count()
}

#[test]
fn every_kind_of_entry_has_golden_bytes() {
    let in_record = |field_of_it: Vec<u8>| field(4, &field_of_it);
    let in_command = |field_of_it: Vec<u8>| field(4, &field(3, &[&field(1, b"")[..], &field_of_it[..]].concat()));
    let in_irc = |field_of_it: Vec<u8>| in_command(field(16, &field_of_it));
    // A record of nothing is unknown itself, as is a command of IRC. A command is one of the events.
    let in_moderation = |field_of_it: Vec<u8>| in_command(field(18, &field_of_it));
    let in_shared = |field_of_it: Vec<u8>| field(10, &field_of_it);
    let in_input = |field_of_it: Vec<u8>| field(7, &field_of_it);
    let kinds = known(2..32, |field| field) + known(2..32, in_record) - 1
        + known(2..32, in_command)
        + known(1..32, in_irc)
        + known(2..32, in_moderation)
        + known(2..32, in_input)
        + known(4..32, in_shared);
    let golden: HashSet<_> = golden().into_iter().map(|(entry, _)| kind(&entry)).collect();
    assert_eq!(golden.len(), kinds);
}

/// Tells entries of different kinds apart.
fn kind(entry: &Entry) -> impl Eq + Hash + use<> {
    let event = if let Entry::Record(record) = entry { Some(&record.event) } else { None };
    let command = if let Some(Event::Commanded { command, .. }) = event { Some(discriminant(command)) } else { None };
    let of_irc = if let Some(Event::Commanded { command: Command::Irc(command), .. }) = event {
        Some(discriminant(&**command))
    } else {
        None
    };
    let act = if let Some(Event::Commanded { command: Command::Moderate(moderation), .. }) = event {
        Some(discriminant(&moderation.act))
    } else {
        None
    };
    let handed = if let Entry::Input(input) = entry { Some(&input.handed) } else { None };
    let answer = if let Some(Handed::Answered(answer)) = handed { Some(discriminant(&**answer)) } else { None };
    let shared = if let Entry::Shared(shared) = entry { Some(discriminant(&shared.content)) } else { None };
    (discriminant(entry), event.map(discriminant), command, of_irc, act, handed.map(discriminant), answer, shared)
}

#[test]
fn rules_that_cannot_be_are_none() {
    let mut bytes = Vec::new();
    Entry::Rules(Rules { line_chars_max: 0, ..Rules::default() }).encode(&mut bytes);
    assert!(matches!(Entry::decode(&bytes), Err(DecodeError::Damaged(_))));
}

#[test]
fn what_a_release_does_not_know_is_an_error_that_says_which_format_is_needed() {
    for (entry, golden) in golden() {
        // Another format, whatever is in it.
        let newer = [b"\x08\x04", &golden[2..]].concat();
        assert_eq!(Entry::decode(&newer), Err(DecodeError::Newer { format: 4 }), "{entry:?}");
        assert!(DecodeError::Newer { format: 4 }.to_string().contains("a release that reads format 4 is needed"));
        // One before the first release.
        let older = [b"\x08\x02", &golden[2..]].concat();
        assert_eq!(Entry::decode(&older), Err(DecodeError::Older { format: 2 }), "{entry:?}");
        // Another field than there are, of an entry that says otherwise.
        let unknown = [golden, b"\x98\x06\x01"].concat();
        assert_eq!(Entry::decode(&unknown), Err(DecodeError::Unknown { format: format_of(golden) }), "{entry:?}");
        // A kind that the format that it says does not have, or had before.
        let other = [&[0x08, 4 - golden[1]], &golden[2..]].concat();
        assert_eq!(Entry::decode(&other), Err(DecodeError::Unknown { format: format_of(&other) }), "{entry:?}");
    }
    // Another kind; another kind that says so; none at all.
    assert_eq!(Entry::decode(b"\x08\x01\x9a\x06\x00"), Err(DecodeError::Unknown { format: 1 }));
    assert_eq!(Entry::decode(b"\x08\x07\x9a\x06\x00"), Err(DecodeError::Newer { format: 7 }));
    assert_eq!(Entry::decode(b"\x08\x01"), Err(DecodeError::Unknown { format: 1 }));
}

#[test]
fn an_unknown_field_deep_inside_is_not_passed_over() {
    // A person with a field 16, in a snapshot that is otherwise whole.
    let person = b"\x0a\x00\x12\x02ab\x80\x01\x01";
    let inner = [&[0x42, u8::try_from(person.len()).expect("it is short")][..], person].concat();
    let entry = [&[0x08, 0x01, 0x1a, u8::try_from(inner.len()).expect("it is short")][..], &inner].concat();
    assert_eq!(Entry::decode(&entry), Err(DecodeError::Unknown { format: 1 }));
    let known = entry.len() - 3;
    let mut entry = entry[..known].to_vec();
    (entry[3], entry[5]) = (entry[3] - 3, entry[5] - 3);
    assert!(Entry::decode(&entry).is_ok(), "it is the field");
}

#[test]
fn bytes_that_are_cut_off_or_changed_anywhere_are_another_entry_or_an_error() {
    for (entry, golden) in golden() {
        for len in 0..golden.len() {
            assert_ne!(Entry::decode(&golden[..len]).ok().as_ref(), Some(&entry), "cut at {len}");
        }
        for bit in 0..8 * golden.len() {
            let mut changed = golden.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(Entry::decode(&changed).ok().as_ref(), Some(&entry), "bit {bit}");
        }
    }
}

#[test]
fn a_hash_is_that_of_all_of_a_snapshot() {
    let hash = StateHash::of(&snapshot());
    let mut other = snapshot();
    other.vacant_rooms.swap(0, 1);
    assert_ne!(StateHash::of(&other), hash);
    assert_eq!(StateHash::of(&snapshot()), hash);
    assert_eq!(hash.to_string().len(), 64);
}
