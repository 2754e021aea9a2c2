//! The names and rooms that were seen, to complete what is typed.

use chinwag_core::Name;

use crate::line::Line;

/// More names than anyone goes through with Tab.
const NAMES_MAX: usize = 500;

/// Who is in the room as far as one could see, and which rooms there are.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Whoever was heard last comes first.
    people: Vec<Name>,
    rooms: Vec<Name>,
}

impl Seen {
    /// Returns people, whoever was heard last first.
    pub(super) fn people(&self) -> impl Iterator<Item = &str> {
        self.people.iter().map(Name::as_str)
    }

    /// Returns rooms, the one that was seen last first.
    pub(super) fn rooms(&self) -> impl Iterator<Item = &str> {
        self.rooms.iter().map(Name::as_str)
    }

    /// Learns from a line of the server.
    pub(super) fn on_line(&mut self, line: &Line) {
        match line {
            Line::YouJoined(room) => {
                self.people.clear();
                remember(&mut self.rooms, room);
            }
            Line::YouAreIn(room) => remember(&mut self.rooms, room),
            Line::Rooms(rooms) => rooms.iter().rev().for_each(|room| remember(&mut self.rooms, room)),
            Line::Users(names) => names.iter().rev().for_each(|name| remember(&mut self.people, name)),
            Line::Joined(name) | Line::Said { name, .. } => remember(&mut self.people, name),
            Line::Left(name) => self.people.retain(|person| person != name),
            Line::Renamed { old, new } => {
                self.people.retain(|person| person != old);
                remember(&mut self.people, new);
            }
            Line::YouAre(_)
            | Line::Taken(_)
            | Line::TooLong { .. }
            | Line::Dropped(_)
            | Line::Token(_)
            | Line::NothingToResume
            | Line::Unrecognized(_)
            | Line::Help
            | Line::Notice => {}
        }
    }
}

fn remember(names: &mut Vec<Name>, name: &Name) {
    let at = names.iter().position(|known| known.key() == name.key());
    match at {
        Some(at) => names[..=at].rotate_right(1),
        None => {
            names.truncate(NAMES_MAX - 1);
            names.insert(0, name.clone());
        }
    }
    name.clone_into(&mut names[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> (String, String) {
        let mut seen = Seen::default();
        lines.iter().for_each(|line| seen.on_line(&Line::parse(line)));
        (seen.people().collect::<Vec<_>>().join(" "), seen.rooms().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn each_line_tells_who_and_what_there_is() {
        let cases: [(&[&str], &str, &str); 9] = [
            (&["Ann joined", "Bob joined"], "Bob Ann", ""),
            (&["Ann: hi", "Bob: hi", "Ann: hi"], "Ann Bob", ""),
            (&["Ann: hi", "Ann left"], "", ""),
            (&["Ann: hi", "Bob: hi", "Ann is now Cid"], "Cid Bob", ""),
            (&["Ann: hi", "Ann is now ANN"], "ANN", ""),
            (&["Users - Ann, Bob, Cid"], "Ann Bob Cid", ""),
            (&["Rooms - pizza (2), main (1)", "You joined main"], "", "main pizza"),
            (&["Ann: hi", "You joined pizza", "Bob joined"], "Bob", "pizza"),
            (&["You joined pizza", "Ann: hi", "You are in pizza"], "Ann", "pizza"),
        ];
        for (lines, people, rooms) in cases {
            assert_eq!(after(lines), (people.to_owned(), rooms.to_owned()), "{lines:?}");
        }
    }

    #[test]
    fn of_very_many_those_heard_last_are_remembered() {
        let mut seen = Seen::default();
        for number in 0..2 * NAMES_MAX {
            seen.on_line(&Line::parse(&format!("bot-{number} joined")));
        }
        assert_eq!(seen.people().count(), NAMES_MAX);
        assert_eq!(seen.people().next(), Some(format!("bot-{}", 2 * NAMES_MAX - 1).as_str()));
    }
}
