//! Owns a server in memory: sessions, hub and fan-out, and people in rooms of one size, whose sockets take everything.

use std::hint::black_box;
use std::iter;
use std::net::{IpAddr, Ipv4Addr};

use chinwag_core::admission::Gate;
use chinwag_core::log::{Accounts, Act, AddressKey, Command, Decided, KeptBar, Moderation};
use chinwag_core::ops::{Arrival, Bar};
use chinwag_core::words::Answer;
use chinwag_core::{
    Config, ConnectionId, Fanout, Form, Hub, Limits, Name, Next, Output, Request, Session, Share, Signals, Text, Texts,
    Time, Written,
};

/// How many people are in each room.
const ROOM_MEMBERS: usize = 20;

/// Among these addresses are those that are banned, and those from which people come.
const ADDRESSES: Ipv4Addr = Ipv4Addr::new(11, 0, 0, 0);
const ADDRESSES_COUNT: usize = 1 << 24;

/// The characters of a message.
const TEXT_CHARS: usize = 64;

/// Holds a server of so many people, in rooms of twenty.
#[derive(Debug)]
pub struct World {
    gate: Gate,
    hub: Hub<()>,
    fanout: Fanout<()>,
    sessions: Vec<Session>,
    connections: Vec<ConnectionId>,
    line: Vec<u8>,
    /// The state of a generator that picks who is next: no two in a row are near each other in memory.
    picked: u64,
    delivered_bytes: usize,
}

impl World {
    /// Lets `people` in, and each join a room.
    ///
    /// # Panics
    /// If there are more than 2^32.
    #[must_use]
    pub fn of(people: usize) -> Self {
        let limits = Limits { flood_lines_per_second: 0, connects_per_second: 0, ..Limits::default() };
        let config = Config { limits: Limits { connections_max: u32::MAX, ..limits }, ..Config::default() };
        let mut line = vec![b'x'; TEXT_CHARS];
        line.push(b'\n');
        let mut world = Self {
            gate: Gate::new(&config),
            hub: Hub::new(config.clone()),
            fanout: Fanout::new(&config, Share::ALL),
            sessions: Vec::with_capacity(people),
            connections: Vec::with_capacity(people),
            line,
            picked: 1,
            delivered_bytes: 0,
        };
        for person in 0..people {
            let mut session = Session::new(&config);
            world.connections.push(world.hub.open(Time::START, &mut session, ()).expect("the server runs"));
            world.sessions.push(session);
            world.join(person, person / ROOM_MEMBERS);
            world.deliver();
        }
        world
    }

    /// Returns how many people there are.
    #[must_use]
    pub fn people(&self) -> usize {
        self.connections.len()
    }

    /// Returns how many bytes the sockets have taken.
    #[must_use]
    pub const fn delivered_bytes(&self) -> usize {
        self.delivered_bytes
    }

    /// Picks somebody.
    pub fn pick(&mut self) -> usize {
        self.pick_of(self.people())
    }

    fn pick_of(&mut self, count: usize) -> usize {
        // Xorshift: as good as is needed, and cheaper than what is measured.
        self.picked ^= self.picked << 13;
        self.picked ^= self.picked >> 7;
        self.picked ^= self.picked << 17;
        (self.picked % count as u64) as usize
    }

    /// Picks so many, and returns what they ask for: each says something.
    pub fn pick_requests(&mut self, count: usize) -> Vec<(ConnectionId, Request)> {
        let texts = Texts::from(Text::clean(&"x".repeat(TEXT_CHARS)));
        let said = || {
            let person = self.pick();
            let connection = self.connections[person];
            (connection, Command::Say(texts.clone()).into())
        };
        iter::repeat_with(said).take(count).collect()
    }

    /// Lets somebody ask for something, up to the actions that follow from it. They are kept until a batch is full, and
    /// then thrown away.
    pub fn happen(&mut self, connection: ConnectionId, request: Request) {
        self.hub.handle_requests(Time::START, connection, [request]);
        self.throw_away();
    }

    /// Lets many ask for something at once.
    pub fn happen_all(&mut self, requests: Vec<(ConnectionId, Request)>) {
        self.hub.handle_all(Time::START, requests);
        self.throw_away();
    }

    /// Lets somebody join a room.
    pub fn join(&mut self, person: usize, room: usize) {
        self.ask(person, Command::Join(name(room)).into());
    }

    /// Lets nobody come from so many addresses, and keeps somebody out of as many rooms. Has there be so many accounts,
    /// and somebody else be logged in to each.
    ///
    /// # Panics
    /// If there are too few rooms or people for it.
    pub fn guard(&mut self, bans: usize, accounts: usize) {
        assert!(bans * ROOM_MEMBERS <= self.people() && accounts <= self.people(), "there are enough");
        let kept = |ban: usize| {
            let place = (ban * (ADDRESSES_COUNT / bans)) & !1;
            let address = AddressKey::of(address(place)).expect("it is no loopback");
            KeptBar { address, by: Name::SERVER, until_ms: None, why: None }
        };
        let bars: Vec<_> = (0..bans).map(kept).collect();
        for bar in &bars {
            let bar = Bar { address: bar.address, is_set: true, until: None, until_ms: None };
            self.gate.bar(Time::START, bar);
        }
        self.hub.handle_answer(Time::START, Answer::Decided(Box::new(Decided { bars, ..Decided::default() })));
        // Who keeps order on the server does so in all rooms.
        self.hub.empower(Time::START, self.connections[0]);
        for room in 0..bans {
            let act = Act::Ban { name: Name::parse("somebody-else").expect("it is short"), lasts: None, why: None };
            let moderation = Moderation { room: Some(name(room)), act };
            self.ask(0, Command::Moderate(Box::new(moderation)).into());
            self.deliver();
        }
        let named = |number: usize| Name::parse(&format!("account-{number}")).expect("it is short");
        let made = (0..accounts).map(named).collect();
        self.hub.handle_accounts(Time::START, Accounts { made, ..Accounts::default() });
        for number in 0..accounts {
            let person = number * (self.people() / accounts);
            self.ask(person, Command::LogIn(named(number)).into());
            self.deliver();
        }
    }

    /// Lets somebody connect from some address, join a room, and leave.
    ///
    /// # Panics
    /// If they may not.
    pub fn visit(&mut self) {
        // Those that are banned are even.
        let (place, room) = (self.pick_of(ADDRESSES_COUNT) | 1, self.pick() / ROOM_MEMBERS);
        let address = address(place);
        let (permit, _) = self.gate.admit(Time::START, address, Form::Lines).expect("they are not banned");
        let requests = vec![Command::Join(name(room)).into()];
        let arrival = Arrival { requests, address: AddressKey::of(address), ..Arrival::default() };
        let connection = self.hub.admit(Time::START, arrival, ()).expect("the server runs");
        self.hub.handle_closed(Time::START, connection);
        self.gate.leave(permit);
    }

    /// Lets somebody take a name.
    pub fn rename(&mut self, person: usize, number: usize) {
        self.ask(person, Command::Rename(name(number)).into());
    }

    /// Lets somebody's line come in as bytes, up to the actions that follow from it.
    pub fn hear(&mut self, person: usize) {
        let Self { sessions, hub, connections, line, .. } = self;
        let session = &mut sessions[person];
        session.handle_bytes(line);
        while let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) {
            hub.handle_requests(Time::START, connections[person], requests);
        }
    }

    /// Lets somebody say so many things, which come in one read, and all members of the room hear them.
    pub fn burst(&mut self, person: usize, messages: usize) {
        let burst = self.line.repeat(messages);
        let Self { sessions, hub, connections, .. } = self;
        let (session, connection) = (&mut sessions[person], connections[person]);
        session.handle_bytes(&burst);
        while let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) {
            hub.handle_requests(Time::START, connection, requests);
        }
        self.deliver();
    }

    /// Tells whether more may happen before [`World::deliver`].
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.hub.has_room()
    }

    /// Writes what there is to be written to sockets that take everything.
    pub fn deliver(&mut self) {
        let Some(batch) = self.hub.take_batch() else { return };
        self.fanout.follow(Time::START, &batch);
        while let Some(output) = self.fanout.poll_output() {
            if let Output::Write { bytes, .. } = output {
                let written = black_box(bytes).len();
                self.delivered_bytes += written;
                self.fanout.handle_written(Time::START, Written::Bytes(written));
            }
        }
    }

    fn throw_away(&mut self) {
        if !self.hub.has_room() {
            black_box(self.hub.take_batch());
        }
    }

    fn ask(&mut self, person: usize, request: Request) {
        self.hub.handle_requests(Time::START, self.connections[person], vec![request]);
    }
}

/// A name for a number: letters, so that it is never one that the server draws.
fn name(number: usize) -> Name {
    Name::parse(&format!("n-{number}")).expect("it is short, and of letters and digits")
}

/// One of the addresses.
fn address(place: usize) -> IpAddr {
    Ipv4Addr::from_bits(ADDRESSES.to_bits() + u32::try_from(place).expect("there are fewer")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_visits_is_let_in_where_others_are_banned_and_gone_afterwards() {
        let mut world = World::of(400);
        world.guard(20, 10);
        world.deliver();
        let snapshot = world.hub.chat().snapshot();
        assert_eq!(snapshot.bars.len(), 20);
        assert_eq!(snapshot.people.iter().filter(|person| person.name.as_str().starts_with("account-")).count(), 10);
        assert_eq!(snapshot.rooms.iter().filter(|room| room.order.bans.len() == 1).count(), 20);
        let before = world.delivered_bytes();
        world.visit();
        world.deliver();
        assert!(world.delivered_bytes() > before);
        assert_eq!(world.hub.chat().snapshot().people.len(), 400);
    }

    #[test]
    fn what_is_heard_is_delivered_to_the_whole_room() {
        let mut world = World::of(40);
        let before = world.delivered_bytes();
        world.rename(0, 7);
        world.deliver();
        let renamed = world.delivered_bytes();
        assert!(renamed > before);
        world.hear(0);
        world.deliver();
        assert_eq!(world.delivered_bytes() - renamed, ROOM_MEMBERS * ("n-7: \n".len() + TEXT_CHARS));
    }
}
