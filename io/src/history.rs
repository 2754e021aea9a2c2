//! Owns how a server is given a store that keeps what is said, and how that answers what the hub asks of it.

use std::fmt;
use std::sync::Arc;

use chinwag_core::{Answer, ConnectionId, Effect, Found, Kept, KeptMessage, Name, Past, Venue};

use crate::handle::Answers;

/// Keeps what is said, and is asked for it. None of it but [`past`](Self::past) may wait: it is called where
/// the chat runs.
pub trait Store: Send + Sync + 'static {
    /// Returns a number that no other history has, by which browsers know whether it is the one that they saw.
    fn identity(&self) -> u64;

    /// Tells whether it keeps also what is said to one person alone, for those of both who are logged in to an account.
    fn keeps_private(&self) -> bool {
        false
    }

    /// Returns what is known of a room, if that can be read. It is called once, before the server serves.
    fn past(&self, room: Name) -> Option<Past>;

    /// Takes what is to be kept, in its order, before anybody is told of it.
    fn keep(&self, kept: Vec<Kept>);

    /// Has `answer` be told, now or later and from any thread, what is known of a room, with all that was kept before.
    fn recall(&self, room: Name, answer: Asked<Past>);

    /// Has `answer` be told what was said somewhere.
    fn read(&self, page: chinwag_core::Page, answer: Asked<Vec<KeptMessage>>);

    /// Has `answer` be told what was found, the newest first.
    fn search(&self, search: chinwag_core::Search, answer: Asked<Vec<Found>>);

    /// Returns what there is to be told of it.
    fn counts(&self) -> HistoryCounts;
}

/// Counts what a store has done, and what it holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct HistoryCounts {
    /// Messages and topics that were given to it.
    pub kept: u64,
    /// Those that are lost, since they could not be written.
    pub lost: u64,
    /// Those that are not in the database yet.
    pub behind: u64,
    /// The bytes of its database, without what was written last.
    pub bytes: u64,
    /// It can't be written to at the moment.
    pub is_failing: bool,
}

/// Gives a server a store. Its clones are the same one.
#[derive(Clone)]
pub struct History(Arc<dyn Store>);

impl History {
    /// Has this store keep what is said.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0
    }

    /// Returns what is known of a room.
    pub(crate) fn past(&self, room: Name, unix_ms: u64) -> Past {
        self.0.past(room.clone()).unwrap_or_else(|| unknown(room, unix_ms))
    }

    /// Asks for what an effect wants to know, at this time of day. What can't be answered by a store is left alone.
    pub(crate) fn ask(&self, effect: Effect, unix_ms: u64, answers: &Answers) {
        let answers = answers.clone();
        match effect {
            Effect::VerifyToken { .. } | Effect::LogIn { .. } => {}
            Effect::Recall { room } => {
                let without = room.clone();
                let answer = move |past: Option<Past>| {
                    answers.give(Answer::Recalled(past.unwrap_or_else(|| unknown(without, unix_ms))));
                };
                self.0.recall(room, Asked::new(answer));
            }
            Effect::Read { connection, page } => {
                let venue = page.venue.clone();
                self.0.read(page, Asked::new(move |messages| answers.give(read(connection, venue, messages))));
            }
            Effect::Search { connection, search } => {
                let found = move |found: Option<_>| Answer::Found { connection, found: found.unwrap_or_default() };
                self.0.search(search, Asked::new(move |answer| answers.give(found(answer))));
            }
        }
    }
}

/// Stands for what can't be read of a room. A room has fewer messages than milliseconds have passed since 1970: so no
/// number is given twice.
fn unknown(room: Name, unix_ms: u64) -> Past {
    Past { said: unix_ms, ..Past::none(room) }
}

fn read(connection: ConnectionId, venue: Venue, messages: Option<Vec<KeptMessage>>) -> Answer {
    Answer::Read { connection, venue, messages: messages.unwrap_or_default() }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("History")
    }
}

/// Takes an answer. If it is dropped, nothing is known.
pub struct Asked<T>(Option<Box<dyn FnOnce(Option<T>) + Send>>);

impl<T> Asked<T> {
    fn new(answer: impl FnOnce(Option<T>) + Send + 'static) -> Self {
        Self(Some(Box::new(answer)))
    }

    /// Gives it.
    pub fn give(mut self, answer: T) {
        if let Some(take) = self.0.take() {
            take(Some(answer));
        }
    }
}

impl<T> Drop for Asked<T> {
    fn drop(&mut self) {
        if let Some(take) = self.0.take() {
            take(None);
        }
    }
}

impl<T> fmt::Debug for Asked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Asked")
    }
}
