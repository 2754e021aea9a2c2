//! What others hear of those who came a moment ago and have asked for nothing.

use super::*;
use crate::Rules;

#[test]
fn who_asks_for_nothing_hears_the_room_and_is_not_heard_of_before_their_time() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    let bob = chats.open_silent();
    let name = chats.name(bob);
    assert_eq!(chats.line(ann, "/users"), ["0: Users - Ann"]);
    assert_eq!(chats.line(ann, "/rooms"), ["0: Rooms - main (1)"]);
    assert_eq!(chats.line(ann, "hi"), ["main (2): Ann: hi"], "they hear it, too");
    assert_eq!(chats.line(ann, &format!("/name {name}")), [format!("0: {name} is already taken")]);
    assert_eq!((chats.hub.chat.people(), chats.hub.chat.silent()), (1, 1));
    assert_eq!(chats.hub.chat.poll_timeout(), Some(Time::after(Duration::from_secs(3))));
    chats.sleep(Duration::from_millis(2999));
    assert_eq!(chats.wake(), NOTHING);
    chats.sleep(Duration::from_millis(1));
    assert_eq!(chats.wake(), [format!("main but 1 (1): {name} joined")]);
    assert_eq!((chats.hub.chat.people(), chats.hub.chat.silent(), chats.hub.chat.poll_timeout()), (2, 0, None));
    assert_eq!(chats.line(ann, "/rooms"), ["0: Rooms - main (2)"]);
    assert_eq!(chats.close(bob), ["1 leaves", &format!("main (1): {name} left"), "1 closes"]);
}

#[test]
fn who_leaves_without_having_asked_for_anything_was_never_here() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    let bob = chats.open_silent();
    assert_eq!(chats.close(bob), ["1 leaves", "1 closes"]);
    for last in [
        Request::Command(Command::Leave(CloseCode::NORMAL)),
        Request::Command(Command::Leave(CloseCode::NORMAL)),
        Request::Notice(Notice::Fail(CloseCode::PROTOCOL)),
    ] {
        let cid = chats.open_silent();
        assert_eq!(chats.request(cid, last), ["1 leaves", "1 closes"]);
    }
    let told = chats.open_silent();
    let answer = chats.request(told, Request::Notice(Notice::WrongProtocol(crate::OtherProtocol::Http)));
    assert!(answer.iter().all(|line| line.starts_with("1: ") || line.starts_with("1 ")), "{answer:?}");
    assert_eq!(chats.hub.chat.poll_timeout(), None, "nobody is waited for");
    assert_eq!(chats.line(ann, "/rooms"), ["0: Rooms - main (1)"]);
}

#[test]
fn what_no_person_asks_for_tells_nobody_of_one() {
    let (mut chats, _) = Chats::of(["Ann"]);
    let bob = chats.open_silent();
    for request in [
        Request::Notice(Notice::Fence),
        Request::Notice(Notice::Ping("there?".into())),
        Request::Notice(Notice::NotUtf8),
        Request::Notice(Notice::TooLong),
    ] {
        let told = chats.request(bob, request);
        assert!(told.len() == 1 && told[0].starts_with('1'), "{told:?}");
    }
    let told = chats.line(bob, "/nonsense");
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn who_hears_a_room_counts_for_its_crowd_whether_others_know_of_them_or_not() {
    let mut chats = Chats::with(Config { rules: Rules { crowd_members: 2, ..Rules::default() }, ..Config::default() });
    let ann = chats.join_as("Ann");
    let [bob, _] = [(); 2].map(|()| chats.open_silent());
    assert_eq!(chats.line(bob, "/users").len(), 1, "three are a crowd: nobody is told at once");
    chats.sleep(Duration::from_secs(1));
    assert_eq!(chats.wake(), ["main (3): 1 joined, 0 left"]);
    chats.close(ann);
    chats.close(bob);
    assert_eq!(chats.hub.chat.poll_timeout(), Some(Time::after(Duration::from_secs(2))));
    chats.sleep(Duration::from_secs(1));
    assert_eq!(chats.wake(), ["main (1): 0 joined, 1 left"]);
}

#[test]
fn of_a_crowd_that_is_gone_nobody_is_told_though_who_left_last_was_silent() {
    let mut chats = Chats::with(Config { rules: Rules { crowd_members: 0, ..Rules::default() }, ..Config::default() });
    let ann = chats.join_as("Ann");
    let bob = chats.open_silent();
    chats.close(ann);
    assert_eq!(
        chats.hub.chat.poll_timeout(),
        Some(Time::after(Duration::from_secs(1))),
        "one is left, who would be told"
    );
    chats.close(bob);
    assert_eq!(chats.hub.chat.poll_timeout(), None);
}

#[test]
fn many_who_ask_for_nothing_are_told_of_when_each_is_due() {
    let mut chats = Chats::new();
    let people = (0..100).map(|_| {
        chats.sleep(Duration::from_millis(10));
        chats.open_silent()
    });
    let people: Vec<_> = people.collect();
    for &odd in people.iter().skip(1).step_by(2) {
        chats.close(odd);
    }
    chats.sleep(Duration::from_millis(2500));
    assert_eq!((chats.wake().len(), chats.hub.chat.people()), (25, 25));
    chats.sleep(Duration::from_millis(500));
    assert_eq!((chats.wake().len(), chats.hub.chat.people(), chats.hub.chat.silent()), (25, 50, 0));
}
