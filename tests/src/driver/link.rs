//! Owns the reading end of a connection, as an adapter drives it: its handshake, and then its session.

use std::net::{IpAddr, Ipv4Addr};

use chinwag_core::admission::{Account, Denial, Door, Passphrase, Role, Verdict};
use chinwag_core::{
    Config, ConnectionId, Form, Handshake, LogsIn, Name, Next, Request, Secret, Session, Signals, Step, Time,
};

/// The password of a server of the tests, if it asks for one.
pub(crate) const PASSWORD: &str = "swordfish";

/// Where everybody comes from.
pub(super) const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Returns what is asked whether a password lets somebody in: [`PASSWORD`] does.
pub(super) fn door() -> Door {
    Door::new(Secret::new([7; 32]), Some(&Passphrase::new(PASSWORD)))
}

/// The accounts of a server of the tests, if it has any.
pub(crate) fn accounts() -> [Name; 2] {
    ["Ann", "Root"].map(|name| Name::parse(name).expect("it is a name"))
}

/// Tells what comes of the password of an account: it is the server's. That of `Root` is an operator's.
pub(super) fn log_in(accounts: &[Name], name: &Name, given: &Passphrase) -> Verdict {
    let found = accounts.iter().find(|account| account.key() == name.key()).cloned();
    let Some(name) = found.filter(|_| given.as_str() == PASSWORD) else { return Verdict::Denied(Denial::Wrong) };
    let role = if name.as_str() == "Root" { Role::Operator } else { Role::Member };
    Verdict::Member(Account { name, role })
}

/// Takes an account and its password apart, where both are given as one.
pub(super) fn split(given: &Passphrase) -> Option<(Name, Passphrase)> {
    let (account, password) = given.as_str().split_once(':')?;
    Some((Name::parse(account)?, Passphrase::new(password)))
}

/// Tells what the reader of a connection is to do next.
#[derive(PartialEq, Eq, Debug)]
pub enum Todo {
    /// Read from the socket, and come back at this time if nothing comes before.
    Read(Option<Time>),
    /// Write this, as the socket takes it until this time.
    Write(Vec<u8>, Time),
    /// Let it in.
    Enter,
    /// Hand these requests on.
    Ask(Vec<Request>),
    /// Wait for a signal of the writer.
    AwaitSignal,
    /// Come back at this time.
    AwaitTime(Time),
    /// Nothing more.
    End,
}

/// Holds the reading end of a connection: first its handshake, then its session.
#[derive(Debug)]
pub struct Link {
    phase: Phase,
    /// What is asked whether a password lets somebody in: each connection has one of its own.
    door: Box<Door>,
    logs_in: LogsIn,
    pub(super) connection: Option<ConnectionId>,
}

#[derive(Debug)]
enum Phase {
    Handshake(Box<Handshake>),
    Chatting(Box<Session>),
    TurnedAway,
}

impl Link {
    /// Starts with a connection that a listener of this form has accepted.
    #[must_use]
    pub fn new(config: &Config, form: Form, now: Time) -> Self {
        let handshake = Box::new(Handshake::new(config, form, ADDRESS, now));
        let logs_in = if config.limits.has_accounts { LogsIn::Safely } else { LogsIn::Nobody };
        Self { phase: Phase::Handshake(handshake), door: Box::new(door()), logs_in, connection: None }
    }

    /// Returns what the connection is called, once it was let in.
    #[must_use]
    pub const fn connection(&self) -> Option<ConnectionId> {
        self.connection
    }

    /// Returns what its reader is to do next.
    pub fn next(&mut self, now: Time, signals: Signals) -> Todo {
        match &mut self.phase {
            Phase::Handshake(handshake) => loop {
                match handshake.poll_step(now) {
                    Step::Read { until } => return Todo::Read(Some(until)),
                    Step::Write { bytes, until } => return Todo::Write(bytes.to_vec(), until),
                    Step::Measure => handshake.handle_metrics(Some("nobody is here\n".to_owned())),
                    Step::Announce { .. } | Step::Admit => handshake.handle_admission(Ok(())),
                    Step::MakeAccount(_) => handshake.handle_verdict(Verdict::Denied(Denial::Wrong)),
                    Step::Check { given } => handshake.handle_verdict(self.door.handle_guess(now, ADDRESS, &given)),
                    // Nothing is sealed here.
                    Step::Secure { .. } => handshake.handle_secured(Ok(())),
                    Step::Enter => return Todo::Enter,
                    Step::End { .. } => {
                        self.phase = Phase::TurnedAway;
                        return Todo::End;
                    }
                }
            },
            Phase::Chatting(session) => match session.poll_next(now, signals) {
                // Nobody else waits here for a turn.
                Next::Yield => self.next(now, signals),
                Next::Ask(requests) => Todo::Ask(requests),
                Next::AwaitSignal => Todo::AwaitSignal,
                Next::AwaitTime(at) => Todo::AwaitTime(at),
                Next::Read => Todo::Read(None),
                Next::End => Todo::End,
            },
            Phase::TurnedAway => Todo::End,
        }
    }

    /// Hands in what was read.
    pub fn read(&mut self, bytes: &[u8]) {
        match &mut self.phase {
            Phase::Handshake(handshake) => handshake.handle_bytes(bytes),
            Phase::Chatting(session) => session.handle_bytes(bytes),
            Phase::TurnedAway => {}
        }
    }

    /// Tells it that nothing more will come.
    pub fn read_end(&mut self) {
        match &mut self.phase {
            Phase::Handshake(handshake) => handshake.handle_end(),
            Phase::Chatting(session) => session.handle_end(),
            Phase::TurnedAway => {}
        }
    }

    /// Tells it that reading has failed.
    pub fn read_failed(&mut self) {
        match &mut self.phase {
            Phase::Handshake(handshake) => handshake.handle_end(),
            Phase::Chatting(session) => session.handle_failure(),
            Phase::TurnedAway => {}
        }
    }

    /// Tells a handshake that its answer was not written.
    pub fn write_failed(&mut self) {
        if let Phase::Handshake(handshake) = &mut self.phase {
            handshake.handle_failure();
        }
    }

    /// Tells a handshake that the server stops.
    pub fn stop(&mut self) {
        if let Phase::Handshake(handshake) = &mut self.phase {
            handshake.handle_stop();
        }
    }

    pub(super) fn enter(&mut self) -> &mut Session {
        if let Phase::Handshake(handshake) = std::mem::replace(&mut self.phase, Phase::TurnedAway) {
            let mut session = Box::new(handshake.into_session());
            session.offer_log_in(self.logs_in);
            self.phase = Phase::Chatting(session);
        }
        let Phase::Chatting(session) = &mut self.phase else { panic!("it was turned away") };
        session
    }
}
