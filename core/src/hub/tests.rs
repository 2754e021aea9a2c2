//! How requests become records, and records batches.

mod effects;
mod forms;
mod memory;
mod replicas;

use std::time::Duration;

use super::*;
use crate::{Dialect, Form, Name, Query, Secret, Text};
use crate::{Limits, Next, Rules, Signals};

fn open(hub: &mut Hub<()>) -> ConnectionId {
    hub.open(Time::START, &mut Session::new(&Config::default()), ()).expect("the server runs")
}

fn say(hub: &mut Hub<()>, now: Time, connection: ConnectionId) {
    hub.handle_requests(now, connection, vec![Command::Say(Text::clean("hello").into()).into()]);
}

/// Answers at once what the hub asks of the outside.
fn perform(hub: &mut Hub<()>, config: &Config) {
    while let Some(effect) = hub.poll_effect() {
        hub.handle_answer(Time::START, effect.perform(config).expect("it takes no store"));
    }
}

fn messages(batch: Option<Batch<()>>) -> Vec<String> {
    let batch = batch.expect("something was said");
    let said = |action: &Action| match action {
        Action::Reply { message, .. } | Action::Deliver { message, .. } | Action::Broadcast { message, .. } => {
            Some(message.to_string())
        }
        Action::Open { .. }
        | Action::Speak { .. }
        | Action::Enter { .. }
        | Action::Leave { .. }
        | Action::Credit { .. }
        | Action::Alive { .. }
        | Action::Close { .. }
        | Action::Cut { .. }
        | Action::Touch { .. }
        | Action::Stop { .. } => None,
    };
    batch.actions().iter().filter_map(said).collect()
}

#[test]
fn what_somebody_brings_is_answered_with_the_greeting_and_what_comes_later_is_not_forgotten() {
    let config = Config::default();
    let (mut hub, mut session) = (Hub::new(config.clone()), Session::new(&config));
    session.handle_bytes(b"/name Ann\nhello\nmore");
    let ann = hub.open(Time::START, &mut session, ()).expect("the server runs");
    let told = messages(hub.take_batch());
    assert_eq!(told.last().map(String::as_str), Some("Ann: hello"), "{told:?}");
    assert!(hub.take_batch().is_none());
    assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Read);
    session.handle_bytes(b" later\n");
    let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) else { panic!("a line is there") };
    for request in requests {
        hub.handle_requests(Time::START, ann, vec![request]);
    }
    assert_eq!(messages(hub.take_batch()), ["Ann: more later"]);
}

#[test]
fn what_is_known_of_a_program_before_the_greeting_counts_for_the_greeting_and_is_not_told_again() {
    for (bytes, dialect) in [(&b""[..], Dialect::Lf), (b"\r\n", Dialect::CrLf), (b"\xff\xfb\x1f", Dialect::Telnet)] {
        let config = Config::default();
        let (mut hub, mut session) = (Hub::new(config.clone()), Session::new(&config));
        session.handle_bytes(bytes);
        let connection = hub.open(Time::START, &mut session, ()).expect("the server runs");
        let batch = hub.take_batch().expect("they are greeted");
        assert_eq!(batch.actions()[0], Action::Open { connection, form: Form::Lines, dialect });
        assert!(!batch.actions().iter().any(|action| matches!(action, Action::Speak { .. })), "{dialect:?}");
        assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Read);
    }
}

#[test]
fn nobody_is_let_in_once_it_stops_but_told_so() {
    let config = Config::default();
    let mut hub = Hub::new(config.clone());
    let socket = std::rc::Rc::new(());
    hub.handle_stop(Time::START);
    let words = hub.open(Time::START, &mut Session::new(&config), std::rc::Rc::clone(&socket));
    assert_eq!(words, Err("Server is shutting down\n".into()));
    let words = hub.open(Time::START, &mut Session::with_form(&config, Form::Web), std::rc::Rc::clone(&socket));
    assert!(words.is_err_and(|words| words.ends_with(b"\x88\x02\x03\xe9")), "the last is a close frame with 1001");
    assert_eq!(std::rc::Rc::strong_count(&socket), 1, "what it was given is let go");
    assert!(hub.take_batch().is_some_and(|batch| matches!(batch.actions(), [Action::Stop { .. }])));
}

#[test]
fn a_slot_is_free_as_soon_as_its_connection_is_closed_or_taken_over() {
    let config =
        Config { limits: Limits { secret: Some(Secret::new([7; 32])), ..Limits::default() }, ..Config::default() };
    let mut hub = Hub::new(config.clone());
    let [ann, bob, cid] = [(); 3].map(|()| open(&mut hub));
    assert_eq!([ann, bob, cid], [0, 1, 2].map(|number| ConnectionId::new(0, number, number)));
    hub.handle_closed(Time::START, bob);
    hub.handle_closed(Time::START, bob);
    assert_eq!(open(&mut hub), ConnectionId::new(0, 1, 3));
    let token = config.token(ann).expect("there is a secret");
    hub.handle_requests(Time::START, cid, vec![Request::Resume(token)]);
    perform(&mut hub, &config);
    assert_eq!(open(&mut hub), ConnectionId::new(0, 0, 4));
    assert_eq!(open(&mut hub), ConnectionId::new(0, 3, 5));
}

#[test]
fn what_is_due_is_told_before_what_has_just_happened_and_not_earlier() {
    let second = Time::after(Duration::from_secs(1));
    let mut hub = Hub::new(Config { rules: Rules { crowd_members: 0, ..Rules::default() }, ..Config::default() });
    let ann = open(&mut hub);
    hub.handle_requests(Time::START, ann, vec![Query::Help.into()]);
    assert_eq!(hub.poll_timeout(), Some(second));
    hub.take_batch();
    say(&mut hub, Time::after(Duration::from_millis(999)), ann);
    assert_eq!(messages(hub.take_batch()).len(), 1);
    say(&mut hub, second, ann);
    let told = messages(hub.take_batch());
    assert_eq!((told.len(), told[0].as_str()), (2, "1 joined, 0 left"));
    assert!(told[1].ends_with(": hello"), "{told:?}");
    assert_eq!(hub.poll_timeout(), None);
}

#[test]
fn what_is_due_is_told_before_what_changes_nothing() {
    for request in [Query::Rooms.into(), Notice::TooLong.into(), Notice::Fence.into()] {
        let mut hub = Hub::new(Config { rules: Rules { crowd_members: 0, ..Rules::default() }, ..Config::default() });
        let ann = open(&mut hub);
        hub.handle_requests(Time::START, ann, vec![Query::Help.into()]);
        hub.take_batch();
        hub.handle_requests(Time::after(Duration::from_secs(1)), ann, vec![request]);
        assert_eq!(messages(hub.take_batch())[0], "1 joined, 0 left");
    }
}

#[test]
fn several_events_at_once_lead_to_what_they_lead_to_one_by_one() {
    // What is told of a crowd is due at once, and comes between them.
    let config = Config {
        rules: Rules { crowd_members: 0, crowd_interval: Duration::ZERO, ..Rules::default() },
        ..Config::default()
    };
    let mut hubs = [(); 2].map(|()| Hub::new(config.clone()));
    let [ann, bob, _] = [(); 3].map(|()| hubs.each_mut().map(open)[0]);
    let gone = ConnectionId::new(0, 7, 3);
    let said = |connection, text| (connection, Command::Say(Text::clean(text).into()).into());
    let pizza = Command::Join(Name::parse("pizza").expect("it is a name")).into();
    let leave = Command::Leave(CloseCode::NORMAL).into();
    let requests = vec![
        said(ann, "a"),
        (bob, pizza),
        said(gone, "b"),
        said(bob, "c"),
        (ann, Query::Rooms.into()),
        (ann, leave),
        said(ann, "d"),
    ];
    let [one_by_one, at_once] = &mut hubs;
    for (connection, request) in requests.clone() {
        one_by_one.handle_requests(Time::START, connection, vec![request]);
    }
    at_once.handle_all(Time::START, requests);
    let [one_by_one, at_once] = hubs.map(|mut hub| hub.take_batch().expect("something was said"));
    assert_eq!(at_once.actions(), one_by_one.actions());
    assert_eq!(at_once.bytes(), one_by_one.bytes());
}

#[test]
fn what_is_said_has_the_time_of_the_wall_clock_however_it_is_set() {
    let (hour, at) = (3_600_000, |seconds| Time::after(Duration::from_secs(seconds)));
    let mut hub = Hub::new(Config::default());
    let ann = open(&mut hub);
    let mut said_at = |now, unix_ms| {
        hub.handle_clock(now, unix_ms);
        say(&mut hub, now, ann);
        let batch = hub.take_batch().expect("something was said");
        let Some(Action::Broadcast { message: Message::Said { time_ms, .. }, .. }) = batch.actions().last() else {
            panic!("it comes last: {batch:?}")
        };
        *time_ms
    };
    assert_eq!(said_at(at(1), 5 * hour), 5 * hour);
    assert_eq!(said_at(at(2), 5 * hour + 1500), 5 * hour + 1000, "what is less than a second is no news");
    assert_eq!(said_at(at(3), 6 * hour), 6 * hour);
    assert_eq!(said_at(at(4), 2 * hour), 2 * hour, "it is set back");
    assert_eq!(said_at(at(5), 2 * hour + 1000), 2 * hour + 1000);
}

#[test]
fn it_counts_what_the_chat_counts() {
    let mut hub = Hub::new(Config::default());
    let ann = open(&mut hub);
    say(&mut hub, Time::START, ann);
    let mut stats = Stats::default();
    hub.count(&mut stats);
    assert_eq!((stats.people, stats.rooms, stats.messages_in), (1, 1, 1));
}

#[test]
fn it_counts_each_batch_by_its_actions_and_knows_when_it_began() {
    let mut hub = Hub::new(Config::default());
    let ann = open(&mut hub);
    let opened = hub.take_batch().expect("she is let in");
    let [second, later] = [1, 2].map(|seconds| Time::after(Duration::from_secs(seconds)));
    say(&mut hub, second, ann);
    say(&mut hub, later, ann);
    let said = hub.take_batch().expect("something was said");
    assert_eq!((opened.begun_at, said.begun_at), (Time::START, second));
    assert!(hub.take_batch().is_none());
    let mut stats = Stats::default();
    hub.count(&mut stats);
    assert_eq!(stats.batch_actions.count(), 2, "no batch is no empty one");
    assert_eq!(stats.batch_actions.sum(), (opened.actions().len() + said.actions().len()) as u64);
}

#[test]
fn a_batch_has_room_until_its_lines_have_the_bytes_they_may_have() {
    let mut hub = Hub::new(Config::default());
    let ann = open(&mut hub);
    hub.take_batch();
    say(&mut hub, Time::START, ann);
    let line = hub.take_batch().expect("something was said").bytes();
    hub.config.limits.batch_bytes_max = 3 * line;
    for _ in 0..2 {
        say(&mut hub, Time::START, ann);
        assert!(hub.has_room());
    }
    say(&mut hub, Time::START, ann);
    assert!(!hub.has_room());
    assert_eq!(messages(hub.take_batch()).len(), 3);
    assert!(hub.has_room(), "the next batch is empty");
    assert!(hub.take_batch().is_none());
}

#[test]
fn a_hub_stops_when_it_is_told_to() {
    let mut hub = Hub::new(Config::default());
    let ann = open(&mut hub);
    assert!(!hub.is_stopped());
    hub.take_batch();
    hub.handle_stop(Time::START);
    assert!(hub.is_stopped());
    say(&mut hub, Time::START, ann);
    let batch = hub.take_batch().expect("everyone is to be told");
    assert_eq!(batch.actions(), [Action::Stop { message: Message::Stopping }]);
}

#[test]
fn a_record_of_each_thing_that_changes_what_all_share_is_kept_and_of_nothing_else() {
    let config = Config { rules: Rules { crowd_members: 0, ..Rules::default() }, ..Config::default() };
    let mut hub = Hub::<()>::new(config.clone());
    assert_eq!(hub.take_records(), []);
    hub.record();
    hub.handle_clock(Time::START, 1_000_000);
    let ann = open(&mut hub);
    let second = Time::after(Duration::from_secs(1));
    hub.handle_requests(second, ann, vec![Query::Rooms.into(), Notice::Fence.into(), Query::Help.into()]);
    say(&mut hub, second, ann);
    let late = Time::after(Duration::from_secs(9));
    hub.handle_timeout(late);
    hub.handle_closed(late, ann);
    hub.handle_stop(late);
    hub.handle_closed(late, ann);
    let command = |command| Event::Commanded { connection: ann, command };
    let expected = [
        (Time::START, Event::Clock { unix_ms: 1_000_000 }),
        (Time::START, Event::Opened { connection: ann, address: None }),
        (second, command(Command::Appear)),
        (second, command(Command::Say(Text::clean("hello").into()))),
        (late, Event::Woke),
        (late, Event::Closed { connection: ann }),
        (late, Event::ServerGone { server: 0 }),
    ];
    let records = hub.take_records();
    assert_eq!(records, expected.map(|(at, event)| Record { at, event }));
    assert_eq!(hub.take_records(), []);
    // Those who follow the log without the connections come to the same.
    let mut other = Hub::<()>::replica(config, 7);
    records[..6].iter().for_each(|record| other.apply(record.clone()));
    assert_eq!(other.chat.snapshot(), hub.chat.snapshot());
}
