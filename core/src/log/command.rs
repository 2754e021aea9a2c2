//! Owns the commands: what people do that changes what all of them share.

use crate::{CloseCode, ConnectionId, Name, Texts};

/// Tells what somebody does that others may hear of. Commands are the only requests that enter the log.
///
/// A command that can't be followed, as to take a name that is taken, changes nothing, and its owner is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Say something to the room: as many messages as there are texts.
    Say(Texts),
    /// Take another name.
    Rename(Name),
    /// Go to another room, from the one that has the focus.
    Join(Name),
    /// Go to one more room, which gets the focus, or give it to one of those where one is.
    Enter(Name),
    /// Leave one of several rooms, or the only one for `main`.
    Part(Name),
    /// Take over the person of this connection: its token was shown to the server, and verified there.
    Resume(ConnectionId),
    /// Be known to the others: somebody who was silent until now asks for something.
    Appear,
    /// Leave; the connection is closed with this code, if its form has one.
    Leave(CloseCode),
}

impl Command {
    /// Tells whether others may be told of whoever does this. A connection that only ends shows nobody.
    pub(crate) const fn shows_a_person(&self) -> bool {
        match self {
            Self::Say(_) | Self::Rename(_) | Self::Join(_) | Self::Enter(_) | Self::Part(_) | Self::Appear => true,
            Self::Resume(_) | Self::Leave(_) => false,
        }
    }
}
