//! Owns what the writers of a simulated server do: they follow, write, wait; and what must hold after each of it.

use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use chinwag_core::{Action, Output, Signal, Written};

use super::{Lawful, World, Writer};
use crate::sim::Device;
use crate::sim::user::User;

impl World {
    pub(super) fn follow(&mut self, index: usize) -> Lawful {
        let index = index % self.writers.len();
        let now = self.now();
        let [batch, later @ ..] = self.driver.to_follow(index) else { return Ok(()) };
        let half = self.config.limits.queue_bytes_max / 2;
        let waits = |action: &Action| {
            matches!(action, Action::Credit { connection, .. }
                if self.driver.writer_of(*connection) == index && self.driver.queued(*connection) > half)
        };
        let mark_waits = batch.actions().iter().any(waits);
        let lags = later.len() > 2;
        let stops = batch.actions().iter().any(|action| matches!(action, Action::Stop { .. }));
        let opened: Vec<_> = batch
            .actions()
            .iter()
            .filter_map(|action| if let Action::Open { connection, .. } = action { Some(*connection) } else { None })
            .collect();
        self.driver.follow(index);
        let is_reused = |user: &User| {
            let closing = user.connection().filter(|_| self.is_writer_of(index, user) && self.queued(user) > 0);
            closing.is_some_and(|old| opened.iter().any(|new| new.slot() == old.slot() && *new != old))
        };
        let reused = self.users.iter().any(is_reused);
        let Writer { is_polled, stops_at, .. } = &mut self.writers[index];
        let was_polled = std::mem::replace(is_polled, false);
        if stops {
            *stops_at = Some(now + self.config.limits.drain);
        }
        self.work += 1;
        for (situation, occurs) in [
            ("mark waits", mark_waits),
            ("writer lags", lags),
            ("followed before all was polled", !was_polled),
            ("slot taken while its last owner is sent the rest", reused),
        ] {
            if occurs {
                self.seen(situation);
            }
        }
        self.check_queues(index)
    }

    /// Does one thing that a writer has to do. Tells whether there was any.
    pub(super) fn poll(&mut self, index: usize) -> Lawful<bool> {
        let index = index % self.writers.len();
        let now = self.now();
        let Self { driver, writers, users, model, .. } = self;
        let Writer { is_polled, stops_at, repeated: written, .. } = &mut writers[index];
        let Some(output) = driver.poll(index) else {
            *is_polled = true;
            self.check_rest(index)?;
            return Ok(false);
        };
        self.work += 1;
        let situation = match output {
            Output::Write { socket, bytes, repeated, .. } => {
                if let Some(repeated) = repeated {
                    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(bytes);
                    if *written.entry(repeated).or_insert(hash) != hash {
                        return Err(format!("other bytes under the number {repeated}"));
                    }
                }
                let (number, len, is_repeated) = (**socket, bytes.len(), repeated.is_some());
                let was_sent = users[number].was_sent();
                let (written, missing) = users[number].write(now, bytes, model.lines(number))?;
                driver.written(index, written);
                let queued = users[number].connection().map_or(0, |connection| driver.queued(connection));
                users[number].is_queued(queued);
                let (device, sent) = (users[number].device, users[number].was_sent());
                self.check_queues(index)?;
                if missing > 0 {
                    self.seen("dropped");
                    self.seen(match device {
                        Device::Plain => "dropped with LF",
                        Device::CrLf | Device::Telnet => "dropped with CR LF",
                        Device::Browser => "dropped frames",
                        Device::Irc => "dropped by IRC",
                    });
                }
                if sent.0 > was_sent.0 {
                    self.seen(match device {
                        Device::Browser => "pinged",
                        Device::Irc => "pinged by IRC",
                        Device::Plain | Device::CrLf | Device::Telnet => "sent a NOP",
                    });
                }
                if sent.1 > was_sent.1 {
                    self.seen("several in a frame");
                }
                match written {
                    Written::Failed => "failed",
                    Written::Held { .. } => "held",
                    Written::Bytes(0) => "refused",
                    Written::Bytes(taken) if taken < len => "partly written",
                    Written::Bytes(_) if is_repeated => "written to many",
                    Written::Bytes(_) => "written",
                }
            }
            Output::AwaitWritable { connection, socket } => {
                let user = &mut users[**socket];
                if user.connection() != Some(connection) {
                    return Err(format!("{connection} is not user {socket}"));
                }
                user.await_writable()?;
                "awaited"
            }
            Output::Signal { socket, signal: Signal::Pause } => {
                let number = **socket;
                let queued = users[number].connection().map_or(0, |connection| driver.queued(connection));
                users[number].pause(queued)?;
                "paused"
            }
            Output::Signal { socket, signal: Signal::Resume } => {
                users[**socket].resume()?;
                "resumed"
            }
            Output::Signal { socket, signal: signal @ Signal::Credit } => {
                users[**socket].answer(signal)?;
                "answered"
            }
            Output::Signal { socket, signal: signal @ Signal::Continue } => {
                users[**socket].answer(signal)?;
                "answered in part"
            }
            Output::Finish { socket } => {
                users[*socket].finish(model)?;
                "finished"
            }
            Output::Yield => "turn over",
            Output::Abandon { socket, .. } => {
                let has_given_up = stops_at.is_some_and(|at| at <= now);
                users[*socket].abandon(model, has_given_up, self.has_stopped)?
            }
        };
        self.seen(situation);
        Ok(true)
    }

    pub(super) fn time_out(&mut self, index: usize) -> Lawful {
        let (index, now) = (index % self.writers.len(), self.now());
        self.driver.time_out(index);
        for number in 0..self.users.len() {
            let is_due = self.is_writer_of(index, &self.users[number]) && self.users[number].time_out(now);
            if is_due && self.queued(&self.users[number]) > 0 {
                return Err(format!("user {number} takes nothing, and is not given up"));
            }
        }
        Ok(())
    }

    pub(super) fn writable(&mut self, user: usize) {
        let Some(user) = self.users.get_mut(user) else { return };
        let takes_nothing = user.takes == 0;
        if let Some(connection) = user.connection()
            && user.becomes_writable()
        {
            self.work += 1;
            self.driver.writable(connection);
            if takes_nothing {
                self.seen("writable, but takes nothing");
            }
        }
    }

    fn is_writer_of(&self, index: usize, user: &User) -> bool {
        user.connection().is_some_and(|connection| self.driver.writer_of(connection) == index)
    }

    fn queued(&self, user: &User) -> usize {
        user.connection().map_or(0, |connection| self.driver.queued(connection))
    }

    fn check_queues(&self, index: usize) -> Lawful {
        let over =
            |user: &&User| self.is_writer_of(index, user) && self.queued(user) > self.config.limits.queue_bytes_max;
        match self.users.iter().find(over) {
            Some(user) => Err(format!("more than the limit is queued for {:?}", user.connection())),
            None => Ok(()),
        }
    }

    /// Checks what holds when a writer has nothing more to do.
    fn check_rest(&self, index: usize) -> Lawful {
        let mut is_empty = true;
        for user in self.users.iter().filter(|user| self.is_writer_of(index, user)) {
            let queued = self.queued(user);
            is_empty &= queued == 0;
            user.check_rest(queued)?;
            let stalls_until = user.stalls_until().filter(|_| queued > 0);
            if stalls_until.is_some_and(|until| self.driver.writer_timeout(index).is_none_or(|at| at > until)) {
                return Err(format!("nobody will look after {:?} in time", user.connection()));
            }
        }
        let is_drained = self.driver.is_drained(index);
        if is_drained != is_empty {
            return Err(format!("is_drained is {is_drained} while the queues are empty: {is_empty}"));
        }
        Ok(())
    }
}
