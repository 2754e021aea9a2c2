//! Owns several servers that follow a log by [`Follower`]s, and an engine that may lose its tail: connections are cut,
//! the engine fails over, servers crash, pause for minutes and come back.
//!
//! What they say are numbers. At the end all have applied the same, each number once, and each server's in its order.
//!
//! [`Follower`]: chinwag_core::log::cluster::Follower

mod engine;
mod server;

use std::collections::BTreeMap;
use std::time::Duration;

use chinwag_core::Time;
use chinwag_core::log::cluster::{Content, Moment, Order, Reply};

use self::engine::Engine;
use self::server::{Applied, Server, Snapshot};
use crate::sim::{Coverage, Rng};

type Lawful<T = ()> = Result<T, String>;

/// The most lives of servers in one run.
const LIVES_MAX: usize = 14;

/// Runs servers that follow one log.
pub struct Followers {
    rng: Rng,
    now: Time,
    engine: Engine,
    /// A process that was cut off when another took over, and does not know.
    old: Option<Engine>,
    processes: u64,
    servers: Vec<Server>,
    snapshot: Snapshot,
    events: u64,
    /// A process of the engine may go on when another has taken over.
    splits: bool,
    /// The engine may forget everything.
    forgets: bool,
    coverage: Coverage,
}

impl Followers {
    /// Runs the servers of a seed, and lets everything settle.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn run(seed: u64) -> Lawful<Coverage> {
        let mut run = Self::new(seed);
        for _ in 0..1 + run.rng.below(4) {
            run.start();
            let index = run.servers.len() - 1;
            run.connect(index);
        }
        // They find each other first, most of the time.
        if !run.rng.one_in(4) {
            run.pass(Duration::from_secs(10));
        }
        let steps = 100 + run.rng.below(900);
        for _ in 0..steps {
            run.step();
        }
        run.settle()?;
        run.check()?;
        Ok(run.coverage)
    }

    /// Runs a few servers whose engine fails over now and then, and is lost for nothing else. Nobody may have to start
    /// anew, whatever the engine lacks.
    ///
    /// # Errors
    /// Says what went wrong first.
    pub fn run_calmly(seed: u64) -> Lawful {
        let mut run = Self::new(seed);
        (run.splits, run.forgets) = (false, false);
        for index in 0..3 {
            run.start();
            run.connect(index);
        }
        for round in 0..4 {
            run.talk();
            if round > 0 {
                run.fail_over();
            }
            run.talk();
        }
        run.settle()?;
        run.check()?;
        match run.servers.iter().find_map(|server| server.ended) {
            Some(why) => Err(why.to_owned()),
            None => Ok(()),
        }
    }

    /// Lets all say something for ten seconds, and hear it.
    fn talk(&mut self) {
        for _ in 0..100 {
            for index in 0..self.servers.len() {
                if self.rng.one_in(3) {
                    self.propose(index);
                }
                self.connect(index);
                self.carry_settled(index);
                self.carry_settled(index);
            }
            self.pass(Duration::from_millis(100));
        }
    }

    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let (splits, forgets) = (rng.one_in(3), rng.one_in(4));
        Self {
            rng,
            now: Time::after(Duration::from_secs(1)),
            engine: Engine::new(),
            old: None,
            processes: 1,
            servers: Vec::new(),
            snapshot: Snapshot::default(),
            events: 0,
            splits,
            forgets,
            coverage: BTreeMap::new(),
        }
    }

    fn seen(&mut self, situation: &'static str) {
        *self.coverage.entry(situation).or_default() += 1;
    }

    fn moment(&self) -> Moment {
        Moment { now: self.now, unix_ms: 1_700_000_000_000 + self.now.since_start().as_millis() as u64 }
    }

    fn start(&mut self) {
        if self.servers.len() < LIVES_MAX {
            let writer = self.servers.len() as u64 + 1;
            self.servers.push(Server::new(self.moment(), writer, self.snapshot.clone()));
        }
    }

    fn step(&mut self) {
        let (moment, index) = (self.moment(), self.rng.below(self.servers.len()));
        match self.rng.below(100) {
            0..20 => self.propose(index),
            20..45 => self.carry_append(index, true),
            45..70 => self.carry_read(index),
            70..85 => {
                let millis = self.rng.pick(&[1, 10, 100, 400, 1100]);
                self.pass(Duration::from_millis(millis));
            }
            85..91 => self.connect(index),
            91..93 => self.disconnect(index),
            93 => self.servers[index].is_paused ^= self.rng.one_in(2),
            94 if self.rng.one_in(3) => self.crash(index),
            95 if self.rng.one_in(3) => self.fail_over(),
            96 => self.take_snapshot(index),
            97 if self.rng.one_in(2) => self.start(),
            98 if self.rng.one_in(6) => {
                let seconds = self.rng.pick(&[3, 12, 60]);
                self.pass(Duration::from_secs(seconds));
            }
            99 if self.rng.one_in(4) => self.end_old(),
            _ => {
                if self.servers[index].runs() {
                    self.servers[index].carry_out(moment);
                }
            }
        }
    }

    fn propose(&mut self, index: usize) {
        if self.servers[index].runs() {
            self.events += 1;
            let (moment, event) = (self.moment(), self.events);
            self.servers[index].propose(event);
            self.servers[index].carry_out(moment);
        }
    }

    /// Returns the engine that a server is connected to.
    fn engine_of(&mut self, index: usize) -> Option<&mut Engine> {
        let process = self.servers[index].process?;
        let engines = std::iter::once(&mut self.engine).chain(self.old.as_mut());
        engines.into_iter().find(|engine| engine.process == process)
    }

    /// Carries out the next append of a server, and tells it, unless that is lost on the way.
    fn carry_append(&mut self, index: usize, tells: bool) {
        if self.servers[index].is_paused {
            return;
        }
        let (moment, order) = (self.moment(), self.servers[index].appends.pop_front());
        let (Some(order), Some(engine)) = (order, self.engine_of(index)) else { return };
        let reply = carry_out(engine, order);
        if reply == Reply::Refused {
            self.seen("refused");
        }
        if tells && !self.rng.one_in(30) {
            self.servers[index].handle(moment, reply);
            self.note(index);
        } else {
            self.disconnect(index);
        }
    }

    fn carry_read(&mut self, index: usize) {
        if self.servers[index].is_paused {
            return;
        }
        let (moment, count) = (self.moment(), self.rng.pick(&[1, 3, 100]));
        let Some(order) = self.servers[index].reads.pop_front() else { return };
        let Some(engine) = self.engine_of(index) else { return };
        let reply = if let Order::Verify { at } = order {
            let (found, first, end) = engine.verify(at);
            Reply::Verified { found, first, end }
        } else if let Order::Read { after } = order {
            Reply::Read(engine.read(after, count))
        } else {
            return;
        };
        if matches!(&reply, Reply::Read(entries) if entries.is_empty()) {
            // It waits until there is something.
            return self.servers[index].reads.push_front(order);
        }
        self.servers[index].handle(moment, reply);
        self.note(index);
    }

    /// Notes what has become of a server.
    fn note(&mut self, index: usize) {
        if std::mem::take(&mut self.servers[index].keeps) {
            self.take_snapshot(index);
            self.seen("a snapshot was needed");
        }
        if let Some(why) = self.servers[index].ended {
            self.seen(why);
            self.servers[index].is_paused = true;
            self.start();
        }
    }

    /// Checks that nobody had said to have more than an epoch began with.
    fn check_refills(&self) -> Lawful {
        let mut most = 0;
        let mut is_closed = false;
        for (at, entry) in &self.engine.log {
            if let Content::Open { .. } = entry.content {
                (most, is_closed) = (0, false);
            } else if let Content::Report { applied } = entry.content {
                most = if is_closed { most } else { most.max(applied) };
            } else if let Content::Close { .. } = entry.content {
                is_closed = true;
            } else if let Content::Ready { applied, .. } = entry.content
                && applied < most
            {
                return Err(format!("at {at} the epoch begins with {applied}, and somebody had {most}"));
            }
        }
        Ok(())
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        // Time passes for those who are not cut off as it does: in small steps.
        while self.now < end {
            self.now = end.min(self.now + Duration::from_millis(500));
            let moment = self.moment();
            for index in 0..self.servers.len() {
                if self.servers[index].runs() {
                    self.servers[index].carry_out(moment);
                    if time > Duration::from_secs(2) {
                        self.carry_append(index, true);
                        self.carry_read(index);
                    }
                }
            }
        }
    }

    fn connect(&mut self, index: usize) {
        if !self.servers[index].runs() || self.servers[index].process.is_some() {
            return;
        }
        let old = self.old.as_ref().map(|old| old.process).filter(|_| self.rng.one_in(4));
        let (moment, process) = (self.moment(), old.unwrap_or(self.engine.process));
        self.servers[index].connect(moment, process);
        self.note(index);
    }

    fn disconnect(&mut self, index: usize) {
        let moment = self.moment();
        if self.servers[index].process.is_none() || self.servers[index].is_paused {
            return;
        }
        let process = self.servers[index].process;
        let Some(order) = self.servers[index].disconnect(moment) else { return };
        // What was on its way may come to the engine yet.
        let engines = std::iter::once(&mut self.engine).chain(self.old.as_mut());
        if self.rng.one_in(2)
            && let Some(engine) = engines.into_iter().find(|engine| Some(engine.process) == process)
        {
            carry_out(engine, order);
            self.seen("done, but not told");
        }
    }

    fn crash(&mut self, index: usize) {
        if self.servers[index].ended.is_none() && self.servers.iter().filter(|server| server.runs()).count() > 1 {
            self.servers[index].ended = Some("crashed");
            self.seen("crashed");
            self.start();
        }
    }

    /// Lets another process of the engine take over, which may lack what came last.
    fn fail_over(&mut self) {
        self.processes += 1;
        let lost = self.rng.pick(&[0, 0, 1, 3, 10, 40]);
        let next = if self.forgets && self.rng.one_in(6) {
            self.seen("forgot everything");
            Engine { process: self.processes, log: Vec::new() }
        } else {
            self.engine.successor(self.processes, lost)
        };
        let before = std::mem::replace(&mut self.engine, next);
        let stays = self.splits && self.rng.one_in(3) && self.old.is_none();
        self.seen(if stays { "a process was cut off" } else { "failed over" });
        for index in 0..self.servers.len() {
            if self.servers[index].process == Some(before.process) && !(stays && self.rng.one_in(2)) {
                let moment = self.moment();
                self.servers[index].disconnect(moment);
            }
        }
        if stays {
            self.old = Some(before);
        }
    }

    fn end_old(&mut self) {
        let Some(old) = self.old.take() else { return };
        let moment = self.moment();
        for server in self.servers.iter_mut().filter(|server| server.process == Some(old.process)) {
            server.disconnect(moment);
        }
    }

    fn take_snapshot(&mut self, index: usize) {
        let is_current = self.servers[index].process == Some(self.engine.process);
        if self.servers[index].runs()
            && is_current
            && let Some(snapshot) = self.servers[index].snapshot()
        {
            // Whoever joins has the snapshot: what was before the last is needed by nobody.
            let Snapshot { position, last, .. } = self.snapshot;
            if self.rng.one_in(2) && self.engine.trim(position, last) {
                self.seen("trimmed");
            }
            self.snapshot = snapshot;
        }
    }

    fn settle(&mut self) -> Lawful {
        self.end_old();
        for server in &mut self.servers {
            server.is_paused = server.ended.is_some();
        }
        // Whoever fails to follow starts anew from what another is.
        for round in 0..100 {
            for index in 0..self.servers.len() {
                if !self.servers[index].runs() {
                    continue;
                }
                self.connect(index);
                for _ in 0..20 {
                    self.carry_settled(index);
                }
                if round % 5 == 4 {
                    self.take_snapshot(index);
                }
            }
            self.now = self.now + Duration::from_millis(500);
            let moment = self.moment();
            for server in self.servers.iter_mut().filter(|server| server.runs()) {
                server.carry_out(moment);
            }
        }
        match self.servers.iter().filter(|server| server.runs() && server.follower.server().is_some()).count() {
            0 if self.servers.len() < LIVES_MAX => Err("nobody is there at the end".to_owned()),
            _ => Ok(()),
        }
    }

    fn carry_settled(&mut self, index: usize) {
        let moment = self.moment();
        if let Some(order) = self.servers[index].appends.pop_front()
            && let Some(engine) = self.engine_of(index)
        {
            let reply = carry_out(engine, order);
            self.servers[index].handle(moment, reply);
        }
        self.carry_read(index);
    }

    fn check(&mut self) -> Lawful {
        let living: Vec<_> = self.servers.iter().filter(|server| server.runs()).collect();
        let Some(first) = living.first() else { return Ok(()) };
        for server in &living {
            if let Some(place) = first.applied.iter().zip(&server.applied).position(|(one, other)| one != other) {
                return Err(format!("{:?} and {:?} differ at {place}", first.writer, server.writer));
            }
            // What is on its way between them is no more than the last few.
            if first.applied.len().abs_diff(server.applied.len()) > 3 {
                return Err(format!(
                    "{:?} has applied {}, {:?} {}",
                    first.writer,
                    first.applied.len(),
                    server.writer,
                    server.applied.len()
                ));
            }
            if server.differs {
                return Err(format!("{:?} compares what is equal, and finds it different", server.writer));
            }
            if server.waits && !server.let_go {
                return Err(format!("{:?} does not say that it goes on", server.writer));
            }
            let mut place = 0;
            for event in &server.proposed {
                let rest = &server.applied[place..];
                let Some(next) = rest.iter().position(|applied| *applied == Applied::Event(*event)) else {
                    return Err(format!("{event} of {:?} is lost, or out of order", server.writer));
                };
                place += next + 1;
            }
        }
        self.check_refills()?;
        let mut events: Vec<_> = first.applied.iter().filter(|applied| matches!(applied, Applied::Event(_))).collect();
        let count = events.len();
        events.sort_unstable();
        events.dedup();
        if events.len() != count {
            return Err("something was applied twice".to_owned());
        }
        if count > 0 {
            self.seen("something was applied");
        }
        Ok(())
    }
}

/// Lets an engine carry out an append.
fn carry_out(engine: &mut Engine, order: Order<u64>) -> Reply<u64> {
    if let Order::Append { epoch, entry } = order {
        return engine.append(epoch, entry);
    }
    if let Order::Open { epoch, entry } = order { engine.open(epoch, entry) } else { Reply::Refused }
}
