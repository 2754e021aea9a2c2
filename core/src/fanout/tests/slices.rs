//! How long one may keep others waiting: writes are made in turns, and what is new for others goes before the rest of
//! what is long.

use std::collections::VecDeque;

use super::*;
use crate::Limits;
use crate::fanout::run_ahead::QUEUE_PART;
use crate::fanout::schedule::ROOM_SLICES_MIN;

const CROWD: u32 = 200;
const SLICE_WRITES: u32 = 4;

/// Starts with a crowd in `main` and two in `pizza`, who are returned.
fn crowd_and_pair() -> (Writer, [ConnectionId; 2]) {
    let config = Config {
        limits: Limits { turn_writes: SLICE_WRITES, crowd_turn_writes: SLICE_WRITES, ..config().limits },
        ..config()
    };
    let pair = [id(CROWD), id(CROWD + 1)];
    let mut writer = Writer::with(&config, Share::ALL);
    writer.send((0..CROWD).map(id).flat_map(|member| [open(member), enter(member, MAIN)]));
    writer.send(pair.into_iter().flat_map(|member| [open(member), enter(member, PIZZA)]));
    (writer, pair)
}

impl Writer {
    /// Polls until others are to have their turn, or nothing is left; tells which.
    fn poll_slice(&mut self) -> bool {
        loop {
            let slice_writes = self.fanout.schedule.slice_writes();
            if !self.poll_once() {
                return false;
            }
            if self.fanout.schedule.slice_writes() < slice_writes {
                return true;
            }
        }
    }

    /// Follows a batch as an adapter does; tells whether it might.
    fn follow_between(&mut self, actions: Vec<Action>) -> bool {
        let may_follow = {
            let batch = batch(actions.iter().cloned());
            self.fanout.may_follow(&batch, Schedule::size(&self.fanout.audiences, &batch))
        };
        if may_follow {
            self.follow(actions);
        }
        may_follow
    }

    fn assert_all_in_main_have(&mut self, texts: &[&str]) {
        for member in (0..CROWD).map(id) {
            assert_eq!(self.lines(member), ann(texts.iter().copied()), "{member}");
        }
    }
}

#[test]
fn after_some_writes_others_have_their_turn() {
    let (mut writer, _) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    for slice in 1..=CROWD / SLICE_WRITES {
        assert!(writer.poll_slice());
        assert_eq!(writer.received.len() as u32, slice * SLICE_WRITES);
        assert!(!writer.fanout.is_through());
    }
    assert!(!writer.poll_slice(), "all is written");
    assert!(writer.fanout.is_through());
}

#[test]
fn turns_are_shorter_while_many_of_a_crowd_are_still_to_be_written_to() {
    let config = Config { limits: Limits { turn_writes: 10, crowd_turn_writes: 4, ..config().limits }, ..config() };
    let mut writer = Writer::with(&config, Share::ALL);
    writer.send((0..CROWD).map(id).flat_map(|member| [open(member), enter(member, MAIN)]));
    writer.follow([say(MAIN, "a")]);
    let mut turns = Vec::new();
    while writer.poll_slice() {
        turns.push(writer.received.len() as u32 - turns.iter().sum::<u32>());
    }
    // The first turn in which there are 128 to go or less is the 18th.
    assert_eq!(turns[..17], [4; 17]);
    assert_eq!(turns[18..], [10; 12]);
}

#[test]
fn who_writes_goes_on_as_long_as_others_had_but_neither_for_a_moment_nor_for_long() {
    for (others_had, micros) in [(0, 100), (100, 100), (700, 700), (2000, 2000), (8000, 2000)] {
        let turn = Fanout::<u64>::slice_after(Duration::from_micros(others_had));
        assert_eq!(turn, Duration::from_micros(micros), "{others_had}");
    }
}

#[test]
fn the_log_is_followed_in_order_up_to_what_has_to_wait() {
    let (mut writer, [one, _]) = crowd_and_pair();
    let said = [say(PIZZA, "b"), say(MAIN, "c"), say(PIZZA, "d")];
    let mut log: VecDeque<_> = said.map(|said| Arc::new(batch([said]))).into();
    let mut follow_log = |writer: &mut Writer| (writer.fanout.follow_log(writer.now, || log.pop_front()), log.len());
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    for _ in 0..2 {
        assert_eq!(follow_log(&mut writer), (true, 1), "what comes after what has to wait stays where it is");
    }
    writer.poll();
    assert_eq!(writer.lines(one), ann(["b"]));
    assert_eq!(follow_log(&mut writer), (true, 0));
    writer.poll();
    assert_eq!(follow_log(&mut writer), (false, 0));
    assert_eq!(writer.lines(one), ann(["d"]));
    writer.assert_all_in_main_have(&["a", "c"]);
}

#[test]
fn whoever_is_given_up_in_time_is_output_to_poll() {
    let mut writer = Writer::with_members(&[id(0)]);
    writer.takes.insert(100, 0);
    writer.send([say(MAIN, "a")]);
    assert!(!writer.fanout.follow_log(writer.now, || None));
    let timeout = writer.fanout.poll_timeout().expect("somebody has stalled");
    writer.fanout.handle_timeout(timeout);
    assert!(writer.fanout.follow_log(timeout, || None));
    writer.poll();
    assert!(!writer.fanout.follow_log(timeout, || None));
}

#[test]
fn who_is_elsewhere_waits_for_no_crowd() {
    let (mut writer, pair) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    for text in ["b", "c", "d"] {
        assert!(writer.poll_slice());
        assert!(writer.follow_between(vec![say(PIZZA, text)]));
        // A third of the writes are theirs.
        assert!(writer.poll_slice() && writer.poll_slice());
        for member in pair {
            assert_eq!(writer.lines(member), ann([text]));
        }
    }
    writer.poll();
    writer.assert_all_in_main_have(&["a"]);
}

#[test]
fn of_what_was_said_at_once_the_crowds_comes_last() {
    let (mut writer, pair) = crowd_and_pair();
    writer.follow([say(MAIN, "a"), say(PIZZA, "b")]);
    assert!(writer.poll_slice());
    for member in pair {
        assert_eq!(writer.lines(member), ann(["b"]));
    }
    writer.poll();
    writer.assert_all_in_main_have(&["a"]);
}

#[test]
fn who_is_elsewhere_waits_for_no_crowd_if_two_batches_come_at_once() {
    let (mut writer, pair) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    for text in ["b", "c"] {
        assert!(writer.follow_between(vec![say(PIZZA, text)]));
    }
    assert!(writer.poll_slice() && writer.poll_slice());
    for member in pair {
        assert_eq!(writer.lines(member), ann(["b", "c"]));
    }
    writer.poll();
    writer.assert_all_in_main_have(&["a"]);
}

#[test]
fn who_asks_something_waits_for_no_crowd() {
    let (mut writer, [one, _]) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    assert!(writer.follow_between(vec![reply(one, "b")]));
    assert!(writer.poll_slice());
    assert_eq!(writer.lines(one), ann(["b"]));
}

#[test]
fn a_crowd_waits_for_nobody_who_is_elsewhere() {
    let (mut writer, pair) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    let mut turns = 0;
    while writer.received.len() < CROWD as usize + 2 {
        assert!(writer.poll_slice());
        assert!(writer.follow_between(vec![say(PIZZA, "b"), reply(pair[0], "c")]));
        turns += 1;
        assert!(turns <= CROWD, "of four writes in a turn, one at least is the crowd's");
    }
    writer.poll();
    writer.assert_all_in_main_have(&["a"]);
    assert_eq!(writer.lines(pair[1]).len(), turns as usize);
}

#[test]
fn more_for_the_same_room_waits_for_the_first_for_a_while() {
    let (mut writer, _) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    for _ in 1..ROOM_SLICES_MIN {
        assert!(!writer.follow_between(vec![say(MAIN, "b"), say(MAIN, "c")]));
        assert!(writer.poll_slice());
    }
    assert_eq!(writer.lines(id(0)), ann(["a"]));
    assert!(writer.follow_between(vec![say(MAIN, "b"), say(MAIN, "c")]));
    assert!(writer.follow_between(vec![say(MAIN, "d")]), "what nobody was given yet can be longer");
    assert_eq!(writer.lines(id(CROWD - 1)), ann([]), "the last had nothing yet");
    assert!(writer.poll_slice());
    assert!(!writer.follow_between(vec![say(MAIN, "e")]), "it has to wait as long again");
    assert_eq!(writer.lines(id(0)), ann(["b", "c", "d"]), "the first go on");
    writer.poll();
    assert_eq!(writer.lines(id(CROWD - 1)), ann(["a", "b", "c", "d"]));
    assert!(writer.follow_between(vec![say(MAIN, "e")]));
}

#[test]
fn more_for_the_same_room_waits_no_longer_if_others_come_in_between() {
    let (mut writer, [one, _]) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    for _ in 1..ROOM_SLICES_MIN {
        assert!(!writer.follow_between(vec![say(MAIN, "b")]));
        assert!(writer.follow_between(vec![reply(one, "c")]));
        assert!(writer.poll_slice());
    }
    assert!(writer.follow_between(vec![say(MAIN, "b")]));
    assert!(writer.poll_slice());
    assert!(!writer.follow_between(vec![say(MAIN, "d")]), "it has to wait as long again");
}

#[test]
fn more_for_the_same_room_waits_for_the_last_few() {
    let (mut writer, _) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    for _ in 0..=CROWD / SLICE_WRITES - ROOM_SLICES_MIN {
        assert!(writer.poll_slice());
    }
    for _ in 1..ROOM_SLICES_MIN {
        assert!(!writer.follow_between(vec![say(MAIN, "b")]));
        assert!(writer.poll_slice());
    }
    assert!(!writer.poll_slice());
    assert!(writer.follow_between(vec![say(MAIN, "b")]));
    writer.poll();
    writer.assert_all_in_main_have(&["a", "b"]);
}

#[test]
fn what_a_crowd_is_told_waits_if_it_is_long() {
    let (mut writer, _) = crowd_and_pair();
    let said = |count| (0..count).map(|number| say(MAIN, &long(number))).collect::<Vec<_>>();
    let room_for = (128 << 10) / QUEUE_PART / 1000;
    writer.follow([say(MAIN, "a")]);
    for _ in 0..ROOM_SLICES_MIN {
        assert!(writer.poll_slice());
    }
    assert!(!writer.follow_between(said(room_for + 1)));
    assert!(writer.follow_between(said(room_for)));
    writer.poll();
    assert!(writer.follow_between(said(room_for + 1)));
}

#[test]
fn what_is_long_waits_for_no_crowd_but_keeps_more_waiting() {
    let (mut writer, [one, _]) = crowd_and_pair();
    let said = |room, count| (0..count).map(|number| say(room, &long(number))).collect::<Vec<_>>();
    let room_for = (128 << 10) / QUEUE_PART / 1000;
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    assert!(writer.follow_between(said(PIZZA, 4 * room_for)));
    assert!(!writer.follow_between(said(PIZZA, 1)));
    assert!(!writer.follow_between(vec![reply(one, "b")]));
    assert!(writer.poll_slice() && writer.poll_slice());
    assert!(writer.received.len() < CROWD as usize, "the crowd is still being written to");
    assert!(writer.follow_between(vec![reply(one, "b")]));
}

#[test]
fn what_is_long_elsewhere_waits_only_until_that_is_written() {
    let (mut writer, [one, _]) = crowd_and_pair();
    let said = |count| (0..count).map(|number| say(PIZZA, &long(number))).chain([reply(one, "b")]).collect::<Vec<_>>();
    let room_for = (128 << 10) / QUEUE_PART / 1000 - 1;
    writer.follow([say(MAIN, "a")]);
    for _ in 0..10 {
        assert!(writer.poll_slice());
        assert!(writer.follow_between(said(room_for)));
        assert!(!writer.follow_between(said(room_for)));
        assert!(writer.poll_slice());
        assert!(writer.queued(one) <= (128 << 10) / QUEUE_PART);
    }
    assert!(writer.received.len() < CROWD as usize, "the crowd is still being written to");
}

#[test]
fn more_replies_wait_until_those_before_are_written() {
    let (mut writer, _) = crowd_and_pair();
    let replies = |count| (0..count).map(|member| reply(id(member), &long(0))).collect::<Vec<_>>();
    let room_for = (128 << 10) / u32::try_from(QUEUE_PART).expect("it is small") / 1000;
    writer.follow([say(MAIN, "a")]);
    while writer.received.len() < room_for as usize {
        assert!(writer.poll_slice());
    }
    assert!(writer.follow_between(replies(room_for)));
    while writer.received.values().filter(|received| received.len() > 1000).count() < room_for as usize {
        assert!(!writer.follow_between(replies(1)));
        assert!(writer.poll_slice());
    }
    assert!(writer.poll_slice());
    assert!(writer.follow_between(replies(1)));
}

#[test]
fn what_crowds_are_still_to_be_given_keeps_nobody_else_waiting() {
    let (mut writer, [one, _]) = crowd_and_pair();
    let said = |count| (0..count).map(|number| say(MAIN, &long(number))).collect::<Vec<_>>();
    let room_for = (128 << 10) / QUEUE_PART / 1000;
    writer.follow([say(MAIN, "a")]);
    for _ in 0..ROOM_SLICES_MIN {
        assert!(writer.poll_slice());
    }
    assert!(writer.follow_between(said(room_for)));
    assert!(!writer.follow_between(said(1)));
    assert!(writer.follow_between(vec![reply(one, "b"), say(PIZZA, "c")]));
    assert!(writer.poll_slice() && writer.poll_slice());
    assert_eq!(writer.lines(one), ann(["b", "c"]));
}

#[test]
fn what_was_followed_before_all_have_caught_up_counts_no_more() {
    let (mut writer, _) = crowd_and_pair();
    let (mut bytes, begun_bytes_max) = (0, (128 << 10) / QUEUE_PART);
    writer.follow([say(MAIN, "a")]);
    for turn in 0..100 * CROWD {
        writer.poll_slice();
        if writer.follow_between(vec![say(MAIN, &long(0))]) {
            bytes += 1000;
        }
        writer.follow_between(vec![say(PIZZA, "b")]);
        let in_time = (turn as usize / CROWD as usize) * begun_bytes_max / 4;
        assert!(bytes >= in_time, "only {bytes} bytes in {turn} turns");
        assert!(writer.queued(id(CROWD - 1)) <= begun_bytes_max);
    }
}

#[test]
fn who_never_gets_through_does_not_remember_more_and_more() {
    let (mut writer, _) = crowd_and_pair();
    for _ in 0..=BEGUN_MAX {
        writer.follow([say(PIZZA, "b")]);
    }
    assert_eq!(writer.fanout.begun_at.len(), BEGUN_MAX);
}

#[test]
fn a_crowd_that_was_interrupted_has_every_other_write_beside_those_with_a_reply() {
    let (mut writer, _) = crowd_and_pair();
    let asking = 10 * SLICE_WRITES;
    let count = |writer: &Writer, lines| {
        writer.received.values().filter(|received| received.len() == lines * "Ann: a\n".len()).count() as u32
    };
    writer.follow([say(MAIN, "a")]);
    for _ in 0..10 {
        assert!(writer.poll_slice());
    }
    writer.follow((0..asking).map(|member| reply(id(member), "b")));
    for _ in 0..10 {
        assert!(writer.poll_slice());
    }
    assert_eq!((count(&writer, 1), count(&writer, 2)), (asking, asking / 2));
}

#[test]
fn what_a_crowd_is_being_given_is_queued_only_if_more_is_said_there() {
    let (mut writer, [one, _]) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    for text in ["b", "c"] {
        assert!(writer.follow_between(vec![say(PIZZA, text)]));
        assert!(writer.poll_slice());
        assert_eq!(writer.fanout.outboxes.backlog(), 0);
    }
    assert_eq!(writer.lines(one), ann(["b", "c"]));
    let to_go = writer.fanout.audiences.long_to_go();
    writer.follow([say(MAIN, "d")]);
    assert_eq!(writer.fanout.outboxes.backlog(), to_go);
    writer.poll();
    writer.assert_all_in_main_have(&["a", "d"]);
}

#[test]
fn a_crowd_does_not_wait_for_all_of_another() {
    const LUNCH: RoomId = RoomId::new(2);
    let elsewhere = |writer: &mut Writer| {
        let members: Vec<_> = (0..2 * SLICE_WRITES).map(|number| id(1000 + number)).collect();
        writer.send(members.iter().flat_map(|&member| [open(member), enter(member, LUNCH)]));
        members
    };
    // Something is said there later, or at the same time.
    for (first, then) in
        [(vec![say(MAIN, "a")], say(LUNCH, "b")), (vec![say(MAIN, "a"), say(LUNCH, "b")], say(PIZZA, "c"))]
    {
        let (mut writer, _) = crowd_and_pair();
        let members = elsewhere(&mut writer);
        writer.follow(first);
        assert!(writer.poll_slice());
        let to_go = writer.fanout.audiences.long_to_go();
        assert!(writer.follow_between(vec![then]));
        assert_eq!(writer.fanout.outboxes.backlog(), to_go);
        for _ in 0..2 * 2 + 1 {
            assert!(writer.poll_slice());
        }
        for member in members {
            assert_eq!(writer.lines(member), ann(["b"]), "the first crowd is still being written to");
        }
        writer.poll();
        writer.assert_all_in_main_have(&["a"]);
    }
}

#[test]
fn whoever_comes_goes_or_is_answered_while_a_crowd_is_being_given_something_misses_nothing() {
    // One of those who have it, the next, and the last, leave, in every order; others are answered, or come.
    for leavers in
        [[0, 8, 199], [0, 199, 8], [8, 0, 199], [8, 199, 0], [199, 0, 8], [199, 8, 0], [0, 1, 2], [197, 198, 199]]
    {
        let (mut writer, _) = crowd_and_pair();
        let newcomer = id(CROWD + 2);
        writer.follow([say(MAIN, "a")]);
        assert!(writer.poll_slice() && writer.poll_slice());
        assert_eq!(writer.received.len() as u32, 2 * SLICE_WRITES);
        for leaver in leavers {
            writer.follow([leave(id(leaver)), enter(id(leaver), PIZZA)]);
        }
        writer.follow([reply(id(3), "b"), reply(id(100), "b"), open(newcomer), enter(newcomer, MAIN)]);
        writer.follow([leave(id(100)), enter(id(100), MAIN)]);
        assert!(writer.poll_slice());
        writer.follow([leave(id(101)), enter(id(101), MAIN)]);
        writer.poll();
        writer.send([say(MAIN, "c"), say(PIZZA, "d")]);
        for member in 0..CROWD {
            let last = if leavers.contains(&member) { "Ann: d" } else { "Ann: c" };
            let count = if [3, 100].contains(&member) { 3 } else { 2 };
            let lines = writer.lines(id(member));
            assert_eq!(lines.first().map(String::as_str), Some("Ann: a"), "{leavers:?} {member}");
            assert_eq!(lines.last().map(String::as_str), Some(last), "{leavers:?} {member}");
            assert_eq!(lines.len(), count, "{leavers:?} {member}: {lines:?}");
        }
        assert_eq!(writer.lines(newcomer), ann(["c"]));
    }
}

#[test]
fn who_leaves_while_a_crowd_is_written_to_is_sent_the_rest() {
    let (mut writer, _) = crowd_and_pair();
    writer.follow([say(MAIN, "a")]);
    assert!(writer.poll_slice());
    let (early, late) = (id(0), id(CROWD - 1));
    writer.follow([leave(early), close(early), leave(late), close(late)]);
    writer.follow([say(MAIN, "b")]);
    writer.poll();
    for member in [early, late] {
        assert_eq!(writer.lines(member), ann(["a"]));
    }
    for member in (1..CROWD - 1).map(id) {
        assert_eq!(writer.lines(member), ann(["a", "b"]));
    }
    assert_eq!(writer.told(), [100, 99 + CROWD].map(|socket| format!("finish {socket}")));
}
