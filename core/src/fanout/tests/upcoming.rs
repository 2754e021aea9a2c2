//! Whom an adapter may fetch from memory before it writes to them.

use super::*;

/// Returns to which socket each write goes, and to which the next ones are said to go.
fn writes(writer: &mut Writer) -> Vec<(u32, Vec<u32>)> {
    let mut writes = Vec::new();
    while let Some(output) = writer.fanout.poll_output() {
        let Output::Write { socket, bytes, next, .. } = output else { continue };
        let written = Written::Bytes(bytes.len());
        writes.push((*socket, next.copied().collect()));
        writer.fanout.handle_written(writer.now, written);
    }
    writes
}

/// Returns to whom is written when something is said to so many members, and asserts that each is told of once, by the
/// first of their group.
fn groups(members: u32) -> Vec<usize> {
    let members: Vec<_> = (0..members).map(id).collect();
    let mut writer = Writer::with_members(&members);
    writer.follow(says(1));
    let writes = writes(&mut writer);
    assert!(writes.iter().map(|&(socket, _)| socket).eq(members.iter().map(|member| member.generation())));
    let mut told = writes.iter();
    let mut groups = Vec::new();
    while let Some((_, next)) = told.next() {
        assert!(next.iter().eq(told.by_ref().take(next.len()).map(|(socket, _)| socket)));
        groups.push(1 + next.len());
    }
    groups
}

#[test]
fn the_first_of_a_group_is_told_of_with_all_who_come_next() {
    assert_eq!(groups(1), [1]);
    assert_eq!(groups(10), [10]);
    assert_eq!(groups(40), [16, 16, 8]);
    assert_eq!(groups(100), [16, 16, 16, 16, 16, 16, 4]);
}

#[test]
fn of_what_is_queued_nobody_is_told() {
    let members = [id(0), id(1)];
    let mut writer = Writer::with_members(&members);
    writer.follow(members.map(|member| reply(member, "hello")));
    assert_eq!(writes(&mut writer), members.map(|member| (member.generation(), vec![])));
}
