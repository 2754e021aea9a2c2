//! Owns a connection that a proxy has made, until it has said for whom, and that one may come.
//!
//! Invariants: nothing that comes before the header is taken for chat or for a request, and who sends no header is
//! refused. Otherwise anybody behind the proxy could say that they are somebody else.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;

use super::came::Came;
use super::proxy_header::{ProxyHeader, ProxyHeaderError};
use crate::config::Config;
use crate::incidents::Incident;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::wire::Form;
use crate::wire::step::Step;

/// What is told to one whose proxy does not say for whom they come.
const NO_HEADER: &str = "Server expects the PROXY protocol (send-proxy) from your address, which --proxy-from names";

pub(crate) struct ProxiedHandshake {
    pub(super) config: Config,
    pub(super) form: Form,
    /// The proxy's address.
    peer: IpAddr,
    pub(super) came: Came,
    /// Until when the header may take.
    until: Time,
    phase: Phase,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    /// The header is awaited.
    Reading,
    /// For whom it is was told, and whether they may come is awaited.
    Announced(IpAddr),
    /// They may.
    Admitted,
    /// They may not: this is to be told.
    Refused(Refusal),
    /// The last answer was handed out.
    TurnedAway(Option<Incident>),
}

impl ProxiedHandshake {
    pub(super) fn new(config: &Config, form: Form, peer: IpAddr, now: Time) -> Self {
        Self {
            config: config.clone(),
            form,
            peer,
            came: Came::default(),
            until: now + config.limits.request_wait,
            phase: Phase::Reading,
        }
    }

    pub(super) fn handle_admission(&mut self, admission: Result<(), Refusal>) {
        if let Phase::Announced(_) = self.phase {
            self.phase = admission.map_or_else(Phase::Refused, |()| Phase::Admitted);
        }
    }

    /// Returns what is to be done next; or nothing, if it is known for whom the connection is.
    pub(super) fn poll_step(&mut self, now: Time) -> Option<Step> {
        if self.phase == Phase::Reading {
            match ProxyHeader::parse(&self.came.input) {
                Ok(ProxyHeader { source, len }) => {
                    self.came.input.drain(..len);
                    self.phase = Phase::Announced(source.unwrap_or(self.peer));
                }
                Err(ProxyHeaderError::Partial) if !self.came.ended && now < self.until => {
                    return Some(Step::Read { until: self.until });
                }
                // It has only been tried whether somebody is here.
                Err(ProxyHeaderError::Partial) if self.came.ended && self.came.input.is_empty() => {
                    self.phase = Phase::TurnedAway(None);
                }
                Err(ProxyHeaderError::Partial | ProxyHeaderError::Malformed) => {
                    let answer = self.form.turn_away(NO_HEADER);
                    return Some(self.turn_away(now, answer, Some(Incident::NoProxyHeader)));
                }
            }
        }
        match self.phase {
            Phase::Reading | Phase::Admitted => None,
            Phase::Announced(address) => Some(Step::Announce { address }),
            Phase::Refused(refusal) => Some(self.turn_away(now, self.form.refuse(refusal), None)),
            Phase::TurnedAway(incident) => Some(Step::End { incident, detail: None }),
        }
    }

    /// Tells why, all that the socket takes at once, and ends.
    fn turn_away(&mut self, now: Time, bytes: Bytes, incident: Option<Incident>) -> Step {
        self.phase = Phase::TurnedAway(incident);
        Step::Write { bytes, until: now }
    }
}

/// It hides what has come.
impl fmt::Debug for ProxiedHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxiedHandshake({} bytes, {:?})", self.came.input.len(), self.phase)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Handshake;
    use crate::Limits;
    use crate::log::Command;
    use crate::{Next, Request, Signals, Text};

    const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07\xc0\0\x02\x01\xdc\x04\xab\xe0";
    const V1: &[u8] = b"PROXY TCP4 203.0.113.7 192.0.2.1 56324 42069\r\n";
    const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    const UNKNOWN: &[u8] = b"PROXY UNKNOWN\r\n";
    const GONE: Step = Step::End { incident: None, detail: None };
    const REFUSED: Step = Step::End { incident: Some(Incident::NoProxyHeader), detail: None };

    fn config() -> Config {
        Config {
            limits: Limits { proxies: ["10.0.0.0/8".parse().expect("it is a network")].into(), ..Limits::default() },
            ..Config::default()
        }
    }

    fn proxy() -> IpAddr {
        [10, 0, 0, 1].into()
    }

    fn late() -> Time {
        Time::after(Duration::from_secs(5))
    }

    fn arrive(form: Form) -> Handshake {
        Handshake::new(&config(), form, proxy(), Time::START)
    }

    #[test]
    fn who_comes_through_a_proxy_is_announced_with_their_address_and_let_in_with_what_they_said_in_every_split() {
        for (header, told) in [(V1, "203.0.113.7"), (V2, "203.0.113.7"), (LOCAL, "10.0.0.1"), (UNKNOWN, "10.0.0.1")] {
            let bytes = [header, b"hello\n"].concat();
            for split in 0..=bytes.len() {
                let mut handshake = arrive(Form::Lines);
                handshake.handle_bytes(&bytes[..split]);
                if split < header.len() {
                    assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() }, "split at {split}");
                }
                let mut rest = Some(&bytes[split..]);
                let mut step = handshake.poll_step(Time::START);
                let mut announced = Vec::new();
                loop {
                    match step {
                        Step::Read { .. } => handshake.handle_bytes(rest.take().expect("all has come")),
                        Step::Announce { address } => {
                            announced.push(address.to_string());
                            handshake.handle_admission(Ok(()));
                        }
                        Step::Enter => break,
                        step @ (Step::Write { .. }
                        | Step::Secure { .. }
                        | Step::Measure
                        | Step::Admit
                        | Step::Check { .. }
                        | Step::MakeAccount(_)
                        | Step::End { .. }) => {
                            panic!("{step:?} after a header")
                        }
                    }
                    step = handshake.poll_step(Time::START);
                }
                assert_eq!(announced, [told]);
                let mut session = handshake.into_session();
                rest.into_iter().for_each(|rest| session.handle_bytes(rest));
                let said = Next::Ask(vec![Request::Command(Command::Say(Text::clean("hello").into()))]);
                assert_eq!(session.poll_next(Time::START, Signals::default()), said);
            }
        }
    }

    #[test]
    fn a_browser_behind_a_proxy_is_answered_and_has_its_own_time_for_a_request() {
        let mut handshake = arrive(Form::Web);
        handshake.handle_bytes(V2);
        assert_eq!(handshake.poll_step(Time::START), Step::Announce { address: [203, 0, 113, 7].into() });
        assert_eq!(
            handshake.poll_step(late()),
            Step::Announce { address: [203, 0, 113, 7].into() },
            "it is not known yet"
        );
        handshake.handle_admission(Ok(()));
        assert_eq!(handshake.poll_step(late()), Step::Read { until: late() + Duration::from_secs(5) });
        handshake.handle_bytes(b"GET /healthz HTTP/1.0\r\n\r\n");
        let Step::Write { bytes, .. } = handshake.poll_step(late()) else { panic!("there is an answer") };
        assert!(bytes.starts_with(b"HTTP/1.1 200 "));
    }

    #[test]
    fn who_has_too_many_connections_through_a_proxy_is_told_so() {
        for (form, told) in [(Form::Lines, &b"Too many connections"[..]), (Form::Web, b"HTTP/1.1 429 ")] {
            let mut handshake = arrive(form);
            handshake.handle_bytes(V1);
            handshake.handle_admission(Ok(()));
            assert!(matches!(handshake.poll_step(Time::START), Step::Announce { .. }));
            handshake.handle_admission(Err(Refusal::AddressFull));
            let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("there is an answer") };
            assert!(bytes.starts_with(told), "{bytes:?}");
            assert_eq!([(); 2].map(|()| handshake.poll_step(Time::START)), [GONE, GONE]);
        }
    }

    #[test]
    fn who_comes_from_a_proxys_network_without_a_header_is_refused_and_told_so() {
        for (bytes, ended, now) in [
            (&b"hello\n"[..], false, Time::START),
            (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, Time::START),
            (b"\r\n\r\nhello\r\n", false, Time::START),
            (b"PROXY TCP4 203.0.113.7\r\n", false, Time::START),
            (&[b'\r'; 100], false, Time::START),
            (b"PROXY TC", true, Time::START),
            (b"PROXY TC", false, late()),
            (b"", false, late()),
        ] {
            for form in [Form::Lines, Form::Web] {
                let mut handshake = arrive(form);
                handshake.handle_bytes(bytes);
                if ended {
                    handshake.handle_end();
                }
                let Step::Write { bytes: told, .. } = handshake.poll_step(now) else {
                    panic!("{bytes:?} has no answer")
                };
                let told = String::from_utf8(told.to_vec()).expect("it is text");
                assert!(told.ends_with(&format!("{NO_HEADER}\n")), "{told}");
                assert_eq!(told.starts_with("HTTP/1.1 400 "), form == Form::Web);
                assert_eq!([(); 2].map(|()| handshake.poll_step(now)), [REFUSED, REFUSED], "{bytes:?}");
            }
        }
    }

    #[test]
    fn a_proxy_that_only_tries_whether_somebody_is_here_is_no_incident() {
        let mut handshake = arrive(Form::Lines);
        handshake.handle_end();
        assert_eq!(handshake.poll_step(Time::START), GONE);
    }

    #[test]
    fn who_comes_through_a_proxy_to_a_server_that_stops_is_told_so() {
        let mut handshake = arrive(Form::Lines);
        handshake.handle_stop();
        assert_eq!(handshake.poll_step(Time::START), Step::Read { until: late() });
        handshake.handle_bytes(V1);
        assert!(matches!(handshake.poll_step(Time::START), Step::Announce { .. }));
        handshake.handle_admission(Ok(()));
        let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("it is told") };
        assert_eq!(bytes, "Server is shutting down\n");
    }

    #[test]
    fn from_elsewhere_a_header_opens_nothing() {
        let mut handshake = Handshake::new(&config(), Form::Web, [192, 0, 2, 1].into(), Time::START);
        handshake.handle_bytes(V1);
        let Step::Write { bytes, .. } = handshake.poll_step(Time::START) else { panic!("it is told") };
        assert!(bytes.starts_with(b"HTTP/1.1 400 "), "{bytes:?}");
    }
}
