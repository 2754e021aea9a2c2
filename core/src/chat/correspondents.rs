//! Owns who has written to whom alone: they find each other again, under whatever name, and by whatever connection.
//!
//! Somebody is known to others by the connection by which they came. It stays the same when they go on by another.

use super::{Chat, HERE};
use crate::log::WriterState;
use crate::{Action, ConnectionId, Message, Name, RoomId};

/// With how many people somebody is known to have written: more than anybody has open, and few enough that each can be
/// told of a new name.
pub(super) const CORRESPONDENTS_MAX: usize = 32;

impl Chat {
    /// Notes that two have written to each other: the last stands last.
    pub(super) fn note_correspondents(&mut self, one: ConnectionId, other: ConnectionId) {
        if one == other {
            return;
        }
        for (of, with) in [(one, other), (other, one)] {
            let origin = self.person(with).origin(with);
            let all = &mut self.people.get_mut(of).expect(HERE).dealings_mut().correspondents;
            if all.last() == Some(&origin) {
                continue;
            }
            all.retain(|other| *other != origin);
            if all.len() == CORRESPONDENTS_MAX {
                all.remove(0);
            }
            all.push(origin);
        }
    }

    /// Tells of a new name those with whom its owner has written and who hear it in no room. Who does not hear the
    /// other, or is not heard by them, is told nothing.
    pub(super) fn tell_correspondents(&mut self, connection: ConnectionId, old: &Name, new: &Name) {
        let person = self.person(connection);
        let mut rooms: Vec<RoomId> = person.rooms().collect();
        rooms.sort_unstable();
        let here = person.correspondents().iter().filter_map(|&origin| self.people.come_by(origin));
        let told: Vec<_> = here
            .filter(|&other| {
                let theirs = self.person(other);
                let hears_in_a_room = theirs.rooms().any(|room| rooms.binary_search(&room).is_ok());
                !hears_in_a_room && !theirs.ignores(new) && !person.ignores(&theirs.name)
            })
            .collect();
        let (identity, time_ms) = (person.identity(), self.time_ms());
        for other in told {
            let message = Message::Renamed { old: old.clone(), new: new.clone(), identity: identity.clone(), time_ms };
            self.actions.push_back(Action::Deliver { connection: other, message });
        }
    }

    /// Returns who wrote to somebody, if they are still here.
    pub(super) fn find_writer(&self, writer: &WriterState) -> Option<ConnectionId> {
        if self.is_here(writer.connection) {
            return Some(writer.connection);
        }
        self.people.come_by(writer.origin)
    }
}
