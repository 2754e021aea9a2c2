use super::*;
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
    let has =
        |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    for word in ["sesame", "door", "pantry", "flour", "salt", "wanda", "waves", "alone", "nonsense", "\u{65e5}"] {
        assert!(has(&original, word) && !has(&bytes, word), "{word}");
    }
    assert!(has(&bytes, "main") && has(&bytes, "\u{1f600}"));
}
