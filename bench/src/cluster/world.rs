//! Owns one run: what happens when, and what is seen of it.

use std::collections::BTreeMap;
use std::time::Duration;

use chinwag_core::Time;
use chinwag_core::log::cluster::{Content, Entry, Follower, Moment, Order, Reply, Said};

use super::costs;
use super::engine::{Engine, Link, Work};
use super::report::Report;
use super::server::{Server, Start};

/// How many servers can be one chat.
const SERVERS_MAX: usize = 256;

/// How long all are given before anybody says something, and behind the last that is said.
const QUIET: Duration = Duration::from_secs(5);

/// How often a snapshot is kept.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(2);

/// Says what is simulated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) servers: usize,
    pub(super) people: usize,
    /// How long people talk.
    pub(super) seconds: Duration,
    pub(super) seed: u64,
    /// After how long of that the last server that can speak is killed.
    pub(super) killed: Option<Duration>,
    /// After how long of that the engine fails over.
    pub(super) fails_over: Option<Duration>,
}

/// Says what happens.
enum What {
    /// Somebody at a server says something.
    Say(usize),
    /// An order of a server comes to the engine.
    Ask(Link, Order<u32>),
    /// An answer comes to a server.
    Told(Link, Reply<u32>),
    /// Time has passed for a server.
    Wake(usize),
    /// A server connects.
    Connect(usize),
    /// A server is killed.
    Kill(usize),
    /// A server is started again.
    Start(usize),
    /// A server that was started again has the snapshot.
    Begin(usize, Box<Start>),
    /// A snapshot is kept.
    Snapshot,
    /// The engine ends.
    Down,
    /// Another process of it takes over.
    Up,
}

/// What was said.
#[derive(Clone, Copy)]
struct Message {
    made: Time,
    from: usize,
    /// When it was heard last.
    heard: Option<Time>,
}

pub(super) struct World {
    plan: Plan,
    now: Time,
    /// What is going to happen. Of what happens at once, the first is what was known first.
    agenda: BTreeMap<(Time, u64), What>,
    planned: u64,
    engine: Engine,
    is_down: bool,
    up_at: Option<Time>,
    killed_at: Option<Time>,
    servers: Vec<Server>,
    links: u64,
    writers: u64,
    snapshot: Start,
    messages: Vec<Message>,
    /// The state of `SplitMix64` (Steele, Lea, Flood 2014).
    chance: u64,
    rejoined: Option<Duration>,
    /// How many servers have ended by themselves.
    ended: u64,
}

impl World {
    /// Runs a plan, and tells what was seen.
    pub(super) fn run(plan: Plan) -> Report {
        let mut world = Self::new(plan);
        let end_of_talk = Time::START + QUIET + plan.seconds;
        world.run_to(Time::START + QUIET);
        let before = world.engine.work;
        for server in 0..plan.servers.min(SERVERS_MAX) {
            world.plan_talk(server, end_of_talk);
        }
        let at = |after: Duration| Time::START + QUIET + after;
        if let Some(after) = plan.killed {
            world.add(at(after), What::Kill(plan.servers.min(SERVERS_MAX) - 1));
        }
        if let Some(after) = plan.fails_over {
            world.add(at(after), What::Down);
        }
        world.run_to(end_of_talk);
        let work = world.engine.work;
        world.run_to(end_of_talk + QUIET);
        world.report(before, work)
    }

    fn new(plan: Plan) -> Self {
        let start = Start::of_all(plan.servers);
        let server = |server: usize| match server {
            0..SERVERS_MAX => Server::new(Time::START, server as u64, &start),
            _ => Server::reader(&start),
        };
        let mut world = Self {
            plan,
            now: Time::START,
            agenda: BTreeMap::new(),
            planned: 0,
            engine: Engine::new(),
            is_down: false,
            up_at: None,
            killed_at: None,
            servers: (0..plan.servers).map(server).collect(),
            links: 0,
            writers: SERVERS_MAX as u64,
            snapshot: start.clone(),
            messages: Vec::new(),
            chance: plan.seed,
            rejoined: None,
            ended: 0,
        };
        (0..plan.servers).for_each(|server| world.plan_connect(server));
        world.add(Time::START + SNAPSHOT_EVERY, What::Snapshot);
        world
    }

    /// Returns a random time of at least, and by so much more.
    fn some(&mut self, (least, more): (Duration, Duration)) -> Duration {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.chance ^ self.chance >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let part = f64::from(u32::try_from((x ^ x >> 31) >> 32).expect("it is 32 bits")) / f64::from(u32::MAX);
        least + more.mul_f64(part)
    }

    fn add(&mut self, at: Time, what: What) {
        self.planned += 1;
        self.agenda.insert((at.max(self.now), self.planned), what);
    }

    /// Lets something come where it is sent to.
    fn send(&mut self, at: Time, what: What) {
        let hop = self.some(costs::HOP);
        self.add(at + hop, what);
    }

    fn plan_connect(&mut self, server: usize) {
        let pause = self.some(costs::RETRY);
        self.add(self.now + pause, What::Connect(server));
    }

    /// Has somebody at a server say something, as often as its part of the people does.
    fn plan_talk(&mut self, server: usize, end: Time) {
        let speaking = self.plan.servers.min(SERVERS_MAX) as u64;
        let of_all = self.plan.people as u64 * costs::EVENTS_OF_PERSON;
        let mean = Duration::from_nanos(1_000_000_000_000_000 * speaking / of_all);
        let mut at = self.now;
        loop {
            at = at + self.some((Duration::ZERO, 2 * mean));
            if at >= end {
                return;
            }
            self.add(at, What::Say(server));
        }
    }

    fn run_to(&mut self, end: Time) {
        while let Some(first) = self.agenda.first_entry().filter(|first| first.key().0 <= end) {
            let ((now, _), what) = first.remove_entry();
            self.now = now;
            self.handle(what);
        }
        self.now = end;
    }

    fn handle(&mut self, what: What) {
        match what {
            What::Say(server) if self.servers[server].hears_people() => {
                let event = u32::try_from(self.messages.len()).expect("a run is short");
                self.messages.push(Message { made: self.now, from: server, heard: None });
                if let Some(follower) = &mut self.servers[server].follower {
                    follower.propose(event, costs::EVENT_BYTES as usize);
                }
                self.carry_out(server);
            }
            // Who can't be heard says it later, which is not simulated.
            What::Say(_) => {}
            What::Ask(link, order) => self.ask(link, order),
            What::Told(link, reply) if self.servers[link.server].link == Some(link.number) => {
                self.tell(link.server, reply);
            }
            What::Told(..) => {}
            What::Wake(server) => {
                self.servers[server].wake = None;
                self.carry_out(server);
            }
            What::Connect(server) => self.connect(server),
            What::Kill(server) => {
                self.killed_at = Some(self.now);
                self.end(server);
            }
            What::Start(server) => {
                self.servers[server].started = Some(self.now);
                let at = self.engine.hand_out_snapshot(self.now, costs::SNAPSHOT_BYTES * self.plan.people as u64);
                let start = Box::new(self.snapshot.clone());
                self.send(at, What::Begin(server, start));
            }
            What::Begin(server, start) => {
                self.writers += 1;
                let started = self.servers[server].started;
                self.servers[server] = Server { started, ..Server::new(self.now, self.writers, &start) };
                self.add(self.now, What::Connect(server));
            }
            What::Snapshot => {
                if let Some(snapshot) = self.servers.iter().find_map(Server::snapshot) {
                    self.snapshot = snapshot;
                }
                self.add(self.now + SNAPSHOT_EVERY, What::Snapshot);
            }
            What::Down => {
                self.is_down = true;
                self.add(self.now + costs::OUTAGE, What::Up);
                for server in 0..self.servers.len() {
                    self.cut(server);
                }
            }
            What::Up => {
                self.engine.fail_over();
                (self.is_down, self.up_at) = (false, Some(self.now));
            }
        }
    }

    fn ask(&mut self, link: Link, order: Order<u32>) {
        if self.is_down || self.servers[link.server].link != Some(link.number) {
            return;
        }
        let mut answers = Vec::new();
        self.engine.handle(self.now, link, order, &mut answers);
        for (at, link, reply) in answers {
            self.send(at, What::Told(link, reply));
        }
    }

    fn connect(&mut self, server: usize) {
        if !self.servers[server].runs || self.servers[server].link.is_some() {
            return;
        }
        if self.is_down {
            return self.plan_connect(server);
        }
        self.links += 1;
        self.servers[server].link = Some(self.links);
        self.tell(server, Reply::Connected { engine: self.engine.process });
    }

    /// Cuts the connection of a server. It tries again.
    fn cut(&mut self, server: usize) {
        if self.servers[server].link.take().is_some() {
            self.tell(server, Reply::Disconnected);
            self.plan_connect(server);
        }
    }

    /// Ends a server, and has it started again.
    fn end(&mut self, server: usize) {
        let ended = &mut self.servers[server];
        (ended.runs, ended.link) = (false, None);
        self.add(self.now + costs::RESTART, What::Start(server));
    }

    fn moment(&self) -> Moment {
        let since_start = u64::try_from(self.now.since_start().as_millis()).expect("a run is short");
        Moment { now: self.now, unix_ms: 1_700_000_000_000 + since_start }
    }

    /// Tells a server something.
    fn tell(&mut self, server: usize, reply: Reply<u32>) {
        let moment = self.moment();
        if let Some(follower) = &mut self.servers[server].follower {
            follower.handle(moment, reply);
            return self.carry_out(server);
        }
        if let Reply::Read(entries) = reply {
            for (at, entry) in entries {
                self.servers[server].position = at;
                self.read(server, &entry);
            }
        } else if reply == Reply::Disconnected {
            return;
        }
        let after = self.servers[server].position;
        self.give(server, Order::Read { after });
    }

    /// Has a server that only reads apply an entry, unless it has already.
    fn read(&mut self, server: usize, entry: &Entry<u32>) {
        if let Content::Again(entries) = &entry.content {
            return entries.iter().for_each(|entry| self.read(server, entry));
        }
        let state = &mut self.servers[server].state;
        let before = state.applied;
        state.read(entry);
        if state.applied > before
            && let Content::Events(events) = &entry.content
        {
            self.apply(server, events);
        }
    }

    /// Gives the engine something to do.
    fn give(&mut self, server: usize, order: Order<u32>) {
        if let Some(number) = self.servers[server].link {
            self.send(self.now, What::Ask(Link { server, number }, order));
        }
    }

    /// Does what a server has decided.
    fn carry_out(&mut self, server: usize) {
        let moment = self.moment();
        while self.servers[server].runs
            && let Some(order) = self.servers[server].follower.as_mut().and_then(|follower| follower.poll_order(moment))
        {
            match order {
                Order::Append { .. } | Order::Open { .. } | Order::Read { .. } | Order::Verify { .. } => {
                    self.give(server, order);
                }
                Order::Apply { said: Said::Events(events), .. } => self.apply(server, &events),
                Order::Digest { applied } => {
                    let digest = self.servers[server].digest;
                    if let Some(follower) = &mut self.servers[server].follower {
                        follower.handle_digest(applied, digest);
                    }
                }
                Order::Rejoin(_) | Order::Refuse(_) | Order::Differ { .. } => {
                    self.ended += 1;
                    self.end(server);
                }
                Order::Apply { .. } | Order::Snapshot | Order::Wait | Order::Resume | Order::LetGo => {}
            }
        }
        self.note_joined(server);
        let Some(due) = self.servers[server].follower.as_ref().and_then(Follower::poll_timeout) else { return };
        if self.servers[server].runs && self.servers[server].wake.is_none_or(|wake| due < wake) {
            self.servers[server].wake = Some(due);
            // A follower is not asked twice in no time.
            self.add(due.max(self.now + Duration::from_micros(1)), What::Wake(server));
        }
    }

    fn note_joined(&mut self, server: usize) {
        let is_in = self.servers[server].follower.as_ref().is_some_and(|follower| follower.server().is_some());
        if is_in && let Some(started) = self.servers[server].started.take() {
            self.rejoined = self.rejoined.max(Some(self.now.since(started)));
        }
    }

    fn apply(&mut self, server: usize, events: &[u32]) {
        let heard = &mut self.servers[server];
        for &event in events {
            heard.digest = (heard.digest.rotate_left(5) ^ u64::from(event)).wrapping_mul(0x517c_c1b7_2722_0a95);
            let message = &mut self.messages[event as usize];
            message.heard = Some(self.now);
            if heard.is_back.is_none() && self.up_at.is_some_and(|up| message.made > up) {
                heard.is_back = Some(self.now);
            }
        }
    }

    fn report(&self, before: Work, work: Work) -> Report {
        let mut delays: Vec<_> =
            self.messages.iter().filter_map(|message| Some(message.heard?.since(message.made))).collect();
        delays.sort_unstable();
        let percentile = |hundredths: usize| {
            let place = (delays.len() * hundredths / 100).min(delays.len().saturating_sub(1));
            delays.get(place).copied().unwrap_or_default()
        };
        // What the server that was killed had not sent yet, nobody can know.
        let killed = self.plan.servers.min(SERVERS_MAX) - 1;
        let is_unsent = |message: &Message| {
            let since = self.killed_at.filter(|_| message.from == killed);
            since.is_some_and(|killed_at| message.made <= killed_at && killed_at.since(message.made) < QUIET)
        };
        let lost = self.messages.iter().filter(|message| message.heard.is_none() && !is_unsent(message)).count();
        let running = || self.servers.iter().filter(|server| server.runs);
        let digest = running().next().map(|server| server.digest);
        let differing = running().filter(|server| Some(server.digest) != digest).count();
        let seconds = self.plan.seconds.as_secs_f64();
        let backs = running().filter(|server| server.follower.is_some()).map(|server| server.is_back);
        let back = backs.map(|back| Some(back?.since(self.up_at?))).min_by_key(Option::is_some).flatten();
        let slowest = running().filter_map(|server| Some(server.is_back?.since(self.up_at?))).max();
        Report {
            messages: self.messages.len(),
            bytes_each: (work.bytes - before.bytes) as f64 / seconds / self.plan.servers as f64,
            bytes_all: (work.bytes - before.bytes) as f64 / seconds,
            entries: (work.entries - before.entries) as f64 / seconds,
            busy: (work.busy - before.busy).as_secs_f64() / seconds,
            delay_50: percentile(50),
            delay_99: percentile(99),
            longest: delays.last().copied().unwrap_or_default(),
            lost,
            differing,
            ended: self.ended,
            rejoined: self.rejoined,
            back: back.and(slowest),
        }
    }
}
