//! How connections end: closed, failed, stalled, or by the server that stops; and that nothing of them is left.

use super::*;

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
    let (old, new) = (ConnectionId::new(0, 0, 1), ConnectionId::new(0, 0, 2));
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
    let drained = Time::START + config().limits.drain;
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
fn a_server_that_stops_waits_for_as_long_as_it_was_told_last() {
    let one = id(0);
    let mut writer = Writer::with_members(&[one]);
    writer.takes.insert(100, 3);
    writer.send([say(MAIN, "a")]);
    let limits = Limits { drain: Duration::from_secs(20), ..config().limits };
    writer.fanout.reload(&Config { limits, ..config() });
    writer.send([Action::Stop { message: Message::Stopping }]);
    assert_eq!(writer.told(), ["await 100"]);
    let drained = Time::after(Duration::from_secs(20));
    assert_eq!(writer.fanout.poll_timeout(), Some(drained));
    for (now, told) in [(Time::START + config().limits.drain, vec![]), (drained, vec!["abandon 100"])] {
        writer.fanout.handle_timeout(now);
        writer.poll();
        assert_eq!(writer.told(), told);
    }
}

#[test]
fn a_connection_that_is_cut_is_ended_both_ways_once_all_was_written() {
    let (one, two) = (id(0), id(1));
    let mut writer = Writer::with_members(&[one, two]);
    writer.takes.insert(100, 3);
    writer.send([say(MAIN, "a"), leave(one), Action::Cut { connection: one }, Action::Cut { connection: two }]);
    assert_eq!(writer.told(), ["await 100", "abandon 101"], "it has left its room, too");
    writer.send([reply(one, "to nobody"), say(MAIN, "b")]);
    writer.take(one, usize::MAX);
    assert_eq!(writer.told(), ["abandon 100"]);
    assert_eq!((writer.lines(one), writer.lines(two)), (ann(["a"]), ann(["a"])));
    writer.assert_empty();
}
