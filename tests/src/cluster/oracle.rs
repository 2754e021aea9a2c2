//! Owns what everybody has to be told: a chat that follows the log by itself, with the plainest of all fan-outs.

use std::collections::{BTreeMap, BTreeSet};

use chinwag_core::log::{Event, Record};
use chinwag_core::{Action, Chat, Config, ConnectionId, Form, IrcMessage, LeftOut, Message, RoomId};
use chinwag_log::StateHash;

use super::ear;
use crate::sim::Coverage;

pub(super) struct Oracle {
    chat: Chat,
    rooms: BTreeMap<RoomId, BTreeSet<ConnectionId>>,
    told: BTreeMap<ConnectionId, Vec<Message>>,
    /// What those who came by IRC were called when they were told each of that.
    names: BTreeMap<ConnectionId, String>,
    named: BTreeMap<ConnectionId, Vec<String>>,
}

impl Oracle {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            chat: Chat::new(&config.rules),
            rooms: BTreeMap::new(),
            told: BTreeMap::new(),
            names: BTreeMap::new(),
            named: BTreeMap::new(),
        }
    }

    pub(super) fn hash(&self) -> StateHash {
        StateHash::of(&self.chat.snapshot())
    }

    /// Returns the lines that a connection has to be told, but for those that are its server's own.
    pub(super) fn told(&self, connection: ConnectionId, form: Form) -> Vec<String> {
        let (told, named) = (self.told.get(&connection), self.named.get(&connection));
        let told = told.into_iter().flatten().zip(named.into_iter().flatten());
        told.flat_map(|(message, name)| ear::lines(form, message, name)).filter(|line| !is_local(line)).collect()
    }

    pub(super) fn apply(&mut self, record: &Record, coverage: &mut Coverage) {
        if let Event::Registered { connection, registration } = &record.event {
            self.names.insert(*connection, registration.name.to_string());
        }
        self.chat.handle(record.at, record.event.clone());
        if let Event::ServerGone { server } = record.event {
            for members in self.rooms.values_mut() {
                members.retain(|connection| connection.server() != server);
            }
        }
        while let Some(action) = self.chat.poll_action() {
            if let Some(situation) = situation(&action, &self.rooms) {
                *coverage.entry(situation).or_default() += 1;
            }
            self.follow(action);
        }
    }

    fn follow(&mut self, action: Action) {
        match action {
            Action::Reply { connection, message } | Action::Deliver { connection, message } => {
                self.tell(connection, &message);
                // Only who came by IRC is told so by an answer.
                if let (Message::Renamed { old, new, .. }, Some(name)) = (message, self.names.get_mut(&connection))
                    && *name == old.as_str()
                {
                    new.as_str().clone_into(name);
                }
            }
            Action::Enter { connection, room } => {
                self.rooms.entry(room).or_default().insert(connection);
            }
            Action::Leave { connection, room } => {
                self.rooms.entry(room).or_default().remove(&connection);
            }
            Action::Broadcast { room, except, message, .. } => {
                let members = self.rooms.get(&room).cloned().unwrap_or_default();
                for member in members.into_iter().filter(|&member| !LeftOut::has(except.as_deref(), member)) {
                    self.tell(member, &message);
                }
            }
            Action::Open { .. }
            | Action::Speak { .. }
            | Action::Credit { .. }
            | Action::Alive { .. }
            | Action::Close { .. }
            | Action::Cut { .. }
            | Action::Touch { .. }
            | Action::Stop { .. } => {}
        }
    }

    fn tell(&mut self, connection: ConnectionId, message: &Message) {
        let name = self.names.get(&connection).cloned().unwrap_or_default();
        self.named.entry(connection).or_default().push(name);
        self.told.entry(connection).or_default().push(message.clone());
    }
}

/// Tells whether a line may be one that a server tells its connection by itself.
pub(super) fn is_local(line: &str) -> bool {
    let starts = [
        "Unrecognized command ",
        "Users - ",
        "Rooms - ",
        "Ignored - ",
        "You have nothing to resume",
        "Server is shutting",
        "PONG ",
        "hello ",
        "bye ",
    ];
    starts.iter().any(|start| line.starts_with(start))
}

fn situation(action: &Action, rooms: &BTreeMap<RoomId, BTreeSet<ConnectionId>>) -> Option<&'static str> {
    let rooms_of = |connection| rooms.values().filter(|members| members.contains(connection)).count();
    match action {
        Action::Broadcast { message: Message::Crowd { .. }, .. } => Some("crowd told"),
        Action::Broadcast { message: Message::Renamed { .. }, except: Some(_), .. } => Some("renamed in several rooms"),
        Action::Broadcast { message: Message::Left { .. }, .. } => Some("left"),
        Action::Broadcast { message: Message::Acted { .. }, .. } => Some("acted"),
        Action::Broadcast { message: Message::Said { .. }, except: Some(_), .. } => Some("ignored"),
        Action::Reply { message: Message::History { .. }, .. } => Some("history shown"),
        Action::Reply { message: Message::Topic { .. }, .. } => Some("topic shown"),
        Action::Reply { message: Message::Irc(message), .. } if **message == IrcMessage::Welcome => {
            Some("registered by IRC")
        }
        Action::Reply { message: Message::Renamed { .. }, .. } => Some("renamed by IRC"),
        Action::Reply { message: Message::Left { .. }, .. } => Some("left by IRC"),
        Action::Deliver { message: Message::Irc(_), .. } => Some("delivered by IRC"),
        Action::Deliver { .. } => Some("delivered"),
        Action::Cut { .. } => Some("resumed"),
        Action::Enter { connection, .. } if rooms_of(connection) > 0 => Some("in several rooms"),
        Action::Leave { connection, .. } if rooms_of(connection) > 1 => Some("left one of several rooms"),
        Action::Open { .. }
        | Action::Speak { .. }
        | Action::Reply { .. }
        | Action::Enter { .. }
        | Action::Leave { .. }
        | Action::Broadcast { .. }
        | Action::Credit { .. }
        | Action::Alive { .. }
        | Action::Close { .. }
        | Action::Touch { .. }
        | Action::Stop { .. } => None,
    }
}
