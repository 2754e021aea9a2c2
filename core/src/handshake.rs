//! Owns a connection from when it is accepted until it is let into the chat, or turned away.
//!
//! Invariants: who speaks another protocol is never let in, and sees nothing but the answer to it; who leaves without a word was
//! never here.

use std::net::IpAddr;

use bytes::Bytes;

use crate::wire::lines::handshake::LinesHandshake;
mod proxied;
mod proxy_header;

use self::proxied::{Introduced, ProxiedHandshake};
use crate::wire::web::handshake::WebHandshake;
use crate::{Config, Form, Incident, Refusal, Session, Time};

/// Decides who a new connection is.
///
/// Ask it what is to be done next with [`poll_step`](Self::poll_step), and do that, until somebody enters, or this was the end.
///
/// A client of the line protocol may wait to be greeted, or speak first. So one that says nothing is let in after
/// [`Config::handshake_wait`], and one that sends a line, be it blank, as soon as that is seen not to be another protocol's.
///
/// At the web listener, each request is answered, and who asks for a `WebSocket` is let in.
///
/// Where a proxy is to say for whom it connects ([`Config::proxies`]), that comes first, for either.
#[derive(Debug)]
pub struct Handshake(Kind);

#[derive(Debug)]
enum Kind {
    Proxied(Box<ProxiedHandshake>),
    Lines(LinesHandshake),
    Web(Box<WebHandshake>),
}

/// Tells what is to be done next with a connection that is new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Read from the socket, and hand in what came with [`Handshake::handle_bytes`], or that nothing more will come with
    /// [`Handshake::handle_end`]. Come back at this time, if nothing comes before.
    Read {
        /// When to come back.
        until: Time,
    },
    /// Write this, all that the socket takes until this time, and come back. If it did not take all of it, say so before, with
    /// [`Handshake::handle_failure`].
    Write {
        /// What to write; never empty.
        bytes: Bytes,
        /// Until when to wait for the socket; if that is not later than now, not at all.
        until: Time,
    },
    /// Gather what is counted ([`Stats`](crate::Stats)), hand it in as text with [`Handshake::handle_metrics`], and come back.
    Measure,
    /// Tell the [`Gate`](crate::Gate) for whom the connection is, which a proxy has made, hand in what it says with
    /// [`Handshake::handle_admission`], once they may come, and come back.
    Announce {
        /// Where they come from.
        address: IpAddr,
    },
    /// Ask the [`Gate`](crate::Gate) whether this visitor may chat, hand in what it says with [`Handshake::handle_admission`], once they may
    /// come, and come back.
    Admit,
    /// Let the connection into the chat, with what [`Handshake::into_session`] returns.
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

impl Handshake {
    /// Starts with a connection that was just accepted from a listener of this kind, made by `peer`.
    #[must_use]
    pub fn new(config: &Config, form: Form, peer: IpAddr, now: Time) -> Self {
        if config.is_proxy(peer) {
            return Self(Kind::Proxied(Box::new(ProxiedHandshake::new(config, form, peer, now))));
        }
        Self::introduced(config, form, now)
    }

    /// Starts with a connection of which it is known for whom it is.
    fn introduced(config: &Config, form: Form, now: Time) -> Self {
        Self(match form {
            Form::Lines => Kind::Lines(LinesHandshake::new(config, now)),
            Form::Web => Kind::Web(Box::new(WebHandshake::new(config, now))),
        })
    }

    /// Takes bytes that have come.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Kind::Proxied(handshake) => handshake.handle_bytes(bytes),
            Kind::Lines(handshake) => handshake.handle_bytes(bytes),
            Kind::Web(handshake) => handshake.handle_bytes(bytes),
        }
    }

    /// Takes notice that no more bytes will come.
    pub fn handle_end(&mut self) {
        match &mut self.0 {
            Kind::Proxied(handshake) => handshake.handle_end(),
            Kind::Lines(handshake) => handshake.handle_end(),
            Kind::Web(handshake) => handshake.handle_end(),
        }
    }

    /// Takes notice that the last answer was not written: nothing more is, and the end comes with what would have come with it.
    pub fn handle_failure(&mut self) {
        match &mut self.0 {
            // There is one answer only, and the end is next.
            Kind::Proxied(_) | Kind::Lines(_) => {}
            Kind::Web(handshake) => handshake.handle_failure(),
        }
    }

    /// Takes what is to be told of the server, as OpenMetrics text with its `# EOF`, after [`Step::Measure`]; or that nobody knows any more,
    /// since it has ended.
    pub fn handle_metrics(&mut self, metrics: Option<String>) {
        match &mut self.0 {
            // Nobody asks for it there.
            Kind::Proxied(_) | Kind::Lines(_) => {}
            Kind::Web(handshake) => handshake.handle_metrics(metrics),
        }
    }

    /// Takes what the gate says of a visitor who asks to chat, after [`Step::Admit`], or of one for whom a proxy has connected, after
    /// [`Step::Announce`].
    pub fn handle_admission(&mut self, admission: Result<(), Refusal>) {
        match &mut self.0 {
            Kind::Proxied(handshake) => handshake.handle_admission(admission),
            // Who is there came to chat.
            Kind::Lines(_) => {}
            Kind::Web(handshake) => handshake.handle_admission(admission),
        }
    }

    /// Takes notice that the server stops: nobody is let in any more, but told that, as is who asks at the web listener how it is. Who was
    /// to [enter](Step::Enter), and has not yet, is told so, too.
    pub fn handle_stop(&mut self) {
        match &mut self.0 {
            Kind::Proxied(handshake) => handshake.handle_stop(),
            Kind::Lines(handshake) => handshake.handle_stop(),
            Kind::Web(handshake) => handshake.handle_stop(),
        }
    }

    /// Returns what is to be done next.
    pub fn poll_step(&mut self, now: Time) -> Step {
        match &mut self.0 {
            Kind::Proxied(handshake) => match handshake.poll_step(now) {
                Some(step) => step,
                None => {
                    *self = Self::of(handshake.introduce(), now);
                    self.poll_step(now)
                }
            },
            Kind::Lines(handshake) => handshake.poll_step(now),
            Kind::Web(handshake) => handshake.poll_step(now),
        }
    }

    /// Returns the session of one who enters, with all that was read already.
    #[must_use]
    pub fn into_session(self) -> Session {
        match self.0 {
            Kind::Proxied(mut handshake) => Self::of(handshake.introduce(), Time::START).into_session(),
            Kind::Lines(handshake) => handshake.into_session(),
            Kind::Web(handshake) => handshake.into_session(),
        }
    }

    /// Goes on with a connection whose proxy has said for whom it is.
    fn of(introduced: Introduced, now: Time) -> Self {
        let Introduced { config, form, input, ended, stopped } = introduced;
        let mut handshake = Self::introduced(&config, form, now);
        if !input.is_empty() {
            handshake.handle_bytes(&input);
        }
        if ended {
            handshake.handle_end();
        }
        if stopped {
            handshake.handle_stop();
        }
        handshake
    }
}
