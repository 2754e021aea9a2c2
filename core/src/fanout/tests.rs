//! A fan-out with sockets that do as they are told, for the tests of what a connection is sent.

mod counts;
mod drops;
mod ends;
mod forms;
mod held;
mod order;
mod pulse;
mod recipients;
mod repeated;
mod slices;
mod upcoming;
mod writes;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::*;
use crate::{Form, IrcMessage};
use crate::{Limits, Rules};
use crate::{Name, Signal, Text};

const MAIN: RoomId = RoomId::new(0);
const PIZZA: RoomId = RoomId::new(1);

/// A fan-out with sockets that take what they are told to take. A socket is called by the generation of its connection.
struct Writer {
    fanout: Fanout<u32>,
    now: Time,
    /// How much each socket still takes; if nothing is said here, it takes everything.
    takes: HashMap<u32, usize>,
    /// What is held before each socket that something lies before, which takes all that there is at once.
    held: HashMap<u32, Vec<u8>>,
    failing: Option<u32>,
    received: BTreeMap<u32, Vec<u8>>,
    /// What was written under each number.
    repeated: HashMap<u64, Vec<u8>>,
    told: Vec<String>,
}

impl Writer {
    fn new() -> Self {
        Self::with(&config(), Share::ALL)
    }

    fn with(config: &Config, share: Share) -> Self {
        Self {
            fanout: Fanout::new(config, share),
            now: Time::START,
            takes: HashMap::new(),
            held: HashMap::new(),
            failing: None,
            received: BTreeMap::new(),
            repeated: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// Starts with these connections in `main`, and nothing to be sent.
    fn with_members(members: &[ConnectionId]) -> Self {
        let mut writer = Self::new();
        writer.follow(members.iter().flat_map(|&member| [open(member), enter(member, MAIN)]));
        writer
    }

    fn follow(&mut self, actions: impl IntoIterator<Item = Action>) {
        self.fanout.follow(self.now, &batch(actions));
    }

    fn send(&mut self, actions: impl IntoIterator<Item = Action>) {
        self.follow(actions);
        self.poll();
    }

    /// Does what the fan-out says until it says nothing more.
    fn poll(&mut self) {
        while self.poll_once() {}
    }

    fn poll_once(&mut self) -> bool {
        let Some(output) = self.fanout.poll_output() else { return false };
        match output {
            Output::Write { socket, bytes, repeated, .. } => {
                let (socket, bytes) = (*socket, bytes.to_vec());
                assert!(!bytes.is_empty() || self.held.get(&socket).is_some_and(|held| !held.is_empty()));
                if let Some(number) = repeated {
                    assert_eq!(*self.repeated.entry(number).or_insert_with(|| bytes.clone()), bytes);
                }
                let written = self.write(socket, &bytes);
                self.fanout.handle_written(self.now, written);
            }
            Output::AwaitWritable { connection, socket } => {
                assert_eq!(connection.generation(), *socket);
                self.told.push(format!("await {socket}"));
            }
            Output::Signal { socket, signal: Signal::Pause } => self.told.push(format!("pause {socket}")),
            Output::Signal { socket, signal: Signal::Resume } => self.told.push(format!("resume {socket}")),
            Output::Signal { socket, signal: Signal::Credit } => self.told.push(format!("answer {socket}")),
            Output::Signal { socket, signal: Signal::Continue } => self.told.push(format!("continue {socket}")),
            Output::Yield => {}
            Output::Finish { socket } => self.told.push(format!("finish {socket}")),
            Output::Abandon { socket, .. } => self.told.push(format!("abandon {socket}")),
        }
        true
    }

    fn write(&mut self, socket: u32, bytes: &[u8]) -> Written {
        if self.failing == Some(socket) {
            return Written::Failed;
        }
        let Some(mut held) = self.held.remove(&socket) else { return Written::Bytes(self.put(socket, bytes)) };
        // It takes more only when nothing is held.
        let mut taken = 0;
        if !held.is_empty() {
            held.drain(..self.put(socket, &held));
        }
        if held.is_empty() {
            taken = bytes.len();
            held = bytes[self.put(socket, bytes)..].to_vec();
        }
        let left = held.len();
        self.held.insert(socket, held);
        if left > 0 { Written::Held { taken, left } } else { Written::Bytes(taken) }
    }

    /// Gives a socket what it takes, and returns how much that is.
    fn put(&mut self, socket: u32, bytes: &[u8]) -> usize {
        let takes = self.takes.entry(socket).or_insert(usize::MAX);
        let taken = bytes.len().min(*takes);
        *takes -= if *takes == usize::MAX { 0 } else { taken };
        self.received.entry(socket).or_default().extend_from_slice(&bytes[..taken]);
        taken
    }

    /// Lets a socket take this much more, and writes.
    fn take(&mut self, connection: ConnectionId, takes: usize) {
        self.takes.insert(connection.generation(), takes);
        self.fanout.handle_writable(connection);
        self.poll();
    }

    /// Returns the lines that a socket has taken since this was last asked.
    fn lines(&mut self, connection: ConnectionId) -> Vec<String> {
        let received = self.received.remove(&connection.generation()).unwrap_or_default();
        let received = String::from_utf8(received).expect("all lines are UTF-8");
        assert!(received.is_empty() || received.ends_with('\n'), "a line is cut: {received:?}");
        received.lines().map(str::to_owned).collect()
    }

    fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    fn queued(&self, connection: ConnectionId) -> usize {
        self.fanout.queued_bytes(connection)
    }

    fn assert_empty(&self) {
        self.fanout.outboxes.assert_empty();
        assert!(self.fanout.is_drained());
        self.fanout.audiences.assert_empty();
    }
}

fn config() -> Config {
    let stall_max = Duration::from_secs(60);
    let config = Config {
        rules: Rules { line_chars_max: 4096, ..Rules::default() },
        limits: Limits { queue_bytes_max: 128 << 10, stall_max, ..Limits::default() },
    };
    assert_eq!(config.check(), Ok(()));
    config
}

fn batch(actions: impl IntoIterator<Item = Action>) -> Batch<u32> {
    let mut batch = Batch::new();
    for action in actions {
        if let Action::Open { connection, .. } = action {
            batch.push_socket(connection, connection.generation());
        }
        batch.push(action);
    }
    batch
}

fn id(key: u32) -> ConnectionId {
    ConnectionId::new(0, key, 100 + key)
}

fn open(connection: ConnectionId) -> Action {
    Action::Open { connection, form: Form::Lines, dialect: Dialect::Lf }
}

fn open_web(connection: ConnectionId) -> Action {
    Action::Open { connection, form: Form::Web, dialect: Dialect::Lf }
}

fn enter(connection: ConnectionId, room: RoomId) -> Action {
    Action::Enter { connection, room }
}

/// Takes a connection out of `main`.
fn leave(connection: ConnectionId) -> Action {
    leave_room(connection, MAIN)
}

fn leave_room(connection: ConnectionId, room: RoomId) -> Action {
    Action::Leave { connection, room }
}

fn close(connection: ConnectionId) -> Action {
    Action::Close { connection, code: None }
}

fn answer(connection: ConnectionId) -> Action {
    Action::Credit { connection, continues: false }
}

fn said(text: &str) -> Message {
    Message::said("Ann", text)
}

fn say(room: RoomId, text: &str) -> Action {
    Action::Broadcast { room, audience: 1, except: None, message: said(text) }
}

fn say_to_others(except: ConnectionId, room: RoomId, text: &str) -> Action {
    Action::Broadcast { room, audience: 1, except: LeftOut::of([except]), message: said(text) }
}

fn deliver(connection: ConnectionId, text: &str) -> Action {
    Action::Deliver { connection, message: said(text) }
}

fn reply(connection: ConnectionId, text: &str) -> Action {
    Action::Reply { connection, message: said(text) }
}

/// A line of 1000 bytes, its end included.
fn long(number: usize) -> String {
    format!("{number:0994}")
}

fn says(count: usize) -> Vec<Action> {
    (0..count).map(|number| say(MAIN, &long(number))).collect()
}

/// The lines as they are received.
fn ann<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    texts.into_iter().map(|text| format!("Ann: {text}")).collect()
}

/// How many long lines find room in a queue.
const ROOM_FOR: usize = ((128 << 10) - (40 << 10)) / 1000;

fn dropped(count: usize) -> String {
    format!("Server is very busy and dropped {count} messages, sorry!")
}
