//! Owns what is told outside of what operators have done: for the audit log, and for whoever lets connections in.

use std::fmt;

use crate::address_key::AddressKey;
use crate::log::KeptBar;
use crate::name::Name;
use crate::text::Text;
use crate::time::Time;

/// Tells one thing that an operator has done: [`Display`](fmt::Display) is its line in an audit log. What people said
/// is not in it, but why it was done, as the operator says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Deed {
    /// Who.
    pub by: Name,
    /// What.
    pub what: String,
    /// In which room, if in one.
    pub room: Option<Name>,
    /// Why, if that was said.
    pub why: Option<Text>,
    /// Which connections are refused from now on, or no more.
    pub bar: Option<Bar>,
}

impl Deed {
    /// Returns of which address something is decided, if it is, and what is to be kept of that: nothing, if people may
    /// connect from there again.
    #[must_use]
    pub fn kept_bar(&self) -> Option<(AddressKey, Option<KeptBar>)> {
        let Bar { address, is_set, until_ms, .. } = self.bar?;
        let bar = || KeptBar { address, by: self.by.clone(), until_ms, why: self.why.clone() };
        Some((address, is_set.then(bar)))
    }
}

/// Tells from where connections are refused, or no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bar {
    /// From where.
    pub address: AddressKey,
    /// They are from now on.
    pub is_set: bool,
    /// Until when, if not for good.
    pub until: Option<Time>,
    /// The same, in milliseconds since 1970.
    pub until_ms: Option<u64>,
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, what, room, why, bar: _ } = self;
        write!(f, "{by} {what}")?;
        if let Some(room) = room {
            write!(f, " in {room}")?;
        }
        why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}
