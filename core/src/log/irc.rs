//! Owns what people do who come by IRC, as far as others may hear of it.

use super::{AddressKey, RoomKey};
use crate::{Capabilities, How, Identity, Name, Tags, Text, Texts, Time, Topic};

/// Holds who somebody wants to be who comes by IRC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    /// The name.
    pub name: Name,
    /// Who they are besides.
    pub identity: Identity,
    /// What their client was granted.
    pub capabilities: Capabilities,
    /// From where they come, if that is known.
    pub address: Option<AddressKey>,
}

/// Tells what somebody does who came by IRC. It names the rooms: none has the focus.
///
/// What can't be followed changes nothing, and its owner is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IrcCommand {
    /// Say something to one room in a row, as people do: as many messages as there are texts.
    Talk {
        /// To which.
        room: Name,
        /// What.
        texts: Texts,
    },
    /// Say something to each of these.
    Say {
        /// To whom.
        targets: Vec<Target>,
        /// How.
        how: How,
        /// What.
        text: Text,
        /// For other clients.
        tags: Option<Tags>,
        /// The owner is told of it by an answer.
        answered: bool,
    },
    /// Send tags to the clients of each of these.
    Tag {
        /// To whom.
        targets: Vec<Target>,
        /// What.
        tags: Tags,
        /// The owner is told of it by an answer.
        answered: bool,
    },
    /// Join these rooms, and stay in the others.
    Join(Vec<Name>),
    /// Join these rooms, each with the word that it may ask for.
    JoinWithKey(Vec<(Name, Option<RoomKey>)>),
    /// Leave these rooms.
    Part {
        /// Which.
        rooms: Vec<Name>,
        /// Why.
        reason: Option<Text>,
    },
    /// Leave all rooms.
    PartAll,
    /// Set the topic of a room, or remove it.
    SetTopic {
        /// Of which.
        room: Name,
        /// To what.
        topic: Option<Topic>,
    },
    /// Let somebody know of a room.
    Invite {
        /// Whom.
        name: Name,
        /// Of which.
        room: Name,
    },
    /// Be away for a reason, or back.
    Away(Option<Text>),
    /// Have another real name.
    SetRealName(Text),
    /// Be shown as a program or not, and found by masks or not.
    SetModes {
        /// A program.
        is_bot: bool,
        /// Not found.
        is_invisible: bool,
    },
    /// Be told when these come and go, and no more of those.
    Monitor {
        /// Of nobody else any more.
        clear: bool,
        /// Of whom.
        add: Vec<Name>,
        /// Of whom no more.
        remove: Vec<Name>,
    },
    /// Let the client have these capabilities.
    SetCapabilities(Capabilities),
    /// Leave the server.
    Quit(Option<Text>),
}

/// Tells to whom something is said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A room.
    Room(Name),
    /// One person.
    Person(Name),
}

/// Holds what is known of a person only since they came by IRC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IrcState {
    /// Who they are, besides their name.
    pub identity: Identity,
    /// What their client was granted.
    pub capabilities: Capabilities,
    /// Why they are away, if they are.
    pub away: Option<Text>,
    /// They are not found by masks.
    pub is_invisible: bool,
    /// Of whose coming and going they are told, in the order of the names.
    pub monitored: Box<[Name]>,
    /// When they came.
    pub came: Time,
    /// When they said something last, or came.
    pub spoke: Time,
}
