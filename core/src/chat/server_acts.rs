//! Owns what operators of the server do that concerns more than one room: who may connect at all, and what all are
//! told.

use std::collections::HashSet;
use std::time::Duration;

use super::Chat;
use super::moderate::Verdict;
use super::people::Person;
use super::rooms::Rooms;
use crate::address_key::AddressKey;
use crate::deed::{Bar, Deed};
use crate::log::{Act, BarState, Decided, KeptBar};
use crate::mask::Mask;
use crate::{
    Action, CloseCode, ConnectionId, Done, Identity, Kicked, LeftOut, Message, Moderated, Name, RoomId, Ruling,
    Sentence, Text, Time,
};

/// From how many addresses nobody may connect at the most.
pub(crate) const BARS_MAX: usize = 10_000;

impl Chat {
    /// Does what only operators of the server do. Returns an act that is of a room.
    pub(super) fn act_for_server(&mut self, now: Time, by: ConnectionId, act: Act) -> Result<Option<Act>, Ruling> {
        let is_of_room = match act {
            Act::Kick { .. }
            | Act::Ban { .. }
            | Act::Unban { .. }
            | Act::Mute { .. }
            | Act::Unmute { .. }
            | Act::Invite { .. }
            | Act::Change(_) => true,
            Act::BanAddress { .. }
            | Act::UnbanAddress { .. }
            | Act::Announce(_)
            | Act::Wall(_)
            | Act::Kill { .. }
            | Act::Resign => false,
        };
        if is_of_room {
            return Ok(Some(act));
        }
        if !self.person(by).is_server_operator() {
            return Err(Ruling::NotServerOperator);
        }
        match act {
            Act::BanAddress { address, lasts, why } => {
                let until = lasts.map(|lasts| now + lasts);
                self.bar(now, by, address, Verdict { until, why }, format!("banned {address}"))?;
                let until_ms = until.map(|until| self.clock.unix_ms(until));
                self.rule(by, Ruling::AddressBanned { address, until_ms });
            }
            Act::UnbanAddress { address } => {
                if self.bars.remove(&address).is_none() {
                    return Err(Ruling::AddressNotBanned { address });
                }
                let name = self.person(by).name.clone();
                let bar = Bar { address, is_set: false, until: None, until_ms: None };
                self.note_bar(name, format!("unbanned {address}"), None, bar);
                self.rule(by, Ruling::AddressUnbanned { address });
            }
            Act::Announce(text) => self.announce_to_all(by, &text),
            Act::Wall(text) => self.wall(by, &text),
            Act::Kill { name, why } => match self.find(&name) {
                Some(target) => self.kill(now, by, target, why),
                None => self.reply(by, Message::Nobody { name }),
            },
            Act::Resign => self.resign(by),
            Act::Kick { .. }
            | Act::Ban { .. }
            | Act::Unban { .. }
            | Act::Mute { .. }
            | Act::Unmute { .. }
            | Act::Invite { .. }
            | Act::Change(_) => {}
        }
        Ok(None)
    }

    /// Lets nobody connect from where somebody comes, who is called so, since nobody can be kept out of `main` alone.
    pub(super) fn ban_from_server(
        &mut self,
        now: Time,
        by: ConnectionId,
        name: Name,
        verdict: Verdict,
    ) -> Result<(), Ruling> {
        if !self.person(by).is_server_operator() {
            return Err(Ruling::NotServerOperator);
        }
        let Some(target) = self.find(&name) else {
            self.reply(by, Message::Nobody { name });
            return Ok(());
        };
        let name = self.person(target).name.clone();
        let (Some(address), _) = self.own_address(now, Some(target), Rooms::MAIN) else {
            return Err(Ruling::NoAddress { name });
        };
        let until_ms = verdict.until.map(|until| self.clock.unix_ms(until));
        let (by_name, why) = (self.person(by).name.clone(), verdict.why.clone());
        self.bar(now, by, address, verdict, format!("banned {name}"))?;
        let done = Done::Banned { mask: Mask::of(&name), until_ms, why };
        let moderated = Moderated {
            room: Name::MAIN,
            by: by_name,
            identity: self.person(by).identity(),
            time_ms: self.time_ms(),
            done,
        };
        self.reply(by, Message::Moderated(Box::new(moderated)));
        Ok(())
    }

    /// Lets nobody connect from an address, and puts those out who have, but for operators of the server.
    fn bar(
        &mut self,
        now: Time,
        by: ConnectionId,
        address: AddressKey,
        Verdict { until, why }: Verdict,
        deed: String,
    ) -> Result<(), Ruling> {
        if !self.has_room_for_bar(now, address) {
            let mask = Mask::of(&Name::MAIN);
            return Err(Ruling::ListFull { room: Name::MAIN, mask });
        }
        let name = self.person(by).name.clone();
        self.bars.insert(address, BarState { address, by: name.clone(), until, why: why.clone() });
        let until_ms = until.map(|until| self.clock.unix_ms(until));
        self.note_bar(name, deed, why.clone(), Bar { address, is_set: true, until, until_ms });
        let there = self.people.coming_from(address);
        let there: Vec<_> = there.filter(|&target| !self.person(target).is_server_operator()).collect();
        for target in there {
            let kicked = self.kicked(by, Sentence::Killed, why.clone());
            self.end(now, target, Ruling::Banned { room: None, until_ms, why: why.clone() }, kicked);
        }
        Ok(())
    }

    /// Tells whether one more address can be banned, once those are let go of that are so no more.
    fn has_room_for_bar(&mut self, now: Time, address: AddressKey) -> bool {
        if self.bars.len() >= BARS_MAX {
            self.bars.retain(|_, bar| bar.until.is_none_or(|until| until > now));
        }
        self.bars.len() < BARS_MAX || self.bars.contains_key(&address)
    }

    /// Takes over what was decided outside of the chat: what is over by now, or more than there can be, is left out.
    pub(super) fn on_decided(&mut self, now: Time, Decided { bars, unbarred, rooms }: Decided) {
        self.take_owned(rooms);
        let now_ms = self.clock.unix_ms(now);
        for address in unbarred {
            if self.bars.remove(&address).is_some() {
                let bar = Bar { address, is_set: false, until: None, until_ms: None };
                self.note_bar(Name::SERVER, format!("unbanned {address}"), None, bar);
            }
        }
        let mut barred = HashSet::new();
        for KeptBar { address, by, until_ms, why } in bars {
            let until = until_ms.map(|until_ms| now + Duration::from_millis(until_ms.saturating_sub(now_ms)));
            if until == Some(now) || !self.has_room_for_bar(now, address) {
                continue;
            }
            self.bars.insert(address, BarState { address, by: by.clone(), until, why: why.clone() });
            self.note_bar(by, format!("banned {address}"), why, Bar { address, is_set: true, until, until_ms });
            barred.insert(address);
        }
        if !barred.is_empty() {
            self.put_out_all(now, |address| barred.contains(&address));
        }
    }

    /// Puts those out who come from addresses that are banned, but for operators of the server.
    fn put_out_all(&mut self, now: Time, is_barred: impl Fn(AddressKey) -> bool) {
        let is_out = |connection: &ConnectionId, person: &Person| {
            !person.is_server_operator() && self.people.address(*connection).is_some_and(&is_barred)
        };
        let out = self.people.iter().filter(|(connection, person)| is_out(connection, person));
        let out: Vec<_> = out.map(|(connection, _)| connection).collect();
        for target in out {
            let Some(BarState { by, until, why, .. }) =
                self.people.address(target).and_then(|address| self.bars.get(&address)).cloned()
            else {
                continue;
            };
            let until_ms = until.map(|until| self.clock.unix_ms(until));
            let kicked = Kicked { by, identity: Identity::default(), sentence: Sentence::Killed, why: why.clone() };
            self.end(now, target, Ruling::Banned { room: None, until_ms, why }, kicked);
        }
    }

    fn note_bar(&mut self, by: Name, what: String, why: Option<Text>, bar: Bar) {
        self.push_deed(Deed { by, what, room: None, why, bar: Some(bar) });
    }

    /// Returns what keeps those out who come from an address, if anything does.
    pub(super) fn barred(&self, now: Time, address: Option<AddressKey>) -> Option<Ruling> {
        let BarState { until, why, .. } = self.bars.get(&address?)?;
        let is_over = until.is_some_and(|until| until <= now);
        let until_ms = until.map(|until| self.clock.unix_ms(until));
        (!is_over).then(|| Ruling::Banned { room: None, until_ms, why: why.clone() })
    }

    /// Sends somebody away who has just connected, and may not.
    pub(super) fn send_away(&mut self, connection: ConnectionId, ruling: Ruling) {
        self.rule(connection, ruling);
        self.actions.push_back(Action::Close { connection, code: Some(CloseCode::PUT_OUT) });
    }

    /// Tells something to all rooms, to each who is there once.
    fn announce_to_all(&mut self, by: ConnectionId, text: &Text) {
        let rooms: Vec<RoomId> = self.rooms.all().collect();
        let (by_name, identity, time_ms) = (self.person(by).name.clone(), self.person(by).identity(), self.time_ms());
        self.note_deed(by, "announced something".to_owned(), None, None);
        let mut told = HashSet::new();
        for id in rooms {
            let room = self.rooms.name(id).clone();
            let done = Done::Announced(text.clone());
            let moderated = Moderated { room, by: by_name.clone(), identity: identity.clone(), time_ms, done };
            let members = self.rooms.member_keys(id).map(|key| self.people.connection(key));
            let has_heard = |&member: &ConnectionId| self.person(member).rooms().any(|room| told.contains(&room));
            let except = LeftOut::of(members.filter(has_heard));
            self.tell_room(id, self.rooms.members(id), except, Message::Moderated(Box::new(moderated)));
            told.insert(id);
        }
    }

    /// Tells something to all operators of the server.
    fn wall(&mut self, by: ConnectionId, text: &Text) {
        let operators = self.people.iter().filter(|(_, person)| person.is_server_operator());
        let operators: Vec<_> = operators.map(|(connection, _)| connection).collect();
        let Kicked { by: name, identity, .. } = self.kicked(by, Sentence::Kicked, None);
        for connection in operators {
            let walled = Ruling::Walled { by: name.clone(), identity: identity.clone(), text: text.clone() };
            if connection == by {
                self.rule(by, walled);
            } else {
                self.actions.push_back(Action::Deliver { connection, message: Message::Ruling(Box::new(walled)) });
            }
        }
    }
}
