//! Owns how a room is written that belongs to an account: in the log, and by itself.

use chinwag_core::log::{KeptBan, OwnedState, RoomModes};
use prost::Message as _;

use crate::common::{name, room_name, topic_state};
use crate::moderation::{address, key, mask, put_address, put_key, texts};
use crate::{DecodeError, proto};

/// Writes a room by itself.
#[must_use]
pub fn encode_owned(owned: &OwnedState) -> Vec<u8> {
    put(owned).encode_to_vec()
}

/// Reads what [`encode_owned`] has written.
///
/// # Errors
/// It is something else, or damaged.
pub fn decode_owned(bytes: &[u8]) -> Result<OwnedState, DecodeError> {
    owned(proto::Owned::decode(bytes).map_err(|_| DecodeError::Damaged("a room is none"))?)
}

/// Writes it.
pub(crate) fn put(owned: &OwnedState) -> proto::Owned {
    let OwnedState { room, owner, seen_ms, operators, topic, modes, key, limit, bans, exceptions } = owned;
    proto::Owned {
        room: room.to_string(),
        owner: owner.to_string(),
        seen_ms: *seen_ms,
        operators: operators.iter().map(ToString::to_string).collect(),
        topic: topic.as_ref().map(Into::into),
        modes: modes.bits().into(),
        key: key.as_ref().map(put_key),
        limit: limit.unwrap_or_default(),
        bans: bans.iter().map(put_ban).collect(),
        exceptions: exceptions.iter().map(put_ban).collect(),
    }
}

/// Reads it.
pub(crate) fn owned(owned: proto::Owned) -> Result<OwnedState, DecodeError> {
    let proto::Owned { room, owner, seen_ms, operators, topic, modes, key: word, limit, bans, exceptions } = owned;
    let modes = u8::try_from(modes).ok().and_then(RoomModes::from_bits);
    Ok(OwnedState {
        room: room_name(&room)?,
        owner: name(&owner)?,
        seen_ms,
        operators: operators.iter().map(|operator| name(operator)).collect::<Result<_, _>>()?,
        topic: topic.map(topic_state).transpose()?,
        modes: modes.ok_or(DecodeError::Damaged("a room has no such mode"))?,
        key: word.as_deref().map(key).transpose()?,
        limit: Some(limit).filter(|&limit| limit > 0),
        bans: bans.into_iter().map(ban).collect::<Result<_, _>>()?,
        exceptions: exceptions.into_iter().map(ban).collect::<Result<_, _>>()?,
    })
}

fn put_ban(KeptBan { mask, address, account, by, time_ms, until_ms, why }: &KeptBan) -> proto::KeptBan {
    proto::KeptBan {
        mask: mask.as_str().to_owned(),
        address: put_address(*address),
        account: account.as_ref().map(ToString::to_string),
        by: by.to_string(),
        time_ms: *time_ms,
        until_ms: *until_ms,
        why: why.as_ref().map(ToString::to_string),
    }
}

fn ban(ban: proto::KeptBan) -> Result<KeptBan, DecodeError> {
    let proto::KeptBan { mask: whom, address: from, account, by, time_ms, until_ms, why } = ban;
    let account = account.map(|account| name(&account)).transpose()?;
    let (mask, address, by, why) = (mask(&whom)?, address(from), name(&by)?, texts(why)?);
    Ok(KeptBan { mask, address, account, by, time_ms, until_ms, why })
}
