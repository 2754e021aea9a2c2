//! One load run from first message to last: warm-up, measurement, and the wait for what is still under way.

use std::time::Duration;

use anyhow::Result;

use super::completion::Completion;
use super::crowd::{Crowd, Happening};
use super::flags::Plan;
use super::inbox::Receipt;
use super::message::Composer;
use super::pace::Pace;
use super::process::Process;
use super::report::{Losses, Report, ServerUse};
use super::sender::Sender;
use crate::histogram::Histogram;

/// Left out of the measurement: caches, socket buffers and batches find their size in it.
const WARM_UP: Duration = Duration::from_millis(500);

/// How long messages may be under way after the last was sent. What has not come by then counts as lost.
const DRAIN_PATIENCE: Duration = Duration::from_secs(2);

/// Runs the load of `plan` over a crowd that has joined: members of room 0 first, each room's sender before the others.
///
/// # Errors
///
/// The server closes a connection, or its process can't be read.
pub(super) fn run(plan: &Plan, crowd: Crowd) -> Result<Report> {
    let mut drive = Drive::new(plan, crowd);
    let start_ns = drive.crowd.clock().now_ns();
    drive.until(start_ns + WARM_UP.as_nanos() as u64)?;
    drive.totals.delays = Histogram::new();
    drive.totals.completions = Histogram::new();
    let before = drive.snapshot()?;
    // From when it is measured: the machine may have let something else run at the end of the warm-up.
    drive.until(before.at_ns + plan.length.as_nanos() as u64)?;
    let after = drive.snapshot()?;
    let delays = std::mem::replace(&mut drive.totals.delays, Histogram::new());
    let completions = std::mem::replace(&mut drive.totals.completions, Histogram::new());
    drive.drain()?;
    let server = match (&plan.server, before.server_cpu_ns, after.server_cpu_ns) {
        (Some(server), Some(before), Some(after)) => {
            Some(ServerUse { cpu_ns: after.saturating_sub(before), rss_kib: server.rss_kib()? })
        }
        _ => None,
    };
    Ok(Report {
        length: Duration::from_nanos(after.at_ns - before.at_ns),
        messages: after.messages - before.messages,
        deliveries: after.deliveries - before.deliveries,
        delays,
        completions: plan.rate.map(|_| completions),
        losses: drive.losses(),
        server,
        own_cpu_ns: after.own_cpu_ns.saturating_sub(before.own_cpu_ns),
    })
}

/// A run in motion.
struct Drive<'a> {
    plan: &'a Plan,
    crowd: Crowd,
    feed: Feed,
    composer: Composer,
    senders: Vec<Sender>,
    /// Of each room, at a rate; flat out too many messages are under way to look at each.
    completions: Vec<Completion>,
    touched: Touched,
    totals: Totals,
}

/// What decides when a message is sent.
enum Feed {
    /// A timetable that began at that time of the clock.
    Paced { pace: Pace, start_ns: u64 },
    /// The slowest member of the room, who may be so many messages behind.
    Window(u64),
}

/// Everything received so far.
struct Totals {
    deliveries: u64,
    losses: Losses,
    delays: Histogram,
    completions: Histogram,
}

impl Totals {
    fn add(&mut self, receipt: &Receipt, now_ns: u64) {
        self.deliveries += receipt.delivered;
        self.losses.lost += receipt.lost;
        self.losses.told = self.losses.told.saturating_add(receipt.told);
        self.losses.disordered += receipt.disordered;
        // Delays fall from the first line of a read to the last; half of its lines count as each.
        let late = receipt.delivered / 2;
        self.delays.record(now_ns.saturating_sub(receipt.first_ns), receipt.delivered - late);
        self.delays.record(now_ns.saturating_sub(receipt.last_ns), late);
    }
}

/// Counters at one moment.
struct Snapshot {
    at_ns: u64,
    messages: u64,
    deliveries: u64,
    server_cpu_ns: Option<u64>,
    own_cpu_ns: u64,
}

impl<'a> Drive<'a> {
    fn new(plan: &'a Plan, crowd: Crowd) -> Self {
        let feed = match plan.rate {
            Some(rate) => Feed::Paced { pace: Pace::new(plan.rooms, rate), start_ns: crowd.clock().now_ns() },
            None => Feed::Window(plan.window),
        };
        let completions = match plan.rate {
            Some(_) => (0..plan.rooms).map(|_| Completion::new(plan.readers(0).len())).collect(),
            None => Vec::new(),
        };
        let head = |room| plan.dialect.head(&plan.room(room), plan.chars);
        let losses = Losses { lost: 0, told: 0, disordered: 0 };
        Self {
            plan,
            crowd,
            feed,
            composer: Composer::new(plan.dialect.ending(), plan.chars),
            senders: (0..plan.rooms).map(|room| Sender::new(room * plan.members, head(room))).collect(),
            completions,
            touched: Touched::all(plan.rooms),
            totals: Totals { deliveries: 0, losses, delays: Histogram::new(), completions: Histogram::new() },
        }
    }

    fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot {
            at_ns: self.crowd.clock().now_ns(),
            messages: self.senders.iter().map(|sender| sender.written(&self.composer)).sum(),
            deliveries: self.totals.deliveries,
            server_cpu_ns: self.plan.server.as_ref().map(Process::cpu_ns).transpose()?,
            own_cpu_ns: Process::own().cpu_ns()?,
        })
    }

    /// Sends and receives until `end_ns`.
    fn until(&mut self, end_ns: u64) -> Result<()> {
        loop {
            let now_ns = self.crowd.clock().now_ns();
            if now_ns >= end_ns {
                return Ok(());
            }
            let next_ns = self.send(now_ns)?;
            self.receive(next_ns.min(end_ns))?;
        }
    }

    /// Sends what is due, and returns when more will be, whatever is received until then.
    fn send(&mut self, now_ns: u64) -> Result<u64> {
        match &mut self.feed {
            Feed::Paced { pace, start_ns } => {
                while let Some(turn) = pace.take(now_ns.saturating_sub(*start_ns)) {
                    self.senders[turn.room].compose(&mut self.composer, *start_ns + turn.due_ns);
                    self.completions[turn.room].on_sent(*start_ns + turn.due_ns);
                    self.touched.mark(turn.room);
                }
                let next_ns = *start_ns + pace.next_due_ns();
                self.flush()?;
                Ok(next_ns)
            }
            Feed::Window(window) => {
                while let Some(room) = self.touched.next() {
                    let limit = self.crowd.slowest(self.plan.readers(room)) + *window;
                    self.senders[room].fill(limit, &mut self.composer, now_ns, &mut self.crowd)?;
                }
                Ok(u64::MAX)
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        while let Some(room) = self.touched.next() {
            self.senders[room].flush(&mut self.crowd)?;
        }
        Ok(())
    }

    /// Receives what is there, or waits for it until `deadline_ns`.
    fn receive(&mut self, deadline_ns: u64) -> Result<()> {
        let Self { plan, crowd, senders, completions, touched, totals, .. } = self;
        let clock = crowd.clock();
        crowd.turn(deadline_ns, |member, next_seq, happening| {
            let room = member / plan.members;
            touched.mark(room);
            match happening {
                Happening::Received(receipt) => {
                    let now_ns = clock.now_ns();
                    totals.add(&receipt, now_ns);
                    if let Some(completion) = completions.get_mut(room) {
                        completion.on_received(&receipt, next_seq, now_ns, &mut totals.completions);
                    }
                }
                Happening::Writable => senders[room].on_writable(),
            }
        })
    }

    /// Waits until every message has come to every member, or patience ends.
    fn drain(&mut self) -> Result<()> {
        let end_ns = self.crowd.clock().after_ns(DRAIN_PATIENCE);
        (0..self.senders.len()).for_each(|room| self.touched.mark(room));
        while !self.is_drained() && self.crowd.clock().now_ns() < end_ns {
            self.flush()?;
            self.receive(end_ns)?;
        }
        Ok(())
    }

    fn is_drained(&self) -> bool {
        self.senders
            .iter()
            .enumerate()
            .all(|(room, sender)| sender.is_empty() && self.crowd.slowest(self.plan.readers(room)) >= sender.next_seq())
    }

    /// What has gone missing, with what never came at all to the members who read.
    fn losses(&self) -> Losses {
        let mut losses = self.totals.losses;
        for (member, inbox) in self.crowd.inboxes().enumerate() {
            if !self.plan.readers(member / self.plan.members).contains(&member) {
                continue;
            }
            let sender = &self.senders[member / self.plan.members];
            losses.lost += sender.next_seq().saturating_sub(inbox.next_seq());
        }
        losses
    }
}

/// The rooms in which something has happened, each once.
struct Touched {
    rooms: Vec<usize>,
    is_in: Vec<bool>,
}

impl Touched {
    fn all(rooms: usize) -> Self {
        Self { rooms: (0..rooms).collect(), is_in: vec![true; rooms] }
    }

    fn mark(&mut self, room: usize) {
        if !std::mem::replace(&mut self.is_in[room], true) {
            self.rooms.push(room);
        }
    }

    fn next(&mut self) -> Option<usize> {
        let room = self.rooms.pop()?;
        self.is_in[room] = false;
        Some(room)
    }
}
