//! What comes of bytes that something between has taken, such as TLS, and the socket has not.

use super::*;
use crate::{Incident, Stats};

/// Starts with these in `main`, with something before the socket of the first.
fn with_layer(members: &[ConnectionId]) -> Writer {
    let mut writer = Writer::with_members(members);
    writer.held.insert(100, Vec::new());
    writer
}

fn held(writer: &Writer) -> u64 {
    let mut stats = Stats::default();
    writer.fanout.count(&mut stats);
    stats.held_bytes
}

#[test]
fn the_tail_of_a_burst_goes_out_though_nobody_speaks_again() {
    let (one, two) = (id(0), id(1));
    let mut writer = with_layer(&[one, two]);
    writer.takes.insert(100, 3);
    writer.send([say(MAIN, "a")]);
    assert_eq!(writer.told(), ["await 100"], "its queue is empty, and it is waited for all the same");
    let left = "Ann: a\n".len() - 3;
    assert_eq!((writer.queued(one), held(&writer)), (left, left as u64));
    writer.take(one, 1);
    assert_eq!(writer.told(), ["await 100"]);
    writer.send([say(MAIN, "b"), reply(one, "c")]);
    writer.take(one, usize::MAX);
    assert_eq!(writer.lines(one), ann(["a", "b", "c"]));
    assert_eq!((writer.queued(one), held(&writer)), (0, 0));
    writer.send([leave(one), close(one), leave(two), close(two)]);
    assert_eq!(writer.told(), ["finish 100", "finish 101"]);
    writer.assert_empty();
}

#[test]
fn who_leaves_is_let_go_when_what_is_held_has_gone_out() {
    let one = id(0);
    let mut writer = with_layer(&[one]);
    writer.takes.insert(100, 0);
    writer.send([reply(one, "a"), leave(one), close(one)]);
    assert_eq!(writer.told(), ["await 100"]);
    writer.take(one, "Ann: a\n".len());
    assert_eq!(writer.told(), ["finish 100"]);
    writer.assert_empty();
}

#[test]
fn a_stall_counts_from_the_last_byte_that_the_socket_took() {
    let one = id(0);
    let mut writer = with_layer(&[one]);
    let (wait, stall_max) = (Duration::from_secs(59), Duration::from_secs(60));
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "abcdef")]);
    assert_eq!(writer.told(), ["await 100"]);
    // Each time it takes one byte of what is held.
    for _ in 0..3 {
        writer.now = writer.now + wait;
        writer.fanout.handle_timeout(writer.now);
        writer.take(one, 1);
        assert_eq!(writer.told(), ["await 100"]);
    }
    // More is taken in between from who speaks, but not by the socket.
    writer.now = writer.now + wait;
    writer.send([say(MAIN, "g")]);
    writer.take(one, 0);
    assert_eq!(writer.told(), ["await 100"]);
    writer.now = writer.now + (stall_max - wait);
    writer.fanout.handle_timeout(writer.now);
    writer.poll();
    assert_eq!(writer.told(), ["abandon 100"]);
}

#[test]
fn what_is_held_counts_for_the_limit() {
    let one = id(0);
    let mut writer = with_layer(&[one]);
    writer.takes.insert(100, 0);
    for action in says(ROOM_FOR + 5) {
        writer.send([action]);
    }
    assert_eq!((writer.queued(one), held(&writer)), (ROOM_FOR * 1000, 1000));
    assert_eq!(writer.told(), ["await 100", "pause 100"]);
    writer.take(one, usize::MAX);
    let lines = writer.lines(one);
    assert_eq!((lines.len(), lines.last()), (ROOM_FOR + 1, Some(&dropped(5))));
}

#[test]
fn one_that_fails_or_is_cut_with_something_held_leaves_nothing() {
    let one = id(0);
    let mut writer = with_layer(&[one]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    writer.failing = Some(100);
    writer.take(one, usize::MAX);
    writer.send([leave(one), close(one)]);
    assert_eq!(writer.told(), ["await 100", "abandon 100"]);
    writer.assert_empty();

    let mut writer = with_layer(&[one]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    writer.fanout.outboxes.cut(one, Incident::Unanswered);
    writer.take(one, usize::MAX);
    assert_eq!(writer.told(), ["await 100", "abandon 100"]);
    assert_eq!(writer.lines(one), ann(["a"]));
}

#[test]
fn however_little_is_taken_each_is_given_all_in_its_order() {
    let (one, two) = (id(0), id(1));
    for seed in 1..200u32 {
        let mut writer = with_layer(&[one, two]);
        let mut random = seed;
        let mut draw = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % below
        };
        let mut expected = Vec::new();
        for number in 0..60u32 {
            let text = "x".repeat(1 + draw(40) as usize) + &number.to_string();
            expected.push(format!("Ann: {text}"));
            let action = if draw(3) == 0 { reply(one, &text) } else { say(MAIN, &text) };
            let takes = draw(70) as usize;
            if draw(2) == 0 {
                writer.takes.insert(100, takes);
                writer.send([action]);
            } else {
                writer.send([action]);
                writer.take(one, takes);
            }
        }
        writer.take(one, usize::MAX);
        assert_eq!(writer.lines(one), expected, "{seed}");
        assert_eq!((writer.queued(one), held(&writer)), (0, 0), "{seed}");
    }
}
