//! What is written when sockets take any part of what they are offered, and what is kept until they take it.

use bytes::BytesMut;

use super::*;

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
    let members: Vec<_> = (0..10_000).map(id).collect();
    let mut writer = Writer::new();
    writer.follow(members.iter().flat_map(|&member| {
        let room = RoomId::new(member.slot());
        [open(member), enter(member, room), say(room, "a")]
    }));
    // What comes in two batches is put together in a buffer.
    writer.send(members.iter().map(|member| say(RoomId::new(member.slot()), "b")));
    assert!(writer.received.values().all(|received| received == b"Ann: a\nAnn: b\n"));
    let (spares, bytes) = writer.fanout.audiences.spares();
    assert!((1..10_000).contains(&spares) && bytes <= 256 << 10, "{spares} buffers of {bytes} bytes are kept");
    writer.send(members.iter().flat_map(|&member| [leave(member), close(member)]));
    writer.assert_empty();
}

#[test]
fn what_large_batches_were_put_together_in_is_used_again() {
    let mut writer = Writer::with_members(&[id(0), id(1)]);
    for _ in 0..3 {
        writer.follow(says(30));
        writer.send(says(30));
        let (spares, bytes) = writer.fanout.audiences.spares();
        assert!(spares == 1 && bytes >= 60_000, "{spares} buffers of {bytes} bytes are kept");
    }
}

#[test]
fn who_keeps_a_little_does_not_keep_the_buffer_of_a_lot() {
    let slow = id(1);
    let mut writer = Writer::with_members(&[id(0), slow]);
    writer.follow(says(30));
    writer.send(says(30));
    writer.takes.insert(101, 0);
    writer.follow(says(1));
    writer.send(says(2));
    assert_eq!(writer.queued(slow), 3 * 1000);
    let (spares, bytes) = writer.fanout.audiences.spares();
    assert!(spares == 1 && bytes >= 60_000, "{spares} buffers of {bytes} bytes are kept");
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
        Encoding::default().encode(&said(text), &mut expected, |_| {});
        let held = writer.queued(one);
        writer.take(one, held * (index % 5) / 8);
    }
    writer.take(one, usize::MAX);
    assert_eq!(writer.received[&100], expected);
}

#[test]
fn debug_hides_what_is_said_and_what_is_queued() {
    let (lines, web) = (id(0), id(1));
    let mut writer = Writer::new();
    writer.send([open(lines), enter(lines, MAIN), open_web(web), enter(web, MAIN)]);
    let shows = |writer: &Writer| format!("{:?}", writer.fanout).contains("secret");
    writer.follow([say(MAIN, "a secret")]);
    assert!(!shows(&writer), "{:?}", writer.fanout);
    let output = format!("{:?}", writer.fanout.poll_output());
    assert!(
        output.starts_with("Some(Write(") && !output.contains("secret") && !output.contains("115, 101"),
        "{output}"
    );
    writer.fanout.handle_written(writer.now, Written::Bytes(0));
    writer.takes.extend([(100, 0), (101, 0)]);
    writer.send([reply(lines, "a secret"), reply(web, "a secret")]);
    assert!(writer.queued(lines) > 0 && writer.queued(web) > 0);
    assert!(!shows(&writer), "{:?}", writer.fanout);
}
