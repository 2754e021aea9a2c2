//! What people say to each other besides to a room, and who does not hear it.

use super::*;

#[test]
fn what_somebody_does_is_told_to_the_room_as_a_message_of_it() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    assert_eq!(chats.line(ann, "/me waves  at  all "), ["main (2): * Ann waves  at  all"]);
    assert_eq!(chats.line(bob, "/me \u{200b}"), ["1: Try /me {action}"]);
    let joined = chats.line(bob, "/join pizza");
    assert!(joined.contains(&"1: You joined pizza".to_owned()), "{joined:?}");
    assert_eq!(chats.line(bob, "/history"), ["1: Nothing was said here"]);
}

#[test]
fn what_is_said_to_one_person_is_heard_by_nobody_else() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    assert_eq!(chats.line(ann, "/reply hi"), ["0: Nobody has written to you"]);
    assert_eq!(
        chats.line(ann, "/msg bob hi there"),
        ["0: You (to Bob): hi there", "1 is sent: Ann (to you): hi there"]
    );
    assert_eq!(chats.line(bob, "/reply hello"), ["1: You (to Ann): hello", "0 is sent: Bob (to you): hello"]);
    assert_eq!(chats.line(ann, "/msg Cid hi"), ["0: There is nobody called Cid"]);
    assert_eq!(chats.line(ann, "/msg"), ["0: Try /msg {name} {text}"]);
    assert_eq!(chats.line(ann, "/msg Bob "), ["0: Try /msg {name} {text}"]);
    assert_eq!(chats.line(ann, "/msg zoë hi"), ["0: Name must be 2 - 20 letters, digits, - or _"]);
    assert_eq!(chats.line(ann, "/msg Ann note"), ["0: You (to Ann): note", "0 is sent: Ann (to you): note"]);
    assert_eq!(chats.line(bob, "/history"), ["1: Nothing was said here"], "it is kept nowhere");
}

#[test]
fn an_answer_goes_to_the_person_and_not_to_who_has_their_name_now() {
    let mut chats = Chats::new();
    let [ann, bob, cid] = ["Ann", "Bob", "Cid"].map(|name| chats.join_as(name));
    chats.line(bob, "/msg Ann hi");
    chats.line(bob, "/name Bobby");
    assert_eq!(chats.line(ann, "/reply hi"), ["0: You (to Bobby): hi", "1 is sent: Ann (to you): hi"]);
    chats.line(bob, "/name Bob");
    chats.line(bob, "/msg Ann hi");
    chats.close(bob);
    chats.line(cid, "/name Bob");
    assert_eq!(chats.line(ann, "/reply hi"), ["0: There is nobody called Bob"]);
}

#[test]
fn an_answer_finds_who_has_another_name_and_another_connection() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    chats.line(bob, "/msg Ann hi");
    chats.line(bob, "/name Bobby");
    let [new, newer] = ["Cid", "Dan"].map(|name| chats.join_as(name));
    chats.request(new, Command::Resume(bob));
    chats.line(new, "/name Rob");
    assert_eq!(chats.line(ann, "/reply hi"), ["0: You (to Rob): hi", "2 is sent: Ann (to you): hi"]);
    chats.request(newer, Command::Resume(new));
    assert_eq!(chats.line(ann, "/reply hi"), ["0: You (to Rob): hi", "3 is sent: Ann (to you): hi"]);
    chats.close(newer);
    assert_eq!(chats.line(ann, "/reply hi"), ["0: There is nobody called Bob"]);
}

#[test]
fn a_new_name_is_told_to_those_with_whom_its_owner_has_written_in_whatever_room() {
    let mut chats = Chats::new();
    let [ann, bob, cid, dan] = ["Ann", "Bob", "Cid", "Dan"].map(|name| chats.join_as(name));
    chats.line(bob, "/join pizza");
    chats.line(cid, "/join soup");
    chats.line(bob, "/msg Ann hi");
    chats.line(cid, "/msg Bob hi");
    assert_eq!(
        chats.line(bob, "/name Rob"),
        ["room 1 (1): Bob is now Rob", "0 is sent: Bob is now Rob", "2 is sent: Bob is now Rob"]
    );
    // Who hears it in a room is told there, and who is not to be heard is not told.
    chats.line(cid, "/join pizza");
    chats.line(ann, "/ignore Rob");
    assert_eq!(chats.line(bob, "/name Bob"), ["room 1 (2): Rob is now Bob"]);
    chats.line(ann, "/unignore Bob");
    // Nor those whom one does not want to hear.
    chats.line(bob, "/ignore Ann");
    assert_eq!(chats.line(bob, "/name Rob"), ["room 1 (2): Bob is now Rob"]);
    assert_eq!(chats.line(dan, "/name Don"), ["main (2): Dan is now Don"]);
}

#[test]
fn a_new_name_is_told_to_the_last_32_with_whom_its_owner_has_written() {
    let mut chats = Chats::new();
    let ann = chats.join_as("Ann");
    chats.line(ann, "/join pizza");
    let others: Vec<_> = (10..43).map(|number| chats.join_as(&format!("other-{number}"))).collect();
    others.iter().for_each(|&other| drop(chats.line(other, "/msg Ann hi")));
    // Who writes again is not counted twice, and stands last.
    chats.line(others[0], "/msg Ann hi again");
    let told = chats.line(ann, "/name Anna");
    let expected = (2..33).chain([0]).map(|index| format!("{} is sent: Ann is now Anna", index + 1));
    let expected: Vec<_> = ["room 1 (1): Ann is now Anna".to_owned()].into_iter().chain(expected).collect();
    assert_eq!(told, expected);
}

#[test]
fn nobody_knows_of_who_is_silent() {
    let mut chats = Chats::new();
    let ann = chats.join_as("Ann");
    let silent = chats.open_silent();
    let name = chats.name(silent);
    assert_eq!(chats.line(ann, &format!("/msg {name} hi")), [format!("0: There is nobody called {name}")]);
}

#[test]
fn a_topic_is_told_to_the_room_and_shown_to_who_joins_until_it_is_removed() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    chats.line(ann, "/join pizza");
    assert_eq!(chats.line(ann, "/topic"), ["0: Topic - none"]);
    assert_eq!(chats.line(ann, "/topic pizza at eight"), ["room 1 (1): Ann set the topic: pizza at eight"]);
    assert_eq!(chats.line(ann, "/topic"), ["0: Topic - pizza at eight"]);
    assert_eq!(chats.line(bob, "/topic"), ["1: Topic - none"], "it is another room");
    let told = chats.line(bob, "/join pizza");
    assert_eq!(told[told.len() - 2..], ["1: You joined pizza", "1: Topic - pizza at eight"]);
    let long = "x".repeat(391);
    assert_eq!(chats.line(bob, &format!("/topic {long}")), ["1: Topics can only be 390 bytes long"]);
    assert_eq!(chats.line(bob, "/topic none"), ["room 1 (2): Bob set the topic: none"]);
    chats.line(bob, "/join main");
    let told = chats.line(bob, "/join pizza");
    assert_eq!(told[told.len() - 1..], ["1: You joined pizza"]);
}

#[test]
fn who_is_ignored_is_not_heard_in_rooms_or_alone_and_does_not_learn_of_it() {
    let mut chats = Chats::new();
    let [ann, bob, cid] = ["Ann", "Bob", "Cid"].map(|name| chats.join_as(name));
    assert_eq!(chats.line(ann, "/ignore"), ["0: Ignored -"]);
    assert_eq!(chats.line(ann, "/ignore bob"), ["0: You ignore Bob"]);
    assert_eq!(chats.line(ann, "/ignore Zed"), ["0: You ignore Zed"], "who may come");
    assert_eq!(chats.line(ann, "/ignore"), ["0: Ignored - Bob, Zed"]);
    assert_eq!(chats.line(ann, "/ignore Ann"), ["0: You can't ignore yourself"]);
    assert_eq!(chats.line(bob, "hello"), ["main but 0 (2): Bob: hello"]);
    assert_eq!(chats.line(bob, "/me waves"), ["main but 0 (2): * Bob waves"]);
    assert_eq!(chats.line(bob, "/msg Ann hi"), ["1: You (to Ann): hi"]);
    assert_eq!(chats.line(ann, "/reply hi"), ["0: Nobody has written to you"]);
    assert_eq!(chats.line(cid, "hello"), ["main (3): Cid: hello"]);
    // Where nobody else is, nobody is told.
    chats.line(bob, "/join pizza");
    assert_eq!(chats.line(bob, "alone"), ["room 1 (1): Bob: alone"]);
    chats.line(bob, "/join main");
    // Another name is no way out.
    chats.line(bob, "/name Bobby");
    assert_eq!(chats.line(bob, "hello"), ["main but 0 (2): Bobby: hello"]);
    assert_eq!(chats.line(ann, "/ignore"), ["0: Ignored - Bobby, Zed"]);
    assert_eq!(chats.line(ann, "/unignore BOBBY"), ["0: You hear Bobby again"]);
    assert_eq!(chats.line(bob, "hello"), ["main (3): Bobby: hello"]);
    // Nobody ignores themselves, whatever they are called.
    chats.line(ann, "/name Zed");
    assert_eq!(chats.line(ann, "hello"), ["main (3): Zed: hello"]);
    assert_eq!(chats.line(ann, "/ignore"), ["0: Ignored -"]);
}

#[test]
fn so_many_people_can_be_ignored_and_none_is_kept_of_who_is_gone() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    for number in 0..100 {
        assert_eq!(chats.line(ann, &format!("/ignore p-{number}")), [format!("0: You ignore p-{number}")]);
    }
    assert_eq!(chats.line(ann, "/ignore Bob"), ["0: You can only ignore 100 people"]);
    assert_eq!(chats.line(ann, "/ignore p-7"), ["0: You ignore p-7"]);
    assert_eq!(chats.line(bob, "hello"), ["main (2): Bob: hello"]);
    chats.close(ann);
    assert!(chats.hub.chat.ignores.is_empty());
}

#[test]
fn who_joins_is_shown_the_last_that_was_said_there() {
    let mut config = Config::default();
    config.rules.history_on_join = 2;
    let mut chats = Chats::with(config);
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    chats.line(ann, "/join pizza");
    for line in ["one", "two", "/me eats"] {
        chats.line(ann, line);
        chats.sleep(Duration::from_secs(60));
    }
    let told = chats.line(bob, "/join pizza");
    assert_eq!(told[told.len() - 2..], ["1: You joined pizza", "1: [2 min ago] Ann: two\n[1 min ago] * Ann eats"]);
    assert_eq!(chats.line(bob, "/history 1"), ["1: [1 min ago] * Ann eats"]);
    assert_eq!(chats.line(bob, "/history"), ["1: [3 min ago] Ann: one\n[2 min ago] Ann: two\n[1 min ago] * Ann eats"]);
    for count in ["0", "101", "x", "-1", "1 2", "99999999999"] {
        assert_eq!(chats.line(bob, &format!("/history {count}")), ["1: History shows 1 - 100 messages"]);
    }
    chats.close(ann);
    chats.close(bob);
    let cid = chats.join_as("Cid");
    let told = chats.line(cid, "/join pizza");
    assert_eq!(told.last().map(String::as_str), Some("1: You joined pizza"), "it went with the room");
}

#[test]
fn a_long_answer_comes_in_pieces_and_its_rest_is_gone_with_who_asked() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    for number in 0..20 {
        chats.line(ann, &format!("{number} {}", "x".repeat(390)));
    }
    let fence = |chats: &mut Chats| read(&chats.ask(bob, Request::Notice(Notice::Fence)));
    let shown = |told: &[String]| told.iter().map(|told| told.lines().count()).sum::<usize>();
    let first = chats.line(bob, "/history 20");
    assert_eq!(fence(&mut chats), ["1 is answered in part"]);
    let second = read(&chats.ask(bob, Request::Query(Query::More)));
    assert_eq!(fence(&mut chats), ["1 is answered"]);
    assert_eq!((shown(&first), shown(&second)), (16, 4));
    assert!(first.concat().len() <= 8192);
    assert_eq!(read(&chats.ask(bob, Request::Query(Query::More))), Vec::<String>::new());
    chats.line(bob, "/history 20");
    chats.close(bob);
    assert!(chats.hub.pieces.is_empty());
}

#[test]
fn who_comes_back_ignores_whom_they_ignored_and_can_be_answered() {
    let mut chats = Chats::new();
    let [ann, bob, cid] = ["Ann", "Bob", "Cid"].map(|name| chats.join_as(name));
    chats.line(ann, "/ignore Bob");
    chats.line(ann, "/msg Cid hi");
    chats.line(cid, "/topic main things");
    let again = chats.open_silent();
    let told = read(&chats.ask(again, Request::Command(Command::Resume(ann))));
    assert_eq!(told[told.len() - 3..], ["3: You are Ann", "3: You joined main", "3: Topic - main things"]);
    assert_eq!(chats.line(bob, "hello"), ["main but 3 (2): Bob: hello"]);
    assert_eq!(chats.line(again, "/ignore"), ["3: Ignored - Bob"]);
    assert_eq!(chats.line(cid, "/reply hi"), ["2: You (to Ann): hi", "3 is sent: Cid (to you): hi"]);
    chats.close(again);
    assert!(chats.hub.chat.ignores.is_empty());
}

#[test]
fn what_was_not_heard_is_not_shown_after_another_name() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    chats.line(ann, "/ignore Bob");
    chats.line(bob, "spam");
    assert_eq!(chats.line(ann, "/history"), ["0: Nothing was said here"]);
    chats.line(bob, "/name Bobby");
    assert_eq!(chats.line(ann, "/history"), ["0: Nothing was said here"]);
    chats.line(ann, "/unignore Bobby");
    assert_eq!(chats.line(ann, "/history"), ["0: [just now] Bob: spam"]);
}

#[test]
fn who_only_had_the_name_of_somebody_ignored_is_heard_under_their_own() {
    let mut chats = Chats::new();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    chats.line(ann, "/ignore Dan");
    chats.line(bob, "/name Dan");
    assert_eq!(chats.line(bob, "hello"), ["main but 0 (1): Dan: hello"]);
    chats.line(bob, "/name Bob");
    assert_eq!(chats.line(bob, "hello"), ["main (2): Bob: hello"]);
    assert_eq!(chats.line(ann, "/ignore"), ["0: Ignored - Dan"]);
}
