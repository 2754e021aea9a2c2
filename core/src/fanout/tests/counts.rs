//! What an operator is told: how much was given, dropped and is queued, and why a connection was given up.

use super::*;
use crate::{Incident, Stats};

fn counts(writer: &Writer) -> (u64, u64, u64) {
    let mut stats = Stats::default();
    writer.fanout.count(&mut stats);
    (stats.messages_out, stats.dropped, stats.queued_bytes)
}

#[test]
fn a_message_counts_once_for_everyone_who_is_given_it() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.send([say(MAIN, "a"), say(MAIN, "b"), reply(one, "c")]);
    assert_eq!(counts(&writer), (5, 0, 0));
    writer.send([reply(two, "d"), leave(one), say(MAIN, "e")]);
    assert_eq!(counts(&writer), (7, 0, 0));
}

#[test]
fn a_message_counts_once_however_its_bytes_are_taken() {
    let (one, two) = (id(0), id(1));
    let len = "Ann: a\n".len();
    for takes in 0..=3 * len {
        let mut writer = Writer::with_members(&[one, two]);
        writer.takes.insert(100, takes);
        writer.send([say(MAIN, "a"), say(MAIN, "b"), say(MAIN, "c")]);
        assert_eq!(counts(&writer), (6, 0, (3 * len - takes) as u64), "{takes} bytes");
        writer.take(one, usize::MAX);
        assert_eq!(counts(&writer), (6, 0, 0), "{takes} bytes");
    }
}

#[test]
fn who_came_in_between_counts_only_for_what_is_said_from_then_on() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one]);
    writer.send([say(MAIN, "a"), say(MAIN, "b"), open(two), enter(two, MAIN), say(MAIN, "c")]);
    assert_eq!(counts(&writer), (4, 0, 0));
}

#[test]
fn what_is_queued_counts_also_for_those_who_have_left() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(100, 0);
    writer.takes.insert(101, 0);
    writer.send([say(MAIN, "a"), leave(two), Action::Close { connection: two, code: None }]);
    assert_eq!(counts(&writer), (2, 0, 2 * "Ann: a\n".len() as u64));
}

#[test]
fn what_is_dropped_counts_once_for_everyone_who_is_not_given_it() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(100, 0);
    writer.send(says(ROOM_FOR));
    let given = 2 * ROOM_FOR as u64;
    assert_eq!(counts(&writer), (given, 0, ROOM_FOR as u64 * 1000));
    writer.send(says(3));
    assert_eq!(counts(&writer), (given + 3, 3, ROOM_FOR as u64 * 1000));
}

#[test]
fn who_is_given_up_is_given_up_for_a_reason() {
    let one = id(0);
    let abandoned = |writer: &mut Writer| match writer.fanout.poll_output() {
        Some(Output::Abandon { socket: 100, incident }) => incident,
        other => panic!("not given up: {other:?}"),
    };

    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    writer.fanout.handle_timeout(Time::START + config().limits.stall_max);
    assert_eq!(abandoned(&mut writer), Some(Incident::Stalled));

    for what in [say(MAIN, "a"), reply(one, "a")] {
        let mut writer = Writer::with_members(&[one]);
        writer.failing = Some(100);
        writer.follow([what]);
        assert!(writer.poll_once());
        assert_eq!(abandoned(&mut writer), Some(Incident::Failed));
    }

    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 0);
    writer.send([Action::Stop { message: Message::Stopping }]);
    writer.fanout.handle_timeout(Time::START + config().limits.drain);
    assert_eq!(abandoned(&mut writer), None, "it is the server that stops");
}

#[test]
fn how_long_a_batch_took_counts_from_its_first_request_if_anybody_is_given_anything() {
    let mut writer = Writer::with_members(&[id(0)]);
    let [said_at, written_at] = [10, 15].map(|micros| Time::after(Duration::from_micros(micros)));
    let begun = |actions: Vec<Action>| {
        let mut batch = batch(actions);
        batch.begun_at = said_at;
        batch
    };
    for batch in [begun(vec![say(MAIN, "a"), say(MAIN, "b")]), begun(vec![leave(id(0))])] {
        writer.fanout.follow(said_at, &batch);
        writer.poll();
        writer.fanout.handle_through(written_at);
    }
    let mut stats = Stats::default();
    writer.fanout.count(&mut stats);
    assert_eq!((stats.delay_micros.count(), stats.delay_micros.sum()), (1, 5));
}
