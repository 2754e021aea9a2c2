//! Owns what was said in a room before, as far as it is kept.
//!
//! Invariant: it is the last messages of the room, as many as both bounds allow, however they were gathered to runs.

use std::collections::VecDeque;

use memchr::memchr;

use crate::clock::Clock;
use crate::ids::ConnectionId;
use crate::kept::{Happened, Kept, KeptEvent, KeptMessage, Venue, What};
use crate::log::{RunState, SnapshotError};
use crate::message::Earlier;
use crate::name::Name;
use crate::rules::HISTORY_MAX;
use crate::text::Text;
use crate::texts::Texts;
use crate::time::Time;

/// The most bytes of texts and names that are kept of a room.
const BYTES_MAX: usize = 64 << 10;

/// From how many bytes on a run lets go of what is forgotten of it, once that is half of it.
const COPIED_BYTES_MIN: usize = 4 << 10;

/// The most events, and the most bytes of topics and tags, that are kept of a room.
const EVENTS_MAX: usize = 100;
const EVENT_BYTES_MAX: usize = 16 << 10;

/// Keeps the last messages of a room, and what happened between them.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    runs: VecDeque<Run>,
    messages: usize,
    bytes: usize,
    events: VecDeque<KeptMessage>,
    event_bytes: usize,
}

/// What somebody said in a row, as far as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Run {
    name: Name,
    /// By which connection they came; nobody knows it of what was said before a room was recalled.
    origin: Option<ConnectionId>,
    /// With those that are forgotten, which come first.
    texts: Texts,
    forgotten: u32,
    forgotten_bytes: usize,
    is_act: bool,
    at: Time,
    time_ms: u64,
    /// Which of all messages of the room the first of the texts is.
    seq: u64,
}

/// What is known of what somebody says, besides the texts.
#[derive(Clone)]
pub(super) struct Saying {
    pub(super) name: Name,
    pub(super) origin: Option<ConnectionId>,
    pub(super) is_act: bool,
    pub(super) at: Time,
    pub(super) time_ms: u64,
    pub(super) seq: u64,
}

impl Saying {
    /// Returns what is to be kept of it outside the chat.
    pub(super) fn kept(&self, room: &Name, texts: &Texts, is_hidden: bool) -> Kept {
        let what = match self.is_act {
            true => What::Acted(Text::clean(texts.iter().next().unwrap_or_default())),
            false => What::Said(texts.clone()),
        };
        let (room, name) = (room.clone(), self.name.clone());
        Kept { venue: Venue::Room(room), name, what, time_ms: self.time_ms, seq: self.seq, is_hidden }
    }
}

impl Run {
    const fn count(&self) -> usize {
        (self.texts.count() - self.forgotten) as usize
    }

    /// Returns the texts that are kept, each with a line feed behind it.
    fn lines(&self) -> &str {
        &self.texts.as_lines()[self.forgotten_bytes..]
    }

    /// Returns the bytes of the texts that are kept, and of the name with each.
    fn bytes(&self) -> usize {
        self.lines().len() + self.count() * self.name.as_str().len()
    }

    /// Forgets the first text that is kept. Returns its bytes, and those of the name.
    fn forget(&mut self) -> usize {
        let lines = self.lines();
        let len = memchr(b'\n', lines.as_bytes()).map_or(lines.len(), |at| at + 1);
        self.forgotten += 1;
        self.forgotten_bytes += len;
        let has_much = self.texts.as_lines().len() >= COPIED_BYTES_MIN;
        if has_much && 2 * self.forgotten_bytes > self.texts.as_lines().len() {
            self.let_go();
        }
        len + self.name.as_str().len()
    }

    /// Lets go of the memory of what is forgotten.
    fn let_go(&mut self) {
        if let Some(kept) = self.texts.without_first(self.forgotten, self.forgotten_bytes) {
            self.seq += u64::from(self.forgotten);
            (self.texts, self.forgotten, self.forgotten_bytes) = (kept, 0, 0);
        }
    }

    /// Returns the texts that are kept, the last one first.
    fn latest(&self) -> impl Iterator<Item = &str> {
        self.lines().strip_suffix('\n').into_iter().flat_map(|lines| lines.rsplit('\n'))
    }
}

impl History {
    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.events.is_empty()
    }

    /// Adds what happened last, and forgets what is over the bounds.
    pub(super) fn push_event(&mut self, event: KeptMessage) {
        self.event_bytes += event_bytes(&event);
        self.events.push_back(event);
        while self.events.len() > EVENTS_MAX || self.event_bytes > EVENT_BYTES_MAX {
            self.event_bytes -= self.events.pop_front().as_ref().map_or(0, event_bytes);
        }
    }

    /// Returns the events that are kept, the oldest first.
    pub(super) fn events(&self) -> impl Iterator<Item = &KeptMessage> {
        self.events.iter()
    }

    /// Adds what was said last, and forgets what is over the bounds.
    pub(super) fn push(&mut self, Saying { name, origin, is_act, at, time_ms, seq }: Saying, texts: Texts) {
        self.add(Run { name, origin, texts, forgotten: 0, forgotten_bytes: 0, is_act, at, time_ms, seq });
        while self.messages > usize::from(HISTORY_MAX) || self.bytes > BYTES_MAX {
            self.forget_one();
        }
    }

    /// Makes it of the messages that are kept elsewhere of a room in which so much was said until now, as far as they
    /// are what can be kept here.
    pub(super) fn recall(now: Time, messages: Vec<KeptMessage>, said: u64) -> Self {
        let mut history = Self::default();
        let mut next = 1;
        for KeptMessage { name, text, is_act, time_ms, seq, .. } in messages {
            if (next..=said).contains(&seq) {
                next = seq + 1;
                history.push(Saying { name, origin: None, is_act, at: now, time_ms, seq }, text.into());
            }
        }
        history
    }

    fn add(&mut self, run: Run) {
        self.messages += run.count();
        self.bytes += run.bytes();
        self.runs.push_back(run);
    }

    /// Forgets the oldest message, or all of its run if more than that has to be forgotten.
    fn forget_one(&mut self) {
        let Some(oldest) = self.runs.front_mut() else { return };
        let (count, bytes) = (oldest.count(), oldest.bytes());
        if count == 1 || self.messages - count >= usize::from(HISTORY_MAX) {
            self.runs.pop_front();
            (self.messages, self.bytes) = (self.messages - count, self.bytes - bytes);
        } else {
            self.bytes -= oldest.forget();
            self.messages -= 1;
        }
    }

    /// Returns the last messages of those who are heard, the oldest first, without those up to the one that is hidden:
    /// so many at most, and as many as fit into so many bytes in any form. What needs more than half of them by itself
    /// is left out, so that it does not hide what was said before it.
    pub(super) fn last(
        &self,
        (now, clock): (Time, Clock),
        hidden: u64,
        count: usize,
        bytes_max: usize,
        hears: impl Fn(&Name, Option<ConnectionId>) -> bool,
    ) -> Vec<Earlier> {
        let mut bytes = Earlier::AROUND_BYTES;
        let earlier = |run: &Run, seq, text: &str| Earlier {
            name: run.name.clone(),
            text: Text::clean(text),
            is_act: run.is_act,
            age: if run.origin.is_some() { now.since(run.at) } else { clock.age(now, run.time_ms) },
            time_ms: run.time_ms,
            seq,
            event: None,
        };
        let latest = self.runs.iter().rev().filter(|run| hears(&run.name, run.origin)).flat_map(|run| {
            let seqs = (run.seq..run.seq + u64::from(run.texts.count())).rev();
            run.latest().zip(seqs).map(move |(text, seq)| (run, seq, text))
        });
        let is_short = |(run, _, text): &(&Run, u64, &str)| Earlier::bytes_max(&run.name, text) <= bytes_max / 2;
        let fits = |(run, _, text): &(&Run, u64, &str)| {
            bytes += Earlier::bytes_max(&run.name, text);
            bytes <= bytes_max
        };
        let mut said: Vec<_> = latest
            .take_while(|(_, seq, _)| *seq > hidden)
            .take(count)
            .filter(is_short)
            .take_while(fits)
            .map(|(run, seq, text)| earlier(run, seq, text))
            .collect();
        said.reverse();
        said
    }

    /// Returns when the last message was said, in milliseconds since 1970.
    pub(super) fn last_time_ms(&self) -> Option<u64> {
        self.runs.back().map(|run| run.time_ms)
    }

    /// Returns how many messages are kept.
    pub(super) const fn messages(&self) -> usize {
        self.messages
    }

    /// Returns the messages and events that are kept, the oldest first.
    pub(super) fn messages_kept(&self) -> Vec<KeptMessage> {
        let messages = |run: &Run| {
            let (name, is_act, time_ms) = (run.name.clone(), run.is_act, run.time_ms);
            let seqs = run.seq + u64::from(run.forgotten)..;
            let texts = run.lines().lines().map(Text::clean).collect::<Vec<_>>();
            let message =
                move |(seq, text)| KeptMessage { name: name.clone(), text, is_act, time_ms, seq, event: None };
            seqs.zip(texts).map(message).collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.runs.iter().flat_map(messages).chain(self.events().cloned()).collect();
        all.sort_by_key(KeptMessage::place);
        all
    }

    /// Returns the runs as plain data, without what is forgotten of them.
    pub(super) fn snapshot(&self) -> Vec<RunState> {
        let state = |run: &Run| {
            let mut run = run.clone();
            run.let_go();
            let Run { name, origin, texts, is_act, at, time_ms, seq, .. } = run;
            RunState { name, origin, texts, is_act, at, time_ms, seq }
        };
        self.runs.iter().map(state).collect()
    }

    /// Makes it anew, of a room in which so much was said until now.
    pub(super) fn restore(
        runs: Vec<RunState>,
        events: Vec<KeptMessage>,
        said: u64,
        now: Time,
    ) -> Result<Self, SnapshotError> {
        let mut history = Self::default();
        let mut next = 1;
        for RunState { name, origin, texts, is_act, at, time_ms, seq } in runs {
            SnapshotError::unless(seq >= next && at <= now, "what was said is not in its order")?;
            SnapshotError::unless(!is_act || texts.count() == 1, "what is done is not one message")?;
            next = seq.saturating_add(u64::from(texts.count()));
            history.add(Run { name, origin, texts, forgotten: 0, forgotten_bytes: 0, is_act, at, time_ms, seq });
        }
        SnapshotError::unless(next <= said.saturating_add(1), "more is kept than was said")?;
        let fits = history.messages <= usize::from(HISTORY_MAX) && history.bytes <= BYTES_MAX;
        SnapshotError::unless(fits, "too much is kept of what was said")?;
        let count = events.len();
        let is_of_room = |event: &KeptEvent| event.told().is_none();
        let are_events = events.iter().all(|kept| kept.event.as_deref().is_some_and(is_of_room) && kept.seq <= said);
        SnapshotError::unless(are_events, "what happened is no event")?;
        events.into_iter().for_each(|event| history.push_event(event));
        SnapshotError::unless(history.events.len() == count, "too much is kept of what happened")?;
        Ok(history)
    }
}

/// Returns what an event takes.
fn event_bytes(event: &KeptMessage) -> usize {
    let bytes = match event.event.as_deref() {
        Some(KeptEvent { what: Happened::Topic(topic), .. }) => topic.as_ref().map_or(0, |topic| topic.as_str().len()),
        Some(KeptEvent { what: Happened::Tags(tags), .. }) => tags.as_str().len(),
        Some(KeptEvent { what: Happened::Told(told), .. }) => told.text.as_str().len(),
        None => 0,
    };
    bytes + event.name.as_str().len()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wire::Form;

    fn saying(name: &str, seq: u64) -> Saying {
        let name = Name::parse(name).expect("it is a name");
        Saying {
            name,
            origin: Some(ConnectionId::new(0, 0, 0)),
            is_act: false,
            at: Time::after(Duration::from_secs(seq)),
            time_ms: seq,
            seq,
        }
    }

    /// Says these texts in runs of so many, and returns what is kept.
    fn kept(texts: &[String], in_a_row: usize) -> (History, Vec<(u64, String)>) {
        let (mut history, mut seq) = (History::default(), 1);
        for run in texts.chunks(in_a_row) {
            history.push(saying("Ann", seq), Texts::clean(run));
            seq += run.len() as u64;
        }
        let said = history.last(
            (Time::after(Duration::from_secs(1000)), Clock::default()),
            0,
            usize::MAX,
            usize::MAX,
            |_, _| true,
        );
        let said = said.into_iter().map(|said| (said.seq, said.text.as_str().to_owned())).collect();
        (history, said)
    }

    #[test]
    fn the_last_messages_are_kept_however_they_were_gathered() {
        for (count, len) in
            [(0, 3), (1, 3), (99, 3), (100, 3), (101, 3), (300, 3), (150, 1000), (70, 65_000), (3, 70_000)]
        {
            let texts: Vec<_> = (0..count).map(|number| format!("{number:03}{}", "x".repeat(len - 3))).collect();
            let fit = (BYTES_MAX / (len + 4)).min(100).min(count);
            let expected: Vec<_> = (1..).zip(texts.iter().cloned()).skip(count - fit).collect();
            for in_a_row in [1, 2, 7, 64, 100, 256] {
                let (history, said) = kept(&texts, in_a_row);
                assert_eq!(said, expected, "{count} of {len}, {in_a_row} in a row");
                assert_eq!(history.messages, fit);
                assert_eq!(history.bytes, fit * (len + 4));
                let held: usize = history.runs.iter().map(|run| run.texts.bytes()).sum();
                assert!(held <= 2 * BYTES_MAX + COPIED_BYTES_MIN, "{held} bytes are held");
                let again = History::restore(
                    history.snapshot(),
                    Vec::new(),
                    count as u64,
                    Time::after(Duration::from_secs(1000)),
                );
                assert_eq!(again.expect("it is one").snapshot(), history.snapshot());
            }
        }
    }

    #[test]
    fn what_is_long_does_not_hide_what_was_said_before_it() {
        let texts = [7, 5000, 8, 6000, 9].map(|len| "x".repeat(len));
        let (history, _) = kept(&texts, 1);
        let lens = |count, bytes_max| {
            let said =
                history.last((Time::after(Duration::from_secs(9)), Clock::default()), 0, count, bytes_max, |_, _| true);
            said.iter().map(|said| said.text.as_str().len()).collect::<Vec<_>>()
        };
        assert_eq!(lens(9, 8192), [7, 8, 9]);
        assert_eq!(lens(3, 8192), [8, 9], "it counts all the same");
        assert_eq!(lens(9, 16384), [7, 5000, 8, 6000, 9]);
    }

    #[test]
    fn as_much_is_shown_as_fits_whatever_it_is() {
        for form in Form::ALL {
            for text in ["x", "\"\\", "日本語", &"\"".repeat(400), &"🦀".repeat(400)] {
                let mut history = History::default();
                let seqs = (0..100).map(|number| u64::from(u32::MAX) + number);
                for seq in seqs {
                    let said =
                        Saying { is_act: seq % 2 == 0, time_ms: u64::MAX, ..saying("twenty_characters_ok", seq) };
                    history.push(Saying { at: Time::START, ..said }, Text::clean(text).into());
                }
                for bytes_max in [256, 1000, 8192] {
                    let now = Time::after(Duration::from_secs(u64::from(u32::MAX)));
                    let said = history.last((now, Clock::default()), 0, 100, bytes_max, |_, _| true);
                    let message = crate::Message::History {
                        room: Name::parse_room(&"r".repeat(Name::ROOM_CHARS_MAX)).expect("a name"),
                        said,
                        more: false,
                    };
                    for encoding in crate::wire::Encoding::ALL.into_iter().filter(|encoding| encoding.form() == form) {
                        let mut out = bytes::BytesMut::new();
                        encoding.encode(&message, &mut out, |_| {});
                        assert!(out.len() <= bytes_max, "{} of {bytes_max} bytes", out.len());
                    }
                }
            }
        }
    }
}
