//! Owns how a snapshot is written. Whether it is the snapshot of a chat at all, is for [`Chat::restore`] to say.
//!
//! [`Chat::restore`]: chinwag_core::Chat::restore

use chinwag_core::RoomId;
use chinwag_core::log::{IgnoredState, PersonState, RoomState, RunState, SilentState, Snapshot, Untold, WriterState};

use crate::common::{connection, name, names, nanos, put_names, room_name, rooms, texts, time, topic_state};
use crate::{DecodeError, irc, moderation, owned, past, proto};

impl From<&Snapshot> for proto::Snapshot {
    fn from(snapshot: &Snapshot) -> Self {
        let Snapshot {
            at,
            clock_start_ms,
            said,
            happened,
            names_drawn,
            guests,
            rooms,
            vacant_rooms,
            people,
            silent,
            was,
            bars,
            owned,
            accounts,
        } = snapshot;
        Self {
            at_ns: nanos(*at),
            clock_start_ms: *clock_start_ms,
            said: *said,
            happened: *happened,
            names_drawn: *names_drawn,
            guests: *guests,
            rooms: rooms.iter().map(Into::into).collect(),
            vacant_rooms: vacant_rooms.iter().map(|room| room.key()).collect(),
            people: people.iter().map(Into::into).collect(),
            silent: silent.iter().map(Into::into).collect(),
            was: was.iter().map(irc::put_was).collect(),
            bars: bars.iter().map(moderation::put_bar).collect(),
            owned: owned.iter().map(owned::put).collect(),
            accounts: put_names(accounts),
        }
    }
}

impl From<&RoomState> for proto::Room {
    fn from(RoomState { room, name, said, untold, topic, history, events, opened, order }: &RoomState) -> Self {
        let untold = untold.map(|Untold { joined, left, due }| proto::Untold { joined, left, due_ns: nanos(due) });
        let topic = topic.as_ref().map(Into::into);
        let run = |RunState { name, origin, texts, is_act, at, time_ms, seq }: &RunState| proto::Run {
            name: name.to_string(),
            texts: texts.as_lines().to_owned(),
            is_act: *is_act,
            at_ns: nanos(*at),
            time_ms: *time_ms,
            seq: *seq,
            origin: origin.map(Into::into),
        };
        let history = history.iter().map(run).collect();
        Self {
            room: room.key(),
            name: name.to_string(),
            said: *said,
            untold,
            topic,
            history,
            opened_ns: nanos(*opened),
            order: moderation::put_order(order),
            events: events.iter().map(past::put_kept).collect(),
        }
    }
}

impl From<&PersonState> for proto::Person {
    fn from(
        PersonState {
            connection,
            name,
            room,
            others,
            ignored,
            writer,
            correspondents,
            origin,
            operates,
            voices,
            is_server_operator,
            operator_by,
            address,
            account,
            irc,
        }: &PersonState,
    ) -> Self {
        let writer = writer.as_ref().map(|WriterState { origin, connection, name }| proto::Writer {
            origin: Some((*origin).into()),
            connection: Some((*connection).into()),
            name: name.to_string(),
        });
        Self {
            connection: Some((*connection).into()),
            name: name.to_string(),
            room: room.key(),
            others: others.iter().map(|room| room.key()).collect(),
            ignored: ignored
                .iter()
                .map(|IgnoredState { name, origin }| proto::Ignored {
                    name: name.to_string(),
                    origin: origin.map(Into::into),
                })
                .collect(),
            writer,
            origin: origin.map(Into::into),
            operates: operates.iter().map(|room| room.key()).collect(),
            voices: voices.iter().map(|room| room.key()).collect(),
            is_server_operator: *is_server_operator,
            operator_by: operator_by.as_ref().map(ToString::to_string),
            address: moderation::put_address(*address),
            account: account.as_ref().map(ToString::to_string),
            irc: irc.as_ref().map(|state| irc::put_state(state, name)),
            correspondents: correspondents.iter().map(|&connection| connection.into()).collect(),
        }
    }
}

impl From<&SilentState> for proto::Silent {
    fn from(SilentState { connection, due }: &SilentState) -> Self {
        Self { connection: Some((*connection).into()), due_ns: nanos(*due) }
    }
}

/// Reads a snapshot.
pub(crate) fn snapshot(snapshot: proto::Snapshot) -> Result<Snapshot, DecodeError> {
    let silent = |proto::Silent { connection: id, due_ns }: proto::Silent| {
        Ok(SilentState { connection: connection(id)?, due: time(due_ns) })
    };
    Ok(Snapshot {
        at: time(snapshot.at_ns),
        clock_start_ms: snapshot.clock_start_ms,
        said: snapshot.said,
        happened: snapshot.happened,
        names_drawn: snapshot.names_drawn,
        guests: snapshot.guests,
        rooms: snapshot.rooms.into_iter().map(room).collect::<Result<_, _>>()?,
        vacant_rooms: rooms(snapshot.vacant_rooms),
        people: snapshot.people.into_iter().map(person).collect::<Result<_, _>>()?,
        silent: snapshot.silent.into_iter().map(silent).collect::<Result<_, _>>()?,
        was: snapshot.was.into_iter().map(irc::was).collect::<Result<_, _>>()?,
        bars: snapshot.bars.into_iter().map(moderation::bar).collect::<Result<_, _>>()?,
        owned: snapshot.owned.into_iter().map(owned::owned).collect::<Result<_, _>>()?,
        accounts: names(&snapshot.accounts)?,
    })
}

fn person(person: proto::Person) -> Result<PersonState, DecodeError> {
    let proto::Person { connection: id, name: called, room, others, ignored, writer, .. } = person;
    let proto::Person { origin, operates, irc, correspondents, .. } = person;
    let proto::Person { voices, is_server_operator, operator_by, address, account, .. } = person;
    let called = name(&called)?;
    let irc = irc.map(|state| irc::state(state, &called)).transpose()?;
    let writer = writer.map(|proto::Writer { origin, connection: id, name: called }| {
        Ok(WriterState { origin: connection(origin)?, connection: connection(id)?, name: name(&called)? })
    });
    Ok(PersonState {
        connection: connection(id)?,
        name: called,
        room: RoomId::new(room),
        others: rooms(others),
        ignored: ignored.into_iter().map(is_ignored).collect::<Result<_, _>>()?,
        writer: writer.transpose()?,
        correspondents: correspondents.into_iter().map(|id| connection(Some(id))).collect::<Result<_, _>>()?,
        origin: origin.map(|origin| connection(Some(origin))).transpose()?,
        operates: rooms(operates),
        voices: rooms(voices),
        is_server_operator,
        operator_by: operator_by.map(|account| name(&account)).transpose()?,
        address: moderation::address(address),
        account: account.map(|account| name(&account)).transpose()?,
        irc,
    })
}

fn is_ignored(proto::Ignored { name: called, origin }: proto::Ignored) -> Result<IgnoredState, DecodeError> {
    let origin = origin.map(|origin| connection(Some(origin))).transpose()?;
    Ok(IgnoredState { name: name(&called)?, origin })
}

fn room(room: proto::Room) -> Result<RoomState, DecodeError> {
    let proto::Room { room, name: called, said, untold, topic: about, history, opened_ns, order, events } = room;
    let untold = untold.map(|proto::Untold { joined, left, due_ns }| Untold { joined, left, due: time(due_ns) });
    let about = about.map(topic_state);
    let history = history.into_iter().map(run).collect::<Result<_, _>>()?;
    Ok(RoomState {
        room: RoomId::new(room),
        name: room_name(&called)?,
        said,
        untold,
        topic: about.transpose()?,
        history,
        events: events.into_iter().map(past::kept).collect::<Result<_, _>>()?,
        opened: time(opened_ns),
        order: moderation::order(order)?,
    })
}

fn run(run: proto::Run) -> Result<RunState, DecodeError> {
    let proto::Run { name: called, texts: lines, is_act, at_ns, time_ms, seq, origin } = run;
    Ok(RunState {
        name: name(&called)?,
        origin: origin.map(|origin| connection(Some(origin))).transpose()?,
        texts: texts(&lines)?,
        is_act,
        at: time(at_ns),
        time_ms,
        seq,
    })
}
