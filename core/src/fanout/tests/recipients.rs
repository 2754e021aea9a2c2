//! What all in a room but one are sent, and what one is sent unasked: in each encoding, in the order of the actions.

use bytes::BytesMut;

use super::*;
use crate::wire::Encoding;

/// The encodings in which somebody is spoken to, by how they came.
const ENCODINGS: [(Form, Dialect); 3] =
    [(Form::Lines, Dialect::Lf), (Form::Lines, Dialect::CrLf), (Form::Web, Dialect::Lf)];

impl Writer {
    /// Starts with these connections in `main`, all of one encoding.
    fn with_encoding((form, dialect): (Form, Dialect), members: &[ConnectionId]) -> Self {
        let mut writer = Self::new();
        writer.follow(members.iter().flat_map(|&connection| {
            [Action::Open { connection, form, dialect }, Action::Enter { connection, room: MAIN }]
        }));
        writer
    }

    /// Asserts that a connection was sent just these texts of Ann since this was last asked.
    fn assert_sent(&mut self, (form, dialect): (Form, Dialect), connection: ConnectionId, texts: &[&str]) {
        let messages: Vec<_> = texts.iter().map(|text| said(text)).collect();
        self.assert_sent_messages((form, dialect), connection, &messages);
    }

    fn assert_sent_messages(
        &mut self,
        (form, dialect): (Form, Dialect),
        connection: ConnectionId,
        messages: &[Message],
    ) {
        let mut expected = BytesMut::new();
        let encoding = Encoding::of(form, dialect);
        messages.iter().for_each(|message| encoding.encode(message, &mut expected, |_| {}));
        let received = self.received.remove(&connection.generation()).unwrap_or_default();
        assert_eq!(
            String::from_utf8_lossy(&received),
            String::from_utf8_lossy(&expected),
            "{connection} by {form:?} {dialect:?}"
        );
    }
}

#[test]
fn the_one_left_out_is_sent_what_comes_before_and_after_but_not_that() {
    let [one, two, three] = [0, 1, 2].map(id);
    for way in ENCODINGS {
        let mut writer = Writer::with_encoding(way, &[one, two, three]);
        writer.send([say(MAIN, "a"), say_to_others(two, MAIN, "b"), say(MAIN, "c"), say_to_others(two, MAIN, "d")]);
        writer.assert_sent(way, one, &["a", "b", "c", "d"]);
        writer.assert_sent(way, two, &["a", "c"]);
        writer.assert_sent(way, three, &["a", "b", "c", "d"]);
        writer.send([say_to_others(one, MAIN, "e")]);
        writer.assert_sent(way, one, &[]);
        writer.assert_sent(way, two, &["e"]);
        writer.send([say_to_others(one, MAIN, "f"), reply(one, "g"), say(MAIN, "h")]);
        writer.assert_sent(way, one, &["g", "h"]);
        writer.assert_sent(way, three, &["e", "f", "h"]);
    }
}

#[test]
fn whoever_is_left_out_while_a_crowd_is_being_given_something_has_all_of_that_once() {
    let members: Vec<_> = (0..200).map(id).collect();
    for way in ENCODINGS {
        for left_out in [0, 15, 16, 100, 199] {
            let mut writer = Writer::with_encoding(way, &members);
            writer.follow([say(MAIN, "a")]);
            for _ in 0..16 {
                writer.poll_once();
            }
            writer.follow([say_to_others(id(left_out), MAIN, "b"), say(MAIN, "c")]);
            writer.poll();
            for &member in &members {
                let texts: &[_] = if member == id(left_out) { &["a", "c"] } else { &["a", "b", "c"] };
                writer.assert_sent(way, member, texts);
            }
        }
    }
}

#[test]
fn whoever_is_left_out_and_is_elsewhere_or_gone_changes_nothing() {
    let [one, two, three] = [0, 1, 2].map(id);
    for way in ENCODINGS {
        let mut writer = Writer::with_encoding(way, &[one, two]);
        writer.send([leave(two), enter(two, PIZZA), say(PIZZA, "a"), say_to_others(two, MAIN, "b"), say(PIZZA, "c")]);
        writer.assert_sent(way, one, &["b"]);
        writer.assert_sent(way, two, &["a", "c"]);
        writer.send([say_to_others(three, MAIN, "d"), say_to_others(ConnectionId::new(0, 0, 7), MAIN, "e")]);
        writer.assert_sent(way, one, &["d", "e"]);
        writer.send([close(one), close(two)]);
        writer.assert_empty();
    }
}

#[test]
fn what_is_delivered_to_one_comes_in_its_place() {
    let [one, two] = [0, 1].map(id);
    for way in ENCODINGS {
        let mut writer = Writer::with_encoding(way, &[one, two]);
        writer.send([say(MAIN, "a"), deliver(one, "b"), say(MAIN, "c"), reply(one, "d"), deliver(one, "e")]);
        writer.assert_sent(way, one, &["a", "b", "c", "d", "e"]);
        writer.assert_sent(way, two, &["a", "c"]);
        let mut stats = Stats::default();
        writer.fanout.count(&mut stats);
        assert_eq!((stats.messages_out, stats.dropped), (7, 0));
        writer.send([
            deliver(id(7), "nobody"),
            leave(one),
            deliver(one, "in no room"),
            close(one),
            deliver(one, "late"),
        ]);
        writer.assert_sent(way, one, &["in no room"]);
    }
}

#[test]
fn what_is_delivered_is_dropped_and_counted_where_a_queue_is_full_and_told_where_it_is_missing() {
    let [one, two] = [0, 1].map(id);
    for way in ENCODINGS {
        let mut writer = Writer::with_encoding(way, &[one, two]);
        writer.takes.insert(one.generation(), 0);
        for number in 0..200 {
            writer.send([deliver(one, &long(number))]);
        }
        let mut stats = Stats::default();
        writer.fanout.count(&mut stats);
        let (given, dropped) = (stats.messages_out, stats.dropped);
        assert_eq!(given + dropped, 200);
        assert!((60..=90).contains(&given), "{given} found a place");
        assert_eq!(writer.told(), ["await 100", "pause 100"]);
        writer.send([reply(one, "asked for"), deliver(one, "unasked")]);
        writer.take(one, usize::MAX);
        let mut expected: Vec<_> = (0..given as usize).map(|number| said(&long(number))).collect();
        expected.extend([Message::Dropped { count: dropped }, said("asked for"), Message::Dropped { count: 1 }]);
        writer.assert_sent_messages(way, one, &expected);
        writer.send([deliver(one, "again")]);
        writer.assert_sent(way, one, &["again"]);
    }
}

const KEBAB: RoomId = RoomId::new(2);

#[test]
fn in_several_rooms_one_is_sent_all_in_the_order_of_the_actions() {
    let [one, two, three] = [0, 1, 2].map(id);
    for way in ENCODINGS {
        let mut writer = Writer::with_encoding(way, &[one, two, three]);
        writer.send([
            say(MAIN, "a"),
            enter(one, PIZZA),
            say(PIZZA, "b"),
            say(MAIN, "c"),
            enter(two, PIZZA),
            reply(one, "d"),
            say(PIZZA, "e"),
            deliver(one, "f"),
            say_to_others(one, PIZZA, "g"),
            enter(one, KEBAB),
            say(KEBAB, "h"),
            say(MAIN, "i"),
            leave(one),
            say(MAIN, "j"),
            say(PIZZA, "k"),
            leave_room(one, KEBAB),
            say(KEBAB, "l"),
            say(PIZZA, "m"),
        ]);
        writer.assert_sent(way, one, &["a", "b", "c", "d", "e", "f", "h", "i", "k", "m"]);
        writer.assert_sent(way, two, &["a", "c", "e", "g", "i", "j", "k", "m"]);
        writer.assert_sent(way, three, &["a", "c", "i", "j"]);
        let mut stats = Stats::default();
        writer.fanout.count(&mut stats);
        assert_eq!((stats.messages_out, stats.dropped), (10 + 8 + 4, 0));
        writer.send([say(PIZZA, "n"), close(one), say(PIZZA, "o"), close(two), close(three)]);
        writer.assert_sent(way, one, &["n"]);
        writer.assert_sent(way, two, &["n", "o"]);
        writer.assert_empty();
    }
}

#[test]
fn in_several_rooms_one_is_sent_all_once_whoever_else_comes_and_goes() {
    let people = [0, 1, 2, 3].map(id);
    for way in ENCODINGS {
        for leaver in people {
            let mut writer = Writer::with_encoding(way, &people);
            writer.send(people.map(|person| enter(person, PIZZA)));
            writer.send([say(MAIN, "a"), say(PIZZA, "b"), leave(leaver), say(MAIN, "c"), say(PIZZA, "d")]);
            writer.send([
                enter(leaver, MAIN),
                say(MAIN, "e"),
                leave_room(leaver, PIZZA),
                say(PIZZA, "f"),
                say(MAIN, "g"),
            ]);
            for person in people {
                let texts: &[_] =
                    if person == leaver { &["a", "b", "d", "e", "g"] } else { &["a", "b", "c", "d", "e", "f", "g"] };
                writer.assert_sent(way, person, texts);
            }
            writer.send(people.map(close));
            writer.assert_empty();
        }
    }
}

#[test]
fn whoever_enters_another_room_while_a_crowd_is_being_given_something_has_all_of_that_once() {
    let members: Vec<_> = (0..200).map(id).collect();
    for way in ENCODINGS {
        for mover in [0, 3, 4, 15, 16, 100, 199] {
            let mut writer = Writer::with_encoding(way, &members);
            writer.follow([say(MAIN, "a")]);
            for _ in 0..5 {
                writer.poll_once();
            }
            writer.follow([enter(id(mover), PIZZA), say(PIZZA, "b")]);
            writer.poll_once();
            writer.follow([say(MAIN, "c")]);
            writer.poll_once();
            writer.follow([leave_room(id(mover), PIZZA), say(PIZZA, "d"), say(MAIN, "e")]);
            writer.poll();
            writer.send([say(MAIN, "f")]);
            for &member in &members {
                let texts: &[_] = if member == id(mover) { &["a", "b", "c", "e", "f"] } else { &["a", "c", "e", "f"] };
                writer.assert_sent(way, member, texts);
            }
        }
    }
}

#[test]
fn in_several_rooms_what_finds_no_place_is_dropped_counted_and_told_where_it_is_missing() {
    let [one, two] = [0, 1].map(id);
    for way in ENCODINGS {
        let mut writer = Writer::with_encoding(way, &[one, two]);
        writer.send([enter(one, PIZZA)]);
        writer.takes.insert(one.generation(), 0);
        for number in 0..200 {
            writer.send([say(if number % 2 == 0 { MAIN } else { PIZZA }, &long(number))]);
        }
        let mut stats = Stats::default();
        writer.fanout.count(&mut stats);
        assert_eq!(stats.messages_out + stats.dropped, 200 + 100);
        let given = 200 - stats.dropped as usize;
        assert!((60..=90).contains(&given), "{given} found a place");
        writer.send([reply(one, "asked for"), say(PIZZA, "gone")]);
        writer.take(one, usize::MAX);
        let mut expected: Vec<_> = (0..given).map(|number| said(&long(number))).collect();
        expected.extend([Message::Dropped { count: stats.dropped }, said("asked for"), Message::Dropped { count: 1 }]);
        writer.assert_sent_messages(way, one, &expected);
        writer.send([say(MAIN, "again")]);
        writer.assert_sent(way, one, &["again"]);
    }
}

#[test]
fn in_several_rooms_one_may_learn_another_dialect() {
    let [one, two] = [0, 1].map(id);
    let mut writer = Writer::with_members(&[one, two]);
    let learn = Action::Speak { connection: one, dialect: Dialect::CrLf };
    writer.send([enter(one, PIZZA), say(MAIN, "a"), learn, say(PIZZA, "b"), say(MAIN, "c")]);
    assert_eq!(writer.received.remove(&100).expect("it was written to"), b"Ann: a\nAnn: b\r\nAnn: c\r\n");
    assert_eq!(writer.lines(two), ann(["a", "c"]));
}
