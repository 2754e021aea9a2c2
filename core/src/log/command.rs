//! Owns the commands: what people do that changes what all of them share.

use super::{IrcCommand, Moderation, RoomKey};
use crate::{CloseCode, ConnectionId, Name, Text, Texts, Topic};

/// Tells what somebody does that others may hear of. Commands are the only requests that enter the log.
///
/// A command that can't be followed, as to take a name that is taken, changes nothing, and its owner is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Say something to the room: as many messages as there are texts.
    Say(Texts),
    /// Do something that the room is told as of somebody else.
    Act(Text),
    /// Say something to one person alone.
    Tell {
        /// Whom.
        to: Name,
        /// What.
        text: Text,
    },
    /// Say something to who has said the last thing to this person alone.
    Answer(Text),
    /// Set the topic of the room that has the focus, or remove it.
    SetTopic(Option<Topic>),
    /// Hear nothing more that is said by who has this name.
    Ignore(Name),
    /// Hear them again.
    Unignore(Name),
    /// Take another name.
    Rename(Name),
    /// Go to another room, from the one that has the focus.
    Join(Name),
    /// Go to one more room, which gets the focus, or give it to one of those where one is.
    Enter(Name),
    /// Go to another room, or to one more, with the word that it asks for.
    JoinWithKey {
        /// Which.
        room: Name,
        /// The word.
        key: RoomKey,
        /// From the one that has the focus.
        leaves: bool,
    },
    /// Leave one of several rooms, or the only one for `main`.
    Part(Name),
    /// Take over the person of this connection: its token was shown to the server, and verified there.
    Resume(ConnectionId),
    /// Be known to the others: somebody who was silent until now asks for something.
    Appear,
    /// Keep order.
    Moderate(Box<Moderation>),
    /// Be an operator of the server, by this account, if by one: the server has verified that one may. Nobody can ask
    /// for it by this.
    Empower(Option<Name>),
    /// Be logged in by this account: the server has verified that it is one's own. Nobody can ask for it by this.
    LogIn(Name),
    /// Be logged in no more.
    LogOut,
    /// Do what only those do who came by IRC.
    Irc(Box<IrcCommand>),
    /// Leave; the connection is closed with this code, if its form has one.
    Leave(CloseCode),
}

impl Command {
    /// Tells whether only those may do it who came by IRC, or only the others, if it is so.
    pub(crate) const fn is_for_irc(&self) -> Option<bool> {
        match self {
            Self::Irc(_) => Some(true),
            Self::Say(_)
            | Self::Act(_)
            | Self::SetTopic(_)
            | Self::Join(_)
            | Self::Enter(_)
            | Self::JoinWithKey { .. }
            | Self::Part(_)
            | Self::Resume(_) => Some(false),
            Self::Tell { .. }
            | Self::Answer(_)
            | Self::Ignore(_)
            | Self::Unignore(_)
            | Self::Rename(_)
            | Self::Moderate(_)
            | Self::Empower(_)
            | Self::LogIn(_)
            | Self::LogOut
            | Self::Appear
            | Self::Leave(_) => None,
        }
    }

    /// Tells whether others may be told of whoever does this. A connection that only ends shows nobody.
    pub(crate) const fn shows_a_person(&self) -> bool {
        match self {
            Self::Say(_)
            | Self::Act(_)
            | Self::Tell { .. }
            | Self::Answer(_)
            | Self::SetTopic(_)
            | Self::Ignore(_)
            | Self::Unignore(_)
            | Self::Rename(_)
            | Self::Join(_)
            | Self::Enter(_)
            | Self::JoinWithKey { .. }
            | Self::Part(_)
            | Self::Moderate(_)
            | Self::Empower(_)
            | Self::LogIn(_)
            | Self::LogOut
            | Self::Irc(_)
            | Self::Appear => true,
            Self::Resume(_) | Self::Leave(_) => false,
        }
    }
}
