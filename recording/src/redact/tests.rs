use chinwag_core::log::TopicState;
use chinwag_core::{Answer, Form, Found, IrcLine, KeptMessage, Past, Request, Text, Topic};

use super::*;
use crate::ears::sent_to;
use crate::recorder::tests::{Folder, Server};

#[test]
fn what_is_redacted_runs_as_the_original_and_has_none_of_its_words() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    server.open();
    let lines = [
        "/name Sesame",
        "open the door \u{e9}\u{65e5}\u{1f600}",
        "/join pantry",
        "/topic Flour and Salt",
        "/history 5",
        "/join main",
        "/ignore Wanda",
        "/me waves",
        "/msg Sesame alone",
        "/nonsense",
        "/users",
        "/rooms",
        "/topic none",
    ];
    lines.into_iter().for_each(|line| server.say(line));
    server.recorder.begin(server.hub.state()).expect("there is room");
    server.say("door again");
    drop(server);
    let redacted = assert_redacted(
        &folder,
        &["sesame", "door", "pantry", "flour", "salt", "wanda", "waves", "alone", "nonsense", "\u{65e5}"],
    );
    assert!(has(&redacted, "main") && has(&redacted, "\u{1f600}"));
}

#[test]
fn what_a_store_has_answered_is_redacted_too_and_runs_as_the_original() {
    let folder = Folder::new();
    let mut server = Server::start_remembering(&folder);
    let ann = ConnectionId::new(0, 0, 0);
    let name = |name: &str| Name::parse(name).expect("it is a name");
    let message = |seq| KeptMessage {
        name: name("Wanda"),
        text: Text::clean("open the door"),
        is_act: false,
        time_ms: 1_600_000_000_000 + seq,
        seq,
        event: None,
    };
    let topic = TopicState { topic: Topic::of("Flour").expect("it is one"), name: name("Wendy"), time_ms: 5 };
    let past = |room| Past {
        room: name(room),
        said: 200,
        hidden: 150,
        topic: Some(topic.clone()),
        messages: vec![message(200)],
    };
    server.open();
    server.say("/join pantry");
    server.say("/name Sesame");
    server.recorder.begin(server.hub.state()).expect("there is room");
    server.answer(Answer::Recalled(past("pantry")));
    server.say("/history 100");
    server.answer(Answer::Read {
        connection: ann,
        venue: name("pantry").into(),
        messages: (1..40).map(message).collect(),
    });
    server.say("/search DOOR");
    let found = (1..9).map(|seq| Found { room: name("cellar"), message: message(seq) }).collect();
    server.answer(Answer::Found { connection: ann, found });
    server.recorder.begin(server.hub.state()).expect("there is room");
    server.say("bye");
    drop(server);
    let heard = sent_to(&folder.0, Until::End, "sesame").expect("it runs");
    assert_eq!(heard.len(), 1, "who is called something else while they wait");
    let heard = String::from_utf8_lossy(&heard[0].bytes).into_owned();
    assert!(heard.contains("is now Sesame\n") && heard.contains("Wanda: open the door\n"), "{heard}");
    assert_redacted(&folder, &["sesame", "door", "pantry", "flour", "wanda", "wendy", "cellar"]);
}

#[test]
fn the_name_of_who_asks_for_one_at_once_is_no_name_that_the_server_gave() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    let asked = ["/name Mallory", "/name Mallory", "hello"].into_iter().filter_map(Request::parse);
    server.open_asking(Form::Lines, asked.collect());
    server.say("/msg Mallory alone");
    drop(server);
    assert_redacted(&folder, &["mallory", "hello", "alone"]);
}

#[test]
fn who_gives_a_password_by_irc_is_redacted_too() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    let irc = |line: &str| Request::Irc(IrcLine::new(line));
    server.open_asking(Form::Irc, vec![irc("PASS *******"), irc("NICK Irk"), irc("USER irk 0 * :Irk")]);
    server.hand(Handed::Asked { connection: ConnectionId::new(0, 0, 0), requests: vec![irc("OPER irk ******")] });
    server.hand(Handed::Asked { connection: ConnectionId::new(0, 0, 0), requests: vec![irc("JOIN #pantry")] });
    drop(server);
    assert_redacted(&folder, &["irk", "pantry"]);
}

fn has(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// Shows that a recording can be redacted, and is without these words then. Returns its bytes.
fn assert_redacted(folder: &Folder, words: &[&str]) -> Vec<u8> {
    let to = Folder::new();
    redact(&folder.0, Until::End, &to.0).expect("it can be redacted");
    let [original, redacted] = [&folder.0, &to.0].map(|folder| play(folder, Until::End, &mut ()).expect("it runs"));
    assert_eq!(original.0, redacted.0);
    let bytes: Vec<u8> = segments(&to.0)
        .expect("it is there")
        .into_iter()
        .flat_map(|(_, path)| fs::read(path).expect("it is there"))
        .collect();
    let original: Vec<u8> = segments(&folder.0)
        .expect("it is there")
        .into_iter()
        .flat_map(|(_, path)| fs::read(path).expect("it is there"))
        .collect();
    for word in words {
        assert!(has(&original, word) && !has(&bytes, word), "{word}");
    }
    bytes
}
