//! A store and a plain list are given the same, and asked the same, by chance.

mod common;

use chinwag_core::log::TopicState;
use chinwag_core::words::{
    Bound, Found, Happened, Kept, KeptEvent, KeptMessage, Page, Past, Search, Tags, Texts, Topic, What,
};
use chinwag_core::{Name, Text};

use common::{Dice, Folder, name, page, past, search};

const ROOMS: [&str; 4] = ["main", "Garden", "lounge", "empty"];
const PEOPLE: [&str; 3] = ["ann", "Ann", "bob"];
const WORDS: [&str; 12] =
    ["hello", "Hello", "pizza", "pizzas", "C++", "c", "天", "聊天", "聊天室", "ไทย", "हिन्दी", "👍"];

/// All that was kept, as simply as it can be.
#[derive(Default)]
struct Model {
    messages: Vec<(Name, KeptMessage)>,
    topics: Vec<(Name, Option<TopicState>)>,
    /// What happened, each behind the messages that were there then.
    events: Vec<(Name, KeptMessage)>,
    /// Messages that are hidden from who opens the room again.
    hidden: Vec<(Name, u64)>,
    time_ms: u64,
}

impl Model {
    fn of<'a>(&'a self, room: &Name) -> impl DoubleEndedIterator<Item = &'a KeptMessage> + use<'a> {
        let key = room.key();
        self.messages.iter().filter(move |(room, _)| room.key() == key).map(|(_, message)| message)
    }

    fn said(&self, room: &Name) -> u64 {
        self.of(room).map(|message| message.seq).max().unwrap_or(0)
    }

    fn keep(&mut self, dice: &mut Dice) -> Kept {
        let room = name(dice.one_of(&ROOMS[..3]));
        let by = name(dice.one_of(&PEOPLE));
        // Now and then two things happen at one time.
        self.time_ms = self.time_ms.max(1) + dice.below(3);
        let (time_ms, seq) = (self.time_ms, self.said(&room));
        let text = |dice: &mut Dice| {
            let count = dice.below(4);
            (0..count).map(|_| dice.one_of(&WORDS)).collect::<Vec<_>>().join(" ")
        };
        let message = |text: &str, is_act, seq| KeptMessage {
            name: by.clone(),
            text: Text::clean(text),
            is_act,
            time_ms,
            seq,
            event: None,
        };
        match dice.below(9) {
            8 => {
                let tags = Tags::for_clients("+draft/react=x;+draft/persist").expect("they are tags");
                let what =
                    if dice.below(2) == 0 { Happened::Tags(tags) } else { Happened::Topic(Topic::of(&text(dice))) };
                let event = KeptEvent { number: self.events.len() as u64, what };
                let happened = KeptMessage { event: Some(Box::new(event.clone())), ..message("", false, seq) };
                self.events.push((room.clone(), happened));
                Kept { venue: room.into(), name: by, what: What::Event(event), time_ms, seq, is_hidden: false }
            }
            0 => {
                let topic = Topic::of(&text(dice));
                let state = topic.clone().map(|topic| TopicState { topic, name: by.clone(), time_ms });
                self.topics.push((room.clone(), state));
                Kept { venue: room.into(), name: by, what: What::Topic(topic), time_ms, seq, is_hidden: false }
            }
            1 => {
                let text = text(dice);
                self.messages.push((room.clone(), message(&text, true, seq + 1)));
                let is_hidden = self.hide(dice, &room);
                Kept {
                    venue: room.into(),
                    name: by,
                    what: What::Acted(Text::clean(&text)),
                    time_ms,
                    seq: seq + 1,
                    is_hidden,
                }
            }
            _ => {
                let texts: Vec<_> = (0..=dice.below(3)).map(|_| text(dice)).collect();
                for (text, seq) in texts.iter().zip(seq + 1..) {
                    self.messages.push((room.clone(), message(text, false, seq)));
                }
                let lines: String = texts.iter().map(|text| format!("{text}\n")).collect();
                let what = What::Said(Texts::parse_lines(&lines).expect("they are clean"));
                let is_hidden = self.hide(dice, &room);
                Kept { venue: room.into(), name: by, what, time_ms, seq: seq + 1, is_hidden }
            }
        }
    }

    /// Has what was just said be hidden, now and then.
    fn hide(&mut self, dice: &mut Dice, room: &Name) -> bool {
        let is_hidden = dice.below(6) == 0;
        if is_hidden {
            self.hidden.push((room.clone(), self.said(room)));
        }
        is_hidden
    }

    fn past(&self, room: &Name) -> Past {
        let topic = self.topics.iter().rev().find(|(of, _)| of.key() == room.key());
        let mut messages: Vec<_> = self.of(room).rev().take(100).cloned().collect();
        messages.reverse();
        let hidden = self.hidden.iter().rev().find(|(of, _)| of.key() == room.key()).map_or(0, |&(_, seq)| seq);
        let topic = topic.and_then(|(_, topic)| topic.clone());
        Past { room: room.clone(), said: self.said(room), hidden, topic, messages }
    }

    fn page(&self, page: &Page) -> Vec<KeptMessage> {
        let number = |message: &KeptMessage| message.event.as_ref().map(|event| event.number);
        // What happened behind a message is before the next one, and the later of two events has the greater number.
        let is_after = |message: &&KeptMessage| match page.after {
            Some(Bound::Seq(seq)) => message.seq > seq || message.seq == seq && message.event.is_some(),
            Some(Bound::TimeMs(time)) => message.time_ms > time,
            Some(Bound::Event { seq, number: of, .. }) => {
                message.seq > seq || message.seq == seq && number(message) > Some(of)
            }
            None => true,
        };
        let is_before = |message: &&KeptMessage| match page.before {
            Some(Bound::Seq(seq)) => message.seq < seq,
            Some(Bound::TimeMs(time)) => message.time_ms < time,
            Some(Bound::Event { seq, number: of, .. }) => {
                message.seq < seq || message.seq == seq && number(message) < Some(of)
            }
            None => true,
        };
        let Some(room) = page.venue.room() else { return Vec::new() };
        let key = room.key();
        let events = self.events.iter().filter(|(room, _)| page.with_events && room.key() == key);
        let all = self.of(room).chain(events.map(|(_, event)| event));
        let mut all: Vec<_> = all.filter(is_after).filter(is_before).cloned().collect();
        // The sort leaves those of one number as they are: the message first.
        all.sort_by_key(|message| message.seq);
        let count = all.len().min(page.count.into());
        if page.is_from_oldest { all[..count].to_vec() } else { all[all.len() - count..].to_vec() }
    }

    fn search(&self, search: &Search) -> Vec<Found> {
        let words: Vec<_> = search.words.as_str().split_whitespace().map(str::to_lowercase).collect();
        let has = |message: &KeptMessage, word: &str| {
            let mut words = message.text.as_str().split_whitespace().map(str::to_lowercase);
            match word {
                // Where there are no blanks, any part of it is found.
                "天" | "聊天" | "聊天室" | "ไทย" => words.any(|said| said.contains(word)),
                // C++ begins with a C.
                "c" => words.any(|said| said == "c" || said == "c++"),
                _ => words.any(|said| said == word),
            }
        };
        let is_in = |room: &Name| search.rooms.iter().any(|asked| asked.key() == room.key());
        let all = self.messages.iter().rev().filter(|(room, _)| is_in(room));
        let found = all.filter(|(_, message)| !words.is_empty() && words.iter().all(|word| has(message, word)));
        let last = |room: &Name| {
            let messages = self.messages.iter().map(|(room, _)| room);
            let all = messages.chain(self.topics.iter().map(|(room, _)| room));
            all.rev().find(|of| of.key() == room.key()).expect("it is one of them").clone()
        };
        found
            .take(search.count.into())
            .map(|(room, message)| Found { room: last(room), message: message.clone() })
            .collect()
    }
}

fn bound(dice: &mut Dice, model: &Model) -> Option<Bound> {
    match dice.below(4) {
        3 => {
            let place = usize::try_from(dice.below(model.events.len() as u64 + 1)).expect("it is an index");
            let (_, KeptMessage { seq, time_ms, event, .. }) = model.events.get(place)?;
            let number = event.as_ref().map_or(0, |event| event.number);
            Some(Bound::Event { seq: *seq, time_ms: *time_ms, number })
        }
        0 => None,
        1 => Some(Bound::Seq(dice.below(model.messages.len() as u64 + 2))),
        _ => Some(Bound::TimeMs(dice.below(model.time_ms + 2))),
    }
}

fn run(seed: u64) {
    let folder = Folder::new(&format!("model-{seed}"));
    let (mut dice, mut model) = (Dice(seed), Model::default());
    let mut store = folder.open();
    for step in 0..400 {
        let room = name(dice.one_of(&ROOMS));
        match dice.below(10) {
            0..5 => {
                let count = dice.below(5);
                let rows: Vec<_> = (0..count).map(|_| model.keep(&mut dice)).collect();
                store.keep(&rows);
            }
            5 => assert_eq!(past(&store, room.as_str()), model.past(&room), "seed {seed}, step {step}"),
            6 | 7 => {
                let (after, before) = (bound(&mut dice, &model), bound(&mut dice, &model));
                let count = u8::try_from(dice.below(20)).expect("it is few");
                let asked = Page {
                    venue: room.into(),
                    after,
                    before,
                    is_from_oldest: dice.below(2) == 0,
                    count,
                    with_events: dice.below(2) == 0,
                };
                assert_eq!(page(&store, asked.clone()), model.page(&asked), "seed {seed}, step {step}, {asked:?}");
            }
            8 => {
                let rooms = (0..dice.below(4)).map(|_| name(dice.one_of(&ROOMS))).collect();
                let words: Vec<_> = (0..dice.below(3)).map(|_| dice.one_of(&WORDS)).collect();
                let asked = Search { rooms, words: Text::clean(&words.join(" ")), count: 10 };
                assert_eq!(search(&store, asked.clone()), model.search(&asked), "seed {seed}, step {step}, {words:?}");
            }
            _ if dice.below(10) == 0 => {
                drop(store);
                store = folder.open();
            }
            _ => {}
        }
    }
    let stats = store.stats();
    assert_eq!((stats.rows_lost, stats.is_failing), (0, false), "seed {seed}");
}

#[test]
fn a_store_answers_as_a_plain_list_does() {
    (0..20).for_each(run);
}
