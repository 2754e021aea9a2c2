//! In which order connections get what is said in their rooms and to them alone, whoever comes and goes.

use super::*;

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
        leave_room(one, PIZZA),
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
fn several_shares_give_their_members_what_one_of_all_would() {
    let members: Vec<_> = (0..7).map(id).collect();
    let pizza = RoomId::new(1);
    let run = |room, texts: &[&str]| Action::Broadcast {
        room,
        audience: 1,
        except: None,
        message: Message::said_in_a_row(texts),
    };
    let mut batches = vec![batch(members.iter().flat_map(|&member| [open(member), enter(member, MAIN)]))];
    batches.push(batch([
        run(MAIN, &["one", "naïve 👩‍🚀"]),
        leave(id(3)),
        enter(id(3), pizza),
        run(pizza, &["alone"]),
        say(MAIN, "two"),
        reply(id(0), "to you"),
        run(MAIN, &["three", "four", "five"]),
        leave(id(5)),
        enter(id(5), pizza),
        say(pizza, "both"),
        say(RoomId::new(9), "nobody"),
        run(MAIN, &["six"]),
    ]));
    batches.push(batch([say(pizza, "seven"), say(MAIN, "eight")]));
    let lines = |of| {
        let mut writers: Vec<_> = Share::split(of).map(|share| Writer::with(&config(), share)).collect();
        for batch in &batches {
            for writer in &mut writers {
                writer.fanout.follow(writer.now, batch);
                writer.poll();
            }
        }
        let lines = |&member| writers.iter_mut().flat_map(|writer| writer.lines(member)).collect::<Vec<_>>();
        members.iter().map(lines).collect::<Vec<_>>()
    };
    let alone = lines(1);
    assert_eq!(alone[3], ann(["one", "naïve 👩‍🚀", "alone", "both", "seven"]));
    assert_eq!(alone[0].len(), 9);
    for of in [2, 3, 8] {
        assert_eq!(lines(of), alone, "{of}");
    }
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
