//! Owns how clients of IRC are told what was said before they came (<https://ircv3.net/specs/extensions/chathistory>):
//! when they join a room, and when they ask.

use super::Line;
use super::answer::{Answer, Entry};
use super::words::{room_name, word};
use crate::irc::Capabilities;
use crate::kept::{Bound, KeptMessage, Page, Venue};
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
                answer.push(Entry::Earlier(Venue::Room(room.clone()), earlier));
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
                let Some(venue) = self.venue(connection, target) else {
                    let why = match target.starts_with('#') {
                        true => "You are not there",
                        false if self.chat.keeps_private() => "Only who is logged in to an account has something",
                        false => "What is said to one alone is not kept",
                    };
                    return refuse_target(&subcommand, target, why, answer);
                };
                let with_events = self.capabilities(connection).has(Capabilities::EVENT_PLAYBACK);
                match pages(&subcommand, bounds, &venue, (limit, with_events)) {
                    Some(pages) => self.tell_pages(connection, pages, target, answer),
                    None => refuse(&subcommand, answer),
                }
            }
            _ => refuse(&subcommand, answer),
        }
    }

    /// Returns what a target is: a room where they are, or somebody with whom it is kept what they write.
    fn venue(&self, connection: ConnectionId, target: &str) -> Option<Venue> {
        if target.starts_with('#') {
            let is_there = |room: &Name| self.chat.room(room).is_some_and(|room| self.chat.is_in(connection, room));
            return room_name(target).filter(is_there).map(Venue::Room);
        }
        self.chat.correspondence(connection, Name::parse(target)?)
    }

    /// Tells the messages of pages that follow each other: those that the chat knows, or those of the store.
    fn tell_pages(&mut self, connection: ConnectionId, mut pages: Vec<Page>, target: &str, answer: &mut Answer) {
        if self.capabilities(connection).has(Capabilities::BATCH) {
            answer.begin_batch(format!("chathistory {}", word(target)));
        }
        if self.memory.is_some() {
            let next = pages.split_off(1).pop();
            return pages.into_iter().for_each(|page| self.read_pages(connection, page, next.clone()));
        }
        for page in pages {
            let venue = page.venue.clone();
            let messages = self.chat.page(connection, page);
            self.add_messages(connection, &venue, messages, answer);
        }
    }

    /// Adds what was read for somebody to the answer that waits for it.
    pub(in crate::hub) fn add_read(&mut self, connection: ConnectionId, venue: &Venue, messages: Vec<KeptMessage>) {
        if let Some(mut pending) = self.irc.pending.remove(&connection) {
            self.add_messages(connection, venue, messages, &mut pending.answer);
            self.irc.pending.insert(connection, pending);
        }
    }

    fn add_messages(&self, connection: ConnectionId, venue: &Venue, messages: Vec<KeptMessage>, answer: &mut Answer) {
        for earlier in self.chat.heard(connection, Time::START, venue, messages) {
            answer.push(Entry::Earlier(venue.clone(), earlier));
        }
    }

    /// Tells in which rooms of somebody, and with whom, the last message is between two times, the oldest first.
    fn tell_targets(&mut self, connection: ConnectionId, bounds: (&str, &str), limit: u8, answer: &mut Answer) {
        let times = [bounds.0, bounds.1].map(|bound| bound.strip_prefix("timestamp=").and_then(unix_ms));
        let [Some(one), Some(other)] = times else { return refuse("TARGETS", answer) };
        if self.capabilities(connection).has(Capabilities::BATCH) {
            answer.begin_batch("draft/chathistory-targets".to_owned());
        }
        let (after, before) = (one.min(other), one.max(other));
        let Some(account) = self.chat.account_of(connection).filter(|_| self.chat.keeps_private()) else {
            return put_targets(self.rooms_within(connection, after, before), limit, answer);
        };
        let page = Page {
            venue: Venue::AllPrivate(account),
            after: Some(Bound::TimeMs(after)),
            before: Some(Bound::TimeMs(before)),
            is_from_oldest: true,
            count: limit,
            with_events: false,
        };
        self.read_pages(connection, page.clone(), Some(page));
    }

    /// Adds somebody's rooms, and with whom they have written, as it was read for them, to the answer that waits.
    pub(in crate::hub) fn add_targets(&mut self, connection: ConnectionId, page: &Page, last: Vec<KeptMessage>) {
        let (Some(Bound::TimeMs(after)), Some(Bound::TimeMs(before))) = (page.after, page.before) else { return };
        let Some(mut pending) = self.irc.pending.remove(&connection) else { return };
        let mut targets = self.rooms_within(connection, after, before);
        let heard = self.chat.heard(connection, Time::START, &page.venue, last);
        targets.extend(heard.into_iter().map(|earlier| (earlier.time_ms, earlier.name.to_string())));
        put_targets(targets, page.count, &mut pending.answer);
        self.irc.pending.insert(connection, pending);
    }

    /// Returns in which rooms of somebody the last message is between two times, and when it was.
    fn rooms_within(&self, connection: ConnectionId, after: u64, before: u64) -> Vec<(u64, String)> {
        let rooms = self.chat.rooms_of(connection).into_iter();
        let said = rooms.filter_map(|room| Some((self.chat.last_said_ms(&room)?, format!("#{room}"))));
        said.filter(|(time_ms, _)| (after + 1..before).contains(time_ms)).collect()
    }
}

/// Adds where something was said, and when, the oldest first.
fn put_targets(mut targets: Vec<(u64, String)>, limit: u8, answer: &mut Answer) {
    targets.sort_unstable();
    for (time_ms, target) in targets.into_iter().take(limit.into()) {
        answer.numeric(format_args!("CHATHISTORY TARGETS {target} {}", Iso(time_ms)));
    }
}

fn refuse(subcommand: &str, answer: &mut Answer) {
    let subcommand = word(subcommand);
    answer.numeric(format_args!("FAIL CHATHISTORY INVALID_PARAMS {subcommand} :Nothing can be asked for like this"));
}

fn refuse_target(subcommand: &str, target: &str, why: &str, answer: &mut Answer) {
    let (subcommand, target) = (word(subcommand), word(target));
    answer.numeric(format_args!("FAIL CHATHISTORY INVALID_TARGET {subcommand} {target} :{why}"));
}

/// Returns the pages that are asked for: one, or two that follow each other.
fn pages(subcommand: &str, bounds: &[&str], venue: &Venue, (count, with_events): (u8, bool)) -> Option<Vec<Page>> {
    let page = |after, before, is_from_oldest, count| {
        let venue = venue.clone();
        Page { venue, after, before, is_from_oldest, count, with_events }
    };
    let bound = |text| bound(text, venue);
    let pages = match (subcommand, bounds) {
        ("LATEST", ["*"]) => vec![page(None, None, false, count)],
        ("LATEST", [after]) => vec![page(Some(bound(after)?), None, false, count)],
        ("BEFORE", [before]) => vec![page(None, Some(bound(before)?), false, count)],
        ("AFTER", [after]) => vec![page(Some(bound(after)?), None, true, count)],
        ("BETWEEN", [one, other]) => {
            let (one, other) = (bound(one)?, bound(other)?);
            let is_forwards = match (one, other) {
                (Bound::TimeMs(one), Bound::TimeMs(other)) => one <= other,
                (Bound::TimeMs(_), _) | (_, Bound::TimeMs(_)) => true,
                (one, other) => one.place() <= other.place(),
            };
            let (after, before) = if is_forwards { (one, other) } else { (other, one) };
            vec![page(Some(after), Some(before), is_forwards, count)]
        }
        ("AROUND", [around]) => {
            let around = bound(around)?;
            let from = Some(around.previous());
            vec![page(None, Some(around), false, count / 2), page(from, None, true, count - count / 2)]
        }
        _ => return None,
    };
    Some(pages)
}

/// Reads a place between messages: a time, or the id of a message or an event.
fn bound(text: &str, venue: &Venue) -> Option<Bound> {
    if let Some(time) = text.strip_prefix("timestamp=") {
        return unix_ms(time).map(Bound::TimeMs);
    }
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    // Of a text in pieces each has an id of its own.
    let whole = |id: &'_ str| id.split_once('.').map_or(id.len(), |(whole, _)| whole.len());
    let mut id = text.strip_prefix("msgid=")?.splitn(3, '-');
    let (time, seq, of) = (id.next()?, id.next()?, id.next());
    match (venue, of) {
        (Venue::Room(room), Some(of)) if of[..whole(of)].eq_ignore_ascii_case(room.as_str()) => {
            Some(match seq.split_once('.') {
                None => Bound::Seq(number(seq)?),
                Some((seq, event)) => {
                    Bound::Event { seq: number(seq)?, time_ms: number(time)?, number: number(event)? }
                }
            })
        }
        (Venue::Private(_), None) => {
            Some(Bound::Event { seq: 0, time_ms: number(time)?, number: number(&seq[..whole(seq)])? })
        }
        (Venue::Room(_) | Venue::Private(_) | Venue::AllPrivate(_), _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_time_or_a_message_of_the_room() {
        let room = Venue::Room(Name::parse("Pizza").expect("it is a name"));
        let cases = [
            ("timestamp=1970-01-01T00:00:01.234Z", Some(Bound::TimeMs(1234))),
            ("timestamp=1970-01-01", None),
            ("msgid=19ad0fc7ffb-1f-pizza", Some(Bound::Seq(31))),
            ("msgid=19ad0fc7ffb-1f-pizza.2", Some(Bound::Seq(31))),
            ("msgid=5-1f.a-pizza", Some(Bound::Event { seq: 31, time_ms: 5, number: 10 })),
            ("msgid=5-1f.-pizza", None),
            ("msgid=19ad0fc7ffb-1f-tea", None),
            ("msgid=19ad0fc7ffb-1f", None),
            ("msgid=19ad0fc7ffb-1f-pizza-2", None),
            ("*", None),
        ];
        for (text, expected) in cases {
            assert_eq!(bound(text, &room), expected, "{text}");
        }
        let [ann, bob] = ["ann", "bob"].map(|name| Name::parse(name).expect("it is a name"));
        let private = Venue::private(ann, bob);
        let cases = [
            ("timestamp=1970-01-01T00:00:01.234Z", Some(Bound::TimeMs(1234))),
            ("msgid=5-1f", Some(Bound::Event { seq: 0, time_ms: 5, number: 31 })),
            ("msgid=5-1f.2", Some(Bound::Event { seq: 0, time_ms: 5, number: 31 })),
            ("msgid=5-1f-pizza", None),
            ("msgid=5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(bound(text, &private), expected, "{text}");
        }
    }
}
