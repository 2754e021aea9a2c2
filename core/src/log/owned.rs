//! Owns what is kept of a room that belongs to an account: while nobody is there, and outside of the chat.

use super::{AddressKey, RoomKey, RoomModes};
use crate::kept::TopicState;
use crate::mask::Mask;
use crate::{Name, Text};

/// Holds a room that belongs to an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnedState {
    /// Which room.
    pub room: Name,
    /// Whose account it belongs to.
    pub owner: Name,
    /// When the owner was there last, in milliseconds since 1970; about an hour more or less.
    pub seen_ms: u64,
    /// Whose accounts keep order there as well, in the order of the names.
    pub operators: Vec<Name>,
    /// What it is about.
    pub topic: Option<TopicState>,
    /// Which of its modes are not as at first.
    pub modes: RoomModes,
    /// What whoever joins has to know.
    pub key: Option<RoomKey>,
    /// How many can be there.
    pub limit: Option<u32>,
    /// Who can't join, the last decided last.
    pub bans: Vec<KeptBan>,
    /// Who can, in spite of that.
    pub exceptions: Vec<KeptBan>,
}

/// Holds who can't join a room, or can in spite of that, as it is kept outside of the chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptBan {
    /// Who.
    pub mask: Mask,
    /// From where else, by whatever name.
    pub address: Option<AddressKey>,
    /// Whoever is logged in to this account, by whatever name.
    pub account: Option<Name>,
    /// Who decided it.
    pub by: Name,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Until when, in milliseconds since 1970, if not for good.
    pub until_ms: Option<u64>,
    /// Why.
    pub why: Option<Text>,
}
