//! Owns how it is written what an effect was answered.

use chinwag_core::admission::{Account, Denial, Role, Verdict};
use chinwag_core::{Answer, Found};

use crate::common::{connection, name, room_name, venue};
use crate::past::{kept, past, put, put_kept};
use crate::{DecodeError, decided, proto};

impl From<&Answer> for proto::Handed {
    fn from(answer: &Answer) -> Self {
        match answer {
            Answer::Verified { connection, ghost } => {
                Self::Verified(proto::Verified { connection: Some((*connection).into()), ghost: ghost.map(Into::into) })
            }
            Answer::LoggedIn { connection, verdict } => Self::LoggedIn(proto::LoggedIn {
                connection: Some((*connection).into()),
                verdict: put_verdict(verdict),
                account: put_account(verdict),
            }),
            Answer::Recalled(past) => Self::Recalled(put(past)),
            Answer::Read { connection, venue, messages } => Self::Read(proto::WasRead {
                connection: Some((*connection).into()),
                venue: venue.to_string(),
                messages: messages.iter().map(put_kept).collect(),
            }),
            Answer::Found { connection, found } => Self::Found(proto::WasFound {
                connection: Some((*connection).into()),
                found: found.iter().map(put_found).collect(),
            }),
            Answer::Decided(what) => Self::Decided(decided::put(what)),
        }
    }
}

fn put_found(Found { room, message }: &Found) -> proto::FoundMessage {
    proto::FoundMessage { room: room.to_string(), message: Some(put_kept(message)) }
}

/// Reads whose token it was.
pub(crate) fn verified(verified: proto::Verified) -> Result<Answer, DecodeError> {
    let proto::Verified { connection: id, ghost } = verified;
    let ghost = ghost.map(|ghost| connection(Some(ghost))).transpose()?;
    Ok(Answer::Verified { connection: connection(id)?, ghost })
}

/// What may be denied, each in the place of its number; what lets in goes before them.
const DENIALS: [Denial; 11] = [
    Denial::Wrong,
    Denial::TooMany,
    Denial::Expired,
    Denial::UsedUp,
    Denial::Revoked,
    Denial::Busy,
    Denial::Unsafe,
    Denial::BadName,
    Denial::NameTaken,
    Denial::ShortPassword,
    Denial::HasAccount,
];

fn put_verdict(verdict: &Verdict) -> u32 {
    match verdict {
        // With what they come in the next time is never written.
        Verdict::Welcome | Verdict::Invited(_) | Verdict::Member(_) | Verdict::LoggedIn(..) => 0,
        Verdict::Denied(denial) => {
            (1..).zip(DENIALS).find(|(_, other)| other == denial).map_or(0, |(number, _)| number)
        }
    }
}

fn put_account(verdict: &Verdict) -> Option<proto::Account> {
    let (Verdict::Member(account) | Verdict::LoggedIn(account, _)) = verdict else { return None };
    let Account { name, role } = account;
    Some(proto::Account { name: name.to_string(), is_operator: *role == Role::Operator })
}

fn account(account: proto::Account) -> Result<Verdict, DecodeError> {
    let role = if account.is_operator { Role::Operator } else { Role::Member };
    Ok(Verdict::Member(Account { name: name(&account.name)?, role }))
}

fn verdict(number: u32) -> Result<Verdict, DecodeError> {
    let Some(place) = number.checked_sub(1) else { return Ok(Verdict::Welcome) };
    let denial = usize::try_from(place).ok().and_then(|place| DENIALS.get(place));
    denial.map(|denial| Verdict::Denied(*denial)).ok_or(DecodeError::Damaged("there is no such verdict"))
}

/// Reads what came of a password.
pub(crate) fn logged_in(logged_in: proto::LoggedIn) -> Result<Answer, DecodeError> {
    let proto::LoggedIn { connection: id, verdict: what, account: whose } = logged_in;
    let verdict = match (what, whose) {
        (0, Some(whose)) => account(whose)?,
        (what, None) => verdict(what)?,
        (_, Some(_)) => return Err(DecodeError::Damaged("who may not come in has no account")),
    };
    Ok(Answer::LoggedIn { connection: connection(id)?, verdict })
}

/// Reads what was decided outside.
pub(crate) fn decided(decided: proto::Decided) -> Result<Answer, DecodeError> {
    decided::decided(decided).map(|decided| Answer::Decided(Box::new(decided)))
}

/// Reads what is known of a room.
pub(crate) fn recalled(recalled: proto::Past) -> Result<Answer, DecodeError> {
    past(recalled).map(Answer::Recalled)
}

/// Reads what was read.
pub(crate) fn read(read: proto::WasRead) -> Result<Answer, DecodeError> {
    let proto::WasRead { connection: id, venue: of, messages } = read;
    let messages = messages.into_iter().map(kept).collect::<Result<_, _>>()?;
    Ok(Answer::Read { connection: connection(id)?, venue: venue(&of)?, messages })
}

/// Reads what was found.
pub(crate) fn found(found: proto::WasFound) -> Result<Answer, DecodeError> {
    let proto::WasFound { connection: id, found } = found;
    let one = |proto::FoundMessage { room, message }: proto::FoundMessage| {
        let message = message.ok_or(DecodeError::Damaged("a part is missing"))?;
        Ok(Found { room: room_name(&room)?, message: kept(message)? })
    };
    Ok(Answer::Found { connection: connection(id)?, found: found.into_iter().map(one).collect::<Result<_, _>>()? })
}
