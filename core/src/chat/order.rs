//! Owns what the operators of one room have decided: who may join it, and who is heard there.
//!
//! Invariant: each list has an end. Whether somebody is muted is found by a logarithm; who joins is held against each
//! ban, of which there are as few as IRC has.

use super::people::Person;
use crate::address_key::AddressKey;
use crate::irc::Identity;
use crate::log::{BanState, MuteState, NewcomerState, OrderState, RoomKey, RoomModes, SnapshotError};
use crate::mask::Mask;
use crate::{ConnectionId, Name, Ruling, Time};

/// How many can be kept out of a room, and how many be exempted, as `MAXLIST` says.
pub(crate) const BANS_MAX: usize = 100;

/// How many can be muted in a room, and how many be invited: the one who was first is forgotten for one more.
pub(super) const NAMED_MAX: usize = 100;

/// Holds what was decided of a room.
#[derive(Clone, Debug, Default)]
pub(super) struct Order(OrderState);

/// Names somebody who wants to join, or to be heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Somebody<'a> {
    /// By which connection they came.
    pub(super) origin: ConnectionId,
    pub(super) name: &'a Name,
    pub(super) identity: &'a Identity,
    pub(super) address: Option<AddressKey>,
}

impl Order {
    pub(super) fn state(&self) -> &OrderState {
        &self.0
    }

    /// Makes it of what is kept.
    pub(super) const fn of(state: OrderState) -> Self {
        Self(state)
    }

    /// Makes it anew.
    pub(super) fn restore(state: OrderState) -> Result<Self, SnapshotError> {
        let OrderState { key: _, modes: _, limit, bans, exceptions, mutes, invited, hidden: _, newcomers } = &state;
        let fits = bans.len() <= BANS_MAX && exceptions.len() <= BANS_MAX;
        let fits = fits && mutes.len() <= NAMED_MAX && invited.len() <= NAMED_MAX && *limit != Some(0);
        SnapshotError::unless(fits, "a room has decided more than it can")?;
        let is_in_order = mutes.is_sorted_by(|one, next| one.origin < next.origin);
        SnapshotError::unless(is_in_order, "who is muted is not in order")?;
        let is_in_order = newcomers.is_sorted_by(|one, next| one.origin < next.origin);
        SnapshotError::unless(is_in_order, "who came to a closed room is not in order")?;
        for list in [bans, exceptions] {
            let mut rest = list.as_slice();
            while let Some((first, others)) = rest.split_first() {
                let is_once = others.iter().all(|other| !other.mask.is_same(&first.mask));
                SnapshotError::unless(is_once, "somebody is kept out twice")?;
                rest = others;
            }
        }
        Ok(Self(state))
    }

    /// Tells whether whoever joins has to know a word.
    pub(super) const fn has_key(&self) -> bool {
        self.0.key.is_some()
    }

    /// Tells whether not everybody can join.
    pub(super) const fn is_closed(&self) -> bool {
        self.has_key() || self.0.modes.has(RoomModes::LOCKED)
    }

    /// Returns the last message that somebody there is not shown, or zero.
    pub(super) fn hidden_from(&self, origin: ConnectionId) -> u64 {
        let place = self.0.newcomers.binary_search_by_key(&origin, |newcomer| newcomer.origin);
        place.map_or(0, |place| self.0.newcomers[place].hidden)
    }

    /// Has who joins from now on not be shown the messages up to this one.
    pub(super) fn hide(&mut self, hidden: u64) {
        self.0.hidden = self.0.hidden.max(hidden);
    }

    /// Changes it, where so much was said until now. If everybody can join from then on, they are not shown that.
    pub(super) fn change<R>(&mut self, said: u64, change: impl FnOnce(&mut Self) -> R) -> R {
        let was_closed = self.is_closed();
        let changed = change(self);
        if was_closed && !self.is_closed() {
            self.0.hidden = said;
        }
        changed
    }

    /// Tells whether nothing is decided.
    pub(super) fn is_empty(&self) -> bool {
        self.0 == OrderState::default()
    }

    pub(super) fn has(&self, modes: RoomModes) -> bool {
        self.0.modes.has(modes)
    }

    /// Tells whether somebody there may not be heard.
    pub(super) fn is_guarded(&self) -> bool {
        self.has(RoomModes::MODERATED) || !self.0.mutes.is_empty()
    }

    /// Sets modes, or not any more. Tells whether that changes anything.
    pub(super) fn set_modes(&mut self, modes: RoomModes, is_set: bool) -> bool {
        let before = self.0.modes;
        self.0.modes = before.with(modes, is_set);
        self.0.modes != before
    }

    /// Sets the key, or removes it. Tells whether that changes anything.
    pub(super) fn set_key(&mut self, key: Option<RoomKey>) -> bool {
        let changes = self.0.key != key;
        self.0.key = key;
        changes
    }

    /// Sets how many can be there, or removes that. Tells whether that changes anything.
    pub(super) fn set_limit(&mut self, limit: Option<u32>) -> bool {
        let changes = self.0.limit != limit;
        self.0.limit = limit;
        changes
    }

    /// Tells whether somebody may join, where so many are. Else, returns why not.
    pub(super) fn admits(
        &self,
        now: Time,
        who: Somebody<'_>,
        (room, members): (&Name, u32),
        key: Option<&RoomKey>,
        unix_ms: impl Fn(Time) -> u64,
    ) -> Result<(), Ruling> {
        let OrderState { limit, key: wanted, invited, .. } = &self.0;
        if invited.contains(&who.origin) {
            return Ok(());
        }
        let room = room.clone();
        if let Some(BanState { until, why, .. }) = self.ban_of(now, who) {
            return Err(Ruling::Banned { room: Some(room), until_ms: until.map(unix_ms), why: why.clone() });
        }
        if self.has(RoomModes::LOCKED) {
            return Err(Ruling::Locked { room });
        }
        if wanted.is_some() && wanted.as_ref() != key {
            return Err(Ruling::NeedsKey { room });
        }
        if limit.is_some_and(|limit| members >= limit) {
            return Err(Ruling::Full { room });
        }
        Ok(())
    }

    /// Returns what keeps somebody out, if anything does.
    pub(super) fn ban_of(&self, now: Time, who: Somebody<'_>) -> Option<&BanState> {
        let means = |ban: &&BanState| {
            let is_from_there = ban.address.is_some() && ban.address == who.address;
            let is_account = || {
                let keys = ban.account.as_ref().zip(who.identity.account());
                keys.is_some_and(|(banned, account)| banned.key() == account.key())
            };
            let is_them = ban.origin == Some(who.origin) || is_from_there || is_account();
            is_live(ban.until, now) && (is_them || ban.mask.means(who.name, who.identity))
        };
        let ban = self.0.bans.iter().find(means)?;
        self.0.exceptions.iter().all(|exception| !means(&exception)).then_some(ban)
    }

    /// Returns those who can't join, or can in spite of that, as far as it is not over.
    pub(super) fn list(&self, now: Time, is_exception: bool) -> impl Iterator<Item = &BanState> {
        let list = if is_exception { &self.0.exceptions } else { &self.0.bans };
        list.iter().filter(move |ban| is_live(ban.until, now))
    }

    /// Keeps somebody out, or exempts them. Tells whether that is new, or why it can't be.
    pub(super) fn ban(&mut self, now: Time, is_exception: bool, ban: BanState) -> Result<bool, Mask> {
        let list = self.list_mut(is_exception);
        list.retain(|other| is_live(other.until, now));
        if let Some(other) = list.iter_mut().find(|other| other.mask.is_same(&ban.mask)) {
            let address = ban.address.or(other.address);
            let is_new = (&other.address, &other.until, &other.why) != (&address, &ban.until, &ban.why);
            // Somebody else may be called so now; or nobody is, and it goes on for whoever was.
            other.origin = ban.origin.or(other.origin);
            other.account = ban.account.or(other.account.take());
            other.address = address;
            if is_new {
                (other.mask, other.by, other.time_ms) = (ban.mask, ban.by, ban.time_ms);
                (other.until, other.why) = (ban.until, ban.why);
            }
            return Ok(is_new);
        }
        if list.len() >= BANS_MAX {
            return Err(ban.mask);
        }
        list.push(ban);
        Ok(true)
    }

    /// Keeps somebody out no more, or exempts them no more. Returns the mask as it was, if there was one.
    pub(super) fn unban(&mut self, now: Time, is_exception: bool, mask: &Mask) -> Option<Mask> {
        let list = self.list_mut(is_exception);
        list.retain(|other| is_live(other.until, now));
        let place = list.iter().position(|other| other.mask.is_same(mask))?;
        Some(list.remove(place).mask)
    }

    fn list_mut(&mut self, is_exception: bool) -> &mut Vec<BanState> {
        if is_exception { &mut self.0.exceptions } else { &mut self.0.bans }
    }

    /// Lets nobody hear somebody. Tells whether that is new.
    pub(super) fn mute(&mut self, mute: MuteState) -> bool {
        let mutes = &mut self.0.mutes;
        match mutes.binary_search_by_key(&mute.origin, |other| other.origin) {
            Ok(place) => {
                let is_new = mutes[place].until != mute.until;
                if is_new {
                    mutes[place] = mute;
                }
                is_new
            }
            Err(place) => {
                mutes.insert(place, mute);
                if mutes.len() > NAMED_MAX {
                    mutes.remove(0);
                }
                true
            }
        }
    }

    /// Lets somebody be heard again. Returns what they are called, if they were not.
    pub(super) fn unmute(&mut self, now: Time, name: &Name) -> Option<Name> {
        let mutes = &mut self.0.mutes;
        mutes.retain(|mute| is_live(mute.until, now));
        let muted = mutes.iter().find(|mute| mute.name.key() == name.key())?.name.clone();
        mutes.retain(|mute| mute.name.key() != name.key());
        Some(muted)
    }

    /// Handles that somebody says something. Tells whether they are muted: until when, and whether they were told.
    pub(super) fn check_mute(&mut self, now: Time, origin: ConnectionId) -> Option<(Option<Time>, bool)> {
        let mutes = &mut self.0.mutes;
        let place = mutes.binary_search_by_key(&origin, |mute| mute.origin).ok()?;
        if !is_live(mutes[place].until, now) {
            mutes.remove(place);
            return None;
        }
        let mute = &mut mutes[place];
        let told = std::mem::replace(&mut mute.is_told, true);
        Some((mute.until, told))
    }

    /// Handles that somebody has come: who is muted there by their name, or from their address, is it by this
    /// connection as well. If not everybody can join, they are not shown what was said until now, unless they may see
    /// all.
    pub(super) fn note_arrival(&mut self, now: Time, who: Somebody<'_>, said: Option<u64>) {
        let hidden = said.map_or(0, |said| if self.is_closed() { said } else { self.0.hidden });
        if hidden > 0 {
            let newcomer = NewcomerState { origin: who.origin, hidden };
            match self.0.newcomers.binary_search_by_key(&who.origin, |newcomer| newcomer.origin) {
                Ok(place) => self.0.newcomers[place] = newcomer,
                Err(place) => self.0.newcomers.insert(place, newcomer),
            }
        }
        let key = who.name.key();
        let is_them = |mute: &&MuteState| {
            let is_from_there = mute.address.is_some() && mute.address == who.address;
            mute.origin != who.origin && is_live(mute.until, now) && (is_from_there || mute.name.key() == key)
        };
        if let Some(mute) = self.0.mutes.iter().find(is_them) {
            let (name, address) = (who.name.clone(), who.address.or(mute.address));
            self.mute(MuteState { origin: who.origin, name, address, until: mute.until, is_told: false });
        }
    }

    /// Handles that somebody is called something else.
    pub(super) fn note_renamed(&mut self, origin: ConnectionId, new: &Name) {
        if let Ok(place) = self.0.mutes.binary_search_by_key(&origin, |mute| mute.origin) {
            self.0.mutes[place].name = new.clone();
        }
    }

    /// Lets somebody in whatever else was decided, until they have come.
    pub(super) fn invite(&mut self, origin: ConnectionId) {
        self.0.invited.retain(|&other| other != origin);
        if self.0.invited.len() >= NAMED_MAX {
            self.0.invited.remove(0);
        }
        self.0.invited.push(origin);
    }

    /// Handles that somebody has left.
    pub(super) fn note_left(&mut self, origin: ConnectionId) {
        self.0.newcomers.retain(|newcomer| newcomer.origin != origin);
    }

    /// Handles that somebody has come who may have been invited.
    pub(super) fn use_invitation(&mut self, origin: ConnectionId) {
        self.0.invited.retain(|&other| other != origin);
    }
}

fn is_live(until: Option<Time>, now: Time) -> bool {
    until.is_none_or(|until| until > now)
}

impl<'a> Somebody<'a> {
    /// Returns who a person is, who is here by a connection.
    pub(super) fn of(
        connection: ConnectionId,
        person: &'a Person,
        identity: &'a Identity,
        address: Option<AddressKey>,
    ) -> Self {
        Self { origin: person.origin(connection), name: &person.name, identity, address }
    }
}
