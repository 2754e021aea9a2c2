//! Owns how rooms become a part of a snapshot, and are made of it again. What must hold of each is checked.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::super::history::History;
use super::super::order::Order;
use super::{Apart, Member, Room, Rooms, SAID_MAX, UNTOLD_MAX, room_id};
use crate::log::{RoomState, SnapshotError, Untold};
use crate::{Name, RoomId, Time, vacant};

impl Rooms {
    /// Returns the rooms by their ids, and the ids that the next get. Who is in them is known by the people.
    pub(in crate::chat) fn snapshot(&self) -> (Vec<RoomState>, Vec<RoomId>) {
        let state = |(key, Room { name, apart, said, .. }): (usize, &Room)| {
            let Apart { history, topic, untold, opened, order, .. } = apart.as_deref().cloned().unwrap_or_default();
            let (history, events) = (history.snapshot(), history.events().cloned().collect());
            let order = order.map(|order| order.state().clone()).unwrap_or_default();
            let (room, name, said) = (room_id(key), name.clone(), *said);
            RoomState { room, name, said, untold, topic, history, events, opened, order }
        };
        let vacant = vacant::vacant_keys(&self.rooms, || Room::new(Name::MAIN));
        (self.rooms.iter().map(state).collect(), vacant.into_iter().map(RoomId::new).collect())
    }

    /// Makes the rooms anew, with these members, and so many in `main` who are silent.
    pub(in crate::chat) fn restore<'a>(
        empty: Self,
        now: Time,
        (rooms, vacant): (Vec<RoomState>, &[RoomId]),
        members: impl Iterator<Item = Member<'a>>,
        silent: u32,
    ) -> Result<Self, SnapshotError> {
        let entry = |RoomState { room, name, said, untold, topic, history, events, opened, order }| {
            let history = History::restore(history, events, said, now)?;
            let order = Some(Order::restore(order)?).filter(|order| !order.is_empty()).map(Box::new);
            let is_any = !history.is_empty() || topic.is_some() || untold.is_some() || opened != Time::START;
            let is_any = is_any || order.is_some();
            let apart = is_any.then(|| Box::new(Apart { history, topic, untold, opened, order, ..Apart::default() }));
            Ok((room.key(), Room { said, apart, ..Room::new(name) }))
        };
        let vacant: Vec<_> = vacant.iter().map(|room| room.key()).collect();
        let entries = rooms.into_iter().map(entry).collect::<Result<_, SnapshotError>>()?;
        let rooms = vacant::restore(entries, &vacant, || Room::new(Name::MAIN));
        let rooms = rooms.ok_or(SnapshotError::new("the rooms and the vacant ones are no row"))?;
        let mut restored = Self { rooms, by_name: HashMap::new(), by_size: BTreeSet::new(), silent, ..empty };
        let main = restored.rooms.get(Self::MAIN.key() as usize);
        SnapshotError::unless(main.is_some_and(|main| main.name == Name::MAIN), "the first room is not main")?;
        for Member { room, name, key, is_operator, is_voice } in members {
            let room = restored.rooms.get_mut(room.key() as usize);
            let room = room.ok_or(SnapshotError::new("somebody is in a room that is not there"))?;
            room.members.insert(name.key(), key);
            if is_operator {
                room.apart.get_or_insert_default().operators.push(key);
            }
            if is_voice {
                room.apart.get_or_insert_default().voices.push(key);
            }
        }
        restored.index()?;
        Ok(restored)
    }

    /// Finds what follows from the rooms and their members, and checks what must hold of each.
    fn index(&mut self) -> Result<(), SnapshotError> {
        for (key, room) in &self.rooms {
            let id = room_id(key);
            SnapshotError::unless(self.by_name.insert(room.name.key(), id).is_none(), "two rooms have one name")?;
            SnapshotError::unless(id == Self::MAIN || !room.members.is_empty(), "nobody is in a room")?;
            SnapshotError::unless(room.said <= SAID_MAX, "more was said than anybody can say")?;
            self.by_size.insert((Reverse(room.len()), room.name.key(), id));
            self.secret += usize::from(self.is_secret(id));
            let untold = room.apart.as_deref().and_then(|apart| apart.untold);
            if let Some(Untold { joined, left, due }) = untold {
                let is_counted = (1..=UNTOLD_MAX).contains(&(u64::from(joined) + u64::from(left)));
                SnapshotError::unless(is_counted && self.members(id) > 0, "nobody is to be told in a room")?;
                self.crowds_due.insert((due, id));
            }
        }
        Ok(())
    }
}
