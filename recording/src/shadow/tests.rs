use std::fs;
use std::io::Write as _;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use chinwag_core::ops::Handed;
use chinwag_core::{ConnectionId, Request};

use super::*;
use crate::recorder::tests::{Folder, Server};
use crate::segment::path_of;

/// How long a test waits at the most for what has to come.
const DEADLINE: Duration = Duration::from_secs(60);

/// A shadow on a thread like others, and what it has found.
struct Followed {
    shadow: Shadow,
    thread: JoinHandle<()>,
    found: Receiver<String>,
}

impl Followed {
    fn start(folder: &Folder) -> Self {
        let (tell, found) = channel();
        let tell = move |error: &PlayError| tell.send(error.to_string()).expect("it is heard to the end");
        let (shadow, follower) = Shadow::with_follower(&folder.0, 1, tell);
        Self { shadow, thread: thread::spawn(move || follower.run()), found }
    }

    /// Waits until it has done so much.
    fn await_counts(&self, are_enough: impl Fn(&ShadowCounts) -> bool) -> ShadowCounts {
        let begun = Instant::now();
        loop {
            let counts = self.shadow.counts();
            if are_enough(&counts) {
                return counts;
            }
            assert!(begun.elapsed() < DEADLINE, "{counts:?}");
            thread::yield_now();
        }
    }

    /// Ends it. Returns what it has found and not told before.
    fn end(self) -> Vec<String> {
        drop(self.shadow);
        self.thread.join().expect("it does not panic");
        self.found.iter().collect()
    }
}

#[test]
fn what_is_recorded_is_followed_while_it_is_recorded_from_one_segment_to_the_next() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    let followed = Followed::start(&folder);
    server.open();
    for segment in 1..4 {
        ["/name Ann", "hello", "/history"].into_iter().for_each(|line| server.say(line));
        server.recorder.push_hash_of(server.hub.state(), Instant::now());
        server.recorder.write().expect("there is room");
        let counts = followed.await_counts(|counts| counts.hashes >= 2 * segment - 1);
        let inputs = 1 + 3 * segment;
        assert_eq!((counts.inputs, counts.batches), (inputs, inputs));
        server.recorder.begin(server.hub.state()).expect("there is room");
        followed.await_counts(|counts| counts.hashes == 2 * segment);
    }
    let counts = followed.shadow.counts();
    assert_eq!((counts.skipped, counts.differences), (0, 0));
    assert_eq!(followed.end(), Vec::<String>::new());
}

#[test]
fn what_is_written_piece_by_piece_is_read_when_it_is_whole() {
    let (original, folder) = (Folder::new(), Folder::new());
    let mut server = Server::start(&original, u64::MAX);
    server.open();
    ["hello", "/join pizza"].into_iter().for_each(|line| server.say(line));
    drop(server);
    let bytes = fs::read(path_of(&original.0, 1)).expect("it can be read");
    fs::create_dir_all(&folder.0).expect("there is room");
    let followed = Followed::start(&folder);
    let mut file = File::create(path_of(&folder.0, 1)).expect("there is room");
    for piece in bytes.chunks(7) {
        file.write_all(piece).expect("there is room");
        thread::yield_now();
    }
    let counts = followed.await_counts(|counts| counts.batches >= 3);
    assert_eq!((counts.inputs, counts.differences), (3, 0));
    assert_eq!(followed.end(), Vec::<String>::new());
}

#[test]
fn a_server_that_does_something_else_is_told_of_once_for_each_segment_and_followed_from_the_next_on() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    let followed = Followed::start(&folder);
    server.open();
    // What is recorded is not what the hub is handed.
    let requests = Request::parse("recorded").into_iter().collect();
    let handed = Handed::Asked { connection: ConnectionId::new(0, 0, 0), requests };
    server.records_instead(handed);
    server.say("something of another length");
    server.recorder.write().expect("there is room");
    let told = followed.found.recv_timeout(DEADLINE).expect("it is found");
    assert!(told.contains("0000000001.recording: it differs after input 2, "), "{told}");
    server.say("not looked at");
    server.recorder.begin(server.hub.state()).expect("there is room");
    server.say("looked at");
    server.recorder.write().expect("there is room");
    let counts = followed.await_counts(|counts| counts.batches >= 2);
    assert_eq!((counts.inputs, counts.skipped, counts.differences), (3, 0, 1), "{counts:?}");
    assert_eq!(followed.end(), Vec::<String>::new());
}

#[test]
fn where_it_is_behind_it_goes_on_with_the_last_segment() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    for _ in 0..4 {
        server.say("passed over");
        server.recorder.begin(server.hub.state()).expect("there is room");
    }
    server.say("followed");
    server.recorder.write().expect("there is room");
    let followed = Followed::start(&folder);
    let counts = followed.await_counts(|counts| counts.batches >= 1);
    assert_eq!((counts.inputs, counts.skipped, counts.differences), (1, 4, 0));
    assert_eq!(followed.end(), Vec::<String>::new());
}

#[test]
fn what_cannot_be_read_is_told_of() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    drop(server);
    let mut file = fs::OpenOptions::new().append(true).open(path_of(&folder.0, 1)).expect("it is there");
    let mut bytes = Vec::new();
    chinwag_log::push_frame(b"\x08\x63", &mut bytes);
    file.write_all(&bytes).expect("there is room");
    let followed = Followed::start(&folder);
    let told = followed.found.recv_timeout(DEADLINE).expect("it is found");
    assert!(told.contains("a release that reads format 99 is needed"), "{told}");
    assert_eq!(followed.shadow.counts().differences, 1);
    assert_eq!(followed.end(), Vec::<String>::new());
}
