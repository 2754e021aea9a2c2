//! Owns how it is written what operators do, and what is kept of it.

use std::time::Duration;

use chinwag_core::Text;
use chinwag_core::log::{
    Act, AddressKey, BanState, BarState, CHANGES_MAX, Mask, Mode, ModeChange, Moderation, MuteState, NewcomerState,
    OrderState, RoomKey, RoomModes,
};

use crate::common::{connection, name, nanos, room_name, text, time};
use crate::{DecodeError, proto};

/// Writes what somebody does.
pub(crate) fn put(Moderation { room, act }: &Moderation) -> proto::Moderation {
    let sentence = |name: &chinwag_core::Name, lasts: Option<Duration>, why: Option<&Text>| proto::Sentence {
        name: name.to_string(),
        lasts_ns: lasts.map(put_lasts),
        why: why.map(ToString::to_string),
    };
    let act = match act {
        Act::Kick { name, why } => proto::Act::Kick(sentence(name, None, why.as_ref())),
        Act::Ban { name, lasts, why } => proto::Act::Ban(sentence(name, *lasts, why.as_ref())),
        Act::Unban { mask } => proto::Act::Unban(mask.as_str().to_owned()),
        Act::Mute { name, lasts } => proto::Act::Mute(sentence(name, *lasts, None)),
        Act::Unmute { name } => proto::Act::Unmute(name.to_string()),
        Act::Invite { name } => proto::Act::Invite(name.to_string()),
        Act::Change(changes) => {
            proto::Act::Change(proto::ModeChanges { changes: changes.iter().map(put_change).collect() })
        }
        Act::BanAddress { address, lasts, why } => proto::Act::BanAddress(proto::BanAddress {
            address: address.number(),
            lasts_ns: lasts.map(put_lasts),
            why: why.as_ref().map(ToString::to_string),
        }),
        Act::UnbanAddress { address } => proto::Act::UnbanAddress(address.number()),
        Act::Announce(what) => proto::Act::Announce(what.to_string()),
        Act::Wall(what) => proto::Act::Wall(what.to_string()),
        Act::Kill { name, why } => proto::Act::Kill(sentence(name, None, why.as_ref())),
        Act::Resign => proto::Act::Resign(proto::Nothing {}),
    };
    proto::Moderation { room: room.as_ref().map(ToString::to_string), act: Some(act) }
}

/// Reads the same.
pub(crate) fn moderation(moderation: proto::Moderation, format: u32) -> Result<Moderation, DecodeError> {
    let proto::Moderation { room, act } = moderation;
    let act = match act.ok_or(DecodeError::Unknown { format })? {
        proto::Act::Kick(proto::Sentence { name: whom, lasts_ns: None, why }) => {
            Act::Kick { name: name(&whom)?, why: texts(why)? }
        }
        proto::Act::Ban(proto::Sentence { name: whom, lasts_ns, why }) => {
            Act::Ban { name: name(&whom)?, lasts: lasts_ns.map(Duration::from_nanos), why: texts(why)? }
        }
        proto::Act::Unban(whom) => Act::Unban { mask: mask(&whom)? },
        proto::Act::Mute(proto::Sentence { name: whom, lasts_ns, why: None }) => {
            Act::Mute { name: name(&whom)?, lasts: lasts_ns.map(Duration::from_nanos) }
        }
        proto::Act::Unmute(whom) => Act::Unmute { name: name(&whom)? },
        proto::Act::Invite(whom) => Act::Invite { name: name(&whom)? },
        proto::Act::Change(proto::ModeChanges { changes }) if changes.len() <= CHANGES_MAX => {
            Act::Change(changes.into_iter().map(change).collect::<Result<_, _>>()?)
        }
        proto::Act::BanAddress(proto::BanAddress { address: from, lasts_ns, why }) => Act::BanAddress {
            address: address(from).ok_or(NO_ADDRESS)?,
            lasts: lasts_ns.map(Duration::from_nanos),
            why: texts(why)?,
        },
        proto::Act::UnbanAddress(from) => Act::UnbanAddress { address: address(from).ok_or(NO_ADDRESS)? },
        proto::Act::Announce(what) => Act::Announce(text(&what)?),
        proto::Act::Wall(what) => Act::Wall(text(&what)?),
        proto::Act::Kill(proto::Sentence { name: whom, lasts_ns: None, why }) => {
            Act::Kill { name: name(&whom)?, why: texts(why)? }
        }
        proto::Act::Resign(proto::Nothing {}) => Act::Resign,
        proto::Act::Kick(_) | proto::Act::Mute(_) | proto::Act::Change(_) | proto::Act::Kill(_) => {
            return Err(DecodeError::Damaged("nobody does that so"));
        }
    };
    Ok(Moderation { room: room.map(|room| room_name(&room)).transpose()?, act })
}

/// What is written as an address, and is none.
pub(crate) const NO_ADDRESS: DecodeError = DecodeError::Damaged("there is no such address");

fn put_lasts(lasts: Duration) -> u64 {
    u64::try_from(lasts.as_nanos()).unwrap_or(u64::MAX)
}

fn put_change(ModeChange { is_set, mode }: &ModeChange) -> proto::ModeChange {
    let parameter = mode.parameter().unwrap_or_default();
    proto::ModeChange { is_set: *is_set, letter: u32::from(mode.letter()), parameter }
}

fn change(proto::ModeChange { is_set, letter, parameter }: proto::ModeChange) -> Result<ModeChange, DecodeError> {
    const UNKNOWN: DecodeError = DecodeError::Damaged("a room has no such mode");
    let mode = match char::from_u32(letter).ok_or(UNKNOWN)? {
        'o' => Mode::Operator(name(&parameter)?),
        'v' => Mode::Voice(name(&parameter)?),
        'b' => Mode::Ban(mask(&parameter)?),
        'e' => Mode::Exception(mask(&parameter)?),
        'k' => Mode::Key(key(&parameter)?),
        'l' => Mode::Limit(parameter.parse().map_err(|_| UNKNOWN)?),
        'i' => Mode::Locked,
        'm' => Mode::Moderated,
        'n' => Mode::Inside,
        's' => Mode::Secret,
        't' => Mode::TopicLocked,
        'r' if parameter.is_empty() => Mode::Owned(None),
        'r' => Mode::Owned(Some(name(&parameter)?)),
        _ => return Err(UNKNOWN),
    };
    let is_whole = mode.parameter().unwrap_or_default() == parameter;
    if is_whole { Ok(ModeChange { is_set, mode }) } else { Err(UNKNOWN) }
}

/// Writes the word of a room.
pub(crate) fn put_key(key: &RoomKey) -> String {
    key.as_str().to_owned()
}

/// Reads it.
pub(crate) fn key(word: &str) -> Result<RoomKey, DecodeError> {
    RoomKey::parse(word).ok_or(DecodeError::Damaged("a key is none"))
}

/// Reads a mask.
pub(crate) fn mask(text: &str) -> Result<Mask, DecodeError> {
    let mask = Mask::parse(text).filter(|mask| mask.as_str() == text);
    mask.ok_or(DecodeError::Damaged("a mask is none"))
}

/// Reads why something was done.
pub(crate) fn texts(why: Option<String>) -> Result<Option<Text>, DecodeError> {
    why.map(|why| text(&why)).transpose()
}

/// Writes from where somebody comes.
pub(crate) fn put_address(address: Option<AddressKey>) -> u64 {
    address.map_or(0, AddressKey::number)
}

/// Reads it.
pub(crate) fn address(number: u64) -> Option<AddressKey> {
    AddressKey::new(number)
}

/// Writes what was decided of a room, if anything was.
pub(crate) fn put_order(order: &OrderState) -> Option<proto::Order> {
    let OrderState { modes, key, limit, bans, exceptions, mutes, invited, hidden, newcomers } = order;
    let put_newcomer = |NewcomerState { origin, hidden }: &NewcomerState| proto::Newcomer {
        origin: Some((*origin).into()),
        hidden: *hidden,
    };
    let put_mute = |MuteState { origin, name, address, until, is_told }: &MuteState| proto::Mute {
        origin: Some((*origin).into()),
        name: name.to_string(),
        address: put_address(*address),
        until_ns: until.map(nanos),
        is_told: *is_told,
    };
    (*order != OrderState::default()).then(|| proto::Order {
        modes: modes.bits().into(),
        key: key.as_ref().map(put_key),
        limit: limit.unwrap_or_default(),
        bans: bans.iter().map(put_ban).collect(),
        exceptions: exceptions.iter().map(put_ban).collect(),
        mutes: mutes.iter().map(put_mute).collect(),
        invited: invited.iter().map(|&connection| connection.into()).collect(),
        hidden: *hidden,
        newcomers: newcomers.iter().map(put_newcomer).collect(),
    })
}

/// Reads the same.
pub(crate) fn order(order: Option<proto::Order>) -> Result<OrderState, DecodeError> {
    let Some(order) = order else { return Ok(OrderState::default()) };
    let proto::Order { modes, key: word, limit, bans, exceptions, mutes, invited, hidden, newcomers } = order;
    let newcomer =
        |proto::Newcomer { origin, hidden }: proto::Newcomer| Ok(NewcomerState { origin: connection(origin)?, hidden });
    let modes = u8::try_from(modes).ok().and_then(RoomModes::from_bits);
    let mute = |proto::Mute { origin, name: called, address: from, until_ns, is_told }: proto::Mute| {
        let (origin, address) = (connection(origin)?, address(from));
        Ok(MuteState { origin, name: name(&called)?, address, until: until_ns.map(time), is_told })
    };
    let order = OrderState {
        modes: modes.ok_or(DecodeError::Damaged("a room has no such mode"))?,
        key: word.as_deref().map(key).transpose()?,
        limit: Some(limit).filter(|&limit| limit > 0),
        bans: bans.into_iter().map(ban).collect::<Result<_, _>>()?,
        exceptions: exceptions.into_iter().map(ban).collect::<Result<_, _>>()?,
        mutes: mutes.into_iter().map(mute).collect::<Result<_, _>>()?,
        invited: invited.into_iter().map(|id| connection(Some(id))).collect::<Result<_, _>>()?,
        hidden,
        newcomers: newcomers.into_iter().map(newcomer).collect::<Result<_, _>>()?,
    };
    let is_any = order != OrderState::default();
    if is_any { Ok(order) } else { Err(DecodeError::Damaged("nothing was decided, and is not written")) }
}

fn put_ban(BanState { mask, address, origin, account, by, time_ms, until, why }: &BanState) -> proto::Ban {
    proto::Ban {
        mask: mask.as_str().to_owned(),
        address: put_address(*address),
        origin: origin.map(Into::into),
        account: account.as_ref().map(ToString::to_string),
        by: by.to_string(),
        time_ms: *time_ms,
        until_ns: until.map(nanos),
        why: why.as_ref().map(ToString::to_string),
    }
}

fn ban(ban: proto::Ban) -> Result<BanState, DecodeError> {
    let proto::Ban { mask: whom, address: from, origin, account, by, time_ms, until_ns, why } = ban;
    let (mask, address) = (mask(&whom)?, address(from));
    let origin = origin.map(|origin| connection(Some(origin))).transpose()?;
    let account = account.map(|account| name(&account)).transpose()?;
    let (by, until, why) = (name(&by)?, until_ns.map(time), texts(why)?);
    Ok(BanState { mask, address, origin, account, by, time_ms, until, why })
}

/// Writes from where nobody may connect.
pub(crate) fn put_bar(BarState { address, by, until, why }: &BarState) -> proto::Bar {
    proto::Bar {
        address: address.number(),
        by: by.to_string(),
        until_ns: until.map(nanos),
        why: why.as_ref().map(ToString::to_string),
    }
}

/// Reads the same.
pub(crate) fn bar(proto::Bar { address: from, by, until_ns, why }: proto::Bar) -> Result<BarState, DecodeError> {
    let address = address(from).ok_or(NO_ADDRESS)?;
    Ok(BarState { address, by: name(&by)?, until: until_ns.map(time), why: texts(why)? })
}
