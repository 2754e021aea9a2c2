//! Owns what becomes of the people of a server that is gone, one of several that follow one log.

use super::Chat;
use super::rooms::Presence;
use crate::{Leaving, Message, RoomId, Time};

impl Chat {
    /// Takes out all people of a server. Those of the others hear of it, once all are gone who can't.
    pub(super) fn on_server_gone(&mut self, at: Time, server: u8) {
        let gone: Vec<_> = self.people.of_server(server).collect();
        let (mut left, mut names) = (Vec::new(), Vec::new());
        for connection in gone {
            let person = self.people.remove(connection);
            self.names.remove(connection.key(), &person.name);
            self.forget_ignored(connection, person.ignored());
            if self.silent.remove(connection) {
                self.rooms.leave_silently();
                continue;
            }
            self.forget_monitored(connection, &person);
            names.push((person.name.clone(), person.identity()));
            let is_told = |&room: &RoomId| self.rooms.leave(at, room, &person.name) == Presence::Told;
            left.extend(person.rooms().filter(is_told).map(|room| (room, person.name.clone(), person.identity())));
        }
        for (name, identity) in names {
            self.note_gone(name, identity);
        }
        let time_ms = self.time_ms();
        let mut told: Vec<RoomId> = Vec::new();
        let mut last = None;
        for (room, name, identity) in left {
            // The rooms of one person follow each other.
            if last.replace(name.clone()).as_ref() != Some(&name) {
                told.clear();
            }
            let except = self.who_heard(room, &told, &Leaving::SERVER);
            told.push(room);
            self.tell_left(room, except, |room| Message::Left {
                room,
                name,
                identity,
                leaving: Leaving::SERVER,
                time_ms,
            });
        }
    }
}
