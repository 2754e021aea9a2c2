//! The names and rooms that were seen, and who is ignored, to complete what is typed, and to ignore them again.

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
    /// Whoever was ignored last comes first.
    ignored: Vec<Name>,
    /// Who has written to the user alone last.
    writer: Option<Name>,
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

    /// Returns whom one ignores, the last of them first.
    pub(super) fn ignored(&self) -> impl Iterator<Item = &str> {
        self.ignored.iter().map(Name::as_str)
    }

    /// Tells whether one ignores who has this name.
    pub(super) fn ignores(&self, name: &Name) -> bool {
        self.ignored.iter().any(|ignored| ignored.key() == name.key())
    }

    /// Returns who has written to the user alone last, by the name of now.
    pub(super) fn writer(&self) -> Option<&Name> {
        self.writer.as_ref()
    }

    /// Learns from a line of the server.
    pub(super) fn on_line(&mut self, line: &Line) {
        if let Line::Told { name, .. } = line {
            self.writer = Some(name.clone());
        }
        match line {
            Line::YouJoined(room) => {
                self.people.clear();
                remember(&mut self.rooms, room);
            }
            Line::YouAreIn(room) => remember(&mut self.rooms, room),
            Line::Rooms(rooms) => rooms.iter().rev().for_each(|room| remember(&mut self.rooms, room)),
            Line::Users(names) => names.iter().rev().for_each(|name| remember(&mut self.people, name)),
            Line::Joined(name)
            | Line::Said { name, .. }
            | Line::Acted { name, .. }
            | Line::Told { name, .. }
            | Line::Sent { name, .. }
            | Line::Earlier(name)
            | Line::TopicSet { name, .. } => remember(&mut self.people, name),
            Line::Left(name) => self.people.retain(|person| person != name),
            Line::Renamed { old, new } => {
                self.people.retain(|person| person != old);
                remember(&mut self.people, new);
                let known = self.ignored.iter_mut().chain(&mut self.writer).filter(|known| known.key() == old.key());
                known.for_each(|known| new.clone_into(known));
            }
            Line::Ignoring(name) => remember(&mut self.ignored, name),
            Line::Hearing(name) => self.ignored.retain(|ignored| ignored.key() != name.key()),
            Line::Ignored(names) => {
                self.ignored.clear();
                names.iter().rev().for_each(|name| remember(&mut self.ignored, name));
            }
            Line::YouAre(_)
            | Line::Taken(_)
            | Line::TooLong { .. }
            | Line::Dropped(_)
            | Line::Token(_)
            | Line::NothingToResume
            | Line::Pass(_)
            | Line::AsksPassword
            | Line::AsksSecret
            | Line::LoggedOut
            | Line::Unrecognized(_)
            | Line::Nobody(_)
            | Line::NobodyWrote
            | Line::Topic(_)
            // They may be in other rooms, or gone for long.
            | Line::Found
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
        let cases: [(&[&str], &str, &str); 14] = [
            (&["Ann joined", "Bob joined"], "Bob Ann", ""),
            (&["Ann: hi", "Bob: hi", "Ann: hi"], "Ann Bob", ""),
            (&["* Ann waves", "Bob (to you): hi", "* Ann waves"], "Ann Bob", ""),
            (&["Ann: hi", "You (to Bob): hi"], "Bob Ann", ""),
            (&["Ann: hi", "Bob set the topic: pizza"], "Bob Ann", ""),
            (&["[5 min ago] Ann: hi", "[just now] * Bob waves", "There is nobody called Cid"], "Bob Ann", ""),
            (&["Ann: hi", "[pizza, 2 d ago] Bob: hi"], "Ann", ""),
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
    fn who_is_ignored_is_known_by_the_name_of_now() {
        let cases: [(&[&str], &str); 7] = [
            (&["You ignore Ann", "You ignore Bob"], "Bob Ann"),
            (&["You ignore Ann", "You ignore Bob", "You hear Ann again"], "Bob"),
            (&["You ignore Ann", "You hear ann again"], ""),
            (&["You ignore Ann", "You ignore Bob", "Ann is now Cid"], "Bob Cid"),
            (&["You ignore Ann", "Ignored - Bob, Cid"], "Bob Cid"),
            (&["You ignore Ann", "Ignored -"], ""),
            (&["You ignore Ann", "You joined pizza", "Bob: You ignore Cid"], "Ann"),
        ];
        for (lines, ignored) in cases {
            let mut seen = Seen::default();
            lines.iter().for_each(|line| seen.on_line(&Line::parse(line)));
            assert_eq!(seen.ignored().collect::<Vec<_>>().join(" "), ignored, "{lines:?}");
        }
    }

    #[test]
    fn who_has_written_last_is_known_by_the_name_of_now() {
        let cases: [(&[&str], Option<&str>); 4] = [
            (&["Ann: hi", "You (to Ann): hi"], None),
            (&["Ann (to you): hi", "Bob (to you): hi", "Ann: hi"], Some("Bob")),
            (&["Bob (to you): hi", "Bob is now Cid", "You joined pizza"], Some("Cid")),
            (&["Bob (to you): hi", "Ann is now Cid"], Some("Bob")),
        ];
        for (lines, writer) in cases {
            let mut seen = Seen::default();
            lines.iter().for_each(|line| seen.on_line(&Line::parse(line)));
            assert_eq!(seen.writer().map(Name::as_str), writer, "{lines:?}");
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
