//! Owns a connection from when it is accepted until it is let into the chat, or turned away.
//!
//! Invariants: who speaks another protocol is never let in, and sees nothing but the answer to it; who leaves without a
//! word was never here.

mod came;
mod guarded;
mod proxied;
mod proxy_header;
mod secured;

use std::net::IpAddr;

use self::came::Came;
use self::guarded::GuardedHandshake;
use self::proxied::ProxiedHandshake;
use self::secured::SecuredHandshake;
use crate::config::Config;
use crate::log::cluster::Touch;
use crate::meter::Meter;
use crate::password::Verdict;
use crate::refusal::Refusal;
use crate::session::Session;
use crate::time::Time;
use crate::tls::{Tls, TlsFailure, begins};
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
/// all. Then comes TLS, where there is a certificate for it ([`Limits::tls`](crate::Limits::tls)): it is told by the
/// first byte. What is sealed is handed back once, and from then on only what it holds is handed in.
#[derive(Debug)]
pub struct Handshake {
    kind: Kind,
    /// What takes over if the first byte says so.
    may_secure: Option<Box<SecuredHandshake>>,
    /// With what a password is asked for, once the form would let them in.
    guard: Option<Box<Config>>,
    meter: Meter,
}

#[derive(Debug)]
enum Kind {
    Proxied(Box<ProxiedHandshake>),
    Secured(Box<SecuredHandshake>),
    Form(FormHandshake),
    Guarded(Box<GuardedHandshake>),
}

impl Handshake {
    /// Starts with a connection that was just accepted from a listener of this kind, made by `peer`.
    #[must_use]
    pub fn new(config: &Config, form: Form, peer: IpAddr, now: Time) -> Self {
        let meter = Session::meter(config);
        // Who comes by IRC gives it in the chat, among what else they say of themselves.
        let may_ask = config.limits.asks_password || config.limits.has_accounts;
        let guard = (may_ask && !form.registers()).then(|| Box::new(config.clone()));
        if config.limits.is_proxy(peer) {
            let kind = Kind::Proxied(Box::new(ProxiedHandshake::new(config, form, peer, now)));
            return Self { kind, may_secure: None, guard, meter };
        }
        let (kind, may_secure) = begin(config, form, now);
        Self { kind, may_secure, guard, meter }
    }

    /// Takes bytes that have come: those of the socket, or, once it was [secured](Self::handle_secured), what they
    /// hold.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        let secured = if bytes.is_empty() { None } else { self.may_secure.take().filter(|_| begins(bytes)) };
        if let Some(secured) = secured {
            self.kind = Kind::Secured(secured);
        }
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.came.input.extend_from_slice(bytes),
            Kind::Secured(handshake) => handshake.came.input.extend_from_slice(bytes),
            Kind::Form(handshake) => handshake.handle_bytes(bytes),
            Kind::Guarded(handshake) => handshake.handle_bytes(bytes),
        }
    }

    /// Handles that no more bytes will come.
    pub fn handle_end(&mut self) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.came.ended = true,
            Kind::Secured(handshake) => handshake.came.ended = true,
            Kind::Form(handshake) => handshake.handle_end(),
            Kind::Guarded(handshake) => handshake.handle_end(),
        }
    }

    /// Handles that the last answer was not written: nothing more is, and the end comes with what would have come with
    /// it.
    pub fn handle_failure(&mut self) {
        match &mut self.kind {
            // There is one answer only, and the end is next.
            Kind::Proxied(_) | Kind::Secured(_) => {}
            Kind::Form(handshake) => handshake.handle_failure(),
            Kind::Guarded(handshake) => handshake.handle_failure(),
        }
    }

    /// Handles that the TLS handshake is over, which [`Step::Secure`] began, or that it has failed. To say so again
    /// changes nothing.
    pub fn handle_secured(&mut self, secured: Result<(), TlsFailure>) {
        if let Kind::Secured(handshake) = &mut self.kind {
            handshake.handle_secured(secured);
        }
    }

    /// Takes what is to be told of the server, as OpenMetrics text with its `# EOF`, after [`Step::Measure`]; or that
    /// nobody knows any more, since it has ended.
    pub fn handle_metrics(&mut self, metrics: Option<String>) {
        match &mut self.kind {
            // Nobody asks for it there.
            Kind::Proxied(_) | Kind::Secured(_) | Kind::Guarded(_) => {}
            Kind::Form(handshake) => handshake.handle_metrics(metrics),
        }
    }

    /// Takes what the gate says of a visitor who asks to chat, after [`Step::Admit`], or of one for whom a proxy has
    /// connected, after [`Step::Announce`].
    pub fn handle_admission(&mut self, admission: Result<(), Refusal>) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.handle_admission(admission),
            // They ask nobody.
            Kind::Secured(_) | Kind::Guarded(_) => {}
            Kind::Form(handshake) => handshake.handle_admission(admission),
        }
    }

    /// Takes what comes of a password, after [`Step::Check`].
    pub fn handle_verdict(&mut self, verdict: Verdict) {
        match &mut self.kind {
            // They ask for none.
            Kind::Proxied(_) | Kind::Secured(_) | Kind::Form(_) => {}
            Kind::Guarded(handshake) => handshake.handle_verdict(verdict),
        }
    }

    /// Handles that the server stops: nobody is let in any more, but told that, as is who asks at the web listener how
    /// it is. Who was to [enter](Step::Enter), and has not yet, is told so, too.
    pub fn handle_stop(&mut self) {
        match &mut self.kind {
            Kind::Proxied(handshake) => handshake.came.stopped = true,
            Kind::Secured(handshake) => handshake.came.stopped = true,
            Kind::Form(handshake) => handshake.handle_stop(),
            Kind::Guarded(handshake) => handshake.handle_stop(),
        }
    }

    /// Handles how it is with the way to the servers with which this one is one chat: who asks at the web listener how
    /// the server is, is told if it is not kept, and no page is let in when it is cut.
    pub fn handle_touch(&mut self, touch: Touch) {
        if let Kind::Form(handshake) = &mut self.kind {
            handshake.handle_touch(touch);
        }
    }

    /// Returns what is to be done next.
    pub fn poll_step(&mut self, now: Time) -> Step {
        loop {
            let step = match &mut self.kind {
                Kind::Proxied(handshake) => handshake.poll_step(now),
                Kind::Secured(handshake) => handshake.poll_step(now),
                Kind::Form(handshake) => match (handshake.poll_step(now), &self.guard) {
                    (Step::Enter, Some(config)) if config.limits.asks_password || handshake.logs_in() => None,
                    (step, _) => Some(step),
                },
                Kind::Guarded(handshake) => Some(handshake.poll_step(now)),
            };
            match step {
                Some(step) => return step,
                None => self.go_on(now),
            }
        }
    }

    /// Begins what comes after that which is over.
    fn go_on(&mut self, now: Time) {
        let Came { input, ended, stopped } = match &mut self.kind {
            Kind::Proxied(handshake) => {
                let came = std::mem::take(&mut handshake.came);
                (self.kind, self.may_secure) = begin(&handshake.config, handshake.form, now);
                came
            }
            Kind::Secured(handshake) => {
                let came = std::mem::take(&mut handshake.came);
                self.kind = Kind::Form(FormHandshake::new(&handshake.config(), handshake.form, now));
                came
            }
            Kind::Form(handshake) => {
                let Some(config) = self.guard.take() else { return };
                // Nothing is asked of what stands in its place.
                let over = std::mem::replace(handshake, FormHandshake::new(&config, Form::Lines, now));
                self.kind = Kind::Guarded(Box::new(GuardedHandshake::new(&config, over.into_intake(), now)));
                return;
            }
            Kind::Guarded(_) => return,
        };
        if !input.is_empty() {
            self.handle_bytes(&input);
        }
        if ended {
            self.handle_end();
        }
        if stopped {
            self.handle_stop();
        }
    }

    /// Returns the session of one who enters, with all that was read already.
    ///
    /// # Panics
    /// If it was not to [enter](Step::Enter).
    #[must_use]
    pub fn into_session(self) -> Session {
        let (intake, account) = match self.kind {
            Kind::Form(handshake) => (handshake.into_intake(), None),
            Kind::Guarded(handshake) => handshake.into_intake(),
            Kind::Proxied(_) | Kind::Secured(_) => panic!("it was not to enter"),
        };
        let mut session = Session::of(self.meter, intake);
        session.log_in(account);
        session
    }
}

/// Returns what a connection begins with that comes for itself, and what takes over if it speaks TLS.
fn begin(config: &Config, form: Form, now: Time) -> (Kind, Option<Box<SecuredHandshake>>) {
    let secured = || Box::new(SecuredHandshake::new(config, form, now));
    match config.limits.tls {
        Tls::Off => (Kind::Form(FormHandshake::new(config, form, now)), None),
        Tls::Offered => (Kind::Form(FormHandshake::new(config, form, now)), Some(secured())),
        Tls::Only => (Kind::Secured(secured()), None),
    }
}
