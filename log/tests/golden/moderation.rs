//! What was written of those who keep order.

use chinwag_core::log::{
    Act, AddressKey, BanState, BarState, Command, Decided, IrcCommand, KeptBan, KeptBar, Mask, Mode, ModeChange,
    Moderation, MuteState, NewcomerState, OrderState, OwnedState, RoomKey, RoomModes, Snapshot, TopicState,
};
use chinwag_core::{ConnectionId, Topic};
use std::time::Duration;

use super::{Entry, Event, RoomId, commanded, name, record, seconds, snapshot, text};

fn moderate(act: Act) -> Entry {
    commanded(Command::Moderate(Box::new(Moderation { room: None, act })))
}

fn mask(mask: &str) -> Mask {
    Mask::parse(mask).expect("it is a mask")
}

fn key() -> RoomKey {
    RoomKey::parse("beer").expect("it is a key")
}

fn address(number: u64) -> AddressKey {
    AddressKey::new(number).expect("it is not nothing")
}

/// A snapshot of which much was decided.
fn ordered() -> Snapshot {
    let mut snapshot = snapshot();
    let [ann, bob] = [0, 1].map(|place| snapshot.people[place].connection);
    let ban = |whom, address, until, why| BanState {
        mask: mask(whom),
        address,
        origin: None,
        account: None,
        by: name("Ann"),
        time_ms: 7,
        until,
        why,
    };
    let mute = |origin, called, until, is_told| MuteState {
        origin,
        name: name(called),
        address: Some(address(3_221_225_985)),
        until,
        is_told,
    };
    snapshot.rooms[1].order = OrderState {
        modes: RoomModes::LOCKED.with(RoomModes::SECRET, true),
        key: Some(key()),
        limit: Some(9),
        bans: vec![
            ban("Bob", Some(address(1 << 63)), Some(seconds(9)), Some(text("spam"))),
            ban("z*", None, None, None),
            BanState { origin: Some(bob), account: Some(name("Zed")), ..ban("Zed", None, None, None) },
        ],
        exceptions: vec![ban("zed!*@*", None, None, None)],
        mutes: vec![mute(ann, "Ann", None, true), mute(bob, "Bob", Some(seconds(8)), false)],
        invited: vec![bob, ann],
        hidden: 5,
        newcomers: vec![NewcomerState { origin: bob, hidden: 6 }],
    };
    snapshot.people[0].voices = vec![RoomId::new(2)];
    snapshot.people[0].is_server_operator = true;
    snapshot.people[0].address = Some(address(3_221_225_985));
    let bar = |number, until, why| BarState { address: address(number), by: name("Ann"), until, why };
    snapshot.bars = vec![bar(3_221_225_986, None, None), bar(1 << 62, Some(seconds(7)), Some(text("spam")))];
    snapshot
}

/// A room of which much is kept.
fn owned() -> OwnedState {
    let ban = |whom, address, until_ms, why| KeptBan {
        mask: mask(whom),
        address,
        account: None,
        by: name("Ann"),
        time_ms: 7,
        until_ms,
        why,
    };
    OwnedState {
        room: name("Pizza"),
        owner: name("Ann"),
        seen_ms: 8,
        operators: vec![name("Bob")],
        topic: Some(TopicState { topic: Topic::of("tea").expect("a topic"), name: name("Bob"), time_ms: 6 }),
        modes: RoomModes::LOCKED,
        key: Some(key()),
        limit: Some(9),
        bans: vec![
            ban("Bob", Some(address(1 << 63)), Some(9), Some(text("spam"))),
            KeptBan { account: Some(name("Zed")), ..ban("Zed", None, None, None) },
        ],
        exceptions: vec![ban("z*", None, None, None)],
    }
}

/// What each kind is, and what is written of it.
pub(super) fn golden() -> Vec<(Entry, &'static [u8])> {
    let (bob, spam, hour) = (|| name("Bob"), || Some(text("spam")), Some(Duration::from_secs(3600)));
    let changes = vec![
        ModeChange { is_set: true, mode: Mode::Operator(bob()) },
        ModeChange { is_set: true, mode: Mode::Voice(bob()) },
        ModeChange { is_set: true, mode: Mode::Ban(mask("z*")) },
        ModeChange { is_set: true, mode: Mode::Exception(mask("zed")) },
        ModeChange { is_set: true, mode: Mode::Key(key()) },
        ModeChange { is_set: true, mode: Mode::Limit(9) },
        ModeChange { is_set: false, mode: Mode::Locked },
        ModeChange { is_set: false, mode: Mode::Moderated },
    ];
    let others = vec![
        ModeChange { is_set: false, mode: Mode::Inside },
        ModeChange { is_set: true, mode: Mode::Secret },
        ModeChange { is_set: true, mode: Mode::TopicLocked },
    ];
    let in_room = Moderation { room: Some(name("pizza")), act: Act::Kick { name: bob(), why: spam() } };
    let with_key = |leaves| commanded(Command::JoinWithKey { room: name("pizza"), key: key(), leaves });
    let joins_with_keys = IrcCommand::JoinWithKey(vec![(name("pizza"), Some(key())), (name("main"), None)]);
    let from = Some(address(3_221_225_985));
    let kept_bar = |number, until_ms, why| KeptBar { address: address(number), by: bob(), until_ms, why };
    let bars = vec![kept_bar(3_221_225_985, Some(7), spam()), kept_bar(1 << 63, None, None)];
    let decided = Decided { bars, unbarred: vec![address(1)], rooms: Vec::new() };
    let rooms = Decided { rooms: vec![owned()], ..Decided::default() };
    let mine = vec![
        ModeChange { is_set: true, mode: Mode::Owned(Some(bob())) },
        ModeChange { is_set: false, mode: Mode::Owned(None) },
    ];
    vec![
        (record(Event::Decided(Box::new(decided))), b"\x08\x01\":\x08\x80\x94\xeb\xdc\x03Z2\n\x16\t\x01\x02\x00\xc0\x00\x00\x00\x00\x12\x03Bob\x18\x07\"\x04spam\n\x0e\t\x00\x00\x00\x00\x00\x00\x00\x80\x12\x03Bob\x12\x08\x01\x00\x00\x00\x00\x00\x00\x00"),
        (record(Event::Decided(Box::new(rooms))), b"\x08\x01\"\x80\x01\x08\x80\x94\xeb\xdc\x03Zx\x1av\n\x05Pizza\x12\x03Ann\x18\x08\"\x03Bob*\x0c\n\x03tea\x12\x03Bob\x18\x060\x01:\x04beer@\tJ!\n\x07Bob!*@*\x11\x00\x00\x00\x00\x00\x00\x00\x80\x1a\x03Ann \x07(\t2\x04spamJ\x15\n\x07Zed!*@*\x1a\x03Ann \x07:\x03ZedR\x0f\n\x06z*!*@*\x1a\x03Ann \x07"),
        (moderate(Act::Change(mine)), b"\x08\x01\"\"\x08\x80\x94\xeb\xdc\x03\x1a\x1a\n\x04\x10\x03\x18\x11\x92\x01\x11B\x0f\n\t\x08\x01\x10r\x1a\x03Bob\n\x02\x10r"),
        (Entry::Snapshot(Snapshot { owned: vec![owned()], ..snapshot() }), b"\x08\x01\x1a\xf1\x01\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\x17\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!:\x02\x03\x01B\r\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0bjv\n\x05Pizza\x12\x03Ann\x18\x08\"\x03Bob*\x0c\n\x03tea\x12\x03Bob\x18\x060\x01:\x04beer@\tJ!\n\x07Bob!*@*\x11\x00\x00\x00\x00\x00\x00\x00\x80\x1a\x03Ann \x07(\t2\x04spamJ\x15\n\x07Zed!*@*\x1a\x03Ann \x07:\x03ZedR\x0f\n\x06z*!*@*\x1a\x03Ann \x07"),
        (record(Event::Opened { connection: ConnectionId::new(0, 1, 2), address: from }), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x12\r\x10\x01\x18\x02!\x01\x02\x00\xc0\x00\x00\x00\x00"),
        (with_key(true), b"\x08\x01\" \x08\x80\x94\xeb\xdc\x03\x1a\x18\n\x04\x10\x03\x18\x11\x8a\x01\x0f\n\x05pizza\x12\x04beer\x18\x01"),
        (with_key(false), b"\x08\x01\"\x1e\x08\x80\x94\xeb\xdc\x03\x1a\x16\n\x04\x10\x03\x18\x11\x8a\x01\r\n\x05pizza\x12\x04beer"),
        (commanded(Command::Empower(None)), b"\x08\x01\"\x11\x08\x80\x94\xeb\xdc\x03\x1a\t\n\x04\x10\x03\x18\x11\x9a\x01\x00"),
        (commanded(Command::Irc(Box::new(joins_with_keys))), b"\x08\x01\"*\x08\x80\x94\xeb\xdc\x03\x1a\"\n\x04\x10\x03\x18\x11\x82\x01\x19z\x17\n\r\n\x05pizza\x12\x04beer\n\x06\n\x04main"),
        (commanded(Command::Moderate(Box::new(in_room))), b"\x08\x01\"%\x08\x80\x94\xeb\xdc\x03\x1a\x1d\n\x04\x10\x03\x18\x11\x92\x01\x14\n\x05pizza\x12\x0b\n\x03Bob\x1a\x04spam"),
        (moderate(Act::Ban { name: bob(), lasts: hour, why: spam() }), b"\x08\x01\"%\x08\x80\x94\xeb\xdc\x03\x1a\x1d\n\x04\x10\x03\x18\x11\x92\x01\x14\x1a\x12\n\x03Bob\x10\x80\xc0\xe2\x85\xe3h\x1a\x04spam"),
        (moderate(Act::Ban { name: bob(), lasts: None, why: None }), b"\x08\x01\"\x18\x08\x80\x94\xeb\xdc\x03\x1a\x10\n\x04\x10\x03\x18\x11\x92\x01\x07\x1a\x05\n\x03Bob"),
        (moderate(Act::Unban { mask: mask("Bob") }), b"\x08\x01\"\x1a\x08\x80\x94\xeb\xdc\x03\x1a\x12\n\x04\x10\x03\x18\x11\x92\x01\t\"\x07Bob!*@*"),
        (moderate(Act::Mute { name: bob(), lasts: hour }), b"\x08\x01\"\x1f\x08\x80\x94\xeb\xdc\x03\x1a\x17\n\x04\x10\x03\x18\x11\x92\x01\x0e*\x0c\n\x03Bob\x10\x80\xc0\xe2\x85\xe3h"),
        (moderate(Act::Unmute { name: bob() }), b"\x08\x01\"\x16\x08\x80\x94\xeb\xdc\x03\x1a\x0e\n\x04\x10\x03\x18\x11\x92\x01\x052\x03Bob"),
        (moderate(Act::Invite { name: bob() }), b"\x08\x01\"\x16\x08\x80\x94\xeb\xdc\x03\x1a\x0e\n\x04\x10\x03\x18\x11\x92\x01\x05:\x03Bob"),
        (moderate(Act::Change(changes)), b"\x08\x01\"c\x08\x80\x94\xeb\xdc\x03\x1a[\n\x04\x10\x03\x18\x11\x92\x01RBP\n\t\x08\x01\x10o\x1a\x03Bob\n\t\x08\x01\x10v\x1a\x03Bob\n\x0c\x08\x01\x10b\x1a\x06z*!*@*\n\r\x08\x01\x10e\x1a\x07zed!*@*\n\n\x08\x01\x10k\x1a\x04beer\n\x07\x08\x01\x10l\x1a\x019\n\x02\x10i\n\x02\x10m"),
        (moderate(Act::Change(others)), b"\x08\x01\"#\x08\x80\x94\xeb\xdc\x03\x1a\x1b\n\x04\x10\x03\x18\x11\x92\x01\x12B\x10\n\x02\x10n\n\x04\x08\x01\x10s\n\x04\x08\x01\x10t"),
        (moderate(Act::BanAddress { address: address(1 << 63), lasts: hour, why: spam() }), b"\x08\x01\")\x08\x80\x94\xeb\xdc\x03\x1a!\n\x04\x10\x03\x18\x11\x92\x01\x18J\x16\t\x00\x00\x00\x00\x00\x00\x00\x80\x10\x80\xc0\xe2\x85\xe3h\x1a\x04spam"),
        (moderate(Act::UnbanAddress { address: address(3_221_225_985) }), b"\x08\x01\"\x1a\x08\x80\x94\xeb\xdc\x03\x1a\x12\n\x04\x10\x03\x18\x11\x92\x01\tQ\x01\x02\x00\xc0\x00\x00\x00\x00"),
        (moderate(Act::Announce(text("hi"))), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11\x92\x01\x04Z\x02hi"),
        (moderate(Act::Wall(text("hi"))), b"\x08\x01\"\x15\x08\x80\x94\xeb\xdc\x03\x1a\r\n\x04\x10\x03\x18\x11\x92\x01\x04b\x02hi"),
        (moderate(Act::Kill { name: bob(), why: spam() }), b"\x08\x01\"\x1e\x08\x80\x94\xeb\xdc\x03\x1a\x16\n\x04\x10\x03\x18\x11\x92\x01\rj\x0b\n\x03Bob\x1a\x04spam"),
        (moderate(Act::Resign), b"\x08\x01\"\x13\x08\x80\x94\xeb\xdc\x03\x1a\x0b\n\x04\x10\x03\x18\x11\x92\x01\x02r\x00"),
        (Entry::Snapshot(ordered()), b"\x08\x01\x1a\xf4\x02\x08\x80\xa8\xd6\xb9\x07\x10\t\x18\xac\x02 \x03(\x012\t\x12\x04main\x18\xc8\x012\xd7\x01\x08\x02\x12\x05Pizza\x18d\"\n\x08\x02\x10\x01\x18\x80\xb4\xc4\xc3!B\xbd\x01\x08\t\x12\x04beer\x18\t\"%\n\x07Bob!*@*\x11\x00\x00\x00\x00\x00\x00\x00\x80\x1a\x03Ann \x07(\x80\xb4\xc4\xc3!2\x04spam\"\x0f\n\x06z*!*@*\x1a\x03Ann \x07\"\x1b\n\x07Zed!*@*\x1a\x03Ann \x07:\x04\x10\x04\x18\x02B\x03Zed*\x10\n\x07zed!*@*\x1a\x03Ann \x072\x16\n\x04\x10\x03\x18\x11\x12\x03Ann\x19\x01\x02\x00\xc0\x00\x00\x00\x00(\x012\x1a\n\x04\x10\x04\x18\x02\x12\x03Bob\x19\x01\x02\x00\xc0\x00\x00\x00\x00 \x80\xa0\xd9\xe6\x1d:\x04\x10\x04\x18\x02:\x04\x10\x03\x18\x11@\x05J\x08\n\x04\x10\x04\x18\x02\x10\x06:\x02\x03\x01B\x1b\n\x04\x10\x03\x18\x11\x12\x03Ann\x18\x02Z\x01\x02`\x01i\x01\x02\x00\xc0\x00\x00\x00\x00B\x10\n\x04\x10\x04\x18\x02\x12\x03Bob\x18\x02\"\x01\x00B\x10\n\x05\x08\x07\x18\xac\x02\x12\x07Guest-1J\r\n\x05\x08\x07\x18\xac\x02\x10\x80\xbc\xc1\x96\x0bZ\x0e\t\x02\x02\x00\xc0\x00\x00\x00\x00\x12\x03AnnZ\x1a\t\x00\x00\x00\x00\x00\x00\x00@\x12\x03Ann\x18\x80\x8c\xee\x89\x1a\"\x04spam"),
    ]
}
