//! Owns a connection from when it is accepted until it is let into the chat, or turned away.
//!
//! Invariants: who speaks another protocol is never let in, and sees nothing but the answer to it; who leaves without a word was
//! never here.

mod lines;
mod web;

use bytes::Bytes;

use self::lines::LinesArrival;
use self::web::WebArrival;
use crate::{Config, Form, Incident, Refusal, Session, Time};

/// Decides who a new connection is.
///
/// Ask it what is to be done next with [`poll_step`](Self::poll_step), and do that, until somebody enters, or this was the end.
///
/// A client of the line protocol may wait to be greeted, or speak first. So one that says nothing is let in after
/// [`Config::door_wait`], and one that sends a line, be it blank, as soon as that is seen not to be another protocol's.
///
/// At the web door, each request is answered, and who asks for a `WebSocket` is let in.
#[derive(Debug)]
pub struct Arrival(Kind);

#[derive(Debug)]
enum Kind {
    Lines(LinesArrival),
    Web(Box<WebArrival>),
}

/// Tells what is to be done next with a connection that has arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Read from the socket, and hand in what came with [`Arrival::handle_bytes`], or that nothing more will come with
    /// [`Arrival::handle_end`]. Come back at this time, if nothing comes before.
    Read {
        /// When to come back.
        until: Time,
    },
    /// Write this, all that the socket takes until this time, and come back. If it did not take all of it, say so before, with
    /// [`Arrival::handle_failure`].
    Write {
        /// What to write; never empty.
        bytes: Bytes,
        /// Until when to wait for the socket; if that is not later than now, not at all.
        until: Time,
    },
    /// Gather what is counted ([`Stats`](crate::Stats)), hand it in as text with [`Arrival::handle_metrics`], and come back.
    Measure,
    /// Ask the [`Gate`](crate::Gate) whether this visitor may chat, hand in what it says with [`Arrival::handle_admission`], once they may
    /// come, and come back.
    Admit,
    /// Let the connection into the chat, with what [`Arrival::into_session`] returns.
    Enter,
    /// Say that no more will come, and close the connection.
    End {
        /// Why, if that is of interest.
        incident: Option<Incident>,
        /// What else to tell an operator of it, if there is something to tell: a few words, without anything that could do harm to a
        /// terminal or a log.
        detail: Option<String>,
    },
}

impl Arrival {
    /// Starts with a connection that was just accepted from a listener of this kind.
    #[must_use]
    pub fn new(config: &Config, form: Form, now: Time) -> Self {
        Self(match form {
            Form::Lines => Kind::Lines(LinesArrival::new(config, now)),
            Form::Web => Kind::Web(Box::new(WebArrival::new(config, now))),
        })
    }

    /// Takes bytes that have come.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Kind::Lines(arrival) => arrival.handle_bytes(bytes),
            Kind::Web(arrival) => arrival.handle_bytes(bytes),
        }
    }

    /// Takes notice that no more bytes will come.
    pub fn handle_end(&mut self) {
        match &mut self.0 {
            Kind::Lines(arrival) => arrival.handle_end(),
            Kind::Web(arrival) => arrival.handle_end(),
        }
    }

    /// Takes notice that the last answer was not written: nothing more is, and the end comes with what would have come with it.
    pub fn handle_failure(&mut self) {
        match &mut self.0 {
            // There is one answer only, and the end is next.
            Kind::Lines(_) => {}
            Kind::Web(arrival) => arrival.handle_failure(),
        }
    }

    /// Takes what is to be told of the server, as OpenMetrics text with its `# EOF`, after [`Step::Measure`]; or that nobody knows any more,
    /// since it has ended.
    pub fn handle_metrics(&mut self, metrics: Option<String>) {
        match &mut self.0 {
            // Nobody asks for it there.
            Kind::Lines(_) => {}
            Kind::Web(arrival) => arrival.handle_metrics(metrics),
        }
    }

    /// Takes what the gate says of a visitor who asks to chat, after [`Step::Admit`].
    pub fn handle_admission(&mut self, admission: Result<(), Refusal>) {
        match &mut self.0 {
            // Who is there came to chat.
            Kind::Lines(_) => {}
            Kind::Web(arrival) => arrival.handle_admission(admission),
        }
    }

    /// Takes notice that the server stops: nobody is let in any more, but told that, as is who asks at the web door how it is. Who was
    /// to [enter](Step::Enter), and has not yet, is told so, too.
    pub fn handle_stop(&mut self) {
        match &mut self.0 {
            Kind::Lines(arrival) => arrival.handle_stop(),
            Kind::Web(arrival) => arrival.handle_stop(),
        }
    }

    /// Returns what is to be done next.
    pub fn poll_step(&mut self, now: Time) -> Step {
        match &mut self.0 {
            Kind::Lines(arrival) => arrival.poll_step(now),
            Kind::Web(arrival) => arrival.poll_step(now),
        }
    }

    /// Returns the session of one who enters, with all that was read already.
    #[must_use]
    pub fn into_session(self) -> Session {
        match self.0 {
            Kind::Lines(arrival) => arrival.into_session(),
            Kind::Web(arrival) => arrival.into_session(),
        }
    }
}
