//! Owns a server in memory: sessions, hub and fan-out, and people in rooms of one size, whose sockets take everything.

use std::hint::black_box;
use std::iter;

use chinwag_core::log::Command;
use chinwag_core::{
    Config, ConnectionId, Fanout, Hub, Limits, Name, Next, Output, Request, Session, Share, Signals, Text, Texts, Time,
    Written,
};

/// How many people are in each room.
const ROOM_MEMBERS: usize = 20;

/// The characters of a message.
const TEXT_CHARS: usize = 64;

/// Holds a server of so many people, in rooms of twenty.
#[derive(Debug)]
pub struct World {
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
        let config = Config { limits: Limits { flood_lines_per_second: 0, ..Limits::default() }, ..Config::default() };
        let mut line = vec![b'x'; TEXT_CHARS];
        line.push(b'\n');
        let mut world = Self {
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
        // Xorshift: as good as is needed, and cheaper than what is measured.
        self.picked ^= self.picked << 13;
        self.picked ^= self.picked >> 7;
        self.picked ^= self.picked << 17;
        (self.picked % self.people() as u64) as usize
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

#[cfg(test)]
mod tests {
    use super::*;

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
