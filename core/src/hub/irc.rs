//! Owns what a server does for those who come by IRC: takes their lines, and makes lines of what they are told.
//!
//! Invariant: what one line leads to is told in one answer, labelled if the line was. Who has not said who they are is
//! known here only; all others are in the chat.

mod answer;
mod arriving;
mod capabilities;
mod history;
mod info;
mod modes;
mod monitor;
mod names;
mod obey;
mod passing;
mod render;
mod rulings;
mod run;
mod sasl;
mod talk;
mod voice;
mod who;
mod words;

use std::collections::{HashMap, HashSet, VecDeque};

use self::answer::Answer;
use self::arriving::Arriving;
pub(super) use self::names::joined_rooms;
use self::sasl::Sasl;
use self::voice::Voice;
use self::words::word;
use super::Hub;
use crate::dialect::{Dialect, IrcDialect};
use crate::irc::Capabilities;
use crate::irc::line::Line;
use crate::log::{Command, IrcCommand};
use crate::message::{IrcMessage, Message};
use crate::recording::{GivenBy, PendingState};
use crate::request::IrcLine;
use crate::{Action, ConnectionId, Form, Name, Time};

/// Holds what a server knows of its connections by IRC.
#[derive(Debug, Default)]
pub(super) struct Irc {
    /// Who has not said who they are.
    arriving: HashMap<ConnectionId, Arriving>,
    /// Until when each may take for that, in the order in which they came.
    due: VecDeque<(Time, ConnectionId)>,
    /// The answers to lines that wait for what came of them.
    pending: HashMap<ConnectionId, Pending>,
    /// By what those have given a password whose is looked at.
    pub(super) given_by: HashMap<ConnectionId, GivenBy>,
    /// What they have said by SASL so far: a secret, which no state has, so that it is to be said again.
    sasl: HashMap<ConnectionId, Sasl>,
    /// Which of them others could read.
    pub(super) exposed: HashSet<ConnectionId>,
    /// How many connections by IRC there are.
    pub(super) open: usize,
    /// How many actions of the next batch were looked at for what is told to them.
    pub(super) rendered: usize,
    /// How many answers came in batches.
    pub(super) batches: u64,
}

/// Holds an answer that is not whole yet.
#[derive(Debug, Default)]
struct Pending {
    label: Option<Box<str>>,
    /// Its rest is asked for, if it comes in pieces.
    may_come_in_pieces: bool,
    answer: Answer,
    /// Whether it may be dropped if it is not read: the line took nothing of the window.
    is_droppable: bool,
}

impl<S> Hub<S> {
    /// Tells whether nobody is to be told anything as IRC has it.
    pub(super) const fn is_without_irc(&self) -> bool {
        self.irc.open == 0
    }

    /// Tells whether a connection is open: its owner is here, or has not said who they are.
    pub(super) fn is_open(&self, connection: ConnectionId) -> bool {
        self.chat.is_here(connection) || self.irc.arriving.contains_key(&connection)
    }

    /// Does what a line asks for.
    pub(super) fn handle_irc(&mut self, now: Time, connection: ConnectionId, line: &IrcLine) {
        if !self.is_open(connection) {
            return;
        }
        let parsed = Line::parse(line.as_str());
        let is_labelled = self.capabilities(connection).has(Capabilities::LABELED_RESPONSE);
        let label = parsed.label().filter(|_| is_labelled).map(Into::into);
        let pending = Pending {
            label,
            may_come_in_pieces: line.comes_in_pieces(),
            is_droppable: line.is_free(),
            answer: Answer::default(),
        };
        self.answer_irc(now, connection, pending, |hub, answer| {
            if line.is_utf8() {
                hub.obey(now, connection, &parsed, answer);
            } else {
                let command = if hub.chat.is_here(connection) { parsed.command } else { "*" };
                answer.numeric(format_args!("FAIL {} INVALID_UTF8 :Messages must be valid UTF-8", word(command)));
            }
        });
    }

    /// Does something for which somebody is answered, and answers it, unless it has to come back from the log first.
    fn answer_irc(
        &mut self,
        now: Time,
        connection: ConnectionId,
        mut pending: Pending,
        act: impl FnOnce(&mut Self, &mut Answer),
    ) {
        self.render_irc(now);
        let before = self.chat.actions().len();
        act(self, &mut pending.answer);
        if self.connections.is_in_flight(connection) || self.connections.awaits_effect(connection) {
            self.irc.pending.insert(connection, pending);
            return;
        }
        self.tell_answer(now, connection, before, pending);
    }

    /// Handles what came of an event of a connection by IRC, from a place among the actions on.
    pub(super) fn finish_irc(&mut self, now: Time, connection: ConnectionId, before: usize) {
        if let Some(pending) = self.irc.pending.remove(&connection) {
            self.tell_answer(now, connection, before, pending);
        }
    }

    /// Gathers what a connection is answered, from a place among the actions on, and tells it in one piece, or in
    /// several if it is long. It stands where the first of it stood: what comes behind may name whom it names.
    fn tell_answer(&mut self, now: Time, connection: ConnectionId, before: usize, pending: Pending) {
        let Pending { label, may_come_in_pieces, is_droppable, mut answer } = pending;
        let mut place = None;
        for action in self.chat.split_off_actions(before) {
            if matches!(action, Action::Reply { connection: to, .. } if to == connection) {
                place.get_or_insert(self.chat.actions().len());
                if let Action::Reply { message, .. } = action {
                    self.render(connection, message, &mut answer);
                }
                continue;
            }
            if matches!(action, Action::Close { connection: to, .. } if to == connection) {
                place.get_or_insert(self.chat.actions().len());
            }
            self.chat.push_action(action);
        }
        if answer.is_empty() && label.is_none() {
            return self.render_irc(now);
        }
        let bytes_max = if may_come_in_pieces { self.config.limits.list_bytes_max } else { usize::MAX };
        let mut pieces: VecDeque<_> = self.pieces_of(now, connection, answer, (label.as_deref(), bytes_max)).into();
        if let Some(first) = pieces.pop_front() {
            let reply = match is_droppable {
                true => Action::Deliver { connection, message: first },
                false => Action::Reply { connection, message: first },
            };
            self.chat.insert_action(place.unwrap_or(self.chat.actions().len()), reply);
        }
        if !pieces.is_empty() {
            self.pieces.entry(connection).or_default().append(&mut pieces);
        }
        self.render_irc(now);
    }

    /// Makes lines of what was told to connections by IRC since this was last done.
    pub(super) fn render_irc(&mut self, now: Time) {
        if self.is_without_irc() {
            return;
        }
        let mut place = self.irc.rendered;
        while let Some(action) = self.chat.actions().get(place) {
            let (Action::Reply { connection, message } | Action::Deliver { connection, message }) = action else {
                place += 1;
                continue;
            };
            let connection = *connection;
            if !is_rendered_apart(message) || !self.connections.form(connection).is_some_and(Form::registers) {
                place += 1;
                continue;
            }
            let mut answer = Answer::default();
            self.render(connection, message.clone(), &mut answer);
            let lines = self.pieces_of(now, connection, answer, (None, usize::MAX)).into_iter().next();
            match (lines, self.chat.action_mut(place)) {
                (Some(lines), Some(Action::Reply { message, .. } | Action::Deliver { message, .. })) => {
                    *message = lines;
                    place += 1;
                }
                _ => self.chat.remove_action(place),
            }
        }
        self.irc.rendered = place;
    }

    /// Makes pieces of an answer, as long as they may be.
    fn pieces_of(
        &mut self,
        now: Time,
        connection: ConnectionId,
        answer: Answer,
        (label, bytes_max): (Option<&str>, usize),
    ) -> Vec<Message> {
        self.irc.batches += u64::from(label.is_some() || answer.is_batch());
        let capabilities = self.capabilities(connection);
        let dialect = match capabilities.dialect() {
            Dialect::Irc(dialect) => dialect,
            Dialect::Lf | Dialect::CrLf | Dialect::Telnet => IrcDialect::default(),
        };
        let nick = self.nick(connection);
        let voice = Voice {
            server: &self.config.limits.server_name,
            nick: nick.as_ref(),
            dialect,
            time_ms: self.chat.clock().unix_ms(now),
            batch: self.irc.batches,
        };
        let pieces = answer.into_pieces(&voice, label, bytes_max);
        pieces.into_iter().map(|lines| Message::Irc(Box::new(IrcMessage::Lines(lines)))).collect()
    }

    /// Returns what a client was granted.
    pub(super) fn capabilities(&self, connection: ConnectionId) -> Capabilities {
        match self.irc.arriving.get(&connection) {
            Some(arriving) => arriving.capabilities,
            None => {
                self.chat.seen(connection).and_then(|seen| seen.irc()).map(|irc| irc.capabilities).unwrap_or_default()
            }
        }
    }

    /// Returns what somebody is called, if they are called anything yet.
    pub(super) fn nick(&self, connection: ConnectionId) -> Option<Name> {
        let arriving = || self.irc.arriving.get(&connection).and_then(|arriving| arriving.name.clone());
        self.chat.seen(connection).map(|seen| seen.name().clone()).or_else(arriving)
    }

    /// Returns the answer that waits for what is read for a connection, if one does.
    pub(super) fn pending_state(&self, connection: ConnectionId) -> Option<PendingState> {
        let Pending { label, may_come_in_pieces, answer, is_droppable } = self.irc.pending.get(&connection)?;
        let (may_come_in_pieces, is_droppable) = (*may_come_in_pieces, *is_droppable);
        let (batch, parts) = answer.state();
        Some(PendingState { label: label.clone(), may_come_in_pieces, is_droppable, batch, parts })
    }

    /// Has an answer wait for what is read for a connection.
    pub(super) fn restore_pending(&mut self, connection: ConnectionId, state: PendingState) {
        let PendingState { label, may_come_in_pieces, is_droppable, batch, parts } = state;
        let answer = Answer::restore(batch, parts);
        self.irc.pending.insert(connection, Pending { label, may_come_in_pieces, answer, is_droppable });
    }

    /// Lets somebody do something that others may hear of.
    fn command_irc(&mut self, now: Time, connection: ConnectionId, command: IrcCommand) {
        let event = self.commanded(connection, Command::Irc(Box::new(command)));
        self.propose(now, event);
    }
}

/// Tells whether a message is made into lines here, and not for many at once.
const fn is_rendered_apart(message: &Message) -> bool {
    if let Message::Irc(message) = message {
        return !matches!(**message, IrcMessage::Lines(_));
    }
    !matches!(
        message,
        Message::Ping | Message::Bye { .. } | Message::Stopping | Message::Touch(_) | Message::Dropped { .. }
    )
}

#[cfg(test)]
mod tests;
