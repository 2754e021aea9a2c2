//! Owns what a store outside knows, as the model has it, and who waits for what it says.
//!
//! What somebody asks for is dealt with when all before it is. Who wants into a room that is not there waits until it
//! is known what was said there before, and who wants to read or to find something until it was looked up. An answer
//! has what was kept when it was asked for. What was found out about a room counts until somebody opens it.

use std::collections::VecDeque;

use chinwag_core::{Kept, Time, What};

use super::given::Given;
use super::irc::Answer;
use super::talk::Earlier;
use super::typist::Ask;
use super::{Line, Model, Room, Speech, Topic, is_room_name};
use crate::sim::irc::Parsed;

/// How much is known to who opens a room, and how much is read and found at once.
const PAST_MAX: usize = 100;
const READ_MAX: usize = 100;
const FOUND_MAX: usize = 10;

/// How many bytes each message that is found takes more than others, for its room.
const ROOM_BYTES: usize = 44;

/// Holds what is kept, what is asked for, and who waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    kept: Vec<Fact>,
    /// What was asked for by what is being dealt with.
    asking: VecDeque<Question>,
    /// What the store was asked after that, and how much was kept then.
    asked: VecDeque<(Question, usize)>,
    recalls: Vec<Recall>,
    /// What the rooms are like that somebody opens now: of each, how much was kept when it was asked for.
    recalled: Vec<(String, usize)>,
    waiting: Vec<Waiting>,
    /// What happened that a run has to come to.
    seen: Vec<&'static str>,
}

/// What is kept of a room at once.
#[derive(Clone, Debug)]
struct Fact {
    room: String,
    name: String,
    time: u128,
    what: Known,
}

#[derive(Clone, Debug)]
enum Known {
    Said { text: String, is_act: bool, seq: u64, is_hidden: bool },
    Topic(Option<String>),
}

#[derive(Clone, Debug)]
enum Question {
    /// Whose token somebody has.
    Verify {
        user: usize,
        token: String,
    },
    Recall {
        room: String,
    },
    /// What was said in a room from one number to another: the last of it.
    Read {
        user: usize,
        room: String,
        from: u64,
        to: u64,
        count: usize,
    },
    /// What comes of a password.
    Password {
        user: usize,
        given: Given,
    },
    Search {
        user: usize,
        rooms: Vec<String>,
        words: Vec<String>,
    },
}

/// Who waits for what is known of a room.
#[derive(Clone, Debug)]
struct Recall {
    room: String,
    users: Vec<usize>,
    /// It was opened meanwhile.
    is_stale: bool,
}

/// What is known of a user who may have to wait.
#[derive(Clone, Debug, Default)]
struct Waiting {
    waits: bool,
    held: VecDeque<Deed>,
    pasts: Vec<(String, usize)>,
    /// The answer by IRC that is still to be told.
    answer: Option<Answer>,
}

/// What somebody does.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Ask(Ask),
    /// Their program asks for the rest of an answer.
    More,
    Close,
}

impl Model {
    /// Has a store keep what is said, with what was said before.
    #[must_use]
    pub fn keeping(mut self, before: &[Kept]) -> Self {
        let mut kept = Vec::new();
        for Kept { venue, name, what, time_ms, seq, is_hidden } in before {
            let is_hidden = *is_hidden;
            let fact = |what| Fact { room: venue.to_string(), name: name.to_string(), time: (*time_ms).into(), what };
            match what {
                What::Said(texts) => kept.extend(
                    texts
                        .iter()
                        .zip(*seq..)
                        .map(|(text, seq)| fact(Known::Said { text: text.to_owned(), is_act: false, seq, is_hidden })),
                ),
                What::Acted(text) => {
                    kept.push(fact(Known::Said { text: text.to_string(), is_act: true, seq: *seq, is_hidden }));
                }
                What::Event(_) | What::Forgotten { .. } => {}
                What::Topic(topic) => {
                    kept.push(fact(Known::Topic(topic.as_ref().map(|topic| topic.as_str().to_owned()))));
                }
            }
        }
        let until = kept.len();
        self.memory = Some(Memory { kept, ..Memory::default() });
        self.rooms[0] = self.as_it_was("main", until, Room::main());
        self
    }

    /// Returns how much the store was asked that is not answered.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.memory.as_ref().map_or(0, |memory| memory.asked.len())
    }

    /// Returns all that can make a difference to what happens later, where all say the same and nobody is ignored.
    ///
    /// # Panics
    /// If there is no store.
    #[must_use]
    pub fn state(&self) -> String {
        let Memory { kept, asked, recalls, waiting, .. } = self.memory.as_ref().expect("there is a store");
        let people: Vec<_> = self.people.iter().map(|person| (person.user, &person.rooms)).collect();
        let rooms: Vec<_> = self.rooms.iter().map(|room| (&room.name, room.said)).collect();
        let kept: Vec<_> = kept.iter().map(|fact| &fact.room).collect();
        format!("{people:?} {rooms:?} {kept:?} {asked:?} {recalls:?} {waiting:?}")
    }

    /// Returns what has happened since this was last called that a run has to come to.
    pub fn take_seen(&mut self) -> Vec<&'static str> {
        self.memory.as_mut().map(|memory| std::mem::take(&mut memory.seen)).unwrap_or_default()
    }

    /// Keeps what is said.
    pub(super) fn keep_said(&mut self, room: &str, name: &str, time: u128, (text, is_act): (&str, bool), seq: u64) {
        let is_hidden = self.room_mut(room).order.is_closed();
        self.keep(room, name, time, Known::Said { text: text.to_owned(), is_act, seq, is_hidden });
    }

    /// Keeps what a room is about.
    pub(super) fn keep_topic(&mut self, room: &str, name: &str, time: u128, topic: Option<&str>) {
        let is_hidden = self.room_mut(room).order.is_closed();
        self.keep(room, name, time, Known::Topic(topic.filter(|_| !is_hidden).map(str::to_owned)));
    }

    fn keep(&mut self, room: &str, name: &str, time: u128, what: Known) {
        if let Some(memory) = &mut self.memory {
            memory.kept.push(Fact { room: room.to_owned(), name: name.to_owned(), time, what });
        }
    }

    /// Lets a user do the next thing, once nothing of theirs waits.
    pub(super) fn take(&mut self, now: Time, user: usize, deed: Deed) {
        if self.memory.is_none() {
            return self.follow(now, user, deed);
        }
        let waiting = self.waiting(user);
        if waiting.waits {
            let situation = if matches!(deed, Deed::Close) { "left while waiting" } else { "more while waiting" };
            waiting.held.push_back(deed);
            return self.see(situation);
        }
        self.deal(now, user, deed);
        self.perform(now);
    }

    fn deal(&mut self, now: Time, user: usize, deed: Deed) {
        if let Some(room) = self.unknown_room(user, &deed) {
            self.waiting(user).held.push_front(deed);
            return self.await_room(user, &room);
        }
        let pasts = std::mem::take(&mut self.waiting(user).pasts);
        let memory = self.memory.as_mut().expect("only who is asked has anybody wait");
        for (room, _) in &pasts {
            let is_known = memory.waiting.iter().any(|other| other.pasts.iter().any(|(past, _)| past == room));
            memory.seen.extend(is_known.then_some("known, and out of date"));
            memory.waiting.iter_mut().for_each(|other| other.pasts.retain(|(past, _)| past != room));
            memory.recalls.iter_mut().filter(|recall| recall.room == *room).for_each(|recall| recall.is_stale = true);
        }
        memory.recalled = pasts;
        self.follow(now, user, deed);
        if let Some(memory) = &mut self.memory {
            memory.recalled.clear();
        }
    }

    /// Returns the first room that is not there, and that somebody wants into without knowing of it.
    fn unknown_room(&mut self, user: usize, deed: &Deed) -> Option<String> {
        if !self.people.iter().any(|person| person.user == user) {
            return None;
        }
        let Deed::Ask(ask) = deed else { return None };
        let wanted = if let Ask::Join(room) | Ask::Enter(room) | Ask::JoinWithKey(room, ..) = ask {
            vec![room.clone()]
        } else if let Ask::Irc(line) = ask {
            let line = Parsed::new(line);
            let named = line.filled(0).filter(|_| line.is("JOIN")).unwrap_or_default();
            named.split(',').filter_map(|name| name.strip_prefix('#')).map(str::to_owned).collect()
        } else {
            return None;
        };
        let pasts = self.waiting(user).pasts.clone();
        let wanted = wanted.into_iter().filter(|room| is_room_name(room)).map(|room| room.to_lowercase());
        let is_known = |room: &String| {
            self.rooms.iter().any(|other| other.name.eq_ignore_ascii_case(room))
                || pasts.iter().any(|(past, _)| past == room)
        };
        wanted.into_iter().find(|room| !is_known(room))
    }

    fn await_room(&mut self, user: usize, room: &str) {
        let memory = self.memory.as_mut().expect("somebody waits for it");
        memory.waiting[user].waits = true;
        match memory.recalls.iter_mut().find(|recall| recall.room == room) {
            Some(recall) => {
                recall.users.push(user);
                memory.seen.push("two wait for one room");
            }
            None => {
                memory.recalls.push(Recall { room: room.to_owned(), users: vec![user], is_stale: false });
                memory.asking.push_back(Question::Recall { room: room.to_owned() });
            }
        }
    }

    /// Lets somebody wait until it was looked up whose token they have.
    pub(super) fn await_token(&mut self, user: usize, token: String) {
        self.wait(user, Question::Verify { user, token });
    }

    /// Has a password looked at: with a store, others may be answered before.
    pub(super) fn look_at(&mut self, now: Time, user: usize, given: Given) {
        if self.memory.is_none() {
            return self.take_given(now, user, given);
        }
        if let Some(answer) = self.answer.take() {
            self.waiting(user).answer = Some(answer);
        }
        self.wait(user, Question::Password { user, given });
    }

    /// Tells whether somebody waits for something.
    pub(super) fn is_waiting(&mut self, user: usize) -> bool {
        self.memory.is_some() && self.waiting(user).waits
    }

    /// Shows somebody the last messages of their room, those that only the store has among them.
    pub(super) fn read_last(&mut self, now: Time, user: usize, room: &str, count: usize) {
        let hidden = self.hidden_from(user, room);
        let state = self.room_mut(room);
        let (known, said, name) = (state.history.len(), state.said, state.name.clone());
        if self.memory.is_some() && known < count && (known as u64) < said - hidden {
            return self.wait(user, Question::Read { user, room: name, from: hidden + 1, to: u64::MAX, count });
        }
        self.pieces[user] = self.earlier(now, user, room, count).into();
        self.show_more(user);
    }

    /// Shows somebody messages by their numbers.
    pub(super) fn read_page(&mut self, now: Time, user: usize, room: &str, from: u64, to: u64) {
        let is_there = self.person(user).is_in(room);
        if is_there && self.memory.is_some() {
            let from = from.max(self.hidden_from(user, room) + 1);
            let room = self.room_mut(room).name.clone();
            return self.wait(user, Question::Read { user, room, from, to, count: READ_MAX });
        }
        let said = if is_there { self.room_mut(room).history.clone() } else { Vec::new() };
        self.show_read(now, user, room, said, from, to, READ_MAX);
    }

    #[expect(clippy::too_many_arguments, reason = "they say which messages are shown, to whom and when")]
    fn show_read(&mut self, now: Time, user: usize, room: &str, said: Vec<Earlier>, from: u64, to: u64, count: usize) {
        let mut said: Vec<_> = said.into_iter().filter(|said| said.seq >= from && said.seq <= to).collect();
        said.drain(..said.len().saturating_sub(count));
        // Nothing is known of who said it but the name.
        let mut said: Vec<_> = said.into_iter().map(Earlier::by_name).collect();
        let is_there = self.people.iter().any(|person| person.user == user && person.is_in(room));
        let hidden = if is_there { self.hidden_from(user, room) } else { u64::MAX };
        said.retain(|said| said.seq > hidden && !self.person(user).ignores(&said.name));
        self.pieces[user] = self.shown_or_nothing(now, user, room, &said).into();
        self.show_more(user);
    }

    /// Looks for what was said in the rooms of somebody.
    pub(super) fn search(&mut self, now: Time, user: usize, words: &str) {
        if self.memory.is_none() {
            return self.answer_or_reply(now, user, "This server keeps no history that could be searched");
        }
        let rooms = self.person(user).rooms.clone();
        let words = words.split_whitespace().map(str::to_lowercase).collect();
        if let Some(answer) = self.answer.take() {
            self.waiting(user).answer = Some(answer);
        }
        self.wait(user, Question::Search { user, rooms, words });
    }

    fn answer_or_reply(&mut self, now: Time, user: usize, text: &str) {
        if self.speech[user] == Speech::Irc {
            self.notice(now, user, text);
        } else {
            self.reply(user, text);
        }
    }

    fn wait(&mut self, user: usize, question: Question) {
        self.waiting(user).waits = true;
        self.memory.as_mut().expect("somebody waits for it").asking.push_back(question);
    }

    /// Lets the store be asked what was asked for, once all is kept that was said before.
    fn perform(&mut self, now: Time) {
        while let Some(question) = self.memory.as_mut().and_then(|memory| memory.asking.pop_front()) {
            if let Question::Password { user, given } = question {
                if std::mem::take(&mut self.waiting(user).waits) {
                    self.answer = self.waiting(user).answer.take();
                    self.take_given(now, user, given);
                    self.finish_answer(now);
                    self.release(now, user);
                }
            } else if let Question::Verify { user, token } = question {
                if std::mem::take(&mut self.waiting(user).waits) {
                    self.resume(now, user, &token);
                    self.release(now, user);
                }
            } else if let Some(memory) = &mut self.memory {
                memory.asked.push_back((question, memory.kept.len()));
            }
        }
    }

    /// Takes the next answer of the store.
    pub fn take_answer(&mut self, now: Time) {
        let Some((question, until)) = self.memory.as_mut().and_then(|memory| memory.asked.pop_front()) else { return };
        if self.stopped {
            return;
        }
        match question {
            Question::Verify { .. } | Question::Password { .. } => {}
            Question::Recall { room } => self.take_recalled(now, &room, until),
            Question::Read { user, room, from, to, count } => {
                if std::mem::take(&mut self.waiting(user).waits) {
                    let said = self.kept_of(&room, until);
                    self.see("read from the store");
                    self.show_read(now, user, &room, said, from, to, count);
                    self.release(now, user);
                }
            }
            Question::Search { user, rooms, words } => {
                if std::mem::take(&mut self.waiting(user).waits) {
                    self.show_found(now, user, &rooms, &words, until);
                    self.release(now, user);
                }
            }
        }
        self.perform(now);
    }

    fn take_recalled(&mut self, now: Time, room: &str, until: usize) {
        let recall = |model: &mut Self| {
            let recalls = model.memory.as_mut().map(|memory| &mut memory.recalls);
            recalls.and_then(|recalls| recalls.iter_mut().find(|recall| recall.room == room).cloned())
        };
        let Some(Recall { users, .. }) = recall(self) else { return };
        if let Some(memory) = &mut self.memory {
            memory.recalls.iter_mut().filter(|recall| recall.room == room).for_each(|recall| recall.users.clear());
        }
        for user in users {
            if !std::mem::take(&mut self.waiting(user).waits) {
                continue;
            }
            if recall(self).is_some_and(|recall| !recall.is_stale) {
                self.waiting(user).pasts.push((room.to_owned(), until));
            }
            self.release(now, user);
        }
        let Some(Recall { users, .. }) = recall(self) else { return };
        let Some(memory) = &mut self.memory else { return };
        memory.recalls.retain(|recall| recall.room != room);
        if !users.is_empty() {
            memory.recalls.push(Recall { room: room.to_owned(), users, is_stale: false });
            memory.asking.push_back(Question::Recall { room: room.to_owned() });
            memory.seen.push("asked again for a room");
        }
    }

    fn release(&mut self, now: Time, user: usize) {
        while !self.waiting(user).waits
            && let Some(deed) = self.waiting(user).held.pop_front()
        {
            self.deal(now, user, deed);
        }
    }

    /// Forgets what a user waits for, whose connection is gone.
    pub(super) fn forget_waiting(&mut self, user: usize) {
        if self.memory.is_some() {
            *self.waiting(user) = Waiting::default();
        }
    }

    /// Returns a room that is opened, as it was.
    pub(super) fn recalled(&mut self, name: &str, opened: Room) -> Room {
        let pasts = self.memory.as_ref().map_or(&[][..], |memory| &memory.recalled);
        match pasts.iter().find(|(room, _)| room.eq_ignore_ascii_case(name)) {
            Some(&(_, until)) => self.as_it_was(name, until, opened),
            None => opened,
        }
    }

    fn as_it_was(&mut self, name: &str, until: usize, opened: Room) -> Room {
        let mut history = self.kept_of(name, until);
        let said = history.last().map_or(0, |last| last.seq);
        history.drain(..history.len().saturating_sub(PAST_MAX));
        super::talk::bound(&mut history);
        let facts = self.memory.as_ref().map_or(&[][..], |memory| &memory.kept[..until]);
        let mut facts = facts.iter().rev().filter(|fact| fact.room.eq_ignore_ascii_case(name));
        let hidden = facts.clone().find_map(|fact| match fact.what {
            Known::Said { seq, is_hidden: true, .. } => Some(seq),
            Known::Said { .. } | Known::Topic(_) => None,
        });
        let topic = facts.find_map(|Fact { name, time, what, .. }| {
            let Known::Topic(topic) = what else { return None };
            Some(topic.clone().map(|text| Topic { text, by: name.clone(), time: *time }))
        });
        if said > 0 {
            self.see("a room came again");
        }
        let topic = topic.flatten();
        if topic.is_some() {
            self.see("a topic came again");
        }
        if hidden.is_some() {
            self.see("a closed room came again");
        }
        let order = opened.order.clone().hiding(hidden.unwrap_or(0));
        Room { said, topic, history, order, ..opened }
    }

    /// Returns all that was said in a room, by how much was kept then.
    fn kept_of(&self, room: &str, until: usize) -> Vec<Earlier> {
        let facts = self.memory.as_ref().map_or(&[][..], |memory| &memory.kept[..until]);
        let of_room = facts.iter().filter(|fact| fact.room.eq_ignore_ascii_case(room));
        of_room.filter_map(Fact::said).collect()
    }

    fn show_found(&mut self, now: Time, user: usize, rooms: &[String], words: &[String], until: usize) {
        let facts = self.memory.as_ref().map_or(&[][..], |memory| &memory.kept[..until]);
        let has_all = |said: &Earlier| words.iter().all(|word| said.text.to_lowercase().contains(word));
        let found = facts.iter().rev().filter_map(|fact| {
            let room = rooms.iter().find(|room| fact.room.eq_ignore_ascii_case(room))?;
            Some((room.clone(), fact.said().filter(has_all)?))
        });
        let mut found: Vec<_> = found.take(FOUND_MAX).collect();
        found.reverse();
        let all = found.len();
        found.retain(|(_, said)| !self.person(user).ignores(&said.name));
        found.retain(|(room, said)| {
            let is_there = self.people.iter().any(|person| person.user == user && person.is_in(room));
            is_there && said.seq > self.hidden_from(user, room)
        });
        if found.len() < all {
            self.see("found and ignored");
        }
        self.see(if found.is_empty() { "nothing found" } else { "found" });
        if self.speech[user] == Speech::Irc {
            return self.show_found_by_irc(now, user, &found);
        }
        if found.is_empty() {
            return self.reply(user, "Nothing was found");
        }
        let (mut pieces, mut bytes) = (VecDeque::new(), usize::MAX);
        for (room, said) in found {
            let more = ROOM_BYTES + said.bytes();
            bytes = bytes.saturating_add(more);
            if bytes > self.list_bytes_max {
                bytes = 100 + more;
                pieces.push_back(Vec::new());
            }
            let (line, room) = (said.line(), self.room_mut(&room).name.clone());
            let text = match self.speech[user] {
                Speech::Lf | Speech::CrLf => self.text(user, &format!("[{room}, {}] {line}", self.ago(now, &said)), ""),
                Speech::Frames | Speech::Irc => {
                    self.text(user, &format!("found {line}"), &format!(" [{room} {} {}]", said.seq, said.time))
                }
            };
            pieces.back_mut().expect("it has begun").push(Line { text, may_be_dropped: false });
        }
        self.pieces[user] = pieces;
        self.show_more(user);
    }

    fn show_found_by_irc(&mut self, now: Time, user: usize, found: &[(String, Earlier)]) {
        self.answer = self.waiting(user).answer.take();
        let label =
            if self.answer.as_ref().is_some_and(Answer::is_labelled) { "found with a label" } else { "found by IRC" };
        self.see(label);
        if found.is_empty() {
            self.notice(now, user, "Nothing was found");
        }
        for (room, said) in found {
            let room = self.room_mut(room).name.clone();
            self.notice(now, user, &format!("[{room}, {}] {}", self.ago(now, said), said.line()));
        }
        self.finish_answer(now);
    }

    fn see(&mut self, what: &'static str) {
        self.memory.iter_mut().for_each(|memory| memory.seen.push(what));
    }

    fn waiting(&mut self, user: usize) -> &mut Waiting {
        let memory = self.memory.as_mut().expect("only who is asked has anybody wait");
        let users = memory.waiting.len().max(user + 1);
        memory.waiting.resize_with(users, Waiting::default);
        &mut memory.waiting[user]
    }
}

impl Fact {
    fn said(&self) -> Option<Earlier> {
        let Known::Said { text, is_act, seq, .. } = &self.what else { return None };
        let (name, text) = (self.name.clone(), text.clone());
        Some(Earlier { name, origin: None, text, is_act: *is_act, at: Time::START, time: self.time, seq: *seq })
    }
}
