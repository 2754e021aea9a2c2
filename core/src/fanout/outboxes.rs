//! Owns the connections of a share, and which of them is to be written next, blocks, stalls, or is to be told
//! something.
//!
//! Invariant: a connection stands in line exactly while it has something queued and is not known to block.

mod checks;
mod notice;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

pub(super) use self::checks::Check;
pub(super) use self::notice::Notice;
use super::audiences::Member;
use super::outbox::Outbox;
use super::pulse::Pulse;
use super::send_queue::{Limits, Part, Pushed, SendQueue};
use super::{Output, Share, Upcoming};
use crate::wire::Encoding;
use crate::{Config, ConnectionId, Dialect, Form, Incident, Message, Signal, Stats, Time};

#[derive(Debug)]
pub(super) struct Outboxes<S> {
    share: Share,
    limits: Limits,
    /// By place in the share.
    open: Vec<Option<Outbox<S>>>,
    /// Those that still have to be sent something, while their place may be another's already.
    closing: HashMap<ConnectionId, Outbox<S>>,
    /// Who has something queued and is not known to block.
    ready: VecDeque<ConnectionId>,
    /// Those of them who were to be written to when something else came first: let the others not wait for them.
    backlog: VecDeque<ConnectionId>,
    /// How many have ever been taken out of there.
    caught_up: u64,
    notices: VecDeque<Notice<S>>,
    /// When to look whether someone still takes nothing; one entry at most for each outbox.
    stalls: BinaryHeap<Reverse<(Time, ConnectionId)>>,
    pulse: Pulse,
    /// How many outboxes have a queue.
    queues: usize,
    /// How many messages were given to somebody: written, or queued.
    given: u64,
    /// How many found no room.
    dropped: u64,
    /// The server stops: who has been sent everything is not waited for, and from then on nobody is.
    stops_at: Option<Time>,
}

impl<S: Clone> Outboxes<S> {
    pub(super) fn new(share: Share, config: &Config) -> Self {
        Self {
            share,
            limits: Limits::new(config),
            open: Vec::new(),
            closing: HashMap::new(),
            ready: VecDeque::new(),
            backlog: VecDeque::new(),
            caught_up: 0,
            notices: VecDeque::new(),
            stalls: BinaryHeap::new(),
            pulse: Pulse::new(config),
            queues: 0,
            given: 0,
            dropped: 0,
            stops_at: None,
        }
    }

    /// Opens a connection with the socket that `socket` finds, if it is of this share.
    pub(super) fn open<'a>(
        &mut self,
        now: Time,
        connection: ConnectionId,
        form: Form,
        dialect: Dialect,
        socket: impl FnOnce() -> Option<&'a S>,
    ) where
        S: 'a,
    {
        let Some(place) = self.share.place(connection) else { return };
        let Some(socket) = socket() else { return };
        if self.open.len() <= place {
            self.open.resize_with(place + 1, || None);
        }
        let socket = socket.clone();
        self.open[place] = Some(Outbox {
            connection,
            form,
            dialect,
            socket,
            queue: None,
            abandoned: false,
            watched: false,
            unanswered: 0,
            cut: None,
        });
        if form.is_pinged(dialect) {
            self.pulse.begin(now, connection);
        }
    }

    /// Returns the place of a connection that is open and of this share.
    pub(super) fn place(&self, connection: ConnectionId) -> Option<usize> {
        let place = self.share.place(connection)?;
        let outbox = self.open.get(place)?.as_ref()?;
        (outbox.connection == connection).then_some(place)
    }

    pub(super) fn connections(&self) -> Vec<ConnectionId> {
        self.open.iter().flatten().map(|outbox| outbox.connection).collect()
    }

    /// Returns what is spoken to the connection in a place.
    pub(super) fn encoding(&self, place: usize) -> Encoding {
        self.open[place].as_ref().map_or_else(Encoding::default, Outbox::encoding)
    }

    /// Learns what is known of the program at the other end of the connection in a place.
    pub(super) fn set_dialect(&mut self, now: Time, place: usize, dialect: Dialect) {
        let Some(outbox) = self.open[place].as_mut() else { return };
        if outbox.form.is_pinged(dialect) && !outbox.form.is_pinged(outbox.dialect) {
            self.pulse.begin(now, outbox.connection);
        }
        outbox.dialect = dialect;
        let encoding = outbox.encoding();
        if let Some(queue) = outbox.queue.as_mut() {
            queue.encoding = encoding;
        }
    }

    pub(super) fn has_queue(&self, place: usize) -> bool {
        self.open[place].as_ref().is_some_and(|outbox| outbox.queue.is_some() || outbox.is_done())
    }

    pub(super) fn socket(&self, place: usize) -> Option<&S> {
        self.open[place].as_ref().map(|outbox| &outbox.socket)
    }

    /// Returns the sockets of these members' connections.
    pub(super) fn sockets<'a>(&'a self, members: &'a [Member]) -> Upcoming<'a, S> {
        Upcoming::of(members, &self.open)
    }

    pub(super) fn push_part(&mut self, place: usize, part: Part<'_>) {
        // What is nothing in somebody's encoding is not to be written to them.
        if part.bytes.is_empty() {
            return;
        }
        if let Some(connection) = self.push(place, |queue, limits| queue.push_part(limits, part)) {
            self.ready.push_back(connection);
        }
    }

    /// Queues a part for one who was to be written to when something else came first.
    pub(super) fn push_part_to_backlog(&mut self, place: usize, part: Part<'_>) {
        if let Some(connection) = self.push(place, |queue, limits| queue.push_part(limits, part)) {
            self.backlog.push_back(connection);
        }
    }

    pub(super) fn push_reply(&mut self, place: usize, message: &Message) {
        if let Some(connection) = self.push(place, |queue, limits| queue.push_reply(limits, message)) {
            self.ready.push_back(connection);
        }
    }

    /// Gives a connection the credit for its fence, now or as soon as there is room for more replies.
    pub(super) fn credit(&mut self, connection: ConnectionId, continues: bool) {
        let signal = if continues { Signal::Continue } else { Signal::Credit };
        let low = self.limits.low_bytes;
        let Some(place) = self.place(connection) else { return };
        match self.open[place].as_mut().and_then(|outbox| outbox.queue.as_mut()) {
            Some(queue) if queue.bytes() > low => queue.owed = Some(signal),
            Some(_) | None => self.notices.push_back(Notice::Signal(connection, signal)),
        }
    }

    /// Ends a connection, at once or when its queue is written.
    pub(super) fn close(&mut self, connection: ConnectionId) {
        let Some(place) = self.place(connection) else { return };
        let Some(outbox) = self.open[place].take() else { return };
        if outbox.queue.is_some() {
            self.closing.insert(connection, outbox);
        } else if !outbox.abandoned {
            self.end(outbox);
        }
    }

    pub(super) const fn reload(&mut self, config: &Config) {
        self.limits.drain = config.limits.drain;
    }

    /// Handles that the server stops: from now on, a connection that ends is not waited for, and soon none.
    pub(super) fn stop(&mut self, now: Time) {
        self.stops_at = Some(now + self.limits.drain);
        self.pulse.stop();
    }

    /// Gives up on everyone who still has to be sent something after they were closed.
    fn abandon_closing(&mut self) {
        let mut connections: Vec<_> = self.closing.keys().copied().collect();
        connections.sort_unstable();
        connections.into_iter().for_each(|connection| self.abandon(connection, None));
    }

    /// Handles that the socket in a place takes nothing now.
    pub(super) fn block(&mut self, now: Time, place: usize) {
        if let Some(connection) = self.open[place].as_ref().map(|outbox| outbox.connection) {
            self.block_connection(now, connection);
        }
    }

    /// Handles that so many bytes for the socket in a place are held, and that it takes no more now.
    pub(super) fn hold(&mut self, now: Time, place: usize, left: usize) {
        self.push(place, |queue, _| {
            queue.hold(left);
            Pushed::default()
        });
        self.block(now, place);
    }

    /// Handles that so much was taken of what [`front`](Self::front) gave, and that so much is held.
    pub(super) fn handle_taken(&mut self, now: Time, connection: ConnectionId, taken: usize, left: usize) {
        let limits = self.limits;
        let Some(queue) = self.queue_mut(connection) else { return };
        let offered = queue.front().len();
        queue.advance(taken);
        if queue.hold(left) || taken > 0 {
            queue.progress_at = Some(now);
        }
        let resumed = queue.resume(&limits);
        let due = if queue.bytes() <= limits.low_bytes { queue.owed.take() } else { None };
        let is_empty = queue.bytes() == 0;
        if resumed {
            self.notices.push_back(Notice::Signal(connection, Signal::Resume));
        }
        if let Some(signal) = due {
            self.notices.push_back(Notice::Signal(connection, signal));
        }
        if is_empty {
            self.on_written_out(connection);
        } else if taken < offered || left > 0 {
            self.block_connection(now, connection);
        }
    }

    pub(super) fn unblock(&mut self, connection: ConnectionId) {
        if let Some(queue) = self.queue_mut(connection).filter(|queue| queue.blocked) {
            queue.blocked = false;
            queue.listed = true;
            self.ready.push_back(connection);
        }
    }

    pub(super) fn abandon_at(&mut self, place: usize, incident: Incident) {
        if let Some(connection) = self.open[place].as_ref().map(|outbox| outbox.connection) {
            self.abandon(connection, Some(incident));
        }
    }

    /// Gives a connection up.
    pub(super) fn abandon(&mut self, connection: ConnectionId, incident: Option<Incident>) {
        self.drop_queue(connection);
        let closing = self.closing.remove(&connection).map(|outbox| outbox.socket);
        let open = self.outbox_mut(connection).filter(|outbox| !outbox.abandoned).map(|outbox| {
            outbox.abandoned = true;
            outbox.socket.clone()
        });
        self.notices.extend(closing.or(open).map(|socket| Notice::Abandon(socket, incident)));
    }

    /// Gives up on those who have taken nothing for too long, and on everyone when it is time.
    pub(super) fn handle_timeout(&mut self, now: Time) {
        if self.stops_at.is_some_and(|at| at <= now) {
            self.abandon_closing();
        }
        let stall_max = self.limits.stall_max;
        while let Some(&Reverse((due, connection))) = self.stalls.peek()
            && due <= now
        {
            self.stalls.pop();
            let Some(outbox) = self.outbox_mut(connection) else { continue };
            outbox.watched = false;
            let queue = outbox.queue.as_ref().filter(|queue| queue.blocked);
            let Some(progress_at) = queue.and_then(|queue| queue.progress_at) else { continue };
            let due = progress_at + stall_max;
            if due <= now {
                self.abandon(connection, Some(Incident::Stalled));
            } else {
                outbox.watched = true;
                self.stalls.push(Reverse((due, connection)));
            }
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Time> {
        let stalls_at = self.stalls.peek().map(|Reverse((due, _))| *due);
        let stops_at = self.stops_at.filter(|_| self.queues > 0);
        stalls_at.into_iter().chain(stops_at).chain(self.pulse.next_due()).min()
    }

    pub(super) const fn is_stopped(&self) -> bool {
        self.stops_at.is_some()
    }

    pub(super) fn is_drained(&self) -> bool {
        self.queues == 0 && self.notices.is_empty()
    }

    pub(super) fn queued_bytes(&self, connection: ConnectionId) -> usize {
        self.outbox(connection).and_then(|outbox| outbox.queue.as_ref()).map_or(0, |queue| queue.bytes())
    }

    pub(super) fn dropped(&self, connection: ConnectionId) -> u64 {
        self.outbox(connection).and_then(|outbox| outbox.queue.as_ref()).map_or(0, |queue| queue.all_dropped)
    }

    /// Handles that messages were written without being queued.
    pub(super) const fn count_given(&mut self, messages: usize) {
        self.given += messages as u64;
    }

    pub(super) fn count(&self, stats: &mut Stats) {
        stats.messages_out += self.given;
        stats.dropped += self.dropped;
        let outboxes = self.open.iter().flatten().chain(self.closing.values());
        let queues = outboxes.filter_map(|outbox| outbox.queue.as_ref());
        for queue in queues {
            stats.queued_bytes += queue.bytes() as u64;
            stats.held_bytes += queue.held() as u64;
        }
    }

    pub(super) fn has_notices(&self) -> bool {
        !self.notices.is_empty()
    }

    /// Returns the next notice that still concerns someone.
    pub(super) fn next_notice(&mut self) -> Option<Notice<S>> {
        while let Some(notice) = self.notices.pop_front() {
            let outbox = notice.connection().map(|connection| self.outbox(connection));
            if outbox.is_none_or(|outbox| outbox.is_some_and(|outbox| !outbox.abandoned)) {
                return Some(notice);
            }
        }
        None
    }

    /// Puts a notice into words for the adapter.
    pub(super) fn output(&self, notice: Notice<S>) -> Option<Output<'_, S>> {
        let socket = |connection| self.outbox(connection).map(|outbox| &outbox.socket);
        Some(match notice {
            Notice::AwaitWritable(connection) => Output::AwaitWritable { connection, socket: socket(connection)? },
            Notice::Signal(connection, signal) => Output::Signal { socket: socket(connection)?, signal },
            Notice::Finish(socket) => Output::Finish { socket },
            Notice::Abandon(socket, incident) => Output::Abandon { socket, incident },
        })
    }

    /// Returns how many may be behind.
    pub(super) fn backlog(&self) -> usize {
        self.backlog.len()
    }

    /// Returns how many have ever been behind and are not any more.
    pub(super) const fn caught_up(&self) -> u64 {
        self.caught_up
    }

    /// Returns who is first in line.
    pub(super) fn next_ready(&mut self) -> Option<ConnectionId> {
        while let Some(&connection) = self.ready.front() {
            if self.is_listed(connection) {
                return Some(connection);
            }
            self.ready.pop_front();
        }
        None
    }

    /// Returns who is first of those behind.
    pub(super) fn next_in_backlog(&mut self) -> Option<ConnectionId> {
        while let Some(&connection) = self.backlog.front() {
            if self.is_listed(connection) {
                return Some(connection);
            }
            self.backlog.pop_front();
            self.caught_up += 1;
        }
        None
    }

    fn is_listed(&self, connection: ConnectionId) -> bool {
        let queue = self.outbox(connection).and_then(|outbox| outbox.queue.as_ref());
        queue.is_some_and(|queue| queue.listed)
    }

    /// Returns the first write of what is queued for a connection.
    pub(super) fn front(&self, connection: ConnectionId) -> Option<Output<'_, S>> {
        let outbox = self.outbox(connection)?;
        let bytes = outbox.queue.as_ref()?.front();
        Some(Output::Write { socket: &outbox.socket, bytes, repeated: None, next: Upcoming::nobody() })
    }

    /// Queues something. Returns for whom, if they have to be put into a line for it.
    fn push(&mut self, place: usize, push: impl FnOnce(&mut SendQueue, &Limits) -> Pushed) -> Option<ConnectionId> {
        let outbox = self.open[place].as_mut().filter(|outbox| !outbox.is_done())?;
        let (connection, encoding) = (outbox.connection, outbox.encoding());
        let queue = outbox.queue.get_or_insert_with(|| {
            self.queues += 1;
            Box::new(SendQueue::new(encoding))
        });
        let Pushed { given, dropped, is_over } = push(queue, &self.limits);
        self.given += given as u64;
        self.dropped += dropped as u64;
        if is_over {
            self.notices.push_back(Notice::Signal(connection, Signal::Pause));
        }
        let is_new = !queue.listed && !queue.blocked;
        queue.listed |= is_new;
        is_new.then_some(connection)
    }

    fn block_connection(&mut self, now: Time, connection: ConnectionId) {
        let stall_max = self.limits.stall_max;
        let Some(outbox) = self.outbox_mut(connection) else { return };
        let Some(queue) = outbox.queue.as_mut() else { return };
        queue.blocked = true;
        queue.listed = false;
        let due = *queue.progress_at.get_or_insert(now) + stall_max;
        let was_watched = std::mem::replace(&mut outbox.watched, true);
        self.notices.push_back(Notice::AwaitWritable(connection));
        if !was_watched {
            self.stalls.push(Reverse((due, connection)));
        }
    }

    fn on_written_out(&mut self, connection: ConnectionId) {
        self.drop_queue(connection);
        if let Some(outbox) = self.closing.remove(&connection) {
            return self.end(outbox);
        }
        let cut = self.outbox(connection).and_then(|outbox| outbox.cut);
        if cut.is_some() {
            self.abandon(connection, cut);
        }
    }

    fn end(&mut self, Outbox { socket, cut, .. }: Outbox<S>) {
        let is_cut = self.is_stopped() || cut.is_some();
        self.notices.push_back(if is_cut { Notice::Abandon(socket, cut) } else { Notice::Finish(socket) });
    }

    fn drop_queue(&mut self, connection: ConnectionId) {
        if self.outbox_mut(connection).is_some_and(|outbox| outbox.queue.take().is_some()) {
            self.queues -= 1;
        }
    }

    fn queue_mut(&mut self, connection: ConnectionId) -> Option<&mut SendQueue> {
        self.outbox_mut(connection)?.queue.as_deref_mut()
    }

    fn outbox(&self, connection: ConnectionId) -> Option<&Outbox<S>> {
        match self.place(connection) {
            Some(place) => self.open[place].as_ref(),
            None => self.closing.get(&connection),
        }
    }

    fn outbox_mut(&mut self, connection: ConnectionId) -> Option<&mut Outbox<S>> {
        match self.place(connection) {
            Some(place) => self.open[place].as_mut(),
            None => self.closing.get_mut(&connection),
        }
    }
}

#[cfg(test)]
impl<S> Outboxes<S> {
    /// Asserts that nothing is kept of connections that are gone; a stall may be looked after until its time.
    pub(super) fn assert_empty(&self) {
        assert!(self.open.iter().all(Option::is_none));
        assert!(self.closing.is_empty() && self.notices.is_empty());
        assert!(self.ready.is_empty() && self.backlog.is_empty());
        assert_eq!(self.queues, 0);
    }
}
