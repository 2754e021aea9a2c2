//! Owns a connection from when it is accepted until it is let into the chat, or turned away.
//!
//! Invariants: who speaks another protocol is never let in, and sees nothing but the answer to it; who leaves without a word was
//! never here.

use bytes::Bytes;

use crate::session::Opening;
use crate::{Config, Foreign, Session, Time};

/// Decides who a new connection is.
///
/// Ask it what is to be done next with [`poll_step`](Self::poll_step), and do that, until somebody enters, or this was the end.
///
/// A client of the line protocol may wait to be greeted, or speak first. So one that says nothing is let in after
/// [`Config::door_wait`], and one that sends a line, be it blank, as soon as that is seen not to be another protocol's.
#[derive(Debug)]
pub struct Arrival {
    session: Session,
    until: Time,
    ended: bool,
    turned_away: bool,
}

/// Tells what is to be done next with a connection that has arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Read from the socket, and hand in what came with [`Arrival::handle_bytes`], or that nothing more will come with
    /// [`Arrival::handle_end`]. Come back at this time, if nothing comes before.
    Read {
        /// When to come back.
        until: Time,
    },
    /// They speak something else: write this answer, as much as the socket takes, and come back.
    TurnAway {
        /// What they speak.
        foreign: Foreign,
        /// What to write; never empty, and short.
        answer: Bytes,
    },
    /// Let the connection into the chat, with what [`Arrival::into_session`] returns.
    Enter,
    /// Close the connection.
    End,
}

impl Arrival {
    /// Starts with a connection that was just accepted.
    #[must_use]
    pub fn new(config: &Config, now: Time) -> Self {
        Self { session: Session::new(config), until: now + config.door_wait, ended: false, turned_away: false }
    }

    /// Takes bytes that have come.
    pub fn handle_bytes(&mut self, bytes: &[u8]) {
        self.session.handle_bytes(bytes);
    }

    /// Takes notice that no more bytes will come.
    pub fn handle_end(&mut self) {
        self.ended = true;
        self.session.handle_end();
    }

    /// Returns what is to be done next.
    pub fn poll_step(&mut self, now: Time) -> Step {
        match self.session.opening() {
            _ if self.turned_away => Step::End,
            Opening::Foreign(foreign) => {
                self.turned_away = true;
                Step::TurnAway { foreign, answer: foreign.answer().into() }
            }
            Opening::Line => Step::Enter,
            Opening::Unknown if self.ended => Step::End,
            Opening::Unknown if self.until <= now => Step::Enter,
            Opening::Unknown => Step::Read { until: self.until },
        }
    }

    /// Returns the session of one who enters, with all that was read already.
    #[must_use]
    pub fn into_session(self) -> Session {
        self.session
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Next, Request, Signals, Text};

    fn wait() -> Time {
        Time::after(Duration::from_millis(100))
    }

    fn arrive(bytes: &[u8]) -> Arrival {
        let mut arrival = Arrival::new(&Config::default(), Time::START);
        arrival.handle_bytes(bytes);
        arrival
    }

    fn step(bytes: &[u8]) -> Step {
        arrive(bytes).poll_step(Time::START)
    }

    #[test]
    fn who_says_nothing_is_let_in_after_a_while() {
        let mut arrival = arrive(b"");
        assert_eq!(arrival.poll_step(Time::START), Step::Read { until: wait() });
        assert_eq!(arrival.poll_step(Time::after(Duration::from_millis(99))), Step::Read { until: wait() });
        assert_eq!(arrival.poll_step(wait()), Step::Enter);
    }

    #[test]
    fn who_sends_a_line_is_let_in_at_once_with_what_they_said() {
        for bytes in [&b"\n"[..], b"\r\n", b"hello\n", b"/join pizza\r\nhe", b"GET out of here\n"] {
            assert_eq!(step(bytes), Step::Enter, "{bytes:?}");
        }
        let mut session = arrive(b"hello\nhal").into_session();
        session.handle_bytes(b"lo\n");
        let said = ["hello", "hallo"].map(|text| Request::Say(Text::clean(text))).into();
        assert_eq!(session.poll_next(Time::START, Signals::default()), Next::Ask(said));
    }

    #[test]
    fn what_may_still_become_anything_is_waited_for() {
        for bytes in [&b"G"[..], b"GET / HTTP/1.1", b"hello", b"\xff\xfd\x03", &[0x16]] {
            let mut arrival = arrive(bytes);
            assert_eq!(arrival.poll_step(Time::START), Step::Read { until: wait() }, "{bytes:?}");
            assert_eq!(arrival.poll_step(wait()), Step::Enter, "{bytes:?}");
        }
    }

    #[test]
    fn another_protocol_is_answered_and_closed_however_its_bytes_are_split() {
        let cases: [(&[u8], Foreign); 4] = [
            (b"GET / HTTP/1.1\r\n", Foreign::Http),
            (b"POST /x HTTP/1.1\r\nHost: a\r\n\r\n/join pizza\nhello\n", Foreign::Http),
            (&[0x16, 3, 1, 0, 5, b'\n'], Foreign::Tls),
            (&[0, 1, 0, 8, 0x21, 0x12, 0xa4, 0x42], Foreign::Binary),
        ];
        for (bytes, foreign) in cases {
            for split in 0..=bytes.len() {
                let mut arrival = arrive(&bytes[..split]);
                let mut next = arrival.poll_step(Time::START);
                if next == (Step::Read { until: wait() }) {
                    arrival.handle_bytes(&bytes[split..]);
                    next = arrival.poll_step(Time::START);
                }
                let answer = foreign.answer().into();
                assert_eq!(next, Step::TurnAway { foreign, answer }, "{bytes:?} split at {split}");
                assert_eq!(arrival.poll_step(Time::START), Step::End);
            }
        }
    }

    #[test]
    fn who_leaves_without_a_line_was_never_here() {
        for (bytes, last) in
            [(&b""[..], Step::End), (b"half", Step::End), (b"\xff\xf4", Step::End), (b"hello\n", Step::Enter)]
        {
            let mut arrival = arrive(bytes);
            arrival.handle_end();
            assert_eq!(arrival.poll_step(Time::START), last, "{bytes:?}");
        }
    }
}
