//! Owns how often each thing that an operator should know of has happened, and when it is to be told.
//!
//! Invariant: of each kind, at most one is told a minute. So an attack can't fill a disk, and what is rare is told at
//! once.

use std::fmt;
use std::time::Duration;

use crate::tls::TlsFailure;
use crate::{OtherProtocol, Time};

/// How long after an incident was told others of its kind are only counted.
const PAUSE: Duration = Duration::from_secs(60);

/// Names what has happened to a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Incident {
    /// It was refused: there are as many as there may be.
    ServerFull,
    /// It was refused: its address has as many as it may have.
    AddressFull,
    /// It was refused: an operator has banned its address.
    Banned,
    /// It was kept waiting: its address connects too fast.
    Throttled,
    /// It was refused: it does not speak chat.
    WrongProtocol(OtherProtocol),
    /// It was refused: it came from where a proxy is to say for whom it connects, and does not.
    NoProxyHeader,
    /// It was refused: it speaks no TLS, which is demanded.
    NoTls,
    /// It was ended: its TLS handshake has failed.
    NotSecured(TlsFailure),
    /// It was refused: it is a page of another site, whose browser was told to connect here.
    ForeignOrigin,
    /// It was refused: it asks for a `WebSocket` as one whom a proxy did not let ask for it.
    NotUpgraded,
    /// It was refused: it asks for something that is not here, or in a way that is not understood.
    BadRequest,
    /// It was refused: its owner gave no right password.
    WrongPassword,
    /// It was refused: too many wrong passwords came from its address.
    ManyPasswords,
    /// It was closed: it broke the rules of `WebSocket`s.
    BadFrames,
    /// It could not be accepted, or could not be told that it was refused: the operating system has no more
    /// descriptors, or memory.
    NotAccepted,
    /// Its owner reads too slowly: messages were dropped.
    Dropped,
    /// Its owner has read nothing for too long: it was given up.
    Stalled,
    /// Its owner goes on with another connection.
    Resumed,
    /// Its owner owed the answer to a ping for too long: it was given up.
    Unanswered,
    /// It broke down, or its owner is out of reach.
    Failed,
    /// Its owner has hung up.
    HungUp,
    /// Its owner has quit.
    Quit,
}

impl Incident {
    /// How many kinds there are besides those of which there are several.
    const OTHER_KINDS: usize = 20;

    /// Where the failures of TLS end among all.
    const PROTOCOLS_FROM: usize = Self::OTHER_KINDS + TlsFailure::ALL.len();

    /// How many kinds there are.
    const KINDS: usize = Self::PROTOCOLS_FROM + OtherProtocol::COUNT;

    /// All kinds.
    pub const ALL: [Self; Self::KINDS] = {
        let others = [
            Self::ServerFull,
            Self::AddressFull,
            Self::Throttled,
            Self::NotAccepted,
            Self::Dropped,
            Self::Stalled,
            Self::Unanswered,
            Self::Resumed,
            Self::Failed,
            Self::HungUp,
            Self::Quit,
            Self::ForeignOrigin,
            Self::BadRequest,
            Self::BadFrames,
            Self::NotUpgraded,
            Self::NoProxyHeader,
            Self::NoTls,
            Self::WrongPassword,
            Self::ManyPasswords,
            Self::Banned,
        ];
        let mut all = [Self::Quit; Self::KINDS];
        let mut index = 0;
        while index < all.len() {
            all[index] = if index < Self::OTHER_KINDS {
                others[index]
            } else if index < Self::PROTOCOLS_FROM {
                Self::NotSecured(TlsFailure::ALL[index - Self::OTHER_KINDS])
            } else {
                Self::WrongProtocol(OtherProtocol::at(index - Self::PROTOCOLS_FROM))
            };
            index += 1;
        }
        all
    };

    /// Tells whether this is the server's own trouble, which an operator can do something about.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        match self {
            Self::ServerFull | Self::NotAccepted => true,
            Self::AddressFull
            | Self::Banned
            | Self::Throttled
            | Self::WrongProtocol(_)
            | Self::ForeignOrigin
            | Self::NoProxyHeader
            | Self::NoTls
            | Self::NotSecured(_)
            | Self::NotUpgraded
            | Self::BadRequest
            | Self::WrongPassword
            | Self::ManyPasswords
            | Self::BadFrames
            | Self::Dropped
            | Self::Stalled
            | Self::Unanswered
            | Self::Resumed
            | Self::Failed
            | Self::HungUp
            | Self::Quit => false,
        }
    }

    /// Tells whether a connection that the gate had let in was refused, since it did not ask for what is to be had
    /// here.
    #[must_use]
    pub const fn is_refusal_in_handshake(self) -> bool {
        match self {
            Self::WrongProtocol(_)
            | Self::NoProxyHeader
            | Self::NoTls
            | Self::ForeignOrigin
            | Self::NotUpgraded
            | Self::BadRequest
            | Self::WrongPassword
            | Self::ManyPasswords => true,
            Self::ServerFull
            | Self::AddressFull
            | Self::Banned
            | Self::Throttled
            | Self::NotSecured(_)
            | Self::BadFrames
            | Self::NotAccepted
            | Self::Dropped
            | Self::Stalled
            | Self::Unanswered
            | Self::Resumed
            | Self::Failed
            | Self::HungUp
            | Self::Quit => false,
        }
    }

    /// Returns a word for it, for programs that tell the kinds apart.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::ServerFull => "server_full",
            Self::AddressFull => "address_full",
            Self::Banned => "banned",
            Self::Throttled => "throttled",
            Self::WrongProtocol(protocol) => protocol.key(),
            Self::ForeignOrigin => "foreign_origin",
            Self::NotUpgraded => "not_upgraded",
            Self::NoProxyHeader => "no_proxy_header",
            Self::NoTls => "no_tls",
            Self::NotSecured(failure) => failure.key(),
            Self::BadRequest => "bad_request",
            Self::WrongPassword => "wrong_password",
            Self::ManyPasswords => "many_passwords",
            Self::BadFrames => "bad_frames",
            Self::NotAccepted => "not_accepted",
            Self::Dropped => "dropped",
            Self::Stalled => "stalled",
            Self::Unanswered => "unanswered",
            Self::Resumed => "resumed",
            Self::Failed => "failed",
            Self::HungUp => "hung_up",
            Self::Quit => "quit",
        }
    }

    const fn kind(self) -> usize {
        match self {
            Self::ServerFull => 0,
            Self::AddressFull => 1,
            Self::Throttled => 2,
            Self::NotAccepted => 3,
            Self::Dropped => 4,
            Self::Stalled => 5,
            Self::Failed => 6,
            Self::HungUp => 7,
            Self::Quit => 8,
            Self::ForeignOrigin => 9,
            Self::BadRequest => 10,
            Self::BadFrames => 11,
            Self::NotUpgraded => 12,
            Self::NoProxyHeader => 13,
            Self::Unanswered => 14,
            Self::Resumed => 15,
            Self::NoTls => 16,
            Self::WrongPassword => 17,
            Self::ManyPasswords => 18,
            Self::Banned => 19,
            Self::NotSecured(failure) => Self::OTHER_KINDS + failure as usize,
            Self::WrongProtocol(protocol) => Self::PROTOCOLS_FROM + protocol.index(),
        }
    }
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServerFull => "refused: the server is full",
            Self::AddressFull => "refused: too many connections from this address",
            Self::Banned => "refused: this address is banned",
            Self::Throttled => "kept waiting: this address connects too fast",
            Self::WrongProtocol(protocol) => protocol.incident(),
            Self::ForeignOrigin => "refused: a page of another site",
            Self::NoProxyHeader => "refused: no PROXY header, which --proxy-from demands from there",
            Self::NoTls => "refused: no TLS, which --tls-only demands",
            Self::NotSecured(failure) => failure.incident(),
            Self::NotUpgraded => "refused: a WebSocket without Upgrade, which a proxy in front has to hand on",
            Self::BadRequest => "refused: a bad request",
            Self::WrongPassword => "refused: a wrong password",
            Self::ManyPasswords => "refused: too many wrong passwords from this address",
            Self::BadFrames => "closed: it broke the rules of WebSockets",
            Self::NotAccepted => "a connection can't be accepted",
            Self::Dropped => "messages dropped: it is read too slowly",
            Self::Stalled => "given up: nothing was read for too long",
            Self::Resumed => "closed: its owner goes on with another connection",
            Self::Unanswered => "given up: pings were not answered for too long",
            Self::Failed => "closed: the connection failed",
            Self::HungUp => "closed: hung up",
            Self::Quit => "closed: quit",
        })
    }
}

/// Counts incidents, and decides which are to be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentLog {
    kinds: [Kind; Incident::KINDS],
}

impl Default for IncidentLog {
    fn default() -> Self {
        Self { kinds: [Kind::default(); Incident::KINDS] }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Kind {
    count: u64,
    /// How many were counted, and not told of, since the last that was.
    untold: u64,
    told_at: Option<Time>,
}

impl IncidentLog {
    /// Counts an incident. If it is to be told, returns how many of its kind have happened since the last one that was
    /// told, and were not told themselves.
    pub fn note(&mut self, now: Time, incident: Incident) -> Option<u64> {
        let kind = &mut self.kinds[incident.kind()];
        kind.count += 1;
        if kind.told_at.is_some_and(|told_at| now.since(told_at) < PAUSE) {
            kind.untold += 1;
            return None;
        }
        kind.told_at = Some(now);
        Some(std::mem::take(&mut kind.untold))
    }

    /// Returns how often this kind of incident has happened.
    #[must_use]
    pub const fn count(&self, incident: Incident) -> u64 {
        self.kinds[incident.kind()].count
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn of_each_kind_one_a_minute_is_told_and_the_others_are_counted() {
        let mut incidents = IncidentLog::default();
        let minute = Time::after(Duration::from_secs(60));
        let before = Time::after(Duration::from_nanos(59_999_999_999));
        for incident in Incident::ALL {
            let told = [Time::START, Time::START, before, minute, minute].map(|now| incidents.note(now, incident));
            assert_eq!(told, [Some(0), None, None, Some(2), None], "{incident}");
            let later = Time::after(Duration::from_secs(3600));
            assert_eq!((incidents.note(later, incident), incidents.count(incident)), (Some(1), 6));
        }
    }

    #[test]
    fn each_kind_has_words_and_a_key_of_its_own() {
        let keys: HashSet<_> = Incident::ALL.into_iter().map(Incident::key).collect();
        assert_eq!(keys.len(), Incident::ALL.len());
        let words: HashSet<_> = Incident::ALL.iter().map(Incident::to_string).collect();
        assert_eq!(words.len(), Incident::ALL.len());
        assert!(words.iter().all(|words| !words.is_empty()));
    }

    #[test]
    fn each_refusal_is_one_of_the_gate_or_of_the_handshake() {
        for incident in Incident::ALL {
            let is_of_gate = matches!(incident, Incident::ServerFull | Incident::AddressFull | Incident::Banned);
            let is_refusal = incident.to_string().starts_with("refused: ");
            assert_eq!(incident.is_refusal_in_handshake(), is_refusal && !is_of_gate, "{incident}");
        }
    }

    #[test]
    fn kinds_are_told_apart_and_only_what_an_operator_can_mend_is_trouble() {
        let mut incidents = IncidentLog::default();
        for incident in Incident::ALL {
            assert_eq!((incidents.note(Time::START, incident), incidents.count(incident)), (Some(0), 1), "{incident}");
        }
        let trouble: Vec<_> = Incident::ALL.into_iter().filter(|incident| incident.is_trouble()).collect();
        assert_eq!(trouble, [Incident::ServerFull, Incident::NotAccepted]);
    }
}
