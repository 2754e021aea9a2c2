//! Arriving, losing the connection, and coming back.

use super::*;

fn name(text: &str) -> Option<Name> {
    Some(Name::parse(text).expect("the case is a name"))
}

fn wanted(who: &str, room: &str) -> Wanted {
    Wanted { name: name(who), room: name(room) }
}

/// Hears lines; returns what is shown, with `<` before what is sent and `=` before where one has arrived.
fn hear(link: &mut Link, lines: &[&str]) -> Vec<String> {
    let mut seen = Vec::new();
    for line in lines {
        let heard = link.on_line(&Line::parse(line));
        if !heard.hidden {
            seen.push((*line).to_owned());
        }
        seen.extend(heard.send.iter().map(|line| format!("< {line}")));
        if let Some(arrival) = heard.arrived {
            let place = [link.name(), link.room()].map(|name| name.map_or("?", Name::as_str));
            seen.push(format!("= {arrival:?} {}", place.join(" ")));
        }
    }
    seen
}

#[test]
fn the_first_time_what_was_asked_for_by_flag_is_asked_for() {
    let cases: [(Wanted, &[&str], &[&str]); 5] = [
        (
            Wanted::default(),
            &["Server commands", "You are Elk", "You joined main"],
            &["Server commands", "< /resume", "= First Elk main"],
        ),
        (
            wanted("Ann", "pizza"),
            &["You are Elk", "You joined main", "Elk is now Ann", "You joined pizza"],
            &["< /name Ann", "< /join pizza", "< /resume", "= First Ann pizza"],
        ),
        (
            wanted("Ann", "pizza"),
            &["You are Elk", "You joined main", "Ann is already taken", "Bob: hi", "You joined pizza"],
            &["< /name Ann", "< /join pizza", "Ann is already taken", "Bob: hi", "< /resume", "= First Elk pizza"],
        ),
        (
            Wanted { name: name("Ann"), room: None },
            &["You are Elk", "You joined main", "Elk is now Ann", "Ann is now Bob"],
            &["< /name Ann", "< /resume", "= First Ann main", "Ann is now Bob"],
        ),
        (wanted("Elk", "main"), &["You are Elk", "You joined main"], &["< /resume", "= First Elk main"]),
    ];
    for (wanted, lines, expected) in cases {
        assert_eq!(hear(&mut Link::new(wanted), lines), expected, "{lines:?}");
    }
}

#[test]
fn after_a_loss_one_comes_back_under_the_old_name_and_room() {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Elk", "You joined main", "Elk is now Ann", "You joined pizza"]);
    assert_eq!(link.on_lost(), Duration::from_secs(1));
    link.on_connecting();
    link.on_connected();
    let lines =
        ["Server commands", "  /help - x", "You are Fox", "You joined main", "Fox is now Ann", "You joined pizza"];
    assert_eq!(hear(&mut link, &lines), ["< /name Ann", "< /join pizza", "< /resume", "= Again Ann pizza"]);
    assert!(link.is_online());
}

#[test]
fn who_finds_the_old_name_taken_comes_back_under_another() {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Ann", "You joined pizza"]);
    link.on_lost();
    link.on_connected();
    let lines = ["You are Fox", "You joined main", "Ann is already taken", "You joined pizza"];
    let seen = ["< /name Ann", "< /join pizza", "Ann is already taken", "< /resume", "= Again Fox pizza"];
    assert_eq!(hear(&mut link, &lines), seen);
}

#[test]
fn a_request_that_is_too_long_for_the_server_is_answered_too() {
    const TOO_LONG: &str = "Messages can only be 8 chars long";
    let greeting = ["You are Elk", "You joined main"];
    let cases: [(&[&str], &str); 3] = [
        (&[TOO_LONG, TOO_LONG], "= First Elk main"),
        (&[TOO_LONG, "You joined pizza"], "= First Elk pizza"),
        (&["Elk is now Ann", TOO_LONG], "= First Ann main"),
    ];
    for (answers, arrived) in cases {
        let mut link = Link::new(wanted("Ann", "pizza"));
        hear(&mut link, &greeting);
        assert_eq!(hear(&mut link, &answers[..1]).last().map_or("", |seen| seen).find('='), None, "{answers:?}");
        assert_eq!(hear(&mut link, &answers[1..]).last().map(String::as_str), Some(arrived), "{answers:?}");
    }
}

#[test]
fn who_wants_the_room_in_another_case_is_there() {
    let mut link = Link::new(Wanted { name: None, room: name("Main") });
    let seen = hear(&mut link, &["You are Elk", "You joined main", "You are in main"]);
    assert_eq!(seen, ["< /join Main", "< /resume", "= First Elk main"]);
}

#[test]
fn a_loss_on_the_way_back_forgets_nothing() {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Ann", "You joined pizza"]);
    link.on_lost();
    for lines in [&["You are Fox"][..], &["You are Elk", "You joined main"], &["Server is full"], &[]] {
        link.on_connected();
        hear(&mut link, lines);
        link.on_lost();
    }
    link.on_connected();
    assert_eq!(hear(&mut link, &["You are Cat", "You joined main"]), ["< /name Ann", "< /join pizza"]);
}

#[test]
fn pauses_grow_up_to_half_a_minute_and_begin_anew_after_success() {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Ann", "You joined main"]);
    let pauses: Vec<u64> = (0..8).map(|_| link.on_lost().as_secs()).collect();
    assert_eq!(pauses, [1, 2, 4, 8, 15, 30, 30, 30]);
    link.on_connected();
    hear(&mut link, &["You are Ann", "You joined main"]);
    assert_eq!(link.on_lost(), Duration::from_secs(1));
}

#[test]
fn the_status_says_how_it_stands() {
    let mut link = Link::new(Wanted::default());
    assert_eq!(link.status(), "joining");
    hear(&mut link, &["You are Ann", "You joined main"]);
    assert_eq!(link.status(), "connected");
    link.on_lost();
    assert_eq!(link.status(), "offline, next try in 1 s");
    link.on_connecting();
    assert_eq!(link.status(), "offline, try 1");
    link.on_lost();
    assert_eq!(link.status(), "offline, next try in 2 s");
}

#[test]
fn somebody_elses_rename_is_not_mine() {
    let mut link = Link::new(Wanted::default());
    let seen = hear(&mut link, &["You are Ann", "You joined main", "Bob is now Cid", "Cid is now ann"]);
    assert_eq!(seen, ["< /resume", "= First Ann main", "Bob is now Cid", "Cid is now ann"]);
    assert_eq!(link.name(), name("Ann").as_ref());
}

/// Somebody who was Ann in pizza, with a token, and has a connection again.
fn back() -> Link {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Ann", "You joined pizza", "You can come back with /resume T"]);
    link.on_lost();
    assert_eq!(link.on_connecting().map(|token| token.request()).as_deref(), Some("/resume T"));
    link.on_connected();
    link
}

#[test]
fn with_a_token_one_is_who_one_was_at_once() {
    let cases: [&[&str]; 3] = [
        &["Server commands", "You are Fox", "You joined main", "You are Ann", "You joined pizza"],
        &["You are Fox", "You joined main", "You are Ann", "You are in pizza"],
        &["Server commands", "You are Ann", "You joined pizza"],
    ];
    for lines in cases {
        assert_eq!(hear(&mut back(), lines), ["< /resume", "= Again Ann pizza"], "{lines:?}");
    }
}

#[test]
fn where_there_is_nothing_to_resume_one_asks_for_name_and_room() {
    let greeting = ["You are Fox", "You joined main"];
    let long = "Messages can only be 26 chars long";
    for refusal in
        ["You have nothing to resume", "Unrecognized command /resume, try /help, or begin with // to say it", long]
    {
        let mut seen = if refusal == long { vec![refusal] } else { Vec::new() };
        seen.extend(["< /name Ann", "< /join pizza"]);
        for lines in [[greeting[0], greeting[1], refusal], [refusal, greeting[0], greeting[1]]] {
            let mut link = back();
            assert_eq!(hear(&mut link, &lines), seen, "{lines:?}");
            let arrived = hear(&mut link, &["Fox is now Ann", "You joined pizza"]);
            assert_eq!(arrived, ["< /resume", "= Again Ann pizza"], "{lines:?}");
            link.on_lost();
            assert!(link.on_connecting().is_none(), "a token that is of no use is not kept");
        }
    }
}

#[test]
fn a_server_that_knows_no_tokens_is_asked_and_what_it_says_to_that_is_hidden() {
    for says in ["Unrecognized command /resume, try /help, or begin with // to say it", "You have nothing to resume"] {
        let mut link = Link::new(Wanted::default());
        hear(&mut link, &["You are Ann", "You joined main"]);
        assert_eq!(hear(&mut link, &[says]), [""; 0]);
        // What the user asks is answered.
        assert_eq!(hear(&mut link, &[says, "Unrecognized command /x"]), [says, "Unrecognized command /x"]);
    }
}

/// Somebody who is back as Fox since Ann, the old name, is taken.
fn haunted() -> Link {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Ann", "You joined pizza"]);
    link.on_lost();
    link.on_connected();
    hear(&mut link, &["You are Fox", "You joined main", "Ann is already taken", "You joined pizza"]);
    assert!(link.is_online());
    link
}

#[test]
fn the_old_name_is_asked_for_again_when_whoever_had_it_leaves() {
    let mut link = haunted();
    assert_eq!(hear(&mut link, &["Bob left", "Ann left"]), ["Bob left", "Ann left", "< /name Ann"]);
    assert_eq!(hear(&mut link, &["Fox is now Ann", "Ann left"]), ["Fox is now Ann", "Ann left"]);
    assert_eq!(link.name(), name("Ann").as_ref());
}

#[test]
fn the_old_name_is_asked_for_every_half_a_minute_for_five_minutes_and_the_answers_are_hidden() {
    let mut link = haunted();
    let mut asked = Vec::new();
    for second in 1..=600 {
        if let Some(line) = link.on_second() {
            assert_eq!(line, "/name Ann");
            asked.push(second);
            assert_eq!(hear(&mut link, &["Ann is already taken"]), [""; 0]);
        }
    }
    assert_eq!(asked, (1..=10).map(|times| 30 * times).collect::<Vec<_>>());
    assert_eq!(hear(&mut link, &["Ann left"]), ["Ann left"], "it is nobody's ghost after so long");
}

#[test]
fn who_chooses_another_name_does_not_want_the_old_one() {
    let mut link = haunted();
    let seen = hear(&mut link, &["Ann is already taken", "Fox is now Cid", "Ann left"]);
    assert_eq!(seen, ["Ann is already taken", "Fox is now Cid", "Ann left"]);
    assert_eq!((0..100).find_map(|_| link.on_second()), None);
}

#[test]
fn who_is_lost_again_while_the_old_name_is_taken_still_wants_it() {
    let mut link = haunted();
    link.on_lost();
    link.on_connected();
    assert_eq!(hear(&mut link, &["You are Cat", "You joined main"]), ["< /name Ann", "< /join pizza"]);
}

#[test]
fn a_name_that_was_somebody_elses_from_the_start_is_not_asked_for_again() {
    let mut link = Link::new(wanted("Ann", "main"));
    hear(&mut link, &["You are Fox", "You joined main", "Ann is already taken"]);
    assert_eq!(hear(&mut link, &["Ann left"]), ["Ann left"]);
    assert_eq!((0..100).find_map(|_| link.on_second()), None);
}

#[test]
fn the_topic_is_that_of_the_room() {
    let cases: [(&[&str], Option<&str>); 9] = [
        (&[], None),
        (&["Topic - pizza at eight"], Some("pizza at eight")),
        (&["Topic - none"], None),
        (&["Bob set the topic: pizza at eight"], Some("pizza at eight")),
        (&["Topic - pizza", "Ann set the topic: none"], None),
        (&["Topic - pizza", "You joined pasta"], None),
        (&["Topic - pizza", "You joined pasta", "Topic - basil"], Some("basil")),
        (&["Topic - pizza", "You are in main"], Some("pizza")),
        (&["Bob: Topic - pizza", "* Bob set the topic: pizza", "[just now] Bob: Topic - pizza"], None),
    ];
    for (lines, topic) in cases {
        let mut link = Link::new(Wanted::default());
        hear(&mut link, &["You are Ann", "You joined main"]);
        assert_eq!(hear(&mut link, lines), lines, "nothing of it is hidden");
        assert_eq!(link.topic(), topic, "{lines:?}");
    }
}

#[test]
fn what_a_room_is_about_and_was_is_hidden_only_where_one_is_on_the_way_to_another() {
    const MAIN: [&str; 2] = ["Topic - chat", "[just now] Bob: hi"];
    const PIZZA: [&str; 2] = ["Topic - pizza at eight", "[just now] * Cid waves"];
    let greeting = ["You are Elk", "You joined main"];
    // Nothing is wanted, or only a name: this is the room where one stays.
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &greeting);
    assert_eq!(hear(&mut link, &MAIN), MAIN);
    for room in ["main", "Main"] {
        let mut link = Link::new(wanted("Ann", room));
        hear(&mut link, &greeting);
        assert_eq!(hear(&mut link, &MAIN), MAIN, "{room}");
    }
    // By flag, and on the way back.
    for mut link in [Link::new(wanted("Ann", "pizza")), back()] {
        hear(&mut link, &greeting);
        assert_eq!(hear(&mut link, &MAIN), [""; 0]);
        hear(&mut link, &["You have nothing to resume", "Elk is now Ann", "You joined pizza"]);
        assert_eq!(hear(&mut link, &PIZZA), PIZZA);
        assert_eq!(link.topic(), Some("pizza at eight"));
    }
}

#[test]
fn who_comes_back_to_the_first_room_sees_what_was_missed_and_the_topic_once() {
    let mut link = Link::new(Wanted::default());
    hear(&mut link, &["You are Ann", "You joined main", "You can come back with /resume T"]);
    link.on_lost();
    link.on_connecting();
    link.on_connected();
    let greeting = ["You are Fox", "You joined main", "Topic - chat", "[just now] Bob: hi"];
    assert_eq!(hear(&mut link, &greeting), ["[just now] Bob: hi"]);
    let resumed = ["You are Ann", "You joined main", "Topic - chat"];
    assert_eq!(hear(&mut link, &resumed), ["< /resume", "= Again Ann main", "Topic - chat"]);
    assert_eq!(link.topic(), Some("chat"));
}
