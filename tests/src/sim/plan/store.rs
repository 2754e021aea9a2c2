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

/// How many characters a long message has, and how many there may be in `main`: more than a chat keeps of a room.
const LONG: usize = 4000;
const LONG_COUNT: usize = 10;

impl Keeping {
    /// Makes that of a seed. Half of them keep nothing.
    pub(super) fn new(rng: &mut Rng) -> Option<Self> {
        rng.one_in(2).then(|| Self { before: before(rng), is_late: rng.one_in(2) })
    }
}

/// Lets a few people join rooms at once in which nobody is, and some of them leave soon.
pub(super) fn meet(rng: &mut Rng, came: &[Device]) -> Vec<Step> {
    let mut steps = Vec::new();
    let rooms = ["tea", "cake", "jam", "nuts"];
    let [room, other] = [rng.below(2), 2 + rng.below(2)].map(|place| rooms[place]);
    // Who wants into two rooms comes first: the others open one of them before the second is known.
    let by_irc = came.iter().position(|by| *by == Device::Irc).filter(|_| rng.one_in(2));
    let others = if came.is_empty() { 0 } else { rng.pick(&[2, 3]) };
    let users = by_irc.into_iter().chain((0..others).map(|_| rng.below(came.len()))).collect::<Vec<_>>();
    for user in users {
        let typed = if came[user] == Device::Irc {
            match rng.below(4) {
                0 => format!("JOIN #{room}\r\nPRIVMSG #{room} :two\r\nPART #{room}\r\n"),
                1 => format!("PART #{room},#{other}\r\n@label=m SEARCH before\r\n"),
                _ => format!("JOIN #{room},#{other}\r\nPRIVMSG #{room} :one\r\nPART #{room},#{other}\r\n"),
            }
        } else {
            match rng.below(5) {
                0 => format!("/join {room}\r\n/me waits\r\n/topic nothing\r\n"),
                1 => format!("/enter {room}\nfour\n/part {room}\n/ignore Ann\n/search before\n"),
                2 => format!("/join main\n/part {room}\n/part {other}\n"),
                _ => format!("/join {room}\nthree\n/join main\n"),
            }
        };
        let what = Typed::Bytes(typed.into_bytes());
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
    let long = rng.pick(&[0, 0, 0, LONG_COUNT]);
    let mut said = Vec::<(Name, u64)>::new();
    let fact = |number: usize| {
        let is_long = number < long;
        let room = if is_long { "main" } else { rng.pick(&["main", "pizza", "Pizza", "kebab"]) };
        let name = rng.pick(&["Ann", "bob", "Cid", "Eve"]);
        let [room, name] = [room, name].map(|name| Name::parse(name).expect("it is a name"));
        let what = match rng.below(8) {
            _ if is_long => What::Said(texts(&"\u{e9}".repeat(LONG), number, 1)),
            0 => What::Topic(Topic::of(rng.pick(&["at eight", "none", "say \"hi\""]))),
            1 => What::Acted(Text::clean("waves")),
            _ => What::Said(texts("before", number, rng.pick(&[1, 1, 2, 50]))),
        };
        let count = match &what {
            What::Said(texts) => texts.count().into(),
            What::Acted(_) => 1,
            What::Topic(_) | What::Event(_) | What::Forgotten { .. } => 0,
        };
        let place = said.iter().position(|(other, _)| other.key() == room.key()).unwrap_or_else(|| {
            said.push((room.clone(), 0));
            said.len() - 1
        });
        let before = said[place].1;
        said[place].1 += count;
        let seq = if count == 0 { before } else { before + 1 };
        let is_hidden = count > 0 && room.as_str() != "main" && rng.below(8) == 0;
        Kept { venue: room.into(), name, what, time_ms: 1000 * number as u64 + rng.number() % 1000, seq, is_hidden }
    };
    (0..facts + long).map(fact).collect()
}

fn texts(text: &str, number: usize, count: usize) -> Texts {
    let lines: String = (0..count).map(|each| format!("number {number} {each} {text}\n")).collect();
    Texts::parse_lines(&lines).expect("they are clean")
}
