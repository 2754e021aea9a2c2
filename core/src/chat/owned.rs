//! Owns the rooms that belong to accounts: they keep what was decided there while nobody is in them, and whose
//! operators have accounts.
//!
//! Invariant: what is kept of such a room is what it is, but for when its owner was there last.

use std::time::Duration;

use super::Chat;
use super::order::Order;
use super::rooms::{Rank, Rooms};
use crate::log::{BanState, KeptBan, OrderState, OwnedState};
use crate::name::NameKey;
use crate::{Action, ConnectionId, Done, Identity, Message, Moderated, Name, NotOwned, RoomId, Ruling, Time};

/// How many rooms an account can own.
pub(crate) const OWNED_BY_ONE_MAX: usize = 10;

/// How many rooms can belong to accounts: each is kept in memory also while nobody is there.
pub(crate) const OWNED_MAX: usize = 1000;

/// How many operators a room keeps beside its owner.
pub(crate) const OPERATORS_MAX: usize = 50;

/// After how long without its owner an empty room belongs to nobody any more: longer than any holidays.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(180 * 24 * 60 * 60);

/// How much later an owner is seen again before it is noted: who comes and goes all the time is not written each time.
const SEEN_AGAIN_MS: u64 = 60 * 60 * 1000;

impl Chat {
    /// Returns by which account somebody is logged in.
    pub(super) fn account(&self, connection: ConnectionId) -> Option<Name> {
        self.person(connection).identity().account().cloned()
    }

    /// Returns to which account a room belongs.
    pub(crate) fn owner(&self, room: RoomId) -> Option<&Name> {
        self.owned.get(&self.rooms.name(room).key()).map(|owned| &owned.owner)
    }

    /// Tells whether somebody owns a room.
    pub(super) fn owns(&self, connection: ConnectionId, room: RoomId) -> bool {
        let account = self.account(connection);
        self.owner(room).zip(account).is_some_and(|(owner, account)| owner.key() == account.key())
    }

    /// Has a room belong to whoever asks for it or to somebody else there, or to nobody any more.
    pub(super) fn change_owner(
        &mut self,
        now: Time,
        by: ConnectionId,
        id: RoomId,
        (is_set, to): (bool, Option<Name>),
    ) -> Result<(), Ruling> {
        let room = self.rooms.name(id).clone();
        let not = |why| Ruling::NotOwned { room: room.clone(), why };
        if id == Rooms::MAIN {
            return Err(not(NotOwned::Main));
        }
        let before = self.owner(id).cloned();
        let may_change = self.owns(by, id) || self.person(by).is_server_operator();
        if let Some(owner) = before.clone().filter(|_| !may_change) {
            return Err(not(NotOwned::OfAnother { owner }));
        }
        let owner = match (is_set, to) {
            (false, _) => None,
            (true, None) => Some(self.account(by).ok_or_else(|| not(NotOwned::NoAccount))?),
            (true, Some(name)) => {
                let target = self.find(&name).filter(|&target| self.person(target).is_in(id));
                let account = target.and_then(|target| self.account(target));
                Some(account.ok_or_else(|| not(NotOwned::NoAccountOf { name }))?)
            }
        };
        if before.as_ref().map(Name::key) == owner.as_ref().map(Name::key) {
            return Ok(());
        }
        match &owner {
            Some(owner) => self.own(now, id, owner).map_err(not)?,
            None => self.disown(&room),
        }
        let whose = owner.as_ref().map_or("no account", Name::as_str);
        self.note_deed(by, format!("gave the room to {whose}"), Some(id), None);
        self.tell_done(by, id, Done::Owned { owner });
        Ok(())
    }

    /// Has a room belong to an account. What its operators with accounts are is kept.
    fn own(&mut self, now: Time, id: RoomId, owner: &Name) -> Result<(), NotOwned> {
        if self.owned.len() >= OWNED_MAX {
            let forgotten: Vec<_> = self.owned.values().filter(|owned| self.is_forgotten(now, owned)).collect();
            let forgotten: Vec<_> = forgotten.into_iter().map(|owned| owned.room.clone()).collect();
            forgotten.iter().for_each(|room| self.disown(room));
        }
        let room = self.rooms.name(id).clone();
        let is_new = !self.owned.contains_key(&room.key());
        if is_new && self.owned.len() >= OWNED_MAX {
            return Err(NotOwned::TooManyInAll);
        }
        if self.owned.values().filter(|owned| owned.owner.key() == owner.key()).count() >= OWNED_BY_ONE_MAX {
            return Err(NotOwned::TooMany { owner: owner.clone() });
        }
        let operators = self.rooms.ranked(id, Rank::Operator).to_vec();
        let mut operators: Vec<_> =
            operators.into_iter().filter_map(|key| self.account(self.people.connection(key))).collect();
        operators.sort_unstable_by_key(Name::key);
        operators.dedup_by_key(|name| name.key());
        operators.truncate(OPERATORS_MAX);
        let owned = self.owned_state(now, id, (owner.clone(), self.clock.unix_ms(now), operators));
        self.keep_owned(owned);
        Ok(())
    }

    /// Has a room belong to nobody any more.
    fn disown(&mut self, room: &Name) {
        if self.owned.remove(&room.key()).is_some()
            && let Some(kept) = &mut self.kept_rooms
        {
            kept.push((room.clone(), None));
        }
    }

    /// Has no room belong to an account that is gone, nor keep it as an operator's. Those who are there are told.
    pub(super) fn disown_all(&mut self, account: &Name) {
        let key = account.key();
        let rooms: Vec<_> = self.owned.values().filter(|owned| owned.owner.key() == key).collect();
        for room in rooms.into_iter().map(|owned| owned.room.clone()).collect::<Vec<_>>() {
            self.disown(&room);
            if let Some(id) = self.rooms.find(&room) {
                self.tell_by_server(id, Done::Owned { owner: None });
            }
        }
        let keeps_order = |owned: &&OwnedState| owned.operators.iter().any(|name| name.key() == key);
        for mut owned in self.owned.values().filter(keeps_order).cloned().collect::<Vec<_>>() {
            owned.operators.retain(|name| name.key() != key);
            self.keep_owned(owned);
        }
    }

    /// Takes over rooms that belonged to accounts before.
    pub(super) fn take_owned(&mut self, rooms: Vec<OwnedState>) {
        for owned in rooms {
            if self.owned.len() < OWNED_MAX {
                self.owned.entry(owned.room.key()).or_insert(owned);
            }
        }
    }

    /// Keeps what a room is now, if it belongs to an account and something of that is another.
    pub(super) fn note_decided(&mut self, now: Time, id: RoomId) {
        if self.owned.is_empty() || !self.rooms.is_there(id) {
            return;
        }
        let Some(before) = self.owned.get(&self.rooms.name(id).key()) else { return };
        let known = (before.owner.clone(), before.seen_ms, before.operators.clone());
        let owned = self.owned_state(now, id, known);
        if self.owned.get(&owned.room.key()) != Some(&owned) {
            self.keep_owned(owned);
        }
    }

    fn keep_owned(&mut self, owned: OwnedState) {
        if let Some(kept) = &mut self.kept_rooms {
            kept.push((owned.room.clone(), Some(Box::new(owned.clone()))));
        }
        self.owned.insert(owned.room.key(), owned);
    }

    /// Notes that somebody with an account keeps order in a room that belongs to one, or no more.
    pub(super) fn note_rank(&mut self, target: ConnectionId, id: RoomId, has: bool) {
        let Some(account) = self.account(target) else { return };
        let Some(owned) = self.owned.get_mut(&self.rooms.name(id).key()) else { return };
        if owned.owner.key() == account.key() {
            return;
        }
        let mut owned = owned.clone();
        match owned.operators.binary_search_by_key(&account.key(), Name::key) {
            Ok(place) if !has => drop(owned.operators.remove(place)),
            Err(place) if has && owned.operators.len() < OPERATORS_MAX => owned.operators.insert(place, account),
            Ok(_) | Err(_) => return,
        }
        self.keep_owned(owned);
    }

    /// Handles that somebody has come to a room: of one that belongs to an account, only whom it keeps as such is an
    /// operator. Tells whether they have become one where others are.
    pub(super) fn note_operator(&mut self, now: Time, connection: ConnectionId, id: RoomId) -> bool {
        let Some((is_owner, is_kept)) = self.rank_kept(connection, id) else { return false };
        self.rooms.set_rank(id, Rank::Operator, connection.key(), is_owner || is_kept);
        if is_owner {
            self.note_owner(now, id);
        }
        (is_owner || is_kept) && self.rooms.members(id) > 1
    }

    /// Notes that the owner of a room is there.
    pub(super) fn note_owner(&mut self, now: Time, id: RoomId) {
        let now_ms = self.clock.unix_ms(now);
        let Some(owned) = self.owned.get(&self.rooms.name(id).key()) else { return };
        if now_ms.saturating_sub(owned.seen_ms) > SEEN_AGAIN_MS {
            self.keep_owned(OwnedState { seen_ms: now_ms, ..owned.clone() });
        }
    }

    /// Has somebody who has just logged in keep order at once in those of their rooms where their account does. From an
    /// owner nothing is hidden any more.
    pub(super) fn rank_by_account(&mut self, now: Time, connection: ConnectionId) {
        if self.owned.is_empty() {
            return;
        }
        for id in self.person(connection).rooms().collect::<Vec<_>>() {
            let Some((is_owner, is_kept)) = self.rank_kept(connection, id) else { continue };
            if is_owner {
                let origin = self.person(connection).origin(connection);
                self.rooms.change_order(id, |order| order.note_left(origin));
                self.note_owner(now, id);
            }
            if (is_owner || is_kept) && self.rooms.set_rank(id, Rank::Operator, connection.key(), true) {
                self.tell_operator(connection, id);
            }
        }
    }

    /// Tells whether a room belongs to the account of somebody, and whether it keeps them as an operator, if it belongs
    /// to any.
    fn rank_kept(&self, connection: ConnectionId, id: RoomId) -> Option<(bool, bool)> {
        let owned = self.owned.get(&self.rooms.name(id).key())?;
        let account = self.account(connection).map(|account| account.key());
        let is_owner = account.as_ref() == Some(&owned.owner.key());
        let is_kept = account.is_some_and(|account| owned.operators.iter().any(|name| name.key() == account));
        Some((is_owner, is_kept))
    }

    /// Tells a room that somebody keeps order there again, since they have an account.
    pub(super) fn tell_operator(&mut self, connection: ConnectionId, id: RoomId) {
        let name = self.person(connection).name.clone();
        let mode = crate::log::Mode::Operator(name);
        self.tell_by_server(id, Done::Changed(vec![crate::log::ModeChange { is_set: true, mode }]));
    }

    /// Tells a room what was done there by nobody.
    fn tell_by_server(&mut self, id: RoomId, done: Done) {
        let (room, time_ms) = (self.rooms.name(id).clone(), self.time_ms());
        let moderated = Moderated { room, by: Name::SERVER, identity: Identity::default(), time_ms, done };
        let (audience, message) = (self.rooms.members(id), Message::Moderated(Box::new(moderated)));
        self.actions.push_back(Action::Broadcast { room: id, audience, except: None, message });
    }

    /// Returns what was decided of a room that belongs to an account and in which nobody is. One whose owner was not
    /// there for long belongs to nobody any more.
    pub(super) fn order_of_empty(&mut self, now: Time, name: &Name) -> Option<Order> {
        let owned = self.owned.get(&name.key())?;
        if self.is_forgotten(now, owned) {
            self.disown(name);
            return None;
        }
        Some(self.decided_of(now, owned))
    }

    /// Opens a room, as it was if it belongs to an account.
    pub(super) fn open_room(&mut self, now: Time, name: Name) -> RoomId {
        let key: NameKey = name.key();
        let order = self.order_of_empty(now, &name);
        let id = self.rooms.open(now, name);
        if let Some(order) = order {
            let topic = self.owned.get(&key).and_then(|owned| owned.topic.clone());
            self.rooms.begin(id, order, topic);
        }
        id
    }

    fn is_forgotten(&self, now: Time, owned: &OwnedState) -> bool {
        let away = Duration::from_millis(self.clock.unix_ms(now).saturating_sub(owned.seen_ms));
        away > FORGOTTEN_AFTER && self.rooms.find(&owned.room).is_none()
    }

    fn decided_of(&self, now: Time, owned: &OwnedState) -> Order {
        let OwnedState { modes, key, limit, bans, exceptions, .. } = owned;
        let now_ms = self.clock.unix_ms(now);
        let ban = |KeptBan { mask, address, account, by, time_ms, until_ms, why }: &KeptBan| {
            let until = until_ms.map(|until_ms| now + Duration::from_millis(until_ms.saturating_sub(now_ms)));
            let (mask, account, by, why) = (mask.clone(), account.clone(), by.clone(), why.clone());
            BanState { mask, address: *address, origin: None, account, by, time_ms: *time_ms, until, why }
        };
        Order::of(OrderState {
            modes: *modes,
            key: key.clone(),
            limit: *limit,
            bans: bans.iter().map(ban).collect(),
            exceptions: exceptions.iter().map(ban).collect(),
            ..OrderState::default()
        })
    }

    fn owned_state(&self, now: Time, id: RoomId, (owner, seen_ms, operators): (Name, u64, Vec<Name>)) -> OwnedState {
        let OrderState { modes, key, limit, bans, exceptions, .. } = self.order(id);
        let kept = |BanState { mask, address, account, by, time_ms, until, why, .. }: BanState| KeptBan {
            mask,
            address,
            account,
            by,
            time_ms,
            until_ms: until.map(|until| self.clock.unix_ms(until)),
            why,
        };
        let is_live = |ban: &BanState| ban.until.is_none_or(|until| until > now);
        OwnedState {
            room: self.rooms.name(id).clone(),
            owner,
            seen_ms,
            operators,
            topic: self.rooms.topic_state(id).cloned(),
            modes,
            key,
            limit,
            bans: bans.into_iter().filter(is_live).map(kept).collect(),
            exceptions: exceptions.into_iter().filter(is_live).map(kept).collect(),
        }
    }
}
