//! Owns what holds for the actions of a chat, whatever was asked for: written without the model, so that both would
//! have to be wrong.

use std::collections::{BTreeMap, BTreeSet};

use chinwag_core::{Action, ConnectionId, Form, IrcMessage, LeftOut, Message, Name, RoomId};

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
    rooms: BTreeSet<RoomId>,
    /// They come by IRC, and so may be in no room.
    is_irc: bool,
}

impl Laws {
    /// Takes the next action.
    ///
    /// # Errors
    /// If it breaks a law.
    pub fn follow(&mut self, action: &Action) -> Result<(), String> {
        let lawful = match action {
            Action::Open { connection, form, .. } => {
                let slot_is_free = self.people.keys().all(|other| other.slot() != connection.slot());
                self.people.insert(*connection, Person { is_irc: *form == Form::Irc, ..Person::default() });
                slot_is_free && self.opened.insert(*connection)
            }
            Action::Reply { connection, message } => self.on_reply(*connection, message),
            Action::Enter { connection, room } => {
                let person = self.people.get_mut(connection);
                person.is_some_and(|person| person.rooms.insert(*room))
            }
            Action::Leave { connection, room } => {
                self.people.get_mut(connection).is_some_and(|person| person.rooms.remove(room))
            }
            Action::Broadcast { room, audience, except, message } => {
                let hears = |(connection, person): &(&ConnectionId, &Person)| {
                    person.rooms.contains(room) && !LeftOut::has(except.as_deref(), **connection)
                };
                let members = self.people.iter().filter(hears).count();
                members > 0 && members == *audience as usize && self.on_broadcast(*room, except.as_deref(), message)
            }
            Action::Speak { connection, .. }
            | Action::Deliver { connection, .. }
            | Action::Credit { connection, .. }
            | Action::Alive { connection } => self.people.contains_key(connection),
            Action::Close { connection, .. } => {
                self.people.remove(connection).is_some_and(|person| person.rooms.is_empty())
            }
            Action::Cut { connection } => {
                let ghost = self.people.remove(connection);
                let is_lawful = ghost.as_ref().is_some_and(|ghost| ghost.rooms.is_empty());
                self.cut = ghost.map(|ghost| ghost.name);
                is_lawful
            }
            Action::Touch { .. } => true,
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
        let mut occupied: BTreeSet<_> = self.people.values().flat_map(|person| &person.rooms).copied().collect();
        if self.people.values().any(|person| person.rooms.is_empty() && !person.is_irc) {
            return Err(format!("somebody is in no room: {:?}", self.people));
        }
        occupied.insert(RoomId::new(0));
        if (self.people.len(), occupied.len()) != (people, rooms) {
            return Err(format!("{people} people and {rooms} rooms are too many or too few for {:?}", self.people));
        }
        Ok(())
    }

    fn on_reply(&mut self, connection: ConnectionId, message: &Message) -> bool {
        let Some(person) = self.people.get_mut(&connection) else { return false };
        if let Message::Irc(message) = message {
            return person.is_irc && person.on_lines(message);
        }
        if let Message::YouAre { name } = message {
            if person.name.is_empty() || self.cut.take_if(|cut| cut == name.as_str()).is_some() {
                name.as_str().clone_into(&mut person.name);
            }
            return person.name == name.as_str();
        }
        true
    }

    fn on_broadcast(&mut self, room: RoomId, except: Option<&LeftOut>, message: &Message) -> bool {
        let mut people = self.people.values_mut();
        if let Message::Renamed { old, new, .. } = message {
            let person = people.find(|person| person.rooms.contains(&room) && person.name == old.as_str());
            if let Some(person) = person {
                new.as_str().clone_into(&mut person.name);
                return true;
            }
            // In another of their rooms, to all who have not heard it, it was told before.
            return self.people.iter().any(|(connection, person)| {
                LeftOut::has(except, *connection) && person.rooms.contains(&room) && person.name == new.as_str()
            });
        }
        match message {
            // By IRC they are heard from outside as well, where a room is open to that.
            Message::Said { name, .. } | Message::Acted { name, .. } => {
                people.any(|person| (person.is_irc || person.rooms.contains(&room)) && person.name == name.as_str())
            }
            Message::TopicSet { name, .. } => {
                people.any(|person| person.rooms.contains(&room) && person.name == name.as_str())
            }
            // Who was silent is announced to the others, where they are. All others are between two rooms.
            Message::Joined { name, .. } if except.is_some() => self.people.iter().any(|(connection, person)| {
                LeftOut::has(except, *connection) && person.rooms.contains(&room) && person.name == name.as_str()
            }),
            Message::Joined { name, .. } | Message::Left { name, .. } => {
                people.any(|person| !person.rooms.contains(&room) && person.name == name.as_str())
            }
            Message::Crowd { joined, left, .. } => joined + left > 0,
            // An operator of the server need not be there.
            Message::Moderated(moderated) => {
                moderated.by == Name::SERVER || people.any(|person| person.name == moderated.by.as_str())
            }
            Message::Irc(message) => {
                let IrcMessage::Tagged { room: Some(_), name, .. } = &**message else { return false };
                people.any(|person| person.rooms.contains(&room) && person.name == name.as_str())
            }
            Message::Renamed { .. }
            | Message::Help
            | Message::Ruling(_)
            | Message::YouAre { .. }
            | Message::YouJoined { .. }
            | Message::YouAreIn { .. }
            | Message::Resumable { .. }
            | Message::Stale
            | Message::Taken { .. }
            | Message::NameOfAccount { .. }
            | Message::LoggingIn(_)
            | Message::NameInvalid
            | Message::RoomInvalid
            | Message::Rooms { .. }
            | Message::Users { .. }
            | Message::Told { .. }
            | Message::Sent { .. }
            | Message::Nobody { .. }
            | Message::NobodyWrote
            | Message::Topic { .. }
            | Message::TopicTooLong
            | Message::Ignoring { .. }
            | Message::Hearing { .. }
            | Message::Ignored { .. }
            | Message::CantIgnore { .. }
            | Message::History { .. }
            | Message::HistoryCount
            | Message::Found { .. }
            | Message::NoHistory
            | Message::Incomplete { .. }
            | Message::Unrecognized { .. }
            | Message::TooLong { .. }
            | Message::NotUtf8
            | Message::WrongProtocol { .. }
            | Message::Dropped { .. }
            | Message::Stopping
            | Message::Touch(_)
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

impl Person {
    /// Takes lines of IRC for what they are called from then on.
    fn on_lines(&mut self, message: &IrcMessage) -> bool {
        let IrcMessage::Lines(lines) = message else { return false };
        for line in String::from_utf8_lossy(lines).lines() {
            let mut words = line.split(' ').filter(|word| !word.starts_with('@'));
            let (source, command) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let is_own = source.trim_start_matches(':').split('!').next() == Some(&*self.name);
            if command == "001" || (command == "NICK" && is_own) {
                words.next().unwrap_or_default().trim_start_matches(':').clone_into(&mut self.name);
            }
        }
        true
    }
}
