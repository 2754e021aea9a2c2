//! What happens when a queue is full: what is dropped, counted and told, and how long a reader is paused.

use super::*;

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
    assert_eq!((writer.fanout.dropped(one), writer.fanout.dropped(two)), (6, 0));

    writer.take(one, usize::MAX);
    assert_eq!(writer.fanout.dropped(one), 0, "it is counted while something is queued");
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
fn what_is_nothing_in_somebody_s_form_is_not_written_to_them_and_not_missed() {
    let nothing = |room| {
        let message = Message::Irc(Box::new(IrcMessage::Welcome));
        Action::Broadcast { room, audience: 1, except: None, message }
    };
    for form in [Form::Lines, Form::Web] {
        let one = id(0);
        let mut writer = Writer::new();
        let opened = if form == Form::Web { open_web(one) } else { open(one) };
        writer.send([opened, enter(one, MAIN), nothing(MAIN)]);
        writer.send([enter(one, PIZZA), nothing(PIZZA)]);
        assert_eq!(writer.received.remove(&100), None, "{form:?}");
        writer.takes.insert(100, 0);
        writer.send(says(ROOM_FOR + 5));
        writer.send([nothing(MAIN), say(MAIN, "gone"), nothing(MAIN), nothing(PIZZA)]);
        let mut stats = Stats::default();
        writer.fanout.count(&mut stats);
        assert!(stats.dropped > 1, "{form:?}");
        assert_eq!(stats.dropped + stats.messages_out, ROOM_FOR as u64 + 6, "{form:?}");
    }
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
    // A window of which all but one byte was asked for, in the shortest of replies, each after a notice; then the
    // longest.
    let taken = |name| Message::Taken { name: Name::parse(name).expect("a name") };
    for _ in 0..(16 << 10) / 160 {
        writer.send([say(MAIN, "x"), Action::Reply { connection: one, message: taken("twentycharactersname") }]);
    }
    let word = Text::clean(&format!("/{}", "😀".repeat(4095)));
    writer.send([say(MAIN, "x"), Action::Reply { connection: one, message: Message::Unrecognized { word } }]);
    assert!(writer.queued(one) <= config.limits.queue_bytes_max);
}
