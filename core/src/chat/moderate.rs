//! Owns who may keep order, and what comes of it: whoever may not is told why, and nothing else happens.

use super::order::{Order, Somebody};
use super::people::Power;
use super::rooms::{Presence, Rank, Rooms};
use super::{Chat, HERE};
use crate::address_key::AddressKey;
use crate::deed::Deed;
use crate::log::{Act, BanState, Mode, ModeChange, Moderation, MuteState, RoomKey, RoomModes};
use crate::mask::Mask;
use crate::message::LoggingIn;
use crate::{
    Action, CloseCode, ConnectionId, Done, Kicked, Leaving, LeftOut, Message, Moderated, Name, RoomId, Ruling,
    Sentence, Text, Time,
};

/// Holds what is decided of somebody who is kept out.
pub(super) struct Verdict {
    pub(super) until: Option<Time>,
    pub(super) why: Option<Text>,
}

impl Chat {
    pub(super) fn on_moderate(&mut self, now: Time, connection: ConnectionId, moderation: Moderation) {
        let Moderation { room, act } = moderation;
        if let Err(ruling) = self.moderate(now, connection, room, act) {
            self.rule(connection, ruling);
        }
    }

    fn moderate(&mut self, now: Time, by: ConnectionId, room: Option<Name>, act: Act) -> Result<(), Ruling> {
        let Some(act) = self.act_for_server(now, by, act)? else { return Ok(()) };
        let Some(id) = self.moderated_room(by, room)? else { return Ok(()) };
        let done = self.act_in_room(now, by, id, act);
        self.note_decided(now, id);
        done
    }

    fn act_in_room(&mut self, now: Time, by: ConnectionId, id: RoomId, act: Act) -> Result<(), Ruling> {
        if let Act::Invite { name } = act {
            self.invite(now, by, name, id);
            return Ok(());
        }
        self.check_operator(by, id)?;
        match act {
            Act::Kick { name, why } => {
                let target = self.target_in(by, id, &name)?;
                if let Some(target) = target {
                    self.check_unprotected(by, target)?;
                    self.put_out(now, by, (target, id), Sentence::Kicked, why);
                }
            }
            Act::Ban { name, lasts, why } => {
                let verdict = Verdict { until: lasts.map(|lasts| now + lasts), why };
                self.ban(now, by, id, name, verdict)?;
            }
            Act::Unban { mask } => {
                let mask = self.rooms.change_order(id, |order| order.unban(now, false, &mask)).ok_or(mask);
                let mask = mask.map_err(|mask| Ruling::NotBanned { mask })?;
                self.note_deed(by, format!("unbanned {mask}"), Some(id), None);
                self.tell_done(by, id, Done::Unbanned { mask });
            }
            Act::Mute { name, lasts } => {
                if let Some(target) = self.target_in(by, id, &name)? {
                    self.check_unprotected(by, target)?;
                    self.mute(now, by, (target, id), lasts.map(|lasts| now + lasts));
                }
            }
            Act::Unmute { name } => {
                let muted = self.rooms.change_order(id, |order| order.unmute(now, &name));
                let name = muted.ok_or(Ruling::NotMuted { name })?;
                self.note_deed(by, format!("unmuted {name}"), Some(id), None);
                self.tell_done(by, id, Done::Unmuted { name });
            }
            Act::Change(changes) => self.change_modes(now, by, id, changes),
            Act::Invite { .. }
            | Act::BanAddress { .. }
            | Act::UnbanAddress { .. }
            | Act::Announce(_)
            | Act::Wall(_)
            | Act::Kill { .. }
            | Act::Resign => {}
        }
        Ok(())
    }

    /// Returns the room that is meant, if one is.
    fn moderated_room(&self, connection: ConnectionId, room: Option<Name>) -> Result<Option<RoomId>, Ruling> {
        match room {
            None => Ok(Some(self.person(connection).room).filter(|&room| room != RoomId::NONE)),
            Some(name) => {
                let room = self.rooms.find(&name).filter(|&room| self.is_shown(room, connection));
                room.map(Some).ok_or(Ruling::NoSuchRoom { room: name })
            }
        }
    }

    /// Tells whether somebody keeps order in a room, as its operator or one of the server.
    pub(super) fn keeps_order(&self, connection: ConnectionId, id: RoomId) -> bool {
        self.rooms.has_rank(id, Rank::Operator, connection.key()) || self.person(connection).is_server_operator()
    }

    fn check_operator(&self, connection: ConnectionId, id: RoomId) -> Result<(), Ruling> {
        if self.keeps_order(connection, id) {
            return Ok(());
        }
        let room = self.rooms.name(id).clone();
        let is_there = self.person(connection).is_in(id);
        Err(if is_there { Ruling::NotOperator { room } } else { Ruling::NotInRoom { room } })
    }

    /// Returns who is called so in a room. That there is nobody of this name is told.
    fn target_in(&mut self, by: ConnectionId, id: RoomId, name: &Name) -> Result<Option<ConnectionId>, Ruling> {
        let Some(target) = self.find(name) else {
            self.reply(by, Message::Nobody { name: name.clone() });
            return Ok(None);
        };
        let person = self.person(target);
        if person.is_in(id) {
            return Ok(Some(target));
        }
        Err(Ruling::NotThere { name: person.name.clone(), room: self.rooms.name(id).clone() })
    }

    /// Nobody but an operator of the server puts another one out.
    fn check_unprotected(&self, by: ConnectionId, target: ConnectionId) -> Result<(), Ruling> {
        let (by, target) = (self.person(by), self.person(target));
        if target.is_server_operator() && !by.is_server_operator() {
            return Err(Ruling::Protected { name: target.name.clone() });
        }
        Ok(())
    }

    fn ban(&mut self, now: Time, by: ConnectionId, id: RoomId, name: Name, verdict: Verdict) -> Result<(), Ruling> {
        let target = self.find(&name);
        if let Some(target) = target {
            self.check_unprotected(by, target)?;
        }
        if id == Rooms::MAIN {
            return self.ban_from_server(now, by, name, verdict);
        }
        let name = target.map_or(name, |target| self.person(target).name.clone());
        let mask = Mask::of(&name);
        let (address, is_shared) = self.own_address(now, target, id);
        self.add_ban(now, by, id, (mask.clone(), address, target), &verdict)?;
        let until_ms = verdict.until.map(|until| self.clock.unix_ms(until));
        self.note_deed(by, format!("banned {name}"), Some(id), verdict.why.clone());
        if let Some(target) = target {
            self.note_rank(target, id, false);
        }
        match target.filter(|&target| self.person(target).is_in(id)) {
            Some(target) => self.put_out(now, by, (target, id), Sentence::Banned { until_ms }, verdict.why),
            None => self.tell_done(by, id, Done::Banned { mask, until_ms, why: verdict.why }),
        }
        if is_shared {
            self.rule(by, Ruling::AddressIsShared { name });
        }
        Ok(())
    }

    /// Returns from where somebody comes, if nobody else does who may join a room, and whether somebody else does.
    pub(super) fn own_address(
        &self,
        now: Time,
        target: Option<ConnectionId>,
        id: RoomId,
    ) -> (Option<AddressKey>, bool) {
        let Some(target) = target else { return (None, false) };
        let Some(address) = self.people.address(target) else { return (None, false) };
        let others = self.people.coming_from(address).filter(|&other| other != target);
        let mut others = others.filter(|&other| !self.is_banned(now, other, id));
        if others.next().is_some() { (None, true) } else { (Some(address), false) }
    }

    /// Tells whether somebody is kept out of a room.
    pub(super) fn is_banned(&self, now: Time, connection: ConnectionId, id: RoomId) -> bool {
        let identity = self.person(connection).identity();
        let who = Somebody::of(connection, self.person(connection), &identity, self.people.address(connection));
        self.rooms.order(id).is_some_and(|order| order.ban_of(now, who).is_some())
    }

    /// Returns by what somebody is known besides their name and address: by which connection they came, and by which
    /// account they are logged in.
    fn traits_of(&self, target: Option<ConnectionId>) -> (Option<ConnectionId>, Option<Name>) {
        let origin = target.map(|target| self.person(target).origin(target));
        (origin, target.and_then(|target| self.account(target)))
    }

    fn add_ban(
        &mut self,
        now: Time,
        by: ConnectionId,
        id: RoomId,
        (mask, address, target): (Mask, Option<AddressKey>, Option<ConnectionId>),
        Verdict { until, why }: &Verdict,
    ) -> Result<bool, Ruling> {
        let (by, time_ms) = (self.person(by).name.clone(), self.clock.unix_ms(now));
        let (origin, account) = self.traits_of(target);
        let ban = BanState { mask, address, origin, account, by, time_ms, until: *until, why: why.clone() };
        let added = self.rooms.change_order(id, |order| order.ban(now, false, ban));
        added.map_err(|mask| Ruling::ListFull { room: self.rooms.name(id).clone(), mask })
    }

    fn mute(&mut self, now: Time, by: ConnectionId, (target, id): (ConnectionId, RoomId), until: Option<Time>) {
        let (address, _) = self.own_address(now, Some(target), id);
        let person = self.person(target);
        let (origin, name) = (person.origin(target), person.name.clone());
        let mute = MuteState { origin, name: name.clone(), address, until, is_told: false };
        self.rooms.change_order(id, |order| order.mute(mute));
        let until_ms = until.map(|until| self.clock.unix_ms(until));
        self.note_deed(by, format!("muted {name}"), Some(id), None);
        self.tell_done(by, id, Done::Muted { name, until_ms });
    }

    /// Changes modes of a room, and tells it those that are others now.
    fn change_modes(&mut self, now: Time, by: ConnectionId, id: RoomId, changes: Vec<ModeChange>) {
        let (mut done, place) = (Vec::new(), self.actions.len());
        for change in changes {
            match self.change_mode(now, by, id, change) {
                Ok(Some(change)) => done.push(change),
                Ok(None) => {}
                Err(ruling) => self.rule(by, ruling),
            }
        }
        if done.is_empty() {
            return self.tell_unchanged(by, place);
        }
        for ModeChange { is_set, mode } in &done {
            let (sign, letter) = (if *is_set { '+' } else { '-' }, mode.letter());
            // What a room asks for is for its members.
            let parameter = mode.parameter().filter(|_| letter != 'k');
            let what = format!("set {sign}{letter} {}", parameter.unwrap_or_default());
            self.note_deed(by, what.trim_end().to_owned(), Some(id), None);
        }
        self.tell_done(by, id, Done::Changed(done));
    }

    /// Tells somebody that nothing was to be done, if they were told nothing from a place on. IRC is silent about it.
    fn tell_unchanged(&mut self, by: ConnectionId, place: usize) {
        if self.actions.len() == place && self.person(by).irc().is_none() {
            self.rule(by, Ruling::Unchanged);
        }
    }

    /// Changes a mode. Returns what is another now, if it is.
    fn change_mode(
        &mut self,
        now: Time,
        by: ConnectionId,
        id: RoomId,
        ModeChange { is_set, mode }: ModeChange,
    ) -> Result<Option<ModeChange>, Ruling> {
        let keeps_out =
            matches!(mode, Mode::Ban(_) | Mode::Exception(_) | Mode::Key(_) | Mode::Limit(_) | Mode::Locked);
        if id == Rooms::MAIN && keeps_out && is_set {
            return Err(Ruling::OpenToAll { room: self.rooms.name(id).clone() });
        }
        let mode = match mode {
            Mode::Operator(name) => return self.change_rank(by, id, (Rank::Operator, is_set), &name),
            Mode::Voice(name) => return self.change_rank(by, id, (Rank::Voice, is_set), &name),
            Mode::Owned(to) => return self.change_owner(now, by, id, (is_set, to)).map(|()| None),
            Mode::Ban(mask) => return self.change_bans(now, by, id, (false, is_set), mask),
            Mode::Exception(mask) => return self.change_bans(now, by, id, (true, is_set), mask),
            mode @ (Mode::Key(_)
            | Mode::Limit(_)
            | Mode::Locked
            | Mode::Moderated
            | Mode::Inside
            | Mode::Secret
            | Mode::TopicLocked) => mode,
        };
        let changes = self.rooms.change_order(id, |order| match &mode {
            Mode::Key(key) => order.set_key(is_set.then(|| key.clone())),
            Mode::Limit(limit) => order.set_limit(is_set.then_some(*limit)),
            Mode::Locked => order.set_modes(RoomModes::LOCKED, is_set),
            Mode::Moderated => order.set_modes(RoomModes::MODERATED, is_set),
            Mode::Inside => order.set_modes(RoomModes::OPEN, !is_set),
            Mode::Secret => order.set_modes(RoomModes::SECRET, is_set),
            Mode::TopicLocked => order.set_modes(RoomModes::TOPIC_LOCKED, is_set),
            Mode::Operator(_) | Mode::Voice(_) | Mode::Ban(_) | Mode::Exception(_) | Mode::Owned(_) => false,
        });
        Ok(changes.then_some(ModeChange { is_set, mode }))
    }

    fn change_rank(
        &mut self,
        by: ConnectionId,
        id: RoomId,
        (rank, is_set): (Rank, bool),
        name: &Name,
    ) -> Result<Option<ModeChange>, Ruling> {
        let Some(target) = self.target_in(by, id, name)? else { return Ok(None) };
        let name = self.person(target).name.clone();
        let mode = match rank {
            Rank::Operator => Mode::Operator(name),
            Rank::Voice => Mode::Voice(name),
        };
        let changes = self.rooms.set_rank(id, rank, target.key(), is_set);
        if rank == Rank::Operator {
            self.note_rank(target, id, is_set);
        }
        Ok(changes.then_some(ModeChange { is_set, mode }))
    }

    fn change_bans(
        &mut self,
        now: Time,
        by: ConnectionId,
        id: RoomId,
        (is_exception, is_set): (bool, bool),
        mask: Mask,
    ) -> Result<Option<ModeChange>, Ruling> {
        let as_mode = |mask| if is_exception { Mode::Exception(mask) } else { Mode::Ban(mask) };
        if !is_set {
            let mask = self.rooms.change_order(id, |order| order.unban(now, is_exception, &mask));
            return Ok(mask.map(|mask| ModeChange { is_set, mode: as_mode(mask) }));
        }
        // Who is named is meant whatever they are called next.
        let named = mask.name().and_then(|name| self.find(&name));
        let named = named.filter(|_| !is_exception);
        let address = self.own_address(now, named, id).0;
        let (by, time_ms) = (self.person(by).name.clone(), self.clock.unix_ms(now));
        let (origin, account) = self.traits_of(named);
        let ban = BanState { mask: mask.clone(), address, origin, account, by, time_ms, until: None, why: None };
        match self.rooms.change_order(id, |order| order.ban(now, is_exception, ban)) {
            Ok(is_new) => Ok(is_new.then(|| ModeChange { is_set, mode: as_mode(mask) })),
            Err(mask) => Err(Ruling::ListFull { room: self.rooms.name(id).clone(), mask }),
        }
    }

    /// Puts somebody out of a room where they are. Who was in no other goes to `main`; from there they leave the
    /// server.
    fn put_out(
        &mut self,
        now: Time,
        by: ConnectionId,
        (target, id): (ConnectionId, RoomId),
        sentence: Sentence,
        why: Option<Text>,
    ) {
        let (room, person) = (self.rooms.name(id).clone(), self.person(target));
        let (name, identity) = (person.name.clone(), person.identity());
        let is_only = person.irc().is_none() && person.rooms().count() == 1;
        if is_only && id == Rooms::MAIN {
            return self.kill(now, by, target, why);
        }
        let kicked = self.kicked(by, sentence, why.clone());
        let (leaving, time_ms) = (Leaving::PutOut(Box::new(kicked.clone())), self.time_ms());
        let message = Message::Left { room: room.clone(), name: name.clone(), identity, leaving, time_ms };
        if sentence == Sentence::Kicked {
            self.note_deed(by, format!("kicked {name}"), Some(id), why);
        }
        self.actions.push_back(Action::Leave { connection: target, room: id });
        if self.rooms.leave(now, id, &name) == Presence::Gathered {
            self.rooms.tell_apart(id);
        }
        if by != target {
            self.tell_act(by, id, message.clone());
        } else {
            self.tell_room(id, self.rooms.members(id), None, message.clone());
        }
        let told = match self.person(target).irc() {
            Some(_) => message,
            None => Message::Ruling(Box::new(Ruling::PutOut { room, kicked })),
        };
        // Nobody has asked for it, or only for a little of it.
        let place = self.actions.len();
        self.reply(target, told);
        self.people.get_mut(target).expect(HERE).remove(id);
        if is_only {
            self.enter(now, target, Rooms::MAIN);
        } else if self.person(target).irc().is_none() {
            self.tell_focus(target);
        }
        let is_answer = by == target && self.person(target).irc().is_some();
        if !is_answer {
            self.make_droppable(target, place);
        }
    }

    /// Lets what is told to somebody from a place on be dropped if they don't read it: they have not asked for it.
    fn make_droppable(&mut self, to: ConnectionId, place: usize) {
        for action in self.actions.range_mut(place..) {
            if let Action::Reply { connection, message } = action
                && *connection == to
            {
                *action = Action::Deliver { connection: to, message: message.clone() };
            }
        }
    }

    /// Ends somebody's connection, and tells them why.
    pub(super) fn kill(&mut self, now: Time, by: ConnectionId, target: ConnectionId, why: Option<Text>) {
        let kicked = self.kicked(by, Sentence::Killed, why.clone());
        let name = self.person(target).name.clone();
        self.note_deed(by, format!("put out {name}"), None, why);
        let ruling = Ruling::PutOut { room: Name::MAIN, kicked: kicked.clone() };
        self.end(now, target, ruling, kicked);
    }

    /// Ends somebody's connection with these last words.
    pub(super) fn end(&mut self, now: Time, target: ConnectionId, ruling: Ruling, kicked: Kicked) {
        self.actions.push_back(Action::Deliver { connection: target, message: Message::Ruling(Box::new(ruling)) });
        self.on_gone(now, target, Some(CloseCode::PUT_OUT), &Leaving::PutOut(Box::new(kicked)));
    }

    pub(super) fn kicked(&self, by: ConnectionId, sentence: Sentence, why: Option<Text>) -> Kicked {
        let person = self.person(by);
        Kicked { by: person.name.clone(), identity: person.identity(), sentence, why }
    }

    /// Tells a room what somebody has done there.
    pub(super) fn tell_done(&mut self, by: ConnectionId, id: RoomId, done: Done) {
        let (person, time_ms) = (self.person(by), self.time_ms());
        let (room, by_name, identity) = (self.rooms.name(id).clone(), person.name.clone(), person.identity());
        let moderated = Moderated { room, by: by_name, identity, time_ms, done };
        self.tell_act(by, id, Message::Moderated(Box::new(moderated)));
    }

    /// Tells a room something that somebody has done, and them by an answer, if they are not there or came by IRC.
    fn tell_act(&mut self, by: ConnectionId, id: RoomId, message: Message) {
        let person = self.person(by);
        let (is_there, is_answered) = (person.is_in(id), person.irc().is_some());
        if is_answered || !is_there {
            self.reply(by, message.clone());
        }
        let except = LeftOut::of((is_answered && is_there).then_some(by));
        self.tell_room(id, self.rooms.members(id), except, message);
    }

    pub(super) fn rule(&mut self, connection: ConnectionId, ruling: Ruling) {
        self.reply(connection, Message::Ruling(Box::new(ruling)));
    }

    /// Notes for the outside what somebody has done.
    pub(super) fn note_deed(&mut self, by: ConnectionId, what: String, room: Option<RoomId>, why: Option<Text>) {
        if self.deeds.is_none() {
            return;
        }
        let by = self.person(by).name.clone();
        let room = room.map(|room| self.rooms.name(room).clone());
        self.push_deed(Deed { by, what, room, why, bar: None });
    }

    pub(super) fn push_deed(&mut self, deed: Deed) {
        if let Some(deeds) = &mut self.deeds {
            deeds.push(deed);
        }
    }

    /// Tells whether whoever joins a room has to know a word. Who types two words for another room may think that both
    /// are its name.
    pub(super) fn asks_for_a_key(&mut self, now: Time, room: Option<RoomId>, name: &Name) -> bool {
        match room {
            Some(room) => self.rooms.order(room).is_some_and(Order::has_key),
            None => self.order_of_empty(now, name).is_some_and(|order| order.has_key()),
        }
    }

    /// Tells whether somebody may join a room of this name, which may not be there. Else they are told why not.
    pub(super) fn may_join(
        &mut self,
        now: Time,
        connection: ConnectionId,
        (id, name): (Option<RoomId>, &Name),
        key: Option<&RoomKey>,
    ) -> bool {
        let empty = if id.is_none() { self.order_of_empty(now, name) } else { None };
        let Some(order) = id.map_or(empty.as_ref(), |id| self.rooms.order(id)) else { return true };
        let person = self.person(connection);
        let identity = person.identity();
        let owner = self.owned.get(&name.key()).map(|owned| owned.owner.key());
        let is_owner = owner.is_some() && owner == identity.account().map(Name::key);
        if person.is_server_operator() || is_owner {
            return true;
        }
        let who = Somebody::of(connection, person, &identity, self.people.address(connection));
        let place = id.map_or((name, 0), |id| (self.rooms.name(id), self.rooms.members(id)));
        let Err(ruling) = order.admits(now, who, place, key, |at| self.clock.unix_ms(at)) else { return true };
        self.rule(connection, ruling);
        false
    }

    /// Handles that somebody has come to a room of which something is decided.
    pub(super) fn note_arrival(&mut self, now: Time, connection: ConnectionId, id: RoomId) {
        if self.rooms.order(id).is_none() {
            return;
        }
        let person = self.people.get(connection).expect(HERE);
        let (identity, origin) = (person.identity(), person.origin(connection));
        // From the owner nothing is hidden.
        let said = (!self.owns(connection, id)).then(|| self.rooms.said(id));
        let person = self.people.get(connection).expect(HERE);
        let who = Somebody::of(connection, person, &identity, self.people.address(connection));
        self.rooms.change_order(id, |order| {
            order.use_invitation(origin);
            order.note_arrival(now, who, said);
        });
    }

    /// Tells whether somebody who says so many lines is heard in a room where not everybody is. Else they are told so
    /// of each, but that they are muted once.
    #[cold]
    pub(super) fn is_heard(&mut self, now: Time, connection: ConnectionId, id: RoomId, count: u32) -> bool {
        let Some(why) = self.unheard(now, connection, id) else { return true };
        if let Some(ruling) = why {
            let times = if matches!(ruling, Ruling::Muted { .. }) { 1 } else { count };
            for _ in 0..times {
                let message = Message::Ruling(Box::new(ruling.clone()));
                self.actions.push_back(Action::Deliver { connection, message });
            }
        }
        false
    }

    /// Returns nothing if somebody is heard in a room, else what they are to be told of it, if anything.
    pub(super) fn unheard(&mut self, now: Time, connection: ConnectionId, id: RoomId) -> Option<Option<Ruling>> {
        let origin = self.person(connection).origin(connection);
        let mute = self.rooms.order_mut(id).and_then(|order| order.check_mute(now, origin));
        let room = self.rooms.name(id).clone();
        let ruling = match mute {
            Some((_, true)) => return Some(None),
            Some((until, false)) => Ruling::Muted { room, until_ms: until.map(|until| self.clock.unix_ms(until)) },
            None => {
                let is_moderated = self.rooms.order(id).is_some_and(|order| order.has(RoomModes::MODERATED));
                let has_rank = self.rooms.has_rank(id, Rank::Voice, connection.key());
                if !is_moderated || has_rank || self.keeps_order(connection, id) {
                    return None;
                }
                Ruling::Unheard { room }
            }
        };
        Some(Some(ruling))
    }

    /// Tells whether somebody may set the topic of a room. Else they are told why not.
    pub(super) fn may_set_topic(&mut self, now: Time, connection: ConnectionId, id: RoomId) -> bool {
        let Some(order) = self.rooms.order(id) else { return true };
        if !order.has(RoomModes::TOPIC_LOCKED) && !order.is_guarded() || self.keeps_order(connection, id) {
            return true;
        }
        if order.has(RoomModes::TOPIC_LOCKED) {
            self.tell_why(connection, Some(Ruling::TopicLocked { room: self.rooms.name(id).clone() }));
            return false;
        }
        match self.unheard(now, connection, id) {
            None => true,
            Some(why) => {
                self.tell_why(connection, why);
                false
            }
        }
    }

    /// Tells somebody why they are not heard: by IRC it is an answer, for which there is room.
    pub(super) fn tell_why(&mut self, connection: ConnectionId, why: Option<Ruling>) {
        let Some(ruling) = why else { return };
        if self.person(connection).irc().is_some() {
            return self.rule(connection, ruling);
        }
        self.actions.push_back(Action::Deliver { connection, message: Message::Ruling(Box::new(ruling)) });
    }

    /// Has somebody be an operator of the server, by an account if by one.
    pub(super) fn empower(&mut self, connection: ConnectionId, account: Option<Name>) {
        if account.as_ref().is_some_and(|account| self.is_gone(account)) {
            return self.reply(connection, Message::LoggingIn(LoggingIn::NoOperator));
        }
        self.people.get_mut(connection).expect(HERE).set_power(Some(Power { account }));
        self.note_deed(connection, "became an operator".to_owned(), None, None);
        self.rule(connection, Ruling::Empowered { is_operator: true });
    }

    /// Has somebody be an operator of the server no more, who wants that.
    pub(super) fn resign(&mut self, connection: ConnectionId) {
        self.people.get_mut(connection).expect(HERE).set_power(None);
        self.note_deed(connection, "resigned".to_owned(), None, None);
        self.rule(connection, Ruling::Empowered { is_operator: false });
    }
}
