//! What a restored chat goes on as, and which snapshots are of no chat. That it goes on alike, every test of a chat
//! shows.

use super::*;
use crate::Identity;
use crate::log::{RoomState, SilentState, Snapshot, SnapshotError, Untold};

/// Ann and Bob in `main`, Cid in `pizza`, and somebody silent.
fn sample() -> (Chats, Snapshot) {
    let mut chats = crowd_of_three();
    let [_, _, cid] = ["Ann", "Bob", "Cid"].map(|name| chats.join_as(name));
    chats.line(cid, "/join pizza");
    chats.handle(Event::Clock { unix_ms: 1_000_000 });
    chats.open_silent();
    let snapshot = chats.hub.chat.snapshot();
    (chats, snapshot)
}

/// Makes a snapshot one of no chat.
type Break = fn(&mut Snapshot);

fn restore(snapshot: Snapshot) -> Result<Chat, SnapshotError> {
    Chat::restore(&Rules::default(), snapshot)
}

#[test]
fn rooms_that_come_again_get_the_ids_that_they_would_have_got() {
    let (mut chats, [ann, bob, cid, dan]) = Chats::of(["Ann", "Bob", "Cid", "Dan"]);
    for (person, room) in [(ann, "room-1"), (bob, "room-2"), (cid, "room-3"), (dan, "room-4")] {
        chats.line(person, &format!("/join {room}"));
    }
    for person in [cid, ann, bob] {
        chats.line(person, "/join room-4");
    }
    let Snapshot { rooms, vacant_rooms, .. } = chats.hub.chat.snapshot();
    assert_eq!(rooms.iter().map(|room| room.room.key()).collect::<Vec<_>>(), [0, 4]);
    assert_eq!(vacant_rooms, [2, 1, 3].map(RoomId::new));
    let told = chats.line(dan, "/join new");
    assert!(told.contains(&"3 enters room 2".to_owned()), "{told:?}");
}

#[test]
fn a_snapshot_of_a_chat_is_of_the_chat_that_is_made_of_it() {
    let (_, snapshot) = sample();
    assert_eq!(snapshot.people.len(), 4);
    assert_eq!(snapshot.rooms.len(), 2);
    assert_eq!(restore(snapshot.clone()).map(|chat| chat.snapshot()), Ok(snapshot));
}

#[test]
fn the_last_who_left_are_in_a_snapshot() {
    let (mut chats, _) = Chats::of(["Ann"]);
    for number in 10..50 {
        let connection = chats.join_as(&format!("left-{number}"));
        chats.handle(Event::Closed { connection });
    }
    let was = chats.hub.chat.snapshot().was;
    let names: Vec<_> = was.iter().map(|was| was.name.to_string()).collect();
    let left: Vec<_> = (10..50).rev().map(|number| format!("left-{number}")).collect();
    let expected: Vec<_> = left.iter().filter(|name| names.contains(name)).collect();
    assert!(names.iter().filter(|name| name.starts_with("left")).eq(expected));
    assert_eq!((names.len(), names[0].as_str()), (32, "left-49"));
}

#[test]
fn a_snapshot_that_does_not_hold_together_is_an_error() {
    let breaks: [(&str, Break); 23] = [
        ("too many remembered", |snapshot| {
            let (name, identity) = (Name::parse("zed").expect("a name"), Identity::default());
            snapshot.was = vec![WasState { name, identity, time_ms: 7 }; 33];
        }),
        ("a room is twice", |snapshot| snapshot.rooms.push(snapshot.rooms[1].clone())),
        ("no rooms", |snapshot| snapshot.rooms.clear()),
        ("no main", |snapshot| snapshot.rooms[0].name = Name::parse("other").expect("a name")),
        ("one name of two rooms", |snapshot| snapshot.rooms[1].name = Name::parse("MAIN").expect("a name")),
        ("an empty room", |snapshot| {
            let (room, name) = (RoomId::new(2), Name::parse("empty").expect("a name"));
            snapshot.rooms.push(RoomState {
                room,
                name,
                said: 0,
                untold: None,
                topic: None,
                history: Vec::new(),
                events: Vec::new(),
                opened: Time::START,
                order: crate::log::OrderState::default(),
            });
        }),
        ("a room is vacant", |snapshot| snapshot.vacant_rooms.push(RoomId::new(1))),
        ("a vacant room far away", |snapshot| snapshot.vacant_rooms.push(RoomId::new(u32::MAX))),
        ("a count that could end", |snapshot| snapshot.rooms[0].said = u64::MAX),
        ("nothing untold", |snapshot| {
            snapshot.rooms[0].untold = Some(Untold { joined: 0, left: 0, due: Time::START });
        }),
        ("too much untold", |snapshot| {
            snapshot.rooms[0].untold = Some(Untold { joined: u32::MAX, left: u32::MAX, due: Time::START });
        }),
        ("a room that is not there", |snapshot| snapshot.people[0].room = RoomId::new(9)),
        ("twice in a room", |snapshot| snapshot.people[2].others.push(RoomId::new(1))),
        ("in too many rooms", |snapshot| snapshot.people[0].others = (10..50).map(RoomId::new).collect()),
        ("one name of two people", |snapshot| snapshot.people[0].name = Name::parse("BOB").expect("a name")),
        ("a reserved name", |snapshot| snapshot.people[0].name = Name::parse("Server").expect("a name")),
        ("a guest who was not numbered", |snapshot| snapshot.people[0].name = Name::parse("Guest-1").expect("a name")),
        ("people out of order", |snapshot| snapshot.people.swap(0, 1)),
        ("somebody silent who is not here", |snapshot| {
            snapshot.silent[0].connection = ConnectionId::new(0, 3, 77);
        }),
        ("somebody silent in another room", |snapshot| {
            snapshot
                .silent
                .push(SilentState { connection: snapshot.people[2].connection, due: snapshot.silent[0].due });
        }),
        ("somebody silent in another room, too", |snapshot| {
            snapshot.people[3].others.push(RoomId::new(1));
        }),
        ("somebody silent twice", |snapshot| snapshot.silent.push(snapshot.silent[0])),
        ("too many guests", |snapshot| snapshot.guests = u64::MAX),
    ];
    for (what, change) in breaks {
        let (_, mut snapshot) = sample();
        change(&mut snapshot);
        assert!(restore(snapshot).is_err(), "{what}");
    }
}
