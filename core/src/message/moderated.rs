//! Owns what people are told of those who keep order: what was done to a room, and what one alone is told of it.

use std::fmt;

use crate::address_key::AddressKey;
use crate::clock::civil;
use crate::irc::Identity;
use crate::log::{Mode, ModeChange};
use crate::mask::Mask;
use crate::name::Name;
use crate::text::Text;

/// Tells a room what somebody has done who keeps order there.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub struct Moderated {
    pub room: Name,
    pub by: Name,
    pub identity: Identity,
    pub time_ms: u64,
    pub done: Done,
}

/// Says what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub enum Done {
    /// These can't join.
    Banned { mask: Mask, until_ms: Option<u64>, why: Option<Text> },
    /// They can again.
    Unbanned { mask: Mask },
    /// Somebody is not heard.
    Muted { name: Name, until_ms: Option<u64> },
    /// They are again.
    Unmuted { name: Name },
    /// Modes are others.
    Changed(Vec<ModeChange>),
    /// What all rooms are told.
    Announced(Text),
    /// It belongs to this account now, or to nobody any more.
    Owned { owner: Option<Name> },
}

/// Says why a room does not belong to somebody who wants it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub enum NotOwned {
    /// Nobody is logged in who would own it.
    NoAccount,
    /// Nor is somebody who is in the room and called so.
    NoAccountOf { name: Name },
    /// It is always there for all.
    Main,
    /// It belongs to another account.
    OfAnother { owner: Name },
    /// An account owns as many as it can.
    TooMany { owner: Name },
    /// So do all together.
    TooManyInAll,
}

/// Tells who put somebody out, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub struct Kicked {
    pub by: Name,
    pub identity: Identity,
    pub sentence: Sentence,
    pub why: Option<Text>,
}

/// Says what becomes of who is put out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sentence {
    /// They may come back to the room at once.
    Kicked,
    /// They may not, or only after this, in milliseconds since 1970.
    Banned {
        /// When.
        until_ms: Option<u64>,
    },
    /// They are put out of the server.
    Killed,
}

/// Tells one alone what operators have decided, or what one has to be to do something.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub enum Ruling {
    /// One was put out of a room, or of the server.
    PutOut { room: Name, kicked: Kicked },
    /// One can't join a room, or connect, until then if not for good.
    Banned { room: Option<Name>, until_ms: Option<u64>, why: Option<Text> },
    /// Only who is invited can join.
    Locked { room: Name },
    /// Only who knows the key can.
    NeedsKey { room: Name },
    /// As many are there as can be.
    Full { room: Name },
    /// One is not heard in a room, until then if not for good.
    Muted { room: Name, until_ms: Option<u64> },
    /// Only operators and voices are heard there.
    Unheard { room: Name },
    /// Only operators set the topic there.
    TopicLocked { room: Name },
    /// Only operators of the room do this.
    NotOperator { room: Name },
    /// Only operators of the server do this.
    NotServerOperator,
    /// One is not in the room.
    NotInRoom { room: Name },
    /// There is no such room.
    NoSuchRoom { room: Name },
    /// Somebody is not in the room.
    NotThere { name: Name, room: Name },
    /// Operators of the server are not put out.
    Protected { name: Name },
    /// Nobody is kept out of `main`.
    OpenToAll { room: Name },
    /// So many can be listed.
    ListFull { room: Name, mask: Mask },
    /// They were not kept out.
    NotBanned { mask: Mask },
    /// They were not muted.
    NotMuted { name: Name },
    /// Others come from the same address, so that only the name is kept out.
    AddressIsShared { name: Name },
    /// Nobody knows an address of them.
    NoAddress { name: Name },
    /// From where nobody may connect now, until then if not for good.
    AddressBanned { address: AddressKey, until_ms: Option<u64> },
    /// From where people may again.
    AddressUnbanned { address: AddressKey },
    /// From where they could.
    AddressNotBanned { address: AddressKey },
    /// Who can't join a room, and how many more.
    Bans { room: Name, bans: Vec<Banned>, more: usize },
    /// Who keeps order in a room, and how many more.
    Operators { room: Name, names: Vec<Name>, more: usize },
    /// A room does not belong to somebody who wants it.
    NotOwned { room: Name, why: NotOwned },
    /// It is so already.
    Unchanged,
    /// One has let somebody know of a room.
    Inviting { to: Name, room: Name },
    /// They are in that room already.
    AlreadyThere { name: Name, room: Name },
    /// One is an operator of the server now, or not any more.
    Empowered { is_operator: bool },
    /// What an operator of the server tells the others.
    Walled { by: Name, identity: Identity, text: Text },
    /// The commands of those who keep order.
    Commands,
}

/// Tells who can't join a room.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "the fields are what is put into the line or the frame")]
pub struct Banned {
    pub whom: String,
    pub by: Name,
    pub until_ms: Option<u64>,
    pub why: Option<Text>,
}

impl Banned {
    /// Returns the most bytes that it takes in any form, but for what is around each.
    pub(crate) fn bytes(&self) -> usize {
        let why = self.why.as_ref().map_or(0, |why| crate::text::escaped_len(why.as_str()));
        self.whom.len() + self.by.as_str().len() + why
    }
}

/// Writes a moment, in milliseconds since 1970, for people.
struct Moment(u64);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever comes at this minute may come: it is never told too early.
        let minutes = self.0.div_ceil(60_000);
        let (year, month, day) = civil(minutes / 1440);
        write!(f, "{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minutes / 60 % 24, minutes % 60)
    }
}

/// Writes until when, if there is an end, with a blank before it.
struct Until(Option<u64>);

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |until_ms| write!(f, " until {}", Moment(until_ms)))
    }
}

/// Writes why, if that was said, behind a colon.
struct Why<'a>(Option<&'a Text>);

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

impl Moderated {
    /// Returns about how many bytes it has.
    pub(super) fn encoded_len_hint(&self) -> usize {
        match &self.done {
            Done::Banned { why, .. } => why.as_ref().map_or(0, |why| why.as_str().len()) + 64,
            Done::Announced(text) => text.as_str().len() + 40,
            Done::Changed(changes) => changes.len() * 48,
            Done::Unbanned { .. } | Done::Muted { .. } | Done::Unmuted { .. } | Done::Owned { .. } => 48,
        }
    }
}

impl Ruling {
    /// Returns about how many bytes it has.
    pub(super) fn encoded_len_hint(&self) -> usize {
        let why = |why: &Option<Text>| why.as_ref().map_or(0, |why| why.as_str().len()) + 64;
        match self {
            Self::PutOut { kicked, .. } => why(&kicked.why),
            Self::Banned { why: because, .. } => why(because),
            Self::Bans { bans, .. } => bans.iter().map(|ban| why(&ban.why)).sum::<usize>() + 32,
            Self::Operators { names, .. } => names.len() * 20 + 16,
            Self::Walled { text, .. } => text.as_str().len() + 32,
            Self::Commands => 1024,
            Self::Unchanged
            | Self::Locked { .. }
            | Self::NeedsKey { .. }
            | Self::Full { .. }
            | Self::Muted { .. }
            | Self::Unheard { .. }
            | Self::TopicLocked { .. }
            | Self::NotOperator { .. }
            | Self::NotServerOperator
            | Self::NotInRoom { .. }
            | Self::NoSuchRoom { .. }
            | Self::NotThere { .. }
            | Self::Protected { .. }
            | Self::OpenToAll { .. }
            | Self::ListFull { .. }
            | Self::NotBanned { .. }
            | Self::NotMuted { .. }
            | Self::AddressIsShared { .. }
            | Self::NoAddress { .. }
            | Self::AddressBanned { .. }
            | Self::AddressUnbanned { .. }
            | Self::AddressNotBanned { .. }
            | Self::Inviting { .. }
            | Self::AlreadyThere { .. }
            | Self::NotOwned { .. }
            | Self::Empowered { .. } => 48,
        }
    }
}

impl Kicked {
    /// Returns about how many bytes it has, told to others.
    pub(super) fn encoded_len_hint(&self) -> usize {
        self.why.as_ref().map_or(0, |why| why.as_str().len()) + 112
    }

    /// Writes what was done to whom, as others hear it.
    pub(super) fn fmt_of(&self, name: &Name, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{name} was {}{}", self.deed(), Why(self.why.as_ref()))
    }

    fn deed(&self) -> String {
        let by = &self.by;
        match self.sentence {
            Sentence::Kicked => format!("kicked by {by}"),
            Sentence::Banned { until_ms } => format!("banned by {by}{}", Until(until_ms)),
            Sentence::Killed => format!("put out of the server by {by}"),
        }
    }
}

/// Writes the line that people read.
impl fmt::Display for Moderated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = &self.by;
        match &self.done {
            Done::Banned { mask, until_ms, why } => {
                write!(f, "{mask} was banned by {by}{}{}", Until(*until_ms), Why(why.as_ref()))
            }
            Done::Unbanned { mask } => write!(f, "{mask} was unbanned by {by}"),
            Done::Muted { name, until_ms } => write!(f, "{name} was muted by {by}{}", Until(*until_ms)),
            Done::Unmuted { name } => write!(f, "{name} was unmuted by {by}"),
            Done::Announced(text) => write!(f, "Announcement by {by}: {text}"),
            Done::Owned { owner: Some(owner) } => write!(f, "The room belongs to the account {owner} now, by {by}"),
            Done::Owned { owner: None } => write!(f, "The room belongs to no account any more, by {by}"),
            Done::Changed(changes) => {
                for (place, change) in changes.iter().enumerate() {
                    let separator = if place == 0 { "" } else { "\n" };
                    write!(f, "{separator}{} by {by}", done(change))?;
                }
                Ok(())
            }
        }
    }
}

/// Says what it is to have changed a mode.
fn done(ModeChange { is_set, mode }: &ModeChange) -> String {
    match (mode, is_set) {
        (Mode::Operator(name), true) => format!("{name} was made an operator"),
        (Mode::Operator(name), false) => format!("{name} was removed as an operator"),
        (Mode::Voice(name), true) => format!("{name} was given a voice"),
        (Mode::Voice(name), false) => format!("{name} was deprived of a voice"),
        (Mode::Ban(mask), true) => format!("{mask} was banned"),
        (Mode::Ban(mask), false) => format!("{mask} was unbanned"),
        (Mode::Exception(mask), true) => format!("{mask} was exempted from bans"),
        (Mode::Exception(mask), false) => format!("{mask} was exempted from bans no more"),
        (Mode::Key(key), true) => format!("The key of the room was set to {}", key.as_str()),
        (Mode::Key(_), false) => "The key of the room was removed".to_owned(),
        (Mode::Limit(limit), true) => format!("The room was limited to {limit} people"),
        (Mode::Limit(_), false) => "The limit of the room was removed".to_owned(),
        (Mode::Locked, true) => "The room was locked".to_owned(),
        (Mode::Locked, false) => "The room was unlocked".to_owned(),
        (Mode::Moderated, true) => "The room was made moderated".to_owned(),
        (Mode::Moderated, false) => "The room was made unmoderated".to_owned(),
        (Mode::Inside, true) => "The room was closed to those outside".to_owned(),
        (Mode::Inside, false) => "The room was opened to those outside".to_owned(),
        (Mode::Secret, true) => "The room was made secret".to_owned(),
        (Mode::Secret, false) => "The room was made public".to_owned(),
        (Mode::TopicLocked, true) => "The topic was locked".to_owned(),
        (Mode::Owned(_), true) => "The room belongs to an account now".to_owned(),
        (Mode::Owned(_), false) => "The room belongs to no account any more".to_owned(),
        (Mode::TopicLocked, false) => "The topic was unlocked".to_owned(),
    }
}

/// Writes the line that one is told.
impl fmt::Display for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutOut { room, kicked: Kicked { by, sentence, why, .. } } => {
                let why = Why(why.as_ref());
                match sentence {
                    Sentence::Kicked => write!(f, "You were kicked from {room} by {by}{why}"),
                    Sentence::Banned { until_ms } => {
                        write!(f, "You were banned from {room} by {by}{}{why}", Until(*until_ms))
                    }
                    Sentence::Killed => write!(f, "You were put out of this server by {by}{why}"),
                }
            }
            Self::Banned { room, until_ms, why } => {
                let room = room.as_ref().map_or("this server", Name::as_str);
                write!(f, "You are banned from {room}{}{}", Until(*until_ms), Why(why.as_ref()))
            }
            Self::Locked { room } => write!(f, "You need an invitation to join {room}"),
            Self::NeedsKey { room } => write!(f, "You need a key to join {room}: /join {room} KEY"),
            Self::Full { room } => write!(f, "You can't join {room}, it is full"),
            Self::Muted { room, until_ms } => write!(f, "You are muted in {room}{}", Until(*until_ms)),
            Self::Unheard { room } => write!(f, "Only operators and voices are heard in {room}"),
            Self::TopicLocked { room } => write!(f, "Only operators of {room} can set the topic"),
            Self::NotOperator { room } => write!(f, "Only operators of {room} can do that"),
            Self::NotServerOperator => f.write_str("Only operators of the server can do that"),
            Self::NotInRoom { room } => write!(f, "You are not in {room}"),
            Self::NoSuchRoom { room } => write!(f, "There is no room called {room}"),
            Self::NotThere { name, room } => write!(f, "{name} is not in {room}"),
            Self::Protected { name } => write!(f, "{name} is an operator of the server"),
            Self::OpenToAll { room } => write!(f, "Nobody can be kept out of {room}"),
            Self::ListFull { room, .. } => write!(f, "There are too many bans in {room} already"),
            Self::NotBanned { mask } => write!(f, "{mask} is not banned"),
            Self::NotMuted { name } => write!(f, "{name} is not muted"),
            Self::AddressIsShared { name } => {
                write!(f, "Others come from the address of {name}, so only the name is banned")
            }
            Self::NoAddress { name } => write!(f, "There is no address of {name} that could be banned"),
            Self::AddressBanned { address, until_ms } => {
                write!(f, "{address} is banned from this server{}", Until(*until_ms))
            }
            Self::AddressUnbanned { address } => write!(f, "{address} is not banned from this server any more"),
            Self::AddressNotBanned { address } => write!(f, "{address} is not banned from this server"),
            Self::Bans { bans, more, .. } => super::fmt_list(f, "Bans", bans.iter(), *more),
            Self::Operators { names, more, .. } => super::fmt_list(f, "Operators", names.iter(), *more),
            Self::NotOwned { room, why } => match why {
                NotOwned::NoAccount => f.write_str("You need to be logged in to an account to own a room"),
                NotOwned::NoAccountOf { name } => {
                    write!(f, "There is nobody called {name} in {room} who is logged in to an account")
                }
                NotOwned::Main => write!(f, "Nobody can own {room}"),
                NotOwned::OfAnother { owner } => write!(f, "{room} belongs to the account {owner}"),
                NotOwned::TooMany { owner } => write!(f, "The account {owner} owns too many rooms already"),
                NotOwned::TooManyInAll => f.write_str("Too many rooms belong to accounts already"),
            },
            Self::Unchanged => f.write_str("Nothing has changed"),
            Self::Inviting { to, room } => write!(f, "You invited {to} to {room}"),
            Self::AlreadyThere { name, room } => write!(f, "{name} is already in {room}"),
            Self::Empowered { is_operator: true } => f.write_str("You are an operator of this server"),
            Self::Empowered { is_operator: false } => f.write_str("You are not an operator of this server any more"),
            Self::Walled { by, text, .. } => write!(f, "{by} (to operators): {text}"),
            Self::Commands => super::fmt_commands(f, "Moderation commands", crate::commands::MODERATION),
        }
    }
}

impl fmt::Display for Banned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { whom, by, until_ms, why } = self;
        write!(f, "{whom} (by {by}{}{})", Until(*until_ms), Why(why.as_ref()))
    }
}
