//! What a connection is sent: whatever its socket takes, and whenever.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::BytesMut;

use super::*;
use crate::{Name, Text};

const MAIN: RoomId = RoomId::new(0);
const PIZZA: RoomId = RoomId::new(1);

/// A fan-out with sockets that take what they are told to take. A socket is called by the generation of its connection.
struct Writer {
    fanout: Fanout<u32>,
    now: Time,
    /// How much each socket still takes; if nothing is said here, it takes everything.
    takes: HashMap<u32, usize>,
    failing: Option<u32>,
    received: BTreeMap<u32, Vec<u8>>,
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
            failing: None,
            received: BTreeMap::new(),
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
            Output::Write { socket, bytes } => {
                assert!(!bytes.is_empty());
                let takes = self.takes.entry(*socket).or_insert(usize::MAX);
                let taken = bytes.len().min(*takes);
                *takes -= if *takes == usize::MAX { 0 } else { taken };
                self.received.entry(*socket).or_default().extend_from_slice(&bytes[..taken]);
                let failed = self.failing == Some(*socket);
                self.fanout.handle_written(self.now, if failed { Written::Failed } else { Written::Bytes(taken) });
            }
            Output::AwaitWritable { connection, socket } => {
                assert_eq!(connection.generation(), *socket);
                self.told.push(format!("await {socket}"));
            }
            Output::Signal { socket, signal: Signal::Pause } => self.told.push(format!("pause {socket}")),
            Output::Signal { socket, signal: Signal::Resume } => self.told.push(format!("resume {socket}")),
            Output::Signal { socket, signal: Signal::Answer } => self.told.push(format!("answer {socket}")),
            Output::Finish { socket } => self.told.push(format!("finish {socket}")),
            Output::Abandon { socket, .. } => self.told.push(format!("abandon {socket}")),
        }
        true
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
        self.fanout.rooms.assert_empty();
    }
}

fn config() -> Config {
    let config = Config { queue_bytes_max: 128 << 10, line_chars_max: 4096, ..Config::default() };
    assert_eq!(config.check(), Ok(()));
    config
}

fn batch(actions: impl IntoIterator<Item = Action>) -> Batch<u32> {
    let mut batch = Batch::new();
    for action in actions {
        if let Action::Open { connection } = action {
            batch.push_socket(connection.generation());
        }
        batch.push(action);
    }
    batch
}

fn id(key: u32) -> ConnectionId {
    ConnectionId::new(key, 100 + key)
}

fn open(connection: ConnectionId) -> Action {
    Action::Open { connection }
}

fn enter(connection: ConnectionId, room: RoomId) -> Action {
    Action::Enter { connection, room }
}

fn leave(connection: ConnectionId) -> Action {
    Action::Leave { connection }
}

fn close(connection: ConnectionId) -> Action {
    Action::Close { connection }
}

fn answer(connection: ConnectionId) -> Action {
    Action::Answer { connection }
}

fn said(text: &str) -> Message {
    Message::Said { name: Name::parse("Ann").expect("a name"), text: Text::clean(text) }
}

fn say(room: RoomId, text: &str) -> Action {
    Action::Broadcast { room, audience: 1, message: said(text) }
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

#[test]
fn everyone_gets_replies_and_broadcasts_in_the_order_of_the_actions() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.send([say(MAIN, "a"), reply(one, "b"), say(MAIN, "c"), reply(two, "d"), reply(one, "e"), say(MAIN, "f")]);
    assert_eq!(writer.lines(one), ann(["a", "b", "c", "e", "f"]));
    assert_eq!(writer.lines(two), ann(["a", "c", "d", "f"]));
    assert_eq!(writer.told(), [""; 0]);
}

#[test]
fn all_of_a_batch_for_a_member_goes_in_one_write() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.follow([say(MAIN, "a"), say(MAIN, "b"), say(MAIN, "c")]);
    let Some(Output::Write { bytes, .. }) = writer.fanout.poll_output() else { panic!("there is something to write") };
    assert_eq!(bytes, b"Ann: a\nAnn: b\nAnn: c\n");
}

#[test]
fn who_comes_and_goes_within_a_batch_hears_what_is_said_between() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one]);
    writer.send([
        say(MAIN, "before"),
        open(two),
        enter(two, MAIN),
        say(MAIN, "during"),
        leave(two),
        say(MAIN, "between"),
        enter(two, MAIN),
        say(MAIN, "again"),
        leave(two),
        enter(two, PIZZA),
        say(MAIN, "after"),
        say(PIZZA, "elsewhere"),
    ]);
    assert_eq!(writer.lines(one), ann(["before", "during", "between", "again", "after"]));
    assert_eq!(writer.lines(two), ann(["during", "again", "elsewhere"]));
}

#[test]
fn who_comes_after_all_was_said_is_written_nothing() {
    let (one, two, three) = (id(0), id(1), id(2));
    let mut writer = Writer::with_members(&[one]);
    writer.send([say(MAIN, "a"), open(two), enter(two, MAIN), open(three), enter(three, MAIN), leave(three)]);
    assert_eq!(writer.lines(one), ann(["a"]));
    assert_eq!(writer.received.len(), 0, "not even an empty write");
}

#[test]
fn who_sat_last_keeps_hearing_when_another_leaves() {
    let members = [id(0), id(1), id(2), id(3)];
    let mut writer = Writer::with_members(&members);
    writer.send([leave(id(1)), say(MAIN, "a"), leave(id(3)), say(MAIN, "b"), leave(id(0)), say(MAIN, "c")]);
    assert_eq!(writer.lines(id(0)), ann(["a", "b"]));
    assert_eq!(writer.lines(id(1)), ann([]));
    assert_eq!(writer.lines(id(2)), ann(["a", "b", "c"]));
    assert_eq!(writer.lines(id(3)), ann(["a"]));
}

#[test]
fn the_next_room_with_an_id_has_nothing_of_the_one_before() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::new();
    writer.send([
        open(one),
        open(two),
        enter(one, PIZZA),
        say(PIZZA, "old"),
        leave(one),
        enter(two, PIZZA),
        say(PIZZA, "new"),
    ]);
    assert_eq!(writer.lines(one), ann(["old"]));
    assert_eq!(writer.lines(two), ann(["new"]));
}

#[test]
fn what_was_seen_of_one_batch_says_nothing_about_the_next() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one]);
    writer.send([say(MAIN, "a"), open(two), enter(two, MAIN), reply(one, "b"), say(MAIN, "c")]);
    writer.send([say(MAIN, "d")]);
    writer.send([say(MAIN, "e")]);
    assert_eq!(writer.lines(one), ann(["a", "b", "c", "d", "e"]));
    assert_eq!(writer.lines(two), ann(["c", "d", "e"]));
}

#[test]
fn a_batch_may_be_followed_before_all_output_was_polled() {
    let (one, two, three) = (id(0), id(1), id(2));
    for polls in 0..8 {
        let mut writer = Writer::with_members(&[one, two]);
        writer.follow([
            say(MAIN, "a"),
            reply(two, "b"),
            say(MAIN, "c"),
            open(three),
            enter(three, PIZZA),
            say(PIZZA, "x"),
        ]);
        for _ in 0..polls {
            writer.poll_once();
        }
        writer.follow([leave(two), say(MAIN, "d"), reply(three, "y"), say(PIZZA, "z"), close(two)]);
        writer.poll();
        assert_eq!(writer.lines(one), ann(["a", "c", "d"]), "after {polls} polls");
        assert_eq!(writer.lines(two), ann(["a", "b", "c"]), "after {polls} polls");
        assert_eq!(writer.lines(three), ann(["x", "y", "z"]), "after {polls} polls");
        assert_eq!(writer.told(), ["finish 101"], "after {polls} polls");
    }
}

#[test]
fn a_socket_may_take_any_part_of_what_it_is_offered() {
    let (one, two) = (id(0), id(1));
    let script = || [say(MAIN, "first"), reply(one, "to you"), say(MAIN, "second")];
    let expected = ann(["first", "to you", "second", "first", "to you", "second"]);
    let len: usize = expected.iter().map(|line| line.len() + 1).sum();
    for first in 0..=len {
        let mut writer = Writer::with_members(&[one, two]);
        writer.takes.insert(100, first);
        writer.send(script());
        writer.send(script());
        let mut held = writer.received.get(&100).map_or(0, Vec::len);
        assert_eq!(held, first);
        assert_eq!(writer.queued(one), len - first);
        while held < len {
            assert_eq!(writer.told(), ["await 100"]);
            assert!(!writer.fanout.is_drained());
            writer.take(one, 1);
            held += 1;
        }
        assert!(writer.fanout.is_drained());
        assert_eq!(writer.lines(one), expected, "after {first} bytes at first");
        assert_eq!(writer.lines(two), ann(["first", "second", "first", "second"]));
    }
}

#[test]
fn what_is_said_may_be_taken_in_any_part_wherever_one_came_in() {
    let (one, two) = (id(0), id(1));
    for taken in 0.."Ann: after\n".len() {
        let mut writer = Writer::with_members(&[one]);
        writer.takes.extend([(100, taken), (101, taken)]);
        writer.send([say(MAIN, "before"), open(two), enter(two, MAIN), say(MAIN, "after")]);
        assert_eq!(writer.told(), ["await 100", "await 101"], "{taken} bytes");
        writer.take(one, usize::MAX);
        writer.take(two, usize::MAX);
        assert_eq!(writer.lines(one), ann(["before", "after"]), "{taken} bytes");
        assert_eq!(writer.lines(two), ann(["after"]), "{taken} bytes");
    }
}

#[test]
fn a_blocked_socket_is_not_written_to_before_it_is_writable() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    assert_eq!(writer.told(), ["await 100"]);
    writer.takes.remove(&100);
    writer.send([say(MAIN, "b"), reply(one, "c")]);
    assert_eq!(writer.lines(one), ann([]));
    assert_eq!(writer.lines(two), ann(["a", "b"]));
    assert_eq!(writer.told(), [""; 0]);
    writer.take(one, usize::MAX);
    assert_eq!(writer.lines(one), ann(["a", "b", "c"]));
    writer.fanout.handle_writable(one);
    writer.send([say(MAIN, "d")]);
    assert_eq!(writer.lines(one), ann(["d"]));
}

#[test]
fn past_the_limit_broadcasts_are_dropped_counted_and_told_where_they_are_missing() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(100, 0);
    for action in says(ROOM_FOR) {
        writer.send([action]);
    }
    assert_eq!(writer.told(), ["await 100"]);
    writer.send([say(MAIN, &long(0))]);
    assert_eq!(writer.told(), ["pause 100"]);
    writer.send([say(MAIN, "short, but dropped too"), say(MAIN, "and this")]);
    assert_eq!(writer.told(), [""; 0], "it is paused once");
    writer.send([reply(one, "a reply"), say(MAIN, "gone"), reply(one, "another"), reply(one, "third")]);
    assert!(writer.queued(one) > 64 << 10);
    writer.send([say(MAIN, "gone as well"), say(MAIN, "so too")]);

    writer.take(one, usize::MAX);
    assert_eq!(writer.told(), ["resume 100"]);
    let mut expected = ann((0..ROOM_FOR).map(long).collect::<Vec<_>>().iter().map(String::as_str));
    expected.push(dropped(3));
    expected.extend(ann(["a reply"]));
    expected.push(dropped(1));
    expected.extend(ann(["another", "third"]));
    expected.push(dropped(2));
    assert_eq!(writer.lines(one), expected);
    writer.send([say(MAIN, "heard again")]);
    assert_eq!(writer.lines(one), ann(["heard again"]));
    assert_eq!(writer.lines(two).len(), ROOM_FOR + 7);
}

#[test]
fn a_pause_is_told_before_the_next_write() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    let mut actions = says(ROOM_FOR + 1);
    actions.insert(0, reply(one, "has a queue"));
    writer.follow(actions);
    assert_eq!(writer.fanout.poll_output(), Some(Output::Signal { socket: &100, signal: Signal::Pause }));
    writer.poll();
    assert_eq!(writer.told(), ["resume 100"]);
    assert_eq!(writer.lines(one).last(), Some(&dropped(1)));
}

#[test]
fn of_one_batch_as_much_is_queued_as_finds_room() {
    for size in [1, 10, ROOM_FOR] {
        let one = id(0);
        let mut writer = Writer::with_members(&[one]);
        writer.takes.insert(100, 0);
        let all = says(ROOM_FOR + 5);
        for actions in all.chunks(size) {
            writer.send(actions.to_vec());
        }
        assert_eq!(writer.queued(one), ROOM_FOR * 1000, "in batches of {size}");
        writer.take(one, usize::MAX);
        let lines = writer.lines(one);
        assert_eq!(lines.len(), ROOM_FOR + 1);
        assert_eq!(lines.last(), Some(&dropped(5)), "in batches of {size}");
    }
}

#[test]
fn who_is_told_something_in_mid_batch_loses_nothing_that_is_not_counted() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    let mut actions = says(ROOM_FOR + 2);
    actions.insert(ROOM_FOR + 1, reply(one, "reply"));
    actions.push(leave(one));
    writer.send(actions);
    writer.take(one, usize::MAX);
    let lines = writer.lines(one);
    assert_eq!(lines[ROOM_FOR..], [dropped(1), "Ann: reply".into(), dropped(1)]);
}

#[test]
fn a_paused_connection_resumes_at_half_and_not_before() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send(says(ROOM_FOR + 1));
    assert_eq!(writer.told(), ["pause 100", "await 100"]);
    let over_half = writer.queued(one) - (64 << 10);
    writer.take(one, over_half - 1);
    assert_eq!(writer.told(), ["await 100"]);
    writer.send([say(MAIN, "still dropped")]);
    writer.take(one, 1);
    assert_eq!(writer.told(), ["resume 100", "await 100"]);
    assert_eq!(writer.queued(one), (64 << 10) + dropped(2).len() + 1);
    writer.send([say(MAIN, "heard")]);
    writer.take(one, usize::MAX);
    let lines = writer.lines(one);
    assert_eq!(lines[ROOM_FOR..], [dropped(2), "Ann: heard".into()]);
}

#[test]
fn a_mark_is_answered_at_once_up_to_half_and_above_it_as_soon_as_half_is_written() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.send([answer(one)]);
    assert_eq!(writer.told(), ["answer 100"]);
    writer.takes.insert(100, 0);
    writer.send(says(65));
    writer.send([answer(one)]);
    assert_eq!(writer.told(), ["await 100", "answer 100"]);
    writer.send([say(MAIN, &long(65)), reply(one, "over half"), answer(one)]);
    assert_eq!(writer.told(), [""; 0]);
    let over_half = writer.queued(one) - (64 << 10);
    writer.take(one, over_half - 1);
    assert_eq!(writer.told(), ["await 100"]);
    writer.take(one, 1);
    assert_eq!(writer.told(), ["answer 100", "await 100"]);
    writer.take(one, usize::MAX);
    assert_eq!(writer.told(), [""; 0], "it is answered once");
}

#[test]
fn a_mark_is_answered_at_once_at_exactly_half() {
    let one = id(0);
    for (over, told) in [(0, vec!["await 100", "answer 100"]), (1, vec!["await 100"])] {
        let mut writer = Writer::with_members(&[one]);
        writer.takes.insert(100, 0);
        writer.send(says(65));
        let rest = (64 << 10) - writer.queued(one) + over;
        writer.send([say(MAIN, &"x".repeat(rest - "Ann: \n".len()))]);
        assert_eq!(writer.queued(one), (64 << 10) + over);
        writer.send([answer(one)]);
        assert_eq!(writer.told(), told);
    }
}

#[test]
fn the_longest_replies_of_a_window_find_room_above_the_broadcasts() {
    let config = config();
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send(says(ROOM_FOR + 1));
    // A window of which all but one byte was asked for, in the shortest of replies, each after a notice; then the longest.
    let taken = |name| Message::Taken { name: Name::parse(name).expect("a name") };
    for _ in 0..(16 << 10) / 160 {
        writer.send([say(MAIN, "x"), Action::Reply { connection: one, message: taken("twentycharactersname") }]);
    }
    let word = Text::clean(&format!("/{}", "😀".repeat(4095)));
    writer.send([say(MAIN, "x"), Action::Reply { connection: one, message: Message::Unrecognized { word } }]);
    assert!(writer.queued(one) <= config.queue_bytes_max);
}

#[test]
fn a_closed_connection_is_finished_once_all_was_written() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(100, 3);
    writer.send([say(MAIN, "a"), leave(one), say(MAIN, "b"), reply(one, "bye"), close(one)]);
    assert_eq!(writer.told(), ["await 100"]);
    writer.take(one, usize::MAX);
    assert_eq!(writer.told(), ["finish 100"]);
    assert_eq!(writer.lines(one), ann(["a", "bye"]));
    writer.send([reply(one, "to nobody"), say(MAIN, "c")]);
    assert_eq!(writer.lines(one), ann([]));
    assert_eq!(writer.lines(two), ann(["a", "b", "c"]));
}

#[test]
fn a_closing_connection_and_the_next_in_its_slot_each_get_what_is_theirs() {
    let (old, new) = (ConnectionId::new(0, 1), ConnectionId::new(0, 2));
    let mut writer = Writer::with_members(&[old]);
    writer.takes.insert(1, 4);
    writer.send([say(MAIN, "old"), leave(old), close(old)]);
    writer.send([open(new), reply(new, "hello"), enter(new, MAIN), say(MAIN, "new"), reply(old, "stale")]);
    assert_eq!(writer.lines(new), ann(["hello", "new"]));
    assert_eq!(writer.told(), ["await 1"]);
    assert_eq!((writer.queued(old), writer.queued(new)), (5, 0));
    writer.take(old, usize::MAX);
    assert_eq!(writer.lines(old), ann(["old"]));
    assert_eq!(writer.told(), ["finish 1"]);
    writer.send([leave(old), close(old), say(MAIN, "still here")]);
    assert_eq!(writer.lines(new), ann(["still here"]));
    assert_eq!(writer.told(), [""; 0]);
}

#[test]
fn a_connection_that_closes_while_messages_were_dropped_is_told_how_many() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send(says(ROOM_FOR + 4));
    writer.send([leave(one), close(one)]);
    writer.told();
    writer.take(one, usize::MAX);
    assert_eq!(writer.lines(one).last(), Some(&dropped(4)));
    assert_eq!(writer.told().last().map(String::as_str), Some("finish 100"));
    writer.assert_empty();
}

#[test]
fn a_connection_whose_socket_fails_is_abandoned_and_gets_nothing_more() {
    let (one, two) = (id(0), id(1));
    for queued in [false, true] {
        let mut writer = Writer::with_members(&[one, two]);
        writer.failing = Some(100);
        writer.send([if queued { reply(one, "a") } else { say(MAIN, "a") }]);
        assert_eq!(writer.told(), ["abandon 100"], "queued: {queued}");
        writer.received.clear();
        writer.fanout.handle_writable(one);
        writer.send([say(MAIN, "b"), reply(one, "c"), answer(one)]);
        assert_eq!((writer.lines(one), writer.lines(two)), (ann([]), ann(["b"])), "queued: {queued}");
        writer.send([leave(one), close(one), leave(two), close(two)]);
        assert_eq!(writer.told(), ["finish 101"], "queued: {queued}");
        writer.assert_empty();
    }
}

#[test]
fn a_connection_that_takes_nothing_for_too_long_is_abandoned() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    let second = Duration::from_secs(1);
    writer.now = Time::START + 10 * second;
    writer.takes.insert(100, 3);
    writer.send([say(MAIN, "a")]);
    assert_eq!(writer.fanout.poll_timeout(), Some(Time::START + 70 * second));
    writer.now = Time::START + 69 * second;
    writer.take(one, 1);
    writer.now = Time::START + 70 * second;
    writer.fanout.handle_timeout(writer.now);
    assert_eq!(writer.told(), ["await 100", "await 100"], "it took something at 69 s");
    assert_eq!(writer.fanout.poll_timeout(), Some(Time::START + 129 * second));
    writer.fanout.handle_timeout(Time::START + 128 * second);
    writer.poll();
    assert_eq!(writer.told(), [""; 0]);
    writer.fanout.handle_timeout(Time::START + 129 * second);
    writer.poll();
    assert_eq!(writer.told(), ["abandon 100"]);
    assert_eq!(writer.fanout.poll_timeout(), None);
    assert!(writer.fanout.is_drained());
    writer.send([leave(one), close(one)]);
    writer.assert_empty();
}

#[test]
fn of_a_connection_that_is_abandoned_nothing_else_is_told() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    assert_eq!(writer.told(), ["await 100"]);
    writer.follow(says(ROOM_FOR + 1));
    writer.follow([answer(one)]);
    writer.fanout.handle_timeout(Time::after(Duration::from_secs(60)));
    writer.poll();
    assert_eq!(writer.told(), ["abandon 100"]);
}

#[test]
fn a_socket_that_is_writable_but_takes_nothing_stalls_all_the_same() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    for second in 1..60 {
        writer.now = Time::after(Duration::from_secs(second));
        writer.fanout.handle_timeout(writer.now);
        writer.take(one, 0);
    }
    // It is about to be tried once more when its time is up.
    writer.now = Time::after(Duration::from_secs(60));
    writer.fanout.handle_writable(one);
    writer.fanout.handle_timeout(writer.now);
    writer.poll();
    writer.fanout.handle_timeout(writer.now);
    writer.poll();
    assert_eq!(writer.told().last().map(String::as_str), Some("abandon 100"));
}

#[test]
fn a_connection_with_nothing_queued_never_stalls() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    writer.take(one, usize::MAX);
    let later = Time::after(Duration::from_secs(1000));
    writer.fanout.handle_timeout(later);
    assert_eq!(writer.fanout.poll_timeout(), None);
    writer.now = later;
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "b")]);
    assert_eq!(writer.fanout.poll_timeout(), Some(later + Duration::from_secs(60)), "the old stall is forgotten");
}

#[test]
fn a_closing_connection_that_stalls_is_abandoned_too() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send([reply(one, "bye"), leave(one), close(one)]);
    writer.fanout.handle_timeout(Time::after(Duration::from_secs(60)));
    writer.poll();
    assert_eq!(writer.told(), ["await 100", "abandon 100"]);
    writer.assert_empty();
}

#[test]
fn everyone_is_told_that_the_server_stops_after_all_that_came_before() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(101, 0);
    writer.send([say(MAIN, "a"), Action::Stop { message: Message::Stopping }]);
    assert_eq!(writer.told(), ["abandon 100", "await 101"]);
    assert_eq!(writer.lines(one), ["Ann: a", "Server is shutting down"]);
    assert!(!writer.fanout.is_drained());
    writer.take(two, usize::MAX);
    assert_eq!(writer.lines(two), ["Ann: a", "Server is shutting down"]);
    assert_eq!(writer.told(), ["abandon 101"]);
    assert!(writer.fanout.is_finished());
    writer.assert_empty();
}

#[test]
fn whoever_is_given_up_is_abandoned_once() {
    let members = [id(0), id(1), id(2), id(3)];
    let mut writer = Writer::with_members(&members);
    writer.failing = Some(100);
    writer.takes.extend([(101, 0), (102, 0)]);
    writer.send([say(MAIN, "a"), leave(id(2)), close(id(2))]);
    assert_eq!(writer.told(), ["abandon 100", "await 101", "await 102"]);
    writer.send([Action::Stop { message: Message::Stopping }]);
    assert_eq!(writer.told(), ["abandon 103"], "who has everything is not waited for");
    assert_eq!(writer.lines(id(3)), ["Ann: a", "Server is shutting down"]);
    assert!(!writer.fanout.is_finished());
    let drained = Time::START + config().drain;
    assert_eq!(writer.fanout.poll_timeout(), Some(drained));
    for (now, told) in [(Time::START, vec![]), (drained, vec!["abandon 101", "abandon 102"]), (drained, vec![])] {
        writer.fanout.handle_timeout(now);
        writer.poll();
        assert_eq!(writer.told(), told);
    }
    assert!(writer.fanout.is_finished());
    writer.fanout.handle_timeout(Time::after(Duration::from_secs(60)));
    assert_eq!(writer.fanout.poll_timeout(), None, "nobody is waited for");
    writer.assert_empty();
}

#[test]
fn each_connection_belongs_to_exactly_one_share() {
    let members: Vec<_> = (0..7).map(id).collect();
    let mut writers: Vec<_> = Share::split(3).map(|share| Writer::with(&config(), share)).collect();
    let mut actions: Vec<_> = members.iter().flat_map(|&member| [open(member), enter(member, MAIN)]).collect();
    actions.extend(members.iter().map(|&member| reply(member, "to you")));
    actions.push(say(MAIN, "to all"));
    actions.push(leave(id(4)));
    actions.push(close(id(4)));
    for writer in &mut writers {
        writer.send(actions.clone());
    }
    for member in members {
        let mut lines = writers.iter_mut().map(|writer| writer.lines(member)).filter(|lines| !lines.is_empty());
        assert_eq!(lines.next(), Some(ann(["to you", "to all"])));
        assert_eq!(lines.next(), None);
    }
    let told: Vec<_> = writers.iter_mut().map(Writer::told).collect();
    assert_eq!(told, [vec![], vec!["finish 104".to_owned()], vec![]]);
}

#[test]
fn the_places_of_a_share_have_no_gaps() {
    for of in 1..=3 {
        for share in Share::split(of) {
            let places: Vec<_> = (0..12).filter_map(|key| share.place(id(key))).collect();
            assert_eq!(places, (0..12 / of as usize).collect::<Vec<_>>(), "{share:?}");
        }
    }
}

#[test]
fn it_is_drained_only_when_all_output_was_polled() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    assert!(writer.fanout.is_drained());
    for actions in [vec![say(MAIN, "a")], vec![reply(one, "b")], vec![answer(one)], vec![leave(one), close(one)]] {
        writer.follow(actions);
        assert!(!writer.fanout.is_drained());
        writer.poll();
        assert!(writer.fanout.is_drained());
    }
}

#[test]
fn what_was_needed_for_many_rooms_at_once_is_given_back() {
    let members: Vec<_> = (0..1000).map(id).collect();
    let mut writer = Writer::new();
    writer.follow(members.iter().flat_map(|&member| {
        let room = RoomId::new(member.key());
        [open(member), enter(member, room), say(room, "a")]
    }));
    writer.poll();
    assert!(writer.received.values().all(|received| received == b"Ann: a\n"));
    assert_eq!(writer.fanout.rooms.spares(), 128, "a few are kept to be used again");
    writer.send(members.iter().flat_map(|&member| [leave(member), close(member)]));
    writer.assert_empty();
}

#[test]
fn lines_of_every_length_survive_a_queue() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    let texts: Vec<_> = (1..=4096).step_by(97).map(|len| "y".repeat(len)).collect();
    let mut expected = BytesMut::new();
    writer.takes.insert(100, 0);
    for (index, text) in texts.iter().enumerate() {
        writer.send([if index % 3 == 0 { reply(one, text) } else { say(MAIN, text) }]);
        said(text).encode_line(&mut expected);
        let held = writer.queued(one);
        writer.take(one, held * (index % 5) / 8);
    }
    writer.take(one, usize::MAX);
    assert_eq!(writer.received[&100], expected);
}
