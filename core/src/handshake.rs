//! Owns a connection from when it is accepted until it is let into the chat, or turned away.
//!
//! Invariants: who speaks another protocol is never let in, and sees nothing but the answer to it; who leaves without a
//! word was never here.

mod proxied;
mod proxy_header;

use std::net::IpAddr;

use self::proxied::{Introduced, ProxiedHandshake};
use crate::config::Config;
use crate::meter::Meter;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::time::Time;
use crate::wire::contract::LetIn as _;
use crate::wire::step::Step;
use crate::wire::{Form, FormHandshake};

/// Decides who a new connection is.
///
/// Ask it what is to be done next with [`poll_step`](Self::poll_step), and do that, until somebody enters, or this was
/// the end.
///
/// A client of the line protocol may wait to be greeted, or speak first. So one that says nothing is let in after
/// [`Limits::handshake_wait`](crate::Limits::handshake_wait), and one that sends a line, be it blank, as soon as that
/// is seen not to be another protocol's.
///
/// At the web listener, each request is answered, and who asks for a `WebSocket` is let in.
///
/// Where a proxy is to say for whom it connects ([`Limits::proxies`](crate::Limits::proxies)), that comes first, for
/// either.
#[derive(Debug)]
pub struct Handshake {
    kind: Kind,
    meter: Meter,
}

#[derive(Debug)]
enum Kind {
    Proxied(Box<ProxiedHandshake>),
    Form(FormHandshake),
}

impl Handshake {
    /// Starts with a connection that was just accepted from a listener of this kind, made by `peer`.
    #[must_use]
    pub fn new(config: &Config, form: Form, peer: IpAddr, now: Time) -> Self {
        let kind = if config.limits.is_proxy(peer) {
            Kind::Proxied(Box::new(ProxiedHandshake::new(config, form, peer, now)))
        } else {
            Kind::Form(FormHandshake::new(config, form, now))
        };
        Self { kind, meter: Session::meter(config) }
    }

    /// Takes bytes that have come.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.handle_bytes(bytes),
            Kind::Form(handshake) => handshake.handle_bytes(bytes),
        }
    }

    /// Handles that no more bytes will come.
    pub fn handle_end(&mut self) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.handle_end(),
            Kind::Form(handshake) => handshake.handle_end(),
        }
    }

    /// Handles that the last answer was not written: nothing more is, and the end comes with what would have come with
    /// it.
    pub fn handle_failure(&mut self) {
        match &mut self.kind {
            // There is one answer only, and the end is next.
            Kind::Proxied(_) => {}
            Kind::Form(handshake) => handshake.handle_failure(),
        }
    }

    /// Takes what is to be told of the server, as OpenMetrics text with its `# EOF`, after [`Step::Measure`]; or that
    /// nobody knows any more, since it has ended.
    pub fn handle_metrics(&mut self, metrics: Option<String>) {
        match &mut self.kind {
            // Nobody asks for it there.
            Kind::Proxied(_) => {}
            Kind::Form(handshake) => handshake.handle_metrics(metrics),
        }
    }

    /// Takes what the gate says of a visitor who asks to chat, after [`Step::Admit`], or of one for whom a proxy has
    /// connected, after [`Step::Announce`].
    pub fn handle_admission(&mut self, admission: Result<(), Refusal>) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.handle_admission(admission),
            Kind::Form(handshake) => handshake.handle_admission(admission),
        }
    }

    /// Handles that the server stops: nobody is let in any more, but told that, as is who asks at the web listener how
    /// it is. Who was to [enter](Step::Enter), and has not yet, is told so, too.
    pub fn handle_stop(&mut self) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.handle_stop(),
            Kind::Form(handshake) => handshake.handle_stop(),
        }
    }

    /// Returns what is to be done next.
    pub fn poll_step(&mut self, now: Time) -> Step {
        match &mut self.kind {
            Kind::Proxied(handshake) => match handshake.poll_step(now) {
                Some(step) => step,
                None => {
                    self.kind = Kind::Form(go_on(handshake.introduce(), now));
                    self.poll_step(now)
                }
            },
            Kind::Form(handshake) => handshake.poll_step(now),
        }
    }

    /// Returns the session of one who enters, with all that was read already.
    #[must_use]
    pub fn into_session(self) -> Session {
        let handshake = match self.kind {
            Kind::Proxied(mut handshake) => go_on(handshake.introduce(), Time::START),
            Kind::Form(handshake) => handshake,
        };
        Session::of(self.meter, handshake.into_intake())
    }
}

/// Goes on with a connection whose proxy has said for whom it is.
fn go_on(introduced: Introduced, now: Time) -> FormHandshake {
    let Introduced { config, form, input, ended, stopped } = introduced;
    let mut handshake = FormHandshake::new(&config, form, now);
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
