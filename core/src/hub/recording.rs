//! Owns how a hub is recorded and repeated: what it is handed as plain data, and what it is between two batches.

use std::collections::HashMap;

use super::Hub;
use super::memory::Memory;
use crate::connections::{Connections, Step};
use crate::log::SnapshotError;
use crate::recording::{Arrival, ConnectionState, Handed, HubState, Input, Piece, Waiting};
use crate::{Action, Batch, Chat, Config, ConnectionId, Dialect, Form, Name, Next, RoomId, Session, Signals, Time};

/// Holds what is known of the programs at the other ends, where it is more than nothing: only for recordings, since the
/// writers have it as well.
#[derive(Clone, Default, Debug)]
pub(super) struct Dialects(HashMap<ConnectionId, Dialect>);

impl Dialects {
    fn note(&mut self, connection: ConnectionId, dialect: Dialect) {
        if dialect != Dialect::default() {
            self.0.insert(connection, dialect);
        }
    }
}

impl<S> Hub<S> {
    /// Has a server on its own keep what [`state`](Self::state) needs, from before anybody is let in.
    pub fn keep_state(&mut self) {
        self.dialects.get_or_insert_default();
    }

    /// Returns what is known of somebody who is to be [let in](Self::admit).
    pub fn arrival(now: Time, session: &mut Session) -> Arrival {
        let (form, dialect) = (session.form(), session.take_dialect());
        let next = session.poll_next(now, Signals::default());
        let requests = if let Next::Ask(requests) = next { requests } else { Vec::new() };
        let (logs_in, account) = session.take_log_in();
        Arrival { form, dialect, requests, address: session.address(), logs_in, account }
    }

    /// Tells whether [`handle_clock`](Self::handle_clock) would change anything.
    #[must_use]
    pub fn is_clock_off(&self, now: Time, unix_ms: u64) -> bool {
        self.chat.clock().is_off(now, unix_ms)
    }

    /// Returns how many more bytes of lines may go into this batch.
    #[must_use]
    pub const fn room(&self) -> usize {
        self.config.limits.batch_bytes_max.saturating_sub(self.batch.bytes())
    }

    /// Returns what time of day it is at a moment, in milliseconds since 1970.
    #[must_use]
    pub fn unix_ms(&self, at: Time) -> u64 {
        self.chat.clock().unix_ms(at)
    }

    /// Returns how a connection is spoken to, if it is here.
    #[must_use]
    pub fn form(&self, connection: ConnectionId) -> Option<Form> {
        self.connections.form(connection)
    }

    /// Returns what somebody is called who is reached by a connection, if they are called anything.
    #[must_use]
    pub fn name(&self, connection: ConnectionId) -> Option<Name> {
        self.nick(connection)
    }

    /// Handles what was recorded, or is to be. Whoever is let in is reached by what `socket` returns; a server that
    /// stops does not ask for it.
    pub fn handle(&mut self, Input { at, handed }: Input, socket: impl FnOnce(ConnectionId) -> S) {
        match handed {
            Handed::Opened(arrival) if !self.stopped => {
                let socket = socket(self.connections.next());
                let _ = self.admit(at, arrival, socket);
            }
            Handed::Opened(_) => {}
            Handed::Asked { connection, requests } => self.handle_requests(at, connection, requests),
            Handed::Closed { connection } => self.handle_closed(at, connection),
            Handed::Woke => self.handle_timeout(at),
            Handed::Clock { unix_ms } => self.handle_clock(at, unix_ms),
            Handed::Accounts(accounts) => self.handle_accounts(at, accounts),
            Handed::Answered(answer) => self.handle_answer(at, *answer),
            Handed::Stopped => self.handle_stop(at),
        }
    }

    /// Keeps what is learned of the program at the other end of a connection, if that is kept.
    pub(super) fn note_dialect(&mut self, connection: ConnectionId, dialect: Dialect) {
        if let Some(dialects) = &mut self.dialects {
            dialects.note(connection, dialect);
        }
    }

    /// Forgets a connection that has ended.
    pub(super) fn forget_dialect(&mut self, connection: ConnectionId) {
        if let Some(dialects) = &mut self.dialects {
            dialects.0.remove(&connection);
        }
    }

    /// Returns what the hub is: of a server on its own that [keeps](Self::keep_state) it, with no batch begun. No
    /// secret is in it.
    #[must_use]
    pub fn state(&self) -> HubState {
        let connection = |(connection, form): (ConnectionId, Form)| ConnectionState {
            connection,
            form,
            dialect: self.dialect(connection, form),
            waiting: self.waiting(connection),
            pieces: self.pieces.get(&connection).into_iter().flatten().filter_map(Piece::of).collect(),
            is_exposed: self.irc.exposed.contains(&connection),
        };
        HubState {
            chat: self.chat.snapshot(),
            server: self.connections.server(),
            opened: self.connections.opened(),
            connections: self.connections.iter().map(connection).collect(),
            vacant_slots: self.connections.vacant_slots(),
            arriving: self.arriving(),
            irc_batches: self.irc.batches,
            memory: self.memory.as_ref().map(|memory| memory.state(self.chat.keeps_private())),
        }
    }

    /// Returns what waits of a connection, if anything does.
    fn waiting(&self, connection: ConnectionId) -> Option<Waiting> {
        let steps = self.connections.waiting(connection)?;
        let given_by = self.irc.given_by.get(&connection).copied();
        let mut waiting = Waiting { answer: self.pending_state(connection), given_by, ..Waiting::default() };
        if let Some(memory) = &self.memory {
            (waiting.next, waiting.pasts) = memory.state_of(connection);
        }
        for step in steps {
            match step {
                Step::Ask(request) => {
                    waiting.requests.push(request.without_secrets().unwrap_or_else(|| request.clone()))
                }
                Step::Close => waiting.is_closed = true,
            }
        }
        Some(waiting)
    }

    /// Has this wait of a connection.
    fn restore_waiting(&mut self, connection: ConnectionId, waiting: Waiting) {
        let Waiting { requests, is_closed, answer, given_by, next, pasts } = waiting;
        self.irc.given_by.extend(given_by.map(|by| (connection, by)));
        self.connections.await_effect(connection);
        let steps = requests.into_iter().map(Step::Ask).chain(is_closed.then_some(Step::Close));
        steps.for_each(|step| drop(self.connections.pass(connection, step)));
        if let Some(answer) = answer {
            self.restore_pending(connection, answer);
        }
        if let Some(memory) = &mut self.memory {
            memory.restore_of(connection, next, pasts);
        }
    }

    /// Makes the hub of a state, which goes on as the one did that it was of. Its first batch opens the connections
    /// that are here for the writers: each is reached by what `socket` returns. Whatever they are still owed by the
    /// writers is not part of it.
    ///
    /// # Errors
    /// It is the state of no hub.
    pub fn restore(
        config: Config,
        state: HubState,
        mut socket: impl FnMut(ConnectionId) -> S,
    ) -> Result<(Self, Batch<S>), SnapshotError> {
        let HubState { chat, server, opened, connections, vacant_slots, arriving, irc_batches, memory } = state;
        let people: Vec<_> = chat.people.iter().map(|person| (person.connection, rooms(person))).collect();
        let chat = Chat::restore(&config.rules, chat)?;
        let mut hub = Self::of_server(config, chat, server, None);
        hub.keep_state();
        if let Some(memory) = memory {
            hub.keep_history(memory.identity, memory.keeps_private);
            hub.memory = Some(Memory::restore(memory)?);
        }
        let ids = connections.iter().map(|state| (state.connection, state.form));
        hub.connections = Connections::restore(server, opened, ids, &vacant_slots)
            .ok_or(SnapshotError::new("the slots of the connections are no row"))?;
        let open = connections.iter().filter(|state| state.form.registers()).count();
        (hub.irc.open, hub.irc.batches) = (open, irc_batches);
        hub.restore_arriving(arriving);
        let mut batch = Batch::new();
        for ConnectionState { connection, form, dialect, waiting, pieces, is_exposed } in connections {
            hub.irc.exposed.extend(is_exposed.then_some(connection));
            let is_known = hub.is_open(connection);
            SnapshotError::unless(is_known, "a connection is nobody's")?;
            hub.note_dialect(connection, dialect);
            batch.push_socket(connection, socket(connection));
            batch.push(Action::Open { connection, form, dialect: hub.dialect(connection, form) });
            if let Some(waiting) = waiting {
                hub.restore_waiting(connection, waiting);
            }
            if !pieces.is_empty() {
                hub.pieces.insert(connection, pieces.into_iter().map(Piece::into_message).collect());
            }
        }
        for (connection, rooms) in people {
            let is_here = hub.connections.form(connection).is_some();
            SnapshotError::unless(is_here || connection.server() != server, "somebody has no connection")?;
            rooms.into_iter().for_each(|room| batch.push(Action::Enter { connection, room }));
        }
        Ok((hub, batch))
    }

    fn dialect(&self, connection: ConnectionId, form: Form) -> Dialect {
        if form.registers() && self.chat.is_here(connection) {
            return self.capabilities(connection).dialect();
        }
        self.dialects.as_ref().and_then(|dialects| dialects.0.get(&connection)).copied().unwrap_or_default()
    }
}

fn rooms(person: &crate::log::PersonState) -> Vec<RoomId> {
    let rooms = person.others.iter().chain([&person.room]).copied();
    rooms.filter(|&room| room != RoomId::NONE).collect()
}

#[cfg(test)]
mod tests;
