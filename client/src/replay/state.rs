//! Owns how it is told what was there at a moment: rooms, and who was in them.

use std::fmt::Write as _;

use chinwag_core::log::{PersonState, RoomState, Snapshot};
use chinwag_core::ops::HubState;
use chinwag_recording::Replay;
use jiff::Timestamp;

/// Describes what a run has come to.
pub(super) fn describe(replay: &Replay) -> String {
    let mut text = String::new();
    let unix_ms = i64::try_from(replay.hub().unix_ms(replay.at())).unwrap_or(i64::MAX);
    let time = Timestamp::from_millisecond(unix_ms).map_or_else(|_| "?".to_owned(), |time| time.to_string());
    let after = replay.at().since_start().as_secs_f64();
    let HubState { chat, connections, arriving, .. } = replay.state();
    let _ = writeln!(text, "at {time}, {after:.3} s after the server's start");
    let Snapshot { rooms, people, said, .. } = &chat;
    let _ = writeln!(text, "{} people, {} rooms, {said} messages so far", people.len(), rooms.len());
    for RoomState { room, name, said, topic, .. } in rooms {
        let is_there = |person: &&PersonState| person.room == *room || person.others.contains(room);
        let names: Vec<_> = people.iter().filter(is_there).map(|person| person.name.as_str()).collect();
        let topic = topic.as_ref().map(|topic| format!(", topic: {}", topic.topic.as_str())).unwrap_or_default();
        let _ = writeln!(text, "room {name} ({} people, {said} messages{topic}): {}", names.len(), names.join(", "));
    }
    for state in &connections {
        let person = people.iter().find(|person| person.connection == state.connection);
        let name = person.map_or("nobody yet", |person| person.name.as_str());
        let ignored: Vec<_> =
            person.into_iter().flat_map(|person| &person.ignored).map(|ignored| ignored.name.as_str()).collect();
        let ignores = if ignored.is_empty() { String::new() } else { format!(", ignores {}", ignored.join(", ")) };
        let waits = if state.waiting.is_some() { ", waits for an answer" } else { "" };
        let _ = writeln!(text, "connection {} ({:?}): {name}{ignores}{waits}", state.connection, state.form);
    }
    if !arriving.is_empty() {
        let _ = writeln!(text, "{} have come by IRC and not said who they are", arriving.len());
    }
    text
}
