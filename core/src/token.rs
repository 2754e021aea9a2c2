//! Owns tokens, by which a new connection takes over the person of a lost one. They can't be guessed, and nothing is
//! kept of them.
//!
//! Invariant: a token names its connection, and nobody can make one without the server's secret. Neither is in a log:
//! `Debug` hides both.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ConnectionId;

/// Bytes of the code in a token: 96 bits can't be guessed at a few lines a second.
const CODE_BYTES: usize = 12;

/// Bytes that name the connection.
const ID_BYTES: usize = 8;

const BYTES: usize = ID_BYTES + CODE_BYTES;

/// The digits of a token, of five bits each: lower case letters, and no digits that look like them, so that it can be
/// typed.
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The number of digits in a token.
const DIGITS_LEN: usize = BYTES * 8 / 5;

/// Holds the key of all tokens: 32 bytes that a server draws when it starts, and nobody else knows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Makes a secret of bytes that nobody can guess.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the code of a text, by which another can be compared with it.
    pub(crate) fn code_of(&self, text: &str) -> Code {
        Code(self.text_code(text).finalize().into_bytes().into())
    }

    /// Tells whether this is the code of a text, in a time that does not depend on how much of it is right.
    pub(crate) fn is_code_of(&self, code: &Code, text: &str) -> bool {
        self.text_code(text).verify_slice(&code.0).is_ok()
    }

    fn text_code(&self, text: &str) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("it takes a key of any length");
        code.update(b"chinwag text");
        code.update(text.as_bytes());
        code
    }

    /// Returns the code for a connection of a run of the server.
    fn code(&self, boot: u64, connection: ConnectionId) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("it takes a key of any length");
        code.update(b"chinwag resume");
        code.update(&boot.to_be_bytes());
        code.update(&id_bytes(connection));
        code
    }
}

/// Hides the bytes.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Holds what a text is compared by, and can't be found out from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Code([u8; 32]);

/// Hides the bytes.
impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// Proves the right to take over the person of one connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; BYTES]);

impl Token {
    /// Stands for a token that is not shown: it is nobody's.
    pub const HIDDEN: Self = Self([0; BYTES]);

    pub(crate) fn new(secret: &Secret, boot: u64, connection: ConnectionId) -> Self {
        let mut bytes = [0; BYTES];
        bytes[..ID_BYTES].copy_from_slice(&id_bytes(connection));
        bytes[ID_BYTES..].copy_from_slice(&secret.code(boot, connection).finalize().into_bytes()[..CODE_BYTES]);
        Self(bytes)
    }

    /// Parses a token, be it of this server or not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != DIGITS_LEN {
            return None;
        }
        let mut bytes = [0; BYTES];
        let (mut held, mut bits, mut at) = (0_u16, 0, 0);
        for digit in text.bytes() {
            let value = DIGITS.iter().position(|&other| other == digit.to_ascii_lowercase())?;
            held = held << 5 | u16::try_from(value).ok()?;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes[at] = (held >> bits).to_le_bytes()[0];
                at += 1;
            }
        }
        Some(Self(bytes))
    }

    /// Returns its connection, if this run of the server made it. That takes equally long, whatever is wrong with it.
    pub(crate) fn connection(&self, secret: &Secret, boot: u64) -> Option<ConnectionId> {
        let [key, generation] =
            [0, 4].map(|at| u32::from_be_bytes(self.0[at..at + 4].try_into().expect("they are four bytes")));
        let connection = ConnectionId::with_key(key, generation);
        let code = secret.code(boot, connection);
        code.verify_truncated_left(&self.0[ID_BYTES..]).is_ok().then_some(connection)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut held, mut bits) = (0_u16, 0);
        for &byte in &self.0 {
            held = held << 8 | u16::from(byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                write!(f, "{}", char::from(DIGITS[usize::from(held >> bits & 31)]))?;
            }
        }
        Ok(())
    }
}

/// Hides the bytes.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

fn id_bytes(connection: ConnectionId) -> [u8; ID_BYTES] {
    let mut bytes = [0; ID_BYTES];
    bytes[..4].copy_from_slice(&connection.key().to_be_bytes());
    bytes[4..].copy_from_slice(&connection.generation().to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_token_is_read_as_what_it_was_written_as_and_tells_whose_it_is() {
        let secret = Secret::new([7; 32]);
        let mut all = BTreeSet::new();
        for (key, generation) in [(0, 0), (0, 1), (1, 0), (77, 1_000_000), (u32::MAX, u32::MAX)] {
            let connection = ConnectionId::with_key(key, generation);
            let text = Token::new(&secret, 5, connection).to_string();
            assert!(text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_lowercase() || digit.is_ascii_digit()));
            for text in [&text, &text.to_uppercase()] {
                let read = Token::parse(text).expect("it is one");
                assert_eq!(read.connection(&secret, 5), Some(connection));
            }
            assert!(all.insert(text));
        }
    }

    #[test]
    fn a_token_of_another_secret_or_run_or_with_another_digit_is_nobodys() {
        let (secret, connection) = (Secret::new([7; 32]), ConnectionId::new(0, 3, 4));
        let token = Token::new(&secret, 5, connection);
        assert_eq!(token.connection(&Secret::new([8; 32]), 5), None);
        assert_eq!(token.connection(&secret, 6), None);
        let text = token.to_string();
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'a' { b'b' } else { b'a' };
            let other = String::from_utf8(other).expect("it is ASCII");
            assert_eq!(Token::parse(&other).and_then(|other| other.connection(&secret, 5)), None, "digit {at}");
        }
        for wrong in ["", "x", &text[1..], &format!("{text}a"), &text.replace(&text[..1], "1"), &"\u{e9}".repeat(16)] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn neither_a_token_nor_a_secret_is_shown_by_debug() {
        let secret = Secret::new([7; 32]);
        let token = Token::new(&secret, 5, ConnectionId::new(0, 3, 4));
        assert_eq!(format!("{token:?} {secret:?}"), "Token(..) Secret(..)");
    }
}
