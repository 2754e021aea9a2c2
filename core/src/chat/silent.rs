//! Owns who came a moment ago and has asked for nothing yet, and when each of them is told of all the same.
//!
//! Invariant: everyone waits equally long, so that who came first is the first that is due. The first in the row is
//! always somebody who is still silent.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use crate::log::{SilentState, SnapshotError};
use crate::{ConnectionId, Time};

#[derive(Clone, Debug)]
pub(super) struct Silent {
    wait: Duration,
    connections: HashSet<ConnectionId>,
    /// By when they are due. Who is not silent any more is passed over.
    row: VecDeque<(Time, ConnectionId)>,
}

impl Silent {
    pub(super) fn new(wait: Duration) -> Self {
        Self { wait, connections: HashSet::new(), row: VecDeque::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.connections.len()
    }

    pub(super) fn contains(&self, connection: ConnectionId) -> bool {
        // Nearly always there is nobody to be looked for.
        !self.connections.is_empty() && self.connections.contains(&connection)
    }

    /// Adds somebody who has just come.
    pub(super) fn add(&mut self, now: Time, connection: ConnectionId) {
        self.connections.insert(connection);
        self.row.push_back((now + self.wait, connection));
    }

    /// Takes somebody out; tells whether they were silent until now.
    pub(super) fn remove(&mut self, connection: ConnectionId) -> bool {
        let was_silent = !self.connections.is_empty() && self.connections.remove(&connection);
        if was_silent {
            self.pass_over();
        }
        was_silent
    }

    /// Returns who is silent, in the order in which they are due.
    pub(super) fn snapshot(&self) -> Vec<SilentState> {
        let still = self.row.iter().filter(|(_, connection)| self.connections.contains(connection));
        still.map(|&(due, connection)| SilentState { connection, due }).collect()
    }

    /// Makes a row of those who are silent.
    pub(super) fn restore(wait: Duration, silent: &[SilentState]) -> Result<Self, SnapshotError> {
        SnapshotError::unless(silent.is_sorted_by_key(|state| state.due), "the silent are in no row")?;
        let connections: HashSet<_> = silent.iter().map(|state| state.connection).collect();
        SnapshotError::unless(connections.len() == silent.len(), "somebody is silent twice")?;
        let row = silent.iter().map(|state| (state.due, state.connection)).collect();
        Ok(Self { wait, connections, row })
    }

    /// Returns when the first of them is to be told of.
    pub(super) fn next_due(&self) -> Option<Time> {
        self.row.front().map(|&(due, _)| due)
    }

    /// Takes out the first who is to be told of by `now`.
    pub(super) fn take_due(&mut self, now: Time) -> Option<ConnectionId> {
        let &(due, connection) = self.row.front()?;
        if due > now {
            return None;
        }
        self.remove(connection);
        Some(connection)
    }

    fn pass_over(&mut self) {
        while self.row.front().is_some_and(|(_, connection)| !self.connections.contains(connection)) {
            self.row.pop_front();
        }
        if self.row.is_empty() {
            // The most that ever came at once is not kept for ever.
            (self.row, self.connections) = Default::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_first_is_due_first_and_who_is_gone_is_waited_for_no_longer() {
        let [ann, bob, cid] = [0, 1, 2].map(|number| ConnectionId::new(0, number, number));
        let [zero, one, three, four] = [0, 1, 3, 4].map(|seconds| Time::after(Duration::from_secs(seconds)));
        let mut silent = Silent::new(Duration::from_secs(3));
        silent.add(zero, ann);
        silent.add(one, bob);
        silent.add(one, cid);
        assert_eq!((silent.len(), silent.next_due()), (3, Some(three)));
        assert!(silent.remove(bob) && !silent.remove(bob));
        assert_eq!(silent.next_due(), Some(three));
        assert!(silent.remove(ann));
        assert_eq!(silent.next_due(), Some(four), "who is silent no more wakes nobody");
        assert_eq!((silent.take_due(three), silent.take_due(four), silent.take_due(four)), (None, Some(cid), None));
        assert_eq!((silent.len(), silent.next_due()), (0, None));
    }
}
