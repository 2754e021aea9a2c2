//! Owns the connections of one server: their ids, which proposals of theirs are in flight, and which requests wait
//! behind those.
//!
//! Invariants: no two connections that are here share a slot, and none has an id that another had, until 2³² were
//! opened. What a connection asks for is let go on in the order in which it was asked for.

use std::collections::{HashMap, VecDeque};

use slab::Slab;

use crate::{ConnectionId, Form, Request, vacant};

/// Keeps the connections of one server.
#[derive(Debug)]
pub(crate) struct Connections {
    server: u8,
    slots: Slab<Connection>,
    /// How many were opened so far: the generation of the next one.
    opened: u32,
    /// What waits, of the few connections of which something does.
    held: HashMap<ConnectionId, Held>,
}

/// What a server has to know of one of its connections, besides who it is of.
#[derive(Clone, Copy, Debug)]
struct Connection {
    generation: u32,
    /// How many of its proposals are on their way through the log.
    in_flight: u16,
    form: Form,
    /// There is an entry for it among those held.
    is_held: bool,
}

#[derive(Debug, Default)]
struct Held {
    /// An effect has to be answered before anything goes on.
    awaits_effect: bool,
    steps: VecDeque<Step>,
}

/// Tells what comes next of a connection.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// It asks for something.
    Ask(Request),
    /// It has ended.
    Close,
}

impl Connection {
    /// Stands where there is none.
    const VACANT: Self = Self::new(0, Form::Lines);

    const fn new(generation: u32, form: Form) -> Self {
        Self { generation, in_flight: 0, form, is_held: false }
    }
}

fn slot_of(key: usize) -> u32 {
    u32::try_from(key).expect("a server has fewer than 2^24 connections at once")
}

impl Step {
    /// Tells whether this goes through the log, where it keeps its place behind what is in flight.
    const fn is_proposed(&self) -> bool {
        matches!(self, Self::Ask(Request::Command(_)) | Self::Close)
    }
}

impl Connections {
    /// Starts with no connections of this server.
    pub(crate) fn new(server: u8) -> Self {
        Self { server, slots: Slab::new(), opened: 0, held: HashMap::new() }
    }

    pub(crate) const fn server(&self) -> u8 {
        self.server
    }

    /// Makes what it was of the connections that are here, by their slots, and the slots that the next get. Returns
    /// none if those don't make a whole row.
    pub(crate) fn restore(
        server: u8,
        opened: u32,
        connections: impl Iterator<Item = (ConnectionId, Form)>,
        vacant_slots: &[u32],
    ) -> Option<Self> {
        let here = |(id, form): (ConnectionId, Form)| (id.slot(), Connection::new(id.generation(), form));
        let slots = vacant::restore(connections.map(here).collect(), vacant_slots, || Connection::VACANT)?;
        Some(Self { server, slots, opened, held: HashMap::new() })
    }

    /// Returns those that are here, by their slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ConnectionId, Form)> {
        let id = |slot, here: &Connection| ConnectionId::new(self.server, slot, here.generation);
        self.slots.iter().map(move |(slot, here)| (id(slot_of(slot), here), here.form))
    }

    /// Returns the slots that the next get, in this order, before any that nobody has had.
    pub(crate) fn vacant_slots(&self) -> Vec<u32> {
        vacant::vacant_keys(&self.slots, || Connection::VACANT)
    }

    /// Returns how many were opened so far.
    pub(crate) const fn opened(&self) -> u32 {
        self.opened
    }

    /// Returns what waits of a connection, if an effect is awaited.
    pub(crate) fn waiting(&self, connection: ConnectionId) -> Option<impl Iterator<Item = &Step>> {
        self.held.get(&connection).map(|held| held.steps.iter())
    }

    /// Returns what the next connection is called.
    pub(crate) fn next(&self) -> ConnectionId {
        ConnectionId::new(self.server, slot_of(self.slots.vacant_key()), self.opened)
    }

    /// Gives a new connection its id.
    pub(crate) fn open(&mut self, form: Form) -> ConnectionId {
        let connection = self.next();
        self.opened = self.opened.wrapping_add(1);
        self.slots.insert(Connection::new(connection.generation(), form));
        connection
    }

    /// Forgets a connection, so that its slot may be another's, and what it still asked for. Returns how it was spoken
    /// to, if it was here.
    pub(crate) fn close(&mut self, connection: ConnectionId) -> Option<Form> {
        let form = self.form(connection)?;
        self.slots.remove(connection.slot() as usize);
        self.held.remove(&connection);
        Some(form)
    }

    /// Returns how a connection is spoken to, if it is here.
    pub(crate) fn form(&self, connection: ConnectionId) -> Option<Form> {
        let is_ours = connection.server() == self.server;
        let here = self.slots.get(connection.slot() as usize).filter(|_| is_ours)?;
        (here.generation == connection.generation()).then_some(here.form)
    }

    /// Tells whether nothing of any connection waits.
    pub(crate) fn is_free(&self) -> bool {
        self.held.is_empty()
    }

    /// Returns a step if it may go on now. Else it waits here, or is of a connection that is not here, and is dropped.
    pub(crate) fn pass(&mut self, connection: ConnectionId, step: Step) -> Option<Step> {
        let here = self.get_mut(connection)?;
        let may_pass = !here.is_held && (here.in_flight == 0 || (step.is_proposed() && here.in_flight < u16::MAX));
        if may_pass {
            return Some(step);
        }
        self.hold(connection)?.steps.push_back(step);
        None
    }

    /// Keeps a step back before all others of a connection that wait.
    pub(crate) fn push_back_first(&mut self, connection: ConnectionId, step: Step) {
        if let Some(held) = self.hold(connection) {
            held.steps.push_front(step);
        }
    }

    /// Lets nothing of a connection go on until an effect is answered.
    pub(crate) fn await_effect(&mut self, connection: ConnectionId) {
        if let Some(held) = self.hold(connection) {
            held.awaits_effect = true;
        }
    }

    /// Tells whether an effect has to be answered before anything of a connection goes on.
    pub(crate) fn awaits_effect(&self, connection: ConnectionId) -> bool {
        self.held.get(&connection).is_some_and(|held| held.awaits_effect)
    }

    /// Handles that an effect was answered. Tells whether it was awaited.
    pub(crate) fn handle_effect(&mut self, connection: ConnectionId) -> bool {
        self.held.get_mut(&connection).is_some_and(|held| std::mem::take(&mut held.awaits_effect))
    }

    /// Tells whether a proposal of a connection is on its way through the log.
    pub(crate) fn is_in_flight(&self, connection: ConnectionId) -> bool {
        let is_ours = connection.server() == self.server;
        let here = self.slots.get(connection.slot() as usize).filter(|_| is_ours);
        here.is_some_and(|here| here.generation == connection.generation() && here.in_flight > 0)
    }

    /// Counts a proposal that is on its way through the log.
    pub(crate) fn propose(&mut self, connection: ConnectionId) {
        if let Some(here) = self.get_mut(connection) {
            here.in_flight += 1;
        }
    }

    /// Counts a proposal that has come back from the log, if it was of a connection of this server.
    pub(crate) fn land(&mut self, connection: ConnectionId) {
        if let Some(here) = self.get_mut(connection) {
            here.in_flight = here.in_flight.saturating_sub(1);
        }
    }

    /// Returns the next step of a connection that has waited and may go on.
    pub(crate) fn next_step(&mut self, connection: ConnectionId) -> Option<Step> {
        let in_flight = self.get_mut(connection).filter(|here| here.is_held)?.in_flight;
        let held = self.held.get_mut(&connection).filter(|held| !held.awaits_effect)?;
        let may_pass = |step: &mut Step| in_flight == 0 || (step.is_proposed() && in_flight < u16::MAX);
        let next = held.steps.pop_front_if(may_pass);
        if held.steps.is_empty() {
            self.held.remove(&connection);
            self.get_mut(connection)?.is_held = false;
        }
        next
    }

    fn hold(&mut self, connection: ConnectionId) -> Option<&mut Held> {
        self.get_mut(connection)?.is_held = true;
        Some(self.held.entry(connection).or_default())
    }

    fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Connection> {
        let is_ours = connection.server() == self.server;
        let here = self.slots.get_mut(connection.slot() as usize).filter(|_| is_ours)?;
        (here.generation == connection.generation()).then_some(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Command;
    use crate::{CloseCode, Notice, Query};

    fn command() -> Step {
        Step::Ask(Command::Appear.into())
    }

    fn query(query: Query) -> Step {
        Step::Ask(query.into())
    }

    #[test]
    fn a_slot_is_used_again_and_an_id_never() {
        let mut connections = Connections::new(3);
        let [ann, bob] = [Form::Lines, Form::Web].map(|form| connections.open(form));
        assert_eq!([ann, bob], [ConnectionId::new(3, 0, 0), ConnectionId::new(3, 1, 1)]);
        assert_eq!([ann, bob].map(|connection| connections.form(connection)), [Some(Form::Lines), Some(Form::Web)]);
        assert_eq!(connections.close(ann), Some(Form::Lines));
        let cid = connections.open(Form::Web);
        assert_eq!(cid, ConnectionId::new(3, 0, 2));
        assert_eq!((connections.form(ann), connections.form(cid)), (None, Some(Form::Web)));
        assert_eq!(connections.open(Form::Lines), ConnectionId::new(3, 2, 3));
    }

    #[test]
    fn what_is_gone_or_another_servers_closes_nothing_and_goes_nowhere() {
        let mut connections = Connections::new(3);
        let ann = connections.open(Form::Lines);
        for other in [ConnectionId::new(3, 0, 1), ConnectionId::new(2, 0, 0), ConnectionId::new(3, 9, 0)] {
            assert_eq!((connections.form(other), connections.close(other)), (None, None));
            assert_eq!(connections.pass(other, command()), None);
            connections.await_effect(other);
            connections.push_back_first(other, command());
            assert!(!connections.handle_effect(other) && connections.is_free());
        }
        assert_eq!(connections.close(ann), Some(Form::Lines));
        assert_eq!(connections.close(ann), None);
    }

    #[test]
    fn what_goes_through_the_log_keeps_its_place_there_and_what_does_not_waits_behind_it() {
        let mut connections = Connections::new(0);
        let [ann, bob] = [(); 2].map(|()| connections.open(Form::Lines));
        assert_eq!(connections.pass(ann, query(Query::Rooms)), Some(query(Query::Rooms)));
        for _ in 0..2 {
            assert_eq!(connections.pass(ann, command()), Some(command()));
            connections.propose(ann);
        }
        let fence = || Step::Ask(Notice::Fence.into());
        for step in [query(Query::Rooms), command(), fence(), Step::Close] {
            assert_eq!(connections.pass(ann, step), None);
        }
        assert_eq!(connections.pass(bob, fence()), Some(fence()), "others do not wait");
        connections.land(ann);
        assert_eq!(connections.next_step(ann), None, "one is still in flight");
        connections.land(ann);
        assert_eq!(connections.next_step(ann), Some(query(Query::Rooms)));
        assert_eq!(connections.next_step(ann), Some(command()));
        connections.propose(ann);
        assert_eq!(connections.next_step(ann), None);
        connections.land(ann);
        assert_eq!([(); 3].map(|()| connections.next_step(ann)), [Some(fence()), Some(Step::Close), None]);
        assert!(connections.is_free());
        assert_eq!(connections.pass(ann, fence()), Some(fence()));
    }

    #[test]
    fn until_an_effect_is_answered_nothing_goes_on_and_what_comes_of_it_goes_first() {
        let mut connections = Connections::new(0);
        let ann = connections.open(Form::Lines);
        connections.await_effect(ann);
        assert_eq!(connections.pass(ann, command()), None);
        assert_eq!(connections.next_step(ann), None);
        assert!(connections.handle_effect(ann) && !connections.handle_effect(ann));
        let leave = || Step::Ask(Command::Leave(CloseCode::NORMAL).into());
        connections.push_back_first(ann, leave());
        assert_eq!([(); 3].map(|()| connections.next_step(ann)), [Some(leave()), Some(command()), None]);
    }

    #[test]
    fn what_waits_goes_with_its_connection() {
        let mut connections = Connections::new(0);
        let ann = connections.open(Form::Lines);
        connections.await_effect(ann);
        connections.pass(ann, command());
        connections.close(ann);
        assert!(connections.is_free());
        let next = connections.open(Form::Lines);
        assert_eq!(connections.pass(next, command()), Some(command()));
    }

    #[test]
    fn an_idle_connection_takes_sixteen_bytes() {
        assert_eq!(size_of::<Connection>(), 8, "and as much again in its slot");
    }
}
