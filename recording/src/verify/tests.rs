use std::fs;
use std::time::Instant;

use super::*;
use crate::play::{Until, play};
use crate::recorder::tests::{Folder, Server};
use crate::segment::path_of;

/// Records a few segments, of two runs of a server.
fn recorded() -> Folder {
    let folder = Folder::new();
    for _ in 0..2 {
        let mut server = Server::start(&folder, u64::MAX);
        server.open();
        for _ in 0..3 {
            ["/name Ann", "hello", "/join pizza"].into_iter().for_each(|line| server.say(line));
            server.recorder.begin(server.hub.state()).expect("there is room");
        }
        server.say("bye");
        server.recorder.push_hash_of(server.hub.state(), Instant::now());
    }
    folder
}

#[test]
fn all_at_once_come_to_what_one_after_the_other_comes_to() {
    let folder = recorded();
    let check = || {
        let [(all, last), (one, other)] =
            [verify(&folder.0), play(&folder.0, Until::End, &mut ())].map(|run| run.expect("it runs"));
        assert_eq!((&all, last.state()), (&one, other.state()));
        all
    };
    let played = check();
    assert_eq!((played.segments, played.gaps, played.cut_bytes, played.inputs), (8, 1, 0, 22));
    // One is cut in the middle, one before it has begun, and one is not there.
    for number in [2, 8] {
        let bytes = fs::read(path_of(&folder.0, number)).expect("it is there");
        fs::write(path_of(&folder.0, number), &bytes[..bytes.len() - 1]).expect("there is room");
        assert_eq!(check().segments, 8, "{number}");
    }
    fs::write(path_of(&folder.0, 8), b"torn").expect("there is room");
    fs::remove_file(path_of(&folder.0, 6)).expect("it is there");
    let played = check();
    assert_eq!((played.segments, played.gaps), (6, 3));
    assert!(played.cut_bytes > 4);
}

#[test]
fn where_several_differ_the_first_is_told() {
    let folder = recorded();
    // The same entries behind another beginning.
    for number in [3, 5, 7] {
        let path = path_of(&folder.0, number);
        let segment = Segment::read(&path).expect("it is there");
        let (mut head, entries) = segment.open().expect("it has begun");
        head.state.irc_batches += 1;
        let mut out = Vec::new();
        head.encode(&mut out);
        let rest = segment_rest(&path, entries.left());
        fs::write(&path, [out, rest].concat()).expect("there is room");
    }
    let told = verify(&folder.0).expect_err("they differ").to_string();
    assert!(told.contains("0000000003.recording: it differs"), "{told}");
    assert!(matches!(verify(&Folder::new().0), Err(PlayError::Io(..))), "there is no folder");
}

/// Returns the last bytes of a file.
fn segment_rest(path: &Path, len: usize) -> Vec<u8> {
    let bytes = fs::read(path).expect("it is there");
    bytes[bytes.len() - len..].to_vec()
}
