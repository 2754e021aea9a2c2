//! Owns what holds for the actions of a chat, whatever was asked for: written without the model, so that both would
//! have to be wrong.

use std::collections::{BTreeMap, BTreeSet};

use chinwag_core::{Action, ConnectionId, Message, RoomId};

/// Follows the actions, and says where one of them can't be right.
#[derive(Clone, Debug, Default)]
pub struct Laws {
    people: BTreeMap<ConnectionId, Person>,
    opened: BTreeSet<ConnectionId>,
    /// What the one was called whose connection was cut last, so that another goes on as they.
    cut: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Person {
    name: String,
    room: Option<RoomId>,
}

impl Laws {
    /// Takes the next action.
    ///
    /// # Errors
    /// If it breaks a law.
    pub fn follow(&mut self, action: &Action) -> Result<(), String> {
        let lawful = match action {
            Action::Open { connection, .. } => {
                let slot_is_free = self.people.keys().all(|other| other.slot() != connection.slot());
                self.people.insert(*connection, Person::default());
                slot_is_free && self.opened.insert(*connection)
            }
            Action::Reply { connection, message } => self.on_reply(*connection, message),
            Action::Enter { connection, room } => {
                let person = self.people.get_mut(connection);
                person.is_some_and(|person| person.room.replace(*room).is_none())
            }
            Action::Leave { connection, room } => {
                self.people.get_mut(connection).is_some_and(|person| person.room.take() == Some(*room))
            }
            Action::Broadcast { room, audience, except, message } => {
                let hears = |(connection, person): &(&ConnectionId, &Person)| {
                    person.room == Some(*room) && Some(**connection) != *except
                };
                let members = self.people.iter().filter(hears).count();
                members > 0 && members == *audience as usize && self.on_broadcast(*room, *except, message)
            }
            Action::Speak { connection, .. }
            | Action::Deliver { connection, .. }
            | Action::Credit { connection }
            | Action::Alive { connection } => self.people.contains_key(connection),
            Action::Close { connection, .. } => {
                self.people.remove(connection).is_some_and(|person| person.room.is_none())
            }
            Action::Cut { connection } => {
                let ghost = self.people.remove(connection);
                let is_lawful = ghost.as_ref().is_some_and(|ghost| ghost.room.is_none());
                self.cut = ghost.map(|ghost| ghost.name);
                is_lawful
            }
            Action::Stop { .. } => {
                self.people.clear();
                true
            }
        };
        if lawful { self.check_names() } else { Err(format!("{action:?} is not lawful for {:?}", self.people)) }
    }

    /// Checks what holds between two events, for this many people and rooms.
    ///
    /// # Errors
    /// If it does not.
    pub fn check(&self, people: usize, rooms: usize) -> Result<(), String> {
        let mut occupied: BTreeSet<_> = self.people.values().map(|person| person.room).collect();
        if occupied.contains(&None) {
            return Err(format!("somebody is in no room: {:?}", self.people));
        }
        occupied.insert(Some(RoomId::new(0)));
        if (self.people.len(), occupied.len()) != (people, rooms) {
            return Err(format!("{people} people and {rooms} rooms are too many or too few for {:?}", self.people));
        }
        Ok(())
    }

    fn on_reply(&mut self, connection: ConnectionId, message: &Message) -> bool {
        let Some(person) = self.people.get_mut(&connection) else { return false };
        if let Message::YouAre { name } = message {
            if person.name.is_empty() || self.cut.take_if(|cut| cut == name.as_str()).is_some() {
                name.as_str().clone_into(&mut person.name);
            }
            return person.name == name.as_str();
        }
        true
    }

    fn on_broadcast(&mut self, room: RoomId, except: Option<ConnectionId>, message: &Message) -> bool {
        let mut people = self.people.values_mut();
        if let Message::Renamed { old, new } = message {
            let person = people.find(|person| person.room == Some(room) && person.name == old.as_str());
            return person.map(|person| new.as_str().clone_into(&mut person.name)).is_some();
        }
        match message {
            Message::Said { name, .. } => {
                people.any(|person| person.room == Some(room) && person.name == name.as_str())
            }
            // Who was silent is announced to the others, where they are. All others are between two rooms.
            Message::Joined { name } if except.is_some() => self.people.iter().any(|(connection, person)| {
                Some(*connection) == except && person.room == Some(room) && person.name == name.as_str()
            }),
            Message::Joined { name } | Message::Left { name } => {
                people.any(|person| person.room.is_none() && person.name == name.as_str())
            }
            Message::Crowd { joined, left } => joined + left > 0,
            Message::Renamed { .. }
            | Message::Help
            | Message::YouAre { .. }
            | Message::YouJoined { .. }
            | Message::YouAreIn { .. }
            | Message::Resumable { .. }
            | Message::Stale
            | Message::Taken { .. }
            | Message::NameInvalid
            | Message::RoomInvalid
            | Message::Rooms { .. }
            | Message::Users { .. }
            | Message::Unrecognized { .. }
            | Message::TooLong { .. }
            | Message::NotUtf8
            | Message::WrongProtocol { .. }
            | Message::Dropped { .. }
            | Message::Stopping
            | Message::Here
            | Message::Refuse { .. }
            | Message::Hello { .. }
            | Message::Ping
            | Message::Pong { .. }
            | Message::Bye { .. } => false,
        }
    }

    fn check_names(&self) -> Result<(), String> {
        let names: Vec<_> = self.people.values().map(|person| person.name.to_lowercase()).collect();
        let named = names.iter().filter(|name| !name.is_empty());
        let unique: BTreeSet<_> = named.clone().collect();
        if unique.len() == named.count() { Ok(()) } else { Err(format!("two have one name: {:?}", self.people)) }
    }
}
