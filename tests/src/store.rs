//! Owns a store as simple as can be: what it was given stands in one list, and each answer is looked up in all of it.

use chinwag_core::log::TopicState;
use chinwag_core::{Answer, Effect, Found, Kept, KeptMessage, Name, Page, Past, Search, Text, What};

/// How many messages of a room are known to who opens it.
const PAST_MAX: usize = 100;

/// Keeps what was said in rooms, and answers what a hub asks of it.
#[derive(Clone, Debug, Default)]
pub struct Store(Vec<Kept>);

impl Store {
    /// Starts with what was said before.
    #[must_use]
    pub const fn new(before: Vec<Kept>) -> Self {
        Self(before)
    }

    /// Keeps more.
    pub fn keep(&mut self, kept: Vec<Kept>) {
        self.0.extend(kept);
    }

    /// Answers an effect with what it has kept by now.
    ///
    /// # Panics
    /// If that takes no store.
    #[must_use]
    pub fn answer(&self, effect: Effect) -> Answer {
        match effect {
            Effect::VerifyToken { .. } | Effect::LogIn { .. } => panic!("it takes no store"),
            Effect::Recall { room } => Answer::Recalled(self.past(room)),
            Effect::Read { connection, page } => {
                let messages = self.read(&page);
                Answer::Read { connection, venue: page.venue, messages }
            }
            Effect::Search { connection, search } => Answer::Found { connection, found: self.search(&search) },
        }
    }

    /// Returns what is known of a room.
    #[must_use]
    pub fn past(&self, room: Name) -> Past {
        let messages: Vec<_> = self.messages(&room).collect();
        let topic = self.0.iter().rev().filter(|kept| is_of(kept, &room)).find_map(|kept| match &kept.what {
            What::Topic(topic) => Some(topic.clone().map(|topic| (topic, kept.name.clone(), kept.time_ms))),
            What::Said(_) | What::Acted(_) | What::Event(_) | What::Forgotten { .. } => None,
        });
        let topic = topic.flatten().map(|(topic, name, time_ms)| TopicState { topic, name, time_ms });
        let said = messages.last().map_or(0, |last| last.seq);
        let messages = messages[messages.len().saturating_sub(PAST_MAX)..].to_vec();
        let hidden = self.0.iter().filter(|kept| is_of(kept, &room) && kept.is_hidden);
        let hidden = hidden.flat_map(self::messages).map(|message| message.seq).max().unwrap_or(0);
        Past { room, said, hidden, topic, messages }
    }

    /// Returns the numbers of all messages of a room.
    pub fn numbers(&self, room: &Name) -> impl Iterator<Item = u64> {
        self.messages(room).map(|message| message.seq)
    }

    fn read(&self, page: &Page) -> Vec<KeptMessage> {
        let all = self.0.iter().filter(|kept| kept.venue.is(&page.venue));
        let all = all.flat_map(|kept| messages(kept).into_iter().chain(event(kept)));
        let mut messages: Vec<_> = all.filter(|message| page.has(message)).collect();
        page.cut(&mut messages);
        messages
    }

    fn search(&self, Search { rooms, words, count }: &Search) -> Vec<Found> {
        let words: Vec<_> = words.as_str().split_whitespace().map(str::to_lowercase).collect();
        let has_all = |text: &Text| {
            let text = text.as_str().to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let found = self.0.iter().rev().flat_map(|kept| {
            let room = rooms.iter().find(|room| is_of(kept, room));
            let mut messages = room.map(|_| messages(kept)).unwrap_or_default();
            messages.retain(|message| has_all(&message.text));
            messages.into_iter().rev().zip(room.into_iter().cycle())
        });
        found.take((*count).into()).map(|(message, room)| Found { room: room.clone(), message }).collect()
    }

    fn messages(&self, room: &Name) -> impl Iterator<Item = KeptMessage> {
        self.0.iter().filter(move |kept| is_of(kept, room)).flat_map(messages)
    }
}

fn is_of(kept: &Kept, room: &Name) -> bool {
    kept.venue.room().is_some_and(|other| other.key() == room.key())
}

/// Returns what happened, if it was kept that it did.
fn event(kept: &Kept) -> Option<KeptMessage> {
    let What::Event(event) = &kept.what else { return None };
    let (name, event) = (kept.name.clone(), Some(Box::new(event.clone())));
    Some(KeptMessage { name, text: Text::default(), is_act: false, time_ms: kept.time_ms, seq: kept.seq, event })
}

/// Returns the messages of what was kept at once.
fn messages(kept: &Kept) -> Vec<KeptMessage> {
    let (texts, is_act) = match &kept.what {
        What::Said(texts) => (texts.iter().map(Text::clean).collect(), false),
        What::Acted(text) => (vec![text.clone()], true),
        What::Topic(_) | What::Event(_) | What::Forgotten { .. } => (Vec::new(), false),
    };
    let (name, time_ms) = (&kept.name, kept.time_ms);
    let message = |(seq, text)| KeptMessage { name: name.clone(), text, is_act, time_ms, seq, event: None };
    (kept.seq..).zip(texts).map(message).collect()
}
