//! Owns people who are there when a transcript begins: how they came, and exactly what they received meanwhile. That is
//! the same in all transcripts, and so is not shown again in each.

use chinwag_core::Form;

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
    /// They come by IRC.
    is_irc: bool,
}

impl Given {
    /// Reads who is where: `Ann, Bob and Cid in main; Dan by IRC in pizza`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut people = Vec::new();
        for group in text.split("; ") {
            let (names, room) = group.rsplit_once(" in ").ok_or_else(|| format!("no room: {group}"))?;
            let (names, is_irc) = names.strip_suffix(" by IRC").map_or((names, false), |names| (names, true));
            let names = names.split(", ").flat_map(|names| names.split(" and "));
            people.extend(names.map(|name| Guest { name: name.to_owned(), room: room.to_owned(), is_irc }));
        }
        Ok(Self { people })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.people.iter().map(|guest| guest.name.as_str())
    }

    /// Returns what is done: one after the other connects, takes their name, and goes to their room.
    pub(crate) fn acts(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        for (person, Guest { name, room, is_irc }) in self.people.iter().enumerate() {
            if *is_irc {
                let lines = [&format!("NICK {name}\nUSER {name} 0 * :{name}"), &format!("JOIN #{room}")];
                acts.push(Act::Connect { form: Form::Irc });
                acts.extend(lines.map(|line| Act::line(person, line)));
                continue;
            }
            acts.extend([Act::Connect { form: Form::Lines }, Act::line(person, &format!("/name {name}"))]);
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
        for (index, Guest { name, room, is_irc }) in self.people.iter().enumerate() {
            let mut next = || received.next().ok_or("an act is missing");
            let earlier = &self.people[..index];
            if *is_irc {
                let nothing = next()?.iter().all(Received::is_empty);
                let welcomed = ends(&next()?[index], &format!(" 376 {name} :End of /MOTD command\r\n"));
                let there = next()?;
                let joined = ends(&there[index], &format!(" 366 {name} #{room} :End of /NAMES list\r\n"));
                let told = format!("{name} joined");
                let told = |at: &str| if at == room { vec![&told] } else { Vec::new() };
                expect(&there[..index], earlier, told, None)?;
                if !(nothing && welcomed && joined) {
                    return Err(format!("{name} is not in {room}"));
                }
                continue;
            }
            let comes = next()?;
            let random = random_name(&comes[index]).ok_or_else(|| format!("{name} was given no name"))?;
            let (joined, renamed) = (format!("{random} joined"), format!("{random} is now {name}"));
            let intro = [HELP.trim_end(), &format!("You are {random}"), "You joined main"];
            expect(comes, earlier, |_| Vec::new(), Some(&intro))?;
            let told = |at: &str| if at == MAIN { vec![&joined, &renamed] } else { Vec::new() };
            expect(next()?, earlier, told, Some(&[&renamed]))?;
            if room != MAIN {
                let (left, joined) = (format!("{name} left"), format!("{name} joined"));
                let told = |at: &str| match at {
                    _ if at == room => vec![&joined],
                    MAIN => vec![&left],
                    _ => Vec::new(),
                };
                expect(next()?, earlier, told, Some(&[&format!("You joined {room}")]))?;
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
    last: Option<&[&str]>,
) -> Result<(), String> {
    let told = earlier.iter().map(|guest| Received::lines(told(&guest.room).into_iter().map(String::as_str)));
    let expected: Vec<_> = told.chain(last.map(|last| Received::lines(last.iter().copied()))).collect();
    let is_expected = |(place, (received, expected)): (usize, (&Received, &Received))| match earlier.get(place) {
        // How IRC says it is shown by transcripts of its own.
        Some(guest) if guest.is_irc => received.is_empty() == expected.is_empty(),
        Some(_) | None => received == expected,
    };
    if received.len() == expected.len() && received.iter().zip(&expected).enumerate().all(is_expected) {
        return Ok(());
    }
    let show = |received: &[Received]| -> Vec<_> { received.iter().map(|part| part.show(HelpText::Named)).collect() };
    Err(format!("people received {:?}, not {:?}", show(received), show(&expected)))
}

/// Tells whether this is the last that was received.
fn ends(received: &Received, last: &str) -> bool {
    received.bytes.ends_with(last.as_bytes())
}

fn random_name(received: &Received) -> Option<String> {
    let text = String::from_utf8(received.bytes.clone()).ok()?;
    text.lines().find_map(|line| line.strip_prefix("You are ")).map(str::to_owned)
}
