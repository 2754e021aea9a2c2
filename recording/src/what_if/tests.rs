use std::num::NonZeroU64;

use chinwag_core::ops::{Arrival, Handed};
use chinwag_core::{Answer, Effect, Hub, Limits, Notice, Past, Request, Secret, Time};

use super::*;
use crate::Recorder;
use crate::ears::sent_to;
use crate::recorder::tests::Folder;

/// What a server is handed, and records.
struct Tape {
    hub: Hub<ConnectionId>,
    recorder: Recorder,
    config: Config,
    now: Time,
    folder: Folder,
}

/// Nobody waits for anything.
const AT_ONCE: Peers = Peers { all: PeerRate::AtOnce, named: Vec::new() };

/// What the store knows: that something was said in each room.
fn known(effect: Effect) -> Answer {
    match effect {
        Effect::Recall { room } => Answer::Recalled(Past { said: 7, ..Past::none(room) }),
        Effect::Read { connection, page } => Answer::Read { connection, venue: page.venue, messages: Vec::new() },
        Effect::Search { connection, .. } => Answer::Found { connection, found: Vec::new() },
        Effect::LogIn { .. } => panic!("nobody has a password"),
        Effect::VerifyToken { connection, .. } => Answer::Verified { connection, ghost: None },
    }
}

impl Tape {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut Hub<ConnectionId>)) -> Self {
        let secret = Some(Secret::new([7; 32]));
        let config = Config { limits: Limits { secret, ..Limits::default() }, ..Config::default() };
        let folder = Folder::new();
        let mut hub = Hub::new(config.clone());
        change(&mut hub);
        hub.keep_state();
        let mut recorder = Recorder::open(&folder.0, u64::MAX, &config).expect("it can be made");
        recorder.begin(hub.state()).expect("there is room");
        Self { hub, recorder, config, now: Time::START, folder }
    }

    /// Lets time pass. What is due happens when it is.
    fn pass(&mut self, millis: u64) {
        let until = self.now + Duration::from_millis(millis);
        while let Some(due) = self.hub.poll_timeout().filter(|&due| due <= until) {
            self.now = due;
            self.hand(Handed::Woke);
        }
        self.now = until;
    }

    /// Hands something in, as a batch of its own, and returns whom it was about.
    fn hand(&mut self, handed: Handed) -> Option<ConnectionId> {
        let input = Input { at: self.now, handed };
        self.recorder.push(&input);
        let mut about = input.connection();
        self.hub.handle(input, |connection| *about.insert(connection));
        while let Some(effect) = self.hub.poll_effect() {
            let answer = effect.perform(&self.config).unwrap_or_else(known);
            let input = Input { at: self.now, handed: Handed::Answered(Box::new(answer)) };
            self.recorder.push(&input);
            self.hub.handle(input, |connection| connection);
        }
        if let Some(batch) = self.hub.take_batch() {
            self.recorder.push_batch(batch.tally());
        }
        about
    }

    /// Lets somebody in who is called this at once.
    fn come(&mut self, name: &str) -> ConnectionId {
        let requests = Request::parse(&format!("/name {name}")).into_iter().collect();
        let arrival = Arrival { requests, ..Arrival::default() };
        self.hand(Handed::Opened(arrival)).expect("somebody has come")
    }

    fn ask(&mut self, connection: ConnectionId, line: &str) {
        let requests = Request::parse(line).into_iter().collect();
        self.hand(Handed::Asked { connection, requests });
    }

    /// Ends the recording after so many milliseconds.
    fn end(mut self, millis: u64) -> Folder {
        self.pass(millis);
        self.hand(Handed::Woke);
        self.recorder.write().expect("there is room");
        self.folder
    }
}

fn if_set(folder: &Folder, peers: &Peers, change: impl Fn(&mut Config)) -> WhatIf {
    what_if(&folder.0, Until::End, peers, change).expect("it runs")
}

/// Returns how many bytes these were sent, as `--as` shows them.
fn sent(folder: &Folder, names: &[&str]) -> u64 {
    let heard = names.iter().flat_map(|name| sent_to(&folder.0, Until::End, name).expect("it runs"));
    heard.map(|heard| heard.bytes.len() as u64).sum()
}

#[test]
fn as_it_was_set_everybody_is_sent_what_they_were_sent() {
    let mut tape = Tape::new();
    let (ann, bob) = (tape.come("Ann"), tape.come("Bob"));
    for line in ["hello", "/history 100", "/topic Flour", "/users", "/join pizza", "/me waves", "/rooms"] {
        tape.pass(1000);
        tape.ask(ann, line);
        tape.ask(bob, line);
    }
    tape.hand(Handed::Closed { connection: bob });
    let folder = tape.end(10_000);
    let WhatIf { then, now, connections, affected, played, recorded, strangers: _ } = if_set(&folder, &AT_ONCE, |_| ());
    assert_eq!((then, connections, &affected[..]), (now, 2, &[][..]));
    assert_eq!(then.bytes, sent(&folder, &["Ann", "Bob"]));
    assert_eq!((then.said, then.dropped, then.held, then.given_up), (4, 0, Held::default(), 0));
    assert_eq!((played.segments, recorded.len()), (1, 1));
}

#[test]
fn a_lower_rate_lets_each_line_pass_later_by_what_can_be_reckoned() {
    let mut tape = Tape::new();
    let (ann, _) = (tape.come("Ann"), tape.come("Bob"));
    tape.pass(10_000);
    for _ in 0..60 {
        tape.ask(ann, "hello");
        tape.pass(10);
    }
    let folder = tape.end(20_000);
    let came_to = if_set(&folder, &AT_ONCE, |config| config.limits.flood_lines_per_second = 5);
    // The line with the number i comes after 10 ms each, and passes after 200 ms each but for the burst of 5 s, of
    // which its own 200 ms are a part: 190 i - 4800 later, if that is anything.
    let later: Vec<u64> = (0..60_u64).filter_map(|i| (190 * i).checked_sub(4800)).collect();
    let held = came_to.now.held;
    assert_eq!((held.lines, held.lost), (later.len() as u64, 0));
    assert_eq!(held.total, Duration::from_millis(later.iter().sum()));
    assert_eq!(held.longest, Duration::from_millis(190 * 59 - 4800));
    assert_eq!(came_to.then.held, Held::default());
    assert_eq!((came_to.then.said, came_to.now.said, came_to.then.bytes), (60, 60, came_to.now.bytes));
    let [only] = &came_to.affected[..] else { panic!("{:?}", came_to.affected) };
    assert_eq!((only.name.as_str(), only.held), ("Ann", [Held::default(), held]));
    // A higher one, or none, changes nothing: what it would have let pass sooner is not in a recording.
    for rate in [0, 20, 100] {
        let came_to = if_set(&folder, &AT_ONCE, |config| config.limits.flood_lines_per_second = rate);
        assert_eq!((came_to.then, came_to.affected.len()), (came_to.now, 0), "{rate}");
    }
}

#[test]
fn what_still_waits_at_the_end_is_lost_and_nobody_hears_it() {
    let mut tape = Tape::new();
    let (ann, _) = (tape.come("Ann"), tape.come("Bob"));
    (0..10).for_each(|_| tape.ask(ann, "hello"));
    let folder = tape.end(2500);
    let came_to = if_set(&folder, &AT_ONCE, |config| config.limits.flood_lines_per_second = 1);
    // Her name counts as well: four lines pass at once, and two within the 2.5 s.
    assert_eq!((came_to.then.said, came_to.now.said, came_to.now.held.lost), (10, 6, 4));
    assert_eq!(came_to.then.sent - came_to.now.sent, 2 * 4);
    let names: Vec<_> = came_to.affected.iter().map(|affected| affected.name.as_str()).collect();
    assert_eq!(names, ["Ann", "Bob"]);
}

#[test]
fn whoever_leaves_with_lines_that_wait_leaves_later_and_nobody_is_taken_for_them() {
    let mut tape = Tape::new();
    let (ann, bob) = (tape.come("Ann"), tape.come("Bob"));
    (0..6).for_each(|_| tape.ask(ann, "hello"));
    tape.ask(ann, "/quit");
    tape.hand(Handed::Closed { connection: ann });
    // Cid gets the slot that she had.
    let cid = tape.come("Cid");
    assert_eq!(cid.slot(), ann.slot());
    tape.ask(cid, "it is me");
    tape.ask(bob, "/users");
    let folder = tape.end(10_000);
    let came_to = if_set(&folder, &AT_ONCE, |config| config.limits.flood_lines_per_second = 1);
    assert_eq!((came_to.then.said, came_to.now.said, came_to.now.held.lost), (7, 7, 0));
    let bob = came_to.affected.iter().find(|affected| affected.name == "Bob").expect("he saw Ann in the list");
    assert_eq!(bob.bytes[1] - bob.bytes[0], "Ann, ".len() as u64);
}

#[test]
fn a_shorter_queue_drops_what_finds_no_room_in_it() {
    let mut tape = Tape::new();
    let (ann, _) = (tape.come("Ann"), tape.come("Bob"));
    let line = "x".repeat(400 - "Ann: \n".len());
    for _ in 0..1500 {
        tape.pass(10);
        tape.ask(ann, &line);
    }
    let folder = tape.end(0);
    let slow = Peers { all: PeerRate::AtOnce, named: vec![("bob".into(), PeerRate::Bytes(NonZeroU64::MIN))] };
    let queue_bytes = |bytes| move |config: &mut Config| config.limits.queue_bytes_max = bytes;
    let came_to = if_set(&folder, &slow, queue_bytes(64 << 10));
    // 128 KiB are in the socket, and all but 40 KiB of the queue is for what is said.
    let [only] = &came_to.affected[..] else { panic!("{:?}", came_to.affected) };
    let more = ((256 - 64) << 10) / 400;
    let [then, now] = only.dropped;
    assert_eq!(came_to.strangers, [""; 0]);
    let nobody = Peers { all: PeerRate::AtOnce, named: vec![("Bobb".into(), PeerRate::Bytes(NonZeroU64::MIN))] };
    assert_eq!(if_set(&folder, &nobody, |_| ()).strangers, ["Bobb"]);
    assert!(only.name == "Bob" && (now - then).abs_diff(more) <= 1, "{only:?}");
    // The greeting takes the room of a few.
    assert!(then.abs_diff(1500 - ((128 + 256 - 40) << 10) / 400) <= 6, "{only:?}");
    assert_eq!((came_to.then.dropped, came_to.now.dropped), (then, now));
    // Who takes all at once misses nothing.
    let came_to = if_set(&folder, &AT_ONCE, queue_bytes(64 << 10));
    assert_eq!((came_to.then.dropped, came_to.now.dropped, came_to.affected.len()), (0, 0, 0));
}

#[test]
fn who_is_slow_is_not_heard_meanwhile_and_who_takes_nothing_is_given_up() {
    let mut tape = Tape::new();
    let (ann, bob) = (tape.come("Ann"), tape.come("Bob"));
    let line = "x".repeat(390);
    for _ in 0..1000 {
        tape.pass(10);
        tape.ask(ann, &line);
    }
    tape.ask(bob, "hello");
    let folder = tape.end(60_000);
    let bob_at = |rate| {
        let rate = PeerRate::Bytes(NonZeroU64::new(rate).expect("it is not 0"));
        Peers { all: PeerRate::AtOnce, named: vec![("Bob".into(), rate)] }
    };
    let came_to = if_set(&folder, &bob_at(2 << 10), |_| ());
    let held = came_to.then.held;
    // Of 216 KiB that are queued 88 have to be written. The socket takes 64 of them each time, every 32 s.
    assert!(held.lines == 1 && (32..64).contains(&held.longest.as_secs()), "{held:?}");
    assert_eq!((came_to.then, came_to.then.said, came_to.then.given_up), (came_to.now, 1001, 0));
    let came_to = if_set(&folder, &bob_at(1), |_| ());
    assert_eq!((came_to.now.given_up, came_to.now.held.lost), (1, 1));
}

#[test]
fn in_a_crowd_of_fewer_who_comes_is_counted_and_not_named() {
    let mut tape = Tape::new();
    for name in ["Ann", "Bob", "Cid", "Dan", "Eve"] {
        tape.come(name);
        tape.pass(10);
    }
    let folder = tape.end(5000);
    let came_to = if_set(&folder, &AT_ONCE, |config| config.rules.crowd_members = 2);
    // Cid, Dan and Eve are told of to two, three and four; in a crowd they are three in a line for all five.
    assert_eq!(came_to.then.sent - came_to.now.sent, 2 + 3 + 4 - 5);
    let names = ["ImaginativeLeopard", "ArticulateSunfish", "SweetOwlet"].into_iter().zip(2..);
    let told: usize = names.map(|(name, others)| others * format!("{name} joined\n").len()).sum();
    assert_eq!(came_to.then.bytes - came_to.now.bytes, (told - 5 * "3 joined, 0 left\n".len()) as u64);
}

#[test]
fn a_token_that_was_shown_gives_the_same_person_also_when_it_passes_later() {
    let mut tape = Tape::new();
    let (ann, _) = (tape.come("Ann"), tape.come("Bob"));
    let again = tape.come("Again");
    (0..4).for_each(|_| tape.ask(again, "hello"));
    let token = tape.config.token(ann).expect("there is a secret");
    let requests = vec![Request::Resume(token), Notice::AreYouThere.into()];
    tape.hand(Handed::Asked { connection: again, requests });
    tape.ask(again, "it is Ann");
    let folder = tape.end(10_000);
    let heard = sent_to(&folder.0, Until::End, "Bob").expect("it runs");
    assert!(String::from_utf8_lossy(&heard[0].bytes).contains("Ann: it is Ann"));
    let came_to = if_set(&folder, &AT_ONCE, |config| config.limits.flood_lines_per_second = 1);
    assert_eq!((came_to.now.held.lines, came_to.now.held.lost), (3, 0));
    assert_eq!((came_to.then.said, came_to.now.said, came_to.then.bytes), (5, 5, came_to.now.bytes));
}

#[test]
fn what_a_store_has_answered_it_answers_when_it_is_asked() {
    let mut tape = Tape::with(|hub| hub.keep_history(7, false));
    let (ann, _) = (tape.come("Ann"), tape.come("Bob"));
    (0..4).for_each(|_| tape.ask(ann, "hello"));
    for line in ["/join pizza", "/search hello", "/history 5", "in pizza"] {
        tape.ask(ann, line);
    }
    let folder = tape.end(10_000);
    let came_to = if_set(&folder, &AT_ONCE, |config| config.limits.flood_lines_per_second = 1);
    assert_eq!((came_to.then.said, came_to.now.said, came_to.then.bytes), (5, 5, came_to.now.bytes));
    assert_eq!((came_to.now.held.lines, came_to.now.held.lost), (4, 0));
    assert_eq!(came_to.then.bytes, sent(&folder, &["Ann", "Bob"]));
}
