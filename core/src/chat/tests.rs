//! What follows from what happens: each rule of the room, in the order of the actions.

mod accounts;
mod counts;
mod decided;
mod moderation;
mod owned;
mod plural;
mod resume;
mod silent;
mod snapshot;
mod talk;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::*;
use crate::Config;
use crate::log::Record;
use crate::{Hub, Notice, Query, Request, Session};
use crate::{Limits, Rules};

const MAIN: RoomId = RoomId::new(0);

/// Each event is handled by a twin, too, who was restored from the snapshot before it, and has to do the same.
///
/// A chat in a hub, whose actions are read as text, one line each. `0: text` is a reply to the connection in slot 0.
/// `main: text` is what the room 0 is told, and `0 enters room 1` a room change.
struct Chats {
    hub: Hub<()>,
    config: Config,
    now: Time,
}

/// Returns what a chat counts.
fn counted(chat: &Chat) -> Stats {
    let mut stats = Stats::default();
    chat.count(&mut stats);
    stats
}

impl Chats {
    fn new() -> Self {
        Self::with(Config::default())
    }

    fn with(config: Config) -> Self {
        let mut hub = Hub::new(config.clone());
        hub.record();
        Self { hub, config, now: Time::START }
    }

    /// Starts with people of these names, in `main`.
    fn of<const N: usize>(names: [&str; N]) -> (Self, [ConnectionId; N]) {
        let mut chats = Self::new();
        let people = names.map(|name| chats.join_as(name));
        (chats, people)
    }

    fn handle(&mut self, event: Event) -> Vec<Action> {
        let record = Record { at: self.now, event };
        self.change(|hub| hub.apply(record)).1
    }

    /// Changes the hub, and returns what is to be done then. A chat that is restored from before does the same with the
    /// same records.
    fn change<R>(&mut self, change: impl FnOnce(&mut Hub<()>) -> R) -> (R, Vec<Action>) {
        let few = self.hub.chat.people.len() < 100;
        let twin = few.then(|| Chat::restore(&self.config.rules, self.hub.chat.snapshot()).expect("it is of a chat"));
        let changed = change(&mut self.hub);
        let actions = self.hub.take_batch().map(|batch| batch.actions().to_vec()).unwrap_or_default();
        let records = self.hub.take_records();
        if let Some(mut twin) = twin {
            let mut done = actions.iter();
            for Record { at, event } in records {
                twin.handle(at, event);
                // The hub has done that, and what concerns one connection.
                while let Some(action) = twin.poll_action() {
                    assert!(done.any(|other| *other == action), "{action:?} in {actions:?}");
                }
            }
            assert_eq!(twin.snapshot(), self.hub.chat.snapshot());
            // What a snapshot forgets, both of them have forgotten.
            assert_eq!(counted(&twin), counted(&self.hub.chat));
            assert_eq!(twin.poll_timeout(), self.hub.chat.poll_timeout());
        }
        (changed, actions)
    }

    /// Does the same, where the chat is told less than the log says.
    fn change_untwinned(&mut self, change: impl FnOnce(&mut Hub<()>)) -> Vec<Action> {
        change(&mut self.hub);
        self.hub.take_records();
        self.hub.take_batch().map(|batch| batch.actions().to_vec()).unwrap_or_default()
    }

    /// Lets somebody in who asks for something at once, so that the others know of them.
    fn open(&mut self) -> ConnectionId {
        let connection = self.open_silent();
        self.line(connection, "/help");
        connection
    }

    fn open_silent(&mut self) -> ConnectionId {
        self.greet().0
    }

    /// Lets somebody in, and returns what the chat decides.
    fn greet(&mut self) -> (ConnectionId, Vec<Action>) {
        let (now, mut session) = (self.now, Session::new(&self.config));
        self.change(|hub| hub.open(now, &mut session, ()).expect("the server runs"))
    }

    fn join_as(&mut self, name: &str) -> ConnectionId {
        let connection = self.open();
        self.line(connection, &format!("/name {name}"));
        connection
    }

    fn line(&mut self, connection: ConnectionId, line: &str) -> Vec<String> {
        let request = Request::parse(line).expect("the line asks for something");
        self.request(connection, request)
    }

    fn request(&mut self, connection: ConnectionId, request: impl Into<Request>) -> Vec<String> {
        read(&self.ask(connection, request))
    }

    fn ask(&mut self, connection: ConnectionId, request: impl Into<Request>) -> Vec<Action> {
        let (now, request) = (self.now, request.into());
        self.change(|hub| hub.handle_requests(now, connection, vec![request])).1
    }

    fn close(&mut self, connection: ConnectionId) -> Vec<String> {
        let now = self.now;
        read(&self.change(|hub| hub.handle_closed(now, connection)).1)
    }

    fn wake(&mut self) -> Vec<String> {
        let now = self.now;
        read(&self.change(|hub| hub.handle_timeout(now)).1)
    }

    fn name(&self, connection: ConnectionId) -> String {
        self.hub.chat.person(connection).name.to_string()
    }

    fn sleep(&mut self, duration: Duration) {
        self.now = self.now + duration;
    }
}

fn read(actions: &[Action]) -> Vec<String> {
    let room = |id: &RoomId| if *id == MAIN { "main".to_owned() } else { format!("room {}", id.key()) };
    let read = |action: &Action| match action {
        Action::Open { connection, .. } => format!("{} opens", connection.slot()),
        Action::Speak { connection, dialect } => format!("{} speaks {dialect:?}", connection.slot()),
        Action::Reply { connection, message } => format!("{}: {message}", connection.slot()),
        Action::Enter { connection, room: id } => format!("{} enters {}", connection.slot(), room(id)),
        Action::Leave { connection, .. } => format!("{} leaves", connection.slot()),
        Action::Deliver { connection, message } => format!("{} is sent: {message}", connection.slot()),
        Action::Broadcast { room: id, audience, except, message } => {
            let except = except.iter().flat_map(|except| except.connections());
            let except: String = except.map(|except| format!(" but {}", except.slot())).collect();
            format!("{}{except} ({audience}): {message}", room(id))
        }
        Action::Credit { connection, continues: false } => format!("{} is answered", connection.slot()),
        Action::Credit { connection, continues: true } => format!("{} is answered in part", connection.slot()),
        Action::Alive { connection } => format!("{} is alive", connection.slot()),
        Action::Close { connection, .. } => format!("{} closes", connection.slot()),
        Action::Cut { connection } => format!("{} is cut", connection.slot()),
        Action::Touch { touch } => format!("touch: {touch}"),
        Action::Stop { message } => format!("stop: {message}"),
    };
    actions.iter().map(read).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_newcomer_is_helped_named_let_in_and_announced_in_this_order() {
    let mut chats = Chats::new();
    for others in 0..2 {
        let (connection, actions) = chats.greet();
        let actions = read(&actions);
        let name = chats.name(connection);
        let mut expected = vec![format!("{others} opens"), format!("{others}: {}", Message::Help)];
        expected.push(format!("{others}: You are {name}"));
        expected.extend([format!("{others} enters main"), format!("{others}: You joined main")]);
        assert_eq!(actions, expected);
        let mut expected = vec![];
        if others > 0 {
            expected.push(format!("main but {others} ({others}): {name} joined"));
        }
        expected.push(format!("{others}: Rooms - main ({})", others + 1));
        assert_eq!(chats.line(connection, "/rooms"), expected);
    }
}

#[test]
fn a_move_is_told_to_those_who_stay_then_to_those_who_are_there() {
    let (mut chats, [ann, bob, cid]) = Chats::of(["Ann", "Bob", "Cid"]);
    assert_eq!(
        chats.line(ann, "/join pizza"),
        ["0 leaves", "main (2): Ann left", "0 enters room 1", "0: You joined pizza"]
    );
    assert_eq!(
        chats.line(bob, "/join PIZZA"),
        ["1 leaves", "main (1): Bob left", "room 1 (1): Bob joined", "1 enters room 1", "1: You joined pizza"]
    );
    assert_eq!(
        chats.line(cid, "/join pizza"),
        ["2 leaves", "room 1 (2): Cid joined", "2 enters room 1", "2: You joined pizza"]
    );
    assert_eq!(chats.line(cid, "hi"), ["room 1 (3): Cid: hi"]);
    assert_eq!(chats.line(cid, "/join Pizza"), ["2: You are in pizza"]);
    assert_eq!(chats.line(cid, "/quit"), ["2 leaves", "room 1 (2): Cid left", "2 closes"]);
    assert_eq!(chats.close(bob), ["1 leaves", "room 1 (1): Bob left", "1 closes"]);
    assert_eq!(chats.close(ann), ["0 leaves", "0 closes"]);
}

#[test]
fn the_last_to_leave_a_room_frees_its_place_for_the_one_they_go_to() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    chats.line(ann, "/join pizza");
    assert_eq!(chats.line(ann, "/join kebab"), ["0 leaves", "0 enters room 1", "0: You joined kebab"]);
    assert_eq!(chats.line(ann, "/rooms"), ["0: Rooms - kebab (1), main (0)"]);
    assert_eq!(chats.line(ann, "/join MAIN"), ["0 leaves", "0 enters main", "0: You joined main"]);
    assert_eq!(chats.hub.chat.rooms(), 1);
}

#[test]
fn a_room_has_the_case_of_its_first_name_until_it_is_empty() {
    let (mut chats, [ann, bob]) = Chats::of(["Ann", "Bob"]);
    chats.line(ann, "/join PiZZa");
    chats.line(bob, "/join pizza");
    chats.line(ann, "/join main");
    assert_eq!(chats.line(ann, "/rooms"), ["0: Rooms - main (1), PiZZa (1)"]);
    chats.line(bob, "/join main");
    assert_eq!(chats.line(ann, "/join pizza").last().map(String::as_str), Some("0: You joined pizza"));
}

#[test]
fn a_stale_connection_changes_nothing_even_when_another_has_its_slot() {
    let (mut chats, [ann, bob]) = Chats::of(["Ann", "Bob"]);
    chats.close(ann);
    let cid = chats.join_as("Cid");
    assert_eq!(cid.slot(), ann.slot());
    assert_ne!(cid, ann);
    let say = Command::Say(crate::Text::clean("x").into()).into();
    for request in [
        Request::Query(Query::Help),
        Request::Command(Command::Leave(CloseCode::NORMAL)),
        Request::Notice(Notice::Fence),
        Request::Query(Query::Users),
        say,
    ] {
        assert_eq!(chats.request(ann, request), NOTHING);
    }
    assert_eq!(chats.line(ann, "/name Dan"), NOTHING);
    assert_eq!(chats.line(ann, "/join pizza"), NOTHING);
    assert_eq!(chats.close(ann), NOTHING);
    let unknown = ConnectionId::new(0, 99, 99);
    assert_eq!(chats.close(unknown), NOTHING);
    assert_eq!(chats.line(bob, "/users"), ["1: Users - Bob, Cid"]);
}

#[test]
fn only_a_connection_whose_place_is_free_is_opened() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    let opened = |connection| Event::Opened { connection, address: None };
    for taken in [ann, ConnectionId::new(0, ann.slot(), ann.generation() + 1)] {
        assert_eq!(chats.handle(opened(taken)), []);
    }
    assert_eq!(chats.hub.chat.people(), 1);
    for (number, free) in (2..).zip([(0, 5, 0), (0, 1, 0), (7, ann.slot(), ann.generation())]) {
        let (server, slot, generation) = free;
        chats.handle(opened(ConnectionId::new(server, slot, generation)));
        assert_eq!(chats.hub.chat.people() + chats.hub.chat.silent(), number);
    }
}

#[test]
fn a_mark_is_answered_after_all_that_was_asked_before_it() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    let asked = vec![Query::Rooms.into(), Notice::Fence.into(), Notice::NotUtf8.into()];
    let now = chats.now;
    let (_, actions) = chats.change(|hub| hub.handle_requests(now, ann, asked));
    assert_eq!(read(&actions), ["0: Rooms - main (1)", "0 is answered", "0: Messages must be valid UTF-8"]);
}

#[test]
fn a_name_is_taken_in_every_case_and_free_as_soon_as_it_is_dropped() {
    let (mut chats, [ann, bob]) = Chats::of(["Ann", "Bob"]);
    assert_eq!(chats.line(bob, "/name ANN"), ["1: ANN is already taken"]);
    assert_eq!(chats.line(ann, "/name Amy"), ["main (2): Ann is now Amy"]);
    assert_eq!(chats.line(bob, "/name ANN"), ["main (2): Bob is now ANN"]);
    chats.close(ann);
    assert_eq!(chats.line(bob, "/name amy"), ["main (1): ANN is now amy"]);
    assert_eq!(chats.line(bob, "/name Ann"), ["main (1): amy is now Ann"]);
}

#[test]
fn ones_own_name_in_another_case_is_a_rename_and_in_the_same_case_a_reminder() {
    let (mut chats, [ann, bob]) = Chats::of(["Ann", "Bob"]);
    assert_eq!(chats.line(ann, "/name Ann"), ["0: You are Ann"]);
    assert_eq!(chats.line(ann, "/name aNN"), ["main (2): Ann is now aNN"]);
    assert_eq!(chats.line(bob, "/users"), ["1: Users - aNN, Bob"]);
    assert_eq!(chats.line(bob, "/name Ann"), ["1: Ann is already taken"]);
}

#[test]
fn a_reserved_name_is_taken() {
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    for name in ["You", "sErver", "rooms", "USERS", "Guest-1"] {
        assert_eq!(chats.line(ann, &format!("/name {name}")), [format!("0: {name} is already taken")]);
    }
    assert_eq!(chats.line(ann, "/name x"), ["0: Name must be 2 - 20 letters, digits, - or _"]);
    assert_eq!(chats.line(ann, "/join x"), ["0: Room must be 2 - 32 letters, digits, - or _"]);
    assert_eq!(chats.line(ann, "/join You"), ["0 leaves", "0 enters room 1", "0: You joined You"]);
}

#[test]
fn a_random_name_is_never_one_that_somebody_has() {
    let mut names = Chats::new();
    let first = names.open();
    let first = names.name(first);
    let (mut chats, [ann]) = Chats::of(["Ann"]);
    // The next server with this seed would begin with the same name.
    let mut other = Chats::new();
    let taker = other.open();
    assert_eq!(other.name(taker), first);
    other.line(taker, "/name Ann");
    let second = other.open();
    let second = other.name(second);
    chats.line(ann, &format!("/name {}", second.to_uppercase()));
    let newcomer = chats.open();
    assert_ne!(chats.name(newcomer).to_lowercase(), second.to_lowercase());
}

#[test]
fn names_are_unique_however_many_there_are() {
    let mut chats = Chats::new();
    let people: Vec<_> = (0..3000).map(|_| chats.open()).collect();
    let names: BTreeSet<_> = people.iter().map(|&person| chats.name(person).to_lowercase()).collect();
    assert_eq!(names.len(), people.len());
}

#[test]
fn rooms_are_listed_by_people_then_by_name_and_main_even_when_empty() {
    let (mut chats, [ann, bob, cid, dan]) = Chats::of(["Ann", "Bob", "Cid", "Dan"]);
    chats.line(ann, "/join zebra");
    chats.line(bob, "/join Zebra");
    chats.line(cid, "/join beta");
    assert_eq!(chats.line(dan, "/rooms"), ["3: Rooms - zebra (2), beta (1), main (1)"]);
    assert_eq!(
        chats.line(dan, "/join Alpha").last().map(String::as_str),
        Some("3: You joined Alpha"),
        "another case of a new room is its name"
    );
    assert_eq!(chats.line(dan, "/rooms"), ["3: Rooms - zebra (2), Alpha (1), beta (1), main (0)"]);
}

#[test]
fn users_are_those_in_the_room_by_name_without_regard_to_case() {
    let (mut chats, [bob, _, _, dan]) = Chats::of(["bob", "Cid", "Ann", "Dan"]);
    chats.line(dan, "/join pizza");
    assert_eq!(chats.line(bob, "/users"), ["0: Users - Ann, bob, Cid"]);
    chats.line(bob, "/name Zoe");
    assert_eq!(chats.line(bob, "/users"), ["0: Users - Ann, Cid, Zoe"]);
    assert_eq!(chats.line(dan, "/users"), ["3: Users - Dan"]);
}

/// Returns how many are listed in a line, and how many more it says there are.
fn listed(line: &str) -> (usize, usize) {
    let (list, more) = line.split_once(", … and ").unwrap_or((line, "0 more"));
    let more = more.strip_suffix(" more").and_then(|more| more.parse().ok());
    (list.split(", ").count(), more.expect("the line ends in a number"))
}

#[test]
fn a_list_ends_in_how_many_more_there_are_where_the_limit_is() {
    for list_bytes_max in [256, 300, 1000] {
        let mut chats =
            Chats::with(Config { limits: Limits { list_bytes_max, ..Limits::default() }, ..Config::default() });
        let ann = chats.join_as("Ann");
        for count in 1..90 {
            chats.join_as(&format!("somebody-called-{count:03}"));
            let dan = chats.open();
            chats.line(dan, &format!("/join somewhere-{count:03}"));
            for (ask, all, item) in
                [("/users", 1 + count, "somebody-called-000, "), ("/rooms", 1 + count, "somewhere-000 (1), ")]
            {
                let line = &chats.line(ann, ask)[0]["0: ".len()..];
                assert!(line.len() < list_bytes_max, "{line:?} fits with its end");
                let (listed, more) = listed(line);
                assert_eq!(listed + more, all);
                let room_for_another = line.len() + item.len() + 10 <= list_bytes_max;
                assert!(more == 0 || !room_for_another, "{line:?}");
            }
        }
    }
}

/// A chat in which a room with more than three members is crowded, told every second.
fn crowd_of_three() -> Chats {
    Chats::with(Config {
        rules: Rules { crowd_members: 3, crowd_interval: Duration::from_secs(1), ..Rules::default() },
        ..Config::default()
    })
}

#[test]
fn above_its_limit_a_room_gathers_who_comes_and_goes() {
    let mut chats = crowd_of_three();
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    let third = chats.open_silent();
    let told = chats.line(third, "/rooms");
    assert!(told.contains(&format!("main but 2 (2): {} joined", chats.name(third))), "three are no crowd");
    assert_eq!(chats.hub.chat.poll_timeout(), None);

    let fourth = chats.open_silent();
    assert_eq!(chats.line(fourth, "/rooms"), ["3: Rooms - main (4)"], "four are one");
    assert_eq!(chats.hub.chat.poll_timeout(), Some(Time::after(Duration::from_secs(1))));
    assert_eq!(chats.line(fourth, "/quit"), ["3 leaves", "3 closes"], "it was one when they left");
    assert_eq!(chats.line(bob, "/quit"), ["1 leaves", "main (2): Bob left", "1 closes"], "it is none any more");
    assert_eq!(chats.line(ann, "hi"), ["main (2): Ann: hi"]);

    assert_eq!(chats.wake(), NOTHING, "it is not time yet");
    chats.sleep(Duration::from_millis(999));
    assert_eq!(chats.wake(), NOTHING);
    chats.sleep(Duration::from_millis(1));
    assert_eq!(chats.wake(), ["main (2): 1 joined, 1 left"]);
    assert_eq!(chats.wake(), NOTHING);
    assert_eq!(chats.hub.chat.poll_timeout(), None);
}

#[test]
fn a_crowd_is_told_at_most_once_in_its_interval_and_loses_no_one() {
    let mut chats = crowd_of_three();
    let mut people: Vec<_> = (0..4).map(|_| chats.open()).collect();
    let (mut joined, mut left, mut told_at) = (1, 0, None);
    for step in 0..300 {
        chats.sleep(Duration::from_millis(70));
        if chats.hub.chat.poll_timeout().is_some_and(|due| due <= chats.now) {
            let expected = format!("main ({}): {joined} joined, {left} left", people.len());
            assert_eq!(chats.wake(), [expected]);
            assert!(told_at.is_none_or(|before| chats.now.since(before) >= Duration::from_secs(1)));
            (joined, left, told_at) = (0, 0, Some(chats.now));
        }
        if step % 3 == 0 && people.len() > 4 {
            chats.close(people.swap_remove(step % people.len()));
            left += 1;
        } else {
            people.push(chats.open());
            joined += 1;
        }
    }
    assert!(told_at.is_some());
}

#[test]
fn several_crowds_are_told_in_the_order_in_which_they_are_due() {
    let mut chats = Chats::with(Config { rules: Rules { crowd_members: 0, ..Rules::default() }, ..Config::default() });
    let [ann, bob] = ["Ann", "Bob"].map(|name| chats.join_as(name));
    chats.sleep(Duration::from_millis(10));
    chats.line(bob, "/join pizza");
    chats.sleep(Duration::from_millis(10));
    chats.line(ann, "/join kebab");
    chats.sleep(Duration::from_secs(2));
    assert_eq!(chats.wake(), ["room 1 (1): 1 joined, 0 left", "room 2 (1): 1 joined, 0 left"]);
    assert_eq!(chats.hub.chat.poll_timeout(), None, "main is empty: nobody is left to be told");
}

#[test]
fn a_crowd_that_is_gone_is_told_nothing() {
    let mut chats = Chats::with(Config { rules: Rules { crowd_members: 1, ..Rules::default() }, ..Config::default() });
    let people: Vec<_> = (0..3).map(|_| chats.open()).collect();
    assert!(chats.hub.chat.poll_timeout().is_some());
    for person in people {
        chats.close(person);
    }
    assert_eq!(chats.hub.chat.poll_timeout(), None);
    let ann = chats.join_as("Ann");
    chats.sleep(Duration::from_secs(10));
    assert_eq!(chats.wake(), NOTHING);
    // Nor is the next room in the place of one that had something to be told.
    let bob = chats.open();
    chats.line(ann, "/join pizza");
    chats.line(bob, "/join pizza");
    chats.line(ann, "/join main");
    chats.line(bob, "/join kebab");
    chats.sleep(Duration::from_secs(10));
    assert_eq!(chats.wake(), NOTHING);
}

#[test]
fn a_server_that_stops_says_so_and_then_does_nothing_more() {
    let mut chats = Chats::with(Config { rules: Rules { crowd_members: 0, ..Rules::default() }, ..Config::default() });
    let ann = chats.join_as("Ann");
    let stop = |hub: &mut Hub<()>| hub.handle_stop(Time::START);
    assert_eq!(read(&chats.change_untwinned(stop)), ["stop: Server is shutting down"]);
    assert_eq!(chats.hub.poll_timeout(), None);
    chats.sleep(Duration::from_secs(10));
    assert_eq!(chats.wake(), NOTHING);
    assert_eq!(chats.line(ann, "/help"), NOTHING);
    assert_eq!(chats.close(ann), NOTHING);
    assert_eq!(chats.handle(Event::Opened { connection: ConnectionId::new(0, 9, 9), address: None }), []);
    assert_eq!(chats.change_untwinned(stop), []);
}

#[test]
fn it_knows_how_many_people_and_rooms_there_are() {
    let mut chats = Chats::new();
    let counts = |chats: &Chats| (chats.hub.chat.people(), chats.hub.chat.rooms());
    assert_eq!(counts(&chats), (0, 1));
    let ann = chats.join_as("Ann");
    chats.join_as("Bob");
    chats.line(ann, "/join pizza");
    assert_eq!(counts(&chats), (2, 2));
    chats.close(ann);
    assert_eq!(counts(&chats), (1, 1));
}

#[test]
fn it_counts_what_people_say_and_nothing_else_that_they_ask_for() {
    let mut chats = Chats::new();
    let ann = chats.join_as("Ann");
    for line in ["hello", "/help", "//shrug", "/rooms", "/nonsense"] {
        chats.line(ann, line);
    }
    let mut stats = Stats { messages_in: 10, ..Stats::default() };
    chats.hub.chat.count(&mut stats);
    assert_eq!(stats, Stats { people: 1, rooms: 1, messages_in: 12, ..Stats::default() });
}

#[test]
fn after_everybody_left_nothing_is_left() {
    let mut chats = crowd_of_three();
    let mut people: Vec<_> = (0..50).map(|_| chats.open()).collect();
    for (index, &person) in people.iter().enumerate() {
        chats.line(person, &format!("/name somebody{}", index % 20));
        chats.line(person, &format!("/join room{}", index % 7));
    }
    people.rotate_left(17);
    for person in people {
        chats.close(person);
    }
    let Chat { people, silent, names, rooms, actions, .. } = &chats.hub.chat;
    assert!(people.len() == 0 && names.is_empty() && actions.is_empty());
    assert_eq!((silent.len(), silent.next_due()), (0, None));
    rooms.assert_only_empty_main();
    assert_eq!(chats.hub.chat.poll_timeout(), None);
    let ann = chats.join_as("Ann");
    assert_eq!(chats.line(ann, "/rooms"), [format!("{}: Rooms - main (1)", ann.slot())]);
}
