//! Which writes an adapter may hand to the operating system together.

use super::*;

/// The members of a room, as many as it takes.
fn members() -> Vec<ConnectionId> {
    (0..12).map(id).collect()
}

/// So many long lines, with a last one that makes them so many bytes.
fn bytes(len: usize) -> Vec<Action> {
    let mut says = says(len / 1000 - 1);
    let left = len - says.len() * 1000;
    says.push(say(MAIN, &"x".repeat(left - "Ann: \n".len())));
    says
}

/// Returns the numbers under which things are written.
fn numbers(writer: &mut Writer) -> Vec<Option<u64>> {
    let mut numbers = Vec::new();
    while let Some(output) = writer.fanout.poll_output() {
        let Output::Write { bytes, repeated, .. } = output else { continue };
        let written = Written::Bytes(bytes.len());
        numbers.push(repeated);
        writer.fanout.handle_written(writer.now, written);
    }
    numbers
}

#[test]
fn what_is_long_and_for_many_is_written_under_one_number_each_time_another() {
    let mut writer = Writer::with_members(&members());
    for number in [1, 2] {
        writer.follow(bytes(6 << 10));
        assert_eq!(numbers(&mut writer), [Some(number); 12]);
    }
}

#[test]
fn what_is_short_or_for_few_has_none() {
    let mut writer = Writer::with_members(&members());
    writer.follow(bytes((6 << 10) - 1));
    assert_eq!(numbers(&mut writer), [None; 12]);
    let mut writer = Writer::with_members(&members()[1..]);
    writer.follow(bytes(6 << 10));
    assert_eq!(numbers(&mut writer), [None; 11]);
}

#[test]
fn who_is_given_only_a_part_of_it_is_not_given_it_under_the_number() {
    let late = id(12);
    let mut writer = Writer::with_members(&members());
    let halves = [bytes(6 << 10), vec![open(late), enter(late, MAIN)], bytes(32 << 10)];
    writer.follow(halves.into_iter().flatten());
    assert_eq!(numbers(&mut writer), [vec![Some(1); 12], vec![None]].concat());
}

#[test]
fn what_is_queued_has_none() {
    let mut writer = Writer::with_members(&members());
    writer.takes.insert(id(0).generation(), 0);
    writer.send(bytes(6 << 10));
    writer.take(id(0), 0);
    assert_eq!(writer.queued(id(0)), 6 << 10);
    writer.fanout.handle_writable(id(0));
    assert_eq!(numbers(&mut writer), [None]);
}

#[test]
fn what_is_copied_for_the_slow_in_the_middle_is_the_same_to_all() {
    let (members, elsewhere) = (members(), id(20));
    let mut writer = Writer::with_members(&members);
    writer.send([open(elsewhere), enter(elsewhere, PIZZA)]);
    writer.takes.extend([(100, 100), (105, 0)]);
    let actions = bytes(6 << 10).into_iter().chain((0..30).map(|number| say(PIZZA, &long(number))));
    writer.send(actions);
    assert_eq!(writer.repeated.len(), 1);
    writer.take(id(0), usize::MAX);
    writer.take(id(5), usize::MAX);
    let lines = writer.lines(id(1));
    assert_eq!(lines.len(), 6);
    members.into_iter().skip(2).chain([id(0)]).for_each(|member| assert_eq!(writer.lines(member), lines));
    assert_eq!(writer.lines(elsewhere).len(), 30);
}
