//! Owns a connection that is not in the chat yet: what it waits for, and when it may come in.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use chinwag_core::admission::{Denial, Pass, Verdict};
use chinwag_core::log::AddressKey;
use chinwag_core::{Config, Form, Handshake, LogsIn, Refusal, Session, Stats, Step, Time};

use crate::admission::Admission;
use crate::link::Link;
use crate::oneshot::{Answered, oneshot};

/// A connection of which is not known yet whether it is chat, and whether it may come.
#[derive(Debug)]
pub struct Pending {
    /// It begins when the connection may come.
    handshake: Option<Handshake>,
    config: Arc<Config>,
    admission: Admission,
    form: Form,
    peer: IpAddr,
    from: Time,
    /// From when on it may come, or why not, until it was told.
    admitted: Option<Result<Time, Refusal>>,
    /// Its TLS handshake is over.
    is_secured: bool,
    /// From where it comes, once it may enter.
    address: Option<AddressKey>,
    logs_in: LogsIn,
}

/// Tells what a pending connection needs next.
#[derive(Debug)]
pub enum Need {
    /// Bytes, for [`Pending::handshake`], until a time.
    Read {
        /// By the server's clock.
        until: Time,
    },
    /// To be sent these, until a time.
    Write {
        /// All of them; none, if what is held is to be sent.
        bytes: Bytes,
        /// By the server's clock.
        until: Time,
    },
    /// To wait until a time.
    Wait {
        /// By the server's clock.
        until: Time,
    },
    /// The counts of the server, for [`Pending::handle_stats`].
    Stats,
    /// What comes of a password, for [`Pending::handle_verdict`]; nothing, if nobody knows any more.
    Verdict(Answered<Verdict>),
    /// To be let into the chat, with [its session](Pending::into_session).
    Enter,
    /// To be told that no more will come, and to be read for a while.
    End,
}

impl Pending {
    /// Begins to find out, when it may come from a time on.
    #[must_use]
    pub const fn new(config: Arc<Config>, admission: Admission, form: Form, peer: IpAddr, from: Time) -> Self {
        let (handshake, admitted, address, logs_in) = (None, None, None, LogsIn::Nobody);
        Self { handshake, config, admission, form, peer, from, admitted, is_secured: false, address, logs_in }
    }

    /// Returns what takes the bytes of the connection, and that there are no more, or that a write failed.
    pub fn handshake(&mut self) -> &mut Handshake {
        let Self { handshake, config, admission, form, peer, .. } = self;
        handshake.get_or_insert_with(|| Handshake::new(config, *form, *peer, admission.clock().now()))
    }

    /// Returns what it needs next.
    pub fn poll_need(&mut self, link: &mut Link) -> Need {
        loop {
            let now = self.admission.clock().now();
            if self.from > now {
                return Need::Wait { until: self.from };
            }
            // 1. What admission said, when it is time.
            match self.admitted.take() {
                Some(Ok(from)) if from > now => {
                    self.admitted = Some(Ok(from));
                    return Need::Wait { until: from };
                }
                Some(admitted) => self.handshake().handle_admission(admitted.map(drop)),
                None => {}
            }
            // 2. The end of the server.
            if self.admission.is_stopping() {
                self.handshake().handle_stop();
            }
            let touch = self.admission.touch();
            self.handshake().handle_touch(touch);
            // 3. How TLS went, and that the end of its bytes may be the end of that.
            if let Some(secured) = link.secured().filter(|_| !self.is_secured) {
                self.is_secured = true;
                if secured.is_ok() {
                    self.admission.count_secured();
                }
                self.handshake().handle_secured(secured);
            }
            // 4. What its bytes come to.
            match self.handshake().poll_step(now) {
                Step::Read { until } => return Need::Read { until },
                Step::Write { bytes, until } => return Need::Write { bytes, until },
                Step::Secure { sealed, until } => {
                    if let Some(certificate) = self.admission.certificate() {
                        link.secure(certificate, &sealed);
                    }
                    return Need::Write { bytes: Bytes::new(), until };
                }
                Step::Measure => return Need::Stats,
                Step::Announce { address } => {
                    self.admitted = Some(link.admitted_mut().announce(now, address, self.form));
                }
                Step::Admit => self.admitted = Some(link.admitted_mut().admit(now)),
                Step::Check { given } => {
                    let (answer, verdict) = oneshot();
                    self.admission
                        .check(now, link.source(), None, &given, Pass::Wanted, |verdict| answer.give(verdict));
                    return Need::Verdict(verdict);
                }
                Step::MakeAccount(new) => {
                    let (answer, verdict) = oneshot();
                    self.admission.make_account(now, link.source(), new, |verdict| answer.give(verdict));
                    return Need::Verdict(verdict);
                }
                Step::Enter => {
                    self.address = AddressKey::of(link.admitted().address());
                    self.logs_in = match (self.config.limits.has_accounts, link.source().is_private) {
                        (false, _) => LogsIn::Nobody,
                        (true, false) => LogsIn::Unsafely,
                        (true, true) => LogsIn::Safely,
                    };
                    return Need::Enter;
                }
                Step::End { incident, detail } => {
                    incident.into_iter().for_each(|incident| link.note(incident, detail.as_deref()));
                    return Need::End;
                }
            }
        }
    }

    /// Handles what the server counts, if it still does.
    pub fn handle_stats(&mut self, stats: Option<Stats>) {
        let metrics = stats.map(|stats| self.admission.metrics(stats));
        self.handshake().handle_metrics(metrics);
    }

    /// Takes what comes of a password.
    pub fn handle_verdict(&mut self, verdict: Option<Verdict>) {
        self.handshake().handle_verdict(verdict.unwrap_or(Verdict::Denied(Denial::Busy)));
    }

    /// Returns the session of a connection that is let in.
    ///
    /// # Panics
    /// If it did not [ask for that](Need::Enter).
    #[must_use]
    pub fn into_session(self) -> Session {
        let mut session = self.handshake.expect("it has asked to enter").into_session();
        session.come_from(self.address);
        session.offer_log_in(self.logs_in);
        session
    }
}
