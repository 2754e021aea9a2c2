//! Owns a chat, the connections of its server, and what was decided and not handed on yet: turns requests into records
//! of the log, and those into batches of actions.

mod answers;
mod budget;
mod irc;
mod logging_in;
mod memory;
mod powers;
mod recording;
mod touch;

use std::collections::{HashMap, VecDeque};
use std::mem;

use bytes::Bytes;

use self::irc::Irc;
use self::memory::Memory;
use self::recording::Dialects;
use crate::connections::{Connections, Step};
use crate::log::{Command, Event, Record, Snapshot, SnapshotError};
use crate::recording::Arrival;
use crate::{
    Action, Answer, Batch, Chat, CloseCode, Config, ConnectionId, Dialect, Effect, Form, Histogram, Message, Notice,
    Request, Session, Stats, Time,
};

/// Holds a [`Chat`], and gathers its actions for the writers.
///
/// 1. *What comes in*: let somebody in with [`open`](Self::open). Hand in what they ask for with
///    [`handle_requests`](Self::handle_requests), and that they have gone with [`handle_closed`](Self::handle_closed):
///    as many as are there while it [`has_room`](Self::has_room).
/// 2. *Effects*: perform what [`poll_effect`](Self::poll_effect) gives, at once or later, and hand in the answers with
///    [`handle_answer`](Self::handle_answer).
/// 3. *What goes out*: hand on what [`take_batch`](Self::take_batch) gives to every writer.
/// 4. *Time*: come back with [`handle_timeout`](Self::handle_timeout) at [`poll_timeout`](Self::poll_timeout).
/// 5. *The log*: a server on its own is done here. A [`replica`](Self::replica) only proposes: append what
///    [`poll_proposal`](Self::poll_proposal) gives to the log that all share, and [`apply`](Self::apply) each record
///    that comes out of it.
#[derive(Debug)]
pub struct Hub<S> {
    /// With the actions of the next batch.
    pub(crate) chat: Chat,
    connections: Connections,
    config: Config,
    /// The next batch, without its actions.
    batch: Batch<S>,
    /// How many of them it has counted.
    accounted: usize,
    /// How many actions each batch had.
    sizes: Histogram,
    effects: VecDeque<Effect>,
    /// What is still to be told of an answer that is not whole.
    pub(crate) pieces: HashMap<ConnectionId, VecDeque<Message>>,
    /// What is known of those who come by IRC.
    irc: Irc,
    /// What is proposed to the log that all servers share. Without one, what is proposed is applied at once.
    proposals: Option<Proposals<S>>,
    /// What is asked of the store that keeps history, if there is one.
    memory: Option<Memory>,
    /// What was applied, if it is recorded.
    records: Option<Vec<Record>>,
    /// What is known of the programs at the other ends, if states are kept.
    dialects: Option<Dialects>,
    stopped: bool,
}

/// Holds what was proposed and has not come back.
#[derive(Debug)]
struct Proposals<S> {
    events: VecDeque<Event>,
    /// The connections that were proposed to be opened, in this order.
    openings: VecDeque<(ConnectionId, Opening<S>)>,
    /// One of each is enough.
    has_woke: bool,
    has_clock: bool,
}

impl<S> Default for Proposals<S> {
    fn default() -> Self {
        Self { events: VecDeque::new(), openings: VecDeque::new(), has_woke: false, has_clock: false }
    }
}

#[derive(Debug)]
struct Opening<S> {
    socket: S,
    form: Form,
    dialect: Dialect,
}

impl<S> Hub<S> {
    /// Starts with nobody here, as a server on its own.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let chat = Chat::new(&config.rules);
        Self::of_server(config, chat, 0, None)
    }

    /// Starts with nobody here, as one of several servers that follow one log. Each has another number.
    #[must_use]
    pub fn replica(config: Config, server: u8) -> Self {
        let chat = Chat::new(&config.rules);
        Self::of_server(config, chat, server, Some(Proposals::default()))
    }

    /// Joins servers that follow one log, with what one of them was at a place in it. Apply all records from there on.
    ///
    /// # Errors
    /// It is the snapshot of no chat.
    pub fn join(config: Config, server: u8, snapshot: Snapshot) -> Result<Self, SnapshotError> {
        let chat = Chat::restore(&config.rules, snapshot)?;
        Ok(Self::of_server(config, chat, server, Some(Proposals::default())))
    }

    fn of_server(config: Config, chat: Chat, server: u8, proposals: Option<Proposals<S>>) -> Self {
        Self {
            chat,
            connections: Connections::new(server),
            config,
            batch: Batch::new(),
            accounted: 0,
            sizes: Histogram::default(),
            effects: VecDeque::new(),
            pieces: HashMap::new(),
            irc: Irc::default(),
            proposals,
            memory: None,
            records: None,
            dialects: None,
            stopped: false,
        }
    }

    /// Lets somebody in, who is reached by `socket`, and returns what their connection is called from now on. What
    /// `session` asks for already is handled at once, so that the answer goes with the greeting; the rest is to be
    /// polled from it as ever.
    ///
    /// # Errors
    /// The server stops: nobody is let in any more, and the socket was let go. Returns what is to be written to it
    /// before it is closed.
    pub fn open(&mut self, now: Time, session: &mut Session, socket: S) -> Result<ConnectionId, Bytes> {
        if self.is_stopped() {
            return Err(session.farewell());
        }
        let arrival = Self::arrival(now, session);
        Ok(self.admit(now, arrival, socket).expect("it does not stop"))
    }

    /// Lets somebody in of whom this is known, as [`open`](Self::open) does, and handles what they ask for already.
    /// Returns what their connection is called, or nothing if the server stops, which lets nobody in.
    pub fn admit(&mut self, now: Time, arrival: Arrival, socket: S) -> Option<ConnectionId> {
        if self.is_stopped() {
            return None;
        }
        let Arrival { form, dialect, requests, address, logs_in, account } = arrival;
        let connection = self.connections.open(form);
        self.note_dialect(connection, dialect);
        let opening = Opening { socket, form, dialect };
        if form.registers() {
            // Nobody knows of them before they have said who they are.
            self.greet(now, connection, opening);
            self.arrive(now, connection, address, logs_in);
        } else {
            if let Some(proposals) = &mut self.proposals {
                proposals.openings.push_back((connection, opening));
            } else {
                self.greet(now, connection, opening);
            }
            self.propose(now, Event::Opened { connection, address });
            if let Some(account) = account {
                self.propose(now, Event::Commanded { connection, command: Command::LogIn(account) });
            }
        }
        self.account(now);
        if !requests.is_empty() {
            self.handle_requests(now, connection, requests);
        }
        Some(connection)
    }

    /// Handles what somebody has asked for, in this order.
    ///
    /// How long a line is, how fast they come and how many replies are under way is bounded by the [`Session`] that a
    /// request comes from. Whoever makes requests by themselves has to keep to that: what is asked here is done.
    pub fn handle_requests(
        &mut self,
        now: Time,
        connection: ConnectionId,
        requests: impl IntoIterator<Item = Request>,
    ) {
        if self.is_without_irc() {
            for request in requests {
                self.handle_request(now, connection, request);
            }
        } else {
            self.handle_in_a_row(now, connection, requests);
        }
        self.account(now);
    }

    /// Handles what several connections have asked for, in this order, with the same result as one by one. With very
    /// many people it takes less time, since what is known of all of them is fetched from memory at once. Of a million,
    /// it is less than half.
    pub fn handle_all(&mut self, now: Time, requests: Vec<(ConnectionId, Request)>) {
        self.chat.prefetch(requests.iter().map(|(connection, _)| *connection));
        for (connection, request) in requests {
            self.handle_request(now, connection, request);
        }
        self.account(now);
    }

    /// Handles that a connection has ended, in whatever way; it will ask for nothing more. To say it twice does no
    /// harm.
    pub fn handle_closed(&mut self, now: Time, connection: ConnectionId) {
        self.handle_step(now, connection, Step::Close);
        self.account(now);
    }

    /// Handles that time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        self.end_late_arrivals(now);
        let is_proposed = self.proposals.as_mut().is_some_and(|proposals| mem::replace(&mut proposals.has_woke, true));
        if !is_proposed {
            self.propose(now, Event::Woke);
        }
        self.account(now);
    }

    /// Handles what the wall clock says, in milliseconds since 1970. It is an [`Event::Clock`] only where that does not
    /// follow from what it said before. The hub's driver looks at the clock before each batch. That is soon enough for
    /// what people are told by it.
    pub fn handle_clock(&mut self, now: Time, unix_ms: u64) {
        if !self.chat.clock().is_off(now, unix_ms) {
            return;
        }
        let is_proposed = self.proposals.as_mut().is_some_and(|proposals| mem::replace(&mut proposals.has_clock, true));
        if !is_proposed {
            self.propose(now, Event::Clock { unix_ms });
        }
        self.account(now);
    }

    /// Handles that the server is to stop: everybody here is told, and nobody is let in any more.
    pub fn handle_stop(&mut self, now: Time) {
        self.propose(now, Event::ServerGone { server: self.connections.server() });
        self.account(now);
    }

    /// Returns the next thing to ask of the outside.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Handles the answer to an effect. What its connection asked for meanwhile goes on.
    pub fn handle_answer(&mut self, now: Time, answer: Answer) {
        if self.stopped {
            return;
        }
        self.let_due(now);
        match answer {
            Answer::Verified { connection, ghost } => {
                if self.connections.handle_effect(connection) {
                    let request = ghost.map_or(Notice::Stale.into(), |ghost| Command::Resume(ghost).into());
                    self.connections.push_back_first(connection, Step::Ask(request));
                    self.release(now, connection);
                }
            }
            Answer::LoggedIn { connection, verdict } => self.handle_logged_in(now, connection, &verdict),
            Answer::Recalled(past) => self.handle_recalled(now, &past),
            Answer::Decided(decided) => self.propose(now, Event::Decided(decided)),
            Answer::Read { connection, venue, messages } => {
                self.answer_awaited(now, connection, |hub| hub.tell_read(now, connection, &venue, messages));
            }
            Answer::Found { connection, found } => {
                self.answer_awaited(now, connection, |hub| hub.tell_found(now, connection, found));
            }
        }
        self.account(now);
    }

    /// Returns the next thing to be appended to the log that all servers share, if there is one.
    pub fn poll_proposal(&mut self) -> Option<Event> {
        self.proposals.as_mut()?.events.pop_front()
    }

    /// Applies the next record of the log: of this server or of another, or of a run that is replayed.
    pub fn apply(&mut self, record: Record) {
        if self.stopped {
            return;
        }
        let Record { at, event } = record;
        let at = self.chat.catch_up(at);
        let (connection, before) = (event.connection(), self.chat.actions().len());
        if let Some(proposals) = &mut self.proposals {
            proposals.has_woke &= event != Event::Woke;
            proposals.has_clock &= !matches!(event, Event::Clock { .. });
        }
        if let Event::Opened { connection, .. } = event
            && let Some(opening) = self.take_opening(connection)
        {
            self.greet(at, connection, opening);
        }
        self.apply_event(at, event);
        if let Some(connection) = connection {
            self.connections.land(connection);
            self.finish_irc(at, connection, before);
            self.account(at);
            self.release(at, connection);
        }
        self.account(at);
    }

    /// Keeps all records that are applied from now on, for [`take_records`](Self::take_records).
    pub fn record(&mut self) {
        self.records.get_or_insert_default();
    }

    /// Returns the records that were applied since this was last called, in their order, if they are
    /// [kept](Self::record).
    pub fn take_records(&mut self) -> Vec<Record> {
        self.records.as_mut().map(mem::take).unwrap_or_default()
    }

    /// Returns the chat, as far as all records are applied.
    #[must_use]
    pub const fn chat(&self) -> &Chat {
        &self.chat
    }

    /// Tells whether more events may go into this batch.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.batch.bytes() < self.config.limits.batch_bytes_max
    }

    /// Returns what is to be done so far, in this order: what [`take_batch`](Self::take_batch) would give.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.chat.actions().iter()
    }

    /// Returns what is to be done, if it is anything.
    pub fn take_batch(&mut self) -> Option<Batch<S>> {
        if self.accounted == 0 {
            return None;
        }
        self.sizes.add(self.accounted as u64);
        self.accounted = 0;
        self.irc.rendered = 0;
        let mut batch = self.batch.take();
        batch.actions = self.chat.take_actions();
        Some(batch)
    }

    /// Adds what the chat counts, and how large batches were, to `stats`.
    pub fn count(&self, stats: &mut Stats) {
        self.chat.count(stats);
        stats.batch_actions.merge(&self.sizes);
    }

    /// Tells whether this server stops, so that nothing more is to be handed in.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Returns when to come back with [`handle_timeout`](Self::handle_timeout), if nothing else happens before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        // What was proposed to be done comes back by itself.
        let is_proposed = self.proposals.as_ref().is_some_and(|proposals| proposals.has_woke);
        let due = self.chat.poll_timeout().filter(|_| !is_proposed);
        [due, self.next_arrival_due()].into_iter().flatten().min().filter(|_| !self.stopped)
    }

    /// Handles a request. With nothing to wait for, and no log but this call, a command goes straight to the chat.
    #[inline]
    fn handle_request(&mut self, now: Time, connection: ConnectionId, request: Request) {
        let is_alone = self.proposals.is_none() && self.records.is_none() && !self.stopped;
        match request {
            Request::Command(command) if is_alone && self.connections.is_free() && self.knows_all_for(&command) => {
                let bytes_max = command.reply_bytes_max();
                self.keep_within(connection, bytes_max, |hub| hub.chat.handle_command(now, connection, command));
            }
            Request::Command(_) | Request::Resume(_) | Request::Query(_) | Request::Irc(_) | Request::Notice(_) => {
                self.handle_step(now, connection, Step::Ask(request));
            }
        }
        self.render_irc(now);
    }

    /// Lets what comes of a connection go on, if nothing of it waits.
    fn handle_step(&mut self, now: Time, connection: ConnectionId, step: Step) {
        if self.stopped {
            return;
        }
        self.let_due(now);
        // Nothing waits on a server on its own, but for an effect.
        let is_free = self.proposals.is_none() && self.connections.is_free();
        let step = if is_free { Some(step) } else { self.connections.pass(connection, step) };
        if let Some(step) = step {
            self.follow_step(now, connection, step);
        }
    }

    fn follow_step(&mut self, now: Time, connection: ConnectionId, step: Step) {
        let Some(step) = self.with_rooms(connection, step) else { return };
        self.follow_known(now, connection, step);
        self.forget_pasts(connection);
    }

    /// Follows a step for which all is known that it takes.
    fn follow_known(&mut self, now: Time, connection: ConnectionId, step: Step) {
        match step {
            Step::Ask(Request::Command(command)) => {
                let event = self.commanded(connection, command);
                self.propose(now, event);
            }
            Step::Ask(Request::Resume(token)) => self.verify(connection, token),
            Step::Ask(Request::Query(query)) => {
                if query.shows_a_person() && self.chat.is_silent(connection) {
                    self.appear(now, connection, query.into());
                } else {
                    self.keep_within(connection, query.reply_bytes_max(), |hub| {
                        hub.answer(now, connection, query);
                    });
                }
            }
            Step::Ask(Request::Irc(line)) => {
                self.keep_within(connection, line.reply_bytes_max(), |hub| hub.handle_irc(now, connection, &line));
            }
            Step::Ask(Request::Notice(notice)) => {
                if notice.shows_a_person() && self.chat.is_silent(connection) {
                    self.appear(now, connection, notice.into());
                } else {
                    let bytes_max = notice.reply_bytes_max();
                    self.keep_within(connection, bytes_max, |hub| hub.handle_notice(now, connection, notice));
                }
            }
            Step::Close => self.propose(now, Event::Closed { connection }),
        }
    }

    /// Lets somebody be known to the others before they are answered.
    fn appear(&mut self, now: Time, connection: ConnectionId, request: Request) {
        self.propose(now, Event::Commanded { connection, command: Command::Appear });
        if self.proposals.is_none() {
            return self.follow_step(now, connection, Step::Ask(request));
        }
        self.connections.push_back_first(connection, Step::Ask(request));
    }

    /// Lets what is due by now come first, on a server on its own: also before what changes nothing, so that no rush of
    /// that can keep it waiting.
    fn let_due(&mut self, now: Time) {
        if self.proposals.is_none() && self.chat.poll_timeout().is_some_and(|due| due <= now) {
            self.apply_event(now, Event::Woke);
        }
    }

    /// Lets what has waited go on.
    fn release(&mut self, now: Time, connection: ConnectionId) {
        while let Some(step) = self.connections.next_step(connection) {
            self.follow_step(now, connection, step);
        }
    }

    /// Gives an event to the log; without one that others share it comes back at once.
    fn propose(&mut self, now: Time, event: Event) {
        if self.stopped {
            return;
        }
        let Some(proposals) = &mut self.proposals else { return self.apply_event(now, event) };
        if let Some(connection) = event.connection() {
            self.connections.propose(connection);
        }
        proposals.events.push_back(event);
    }

    fn apply_event(&mut self, at: Time, event: Event) {
        if let Some(records) = &mut self.records {
            records.push(Record { at, event: event.clone() });
        }
        if let Event::Accounts(accounts) = &event {
            self.log_out_arriving(&accounts.gone);
        }
        if let Event::Registered { connection, .. } = event {
            self.chat.handle(at, event);
            return self.handle_registered(connection);
        }
        if let Event::Closed { connection } = event {
            self.chat.handle(at, event);
            if self.depart(connection) {
                self.chat.push_action(Action::Close { connection, code: None });
            }
            return;
        }
        if let Some((connection, command)) = event.by() {
            let bytes_max = command.reply_bytes_max();
            return self.keep_within(connection, bytes_max, |hub| hub.chat.handle(at, event));
        }
        if event != (Event::ServerGone { server: self.connections.server() }) {
            return self.chat.handle(at, event);
        }
        // What becomes of the people here is for the other servers to say.
        self.chat.handle(at, Event::Woke);
        self.chat.push_action(Action::Stop { message: Message::Stopping });
        self.forget_arriving();
        self.stopped = true;
    }

    fn take_opening(&mut self, connection: ConnectionId) -> Option<Opening<S>> {
        let openings = &mut self.proposals.as_mut()?.openings;
        let place = openings.iter().position(|(id, _)| *id == connection)?;
        openings.remove(place).map(|(_, opening)| opening)
    }

    /// Opens a connection of this server, and says first what its form wants to be said first.
    fn greet(&mut self, at: Time, connection: ConnectionId, opening: Opening<S>) {
        self.let_due(at);
        let Opening { socket, form, dialect } = opening;
        self.batch.push_socket(connection, socket);
        self.chat.push_action(Action::Open { connection, form, dialect });
        if let Some(mut hello) = form.hello(&self.config, connection) {
            if let (Message::Hello { boot, .. }, Some(memory)) = (&mut hello, &self.memory) {
                *boot = memory.identity;
            }
            self.reply(connection, hello);
        }
    }

    /// Counts what is to be done since it was last asked, and lets the connections end that are closed by it.
    #[inline]
    fn account(&mut self, now: Time) {
        if self.accounted == 0 {
            self.batch.begun_at = now;
        }
        self.render_irc(now);
        let mut is_any_closed = false;
        let actions = self.chat.actions();
        for action in (self.accounted..actions.len()).map(|index| &actions[index]) {
            self.batch.account(action);
            is_any_closed |= matches!(action, Action::Close { .. } | Action::Cut { .. });
        }
        if is_any_closed {
            self.close_connections();
        }
        self.accounted = self.chat.actions().len();
    }

    /// Lets those connections of this server end that are closed since it was last asked, and says last what their
    /// forms want to be said.
    fn close_connections(&mut self) {
        let mut place = self.accounted;
        while let Some(action) = self.chat.actions().get(place) {
            let ended = match *action {
                Action::Close { connection, code } => Some((connection, code)),
                Action::Cut { connection } => Some((connection, Some(CloseCode::RESUMED))),
                Action::Open { .. }
                | Action::Speak { .. }
                | Action::Reply { .. }
                | Action::Deliver { .. }
                | Action::Enter { .. }
                | Action::Leave { .. }
                | Action::Broadcast { .. }
                | Action::Credit { .. }
                | Action::Alive { .. }
                | Action::Touch { .. }
                | Action::Stop { .. } => None,
            };
            let Some((connection, code)) = ended else {
                place += 1;
                continue;
            };
            self.pieces.remove(&connection);
            self.forget_dialect(connection);
            self.forget_irc(connection);
            if let Some(form) = self.connections.close(connection)
                && let Some(bye) = code.and_then(|code| form.bye(code))
            {
                let bye = Action::Reply { connection, message: bye };
                self.batch.account(&bye);
                self.chat.insert_action(place, bye);
                place += 1;
            }
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests;
