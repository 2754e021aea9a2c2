//! Owns a chat and what it has decided and not been handed on yet: turns events into batches of actions.

use std::mem;

use crate::{Batch, Chat, Config, ConnectionId, Event, Time};

/// Holds a [`Chat`], and gathers its actions for the writers.
///
/// Let somebody in with [`open`](Self::open), hand in all other events with [`handle`](Self::handle), as many as are there while it
/// [`has_room`](Self::has_room), and then hand on what [`take_batch`](Self::take_batch) gives to every writer. Come back with
/// [`Event::Woke`] at [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Hub<S> {
    chat: Chat,
    batch: Batch<S>,
    batch_bytes_max: usize,
}

impl<S> Hub<S> {
    /// Starts with nobody here.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { batch_bytes_max: config.batch_bytes_max, chat: Chat::new(config), batch: Batch::new() }
    }

    /// Lets somebody in, who is reached by `socket`, and returns what their connection is called from now on.
    pub fn open(&mut self, now: Time, socket: S) -> ConnectionId {
        let connection = self.chat.next_connection();
        self.batch.push_socket(socket);
        self.handle(now, Event::Opened { connection });
        connection
    }

    /// Takes notice of what has happened. What is due by now comes first, so that no rush of events can keep it waiting.
    pub fn handle(&mut self, now: Time, event: Event) {
        if self.poll_timeout().is_some_and(|due| due <= now) {
            self.chat.handle(now, Event::Woke);
        }
        self.chat.handle(now, event);
        while let Some(action) = self.chat.poll_action() {
            self.batch.push(action);
        }
    }

    /// Tells whether more events may go into this batch.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.batch.bytes() < self.batch_bytes_max
    }

    /// Returns what is to be done, if it is anything.
    pub fn take_batch(&mut self) -> Option<Batch<S>> {
        (!self.batch.is_empty()).then(|| mem::take(&mut self.batch))
    }

    /// Tells whether the server stops, so that nothing more is to be handed in.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.chat.is_stopped()
    }

    /// Returns when to come back with [`Event::Woke`], if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.chat.poll_timeout()
    }
}
