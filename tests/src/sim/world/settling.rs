//! Owns how the run of a simulated server ends: everything settles, everyone leaves, and nothing is left.

use super::{Lawful, Run, World};
use crate::sim::user::User;

impl World {
    /// Lets everything settle, everyone leave, and looks whether anything is left.
    pub(super) fn end(mut self) -> Lawful<Run> {
        self.users.iter_mut().for_each(|user| user.takes = usize::MAX);
        self.settle()?;
        for user in &self.users {
            user.check_settled(&self.model)?;
        }
        self.users.iter_mut().for_each(User::hang_up);
        self.settle()?;
        for user in &self.users {
            if user.connection().is_some() && !user.has_ended() {
                return Err(format!("{:?} is never ended", user.connection()));
            }
            if user.connection().is_some() && !user.is_read_out {
                return Err(format!("{:?} is read for ever", user.connection()));
            }
        }
        if !self.has_stopped && self.driver.counts().0 > 0 {
            return Err("somebody stays for ever".to_owned());
        }
        if !self.has_stopped && self.driver.asked() > 0 {
            return Err("somebody waits for the store for ever".to_owned());
        }
        if (0..self.writers.len()).any(|writer| self.driver.is_finished(writer) != self.has_stopped) {
            return Err("a writer is not finished, or too early".to_owned());
        }
        self.driver.forget();
        if self.users.iter().any(|user| user.handle.strong_count() > 0) {
            return Err("a socket is kept for ever".to_owned());
        }
        let Self { coverage, mut driver, .. } = self;
        let (records, digest, tape) = (driver.take_records(), driver.digest(), driver.take_tape());
        match driver.unrepeated() {
            0 => Ok(Run { coverage, records, digest, tape }),
            some => Err(format!("{some} records are of what did not happen again")),
        }
    }

    /// Does everything there is to do until nothing is left, with as much time as it takes.
    fn settle(&mut self) -> Lawful {
        loop {
            let before = self.work;
            for user in 0..self.users.len() {
                self.ask(user)?;
                self.read(user, usize::MAX)?;
                // What ends the input is seen by a read of its own.
                self.read(user, 0)?;
                self.writable(user);
            }
            self.handle(usize::MAX)?;
            self.answer(usize::MAX)?;
            self.publish()?;
            for writer in 0..self.writers.len() {
                while !self.driver.to_follow(writer).is_empty() {
                    self.follow(writer)?;
                }
                while self.poll(writer)? {}
            }
            if self.work > before {
                continue;
            }
            let timeouts = self.users.iter().filter_map(User::poll_timeout).chain(self.driver.hub_timeout());
            let Some(next) = timeouts.min() else { return Ok(()) };
            self.driver.set_now(next);
            self.wake()?;
        }
    }
}
