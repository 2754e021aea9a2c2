//! Owns what is different for people who come by IRC: they choose a name before they are here, name the room of each
//! message, are in no room at first, and are told of many things that nobody else hears of.

use super::history::Saying;
use super::people::Person;
use super::rooms::Presence;
use super::talk::Hears;
use super::{Chat, HERE};
use crate::irc::{MONITORED_MAX, ROOMS_MAX};
use crate::kept::{Happened, Told};
use crate::log::{IrcCommand, IrcState, Registration, RoomKey, RoomModes, Target};
use crate::{
    Action, Capabilities, CloseCode, ConnectionId, How, Identity, IrcMessage, Leaving, LeftOut, Manner, Message, Name,
    RoomId, Ruling, Tags, Text, Texts, Time, Topic,
};

impl Chat {
    pub(super) fn on_registered(&mut self, now: Time, connection: ConnectionId, registration: Registration) {
        if !self.people.is_free(connection) {
            return;
        }
        let Registration { name, mut identity, capabilities, address } = registration;
        if identity.account().is_some_and(|account| self.is_gone(account)) {
            identity = identity.with_account(None);
        }
        if let Some(ruling) = self.barred(now, address) {
            return self.send_away(connection, ruling);
        }
        if let Err(why) = self.may_take(&name, identity.account()) {
            return self.reply(connection, why);
        }
        self.make_way(now, &name);
        self.people.insert(connection, name.clone(), RoomId::NONE, address);
        self.people.get_mut(connection).expect(HERE).apart_mut().irc = Some(Box::new(IrcState {
            identity: identity.clone(),
            capabilities,
            away: None,
            is_invisible: false,
            monitored: Box::default(),
            came: now,
            spoke: now,
        }));
        self.names.insert(connection.key(), |key| self.people.name(key));
        self.count_people();
        self.tell(connection, IrcMessage::Welcome);
        self.tell_presence(&name, Some(identity));
    }

    pub(super) fn on_irc(&mut self, now: Time, connection: ConnectionId, command: IrcCommand) {
        if let IrcCommand::Talk { .. } | IrcCommand::Say { .. } = command {
            self.irc_mut(connection).spoke = now;
        }
        match command {
            IrcCommand::Talk { room, texts } => match self.room_to_speak_in(now, connection, &room) {
                Ok(room) => {
                    let manner = Manner { identity: self.person(connection).identity(), ..Manner::default() };
                    let hears = self.hears(connection, false);
                    self.speak_in(now, connection, (room, hears), texts, manner);
                }
                Err(_) => self.deliver(connection, IrcMessage::CannotSpeak { room }),
            },
            IrcCommand::Say { targets, how, text, tags, answered } => {
                let identity = self.person(connection).identity();
                let manner = Manner { identity, how, tags };
                for target in targets {
                    self.say_to(now, connection, target, (&text, &manner), answered);
                }
            }
            IrcCommand::Tag { targets, tags, answered } => {
                for target in targets {
                    self.tag(now, connection, target, &tags, answered);
                }
            }
            IrcCommand::Join(rooms) => {
                for room in rooms {
                    self.join(now, connection, room, None);
                }
            }
            IrcCommand::JoinWithKey(rooms) => {
                for (room, key) in rooms {
                    self.join(now, connection, room, key.as_ref());
                }
            }
            IrcCommand::Part { rooms, reason } => {
                for room in rooms {
                    self.part(now, connection, room, reason.clone());
                }
            }
            IrcCommand::PartAll => {
                let rooms: Vec<_> = self.person(connection).rooms().collect();
                for room in rooms {
                    self.part(now, connection, self.rooms.name(room).clone(), None);
                }
            }
            IrcCommand::SetTopic { room, topic } => self.set_topic_of(now, connection, room, topic),
            IrcCommand::Invite { name, room } => match self.rooms.find(&room) {
                Some(room) => self.invite(now, connection, name, room),
                None if self.find(&name).is_none() => self.reply(connection, Message::Nobody { name }),
                None => self.tell(connection, IrcMessage::NoSuchRoom { room }),
            },
            IrcCommand::Away(text) => self.set_away(connection, text),
            IrcCommand::SetRealName(real_name) => self.set_real_name(connection, &real_name),
            IrcCommand::SetModes { is_bot, is_invisible } => self.set_modes(connection, is_bot, is_invisible),
            IrcCommand::Monitor { clear, add, remove } => self.monitor(connection, clear, add, &remove),
            IrcCommand::SetCapabilities(capabilities) => {
                self.irc_mut(connection).capabilities = capabilities;
                self.actions.push_back(Action::Speak { connection, dialect: capabilities.dialect() });
            }
            IrcCommand::Quit(reason) => {
                self.on_gone(now, connection, Some(CloseCode::NORMAL), &Leaving::quit(reason));
            }
        }
    }

    /// Says something to a room where somebody is, or to one person alone. To what is a notice there is no answer.
    fn say_to(
        &mut self,
        now: Time,
        connection: ConnectionId,
        target: Target,
        (text, manner): (&Text, &Manner),
        answered: bool,
    ) {
        match target {
            Target::Person(name) => match self.find(&name) {
                Some(other) => {
                    self.tell_alone(now, connection, other, text.clone(), Some(Box::new(manner.clone())));
                    if let Some(text) = self.person(other).irc().and_then(|irc| irc.away.clone())
                        && !manner.how.is_notice()
                    {
                        let name = self.person(other).name.clone();
                        self.tell(connection, IrcMessage::IsAway { name, text });
                    }
                }
                None if manner.how.is_notice() => {}
                None => self.reply(connection, Message::Nobody { name }),
            },
            Target::Room(name) => {
                let found = self.room_to_speak_in(now, connection, &name);
                match found {
                    // What clients ask each other would be answered by all of them.
                    Ok(_) if manner.how.is_for_clients() => {}
                    Ok(room) if self.is_kept_quiet(now, connection, room, manner.how.is_notice()) => {}
                    Ok(room) => {
                        let hears = self.hears(connection, answered);
                        self.speak_in(now, connection, (room, hears), text.clone().into(), manner.clone());
                    }
                    Err(_) if manner.how.is_notice() => {}
                    Err(IrcMessage::NotInRoom { room }) => self.tell(connection, IrcMessage::CannotSpeak { room }),
                    Err(message) => self.tell(connection, message),
                }
            }
        }
    }

    /// Tells whether somebody is not heard in a room. They are answered so, unless nothing may be answered.
    fn is_kept_quiet(&mut self, now: Time, connection: ConnectionId, room: RoomId, is_notice: bool) -> bool {
        if !self.rooms.is_guarded(room) {
            return false;
        }
        let Some(why) = self.unheard(now, connection, room) else { return false };
        self.tell_why(connection, why.filter(|_| !is_notice));
        true
    }

    /// Tells how somebody hears what they say to a room.
    fn hears(&self, connection: ConnectionId, answered: bool) -> Hears {
        match self.person(connection).has(Capabilities::ECHO_MESSAGE) {
            true if answered => Hears::Apart,
            true => Hears::AsOthers,
            false => Hears::Nothing,
        }
    }

    fn speak_in(&mut self, now: Time, connection: ConnectionId, to: (RoomId, Hears), texts: Texts, manner: Manner) {
        let is_act = manner.how == How::Act;
        let manner = Some(Box::new(manner));
        self.speak(now, connection, to, (texts.clone(), texts), is_act, |room, saying, texts| {
            let Saying { name, time_ms, seq, .. } = saying;
            if is_act {
                let text = Text::clean(texts.iter().next().unwrap_or_default());
                Message::Acted { room, name, text, time_ms, seq, manner }
            } else {
                Message::Said { room, name, texts, time_ms, seq, manner }
            }
        });
    }

    /// Sends tags to the clients in a room, or to one client alone.
    fn tag(&mut self, now: Time, connection: ConnectionId, target: Target, tags: &Tags, answered: bool) {
        let (identity, name) = (self.person(connection).identity(), self.person(connection).name.clone());
        let time_ms = self.clock.unix_ms(now);
        let manner = Manner { identity, how: How::Notice, tags: Some(tags.clone()) };
        match target {
            Target::Room(room) => match self.room_of(connection, &room) {
                Err(message) => self.tell(connection, message),
                Ok(id) if self.is_kept_quiet(now, connection, id, false) => {}
                Ok(id_of_room) => {
                    let (behind, id) = self.number_tags(id_of_room, (&name, time_ms), tags);
                    let room = Some(self.rooms.name(id_of_room).clone());
                    let hears = self.hears(connection, answered);
                    let except = self.left_out(&name, id_of_room, (hears != Hears::AsOthers).then_some(connection));
                    let message =
                        Message::Irc(Box::new(IrcMessage::Tagged { room, name, manner, time_ms, id, behind }));
                    if hears == Hears::Apart {
                        self.reply(connection, message.clone());
                    }
                    self.tell_room(id_of_room, self.rooms.members(id_of_room), except, message);
                }
            },
            Target::Person(to) => {
                let Some(other) = self.find(&to) else { return self.reply(connection, Message::Nobody { name: to }) };
                let id = self.said;
                self.said += 1;
                let is_heard = !self.person(other).ignores(&name);
                if self.keeps_private && tags.persist() {
                    let (to, tags) = (self.person(other).name.clone(), Some(tags.clone()));
                    let told = Told { to, how: How::Notice, text: Text::default(), tags };
                    self.keep_private((connection, other), is_heard, told, (time_ms, id));
                }
                if self.person(connection).has(Capabilities::ECHO_MESSAGE) {
                    let to = self.person(other).name.clone();
                    self.tell(connection, IrcMessage::TagsSent { to, manner: manner.clone(), time_ms, id });
                }
                if is_heard && self.person(other).has(Capabilities::MESSAGE_TAGS) {
                    let tagged = IrcMessage::Tagged { room: None, name, manner, time_ms, id, behind: None };
                    self.deliver(other, tagged);
                }
            }
        }
    }

    /// Gives tags for a room a number, and keeps them if they are to be. Returns behind which message they are then.
    fn number_tags(&mut self, room: RoomId, by: (&Name, u64), tags: &Tags) -> (Option<u64>, u64) {
        if tags.persist() {
            let (seq, number) = self.keep_event(room, by, Happened::Tags(tags.clone()));
            return (Some(seq), number);
        }
        self.said += 1;
        (None, self.said - 1)
    }

    /// Lets somebody into one more room.
    fn join(&mut self, now: Time, connection: ConnectionId, name: Name, key: Option<&RoomKey>) {
        let found = self.rooms.find(&name);
        let person = self.person(connection);
        if found.is_some_and(|room| person.is_in(room)) {
            return;
        }
        if person.others().len() >= ROOMS_MAX {
            return self.tell(connection, IrcMessage::TooManyRooms { room: name });
        }
        if !self.may_join(now, connection, (found, &name), key) {
            return;
        }
        let room = found.unwrap_or_else(|| self.open_room(now, name));
        let presence = self.arrive(now, connection, room);
        self.people.get_mut(connection).expect(HERE).add_other(room);
        let person = self.person(connection);
        let (name, identity) = (person.name.clone(), person.identity());
        if let Some(text) = person.irc().and_then(|irc| irc.away.clone())
            && presence == Presence::Told
        {
            let text = Some(text);
            for other in self.clients_in(room, connection, Capabilities::AWAY_NOTIFY) {
                let (name, identity, text) = (name.clone(), identity.clone(), text.clone());
                self.deliver(other, IrcMessage::Away { name, identity, text });
            }
        }
    }

    fn part(&mut self, now: Time, connection: ConnectionId, name: Name, reason: Option<Text>) {
        match self.room_of(connection, &name) {
            Err(message) => self.tell(connection, message),
            Ok(id) => {
                let (room, person) = (self.rooms.name(id).clone(), self.person(connection));
                let (name, identity) = (person.name.clone(), person.identity());
                let leaving = Leaving::Room { reason };
                self.leave(now, connection, id, leaving.clone(), &[]);
                self.people.get_mut(connection).expect(HERE).remove(id);
                let time_ms = self.time_ms();
                self.reply(connection, Message::Left { room, name, identity, leaving, time_ms });
            }
        }
    }

    fn set_topic_of(&mut self, now: Time, connection: ConnectionId, name: Name, topic: Option<Topic>) {
        match self.room_of(connection, &name) {
            Err(message) => self.tell(connection, message),
            Ok(room) if !self.may_set_topic(now, connection, room) => {}
            Ok(room) => {
                let message = self.set_topic(now, connection, room, topic);
                self.reply(connection, message.clone());
                self.tell_room(room, self.rooms.members(room), LeftOut::of([connection]), message);
            }
        }
    }

    /// Lets somebody know of a room where the one who does so is; if that is an operator, also in. Into a room that is
    /// locked only operators invite.
    pub(super) fn invite(&mut self, now: Time, connection: ConnectionId, to: Name, room: RoomId) {
        let Some(other) = self.find(&to) else { return self.reply(connection, Message::Nobody { name: to }) };
        let (to, name) = (self.person(other).name.clone(), self.rooms.name(room).clone());
        let keeps_order = self.keeps_order(connection, room);
        if !keeps_order && !self.person(connection).is_in(room) {
            return self.rule(connection, Ruling::NotInRoom { room: name });
        }
        if self.person(other).is_in(room) {
            return self.rule(connection, Ruling::AlreadyThere { name: to, room: name });
        }
        let order = self.rooms.order(room);
        if !keeps_order && order.is_some_and(|order| order.has(RoomModes::LOCKED)) {
            return self.rule(connection, Ruling::NotOperator { room: name });
        }
        if keeps_order && order.is_some() {
            let origin = self.person(other).origin(other);
            self.rooms.change_order(room, |order| order.invite(origin));
        }
        self.rule(connection, Ruling::Inviting { to: to.clone(), room: name.clone() });
        let person = self.person(connection);
        let (by, identity) = (person.name.clone(), person.identity());
        let is_heard = !self.person(other).ignores(&by);
        let invited = IrcMessage::Invited { name: by.clone(), identity, to, room: name.clone() };
        for member in self.clients_in(room, connection, Capabilities::INVITE_NOTIFY) {
            self.deliver(member, invited.clone());
        }
        if is_heard && self.person(other).irc().is_some() {
            self.deliver(other, invited);
        } else if is_heard {
            let (text, time_ms) = (Text::clean(&format!("Come to {name}: /join {name}")), self.clock.unix_ms(now));
            let message = Message::Told { name: by, text, time_ms, id: self.said, manner: None };
            self.said += 1;
            self.actions.push_back(Action::Deliver { connection: other, message });
        }
    }

    fn set_away(&mut self, connection: ConnectionId, text: Option<Text>) {
        let is_away = text.is_some();
        self.irc_mut(connection).away.clone_from(&text);
        self.tell(connection, IrcMessage::SetAway { is_away });
        let (name, identity) = (self.person(connection).name.clone(), self.person(connection).identity());
        for other in self.clients_around(connection, Capabilities::AWAY_NOTIFY) {
            let (name, identity, text) = (name.clone(), identity.clone(), text.clone());
            self.deliver(other, IrcMessage::Away { name, identity, text });
        }
    }

    fn set_real_name(&mut self, connection: ConnectionId, real_name: &Text) {
        let irc = self.irc_mut(connection);
        irc.identity = irc.identity.with_real_name(real_name.as_str());
        let (name, identity) = (self.person(connection).name.clone(), self.person(connection).identity());
        let message = IrcMessage::RealName { name, identity };
        self.tell(connection, message.clone());
        for other in self.clients_around(connection, Capabilities::SETNAME) {
            self.deliver(other, message.clone());
        }
    }

    fn set_modes(&mut self, connection: ConnectionId, is_bot: bool, is_invisible: bool) {
        let name = self.person(connection).name.clone();
        let irc = self.irc_mut(connection);
        let was_bot = irc.identity.is_bot();
        let was_invisible = std::mem::replace(&mut irc.is_invisible, is_invisible);
        if is_bot != was_bot {
            irc.identity = irc.identity.with_bot(is_bot, &name);
        }
        let is_bot = (is_bot != was_bot).then_some(is_bot);
        let is_invisible = (is_invisible != was_invisible).then_some(is_invisible);
        if is_bot.is_some() || is_invisible.is_some() {
            self.tell(connection, IrcMessage::Modes { is_bot, is_invisible });
        }
    }

    fn monitor(&mut self, connection: ConnectionId, clear: bool, add: Vec<Name>, remove: &[Name]) {
        let mut monitored = std::mem::take(&mut self.irc_mut(connection).monitored).into_vec();
        monitored.retain(|name| {
            let is_gone = clear || remove.iter().any(|other| other.key() == name.key());
            if is_gone {
                self.monitors.remove(name, connection.key());
            }
            !is_gone
        });
        for name in add {
            let place = monitored.binary_search_by_key(&name.key(), Name::key);
            if let Err(place) = place {
                if monitored.len() >= MONITORED_MAX {
                    self.tell(connection, IrcMessage::MonitorsFull { name });
                    continue;
                }
                monitored.insert(place, name.clone());
                self.monitors.add(&name, connection.key());
            }
            let here = self.find(&name).map(|other| (self.person(other).name.clone(), self.person(other).identity()));
            let (name, identity) = here.map_or((name, None), |(name, identity)| (name, Some(identity)));
            self.tell(connection, IrcMessage::Presence { name, identity });
        }
        self.irc_mut(connection).monitored = monitored.into();
    }

    /// Tells those who monitor a name that its owner is here, or not any more.
    pub(super) fn tell_presence(&mut self, name: &Name, identity: Option<Identity>) {
        for key in self.monitors.of(name).to_vec() {
            let connection = self.people.connection(key);
            self.deliver(connection, IrcMessage::Presence { name: name.clone(), identity: identity.clone() });
        }
    }

    /// Handles that somebody has another name, for those who monitor one of both.
    pub(super) fn note_renamed(&mut self, connection: ConnectionId, old: &Name, new: &Name) {
        if old.key() == new.key() {
            return;
        }
        let identity = self.person(connection).identity();
        self.remember(old.clone(), identity.clone());
        self.tell_presence(old, None);
        self.tell_presence(new, Some(identity));
    }

    /// Handles that somebody of whom others knew is gone.
    pub(super) fn note_gone(&mut self, name: Name, identity: Identity) {
        self.tell_presence(&name, None);
        self.remember(name, identity);
    }

    /// Forgets whom somebody monitors who is not here any more.
    pub(super) fn forget_monitored(&mut self, connection: ConnectionId, person: &Person) {
        for name in person.irc().map_or(&[][..], |irc| &irc.monitored) {
            self.monitors.remove(name, connection.key());
        }
    }

    /// Returns who in a room has heard in another that somebody has left the server, and came by IRC.
    pub(super) fn who_heard(&self, room: RoomId, told: &[RoomId], leaving: &Leaving) -> Option<Box<LeftOut>> {
        if told.is_empty() || !leaving.is_of_server() || self.rooms.members(room) == 0 {
            return None;
        }
        let members = self.rooms.member_keys(room).map(|key| self.people.connection(key));
        LeftOut::of(members.filter(|&member| {
            let person = self.person(member);
            person.irc().is_some() && told.iter().any(|&room| person.is_in(room))
        }))
    }

    /// Returns the room of this name, if somebody is there; else what they are to be told.
    fn room_of(&self, connection: ConnectionId, name: &Name) -> Result<RoomId, IrcMessage> {
        match self.rooms.find(name) {
            Some(room) if self.person(connection).is_in(room) => Ok(room),
            Some(room) => Err(IrcMessage::NotInRoom { room: self.rooms.name(room).clone() }),
            None => Err(IrcMessage::NoSuchRoom { room: name.clone() }),
        }
    }

    /// Returns the room of this name, if somebody may say something there; else what they are to be told.
    fn room_to_speak_in(&self, now: Time, connection: ConnectionId, name: &Name) -> Result<RoomId, IrcMessage> {
        let found = self.room_of(connection, name);
        if let Err(IrcMessage::NotInRoom { .. }) = found
            && let Some(room) = self.rooms.find(name)
            && self.rooms.order(room).is_some_and(|order| order.has(RoomModes::OPEN))
            && !self.is_banned(now, connection, room)
        {
            return Ok(room);
        }
        found
    }

    /// Returns who else in a room came by IRC, with a client that has a capability.
    fn clients_in(&self, room: RoomId, but: ConnectionId, capability: Capabilities) -> Vec<ConnectionId> {
        let members = self.rooms.member_keys(room).map(|key| self.people.connection(key));
        members.filter(|&member| member != but && self.person(member).has(capability)).collect()
    }

    /// Returns those who are to hear of a change of somebody: all whose clients have a capability, and that are in a
    /// room with them which is not crowded, or monitor them.
    pub(super) fn clients_around(&self, connection: ConnectionId, capability: Capabilities) -> Vec<ConnectionId> {
        let person = self.person(connection);
        let rooms = person.rooms().filter(|&room| !self.rooms.is_crowded(room));
        let mut clients: Vec<_> = rooms.flat_map(|room| self.clients_in(room, connection, capability)).collect();
        let monitoring = self.monitors.of(&person.name).iter().map(|&key| self.people.connection(key));
        let extended = capability.with(Capabilities::EXTENDED_MONITOR);
        clients.extend(monitoring.filter(|&other| other != connection && self.person(other).has(extended)));
        clients.sort_unstable();
        clients.dedup();
        clients
    }

    fn tell(&mut self, connection: ConnectionId, message: IrcMessage) {
        self.reply(connection, Message::Irc(Box::new(message)));
    }

    pub(super) fn deliver(&mut self, connection: ConnectionId, message: IrcMessage) {
        self.actions.push_back(Action::Deliver { connection, message: Message::Irc(Box::new(message)) });
    }

    fn irc_mut(&mut self, connection: ConnectionId) -> &mut IrcState {
        self.people.get_mut(connection).and_then(Person::irc_mut).expect("they came by IRC")
    }
}
