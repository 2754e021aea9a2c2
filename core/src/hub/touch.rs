//! Owns what the people of one of several servers are told of the way to the others.

use super::Hub;
use crate::log::cluster::Touch;
use crate::{Action, Time};

impl<S> Hub<S> {
    /// Tells the people of this server how it is with the way to those with which it shares a log. If it is cut, they
    /// are let go: say of each when its connection has [ended](Self::handle_closed), as ever.
    pub fn handle_touch(&mut self, now: Time, touch: Touch) {
        if !self.stopped {
            self.chat.push_action(Action::Touch { touch });
            self.account(now);
        }
    }
}
