//! What those are sent who are spoken to in different forms: each the same, in the same order, in their own.

use bytes::BytesMut;

use super::*;
use crate::Identity;
use crate::wire::Encoding;

fn open_web(connection: ConnectionId) -> Action {
    Action::Open { connection, form: Form::Web, dialect: Dialect::Lf }
}

/// The frames as they are received.
fn frames<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Vec<u8> {
    let mut out = BytesMut::new();
    messages.into_iter().for_each(|message| Encoding::of(Form::Web, Dialect::Lf).encode(message, &mut out, |_| {}));
    out.to_vec()
}

impl Writer {
    /// Starts with the first of these on lines and the second with a browser, in `main`.
    fn with_both([line, web]: [ConnectionId; 2]) -> Self {
        let mut writer = Self::new();
        writer.follow([open(line), enter(line, MAIN), open_web(web), enter(web, MAIN)]);
        writer
    }

    fn bytes(&mut self, connection: ConnectionId) -> Vec<u8> {
        self.received.remove(&connection.generation()).unwrap_or_default()
    }
}

#[test]
fn each_gets_the_same_in_their_own_form() {
    let (line, web) = (id(0), id(1));
    let mut writer = Writer::with_both([line, web]);
    let reply = |connection, text| Action::Reply { connection, message: said(text) };
    writer.send([say(MAIN, "a"), reply(web, "b"), say(MAIN, "c"), reply(line, "d"), leave(web), say(MAIN, "e")]);
    assert_eq!(writer.bytes(web), frames(&["a", "b", "c"].map(said)));
    assert_eq!(writer.lines(line), ann(["a", "c", "d", "e"]));
    writer.send([leave(line), enter(web, MAIN), say(MAIN, "f"), leave(web), enter(web, PIZZA)]);
    assert_eq!(writer.bytes(web), frames(&[said("f")]));
    assert_eq!(writer.lines(line), [""; 0]);
}

#[test]
fn the_memberships_of_one_form_are_not_those_of_the_other() {
    let people: Vec<_> = (0..6).map(id).collect();
    let mut writer = Writer::new();
    for (index, &person) in people.iter().enumerate() {
        writer.follow([if index % 2 == 0 { open(person) } else { open_web(person) }, enter(person, MAIN)]);
    }
    writer.send([leave(people[0]), leave(people[1]), say(MAIN, "a"), enter(people[1], MAIN), say(MAIN, "b")]);
    for (index, &person) in people.iter().enumerate() {
        let heard: &[&str] = [&[][..], &["b"], &["a", "b"]][index.min(2)];
        if index % 2 == 0 {
            assert_eq!(writer.lines(person), ann(heard.iter().copied()), "{index}");
        } else {
            assert_eq!(
                writer.bytes(person),
                frames(&heard.iter().map(|text| said(text)).collect::<Vec<_>>()),
                "{index}"
            );
        }
    }
    writer.send(people.iter().map(|&person| close(person)));
    writer.assert_empty();
}

#[test]
fn what_a_slow_browser_missed_is_told_in_its_form_where_it_is_missing() {
    let (line, web) = (id(0), id(1));
    let mut writer = Writer::with_both([line, web]);
    writer.takes.insert(web.generation(), 0);
    let messages: Vec<_> = (0..200).map(|number| said(&long(number))).collect();
    writer.send(messages.iter().map(|message| Action::Broadcast {
        room: MAIN,
        audience: 2,
        except: None,
        message: message.clone(),
    }));
    assert_eq!(writer.lines(line).len(), 200);
    writer.take(web, usize::MAX);
    let received = writer.bytes(web);
    let fit = ((128 << 10) - (40 << 10)) / frames(&messages[..1]).len();
    let dropped = Message::Dropped { count: 200 - fit as u64 };
    assert_eq!(received, frames(messages[..fit].iter().chain([&dropped])));
}

/// What is said as the numbered messages of a room, at times that are given.
fn numbered(times: &[u64]) -> Vec<Message> {
    let name = |text| Name::parse(text).expect("a name");
    let message = |(seq, &time_ms): (u64, &u64)| Message::Said {
        room: name("main"),
        name: name("Ann"),
        texts: Text::clean(&seq.to_string()).into(),
        time_ms,
        seq,
        manner: None,
    };
    (1..).zip(times).map(message).collect()
}

fn broadcast(message: &Message) -> Action {
    Action::Broadcast { room: MAIN, audience: 2, except: None, message: message.clone() }
}

/// Says how many messages each frame of what was said brings.
fn said_in_frames(mut bytes: &[u8]) -> Vec<usize> {
    let mut counts = Vec::new();
    while let [0x81, len, rest @ ..] = bytes {
        let (len, rest) = match len {
            126 => (usize::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..]),
            &len => (usize::from(len), rest),
        };
        let object: serde_json::Value = serde_json::from_slice(&rest[..len]).expect("it is JSON");
        counts.push(object["said"].as_array().map_or(0, Vec::len));
        bytes = &rest[len..];
    }
    assert!(bytes.is_empty());
    counts
}

#[test]
fn what_is_said_one_after_the_other_at_one_time_comes_in_one_frame() {
    let (line, web) = (id(0), id(1));
    let mut writer = Writer::with_both([line, web]);
    writer.send(numbered(&[7, 7, 7, 8, 8]).iter().map(broadcast));
    assert_eq!(said_in_frames(&writer.bytes(web)), [3, 2]);
    assert_eq!(writer.lines(line), ann(["1", "2", "3", "4", "5"]));
    let mut stats = Stats::default();
    writer.fanout.count(&mut stats);
    assert_eq!(stats.messages_out, 10, "each message counts");
}

#[test]
fn what_is_said_in_a_row_is_heard_as_if_it_were_said_one_by_one() {
    let texts: Vec<_> = (0..100).map(long).collect();
    let in_a_row = [&texts[..40], &texts[40..]].into_iter().zip([1, 41]).map(|(texts, first)| {
        let mut message = Message::said_in_a_row(texts);
        if let Message::Said { seq, .. } = &mut message {
            *seq = first;
        }
        broadcast(&message)
    });
    let one_by_one = (1..).zip(&texts).map(|(number, text)| {
        let mut message = said(text);
        if let Message::Said { seq, .. } = &mut message {
            *seq = number;
        }
        broadcast(&message)
    });
    let (line, web) = (id(0), id(1));
    let heard = [in_a_row.collect::<Vec<_>>(), one_by_one.collect()].map(|actions| {
        let mut writer = Writer::with_both([line, web]);
        // Neither takes anything at first, and not all finds room.
        writer.takes.extend([(line.generation(), 0), (web.generation(), 0)]);
        writer.send(actions);
        for connection in [line, web] {
            writer.take(connection, usize::MAX);
        }
        let mut stats = Stats::default();
        writer.fanout.count(&mut stats);
        assert!(stats.dropped > 20, "{stats:?}");
        (writer.bytes(line), writer.bytes(web), stats.messages_out, stats.dropped)
    });
    assert!(heard[0] == heard[1]);
}

#[test]
fn a_frame_ends_where_anybody_there_is_told_something_else_comes_or_leaves() {
    let (line, web) = (id(0), id(1));
    let joined = {
        let [room, name] = ["main", "Bob"].map(|name| Name::parse(name).expect("a name"));
        Message::Joined { room, name, identity: Identity::default(), time_ms: 0 }
    };
    let other = id(2);
    let between: [(Vec<Action>, &[usize]); 5] = [
        (vec![broadcast(&joined)], &[2, 0, 2]),
        (vec![Action::Reply { connection: web, message: joined.clone() }], &[2, 0, 2]),
        (vec![open_web(other), enter(other, MAIN)], &[2, 2]),
        (vec![Action::Reply { connection: line, message: joined }], &[4]),
        (vec![leave(web), enter(web, MAIN)], &[2, 2]),
    ];
    for (actions, counts) in between {
        let mut writer = Writer::with_both([line, web]);
        let said = numbered(&[7; 4]).into_iter().map(|message| broadcast(&message));
        let said: Vec<_> = said.collect();
        writer.send([&said[..2], &actions, &said[2..]].concat());
        assert_eq!(said_in_frames(&writer.bytes(web)), counts, "{actions:?}");
        if actions.len() == 2 && actions[1] == enter(other, MAIN) {
            assert_eq!(said_in_frames(&writer.bytes(other)), [2], "who comes hears what is said from then on");
        }
    }
}

#[test]
fn a_slow_browser_misses_whole_frames_and_each_message_in_them_counts() {
    let (line, web) = (id(0), id(1));
    let mut writer = Writer::with_both([line, web]);
    writer.takes.insert(web.generation(), 0);
    writer.send(numbered(&[7; 10_000]).iter().map(broadcast));
    assert_eq!(writer.lines(line).len(), 10_000);
    writer.take(web, usize::MAX);
    let bytes = writer.bytes(web);
    let notice = frames(&[Message::Dropped { count: 0 }]).len() + 3;
    let given: usize = said_in_frames(&bytes).iter().sum();
    assert!((1000..9999).contains(&given), "{given}");
    assert!(bytes.ends_with(format!("\"count\":{}}}", 10_000 - given).as_bytes()));
    assert!(said_in_frames(&bytes).iter().all(|&count| count < 400), "no frame is much longer than 8 KiB");
    assert!(bytes.len() - notice <= (128 << 10) - (40 << 10));
}

#[test]
fn a_stop_closes_each_in_its_own_way() {
    let (line, web) = (id(0), id(1));
    let mut writer = Writer::with_both([line, web]);
    writer.send([Action::Stop { message: Message::Stopping }]);
    assert_eq!(writer.lines(line), ["Server is shutting down"]);
    let bye = Message::Bye { code: CloseCode::GOING_AWAY };
    assert_eq!(writer.bytes(web), frames(&[Message::Stopping, bye]));
    assert_eq!(writer.told(), [format!("abandon {}", line.generation()), format!("abandon {}", web.generation())]);
    let mut stats = Stats::default();
    writer.fanout.count(&mut stats);
    assert_eq!(stats.messages_out, 2, "to be closed is no message");
}

fn speak(connection: ConnectionId, dialect: Dialect) -> Action {
    Action::Speak { connection, dialect }
}

#[test]
fn whoever_speaks_telnet_is_told_the_same_with_other_ends_from_there_on() {
    let [ann_id, bob, cid] = [0, 1, 2].map(id);
    let mut writer = Writer::new();
    writer.follow([ann_id, bob, cid].into_iter().flat_map(|person| [open(person), enter(person, MAIN)]));
    let reply = |connection, text| Action::Reply { connection, message: said(text) };
    writer.send([say(MAIN, "a"), speak(bob, Dialect::CrLf), say(MAIN, "b"), reply(bob, "c"), say(MAIN, "d")]);
    assert_eq!(writer.bytes(ann_id), b"Ann: a\nAnn: b\nAnn: d\n");
    assert_eq!(writer.bytes(bob), b"Ann: a\nAnn: b\r\nAnn: c\r\nAnn: d\r\n");
    writer.send([speak(bob, Dialect::Telnet), say(MAIN, "e"), leave(bob), enter(bob, PIZZA), say(PIZZA, "f")]);
    assert_eq!(writer.bytes(bob), b"Ann: e\r\nAnn: f\r\n");
    // Who is in no room, or was told so at the start.
    let dan = id(3);
    let come = Action::Open { connection: dan, form: Form::Lines, dialect: Dialect::Telnet };
    writer.send([leave(cid), speak(cid, Dialect::CrLf), enter(cid, MAIN), come, enter(dan, MAIN), say(MAIN, "g")]);
    assert_eq!(writer.bytes(cid), b"Ann: a\nAnn: b\nAnn: d\nAnn: e\nAnn: g\r\n");
    assert_eq!(writer.bytes(dan), b"Ann: g\r\n");
    writer.send([ann_id, bob, cid, dan].map(close));
    writer.assert_empty();
}

#[test]
fn whoever_learns_it_in_the_middle_of_what_a_crowd_is_given_misses_nothing_and_has_nothing_twice() {
    let people: Vec<_> = (0..200).map(id).collect();
    for given in [0, 1, 63, 64, 150] {
        let mut writer = Writer::new();
        writer.follow(people.iter().flat_map(|&person| [open(person), enter(person, MAIN)]));
        writer.follow([say(MAIN, "a")]);
        for _ in 0..given {
            assert!(writer.poll_once());
        }
        let changed = [0, 1, 62, 63, 64, 100, 199];
        writer.follow(changed.map(|index| speak(people[index], Dialect::CrLf)).into_iter().chain([say(MAIN, "b")]));
        writer.poll();
        for (index, &person) in people.iter().enumerate() {
            let end = if changed.contains(&index) { "\r\n" } else { "\n" };
            let expected = format!("Ann: a\nAnn: b{end}");
            assert_eq!(String::from_utf8_lossy(&writer.bytes(person)), expected, "{index} after {given}");
        }
    }
}

#[test]
fn what_a_slow_reader_missed_is_told_with_the_ends_that_their_lines_have_then() {
    let slow = id(0);
    let mut writer = Writer::new();
    writer.follow([open(slow), enter(slow, MAIN)]);
    writer.takes.insert(slow.generation(), 0);
    writer.send((0..200).map(|number| say(MAIN, &long(number))));
    writer.send([speak(slow, Dialect::CrLf)]);
    writer.take(slow, usize::MAX);
    let received = String::from_utf8(writer.bytes(slow)).expect("it is text");
    let (lines, notice) = received.trim_end().rsplit_once('\n').expect("there are many");
    assert!(!lines.contains('\r') && received.ends_with("\r\n"));
    assert!(notice.starts_with("Server is very busy and dropped "), "{notice}");
}
