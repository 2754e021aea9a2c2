//! Owns what operators do, and what is kept of it: of a room, and of the whole server.

use std::time::Duration;

use compact_str::CompactString;

use crate::address_key::AddressKey;
use crate::mask::Mask;
use crate::{ConnectionId, Name, Text, Time};

/// Tells what somebody does who keeps order, or would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moderation {
    /// In which room: the one that has the focus, if none is named.
    pub room: Option<Name>,
    /// What.
    pub act: Act,
}

/// Tells what it is. Whoever may not do it is told so, and nothing changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Put somebody out of the room.
    Kick {
        /// Whom.
        name: Name,
        /// Why.
        why: Option<Text>,
    },
    /// Put somebody out of the room, and keep them out, by whatever name they come.
    Ban {
        /// Whom.
        name: Name,
        /// For how long, if not for good.
        lasts: Option<Duration>,
        /// Why.
        why: Option<Text>,
    },
    /// Keep them out no more.
    Unban {
        /// Whom.
        mask: Mask,
    },
    /// Let nobody in the room hear somebody.
    Mute {
        /// Whom.
        name: Name,
        /// For how long, if not for good.
        lasts: Option<Duration>,
    },
    /// Let them be heard again.
    Unmute {
        /// Whom.
        name: Name,
    },
    /// Let somebody know of the room, and in.
    Invite {
        /// Whom.
        name: Name,
    },
    /// Let modes of the room be others, in this order.
    Change(Vec<ModeChange>),
    /// Let nobody connect from an address, and put those out who have.
    BanAddress {
        /// From which.
        address: AddressKey,
        /// For how long, if not for good.
        lasts: Option<Duration>,
        /// Why.
        why: Option<Text>,
    },
    /// Let people connect from there again.
    UnbanAddress {
        /// From which.
        address: AddressKey,
    },
    /// Tell something to all rooms.
    Announce(Text),
    /// Tell something to those who keep order on the server.
    Wall(Text),
    /// End somebody's connection.
    Kill {
        /// Whose.
        name: Name,
        /// Why.
        why: Option<Text>,
    },
    /// Be an operator of the server no more.
    Resign,
}

/// The most bytes of why somebody is put or kept out, as `KICKLEN` says.
pub(crate) const WHY_BYTES_MAX: usize = 200;

/// How many modes one command can change: more than fit into a line of IRC that says so to others.
pub const CHANGES_MAX: usize = 8;

/// Tells that a mode is set, or not any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModeChange {
    /// It is set.
    pub is_set: bool,
    /// Which.
    pub mode: Mode,
}

/// Names a mode of a room, with what it takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// `o`: somebody keeps order.
    Operator(Name),
    /// `v`: somebody is heard where not everybody is.
    Voice(Name),
    /// `b`: these can't join.
    Ban(Mask),
    /// `e`: these can, in spite of that.
    Exception(Mask),
    /// `k`: only who knows this word can join.
    Key(RoomKey),
    /// `l`: only so many can be there.
    Limit(u32),
    /// `i`: only who is invited can join.
    Locked,
    /// `m`: only operators and voices are heard.
    Moderated,
    /// `n`: only who is there is heard.
    Inside,
    /// `s`: only who is there knows of the room.
    Secret,
    /// `t`: only operators set the topic.
    TopicLocked,
    /// `r`: it belongs to the account of whoever sets it, or of somebody there.
    Owned(Option<Name>),
}

impl Mode {
    /// Returns the letter by which IRC knows it.
    #[must_use]
    pub const fn letter(&self) -> char {
        match self {
            Self::Operator(_) => 'o',
            Self::Voice(_) => 'v',
            Self::Ban(_) => 'b',
            Self::Exception(_) => 'e',
            Self::Key(_) => 'k',
            Self::Limit(_) => 'l',
            Self::Locked => 'i',
            Self::Moderated => 'm',
            Self::Inside => 'n',
            Self::Secret => 's',
            Self::TopicLocked => 't',
            Self::Owned(_) => 'r',
        }
    }

    /// Returns what it takes, as IRC writes it.
    #[must_use]
    pub fn parameter(&self) -> Option<String> {
        match self {
            Self::Operator(name) | Self::Voice(name) => Some(name.to_string()),
            Self::Owned(name) => name.as_ref().map(ToString::to_string),
            Self::Ban(mask) | Self::Exception(mask) => Some(mask.as_str().to_owned()),
            Self::Key(key) => Some(key.as_str().to_owned()),
            Self::Limit(limit) => Some(limit.to_string()),
            Self::Locked | Self::Moderated | Self::Inside | Self::Secret | Self::TopicLocked => None,
        }
    }
}

/// Holds the word that whoever joins a room has to know.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomKey(CompactString);

impl RoomKey {
    /// The most characters of a key, as `KEYLEN` says.
    pub const CHARS_MAX: usize = 23;

    /// Takes a word for a key: of ASCII, with no comma, and not with a colon first.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        let fits = (1..=Self::CHARS_MAX).contains(&word.len()) && !word.starts_with(':');
        (fits && word.bytes().all(is_plain)).then(|| Self(word.into()))
    }

    /// Returns the word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hides the word.
impl std::fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RoomKey")
    }
}

/// Holds what is kept of a room that its operators have decided. Most rooms have nothing of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OrderState {
    /// Which of its modes are not as at first.
    pub modes: RoomModes,
    /// What whoever joins has to know.
    pub key: Option<RoomKey>,
    /// How many can be there.
    pub limit: Option<u32>,
    /// Who can't join, the last decided last.
    pub bans: Vec<BanState>,
    /// Who can, in spite of that.
    pub exceptions: Vec<BanState>,
    /// Who is not heard, in the order of their connections.
    pub mutes: Vec<MuteState>,
    /// Who was invited by an operator: by which connections they came, the last invited last.
    pub invited: Vec<ConnectionId>,
    /// The last message from before everybody could join: whoever joins is shown what was said after it.
    pub hidden: u64,
    /// The same for those who could not read all when they joined, in the order of their connections.
    pub newcomers: Vec<NewcomerState>,
}

/// Holds what somebody in a room is not shown of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewcomerState {
    /// By which connection they came.
    pub origin: ConnectionId,
    /// The last message that they are not shown.
    pub hidden: u64,
}

/// Tells which modes of a room are not as at first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RoomModes(u8);

impl RoomModes {
    /// Only who is invited can join.
    pub const LOCKED: Self = Self(1);
    /// Only operators and voices are heard.
    pub const MODERATED: Self = Self(1 << 1);
    /// Also who is not there is heard.
    pub const OPEN: Self = Self(1 << 2);
    /// Only who is there knows of it.
    pub const SECRET: Self = Self(1 << 3);
    /// Only operators set the topic.
    pub const TOPIC_LOCKED: Self = Self(1 << 4);

    /// All there are.
    const ALL: Self = Self((1 << 5) - 1);

    /// Tells whether these are set.
    #[must_use]
    pub const fn has(self, modes: Self) -> bool {
        self.0 & modes.0 == modes.0
    }

    /// Returns these with others set, or not.
    #[must_use]
    pub const fn with(self, modes: Self, is_set: bool) -> Self {
        if is_set { Self(self.0 | modes.0) } else { Self(self.0 & !modes.0) }
    }

    /// Returns them as a number.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Returns the modes of a number, if all are known.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }
}

/// Holds who can't join a room, or can in spite of that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BanState {
    /// Who.
    pub mask: Mask,
    /// From where else, by whatever name.
    pub address: Option<AddressKey>,
    /// Who came by this connection, by whatever name.
    pub origin: Option<ConnectionId>,
    /// Whoever is logged in to this account, by whatever name.
    pub account: Option<Name>,
    /// Who decided it.
    pub by: Name,
    /// When, in milliseconds since 1970.
    pub time_ms: u64,
    /// Until when, if not for good.
    pub until: Option<Time>,
    /// Why.
    pub why: Option<Text>,
}

/// Holds who is not heard in a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MuteState {
    /// By which connection they came.
    pub origin: ConnectionId,
    /// What they are called, or were when they were last here.
    pub name: Name,
    /// From where they come, so that they are not heard by another name.
    pub address: Option<AddressKey>,
    /// Until when, if not for good.
    pub until: Option<Time>,
    /// They were told when they said something.
    pub is_told: bool,
}

/// Holds from where nobody may connect, as it is kept outside of the chat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptBar {
    /// From where.
    pub address: AddressKey,
    /// Who decided it.
    pub by: Name,
    /// Until when, in milliseconds since 1970, if not for good.
    pub until_ms: Option<u64>,
    /// Why.
    pub why: Option<Text>,
}

/// Holds from where nobody may connect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BarState {
    /// From where.
    pub address: AddressKey,
    /// Who decided it.
    pub by: Name,
    /// Until when, if not for good.
    pub until: Option<Time>,
    /// Why.
    pub why: Option<Text>,
}
