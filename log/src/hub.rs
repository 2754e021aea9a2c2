//! Owns how it is written what a hub is at one moment. Whether it is one at all, is for [`Hub::restore`] to say.
//!
//! [`Hub::restore`]: chinwag_core::Hub::restore

use std::time::Duration;

use chinwag_core::ops::{
    AnswerPart, ArrivingState, AskedState, ConnectionState, GivenBy, HubState, MemoryState, PendingState, Piece,
    Waiting,
};
use chinwag_core::{Earlier, Name, Venue};

use crate::common::{connection, name, nanos, room_name, server, text, time, venue};
use crate::input::put_requests;
use crate::irc::{capabilities, identity, put_identity};
use crate::moderation::{address, put_address};
use crate::request::{dialect, form, page, put_dialect, put_form, put_page, requests};
use crate::snapshot::snapshot;
use crate::{DecodeError, past, proto};

/// By what passwords are given, each in the place of its number.
const GIVEN_BY: [GivenBy; 4] = [GivenBy::Pass, GivenBy::Sasl, GivenBy::Oper, GivenBy::LogIn];

impl From<&HubState> for proto::Hub {
    fn from(state: &HubState) -> Self {
        let HubState { chat, server, opened, connections, vacant_slots, arriving, irc_batches, memory } = state;
        Self {
            chat: Some(chat.into()),
            server: (*server).into(),
            opened: *opened,
            connections: connections.iter().map(Into::into).collect(),
            vacant_slots: vacant_slots.clone(),
            arriving: arriving.iter().map(Into::into).collect(),
            irc_batches: *irc_batches,
            memory: memory.as_ref().map(Into::into),
        }
    }
}

impl From<&ConnectionState> for proto::ConnectionState {
    fn from(ConnectionState { connection, form, dialect, waiting, pieces, is_exposed }: &ConnectionState) -> Self {
        Self {
            connection: Some((*connection).into()),
            form: put_form(*form),
            dialect: put_dialect(*dialect),
            waiting: waiting.as_ref().map(Into::into),
            pieces: pieces.iter().map(|piece| proto::Piece { told: Some(piece.into()) }).collect(),
            is_exposed: *is_exposed,
        }
    }
}

impl From<&MemoryState> for proto::Memory {
    fn from(MemoryState { identity, keeps_private, asked }: &MemoryState) -> Self {
        let asked_of = |AskedState { room, waiting, is_stale }: &AskedState| proto::AskedOf {
            room: room.to_string(),
            waiting: waiting.iter().copied().map(Into::into).collect(),
            is_stale: *is_stale,
        };
        let asked = asked.iter().map(asked_of).collect();
        Self { identity: *identity, asked, keeps_private: *keeps_private }
    }
}

impl From<&Waiting> for proto::Waiting {
    fn from(Waiting { requests, is_closed, answer, given_by, next, pasts }: &Waiting) -> Self {
        let given_by = given_by.and_then(|by| (1..).zip(GIVEN_BY).find(|(_, other)| *other == by));
        Self {
            given_by: given_by.map_or(0, |(number, _)| number),
            requests: put_requests(requests),
            is_closed: *is_closed,
            answer: answer.as_ref().map(Into::into),
            next: next.as_ref().map(put_page),
            pasts: pasts.iter().map(past::put).collect(),
        }
    }
}

impl From<&PendingState> for proto::Pending {
    fn from(PendingState { label, may_come_in_pieces, is_droppable, batch, parts }: &PendingState) -> Self {
        let answers = |part: &AnswerPart| match part {
            AnswerPart::Line(line) => proto::Answers::Line(line.clone()),
            AnswerPart::Own(line) => proto::Answers::Own(line.clone()),
            AnswerPart::Said(venue, said) => proto::Answers::Said(put_earlier_in(venue, said)),
        };
        Self {
            label: label.as_deref().map(ToOwned::to_owned),
            may_come_in_pieces: *may_come_in_pieces,
            is_droppable: *is_droppable,
            batch: batch.clone(),
            parts: parts.iter().map(|part| proto::Part { answers: Some(answers(part)) }).collect(),
        }
    }
}

fn put_earlier_in(venue: impl ToString, said: &Earlier) -> proto::EarlierIn {
    proto::EarlierIn { venue: venue.to_string(), said: Some(said.into()) }
}

impl From<&Piece> for proto::Told {
    fn from(piece: &Piece) -> Self {
        match piece {
            Piece::Lines(lines) => Self::Lines(lines.to_vec()),
            Piece::History { room, said, more } => Self::History(proto::History {
                room: room.to_string(),
                said: said.iter().map(Into::into).collect(),
                more: *more,
            }),
            Piece::Found { found, more } => Self::Found(proto::FoundPiece {
                found: found.iter().map(|(room, said)| put_earlier_in(room, said)).collect(),
                more: *more,
            }),
        }
    }
}

impl From<&Earlier> for proto::Earlier {
    fn from(Earlier { name, text, is_act, age, time_ms, seq, event }: &Earlier) -> Self {
        Self {
            name: name.to_string(),
            text: text.to_string(),
            is_act: *is_act,
            age_ns: u64::try_from(age.as_nanos()).unwrap_or(u64::MAX),
            time_ms: *time_ms,
            seq: *seq,
            event: past::put_event(event.as_deref()),
        }
    }
}

impl From<&ArrivingState> for proto::Arriving {
    fn from(state: &ArrivingState) -> Self {
        let ArrivingState {
            connection,
            due,
            name,
            identity,
            capabilities,
            is_negotiating,
            is_welcome,
            account,
            address,
        } = state;
        Self {
            connection: Some((*connection).into()),
            due_ns: nanos(*due),
            name: name.as_ref().map(ToString::to_string),
            identity: identity.as_ref().map(|identity| put_identity(identity, &nobody())),
            capabilities: capabilities.bits(),
            is_negotiating: *is_negotiating,
            is_welcome: *is_welcome,
            account: account.as_ref().map(ToString::to_string),
            address: put_address(*address),
        }
    }
}

/// Reads what a hub is.
pub(crate) fn hub(hub: proto::Hub, format: u32) -> Result<HubState, DecodeError> {
    let connections = hub.connections.into_iter().map(|state| connection_state(state, format));
    Ok(HubState {
        chat: snapshot(hub.chat.ok_or(DecodeError::Damaged("a part is missing"))?)?,
        server: server(hub.server)?,
        opened: hub.opened,
        connections: connections.collect::<Result<_, _>>()?,
        vacant_slots: hub.vacant_slots,
        arriving: hub.arriving.into_iter().map(arriving).collect::<Result<_, _>>()?,
        irc_batches: hub.irc_batches,
        memory: hub.memory.map(memory).transpose()?,
    })
}

fn memory(proto::Memory { identity, asked, keeps_private }: proto::Memory) -> Result<MemoryState, DecodeError> {
    let asked_of = |proto::AskedOf { room, waiting, is_stale }: proto::AskedOf| {
        let waiting = waiting.into_iter().map(|id| connection(Some(id))).collect::<Result<_, _>>()?;
        Ok(AskedState { room: room_name(&room)?, waiting, is_stale })
    };
    let asked = asked.into_iter().map(asked_of).collect::<Result<_, _>>()?;
    Ok(MemoryState { identity, keeps_private, asked })
}

fn connection_state(state: proto::ConnectionState, format: u32) -> Result<ConnectionState, DecodeError> {
    let proto::ConnectionState { connection: id, form: number, dialect: of, waiting, pieces, is_exposed } = state;
    let waiting = waiting.map(|waiting| self::waiting(waiting, format));
    let pieces = pieces.into_iter().map(|piece| self::piece(piece.told.ok_or(DecodeError::Unknown { format })?));
    Ok(ConnectionState {
        connection: connection(id)?,
        form: form(number)?,
        dialect: dialect(of)?,
        waiting: waiting.transpose()?,
        pieces: pieces.collect::<Result<_, _>>()?,
        is_exposed,
    })
}

fn waiting(waiting: proto::Waiting, format: u32) -> Result<Waiting, DecodeError> {
    let proto::Waiting { requests: asked, is_closed, answer, next, pasts, given_by } = waiting;
    let by = given_by.checked_sub(1).map(|place| usize::try_from(place).ok().and_then(|place| GIVEN_BY.get(place)));
    let unknown = DecodeError::Unknown { format };
    Ok(Waiting {
        given_by: by.map(|by| by.copied().ok_or(unknown)).transpose()?,
        requests: requests(asked, format)?,
        is_closed,
        answer: answer.map(|answer| pending(answer, format)).transpose()?,
        next: next.map(page).transpose()?,
        pasts: pasts.into_iter().map(past::past).collect::<Result<_, _>>()?,
    })
}

fn pending(pending: proto::Pending, format: u32) -> Result<PendingState, DecodeError> {
    let proto::Pending { label, may_come_in_pieces, is_droppable, batch, parts } = pending;
    let part = |proto::Part { answers }| {
        Ok(match answers.ok_or(DecodeError::Unknown { format })? {
            proto::Answers::Line(line) => AnswerPart::Line(line),
            proto::Answers::Own(line) => AnswerPart::Own(line),
            proto::Answers::Said(said) => {
                let (venue, said) = earlier_in(said)?;
                AnswerPart::Said(venue, said)
            }
        })
    };
    let (label, parts) = (label.map(Into::into), parts.into_iter().map(part).collect::<Result<_, _>>()?);
    Ok(PendingState { label, may_come_in_pieces, is_droppable, batch, parts })
}

fn earlier_in(proto::EarlierIn { venue: of, said }: proto::EarlierIn) -> Result<(Venue, Earlier), DecodeError> {
    Ok((venue(&of)?, earlier(said.ok_or(DecodeError::Damaged("a part is missing"))?)?))
}

fn piece(told: proto::Told) -> Result<Piece, DecodeError> {
    Ok(match told {
        proto::Told::Lines(lines) => Piece::Lines(lines.into()),
        proto::Told::History(proto::History { room, said, more }) => Piece::History {
            room: room_name(&room)?,
            said: said.into_iter().map(earlier).collect::<Result<_, _>>()?,
            more,
        },
        proto::Told::Found(proto::FoundPiece { found, more }) => {
            let of_room = |said| match earlier_in(said)? {
                (Venue::Room(room), said) => Ok((room, said)),
                _ => Err(DecodeError::Damaged("it is found in rooms only")),
            };
            Piece::Found { found: found.into_iter().map(of_room).collect::<Result<_, _>>()?, more }
        }
    })
}

fn earlier(earlier: proto::Earlier) -> Result<Earlier, DecodeError> {
    let proto::Earlier { name: called, text: what, is_act, age_ns, time_ms, seq, event } = earlier;
    let (age, event) = (Duration::from_nanos(age_ns), past::event(event)?);
    Ok(Earlier { name: name(&called)?, text: text(&what)?, is_act, age, time_ms, seq, event })
}

/// Stands for who has chosen no name yet. Whoever has said who they are has a real name of their own.
fn nobody() -> Name {
    Name::parse("nobody").expect("it is a name")
}

fn arriving(arriving: proto::Arriving) -> Result<ArrivingState, DecodeError> {
    Ok(ArrivingState {
        connection: connection(arriving.connection)?,
        due: time(arriving.due_ns),
        name: arriving.name.map(|called| name(&called)).transpose()?,
        identity: arriving.identity.map(|who| identity(Some(who), &nobody())).transpose()?,
        capabilities: capabilities(arriving.capabilities)?,
        is_negotiating: arriving.is_negotiating,
        is_welcome: arriving.is_welcome,
        account: arriving.account.map(|account| name(&account)).transpose()?,
        address: address(arriving.address),
    })
}
