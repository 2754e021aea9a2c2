//! Owns the queries: what people ask to be told.

/// Tells what somebody asks to be told. It changes nothing, so the server of the connection answers it, and it enters
/// no log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Query {
    /// The list of commands.
    Help,
    /// The rooms.
    Rooms,
    /// Who is in the room.
    Users,
    /// By what token others can take over this connection's person.
    Token,
}

impl Query {
    /// Tells whether a person asks for this, of whom others may be told: not a program.
    pub(crate) const fn shows_a_person(self) -> bool {
        match self {
            Self::Help | Self::Rooms | Self::Users => true,
            Self::Token => false,
        }
    }
}
