//! Owns a connection that speaks TLS, or has to, until its own handshake is over.
//!
//! Invariants: what was sealed is handed back as it came, once, and never taken for chat. Where TLS is demanded nothing
//! that came without it is.

use std::fmt;

use super::came::Came;
use crate::config::Config;
use crate::incidents::Incident;
use crate::time::Time;
use crate::tls::{Tls, TlsFailure, begins};
use crate::wire::Form;
use crate::wire::step::Step;

/// What is told to one who does not speak TLS where that is demanded.
const NO_TLS: &str = "Server speaks TLS only: connect with TLS, for instance by chinwag chat --tls";

pub(crate) struct SecuredHandshake {
    config: Config,
    pub(super) form: Form,
    /// It is sealed until it was handed back, and plain from then on.
    pub(super) came: Came,
    /// Until when the handshake may take.
    until: Time,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Whether it speaks TLS is not known.
    Telling,
    /// It does, and its handshake goes on.
    Securing,
    /// That is over; or it is to be told in its protocol that TLS is demanded.
    Known(Tls),
    /// The last answer was handed out.
    TurnedAway(Incident),
}

impl SecuredHandshake {
    pub(super) fn new(config: &Config, form: Form, now: Time) -> Self {
        Self {
            config: config.clone(),
            form,
            came: Came::default(),
            until: now + config.limits.request_wait,
            phase: Phase::Telling,
        }
    }

    pub(super) fn handle_secured(&mut self, secured: Result<(), TlsFailure>) {
        if self.phase == Phase::Securing {
            self.phase = match secured {
                // What comes from here on is as if it had come where there is no TLS.
                Ok(()) => Phase::Known(Tls::Off),
                Err(failure) => Phase::TurnedAway(Incident::NotSecured(failure)),
            };
        }
    }

    /// Returns what is to be done next; or nothing, once its own handshake may begin.
    pub(super) fn poll_step(&mut self, now: Time) -> Option<Step> {
        let Came { input, ended, stopped } = &mut self.came;
        let (is_empty, is_late) = (input.is_empty(), self.until <= now);
        match self.phase {
            Phase::Telling if is_empty && (*ended || *stopped) => Some(Step::End { incident: None, detail: None }),
            Phase::Telling if is_empty && !is_late => Some(Step::Read { until: self.until }),
            Phase::Telling if begins(input) => {
                self.phase = Phase::Securing;
                Some(Step::Secure { sealed: std::mem::take(input).into(), until: self.until })
            }
            Phase::Telling if self.form.answers_without_tls() && !is_empty => {
                self.phase = Phase::Known(Tls::Only);
                None
            }
            Phase::Telling => {
                self.phase = Phase::TurnedAway(Incident::NoTls);
                Some(Step::Write { bytes: self.form.turn_away(NO_TLS), until: now })
            }
            Phase::Securing if *ended || is_late => {
                let failure = if *ended { TlsFailure::Cut } else { TlsFailure::Slow };
                self.phase = Phase::TurnedAway(Incident::NotSecured(failure));
                self.poll_step(now)
            }
            Phase::Securing => Some(Step::Read { until: self.until }),
            Phase::Known(_) => None,
            Phase::TurnedAway(incident) => Some(Step::End { incident: Some(incident), detail: None }),
        }
    }

    /// Returns the configuration for its own handshake.
    pub(super) fn config(&self) -> Config {
        let mut config = self.config.clone();
        if let Phase::Known(tls) = self.phase {
            config.limits.tls = tls;
        }
        config
    }
}

/// It hides what has come.
impl fmt::Debug for SecuredHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecuredHandshake({} bytes, {:?})", self.came.input.len(), self.phase)
    }
}

#[cfg(test)]
mod tests;
