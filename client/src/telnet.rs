//! What telnet has put among the lines of a server: taken out, wherever the bytes are cut. Of it all only one thing is
//! of interest, the answer to the one question that this program asks.

use std::borrow::Cow;

use memchr::memchr;

const IAC: u8 = 255;
const WILL: u8 = 251;
const WONT: u8 = 252;
const DO: u8 = 253;
const DONT: u8 = 254;
const SB: u8 = 250;
const SE: u8 = 240;
const TIMING_MARK: u8 = 6;

/// Asks the server to answer when it has dealt with all that was sent before (RFC 860). To people who read the room it
/// is nothing.
pub(crate) const QUESTION: [u8; 3] = [IAC, DO, TIMING_MARK];

/// Takes telnet's bytes out.
#[derive(Debug, Default)]
pub(crate) struct Telnet {
    state: State,
    answers: usize,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    Command,
    /// After WILL, WON'T, DO or DON'T.
    Option(u8),
    Sub,
    SubCommand,
}

impl Telnet {
    /// Returns the text among these bytes.
    pub(crate) fn strip<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.state == State::Text && memchr(IAC, bytes).is_none() {
            return Cow::Borrowed(bytes);
        }
        let mut text = Vec::with_capacity(bytes.len());
        for byte in bytes {
            self.state = match (self.state, *byte) {
                (State::Text, IAC) => State::Command,
                (State::Text, byte) => {
                    text.push(byte);
                    State::Text
                }
                (State::Command, verb @ (WILL | WONT | DO | DONT)) => State::Option(verb),
                (State::Command, SB) | (State::SubCommand, IAC) => State::Sub,
                // A doubled one is the byte itself.
                (State::Command, IAC) => {
                    text.push(IAC);
                    State::Text
                }
                (State::Command, _) | (State::SubCommand, SE) => State::Text,
                (State::Option(WILL | WONT), TIMING_MARK) => {
                    self.answers += 1;
                    State::Text
                }
                (State::Option(_), _) => State::Text,
                (State::Sub, IAC) => State::SubCommand,
                (State::Sub | State::SubCommand, _) => State::Sub,
            };
        }
        Cow::Owned(text)
    }

    /// Returns how often the question was answered since this was asked last.
    pub(crate) fn take_answers(&mut self) -> usize {
        std::mem::take(&mut self.answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_telnet_goes_and_all_else_stays_wherever_it_is_cut() {
        let cases: [(&[u8], &[u8], usize); 8] = [
            (b"plain\r\n", b"plain\r\n", 0),
            (b"a\xff\xf1b\xff\xf9\n", b"ab\n", 0),
            (b"a\xff\xfc\x06b\xff\xfb\x06", b"ab", 2),
            (b"a\xff\xfd\x06b\xff\xfe\x06\xff\xfb\x01\xff\xfc\x03", b"ab", 0),
            (b"a\xff\xffb", b"a\xffb", 0),
            (b"a\xff\xfa\x18\x00xterm\xff\xff\xf0\xff\xf0b", b"ab", 0),
            (b"a\xff\xfa\xff\xfc\x06\xff\xf0b", b"ab", 0),
            (b"\xff", b"", 0),
        ];
        for (bytes, text, answers) in cases {
            for cut in 0..=bytes.len() {
                let mut telnet = Telnet::default();
                let stripped = [&bytes[..cut], &bytes[cut..]].map(|part| telnet.strip(part).into_owned()).concat();
                assert_eq!((&*stripped, telnet.take_answers()), (text, answers), "{bytes:?} cut at {cut}");
                assert_eq!(telnet.take_answers(), 0);
            }
        }
    }
}
