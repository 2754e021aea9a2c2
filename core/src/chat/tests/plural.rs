//! What follows for somebody who is in several rooms.

use super::*;
use crate::chat::plural::ROOMS_MAX;

impl Chats {
    fn enter_room(&mut self, connection: ConnectionId, room: &str) -> Vec<String> {
        let room = Name::parse(room).expect("it is a name");
        self.request(connection, Command::Enter(room))
    }

    fn part(&mut self, connection: ConnectionId, room: &str) -> Vec<String> {
        let room = Name::parse(room).expect("it is a name");
        self.request(connection, Command::Part(room))
    }
}

/// Ann in `main` and, with the focus, in `pizza`, where Bob is, too; Cid in `main`.
fn ann_in_two() -> (Chats, [ConnectionId; 3]) {
    let (mut chats, [ann, bob, cid]) = Chats::of(["Ann", "Bob", "Cid"]);
    chats.line(bob, "/join pizza");
    assert_eq!(
        chats.enter_room(ann, "PIZZA"),
        ["room 1 (1): Ann joined", "0 enters room 1", "0: You joined pizza"],
        "main hears nothing of it"
    );
    (chats, [ann, bob, cid])
}

#[test]
fn what_somebody_says_is_said_in_the_room_that_has_the_focus() {
    let (mut chats, [ann, bob, cid]) = ann_in_two();
    assert_eq!(chats.line(ann, "hi"), ["room 1 (2): Ann: hi"]);
    assert_eq!(chats.line(cid, "hello"), ["main (2): Cid: hello"]);
    assert_eq!(chats.enter_room(ann, "main"), ["0: You are in main"], "they are in it already");
    assert_eq!(chats.line(ann, "hi"), ["main (2): Ann: hi"]);
    assert_eq!(chats.line(ann, "/users"), ["0: Users - Ann, Cid"]);
    assert_eq!(chats.line(bob, "/users"), ["1: Users - Ann, Bob"]);
    assert_eq!(chats.line(bob, "/rooms"), ["1: Rooms - main (2), pizza (2)"]);
}

#[test]
fn who_leaves_a_room_is_left_in_the_others_and_nobody_is_in_none() {
    let (mut chats, [ann, _, _]) = ann_in_two();
    assert_eq!(chats.part(ann, "kebab"), ["0: You are in pizza"]);
    chats.enter_room(ann, "kebab");
    assert_eq!(
        chats.part(ann, "kebab"),
        ["0 leaves", "0: You are in pizza"],
        "of two others, the last that had the focus"
    );
    chats.enter_room(ann, "kebab");
    assert_eq!(chats.part(ann, "Main"), ["0 leaves", "main (1): Ann left", "0: You are in kebab"]);
    assert_eq!(chats.part(ann, "kebab"), ["0 leaves", "0: You are in pizza"], "that had the focus before");
    assert_eq!(chats.hub.chat.rooms(), 2);
    let told = chats.part(ann, "pizza");
    assert_eq!(
        told,
        ["0 leaves", "room 1 (1): Ann left", "main (1): Ann joined", "0 enters main", "0: You joined main"],
        "who is in no other room goes to main"
    );
    assert_eq!(chats.part(ann, "main"), ["0: You are in main"]);
}

#[test]
fn a_new_name_is_told_once_to_each_however_many_rooms_are_shared() {
    let (mut chats, [ann, bob, cid]) = ann_in_two();
    let told = |name| vec![format!("main (2): {name}"), format!("room 1 but 0 (1): {name}")];
    assert_eq!(chats.line(ann, "/name Amy"), told("Ann is now Amy"));
    assert_eq!(chats.line(bob, "/users"), ["1: Users - Amy, Bob"]);
    assert_eq!(chats.line(cid, "/users"), ["2: Users - Amy, Cid"]);
    assert_eq!(chats.line(bob, "/name Amy"), ["1: Amy is already taken"]);
    // Bob shares two rooms with her, Dan one of them.
    let dan = chats.join_as("Dan");
    chats.line(dan, "/join pizza");
    chats.enter_room(bob, "main");
    assert_eq!(chats.line(ann, "/name Ann"), ["main (3): Amy is now Ann", "room 1 but 0 but 1 (1): Amy is now Ann"]);
    assert_eq!(chats.line(bob, "/name Bo"), ["main (3): Bob is now Bo", "room 1 but 0 but 1 (1): Bob is now Bo"]);
    assert_eq!(chats.line(dan, "/name Di"), ["room 1 (3): Dan is now Di"]);
    // Where nobody is left to be told, nobody is.
    chats.enter_room(cid, "alone");
    assert_eq!(chats.line(cid, "/name Ci"), ["main (3): Cid is now Ci"]);
}

#[test]
fn who_is_silent_in_main_hears_of_a_new_name_there() {
    let (mut chats, [ann, _, _]) = ann_in_two();
    chats.open_silent();
    assert_eq!(chats.line(ann, "/name Amy")[0], "main (3): Ann is now Amy");
}

#[test]
fn who_is_gone_is_out_of_all_rooms() {
    let (mut chats, [ann, bob, cid]) = ann_in_two();
    let told = chats.close(ann);
    assert_eq!(told, ["0 leaves", "room 1 (1): Ann left", "0 leaves", "main (1): Ann left", "0 closes"]);
    assert_eq!(chats.line(bob, "/users"), ["1: Users - Bob"]);
    assert_eq!(chats.line(cid, "/users"), ["2: Users - Cid"]);
}

#[test]
fn who_joins_a_room_leaves_only_the_one_that_had_the_focus() {
    let (mut chats, [ann, ..]) = ann_in_two();
    assert_eq!(
        chats.line(ann, "/join kebab"),
        ["0 leaves", "room 1 (1): Ann left", "0 enters room 2", "0: You joined kebab"]
    );
    assert_eq!(chats.line(ann, "/join main"), ["0 leaves", "0: You are in main"], "they were there already");
    assert_eq!(chats.line(ann, "/rooms"), ["0: Rooms - main (2), pizza (1)"]);
}

#[test]
fn nobody_is_in_more_rooms_than_can_be_looked_through_at_once() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    for number in 1..ROOMS_MAX {
        assert_eq!(chats.enter_room(ann, &format!("room-{number}")).len(), 2);
    }
    let last = format!("0: You are in room-{}", ROOMS_MAX - 1);
    assert_eq!(chats.enter_room(ann, "another"), [last.as_str()]);
    assert_eq!(chats.enter_room(ann, "room-7"), ["0: You are in room-7"]);
    assert_eq!(chats.hub.chat.rooms(), ROOMS_MAX);
    chats.close(ann);
    chats.hub.chat.rooms.assert_only_empty_main();
}

#[test]
fn a_crowd_is_one_in_each_room_by_itself() {
    let mut chats = crowd_of_three();
    let people: Vec<_> = (0..5).map(|_| chats.open()).collect();
    assert_eq!(chats.enter_room(people[4], "pizza"), ["4 enters room 1", "4: You joined pizza"]);
    let told = chats.enter_room(people[3], "pizza");
    assert!(told[0].starts_with("room 1 (1): ") && told[0].ends_with(" joined"), "{told:?}");
    assert_eq!(chats.close(people[4]).len(), 4, "main hears of it later");
}
