//! Owns how a snapshot is written. Whether it is the snapshot of a chat at all, is for [`Chat::restore`] to say.
//!
//! [`Chat::restore`]: chinwag_core::Chat::restore

use chinwag_core::RoomId;
use chinwag_core::log::{PersonState, RoomState, SilentState, Snapshot, Untold};

use crate::common::{connection, name, nanos, rooms, time};
use crate::{DecodeError, proto};

impl From<&Snapshot> for proto::Snapshot {
    fn from(snapshot: &Snapshot) -> Self {
        let Snapshot { at, clock_start_ms, said, names_drawn, guests, rooms, vacant_rooms, people, silent } = snapshot;
        Self {
            at_ns: nanos(*at),
            clock_start_ms: *clock_start_ms,
            said: *said,
            names_drawn: *names_drawn,
            guests: *guests,
            rooms: rooms.iter().map(Into::into).collect(),
            vacant_rooms: vacant_rooms.iter().map(|room| room.key()).collect(),
            people: people.iter().map(Into::into).collect(),
            silent: silent.iter().map(Into::into).collect(),
        }
    }
}

impl From<&RoomState> for proto::Room {
    fn from(RoomState { room, name, said, untold }: &RoomState) -> Self {
        let untold = untold.map(|Untold { joined, left, due }| proto::Untold { joined, left, due_ns: nanos(due) });
        Self { room: room.key(), name: name.to_string(), said: *said, untold }
    }
}

impl From<&PersonState> for proto::Person {
    fn from(PersonState { connection, name, room, others }: &PersonState) -> Self {
        Self {
            connection: Some((*connection).into()),
            name: name.to_string(),
            room: room.key(),
            others: others.iter().map(|room| room.key()).collect(),
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
    let person = |person: proto::Person| {
        let proto::Person { connection: id, name: called, room, others } = person;
        let (connection, name) = (connection(id)?, name(&called)?);
        Ok(PersonState { connection, name, room: RoomId::new(room), others: rooms(others) })
    };
    let silent = |proto::Silent { connection: id, due_ns }: proto::Silent| {
        Ok(SilentState { connection: connection(id)?, due: time(due_ns) })
    };
    Ok(Snapshot {
        at: time(snapshot.at_ns),
        clock_start_ms: snapshot.clock_start_ms,
        said: snapshot.said,
        names_drawn: snapshot.names_drawn,
        guests: snapshot.guests,
        rooms: snapshot.rooms.into_iter().map(room).collect::<Result<_, _>>()?,
        vacant_rooms: rooms(snapshot.vacant_rooms),
        people: snapshot.people.into_iter().map(person).collect::<Result<_, _>>()?,
        silent: snapshot.silent.into_iter().map(silent).collect::<Result<_, _>>()?,
    })
}

fn room(proto::Room { room, name: called, said, untold }: proto::Room) -> Result<RoomState, DecodeError> {
    let untold = untold.map(|proto::Untold { joined, left, due_ns }| Untold { joined, left, due: time(due_ns) });
    Ok(RoomState { room: RoomId::new(room), name: name(&called)?, said, untold })
}
