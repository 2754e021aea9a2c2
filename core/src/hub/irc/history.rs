//! Owns how clients of IRC are told what was said before they came (<https://ircv3.net/specs/extensions/chathistory>):
//! when they join a room, and when they ask.

use super::Line;
use super::answer::{Answer, Entry};
use super::words::{room_name, word};
use crate::irc::Capabilities;
use crate::kept::{Bound, KeptMessage, Page};
use crate::wire::irc::time::{Iso, unix_ms};
use crate::{ConnectionId, Hub, Name, Time};

/// How many messages are told at once at the most, as `CHATHISTORY` in 005 says.
pub(super) const MESSAGES_MAX: u8 = 100;

impl<S> Hub<S> {
    /// Adds what was said last in a room that somebody has joined, if their client shows when it was said, and does not
    /// ask by itself.
    pub(super) fn add_history(&self, connection: ConnectionId, room: &Name, answer: &mut Answer) {
        let capabilities = self.capabilities(connection);
        if capabilities.has(Capabilities::SERVER_TIME) && !capabilities.has(Capabilities::CHATHISTORY) {
            for earlier in self.chat.shown_on_joining(connection, room) {
                answer.push(Entry::Earlier(room.clone(), earlier));
            }
        }
    }

    pub(super) fn obey_chathistory(&mut self, connection: ConnectionId, line: &Line<'_>, answer: &mut Answer) {
        let Some(subcommand) = line.filled(0).map(str::to_ascii_uppercase) else {
            return answer.numeric(format_args!("FAIL CHATHISTORY NEED_MORE_PARAMS :Nothing is asked for"));
        };
        let params: Vec<_> = (1..).map_while(|place| line.filled(place)).collect();
        let limit = params.last().and_then(|limit| limit.parse::<u64>().ok());
        let limit = limit.map(|limit| u8::try_from(limit).unwrap_or(MESSAGES_MAX).min(MESSAGES_MAX));
        match (&*subcommand, &params[..], limit) {
            ("TARGETS", &[one, other, _], Some(limit)) => self.tell_targets(connection, (one, other), limit, answer),
            (_, &[target, ref bounds @ .., _], Some(limit)) => {
                let is_there = |room: &Name| self.chat.room(room).is_some_and(|room| self.chat.is_in(connection, room));
                let Some(room) = room_name(target).filter(is_there) else {
                    return refuse_target(&subcommand, target, answer);
                };
                let with_events = self.capabilities(connection).has(Capabilities::EVENT_PLAYBACK);
                match pages(&subcommand, bounds, &room, (limit, with_events)) {
                    Some(pages) => self.tell_pages(connection, pages, answer),
                    None => refuse(&subcommand, answer),
                }
            }
            _ => refuse(&subcommand, answer),
        }
    }

    /// Tells the messages of pages that follow each other: those that the chat knows, or those of the store.
    fn tell_pages(&mut self, connection: ConnectionId, mut pages: Vec<Page>, answer: &mut Answer) {
        let Some(room) = pages.first().map(|page| page.room.clone()) else { return };
        if self.capabilities(connection).has(Capabilities::BATCH) {
            answer.begin_batch(format!("chathistory #{room}"));
        }
        if self.memory.is_some() {
            let next = pages.split_off(1).pop();
            return pages.into_iter().for_each(|page| self.read_pages(connection, page, next.clone()));
        }
        for page in pages {
            let messages = self.chat.page(connection, page);
            self.add_messages(connection, &room, messages, answer);
        }
    }

    /// Adds what was read for somebody to the answer that waits for it.
    pub(in crate::hub) fn add_read(&mut self, connection: ConnectionId, room: &Name, messages: Vec<KeptMessage>) {
        if let Some(mut pending) = self.irc.pending.remove(&connection) {
            self.add_messages(connection, room, messages, &mut pending.answer);
            self.irc.pending.insert(connection, pending);
        }
    }

    fn add_messages(&self, connection: ConnectionId, room: &Name, messages: Vec<KeptMessage>, answer: &mut Answer) {
        for earlier in self.chat.heard(connection, Time::START, room, messages) {
            answer.push(Entry::Earlier(room.clone(), earlier));
        }
    }

    /// Tells in which rooms of somebody the last message is between two times, the oldest first.
    fn tell_targets(&self, connection: ConnectionId, bounds: (&str, &str), limit: u8, answer: &mut Answer) {
        let times = [bounds.0, bounds.1].map(|bound| bound.strip_prefix("timestamp=").and_then(unix_ms));
        let [Some(one), Some(other)] = times else { return refuse("TARGETS", answer) };
        let between = one.min(other) + 1..one.max(other);
        let rooms = self.chat.rooms_of(connection).into_iter();
        let said = rooms.filter_map(|room| Some((self.chat.last_said_ms(&room)?, room)));
        let mut said: Vec<_> = said.filter(|(time_ms, _)| between.contains(time_ms)).collect();
        said.sort_unstable();
        if self.capabilities(connection).has(Capabilities::BATCH) {
            answer.begin_batch("draft/chathistory-targets".to_owned());
        }
        for (time_ms, room) in said.into_iter().take(limit.into()) {
            answer.numeric(format_args!("CHATHISTORY TARGETS #{room} {}", Iso(time_ms)));
        }
    }
}

fn refuse(subcommand: &str, answer: &mut Answer) {
    let subcommand = word(subcommand);
    answer.numeric(format_args!("FAIL CHATHISTORY INVALID_PARAMS {subcommand} :Nothing can be asked for like this"));
}

fn refuse_target(subcommand: &str, target: &str, answer: &mut Answer) {
    let why = if target.starts_with('#') { "You are not there" } else { "What is said to one alone is not kept" };
    let (subcommand, target) = (word(subcommand), word(target));
    answer.numeric(format_args!("FAIL CHATHISTORY INVALID_TARGET {subcommand} {target} :{why}"));
}

/// Returns the pages that are asked for: one, or two that follow each other.
fn pages(subcommand: &str, bounds: &[&str], room: &Name, (count, with_events): (u8, bool)) -> Option<Vec<Page>> {
    let page = |after, before, is_from_oldest, count| {
        let room = room.clone();
        Page { room, after, before, is_from_oldest, count, with_events }
    };
    let pages = match (subcommand, bounds) {
        ("LATEST", ["*"]) => vec![page(None, None, false, count)],
        ("LATEST", [after]) => vec![page(Some(bound(after, room)?), None, false, count)],
        ("BEFORE", [before]) => vec![page(None, Some(bound(before, room)?), false, count)],
        ("AFTER", [after]) => vec![page(Some(bound(after, room)?), None, true, count)],
        ("BETWEEN", [one, other]) => {
            let (one, other) = (bound(one, room)?, bound(other, room)?);
            let is_forwards = match (one, other) {
                (Bound::TimeMs(one), Bound::TimeMs(other)) => one <= other,
                (Bound::TimeMs(_), _) | (_, Bound::TimeMs(_)) => true,
                (one, other) => one.place() <= other.place(),
            };
            let (after, before) = if is_forwards { (one, other) } else { (other, one) };
            vec![page(Some(after), Some(before), is_forwards, count)]
        }
        ("AROUND", [around]) => {
            let around = bound(around, room)?;
            let from = Some(around.previous());
            vec![page(None, Some(around), false, count / 2), page(from, None, true, count - count / 2)]
        }
        _ => return None,
    };
    Some(pages)
}

/// Reads a place between messages of a room: a time, or the id of a message or an event.
fn bound(text: &str, room: &Name) -> Option<Bound> {
    if let Some(time) = text.strip_prefix("timestamp=") {
        return unix_ms(time).map(Bound::TimeMs);
    }
    let mut id = text.strip_prefix("msgid=")?.splitn(3, '-');
    let (time, seq, of) = (id.next()?, id.next()?, id.next()?);
    // Of a text in pieces each has an id of its own.
    let of = of.split_once('.').map_or(of, |(of, _)| of);
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    let bound = match seq.split_once('.') {
        None => Bound::Seq(number(seq)?),
        Some((seq, event)) => Bound::Event { seq: number(seq)?, time_ms: number(time)?, number: number(event)? },
    };
    of.eq_ignore_ascii_case(room.as_str()).then_some(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_time_or_a_message_of_the_room() {
        let room = Name::parse("Pizza").expect("it is a name");
        let cases = [
            ("timestamp=1970-01-01T00:00:01.234Z", Some(Bound::TimeMs(1234))),
            ("timestamp=1970-01-01", None),
            ("msgid=19ad0fc7ffb-1f-pizza", Some(Bound::Seq(31))),
            ("msgid=19ad0fc7ffb-1f-pizza.2", Some(Bound::Seq(31))),
            ("msgid=5-1f.a-pizza", Some(Bound::Event { seq: 31, time_ms: 5, number: 10 })),
            ("msgid=5-1f.-pizza", None),
            ("msgid=19ad0fc7ffb-1f-tea", None),
            ("msgid=19ad0fc7ffb-1f", None),
            ("*", None),
        ];
        for (text, expected) in cases {
            assert_eq!(bound(text, &room), expected, "{text}");
        }
    }
}
