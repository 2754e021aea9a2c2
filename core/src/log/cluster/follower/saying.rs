//! Owns what a follower does by itself, since time has passed or the way is free: what it says, asks and tells.

use std::time::Duration;

use super::super::entry::{Content, Entry, EntryId};
use super::super::members::Member;
use super::super::order::{Moment, Order};
use super::super::repair::STUCK_AFTER;
use super::{Follower, Told, UnderWay, WAIT_AFTER};
use crate::Time;

/// How often a server says that it lives: a tenth of the time after which it is taken for gone.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// After how long without a word a server is taken for gone.
const GONE_AFTER: Duration = Duration::from_secs(10);

/// After how long it lets them go: before the others take it for gone, which is `GONE_AFTER` after its last word.
const LET_GO_AFTER: Duration = Duration::from_secs(8);

/// How often the chats of all servers are compared.
const MARK_EVERY: Duration = Duration::from_secs(60);

/// From where on entries are numbered that only concern an epoch.
const WORDS: u64 = 1 << 63;

impl<E: Clone> Follower<E> {
    /// Returns the next thing to do.
    pub fn poll_order(&mut self, moment: Moment) -> Option<Order<E>> {
        if self.orders.is_empty() && !self.has_ended {
            self.look_around(moment);
        }
        self.orders.pop_front()
    }

    /// Returns when to come back, if nothing is answered before.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        if self.has_ended {
            return None;
        }
        let repair = self.repair.as_ref().map(|repair| repair.due(self.me));
        let retry = self.link.opened_at.map(|at| at + STUCK_AFTER);
        let waits = self.outbox.waiting_since().and_then(|since| match self.told {
            Told::Nothing => Some(since + WAIT_AFTER),
            Told::Waits => Some(since + LET_GO_AFTER),
            Told::Go => None,
        });
        let is_member = self.server().is_some();
        let heartbeat = (is_member && self.outbox.waiting_since().is_none()).then(|| self.beat_at + HEARTBEAT);
        let others = self.next_silent().map(|at| at + GONE_AFTER).filter(|_| is_member && self.repair.is_none());
        [repair, retry, waits, heartbeat, others].into_iter().flatten().min()
    }

    /// Decides what to do by now.
    fn look_around(&mut self, moment: Moment) {
        let now = moment.now;
        self.tell(now);
        if self.repair.is_none() && self.server().is_some() {
            self.watch(now);
        }
        let (me, applied, epoch) = (self.me, self.state.applied, self.position.epoch);
        if let Some(repair) = &mut self.repair
            && repair.is_to_close(now, me, self.state.members.keys().copied())
        {
            self.epoch_words.push_back((epoch, Content::Close { applied }));
        }
        self.make(moment);
        if self.link.engine.is_none() || self.link.is_verifying {
            return;
        }
        if self.link.under_way.is_none() {
            self.append(moment);
        }
        // Where something is appended tells whether others have said anything before. Only then it is read, and while
        // this server has nothing to say: what it says need not come back.
        let is_behind = self.position < self.link.seen;
        if !self.link.is_reading && (is_behind || self.link.under_way.is_none()) {
            self.link.is_reading = true;
            self.orders.push_back(Order::Read { after: self.position });
        }
    }

    /// Tells the people here what has become of the way to the others.
    fn tell(&mut self, now: Time) {
        let Some(since) = self.outbox.waiting_since().filter(|_| self.server().is_some()) else { return };
        if self.told == Told::Nothing && now >= since + WAIT_AFTER {
            self.told = Told::Waits;
            self.orders.push_back(Order::Wait);
        }
        if self.told == Told::Waits && now >= since + LET_GO_AFTER {
            self.told = Told::Go;
            self.orders.push_back(Order::LetGo);
        }
    }

    /// Says of another server that it is gone, if this server hears itself and not that one.
    fn watch(&mut self, now: Time) {
        if self.heard_myself.is_none_or(|made| now > made + HEARTBEAT + HEARTBEAT) {
            return;
        }
        let silent = self.state.members.iter().find(|(writer, member)| {
            **writer != self.me
                && self.heard.get(writer).is_none_or(|heard| now >= *heard + GONE_AFTER)
                && self.accused.get(writer) != Some(&member.seq)
        });
        if let Some((&writer, &Member { seq, .. })) = silent {
            self.accused.insert(writer, seq);
            self.outbox.push_aside(Content::Gone { writer, seq });
        }
        let is_first = self.state.members.values().map(|member| member.server).min() == self.server();
        if is_first && now >= self.marked_at + MARK_EVERY {
            self.marked_at = now;
            self.outbox.push_aside(Content::Mark);
        }
    }

    /// Returns when the one was heard last of whom nothing was heard for longest, and who is not taken for gone.
    fn next_silent(&self) -> Option<Time> {
        let others = self.state.members.iter().filter(|(writer, _)| **writer != self.me);
        let open = others.filter(|(writer, member)| self.accused.get(writer) != Some(&member.seq));
        open.filter_map(|(writer, _)| self.heard.get(writer).copied()).min()
    }

    /// Makes the next entry, if it is time for one.
    fn make(&mut self, moment: Moment) {
        if self.server().is_none() {
            return self.ask_to_join(moment);
        }
        let is_free = self.outbox.next_unsent().is_none() && self.may_say();
        // Also a server that has much to say tells how it stands.
        let is_due = moment.now >= self.beat_at + HEARTBEAT;
        if is_due && (is_free || self.outbox.waiting_since().is_none()) {
            self.beat_at = moment.now;
            let (mark, applied) = (self.mark, Some(self.state.applied));
            self.outbox.make_first(moment, Content::Heartbeat { mark, applied });
        } else if is_free && self.outbox.has_more() {
            self.outbox.make(moment);
        }
    }

    fn ask_to_join(&mut self, moment: Moment) {
        if self.has_asked_to_join || !self.may_say() || self.state.engine.is_none() {
            return;
        }
        let Some(server) = self.state.free_server() else {
            return self.end(Order::Refuse("there are as many servers as there can be"));
        };
        self.has_asked_to_join = true;
        let rules = self.rules;
        self.outbox.make_first(moment, Content::Joined { server, rules });
    }

    /// Tells whether entries that count may be appended.
    fn may_say(&self) -> bool {
        let is_at_end = self.link.end.is_some_and(|end| self.position >= end);
        let is_open = self.repair.is_none() && self.state.engine == self.link.engine;
        is_at_end
            && is_open
            && self.is_all_in_log()
            && self.link.refused != Some(self.position.epoch)
            && self.link.under_way.is_none()
    }

    /// Tells whether the log of this engine has all that was applied. A process that was thought to be gone lacks some.
    const fn is_all_in_log(&self) -> bool {
        self.in_log == self.state.applied
    }

    /// Appends what comes first: an epoch that is needed, what concerns it, and what else is to be said.
    fn append(&mut self, moment: Moment) {
        let Some((end, engine)) = self.link.end.zip(self.link.engine) else { return };
        let is_at_end = self.position >= end && self.repair.is_none();
        let is_other = self.position >= end && self.state.engine != Some(engine) || is_at_end && !self.is_all_in_log();
        let is_stuck = self.repair.as_ref().is_some_and(|repair| repair.is_stuck(moment.now));
        let is_late = self.link.opened_at.is_none_or(|at| moment.now >= at + STUCK_AFTER);
        if (is_other || is_stuck) && is_late {
            (self.link.under_way, self.link.opened_at) = (Some(UnderWay::Open), Some(moment.now));
            let epoch = end.epoch.max(self.epoch_max) + 1;
            let entry = self.word(moment, Content::Open { engine });
            return self.orders.push_back(Order::Open { epoch, entry });
        }
        self.epoch_words.retain(|(epoch, _)| *epoch == self.position.epoch);
        // Where a later epoch is open, nothing more is said of this one: what is read tells of that.
        if self.link.refused != Some(self.position.epoch)
            && let Some((epoch, content)) = self.epoch_words.front().cloned()
        {
            self.link.under_way = Some(UnderWay::EpochWord(epoch));
            let entry = self.word(moment, content);
            return self.orders.push_back(Order::Append { epoch, entry });
        }
        if self.may_say()
            && let Some(entry) = self.outbox.next_unsent().cloned()
        {
            let epoch = self.position.epoch;
            self.link.under_way = Some(UnderWay::Entry(epoch, entry.id.seq));
            self.orders.push_back(Order::Append { epoch, entry });
        }
    }

    const fn word(&mut self, moment: Moment, content: Content<E>) -> Entry<E> {
        self.words += 1;
        Entry { id: EntryId { writer: self.me, seq: WORDS + self.words }, sent_ms: moment.unix_ms, content }
    }
}
