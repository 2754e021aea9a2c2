//! Owns how a connection is ended both ways, and asked whether its owner is still there.

use super::Outboxes;
use crate::fanout::pulse::Look;
use crate::{ConnectionId, Incident, Time};

/// Tells what comes of looking at a connection whose time has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::fanout) enum Check {
    /// Nothing: it is gone, or shows by what it takes whether its owner is there.
    Passed,
    /// It is to be asked.
    Ping(ConnectionId),
    /// It owes an answer for too long.
    Unanswered(ConnectionId),
}

impl<S: Clone> Outboxes<S> {
    /// Ends a connection in the same way, but both ways.
    pub(in crate::fanout) fn close_both_ways(&mut self, connection: ConnectionId, incident: Incident) {
        if let Some(place) = self.place(connection)
            && let Some(outbox) = &mut self.open[place]
        {
            outbox.cut.get_or_insert(incident);
        }
        self.close(connection);
    }

    /// Handles that the owner of a connection is there.
    pub(in crate::fanout) fn hear(&mut self, connection: ConnectionId) {
        let Some(place) = self.place(connection) else { return };
        if let Some(outbox) = &mut self.open[place] {
            outbox.unanswered = 0;
        }
    }

    /// Looks at the next connection whose time has come.
    pub(in crate::fanout) fn next_check(&mut self, now: Time) -> Option<Check> {
        let look = self.pulse.take_due(now)?;
        let (Look::Ping(connection) | Look::LastChance(connection)) = look;
        let Some(place) = self.place(connection) else { return Some(Check::Passed) };
        let Some(outbox) = self.open[place].as_mut().filter(|outbox| !outbox.is_done()) else {
            return Some(Check::Passed);
        };
        if outbox.queue.is_some() {
            // What it takes of that shows whether its owner is there, and a ping behind it would wait for that long,
            // too.
            outbox.unanswered = 0;
        }
        let (is_reading, is_overdue) = (outbox.queue.is_none(), self.pulse.is_overdue(outbox.unanswered));
        Some(match look {
            Look::LastChance(_) => {
                if is_overdue {
                    Check::Unanswered(connection)
                } else {
                    Check::Passed
                }
            }
            Look::Ping(_) => {
                self.pulse.begin(now, connection);
                if is_overdue {
                    self.pulse.give_last_chance(now, connection);
                } else if is_reading {
                    outbox.unanswered += u8::from(outbox.form.answers_pings());
                    return Some(Check::Ping(connection));
                }
                Check::Passed
            }
        })
    }

    /// Ends a connection both ways, for this reason, at once or when its queue is written.
    pub(in crate::fanout) fn cut(&mut self, connection: ConnectionId, incident: Incident) {
        let Some(outbox) = self.outbox_mut(connection).filter(|outbox| !outbox.is_done()) else { return };
        outbox.cut = Some(incident);
        if outbox.queue.is_none() {
            self.abandon(connection, Some(incident));
        }
    }
}
