//! How somebody who has lost their connection goes on with another.

use super::*;
use crate::Text;

impl Chats {
    /// Lets a connection ask for the person of another.
    fn resume(&mut self, connection: ConnectionId, old: ConnectionId) -> Vec<String> {
        self.request(connection, Command::Resume(old))
    }
}

#[test]
fn who_comes_back_is_who_they_were_where_they_were_and_nobody_else_is_told() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    for person in [ann, bob] {
        chats.line(person, "/join pizza");
    }
    chats.line(bob, "hi");
    let again = chats.open_silent();
    let name = chats.name(again);
    assert_eq!(
        chats.resume(again, ann),
        ["2 leaves", "0 leaves", "0 is cut", "2 enters room 1", "2: You are Ann", "2: You joined pizza"]
    );
    assert_eq!(chats.line(bob, "/users"), ["1: Users - Ann, Bob"]);
    assert_eq!(chats.line(bob, "/rooms"), ["1: Rooms - pizza (2), main (0)"]);
    assert_eq!(chats.line(again, "hello"), ["room 1 (2): Ann: hello"]);
    assert_eq!((chats.hub.chat.people(), chats.hub.chat.silent(), chats.hub.chat.poll_timeout()), (2, 0, None));
    assert_eq!(chats.line(bob, &format!("/name {name}")), [format!("room 1 (2): Bob is now {name}")], "it is free");
    for late in [
        Request::Query(Query::Help),
        Request::Command(Command::Say(Text::clean("late").into())),
        Request::Command(Command::Leave(CloseCode::NORMAL)),
    ] {
        assert_eq!(chats.request(ann, late), NOTHING, "what the old one still asked for");
    }
    assert_eq!(chats.close(ann), NOTHING);
    assert_eq!(chats.close(again), ["2 leaves", "room 1 (1): Ann left", "2 closes"]);
}

#[test]
fn who_comes_back_is_told_how_much_was_said() {
    let mut chats = Chats::new();
    let old = chats.open_silent();
    chats.line(old, "hello");
    let new = chats.open_silent();
    let actions = chats.ask(new, Command::Resume(old));
    let name = chats.hub.chat.person(new).name.clone();
    let room = chats.hub.chat.rooms.name(MAIN).clone();
    let expected = [
        Action::Leave { connection: new, room: MAIN },
        Action::Leave { connection: old, room: MAIN },
        Action::Cut { connection: old },
        Action::Enter { connection: new, room: MAIN },
        Action::Reply { connection: new, message: Message::YouAre { name } },
        Action::Reply { connection: new, message: Message::YouJoined { room, seq: 1 } },
    ];
    assert_eq!(actions, expected);
    chats.close(new);
    let Chat { people, silent, names, .. } = &chats.hub.chat;
    assert!(people.len() == 0 && names.is_empty() && silent.len() == 0);
}

#[test]
fn a_token_is_good_once_for_somebody_who_is_here_and_not_for_oneself() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    let stale = |connection: ConnectionId| [format!("{}: You have nothing to resume", connection.slot())];
    assert_eq!(chats.resume(ann, ann), stale(ann));
    let again = chats.open_silent();
    assert_eq!(chats.resume(again, ConnectionId::new(0, 7, 7)), stale(again), "there is nobody");
    assert_eq!(chats.line(again, "/resume Ann"), stale(again));
    assert_eq!(chats.hub.chat.silent(), 1, "whoever only tries is not told of");
    assert_eq!(chats.resume(again, ann).len(), 6);
    assert_eq!(chats.resume(bob, ann), stale(bob), "it is used up");
    // The next in the slot has another.
    let cid = chats.join_as("Cid");
    assert_eq!(cid.slot(), ann.slot());
    assert_eq!(chats.resume(bob, ann), stale(bob));
    chats.close(again);
    assert_eq!(chats.resume(bob, again), stale(bob), "they have left");
}

#[test]
fn what_one_is_given_up_is_left_as_by_anybody_if_others_know_of_it() {
    let mut chats = Chats::new();
    let [ann, _, cid] = ["Ann", "Bob", "Cid"].map(|name| chats.join_as(name));
    chats.line(cid, "/join pizza");
    let told = chats.resume(cid, ann);
    assert_eq!(told, ["2 leaves", "0 leaves", "0 is cut", "2 enters main", "2: You are Ann", "2: You joined main"]);
    assert_eq!(chats.hub.chat.rooms(), 1, "pizza is empty, and gone");
    let dan = chats.join_as("Dan");
    assert_eq!(chats.resume(dan, cid)[..2], ["0 leaves", "main (2): Dan left"]);
    assert_eq!(chats.line(dan, "/users"), ["0: Users - Ann, Bob"]);
}

#[test]
fn of_whom_nobody_knows_nobody_knows_when_they_come_back() {
    let mut chats = Chats::new();
    let bob = chats.join_as("Bob");
    let ann = chats.open_silent();
    let name = chats.name(ann);
    chats.sleep(Duration::from_secs(2));
    let again = chats.open_silent();
    assert_eq!(chats.resume(again, ann).len(), 6);
    assert_eq!((chats.name(again), chats.hub.chat.silent()), (name.clone(), 1));
    assert_eq!(chats.line(bob, "hi"), ["main (2): Bob: hi"]);
    chats.sleep(Duration::from_secs(3));
    assert_eq!(chats.wake(), [format!("main but 2 (1): {name} joined")]);
}

#[test]
fn who_is_known_makes_known_whom_they_go_on_as() {
    let mut chats = Chats::new();
    let bob = chats.join_as("Bob");
    let [ann, again] = [chats.open_silent(), chats.join_as("Ann")];
    let name = chats.name(ann);
    let told = chats.resume(again, ann);
    let heard: Vec<_> = told.iter().filter(|line| line.starts_with("main")).collect();
    assert_eq!(heard, [&format!("main but 1 (2): {name} joined"), "main (2): Ann left"]);
    assert_eq!(chats.line(bob, "/users").len(), 1);
    assert_eq!((chats.hub.chat.people(), chats.hub.chat.silent(), chats.hub.chat.poll_timeout()), (2, 0, None));
}
