use std::os::unix::fs::PermissionsExt as _;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use chinwag_core::ops::{Arrival, Handed};
use chinwag_core::{Answer, ConnectionId, Form, Hub, Request, Time};

use super::*;
use crate::{ReadError, Replay, Segment};

/// A folder of its own, which goes with its owner.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("chinwag-recorder-{}-{number}", process::id())))
    }

    /// Reads the segments.
    fn segments(&self) -> Vec<Segment> {
        let paths = segments(&self.0).expect("it can be read").into_iter();
        paths.map(|(_, path)| Segment::read(&path).expect("it can be read")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that is recorded.
pub(crate) struct Server {
    pub(crate) hub: Hub<ConnectionId>,
    pub(crate) recorder: Recorder,
    now: Time,
    /// Is recorded instead of what the hub is handed next.
    instead: Option<Handed>,
}

impl Server {
    pub(crate) fn start(folder: &Folder, bytes_max: u64) -> Self {
        Self::with(folder, bytes_max, |_| ())
    }

    /// Starts one with a store, whose answers are to be handed in.
    pub(crate) fn start_remembering(folder: &Folder) -> Self {
        Self::with(folder, u64::MAX, |hub| hub.keep_history(7, false))
    }

    fn with(folder: &Folder, bytes_max: u64, change: impl FnOnce(&mut Hub<ConnectionId>)) -> Self {
        let config = Config::default();
        let mut hub = Hub::new(config.clone());
        change(&mut hub);
        hub.keep_state();
        let mut recorder = Recorder::open(&folder.0, bytes_max, &config).expect("it can be made");
        recorder.begin(hub.state()).expect("there is room");
        Self { hub, recorder, now: Time::START, instead: None }
    }

    /// Hands something to the hub, as a batch of its own. Whatever the disk says, the hub goes on.
    pub(crate) fn hand(&mut self, handed: Handed) {
        self.now = self.now + Duration::from_millis(10);
        let input = Input { at: self.now, handed };
        let recorded = self.instead.take().map(|handed| Input { at: self.now, handed });
        self.recorder.push(recorded.as_ref().unwrap_or(&input));
        let _ = self.recorder.write();
        self.hub.handle(input, |connection| connection);
        if let Some(batch) = self.hub.take_batch() {
            self.recorder.push_batch(batch.tally());
        }
        if self.recorder.wants_segment() {
            let _ = self.recorder.begin(self.hub.state());
        }
    }

    /// Has something else be recorded than what the hub is handed next.
    pub(crate) fn records_instead(&mut self, handed: Handed) {
        self.instead = Some(handed);
    }

    pub(crate) fn open(&mut self) {
        self.open_asking(Form::Lines, Vec::new());
    }

    /// Lets somebody in who asks for something at once.
    pub(crate) fn open_asking(&mut self, form: Form, requests: Vec<Request>) {
        self.hand(Handed::Opened(Arrival { form, requests, ..Arrival::default() }));
    }

    /// Hands in what the store answers to what it was asked.
    pub(crate) fn answer(&mut self, answer: Answer) {
        assert!(self.hub.poll_effect().is_some(), "nothing is asked");
        self.hand(Handed::Answered(Box::new(answer)));
    }

    pub(crate) fn say(&mut self, line: &str) {
        let requests = Request::parse(line).into_iter().collect();
        self.hand(Handed::Asked { connection: ConnectionId::new(0, 0, 0), requests });
    }
}

/// Runs segments again, and returns how many inputs there were, and how often one did not go on where the one before it
/// had ended.
fn replay(segments: &[Segment]) -> (u64, usize) {
    let (mut replay, mut inputs, mut gaps): (Option<Replay>, _, _) = (None, 0, 0);
    for segment in segments {
        let (head, entries) = segment.open().expect("it has begun");
        if !replay.as_ref().is_some_and(|replay| replay.goes_on_with(&head)) {
            gaps += usize::from(replay.is_some());
            inputs += replay.as_ref().map_or(0, Replay::inputs);
            replay = Some(Replay::start(head, false, |_| ()).expect("it is a hub's"));
        }
        let replay = replay.as_mut().expect("it has started");
        entries.for_each(|entry| replay.follow(entry.expect("it is one"), |_| ()).expect("it is the same"));
        replay.end(|_| ());
    }
    (inputs + replay.map_or(0, |replay| replay.inputs()), gaps)
}

#[test]
fn what_is_written_is_read_and_runs_again_and_nobody_else_may_read_it() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    ["/name Ann", "hello", "/join pizza", "/history"].into_iter().for_each(|line| server.say(line));
    let state = server.hub.state();
    assert!(server.recorder.wants_hash());
    server.recorder.push_hash_of(state.clone(), Instant::now());
    assert!(!server.recorder.wants_hash());
    drop(server);
    let segments = folder.segments();
    let (head, entries) = segments[0].open().expect("it has begun");
    let mut replay = Replay::start(head, false, |_| ()).expect("it is a hub's");
    entries.for_each(|entry| replay.follow(entry.expect("it is one"), |_| ()).expect("it is the same"));
    assert_eq!((replay.inputs(), replay.batches(), replay.hashes()), (5, 5, 1));
    assert_eq!(replay.state(), state);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&folder.0), mode(&path_of(&folder.0, 1))), (0o700, 0o600));
}

#[test]
fn what_is_cut_off_anywhere_runs_up_to_its_last_whole_entry() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    let head_bytes = fs::metadata(path_of(&folder.0, 1)).expect("it is there").len();
    server.open();
    ["/name Ann", "hello", "/join pizza"].into_iter().for_each(|line| server.say(line));
    drop(server);
    let bytes = fs::read(path_of(&folder.0, 1)).expect("it can be read");
    let mut before = 0;
    for len in 0..=bytes.len() {
        let segment = Segment::new(bytes[..len].to_vec());
        if (len as u64) < head_bytes {
            assert_eq!(segment.open().map(drop), Err(ReadError::Torn), "{len}");
            continue;
        }
        let (_, mut entries) = segment.open().expect("it has begun");
        entries.by_ref().for_each(drop);
        assert!(len < bytes.len() || entries.left() == 0);
        let (inputs, _) = replay(&[segment]);
        assert!((before..=before + 1).contains(&inputs), "{len}");
        before = inputs;
    }
    assert_eq!(before, 4);
}

#[test]
fn all_segments_are_as_long_as_they_may_be_and_each_goes_on_where_the_one_before_it_ended() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, RECORD_BYTES_MIN);
    server.open();
    let line = "words ".repeat(60);
    (0..6000).for_each(|_| server.say(&line));
    let counts = server.recorder.counts();
    assert!(counts.bytes > 2 * RECORD_BYTES_MIN && counts.kept_bytes <= RECORD_BYTES_MIN, "{counts:?}");
    drop(server);
    let paths = segments(&folder.0).expect("it can be read");
    assert!(paths[0].0 > 1, "the first was deleted");
    assert!(
        paths.iter().map(|(_, path)| fs::metadata(path).expect("it is there").len()).sum::<u64>() <= RECORD_BYTES_MIN
    );
    let segments = folder.segments();
    assert!(segments.len() >= 3);
    let (inputs, gaps) = replay(&segments);
    let alone: u64 = segments.iter().map(|segment| replay(std::slice::from_ref(segment)).0).sum();
    assert_eq!((gaps, alone), (0, inputs));
}

#[test]
fn another_run_goes_on_in_segments_of_its_own_and_two_at_once_are_refused() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    let refused = Recorder::open(&folder.0, u64::MAX, &Config::default()).expect_err("another records there");
    assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy);
    drop(server);
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    drop(server);
    assert_eq!(replay(&folder.segments()), (2, 1));
}

#[test]
fn what_the_disk_refuses_is_counted_and_stops_nobody_and_what_follows_is_another_segment() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    server.say("kept");
    let away = folder.0.with_extension("away");
    fs::rename(&folder.0, &away).expect("it can be moved");
    assert!(server.recorder.begin(server.hub.state()).is_err());
    server.say("lost");
    let counts = server.recorder.counts();
    assert_eq!((counts.lost, counts.failures, counts.is_failing), (1, 1, true));
    assert!(!server.recorder.wants_segment(), "not so soon");
    fs::rename(&away, &folder.0).expect("it can be moved back");
    server.recorder.retry_at = Some(Instant::now());
    server.say("lost, and then all is well");
    server.say("kept");
    let counts = server.recorder.counts();
    assert_eq!((counts.lost, counts.failures, counts.is_failing), (2, 1, false));
    drop(server);
    assert_eq!(replay(&folder.segments()), (3, 1));
}

#[test]
fn a_hub_that_does_something_else_is_noticed() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, u64::MAX);
    server.open();
    server.say("hello");
    server.recorder.push_hash_of(server.hub.state(), Instant::now());
    drop(server);
    let segments = folder.segments();
    let (head, entries) = segments[0].open().expect("it has begun");
    let follow = |head: Head| {
        let mut replay = Replay::start(head, false, |_| ()).expect("it is a hub's");
        entries.clone().try_for_each(|entry| replay.follow(entry.expect("it is one"), |_| ()))
    };
    assert_eq!(follow(head.clone()), Ok(()));
    let mut other = head.clone();
    other.config.rules.seed += 1;
    let difference = follow(other).expect_err("another name is drawn").to_string();
    assert!(difference.contains("after input"), "{difference}");
    let mut other = head;
    other.state.irc_batches += 1;
    let difference = follow(other).expect_err("another batch comes next").to_string();
    assert!(difference.contains("the state's hash was"), "{difference}");
}
