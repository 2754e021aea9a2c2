//! A worker with a socket that is none: it takes what it is told to take, and keeps what it took.

use std::collections::VecDeque;
use std::fs::File;
use std::net::Shutdown;
use std::os::fd::{AsFd as _, BorrowedFd};

use chinwag_core::{Form, Hub, Session};

use super::*;
use crate::admission::Admission;
use crate::link::Link;
use crate::setup::Setup;
use chinwag_core::{Limits, Rules};

/// What became of what a socket was told.
#[derive(Default, Debug)]
struct Seen {
    taken: Vec<u8>,
    repeated: usize,
    woken: usize,
    shut: Vec<Shutdown>,
}

/// What the socket does with the next writes; after these it takes all.
#[derive(Clone, Copy, Debug)]
enum Next {
    Takes(usize),
    Fails,
}

struct FakePort {
    link: Link,
    /// Only for its number.
    file: File,
    next: Mutex<VecDeque<Next>>,
    seen: Mutex<Seen>,
}

impl FakePort {
    fn plan(&self, next: &[Next]) {
        self.next.lock().extend(next);
    }

    fn text(&self) -> String {
        String::from_utf8(self.seen.lock().taken.clone()).expect("a line is text")
    }
}

impl Port for FakePort {
    fn link(&self) -> &Link {
        &self.link
    }

    fn descriptor(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    fn wake_reader(&self) {
        self.seen.lock().woken += 1;
    }

    fn write(&self, bytes: &[u8]) -> Written {
        match self.next.lock().pop_front() {
            Some(Next::Fails) => Written::Failed,
            next => {
                let len = match next {
                    Some(Next::Takes(len)) => len.min(bytes.len()),
                    Some(Next::Fails) | None => bytes.len(),
                };
                self.seen.lock().taken.extend_from_slice(&bytes[..len]);
                Written::Bytes(len)
            }
        }
    }

    fn write_repeated(&self, _tee: &mut Tee, _number: u64, bytes: &[u8]) -> Option<usize> {
        let mut seen = self.seen.lock();
        seen.repeated += 1;
        seen.taken.extend_from_slice(bytes);
        Some(bytes.len())
    }

    fn shutdown(&self, how: Shutdown) {
        self.seen.lock().shut.push(how);
    }
}

/// Keeps who is to be told what, instead of telling.
#[derive(Default)]
struct FakeDriver {
    notified: Mutex<usize>,
    awaited: Mutex<Vec<ConnectionId>>,
}

impl Driver for FakeDriver {
    type Port = FakePort;
    type Log = Arc<Mutex<VecDeque<SharedBatch<FakePort>>>>;

    fn next_batch(log: &mut Self::Log) -> Option<SharedBatch<FakePort>> {
        log.lock().pop_front()
    }

    fn notify(&self) {
        *self.notified.lock() += 1;
    }

    fn await_writable(worker: &Arc<Worker<Self>>, connection: ConnectionId, _socket: &Arc<FakePort>) {
        worker.driver.awaited.lock().push(connection);
    }
}

/// A hub, one worker, and the log between them.
struct World {
    hub: Hub<Arc<FakePort>>,
    setup: Setup,
    admission: Admission,
    clock: Clock,
    log: <FakeDriver as Driver>::Log,
    worker: Arc<Worker<FakeDriver>>,
}

impl World {
    fn new(config: Config) -> Self {
        let (setup, clock, log) = (Setup::from(config), Clock::start(), Arc::default());
        let worker = Worker::new(&setup.config, Share::ALL, clock, None, Arc::clone(&log), FakeDriver::default());
        let hub = Hub::new(setup.config.clone());
        Self { hub, admission: Admission::new(&setup, clock), setup, clock, log, worker }
    }

    /// Lets somebody in, and has them written to.
    fn open(&mut self) -> (ConnectionId, Arc<FakePort>) {
        let address = [192, 0, 2, 1].into();
        let (permit, ..) = self.admission.admit(self.clock.now(), address, Form::Lines).expect("there is room");
        let file = File::open("/dev/null").expect("there is nothing");
        let socket =
            Arc::new(FakePort { link: Link::new(permit), file, next: Mutex::default(), seen: Mutex::default() });
        let mut session = Session::new(&self.setup.config);
        let connection = self.hub.open(self.clock.now(), &mut session, Arc::clone(&socket)).expect("it runs");
        self.publish();
        self.worker.follow_now();
        socket.seen.lock().taken.clear();
        (connection, socket)
    }

    /// Has somebody say something, which is put into the log.
    fn say(&mut self, connection: ConnectionId, text: &str) {
        let mut session = Session::new(&self.setup.config);
        session.handle_bytes(format!("{text}\n").as_bytes());
        let next = session.poll_next(self.clock.now(), chinwag_core::Signals::default());
        let chinwag_core::Next::Ask(requests) = next else { panic!("a line is there") };
        self.hub.handle_requests(self.clock.now(), connection, requests);
        self.publish();
    }

    fn stop(&mut self) {
        self.hub.handle_stop(self.clock.now());
        self.publish();
    }

    fn publish(&mut self) {
        self.log.lock().extend(self.hub.take_batch().map(Arc::new));
    }

    fn awaited(&self) -> Vec<ConnectionId> {
        mem::take(&mut *self.worker.driver.awaited.lock())
    }

    /// Has the worker's task go on until it has nothing left to do, and tells whether that is the end.
    fn is_through(&self) -> bool {
        loop {
            match self.worker.wake(Duration::ZERO) {
                Some(Wake::Soon) => {}
                Some(Wake::Notified { .. }) => return false,
                None => return true,
            }
        }
    }
}

/// Greets nobody but who says something, so that each test has its own lines only.
fn world() -> World {
    World::new(Config {
        rules: Rules { announce_wait: Duration::from_secs(60), ..Rules::default() },
        ..Config::default()
    })
}

#[test]
fn what_a_full_socket_has_not_taken_follows_when_it_takes_bytes_again() {
    let mut world = world();
    let ((ann, hers), (bob, his)) = (world.open(), world.open());
    his.plan(&[Next::Takes(3), Next::Takes(0), Next::Takes(2)]);
    world.say(ann, "hello");
    assert!(!world.is_through());
    let line = hers.text();
    let name = line.strip_suffix(": hello\n").expect("it is all that she hears");
    let line = format!("{name} joined\n{line}");
    assert_eq!(his.text(), line[..3]);
    assert_eq!(world.awaited(), [bob], "once, however often others are served");
    for taken in [3, 3] {
        assert_eq!(his.text(), line[..taken]);
        world.worker.handle_writable(bob);
        assert_eq!(world.awaited(), [bob], "it is full again");
    }
    assert_eq!(his.text(), line[..5]);
    world.worker.handle_writable(bob);
    assert_eq!((his.text(), world.awaited()), (line, vec![]));
}

#[test]
fn a_socket_that_fails_is_given_up_and_its_reader_told_so() {
    let mut world = world();
    let ((ann, hers), (_, his)) = (world.open(), world.open());
    his.plan(&[Next::Fails]);
    world.say(ann, "hello");
    world.say(ann, "again");
    assert!(!world.is_through());
    assert!(his.link.signals().is_abandoned() && !hers.link.signals().is_abandoned());
    assert_eq!(his.text(), "");
    let seen = his.seen.lock();
    assert_eq!((&*seen.shut, seen.woken), (&[Shutdown::Both][..], 1));
    assert_eq!(hers.text().lines().count(), 2);
}

#[test]
fn a_slow_reader_is_told_to_ask_for_nothing_more_and_to_go_on() {
    let mut world =
        World::new(Config { limits: Limits { queue_bytes_max: 128 << 10, ..Limits::default() }, ..Config::default() });
    let ((ann, _), (bob, his)) = (world.open(), world.open());
    his.plan(&[Next::Takes(0)]);
    for _ in 0..400 {
        world.say(ann, &"x".repeat(390));
        world.worker.follow_now();
    }
    assert!(!world.is_through());
    let paused = his.link.signals();
    assert!(his.seen.lock().woken > 0 && paused != chinwag_core::Signals::default());
    world.worker.handle_writable(bob);
    assert!(!world.is_through());
    assert_ne!(his.link.signals(), paused);
    assert!(his.text().contains("dropped") || his.text().contains("missed"), "{:?}", his.text().lines().last());
}

#[test]
fn what_is_long_and_for_many_is_written_the_cheaper_way() {
    let mut world = world();
    let people: Vec<_> = (0..16).map(|_| world.open()).collect();
    for _ in 0..20 {
        let mut session = Session::new(&world.setup.config);
        session.handle_bytes(format!("{}\n", "x".repeat(390)).as_bytes());
        let next = session.poll_next(world.clock.now(), chinwag_core::Signals::default());
        let chinwag_core::Next::Ask(requests) = next else { panic!("a line is there") };
        world.hub.handle_requests(world.clock.now(), people[0].0, requests);
    }
    world.publish();
    assert!(!world.is_through());
    // She alone is not told that she has come.
    let texts: Vec<_> = people.iter().skip(1).map(|(_, socket)| socket.text()).collect();
    assert!(texts[0].len() > 6 << 10 && texts.iter().all(|text| *text == texts[0]));
    assert!(people.iter().any(|(_, socket)| socket.seen.lock().repeated > 0));
}

#[test]
fn the_end_is_when_all_is_written_and_it_is_said_on_each_socket() {
    let mut world = world();
    let ((_, hers), (bob, his)) = (world.open(), world.open());
    his.plan(&[Next::Takes(0)]);
    world.stop();
    assert!(!world.is_through(), "something is queued");
    assert_eq!(&*hers.seen.lock().shut, [Shutdown::Both]);
    assert!(his.seen.lock().shut.is_empty());
    let before = *world.worker.driver.notified.lock();
    world.worker.handle_writable(bob);
    assert_eq!(*world.worker.driver.notified.lock(), before + 1, "the task is to see the end");
    assert!(world.is_through());
    assert_eq!(his.text(), "Server is shutting down\n");
    assert_eq!(&*his.seen.lock().shut, [Shutdown::Both]);
}

#[test]
fn whoever_finds_a_worker_busy_leaves_it_to_them() {
    let mut world = world();
    let (ann, hers) = world.open();
    world.say(ann, "hello");
    let busy = world.worker.following.lock();
    world.worker.follow_now();
    world.worker.handle_writable(ann);
    assert_eq!((*world.worker.driver.notified.lock(), hers.text().as_str()), (2, ""));
    drop(busy);
    assert!(!world.is_through() && hers.text().ends_with("hello\n"));
}

#[test]
fn a_thread_follows_the_log_and_then_has_the_task_look() {
    let (setup, clock, log) = (Setup::default(), Clock::start(), Arc::default());
    let (notifier, thread) = Worker::<FakeDriver>::spawn().expect("there are threads");
    let worker = Worker::new(&setup.config, Share::ALL, clock, Some(notifier), Arc::clone(&log), FakeDriver::default());
    log.lock().push_back(Arc::new(Batch::new()));
    worker.notify();
    while *worker.driver.notified.lock() == 0 {
        thread::yield_now();
    }
    assert!(log.lock().is_empty());
    drop(worker);
    thread.join().expect("it ends with its worker");
}
