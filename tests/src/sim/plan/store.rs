//! Owns whether a run has a store that keeps what is said, and what that has kept before.

use chinwag_core::{Kept, Name, Text, Texts, Topic, What};

use crate::sim::{Device, Rng, Step, Typed};

/// Holds a store as a plan has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keeping {
    /// What was said before the server was started.
    pub before: Vec<Kept>,
    /// It answers only when a step says so.
    pub is_late: bool,
}

/// How many characters a long message has: a few of them are more than a chat keeps of a room.
const LONG: usize = 4000;

impl Keeping {
    /// Makes that of a seed. Half of them keep nothing.
    pub(super) fn new(rng: &mut Rng) -> Option<Self> {
        rng.one_in(2).then(|| Self { before: before(rng), is_late: rng.one_in(2) })
    }
}

/// Lets a few people join rooms at once in which nobody is, and some of them leave soon.
pub(super) fn meet(rng: &mut Rng, came: &[Device]) -> Vec<Step> {
    let mut steps = Vec::new();
    for _ in 0..if came.is_empty() { 0 } else { rng.pick(&[2, 3, 4]) } {
        let user = rng.below(came.len());
        let typed: &[u8] = if came[user] == Device::Irc {
            rng.pick(&[
                b"JOIN #tea,#cake\r\nPRIVMSG #tea :one\r\nPART #tea,#cake\r\n",
                b"JOIN #tea\r\nPRIVMSG #tea :two\r\nPART #tea\r\n",
                b"JOIN #cake\r\nPART #cake\r\nQUIT\r\n",
                b"PART #tea,#cake\r\n",
            ])
        } else {
            rng.pick(&[
                b"/join tea\nthree\n/join main\n",
                b"/join Tea\r\n/me waits\r\n/topic nothing\r\n",
                b"/enter cake\nfour\n/part CAKE\n",
                b"/join main\n/part tea\n/part cake\n",
            ])
        };
        let what = Typed::Bytes(typed.to_vec());
        steps.extend([Step::Type { user, what }, Step::Read { user, bytes: 64 << 10 }]);
        if rng.one_in(8) {
            steps.extend([Step::HangUp { user }, Step::Handle { inputs: 1 }, Step::Read { user, bytes: 0 }]);
        }
    }
    steps.push(Step::Handle { inputs: 1000 });
    steps
}

fn before(rng: &mut Rng) -> Vec<Kept> {
    let facts = rng.pick(&[0, 0, 3, 12]);
    let is_long = rng.one_in(4);
    let mut said = Vec::<(Name, u64)>::new();
    let fact = |number: usize| {
        let [room, name] = [rng.pick(&["main", "pizza", "Pizza", "kebab"]), rng.pick(&["Ann", "bob", "Cid", "Eve"])]
            .map(|name| Name::parse(name).expect("it is a name"));
        let what = match rng.below(8) {
            0 => What::Topic(Topic::of(rng.pick(&["at eight", "none", "say \"hi\""]))),
            1 => What::Acted(Text::clean("waves")),
            2 | 3 if is_long => What::Said(texts(&"\u{e9}".repeat(LONG), number, rng.pick(&[1, 2]))),
            _ => What::Said(texts("before", number, rng.pick(&[1, 1, 2, 50]))),
        };
        let count = match &what {
            What::Said(texts) => texts.count().into(),
            What::Acted(_) => 1,
            What::Topic(_) => 0,
        };
        let place = said.iter().position(|(other, _)| other.key() == room.key()).unwrap_or_else(|| {
            said.push((room.clone(), 0));
            said.len() - 1
        });
        let before = said[place].1;
        said[place].1 += count;
        let seq = if count == 0 { before } else { before + 1 };
        Kept { room, name, what, time_ms: 1000 * number as u64 + rng.number() % 1000, seq }
    };
    (0..facts).map(fact).collect()
}

fn texts(text: &str, number: usize, count: usize) -> Texts {
    let lines: String = (0..count).map(|each| format!("number {number} {each} {text}\n")).collect();
    Texts::parse_lines(&lines).expect("they are clean")
}
