//! Owns what the store of a simulated server does: when it answers, and which situations that comes to.

use chinwag_core::Answer;

use super::{Lawful, World};

impl World {
    /// Has the store answer what it was asked.
    pub(super) fn answer(&mut self, answers: usize) -> Lawful {
        for _ in 0..answers {
            let Some(answer) = self.driver.next_answer() else { break };
            let situation = match answer {
                Answer::Recalled(past) if past.said == 0 => "nothing recalled",
                Answer::Recalled(past) if past.messages.len() == 100 => "a hundred recalled",
                Answer::Recalled(_) => "recalled",
                Answer::Read { messages, .. } if messages.is_empty() => "nothing read",
                Answer::Read { .. } => "read",
                Answer::Found { .. } => "looked for",
                Answer::Verified { .. } | Answer::LoggedIn { .. } | Answer::Decided(_) => {
                    return Err("a store knows neither tokens nor passwords".to_owned());
                }
            };
            self.seen(situation);
            self.work += 1;
            if !self.has_stopped {
                self.expect_due();
            }
            let names = self.next_names();
            self.model.draw_next(names);
            self.model.take_answer(self.now());
            self.driver.answer();
            self.look()?;
            self.check()?;
        }
        for situation in self.model.take_seen().into_iter().chain(self.model.take_happened()) {
            self.seen(situation);
        }
        Ok(())
    }
}
