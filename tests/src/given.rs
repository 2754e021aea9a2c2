//! Owns people who are there when a transcript begins: how they came, and exactly what they received meanwhile. That is
//! the same in all transcripts, and so is not shown again in each.

use crate::{Act, HELP, HelpText, Received};

/// The room in which everyone starts.
const MAIN: &str = "main";

/// Holds who is there, in the order in which they come, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Given {
    people: Vec<Guest>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Guest {
    name: String,
    room: String,
}

impl Given {
    /// Reads who is where: `Ann, Bob and Cid in main; Dan in pizza`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut people = Vec::new();
        for group in text.split("; ") {
            let (names, room) = group.rsplit_once(" in ").ok_or_else(|| format!("no room: {group}"))?;
            let names = names.split(", ").flat_map(|names| names.split(" and "));
            people.extend(names.map(|name| Guest { name: name.to_owned(), room: room.to_owned() }));
        }
        Ok(Self { people })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.people.iter().map(|guest| guest.name.as_str())
    }

    /// Returns what is done: one after the other connects, takes their name, and goes to their room.
    pub(crate) fn acts(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        for (person, Guest { name, room }) in self.people.iter().enumerate() {
            acts.extend([Act::Connect, Act::line(person, &format!("/name {name}"))]);
            if room != MAIN {
                acts.push(Act::line(person, &format!("/join {room}")));
            }
        }
        acts
    }

    /// Checks what each person received during each of the acts, byte for byte. Which random name somebody was given
    /// first is all that is taken from there.
    pub(crate) fn check(&self, received: &[Vec<Received>]) -> Result<(), String> {
        let mut received = received.iter();
        for (index, Guest { name, room }) in self.people.iter().enumerate() {
            let mut next = || received.next().ok_or("an act is missing");
            let earlier = &self.people[..index];
            let comes = next()?;
            let random = random_name(&comes[index]).ok_or_else(|| format!("{name} was given no name"))?;
            let (joined, renamed) = (format!("{random} joined"), format!("{random} is now {name}"));
            let intro = [HELP.trim_end(), &format!("You are {random}"), "You joined main"];
            expect(comes, earlier, |_| Vec::new(), &intro)?;
            let told = |at: &str| if at == MAIN { vec![&joined, &renamed] } else { Vec::new() };
            expect(next()?, earlier, told, &[&renamed])?;
            if room != MAIN {
                let (left, joined) = (format!("{name} left"), format!("{name} joined"));
                let told = |at: &str| match at {
                    _ if at == room => vec![&joined],
                    MAIN => vec![&left],
                    _ => Vec::new(),
                };
                expect(next()?, earlier, told, &[&format!("You joined {room}")])?;
            }
        }
        Ok(())
    }
}

/// Expects that those who came earlier were told what is `told` in their rooms, and the one who came last received
/// these lines.
fn expect<'a>(
    received: &[Received],
    earlier: &[Guest],
    told: impl Fn(&str) -> Vec<&'a String>,
    last: &[&str],
) -> Result<(), String> {
    let told = earlier.iter().map(|guest| Received::lines(told(&guest.room).into_iter().map(String::as_str)));
    let expected: Vec<_> = told.chain([Received::lines(last.iter().copied())]).collect();
    if received == expected {
        return Ok(());
    }
    let show = |received: &[Received]| -> Vec<_> { received.iter().map(|part| part.show(HelpText::Named)).collect() };
    Err(format!("people received {:?}, not {:?}", show(received), show(&expected)))
}

fn random_name(received: &Received) -> Option<String> {
    let text = String::from_utf8(received.bytes.clone()).ok()?;
    text.lines().find_map(|line| line.strip_prefix("You are ")).map(str::to_owned)
}
