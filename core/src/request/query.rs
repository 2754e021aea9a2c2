//! Owns the queries: what people ask to be told.

use crate::Text;
use crate::kept::Page;

/// Tells what somebody asks to be told. It changes nothing, so the server of the connection answers it, and it enters
/// no log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Query {
    /// The list of commands.
    Help,
    /// The rooms.
    Rooms,
    /// Who is in the room.
    Users,
    /// What the room is about.
    Topic,
    /// What was said in the room: the last so many messages.
    History(u8),
    /// Messages of a room where they are, by their numbers.
    Page(Page),
    /// What was said in their rooms that has these words.
    Search(Text),
    /// Whom they ignore.
    Ignored,
    /// Who is kept out of the room.
    Bans,
    /// Who keeps order in the room.
    Operators,
    /// The commands of those who keep order.
    Moderation,
    /// The rest of the last answer, if it was not whole. A session asks for it by itself.
    More,
    /// By what token others can take over this connection's person.
    Token,
}

impl Query {
    /// Tells whether the answer may come in pieces. Nothing more is asked for before it is whole.
    pub(crate) const fn comes_in_pieces(&self) -> bool {
        match self {
            Self::History(_) | Self::Page(_) | Self::Search(_) | Self::More => true,
            Self::Help
            | Self::Rooms
            | Self::Users
            | Self::Topic
            | Self::Ignored
            | Self::Bans
            | Self::Operators
            | Self::Moderation
            | Self::Token => false,
        }
    }

    /// Tells whether a person asks for this, of whom others may be told: not a program.
    pub(crate) const fn shows_a_person(&self) -> bool {
        match self {
            Self::Help
            | Self::Rooms
            | Self::Users
            | Self::Topic
            | Self::History(_)
            | Self::Search(_)
            | Self::Ignored
            | Self::Bans
            | Self::Operators
            | Self::Moderation => true,
            Self::Page(_) | Self::Token | Self::More => false,
        }
    }
}
