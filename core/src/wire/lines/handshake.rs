//! Owns a connection that has come to the line listener: tells chat from other protocols by what comes first, or by
//! silence.

use bytes::BytesMut;

use super::decode::{LineDecoder, Opening};
use super::encode::encode;
use crate::config::Config;
use crate::dialect::LineEnd;
use crate::incidents::Incident;
use crate::limits::Limits;
use crate::listen_addresses::Ports;
use crate::message::Message;
use crate::time::Time;
use crate::wire::contract::LetIn;
use crate::wire::decode::Decode as _;
use crate::wire::intake::Intake;
use crate::wire::step::Step;

#[derive(Debug)]
pub(crate) struct LinesHandshake {
    intake: Intake<LineDecoder>,
    until: Time,
    ports: Ports,
    /// The server stops.
    stopped: bool,
    /// What comes after the answer to who is not let in.
    turned_away: Option<Step>,
}

impl LinesHandshake {
    pub(super) fn new(config: &Config, now: Time) -> Self {
        let intake = Intake::new(LineDecoder::new(config));
        let Limits { handshake_wait, listen_addresses, .. } = config.limits;
        let ports = listen_addresses.ports_for(listen_addresses.lines);
        Self { intake, until: now + handshake_wait, ports, stopped: false, turned_away: None }
    }

    fn line_end(&self) -> LineEnd {
        LineEnd::of(self.intake.decoder.dialect())
    }
}

impl LetIn for LinesHandshake {
    type Decoder = LineDecoder;

    fn handle_bytes(&mut self, bytes: &[u8]) {
        self.intake.handle_bytes(bytes);
    }

    fn handle_end(&mut self) {
        self.intake.handle_end();
    }

    fn handle_stop(&mut self) {
        self.stopped = true;
    }

    fn poll_step(&mut self, now: Time) -> Step {
        if let Some(end) = self.turned_away.take() {
            return end;
        }
        match self.intake.decoder.opening() {
            Opening::OtherProtocol(protocol) => {
                self.turned_away = Some(Step::End { incident: Some(Incident::WrongProtocol(protocol)), detail: None });
                // It is short; a socket that does not take it at once belongs to nobody who would read it.
                let port = protocol.port(self.ports);
                Step::Write { bytes: protocol.answer(port, self.line_end()).into(), until: now }
            }
            Opening::Line | Opening::Unknown if self.stopped => {
                self.turned_away = Some(Step::End { incident: None, detail: None });
                let mut farewell = BytesMut::new();
                encode(&Message::Stopping, self.line_end(), &mut farewell, |_| {});
                Step::Write { bytes: farewell.freeze(), until: now }
            }
            Opening::Line => Step::Enter,
            Opening::Unknown if self.intake.end.is_some() => Step::End { incident: None, detail: None },
            Opening::Unknown if self.until <= now => Step::Enter,
            Opening::Unknown => Step::Read { until: self.until },
        }
    }

    fn into_intake(self) -> Intake<LineDecoder> {
        self.intake
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::log::Command;
    use crate::wire::Decoder;
    use crate::{Next, OtherProtocol, Request, Session, Signals, Text};

    /// The session of one who enters.
    fn session(handshake: LinesHandshake) -> Session {
        Session::of(Session::meter(&Config::default()), handshake.into_intake().map(Decoder::Lines))
    }

    const GONE: Step = Step::End { incident: None, detail: None };

    fn wait() -> Time {
        Time::after(Duration::from_millis(100))
    }

    fn arrive(bytes: &[u8]) -> LinesHandshake {
        let mut handshake = LinesHandshake::new(&Config::default(), Time::START);
        handshake.handle_bytes(bytes);
        handshake
    }

    fn step(bytes: &[u8]) -> Step {
        arrive(bytes).poll_step(Time::START)
    }

    #[test]
    fn who_says_nothing_is_let_in_after_a_while() {
        let mut handshake = arrive(b"");
        assert_eq!(handshake.poll_step(Time::START), Step::Read { until: wait() });
        assert_eq!(handshake.poll_step(Time::after(Duration::from_millis(99))), Step::Read { until: wait() });
        assert_eq!(handshake.poll_step(wait()), Step::Enter);
    }

    #[test]
    fn who_comes_to_a_server_that_stops_is_told_so() {
        for bytes in [&b""[..], b"hel", b"hello\n"] {
            let mut handshake = arrive(bytes);
            handshake.handle_stop();
            let told = Step::Write { bytes: "Server is shutting down\n".into(), until: Time::START };
            assert_eq!([(); 2].map(|()| handshake.poll_step(Time::START)), [told, GONE], "{bytes:?}");
        }
    }

    #[test]
    fn who_sends_a_line_is_let_in_at_once_with_what_they_said() {
        for bytes in [&b"\n"[..], b"\r\n", b"hello\n", b"/join pizza\r\nhe", b"GET out of here\n"] {
            assert_eq!(step(bytes), Step::Enter, "{bytes:?}");
        }
        let mut session = session(arrive(b"hello\nhal"));
        session.handle_bytes(b"lo\n");
        let said = ["hello", "hallo"].map(|text| Request::Command(Command::Say(Text::clean(text).into())));
        let Next::Ask(requests) = session.poll_next(Time::START, Signals::default()) else { panic!("lines are there") };
        assert_eq!(Request::one_by_one(requests), Vec::from(said));
    }

    #[test]
    fn who_speaks_telnet_before_a_line_that_is_too_long_is_let_in() {
        let mut handshake = arrive(&[b"\xff\xfd\x03/10", &[b'x'; 5000][..], b"\r\n"].concat());
        handshake.handle_end();
        assert_eq!(handshake.poll_step(Time::START), Step::Enter);
    }

    #[test]
    fn what_may_still_become_anything_is_waited_for() {
        for bytes in [&b"G"[..], b"GET / HTTP/1.1", b"hello", b"\xff\xfd\x03", &[0x16]] {
            let mut handshake = arrive(bytes);
            assert_eq!(handshake.poll_step(Time::START), Step::Read { until: wait() }, "{bytes:?}");
            assert_eq!(handshake.poll_step(wait()), Step::Enter, "{bytes:?}");
        }
    }

    #[test]
    fn another_protocol_is_answered_and_closed_however_its_bytes_are_split() {
        let cases: [(&[u8], OtherProtocol); 4] = [
            (b"GET / HTTP/1.1\r\n", OtherProtocol::Http),
            (b"POST /x HTTP/1.1\r\nHost: a\r\n\r\n/join pizza\nhello\n", OtherProtocol::Http),
            (&[0x16, 3, 1, 0, 5, b'\n'], OtherProtocol::Tls),
            (&[0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42], OtherProtocol::Binary),
        ];
        for (bytes, protocol) in cases {
            for split in 0..=bytes.len() {
                let mut handshake = arrive(&bytes[..split]);
                let mut next = handshake.poll_step(Time::START);
                if next == (Step::Read { until: wait() }) {
                    handshake.handle_bytes(&bytes[split..]);
                    next = handshake.poll_step(Time::START);
                }
                let (bytes, until) = (protocol.answer(None, LineEnd::Lf).into(), Time::START);
                assert_eq!(next, Step::Write { bytes, until }, "{protocol:?} split at {split}");
                let incident = Some(Incident::WrongProtocol(protocol));
                assert_eq!(handshake.poll_step(Time::START), Step::End { incident, detail: None });
            }
        }
    }

    #[test]
    fn who_leaves_without_a_line_was_never_here() {
        for (bytes, last) in [(&b""[..], GONE), (b"half", GONE), (b"\xff\xf4", GONE), (b"hello\n", Step::Enter)] {
            let mut handshake = arrive(bytes);
            handshake.handle_end();
            assert_eq!(handshake.poll_step(Time::START), last, "{bytes:?}");
        }
    }
}
