//! Owns a connection that has to give a password before it is let in.
//!
//! Invariants: before that nothing is shown but that a password is asked for. What was given is handed out once, to be
//! looked at, and kept nowhere. By a token of this run somebody comes back who was let in before, and needs none.

use std::fmt;
use std::mem;

use bytes::BytesMut;

use crate::config::Config;
use crate::dialect::Dialect;
use crate::incidents::Incident;
use crate::name::Name;
use crate::password::{Denial, NewAccount, Passphrase, Verdict};
use crate::time::Time;
use crate::wire::asking::{Asking, Given, Wanted};
use crate::wire::decode::Decode as _;
use crate::wire::intake::Intake;
use crate::wire::step::Step;
use crate::wire::{Decoder, Encoding};

/// How many passwords one connection may try.
const TRIES: u32 = 3;

/// How often one connection may be told that an account can't be made so: by a name that is taken, for example.
const ACCOUNT_TRIES: u32 = 30;

pub(crate) struct GuardedHandshake {
    config: Config,
    intake: Intake<Decoder>,
    /// Until when a password has to be here that lets them in.
    until: Time,
    tries: u32,
    account_tries: u32,
    /// By which account they have logged in.
    account: Option<Name>,
    stopped: bool,
    phase: Phase,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    /// This is to be said.
    Saying(Asking),
    Waiting,
    /// It was given, and is to be looked at.
    Given(Passphrase),
    /// An account is to be made.
    Making(NewAccount),
    /// It is looked at.
    Checking,
    Welcome,
    /// The last words were said.
    Over(Option<Incident>),
}

impl GuardedHandshake {
    /// Takes over from the handshake of a form, which would have let them in.
    pub(super) fn new(config: &Config, intake: Intake<Decoder>, now: Time) -> Self {
        let until = now + config.limits.registration_wait;
        let phase = Phase::Saying(Asking::First(wanted(config)));
        let (config, stopped, account) = (config.clone(), false, None);
        Self { config, intake, until, tries: 0, account_tries: 0, account, stopped, phase }
    }

    pub(super) fn handle_bytes(&mut self, bytes: &[u8]) {
        self.intake.handle_bytes(bytes);
    }

    pub(super) fn handle_end(&mut self) {
        self.intake.handle_end();
    }

    /// Handles that the last words were not written: nobody is there.
    pub(super) fn handle_failure(&mut self) {
        self.phase = Phase::Over(None);
    }

    pub(super) fn handle_stop(&mut self) {
        self.stopped = true;
    }

    pub(super) fn handle_verdict(&mut self, verdict: Verdict) {
        if self.phase != Phase::Checking {
            return;
        }
        self.phase = match verdict {
            Verdict::Welcome => Phase::Saying(Asking::Welcome),
            Verdict::Member(account) => {
                self.account = Some(account.name);
                Phase::Saying(Asking::Welcome)
            }
            Verdict::Invited(pass) => Phase::Saying(Asking::Pass(pass, None)),
            Verdict::LoggedIn(account, pass) => {
                self.account = Some(account.name.clone());
                Phase::Saying(Asking::Pass(pass, Some(account.name)))
            }
            Verdict::Denied(denial) => self.deny(denial),
        };
    }

    fn deny(&mut self, denial: Denial) -> Phase {
        let is_last = match denial {
            Denial::BadName | Denial::NameTaken | Denial::ShortPassword | Denial::HasAccount => {
                self.account_tries += 1;
                self.account_tries == ACCOUNT_TRIES
            }
            Denial::Wrong
            | Denial::TooMany
            | Denial::Expired
            | Denial::UsedUp
            | Denial::Revoked
            | Denial::Busy
            | Denial::Unsafe => {
                self.tries += 1;
                self.tries == TRIES || !denial.may_try_again()
            }
        };
        Phase::Saying(if is_last { Asking::Last(denial) } else { Asking::Again(wanted(&self.config), denial) })
    }

    pub(super) fn poll_step(&mut self, now: Time) -> Step {
        let first = Asking::First(wanted(&self.config));
        loop {
            let first = first.clone();
            match &self.phase {
                Phase::Over(incident) => return Step::End { incident: *incident, detail: None },
                _ if self.stopped => {
                    self.phase = Phase::Over(None);
                    return Step::Write { bytes: self.encoding().farewell(), until: now };
                }
                Phase::Saying(asking) => {
                    let (bytes, next) = (self.intake.decoder.form().ask(asking, self.dialect()), after(asking));
                    self.phase = next;
                    if !bytes.is_empty() {
                        // It is short; a socket that does not take it at once belongs to nobody who would read it.
                        return Step::Write { bytes, until: now };
                    }
                }
                Phase::Waiting => match self.take_given() {
                    Some(Given::Secret(given)) => self.phase = Phase::Given(given),
                    Some(Given::Token(token)) => {
                        let is_good = self.config.connection_of(&token).is_some();
                        self.phase = Phase::Saying(if is_good { Asking::Welcome } else { first });
                    }
                    Some(Given::Resume(token)) if self.config.connection_of(&token).is_some() => {
                        self.phase = Phase::Saying(Asking::Welcome);
                    }
                    Some(Given::Resume(_)) => {
                        self.pass(false);
                        self.phase = Phase::Saying(first);
                    }
                    Some(Given::NewAccount(Ok(new))) if self.config.limits.has_accounts => {
                        self.phase = Phase::Making(new)
                    }
                    Some(Given::NewAccount(Ok(_))) => self.phase = self.deny(Denial::Wrong),
                    Some(Given::NewAccount(Err(denial))) => self.phase = self.deny(denial),
                    Some(Given::Leave) => self.phase = Phase::Over(None),
                    Some(Given::Learned) => self.phase = Phase::Saying(Asking::Hide),
                    Some(Given::Answered(message)) => {
                        let mut bytes = BytesMut::new();
                        self.encoding().encode(&message, &mut bytes, |_| {});
                        return Step::Write { bytes: bytes.freeze(), until: now };
                    }
                    Some(Given::Blank | Given::Nothing) => {}
                    None if self.intake.end.is_some() => self.phase = Phase::Over(None),
                    None if self.until <= now => self.phase = Phase::Saying(Asking::Late),
                    None => return Step::Read { until: self.until },
                },
                Phase::Given(_) => {
                    let Phase::Given(given) = mem::replace(&mut self.phase, Phase::Checking) else { continue };
                    return Step::Check { given };
                }
                Phase::Making(_) => {
                    let Phase::Making(new) = mem::replace(&mut self.phase, Phase::Checking) else { continue };
                    return Step::MakeAccount(new);
                }
                Phase::Checking => return Step::Read { until: self.until },
                Phase::Welcome => return Step::Enter,
            }
        }
    }

    /// Takes what has come next, if something has.
    fn take_given(&mut self) -> Option<Given> {
        let decoder = &mut self.intake.decoder;
        if !decoder.has_found() {
            decoder.forget_passed();
            return None;
        }
        let given = decoder.given();
        if !matches!(given, Given::Resume(_)) {
            self.pass(given == Given::Blank);
        }
        Some(given)
    }

    fn pass(&mut self, is_blank: bool) {
        self.intake.decoder.pass(is_blank);
        // Whoever is let in has sent nothing yet.
        self.intake.new_bytes = 0;
    }

    fn dialect(&self) -> Dialect {
        self.intake.decoder.dialect()
    }

    fn encoding(&self) -> Encoding {
        Encoding::of(self.intake.decoder.form(), self.dialect())
    }

    /// Returns what came behind the password, and by which account they have logged in.
    pub(super) fn into_intake(self) -> (Intake<Decoder>, Option<Name>) {
        (self.intake, self.account)
    }
}

/// Returns what lets somebody in. Who needs nothing is asked only if they want to log in.
const fn wanted(config: &Config) -> Wanted {
    match (config.limits.asks_password, config.limits.has_accounts) {
        (true, false) => Wanted::Password,
        (true, true) => Wanted::PasswordOrAccount,
        (false, _) => Wanted::Account,
    }
}

/// Returns what comes after something was said.
const fn after(asking: &Asking) -> Phase {
    match asking {
        Asking::First(_) | Asking::Hide | Asking::Again(..) => Phase::Waiting,
        Asking::Welcome | Asking::Pass(..) => Phase::Welcome,
        Asking::Late => Phase::Over(None),
        Asking::Last(denial) => Phase::Over(Some(denial.incident())),
    }
}

/// It hides what has come.
impl fmt::Debug for GuardedHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GuardedHandshake({:?})", self.phase)
    }
}

#[cfg(test)]
mod tests;
