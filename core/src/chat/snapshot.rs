//! Owns how a chat becomes a snapshot, and a snapshot a chat again. Every index is rebuilt, every invariant checked.

use std::collections::{HashSet, VecDeque};
use std::iter;

use super::correspondents::CORRESPONDENTS_MAX;
use super::interested::Interested;
use super::names::Names;
use super::owned::{OPERATORS_MAX, OWNED_MAX};
use super::people::{Apart, Dealings, People, Person, Power};
use super::plural::ROOMS_MAX;
use super::random_names::RandomNames;
use super::rooms::{Member, Rank, Rooms};
use super::server_acts::BARS_MAX;
use super::silent::Silent;
use super::view::WAS_MAX;
use super::{Chat, HERE};
use crate::clock::Clock;
use crate::irc;
use crate::log::{PersonState, Snapshot, SnapshotError};
use crate::rules::IGNORED_MAX;
use crate::{ConnectionId, Identity, RoomId, Rules};

impl Chat {
    /// Returns all that decides what happens next, but for actions that were not polled yet.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (names_drawn, guests) = self.random_names.snapshot();
        let (rooms, vacant_rooms) = self.rooms.snapshot();
        let person = |(connection, person): (ConnectionId, &Person)| PersonState {
            connection,
            name: person.name.clone(),
            room: person.room,
            others: person.others().to_vec(),
            ignored: person.ignored().to_vec(),
            writer: person.writer().cloned(),
            correspondents: person.correspondents().to_vec(),
            origin: Some(person.origin(connection)).filter(|&origin| origin != connection),
            operates: self.ranked(connection, person, Rank::Operator),
            voices: self.ranked(connection, person, Rank::Voice),
            is_server_operator: person.is_server_operator(),
            operator_by: person.power().and_then(|power| power.account.clone()),
            address: self.people.address(connection),
            account: person.identity().account().filter(|_| person.irc().is_none()).cloned(),
            irc: person.irc().cloned(),
        };
        Snapshot {
            at: self.at,
            clock_start_ms: self.clock.start_ms(),
            said: self.said,
            happened: self.happened,
            names_drawn,
            guests,
            rooms,
            vacant_rooms,
            people: self.people.iter().map(person).collect(),
            silent: self.silent.snapshot(),
            was: self.was.iter().cloned().collect(),
            bars: self.bars.values().cloned().collect(),
            owned: self.owned.values().cloned().collect(),
            accounts: self.accounts.values().cloned().collect(),
        }
    }

    /// Makes the chat of a snapshot, which goes on as the one did that it was made of.
    ///
    /// # Errors
    /// It is the snapshot of no chat.
    pub fn restore(rules: &Rules, snapshot: Snapshot) -> Result<Self, SnapshotError> {
        let random_names = RandomNames::restore(rules.seed, (snapshot.names_drawn, snapshot.guests))?;
        let silent = Silent::restore(rules.announce_wait, &snapshot.silent)?;
        let listed = snapshot.people.iter().filter(|person| !silent.contains(person.connection));
        let members = listed.flat_map(|person| {
            let rooms = iter::once(person.room).chain(person.others.iter().copied());
            let rooms = rooms.filter(|&room| room != RoomId::NONE);
            rooms.map(|room| Member {
                room,
                name: &person.name,
                key: person.connection.key(),
                is_operator: person.operates.contains(&room),
                is_voice: person.voices.contains(&room),
            })
        });
        let rooms = Rooms::restore(
            Rooms::new(rules.crowd_members, rules.crowd_interval),
            snapshot.at,
            (snapshot.rooms, &snapshot.vacant_rooms),
            members,
            u32::try_from(silent.len()).map_err(|_| SnapshotError::new("too many are silent"))?,
        )?;
        let ids = snapshot.people.iter().map(|person| person.connection.key());
        SnapshotError::unless(ids.is_sorted_by(|one, next| one < next), "the people are not in their order")?;
        let mut people = People::default();
        let (mut ignores, mut monitors) = (Interested::default(), Interested::default());
        for person in snapshot.people {
            let PersonState { connection, name, room, others, .. } = person;
            let PersonState { ignored, writer, correspondents, origin, operates, voices, irc, .. } = person;
            let PersonState { is_server_operator, operator_by, address, account, .. } = person;
            let is_once = account.is_none() || irc.is_none();
            SnapshotError::unless(is_once, "somebody who came by IRC has an account apart")?;
            let rooms: HashSet<_> = others.iter().chain([&room]).collect();
            // Who came by IRC has no room with the focus, which stands for one more here.
            let rooms_max = if irc.is_some() { irc::ROOMS_MAX + 1 } else { ROOMS_MAX };
            let is_once = rooms.len() == others.len() + 1 && rooms.len() <= rooms_max;
            SnapshotError::unless(is_once, "somebody is in too many rooms, or twice in one")?;
            let has_focus = rooms.contains(&RoomId::NONE) == irc.is_some() && !others.contains(&RoomId::NONE);
            SnapshotError::unless(has_focus, "no room has the focus of somebody, or one of who has none")?;
            let are_there = |ranked: &[RoomId]| {
                ranked.is_sorted_by(|one, next| one < next)
                    && ranked.iter().all(|room| rooms.contains(room) && *room != RoomId::NONE)
            };
            let is_ranked_there = are_there(&operates) && are_there(&voices);
            SnapshotError::unless(is_ranked_there, "somebody has a rank where they are not")?;
            let monitored = irc.as_ref().map_or(&[][..], |irc| &irc.monitored);
            let are_in_order =
                monitored.is_sorted_by(|one, next| one.key() < next.key()) && monitored.len() <= irc::MONITORED_MAX;
            SnapshotError::unless(are_in_order, "whom somebody monitors is not in order, or too many")?;
            monitored.iter().for_each(|name| monitors.add(name, connection.key()));
            let is_in_order =
                ignored.is_sorted_by(|one, next| one.name.key() < next.name.key()) && ignored.len() <= IGNORED_MAX;
            SnapshotError::unless(is_in_order, "whom somebody ignores is not in order, or too many")?;
            let is_other = ignored.iter().all(|other| other.name.key() != name.key());
            SnapshotError::unless(is_other, "somebody ignores themselves")?;
            SnapshotError::unless(
                origin != Some(connection),
                "somebody came by the connection by which they are here",
            )?;
            ignored.iter().for_each(|ignored| ignores.add(&ignored.name, connection.key()));
            people.insert(connection, name, room, address);
            let are_others = correspondents.len() <= CORRESPONDENTS_MAX
                && correspondents.iter().collect::<HashSet<_>>().len() == correspondents.len();
            SnapshotError::unless(are_others, "somebody has written with too many, or is listed twice")?;
            let is_by_none = operator_by.is_none() || is_server_operator;
            SnapshotError::unless(is_by_none, "somebody is no operator by an account")?;
            let power = is_server_operator.then_some(Power { account: operator_by });
            let dealings = Dealings { ignored, writer, correspondents, power };
            let dealings = Some(dealings).filter(|dealings| *dealings != Dealings::default()).map(Box::new);
            let irc = irc.map(Box::new);
            let (others, member) = (others.into(), Identity::of_account(account.as_ref()));
            let apart = Apart { others, dealings, origin, irc, member };
            if apart != Apart::default() {
                people.get_mut(connection).expect(HERE).apart = Some(Box::new(apart));
                people.note_origin(connection);
            }
        }
        let are_bars =
            snapshot.bars.is_sorted_by(|one, next| one.address < next.address) && snapshot.bars.len() <= BARS_MAX;
        SnapshotError::unless(are_bars, "whoever may not connect is not in order, or too many")?;
        let are_owned = snapshot.owned.is_sorted_by(|one, next| one.room.key() < next.room.key())
            && snapshot.owned.len() <= OWNED_MAX
            && snapshot.owned.iter().all(|owned| owned.operators.len() <= OPERATORS_MAX);
        SnapshotError::unless(are_owned, "the rooms of accounts are not in order, or too many")?;
        let are_accounts = snapshot.accounts.is_sorted_by(|one, next| one.key() < next.key());
        SnapshotError::unless(are_accounts, "the names of accounts are not in order")?;
        SnapshotError::unless(snapshot.was.len() <= WAS_MAX, "more are remembered than can be")?;
        let counts = snapshot.said.max(snapshot.happened);
        SnapshotError::unless(counts <= u64::MAX / 2, "more was said than anybody can say")?;
        let mut chat = Self {
            people,
            silent,
            names: Names::default(),
            random_names,
            accounts: snapshot.accounts.into_iter().map(|name| (name.key(), name)).collect(),
            rooms,
            ignores,
            monitors,
            was: snapshot.was.into(),
            people_max: 0,
            history_on_join: rules.history_on_join,
            clock: Clock::started(snapshot.clock_start_ms),
            actions: VecDeque::new(),
            kept: None,
            keeps_private: false,
            bars: snapshot.bars.into_iter().map(|bar| (bar.address, bar)).collect(),
            deeds: None,
            owned: snapshot.owned.into_iter().map(|owned| (owned.room.key(), owned)).collect(),
            kept_rooms: None,
            said: snapshot.said,
            happened: snapshot.happened,
            at: snapshot.at,
        };
        chat.index_names()?;
        chat.count_people();
        let are_in_main = |silent: &crate::log::SilentState| {
            chat.people.get(silent.connection).is_some_and(|person| person.rooms().eq([Rooms::MAIN]))
        };
        SnapshotError::unless(snapshot.silent.iter().all(are_in_main), "somebody silent is not in main")?;
        Ok(chat)
    }

    /// Returns in which rooms somebody has a rank, in order.
    fn ranked(&self, connection: ConnectionId, person: &Person, rank: Rank) -> Vec<RoomId> {
        let has_rank = |&room: &RoomId| self.rooms.has_rank(room, rank, connection.key());
        let mut rooms: Vec<_> = person.rooms().filter(has_rank).collect();
        rooms.sort_unstable();
        rooms
    }

    /// Finds who has which name, and checks that it may be theirs, and nobody else's.
    fn index_names(&mut self) -> Result<(), SnapshotError> {
        let mut taken = HashSet::new();
        for (connection, person) in self.people.iter() {
            let is_free = taken.insert(person.name.key());
            SnapshotError::unless(is_free, "two people have one name")?;
            SnapshotError::unless(self.random_names.can_be_had(&person.name), "somebody has a reserved name")?;
            self.names.insert(connection.key(), |key| self.people.name(key));
        }
        Ok(())
    }
}
