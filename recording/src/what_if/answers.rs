//! Owns what the outside has answered when it was recorded, for a hub that may ask for it at another time, or for
//! something else.
//!
//! Invariant: nobody waits for an answer for ever. What was not asked for then is answered by nothing after a while.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use chinwag_core::{Answer, ConnectionId, Denial, Effect, Name, NameKey, Past, Time, Verdict};

/// How long an answer is waited for: longer than a store takes that is asked.
const WAIT: Duration = Duration::from_secs(10);

/// Matches questions and answers. A connection is named by its place.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// What was answered to one connection and it has not asked for here.
    given: HashMap<usize, VecDeque<Answer>>,
    /// What each waits for here.
    asked: HashMap<usize, Question>,
    /// What was known of rooms and nobody has asked for here.
    pasts: HashMap<NameKey, Past>,
    /// The rooms of which it is waited for what is known.
    rooms: HashMap<NameKey, Name>,
    /// Until when it is waited, in the order in which it was asked.
    due: VecDeque<(Time, Asker)>,
}

/// What one connection waits for.
#[derive(Debug)]
enum Question {
    Effect(Effect),
    /// It was asked before the recording begins.
    Unknown,
}

#[derive(Debug)]
enum Asker {
    Place(usize),
    Room(NameKey),
}

impl Answers {
    /// Learns that a connection waited for something when the recording began.
    pub(super) fn await_unknown(&mut self, place: usize) {
        self.asked.insert(place, Question::Unknown);
    }

    /// Learns that it was waited then for what is known of a room.
    pub(super) fn await_room(&mut self, room: Name) {
        self.rooms.insert(room.key(), room);
    }

    /// Takes what the hub asks for, for one connection. Returns the answer if it was given already.
    pub(super) fn ask(&mut self, now: Time, place: usize, effect: Effect) -> Option<Answer> {
        let given = self.given.entry(place).or_default();
        // What was asked for before it then is not asked for any more.
        if let Some(found) = given.iter().position(|answer| is_answered(&effect, answer)) {
            return given.drain(..=found).next_back();
        }
        self.asked.insert(place, Question::Effect(effect));
        self.due.push_back((now + WAIT, Asker::Place(place)));
        None
    }

    /// The same of what is known of a room.
    pub(super) fn ask_of_room(&mut self, now: Time, room: Name) -> Option<Answer> {
        let key = room.key();
        if let Some(past) = self.pasts.remove(&key) {
            return Some(Answer::Recalled(past));
        }
        self.due.push_back((now + WAIT, Asker::Room(key.clone())));
        self.rooms.insert(key, room);
        None
    }

    /// Takes what was answered then to one connection. Tells whether it waits for that now; else it is kept.
    pub(super) fn give(&mut self, place: usize, answer: Answer) -> Option<Answer> {
        let is_asked = match self.asked.get(&place) {
            Some(Question::Effect(effect)) => is_answered(effect, &answer),
            Some(Question::Unknown) => true,
            None => false,
        };
        if is_asked {
            self.asked.remove(&place);
            return Some(answer);
        }
        self.given.entry(place).or_default().push_back(answer);
        None
    }

    /// The same of what was known of a room.
    pub(super) fn give_of_room(&mut self, past: Past) -> Option<Answer> {
        let key = past.room.key();
        if self.rooms.remove(&key).is_some() {
            return Some(Answer::Recalled(past));
        }
        self.pasts.insert(key, past);
        None
    }

    /// Returns when somebody has waited for long enough.
    pub(super) fn next_due(&self) -> Option<Time> {
        self.due.front().map(|(due, _)| *due)
    }

    /// Returns the answer to who has waited for long enough, if they still do.
    pub(super) fn give_up(&mut self, now: Time) -> Option<(Option<usize>, Answer)> {
        while let Some((_, asker)) = self.due.pop_front_if(|(due, _)| *due <= now) {
            match asker {
                Asker::Place(place) => {
                    if let Some(Question::Effect(effect)) = self.asked.remove(&place) {
                        return Some((Some(place), nothing(effect)));
                    }
                }
                Asker::Room(key) => {
                    if let Some(room) = self.rooms.remove(&key) {
                        return Some((None, Answer::Recalled(Past::none(room))));
                    }
                }
            }
        }
        None
    }
}

/// Tells whether this answers that.
fn is_answered(effect: &Effect, answer: &Answer) -> bool {
    match (effect, answer) {
        (Effect::VerifyToken { .. }, Answer::Verified { .. })
        | (Effect::LogIn { .. }, Answer::LoggedIn { .. })
        | (Effect::Search { .. }, Answer::Found { .. }) => true,
        (Effect::Read { page, .. }, Answer::Read { venue, .. }) => page.venue.is(venue),
        (Effect::Recall { room }, Answer::Recalled(past)) => room.key() == past.room.key(),
        // Nobody has asked for it.
        (_, Answer::Decided(_)) => false,
        (
            Effect::VerifyToken { .. }
            | Effect::LogIn { .. }
            | Effect::Search { .. }
            | Effect::Read { .. }
            | Effect::Recall { .. },
            Answer::Verified { .. }
            | Answer::LoggedIn { .. }
            | Answer::Found { .. }
            | Answer::Read { .. }
            | Answer::Recalled(_),
        ) => false,
    }
}

/// Answers that there is nothing.
fn nothing(effect: Effect) -> Answer {
    match effect {
        Effect::VerifyToken { connection, .. } => Answer::Verified { connection, ghost: None },
        Effect::LogIn { connection, .. } => Answer::LoggedIn { connection, verdict: Verdict::Denied(Denial::Wrong) },
        Effect::Recall { room } => Answer::Recalled(Past::none(room)),
        Effect::Read { connection, page } => Answer::Read { connection, venue: page.venue, messages: Vec::new() },
        Effect::Search { connection, .. } => Answer::Found { connection, found: Vec::new() },
    }
}

/// Returns an answer for the connection that asks here, where the connections of then are other ones.
pub(super) fn readdressed(
    answer: Answer,
    asker: ConnectionId,
    here: impl Fn(ConnectionId) -> Option<ConnectionId>,
) -> Answer {
    match answer {
        Answer::Verified { ghost, .. } => Answer::Verified { connection: asker, ghost: ghost.and_then(here) },
        Answer::LoggedIn { verdict, .. } => Answer::LoggedIn { connection: asker, verdict },
        Answer::Read { venue, messages, .. } => Answer::Read { connection: asker, venue, messages },
        Answer::Found { found, .. } => Answer::Found { connection: asker, found },
        Answer::Recalled(past) => Answer::Recalled(past),
        Answer::Decided(decided) => Answer::Decided(decided),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(generation: u32) -> Answer {
        let connection = ConnectionId::new(0, 0, 0);
        Answer::Verified { connection, ghost: Some(ConnectionId::new(0, 1, generation)) }
    }

    fn reads(room: &str) -> Effect {
        let venue = Name::parse(room).expect("it is a name").into();
        let page = chinwag_core::Page {
            venue,
            after: None,
            before: None,
            is_from_oldest: false,
            count: 1,
            with_events: false,
        };
        Effect::Read { connection: ConnectionId::new(0, 0, 0), page }
    }

    fn read(room: &str) -> Answer {
        let venue = Name::parse(room).expect("it is a name").into();
        Answer::Read { connection: ConnectionId::new(0, 0, 0), venue, messages: Vec::new() }
    }

    #[test]
    fn an_answer_waits_for_its_question_and_a_question_for_its_answer() {
        let mut answers = Answers::default();
        assert_eq!(answers.give(0, verified(1)), None);
        assert_eq!(answers.give(0, read("main")), None);
        assert_eq!(
            answers.ask(Time::START, 0, reads("MAIN")),
            Some(read("main")),
            "the other is not asked for any more"
        );
        assert_eq!(answers.ask(Time::START, 0, reads("pizza")), None);
        assert_eq!(answers.give(0, read("main")), None, "it is another's");
        assert_eq!(answers.give(1, read("pizza")), None, "it is somebody else's");
        assert_eq!(answers.give(0, read("pizza")), Some(read("pizza")));
        answers.await_unknown(2);
        assert_eq!(answers.give(2, verified(3)), Some(verified(3)));
    }

    #[test]
    fn what_nobody_has_asked_for_then_is_answered_by_nothing_in_the_end() {
        let (mut answers, room) = (Answers::default(), Name::parse("pizza").expect("it is a name"));
        assert_eq!(answers.ask(Time::START, 0, reads("pizza")), None);
        assert_eq!(answers.ask_of_room(Time::START, room.clone()), None);
        assert_eq!(answers.give_of_room(Past::none(room.clone())), Some(Answer::Recalled(Past::none(room.clone()))));
        let due = answers.next_due().expect("somebody waits");
        assert_eq!(answers.give_up(Time::START), None);
        assert_eq!(answers.give_up(due), Some((Some(0), read("pizza"))));
        assert_eq!((answers.give_up(due), answers.next_due()), (None, None));
        assert_eq!(answers.give_of_room(Past::none(room.clone())), None);
        assert_eq!(answers.ask_of_room(due, room.clone()), Some(Answer::Recalled(Past::none(room))));
    }
}
