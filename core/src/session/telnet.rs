//! Owns telnet: keeps its commands (RFC 854) out of what people type, and hears the interrupt among them.
//!
//! Nothing is answered. A client whose offers stay unanswered keeps to the plain line-by-line terminal of the RFC, which is what a
//! line protocol wants; and a server that never answers can't be made to answer for ever.

use memchr::memchr;

/// "Interpret as command": begins every telnet command. It is no part of UTF-8.
const IAC: u8 = 255;
const DONT: u8 = 254;
const WILL: u8 = 251;
const SUBNEGOTIATION: u8 = 250;
const SUBNEGOTIATION_END: u8 = 240;
const INTERRUPT: u8 = 244;
/// What telnet makes of ^\, the key that quits. After it telnet shows nothing more, but waits for an answer.
const BREAK: u8 = 243;
const ABORT: u8 = 238;
const END_OF_FILE: u8 = 236;

/// Tells where in a telnet command the bytes were broken off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Telnet {
    /// In none.
    #[default]
    Text,
    /// After IAC.
    Command,
    /// After WILL, WON'T, DO or DON'T: the option comes.
    Option,
    /// In a subnegotiation.
    Subnegotiation,
    /// In a subnegotiation, after IAC.
    SubnegotiationCommand,
}

/// Tells what was among the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stripped {
    /// Text, and commands that mean nothing here.
    Text,
    /// A wish to leave; what came after it was dropped.
    Interrupt,
}

impl Telnet {
    /// Appends `bytes` without telnet's commands to `text`. A doubled IAC stands for the byte itself.
    pub(super) fn strip(&mut self, mut bytes: &[u8], text: &mut Vec<u8>) -> Stripped {
        loop {
            if *self == Self::Text {
                let plain = memchr(IAC, bytes).unwrap_or(bytes.len());
                text.extend_from_slice(&bytes[..plain]);
                bytes = &bytes[plain..];
            }
            let Some((&byte, rest)) = bytes.split_first() else {
                return Stripped::Text;
            };
            bytes = rest;
            *self = match (*self, byte) {
                (Self::Text, _) => Self::Command,
                (Self::Command, IAC) => {
                    text.push(IAC);
                    Self::Text
                }
                (Self::Command, INTERRUPT | BREAK | ABORT | END_OF_FILE) => return Stripped::Interrupt,
                (Self::Command, WILL..=DONT) => Self::Option,
                (Self::Command, SUBNEGOTIATION) => Self::Subnegotiation,
                (Self::Command | Self::Option, _) => Self::Text,
                (Self::Subnegotiation, IAC) => Self::SubnegotiationCommand,
                (Self::SubnegotiationCommand, SUBNEGOTIATION_END) => Self::Text,
                (Self::Subnegotiation | Self::SubnegotiationCommand, _) => Self::Subnegotiation,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_stripped_however_they_are_split() {
        let cases: [(&[u8], &[u8], Stripped); 15] = [
            (b"hello\r\n", b"hello\r\n", Stripped::Text),
            (b"a\xff\xfb\x1fb", b"ab", Stripped::Text),
            (b"a\xff\xfc\x1fb", b"ab", Stripped::Text),
            (b"\xff\xfd\x06\xff\xfe\xff.", b".", Stripped::Text),
            (b"a\xff\xffb", b"a\xffb", Stripped::Text),
            (b"a\xff\xf6b\xff\xf1c", b"abc", Stripped::Text),
            (b"a\xff\xfa\x18\x00xterm\xff\xf0b", b"ab", Stripped::Text),
            (b"a\xff\xfa\x18\xff\xff\xf0\xff\xf0b", b"ab", Stripped::Text),
            (b"a\xff\xfa\x18 no end\n\n", b"a", Stripped::Text),
            (b"a\xff", b"a", Stripped::Text),
            (b"a\n\xff\xf4\xff\xfd\x06more", b"a\n", Stripped::Interrupt),
            (b"a\n\xff\xf3\xff\xfd\x06more", b"a\n", Stripped::Interrupt),
            (b"a\xff\xecb", b"a", Stripped::Interrupt),
            (b"a\xff\xeeb", b"a", Stripped::Interrupt),
            (b"", b"", Stripped::Text),
        ];
        for (bytes, text, stripped) in cases {
            for split in 0..=bytes.len() {
                let (mut telnet, mut out) = (Telnet::default(), Vec::new());
                let first = telnet.strip(&bytes[..split], &mut out);
                let last = match first {
                    Stripped::Text => telnet.strip(&bytes[split..], &mut out),
                    Stripped::Interrupt => first,
                };
                assert_eq!((out.as_slice(), last), (text, stripped), "{bytes:?} split at {split}");
            }
        }
    }
}
