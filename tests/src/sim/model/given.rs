//! Owns what somebody gives to be let in to an account, or to have a name, and why they are not.

/// Holds a password of an account, and how it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Given {
    pub(super) account: String,
    pub(super) password: String,
    pub(super) by: GivenBy,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum GivenBy {
    /// By lines, to log in, or to be an operator of the server.
    Lines {
        operates: bool,
    },
    Oper,
    Sasl,
    Pass,
}

/// Tells why somebody can't have a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refused {
    Reserved,
    OfAccount,
    Taken,
}
