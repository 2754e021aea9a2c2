//! Owns telnet: keeps its commands (RFC 854) out of what people type, and hears those among them that mean something
//! here.
//!
//! Nothing is offered, and offers stay unanswered: a client keeps to the plain line-by-line terminal of the RFC then,
//! which is what a line protocol wants. What telnet waits for is answered, as replies among the others, and as bounded.
//! That is the wish that we echo what is typed and send no "go ahead", which is refused. Who asks for that shows
//! nothing of what is typed until they know (RFC 857), and goes back to whole lines. It is a timing mark, without which
//! the telnet of most Linux systems shows nothing after ^Z or ^\ (RFC 860), and whether somebody is there (RFC 1123,
//! section 3.2.4).
//!
//! An IAC with something behind it that is no command is taken for what it is in texts that are not UTF-8: a letter (in
//! CP1251 `я`). So whoever sends those is told that they have to be UTF-8, and no letter vanishes without a word.

use memchr::memchr;

/// "Interpret as command": begins every telnet command. It is no part of UTF-8.
pub(super) const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
pub(super) const WONT: u8 = 252;
pub(super) const WILL: u8 = 251;
const SUBNEGOTIATION: u8 = 250;
const ERASE_LINE: u8 = 248;
const ERASE_CHARACTER: u8 = 247;
const ARE_YOU_THERE: u8 = 246;
/// ^C.
const INTERRUPT: u8 = 244;
/// What telnet makes of ^\, the key that quits.
const BREAK: u8 = 243;
const SUBNEGOTIATION_END: u8 = 240;
const ABORT: u8 = 238;
/// ^D. It is the first of the commands (RFC 1184); what is less is none.
const END_OF_FILE: u8 = 236;

pub(super) const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;
/// What answers it, be it that we won't, says that all before it is dealt with.
pub(crate) const TIMING_MARK: u8 = 6;

/// Tells where in a telnet command the bytes were broken off.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Telnet {
    /// In none.
    #[default]
    Text,
    /// After IAC.
    Command,
    /// After WILL, WON'T or DON'T: the option comes.
    Option,
    /// After DO: the option comes.
    Do,
    /// In a subnegotiation.
    Subnegotiation,
    /// In a subnegotiation, after IAC.
    SubnegotiationCommand,
}

/// Tells what comes next among the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Heard<'a> {
    Text(&'a [u8]),
    Command(Command),
}

/// Tells what a command means here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Command {
    /// Nothing, but that telnet is spoken.
    Other,
    /// Something is negotiated.
    Negotiation,
    /// DO, with an option that has to be refused, when all before it is dealt with.
    Refuse(u8),
    AreYouThere,
    EraseCharacter,
    EraseLine,
    /// A wish to leave, with a key that signals. Telnet asks for a timing mark behind it, and shows nothing until that
    /// is answered.
    Interrupt,
    /// A wish to leave, by the end of what is sent.
    EndOfFile,
}

impl Telnet {
    /// Takes what comes next from the front of `bytes`, if it is there as a whole. A doubled IAC stands for the byte
    /// itself.
    pub(crate) fn hear<'a>(&mut self, bytes: &mut &'a [u8]) -> Option<Heard<'a>> {
        loop {
            if *self == Self::Text {
                let (plain, rest) = bytes.split_at(memchr(IAC, bytes).unwrap_or(bytes.len()));
                *bytes = rest;
                if !plain.is_empty() {
                    return Some(Heard::Text(plain));
                }
            }
            let (&byte, rest) = bytes.split_first()?;
            let command = match (*self, byte) {
                (Self::Command, 0..END_OF_FILE) => {
                    *self = Self::Text;
                    return Some(Heard::Text(&[IAC]));
                }
                (Self::Command, IAC) => {
                    (*self, *bytes) = (Self::Text, rest);
                    return Some(Heard::Text(&[IAC]));
                }
                (Self::Command, END_OF_FILE..) => match byte {
                    DO => Err(Self::Do),
                    WILL..=DONT => Err(Self::Option),
                    SUBNEGOTIATION => Err(Self::Subnegotiation),
                    INTERRUPT | BREAK | ABORT => Ok(Command::Interrupt),
                    END_OF_FILE => Ok(Command::EndOfFile),
                    ERASE_CHARACTER => Ok(Command::EraseCharacter),
                    ERASE_LINE => Ok(Command::EraseLine),
                    ARE_YOU_THERE => Ok(Command::AreYouThere),
                    _ => Ok(Command::Other),
                },
                (Self::Text, _) => Err(Self::Command),
                (Self::Do, ECHO | SUPPRESS_GO_AHEAD | TIMING_MARK) => Ok(Command::Refuse(byte)),
                (Self::Do | Self::Option, _) | (Self::SubnegotiationCommand, SUBNEGOTIATION_END) => {
                    Ok(Command::Negotiation)
                }
                (Self::Subnegotiation, IAC) => Err(Self::SubnegotiationCommand),
                (Self::Subnegotiation | Self::SubnegotiationCommand, _) => Err(Self::Subnegotiation),
            };
            *bytes = rest;
            match command {
                Ok(command) => {
                    *self = Self::Text;
                    return Some(Heard::Command(command));
                }
                Err(broken_off) => *self = broken_off,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text and the commands of what comes in these pieces.
    fn hear(pieces: [&[u8]; 2]) -> (Vec<u8>, Vec<Command>) {
        let (mut telnet, mut text, mut commands) = (Telnet::default(), Vec::new(), Vec::new());
        for mut piece in pieces {
            while let Some(heard) = telnet.hear(&mut piece) {
                match heard {
                    Heard::Text(bytes) => text.extend_from_slice(bytes),
                    Heard::Command(command) => commands.push(command),
                }
            }
            assert!(piece.is_empty());
        }
        (text, commands)
    }

    #[test]
    fn commands_are_kept_out_of_the_text_however_they_are_split() {
        use Command::{AreYouThere, EndOfFile, EraseCharacter, EraseLine, Interrupt, Negotiation, Other, Refuse};
        let cases: [(&[u8], &[u8], &[Command]); 21] = [
            (b"hello\r\n", b"hello\r\n", &[]),
            (b"a\xff\xfb\x1fb", b"ab", &[Negotiation]),
            (b"a\xff\xfc\x1fb", b"ab", &[Negotiation]),
            (b"\xff\xfd\x06\xff\xfe\xff.", b".", &[Refuse(TIMING_MARK), Negotiation]),
            (b"\xff\xfd\x01\xff\xfb\x06.", b".", &[Refuse(ECHO), Negotiation]),
            (b"\xff\xfd\x18\xff\xfd\x03.", b".", &[Negotiation, Refuse(SUPPRESS_GO_AHEAD)]),
            (b"a\xff\xffb", b"a\xffb", &[]),
            (b"a\xff\xf6b\xff\xf1c", b"abc", &[AreYouThere, Other]),
            (b"a\xff\xf7b\xff\xf8c", b"abc", &[EraseCharacter, EraseLine]),
            (b"a\xff\xfa\x18\x00xterm\xff\xf0b", b"ab", &[Negotiation]),
            (b"a\xff\xfa\x18\xff\xff\xf0\xff\xf0b", b"ab", &[Negotiation]),
            (b"a\xff\xfa\x18 no end\n\n", b"a", &[]),
            (b"a\xff", b"a", &[]),
            (b"a\n\xff\xf4\xff\xfd\x06b", b"a\nb", &[Interrupt, Refuse(TIMING_MARK)]),
            (b"a\n\xff\xf3\xff\xfd\x06b", b"a\nb", &[Interrupt, Refuse(TIMING_MARK)]),
            (b"a\xff\xed\xff\xfd\x06b", b"ab", &[Other, Refuse(TIMING_MARK)]),
            (b"a\xff\xecb", b"ab", &[EndOfFile]),
            (b"a\xff\xeeb", b"ab", &[Interrupt]),
            (b"\xff\xe0b\xff\xeb", b"\xff\xe0b\xff\xeb", &[]),
            (b"\xff\x00\xff\r\n", b"\xff\x00\xff\r\n", &[]),
            (b"", b"", &[]),
        ];
        for (bytes, text, commands) in cases {
            for split in 0..=bytes.len() {
                let (first, last) = bytes.split_at(split);
                assert_eq!(hear([first, last]), (text.to_vec(), commands.to_vec()), "{bytes:?} split at {split}");
            }
        }
    }
}
